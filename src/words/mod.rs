//! What the window says, by language: two Fluent catalogues inside the program (`assets/words`), looked up by key.
//!
//! A key stands in the code as a literal, `words.say("sign-in")`; `tests/it/words.rs` finds each of them in both
//! catalogues, and none too many there.

use std::fmt;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

/// A language of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "en")]
    English,
    /// Simplified.
    #[serde(rename = "zh")]
    Chinese,
}

/// The catalogue of a language, ready to be asked.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

/// What is put into a sentence.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    Number(u64),
    Text(&'a str),
}

impl Language {
    /// In the order of the chooser, each with its own name for itself.
    pub const ALL: [(Self, &'static str); 2] = [
        (Self::English, "English"),
        (Self::Chinese, "\u{4E2D}\u{6587}"),
    ];

    /// The first language that the environment names and that there are words for, by the rule of setlocale(3):
    /// `LC_ALL`, else `LC_MESSAGES`, else `LANG`. English where it names none.
    pub fn of_system(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|it| variable(it).filter(|it| !it.is_empty()));
        match set {
            Some(locale) if locale.to_lowercase().starts_with("zh") => Self::Chinese,
            _ => Self::English,
        }
    }

    /// Its catalogue, as Fluent's text.
    pub const fn catalogue(self) -> &'static str {
        match self {
            Self::English => include_str!("../../assets/words/en.ftl"),
            Self::Chinese => include_str!("../../assets/words/zh.ftl"),
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Words").field(&self.language).finish()
    }
}

impl Words {
    /// The words of a language.
    pub fn new(language: Language) -> Self {
        let id = match language {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        };
        // It chooses the rule for plurals; an identifier that cannot be read has none.
        let id: LanguageIdentifier = id.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![id]);
        // The marks would stand round each part; both languages run from left to right.
        bundle.set_use_isolating(false);
        // What can be read of a catalogue with an error is used; the test reads it without mercy.
        let catalogue = match FluentResource::try_new(language.catalogue().to_owned()) {
            Ok(whole) => whole,
            Err((readable, _)) => readable,
        };
        bundle.add_resource_overriding(catalogue);
        Self { language, bundle }
    }

    /// The language that is spoken.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The words for a key; the key itself where there are none.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The words for a key, with parts put in.
    pub fn say_with(&self, key: &str, parts: &[(&str, Part<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|it| it.value()) else {
            debug_assert!(false, "no words for a key");
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, part) in parts {
            match part {
                Part::Number(number) => args.set(*name, *number),
                Part::Text(text) => args.set(*name, *text),
            }
        }
        let mut errors = Vec::new();
        let words = self
            .bundle
            .format_pattern(pattern, Some(&args), &mut errors);
        debug_assert!(errors.is_empty(), "a part is missing");
        words.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Part, Words};

    #[test]
    fn the_first_locale_that_is_set_counts() {
        let of = |all: &str, messages: &str, lang: &str| {
            let (all, messages, lang) = (all.to_owned(), messages.to_owned(), lang.to_owned());
            Language::of_system(move |name| {
                Some(match name {
                    "LC_ALL" => all.clone(),
                    "LC_MESSAGES" => messages.clone(),
                    _ => lang.clone(),
                })
            })
        };
        assert_eq!(of("", "", "zh_CN.UTF-8"), Language::Chinese);
        assert_eq!(of("", "zh_CN.UTF-8", "en_US.UTF-8"), Language::Chinese);
        assert_eq!(of("C", "zh_CN.UTF-8", "zh_CN.UTF-8"), Language::English);
        assert_eq!(of("", "", "de_DE.UTF-8"), Language::English);
        assert_eq!(Language::of_system(|_| None), Language::English);
    }

    #[test]
    fn parts_are_put_in_and_chosen_by() {
        let english = Words::new(Language::English);
        let minutes = |count| english.say_with("locked-idle", &[("minutes", Part::Number(count))]);
        assert_eq!(minutes(1), "Nobody used the window for a minute.");
        assert_eq!(minutes(10), "Nobody used the window for 10 minutes.");
        let chinese = Words::new(Language::Chinese);
        let who = chinese.say_with("locked-who", &[("name", Part::Text("Ada"))]);
        assert_eq!(who, "已登录：Ada");
    }
}

//! What the window says, by language: two Fluent catalogues inside the program (`assets/words`), looked up by key.
//!
//! A key stands in the code as a literal, `words.say("sign-in")`; `tests/it/words.rs` finds each of them in both
//! catalogues, and none too many there.
//!
//! Numbers and dates are written alike in both languages, so that a figure can be compared and copied: a point before
//! decimals, thousands apart by a no-break space ([`grouped`]), U+2212 as minus, a space before a unit and before %
//! (ISO 80000-1), dates as in ISO 8601, hours by the clock of 24.

use std::fmt;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
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
    /// None in English, which is told as it is.
    remarks: Vec<Remark>,
}

/// A sentence that another part of the program writes in English, taken apart: text and names of parts take turns.
struct Remark {
    key: String,
    texts: Vec<String>,
    names: Vec<String>,
}

/// What is put into a sentence.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// A count; it chooses the plural.
    Number(u64),
    Text(&'a str),
}

impl From<usize> for Part<'_> {
    fn from(count: usize) -> Self {
        Self::Number(count as u64)
    }
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Part<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
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
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(it) => Some(grouped(it.value as u64)),
            _ => None,
        }));
        // What can be read of a catalogue with an error is used; the test reads it without mercy.
        let catalogue = match FluentResource::try_new(language.catalogue().to_owned()) {
            Ok(whole) => whole,
            Err((readable, _)) => readable,
        };
        bundle.add_resource_overriding(catalogue);
        let remarks = match language {
            Language::English => Vec::new(),
            Language::Chinese => Remark::all(),
        };
        Self {
            language,
            bundle,
            remarks,
        }
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

impl Words {
    /// A remark that reading, preparing or scoring has made in English, in this language: found again by the English
    /// catalogue, clause by clause where `; ` sets them apart. What is not found there stands as it is.
    pub fn retell(&self, said: &str) -> String {
        if let Some(told) = self.retell_whole(said) {
            return told;
        }
        let told = said.split("; ").map(|it| self.retell_whole(it));
        let told: Option<Vec<String>> = told.collect();
        told.map_or_else(|| said.to_owned(), |it| it.join(&self.say("clause-comma")))
    }

    fn retell_whole(&self, said: &str) -> Option<String> {
        self.remarks.iter().find_map(|remark| {
            let parts = remark.parts(said)?;
            let parts: Vec<String> = parts.iter().map(|it| self.retell_part(it)).collect();
            let names = remark.names.iter().map(String::as_str);
            let parts: Vec<_> = names.zip(parts.iter().map(Part::from)).collect();
            Some(self.say_with(&remark.key, &parts))
        })
    }

    /// A part may be a remark of its own, or a list of such: `the file does not tell view, age`.
    fn retell_part(&self, part: &str) -> String {
        let listed = || {
            let told = part.split(", ").map(|it| self.retell_whole(it));
            let told: Option<Vec<String>> = told.collect();
            told.map(|it| it.join(&self.say("list-comma")))
        };
        let told = self.retell_whole(part).or_else(listed);
        told.unwrap_or_else(|| part.to_owned())
    }
}

impl Remark {
    /// All of the catalogue, those with the most text first: they are the least likely to be mistaken.
    fn all() -> Vec<Self> {
        let lines = Language::English.catalogue().lines();
        let mut found: Vec<Self> = lines.filter_map(Self::parse).collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.len()));
        found
    }

    /// `remark-key = text { $part } text`.
    fn parse(line: &str) -> Option<Self> {
        let (key, value) = line.split_once(" = ")?;
        key.strip_prefix("remark-")?;
        let (mut texts, mut names) = (Vec::new(), Vec::new());
        for (idx, piece) in value.split("{ $").enumerate() {
            match piece.split_once(" }") {
                Some((name, text)) if 0 < idx => {
                    names.push(name.to_owned());
                    texts.push(text.to_owned());
                }
                _ => texts.push(piece.to_owned()),
            }
        }
        Some(Self {
            key: key.to_owned(),
            texts,
            names,
        })
    }

    /// Bytes of its text.
    fn len(&self) -> usize {
        self.texts.iter().map(String::len).sum()
    }

    /// What stands in the places of its parts; `None` where something else is said. No part holds two clauses.
    fn parts<'a>(&self, said: &'a str) -> Option<Vec<&'a str>> {
        let (first, others) = self.texts.split_first()?;
        let mut rest = said.strip_prefix(first.as_str())?;
        let mut parts = Vec::new();
        for (idx, text) in others.iter().enumerate() {
            let is_last = idx + 1 == others.len();
            let end = if is_last {
                rest.strip_suffix(text.as_str())?.len()
            } else {
                rest.find(text.as_str())?
            };
            let part = rest.get(..end)?;
            if part.is_empty() || part.contains("; ") {
                return None;
            }
            parts.push(part);
            rest = rest.get(end + text.len()..)?;
        }
        rest.is_empty().then_some(parts)
    }
}

/// A count as both languages write it: `12 345`, its thousands apart by a blank at which no line breaks (ISO 80000-1,
/// 7.3.1). A comma there is a decimal sign to half of the world.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if 0 < idx && (digits.len() - idx).is_multiple_of(3) {
            grouped.push('\u{00A0}');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::{Language, Part, Words, grouped};

    #[test]
    fn remarks_are_found_again_by_their_english() {
        let (english, chinese) = (Words::new(Language::English), Words::new(Language::Chinese));
        for (said, wanted) in [
            ("it is not a number", "不是数字"),
            (
                "its view is LATERAL, and the model is for AP, PA",
                "其投照体位为 LATERAL，而模型适用于 AP, PA",
            ),
            (
                "plausible is 35 to 42 Cel; 36.8 with a decimal point?",
                "合理范围为 35 至 42 Cel；是否漏了小数点，应为 36.8？",
            ),
            ("3 values set aside and not used", "3 个值已搁置，未使用"),
            (
                "the file does not tell view, age: whether it fits the model is for you to see",
                "文件未说明投照体位、年龄：是否适合此模型请您判断",
            ),
            ("a word of a file", "a word of a file"),
            ("", ""),
        ] {
            assert_eq!(chinese.retell(said), wanted);
            assert_eq!(english.retell(said), said);
        }
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(12_345), "12\u{00A0}345");
        let words = Words::new(Language::Chinese);
        let said = words.say_with("n-words", &[("n", Part::Number(12_345))]);
        assert_eq!(said, "12\u{00A0}345 词");
    }

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

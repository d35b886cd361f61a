//! The words by language: every key of the code stands in both catalogues, none stands there in vain, and the parts that
//! are put in are the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

use wardlight::{
    app::{fonts, theme},
    words::{Language, Part, Words},
};

use crate::tidy::sources;

/// Keys with the parts that their words want.
fn catalogue(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    let mut key = None;
    for line in language.catalogue().lines() {
        if line.starts_with('#') {
            continue;
        }
        if let Some((name, _)) = line
            .split_once(" = ")
            .filter(|_| !line.starts_with([' ', '}']))
        {
            let is_first = found.insert(name.to_owned(), BTreeSet::new()).is_none();
            assert!(is_first, "{name} stands twice in {language:?}");
            key = Some(name.to_owned());
        }
        let parts = line.split('$').skip(1).map(|it| {
            it.chars()
                .take_while(char::is_ascii_alphabetic)
                .collect::<String>()
        });
        if let Some(key) = &key {
            found.get_mut(key).unwrap().extend(parts);
        }
    }
    found
}

/// Keys that the code asks for.
fn asked_for() -> BTreeSet<String> {
    let sources = sources(Path::new("src"));
    let keys = |it: &PathBuf| keys_of(&fs::read_to_string(it).unwrap());
    sources.iter().flat_map(keys).collect()
}

fn keys_of(file: &str) -> Vec<String> {
    let code: String = file
        .lines()
        .filter(|it| !it.trim_start().starts_with("//"))
        .flat_map(|it| it.trim().chars().chain([' ']))
        .collect();
    let calls = [".say(", ".say_with("];
    let after = calls.into_iter().flat_map(|call| {
        code.match_indices(call)
            .map(|(at, _)| &code[at + call.len()..])
    });
    after
        .filter_map(|it| it.trim_start().strip_prefix('"')?.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_key_of_the_code_stands_in_both_catalogues_and_none_in_vain() {
    let (english, chinese) = (catalogue(Language::English), catalogue(Language::Chinese));
    let asked_for = asked_for();
    assert!(40 < asked_for.len(), "{} keys in the code", asked_for.len());
    let keys =
        |it: &BTreeMap<String, BTreeSet<String>>| it.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&chinese), "English and Chinese");
    // A remark is found by its English: see the test below.
    let mut called = keys(&english);
    called.retain(|it| !it.starts_with("remark-"));
    assert_eq!(called, asked_for, "catalogues and code");
    for (key, parts) in &english {
        assert_eq!(parts, &chinese[key], "the parts of {key}");
    }
}

/// The text of a catalogue or of a format, with the same sign for each place of a part.
fn shape(text: &str) -> String {
    let place = Regex::new(r"\{[^{}]*\}").unwrap();
    place.replace_all(text, "{}").into_owned()
}

#[test]
fn every_remark_that_is_retold_is_still_made_somewhere() {
    let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
    let broken = Regex::new(r"\\\n\s*").unwrap();
    let mut made = String::new();
    for folder in ["case", "import", "nn", "prep", "score"] {
        for path in sources(&Path::new("src").join(folder)) {
            let code = broken
                .replace_all(&fs::read_to_string(path).unwrap(), "")
                .into_owned();
            for it in literal.captures_iter(&code) {
                made += &shape(&it[1]);
                made.push('\n');
            }
        }
    }
    let mut n = 0;
    for line in Language::English.catalogue().lines() {
        let Some((key, text)) = line
            .split_once(" = ")
            .filter(|it| it.0.starts_with("remark-"))
        else {
            continue;
        };
        n += 1;
        assert!(
            made.contains(&shape(text)),
            "{key}: nothing remarks: {text}"
        );
    }
    assert!(80 < n, "{n} remarks");
}

/// Fields that the program writes into the log, with the codes that it writes there as literals: from its sources.
pub(crate) fn log_fields() -> BTreeMap<String, BTreeSet<String>> {
    // What is written there in the form of JSON is no detail of a record.
    const OTHER: [&str; 3] = [
        "src/store/audit/fhir.rs",
        "src/store/erase.rs",
        "src/app/frame_log.rs",
    ];
    let field = Regex::new(r#""([a-z][a-z0-9_]*)"\s*:\s*(?:"([^"]*)")?"#).unwrap();
    let inserted = Regex::new(r#"fields\.insert\("([a-z0-9_]+)""#).unwrap();
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for folder in ["src/store", "src/session", "src/app", "src/cli"] {
        for path in sources(Path::new(folder)) {
            if OTHER.iter().any(|it| path == Path::new(it)) {
                continue;
            }
            let file = fs::read_to_string(&path).unwrap();
            let code = file.split("#[cfg(test)]").next().unwrap();
            // A command prints JSON as well; what it tells the log goes through one function.
            let is_told = |before: &str| {
                folder != "src/cli"
                    || before.ends_with("let detail = ")
                    || before.trim_end().ends_with("Changed,")
            };
            for (at, _) in code.match_indices("json!(") {
                let before = code[..at].trim_end_matches("serde_json::");
                if !is_told(before) {
                    continue;
                }
                for part in field.captures_iter(in_parentheses(&code[at + "json!".len()..])) {
                    let codes = found.entry(part[1].to_owned()).or_default();
                    codes.extend(part.get(2).map(|it| it.as_str().to_owned()));
                }
            }
            if folder == "src/app" {
                for part in inserted.captures_iter(code) {
                    found.entry(part[1].to_owned()).or_default();
                }
            }
        }
    }
    found
}

/// From an opening parenthesis to the one that closes it.
fn in_parentheses(code: &str) -> &str {
    let mut depth = 0;
    for (at, letter) in code.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &code[..at];
        }
    }
    code
}

#[test]
fn every_field_that_the_program_writes_into_the_log_has_its_words() {
    let fields: BTreeSet<String> = log_fields()
        .into_keys()
        .map(|it| format!("field-{}", it.replace('_', "-")))
        .collect();
    assert!(25 < fields.len(), "{fields:?}");
    for language in [Language::English, Language::Chinese] {
        let mut known: BTreeSet<String> = catalogue(language).into_keys().collect();
        known.retain(|it| it.starts_with("field-"));
        assert_eq!(known, fields, "{language:?}");
    }
}

/// Keys and headings of sections, by which a page is found in both.
#[test]
fn both_catalogues_have_the_same_order_under_as_many_headings() {
    let order = |language: Language| {
        let lines = language.catalogue().lines();
        let order = lines.filter_map(|line| match line.split_once(" = ") {
            _ if line.starts_with('#') => Some("#"),
            Some((key, _)) if !line.starts_with([' ', '}']) => Some(key),
            _ => None,
        });
        order.collect::<Vec<_>>()
    };
    assert_eq!(order(Language::English), order(Language::Chinese));
}

#[test]
fn every_letter_of_the_catalogues_is_in_a_font_of_the_window() {
    let options = egui::epaint::text::TextOptions::default();
    let mut fonts = egui::epaint::text::Fonts::new(options, theme::fonts());
    let mut letters: BTreeSet<char> = BTreeSet::new();
    for (language, _) in Language::ALL {
        letters.extend(language.catalogue().chars().filter(|it| *it != '\n'));
    }
    assert!(500 < letters.len());
    for font in [theme::regular(theme::BODY), theme::semibold(theme::BODY)] {
        let missing: String = letters
            .iter()
            .filter(|it| !fonts.has_glyph(&font, **it))
            .collect();
        assert_eq!(missing, "", "{font:?}");
    }
}

#[test]
fn every_key_is_said_without_an_error() {
    fonts().unwrap();
    for (language, _) in Language::ALL {
        let words = Words::new(language);
        for (key, parts) in catalogue(language) {
            for number in [0, 1, 2, 10] {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|it| match it.as_str() {
                        "name" => ("name", Part::Text("Ada")),
                        other => (other, Part::Number(number)),
                    })
                    .collect();
                let said = words.say_with(&key, &parts);
                assert!(
                    !said.is_empty() && said != key && !said.contains(['{', '}']),
                    "{language:?} {key}: {said}"
                );
            }
        }
    }
}

//! The words by language: every key of the code stands in both catalogues, none stands there in vain, and the parts that
//! are put in are the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use wardlight::{
    app::fonts,
    words::{Language, Part, Words},
};

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
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new("src").to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                found.extend(keys_of(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
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
    assert_eq!(keys(&english), asked_for, "catalogues and code");
    for (key, parts) in &english {
        assert_eq!(parts, &chinese[key], "the parts of {key}");
    }
}

#[test]
fn every_key_is_said_without_an_error_in_letters_that_the_fonts_have() {
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

//! What the window says stands in the catalogues: no panel and nothing of the session holds words of its own.

use std::{collections::BTreeSet, fs, path::Path};

use wardlight::words::Language;

use crate::tidy::sources;

/// Words that are the same in every language of the window, and why.
const NEUTRAL: [(&str, &[&str]); 4] = [
    (
        "names of products and scores",
        &["Wardlight", "NEWS2", "OHIF", "Weasis"],
    ),
    (
        "units and number formats",
        &["mm", "px", "ms", "mmHg", "pH", "float32", "bfloat16"],
    ),
    (
        "keys as keyboards have them",
        &[
            "Ctrl",
            "Shift",
            "Space",
            "Enter",
            "Esc",
            "Escape",
            "Home",
            "End",
            "Page",
            "PageUp",
            "PageDown",
            "ArrowUp",
            "ArrowDown",
            "Delete",
            "Insert",
            "Tab",
            "Backspace",
            "ArrowLeft",
            "ArrowRight",
        ],
    ),
    (
        "names and endings of files and their kinds",
        &[
            "overlay", "view", "report", "worklist", "scores", "html", "png", "PNG", "pdf", "csv",
            "toml", "json",
        ],
    ),
];

/// Literals that stand in the code all the same: the file, the literal, and why.
const ALLOWED: [(&str, &str, &str); 19] = [
    (
        "src/app/frame_ui.rs",
        "EN / \\u{4E2D}\\u{6587}",
        "how both languages are found in either",
    ),
    (
        "src/app/mod.rs",
        "Inter and Noto Sans SC, inside the program",
        "for the command line",
    ),
    ("src/app/page_words.rs", "path", "a column of a file"),
    ("src/app/page_words.rs", "key", "a column of a file"),
    ("src/app/course_strips.rs", "news2", "a place in egui"),
    ("src/app/course_strips.rs", "running", "a place in egui"),
    ("src/app/deidentify_scan_ui.rs", "covers", "a place in egui"),
    ("src/app/deidentify_ui.rs", "face-reason", "a place in egui"),
    ("src/app/deidentify_ui.rs", "folder", "a place in egui"),
    (
        "src/app/strip_ui.rs",
        "auto",
        "what `render` calls the automatic window",
    ),
    (
        "src/app/time_axis.rs",
        "%Y-%m-%dT%H:%M:%S",
        "the form of a time in a file",
    ),
    (
        "src/app/time_axis.rs",
        "%Y-%m-%dT%H:%M",
        "the form of a time in a file",
    ),
    (
        "src/session/deidentify.rs",
        "pseudonyms",
        "the name of what is kept",
    ),
    ("src/app/clipboard.rs", "clipboard", "for developers"),
    ("src/session/action.rs", "a table", "for developers"),
    ("src/app/pictures.rs", "OpenGL", "for a log of developers"),
    ("src/app/pictures.rs", "CPU", "for a log of developers"),
    (
        "src/session/pages.rs",
        "evaluation-{model}",
        "a proposed name of a folder",
    ),
    (
        "src/session/pages.rs",
        "{}-own",
        "a proposed name of a folder",
    ),
];

/// Files whose literals nobody reads in the window, and why.
const SILENT: [(&str, &str); 10] = [
    ("src/app/gpu.rs", "a shader and its attributes"),
    (
        "src/app/gl.rs",
        "names of drivers, and of the language of shaders",
    ),
    ("src/app/blit.rs", "why it may call OpenGL"),
    ("src/app/frame_log.rs", "keys of a log for developers"),
    ("src/app/application.rs", "keys of the same log"),
    ("src/app/guard.rs", "codes of the journal"),
    ("src/app/recorder.rs", "keys of records"),
    (
        "src/app/detail_words.rs",
        "codes of records, each beside its key",
    ),
    ("src/app/theme.rs", "names of fonts"),
    ("src/session/deed.rs", "names of what is kept"),
];

/// What nothing inside of is drawn: checks of the program, keys of records, codes.
const AROUND: [&str; 7] = [
    "debug_assert!",
    "#[error",
    "#[serde",
    "json!",
    "env!",
    "concat!",
    "Id::unique",
];

/// What takes a literal that is not drawn: names of places in egui and of threads, and what is compared.
const QUIET: [&str; 22] = [
    "Panel::left",
    "Panel::right",
    "Panel::top",
    "Panel::bottom",
    ".id_salt",
    "from_id_salt",
    "push_id",
    "make_persistent_id",
    ".with",
    ".with_app_id",
    "run_native",
    "load_texture",
    "Builder::new().name",
    "parse_from_str",
    "time.format",
    ".starts_with",
    ".ends_with",
    ".contains",
    ".split_once",
    ".strip_prefix",
    ".eq_ignore_ascii_case",
    "known",
];

/// A literal with what stands before it and after it, and what its open brackets belong to, innermost last.
struct Literal {
    line: usize,
    text: String,
    before: String,
    after: String,
    inside: Vec<String>,
}

/// The literals of a file, without comments and tests.
fn literals(code: &str) -> Vec<Literal> {
    let code = code.split("#[cfg(test)]").next().unwrap();
    let letters: Vec<char> = code.chars().collect();
    let (mut found, mut inside) = (Vec::new(), Vec::<String>::new());
    // The code without literals and comments, to look back on.
    let mut seen = String::new();
    let (mut at, mut line) = (0, 1);
    while at < letters.len() {
        let rest = |n: usize| letters.get(at + n).copied().unwrap_or(' ');
        match letters[at] {
            '/' if rest(1) == '/' => {
                while at < letters.len() && letters[at] != '\n' {
                    at += 1;
                }
                continue;
            }
            // A letter, not a lifetime.
            '\'' if rest(1) == '\\' || rest(2) == '\'' => {
                at += 2 + usize::from(rest(1) == '\\');
                while letters[at] != '\'' {
                    at += 1;
                }
            }
            '"' => {
                let mut text = String::new();
                let first_line = line;
                at += 1;
                while letters[at] != '"' {
                    line += usize::from(letters[at] == '\n');
                    text.push(letters[at]);
                    if letters[at] == '\\' {
                        at += 1;
                        text.push(letters[at]);
                    }
                    at += 1;
                }
                let after: String = letters[at + 1..].iter().take(24).collect();
                found.push(Literal {
                    line: first_line,
                    text,
                    before: seen.trim_end().to_owned(),
                    after: after.trim_start().to_owned(),
                    inside: inside.clone(),
                });
                seen.push_str("\"\"");
            }
            letter => {
                line += usize::from(letter == '\n');
                match letter {
                    '(' | '[' | '{' => inside.push(owner(&seen)),
                    ')' | ']' | '}' => drop(inside.pop()),
                    _ => {}
                }
                seen.push(letter);
            }
        }
        at += 1;
    }
    found
}

/// The end of the code before a bracket: what it belongs to.
fn owner(seen: &str) -> String {
    let tail: Vec<&str> = seen.split_whitespace().rev().take(3).collect();
    tail.into_iter().rev().collect::<Vec<_>>().join(" ")
}

/// Without placeholders and escapes.
fn without_placeholders(text: &str) -> String {
    let mut depth = 0_usize;
    let mut plain = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                // `\n`, or `\u{..}`, whose braces go like a placeholder's.
                letters.next();
                plain.push(' ');
            }
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain
}

/// Two letters of the alphabet beside each other, or an ideograph.
fn has_word(text: &str) -> bool {
    let mut pairs = text.chars().zip(text.chars().skip(1));
    let is_wide = |it: char| ('\u{3400}'..='\u{9fff}').contains(&it);
    pairs.any(|(a, b)| a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
        || text.chars().any(is_wide)
}

/// Whether all its words are the same in every language.
fn is_neutral(text: &str) -> bool {
    let mut words = text
        .split(|it: char| !it.is_ascii_alphanumeric())
        .filter(|it| has_word(it));
    let is_known = |word: &str| NEUTRAL.iter().any(|(_, known)| known.contains(&word));
    words.all(is_known)
}

/// Names of the parts that the catalogues put into sentences.
fn part_names() -> BTreeSet<String> {
    let catalogue = Language::English.catalogue();
    let names = catalogue.split('$').skip(1).map(|it| {
        it.chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
    });
    names.collect()
}

/// Whether nobody reads it in the window, by the place where it stands.
fn is_silent(it: &Literal, parts: &BTreeSet<String>) -> bool {
    let before = it.before.as_str();
    let is_key = before.ends_with(".say(") || before.ends_with(".say_with(");
    let is_part = before.ends_with('(') && it.after.starts_with(',') && parts.contains(&it.text);
    let is_compared = it.after.starts_with("=>")
        || it.after.starts_with('|') && !it.after.starts_with("||")
        || before.ends_with('|') && !before.ends_with("||")
        || before.ends_with("==")
        || before.ends_with("!=");
    // The technical cause is for whoever looks after the computer, and stays in English.
    let is_cause = before.ends_with("cause:")
        || it
            .inside
            .iter()
            .any(|owner| owner.ends_with("cause: format!"));
    let is_around = |owner: &String| AROUND.iter().any(|quiet| owner.ends_with(quiet));
    let is_around = it.inside.iter().any(is_around);
    // Also the first of two: `.id_salt(("close", id))`.
    let innermost = it.inside.last().map_or("", |owner| owner.as_str());
    let innermost = innermost.strip_suffix('(').unwrap_or(innermost);
    let is_quiet = is_around || QUIET.iter().any(|quiet| innermost.ends_with(quiet));
    // The name under which the state of a fold is kept stands before its head.
    let is_quiet = is_quiet || innermost.ends_with("fold") && before.ends_with("tokens,");
    is_key || is_part || is_compared || is_cause || is_quiet
}

#[test]
fn no_panel_and_nothing_of_the_session_holds_words_of_its_own() {
    let parts = part_names();
    let (mut wrong, mut used, mut n_keys) = (Vec::new(), BTreeSet::new(), 0);
    for path in [Path::new("src/app"), Path::new("src/session")]
        .into_iter()
        .flat_map(sources)
    {
        let name = path.to_str().unwrap();
        if SILENT.iter().any(|it| it.0 == name) {
            continue;
        }
        for it in literals(&fs::read_to_string(&path).unwrap()) {
            n_keys += usize::from(it.before.ends_with(".say("));
            let plain = without_placeholders(&it.text);
            if !has_word(&plain) || is_neutral(&plain) || is_silent(&it, &parts) {
                continue;
            }
            let allowed = ALLOWED
                .iter()
                .position(|(file, text, _)| *file == name && *text == it.text);
            match allowed {
                Some(idx) => drop(used.insert(idx)),
                None => wrong.push(format!("{name}:{}: {:?}", it.line, it.text)),
            }
        }
    }
    assert!(500 < n_keys, "{n_keys} keys were seen");
    assert!(
        wrong.is_empty(),
        "{} literals that the window may show; put them into assets/words:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(used.len(), ALLOWED.len(), "an exception is not needed");
}

#[test]
fn a_literal_in_a_panel_is_found_and_what_nobody_reads_is_not() {
    let parts = part_names();
    let shown = |code: &str| {
        let found = literals(code);
        let found = found
            .iter()
            .filter(|it| has_word(&without_placeholders(&it.text)));
        let found = found.filter(|it| !is_silent(it, &parts));
        found.map(|it| it.text.clone()).collect::<Vec<_>>()
    };
    for code in [
        r#"muted(ui, tokens, "Put back");"#,
        r#"let tip = format!("{n} put back");"#,
        r#"Button::new("Put back").key("Esc")"#,
        r#"const TITLE: &str = "Put back";"#,
        r#"Failure { headline: "Put back".to_owned(), cause: "wanted x".to_owned() }"#,
        r#"match it { A => "put back", B => words.say("b") }"#,
        "body(ui, tokens, \"打开\");",
    ] {
        let found = shown(code);
        let first = found.first().unwrap_or_else(|| panic!("missed: {code}"));
        assert!(first.to_lowercase().contains("put back") || first == "打开");
    }
    for code in [
        r#"words.say("put-back")"#,
        r#"words.say_with("put-back", &[("n", n.into())])"#,
        r#"Id::unique("put back")"#,
        r#"debug_assert!(false, "put back");"#,
        r#"match code { "put back" => words.say("a"), _ => x }"#,
        r#"Failure { cause: format!("wanted {n}"), ..it }"#,
        r#"json!({ "what": "put back" })"#,
        "// \"Put back\"\n",
        r#"format!("{a}: {b:.2} {}", '"')"#,
    ] {
        assert!(shown(code).is_empty(), "{code}: {:?}", shown(code));
    }
}

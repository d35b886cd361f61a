//! The table at the top of `src/lib.rs` is the law: a module names only the modules its row lists.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A crate, and the only modules that may name it.
const OWNED: &[(&str, &[&str])] = &[
    ("tch", &["nn"]),
    ("torch_sys", &["nn"]),
    ("egui", &["app"]),
    ("eframe", &["app"]),
    ("rfd", &["app"]),
    ("dicom", &["deid", "import", "sample"]),
    ("dicom_pixeldata", &["import"]),
    ("turbojpeg_sys", &["import"]),
    ("landlock", &["sandbox"]),
    ("seccompiler", &["sandbox"]),
    ("libc", &["sandbox"]),
    ("rten", &["deid"]),
    ("rten_tensor", &["deid"]),
    ("rten_imageproc", &["deid"]),
    ("image", &["evaluate", "import", "render", "sample"]),
    ("rusqlite", &["store"]),
    ("argon2", &["store"]),
    ("chacha20poly1305", &["store"]),
    ("zxcvbn", &["store"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("zbus", &["desktop", "lock"]),
    ("fluent_bundle", &["words"]),
];

/// The binaries and the list of modules: they may name everything.
const ROOTS: &[&str] = &["lib", "main", "decode_main", "script_main"];

#[test]
fn modules_name_only_what_their_row_allows() {
    let table = table();
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        let module = module_of(&path);
        let code = code_of(&path);
        if !ROOTS.contains(&module.as_str()) {
            let allowed = table
                .get(&module)
                .unwrap_or_else(|| panic!("src/lib.rs has no row for `{module}`"));
            for name in crate_names(&code) {
                if name != module && !allowed.contains(&name) && !allowed.contains("all") {
                    wrong.push(format!("{}: `{module}` names `{name}`", path.display()));
                }
            }
        }
        for (krate, owners) in OWNED {
            let names_it = code.lines().any(|line| names_crate(line, krate));
            if names_it && !owners.contains(&module.as_str()) {
                wrong.push(format!(
                    "{}: `{module}` names the crate `{krate}`",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_row_is_a_module_and_uses_only_rows_above_it() {
    let mut above = BTreeSet::new();
    for (name, uses) in rows() {
        let exists = Path::new(&format!("src/{name}.rs")).exists()
            || Path::new(&format!("src/{name}/mod.rs")).exists();
        assert!(
            exists,
            "the table has a row for `{name}`, but there is no such module"
        );
        for used in uses.iter().filter(|it| *it != "all") {
            assert!(
                above.contains(used),
                "the row of `{name}` names `{used}`, which does not stand above it"
            );
        }
        above.insert(name);
    }
}

#[test]
fn the_decode_worker_does_not_link_libtorch() {
    let needed = Command::new("readelf")
        .arg("-d")
        .arg(env!("CARGO_BIN_EXE_wardlight-decode"))
        .output()
        .unwrap();
    let needed = String::from_utf8(needed.stdout).unwrap();
    assert!(
        needed.contains("libc.so"),
        "readelf printed no libraries:\n{needed}"
    );
    assert!(
        !needed.contains("torch") && !needed.contains("c10"),
        "{needed}"
    );
}

fn table() -> BTreeMap<String, BTreeSet<String>> {
    rows().into_iter().collect()
}

fn rows() -> Vec<(String, BTreeSet<String>)> {
    let ticked = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    include_str!("../../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `"))
        .map(|row| {
            let cells: Vec<_> = row.split('|').collect();
            (
                cells[0].trim_end_matches([' ', '`']).to_owned(),
                ticked(cells[2]),
            )
        })
        .collect()
}

fn module_of(path: &Path) -> String {
    let first = path
        .strip_prefix("src")
        .unwrap()
        .components()
        .next()
        .unwrap();
    Path::new(&first)
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// The file without line comments.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a line names the crate as a path root: `krate::`, not `super::krate::`, `self::krate::` or `other_krate::`.
fn names_crate(line: &str, krate: &str) -> bool {
    line.match_indices(&format!("{krate}::")).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|it| it.is_alphanumeric() || it == '_' || it == ':')
    }) && !line.trim_start().starts_with("mod ")
        && !line.contains(&format!("self::{krate}::"))
}

/// The names after `crate::`, and those directly inside `crate::{…}`.
fn crate_names(code: &str) -> Vec<String> {
    let ident = |text: &str| {
        text.chars()
            .take_while(|it| it.is_alphanumeric() || *it == '_')
            .collect::<String>()
    };
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + 7..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(ident(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && depth == 0 && c.is_alphabetic() => {
                    names.push(ident(&group[i..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names
}

/// The files of code in a folder and below, in order.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

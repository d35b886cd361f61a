//! The tables of SECURITY.md: every hazard and every rule has a guard that is a file of this repository and a proof that is a
//! test.

use std::{fs, path::Path};

/// The rows of the table whose header names a guard and a proof, cells trimmed.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut is_ours = false;
    for line in text.lines() {
        if !line.starts_with('|') {
            is_ours = false;
            continue;
        }
        let cells: Vec<String> = line
            .trim_matches('|')
            .split(" | ")
            .map(|it| it.trim().to_owned())
            .collect();
        if cells.last().is_some_and(|it| it == "proof") {
            is_ours = true;
        } else if is_ours && !line.starts_with("|---") {
            rows.push(cells);
        }
    }
    rows
}

/// What stands in code marks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// `module::test` is a test of `tests/it/module.rs`.
fn is_test(root: &Path, id: &str) -> bool {
    let Some((module, name)) = id.split_once("::") else {
        return false;
    };
    let source = fs::read_to_string(root.join(format!("tests/it/{module}.rs"))).unwrap_or_default();
    // With its arguments, where it is a property.
    let Some(at) = source.find(&format!("fn {name}(")) else {
        return false;
    };
    // The attribute stands above it, perhaps with others between.
    let above = source[..at].rsplit("\n\n").next();
    above.is_some_and(|it| it.contains("#[test]"))
}

/// What is wrong with the tables.
fn faults(root: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for row in rows(text) {
        let [.., guard, proof] = row.as_slice() else {
            faults.push(format!("too few cells: {row:?}"));
            continue;
        };
        let (guards, proofs) = (quoted(guard), quoted(proof));
        if guards.is_empty() || proofs.is_empty() {
            faults.push(format!("{}: no guard or no proof", row[0]));
        }
        let missing = guards.iter().filter(|it| !root.join(it).is_file());
        faults.extend(missing.map(|it| format!("{}: {it} is no file", row[0])));
        let untested = proofs.iter().filter(|it| !is_test(root, it));
        faults.extend(untested.map(|it| format!("{}: {it} is no test", row[0])));
    }
    faults
}

#[test]
fn every_hazard_and_every_rule_has_a_guard_and_a_proof() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let rows = rows(&text);
    let hazards = rows
        .iter()
        .filter(|it| it[0].starts_with('H') && it.len() == 4 && it[0].len() <= 3);
    assert!(20 <= hazards.count());
    assert!(35 <= rows.len());
    assert_eq!(faults(root, &text), Vec::<String>::new());
}

#[test]
fn a_proof_that_is_not_there_is_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = "| id | hazard | guard | proof |\n|---|---|---|---|\n\
        | H1 | a | `src/lib.rs` | `hazards::a_proof_that_is_not_there_is_found` |\n\
        | H2 | b | `src/none.rs` | `hazards::nobody_wrote_this` |\n| H3 | c | none | none |\n";
    assert_eq!(
        faults(root, table),
        [
            "H2: src/none.rs is no file",
            "H2: hazards::nobody_wrote_this is no test",
            "H3: no guard or no proof"
        ]
    );
}

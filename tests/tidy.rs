//! The house rules that a compiler does not check: imports point downwards, every file says what it is for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the ground up; a file may use its own floor and those before it.
const FLOORS: &[&str] = &[
    "text",
    "diagnostic",
    "syntax",
    "model",
    "space",
    "plan",
    "state",
    "decide",
    "check",
    "compare",
    "reach",
    "explain",
    "report",
    "tester",
    "workspace",
    "journal",
    "data",
    "batch",
    "rim",
    "store",
    "cli",
];

/// Floors that know no file, clock, thread or chance.
const PURE: &[&str] = &[
    "text",
    "diagnostic",
    "syntax",
    "model",
    "space",
    "plan",
    "state",
    "decide",
    "check",
    "compare",
    "reach",
    "explain",
    "report",
    "tester",
    "workspace",
    "journal",
];

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files.iter().map(|f| (f.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"), fs::read_to_string(f).unwrap())).collect()
}

fn floor_of(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The crate floors that a source text names, in `use crate::{a, b}` and in paths such as `crate::a::b`.
fn floors_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = &group[..group.find(';').unwrap_or(group.len())];
            let mut depth = 0;
            for part in group.split_inclusive(['{', '}', ',']) {
                let name: String = part.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if depth == 0 && !name.is_empty() {
                    used.insert(name);
                }
                depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
                if depth < 0 {
                    break;
                }
            }
        } else {
            used.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    used
}

#[test]
fn imports_point_downwards() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let floor = floor_of(&path);
        if matches!(floor, "lib" | "main") {
            continue;
        }
        let own = FLOORS.iter().position(|f| *f == floor).unwrap_or_else(|| panic!("src/{path} is on no floor: add `{floor}` to FLOORS"));
        // Tests inside a file may look upwards.
        let code = text.split("#[cfg(test)]").next().unwrap();
        for used in floors_used(code) {
            if let Some(other) = FLOORS.iter().position(|f| *f == used)
                && other > own
            {
                wrong.push(format!("src/{path} uses `{used}`, which stands above `{floor}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "imports must point downwards:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_groups_and_paths() {
    let seen = floors_used("use crate::{check, model::{Type, Value}, text};\nfn f() { crate::state::x() }");
    assert_eq!(seen, ["check", "model", "state", "text"].map(str::to_owned).into());
}

#[test]
fn pure_floors_touch_no_world() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::env",
        "std::process",
        "SystemTime",
        "Timestamp::now",
        "Zoned::now",
        " rand::",
        "tracing::",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        // A folder of tests may look at the world: it is not built into turf.
        if !PURE.contains(&floor_of(&path)) || path.contains("/tests/") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        wrong.extend(forbidden.iter().filter(|f| code.contains(*f)).map(|f| format!("src/{path} uses {f}")));
    }
    assert!(wrong.is_empty(), "pure floors must not touch the world:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "these files do not open with `//!`: {silent:?}");
}

#[test]
fn files_stay_livable() {
    /// Files over 500 lines, each with its reason.
    const LONG: &[(&str, &str)] =
        &[("model/book.rs", "one flat list of the types of a rulebook"), ("syntax/tree.rs", "one flat list of the types of the tree")];
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| text.lines().count() > 500 && !LONG.iter().any(|(l, _)| l == path))
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "split these, or give a reason in LONG: {long:?}");
}

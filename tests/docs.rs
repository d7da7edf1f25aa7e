//! The documented shapes are the real ones: every key that is printed is in the documents, and the examples are real.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap()
}

fn turf(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            found.insert(key.clone());
            keys(value, found);
        }),
        Value::Array(all) => all.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

/// A document before and after a heading.
fn text_of(name: &str, heading: &str) -> (String, String) {
    let text = document(name);
    let (before, after) = text.split_once(heading).unwrap();
    (before.to_owned(), after.to_owned())
}

/// Everything under the key `example`, wherever it stands.
fn examples<'v>(value: &'v mut Value, found: &mut Vec<&'v mut Value>) {
    match value {
        Value::Object(map) => map.iter_mut().for_each(|(key, value)| {
            if key == "example" && value.is_object() {
                found.push(value);
            } else {
                examples(value, found);
            }
        }),
        Value::Array(all) => all.iter_mut().for_each(|value| examples(value, found)),
        _ => {}
    }
}

/// The fields of an example are those of the book.
fn without_fields(document: &mut Value) {
    let mut all = Vec::new();
    examples(document, &mut all);
    for example in all {
        example["fields"] = Value::Null;
    }
}

/// The names in backquotes of a document's tables, first column.
fn documented(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|l| l.starts_with("| `"))
        .flat_map(|l| l.split('|').nth(1).unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_decision_record_is_documented_key_by_key() {
    let text = document("decision-record.md");
    let mut printed = BTreeSet::new();
    for id in ["L01", "L04", "L07", "L10", "L11"] {
        keys(&serde_json::from_str(&turf(&["why", id, "--book", "rules/first", "--format", "json"])).unwrap(), &mut printed);
    }
    for arguments in [
        &["why", "865", "--book", "rules/forbes2000", "--format", "json"][..],
        &["why", "L11", "--not", "hospital", "--book", "rules/first", "--format", "json"],
    ] {
        keys(&serde_json::from_str(&turf(arguments)).unwrap(), &mut printed);
    }
    let home = crate::journal::Home::new(crate::journal::Kept::Sqlite);
    home.fine(&["route", "--commit"]);
    keys(&serde_json::from_str(&home.fine(&["why", "L3", "--format", "json"])).unwrap(), &mut printed);
    let unknown: Vec<&String> = printed.iter().filter(|k| !text.contains(&format!("`{k}`"))).collect();
    assert!(unknown.is_empty(), "not in docs/decision-record.md: {unknown:?}");
    let gone: Vec<String> = documented(&text).into_iter().filter(|k| !printed.contains(k)).collect();
    assert!(gone.is_empty(), "documented and never printed: {gone:?}");
}

#[test]
fn the_example_of_the_decision_record_is_real() {
    let text = document("decision-record.md");
    let example = text.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(example, turf(&["why", "L11", "--book", "rules/first", "--not", "hospital", "--format", "json"]));
}

#[test]
fn the_columns_and_the_keys_of_findings_are_documented() {
    let text = document("output.md");
    let (rows, rest) = text.split_once("## Findings").unwrap();
    let (findings, _) = rest.split_once("## What `turf show`").unwrap();
    let columns: BTreeSet<String> = turf::report::COLUMNS.iter().map(|c| (*c).to_owned()).collect();
    assert_eq!(documented(rows), columns);
    let mut printed = BTreeSet::new();
    for case in ["duplicate-name", "spreadsheet-operator", "dangling-reference"] {
        let book = format!("tests/gallery/{case}/book");
        let mut findings: Value = serde_json::from_str(&turf(&["check", &book, "--format", "json"])).unwrap();
        without_fields(&mut findings);
        keys(&findings, &mut printed);
    }
    let unknown: Vec<&String> =
        printed.iter().filter(|k| !findings.contains(&format!("`{k}`")) && !findings.contains(&format!("\"{k}\""))).collect();
    assert!(unknown.is_empty(), "not in docs/output.md: {unknown:?}");
}

#[test]
fn differences_and_ways_are_documented_key_by_key() {
    let text = document("output.md");
    let (_, rest) = text.split_once("## What `turf diff`").unwrap();
    let (text, _) = rest.split_once("## What `turf show`").unwrap();
    let mut printed = BTreeSet::new();
    let changed = "tests/diff/first-changed";
    let diff = ["diff", "rules/first", changed, "--on", "rules/first/data/leads.csv", "--format", "json"];
    for (arguments, format) in [(&diff[..], "turf-diff/1"), (&["who", "ana", "--book", "rules/first", "--format", "json"], "turf-who/1")] {
        let output = Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["format"], format);
        // Names of people and fields are data, not keys.
        for at in ["/sample/takers", "/sample/flows"] {
            if let Some(Value::Object(all)) = document.pointer_mut(at) {
                *all = all.values().take(1).map(|v| ("takers".to_owned(), v.clone())).collect();
            }
        }
        without_fields(&mut document);
        keys(&document, &mut printed);
    }
    let (_, examples) = text_of("output.md", "## Examples");
    let (findings, _) = text_of("output.md", "## What `turf diff`");
    let known = |k: &str| [text, &examples, &findings].iter().any(|part| part.contains(&format!("`{k}`")));
    let unknown: Vec<&String> = printed.iter().filter(|k| !known(k)).collect();
    assert!(unknown.is_empty(), "not in docs/output.md: {unknown:?}");
}

#[test]
fn what_is_shown_is_documented_key_by_key() {
    let text = document("output.md");
    let (_, shown) = text.split_once("## What `turf show`").unwrap();
    let mut printed = BTreeSet::new();
    for arguments in [
        &["territory", "california", "--book", "rules/first"][..],
        &["territory", "bay", "--book", "tests/conformance/territory-table/book"],
        &["segment", "industrial", "--book", "rules/forbes2000"],
        &["class", "standing", "--book", "rules/forbes2000"],
        &["rule", "bank-expert", "--book", "rules/forbes2000"],
        &["team", "us-financial", "--book", "rules/forbes2000"],
    ] {
        let document: Value = serde_json::from_str(&turf(&[&["show"], arguments, &["--format", "json"]].concat())).unwrap();
        assert_eq!(document["format"], "turf-shown/1");
        keys(&document, &mut printed);
    }
    let unknown: Vec<&String> = printed.iter().filter(|k| !shown.contains(&format!("`{k}`"))).collect();
    assert!(unknown.is_empty(), "not in docs/output.md: {unknown:?}");
    let gone: Vec<String> = documented(shown).into_iter().filter(|k| !printed.contains(k)).collect();
    assert!(gone.is_empty(), "documented and never printed: {gone:?}");
}

#[test]
fn examples_have_the_one_documented_shape_and_plain_values() {
    let (_, text) = text_of("output.md", "## Examples");
    let (text, _) = text.split_once("\n## ").unwrap();
    let shape = documented(text);
    let mut count = 0;
    let diff = ["diff", "rules/first", "tests/diff/first-changed"];
    for arguments in [
        &["check", "rules/first"][..],
        &["check", "tests/gallery/rules-conflict/book"],
        &["check", "tests/gallery/territory-overlap/book"],
        &diff,
        &["who", "ana", "--book", "rules/first"],
        &["who", "mia", "--book", "rules/first"],
    ] {
        let mut document: Value = serde_json::from_str(&turf(&[arguments, &["--format", "json"]].concat())).unwrap();
        let mut all = Vec::new();
        examples(&mut document, &mut all);
        for example in all {
            count += 1;
            let own: BTreeSet<String> = example.as_object().unwrap().keys().cloned().collect();
            assert_eq!(own, shape, "{arguments:?}: {example}");
            let employees = &example["fields"]["employees"];
            assert!(employees.is_null() || employees.is_number(), "{example}");
            let words = example["text"].as_str().unwrap();
            for (name, value) in example["fields"].as_object().unwrap() {
                assert!(words.contains(&format!("{name}: ")), "{name}: {example}");
                // A value as it is, not as a rule would write it.
                assert!(!value.as_str().is_some_and(|v| v.starts_with('"') || v.starts_with('[')), "{example}");
            }
            assert!(example["at"].as_str().unwrap().starts_with(example["on"].as_str().unwrap()), "{example}");
        }
    }
    assert!(count > 12, "{count}");
}

#[test]
fn ways_say_where_they_are_written() {
    let document: Value = serde_json::from_str(&turf(&["who", "mia", "--book", "rules/first", "--format", "json"])).unwrap();
    let way = document["ways"].as_array().unwrap().iter().find(|w| w["by"] == "rule hospital").unwrap();
    assert_eq!((&way["place"]["file"], &way["place"]["line"]), (&"rules.turf".into(), &63.into()), "{way}");
}

#[test]
fn the_journal_is_documented_key_by_key() {
    let text = document("journal.md");
    let home = crate::journal::Home::new(crate::journal::Kept::Sqlite);
    home.fine(&["route", "--commit"]);
    home.fine(&["event", "reassigned", "L3", "--to", "dee", "--reason", "moved"]);
    home.fine(&["event", "away", "ana", "--through", "2099-01-01"]);
    home.fine(&["event", "weight", "desk", "ana", "3"]);
    let mut printed = BTreeSet::new();
    let mut own = BTreeSet::new();
    // What stands under names of the book is not part of the shape.
    let shape = |value: &Value, printed: &mut BTreeSet<String>| {
        let mut value = value.clone();
        for names in ["/entry/record/fields", "/entry/matched/fields", "/entry/state", "/entry/files/rules", "/entry/files/data"] {
            if let Some(found) = value.pointer_mut(names) {
                *found = Value::Null;
            }
        }
        let mut attempts = Vec::new();
        for trial in value.pointer_mut("/entry/trials").and_then(Value::as_array_mut).into_iter().flatten() {
            attempts.extend(trial["attempts"].as_array_mut().into_iter().flatten());
        }
        for attempt in attempts.into_iter().filter(|a| a.get("pointers").is_some()) {
            attempt["pointers"] = Value::Null;
        }
        keys(&value, printed);
    };
    for entry in home.entries() {
        shape(&entry, &mut printed);
        keys(&entry["entry"]["state"], &mut own);
    }
    for arguments in
        [&["replay", "--format", "json"][..], &["audit", "verify", "--state", "--format", "json"], &["ledger", "desk", "--format", "json"]]
    {
        let mut value: Value = serde_json::from_str(&home.fine(arguments)).unwrap();
        for member in value["members"].as_array_mut().into_iter().flatten() {
            member["forgiven"] = Value::Null;
        }
        keys(&value, &mut printed);
    }
    let mut report: Value = serde_json::from_str(&home.fine(&["report", "--at", "2099-01-01", "--format", "json"])).unwrap();
    for names in ["assignees", "rules", "events"] {
        report[names] = Value::Null;
    }
    report["teams"] = report["teams"]["desk"].clone();
    report["teams"]["members"] = Value::Null;
    keys(&report, &mut printed);
    for part in ["turns", "open", "counts", "received", "history"] {
        assert!(text.contains(&format!("`{part}`")), "{part}");
    }
    assert!(own.contains("turns") && own.contains("open"), "{own:?}");
    let unknown: Vec<&String> = printed.iter().filter(|k| !text.contains(&format!("`{k}`"))).collect();
    assert!(unknown.is_empty(), "not in docs/journal.md: {unknown:?}");
}

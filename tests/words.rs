//! The words of the model read back: what `turf::model::words` writes of every book means the same when it is parsed again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use turf::diagnostic::Severity;
use turf::model::words;
use turf::model::{Condition, Pick, RecordId, Rulebook};
use turf::rim::book::open;
use turf::text::SourceFile;
use turf::workspace::Snapshot;

use crate::generated::data;
use crate::generated::{make, text};

/// Finds in a book what an item became, and writes it.
type Writer = Box<dyn Fn(&Rulebook) -> Option<String>>;

/// An item written anew, and how to find the text of what became of it.
struct Again {
    item: String,
    wanted: String,
    written: Writer,
}

fn segment(found: &mut Vec<Again>, book: &Rulebook, conditions: &BTreeMap<RecordId, Condition>) {
    for (record, condition) in conditions {
        let (wanted, record) = (words::condition(book, condition), *record);
        if wanted == "always" {
            continue;
        }
        let name = format!("again-{}", found.len());
        let item = format!("segment {name} {{ {wanted} }}\n");
        let written = move |book: &Rulebook| {
            let segment = book.segments.iter().find(|s| s.name.as_str() == name)?;
            segment.conditions.get(&record).map(|c| words::condition(book, c))
        };
        found.push(Again { item, wanted, written: Box::new(written) });
    }
}

fn rules(found: &mut Vec<Again>, book: &Rulebook) {
    // The only rule of a book need not have a priority, and two must.
    for rule in book.rules.iter().filter(|_| book.rules.len() > 1) {
        let name = format!("again-{}", found.len());
        let record = &book.schema.record(rule.record).name;
        let condition = words::condition(book, &rule.condition);
        let when = if condition == "always" { String::new() } else { format!("when {condition}") };
        let action = words::action(book, rule);
        let item = format!(
            "rule {name} for {record} {{ priority {} {when} {} {} }}\n",
            words::name(&rule.priority.name),
            action.replace("; ", " "),
            words::dates(&rule.dates).unwrap_or_default()
        );
        let written = move |book: &Rulebook| {
            let rule = book.rules.iter().find(|r| r.name.as_str() == name)?;
            Some(format!("{} / {}", words::condition(book, &rule.condition), words::action(book, rule)))
        };
        found.push(Again { item, wanted: format!("{condition} / {action}"), written: Box::new(written) });
    }
}

/// Definitions whose text is an item as it stands, under another name.
fn definitions(found: &mut Vec<Again>, book: &Rulebook) {
    macro_rules! all {
        ($list:ident, $write:path) => {
            for definition in &book.$list {
                let name = format!("again-{}", found.len());
                let mut renamed = definition.clone();
                renamed.name.text = name.clone().into();
                let wanted = $write(book, &renamed);
                let written = move |book: &Rulebook| Some($write(book, book.$list.iter().find(|d| d.name.as_str() == name)?));
                found.push(Again { item: format!("{wanted}\n"), wanted, written: Box::new(written) });
            }
        };
    }
    all!(teams, words::team);
    all!(overlays, words::overlay);
    all!(credits, words::credit);
}

/// Everything of a book whose words can be read again.
fn everything(book: &Rulebook) -> Vec<Again> {
    let mut found = Vec::new();
    for definition in &book.segments {
        segment(&mut found, book, &definition.conditions);
    }
    for territory in &book.territories {
        segment(&mut found, book, &territory.conditions);
    }
    for class in &book.classes {
        for condition in class.lines.iter().filter_map(|l| l.when.as_ref()) {
            segment(&mut found, book, &[(class.record, condition.clone())].into());
        }
    }
    for team in &book.teams {
        team.limits.iter().for_each(|l| segment(&mut found, book, &l.conditions));
        let texts = team.pick.iter().filter_map(|p| if let Pick::Prefer(c, _) = p { Some(words::fitting(book, c)) } else { None });
        assert!(texts.into_iter().all(|t| t != "never"));
    }
    rules(&mut found, book);
    definitions(&mut found, book);
    found
}

#[track_caller]
fn same_again(of: &str, before: &Rulebook, read_again: impl FnOnce(String) -> Snapshot) -> usize {
    let all = everything(before);
    let items: String = all.iter().map(|a| a.item.as_str()).collect();
    let snapshot = read_again(items.clone());
    let errors: Vec<_> = snapshot.findings.iter().filter(|f| f.severity == Severity::Error).cloned().collect();
    assert!(errors.is_empty(), "{of}: {}\n{items}", turf::diagnostic::render::lines(&errors, &snapshot.sources));
    for again in &all {
        assert_eq!((again.written)(&snapshot.book).as_deref(), Some(again.wanted.as_str()), "{of}: {}", again.item);
    }
    all.len()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

#[test]
fn the_words_of_the_books_mean_the_same_when_read_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut books = vec![root.join("rules/forbes2000"), root.join("rules/first")];
    let mut cases: Vec<PathBuf> = fs::read_dir(root.join("tests/conformance")).unwrap().map(|e| e.unwrap().path().join("book")).collect();
    cases.sort();
    books.extend(cases);
    let mut read = 0;
    for book in books {
        let shown = book.display().to_string();
        let folder = tempfile::tempdir().unwrap();
        copy(&book, folder.path());
        let before = open(folder.path()).unwrap().snapshot.book;
        read += same_again(&shown, &before, |items| {
            fs::write(folder.path().join("zz-again.turf"), items).unwrap();
            open(folder.path()).unwrap().snapshot
        });
    }
    assert!(read > 150, "only {read}");
}

#[test]
fn the_words_of_generated_books_mean_the_same_when_read_again() {
    for seed in 0..60 {
        let (data, rules) = (data::data(seed), text(seed));
        let before = make(&data, vec![SourceFile::new("book.turf", &rules)]);
        same_again(&format!("seed {seed}"), &before.snapshot.book, |items| {
            make(&data, vec![SourceFile::new("book.turf", &rules), SourceFile::new("zz-again.turf", &items)]).snapshot
        });
    }
}

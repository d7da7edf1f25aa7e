//! The gallery of failures: for every kind of finding a book that has it, the same book put right, and a page whose
//! output is made from the case. `TURF_BLESS=1 cargo test --test turf gallery` writes the pages anew.

use std::fs;
use std::path::{Path, PathBuf};

use turf::diagnostic::render::{Look, terminal};
use turf::diagnostic::{DiagnosticName, Severity};
use turf::rim::book::{self, Opened};
use turf::syntax::FILE_LIMIT;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|e| (e.path(), e.file_name())).unwrap();
        if path.is_dir() {
            fs::create_dir_all(to.join(&name)).unwrap();
            copy(&path, &to.join(&name));
        } else {
            fs::copy(&path, to.join(&name)).unwrap();
        }
    }
}

/// Opens a case's book, put right if asked.
fn open(name: &str, fixed: bool) -> Opened {
    let case = root().join("tests/gallery").join(name);
    let folder = tempfile::tempdir().unwrap();
    copy(&case.join("book"), folder.path());
    if name == "too-large" && !fixed {
        // Too large to keep: comments up to the limit and one byte more.
        fs::write(folder.path().join("mistake.turf"), "#".repeat(FILE_LIMIT + 1)).unwrap();
    }
    if fixed {
        copy(&case.join("fixed"), folder.path());
    }
    let mut opened = book::open(folder.path()).unwrap();
    assert_eq!(opened.snapshot.prove().mistakes, Vec::<String>::new(), "{name}: the analysis and the evaluator disagree");
    opened
}

fn output(opened: &Opened, name: DiagnosticName) -> String {
    let shown: Vec<_> = opened.snapshot.findings.iter().filter(|f| f.name == name).cloned().collect();
    let text = terminal(&shown, &opened.snapshot.sources, Look { colour: false, width: 100 });
    // A page need not name itself again.
    text.lines().filter(|l| !l.starts_with("More about one of them")).map(|l| format!("{l}\n")).collect()
}

#[test]
fn every_finding_has_a_case_that_shows_it_and_one_put_right() {
    for name in DiagnosticName::ALL {
        let wrong = open(name.as_str(), false);
        assert!(
            wrong.snapshot.findings.iter().any(|f| f.name == *name),
            "tests/gallery/{name} does not show it: {:#?}",
            wrong.snapshot.findings
        );
        let right = open(name.as_str(), true);
        let left: Vec<_> = right.snapshot.findings.iter().filter(|f| f.name == *name || f.severity == Severity::Error).collect();
        assert!(left.is_empty(), "tests/gallery/{name}/fixed still has {left:#?}");
    }
}

#[test]
fn every_case_shows_little_else() {
    let mut others = Vec::new();
    for name in DiagnosticName::ALL {
        let wrong = open(name.as_str(), false);
        let more = wrong.snapshot.findings.into_iter().filter(|f| f.name != *name && f.severity == Severity::Error);
        others.extend(more.map(|f| format!("{name} also has {}: {}", f.name, f.headline)));
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn every_page_shows_what_turf_really_says() {
    for name in DiagnosticName::ALL {
        let path = root().join(format!("src/diagnostic/pages/{name}.md"));
        let page = fs::read_to_string(&path).unwrap();
        assert!(page.starts_with(&format!("# {name}\n")), "the page of {name} does not begin with its name");
        let mark = format!("<!-- made from tests/gallery/{name}; do not edit -->\n");
        let (before, rest) = page.split_once(&mark).unwrap_or_else(|| panic!("the page of {name} lacks the mark {mark}"));
        let (_, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("the page of {name} lacks its end mark"));
        let made = format!("{before}{mark}```text\n{}```\n<!-- end -->{after}", output(&open(name.as_str(), false), *name));
        if std::env::var_os("TURF_BLESS").is_some() {
            fs::write(&path, made).unwrap();
        } else {
            assert!(page == made, "the page of {name} is out of date: TURF_BLESS=1 cargo test --test turf gallery, and read it");
        }
    }
}

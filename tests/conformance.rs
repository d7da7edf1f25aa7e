//! Conformance: small books with their leads and, as files, the decisions and explanations expected of them.
//!
//! `TURF_BLESS=1 cargo test --test turf conformance` writes the expected files anew; read them before they are kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    cases
}

fn turf(book: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).args(["--at", "2027-03-10T12:00Z"]).arg("--book").arg(book).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}: turf {arguments:?}: {}", book.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs `turf` for a book whose leads have an arrival: then no moment is given.
fn turf_at_arrival(book: &Path, arguments: &[&str]) -> String {
    let arrives = fs::read_to_string(book.join("rules.turf")).unwrap().contains(", arrival");
    if !arrives {
        return turf(book, arguments);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).arg("--book").arg(book).output().unwrap();
    assert!(output.status.success(), "{}: turf {arguments:?}: {}", book.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn expect(path: &Path, got: &str) {
    if std::env::var_os("TURF_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, got).unwrap();
        return;
    }
    let wanted = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(wanted, got, "{} (TURF_BLESS=1 writes it anew)", path.display());
}

#[test]
fn every_book_decides_as_written_down() {
    assert!(cases().len() >= 8);
    for case in cases() {
        expect(&case.join("expected/route.csv"), &turf_at_arrival(&case.join("book"), &["route", "--format", "csv"]));
    }
}

#[test]
fn every_lead_is_explained_as_written_down() {
    for case in cases() {
        let leads = fs::read_to_string(case.join("book/leads.csv")).unwrap();
        for id in leads.lines().skip(1).filter_map(|l| l.split(',').next()) {
            expect(&case.join(format!("expected/why-{id}.txt")), &turf_at_arrival(&case.join("book"), &["why", id]));
        }
    }
}

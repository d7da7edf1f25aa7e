//! What the README promises is what turf does: its two commands, its sample, its screens.

use std::fs;
use std::path::Path;
use std::process::Command;

use turf::text::{FileId, SourceFile};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

fn turf(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(root()).env("NO_COLOR", "1").output().unwrap();
    assert!(output.status.success(), "turf {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The fenced blocks of a language.
fn fences(language: &str) -> Vec<String> {
    readme().split(&format!("```{language}\n")).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_screens_are_real() {
    let screens = fences("text");
    assert_eq!(screens.len(), 5);
    assert_eq!(screens[0], turf(&["why", "865", "--book", "rules/forbes2000"]));
    assert_eq!(screens[1], turf(&["why", "865", "--book", "rules/forbes2000", "--not", "by-territory"]));
    let diff = Command::new(env!("CARGO_BIN_EXE_turf"))
        .args(["diff", "rules/first", "tests/diff/first-changed"])
        .current_dir(root())
        .output()
        .unwrap();
    assert_eq!(screens[2], String::from_utf8(diff.stdout).unwrap());
    assert_eq!(screens[3], turf(&["who", "mia", "--book", "rules/first"]));
    assert_eq!(screens[4], turf(&["show", "territory", "california", "--book", "rules/first"]));
}

#[test]
fn the_first_command_routes_every_company() {
    let commands: Vec<String> = fences("sh").concat().lines().map(str::to_owned).collect();
    let [route, test] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(test, "cargo test");
    let arguments: Vec<&str> = route.strip_prefix("cargo run --release -- ").unwrap().split(' ').collect();
    assert!(turf(&arguments).contains("\n2,000 leads decided"));
}

#[test]
fn the_samples_parse() {
    for sample in fences("turf") {
        let parsed = turf::syntax::parse(FileId(0), &SourceFile::new("README.md", &sample));
        assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
    }
}

#[test]
fn every_command_of_the_table_has_help() {
    for line in readme().lines().filter(|l| l.starts_with("| `turf ")) {
        let command = line.trim_start_matches("| `turf ").split(' ').next().unwrap();
        assert!(turf(&[command, "--help"]).contains("Examples:") || turf(&[command, "--help"]).contains("Example:"), "{command}");
    }
}

//! `turf completions`, `turf man` and `--help`: made from the arguments, so that nothing is missing.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn turf(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// The commands that `turf --help` lists.
fn commands() -> Vec<String> {
    let (_, help) = turf(&["--help"]);
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names =
        listed.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   ")).map(|l| l.split_whitespace().next().unwrap().to_owned());
    names.filter(|n| n != "help").collect()
}

#[test]
fn every_command_teaches_with_an_example() {
    assert!(commands().len() >= 12);
    for command in commands() {
        let (code, help) = turf(&[&command, "--help"]);
        assert!(code == 0 && help.contains(&format!("turf {command}")) && help.contains("Example"), "{help}");
    }
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script) = turf(&["completions", shell]);
        assert_eq!(code, 0);
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
    }
    assert_eq!(turf(&["completions", "dos"]).0, 2);
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(turf(&["completions", "bash"]).1.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let (code, page) = turf(&["man"]);
    assert!(code == 0 && page.contains(".TH turf 1"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display().to_string();
    assert_eq!(turf(&["man", "--out", &shown]).0, 0);
    for command in commands() {
        let page = fs::read_to_string(folder.path().join(format!("turf-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH turf-{command} 1")) && page.contains(&format!("turf {command}")), "{page}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("turf.1")).unwrap(), page);
    assert_eq!(turf(&["man", "--out", &format!("{shown}/gone")]).0, 2);
}

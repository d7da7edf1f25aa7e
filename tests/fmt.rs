//! `turf fmt` from outside: what it writes, what it leaves alone, and its exit codes.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn turf(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(folder).output().unwrap()
}

#[track_caller]
fn expect(output: &Output, code: i32, out: &str, err: &str) {
    let shown = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(output.status.code(), Some(code), "{shown:?}");
    assert_eq!(shown.0, out);
    assert!(shown.1.contains(err), "{}", shown.1);
    assert!(!err.is_empty() || shown.1.is_empty(), "{}", shown.1);
}

const UGLY: &str = "rule a{when x is 1 route   to queue q}  # first\n\n\n\nsegment s {\n# why\nx is 2 }\n";
const FINE: &str = "rule a { when x is 1  route to queue q }  # first\n\nsegment s {\n  # why\n  x is 2\n}\n";
const BROKEN: &str = "rule b {\n     when is\n}\n";

#[test]
fn a_file_is_formatted_once_and_then_it_is_fine() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.turf");
    fs::write(&file, UGLY).unwrap();
    expect(
        &turf(folder.path(), &["fmt", "--check", "a.turf"]),
        1,
        "a.turf is not in the style\n1 of 1 file not in the style: run `turf fmt` without `--check`.\n",
        "",
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), UGLY);
    expect(&turf(folder.path(), &["fmt", "a.turf"]), 0, "formatted a.turf\n1 of 1 file formatted.\n", "");
    assert_eq!(fs::read_to_string(&file).unwrap(), FINE);
    expect(&turf(folder.path(), &["fmt", "--check", "."]), 0, "1 file looked at: all in the style.\n", "");
    expect(&turf(folder.path(), &["fmt", "--diff", "a.turf"]), 0, "", "");
}

#[test]
fn a_difference_is_shown_as_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.turf"), "queues [a,b]\nlist x = [1]\n").unwrap();
    let diff = "--- a.turf\n+++ a.turf\n@@ -1,2 +1,2 @@\n-queues [a,b]\n+queues [a, b]\n list x = [1]\n";
    expect(&turf(folder.path(), &["fmt", "--diff", "a.turf"]), 1, diff, "");
}

#[test]
fn what_does_not_parse_stays_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.turf");
    fs::write(&file, format!("{BROKEN}{UGLY}")).unwrap();
    let said = "a.turf:1: this item does not parse and stays as it is";
    expect(&turf(folder.path(), &["fmt", "a.turf"]), 1, "formatted a.turf\n1 of 1 file formatted.\n", said);
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{BROKEN}{FINE}"));
    expect(&turf(folder.path(), &["fmt", "a.turf"]), 1, "1 file looked at: everything that parses is in the style.\n", said);
}

#[test]
fn editors_send_the_text_and_get_it_back() {
    for (given, back, code) in
        [(UGLY, FINE, 0), ("", "", 0), (BROKEN, BROKEN, 1), ("queues [a,b]\r\n# x\r\n", "queues [a, b]\r\n# x\r\n", 0)]
    {
        let mut child = Command::new(env!("CARGO_BIN_EXE_turf"))
            .args(["fmt", "--stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
        expect(&child.wait_with_output().unwrap(), code, back, "");
    }
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    expect(&turf(path, &["fmt"]), 2, "", "There is no book");
    expect(&turf(path, &["fmt", "."]), 2, "", "no file ending in .turf");
    expect(&turf(path, &["fmt", "gone.turf"]), 2, "", "gone.turf");
    expect(&turf(path, &["fmt", "--width", "3"]), 2, "", "from 40 to 400");
    fs::write(path.join("latin.turf"), b"# caf\xe9\nqueues [a,b]\n").unwrap();
    fs::write(path.join("a.turf"), "queues [a,b]\n").unwrap();
    expect(&turf(path, &["fmt", "."]), 2, "formatted a.turf\n", "is not a text in UTF-8");
    assert_eq!(fs::read(path.join("latin.turf")).unwrap(), b"# caf\xe9\nqueues [a,b]\n");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("real.turf");
    let link = folder.path().join("link.turf");
    fs::write(&file, UGLY).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.turf", &link).unwrap();
    expect(&turf(folder.path(), &["fmt", "link.turf"]), 0, "formatted link.turf\n1 of 1 file formatted.\n", "");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(&file).unwrap(), FINE);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn every_book_here_is_in_the_style_or_can_be_put_into_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = turf::rim::below::rule_files(&root.join("rules")).unwrap();
    assert!(files.len() > 10);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let made = turf::syntax::format::format(&turf::text::SourceFile::new("book.turf", &text), turf::syntax::format::WIDTH).unwrap();
        assert_eq!(made.text, text, "{}", file.display());
    }
    for file in turf::rim::below::rule_files(&root.join("tests")).unwrap() {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for width in [40, 80, 120] {
            if let Err(why) = turf::syntax::format::format(&turf::text::SourceFile::new("book.turf", &text), width) {
                panic!("{}: {why:?}", file.display());
            }
        }
    }
}

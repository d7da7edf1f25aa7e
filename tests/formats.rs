//! Files in other formats than plain CSV: packed ones, JSON lines, standard input. The decisions are the same.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

const LEADS: &str = "rules/first/data/leads.csv";

fn turf(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_turf"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// Routes a file, or standard input, by the first book into CSV on standard output.
fn routed(leads: &str, input: &[u8]) -> String {
    let output = turf(&["route", leads, "--book", "rules/first", "--format", "csv"], input);
    assert_eq!(output.status.code(), Some(0), "{leads}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn packed_files_are_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let plain = fs::read(LEADS).unwrap();
    let expected = routed(LEADS, b"");
    let zstandard = |bytes: &[u8]| compress_to_vec(bytes, CompressionLevel::Fastest);
    let packed = [("leads.csv.gz", gzip(&plain)), ("leads.csv.zst", zstandard(&plain))];
    for (name, bytes) in &packed {
        assert_eq!(routed(&write(folder.path(), name, bytes), b""), expected, "{name}");
        // What standard input is packed with is seen by how it begins.
        assert_eq!(routed("-", bytes), expected, "{name}");
    }
    // Two members joined are one file, and a name that only looks packed is plain.
    let half = plain.len() / 2;
    assert_eq!(routed(&write(folder.path(), "two.csv.gz", &[gzip(&plain[..half]), gzip(&plain[half..])].concat()), b""), expected);
    assert_eq!(routed(&write(folder.path(), "plain.csv.gz", &plain), b""), expected);
    // Out: by the ending of the name, the format too.
    let route = |name: &str| {
        let path = folder.path().join(name);
        let output = turf(&["route", LEADS, "--book", "rules/first", "--out", path.to_str().unwrap()], b"");
        assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        fs::read(path).unwrap()
    };
    let mut text = String::new();
    GzDecoder::new(route("out.csv.gz").as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, expected);
    let (mut text, bytes) = (String::new(), route("out.csv.zst"));
    StreamingDecoder::new(bytes.as_slice()).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, expected);
    let (mut text, bytes) = (String::new(), route("out.jsonl.gz"));
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), expected.lines().count() - 1);
    assert!(text.lines().all(|line| line.starts_with("{\"id\":")), "{text}");
    assert!(route("out.json").starts_with(b"[\n{"));
}

#[test]
fn a_damaged_file_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let packed = gzip(&fs::read(LEADS).unwrap());
    let cut = write(folder.path(), "cut.csv.gz", &packed[..packed.len() - 20]);
    let out = folder.path().join("out.csv");
    let output = turf(&["route", &cut, "--book", "rules/first", "--out", out.to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("cut.csv.gz") && told.contains("ends early or is damaged, so pack it again"), "{told}");
    assert!(!out.exists());
    let twice = write(folder.path(), "twice.csv.gz", &gzip(&packed));
    let told = turf(&["route", &twice, "--book", "rules/first"], b"");
    assert!(String::from_utf8_lossy(&told.stderr).contains("is a file packed twice, not text"), "{told:?}");
}

#[test]
fn json_lines_on_standard_input_need_no_option() {
    // Each row as an object of its columns.
    let mut reader = csv::Reader::from_path(LEADS).unwrap();
    let header = reader.headers().unwrap().clone();
    let line = |row: csv::StringRecord| {
        let members = header.iter().zip(row.iter()).map(|(name, cell)| (name.to_owned(), serde_json::Value::from(cell)));
        serde_json::Value::Object(members.collect()).to_string()
    };
    let lines: Vec<String> = reader.records().map(|row| line(row.unwrap())).collect();
    assert_eq!(routed("-", format!("\n{}\n", lines.join("\n")).as_bytes()), routed(LEADS, b""));
}

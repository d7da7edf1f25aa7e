//! The command as a user meets it: one lead explained by a process that starts cold and by one that is warm, and whole files of
//! growing size with the memory they take.
//!
//! `cargo bench --bench command` prints the tables; `-- --large` adds ten million leads; `-- --test` runs everything once on small
//! sizes.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench prints, and stops at what it does not expect")]

mod workload;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use turf::data::{DataFile, FileKind, Input, RecordReader, Row};
use turf::decide::{begin, decide};
use turf::explain::{Looking, explain};
use turf::model::{Record, ReferenceData, Schema, Tables};
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials, Snapshot};
use workload::{Lead, Leads, Rule};

fn median(mut all: Vec<u128>) -> u128 {
    all.sort_unstable();
    all[all.len() / 2]
}

/// Runs the command and returns how long it took and what it told beside its output.
fn turf(arguments: &[&str], folder: &Path) -> (u128, String) {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(folder).output().unwrap();
    let took = start.elapsed().as_micros();
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{arguments:?}: {told}");
    (took, told)
}

fn records(schema: &Schema, kind: &str, csv: Vec<u8>) -> Vec<Record> {
    let input = Input::new(std::io::Cursor::new(csv), "bench.csv", FileKind::Csv).unwrap();
    let reader = RecordReader::open(input, schema, schema.find(kind).unwrap(), &DataFile::default(), &TimeZone::UTC).unwrap();
    let rows = reader.map(|row| match row.unwrap() {
        Row::Record(record) => record,
        Row::SetAside(row) => panic!("{row}"),
    });
    rows.collect()
}

fn snapshot(rules: usize) -> Snapshot {
    let text = workload::book_text(&workload::rules(7, rules));
    let draft = Draft::new(Sources::new(vec![SourceFile::new("rules.turf", &text)]));
    let reps = records(&draft.schema, "rep", workload::reps_csv().into_bytes());
    let reps: BTreeMap<Arc<str>, Record> = reps.into_iter().map(|r| (r.key.clone(), r)).collect();
    let kind = draft.schema.find("rep").unwrap();
    draft.finish(Materials {
        name: "bench".to_owned(),
        zone: TimeZone::UTC,
        tables: Tables::new(),
        data: ReferenceData { records: BTreeMap::from([(kind, reps)]), ..ReferenceData::default() },
        findings: Vec::new(),
        settings: Default::default(),
    })
}

/// Microseconds for the whole explanation of a lead, every rule with what failed, in a process that has the book.
fn warm(rules: usize, leads: usize) -> u128 {
    let snapshot = snapshot(rules);
    let plan = snapshot.plan.as_ref().unwrap();
    let mut csv = Vec::new();
    workload::write_csv(&mut csv, 11, leads).unwrap();
    let now = Timestamp::UNIX_EPOCH;
    let state = begin(plan, now);
    let each = records(&plan.book.schema, "lead", csv).into_iter().map(|record| {
        let start = Instant::now();
        let decision = decide(plan, record, &state, now);
        let explanation = explain(&Looking::new(plan, &snapshot.sources, &decision, &state));
        let took = start.elapsed().as_micros();
        drop(explanation);
        took
    });
    median(each.collect())
}

fn one_lead(sizes: &[usize], runs: usize) {
    println!("one lead explained, medians of {runs} runs");
    println!("| rules | `turf why`, whole process | explanation in a warm process |\n| --- | --- | --- |");
    for size in sizes {
        let folder = tempfile::tempdir().unwrap();
        workload::write_book(folder.path(), 20, *size).unwrap();
        let rules: Vec<Rule> = workload::rules(7, *size);
        let lead: Lead = Leads::new(11).nth(6).unwrap();
        let rule = workload::first_match(&rules, &lead).map_or_else(|| "otherwise".to_owned(), |n| format!("r{n:06}"));
        let why = |_| {
            let (took, told) = turf(&["why", &lead.id], folder.path());
            assert!(told.contains(&rule), "not by {rule}: {told}");
            took
        };
        let cold = median((0..runs).map(why).collect());
        let warm = warm(*size, 50);
        println!("| {size} | {}.{} ms | {}.{:02} ms |", cold / 1_000, cold % 1_000 / 100, warm / 1_000, warm % 1_000 / 10);
    }
}

fn growth(sizes: &[usize], rules: usize) {
    println!("\nfiles routed by {rules} rules, CSV to CSV");
    println!("| leads | seconds | microseconds a lead | most memory |\n| --- | --- | --- | --- |");
    for size in sizes {
        let folder = tempfile::tempdir().unwrap();
        workload::write_book(folder.path(), *size, rules).unwrap();
        let (took, told) = turf(&["route", "--format", "csv", "--out", "out.csv", "--timings"], folder.path());
        let memory = told.lines().find_map(|l| l.trim().strip_prefix("- most memory taken: ")).unwrap_or("not told").to_owned();
        let each = took * 100 / *size as u128;
        println!("| {size} | {}.{:02} | {}.{:02} | {memory} |", took / 1_000_000, took % 1_000_000 / 10_000, each / 100, each % 100);
    }
}

fn main() {
    let asked = |name: &str| std::env::args().any(|a| a == name);
    if asked("--test") {
        one_lead(&[10], 1);
        return growth(&[1_000], 10);
    }
    one_lead(&[10, 1_000, 10_000], 15);
    growth(if asked("--large") { &[100_000, 1_000_000, 10_000_000] } else { &[100_000, 1_000_000] }, 1_000);
}

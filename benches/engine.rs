//! Deciding leads: by the index, by asking every rule, and by a scan of the same rules written by hand, side by side.
//!
//! `cargo bench --bench engine` prints the tables, medians over rounds in which all take turns (`-- values` and `-- files` only one of
//! them); `-- --large` adds 100,000 rules; `-- --test` compares the answers on small books and stops; `-- cells RULES ROUNDS` finds rules and nothing
//! else, for profiles; `-- write DIR LEADS RULES` writes a book with its leads
//! for the command line. The second table routes a file of a million leads and compares with the `csv` crate that only reads
//! the file and writes the same output.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench prints, and stops at what it does not expect")]

mod workload;

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use turf::batch::{Cell, Done, Finder, Stream, Wanted};
use turf::data::{DataFile, FileKind, Input, OutCell, Output, Pieces, RecordReader, Row, push_csv_row};
use turf::decide::{Engine, begin, decide};
use turf::model::{Record, RecordId, ReferenceData, Schema, Tables};
use turf::plan::Plan;
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials};
use workload::{Lead, Leads, Rule};

const ROUNDS: usize = 7;

/// How many rows are parsed before they are decided, about as many as a piece of a file has.
const PIECE: usize = 1_000;

/// A book of the rules with its roster.
fn plan(rules: &[Rule]) -> (Arc<Plan>, Duration) {
    let text = workload::book_text(rules);
    let start = Instant::now();
    let draft = Draft::new(Sources::new(vec![SourceFile::new("rules.turf", &text)]));
    let reps = records(&draft.schema, "rep", workload::reps_csv().into_bytes());
    let kind = draft.schema.find("rep").unwrap();
    let reps: BTreeMap<Arc<str>, Record> = reps.into_iter().map(|r| (r.key.clone(), r)).collect();
    let materials = Materials {
        name: "bench".to_owned(),
        zone: TimeZone::UTC,
        tables: Tables::new(),
        data: ReferenceData { records: BTreeMap::from([(kind, reps)]), ..ReferenceData::default() },
        findings: Vec::new(),
        settings: Default::default(),
    };
    let snapshot = draft.finish(materials);
    let took = start.elapsed();
    (snapshot.plan.unwrap_or_else(|| panic!("{:?}", snapshot.findings.first())), took)
}

fn records(schema: &Schema, kind: &str, csv: Vec<u8>) -> Vec<Record> {
    let input = Input::new(std::io::Cursor::new(csv), "bench.csv", FileKind::Csv).unwrap();
    let kind: RecordId = schema.find(kind).unwrap();
    let reader = RecordReader::open(input, schema, kind, &DataFile::default(), &TimeZone::UTC).unwrap();
    let rows = reader.map(|row| match row.unwrap() {
        Row::Record(record) => record,
        Row::SetAside(row) => panic!("{row}"),
    });
    rows.collect()
}

struct Work {
    rules: Vec<Rule>,
    plan: Arc<Plan>,
    ready: Duration,
    leads: Vec<Lead>,
    records: Vec<Record>,
    rows: Vec<csv::StringRecord>,
}

/// Rows as parsed: texts and elements as slices of the row, numbers and moments as numbers.
fn parsed<'r>(rows: &'r [csv::StringRecord], elements: &'r [Vec<&'r str>]) -> Vec<[Cell<'r>; 15]> {
    let cell = |(at, text): (usize, &'r str), products: &'r [&'r str]| match at {
        _ if text.is_empty() => Cell::Missing,
        6 | 7 | 11 => Cell::Whole(text.parse().unwrap()),
        8 => Cell::Elements(products),
        12 => Cell::Seconds(text.parse::<Timestamp>().unwrap().as_second()),
        _ => Cell::Text(text),
    };
    let row = |(row, products): (&'r csv::StringRecord, &'r Vec<&'r str>)| {
        let mut cells = [Cell::Missing; 15];
        cells.iter_mut().zip(row.iter().enumerate()).for_each(|(own, text)| *own = cell(text, products));
        cells
    };
    rows.iter().zip(elements).map(row).collect()
}

fn elements(rows: &[csv::StringRecord]) -> Vec<Vec<&str>> {
    rows.iter().map(|row| row[8].split(';').filter(|e| !e.is_empty()).collect()).collect()
}

fn work(rules: usize, leads: usize) -> Work {
    let rules = workload::rules(7, rules);
    let (plan, ready) = plan(&rules);
    let mut csv = Vec::new();
    workload::write_csv(&mut csv, 11, leads).unwrap();
    let rows = csv::Reader::from_reader(csv.as_slice()).into_records().map(Result::unwrap).collect();
    let records = records(&plan.book.schema, "lead", csv);
    Work { rules, plan, ready, leads: Leads::new(11).take(leads).collect(), records, rows }
}

fn lead(plan: &Plan) -> RecordId {
    plan.book.schema.find("lead").unwrap()
}

/// Every way must find the same rule for every lead.
fn compare(work: &Work) {
    let mut engine = Engine::new(&work.plan, lead(&work.plan));
    let now = Timestamp::UNIX_EPOCH;
    let state = begin(&work.plan, now);
    let indexed = engine.clone();
    let mut finder = Finder::new(&work.plan, lead(&work.plan), &indexed);
    let elements = elements(&work.rows);
    for ((own, record), cells) in work.leads.iter().zip(&work.records).zip(parsed(&work.rows, &elements)) {
        let by_hand = workload::first_match(&work.rules, own).map(|n| format!("r{n:06}"));
        let found = engine.first_rule(record, &state, now).map(|id| work.plan.book.rules[id.index()].name.to_string());
        assert_eq!(found, by_hand, "lead {}", record.key);
        let mut of_cells = None;
        finder.first_rules(&[cells], (&state, now), |_, rule| of_cells = rule.map(|id| work.plan.book.rules[id.index()].name.to_string()));
        assert_eq!(of_cells, by_hand, "lead {}", record.key);
        let mut all = Vec::new();
        finder.all_rules(&[cells], (&state, now), |_, id| all.push(work.plan.book.rules[id.index()].name.to_string()));
        let of_cells = std::mem::take(&mut all);
        engine.all_rules(record, &state, now, |id| all.push(work.plan.book.rules[id.index()].name.to_string()));
        let all_by_hand =
            work.rules.iter().enumerate().filter(|(_, rule)| workload::rule::applies(rule, own)).map(|(n, _)| format!("r{n:06}"));
        assert_eq!(all, all_by_hand.collect::<Vec<_>>(), "lead {}", record.key);
        assert_eq!(all, of_cells, "lead {}", record.key);
        let decided = engine.decide(record.clone(), &state, now);
        assert_eq!(decided, decide(&work.plan, record.clone(), &state, now), "lead {}", record.key);
    }
}

fn median(mut all: Vec<u128>) -> u128 {
    all.sort_unstable();
    all[all.len() / 2]
}

/// Nanoseconds per lead.
fn time(leads: usize, run: impl FnOnce()) -> u128 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() / leads as u128
}

/// What the books are like: where the first rule is that takes a lead, how many leads none takes, and how many rules one.
fn shape(sizes: &[usize]) {
    println!("| rules | mean place of the first that applies | none applies | rules that apply to a lead |");
    println!("| --- | --- | --- | --- |");
    for size in sizes {
        let rules = workload::rules(7, *size);
        let leads: Vec<Lead> = Leads::new(11).take((20_000_000 / size).clamp(200, 5_000)).collect();
        let places: Vec<usize> = leads.iter().filter_map(|lead| workload::first_match(&rules, lead)).collect();
        let none = 100 * (leads.len() - places.len()) / leads.len();
        let all: usize = leads.iter().map(|lead| rules.iter().filter(|rule| workload::rule::applies(rule, lead)).count()).sum();
        let (place, tenths) = (1 + places.iter().sum::<usize>() / places.len().max(1), 10 * all / leads.len());
        println!("| {size} | {place} | {none} of 100 | {}.{} |", tenths / 10, tenths % 10);
    }
    println!();
}

fn table(sizes: &[usize]) {
    println!("nanoseconds a lead, one thread; medians of {ROUNDS} rounds");
    println!(
        "cells: {PIECE} rows at a time have just been parsed to slices of text, whole numbers, seconds and elements; from there to rules"
    );
    println!("records: the values of 50,000 leads; from there to rules, or to whole decisions");
    println!(
        "| rules | cells: first rule | cells: all rules | all / first | records: first rule | records: whole decision | asking every rule | scan by hand | scan / first | book to ready | index made | index size |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for size in sizes {
        let work = work(*size, 50_000);
        let few = (20_000_000 / size).clamp(20, 2_000);
        let start = Instant::now();
        let mut engine = Engine::new(&work.plan, lead(&work.plan));
        let made = start.elapsed();
        let now = Timestamp::UNIX_EPOCH;
        let state = begin(&work.plan, now);
        let indexed = engine.clone();
        let mut finder = Finder::new(&work.plan, lead(&work.plan), &indexed);
        let [mut first, mut every, mut valued, mut whole, mut asked, mut hand] = [const { Vec::new() }; 6];
        let mut found = 0_usize;
        for _ in 0..ROUNDS {
            let (mut of_first, mut of_all) = (Duration::ZERO, Duration::ZERO);
            for rows in work.rows.chunks(PIECE) {
                let elements = elements(rows);
                let cells = parsed(rows, &elements);
                let start = Instant::now();
                finder.first_rules(&cells, (&state, now), |_, rule| found += usize::from(rule.is_some()));
                let between = Instant::now();
                finder.all_rules(&cells, (&state, now), |_, _| found += 1);
                of_first += between - start;
                of_all += between.elapsed();
            }
            first.push(of_first.as_nanos() / work.rows.len() as u128);
            every.push(of_all.as_nanos() / work.rows.len() as u128);
            valued.push(time(work.records.len(), || {
                found += work.records.iter().filter(|r| engine.first_rule(r, &state, now).is_some()).count();
            }));
            whole.push(time(work.records.len(), || {
                found += work.records.iter().filter(|r| engine.decide((*r).clone(), &state, now).due.is_some()).count();
            }));
            asked.push(time(few, || {
                found += work.records[..few].iter().filter(|r| decide(&work.plan, (*r).clone(), &state, now).due.is_some()).count();
            }));
            hand.push(time(few, || {
                found += work.leads[..few].iter().filter(|l| workload::first_match(&work.rules, l).is_some()).count();
            }));
        }
        assert!(found > 0);
        let [first, every, valued, whole, asked, hand] = [first, every, valued, whole, asked, hand].map(median);
        let (times, more) = (hand * 10 / first.max(1), every * 10 / first.max(1));
        println!(
            "| {size} | {first} | {every} | {}.{} | {valued} | {whole} | {asked} | {hand} | {}.{} | {} ms | {} ms | {} KB |",
            more / 10,
            more % 10,
            times / 10,
            times % 10,
            work.ready.as_millis(),
            made.as_millis(),
            engine.index().size() / 1_000
        );
    }
}

/// Finds the first rule for some leads and nothing else: what a profile should see. The least of many rounds is hardly disturbed by
/// other work on the machine.
fn cells(rules: usize, rounds: usize) {
    let work = work(rules, PIECE * 10);
    let engine = Engine::new(&work.plan, lead(&work.plan));
    let now = Timestamp::UNIX_EPOCH;
    let state = begin(&work.plan, now);
    let mut finder = Finder::new(&work.plan, lead(&work.plan), &engine);
    let elements = elements(&work.rows);
    let cells = parsed(&work.rows, &elements);
    let mut found = 0_usize;
    let round = |_| time(cells.len(), || finder.first_rules(&cells, (&state, now), |_, rule| found += usize::from(rule.is_some())));
    let least = (0..rounds).map(round).min();
    println!("{rules} rules: at least {} ns a lead ({found} found)", least.unwrap_or(0));
}

/// Reads a file into byte records and writes the rows given beside, nothing else.
fn copy(leads: &Path, rows: &[csv::ByteRecord], out: &Path) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(leads).unwrap();
    let mut writer = csv::Writer::from_path(out).unwrap();
    let mut record = csv::ByteRecord::new();
    for row in rows {
        assert!(reader.read_byte_record(&mut record).unwrap());
        writer.write_byte_record(row).unwrap();
    }
    writer.flush().unwrap();
}

/// Routes a file on every core, rows out as CSV.
fn route(plan: &Plan, leads: &Path, out: &Path) -> Done {
    let open = || Pieces::open(Input::open(leads, "leads.csv")?, None);
    let pieces = open().unwrap();
    let now = Timestamp::UNIX_EPOCH;
    let stream = Stream::new(plan, lead(plan), &pieces, &DataFile::default(), (None, now), Wanted::Csv { guarded: true }).unwrap();
    let mut output = Output::file(out).unwrap();
    let mut header = Vec::new();
    push_csv_row(&mut header, &turf::report::COLUMNS.iter().map(|c| OutCell::text(*c)).collect::<Vec<_>>(), true);
    output.put(&header).unwrap();
    let done = stream.run(pieces, open, |part| output.put(&part.csv)).unwrap();
    output.finish().unwrap();
    done
}

fn files(sizes: &[usize]) {
    const LEADS: usize = 1_000_000;
    println!("\n{LEADS} leads from CSV to CSV, milliseconds; medians of {ROUNDS} rounds");
    println!(
        "| rules | csv crate, reading and writing, one core | turf, {} cores | turf / csv crate | of it reading | deciding, all cores | writing |",
        thread_count()
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let folder = tempfile::tempdir().unwrap();
    let leads = folder.path().join("leads.csv");
    let mut out = BufWriter::new(std::fs::File::create(&leads).unwrap());
    workload::write_csv(&mut out, 11, LEADS).unwrap();
    out.into_inner().unwrap();
    for size in sizes {
        let (plan, _) = plan(&workload::rules(7, *size));
        let (own, copied) = (folder.path().join("turf.csv"), folder.path().join("copy.csv"));
        let mut done = route(&plan, &leads, &own);
        let rows: Vec<csv::ByteRecord> =
            csv::ReaderBuilder::new().has_headers(false).from_path(&own).unwrap().into_byte_records().map(Result::unwrap).collect();
        let (mut copy_took, mut turf_took) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            copy_took.push(time(1, || copy(&leads, &rows, &copied)));
            turf_took.push(time(1, || done = route(&plan, &leads, &own)));
        }
        assert_eq!(std::fs::read(&own).unwrap(), std::fs::read(&copied).unwrap());
        let (copy_took, turf_took) = (median(copy_took) / 1_000_000, median(turf_took) / 1_000_000);
        let ratio = turf_took * 100 / copy_took.max(1);
        println!(
            "| {size} | {copy_took} | {turf_took} | {}.{:02} | {} | {} | {} |",
            ratio / 100,
            ratio % 100,
            done.reading.as_millis(),
            done.deciding.as_millis(),
            done.writing.as_millis()
        );
    }
}

fn thread_count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|a| a == "write") {
        let [folder, leads, rules] = &arguments[at + 1..at + 4] else { panic!("write DIR LEADS RULES") };
        return workload::write_book(Path::new(folder), leads.parse().unwrap(), rules.parse().unwrap()).unwrap();
    }
    for size in [10, 100, 1_000] {
        compare(&work(size, 300));
    }
    if arguments.iter().any(|a| a == "--test") {
        return;
    }
    if let Some(at) = arguments.iter().position(|a| a == "cells") {
        return cells(arguments[at + 1].parse().unwrap(), arguments[at + 2].parse().unwrap());
    }
    if arguments.iter().any(|a| a == "values") {
        return table(&[1_000, 10_000]);
    }
    if arguments.iter().any(|a| a == "files") {
        return files(&[1_000, 10_000]);
    }
    let large = arguments.iter().any(|a| a == "--large");
    let sizes: &[usize] = if large { &[10, 100, 1_000, 10_000, 100_000] } else { &[10, 100, 1_000, 10_000] };
    shape(sizes);
    table(sizes);
    files(&[1_000, 10_000]);
}

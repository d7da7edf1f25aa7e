//! The journal: leads recorded a second, one decision with full durability, and look-ups while it grows.
//!
//! `cargo bench --bench journal` prints the tables; `-- --large` lets it grow to ten million decisions; `-- --test` runs
//! everything once on small sizes.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and stops at what it does not expect")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use turf::data::{FileKind, Input, RecordReader, Row};
use turf::journal::document::PastDoc;
use turf::journal::{EntryKind, Key};
use turf::model::Record;
use turf::rim::book::{self, Opened};
use turf::store::{Batch, Latest, Manner, PastKey, Recorder, Sqlite, Store, Work};

const RULES: &str = r"
record lead { id: text, key  email: text, private, any case  company: text  state: text  industry: text  size: number  created: time, arrival  account: account }
record account { id: text, key  domain: text  owner: rep }
record rep { id: text, key  name: text  active: yes/no }
match lead to account { by domain of email is domain }
queues [triage]
priorities [past, customers, turns]
territory west { priority turns  where state in [CA, OR, WA]  owner team desk }
territory east { priority turns  where state in [NY, NJ, MA]  owner team desk }
overlap { lowest priority, then name }
team desk { members ana weight 2, bo, cy, dee  pick in turn  limit 100_000 per day }
rule again { priority past  when seen before by email within 90 days  route to previous rep by email within 90 days, else team desk }
rule customer { priority customers  when account is present  route to account.owner, else team desk }
rule rest { priority turns  when territory is present  route to owner of territory  respond within 1 hour }
otherwise { route to queue triage }
";

/// A small generator of numbers (SplitMix64), the same ones every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }
}

fn home() -> (tempfile::TempDir, Opened) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("rules.turf", RULES);
    write("reps.csv", "id,name,active\nana,Ana,yes\nbo,Bo,yes\ncy,Cy,yes\ndee,Dee,yes\n");
    write("accounts.csv", "id,domain,owner\nA1,x17.example,dee\nA2,x99.example,bo\n");
    write(
        "turf.toml",
        "name = \"Bench\"\n[records.lead.columns]\naccount = { absent = true }\n[records.account]\nfile = \"accounts.csv\"\n[records.rep]\nfile = \"reps.csv\"\n",
    );
    let opened = book::open(folder.path()).unwrap();
    assert!(opened.snapshot.plan.is_some(), "the book of the bench has errors");
    (folder, opened)
}

/// Leads with keys as a CRM gives them, some senders known from before.
fn leads(opened: &Opened, folder: &Path, from: u64, many: u64) -> Vec<Record> {
    let mut dice = Dice(from);
    let mut text = "id,email,company,state,industry,size,created\n".to_owned();
    for n in from..from + many {
        let state = ["CA", "NY", "TX", "WA", "MA"][usize::try_from(dice.below(5)).unwrap()];
        let (sender, domain) = (dice.below(4_000_000), dice.below(5_000));
        let second = 1_800_000_000 + n / 10;
        let at = jiff::Timestamp::from_second(i64::try_from(second).unwrap()).unwrap();
        writeln!(text, "00Q{n:012},p{sender}@x{domain}.example,Company {n},{state},software,{},{at}", dice.below(5_000)).unwrap();
    }
    let path = folder.join("leads.csv");
    std::fs::write(&path, text).unwrap();
    let settings = &opened.config.records["lead"];
    let schema = &opened.snapshot.schema;
    assert_eq!(FileKind::of("leads.csv"), FileKind::Csv);
    let input = Input::open(&path, "leads.csv").unwrap();
    let reader = RecordReader::open(input, schema, schema.find("lead").unwrap(), settings, &opened.config.zone).unwrap();
    reader.map(|row| row.unwrap()).filter_map(|row| if let Row::Record(record) = row { Some(record) } else { None }).collect()
}

fn work(records: Vec<Record>) -> Vec<Work> {
    let at = jiff::Timestamp::from_second(1_800_000_000).ok();
    records.into_iter().map(|record| Work { record, at }).collect()
}

fn key() -> Key {
    Key::new(&[7; 32])
}

const MANNER: Manner = Manner { sealed: true, anew: false, dry: false };

fn middle(mut all: Vec<u128>) -> u128 {
    all.sort_unstable();
    all[all.len() / 2]
}

fn recording(test: bool) {
    let (folder, opened) = home();
    let plan = opened.snapshot.plan.as_deref().unwrap();
    let path = folder.path().join("journal.db");
    let (batches, size) = if test { (2, 50) } else { (20, 5_000) };
    let mut recorder = Recorder::new(Box::new(Sqlite::open(&path).unwrap()), key(), (&opened, plan), MANNER).unwrap();
    let mut times = Vec::new();
    let now = jiff::Timestamp::from_second(1_900_000_000).unwrap();
    for batch in 0..batches {
        let records = work(leads(&opened, folder.path(), batch * size, size));
        let start = Instant::now();
        let numbers = recorder.batch(records, now, |_| ()).unwrap();
        times.push(start.elapsed().as_nanos() / u128::from(size));
        assert_eq!(numbers.len() as u64, size);
    }
    let nanos = middle(times).max(1);
    println!("recorded in batches of {size}: {} leads a second (the middle of {batches} batches)", 1_000_000_000 / nanos);
    let many = if test { 20 } else { 1_000 };
    let mut single: Vec<u128> = Vec::new();
    for record in work(leads(&opened, folder.path(), 1_000_000_000, many)) {
        let start = Instant::now();
        recorder.batch(vec![record], now, |_| ()).unwrap();
        single.push(start.elapsed().as_micros());
    }
    single.sort_unstable();
    let at = |part: usize| single[(single.len() * part / 100).min(single.len() - 1)];
    println!("one decision with full durability: half within {} us, 99 of 100 within {} us", at(50), at(99));
}

/// Fills a journal with decisions that only have what look-ups need.
fn fill(store: &mut Sqlite, from: u64, to: u64) {
    let key = key();
    let at = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    let mut dice = Dice(from);
    let mut next = from;
    while next < to {
        let mut head = store.take().unwrap();
        let mut batch = Batch::default();
        let mut latest = std::collections::BTreeMap::new();
        let mut pasts = std::collections::BTreeMap::new();
        for n in next..to.min(next + 50_000) {
            let entry = head.append(EntryKind::Decision, at, format!("{{\"n\":{n}}}").into_bytes());
            let id: Arc<str> = format!("00Q{n:012}").into();
            latest.insert(id, Latest { number: entry.number, content: "c".into(), held: None, rejected: None });
            let value: Arc<str> = key.hash(&format!("p{}@x", dice.below(4_000_000))).into();
            pasts.insert(value, PastDoc { rep: "ana".into(), at, record: "L".into() });
            batch.entries.push(entry);
        }
        batch.latest = latest.into_iter().map(|(id, l)| ("lead".into(), id, l)).collect();
        let past = |value| PastKey { of: "lead".into(), by: "email".into(), value };
        batch.pasts = pasts.into_iter().map(|(value, p)| (past(value), p)).collect();
        batch.head = head;
        store.write(&batch).unwrap();
        next += 50_000;
    }
}

fn growing(test: bool, large: bool) {
    let (folder, opened) = home();
    let plan = opened.snapshot.plan.as_deref().unwrap();
    let path = folder.path().join("journal.db");
    let sizes: &[u64] = match (test, large) {
        (true, _) => &[100, 1_000],
        (_, false) => &[10_000, 100_000, 1_000_000],
        (_, true) => &[10_000, 100_000, 1_000_000, 10_000_000],
    };
    println!("\n| decisions | by key | by e-mail | turns and loads | one decision, 99 of 100 within | file |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut filled = 0;
    let mut new = 1_000_000_000;
    for size in sizes {
        let mut store = Sqlite::open(&path).unwrap();
        fill(&mut store, filled, *size);
        filled = *size;
        let mut dice = Dice(*size);
        let rounds = if test { 20 } else { 20_000 };
        let mut by_key = Vec::with_capacity(rounds);
        let mut by_mail = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let id: Arc<str> = format!("00Q{:012}", dice.below(*size)).into();
            let start = Instant::now();
            let found = store.latest("lead", std::slice::from_ref(&id)).unwrap();
            by_key.push(start.elapsed().as_nanos());
            assert!(found[0].is_some());
            let value = key().hash(&format!("p{}@x", dice.below(4_000_000))).into();
            let wanted = PastKey { of: "lead".into(), by: "email".into(), value };
            let start = Instant::now();
            store.pasts(std::slice::from_ref(&wanted)).unwrap();
            by_mail.push(start.elapsed().as_nanos());
        }
        let start = Instant::now();
        store.rows().unwrap();
        let rows = start.elapsed().as_micros();
        drop(store);
        let mut recorder = Recorder::new(Box::new(Sqlite::open(&path).unwrap()), key(), (&opened, plan), MANNER).unwrap();
        let now = jiff::Timestamp::from_second(1_900_000_000).unwrap();
        let many = if test { 5 } else { 500 };
        let mut single = Vec::new();
        for record in work(leads(&opened, folder.path(), new, many)) {
            let start = Instant::now();
            recorder.batch(vec![record], now, |_| ()).unwrap();
            single.push(start.elapsed().as_micros());
        }
        new += many;
        single.sort_unstable();
        let worst = single[(single.len() * 99 / 100).min(single.len() - 1)];
        let megabytes = std::fs::metadata(&path).unwrap().len() / 1_000_000;
        let micros = |nanos: u128| format!("{}.{} us", nanos / 1_000, nanos % 1_000 / 100);
        println!("| {size} | {} | {} | {rows} us | {worst} us | {megabytes} MB |", micros(middle(by_key)), micros(middle(by_mail)));
    }
}

fn main() {
    let has = |wanted: &str| std::env::args().any(|a| a == wanted);
    let (test, large) = (has("--test"), has("--large"));
    recording(test);
    growing(test, large);
}

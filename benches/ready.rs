//! How long a large book takes from rule text to ready, step by step, and how that grows with the number of rules.
//!
//! `cargo bench --bench ready`; with `-- --test` everything runs once. The rules are like those of a large sales team: one
//! to five conditions, some with twenty domains, to queues, reps and teams; made from a fixed seed.
//! `TURF_BOOK=DIR cargo bench --bench ready -- --test` also writes the books into `DIR/1000` and so on, to time a cold
//! process: `turf why L1 --book DIR/10000`.
#![expect(clippy::unwrap_used, reason = "a bench stops at what it does not expect")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use turf::check;
use turf::model::resolve::{self, Surroundings};
use turf::model::{Origin, Record, ReferenceData, Schema, Tables, read_cell};
use turf::text::{FileId, SourceFile, Sources};
use turf::workspace::{Draft, Materials};

const SIZES: &[usize] = &[100, 1_000, 10_000];
const COUNTRIES: &[&str] = &["US", "CA", "MX", "GB", "DE", "FR", "ES", "IT", "NL", "JP"];
const STATES: &[&str] = &["AL", "AK", "AZ", "CA", "CO", "CT", "FL", "GA", "IL", "IN", "MA", "NJ", "NY", "OH", "OR", "PA", "TX", "WA"];
const TRADES: &[&str] = &["retail", "software", "healthcare", "banking", "energy", "\"financial services\""];
const PRODUCTS: &[&str] = &["crm", "analytics", "security"];

const RECORDS: &str = "record lead {
  id: text, key
  company: text, any case
  email: text, private, any case
  country: one of [US, CA, MX, GB, DE, FR, ES, IT, NL, JP]
  state: text
  postal: postal code
  industry: one of [retail, software, healthcare, banking, energy, \"financial services\"]
  employees: number
  revenue: money USD
  products: set of [crm, analytics, security], separated by \"|\"
  created: time, arrival
}
record rep { id: text, key  active: yes/no }
queues [triage, q0, q1, q2, q3, q4, q5, q6, q7, q8, q9]
otherwise { route to queue triage }
";

const LEADS: &str = "id,company,email,country,state,postal,industry,employees,revenue,products,created
L1,Name 7 Inc,a@d77.example.com,US,CA,94105,software,450,20M,crm,2027-01-05T10:00Z
";

const SETTINGS: &str = "name = \"Large\"
zone = \"America/Los_Angeles\"
[records.lead]
file = \"leads.csv\"
[records.rep]
file = \"reps.csv\"
";

/// SplitMix64 (Steele, Lea and Flood 2014), so that every run measures the same work.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap_or(0)
    }

    /// Up to `most` different ones, with commas between.
    fn some(&mut self, all: &[&str], most: usize) -> String {
        let (first, count) = (self.below(all.len()), 1 + self.below(most.min(all.len())));
        (0..count).map(|i| all[(first + i) % all.len()]).collect::<Vec<_>>().join(", ")
    }
}

fn test(kind: usize, dice: &mut Dice) -> String {
    match kind {
        0 => format!("country in [{}]", dice.some(COUNTRIES, 3)),
        1 => format!("state in [{}]", dice.some(STATES, 8)),
        2 => {
            let from = dice.below(5_000);
            format!("employees in {from}..{}", from + 1 + dice.below(1_000))
        }
        3 => {
            let first = dice.below(100_000);
            let domains: Vec<String> = (first..first + 20).map(|n| format!("\"d{n}.example.com\"")).collect();
            format!("domain of email in [{}]", domains.join(", "))
        }
        4 => format!("industry in [{}]", dice.some(TRADES, 2)),
        5 => format!("revenue >= {}M", 1 + dice.below(500)),
        6 => {
            let first = 100 + dice.below(890);
            format!("postal starts with [{first}, {}, {}]", first + 1, first + 2)
        }
        7 => format!("company contains \"name {}\"", dice.below(10_000)),
        _ => format!("products contains {}", dice.some(PRODUCTS, 1)),
    }
}

fn reps(rules: usize) -> usize {
    rules / 20 + 10
}

/// A book of that many rules, each its own priority, with a team for every fifty of them.
fn rules(count: usize) -> String {
    let mut dice = Dice(7);
    let (reps, teams) = (reps(count), count / 50 + 1);
    let mut text = RECORDS.to_owned();
    for team in 0..teams {
        let first = dice.below(reps - 2);
        writeln!(text, "team t{team} {{ members rep-{first}, rep-{}, rep-{}  pick in turn }}", first + 1, first + 2).unwrap();
    }
    for i in 0..count {
        let (first, tests) = (dice.below(9), 1 + dice.below(5));
        let tests: Vec<String> = (0..tests).map(|n| test((first + 2 * n) % 9, &mut dice)).collect();
        let to = match dice.below(3) {
            _ if i < teams => format!("team t{i}"),
            0 => format!("queue q{}", dice.below(10)),
            1 => format!("rep rep-{}, else queue triage", dice.below(reps)),
            _ => format!("team t{}", dice.below(teams)),
        };
        let (priority, when) = (i + 1, tests.join("\n    and "));
        writeln!(text, "\n# as agreed with the region\nrule r{i} {{\n  priority {priority}\n  when {when}\n  route to {to}").unwrap();
        writeln!(text, "  because \"Agreed for the year, line {i}.\"\n}}").unwrap();
    }
    text
}

fn roster(schema: &Schema, rules: usize) -> ReferenceData {
    let kind = schema.find("rep").unwrap();
    let mut data = ReferenceData::default();
    for i in 0..reps(rules) {
        let values = [format!("rep-{i}"), "yes".to_owned()];
        let fields = &schema.record(kind).fields;
        let values = fields.iter().zip(&values).map(|(f, cell)| read_cell(cell, &f.ty, &TimeZone::UTC).unwrap()).collect();
        let record = Record { kind, key: format!("rep-{i}").into(), values, origin: Origin::default() };
        data.records.entry(kind).or_default().insert(record.key.clone(), record);
    }
    data
}

fn write(folder: &Path, size: usize, text: &str) {
    let folder = folder.join(size.to_string());
    fs::create_dir_all(&folder).unwrap();
    let reps: String = (0..reps(size)).fold("id,active\n".to_owned(), |all, i| format!("{all}rep-{i},yes\n"));
    for (name, text) in [("rules.turf", text), ("reps.csv", &reps), ("leads.csv", LEADS), ("turf.toml", SETTINGS)] {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn draft(text: &str) -> Draft {
    Draft::new(Sources::new(vec![SourceFile::new("rules.turf", text)]))
}

fn materials(data: ReferenceData) -> Materials {
    let settings = check::Settings::default();
    Materials { name: "bench".to_owned(), zone: TimeZone::UTC, tables: Tables::new(), data, findings: Vec::new(), settings }
}

fn ready(c: &mut Criterion) {
    for size in SIZES {
        let text = rules(*size);
        if let Some(folder) = std::env::var_os("TURF_BOOK") {
            write(Path::new(&folder), *size, &text);
        }
        let made = draft(&text);
        let data = roster(&made.schema, *size);
        let plan = made.clone().finish(materials(data.clone())).plan.unwrap();
        let source = SourceFile::new("rules.turf", &text);
        let tables = Tables::new();
        let around = Surroundings { name: "bench", zone: &TimeZone::UTC, schema: &made.schema, tables: &tables, data: &data };
        let mut group = c.benchmark_group("ready");
        group.sample_size(10).throughput(Throughput::Elements(*size as u64));
        group.bench_function(BenchmarkId::new("parse", size), |b| b.iter_with_large_drop(|| turf::syntax::parse(FileId(0), &source)));
        group.bench_function(BenchmarkId::new("resolve", size), |b| b.iter_with_large_drop(|| resolve::book(&made.trees, around)));
        let settings = check::Settings::default();
        group.bench_function(BenchmarkId::new("checks", size), |b| b.iter_with_large_drop(|| check::run(&plan, &settings)));
        group.bench_function(BenchmarkId::new("all", size), |b| {
            b.iter_batched(|| materials(data.clone()), |materials| draft(&text).finish(materials), BatchSize::LargeInput)
        });
        group.finish();
    }
}

criterion_group!(benches, ready);
criterion_main!(benches);

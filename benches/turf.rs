//! How long it takes to check, compile and route, and how that grows with the number of rules.
//!
//! `cargo bench --bench turf`; with `-- --test` everything runs once. Books and leads are made from a fixed seed.
#![expect(clippy::unwrap_used, reason = "a bench stops at what it does not expect")]

use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use turf::decide::{begin, decide};
use turf::model::{Origin, Record, ReferenceData, Schema, Tables, read_cell};
use turf::plan::Plan;
use turf::rim::book;
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials, Snapshot};

const SIZES: &[usize] = &[100, 1_000, 5_000];
const LEADS: usize = 200;
const STATES: &[&str] = &["CA", "OR", "WA", "NV", "AZ", "NY", "NJ", "MA", "TX", "FL"];
const TRADES: &[&str] = &["retail", "software", "healthcare", "banking", "energy"];

const RECORDS: &str = "
record lead {
  id: text, key
  company: text
  state: one of [CA, OR, WA, NV, AZ, NY, NJ, MA, TX, FL]
  postal: postal code
  industry: one of [retail, software, healthcare, banking, energy]
  employees: number
  score: number
}
record rep { id: text, key  active: yes/no }
queues [triage]
team desk { members where rep.active  pick in turn }
otherwise { route to queue triage }
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

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A book of that many narrow rules, each its own priority, as territory books of large teams have them.
fn rules(count: usize) -> String {
    let mut dice = Dice(7);
    let mut text = RECORDS.to_owned();
    for i in 0..count {
        let size = dice.below(5_000);
        let condition = match dice.below(4) {
            0 => format!("state in [{}, {}] and industry is {}", dice.of(STATES), dice.of(STATES), dice.of(TRADES)),
            1 => format!("postal starts with [{}, {}] and employees >= {size}", dice.below(1_000), dice.below(1_000)),
            2 => format!("employees in {size}..{} and not industry is {}", size + 200, dice.of(TRADES)),
            _ => format!("company contains \"name {i}\" or score > {}", 90 + dice.below(10)),
        };
        text.push_str(&format!(
            "rule r{i} {{ priority {}  when {condition}  and state is {}  route to team desk }}\n",
            i + 1,
            dice.of(STATES)
        ));
    }
    text
}

fn record(schema: &Schema, kind: &str, cells: &[(&str, String)]) -> Record {
    let id = schema.find(kind).unwrap();
    let ty = schema.record(id);
    let cell = |name: &str| cells.iter().find(|(n, _)| *n == name).map_or("", |(_, c)| c.as_str());
    let values = ty.fields.iter().map(|f| read_cell(cell(&f.name), &f.ty, &TimeZone::UTC).unwrap()).collect();
    Record { kind: id, key: cell("id").into(), values, origin: Origin::default() }
}

fn snapshot(text: &str) -> Snapshot {
    let draft = Draft::new(Sources::new(vec![SourceFile::new("rules.turf", text)]));
    let mut data = ReferenceData::default();
    for rep in ["ana", "bo", "cy", "dee"] {
        let rep = record(&draft.schema, "rep", &[("id", rep.to_owned()), ("active", "yes".to_owned())]);
        data.records.entry(rep.kind).or_default().insert(rep.key.clone(), rep);
    }
    draft.finish(Materials {
        name: "bench".to_owned(),
        zone: TimeZone::UTC,
        tables: Tables::new(),
        data,
        findings: Vec::new(),
        settings: Default::default(),
    })
}

fn leads(schema: &Schema) -> Vec<Record> {
    let mut dice = Dice(11);
    let lead = |i: usize, dice: &mut Dice| {
        let cells = [
            ("id", format!("L{i}")),
            ("company", format!("name {}", dice.below(100_000))),
            ("state", dice.of(STATES).to_owned()),
            ("postal", format!("{:05}", dice.below(100_000))),
            ("industry", dice.of(TRADES).to_owned()),
            ("employees", dice.below(6_000).to_string()),
            ("score", dice.below(100).to_string()),
        ];
        record(schema, "lead", &cells)
    };
    (0..LEADS).map(|i| lead(i, &mut dice)).collect()
}

fn route(plan: &Plan, leads: &[Record]) -> usize {
    let at = Timestamp::UNIX_EPOCH;
    let mut state = begin(plan, at);
    let mut taken = 0;
    for lead in leads {
        let decision = decide(plan, lead.clone(), &state, at);
        decision.changes.iter().for_each(|c| state.apply(c));
        taken += decision.trials.len();
    }
    taken
}

fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    group.sample_size(10);
    for size in SIZES {
        let text = rules(*size);
        group.throughput(Throughput::Elements(*size as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &text, |b, text| b.iter(|| snapshot(text)));
    }
    group.finish();
    let mut group = c.benchmark_group("compile");
    for size in SIZES {
        let made = snapshot(&rules(*size));
        let plan = made.plan.unwrap();
        group.throughput(Throughput::Elements(*size as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(|| Plan::new(plan.book.clone(), plan.data.clone())));
    }
    group.finish();
    let mut group = c.benchmark_group("route");
    group.sample_size(10);
    for size in SIZES {
        let made = snapshot(&rules(*size));
        let (plan, leads) = (made.plan.unwrap(), leads(&made.schema));
        group.throughput(Throughput::Elements(LEADS as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_batched(|| leads.clone(), |leads| route(&plan, &leads), BatchSize::LargeInput)
        });
    }
    group.finish();
}

/// The real book: reading the folder and checking it, and deciding its 2,000 companies.
fn forbes(c: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/forbes2000");
    let opened = book::open(&folder).unwrap();
    let plan: Arc<Plan> = opened.snapshot.plan.clone().unwrap();
    let lead = opened.snapshot.schema.find("lead").unwrap();
    let settings = opened.config.records["lead"].clone();
    let input = turf::data::Input::open(&folder.join("data/leads.csv"), "data/leads.csv").unwrap();
    let reader = turf::data::RecordReader::open(input, &opened.snapshot.schema, lead, &settings, &opened.config.zone).unwrap();
    let leads: Vec<Record> =
        reader.filter_map(|row| if let Ok(turf::data::Row::Record(record)) = row { Some(record) } else { None }).collect();
    let mut group = c.benchmark_group("forbes2000");
    group.sample_size(10);
    group.bench_function("check", |b| b.iter(|| book::open(&folder)));
    group.throughput(Throughput::Elements(leads.len() as u64));
    group.bench_function("route", |b| b.iter_batched(|| leads.clone(), |leads| route(&plan, &leads), BatchSize::LargeInput));
    group.finish();
}

criterion_group!(benches, growth, forbes);
criterion_main!(benches);

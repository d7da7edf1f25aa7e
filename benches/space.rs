//! How long proofs take, and how that grows with the number of rules.
//!
//! `cargo bench --bench space` measures the steps; `-- table` the whole of `turf check`'s proofs on books of four kinds, with the
//! memory they take, as a table. With `-- --test` everything runs once on the smallest sizes. Books are made from a fixed seed.
#![expect(clippy::unwrap_used, reason = "a bench stops at what it does not expect")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion, criterion_group};
use jiff::tz::TimeZone;
use turf::decide::standings;
use turf::model::{ReferenceData, Tables};
use turf::space::{Area, Budget, Hiding, Ranked, Region, Space, Survey};
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials, Snapshot};

const SIZES: &[usize] = &[500, 1_000, 2_000, 5_000, 10_000, 20_000];
const COUNTRIES: usize = 30;
const STATES: usize = 50;
const TRADES: usize = 12;
const SOURCES: usize = 6;
const BOUNDS: &[u32] = &[10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

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

    fn some(&mut self, letter: char, of: usize, counts: &[usize]) -> String {
        let count = counts[self.below(counts.len())];
        (0..count).map(|_| format!("{letter}{}", self.below(of))).collect::<Vec<_>>().join(", ")
    }
}

fn names(letter: char, count: usize) -> String {
    (0..count).map(|i| format!("{letter}{i}")).collect::<Vec<_>>().join(", ")
}

fn records() -> String {
    format!(
        "record lead {{ id: text, key  country: one of [{}]  state: text  industry: one of [{}]  postal: postal code
           employees: number  revenue: money USD  source: one of [{}]  partner: yes/no }}
         record rep {{ id: text, key  active: yes/no }}
         queues [triage, {}]
         otherwise {{ route to queue triage }}\n",
        names('c', COUNTRIES),
        names('t', TRADES),
        names('s', SOURCES),
        names('q', QUEUES)
    )
}

/// How a book of random rules is made.
#[derive(Clone, Copy)]
struct Kind {
    /// How many rules share a priority.
    crowd: usize,
    /// Whether numbers are cut anywhere, and not at a few usual places.
    anywhere: bool,
}

const PLAIN: Kind = Kind { crowd: 1, anywhere: false };

/// Queues that rules of shared priorities route to.
const QUEUES: usize = 5;

fn bound(dice: &mut Dice, at: usize, anywhere: bool) -> u32 {
    if anywhere { u32::try_from(1 + dice.below(20_000)).unwrap() } else { BOUNDS[at] }
}

fn test(dice: &mut Dice, field: usize, anywhere: bool) -> String {
    match field {
        0 => format!("country in [{}]", dice.some('c', COUNTRIES, &[1, 1, 2, 4])),
        1 => format!("state in [{}]", dice.some('a', STATES, &[1, 3, 6])),
        2 => format!("industry in [{}]", dice.some('t', TRADES, &[1, 2, 3])),
        3 => {
            let count = [1, 2, 4][dice.below(3)];
            let all: Vec<String> = (0..count).map(|_| (10 + dice.below(9_990)).to_string()).collect();
            format!("postal starts with [{}]", all.join(", "))
        }
        4 => {
            let low = dice.below(BOUNDS.len() - 1);
            let high = low + 1 + dice.below(BOUNDS.len() - low - 1);
            let (a, b) = (bound(dice, low, anywhere), bound(dice, high, anywhere));
            format!("employees in {}..{}", a.min(b), a.max(b))
        }
        5 => {
            let at = dice.below(BOUNDS.len());
            format!("revenue >= {}", u64::from(bound(dice, at, anywhere)) * 10_000)
        }
        6 => format!("source is s{}", dice.below(SOURCES)),
        _ => if dice.below(2) == 0 { "partner" } else { "not partner" }.to_owned(),
    }
}

/// Rules over eight fields: those with many conditions first, as people write them.
fn rules(count: usize, kind: Kind) -> String {
    let mut dice = Dice(11);
    let mut text = records();
    let mut sizes: Vec<usize> = (0..count).map(|_| [1, 2, 2, 3, 3, 3, 4, 4, 5, 5][dice.below(10)]).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    for (i, size) in sizes.into_iter().enumerate() {
        let mut fields: Vec<usize> = (0..8).collect();
        let mut parts = Vec::new();
        for _ in 0..size {
            let field = fields.swap_remove(dice.below(fields.len()));
            parts.push(test(&mut dice, field, kind.anywhere));
        }
        let queue = if kind.crowd == 1 { 0 } else { dice.below(QUEUES) };
        text.push_str(&format!("rule r{i} {{ priority {}  when {}  route to queue q{queue} }}\n", i / kind.crowd + 1, parts.join(" and ")));
    }
    text
}

/// Rules that tile all leads: every state by every band of employees, with rules for what is missing or not named.
fn grid(states: usize, bands: usize) -> String {
    let mut text = records();
    let mut n = 0;
    let mut rule = |condition: String, text: &mut String| {
        n += 1;
        text.push_str(&format!("rule g{n} {{ priority {n}  when {condition}  route to queue triage }}\n"));
    };
    for state in 0..states {
        for band in 0..bands {
            rule(format!("state is a{state} and employees in {}..{}", band * 10, band * 10 + 9), &mut text);
        }
    }
    let all = (0..states).map(|s| format!("a{s}")).collect::<Vec<_>>().join(", ");
    rule(format!("state is missing or not state in [{all}] or employees is missing"), &mut text);
    rule(format!("employees < 0 or employees >= {}", (bands - 1) * 10 + 9), &mut text);
    // Bands hold whole numbers; what lies between two of them is claimed by one rule.
    let between = (0..bands - 1).map(|b| format!("employees > {} and employees < {}", b * 10 + 9, b * 10 + 10));
    rule(between.map(|b| format!("({b})")).collect::<Vec<_>>().join(" or "), &mut text);
    text
}

fn snapshot(text: &str) -> Snapshot {
    let draft = Draft::new(Sources::new(vec![SourceFile::new("rules.turf", text)]));
    let materials = Materials {
        name: "bench".to_owned(),
        zone: TimeZone::UTC,
        tables: Tables::new(),
        data: ReferenceData::default(),
        findings: Vec::new(),
        settings: Default::default(),
    };
    let snapshot = draft.finish(materials);
    assert!(snapshot.plan.is_some(), "{:?}", snapshot.findings.first());
    snapshot
}

fn surveyed(snapshot: &Snapshot) -> (Space, Vec<Arc<Region>>) {
    let plan = snapshot.plan.as_ref().unwrap();
    let record = plan.book.schema.find("lead").unwrap();
    let mut survey = Survey::new();
    let of = survey.book(&plan.book, record, &standings(plan, record));
    let mut space = survey.finish();
    let regions = plan.rule_order[&record].iter().map(|id| space.region(of.rules[id.index()])).collect();
    (space, regions)
}

fn proofs(c: &mut Criterion) {
    let quick = std::env::args().any(|a| a == "--test");
    let zone = TimeZone::UTC;
    let mut group = c.benchmark_group("proofs");
    group.sample_size(10);
    for &size in if quick { &SIZES[..1] } else { SIZES } {
        let snapshot = snapshot(&rules(size, PLAIN));
        let (space, regions) = surveyed(&snapshot);
        let ranked = Ranked::new(&space, &zone, regions.clone());
        let pairs: usize = (0..size).map(|i| ranked.overlapping(i).len()).sum();
        let hidden = (0..size).filter(|i| is_hidden(&ranked, *i)).count();
        let (gaps, complete) = ranked.gaps(&[Area::everything()], 200, &mut Budget::new(20_000_000));
        group.bench_with_input(BenchmarkId::new("survey", size), &size, |b, _| b.iter(|| surveyed(&snapshot)));
        group.bench_with_input(BenchmarkId::new(format!("{pairs} overlapping pairs"), size), &size, |b, _| {
            b.iter(|| (0..size).map(|i| ranked.overlapping(i).len()).sum::<usize>());
        });
        group.bench_with_input(BenchmarkId::new(format!("{hidden} hidden rules"), size), &size, |b, _| {
            b.iter(|| (0..size).filter(|i| is_hidden(&ranked, *i)).count());
        });
        let which = if complete { "all" } else { "first" };
        group.bench_with_input(BenchmarkId::new(format!("{which} {} gaps", gaps.len()), size), &size, |b, _| {
            b.iter(|| ranked.gaps(&[Area::everything()], 200, &mut Budget::new(20_000_000)).0.len());
        });
    }
    let (states, bands) = if quick { (10, 10) } else { (250, 200) };
    let snapshot = snapshot(&grid(states, bands));
    let (space, regions) = surveyed(&snapshot);
    let ranked = Ranked::new(&space, &zone, regions);
    let (gaps, complete) = ranked.gaps(&[Area::everything()], 10, &mut Budget::new(u64::MAX));
    assert!(complete && gaps.is_empty(), "the grid has a gap");
    group.bench_function(format!("no gap in {} cells", states * bands), |b| {
        b.iter(|| ranked.gaps(&[Area::everything()], 10, &mut Budget::new(u64::MAX)));
    });
    group.finish();
}

fn is_hidden(ranked: &Ranked<'_>, position: usize) -> bool {
    matches!(ranked.hidden(position, &mut Budget::new(5_000_000), |_| true), Hiding::Hidden(_))
}

/// Seconds that all proofs of a book take: the middle of three.
fn seconds(snapshot: &Snapshot) -> f64 {
    let plan = snapshot.plan.as_ref().unwrap();
    let mut times: Vec<f64> = (0..3)
        .map(|_| {
            let start = Instant::now();
            let proved = turf::check::prove(plan, &snapshot.settings);
            assert!(proved.mistakes.is_empty(), "{:?}", proved.mistakes);
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[1]
}

/// The most memory this process has taken so far, where the system tells.
fn peak() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(format!("{} MB", kilobytes / 1024))
}

/// One line of the table; a process of its own, so that the memory is that of one book.
fn line(size: usize) {
    let kinds = [PLAIN, Kind { crowd: 1, anywhere: true }, Kind { crowd: 25, anywhere: false }, Kind { crowd: 25, anywhere: true }];
    let cells: Vec<String> = kinds.iter().map(|kind| format!("{:.2} s", seconds(&snapshot(&rules(size, *kind))))).collect();
    println!("| {size} | {} | {} |", cells.join(" | "), peak().unwrap_or_else(|| "not told".to_owned()));
}

fn table(quick: bool) {
    println!("| rules | own priorities | own priorities, cut anywhere | 25 a priority | 25 a priority, cut anywhere | most memory |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for size in if quick { &SIZES[..1] } else { SIZES } {
        let child = Command::new(std::env::current_exe().unwrap()).args(["line", &size.to_string()]).status().unwrap();
        assert!(child.success(), "the proofs of {size} rules stopped");
    }
}

criterion_group!(benches, proofs);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let quick = arguments.iter().any(|a| a == "--test");
    if let Some(at) = arguments.iter().position(|a| a == "line") {
        return line(arguments[at + 1].parse().unwrap());
    }
    if quick || arguments.iter().any(|a| a == "table") {
        table(quick);
    }
    if !arguments.iter().any(|a| a == "table") {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}

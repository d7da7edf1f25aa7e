//! Generated books and records: the engine against the oracle, and what must not matter does not.

mod compare;
mod conditions;
pub mod data;
mod dice;
mod folder;
mod formatted;
mod indexed;
mod journal;
mod proofs;
mod proofs_bdd;
mod proofs_book;
mod proofs_change;
mod proofs_check;
mod proofs_same;
mod proofs_text;
mod proofs_world;
mod reached;
mod rules;
mod space;
mod spoiled;

use data::Data;
pub use dice::Dice;
use jiff::Timestamp;
use num_rational::BigRational;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rules::{RECORDS, items};
use rust_decimal::Decimal;
use turf::decide::{Assignee, Decider, Decision, Taker, begin, decide};
use turf::diagnostic::Severity;
use turf::explain::{Looking, explain, explanation_text, why_not, why_not_text};
use turf::model::Record;
use turf::plan::Plan;
use turf::state::State;
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials, Snapshot};

use crate::oracle::{Oracle, Verdict};

/// A generated book with what is to be decided.
pub struct Made {
    pub snapshot: Snapshot,
    pub work: Vec<(Timestamp, Record)>,
}

impl Made {
    pub fn plan(&self) -> &Plan {
        self.snapshot.plan.as_deref().unwrap()
    }

    /// The state before the first decision.
    fn begin(&self) -> State {
        begin(self.plan(), self.work.first().map_or(Timestamp::UNIX_EPOCH, |(at, _)| *at))
    }
}

/// The rules of a seed in one text.
pub fn text(seed: u64) -> String {
    format!("{RECORDS}{}", items(&mut Dice::new(seed)).concat())
}

/// Makes a book of the files given.
pub fn make(data: &Data, files: Vec<SourceFile>) -> Made {
    let draft = Draft::new(Sources::new(files));
    let work = data.work(&draft.schema);
    let reference = data.reference(&draft.schema);
    let materials = Materials {
        name: "made".to_owned(),
        zone: data::zone(),
        tables: data.tables(),
        data: reference,
        findings: Vec::new(),
        settings: Default::default(),
    };
    Made { snapshot: draft.finish(materials), work }
}

/// Makes the book of a seed, which must have no errors.
pub fn book(seed: u64) -> Made {
    let text = text(seed);
    let made = make(&data::data(seed), vec![SourceFile::new("book.turf", &text)]);
    no_errors(&made.snapshot, seed);
    made
}

pub fn no_errors(snapshot: &Snapshot, seed: u64) {
    let errors: Vec<_> = snapshot.findings.iter().filter(|f| f.severity == Severity::Error).cloned().collect();
    assert!(errors.is_empty(), "seed {seed}: {}", turf::diagnostic::render::lines(&errors, &snapshot.sources));
}

/// Decides everything, one after the other.
pub fn run(made: &Made) -> Vec<Decision> {
    let mut state = made.begin();
    let mut decisions = Vec::new();
    for (at, record) in &made.work {
        let decision = decide(made.plan(), record.clone(), &state, *at);
        decision.changes.iter().for_each(|c| state.apply(c));
        decisions.push(decision);
    }
    decisions
}

fn words(assignee: &Assignee) -> Option<String> {
    match assignee {
        Assignee::Rep(rep) => Some(format!("rep {rep}")),
        Assignee::Queue(queue) => Some(format!("queue {queue}")),
        Assignee::Nobody => None,
    }
}

/// Puts a decision into the oracle's words.
fn verdict(plan: &Plan, decision: &Decision) -> Verdict {
    let rule = decision.outcome.by.map(|by| match by {
        Decider::Rule(id) => plan.book.rules[id.index()].name.to_string(),
        Decider::Otherwise => "otherwise".to_owned(),
    });
    let taker = |t: &Taker| match t {
        Taker::Rep(rep) => format!("rep {rep}"),
        Taker::Team(team) => format!("team {team}"),
        Taker::Queue(queue) => format!("queue {queue}"),
    };
    let totals = decision.credits.iter().map(|l| {
        let mut totals: Vec<_> = l.totals.iter().map(|t| (taker(&t.taker), t.percent.clone())).collect();
        totals.sort();
        (l.ledger.to_string(), totals)
    });
    Verdict {
        matched: decision.matching.as_ref().and_then(|m| m.found.clone()),
        territories: decision.placement.winners.clone(),
        rule,
        assignee: words(&decision.outcome.assignee),
        added: decision.added.iter().map(|a| (a.role.to_string(), a.assignee.as_ref().and_then(words))).collect(),
        totals: totals.collect(),
        due: decision.due.as_ref().map(|d| d.at),
    }
}

/// Runs as many cases as `TURF_CASES` says, 64 unless set; `share` of them for what costs more or finds less.
pub fn cases(share: u32) -> ProptestConfig {
    let cases: u32 = std::env::var("TURF_CASES").ok().and_then(|c| c.parse().ok()).unwrap_or(64);
    // The same books every time, so that a change is never blamed for a book that nobody had met before.
    let rng_seed = match std::env::var("TURF_SEED").ok() {
        None => RngSeed::Fixed(2026),
        Some(seed) => seed.parse().map_or(RngSeed::Random, RngSeed::Fixed),
    };
    ProptestConfig { cases: cases.div_ceil(share), failure_persistence: None, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn the_engine_decides_as_the_oracle_does(seed in any::<u64>()) {
        let made = book(seed);
        let mut oracle = Oracle::new(made.plan());
        for ((at, record), decision) in made.work.iter().zip(run(&made)) {
            let expected = oracle.decide(record.clone(), *at);
            prop_assert_eq!(verdict(made.plan(), &decision), expected, "seed {} record {}\n{:#?}", seed, record.key, decision.trials);
        }
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn the_order_of_items_and_files_never_matters(seed in any::<u64>()) {
        let mut parts = items(&mut Dice::new(seed));
        parts.extend(RECORDS.split_inclusive("}\n").map(str::to_owned));
        let data = data::data(seed);
        let one = make(&data, vec![SourceFile::new("a.turf", &parts.concat())]);
        let mut dice = Dice::new(seed ^ 0x5eed);
        dice.shuffle(&mut parts);
        let cut = dice.below(parts.len());
        let files = vec![SourceFile::new("z/one.turf", &parts[..cut].concat()), SourceFile::new("b.turf", &parts[cut..].concat())];
        let two = make(&data, files);
        no_errors(&two.snapshot, seed);
        prop_assert_eq!(run(&one), run(&two));
    }

    #[test]
    fn white_space_and_comments_never_matter(seed in any::<u64>()) {
        let text = text(seed);
        let data = data::data(seed);
        let one = make(&data, vec![SourceFile::new("a.turf", &text)]);
        let loose = text.replace('\n', " # a word aside\r\n\n\t").replace(" {", "\n\n{").replace(", ", " ,\n ");
        let two = make(&data, vec![SourceFile::new("a.turf", &loose)]);
        no_errors(&two.snapshot, seed);
        prop_assert_eq!(run(&one), run(&two));
    }

    #[test]
    fn credit_always_adds_up(seed in any::<u64>()) {
        let made = book(seed);
        for decision in run(&made) {
            for ledger in decision.credits.iter().filter(|l| &*l.ledger == "revenue") {
                let sum: BigRational = ledger.totals.iter().map(|t| t.percent.clone()).sum();
                prop_assert_eq!(sum, BigRational::from_integer(100.into()));
                if let Some(amount) = ledger.amount {
                    let paid: Decimal = ledger.totals.iter().filter_map(|t| t.amount).sum();
                    prop_assert_eq!(paid, amount, "seed {}", seed);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn every_decision_can_be_explained(seed in any::<u64>()) {
        let made = book(seed);
        let mut state = made.begin();
        for (position, (at, record)) in made.work.iter().enumerate() {
            let decision = decide(made.plan(), record.clone(), &state, *at);
            let looking = Looking::new(made.plan(), &made.snapshot.sources, &decision, &state);
            prop_assert!(!explanation_text(&explain(&looking), 80).is_empty());
            // The smallest change is worked out over all possible records, so one record of each book asks, by the book's seed.
            let name = ["ana", "fay", "t1", "g0", "sf", "review"][usize::try_from(seed % 6).unwrap()];
            if position >= 1 {
                decision.changes.iter().for_each(|c| state.apply(c));
                continue;
            }
            let why_not = why_not(&looking, name).map_err(|_| TestCaseError::fail(format!("{name} is unknown")))?;
            prop_assert!(!why_not_text(&why_not, 80).is_empty());
            decision.changes.iter().for_each(|c| state.apply(c));
        }
    }
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn what_is_proved_never_to_lead_there_never_does(seed in any::<u64>()) {
        let made = book(seed);
        let (plan, decisions) = (made.plan(), run(&made));
        let lead = plan.book.schema.find("lead").unwrap();
        let Some(first) = decisions.iter().find(|d| d.record.kind == lead) else { return Ok(()) };
        let before = made.begin();
        let looking = Looking::new(plan, &made.snapshot.sources, first, &before);
        let rules: Vec<String> = plan.book.rules.iter().filter(|r| r.record == lead).map(|r| r.name.to_string()).collect();
        let names = ["ana", "cy", "fay", "t0", "t2", "g0", "g1", "g2", "sf", "triage", "review"].map(str::to_owned);
        for name in names.into_iter().chain(rules) {
            let Ok(answer) = why_not(&looking, &name) else { continue };
            if answer.no_change != Some("proved") {
                continue;
            }
            for decision in decisions.iter().filter(|d| d.record.kind == lead) {
                let there = match answer.kind {
                    "rep" | "queue" => words(&decision.outcome.assignee) == Some(format!("{} {name}", answer.kind)),
                    "team" => decision.outcome.team.is_some_and(|t| plan.book.teams[t.index()].name.as_str() == name),
                    "rule" => matches!(decision.outcome.by, Some(Decider::Rule(id)) if plan.book.rules[id.index()].name.as_str() == name),
                    _ => decision.placement.winners.iter().any(|t| plan.book.territories[t.index()].name.as_str() == name),
                };
                prop_assert!(!there, "seed {} {} {}: record {}", seed, answer.kind, name, decision.record.key);
            }
        }
    }
}

//! The index against asking every condition in turn: the same decisions, to the last word of the trace.

use std::collections::BTreeMap;

use proptest::prelude::*;
use turf::batch::{Cell, Finder};
use turf::decide::{Engine, begin, decide};
use turf::model::{Record, RecordId, RuleId, Value};
use turf::plan::Plan;
use turf::state::State;
use turf::text::SourceFile;

use super::dice::Dice;
use super::{book, cases, data, make, no_errors};

/// Decides records both ways, one after the other.
fn both_ways(plan: &Plan, work: &[(jiff::Timestamp, Record)]) -> Result<(), TestCaseError> {
    let mut state: State = begin(plan, work.first().map_or(jiff::Timestamp::UNIX_EPOCH, |(at, _)| *at));
    let mut engines: BTreeMap<RecordId, Engine<'_>> = BTreeMap::new();
    for (at, record) in work {
        let asked = decide(plan, record.clone(), &state, *at);
        let engine = engines.entry(record.kind).or_insert_with(|| Engine::new(plan, record.kind));
        let found = engine.decide(record.clone(), &state, *at);
        prop_assert_eq!(&found, &asked, "record {}", record.key);
        asked.changes.iter().for_each(|c| state.apply(c));
    }
    Ok(())
}

/// Finds rules by parsed cells, several rows at once, and by records.
fn cells_as_records(plan: &Plan, work: &[(jiff::Timestamp, Record)], dice: &mut Dice) -> Result<(), TestCaseError> {
    let Some((now, _)) = work.first() else { return Ok(()) };
    let state = begin(plan, *now);
    let kinds: std::collections::BTreeSet<RecordId> = work.iter().map(|(_, record)| record.kind).collect();
    for kind in kinds.into_iter().filter(|kind| !plan.book.matches.contains_key(kind)) {
        let records: Vec<&Record> = work.iter().map(|(_, record)| record).filter(|record| record.kind == kind).collect();
        let mut engine = Engine::new(plan, kind);
        let elements: Vec<Vec<Vec<&str>>> = records.iter().map(|r| r.values.iter().map(elements_of).collect()).collect();
        let rows: Vec<Vec<Cell<'_>>> = records
            .iter()
            .zip(&elements)
            .map(|(record, elements)| {
                record.values.iter().zip(elements).map(|(value, elements)| cell_of(value.as_ref(), elements, dice)).collect()
            })
            .collect();
        let indexed = engine.clone();
        let mut finder = Finder::new(plan, kind, &indexed);
        let (mut first, mut all) = (Vec::new(), vec![Vec::new(); rows.len()]);
        finder.first_rules(&rows, (&state, *now), |at, rule| first.push((at, rule)));
        finder.all_rules(&rows, (&state, *now), |at, rule| all[at].push(rule));
        for (at, record) in records.into_iter().enumerate() {
            prop_assert_eq!(first[at], (at, engine.first_rule(record, &state, *now)), "record {}", record.key);
            let mut of_record: Vec<RuleId> = Vec::new();
            engine.all_rules(record, &state, *now, |id| of_record.push(id));
            prop_assert_eq!(&all[at], &of_record, "record {}", record.key);
        }
    }
    Ok(())
}

fn elements_of(value: &Option<Value>) -> Vec<&str> {
    match value {
        Some(Value::Set { listed, unlisted }) => listed.iter().chain(unlisted).map(|e| &**e).collect(),
        _ => Vec::new(),
    }
}

/// The cell of a value, or now and then the value itself.
fn cell_of<'c>(value: Option<&'c Value>, elements: &'c [&'c str], dice: &mut Dice) -> Cell<'c> {
    let Some(value) = value else { return Cell::Missing };
    match value {
        _ if dice.below(8) == 0 => Cell::Value(value),
        Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t) => Cell::Text(t),
        Value::Set { .. } if !elements.is_empty() => Cell::Elements(elements),
        Value::Number(number) if number.scale() == 0 => Cell::Whole(i64::try_from(number.mantissa()).unwrap()),
        Value::Time(at) if at.subsec_nanosecond() == 0 => Cell::Seconds(at.as_second()),
        Value::YesNo(yes) => Cell::YesNo(*yes),
        other => Cell::Value(other),
    }
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn the_index_decides_as_asking_does(seed in any::<u64>()) {
        let made = book(seed);
        both_ways(made.plan(), &made.work)?;
        cells_as_records(made.plan(), &made.work, &mut Dice::new(seed))?;
    }
}

/// A book of many rules over few fields: more cut points than are told apart, long lists, entangled conditions.
fn crowded(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let records = super::RECORDS.split("queues [").next().unwrap_or_default();
    let mut text = records.to_owned();
    text.push_str("queues [q0, q1, q2]\notherwise { route to queue q0 }\n");
    let rules = 40 + dice.below(400);
    for n in 0..rules {
        let mut parts = Vec::new();
        for _ in 0..1 + dice.below(3) {
            let (low, up) = (dice.below(3_000), dice.below(900));
            parts.push(match dice.below(7) {
                0 => format!("employees in {low}..{}", low + up),
                1 => format!("not employees >= {low}"),
                2 => format!("(employees < {low} or postal starts with {})", 10 + dice.below(90)),
                3 => format!("not postal starts with [{}, {}]", 10 + dice.below(90), 100 + dice.below(900)),
                4 => format!("state in [c{}, c{}, c{}]", dice.below(50), dice.below(50), dice.below(50)),
                5 => format!("(state is c{} or employees = {low} or industry is retail or employees is missing)", dice.below(50)),
                _ => format!("email contains \"{}\"", dice.below(10)),
            });
        }
        let priority = 1 + dice.below(rules);
        text.push_str(&format!("rule r{n} {{ priority {priority}  when {}  route to queue q{} }}\n", parts.join(" and "), dice.below(3)));
    }
    text
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn crowded_books_are_indexed_without_a_difference(seed in any::<u64>()) {
        let made = make(&data::data(seed), vec![SourceFile::new("book.turf", &crowded(seed))]);
        no_errors(&made.snapshot, seed);
        let plan = made.plan();
        let lead = plan.book.schema.find("lead").unwrap();
        let field = |name: &str| plan.book.schema.record(lead).find(name).unwrap().index();
        let mut dice = Dice::new(seed);
        let mut work: Vec<(jiff::Timestamp, Record)> = made.work.iter().filter(|(_, r)| r.kind == lead).take(5).cloned().collect();
        prop_assert!(!work.is_empty());
        for n in 0..60 {
            let (at, mut record) = work[n % 5 % work.len()].clone();
            let number = || Value::Number(rust_decimal::Decimal::from(0));
            record.values[field("employees")] = (dice.below(8) > 0).then(number).map(|_| {
                Value::Number(rust_decimal::Decimal::from(dice.below(4_000)) / rust_decimal::Decimal::from(1 + dice.below(2)))
            });
            record.values[field("postal")] =
                (dice.below(8) > 0).then(|| Value::Text(format!("{}", 100 + dice.below(99_000)).into()));
            record.values[field("state")] =
                (dice.below(8) > 0).then(|| Value::Text(format!("c{}", dice.below(60)).into()));
            work.push((at, record));
        }
        both_ways(plan, &work)?;
        cells_as_records(plan, &work, &mut dice)?;
    }
}

//! What the journal writes down of a decision is enough to decide it again, and reads back as it was.

use proptest::prelude::*;
use turf::decide::{begin, consulted, decide, remembered_values};
use turf::journal::Key;
use turf::journal::document::{DecisionDoc, Mask, Surroundings, restore_record, restore_state, written};
use turf::model::Absence;
use turf::state::{Change, State};

use super::dice::Dice;
use super::{book, cases};

/// What people may have told: absences and weights.
fn told(plan: &turf::plan::Plan, at: jiff::Timestamp, dice: &mut Dice) -> Vec<Change> {
    let reps: Vec<_> = plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).map(|r| r.key.clone()).collect();
    let mut changes = Vec::new();
    for rep in reps {
        if dice.below(4) == 0 {
            let from = at + jiff::SignedDuration::from_hours(i64::try_from(dice.below(96)).unwrap() - 48);
            let until = from + jiff::SignedDuration::from_hours(1 + i64::try_from(dice.below(60)).unwrap());
            changes.push(Change::Away { rep: rep.clone(), absence: Absence { from, until, reason: None } });
        }
        for team in &plan.book.teams {
            if dice.below(4) == 0 {
                let weight = Some(rust_decimal::Decimal::new(i64::try_from(dice.below(30)).unwrap(), 1));
                changes.push(Change::Weighed { team: team.name.text.clone(), rep: rep.clone(), weight });
            }
        }
    }
    changes
}

/// Only the past that a decision may look up.
fn fetched(plan: &turf::plan::Plan, record: &turf::model::Record, at: jiff::Timestamp, state: &State) -> State {
    let mut fetched = State { history: Default::default(), ..state.clone() };
    for wanted in remembered_values(plan, record, at) {
        if let Some(past) = state.history.get(&wanted.of).and_then(|f| f.get(&wanted.by)).and_then(|v| v.get(&wanted.value)) {
            let values = fetched.history.entry(wanted.of).or_default().entry(wanted.by).or_default();
            values.insert(wanted.value, past.clone());
        }
    }
    fetched
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn decisions_are_decided_again_from_their_documents(seed in any::<u64>()) {
        let made = book(seed);
        let plan = made.plan();
        let mut dice = Dice::new(seed ^ 0x6a6f_7572);
        let key = Key::new(&[5; 32]);
        let mask = Mask { key: &key, sealed: true };
        let start = made.work.first().map_or(jiff::Timestamp::UNIX_EPOCH, |(at, _)| *at);
        let mut state = begin(plan, start);
        told(plan, start, &mut dice).iter().for_each(|change| state.apply(change));
        for (at, record) in &made.work {
            let decision = decide(plan, record.clone(), &state, *at);
            let by_fetched = decide(plan, record.clone(), &fetched(plan, record, *at, &state), *at);
            prop_assert_eq!(&by_fetched, &decision, "record {}", record.key);
            let part = consulted(plan, &decision, &state);
            let again = decide(plan, record.clone(), &part, *at);
            prop_assert_eq!(&again, &decision, "record {}", record.key);

            let around = |record, consulted| Surroundings { plan, mask, record, consulted, former: None };
            let document = written(&decision, around(record, &part));
            let bytes = serde_json::to_vec(&document).unwrap();
            let read: DecisionDoc = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&read, &document);
            let restored = restore_record(&read.record, &plan.book, Some(&key)).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(&restored, record);
            let values: Vec<_> = remembered_values(plan, &restored, *at).into_iter().map(|r| (r.of, r.by, r.value)).collect();
            let part_again = restore_state(&read.state, &values, Some(&key)).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(&part_again, &part);
            let replayed = decide(plan, restored, &part_again, *at);
            let rewritten = written(&replayed, around(record, &part_again));
            prop_assert_eq!(serde_json::to_vec(&rewritten).unwrap(), bytes);

            decision.changes.iter().for_each(|c| state.apply(c));
        }
    }
}

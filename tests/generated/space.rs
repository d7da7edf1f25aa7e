//! The space against the evaluator: a record's point lies in a region exactly where the evaluator says yes.

use proptest::prelude::*;
use turf::decide::{Context, answer, ask, decide, standings};
use turf::model::RecordId;
use turf::plan::Plan;
use turf::space::{Locator, Space, Survey, Surveyed};

use super::{book, cases};

fn survey(plan: &Plan, record: RecordId) -> (Space, Surveyed) {
    let mut survey = Survey::new();
    let of = survey.book(&plan.book, record, &standings(plan, record));
    (survey.finish(), of)
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn a_point_lies_where_the_evaluator_says(seed in any::<u64>()) {
        let made = book(seed);
        let plan = made.plan();
        for kind in plan.rule_order.keys().copied() {
            let certain = standings(plan, kind).certain;
            let (mut space, of) = survey(plan, kind);
            let rules: Vec<_> = of.rules.iter().map(|n| space.region(*n)).collect();
            let claims: Vec<_> = of.claims.iter().map(|n| space.region(*n)).collect();
            let survives: Vec<_> = of.survives.iter().map(|n| space.region(*n)).collect();
            let placed = space.region(of.placed);
            let locator = Locator::new(&space, &plan.book.schema, &plan.book.zone);
            let mut state = made.begin();
            for (at, record) in &made.work {
                let decision = decide(plan, record.clone(), &state, *at);
                let before = state.clone();
                decision.changes.iter().for_each(|c| state.apply(c));
                if record.kind != kind {
                    continue;
                }
                // The record as matched, not as read.
                let record = &decision.record;
                let plain = Context::new(plan, record, &before, *at);
                let context = plain.placed_in(decision.placement.territory());
                let point = locator.point(record, &plan.data, decision.at, |fact| ask(fact, &context));
                for (rule, region) in plan.book.rules.iter().zip(&rules).filter(|(r, _)| r.record == kind) {
                    let told = rule.dates.contains(context.today) && answer(&rule.condition, &context).is_yes();
                    if certain {
                        prop_assert_eq!(space.lies_within(&point, region), told, "seed {} rule {} record {}", seed, rule.name, record.key);
                    }
                }
                for (index, territory) in plan.book.territories.iter().enumerate() {
                    let told = decision.placement.claims.iter().any(|c| c.territory.index() == index);
                    prop_assert_eq!(space.lies_within(&point, &claims[index]), told, "seed {} territory {} record {}", seed, territory.name, record.key);
                }
                if certain {
                    prop_assert_eq!(space.lies_within(&point, &placed), decision.placement.territory().is_some(), "seed {} record {}", seed, record.key);
                    let first = of.order.iter().find(|(id, _)| space.lies_within(&point, &survives[id.index()])).map(|(id, _)| *id);
                    if !decision.placement.tied {
                        prop_assert_eq!(first, decision.placement.territory(), "seed {} record {}", seed, record.key);
                    }
                }
            }
        }
    }
}

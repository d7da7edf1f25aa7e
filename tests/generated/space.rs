//! The space against the evaluator: a record's point lies in a region exactly where the evaluator says yes.

use proptest::prelude::*;
use turf::decide::{AttemptResult, Context, Decider, Leading, answer, ask, decide, roster, standings};
use turf::model::{Answer, Record, RecordId, TargetKind};
use turf::plan::Plan;
use turf::space::{Fact, Locator, NodeId, Question, Space, Survey, Surveyed};

use super::{book, cases};

fn survey(plan: &Plan, record: RecordId) -> (Space, Surveyed) {
    let mut survey = Survey::new();
    let of = survey.book(&plan.book, record, &standings(plan, record));
    (survey.finish(), of)
}

/// Where targets that keep somebody lead to each active rep, by rule and position in its chain.
fn kept<'p>(plan: &'p Plan, of: &Surveyed, survey: &mut Survey) -> Vec<(Decider, usize, &'p Record, NodeId)> {
    let reps: Vec<&Record> = plan.data.all(plan.book.rep.unwrap().record).filter(|r| roster::is_active(plan, r)).collect();
    let mut all = Vec::new();
    for id in &plan.rule_order[&of.record] {
        for (at, target) in plan.book.rules[id.index()].route.iter().enumerate() {
            if !matches!(target.kind, TargetKind::Keep(_)) || target.condition.is_some() {
                continue;
            }
            for rep in &reps {
                let node = Leading { plan, record: of.record, rep, survey, of, loose: false }.target(target).unwrap().0;
                all.push((Decider::Rule(*id), at, *rep, node));
            }
        }
    }
    all
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

    #[test]
    fn whoever_is_kept_lies_where_the_target_leads(seed in any::<u64>()) {
        let made = book(seed);
        let plan = made.plan();
        for kind in plan.rule_order.keys().copied() {
            let mut survey = Survey::new();
            let of = survey.book(&plan.book, kind, &standings(plan, kind));
            let kept = kept(plan, &of, &mut survey);
            let mut space = survey.finish();
            let regions: Vec<_> = kept.iter().map(|(.., node)| space.region(*node)).collect();
            let locator = Locator::new(&space, &plan.book.schema, &plan.book.zone);
            let mut state = made.begin();
            for (at, record) in &made.work {
                let decision = decide(plan, record.clone(), &state, *at);
                let before = state.clone();
                decision.changes.iter().for_each(|c| state.apply(c));
                if record.kind != kind {
                    continue;
                }
                let plain = Context::new(plan, &decision.record, &before, *at);
                let context = plain.placed_in(decision.placement.territory());
                // What only deciding tells is asked both ways: it decides nothing but the last hours of some tenures.
                let point = |open: Answer| {
                    let told = |fact: &Fact| if matches!(fact.question, Question::Open) { open } else { ask(fact, &context) };
                    locator.point(&decision.record, &plan.data, decision.at, told)
                };
                let (most, least) = (point(Answer::Yes), point(Answer::No));
                for ((decider, at, rep, _), region) in kept.iter().zip(&regions) {
                    let trial = decision.trials.iter().find(|t| t.decider == *decider);
                    let Some(attempt) = trial.and_then(|t| t.attempts.iter().find(|a| a.target == *at)) else { continue };
                    let lasts = !matches!(attempt.result, AttemptResult::LedNowhere(_)) && attempt.candidates[0].rep == rep.key;
                    let said = format!("seed {seed} {decider:?} target {at} rep {} record {}", rep.key, decision.record.key);
                    prop_assert!(!lasts || space.lies_within(&most, region), "{} is kept", said);
                    prop_assert!(lasts || !space.lies_within(&least, region), "{} is not kept", said);
                }
            }
        }
    }
}

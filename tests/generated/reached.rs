//! What the generated books reach: a construct that no book has, or that never does anything, is not tested.

use std::collections::BTreeMap;

use turf::decide::{Attempt, Decider, Decision, PassedOver};
use turf::model::{LimitPer, Owner, Pick, Target, TargetKind, TeamId};
use turf::plan::Plan;

use super::{book, run, text};

/// How many books must reach everything.
const BOOKS: u64 = 60;

/// Words of the language.
const WRITTEN: &[&str] = &[
    "prefer ",
    "most room",
    "least full",
    "fewest open",
    "longest wait",
    "in turn",
    "as listed",
    "pick highest",
    "lowest rep.weight",
    "working hours only",
    "or nobody",
    "winners 2",
    "leave as is",
    "previous rep by",
    "  keep ",
    "else keep ",
    "keep owner until",
    "until account.held",
    "since last_order",
    "hours since",
    "months since account.held",
    "seen before by",
    "if available",
    "if at work",
    "one of team",
    "queue review where",
    "owner of account",
    "account.parent.owner",
    "rule a0 for account",
    "otherwise for account",
    "overlay o3 for account",
    "otherwise {",
    "territories from",
    "starts with zip",
    "country is country",
    "parent g1",
    "parent g0",
    "most specific",
    "longest tenure",
    "lowest priority",
    "highest rep.weight",
    "classify account",
    "from 2027-03-02 through 2027-12-31",
    "10% account owner",
    "5% assignee.boss",
    "rest territory owner",
    "amount revenue",
    "per day where",
    "per week where",
    "per month where",
    "per day\n",
    "open where",
    "weight rep.weight",
    " weight 0.5",
    "members where",
    "respond within",
    "because ",
    "territory is g0",
    "territory not in",
    "account.s2",
    "does not contain",
    "all of [",
    "any of [",
    "matches /",
    "ends with",
    "domain of email",
    "within next",
    "before today",
    "weeks from now",
    "days ago",
    "in 2027-",
    "not in [",
    "is missing",
    "is present",
    "state in west",
];

/// Words of a decision's trace.
const TRACED: &[&str] = &[
    "Won(1)",
    "Won(2)",
    "Deeper(",
    "Unstaffed",
    "Lost(",
    "standing: Tied",
    "NotInRoster",
    "Inactive",
    "Away {",
    "OffHours {",
    "NoCalendar",
    "NoWeight",
    "members: None, answer: CannotTell",
    "answer: No",
    "LedNowhere(",
    "NobodyEligible",
    "given: true",
    "count: 2",
    "by: Some(Otherwise)",
    "by: Some(Rule(",
    "assignee: Queue(",
    "assignee: Nobody",
    "Team(",
    "Queue(",
    "Counted {",
    "Opened {",
    "Received {",
    "Remembered {",
    "skipped: true",
    "criterion: None",
    "rest: true",
    "row: Some(",
    "calendar: Some(",
    "taker: None",
];

fn mark(marks: &mut BTreeMap<String, u32>, name: String) {
    *marks.entry(name).or_default() += 1;
}

/// The team a target led to.
fn team_of(target: &Target, decision: &Decision, plan: &Plan) -> Option<TeamId> {
    match &target.kind {
        TargetKind::Team(team) => Some(*team),
        TargetKind::TerritoryOwner => match plan.book.territories[decision.placement.territory()?.index()].owner {
            Some(Owner::Team(team, _)) => Some(team),
            _ => None,
        },
        _ => None,
    }
}

/// Marks what decided between candidates, by the words of the criterion or the limit.
fn mark_attempts(attempts: &[Attempt], route: &[Target], decision: &Decision, plan: &Plan, marks: &mut BTreeMap<String, u32>) {
    for attempt in attempts {
        let Some(team) = team_of(&route[attempt.target], decision, plan) else { continue };
        let team = &plan.book.teams[team.index()];
        for passed_over in attempt.candidates.iter().filter_map(|c| c.passed_over.as_ref()) {
            match passed_over {
                PassedOver::Behind { criterion: Some(at), .. } => {
                    let name = match &team.pick[*at] {
                        Pick::Prefer(..) => "prefer",
                        Pick::InTurn(_) => "in turn",
                        Pick::FewestOpen(_) => "fewest open",
                        Pick::LeastFull(_) => "least full",
                        Pick::MostRoom(_) => "most room",
                        Pick::LongestWait(_) => "longest wait",
                        Pick::Highest(..) => "highest",
                        Pick::Lowest(..) => "lowest",
                        Pick::AsListed(_) => "as listed",
                    };
                    mark(marks, format!("behind by {name}"));
                }
                PassedOver::Full { limit, .. } => {
                    let name = match team.limits[*limit].per {
                        LimitPer::Open => "open",
                        LimitPer::Day => "day",
                        LimitPer::Week => "week",
                        LimitPer::Month => "month",
                    };
                    mark(marks, format!("full by {name}"));
                }
                _ => {}
            }
        }
    }
}

const DECIDED: &[&str] = &[
    "behind by prefer",
    "behind by in turn",
    "behind by fewest open",
    "behind by least full",
    "behind by most room",
    "behind by longest wait",
    "behind by highest",
    "behind by lowest",
    "behind by as listed",
    "full by open",
    "full by day",
    "full by week",
    "full by month",
    "left as it is",
    "kept",
    "kept, and it stays",
    "kept no longer",
    "previous rep found",
    "account decided by a rule",
    "two territories",
    "several rules tried",
];

fn mark_decision(decision: &Decision, plan: &Plan, marks: &mut BTreeMap<String, u32>) {
    let trace = format!("{decision:?}");
    TRACED.iter().filter(|w| trace.contains(**w)).for_each(|w| mark(marks, (*w).to_owned()));
    for trial in &decision.trials {
        let route = match trial.decider {
            Decider::Rule(id) => &plan.book.rules[id.index()].route,
            Decider::Otherwise => &plan.book.otherwise[&decision.record.kind].route,
        };
        mark_attempts(&trial.attempts, route, decision, plan, marks);
        for attempt in trial.attempts.iter().filter(|a| a.candidates.len() == 1 && a.candidates[0].passed_over.is_none()) {
            match &route[attempt.target].kind {
                TargetKind::LeaveAsIs(_) => mark(marks, "left as it is".to_owned()),
                TargetKind::Keep(keep) if keep.stays => mark(marks, "kept, and it stays".to_owned()),
                TargetKind::Keep(_) => mark(marks, "kept".to_owned()),
                TargetKind::PreviousRep { .. } => mark(marks, "previous rep found".to_owned()),
                _ => {}
            }
        }
    }
    if trace.contains("the lock ended") || trace.contains("were over on") {
        mark(marks, "kept no longer".to_owned());
    }
    let is_account = plan.book.schema.find("account") == Some(decision.record.kind);
    if is_account && matches!(decision.outcome.by, Some(Decider::Rule(_))) {
        mark(marks, "account decided by a rule".to_owned());
    }
    if decision.placement.winners.len() > 1 {
        mark(marks, "two territories".to_owned());
    }
    if decision.trials.len() > 2 {
        mark(marks, "several rules tried".to_owned());
    }
}

#[test]
fn generated_books_reach_every_construct() {
    let mut marks: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..BOOKS {
        let rules = text(seed);
        WRITTEN.iter().filter(|w| rules.contains(**w)).for_each(|w| mark(&mut marks, (*w).to_owned()));
        let made = book(seed);
        run(&made).iter().for_each(|d| mark_decision(d, made.plan(), &mut marks));
    }
    let all = WRITTEN.iter().chain(TRACED).chain(DECIDED);
    let never: Vec<_> = all.filter(|name| !marks.contains_key(**name)).collect();
    assert!(never.is_empty(), "never reached: {never:?}\n{marks:#?}");
}

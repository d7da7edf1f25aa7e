//! Compares a decision with what must become of a record, and says why it did not.

use std::sync::Arc;

use num_rational::BigRational;

use super::case::{Expectation, Expected, ShareWanted};
use super::run::Outcome;
use crate::decide::{Assignee, Decider, Decision, LedgerSplit, Taker, exact, share_in_words};
use crate::explain::{Looking, why_not};
use crate::model::{Type, Value};
use crate::plan::Plan;

/// How many paths are told of that could have led to what was expected.
const MOST_PATHS: usize = 3;

/// Compares a decision with one expectation.
pub(super) fn outcome(looking: &Looking<'_>, expect: &Expectation) -> Outcome {
    let passed = holds(looking.plan, looking.decision, expect);
    Outcome {
        expected: expect.words.clone(),
        place: expect.place.clone(),
        passed,
        got: (!passed).then(|| got(looking.plan, looking.decision, &expect.expected)),
        why: if passed { Vec::new() } else { why(looking, expect) },
    }
}

/// Returns whether a decision is as expected.
pub(super) fn holds(plan: &Plan, decision: &Decision, expect: &Expectation) -> bool {
    is(plan, decision, &expect.expected) != expect.negated
}

fn is(plan: &Plan, decision: &Decision, expected: &Expected) -> bool {
    let outcome = &decision.outcome;
    let among = |names: &[Arc<str>], found: Option<&str>| found.is_some_and(|f| names.iter().any(|n| **n == *f));
    match expected {
        Expected::Rep(names) => matches!(&outcome.assignee, Assignee::Rep(rep) if among(names, Some(rep))),
        Expected::Queue(names) => matches!(&outcome.assignee, Assignee::Queue(queue) if among(names, Some(queue))),
        Expected::Rule(names) => among(names, rule(plan, decision)),
        Expected::Team(names) => among(names, outcome.team.and_then(|id| plan.book.teams.get(id.index())).map(|t| t.name.as_str())),
        Expected::Territory(names) => territories(plan, decision).any(|t| among(names, Some(t))),
        Expected::Account(names) => among(names, account(plan, decision).as_deref()),
        Expected::Overlay(names) => overlays(plan, decision).any(|o| among(names, Some(o))),
        Expected::Credit { ledger, shares } => {
            ledger_of(decision, ledger).is_some_and(|split| shares.iter().all(|share| is_given(split, share)))
        }
        Expected::Otherwise => outcome.by == Some(Decider::Otherwise),
        Expected::NoTerritory => decision.placement.winners.is_empty(),
        Expected::NoAccount => account(plan, decision).is_none(),
    }
}

fn rule<'p>(plan: &'p Plan, decision: &Decision) -> Option<&'p str> {
    match decision.outcome.by {
        Some(Decider::Rule(id)) => plan.book.rules.get(id.index()).map(|r| r.name.as_str()),
        _ => None,
    }
}

fn territories<'p>(plan: &'p Plan, decision: &Decision) -> impl Iterator<Item = &'p str> {
    decision.placement.winners.iter().filter_map(|id| plan.book.territories.get(id.index())).map(|t| t.name.as_str())
}

fn overlays<'p>(plan: &'p Plan, decision: &Decision) -> impl Iterator<Item = &'p str> {
    let added = decision.added.iter().filter(|added| added.assignee.is_some());
    added.filter_map(|added| plan.book.overlays.get(added.overlay.index())).map(|o| o.name.as_str())
}

/// The account a record belongs to: what matching found, or what its field says.
fn account(plan: &Plan, decision: &Decision) -> Option<Arc<str>> {
    if let Some(matching) = &decision.matching {
        return matching.found.clone();
    }
    let account = plan.book.schema.find("account")?;
    let ty = plan.book.schema.record(decision.record.kind);
    let field = ty.fields.iter().position(|f| f.ty == Type::Reference(account))?;
    match decision.record.values.get(field) {
        Some(Some(Value::Reference(key))) => Some(key.clone()),
        _ => None,
    }
}

fn ledger_of<'d>(decision: &'d Decision, name: &str) -> Option<&'d LedgerSplit> {
    decision.credits.iter().find(|split| *split.ledger == *name)
}

/// Returns whether a ledger gives a share: to the role as the plan says it, or to the person in all.
fn is_given(split: &LedgerSplit, share: &ShareWanted) -> bool {
    let enough = |percent: &BigRational| share.percent.is_none_or(|wanted| exact(wanted) == *percent);
    let by_role =
        split.parts.iter().any(|part| *part.role == *share.role && (share.percent.is_some() || part.rest) && enough(&part.percent));
    let taker = share.role.strip_prefix("rep ").map(|rep| Taker::Rep(rep.into()));
    by_role || taker.is_some_and(|taker| split.totals.iter().any(|total| total.taker == taker && enough(&total.percent)))
}

/// Says what became of a record: `mia of team hospital-experts, by rule hospital`.
pub(super) fn became(plan: &Plan, decision: &Decision) -> String {
    let team = decision.outcome.team.and_then(|id| plan.book.teams.get(id.index()));
    let team = team.map(|team| format!(" of team {}", team.name)).unwrap_or_default();
    let by = match decision.outcome.by {
        Some(Decider::Otherwise) => ", by otherwise".to_owned(),
        _ => rule(plan, decision).map(|rule| format!(", by rule {rule}")).unwrap_or_default(),
    };
    format!("{}{team}{by}", decision.outcome.assignee)
}

/// Says what is, of the kind that was expected.
fn got(plan: &Plan, decision: &Decision, expected: &Expected) -> String {
    let list = |names: Vec<&str>, none: &str| if names.is_empty() { none.to_owned() } else { names.join(", ") };
    match expected {
        Expected::Rep(_) | Expected::Queue(_) | Expected::Team(_) | Expected::Rule(_) | Expected::Otherwise => became(plan, decision),
        Expected::Territory(_) | Expected::NoTerritory => match list(territories(plan, decision).collect(), "") {
            none if none.is_empty() => "no territory".to_owned(),
            some => format!("territory {some}"),
        },
        Expected::Account(_) | Expected::NoAccount => {
            account(plan, decision).map_or_else(|| "no account".to_owned(), |key| format!("account {key}"))
        }
        Expected::Overlay(_) => match list(overlays(plan, decision).collect(), "") {
            none if none.is_empty() => "no overlay".to_owned(),
            some => format!("overlay {some}"),
        },
        Expected::Credit { ledger, .. } => match ledger_of(decision, ledger) {
            None => format!("no ledger {ledger}"),
            Some(split) => {
                let parts = split.parts.iter().map(|part| {
                    let to = part.taker.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string);
                    format!("{}% {} ({to})", share_in_words(&part.percent), part.role)
                });
                format!("credit {ledger} {}", parts.collect::<Vec<_>>().join(", "))
            }
        },
    }
}

/// Says why something did not become as expected: for each name the paths that lead there and what failed first on each.
fn why(looking: &Looking<'_>, expect: &Expectation) -> Vec<String> {
    let mut lines = Vec::new();
    if !expect.negated {
        let names: &[Arc<str>] = match &expect.expected {
            Expected::Rep(names) | Expected::Rule(names) | Expected::Territory(names) | Expected::Queue(names) | Expected::Team(names) => {
                names
            }
            _ => &[],
        };
        for name in names {
            let Ok(answer) = why_not(looking, name) else { continue };
            if answer.paths.is_empty() && !answer.got_it {
                lines.push(answer.answer);
            }
            let paths = answer.paths.iter().take(MOST_PATHS);
            lines.extend(paths.map(|path| format!("{} ({}): {}", path.path, path.place, path.failed)));
            if let Some(more) = answer.paths.len().checked_sub(MOST_PATHS).filter(|more| *more > 0) {
                lines.push(format!("and {more} more ways to {name}"));
            }
        }
    }
    if let Some(Decider::Rule(id)) = looking.decision.outcome.by
        && let Some(rule) = looking.book.rules.get(id.index())
    {
        let because = rule.because.as_ref().map(|b| format!(": \"{b}\"")).unwrap_or_default();
        lines.push(format!("rule {} decided it ({}){because}", rule.name, looking.sources.place(rule.name.span)));
    }
    lines
}

//! What no test would notice: a book with one rule left out or bent, asked of every test again.

use std::sync::Arc;

use serde::Serialize;

use super::case::Case;
use super::run::passes;
use crate::model::{Comparison, Condition, ConditionKind, Predicate, Rulebook};
use crate::plan::Plan;
use crate::text::Sources;

/// One change of a book, and whether a test fails then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mutation {
    /// What is changed: `rule health left out`.
    pub change: String,
    /// Where, `file:line`.
    pub place: String,
    /// The first test that fails; none when no test notices.
    pub noticed_by: Option<Arc<str>>,
}

/// Changes one thing of a book at a time and asks every test again. The tests must pass in the book as it is.
#[must_use]
pub fn mutate(plan: &Plan, sources: &Sources, cases: &[Case]) -> Vec<Mutation> {
    let mut found = Vec::new();
    let mut ask = |place: String, change: String, bend: &dyn Fn(&mut Rulebook)| {
        let mut book = (*plan.book).clone();
        bend(&mut book);
        let bent = Plan::new(Arc::new(book), plan.data.clone());
        let noticed_by = cases.iter().find(|case| !passes(&bent, case)).map(|case| case.name.clone());
        found.push(Mutation { change, place, noticed_by });
    };
    for (at, rule) in plan.book.rules.iter().enumerate() {
        let place = sources.place(rule.name.span);
        ask(place.clone(), format!("rule {} left out", rule.name), &|book| {
            if let Some(rule) = book.rules.get_mut(at) {
                rule.condition = never(&rule.condition);
            }
        });
        for leaf in 0..leaves(&rule.condition) {
            let mut said = (String::new(), place.clone());
            let mut copy = rule.condition.clone();
            if let Some(span) = bend_leaf(&mut copy, leaf, &mut 0) {
                let words = sources.text(span.0).split_whitespace().collect::<Vec<_>>().join(" ");
                said = (format!("rule {}: `{words}` {}", rule.name, span.1), sources.place(span.0));
            }
            ask(said.1, said.0, &|book| {
                if let Some(rule) = book.rules.get_mut(at) {
                    rule.condition = copy.clone();
                }
            });
        }
        if rule.route.len() > 1 {
            let first = rule.route.first().map(|t| sources.text(t.span).split_whitespace().collect::<Vec<_>>().join(" "));
            ask(place, format!("rule {}: without its first target `{}`", rule.name, first.unwrap_or_default()), &|book| {
                if let Some(rule) = book.rules.get_mut(at) {
                    rule.route.remove(0);
                }
            });
        }
    }
    for (at, overlay) in plan.book.overlays.iter().enumerate() {
        ask(sources.place(overlay.name.span), format!("overlay {} left out", overlay.name), &|book| {
            if let Some(overlay) = book.overlays.get_mut(at) {
                overlay.condition = never(&overlay.condition);
            }
        });
    }
    found
}

/// A condition that is never yes, in the place of another.
fn never(condition: &Condition) -> Condition {
    Condition { kind: ConditionKind::Any(Vec::new()), span: condition.span }
}

/// Counts the tests of values and the names in a condition.
fn leaves(condition: &Condition) -> usize {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().map(leaves).sum(),
        ConditionKind::Not(part) => leaves(part),
        _ => 1,
    }
}

/// Bends one of them: a bound by its edge, anything else turned round. Returns where it stands and what was done.
fn bend_leaf(condition: &mut Condition, wanted: usize, at: &mut usize) -> Option<(crate::text::Span, &'static str)> {
    match &mut condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => return parts.iter_mut().find_map(|p| bend_leaf(p, wanted, at)),
        ConditionKind::Not(part) => return bend_leaf(part, wanted, at),
        _ => {}
    }
    let here = *at == wanted;
    *at += 1;
    if !here {
        return None;
    }
    let span = condition.span;
    if let ConditionKind::Test(test) = &mut condition.kind
        && let Predicate::Compare(comparison, _) = &mut test.predicate
    {
        *comparison = match comparison {
            Comparison::Less => Comparison::LessOrEqual,
            Comparison::LessOrEqual => Comparison::Less,
            Comparison::Greater => Comparison::GreaterOrEqual,
            Comparison::GreaterOrEqual => Comparison::Greater,
        };
        return Some((span, "with its bound on the other side"));
    }
    let turned = condition.clone();
    *condition = Condition { kind: ConditionKind::Not(Box::new(turned)), span };
    Some((span, "turned round"))
}

/// Writes for people what no test notices, and how much is noticed.
#[must_use]
pub fn mutation_text(mutations: &[Mutation]) -> String {
    let mut text = String::new();
    for mutation in mutations.iter().filter(|m| m.noticed_by.is_none()) {
        text += &format!("{}: no test notices {}\n", mutation.place, mutation.change);
    }
    let noticed = mutations.iter().filter(|m| m.noticed_by.is_some()).count();
    text + &format!("The tests notice {noticed} of {} changes.\n", mutations.len())
}

//! Rules that do the same and lie side by side, so that one could say it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::ground::Ground;
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::words::{action, condition};
use crate::model::{Condition, ConditionKind, Predicate, Right, Rule, Rulebook, Test, Value, ValueSet};
use crate::space::{Area, AxisId};

/// Finds pairs of rules of one priority, with the same action, whose conditions differ in one field only.
pub(super) fn check(ground: &Ground<'_>, proofs: &mut Proofs) {
    let mut alike: BTreeMap<(u32, String), Vec<usize>> = BTreeMap::new();
    for position in 0..ground.order.len() {
        let rule = ground.rule(position);
        let action = format!("{} {:?}", action(&ground.plan.book, rule), (rule.dates.from, rule.dates.through));
        alike.entry((rule.priority.rank, action)).or_default().push(position);
    }
    for group in alike.values().filter(|g| g.len() > 1) {
        // By what is left of a rule's area without one of its fields: rules that share it differ in that field only.
        let mut waiting: HashMap<(AxisId, Area), Vec<usize>> = HashMap::new();
        let mut taken: HashSet<usize> = HashSet::new();
        for position in group {
            let [area] = ground.regions[*position].areas.as_slice() else { continue };
            let keys: Vec<(AxisId, Area)> = area.restricts().map(|(axis, _)| (axis, area.with(axis, None))).collect();
            // One inside the other is a rule that is not needed, and said as such.
            let apart = |other: &usize| ground.regions[*other].areas.first().is_some_and(|b| !area.within(b) && !b.within(area));
            let partner = keys.iter().find_map(|key| {
                let others = waiting.get(key)?;
                Some((*others.iter().find(|other| !taken.contains(other) && apart(other))?, key.0))
            });
            match partner {
                Some((other, axis)) => {
                    finding(ground, other, *position, axis, proofs);
                    taken.insert(other);
                }
                None => keys.into_iter().for_each(|key| waiting.entry(key).or_default().push(*position)),
            }
        }
    }
}

fn finding(ground: &Ground<'_>, one: usize, other: usize, axis: AxisId, proofs: &mut Proofs) {
    let (first, second) = (ground.rule(one), ground.rule(other));
    let field = &ground.space.axis(axis).written;
    let headline = format!("the rules `{}` and `{}` do the same and differ only in `{field}`", first.name, second.name);
    proofs.findings.push(
        Diagnostic::new(DiagnosticName::MergeableRules, headline)
            .at(first.name.span, "")
            .at(second.name.span, "does the same")
            .help(format!("One rule could say both: {}.", joined(&ground.plan.book, first, second, field))),
    );
}

/// Writes what one rule would ask in place of the two.
fn joined(book: &Rulebook, one: &Rule, other: &Rule, field: &str) -> String {
    let (first, second) = (one.condition.parts(), other.condition.parts());
    let words = |part: &Condition| condition(book, part);
    let only = |own: &[&Condition], others: &[&Condition]| -> Vec<Condition> {
        let theirs: Vec<String> = others.iter().map(|p| words(p)).collect();
        own.iter().filter(|p| !theirs.contains(&words(p))).map(|p| (*p).clone()).collect()
    };
    let (first, second) = (only(&first, &second), only(&second, &first));
    let ([a], [b]) = (first.as_slice(), second.as_slice()) else {
        return format!("join what they ask of `{field}` with `or`");
    };
    let both = listed(a, b).unwrap_or_else(|| Condition { kind: ConditionKind::Any(vec![a.clone(), b.clone()]), span: a.span });
    format!("ask `{}` in `{}` and remove `{}`", words(&both), one.name, other.name)
}

/// Two tests of one field for texts, as one test for any of them.
fn listed(one: &Condition, other: &Condition) -> Option<Condition> {
    let texts = |condition: &Condition| match &condition.kind {
        ConditionKind::Test(test) if !test.negated => match &test.predicate {
            Predicate::Is(Right::Value(Value::Text(text) | Value::Choice(text))) => Some((test.clone(), HashSet::from([text.clone()]))),
            Predicate::In(set) if set.list.is_none() && set.numbers.is_empty() && set.dates.is_empty() => {
                Some((test.clone(), HashSet::clone(&set.texts)))
            }
            _ => None,
        },
        _ => None,
    };
    let ((test, mut all), (second, more)) = (texts(one)?, texts(other)?);
    if (&test.subject.place, test.subject.attribute, test.subject.domain_of)
        != (&second.subject.place, second.subject.attribute, second.subject.domain_of)
    {
        return None;
    }
    all.extend(more);
    let set = ValueSet { list: None, texts: Arc::new(all), numbers: Arc::default(), dates: Arc::default() };
    Some(Condition { kind: ConditionKind::Test(Box::new(Test { predicate: Predicate::In(set), ..*test })), span: one.span })
}

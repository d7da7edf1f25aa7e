//! Rules that do the same and lie side by side, so that one could say it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::ground::Ground;
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::words::{action, condition};
use crate::model::{Condition, ConditionKind, Predicate, Right, Rule, Rulebook, Test, Value, ValueSet};
use crate::space::{Area, AxisId};
use crate::text::wording;

/// Finds rules of one priority, with the same action, whose conditions differ in one field only.
pub(super) fn check(ground: &Ground<'_>, proofs: &mut Proofs) {
    let mut alike: BTreeMap<(u32, String), Vec<usize>> = BTreeMap::new();
    for position in 0..ground.order.len() {
        let rule = ground.rule(position);
        let action = format!("{} {:?}", action(&ground.plan.book, rule), (rule.dates.from, rule.dates.through));
        alike.entry((rule.priority.rank, action)).or_default().push(position);
    }
    for group in alike.values().filter(|g| g.len() > 1) {
        // By what is left of a rule's area without one of its fields: rules that share it differ in that field only.
        let mut sharing: HashMap<(AxisId, Area), Vec<usize>> = HashMap::new();
        for position in group {
            let [area] = ground.regions[*position].areas.as_slice() else { continue };
            for (axis, _) in area.restricts() {
                sharing.entry((axis, area.with(axis, None))).or_default().push(*position);
            }
        }
        // Those that bring most together first; each rule is told once.
        let mut sharing: Vec<((AxisId, Area), Vec<usize>)> = sharing.into_iter().filter(|(_, all)| all.len() > 1).collect();
        sharing.sort_by(|(a, all), (b, more)| more.len().cmp(&all.len()).then_with(|| all.cmp(more)).then_with(|| a.0.cmp(&b.0)));
        let mut taken: HashSet<usize> = HashSet::new();
        for ((axis, _), all) in sharing {
            let mut apart: Vec<usize> = Vec::new();
            for position in all.into_iter().filter(|p| !taken.contains(p)) {
                let area = |of: usize| ground.regions[of].areas.first();
                // One inside another is a rule that is not needed, and said as such.
                let nested = |other: &usize| area(position).zip(area(*other)).is_none_or(|(a, b)| a.within(b) || b.within(a));
                if !apart.iter().any(nested) {
                    apart.push(position);
                }
            }
            if apart.len() > 1 {
                finding(ground, &apart, axis, proofs);
                taken.extend(apart);
            }
        }
    }
}

/// How many rules get a label.
const LABELS: usize = 4;

fn finding(ground: &Ground<'_>, together: &[usize], axis: AxisId, proofs: &mut Proofs) {
    let rules: Vec<&Rule> = together.iter().map(|p| ground.rule(*p)).collect();
    let names: Vec<String> = rules.iter().map(|r| format!("`{}`", r.name)).collect();
    let field = &ground.space.axis(axis).written;
    let headline = format!("the rules {} do the same and differ only in `{field}`", wording::some_of(&names, 6));
    let mut finding = Diagnostic::new(DiagnosticName::MergeableRules, headline);
    for (at, rule) in rules.iter().enumerate().take(LABELS) {
        finding = finding.at(rule.name.span, if at == 0 { "" } else { "does the same" });
    }
    proofs.findings.push(finding.help(format!("One rule could say it all: {}.", joined(&ground.plan.book, &rules, field))));
}

/// Writes what one rule would ask in place of several.
fn joined(book: &Rulebook, rules: &[&Rule], field: &str) -> String {
    let parts: Vec<Vec<&Condition>> = rules.iter().map(|r| r.condition.parts()).collect();
    let words = |part: &Condition| condition(book, part);
    // What all of them ask stays; the one part that each has for itself is joined.
    let shared = |part: &Condition| parts.iter().all(|own| own.iter().any(|p| words(p) == words(part)));
    let own: Option<Vec<Condition>> = parts
        .iter()
        .map(|of| {
            let mut alone = of.iter().filter(|p| !shared(p));
            alone.next().filter(|_| alone.next().is_none()).map(|p| (*p).clone())
        })
        .collect();
    let Some((first, rest)) = own.as_deref().and_then(<[Condition]>::split_first) else {
        return format!("join what they ask of `{field}` with `or`");
    };
    let list = rest.iter().try_fold(first.clone(), |all, next| listed(&all, next));
    let either = || Condition { kind: ConditionKind::Any(own.iter().flatten().cloned().collect()), span: first.span };
    let names: Vec<String> = rules.iter().skip(1).map(|r| format!("`{}`", r.name)).collect();
    let first = rules.first().map_or("", |r| r.name.as_str());
    format!("ask `{}` in `{first}` and remove {}", words(&list.unwrap_or_else(either)), wording::join(&names, "and"))
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

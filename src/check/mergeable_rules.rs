//! Rules that do the same and lie side by side, so that one could say it.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;

use super::ground::Ground;
use super::joined::joined;
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::words::{action, dates};
use crate::model::{Dates, Rule};
use crate::space::{Area, Aspect, AxisId};
use crate::text::wording;

/// Finds rules of one priority, with the same action, whose conditions differ in one field only, or whose periods adjoin.
pub(super) fn check(ground: &Ground<'_>, proofs: &mut Proofs) {
    let mut alike: BTreeMap<(u32, String), Vec<usize>> = BTreeMap::new();
    for position in 0..ground.order.len() {
        let rule = ground.rule(position);
        let action = format!("{} {:?}", action(&ground.plan.book, rule), (rule.dates.from, rule.dates.through));
        alike.entry((rule.priority.rank, action)).or_default().push(position);
    }
    periods(ground, proofs);
    for group in alike.values().filter(|g| g.len() > 1) {
        // By what is left of a rule's area without one of its fields: rules that share it differ in that field only.
        let mut sharing: HashMap<(AxisId, Area), Vec<usize>> = HashMap::new();
        for position in group {
            let [area] = ground.regions[*position].areas.as_slice() else { continue };
            for (axis, _) in area.restricts().filter(|(axis, _)| ground.space.axis(*axis).key.aspect != Aspect::Today) {
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
    let field = &ground.space.axis(axis).written;
    let sets = together.iter().filter_map(|p| ground.regions[*p].areas.first()?.on(axis));
    let Some(union) = sets.cloned().reduce(|a, b| a.or(&b)) else { return };
    let help = joined(&ground.plan.book, &rules, (ground.space.axis(axis), &union));
    proofs.findings.push(told(&rules, &format!("`{field}`"), &help));
}

fn told(rules: &[&Rule], differ: &str, help: &str) -> Diagnostic {
    let names: Vec<String> = rules.iter().map(|r| format!("`{}`", r.name)).collect();
    let headline = format!("the rules {} do the same and differ only in {differ}", wording::some_of(&names, 6));
    let mut finding = Diagnostic::new(DiagnosticName::MergeableRules, headline);
    for (at, rule) in rules.iter().enumerate().take(LABELS) {
        finding = finding.at(rule.name.span, if at == 0 { "" } else { "does the same" });
    }
    finding.help(format!("One rule could say it all: {help}."))
}

/// Finds rules that ask and do the same in periods of which one begins where the other ends.
fn periods(ground: &Ground<'_>, proofs: &mut Proofs) {
    let mut alike: BTreeMap<(u32, usize, Vec<Area>), Vec<usize>> = BTreeMap::new();
    for position in 0..ground.order.len() {
        let rule = ground.rule(position);
        if rule.dates.from.is_none() && rule.dates.through.is_none() {
            continue;
        }
        let undated = |area: &Area| area.only(|axis| ground.space.axis(axis).key.aspect != Aspect::Today);
        let mut asked: Vec<Area> = ground.regions[position].areas.iter().map(undated).collect();
        asked.sort_unstable();
        asked.dedup();
        if !asked.is_empty() {
            alike.entry((rule.priority.rank, ground.actions[position], asked)).or_default().push(position);
        }
    }
    for mut group in alike.into_values().filter(|g| g.len() > 1) {
        group.sort_by_key(|p| (ground.rule(*p).dates.from, ground.rule(*p).dates.through.unwrap_or(Date::MAX), *p));
        let mut runs: Vec<Vec<usize>> = Vec::new();
        let mut end: Option<Date> = None;
        for position in group {
            let own = &ground.rule(position).dates;
            let through = own.through.unwrap_or(Date::MAX);
            // One inside another is a rule that is not needed, and said as such.
            if runs.last().is_some() && end.is_some_and(|end| through <= end) {
                continue;
            }
            let next = end.and_then(|end| end.tomorrow().ok());
            match runs.last_mut() {
                Some(run) if end == Some(Date::MAX) || own.from.is_none_or(|from| next.is_some_and(|next| from <= next)) => {
                    run.push(position)
                }
                _ => runs.push(vec![position]),
            }
            end = Some(through);
        }
        for run in runs.iter().filter(|run| run.len() > 1) {
            let rules: Vec<&Rule> = run.iter().map(|p| ground.rule(*p)).collect();
            let [first, others @ .., last] = rules.as_slice() else { continue };
            let whole = Dates { from: first.dates.from, through: last.dates.through, span: None };
            let gone: Vec<String> = others.iter().chain([last]).map(|r| format!("`{}`", r.name)).collect();
            let gone = wording::join(&gone, "and");
            let help = match dates(&whole) {
                Some(period) => format!("write `{period}` in `{}` and remove {gone}", first.name),
                None => format!("take the dates out of `{}` and remove {gone}", first.name),
            };
            proofs.findings.push(told(&rules, "their periods, which adjoin", &help));
        }
    }
}

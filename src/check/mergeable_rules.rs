//! Rules that do the same and lie side by side, so that one could say it.

use std::collections::BTreeMap;

use super::ground::Ground;
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::words::action;

/// How many rules of one priority and one action are compared with each other.
const COMPARED: usize = 200;

/// Finds pairs of rules of one priority, with the same action, whose conditions differ in one field only.
pub(super) fn check(ground: &Ground<'_>, proofs: &mut Proofs) {
    let mut alike: BTreeMap<(u32, String), Vec<usize>> = BTreeMap::new();
    for position in 0..ground.order.len() {
        let rule = ground.rule(position);
        let action = format!("{} {:?}", action(&ground.plan.book, rule), (rule.dates.from, rule.dates.through));
        alike.entry((rule.priority.rank, action)).or_default().push(position);
    }
    for group in alike.values().filter(|g| g.len() > 1) {
        let mut taken = vec![false; group.len()];
        for (i, one) in group.iter().enumerate().take(COMPARED) {
            for (j, other) in group.iter().enumerate().take(COMPARED).skip(i + 1) {
                if taken[i] || taken[j] {
                    continue;
                }
                let ([a], [b]) = (ground.regions[*one].areas.as_slice(), ground.regions[*other].areas.as_slice()) else { continue };
                let Some(axis) = a.differs_on_one(b) else { continue };
                // One inside the other is a hidden rule, and said as such.
                if a.within(b) || b.within(a) {
                    continue;
                }
                taken[i] = true;
                taken[j] = true;
                let (first, second) = (ground.rule(*one), ground.rule(*other));
                let field = &ground.space.axis(axis).written;
                proofs.findings.push(
                    Diagnostic::new(
                        DiagnosticName::MergeableRules,
                        format!("the rules `{}` and `{}` do the same and differ only in `{field}`", first.name, second.name),
                    )
                    .at(first.name.span, "")
                    .at(second.name.span, "does the same")
                    .help(format!("One rule could say both: join what they ask of `{field}` with `or`, or with `in [...]`.")),
                );
            }
        }
    }
}

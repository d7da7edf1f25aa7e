//! Two rules of one priority that can both apply and do different things: nothing says which goes first.

use super::ground::{Ground, Shown};
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity};
use crate::model::words::action;
use crate::space::{Area, Verdict};
use crate::text::wording;

/// How many pairs are shown before the rest is only counted.
const SHOWN: usize = 25;

/// Finds pairs of rules of one priority that can both apply where no earlier rule takes everything.
pub(super) fn check(ground: &Ground<'_>, proofs: &mut Proofs) {
    let ranked = ground.ranked();
    let actions: Vec<String> = (0..ground.order.len()).map(|i| action(&ground.plan.book, ground.rule(i))).collect();
    let mut more = 0;
    let mut shown = 0;
    for one in 0..ground.order.len() {
        let rank = ground.rule(one).priority.rank;
        // Rules stand in the order of their priorities, so those of one priority are neighbours.
        let alone = ground.order.len() <= one + 1 || ground.rule(one + 1).priority.rank != rank;
        if alone {
            continue;
        }
        for other in ranked.overlapping(one) {
            if ground.rule(other).priority.rank != rank {
                break;
            }
            if actions[one] == actions[other] {
                continue;
            }
            let Some(area) = open_to_both(ground, one, other) else { continue };
            if shown == SHOWN {
                more += 1;
                continue;
            }
            shown += 1;
            finding(ground, (one, other), &area, proofs);
        }
    }
    if more > 0
        && let Some(last) = proofs.findings.last_mut()
    {
        last.help.push(format!("There are {} of this kind that are not shown.", wording::count(more, "more pair", "more pairs")));
    }
}

/// A part that both rules claim and that is not wholly taken by rules of lower priorities.
fn open_to_both(ground: &Ground<'_>, one: usize, other: usize) -> Option<Area> {
    let rank = ground.rule(one).priority.rank;
    let earlier = (0..one).filter(|i| ground.sure[*i] && ground.rule(*i).priority.rank < rank);
    let cover: Vec<&Area> = earlier.flat_map(|i| &ground.regions[i].areas).collect();
    let possible = |area: &Area| ground.space.can_be(area, ground.zone());
    let mut budget = ground.budget();
    let pairs = ground.regions[one].areas.iter().flat_map(|a| ground.regions[other].areas.iter().filter_map(|b| a.and(b)));
    let mut undecided = None;
    let mut both: Vec<Area> = pairs.filter(possible).collect();
    // What asks no free question is shown by an example more easily.
    both.sort_by_key(|area| (ground.facts_in(area), area.restricts().len()));
    for area in both {
        match ground.space.hole(&area, &cover, &mut budget, possible) {
            Verdict::Hole(hole) => return Some(hole),
            Verdict::Undecided => undecided = undecided.or(Some(area)),
            Verdict::Covered(_) => {}
        }
    }
    undecided
}

fn finding(ground: &Ground<'_>, (one, other): (usize, usize), area: &Area, proofs: &mut Proofs) {
    let (a, b) = (ground.rule(one), ground.rule(other));
    let shown = ground.show(area, |tried| tried.applies(a) && tried.applies(b));
    let (headline, severity, example) = match shown {
        Shown::Example(example) => {
            (format!("the rules `{}` and `{}` have one priority and can both apply", a.name, b.name), Severity::Error, Some(example))
        }
        Shown::Unclear => (
            format!("the rules `{}` and `{}` have one priority and perhaps both apply to one {}", a.name, b.name, ground.record_name()),
            Severity::Warning,
            None,
        ),
        Shown::Mistake(what) => return proofs.mistake(format!("the rules `{}` and `{}` on: {what}", a.name, b.name)),
    };
    let pairs = ground.regions[one].areas.iter().flat_map(|x| ground.regions[other].areas.iter().filter_map(|y| x.and(y)));
    proofs.found(
        Diagnostic::new(DiagnosticName::RulesConflict, headline)
            .as_severe_as(severity)
            .at(a.name.span, format!("priority {}", a.priority.name))
            .at(b.name.span, "does something else with the same record")
            .about(vec![format!("both apply to: {}", ground.space.sentence(area, ground.zone()))])
            .shown_by(example)
            .help("Give one of them a priority that is considered before the other, or add a `when` to one so that they never both apply."),
        ground.record,
        pairs.collect(),
    );
}

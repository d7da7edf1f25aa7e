//! A rule that never wins because rules before it take every record it applies to, or that others of its priority make
//! superfluous.

use std::collections::BTreeMap;

use super::ground::{Ground, Shown, Tried};
use super::proofs::Proofs;
use crate::decide::Decider;
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity, Witness};
use crate::space::{Hiding, Ranked};
use crate::text::wording;

/// How many of the rules that hide another get a label.
const LABELS: usize = 4;

/// Finds rules that others hide together.
///
/// Rules of one priority hide each other only where they do the same: what differs is a conflict, and the name must not
/// settle it. Of two that hide each other the one considered later is reported, and no longer counted.
pub(super) fn check(ground: &Ground<'_>, ranked: &Ranked<'_>, proofs: &mut Proofs) {
    let mut sure = ranked.none(ground.order.len());
    // Earlier rules whose people may all be away: they hide only what would go to the same people.
    let mut unsure: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut any = ranked.none(ground.order.len());
    let mut all_sure = true;
    for ranks in ground.ranks() {
        let (first, end) = (ranks.start, ranks.end);
        let mut left: Vec<usize> = ranks.clone().collect();
        for position in ranks.rev() {
            let alike = || left.iter().copied().filter(|o| *o != position && ground.actions[*o] == ground.actions[position]);
            let same_before = unsure.get(&ground.actions[position]).into_iter().flatten().copied();
            let mut among = ranked.before(&sure, end);
            alike().chain(same_before).for_each(|other| ranked.set(&mut among, other, true));
            let mut hiding = ranked.hidden_by(position, &among, &mut ground.budget());
            let mut rescued = false;
            if matches!(hiding, Hiding::Seen(_)) && !all_sure {
                // By any before it, whose people may all be away.
                among = ranked.before(&any, first);
                hiding = ranked.hidden_by(position, &among, &mut ground.budget());
                rescued = true;
            }
            match hiding {
                Hiding::Hidden(by) if rescued => rescue(ground, position, &by, proofs),
                Hiding::Hidden(by) => {
                    left.retain(|other| *other != position);
                    hidden(ground, position, &by, first, proofs);
                }
                Hiding::Undecided => {
                    let rule = ground.rule(position);
                    proofs.undecided(rule.name.span, format!("whether the rule `{}` can ever win", rule.name));
                }
                // An empty one is found as a condition that is never yes.
                Hiding::Seen(_) | Hiding::Empty => {}
            }
        }
        for position in left {
            ranked.set(&mut any, position, true);
            if ground.sure[position] {
                ranked.set(&mut sure, position, true);
            } else {
                all_sure = false;
                unsure.entry(ground.actions[position]).or_default().push(position);
            }
        }
    }
}

/// How many of them are named in the headline.
const NAMED: usize = 6;

fn quoted(ground: &Ground<'_>, by: &[usize]) -> Vec<String> {
    by.iter().map(|i| format!("`{}`", ground.rule(*i).name)).collect()
}

fn names(ground: &Ground<'_>, by: &[usize]) -> String {
    wording::some_of(&quoted(ground, by), NAMED)
}

fn hidden(ground: &Ground<'_>, position: usize, by: &[usize], first: usize, proofs: &mut Proofs) {
    let rule = ground.rule(position);
    let what = ground.record_name();
    let same = by.iter().all(|i| ground.actions[*i] == ground.actions[position]);
    let (name, others) = (&rule.name, names(ground, by));
    let several = by.len() > 1;
    let headline = match (same, several) {
        (true, false) => format!("the rule `{name}` is not needed: {others} does the same with every {what} it applies to"),
        (true, true) => format!("the rule `{name}` is not needed: {others} together do the same with every {what} it applies to"),
        (false, false) => format!("the rule `{name}` never wins: {others} takes every {what} before it"),
        (false, true) => format!("the rule `{name}` never wins: {others} together take every {what} before it"),
    };
    let mut finding = Diagnostic::new(DiagnosticName::HiddenRule, headline).at(rule.name.span, format!("priority {}", rule.priority.name));
    for other in by.iter().take(LABELS) {
        let does = ground.actions[*other] == ground.actions[position];
        let label = match (*other < first, does) {
            (true, true) => format!("comes first, by priority {}, and does the same", ground.rule(*other).priority.name),
            (true, false) => format!("comes first, by priority {}", ground.rule(*other).priority.name),
            (false, _) => "does the same".to_owned(),
        };
        finding = finding.at(ground.rule(*other).name.span, label);
    }
    finding = if same {
        finding.as_severe_as(Severity::Advice).help("Remove it, and nothing changes.")
    } else {
        finding.help("It would do something else with those records: put it before them with `priority`, narrow them, or remove it.")
    };
    if by.len() > NAMED {
        finding = finding.help(format!("All of those: {}.", wording::join(&quoted(ground, by), "and")));
    }
    let finding = finding
        .shown_by(example(ground, position, proofs, |tried| tried.decision.outcome.by != Some(Decider::Rule(ground.order[position]))));
    proofs.found(finding, ground.record, ground.regions[position].areas.clone());
}

/// A record to which the rule applies.
fn example(ground: &Ground<'_>, position: usize, proofs: &Proofs, shows: impl Fn(&Tried<'_>) -> bool) -> Option<Witness> {
    // In a book with thousands of such rules they show the same mistake.
    let like = |finding: &&Diagnostic| matches!(finding.name, DiagnosticName::HiddenRule | DiagnosticName::FallbackRule);
    if proofs.findings.iter().filter(like).nth(EXAMPLES - 1).is_some() {
        return None;
    }
    let mut areas: Vec<_> = ground.regions[position].areas.iter().collect();
    areas.sort_by_cached_key(|area| ground.largeness(area));
    areas.into_iter().take(MOST_SHOWN).find_map(|area| {
        match ground.show(area, |tried| tried.applies(ground.rule(position)) && shows(tried)) {
            Shown::Example(example) => Some(example),
            Shown::Unclear | Shown::Mistake(_) => None,
        }
    })
}

/// How many of these findings have an example.
const EXAMPLES: usize = 25;

/// How many parts of a rule are tried for an example.
const MOST_SHOWN: usize = 6;

/// A rule that only gets what those before it could not give to anybody.
fn rescue(ground: &Ground<'_>, position: usize, by: &[usize], proofs: &mut Proofs) {
    let rule = ground.rule(position);
    let what = ground.record_name();
    let a = wording::article(what);
    let headline = format!("the rule `{}` only gets {a} {what} when nobody of {} may take it", rule.name, names(ground, by));
    let mut finding =
        Diagnostic::new(DiagnosticName::FallbackRule, headline).at(rule.name.span, "everything it applies to goes elsewhere first");
    for other in by.iter().take(LABELS) {
        finding = finding.at(ground.rule(*other).name.span, "comes first");
    }
    let finding = finding.help("If that is what it is for, all is well; else put it before them with `priority`.").shown_by(example(
        ground,
        position,
        proofs,
        |_| true,
    ));
    proofs.found(finding, ground.record, ground.regions[position].areas.clone());
}

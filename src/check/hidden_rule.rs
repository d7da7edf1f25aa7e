//! A rule that never wins because rules before it take every record it applies to.

use super::ground::Ground;
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity};
use crate::model::words::action;
use crate::space::Hiding;
use crate::text::wording;

/// How many of the rules that hide another get a label.
const LABELS: usize = 4;

/// Finds rules that those before them hide together.
pub(super) fn check(ground: &Ground<'_>, proofs: &mut Proofs) {
    let ranked = ground.ranked();
    for position in 0..ground.order.len() {
        let rule = ground.rule(position);
        let mut budget = ground.budget();
        // First by rules that take all they apply to; then by any, whose people may all be away.
        match ranked.hidden(position, &mut budget, |other| ground.sure[other]) {
            Hiding::Hidden(by) => hidden(ground, position, &by, proofs),
            // Where all are sure to take it, asking again would tell the same.
            Hiding::Seen(_) if ground.sure[..position].iter().all(|sure| *sure) => {}
            Hiding::Seen(_) => match ranked.hidden(position, &mut budget, |_| true) {
                Hiding::Hidden(by) => rescue(ground, position, &by, proofs),
                Hiding::Undecided => proofs.undecided(rule.name.span, format!("whether the rule `{}` can ever win", rule.name)),
                Hiding::Seen(_) | Hiding::Empty => {}
            },
            Hiding::Undecided => proofs.undecided(rule.name.span, format!("whether the rule `{}` can ever win", rule.name)),
            // Found as a condition that is never yes.
            Hiding::Empty => {}
        }
    }
}

fn names(ground: &Ground<'_>, by: &[usize]) -> String {
    let names: Vec<String> = by.iter().map(|i| format!("`{}`", ground.rule(*i).name)).collect();
    wording::any_of(&names, 6).replace(" or ", " and ")
}

fn hidden(ground: &Ground<'_>, position: usize, by: &[usize], proofs: &mut Proofs) {
    let rule = ground.rule(position);
    let own = action(&ground.plan.book, rule);
    let same = by.iter().all(|i| action(&ground.plan.book, ground.rule(*i)) == own);
    let together = if by.len() > 1 { " together" } else { "" };
    let take = if by.len() > 1 { "take" } else { "takes" };
    let headline =
        format!("the rule `{}` never wins: {}{together} {take} every {} before it", rule.name, names(ground, by), ground.record_name());
    let mut finding = Diagnostic::new(DiagnosticName::HiddenRule, headline).at(rule.name.span, format!("priority {}", rule.priority.name));
    for other in by.iter().take(LABELS) {
        let other = ground.rule(*other);
        finding = finding.at(other.name.span, format!("comes first, by priority {}", other.priority.name));
    }
    finding = if same {
        finding.as_severe_as(Severity::Advice).help("They do the same with those records, so the rule can be removed and nothing changes.")
    } else {
        finding.help("It would do something else with those records: put it before them with `priority`, narrow them, or remove it.")
    };
    proofs.found(finding, ground.record, ground.regions[position].areas.clone());
}

/// A rule that only gets what those before it could not give to anybody.
fn rescue(ground: &Ground<'_>, position: usize, by: &[usize], proofs: &mut Proofs) {
    let rule = ground.rule(position);
    let headline =
        format!("the rule `{}` only gets a {} when nobody of {} may take it", rule.name, ground.record_name(), names(ground, by));
    let mut finding =
        Diagnostic::new(DiagnosticName::FallbackRule, headline).at(rule.name.span, "everything it applies to goes elsewhere first");
    for other in by.iter().take(LABELS) {
        finding = finding.at(ground.rule(*other).name.span, "comes first");
    }
    let finding = finding.help("If that is what it is for, all is well; else put it before them with `priority`.");
    proofs.found(finding, ground.record, ground.regions[position].areas.clone());
}

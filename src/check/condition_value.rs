//! Conditions that are never yes, always yes, or make no difference.

use super::ground::{Conditioned, Ground, Owner};
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::space::{Area, Region};
use crate::text::Span;

/// Finds them, each item's conditions looked at together.
pub(super) fn check(ground: &mut Ground<'_>, proofs: &mut Proofs) {
    let all = std::mem::take(&mut ground.conditioned);
    for item in &all {
        one(ground, item, proofs);
    }
    ground.conditioned = all;
}

fn one(ground: &mut Ground<'_>, item: &Conditioned, proofs: &mut Proofs) {
    let (what, name) = described(ground, item.owner);
    let whole = ground.space.region(item.whole);
    let mut found = false;
    for clause in &item.clauses {
        let yes = ground.space.region(clause.yes);
        if nobody(ground, &yes) {
            found = true;
            proofs.findings.push(
                Diagnostic::new(DiagnosticName::NeverYes, format!("this condition of {what} is never yes"))
                    .at(clause.span, format!("no {} can have it", ground.record_name()))
                    .help("Correct it, or take it away."),
            );
        } else if everybody(&yes) {
            found = true;
            proofs.findings.push(
                Diagnostic::new(DiagnosticName::AlwaysYes, format!("this condition of {what} is always yes"))
                    .at(clause.span, format!("every {} has it", ground.record_name()))
                    .help("Take it away, or ask what was meant."),
            );
        }
    }
    if found {
        return;
    }
    if nobody(ground, &whole) {
        let mut finding =
            Diagnostic::new(DiagnosticName::NeverYes, format!("{what} can never apply: its conditions contradict each other")).at(name, "");
        for clause in item.clauses.iter().take(4) {
            finding = finding.at(clause.span, "");
        }
        proofs.findings.push(finding.help("Correct one of the conditions or dates; those of the territories around it count too."));
        return;
    }
    // One by one: two conditions that say the same would both be called idle.
    for clause in &item.clauses {
        let missed = ground.space.region(clause.missed);
        if nobody(ground, &missed) {
            proofs.findings.push(
                Diagnostic::new(DiagnosticName::IdleCondition, format!("this condition of {what} makes no difference"))
                    .at(clause.span, "the other conditions already say so")
                    .help("Take it away; nothing changes."),
            );
            return;
        }
    }
}

/// Whether no record can lie in a region.
fn nobody(ground: &Ground<'_>, region: &Region) -> bool {
    !region.areas.iter().any(|area| ground.space.can_be(area, ground.zone()))
}

fn everybody(region: &Region) -> bool {
    region.areas.iter().any(|area| *area == Area::everything())
}

fn described(ground: &Ground<'_>, owner: Owner) -> (String, Span) {
    let book = &ground.plan.book;
    match owner {
        Owner::Rule(i) => (format!("the rule `{}`", book.rules[i].name), book.rules[i].name.span),
        Owner::Overlay(i) => (format!("the overlay `{}`", book.overlays[i].name), book.overlays[i].name.span),
        Owner::Territory(i) => (format!("the territory `{}`", book.territories[i].name), book.territories[i].name.span),
        Owner::Segment(i) => (format!("the segment `{}`", book.segments[i].name), book.segments[i].name.span),
        Owner::ClassLine(i, line) => {
            let class = &book.classes[i];
            (format!("the value `{}` of `{}`", class.lines[line].value, class.name), class.lines[line].value.span)
        }
    }
}

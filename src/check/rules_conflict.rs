//! Two rules of one priority that can both apply and do different things: nothing says which goes first.

use super::ground::{Ground, Shown, Tried};
use super::proofs::Proofs;
use crate::decide::Decider;
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity, Witness};
use crate::space::{Area, Clash, Ranked};
use crate::text::wording;

/// How many pairs get a finding of their own with an example; the others are listed together.
const SHOWN: usize = 25;

/// The pairs beyond those shown: how many, and by rule which others it meets.
#[derive(Default)]
struct Others {
    pairs: usize,
    /// The first of them.
    first: Option<(usize, usize)>,
    lines: Vec<String>,
}

/// Finds pairs of rules of one priority that can both apply where no earlier rule takes everything.
pub(super) fn check(ground: &Ground<'_>, ranked: &Ranked<'_>, proofs: &mut Proofs) {
    let mut shown = 0;
    let mut others = Others::default();
    let mut earlier = ranked.none(ground.order.len());
    for ranks in ground.ranks() {
        let before = ranked.before(&earlier, ranks.start);
        for one in ranks.clone() {
            let mut budget = ground.budget();
            let clashes = ranked.clashes(one, &with(ground, ranked, one, ranks.end), &before, &mut budget);
            let (own, rest) = clashes.split_at(clashes.len().min(SHOWN - shown));
            shown += own.len();
            own.iter().for_each(|clash| finding(ground, ranked, (one, clash), proofs));
            others.add(ground, one, rest);
        }
        ranks.filter(|i| ground.sure[*i]).for_each(|i| ranked.set(&mut earlier, i, true));
    }
    others.finding(ground, proofs);
}

/// The rules after one, of its priority, that do something else.
fn with(ground: &Ground<'_>, ranked: &Ranked<'_>, one: usize, end: usize) -> Vec<usize> {
    let differs = |other: &usize| *other < end && ground.actions[one] != ground.actions[*other];
    if ground.actions[one..end].iter().all(|action| *action == ground.actions[one]) {
        return Vec::new();
    }
    // Few rules are faster asked one by one.
    if end - one < 64 {
        return (one + 1..end).filter(differs).filter(|other| ground.regions[one].meets(&ground.regions[*other])).collect();
    }
    ranked.overlapping(one).into_iter().take_while(|other| *other < end).filter(differs).collect()
}

fn finding(ground: &Ground<'_>, ranked: &Ranked<'_>, (one, clash): (usize, &Clash), proofs: &mut Proofs) {
    let (a, b) = (ground.rule(one), ground.rule(clash.other));
    let mut area = ranked.part(one, clash);
    let mut shown = ground.show(&area, |tried| tried.applies(a) && tried.applies(b));
    if let Shown::Unclear = shown
        && let Some((other, example)) = elsewhere(ground, one, clash.other)
    {
        (area, shown) = (other, Shown::Example(example));
    }
    let (headline, severity, example) = match shown {
        Shown::Example(example) => {
            (format!("the rules `{}` and `{}` have one priority and can both apply", a.name, b.name), Severity::Error, Some(example))
        }
        Shown::Mistake(what) if clash.sure => {
            return proofs.mistake(format!("the rules `{}` and `{}` on: {what}", a.name, b.name));
        }
        Shown::Unclear | Shown::Mistake(_) => (
            format!("the rules `{}` and `{}` have one priority and perhaps both apply to one {}", a.name, b.name, ground.record_name()),
            Severity::Warning,
            None,
        ),
    };
    let pairs = ground.regions[one].areas.iter().flat_map(|x| ground.regions[clash.other].areas.iter().filter_map(|y| x.and(y)));
    proofs.found(
        Diagnostic::new(DiagnosticName::RulesConflict, headline)
            .as_severe_as(severity)
            .at(a.name.span, format!("priority {}", a.priority.name))
            .at(b.name.span, "does something else with the same record")
            .about(vec![format!("both apply to: {}", ground.space.sentence(&area, ground.zone()))])
            .shown_by(example)
            .help("Give one of them a priority that is considered before the other, or add a `when` to one so that they never both apply."),
        ground.record,
        pairs.collect(),
    );
}

/// How many other parts are tried where one that is free of earlier rules has no example.
const MOST_PARTS: usize = 12;

/// Another part that both rules claim, with an example that no rule before them takes.
fn elsewhere(ground: &Ground<'_>, one: usize, other: usize) -> Option<(Area, Witness)> {
    let (a, b) = (ground.rule(one), ground.rule(other));
    let pairs = ground.regions[one].areas.iter().flat_map(|x| ground.regions[other].areas.iter().filter_map(|y| x.and(y)));
    let mut areas: Vec<Area> = pairs.filter(|area| ground.space.can_be(area, ground.zone())).take(MOST_PARTS * MOST_PARTS).collect();
    areas.sort_by_cached_key(|area| ground.largeness(area));
    let own = [one, other].map(|position| Decider::Rule(ground.order[position]));
    let reached = |tried: &Tried<'_>| tried.decision.trials.iter().any(|trial| own.contains(&trial.decider));
    areas.into_iter().take(MOST_PARTS).find_map(|area| {
        let area = ground.space.settled(area);
        match ground.show(&area, |tried| tried.applies(a) && tried.applies(b) && reached(tried)) {
            Shown::Example(example) => Some((area, example)),
            Shown::Unclear | Shown::Mistake(_) => None,
        }
    })
}

impl Others {
    fn add(&mut self, ground: &Ground<'_>, one: usize, clashes: &[Clash]) {
        let Some(first) = clashes.first() else { return };
        self.first.get_or_insert((one, first.other));
        self.pairs += clashes.len();
        let named: Vec<String> = clashes.iter().map(|c| format!("`{}`", ground.rule(c.other).name)).collect();
        self.lines.push(format!("`{}` with {}", ground.rule(one).name, wording::join(&named, "and")));
    }

    /// The rest in one finding: a book with thousands of such pairs has one mistake, not thousands.
    fn finding(self, ground: &Ground<'_>, proofs: &mut Proofs) {
        let Some((one, other)) = self.first else { return };
        let (one, other) = (ground.rule(one), ground.rule(other));
        let pairs = wording::count(self.pairs, "more pair of rules has", "more pairs of rules have");
        proofs.findings.push(
            Diagnostic::new(DiagnosticName::RulesConflict, format!("{pairs} one priority, and both can apply or perhaps do"))
                .at(one.name.span, format!("priority {}", one.priority.name))
                .at(other.name.span, "does something else with the same record")
                .about(self.lines)
                .help("Where many rules share a priority, give each kind its own: named accounts first, then the narrow ones, then the broad ones."),
        );
    }
}

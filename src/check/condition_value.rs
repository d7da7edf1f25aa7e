//! Conditions that are never yes, always yes, or make no difference: of a whole item, of a part, of one alternative.

use std::sync::Arc;

use super::ground::{Around, Clause, Ground, Owner, Parts};
use super::proofs::Proofs;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::space::{Area, Aspect, AxisId, Kind, Region, Verdict};
use crate::text::Span;

/// Finds them, each item's conditions looked at together.
pub(super) fn check(ground: &mut Ground<'_>, proofs: &mut Proofs) {
    for item in std::mem::take(&mut ground.conditioned) {
        let known = Known::of(&item.clause, ground);
        let around: Vec<(Around, Arc<Region>)> =
            item.around.into_iter().map(|a| (ground.space.region(a.holds), a)).map(|(r, a)| (a, r)).collect();
        let (what, name) = described(ground, item.owner);
        let refused = item.refused.map(|clause| Known::of(&clause, ground));
        let judged = |known: &Known| {
            let mut judge = Judge { ground, findings: Vec::new(), idle: Vec::new(), what: what.clone(), name };
            judge.item(known, &around);
            (judge.findings, judge.idle)
        };
        let (findings, mut idle) = judged(&known);
        if let Some(refused) = refused.filter(|_| !idle.is_empty()) {
            let there = judged(&refused).1;
            idle.retain(|f| there.iter().any(|other| other.labels.first().map(|l| &l.place) == f.labels.first().map(|l| &l.place)));
        }
        proofs.findings.extend(findings.into_iter().chain(idle));
    }
}

/// A [`Clause`] with its regions.
struct Known {
    span: Span,
    turned: bool,
    region: Arc<Region>,
    /// Whether its parts must hold together; an item without a condition has none.
    joined: bool,
    all: Vec<Known>,
    any: Vec<Known>,
}

impl Known {
    fn of(clause: &Clause, ground: &mut Ground<'_>) -> Self {
        let region = ground.space.region(clause.holds);
        let mut parts = |of: &[Clause]| of.iter().map(|p| Self::of(p, ground)).collect::<Vec<_>>();
        let (all, any) = match &clause.parts {
            Parts::All(of) => (parts(of), Vec::new()),
            Parts::Any(of) => (Vec::new(), parts(of)),
            Parts::None => (Vec::new(), Vec::new()),
        };
        let joined = matches!(clause.parts, Parts::All(_));
        Self { span: clause.span, turned: clause.turned, region, joined, all, any }
    }

    fn is_test(&self) -> bool {
        self.all.is_empty() && self.any.is_empty()
    }
}

/// Judges the conditions of one item.
struct Judge<'g, 'p> {
    ground: &'g Ground<'p>,
    findings: Vec<Diagnostic>,
    /// Parts that can be taken away.
    idle: Vec<Diagnostic>,
    what: String,
    name: Span,
}

impl Judge<'_, '_> {
    fn item(&mut self, whole: &Known, around: &[(Around, Arc<Region>)]) {
        let parts: &[Known] = if whole.joined { &whole.all } else { std::slice::from_ref(whole) };
        self.together(parts, around, &[Area::everything()], &[], true);
    }

    /// Parts that must hold together, `around` besides, within `context`; records of `also` have what is asked in any case.
    /// They are `all` of the item's condition, or one alternative inside it.
    fn together(&mut self, parts: &[Known], around: &[(Around, Arc<Region>)], context: &[Area], also: &[Area], all: bool) {
        let context = around.iter().try_fold(context.to_vec(), |left, (_, region)| self.ground.space.both(&left, &region.areas));
        let Some(context) = context else { return };
        let dead: Vec<&Known> = parts.iter().filter(|p| self.nobody(&p.region.areas)).collect();
        if !dead.is_empty() {
            return dead.into_iter().for_each(|part| self.never(part));
        }
        let Some(whole) = self.all_of(&context, parts.iter()) else { return };
        if self.nobody(&whole) {
            return self.contradiction(parts, around, all);
        }
        let (always, mut alive): (Vec<&Known>, Vec<&Known>) = parts.iter().partition(|p| is_everything(&p.region.areas));
        always.into_iter().for_each(|part| self.always(part));
        // From the last on, so that of two that say the same the one that adds nothing to what was read is reported; one by
        // one, so that not both are.
        for part in parts.iter().rev() {
            let Some(at) = alive.iter().position(|a| std::ptr::eq(*a, part)) else { continue };
            let others = alive.iter().copied().filter(|a| !std::ptr::eq(*a, part));
            let Some(others) = self.all_of(&context, others) else { continue };
            if self.covered(&others, &[&part.region.areas, also]) {
                self.idle(part, "the other conditions already say so");
                alive.remove(at);
            }
        }
        for part in alive.iter().filter(|p| !p.any.is_empty()) {
            let others = alive.iter().copied().filter(|a| !std::ptr::eq(*a, *part));
            if let Some(others) = self.all_of(&context, others) {
                self.instead(&part.any, &others, also);
            }
        }
    }

    /// Parts of which one must hold.
    fn instead(&mut self, parts: &[Known], context: &[Area], also: &[Area]) {
        let mut alive: Vec<(&Known, Vec<Area>)> = Vec::new();
        for part in parts {
            if self.nobody(&part.region.areas) {
                self.never(part);
                continue;
            }
            let Some(own) = self.ground.space.both(context, &part.region.areas) else { return };
            if self.nobody(&own) {
                self.excluded(part);
            } else if part.is_test() && is_everything(&part.region.areas) {
                return self.always(part);
            } else {
                alive.push((part, own));
            }
        }
        for part in parts.iter().rev() {
            let Some(at) = alive.iter().position(|(a, _)| std::ptr::eq(*a, part)) else { continue };
            let mut others: Vec<&[Area]> = alive.iter().filter(|(a, _)| !std::ptr::eq(*a, part)).map(|(a, _)| &*a.region.areas).collect();
            others.push(also);
            if self.covered(&alive[at].1, &others) {
                self.idle(part, "the other alternatives already take these");
                alive.remove(at);
            }
        }
        for (part, _) in alive.iter().filter(|(p, _)| !p.all.is_empty()) {
            let others = alive.iter().filter(|(a, _)| !std::ptr::eq(*a, *part)).flat_map(|(a, _)| &a.region.areas);
            let also: Vec<Area> = others.chain(also).cloned().collect();
            self.together(&part.all, &[], context, &also, false);
        }
    }

    /// What some parts have in common inside an area; none when that is too much to write down.
    fn all_of<'k>(&self, context: &[Area], parts: impl Iterator<Item = &'k Known>) -> Option<Vec<Area>> {
        parts.into_iter().try_fold(context.to_vec(), |left, part| self.ground.space.both(&left, &part.region.areas))
    }

    /// Whether no record can lie in some areas.
    fn nobody(&self, areas: &[Area]) -> bool {
        !areas.iter().any(|area| self.ground.space.can_be(area, self.ground.zone()))
    }

    /// Whether every record of some areas lies in others.
    fn covered(&self, areas: &[Area], others: &[&[Area]]) -> bool {
        let cover: Vec<&Area> = others.iter().copied().flatten().collect();
        let possible = |area: &Area| self.ground.space.can_be(area, self.ground.zone());
        let mut budget = self.ground.budget();
        areas.iter().all(|area| {
            if cover.iter().any(|c| area.within(c)) {
                return true;
            }
            // Most ask of a field of which nothing else is asked, and then no search is needed.
            if let [only] = cover.as_slice()
                && only.restricts().any(|(axis, _)| area.on(axis).is_none() && self.stands_alone(axis))
                && possible(area)
            {
                return false;
            }
            matches!(self.ground.space.hole(area, &cover, &mut budget, possible), Verdict::Covered(_))
        })
    }

    /// Whether every class of an axis can be had whatever the other axes are.
    fn stands_alone(&self, axis: AxisId) -> bool {
        let key = &self.ground.space.axis(axis).key;
        let tied = [Kind::Day, Kind::Instant, Kind::Set, Kind::Reference];
        key.path.len() == 1 && matches!(key.aspect, Aspect::Value(kind) if !tied.contains(&kind))
    }

    /// A part that nothing fulfils, told by what clashes inside it.
    fn never(&mut self, part: &Known) {
        if !part.all.is_empty() {
            return self.together(&part.all, &[], &[Area::everything()], &[], false);
        }
        if !part.any.is_empty() {
            part.any.iter().for_each(|p| self.never(p));
            let headline = format!("no alternative of this condition of {} can be fulfilled", self.what);
            let finding = Diagnostic::new(DiagnosticName::NeverYes, headline).at(part.span, "nothing is left of it");
            return self.findings.push(finding.help("Correct its alternatives, or take it away."));
        }
        let (what, record) = (&self.what, self.ground.record_name());
        let finding = if part.turned {
            Diagnostic::new(
                DiagnosticName::NeverYes,
                format!("this condition of {what} is never no, and the `not` around it asks for that"),
            )
            .at(part.span, format!("no {record} fails it"))
        } else {
            Diagnostic::new(DiagnosticName::NeverYes, format!("this condition of {what} is never yes"))
                .at(part.span, format!("no {record} can have it"))
        };
        self.findings.push(finding.help("Correct it, or take it away."));
    }

    fn always(&mut self, part: &Known) {
        let (what, record) = (&self.what, self.ground.record_name());
        let finding = if part.turned {
            Diagnostic::new(DiagnosticName::AlwaysYes, format!("this condition of {what} is always no, as the `not` around it asks"))
                .at(part.span, format!("every {record} fails it"))
        } else {
            Diagnostic::new(DiagnosticName::AlwaysYes, format!("this condition of {what} is always yes"))
                .at(part.span, format!("every {record} has it"))
        };
        self.findings.push(finding.help("Take it away, or ask what was meant."));
    }

    fn excluded(&mut self, part: &Known) {
        if part.turned {
            return self.idle(part, "the conditions beside it settle it already");
        }
        let finding = Diagnostic::new(DiagnosticName::NeverYes, format!("this alternative of {} is never taken", self.what))
            .at(part.span, "the conditions beside it exclude it")
            .help("Correct it, or take it away; nothing changes.");
        self.idle.push(finding);
    }

    fn idle(&mut self, part: &Known, label: &str) {
        let finding = Diagnostic::new(DiagnosticName::IdleCondition, format!("this condition of {} makes no difference", self.what))
            .at(part.span, label)
            .help("Take it away; nothing changes.");
        self.idle.push(finding);
    }

    /// Parts that hold one by one and not together, told by the fewest that clash.
    fn contradiction(&mut self, parts: &[Known], around: &[(Around, Arc<Region>)], all: bool) {
        let outer = around.iter().map(|(a, region)| (a.span, &*a.what, region));
        let own = parts.iter().map(|p| (Some(p.span), "", &p.region));
        // What is around comes last, so that it is let go first when the conditions clash without it.
        let mut clashing: Vec<(Option<Span>, &str, &Arc<Region>)> = own.chain(outer).collect();
        for at in (0..clashing.len()).rev() {
            let rest = clashing.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c.2);
            let left = rest.into_iter().try_fold(vec![Area::everything()], |left, r| self.ground.space.both(&left, &r.areas));
            if left.is_some_and(|left| self.nobody(&left)) {
                clashing.remove(at);
            }
        }
        // Told in the order in which they stand.
        clashing.sort_by_key(|(span, ..)| *span);
        let turned = parts.first().is_some_and(|p| p.turned);
        let headline = match (all, turned) {
            (true, _) => format!("{} can never apply: its conditions contradict each other", self.what),
            (false, false) => format!("these conditions of {} contradict each other, so nothing is ever taken by them", self.what),
            (false, true) => {
                format!("inside `not`, one of these conditions of {} is always yes, so nothing is ever taken by them", self.what)
            }
        };
        let mut finding = Diagnostic::new(DiagnosticName::NeverYes, headline);
        if all {
            finding = finding.at(self.name, "");
        }
        let last = clashing.len().saturating_sub(1);
        for (position, (span, what, _)) in clashing.iter().enumerate() {
            let Some(span) = span else { continue };
            let both = match (turned, last > 1) {
                (false, false) => "cannot both be",
                (false, true) => "cannot all be",
                (true, false) => "are never both no",
                (true, true) => "are never all no",
            };
            let label = match (*what, position == last) {
                ("", false) => "this".to_owned(),
                ("", true) => format!("and this {both}"),
                (what, false) => what.to_owned(),
                (what, true) => format!("and {what} {both}"),
            };
            finding = finding.at(*span, label);
        }
        self.findings.push(finding.help("Correct one of those marked."));
    }
}

fn is_everything(areas: &[Area]) -> bool {
    areas.iter().any(|area| *area == Area::everything())
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

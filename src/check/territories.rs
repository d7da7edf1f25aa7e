//! Territories against each other: overlaps and how they are settled, ties that reach the name, territories that never win,
//! and records that only a territory without staff claims.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ground::{Ground, Shown};
use super::proofs::Proofs;
use crate::decide::{roster, settled_by};
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity};
use crate::model::{OverlapCriterion, Owner, Territory, TerritoryId};
use crate::space::{Among, Area, Hiding, Ranked, Region};
use crate::text::{Span, wording};

/// How many overlaps are shown before the rest is only counted.
const SHOWN: usize = 20;

/// How many parts of an overlap are listed.
const MOST_PARTS: usize = 200;

/// Finds them; what the standings leave open is not reported.
pub(super) fn check(ground: &mut Ground<'_>, proofs: &mut Proofs) {
    let nodes = ground.of.order.clone();
    let survives: Vec<Arc<Region>> = nodes.iter().map(|(_, node)| ground.space.region(*node)).collect();
    let order: Vec<TerritoryId> = nodes.iter().map(|(id, _)| *id).collect();
    let claims: Vec<Arc<Region>> = ground.of.claims.clone().iter().map(|node| ground.space.region(*node)).collect();
    unstaffed(ground, &order, &claims, proofs);
    if !ground.standings.certain {
        return;
    }
    let ranked = Ranked::new(&ground.space, ground.zone(), survives);
    never_wins(ground, &order, &claims, &ranked, proofs);
    overlaps(ground, &order, &ranked, proofs);
}

/// Rows of tables number thousands; they are looked at only as parts of the others.
fn written(ground: &Ground<'_>, id: TerritoryId) -> bool {
    ground.territory(id).row.is_none()
}

fn unstaffed(ground: &Ground<'_>, order: &[TerritoryId], claims: &[Arc<Region>], proofs: &mut Proofs) {
    let staffed: BTreeSet<TerritoryId> = order.iter().copied().collect();
    let cover: Vec<&Area> = order.iter().flat_map(|id| &claims[id.index()].areas).collect();
    let possible = |area: &Area| ground.space.can_be(area, ground.zone());
    for (index, claim) in claims.iter().enumerate() {
        let id = TerritoryId::from_index(index);
        if staffed.contains(&id) || !written(ground, id) {
            continue;
        }
        // Only the outermost is reported: what lies inside is left over for the same reason.
        let outer = ground.territory(id).parent.is_some_and(|p| !staffed.contains(&p));
        let mut budget = ground.budget();
        let (mut gaps, _) = ground.space.holes_of(&claim.areas, &cover, 50, &mut budget, possible);
        if outer {
            continue;
        }
        let name = &ground.territory(id).name;
        let has_children = ground.plan.children.get(index).is_some_and(|c| !c.is_empty());
        if gaps.is_empty() {
            if !has_children && claim.areas.iter().any(possible) {
                let why = unowned(ground, id);
                let what = ground.record_name();
                let headline = format!("the territory `{name}` never holds a {what}: {}, and others take its {what}s", why.said);
                let finding = Diagnostic::new(DiagnosticName::TerritoryNeverWins, headline).at(name.span, "can never win");
                proofs.findings.push(finding.help(format!("{}, or remove it.", why.remedy)));
            }
            continue;
        }
        gaps.sort_by_key(|area| ground.largeness(area));
        let example = gaps.iter().take(10).find_map(|area| match ground.show(area, |t| t.decision.placement.territory().is_none()) {
            Shown::Example(example) => Some(example),
            Shown::Unclear | Shown::Mistake(_) => None,
        });
        let why = unowned(ground, id);
        let (finding, headline, label) = if has_children {
            let headline = format!("{}, and the territories inside it leave a gap", why.said);
            (DiagnosticName::TerritoryGap, headline, "what is left belongs to nobody")
        } else {
            let headline = format!("{}, and no other claims its {}s", why.said, ground.record_name());
            (DiagnosticName::UnstaffedTerritory, headline, "cannot win without an active owner")
        };
        let about = ground.in_words(&gaps);
        proofs.found(
            Diagnostic::new(finding, headline)
                .at(name.span, label)
                .about(about)
                .shown_by(example)
                .help(format!("{}, or let another territory claim what is left.", why.remedy)),
            ground.record,
            gaps,
        );
    }
}

/// Why a territory cannot win, and what would mend it.
struct Unowned {
    said: String,
    remedy: String,
}

fn unowned(ground: &Ground<'_>, id: TerritoryId) -> Unowned {
    let name = &ground.territory(id).name;
    let said = match &ground.territory(id).owner {
        None => {
            let said = format!("the territory `{name}` has no owner");
            return Unowned { said, remedy: format!("Give `{name}` an owner with `owner`") };
        }
        Some(Owner::Rep(rep)) => {
            let known = roster::rep(ground.plan, &rep.text).is_some();
            let lacks = if known { "is not active" } else { "is not in the roster" };
            format!("`{rep}`, who owns the territory `{name}`, {lacks}")
        }
        Some(Owner::Team(team, _)) => {
            let team = ground.plan.book.teams.get(team.index()).map_or_else(String::new, |t| format!(" `{}`", t.name));
            format!("nobody of the team{team}, which owns the territory `{name}`, is active and fits")
        }
    };
    Unowned { said, remedy: format!("Give `{name}` an owner who is active") }
}

fn never_wins(ground: &Ground<'_>, order: &[TerritoryId], claims: &[Arc<Region>], ranked: &Ranked<'_>, proofs: &mut Proofs) {
    for (position, id) in order.iter().enumerate().filter(|(_, id)| written(ground, **id)) {
        let territory = ground.territory(*id);
        let mut budget = ground.budget();
        let by: Vec<TerritoryId> = match ranked.hidden(position, &mut budget, |_| true) {
            Hiding::Hidden(by) => by.into_iter().map(|p| order[p]).collect(),
            Hiding::Empty => {
                if !inner(ground, *id, order, claims).is_empty() {
                    shared_out(ground, *id, proofs);
                }
                continue;
            }
            Hiding::Undecided => {
                proofs.undecided(territory.name.span, format!("whether the territory `{}` can ever win", territory.name));
                continue;
            }
            Hiding::Seen(_) => continue,
        };
        if by.is_empty() {
            continue;
        }
        let names: Vec<String> = by.iter().map(|b| format!("`{}`", ground.territory(*b).name)).collect();
        let wins = if by.len() == 1 { "wins" } else { "win" };
        let mut finding = Diagnostic::new(
            DiagnosticName::TerritoryNeverWins,
            format!(
                "the territory `{}` never holds a {}: {} {wins} wherever it claims one",
                territory.name,
                ground.record_name(),
                wording::join(&names, "and")
            ),
        )
        .at(territory.name.span, "can never win");
        for other in by.iter().take(4) {
            finding = finding.at(ground.territory(*other).name.span, "goes before it");
        }
        proofs.findings.push(finding.help("Narrow the others, give this one a priority that goes before theirs, or remove it."));
    }
}

/// A territory whose inner ones share out all of it: its owner stands by for theirs, which may be meant.
fn shared_out(ground: &Ground<'_>, id: TerritoryId, proofs: &mut Proofs) {
    let territory = ground.territory(id);
    let what = ground.record_name();
    proofs.findings.push(
        Diagnostic::new(
            DiagnosticName::TerritoryNeverWins,
            format!("the territories inside `{}` share out all of it, so its own owner never gets a {what} by it", territory.name),
        )
        .as_severe_as(Severity::Advice)
        .at(territory.name.span, "nothing is left for its owner")
        .help("The owner stands by for the day when one of them has nobody active. If that is what was meant, all is well."),
    );
}

/// The territories inside one that leave nothing of it; none when it claims nothing anyway.
fn inner(ground: &Ground<'_>, id: TerritoryId, order: &[TerritoryId], claims: &[Arc<Region>]) -> Vec<TerritoryId> {
    let possible = |area: &Area| ground.space.can_be(area, ground.zone());
    if !claims[id.index()].areas.iter().any(possible) {
        return Vec::new();
    }
    let (root, depth) = (ground.territory(id).root, ground.territory(id).depth);
    let deeper = order.iter().copied().filter(|o| ground.territory(*o).root == root && ground.territory(*o).depth > depth);
    deeper.filter(|o| claims[o.index()].meets(&claims[id.index()])).take(8).collect()
}

fn overlaps(ground: &Ground<'_>, order: &[TerritoryId], ranked: &Ranked<'_>, proofs: &mut Proofs) {
    let tied: BTreeSet<(TerritoryId, TerritoryId)> = ground
        .standings
        .tied
        .iter()
        .flat_map(|group| group.iter().enumerate().flat_map(|(i, a)| group[i + 1..].iter().map(|b| (*a, *b))))
        .collect();
    let criteria = ground.plan.book.overlap.as_ref().map(|o| o.criteria.as_slice()).unwrap_or_default();
    let by_priority = matches!(criteria.first(), Some(OverlapCriterion::LowestPriority));
    let mut shown = 0;
    let mut others = [Others::new(DiagnosticName::TieByName), Others::new(DiagnosticName::TerritoryOverlap)];
    let mut earlier = ranked.none(order.len());
    for (position, id) in order.iter().enumerate() {
        if written(ground, *id) {
            let a = ground.territory(*id);
            let concerns = |other: &usize| {
                let b = ground.territory(order[*other]);
                // A priority of its own is how a book says that a tree goes before another, where priorities settle it.
                let declared = by_priority && a.priority.as_ref().map(|p| p.rank) != b.priority.as_ref().map(|p| p.rank);
                b.row.is_none() && (tied.contains(&(*id, order[*other])) || (a.parent == b.parent && !declared))
            };
            let near: Vec<usize> = ranked.overlapping(position).into_iter().filter(concerns).collect();
            let before = ranked.before(&earlier, position);
            for clash in ranked.clashes(position, near, &before, &mut ground.budget()) {
                let b = ground.territory(order[clash.other]);
                if !clash.sure {
                    proofs.undecided(
                        a.name.span,
                        format!("whether the territories `{}` and `{}` claim the same {}s", a.name, b.name, ground.record_name()),
                    );
                    continue;
                }
                let ties = tied.contains(&(*id, order[clash.other]));
                if shown == SHOWN {
                    others[usize::from(!ties)].add(a, b);
                    continue;
                }
                shown += 1;
                let parts = common(ground, (position, clash.other), (ranked, &before), clash.area);
                finding(ground, (*id, order[clash.other]), ties, parts, proofs);
            }
        }
        ranked.set(&mut earlier, position, true);
    }
    proofs.findings.extend(others.into_iter().filter_map(Others::finding));
}

/// The pairs beyond those shown, of one kind.
struct Others {
    name: DiagnosticName,
    first: Option<(Span, Span)>,
    pairs: Vec<String>,
}

impl Others {
    fn new(name: DiagnosticName) -> Self {
        Self { name, first: None, pairs: Vec::new() }
    }

    fn add(&mut self, one: &Territory, other: &Territory) {
        self.first.get_or_insert((one.name.span, other.name.span));
        self.pairs.push(format!("`{}` and `{}`", one.name, other.name));
    }

    fn finding(self) -> Option<Diagnostic> {
        let (one, other) = self.first?;
        let count = wording::count(self.pairs.len(), "more pair of territories", "more pairs of territories");
        let (headline, help) = if self.name == DiagnosticName::TieByName {
            (
                format!("{count} claim the same records, and nothing but the name tells them apart"),
                "Add a criterion to `overlap` that tells them apart.",
            )
        } else {
            (format!("{count} overlap; the first of each pair wins"), "Where that is not what was meant, narrow one of the two.")
        };
        Some(Diagnostic::new(self.name, headline).at(one, "the first of them").at(other, "").about(self.pairs).help(help))
    }
}

/// Everything that two territories claim and no territory that goes before both, the largest parts first; whether that is
/// all comes with it. One part is known.
fn common(ground: &Ground<'_>, (one, other): (usize, usize), (ranked, before): (&Ranked<'_>, &Among), known: Area) -> (Vec<Area>, bool) {
    let (a, b) = (&ranked.regions()[one], &ranked.regions()[other]);
    let possible = |area: &Area| ground.space.can_be(area, ground.zone());
    let both: Vec<Area> = a.areas.iter().flat_map(|x| b.areas.iter().filter_map(|y| x.and(y))).filter(possible).collect();
    let (parts, complete) = ranked.left_by(&both, before, MOST_PARTS, &mut ground.budget());
    // The known part as well, in case the search ended before it.
    let mut parts = ground.space.joined(parts.into_iter().chain([known]).collect()).areas;
    parts.sort_by_cached_key(|area| ground.largeness(area));
    (parts, complete)
}

fn finding(ground: &Ground<'_>, (a, b): (TerritoryId, TerritoryId), ties: bool, (areas, complete): (Vec<Area>, bool), proofs: &mut Proofs) {
    let (one, other) = (ground.territory(a), ground.territory(b));
    let claims = |t: &super::ground::Tried<'_>, id: TerritoryId| t.decision.placement.claims.iter().any(|c| c.territory == id);
    let mut example = None;
    for area in areas.iter().take(10) {
        match ground.show(area, |t| claims(t, a) && claims(t, b)) {
            Shown::Example(found) => {
                example = Some(found);
                break;
            }
            Shown::Unclear => {}
            Shown::Mistake(what) => return proofs.mistake(format!("the territories `{}` and `{}` on: {what}", one.name, other.name)),
        }
    }
    let mut about: Vec<String> =
        ground.in_words(&areas).into_iter().map(|part| format!("both claim, and none goes before them: {part}")).collect();
    if !complete {
        about.push("and perhaps more: there are too many parts to list them all".to_owned());
    }
    let left = ground.standings.or_nobody;
    let (name, headline, help) = if ties {
        let end = if left { "the tie is left to a person" } else { "only the name decides between them" };
        (
            DiagnosticName::TieByName,
            format!("the territories `{}` and `{}` claim the same {}s, and {end}", one.name, other.name, ground.record_name()),
            "Narrow one of them, give one another priority, or add a criterion to `overlap` that tells them apart.".to_owned(),
        )
    } else {
        let how = settled_by(ground.plan, ground.record, a, b);
        (
            DiagnosticName::TerritoryOverlap,
            format!("the territories `{}` and `{}` overlap; `{}` wins{how}", one.name, other.name, one.name),
            "If that is what was meant, all is well; else narrow one of them.".to_owned(),
        )
    };
    proofs.found(
        Diagnostic::new(name, headline)
            .at(one.name.span, if ties && left { "" } else { "wins" })
            .at(other.name.span, "")
            .about(about)
            .shown_by(example)
            .help(help),
        ground.record,
        areas,
    );
}

//! Territories that claim the same records: how `overlap` settles that, and ties that reach the name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::ground::{Ground, Shown, Tried};
use super::super::proofs::Proofs;
use super::{at_row, table};
use crate::decide::settled_by;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{OverlapCriterion, TerritoryId};
use crate::space::{Area, Clash, Ranked};
use crate::text::{Span, wording};

/// How many overlaps are shown before the rest is only listed.
const SHOWN: usize = 20;

/// How many parts of an overlap are listed.
const MOST_PARTS: usize = 200;

/// How much all pairs together may cost; beyond it they are listed without looking who else goes before both.
const MOST_WORK: u64 = 2_000_000;

/// A territory by itself, or all of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Written(TerritoryId),
    Table(usize),
}

/// What of a territory matters here.
struct Side {
    unit: Unit,
    parent: Option<TerritoryId>,
    rank: Option<u32>,
    /// The group of those that only their names tell apart.
    tied: Option<usize>,
}

pub(super) fn check(ground: &Ground<'_>, order: &[TerritoryId], ranked: &Ranked<'_>, proofs: &mut Proofs) {
    let groups = ground.standings.tied.iter().enumerate().flat_map(|(group, all)| all.iter().map(move |id| (*id, group)));
    let groups: HashMap<TerritoryId, usize> = groups.collect();
    let side = |id: &TerritoryId| {
        let territory = ground.territory(*id);
        let unit = table(ground, *id).map_or(Unit::Written(*id), Unit::Table);
        let rank = territory.priority.as_ref().map(|p| p.rank);
        Side { unit, parent: territory.parent, rank, tied: groups.get(id).copied() }
    };
    let sides: Vec<Side> = order.iter().map(side).collect();
    let criteria = ground.plan.book.overlap.as_ref().map(|o| o.criteria.as_slice()).unwrap_or_default();
    // A priority of its own is how a book says that a tree goes before another, where priorities settle it.
    let by_priority = matches!(criteria.first(), Some(OverlapCriterion::LowestPriority));
    let ties = |a: &Side, b: &Side| a.tied.is_some() && a.tied == b.tied;
    let concerns = |a: &Side, b: &Side| ties(a, b) || (a.parent == b.parent && !(by_priority && a.rank != b.rank));
    let mut shown = 0;
    let mut others = [Others::new(DiagnosticName::TieByName), Others::new(DiagnosticName::TerritoryOverlap)];
    let mut of_tables: BTreeSet<(Unit, Unit, bool)> = BTreeSet::new();
    let mut budget = ground.some_budget(MOST_WORK);
    for (position, id) in order.iter().enumerate() {
        let own = &sides[position];
        let near: Vec<usize> = ranked.overlapping(position).into_iter().filter(|other| concerns(own, &sides[*other])).collect();
        let before = ranked.all_before(position);
        for clash in ranked.clashes(position, &near, &before, &mut budget) {
            let other = &sides[clash.other];
            let ties = ties(own, other);
            let written = matches!((own.unit, other.unit), (Unit::Written(_), Unit::Written(_)));
            if clash.sure && shown < SHOWN && (written || of_tables.insert((own.unit, other.unit, ties))) {
                shown += 1;
                let parts = common(ground, (position, &clash), ranked);
                finding(ground, (*id, order[clash.other]), ties, parts, proofs);
            } else {
                others[usize::from(!ties)].add(ground, (*id, own.unit), (order[clash.other], other.unit), clash.sure);
            }
        }
    }
    proofs.findings.extend(others.into_iter().filter_map(|others| others.finding(ground)));
}

/// The pairs beyond those shown, of one kind.
struct Others {
    name: DiagnosticName,
    first: Option<(Span, Span)>,
    pairs: usize,
    /// How many of them were not searched for a territory that goes before both.
    unsearched: usize,
    /// By written territory those it meets, as they come; rows of tables are only counted.
    written: Vec<(TerritoryId, Vec<TerritoryId>)>,
    tables: BTreeMap<(Unit, Unit), usize>,
}

impl Others {
    fn new(name: DiagnosticName) -> Self {
        Self { name, first: None, pairs: 0, unsearched: 0, written: Vec::new(), tables: BTreeMap::new() }
    }

    fn add(&mut self, ground: &Ground<'_>, (one, own): (TerritoryId, Unit), (other, its): (TerritoryId, Unit), sure: bool) {
        self.first.get_or_insert((ground.territory(one).name.span, ground.territory(other).name.span));
        self.pairs += 1;
        self.unsearched += usize::from(!sure);
        match (own, its, self.written.last_mut()) {
            (Unit::Written(_), Unit::Written(_), Some((last, met))) if *last == one => met.push(other),
            (Unit::Written(_), Unit::Written(_), _) => self.written.push((one, vec![other])),
            _ => *self.tables.entry((own, its)).or_default() += 1,
        }
    }

    fn finding(self, ground: &Ground<'_>) -> Option<Diagnostic> {
        let (one, other) = self.first?;
        let count = wording::count(self.pairs, "more pair of territories", "more pairs of territories");
        let verb = |one: &'static str, many: &'static str| if self.pairs == 1 { one } else { many };
        let (headline, help) = if self.name == DiagnosticName::TieByName {
            (
                format!("{count} {} the same records, and nothing but the name tells them apart", verb("claims", "claim")),
                "Add a criterion to `overlap` that tells them apart.",
            )
        } else {
            let which = verb("the first of the two wins", "the first of each pair wins");
            (format!("{count} {}; {which}", verb("overlaps", "overlap")), "Where that is not what was meant, narrow one of the two.")
        };
        let name = |id: &TerritoryId| format!("`{}`", ground.territory(*id).name);
        let unit = |unit: &Unit, count: usize| match unit {
            Unit::Written(id) => name(id),
            Unit::Table(table) => {
                let file = ground.plan.book.tables.get(*table).map_or("", |t| &*t.file);
                format!("{} of `{file}`", wording::count(count, "territory", "territories"))
            }
        };
        let written = self.written.iter().map(|(one, met)| {
            let met: Vec<String> = met.iter().map(name).collect();
            format!("{} with {}", name(one), wording::join(&met, "and"))
        });
        let tables = self.tables.iter().map(|((one, other), count)| match (one, other) {
            (Unit::Table(a), Unit::Table(b)) => {
                let file = |table: usize| ground.plan.book.tables.get(table).map_or("", |t| &*t.file);
                let pairs = wording::count(*count, "pair", "pairs");
                if a == b { format!("{pairs} within `{}`", file(*a)) } else { format!("{pairs} of `{}` and `{}`", file(*a), file(*b)) }
            }
            _ => format!("{} with {}", unit(one, *count), unit(other, *count)),
        });
        let unsearched = wording::count(self.unsearched, "of these pairs was", "of these pairs were");
        let unsearched = (self.unsearched > 0).then(|| {
            format!("whether another territory goes before both everywhere: {unsearched} not searched for that, as there are too many")
        });
        let about = unsearched.into_iter().chain(written).chain(tables).collect();
        Some(Diagnostic::new(self.name, headline).at(one, "the first of them").at(other, "").about(about).help(help))
    }
}

/// Everything that two territories claim and no territory that goes before both, the largest parts first; whether that is
/// all comes with it.
fn common(ground: &Ground<'_>, (one, clash): (usize, &Clash), ranked: &Ranked<'_>) -> (Vec<Area>, bool) {
    let (a, b) = (&ranked.regions()[one], &ranked.regions()[clash.other]);
    let possible = |area: &Area| ground.space.can_be(area, ground.zone());
    let both: Vec<Area> = a.areas.iter().flat_map(|x| b.areas.iter().filter_map(|y| x.and(y))).filter(possible).collect();
    let (parts, complete) = ranked.left_by(&both, &ranked.all_before(one), MOST_PARTS, &mut ground.budget());
    // The known part as well, in case the search ended before it.
    let mut parts = ground.space.joined(parts.into_iter().chain([ranked.part(one, clash)]).collect()).areas;
    parts = ground.space.distinct(parts);
    parts.sort_by_cached_key(|area| ground.largeness(area));
    (parts, complete)
}

fn finding(ground: &Ground<'_>, (a, b): (TerritoryId, TerritoryId), ties: bool, (areas, complete): (Vec<Area>, bool), proofs: &mut Proofs) {
    let (one, other) = (ground.territory(a), ground.territory(b));
    let claims = |t: &Tried<'_>, id: TerritoryId| t.decision.placement.claims.iter().any(|c| c.territory == id);
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
    let first = at_row(ground, a, Diagnostic::new(name, headline), if ties && left { "" } else { "wins" });
    proofs.found(at_row(ground, b, first, "").about(about).shown_by(example).help(help), ground.record, areas);
}

//! The search for the smallest change: which fields may change, from the fewest on, until a changed record comes to what is
//! wanted.
//!
//! With some fields free and all else as it is, a record is a line through the space. Where earlier rules take all of a
//! line, only another field that they ask about can help, so the next places to look follow from that, and none is left out.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::change::{SmallestChange, Trying};
use super::moving::{Moved, Moving};
use super::values::VARIANTS;
use crate::decide::{Decision, PassedOver};
use crate::plan::Plan;
use crate::space::{Area, Aspect, AxisId, Budget, ClassSet, Kind, Point, Question, Space};

/// How many fields may have to change; more than that is no help to anybody.
pub(super) const MOST_FIELDS: usize = 4;

/// How much the whole search may cost, in areas looked at.
const BUDGET: u64 = 400_000;

/// How many changed records are decided.
const MOST_TRIED: usize = 400;

/// How many places are looked at, and how many wait.
const MOST_PLACES: usize = 1_500;

/// How many parts of a line are tried.
const MOST_PARTS: usize = 5;

/// A field by the names that lead to it; the empty path is the moment.
type Path = Vec<Arc<str>>;

/// Where to look: an area of a goal, and the fields that may change. The nearest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// How many fields change.
    count: usize,
    /// How far from the record they are.
    far: u8,
    /// How many rules come before.
    rank: usize,
    position: usize,
    fields: BTreeSet<Path>,
    /// Whether the record comes at another moment besides.
    later: bool,
}

/// Looks for the smallest change.
pub(super) struct Seeking<'a> {
    pub plan: &'a Plan,
    pub space: &'a Space,
    /// The record as it is.
    pub point: &'a Point,
    pub moving: &'a Moving<'a>,
    pub trying: Trying<'a>,
    /// The areas of the rules, in the order considered.
    pub rules: Vec<&'a [Area]>,
    /// By rank: the areas from which the record comes to what is wanted.
    pub goals: Vec<(usize, &'a [Area])>,
}

/// What became of a changed record.
enum Fate {
    There(SmallestChange, u64),
    /// Not there; whether somebody was away, off work or full, so that another moment may help.
    Elsewhere(bool),
}

impl Seeking<'_> {
    pub(super) fn search(&self) -> Option<SmallestChange> {
        let mut waiting: BTreeSet<Place> = BTreeSet::new();
        let mut known: HashSet<(usize, usize, BTreeSet<Path>)> = HashSet::new();
        let mut add = |waiting: &mut BTreeSet<Place>, (rank, position): (usize, usize), fields: BTreeSet<Path>| {
            if fields.len() <= MOST_FIELDS && waiting.len() < MOST_PLACES && known.insert((rank, position, fields.clone())) {
                let (count, far) = (fields.len(), self.far(&fields));
                waiting.insert(Place { count, far, rank, position, fields, later: false });
            }
        };
        for (goal, (_, areas)) in self.goals.iter().enumerate() {
            for (position, area) in areas.iter().enumerate() {
                self.first(area).into_iter().for_each(|fields| add(&mut waiting, (goal, position), fields));
            }
        }
        let mut budget = Budget::new(BUDGET);
        let (mut tried, mut looked) = (0, 0);
        let mut best: Option<((usize, u8, u64), SmallestChange)> = None;
        let mut alone = false;
        loop {
            // Another moment alone is as small a change as one other field, and less of a help.
            if !alone && best.is_none() && waiting.first().is_none_or(|place| place.count > 1) {
                alone = true;
                let found = self.moving.moments().into_iter().find_map(|moment| match self.fate(&self.moving.at(moment)?) {
                    Fate::There(change, _) => Some(change),
                    Fate::Elsewhere(_) => None,
                });
                if found.is_some() {
                    return found;
                }
            }
            let Some(place) = waiting.pop_first() else { break };
            looked += 1;
            let further = best.as_ref().is_some_and(|((count, far, _), _)| (place.count, place.far) > (*count, *far));
            if further || tried >= MOST_TRIED || looked > MOST_PLACES || budget.spent() {
                break;
            }
            let (rank, areas) = self.goals[place.rank];
            let Some(line) = self.line(&areas[place.position], &place.fields) else { continue };
            let (parts, others) = self.parts(&line, rank, &mut budget);
            let mut time = false;
            for part in parts {
                let axes = self.outside(&part);
                for moved in self.variants(&part, &axes) {
                    let moments = if place.later { self.moving.moments() } else { vec![moved.now] };
                    for moment in moments {
                        let Some(moved) = self.moving.again(&moved, moment) else { continue };
                        tried += 1;
                        match self.fate(&moved) {
                            Fate::There(change, distance) => {
                                let cost = (change.fields.len(), place.far, distance);
                                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                                    best = Some((cost, change));
                                }
                                break;
                            }
                            Fate::Elsewhere(away) => time |= away,
                        }
                        if tried >= MOST_TRIED {
                            break;
                        }
                    }
                }
            }
            if !place.later && place.count < MOST_FIELDS {
                for other in others {
                    let fields = place.fields.iter().cloned().chain([other]).collect();
                    add(&mut waiting, (place.rank, place.position), fields);
                }
                if time && !place.fields.is_empty() && !place.fields.contains(&Path::new()) {
                    waiting.insert(Place { count: place.count + 1, far: LATER, later: true, ..place });
                }
            }
        }
        best.map(|(_, change)| change)
    }

    /// Several values may do, and one may lead to somebody who is away or full.
    fn variants(&self, part: &Area, axes: &[AxisId]) -> Vec<Moved> {
        let mut all: Vec<Moved> = Vec::new();
        for variant in 0..VARIANTS {
            // Where the first cannot be made, none can.
            let Some(moved) = self.moving.into(part, axes, variant) else { break };
            if !all.contains(&moved) {
                all.push(moved);
            }
        }
        all
    }

    fn fate(&self, moved: &Moved) -> Fate {
        // A change of nothing means that the state alone stood in the way.
        if !moved.is_changed() {
            return Fate::Elsewhere(false);
        }
        let decided = self.trying.decide(moved);
        match self.trying.there(moved, &decided) {
            Some(change) => Fate::There(change, moved.distance()),
            None => Fate::Elsewhere(hangs_on_time(&decided)),
        }
    }

    /// The fields that must change at least for a record to lie in an area, in every way there is.
    fn first(&self, area: &Area) -> Vec<BTreeSet<Path>> {
        let outside = self.outside(area);
        let mut fields: BTreeSet<Path> = BTreeSet::new();
        let mut facts: Vec<Vec<Path>> = Vec::new();
        for axis in &outside {
            match self.asked_by(*axis) {
                Some(asked) => facts.push(asked),
                None => {
                    fields.insert(self.space.axis(*axis).key.path.clone());
                }
            }
        }
        let fixed = |axis: &AxisId| matches!(self.space.axis(*axis).key.aspect, Aspect::Territory | Aspect::Derived);
        if outside.iter().any(fixed) {
            return Vec::new();
        }
        let mut ways = vec![fields.clone()];
        // Instead of what another record holds, which record it is may change.
        let turned: BTreeSet<Path> = fields.iter().map(|path| path.iter().take(1).cloned().collect()).collect();
        if fields.iter().any(|path| path.len() > 1) {
            ways.push(turned);
        }
        for asked in facts {
            let is_free = |way: &BTreeSet<Path>| asked.is_empty() || asked.iter().any(|path| frees(way, path));
            let mut next = Vec::new();
            for way in ways {
                if is_free(&way) {
                    next.push(way);
                    continue;
                }
                next.extend(asked.iter().map(|path| way.iter().cloned().chain([path.clone()]).collect()));
            }
            ways = next;
            ways.truncate(16);
        }
        // What lies behind another record comes with it.
        let reduced = |way: BTreeSet<Path>| -> BTreeSet<Path> {
            let around = |path: &Path| {
                way.iter().any(|other| !other.is_empty() && other.len() < path.len() && path.starts_with(other) && self.is_reference(other))
            };
            way.iter().filter(|path| !around(path)).cloned().collect()
        };
        ways.into_iter().map(reduced).filter(|way| way.len() <= MOST_FIELDS && way.iter().all(|path| self.is_changeable(path))).collect()
    }

    fn is_reference(&self, path: &[Arc<str>]) -> bool {
        let own = |axis: &crate::space::Axis| axis.key.path == path && axis.key.aspect == Aspect::Value(Kind::Reference);
        self.space.axes.iter().any(own)
    }

    /// Whether something can be changed: the moment, a reference, or a value that can be written where it leads now.
    fn is_changeable(&self, path: &Path) -> bool {
        path.is_empty() || self.moving.leads_to_field(path)
    }

    /// The fields that a free question asks about; none for what is no free question. Without any that are known the change of
    /// any field may answer it.
    fn asked_by(&self, axis: AxisId) -> Option<Vec<Path>> {
        let axis = self.space.axis(axis);
        let Aspect::Fact(_) = axis.key.aspect else { return None };
        if !axis.key.path.is_empty() {
            return Some(vec![axis.key.path.clone()]);
        }
        Some(match axis.fact.as_ref().map(|f| &f.question) {
            Some(Question::Condition { condition, steps, .. }) => self.moving.fields_of(condition, steps),
            _ => Vec::new(),
        })
    }

    /// How far from the record fields are: its own, those of another record, the day, which record it refers to.
    fn far(&self, fields: &BTreeSet<Path>) -> u8 {
        let far = |path: &Path| match path.len() {
            0 => 2,
            1 if self.is_reference(path) => 3,
            1 => 0,
            _ => 1,
        };
        fields.iter().map(far).max().unwrap_or(0)
    }

    /// The axes on which the record lies outside an area.
    fn outside(&self, area: &Area) -> Vec<AxisId> {
        area.restricts().filter(|(axis, set)| !set.contains(self.at(*axis))).map(|(axis, _)| axis).collect()
    }

    fn at(&self, axis: AxisId) -> usize {
        self.point.get(axis.index()).copied().unwrap_or(0)
    }

    /// The record's own classes on all axes but those of the fields that may change, within an area.
    fn line(&self, area: &Area, fields: &BTreeSet<Path>) -> Option<Area> {
        let mut line = area.clone();
        for index in 0..self.space.axes.len() {
            let axis = AxisId::of(index);
            if !self.is_free(axis, fields) {
                line = line.cut(axis, &ClassSet::of(self.space.width(axis), [self.at(axis)]))?;
            }
        }
        Some(line)
    }

    fn is_free(&self, axis: AxisId, fields: &BTreeSet<Path>) -> bool {
        let key = &self.space.axis(axis).key;
        match self.asked_by(axis) {
            Some(asked) => !fields.is_empty() && (asked.is_empty() || asked.iter().any(|path| frees(fields, path))),
            None => frees(fields, &key.path) || (key.aspect == Aspect::Age && fields.contains(&Path::new())),
        }
    }

    /// The parts of a line that no earlier rule claims; where there are none, the line itself, as the people of those rules may
    /// not be able to take the record, and the fields by which they could be kept out.
    fn parts(&self, line: &Area, rank: usize, budget: &mut Budget) -> (Vec<Area>, BTreeSet<Path>) {
        let earlier = self.rules.iter().take(rank).flat_map(|areas| areas.iter());
        let near: Vec<&Area> = earlier.filter(|area| area.meets(line)).collect();
        let zone = &self.plan.book.zone;
        if near.is_empty() {
            let parts = if self.space.can_be(line, zone) { vec![line.clone()] } else { Vec::new() };
            return (parts, BTreeSet::new());
        }
        if !budget.take(1 + near.len() / 8) {
            return (Vec::new(), BTreeSet::new());
        }
        let (parts, _) = self.space.holes_of(std::slice::from_ref(line), &near, MOST_PARTS, budget, |area| self.space.can_be(area, zone));
        if !parts.is_empty() {
            return (parts, BTreeSet::new());
        }
        let asked = near.iter().flat_map(|area| area.restricts()).map(|(axis, _)| axis);
        let fields = asked.flat_map(|axis| self.asked_by(axis).unwrap_or_else(|| vec![self.space.axis(axis).key.path.clone()]));
        (vec![line.clone()], fields.filter(|path| self.is_changeable(path)).collect())
    }
}

/// How far another moment is, behind all else.
const LATER: u8 = 4;

/// Whether a path is one of some fields, or leads through one.
fn frees(fields: &BTreeSet<Path>, path: &Path) -> bool {
    fields.iter().any(|field| if field.is_empty() { path.is_empty() } else { path.starts_with(field) })
}

/// Whether somebody could not take a record at that moment.
fn hangs_on_time(decided: &Decision) -> bool {
    let candidates = decided.trials.iter().flat_map(|t| &t.attempts).flat_map(|a| &a.candidates);
    let away = |passed: &PassedOver| matches!(passed, PassedOver::Away { .. } | PassedOver::OffHours { .. } | PassedOver::Full { .. });
    candidates.filter_map(|c| c.passed_over.as_ref()).any(away)
}

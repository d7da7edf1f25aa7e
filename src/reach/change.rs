//! The smallest change that would have made a rule decide a record or given it to a rep.
//!
//! The record is a point of the space. Of the areas that lead where it is wanted, those are tried first in which the
//! fewest fields lie elsewhere: fields of the record, the records it refers to and their fields, the moment. Those are moved
//! to the nearest class, and the changed record is decided. Where no area leads there at all, that is a proof.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::goals::{Wanted, goals, takes_all};
use super::moving::{Moved, Moving};
use super::values::VARIANTS;
use crate::decide::{Assignee, Context, Decider, Decision, ask, decide, roster, standings};
use crate::plan::Plan;
use crate::space::{Area, Aspect, AxisId, Budget, ClassSet, Kind, Locator, Point, Space, Survey, Verdict};
use crate::state::State;

/// How many fields may have to change; more than that is no help to anybody.
const MOST_FIELDS: usize = 4;

/// How many areas are tried, the nearest first.
const MOST_AREAS: usize = 60;

/// How much the whole search may cost, in areas looked at.
const BUDGET: u64 = 100_000;

/// How many changed records are decided.
const MOST_TRIED: usize = 120;

/// Holds the smallest change found; the evaluator decided the changed record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SmallestChange {
    /// The fields to change, by name.
    pub fields: Vec<FieldChange>,
    /// Who would get the record then.
    pub assignee: String,
    /// The rule that would decide then.
    pub rule: Option<String>,
}

/// One field and its change, in words; private values are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// The value it has; none when missing or private.
    pub from: Option<String>,
    /// The value it would need; none when it would have to be missing.
    pub to: Option<String>,
}

impl SmallestChange {
    /// Writes it as the end of a sentence: `employees were 1,000 (not 800) and industry were retail (not missing)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let each: Vec<String> = self
            .fields
            .iter()
            .map(|f| {
                let to = f.to.as_deref().unwrap_or("missing");
                format!("{} were {to} (not {})", f.field, f.from.as_deref().unwrap_or("missing"))
            })
            .collect();
        crate::text::wording::join(&each, "and")
    }
}

/// What came of looking for a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// The smallest change found.
    pub change: Option<SmallestChange>,
    /// Whether it is proved that no record at all comes to what was wanted, by the rules and the roster as they are.
    pub proved: bool,
    /// What was changed in the search, in words, as a list.
    pub searched: Vec<String>,
}

/// Looks for the smallest change that would have brought a decided record to what is wanted.
#[must_use]
pub fn smallest_change(plan: &Plan, decision: &Decision, before: &State, wanted: &Wanted) -> Sought {
    let record = &decision.record;
    let mut survey = Survey::new();
    let standings = standings(plan, record.kind);
    let of = survey.book(&plan.book, record.kind, &standings);
    let nodes = goals(plan, record.kind, &mut survey, &of, wanted);
    let mut space = survey.finish();
    let order = plan.rule_order.get(&record.kind).cloned().unwrap_or_default();
    let rules: Vec<_> = order.iter().map(|id| space.region(of.rules[id.index()])).collect();
    let goals: Vec<(usize, Vec<Area>)> = nodes.into_iter().map(|(rank, node)| (rank, space.region(node).areas.clone())).collect();
    let context = Context::new(plan, record, before, decision.at).placed_in(decision.placement.territory());
    let locator = Locator::new(&space, &plan.book.schema, &plan.book.zone);
    let point = locator.point(record, &plan.data, decision.at, |fact| ask(fact, &context));
    let moving = Moving { plan, space: &space, locator: &locator, decision, before };
    let looking = Looking { plan, space: &space, point: &point, moving: &moving, before, wanted };
    let sure: Vec<bool> = order.iter().map(|id| plan.book.rules[id.index()].route.iter().any(takes_all)).collect();
    let taken = |rank: usize| -> Vec<&Area> { (0..rank).filter(|i| sure[*i]).flat_map(|i| &rules[i].areas).collect() };
    let left = |(rank, areas): &(usize, Vec<Area>)| {
        let (earlier, mut budget) = (taken(*rank), Budget::new(BUDGET));
        let holes = |area| !matches!(space.hole(area, &earlier, &mut budget, |a| space.can_be(a, &plan.book.zone)), Verdict::Covered(_));
        areas.iter().any(holes)
    };
    let lost = matches!(wanted, Wanted::Rep(rep) if roster::active_rep(plan, rep).is_none());
    if lost || (standings.certain && !goals.iter().any(left)) {
        return Sought { proved: true, ..Sought::default() };
    }
    let earlier = |rank: usize| -> Vec<&Area> { rules.iter().take(rank).flat_map(|r| &r.areas).collect() };
    Sought { change: looking.search(&goals, earlier), proved: false, searched: looking.searched() }
}

/// How much a change changes: how many fields, then how far from the record they are: its own, those of the record it
/// refers to, the day, the reference itself.
type Cost = (usize, u8);

struct Looking<'a> {
    plan: &'a Plan,
    space: &'a Space,
    point: &'a Point,
    moving: &'a Moving<'a>,
    before: &'a State,
    wanted: &'a Wanted,
}

impl<'a> Looking<'a> {
    fn search(&self, goals: &'a [(usize, Vec<Area>)], earlier: impl Fn(usize) -> Vec<&'a Area>) -> Option<SmallestChange> {
        let mut near: Vec<(Cost, usize, usize, &Area)> = Vec::new();
        for (rank, areas) in goals {
            for (position, area) in areas.iter().enumerate() {
                if let Some(cost) = self.cost(area) {
                    near.push((cost, *rank, position, area));
                }
            }
        }
        near.sort();
        let mut tried = 0;
        let mut budget = Budget::new(BUDGET);
        let mut best: Option<(Cost, SmallestChange)> = None;
        for (cost, rank, _, area) in near.into_iter().take(MOST_AREAS) {
            if best.as_ref().is_some_and(|(least, _)| cost >= *least) || tried >= MOST_TRIED || budget.spent() {
                break;
            }
            for reached in self.reachable(area, &earlier(rank), &mut budget) {
                let mut known: Vec<Moved> = Vec::new();
                let axes = self.outside(&reached);
                // Of several values that would do, one may lead to somebody who is away or full.
                for variant in 0..VARIANTS {
                    // Where the first cannot be made, none can.
                    let Some(moved) = self.moving.into(&reached, &axes, variant) else { break };
                    if known.contains(&moved) {
                        continue;
                    }
                    tried += 1;
                    let found = self.verified(&moved);
                    known.push(moved);
                    if let Some(change) = found {
                        let cost = (change.fields.len(), cost.1);
                        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                            best = Some((cost, change));
                        }
                        break;
                    }
                }
                if tried >= MOST_TRIED {
                    break;
                }
            }
        }
        // One other moment is as small a change as one other field, and less of a help.
        match best {
            Some(((1, _), change)) => Some(change),
            best => self.at_another_moment().or(best.map(|(_, change)| change)),
        }
    }

    /// Another moment at which the record as it is would have come to what is wanted, the nearest first.
    fn at_another_moment(&self) -> Option<SmallestChange> {
        self.moving.moments().into_iter().find_map(|moment| self.verified(&self.moving.at(moment)?))
    }

    /// What the search changes, in words.
    fn searched(&self) -> Vec<String> {
        let mut said = vec![format!("up to {MOST_FIELDS} of its fields at once")];
        let schema = &self.plan.book.schema;
        let mut references: BTreeSet<Vec<Arc<str>>> = BTreeSet::new();
        for axis in &self.space.axes {
            if axis.key.aspect == Aspect::Value(Kind::Reference) && axis.key.path.len() == 1 {
                references.insert(axis.key.path.clone());
            }
        }
        let rep = self.plan.book.rep.map(|r| r.record);
        for path in references {
            let named = path.join(".");
            let to = path.last().and_then(|name| schema.record(self.moving.decision.record.kind).find(name));
            let ty = to.map(|field| &schema.field(self.moving.decision.record.kind, field).ty);
            let person = matches!(ty, Some(crate::model::Type::Reference(to)) if Some(*to) == rep);
            said.push(if person { format!("its {named}") } else { format!("its {named} and the fields of that {named}") });
        }
        said.push("when it arrives: the days rules ask for, every hour of a day before and after, every day of a week before and after, and the end of absences".to_owned());
        said
    }

    /// The axes on which the record lies outside an area.
    fn outside(&self, area: &Area) -> Vec<AxisId> {
        area.restricts().filter(|(axis, set)| !set.contains(self.at(*axis))).map(|(axis, _)| axis).collect()
    }

    fn at(&self, axis: AxisId) -> usize {
        self.point.get(axis.0 as usize).copied().unwrap_or(0)
    }

    /// Whether something can be changed along an axis: a value that can be written, where it leads now or would then.
    fn changeable(&self, axis: AxisId, outside: &[AxisId]) -> bool {
        let key = &self.space.axis(axis).key;
        match &key.aspect {
            Aspect::Today => true,
            Aspect::Value(_) | Aspect::Element(_) | Aspect::Domain | Aspect::Age => {
                let turns = |other: &&AxisId| {
                    let other = &self.space.axis(**other).key;
                    other.aspect == Aspect::Value(Kind::Reference) && other.path.len() < key.path.len() && key.path.starts_with(&other.path)
                };
                self.moving.leads_to_field(&key.path) || outside.iter().any(|o| turns(&o))
            }
            Aspect::Fact(_) | Aspect::Territory | Aspect::Derived => false,
        }
    }

    /// How much would have to change; none when something cannot be, or it is too much.
    fn cost(&self, area: &Area) -> Option<Cost> {
        let outside = self.outside(area);
        let mut fields: BTreeSet<&[Arc<str>]> = BTreeSet::new();
        let mut turned: Vec<&[Arc<str>]> = Vec::new();
        let (mut facts, mut far) = (0, 0);
        for axis in &outside {
            let key = &self.space.axis(*axis).key;
            // What two fields are to each other may change with either.
            if matches!(key.aspect, Aspect::Fact(_)) {
                facts = 1;
                continue;
            }
            if !self.changeable(*axis, &outside) {
                return None;
            }
            fields.insert(&key.path);
            let own_reference = key.aspect == Aspect::Value(Kind::Reference);
            if own_reference {
                turned.push(&key.path);
            }
            far = far.max(match key.path.len() {
                0 => 2,
                1 if own_reference => 3,
                1 => 0,
                _ => 1,
            });
        }
        // What lies behind another reference comes with it.
        fields.retain(|path| !turned.iter().any(|t| path.len() > t.len() && path.starts_with(t)));
        let count = fields.len().max(facts);
        (count <= MOST_FIELDS).then_some((count, far))
    }

    /// Parts of an area that differ from the record in as few fields as can be and that no earlier rule claims.
    fn reachable(&self, area: &Area, earlier: &[&Area], budget: &mut Budget) -> Vec<Area> {
        let outside = self.outside(area);
        let mut parts = Vec::new();
        // The record with the failing fields free; then one more field free, in case an earlier rule is in the way.
        let mut extra: Vec<Option<AxisId>> = vec![None];
        let others: BTreeSet<AxisId> = earlier.iter().flat_map(|a| a.restricts().map(|(axis, _)| axis)).collect();
        extra.extend(others.into_iter().filter(|a| self.changeable(*a, &outside) && !outside.contains(a)).map(Some));
        for more in extra {
            let Some(line) = self.line(area, &outside, more) else { continue };
            if !budget.take(1 + earlier.len() / 8) {
                break;
            }
            let zone = &self.plan.book.zone;
            match self.space.hole(&line, earlier, budget, |a| self.space.can_be(a, zone)) {
                Verdict::Hole(hole) => {
                    parts.push(self.space.widened(&hole, &line, earlier));
                    if more.is_none() {
                        break;
                    }
                }
                // Rules whose people cannot take the record do not stand in the way: the evaluator will tell.
                Verdict::Covered(_) if more.is_none() => parts.push(line),
                _ => {}
            }
        }
        parts
    }

    /// The record's own classes on all axes but those freed, within an area.
    fn line(&self, area: &Area, free: &[AxisId], more: Option<AxisId>) -> Option<Area> {
        let mut line = area.clone();
        for index in 0..self.point.len() {
            let axis = AxisId::of(index);
            let width = self.space.width(axis);
            if free.contains(&axis) || more == Some(axis) || index >= self.space.axes.len() {
                continue;
            }
            // Details of a freed field go with it, and what lies behind a reference.
            let path = &self.space.axis(axis).key.path;
            let goes_with = |other: &AxisId| {
                let other = &self.space.axis(*other).key.path;
                !other.is_empty() && path.starts_with(other)
            };
            if free.iter().chain(&more).any(goes_with) {
                continue;
            }
            line = line.cut(axis, &ClassSet::of(width, [self.at(axis)]))?;
        }
        Some(line)
    }

    /// Decides the changed record and keeps it when it comes to what was wanted.
    fn verified(&self, moved: &Moved) -> Option<SmallestChange> {
        // A change of nothing means that the state alone stood in the way.
        if !moved.is_changed() {
            return None;
        }
        let changed = moved.plan(self.plan);
        let plan = changed.as_ref().unwrap_or(self.plan);
        let decided = decide(plan, moved.record.clone(), self.before, moved.now);
        let outcome = &decided.outcome;
        let there = match self.wanted {
            Wanted::Rule(id) => outcome.by == Some(Decider::Rule(*id)),
            Wanted::Rep(rep) => outcome.assignee == Assignee::Rep(rep.clone()),
            Wanted::Team(team) => outcome.team == Some(*team),
            Wanted::Queue(queue) => outcome.assignee == Assignee::Queue(queue.clone()),
            Wanted::Territory(id) => decided.placement.winners.contains(id),
        };
        if !there {
            return None;
        }
        let fields = moved.changes(self.plan).into_iter().map(|c| FieldChange { field: c.field, from: c.from, to: c.to });
        let rule = match outcome.by {
            Some(Decider::Rule(id)) => self.plan.book.rules.get(id.index()).map(|r| r.name.to_string()),
            Some(Decider::Otherwise) => Some("otherwise".to_owned()),
            None => None,
        };
        Some(SmallestChange { fields: fields.collect(), assignee: outcome.assignee.to_string(), rule })
    }
}

//! The smallest change of a record that would have made a rule decide it or given it to a rep.
//!
//! The record is a point of the space. Of the areas that lead where it is wanted, those are tried first in which the
//! fewest fields of the record lie elsewhere; those fields are moved to the nearest class, and the changed record is decided.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::decide::{Assignee, Context, Decider, Decision, ask, bind, decide, roster, standings};
use crate::model::{FieldId, Owner, Record, RuleId, Target, TargetKind, TeamId, TerritoryId, Type, Value, show};
use crate::plan::Plan;
use crate::space::{Area, Aspect, Axis, AxisId, Budget, Class, ClassSet, Kind, Locator, NodeId, Point, Space, Survey, Verdict, tick_day};
use crate::state::State;

/// How many fields may have to change; more than that is no help to anybody.
const MOST_FIELDS: usize = 4;

/// How many areas are tried, the nearest first.
const MOST_AREAS: usize = 60;

/// How much the whole search may cost, in areas looked at.
const BUDGET: u64 = 100_000;

/// How many values of one field are tried.
const VARIANTS: usize = 6;

/// How many changed records are decided.
const MOST_TRIED: usize = 120;

/// What the record should have come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The rule decides it.
    Rule(RuleId),
    /// The rep gets it.
    Rep(Arc<str>),
    /// Somebody of the team gets it.
    Team(TeamId),
    /// The queue gets it.
    Queue(Arc<str>),
    /// The territory holds it.
    Territory(TerritoryId),
}

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

/// Finds the smallest change of a decided record; none when none was found within few fields.
#[must_use]
pub fn smallest_change(plan: &Plan, decision: &Decision, before: &State, wanted: &Wanted) -> Option<SmallestChange> {
    let record = &decision.record;
    let mut survey = Survey::new();
    let of = survey.book(&plan.book, record.kind, &standings(plan, record.kind));
    let nodes = goals(plan, record, &mut survey, &of, wanted);
    let mut space = survey.finish();
    let order = plan.rule_order.get(&record.kind).cloned().unwrap_or_default();
    let rules: Vec<_> = order.iter().map(|id| space.region(of.rules[id.index()])).collect();
    let goals: Vec<(usize, Vec<Area>)> = nodes.into_iter().map(|(rank, node)| (rank, space.region(node).areas.clone())).collect();
    let context = Context::new(plan, record, before, decision.at).placed_in(decision.placement.territory());
    let locator = Locator::new(&space, &plan.book.schema, &plan.book.zone);
    let point = locator.point(record, &plan.data, decision.at, |fact| ask(fact, &context));
    let looking = Looking { plan, space: &space, point: &point, decision, before, wanted };
    let mut near: Vec<(usize, usize, usize, &Area)> = Vec::new();
    for (rank, areas) in &goals {
        for (position, area) in areas.iter().enumerate() {
            if let Some(fields) = looking.fields_to_change(area) {
                near.push((fields, *rank, position, area));
            }
        }
    }
    near.sort();
    let mut tried = 0;
    let mut budget = Budget::new(BUDGET);
    let mut best: Option<(usize, SmallestChange)> = None;
    for (fields, rank, _, area) in near.into_iter().take(MOST_AREAS) {
        if best.as_ref().is_some_and(|(least, _)| fields >= *least) || tried >= MOST_TRIED || budget.spent() {
            break;
        }
        let earlier: Vec<&Area> = rules.iter().take(rank).flat_map(|r| &r.areas).collect();
        for reached in looking.reachable(area, &earlier, &mut budget) {
            let mut known: Vec<Record> = Vec::new();
            // Of several values that would do, one may lead to somebody who is away or full.
            for variant in 0..VARIANTS {
                let Some(changed) = looking.moved(&reached, variant) else { continue };
                if known.contains(&changed) {
                    continue;
                }
                known.push(changed.clone());
                tried += 1;
                if let Some(change) = looking.verified(changed) {
                    if best.as_ref().is_none_or(|(least, _)| change.fields.len() < *least) {
                        best = Some((change.fields.len(), change));
                    }
                    break;
                }
            }
            if tried >= MOST_TRIED {
                break;
            }
        }
    }
    best.map(|(_, change)| change)
}

/// The formulas of where the record would have to lie, each with the number of rules that are considered before.
fn goals(plan: &Plan, record: &Record, survey: &mut Survey, of: &crate::space::Surveyed, wanted: &Wanted) -> Vec<(usize, NodeId)> {
    let order = plan.rule_order.get(&record.kind).cloned().unwrap_or_default();
    if let Wanted::Territory(id) = wanted {
        return vec![(0, survey.held(of, |t| t == *id))];
    }
    let mut goals = Vec::new();
    let chains = order.iter().enumerate().map(|(rank, id)| {
        let rule = &plan.book.rules[id.index()];
        (rank, Some(*id), of.rules[id.index()], &rule.route)
    });
    let last = plan.book.otherwise.get(&record.kind).map(|o| (order.len(), None, survey.all([]), &o.route));
    for (rank, id, node, route) in chains.chain(last) {
        if let Wanted::Rule(rule) = wanted {
            if id == Some(*rule) {
                goals.push((rank, node));
            }
            continue;
        }
        for target in route {
            if let Some(own) = leads(plan, record, survey, of, target, wanted) {
                goals.push((rank, survey.all([node, own])));
            }
        }
    }
    goals
}

/// Where a target can lead to who is wanted.
fn leads(
    plan: &Plan,
    record: &Record,
    survey: &mut Survey,
    of: &crate::space::Surveyed,
    target: &Target,
    wanted: &Wanted,
) -> Option<NodeId> {
    let book = &plan.book;
    match (&target.kind, wanted) {
        (TargetKind::Queue(queue), Wanted::Queue(name)) => (queue == name).then(|| survey.all([])),
        (TargetKind::Team(team), Wanted::Team(id)) => (team == id).then(|| survey.all([])),
        (TargetKind::Rep(name), Wanted::Rep(rep)) => (name.text == *rep).then(|| survey.all([])),
        (TargetKind::Team(team), Wanted::Rep(rep)) => member(plan, record, survey, of, *team, rep),
        (TargetKind::TerritoryOwner, Wanted::Team(id)) => {
            Some(survey.held(of, |t| matches!(&book.territories[t.index()].owner, Some(Owner::Team(team, _)) if team == id)))
        }
        (TargetKind::TerritoryOwner, Wanted::Rep(rep)) => {
            let own = survey.held(of, |t| matches!(&book.territories[t.index()].owner, Some(Owner::Rep(name)) if name.text == *rep));
            let mut nodes = vec![own];
            for (index, _) in book.teams.iter().enumerate() {
                let id = TeamId::from_index(index);
                let owns = |t: TerritoryId| matches!(&book.territories[t.index()].owner, Some(Owner::Team(team, _)) if *team == id);
                if (0..book.territories.len()).any(|t| owns(TerritoryId::from_index(t)))
                    && let Some(fits) = member(plan, record, survey, of, id, rep)
                {
                    let held = survey.held(of, owns);
                    nodes.push(survey.all([held, fits]));
                }
            }
            Some(survey.any(nodes))
        }
        _ => None,
    }
}

fn member(plan: &Plan, record: &Record, survey: &mut Survey, of: &crate::space::Surveyed, team: TeamId, rep: &str) -> Option<NodeId> {
    let known = roster::rep(plan, rep)?;
    let mut lines = Vec::new();
    for members in &plan.book.teams.get(team.index())?.members {
        let named = members.listed.is_empty() || members.listed.iter().any(|(n, _)| n.as_str() == rep);
        if let (true, Some(condition)) = (named, members.conditions.get(&record.kind)) {
            let bound = bind(plan, record.kind, condition, known);
            lines.push(survey.condition(&plan.book, of, &bound));
        }
    }
    (!lines.is_empty()).then(|| survey.any(lines))
}

struct Looking<'a> {
    plan: &'a Plan,
    space: &'a Space,
    point: &'a Point,
    decision: &'a Decision,
    before: &'a State,
    wanted: &'a Wanted,
}

impl Looking<'_> {
    /// The axes on which the record lies outside an area.
    fn outside(&self, area: &Area) -> Vec<AxisId> {
        area.restricts().filter(|(axis, set)| !set.contains(self.at(*axis))).map(|(axis, _)| axis).collect()
    }

    fn at(&self, axis: AxisId) -> usize {
        self.point.get(axis.0 as usize).copied().unwrap_or(0)
    }

    /// Whether a record can be changed along an axis: a field of its own, with a value that can be written.
    fn changeable(&self, axis: AxisId) -> bool {
        let key = &self.space.axis(axis).key;
        key.path.len() == 1 && matches!(key.aspect, Aspect::Value(kind) if kind != Kind::Reference)
            || (key.path.len() == 1 && matches!(key.aspect, Aspect::Element(_) | Aspect::Domain | Aspect::Age))
    }

    /// How many fields would have to change; none when one of them cannot be, or they are too many.
    fn fields_to_change(&self, area: &Area) -> Option<usize> {
        let mut fields: BTreeSet<&[Arc<str>]> = BTreeSet::new();
        for axis in self.outside(area) {
            if !self.changeable(axis) {
                return None;
            }
            fields.insert(&self.space.axis(axis).key.path);
        }
        (fields.len() <= MOST_FIELDS).then_some(fields.len())
    }

    /// Parts of an area that differ from the record in as few fields as can be and that no earlier rule claims.
    fn reachable(&self, area: &Area, earlier: &[&Area], budget: &mut Budget) -> Vec<Area> {
        let outside = self.outside(area);
        let mut parts = Vec::new();
        // The record with the failing fields free; then one more field free, in case an earlier rule is in the way.
        let mut extra: Vec<Option<AxisId>> = vec![None];
        let others: BTreeSet<AxisId> = earlier.iter().flat_map(|a| a.restricts().map(|(axis, _)| axis)).collect();
        extra.extend(others.into_iter().filter(|a| self.changeable(*a) && !outside.contains(a)).map(Some));
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
            // Details of a freed field go with it.
            let same_field = |other: &AxisId| self.space.axis(*other).key.path == self.space.axis(axis).key.path;
            if free.iter().chain(&more).any(|f| same_field(f) && !self.space.axis(axis).key.path.is_empty()) {
                continue;
            }
            line = line.cut(axis, &ClassSet::of(width, [self.at(axis)]))?;
        }
        Some(line)
    }

    /// The record moved into an area, with the values nearest to its own.
    fn moved(&self, area: &Area, variant: usize) -> Option<Record> {
        let mut record = self.decision.record.clone();
        for (axis, set) in area.restricts() {
            if set.contains(self.at(axis)) {
                continue;
            }
            let held = self.space.axis(axis);
            let [name] = held.key.path.as_slice() else { return None };
            let field = self.plan.book.schema.record(record.kind).find(name)?;
            let value = self.nearest(held, set, record.value(field), variant)?;
            *record.values.get_mut(field.index())? = value;
        }
        Some(record)
    }

    /// The value of a set of classes that is nearest to another; the inner none means missing.
    #[expect(clippy::option_option, reason = "no value fits, and missing on purpose are two things")]
    fn nearest(&self, axis: &Axis, set: &ClassSet, own: Option<&Value>, variant: usize) -> Option<Option<Value>> {
        let classes = || set.iter().filter_map(|c| axis.classes.get(c));
        match &axis.key.aspect {
            Aspect::Element(element) => {
                let mut listed = if let Some(Value::Set { listed, .. }) = own { listed.clone() } else { BTreeSet::new() };
                let unlisted = if let Some(Value::Set { unlisted, .. }) = own { unlisted.clone() } else { BTreeSet::new() };
                if classes().any(|c| *c == Class::Yes) {
                    listed.insert(element.clone())
                } else {
                    listed.remove(element)
                };
                return Some(Some(Value::Set { listed, unlisted }));
            }
            Aspect::Domain => {
                let domain = classes().find_map(|c| if let Class::Values(all) = c { all.first() } else { None })?;
                return Some(Some(Value::Text(format!("someone@{domain}").into())));
            }
            Aspect::Age => {
                let now = self.decision.at;
                let zone = &self.plan.book.zone;
                let days = axis.ty == Type::Date;
                let spans = classes().filter_map(|c| if let Class::Age(a, b) = c { Some((a, b)) } else { None });
                let ends = spans.map(|(a, b)| (a.map(|c| c.tick(now, zone, days)), b.map(|c| c.tick(now, zone, days) - 1)));
                return tick_value(ends, own, days).map(Some);
            }
            Aspect::Value(_) => {}
            Aspect::Today | Aspect::Fact(_) | Aspect::Territory | Aspect::Derived => return None,
        }
        match &axis.ty {
            Type::Number | Type::Percent | Type::Money(_) => {
                let own = if let Some(Value::Number(n)) = own { *n } else { Decimal::ONE_HUNDRED };
                let stretches = classes().filter_map(|c| if let Class::Numbers(b) = c { Some(b) } else { None });
                let found = stretches.filter_map(|b| near_number(b, own)).min_by_key(|n| ((*n - own).abs(), *n));
                found.map(|n| Some(Value::Number(n))).or_else(|| self.missing(axis, set))
            }
            Type::Date | Type::Time => {
                let days = axis.ty == Type::Date;
                let spans =
                    classes().filter_map(|c| if let Class::Ticks(b) = c { Some((b.low.map(|l| l.0), b.high.map(|h| h.0))) } else { None });
                tick_value(spans, own, days).map(Some).or_else(|| self.missing(axis, set))
            }
            Type::YesNo => {
                let yes = classes().find_map(|c| match c {
                    Class::Yes => Some(true),
                    Class::No => Some(false),
                    _ => None,
                });
                yes.map(|y| Some(Value::YesNo(y))).or_else(|| self.missing(axis, set))
            }
            Type::Set { .. } => {
                if set.contains(0) {
                    Some(None)
                } else {
                    Some(Some(Value::Set { listed: BTreeSet::new(), unlisted: BTreeSet::new() }))
                }
            }
            Type::OneOf(_) | Type::Text { .. } | Type::Postal | Type::Calendar | Type::Reference(_) => {
                let texts = classes().filter_map(|c| match c {
                    Class::Values(all) => all.first().cloned(),
                    Class::Others(all) => all.iter().find(|b| !b.is_empty()).cloned(),
                    _ => None,
                });
                let texts: Vec<Arc<str>> = texts.take(VARIANTS).collect();
                let text = texts.get(variant).or(texts.first()).cloned();
                let value = |t: Arc<str>| if matches!(axis.ty, Type::OneOf(_)) { Value::Choice(t) } else { Value::Text(t) };
                let other = || classes().any(|c| matches!(c, Class::Others(_))).then(|| Some(Value::Text("something else".into())));
                text.map(|t| Some(value(t))).or_else(|| self.missing(axis, set)).or_else(other)
            }
        }
    }

    #[expect(clippy::option_option, reason = "no value fits, and missing on purpose are two things")]
    fn missing(&self, axis: &Axis, set: &ClassSet) -> Option<Option<Value>> {
        axis.position(&Class::Missing).filter(|c| set.contains(*c)).map(|_| None)
    }

    /// Decides the changed record and keeps it when it comes to what was wanted.
    fn verified(&self, changed: Record) -> Option<SmallestChange> {
        let now = self.decision.at;
        let decided = decide(self.plan, changed.clone(), self.before, now);
        let outcome = &decided.outcome;
        let there = match self.wanted {
            Wanted::Rule(id) => outcome.by == Some(Decider::Rule(*id)),
            Wanted::Rep(rep) => outcome.assignee == Assignee::Rep(rep.clone()),
            Wanted::Team(team) => outcome.team == Some(*team),
            Wanted::Queue(queue) => outcome.assignee == Assignee::Queue(queue.clone()),
            Wanted::Territory(id) => decided.placement.territory() == Some(*id),
        };
        if !there {
            return None;
        }
        let schema = self.plan.book.schema.record(changed.kind);
        let mut fields = Vec::new();
        for (index, (old, new)) in self.decision.record.values.iter().zip(&changed.values).enumerate() {
            if old == new {
                continue;
            }
            let field = &schema.fields[FieldId::from_index(index).index()];
            let words = |value: &Option<Value>| value.as_ref().map(|v| show(v, &field.ty, &self.plan.book.zone));
            let from = if field.private { old.as_ref().map(|_| "what it is".to_owned()) } else { words(old) };
            fields.push(FieldChange { field: field.name.to_string(), from, to: words(new) });
        }
        let rule = match outcome.by {
            Some(Decider::Rule(id)) => self.plan.book.rules.get(id.index()).map(|r| r.name.to_string()),
            Some(Decider::Otherwise) => Some("otherwise".to_owned()),
            None => None,
        };
        // A change of nothing means that the state alone stood in the way.
        (!fields.is_empty()).then(|| SmallestChange { fields, assignee: outcome.assignee.to_string(), rule })
    }
}

/// The number of a stretch that is nearest to another.
fn near_number(bounds: &crate::space::Bounds<Decimal>, own: Decimal) -> Option<Decimal> {
    let above = |n: Decimal| bounds.low.as_ref().is_none_or(|(low, inside)| *low < n || (*low == n && *inside));
    let below = |n: Decimal| bounds.high.as_ref().is_none_or(|(high, inside)| n < *high || (*high == n && *inside));
    let mut candidates = vec![own];
    if let Some((low, _)) = bounds.low {
        candidates.extend([Some(low), low.checked_add(Decimal::ONE)].into_iter().flatten());
    }
    if let Some((high, _)) = bounds.high {
        candidates.extend([Some(high), high.checked_sub(Decimal::ONE)].into_iter().flatten());
        if let Some((low, _)) = bounds.low {
            candidates.extend(low.checked_add(high).map(|sum| sum / Decimal::TWO));
        }
    }
    candidates.into_iter().filter(|n| above(*n) && below(*n)).min_by_key(|n| ((*n - own).abs(), *n)).map(|n| n.normalize())
}

/// The day or instant of some spans that is nearest to another.
fn tick_value(spans: impl Iterator<Item = (Option<i128>, Option<i128>)>, own: Option<&Value>, days: bool) -> Option<Value> {
    let own = match own {
        Some(Value::Date(day)) => crate::space::day_tick(*day),
        Some(Value::Time(at)) => at.as_nanosecond(),
        _ => crate::space::day_tick(jiff::civil::Date::constant(2027, 3, 1)) * if days { 1 } else { 86_400_000_000_000 },
    };
    let near = spans.map(|(low, high)| own.max(low.unwrap_or(i128::MIN)).min(high.unwrap_or(i128::MAX))).min_by_key(|t| (t - own).abs())?;
    if days { Some(Value::Date(tick_day(near))) } else { jiff::Timestamp::from_nanosecond(near).ok().map(Value::Time) }
}

//! What the proofs stand on: the space of one type of record, the book's formulas in it, and examples that were asked of
//! the evaluator.

use std::sync::Arc;

use super::Settings;
use super::examples::Examples;
use crate::decide::{Context, Decision, roster, standings};
use crate::diagnostic::Witness;
use crate::model::{Condition, RecordId, Rule, RuleId, TerritoryId, Type};
use crate::plan::Plan;
use crate::space::{
    Area, Aspect, AxisId, Budget, Class, ClassSet, NodeId, Ordinary, Ranked, Region, Space, Standings, Survey, Surveyed, VARIANTS, field_at,
};
use crate::state::State;
use crate::text::Span;

/// One condition among those that must hold together.
pub(super) struct Clause {
    /// Where it is written.
    pub span: Span,
    /// Where it is yes.
    pub yes: NodeId,
    /// Where all the others hold and it is not yes: empty when it makes no difference.
    pub missed: NodeId,
}

/// What a condition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Rule(usize),
    Overlay(usize),
    Territory(usize),
    Segment(usize),
    ClassLine(usize, usize),
}

/// An item with its conditions.
pub(super) struct Conditioned {
    pub owner: Owner,
    /// Where all of it holds.
    pub whole: NodeId,
    pub clauses: Vec<Clause>,
}

/// Holds the space of one type of record.
pub(super) struct Ground<'p> {
    pub plan: &'p Plan,
    pub record: RecordId,
    pub standings: Standings,
    pub of: Surveyed,
    pub space: Space,
    pub ordinary: Ordinary,
    /// Rules in the order considered.
    pub order: Vec<RuleId>,
    /// Their regions, in that order.
    pub regions: Vec<Arc<Region>>,
    /// For each of them whether it takes every record that it applies to.
    pub sure: Vec<bool>,
    pub conditioned: Vec<Conditioned>,
    budget: u64,
}

/// What became of an example.
pub(super) enum Shown {
    /// The evaluator agrees.
    Example(Witness),
    /// No example could be made of the free questions the area asks.
    Unclear,
    /// The evaluator does not agree although nothing is free: a mistake of turf.
    Mistake(String),
}

/// An example as decided.
pub(super) struct Tried<'a> {
    pub context: Context<'a>,
    pub decision: &'a Decision,
}

impl Tried<'_> {
    /// Returns whether a rule applies.
    pub(super) fn applies(&self, rule: &Rule) -> bool {
        rule.dates.contains(self.context.today) && crate::decide::answer(&rule.condition, &self.context).is_yes()
    }
}

impl<'p> Ground<'p> {
    /// Reads the book about one type of record.
    pub(super) fn new(plan: &'p Plan, record: RecordId, settings: &Settings) -> Self {
        let book = &*plan.book;
        let standings = standings(plan, record);
        let mut survey = Survey::new();
        let of = survey.book(book, record, &standings);
        let conditioned = conditioned(plan, &mut survey, &of);
        let mut space = survey.finish();
        let order = plan.rule_order.get(&record).cloned().unwrap_or_default();
        let regions = order.iter().map(|id| space.region(of.rules[id.index()])).collect();
        let sure = order.iter().map(|id| book.rules.get(id.index()).is_some_and(surely_takes)).collect();
        let mut ordinary = settings.ordinary.get(&record).cloned().unwrap_or_default();
        let reps = book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).filter(|r| roster::is_active(plan, r));
        ordinary.reps = reps.take(20).map(|r| r.key.clone()).collect();
        Self { plan, record, standings, of, space, ordinary, order, regions, sure, conditioned, budget: settings.budget }
    }

    pub(super) fn rule(&self, position: usize) -> &'p Rule {
        &self.plan.book.rules[self.order[position].index()]
    }

    pub(super) fn zone(&self) -> &'p jiff::tz::TimeZone {
        &self.plan.book.zone
    }

    /// Writes the parts of a list of areas, largest first.
    pub(super) fn in_words(&self, areas: &[Area]) -> Vec<String> {
        areas.iter().map(|area| self.space.sentence(area, self.zone())).collect()
    }

    /// The name of the record type: `lead`.
    pub(super) fn record_name(&self) -> &'p str {
        &self.plan.book.schema.record(self.record).name
    }

    /// Makes an example of an area and asks the evaluator whether it shows what it is to show.
    pub(super) fn show(&self, area: &Area, shows: impl Fn(&Tried<'_>) -> bool) -> Shown {
        let examples = Examples { plan: self.plan, record: self.record, ordinary: &self.ordinary };
        let mut made = false;
        for variant in 0..VARIANTS {
            let Some(example) = self.space.example(area, &examples.about(), variant) else { continue };
            made = true;
            let decided = examples.decide(&example);
            let state = State::default();
            if shows(&Tried { context: decided.context(&state), decision: &decided.decision }) {
                return Shown::Example(examples.witness(&example));
            }
        }
        if made && self.is_exact(area) {
            return Shown::Mistake(self.space.sentence(area, self.zone()));
        }
        Shown::Unclear
    }

    /// Whether nothing about an area is free: no question about several fields, no rep's own fields, no addresses.
    fn is_exact(&self, area: &Area) -> bool {
        let schema = &self.plan.book.schema;
        self.standings.certain
            && area.restricts().all(|(id, _)| {
                let key = &self.space.axis(id).key;
                let through_rep = (1..key.path.len()).any(|n| {
                    let Some((_, Type::Reference(to))) = field_at(schema, self.record, &key.path[..n]) else { return false };
                    self.plan.book.rep.is_some_and(|r| r.record == *to)
                });
                !matches!(key.aspect, Aspect::Fact(_) | Aspect::Domain) && !through_rep
            })
    }

    /// The territory's name.
    pub(super) fn territory(&self, id: TerritoryId) -> &'p crate::model::Territory {
        &self.plan.book.territories[id.index()]
    }
}

/// Whether a rule takes every record it applies to: its chain ends in a queue that asks nothing.
pub(super) fn surely_takes(rule: &Rule) -> bool {
    rule.route.iter().any(|t| matches!(t.kind, crate::model::TargetKind::Queue(_)) && t.condition.is_none())
}

fn conditioned(plan: &Plan, survey: &mut Survey, of: &Surveyed) -> Vec<Conditioned> {
    let book = &*plan.book;
    let mut all = Vec::new();
    for (index, rule) in book.rules.iter().enumerate().filter(|(_, r)| r.record == of.record) {
        let dates = survey.dates(book, of, &rule.dates);
        all.push(clauses(plan, survey, of, (Owner::Rule(index), &rule.condition), &[dates]));
    }
    for (index, overlay) in book.overlays.iter().enumerate().filter(|(_, o)| o.record == of.record) {
        let dates = survey.dates(book, of, &overlay.dates);
        all.push(clauses(plan, survey, of, (Owner::Overlay(index), &overlay.condition), &[dates]));
    }
    for (index, territory) in book.territories.iter().enumerate().filter(|(_, t)| t.row.is_none()) {
        let Some(condition) = territory.conditions.get(&of.record) else { continue };
        let dates = survey.dates(book, of, &territory.dates);
        let above = territory.parent.map(|p| of.claims[p.index()]);
        let others: Vec<NodeId> = above.into_iter().chain([dates]).collect();
        all.push(clauses(plan, survey, of, (Owner::Territory(index), condition), &others));
    }
    for (index, segment) in book.segments.iter().enumerate() {
        if let Some(condition) = segment.conditions.get(&of.record) {
            all.push(clauses(plan, survey, of, (Owner::Segment(index), condition), &[]));
        }
    }
    for (index, class) in book.classes.iter().enumerate().filter(|(_, c)| c.record == of.record) {
        for (line, item) in class.lines.iter().enumerate() {
            if let Some(condition) = &item.when {
                let dates = survey.dates(book, of, &item.dates);
                all.push(clauses(plan, survey, of, (Owner::ClassLine(index, line), condition), &[dates]));
            }
        }
    }
    all
}

fn clauses(plan: &Plan, survey: &mut Survey, of: &Surveyed, (owner, condition): (Owner, &Condition), others: &[NodeId]) -> Conditioned {
    let parts = condition.parts();
    let nodes: Vec<NodeId> = parts.iter().map(|p| survey.condition(&plan.book, of, p)).collect();
    let whole = survey.all(nodes.iter().chain(others).copied());
    let clauses = parts
        .iter()
        .enumerate()
        .map(|(position, part)| {
            let rest: Vec<NodeId> = nodes.iter().enumerate().filter(|(i, _)| *i != position).map(|(_, n)| *n).collect();
            let not = survey.opposite(nodes[position]);
            let missed = survey.all(rest.into_iter().chain(others.iter().copied()).chain([not]));
            Clause { span: part.span, yes: nodes[position], missed }
        })
        .collect();
    Conditioned { owner, whole, clauses }
}

impl Ground<'_> {
    /// The rules' regions in the order considered.
    pub(super) fn ranked(&self) -> Ranked<'_> {
        Ranked::new(&self.space, self.zone(), self.regions.clone())
    }

    /// Records whose references all lead to something: the others are mistakes in the data and found there.
    pub(super) fn on_file(&self) -> Area {
        let mut area = Area::everything();
        for (index, axis) in self.space.axes.iter().enumerate() {
            if let Some(dangling) = axis.position(&Class::Dangling) {
                let width = axis.classes.len();
                area = area.with(AxisId::of(index), Some(ClassSet::of(width, (0..width).filter(|c| *c != dangling))));
            }
        }
        area
    }

    /// How much one question may cost.
    pub(super) fn budget(&self) -> Budget {
        Budget::new(self.budget)
    }

    pub(super) fn facts_in(&self, area: &Area) -> usize {
        self.space.facts_in(area)
    }

    pub(super) fn largeness(&self, area: &Area) -> (usize, usize, std::cmp::Reverse<u64>, Area) {
        self.space.largeness(area)
    }
}

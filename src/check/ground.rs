//! What the proofs stand on: the space of one type of record, the book's formulas in it, and examples that were asked of
//! the evaluator.

use std::collections::HashMap;
use std::sync::Arc;

use super::Settings;
use super::examples::Examples;
use crate::decide::{Context, Decision, roster, standings};
use crate::diagnostic::Witness;
use crate::model::words::action;
use crate::model::{Condition, ConditionKind, Dates, RecordId, Rule, RuleId, TerritoryId, Type};
use crate::plan::Plan;
use crate::space::{
    Area, Aspect, AxisId, Budget, Class, ClassSet, NodeId, Ordinary, Purse, Ranked, Region, Space, Standings, Survey, Surveyed, VARIANTS,
    field_at,
};
use crate::state::State;
use crate::text::Span;

/// A condition as a tree of what must hold together and of what can hold instead of each other.
///
/// Negation is settled on the way down: of `not (a or b)` both parts must hold, each as `not`.
pub(super) struct Clause {
    /// Where it is written.
    pub span: Span,
    /// Whether a `not` around the text turns it round.
    pub turned: bool,
    /// Where it holds, as turned.
    pub holds: NodeId,
    pub parts: Parts,
}

/// The parts of a [`Clause`].
pub(super) enum Parts {
    /// All must hold.
    All(Vec<Clause>),
    /// One must hold.
    Any(Vec<Clause>),
    /// None: a test, or a definition looked at by itself.
    None,
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

/// An item with its condition.
pub(super) struct Conditioned {
    pub owner: Owner,
    pub clause: Clause,
    /// Where it is no, of a definition that others may ask with `not`: what makes no difference must make none there either.
    pub refused: Option<Clause>,
    /// What must hold besides: its days, and where the territory around it claims.
    pub around: Vec<Around>,
}

/// Something that must hold besides an item's own condition.
pub(super) struct Around {
    pub span: Option<Span>,
    /// What it is, for a label.
    pub what: String,
    pub holds: NodeId,
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
    /// For each of them what it does: equal numbers for what is the same.
    pub actions: Vec<usize>,
    pub conditioned: Vec<Conditioned>,
    budget: u64,
    purse: Purse,
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
    pub(super) fn new(plan: &'p Plan, record: RecordId, settings: &Settings, purse: &Purse) -> Self {
        Self::read(plan, record, settings, purse, false)
    }

    /// Reads it with all its conditions apart, to judge each.
    pub(super) fn with_conditions(plan: &'p Plan, record: RecordId, settings: &Settings, purse: &Purse) -> Self {
        Self::read(plan, record, settings, purse, true)
    }

    fn read(plan: &'p Plan, record: RecordId, settings: &Settings, purse: &Purse, conditions: bool) -> Self {
        let book = &*plan.book;
        let standings = standings(plan, record);
        let mut survey = Survey::new();
        let of = survey.book(book, record, &standings);
        let conditioned = if conditions { conditioned(plan, &mut survey, &of) } else { Vec::new() };
        let mut space = survey.finish();
        let order = plan.rule_order.get(&record).cloned().unwrap_or_default();
        let regions = order.iter().map(|id| space.region(of.rules[id.index()])).collect();
        let sure = order.iter().map(|id| book.rules.get(id.index()).is_some_and(surely_takes)).collect();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut number = |words: String| {
            let next = known.len();
            *known.entry(words).or_insert(next)
        };
        let actions = order.iter().map(|id| number(action(book, &book.rules[id.index()]))).collect();
        let mut ordinary = settings.ordinary.get(&record).cloned().unwrap_or_default();
        let reps = book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).filter(|r| roster::is_active(plan, r));
        ordinary.reps = reps.take(20).map(|r| r.key.clone()).collect();
        let (budget, purse) = (settings.budget, purse.clone());
        Self { plan, record, standings, of, space, ordinary, order, regions, sure, actions, conditioned, budget, purse }
    }

    /// Yields the stretches of rules of one priority, in the order considered.
    pub(super) fn ranks(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut start = 0;
        std::iter::from_fn(move || {
            let rank = self.rule_at(start)?.priority.rank;
            let mut end = start + 1;
            while self.rule_at(end).is_some_and(|r| r.priority.rank == rank) {
                end += 1;
            }
            Some(std::mem::replace(&mut start, end)..end)
        })
    }

    fn rule_at(&self, position: usize) -> Option<&'p Rule> {
        self.plan.book.rules.get(self.order.get(position)?.index())
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
    let mut add = |survey: &mut Survey, owner: Owner, condition: &Condition, dates: Option<&Dates>, outer: Option<TerritoryId>| {
        let refused = matches!(owner, Owner::Segment(_)).then(|| clause(plan, survey, of, condition, true));
        let clause = clause(plan, survey, of, condition, false);
        let days = dates.filter(|d| d.from.is_some() || d.through.is_some());
        let days = days.map(|d| Around { span: d.span, what: "these days".to_owned(), holds: survey.dates(book, of, d) });
        let outer = outer.map(|id| {
            let name = &book.territories[id.index()].name;
            Around { span: Some(name.span), what: format!("what the territory `{name}` around it claims"), holds: of.claims[id.index()] }
        });
        all.push(Conditioned { owner, clause, refused, around: days.into_iter().chain(outer).collect() });
    };
    for (index, rule) in book.rules.iter().enumerate().filter(|(_, r)| r.record == of.record) {
        add(survey, Owner::Rule(index), &rule.condition, Some(&rule.dates), None);
    }
    for (index, overlay) in book.overlays.iter().enumerate().filter(|(_, o)| o.record == of.record) {
        add(survey, Owner::Overlay(index), &overlay.condition, Some(&overlay.dates), None);
    }
    for (index, territory) in book.territories.iter().enumerate().filter(|(_, t)| t.row.is_none()) {
        if let Some(condition) = territory.conditions.get(&of.record) {
            add(survey, Owner::Territory(index), condition, Some(&territory.dates), territory.parent);
        }
    }
    for (index, segment) in book.segments.iter().enumerate() {
        if let Some(condition) = segment.conditions.get(&of.record) {
            add(survey, Owner::Segment(index), condition, None, None);
        }
    }
    for (index, class) in book.classes.iter().enumerate().filter(|(_, c)| c.record == of.record) {
        for (line, item) in class.lines.iter().enumerate() {
            if let Some(condition) = &item.when {
                add(survey, Owner::ClassLine(index, line), condition, Some(&item.dates), None);
            }
        }
    }
    all
}

/// Reads a condition as a tree; depth is bounded by the brackets of the rule files.
fn clause(plan: &Plan, survey: &mut Survey, of: &Surveyed, condition: &Condition, turned: bool) -> Clause {
    let span = condition.span;
    let all = match &condition.kind {
        ConditionKind::Not(part) => return Clause { span, turned, ..clause(plan, survey, of, part, !turned) },
        ConditionKind::All(_) => !turned,
        ConditionKind::Any(_) => turned,
        _ => {
            let holds = if turned { survey.refusal(&plan.book, of, condition) } else { survey.condition(&plan.book, of, condition) };
            return Clause { span, turned, holds, parts: Parts::None };
        }
    };
    let mut parts = Vec::new();
    flat(plan, survey, of, condition, (turned, all), &mut parts);
    let nodes: Vec<NodeId> = parts.iter().map(|p| p.holds).collect();
    let holds = if all { survey.all(nodes) } else { survey.any(nodes) };
    Clause { span, turned, holds, parts: if all { Parts::All(parts) } else { Parts::Any(parts) } }
}

/// Adds the parts of a condition; brackets that join in the same way make no level of their own.
fn flat(plan: &Plan, survey: &mut Survey, of: &Surveyed, condition: &Condition, (turned, all): (bool, bool), parts: &mut Vec<Clause>) {
    match &condition.kind {
        ConditionKind::All(inner) if turned != all => inner.iter().for_each(|c| flat(plan, survey, of, c, (turned, all), parts)),
        ConditionKind::Any(inner) if turned == all => inner.iter().for_each(|c| flat(plan, survey, of, c, (turned, all), parts)),
        _ => parts.push(clause(plan, survey, of, condition, turned)),
    }
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
        self.purse.budget(self.budget)
    }

    /// How much questions may cost that have less together.
    pub(super) fn some_budget(&self, most: u64) -> Budget {
        self.purse.budget(self.budget.min(most))
    }

    pub(super) fn largeness(&self, area: &Area) -> (usize, usize, std::cmp::Reverse<u64>, Area) {
        self.space.largeness(area)
    }
}

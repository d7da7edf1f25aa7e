//! The smallest change that would have made a rule decide a record or given it to a rep.
//!
//! The record is a point of the space, and the areas that lead where it is wanted are known. Where there are none, that is a
//! proof; else the fewest fields are sought that bring the record into one, and the changed record is decided.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::goals::{Wanted, goals};
use super::moving::{Moved, Moving};
use super::seeking::{MOST_FIELDS, Seeking};
use crate::decide::{Assignee, Context, Decider, Decision, ask, decide, roster, standings};
use crate::diagnostic::Plain;
use crate::plan::Plan;
use crate::space::{Area, Aspect, Budget, Kind, Locator, Space, Survey, Verdict};
use crate::state::State;

/// How much it may cost to find out whether anything leads there, in areas looked at.
const BUDGET: u64 = 100_000;

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
    /// The value it has, as programs read it.
    pub from_value: Plain,
    /// The value it would need, as programs read it.
    pub to_value: Plain,
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
    let sure: Vec<bool> =
        order.iter().map(|id| plan.book.rules[id.index()].route.iter().any(|target| roster::surely_takes(plan, target))).collect();
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
    let seeking = Seeking {
        plan,
        space: &space,
        point: &point,
        moving: &moving,
        trying: Trying { plan, before, wanted },
        rules: rules.iter().map(|region| region.areas.as_slice()).collect(),
        goals: goals.iter().map(|(rank, areas)| (*rank, areas.as_slice())).collect(),
    };
    Sought { change: seeking.search(), proved: false, searched: searched(&space, &moving) }
}

/// What the search changes, in words.
fn searched(space: &Space, moving: &Moving<'_>) -> Vec<String> {
    let (plan, kind) = (moving.plan, moving.decision.record.kind);
    let mut said = vec![format!("up to {MOST_FIELDS} of its fields at once")];
    let schema = &plan.book.schema;
    let mut references: BTreeSet<Vec<Arc<str>>> = BTreeSet::new();
    for axis in &space.axes {
        if axis.key.aspect == Aspect::Value(Kind::Reference) && axis.key.path.len() == 1 {
            references.insert(axis.key.path.clone());
        }
    }
    let rep = plan.book.rep.map(|r| r.record);
    for path in references {
        let named = path.join(".");
        let to = path.last().and_then(|name| schema.record(kind).find(name));
        let ty = to.map(|field| &schema.field(kind, field).ty);
        let person = matches!(ty, Some(crate::model::Type::Reference(to)) if Some(*to) == rep);
        said.push(if person { format!("its {named}") } else { format!("its {named} and the fields of that {named}") });
    }
    said.push("when it arrives, alone or with its fields: the days rules ask for, every hour of a day before and after, every day of a week before and after, and the end of absences".to_owned());
    said
}

/// Decides changed records.
pub(super) struct Trying<'a> {
    pub plan: &'a Plan,
    pub before: &'a State,
    pub wanted: &'a Wanted,
}

impl Trying<'_> {
    /// Decides a changed record.
    pub(super) fn decide(&self, moved: &Moved) -> Decision {
        let changed = moved.plan(self.plan);
        decide(changed.as_ref().unwrap_or(self.plan), moved.record.clone(), self.before, moved.now)
    }

    /// Returns the change when the record as decided has come to what was wanted.
    pub(super) fn there(&self, moved: &Moved, decided: &Decision) -> Option<SmallestChange> {
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
        let fields = moved.changes(self.plan);
        let rule = match outcome.by {
            Some(Decider::Rule(id)) => self.plan.book.rules.get(id.index()).map(|r| r.name.to_string()),
            Some(Decider::Otherwise) => Some("otherwise".to_owned()),
            None => None,
        };
        Some(SmallestChange { fields, assignee: outcome.assignee.to_string(), rule })
    }
}

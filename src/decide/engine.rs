//! Deciding many records: what applies is found by the index, and only what classes cannot tell is asked.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::claims::{self, Claims};
use super::context::Context;
use super::evaluate::answer;
use super::find::find;
use super::{Applying, Decision, Offsets, choose, decide_by, overlay};
use crate::model::{Record, RecordId, Rule, RuleId, TerritoryId, Value};
use crate::plan::Plan;
use crate::plan::index::{Certainty, Index, Scratch};
use crate::state::State;

/// Decides records of one type by the index of a book.
///
/// Decisions are those of [`super::decide`], to the last word of the trace. An engine is for one thread; several share the
/// index.
#[derive(Clone, Debug)]
pub struct Engine<'p> {
    plan: &'p Plan,
    record: RecordId,
    index: Arc<Index>,
    point: Vec<u32>,
    scratch: Scratch,
    days: Offsets,
}

impl<'p> Engine<'p> {
    /// Makes the index of a book for one type of record.
    #[must_use]
    pub fn new(plan: &'p Plan, record: RecordId) -> Self {
        let index = Arc::new(Index::new(plan, record));
        Self { plan, record, index, point: Vec::new(), scratch: Scratch::default(), days: Offsets::new(&plan.book.zone) }
    }

    /// Returns the index.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Decides one record at a moment; one of another type is decided without the index.
    #[must_use]
    pub fn decide(&mut self, record: Record, state: &State, now: Timestamp) -> Decision {
        if record.kind != self.record {
            return super::decide(self.plan, record, state, now);
        }
        decide_by(self, self.plan, record, state, now)
    }

    /// Finds the first rule that applies to a record, whoever could take it then.
    ///
    /// The record must have been matched, if the book matches such records.
    #[must_use]
    pub fn first_rule(&mut self, record: &Record, state: &State, now: Timestamp) -> Option<RuleId> {
        let context = Context::on_day(self.plan, record, state, (now, self.days.day(now)));
        let placement = super::place::place(&self.claims(&context), &context);
        self.rules(&context.placed_in(placement.territory())).next().map(|(id, _)| id)
    }

    /// Hands over every rule that applies to a record, in the order considered, as [`Engine::first_rule`] does the first.
    pub fn all_rules(&mut self, record: &Record, state: &State, now: Timestamp, each: impl FnMut(RuleId)) {
        let context = Context::on_day(self.plan, record, state, (now, self.days.day(now)));
        let placement = super::place::place(&self.claims(&context), &context);
        self.rules(&context.placed_in(placement.territory())).map(|(id, _)| id).for_each(each);
    }

    /// Places a record that the written territories given claim.
    #[must_use]
    pub fn place_claims(&self, written: &[TerritoryId], context: &Context<'_>) -> super::Placement {
        super::place::place(&claims::with_rows(written, &self.index.in_rows, context), context)
    }

    fn derive(&mut self, context: &Context<'_>) {
        for (position, path) in self.index.points.derived() {
            let found = find(path, context);
            let value = match found.value() {
                Some(Value::Choice(value)) => Some(&**value),
                _ => None,
            };
            self.index.points.set_derived(position, value, &mut self.point);
        }
    }
}

impl Applying for Engine<'_> {
    fn day(&mut self, _: &Plan, now: Timestamp) -> Date {
        self.days.day(now)
    }

    fn claims(&mut self, context: &Context<'_>) -> Claims {
        self.index.points.find(context.record, &context.plan.data, context.today, &mut self.point);
        self.derive(context);
        let index = &*self.index;
        if index.claims.is_empty() && context.plan.book.tables.is_empty() {
            return Claims::new();
        }
        let holds = |id: TerritoryId| claims::written_holds(id, context);
        let candidates = index.claims.at(&self.point, &mut self.scratch).map(|c| (TerritoryId::from_index(c.item), c.is_certain()));
        let written: Vec<TerritoryId> = candidates.filter(|(id, certain)| *certain || holds(*id)).map(|(id, _)| id).collect();
        claims::with_rows(&written, &index.in_rows, context)
    }

    fn rules<'a>(&'a mut self, context: &Context<'a>) -> impl Iterator<Item = (RuleId, &'a Rule)> {
        self.index.points.set_territory(context.placed, &mut self.point);
        if self.index.points.derived_by_place {
            self.derive(context);
        }
        let context = *context;
        let index = &*self.index;
        index.rules.at(&self.point, &mut self.scratch).filter_map(move |candidate| {
            let id = *index.order.get(candidate.item)?;
            let rule = context.plan.book.rules.get(id.index())?;
            let holds = match candidate.certainty {
                Certainty::Certain => true,
                Certainty::Open => index.open.get(candidate.item)?.iter().all(|part| answer(part, &context).is_yes()),
                Certainty::Unsure => choose::applies(rule, &context),
            };
            holds.then_some((id, rule))
        })
    }

    fn overlays<'a>(&'a mut self, context: &Context<'a>) -> impl Iterator<Item = usize> {
        let context = *context;
        let holds = move |position: usize| context.plan.book.overlays.get(position).is_some_and(|o| overlay::applies(o, &context));
        self.index.overlays.at(&self.point, &mut self.scratch).filter(move |c| c.is_certain() || holds(c.item)).map(|c| c.item)
    }
}

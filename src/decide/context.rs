//! What a condition is asked of: a record, perhaps a candidate, the book, the state and the clock.

use jiff::Timestamp;
use jiff::civil::Date;

use super::calendar;
use crate::model::{Record, TerritoryId};
use crate::plan::Plan;
use crate::state::State;

/// How deeply derived fields and segments may lead into each other. Books have no loops of definitions, so this only
/// guards against a book that was not checked.
const DEEPEST: u8 = 100;

/// Holds everything a condition can depend on. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The book and the reference data.
    pub plan: &'a Plan,
    /// The record that is decided.
    pub record: &'a Record,
    /// The candidate rep, in member conditions and targets.
    pub candidate: Option<&'a Record>,
    /// The territory the record was placed in, once it is placed.
    pub placed: Option<TerritoryId>,
    /// What earlier decisions left behind.
    pub state: &'a State,
    /// The moment of the decision.
    pub now: Timestamp,
    /// The day it is then in the project's zone.
    pub today: Date,
    depth: u8,
}

impl<'a> Context<'a> {
    /// Makes a context without candidate and territory.
    #[must_use]
    pub fn new(plan: &'a Plan, record: &'a Record, state: &'a State, now: Timestamp) -> Self {
        Self::on_day(plan, record, state, (now, calendar::day_in(&plan.book.zone, now)))
    }

    /// Makes a context of a moment whose day in the project's zone is known.
    #[must_use]
    pub fn on_day(plan: &'a Plan, record: &'a Record, state: &'a State, (now, today): (Timestamp, Date)) -> Self {
        Self { plan, record, candidate: None, placed: None, state, now, today, depth: 0 }
    }

    /// Returns the context with a candidate.
    #[must_use]
    pub fn with_candidate<'b>(&self, candidate: &'b Record) -> Context<'b>
    where
        'a: 'b,
    {
        Context { candidate: Some(candidate), ..*self }
    }

    /// Returns the context with the territory the record was placed in.
    #[must_use]
    pub fn placed_in(self, territory: Option<TerritoryId>) -> Self {
        Self { placed: territory, ..self }
    }

    /// Returns the context of a definition looked at on another record; none when definitions are nested too deeply.
    #[must_use]
    pub fn about<'b>(&self, record: &'b Record) -> Option<Context<'b>>
    where
        'a: 'b,
    {
        (self.depth < DEEPEST).then(|| Context { record, depth: self.depth + 1, ..*self })
    }
}

//! What changes between decisions, as plain values: turns, counts, open work, past assignments.
//!
//! A decision reads a [`State`] and returns [`Change`]s; only applying them moves the state on. Everything is named by
//! text, not by id, so that state outlives a change of the book.

mod pending;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use num_rational::BigRational;

pub use pending::Pending;

/// The last assignment of each value of a field.
pub type PastByValue = BTreeMap<Arc<str>, Past>;

/// Holds everything earlier decisions left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Turns by team and rep.
    pub turns: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Turn>>,
    /// Open work by rep: what the data say plus what this run assigned.
    pub open: BTreeMap<Arc<str>, u64>,
    /// What each limit has counted, by rep.
    pub counts: BTreeMap<LimitKey, BTreeMap<Arc<str>, Count>>,
    /// When a team last gave something to a rep.
    pub received: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Timestamp>>,
    /// The last assignment by record type, field as written (`email`) and value: a lead's past is not an account's.
    pub history: BTreeMap<Arc<str>, BTreeMap<Arc<str>, PastByValue>>,
}

/// Holds a rep's place in a team's turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Turns taken, each divided by the weight then in force: the lowest is next.
    pub pointer: BigRational,
    /// Whether the rep was away, full or off since last in the running; the next time the pointer is raised.
    pub skipped: bool,
}

/// Names a limit: the team and its position among the team's limits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitKey {
    /// The team's name.
    pub team: Arc<str>,
    /// Position, from 0.
    pub position: u32,
}

/// Holds what a limit has counted for a rep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// First day of the day, week or month counted; none for open work.
    pub period: Option<Date>,
    /// How many.
    pub count: u64,
}

/// Holds the last assignment of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// To whom.
    pub rep: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// The record that was assigned.
    pub record: Arc<str>,
}

/// One change of the state, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the state they change")]
pub enum Change {
    /// Sets a turn.
    Turn { team: Arc<str>, rep: Arc<str>, turn: Turn },
    /// Counts one more under a limit; another period starts again from one.
    Counted { limit: LimitKey, rep: Arc<str>, period: Option<Date> },
    /// One more piece of open work.
    Opened { rep: Arc<str> },
    /// The team gave something to the rep.
    Received { team: Arc<str>, rep: Arc<str>, at: Timestamp },
    /// Remembers who got a value.
    Remembered { of: Arc<str>, by: Arc<str>, value: Arc<str>, past: Past },
}

impl State {
    /// Applies one change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Turn { team, rep, turn } => {
                self.turns.entry(team.clone()).or_default().insert(rep.clone(), turn.clone());
            }
            Change::Counted { limit, rep, period } => {
                let count = self.counts.entry(limit.clone()).or_default().entry(rep.clone()).or_default();
                if count.period != *period {
                    *count = Count { period: *period, count: 0 };
                }
                count.count += 1;
            }
            Change::Opened { rep } => *self.open.entry(rep.clone()).or_default() += 1,
            Change::Received { team, rep, at } => {
                self.received.entry(team.clone()).or_default().insert(rep.clone(), *at);
            }
            Change::Remembered { of, by, value, past } => {
                self.history.entry(of.clone()).or_default().entry(by.clone()).or_default().insert(value.clone(), past.clone());
            }
        }
    }

    /// Returns how much a rep has open.
    #[must_use]
    pub fn open_of(&self, rep: &str) -> u64 {
        self.open.get(rep).copied().unwrap_or(0)
    }

    /// Returns what a limit has counted for a rep in the period given.
    #[must_use]
    pub fn counted(&self, limit: &LimitKey, rep: &str, period: Option<Date>) -> u64 {
        self.counts.get(limit).and_then(|reps| reps.get(rep)).filter(|c| c.period == period).map_or(0, |c| c.count)
    }

    /// Returns the reps a team has a turn for, in key order.
    #[must_use]
    pub fn reps_with_turns(&self, team: &str) -> BTreeSet<Arc<str>> {
        self.turns.get(team).into_iter().flat_map(|t| t.keys().cloned()).collect()
    }
}

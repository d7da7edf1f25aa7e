//! What changes between decisions, as plain values: turns, counts, open work, past assignments.
//!
//! A decision reads a [`State`] and returns [`Change`]s; only applying them moves the state on. Everything is named by
//! text, not by id, so that state outlives a change of the book. What people tell from outside (somebody is away, a lead is
//! closed) changes the state in the same way.

mod pending;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use num_rational::BigRational;
use rust_decimal::Decimal;

pub use pending::Pending;

use crate::model::Absence;

/// The last assignment of each value of a field.
pub type PastByValue = BTreeMap<Arc<str>, Past>;

/// Who rejected a record, by its key.
pub type RejectedBy = BTreeMap<Arc<str>, BTreeSet<Arc<str>>>;

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
    /// When reps are away, by rep and sorted by beginning, besides what the data say.
    pub away: BTreeMap<Arc<str>, Vec<Absence>>,
    /// Weights by team and rep that go before those of the book.
    pub weights: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Decimal>>,
    /// Who rejected a record, by record type and key: it does not go back to them.
    pub rejected: BTreeMap<Arc<str>, RejectedBy>,
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
    /// One piece of open work less.
    Closed { rep: Arc<str> },
    /// Counts one less under a limit on open work.
    Uncounted { limit: LimitKey, rep: Arc<str> },
    /// Sets how much a rep has open.
    Open { rep: Arc<str>, open: u64 },
    /// Sets what a limit on open work has counted.
    Count { limit: LimitKey, rep: Arc<str>, count: u64 },
    /// The rep is away.
    Away { rep: Arc<str>, absence: Absence },
    /// The rep is back: absences told before end then.
    Back { rep: Arc<str>, at: Timestamp },
    /// The rep weighs this much in a team's turns; none gives the weight back to the book.
    Weighed { team: Arc<str>, rep: Arc<str>, weight: Option<Decimal> },
    /// The rep does not want the record.
    Rejected { of: Arc<str>, record: Arc<str>, rep: Arc<str> },
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
            Change::Closed { rep } => {
                let open = self.open.entry(rep.clone()).or_default();
                *open = open.saturating_sub(1);
            }
            Change::Uncounted { limit, rep } => {
                let count = self.counts.entry(limit.clone()).or_default().entry(rep.clone()).or_default();
                count.count = count.count.saturating_sub(1);
            }
            Change::Open { rep, open } => {
                self.open.insert(rep.clone(), *open);
            }
            Change::Count { limit, rep, count } => {
                self.counts.entry(limit.clone()).or_default().insert(rep.clone(), Count { period: None, count: *count });
            }
            Change::Away { rep, absence } => {
                let absences = self.away.entry(rep.clone()).or_default();
                absences.push(absence.clone());
                absences.sort();
                absences.dedup();
            }
            Change::Back { rep, at } => self.back(rep, *at),
            Change::Rejected { of, record, rep } => {
                self.rejected.entry(of.clone()).or_default().entry(record.clone()).or_default().insert(rep.clone());
            }
            Change::Weighed { team, rep, weight } => {
                let weights = self.weights.entry(team.clone()).or_default();
                match weight {
                    Some(weight) => weights.insert(rep.clone(), *weight),
                    None => weights.remove(rep),
                };
                if weights.is_empty() {
                    self.weights.remove(team);
                }
            }
        }
    }

    /// Ends the absences of a rep that are not over at a moment; those that would only begin later fall away.
    fn back(&mut self, rep: &Arc<str>, at: Timestamp) {
        let Some(absences) = self.away.get_mut(rep) else { return };
        absences.retain(|a| a.from < at);
        absences.iter_mut().for_each(|a| a.until = a.until.min(at));
        if absences.is_empty() {
            self.away.remove(rep);
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

    /// Returns whether a rep rejected a record of a type.
    #[must_use]
    pub fn has_rejected(&self, of: &str, record: &str, rep: &str) -> bool {
        self.rejected.get(of).and_then(|records| records.get(record)).is_some_and(|reps| reps.contains(rep))
    }

    /// Returns the weight told from outside for a rep in a team.
    #[must_use]
    pub fn weight_of(&self, team: &str, rep: &str) -> Option<Decimal> {
        self.weights.get(team).and_then(|reps| reps.get(rep)).copied()
    }

    /// Returns the reps a team has a turn for, in key order.
    #[must_use]
    pub fn reps_with_turns(&self, team: &str) -> BTreeSet<Arc<str>> {
        self.turns.get(team).into_iter().flat_map(|t| t.keys().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn absence(from: &str, until: &str) -> Absence {
        Absence { from: from.parse().expect("a moment"), until: until.parse().expect("a moment"), reason: None }
    }

    #[test]
    fn coming_back_ends_what_goes_on_and_drops_what_would_come() {
        let mut state = State::default();
        let rep: Arc<str> = "ana".into();
        let [over, going_on, later] = [
            absence("2027-01-01T00:00Z", "2027-01-03T00:00Z"),
            absence("2027-02-01T00:00Z", "2027-02-10T00:00Z"),
            absence("2027-03-01T00:00Z", "2027-03-10T00:00Z"),
        ];
        for absence in [&later, &going_on, &over, &going_on] {
            state.apply(&Change::Away { rep: rep.clone(), absence: absence.clone() });
        }
        assert_eq!(state.away["ana"], [over.clone(), going_on, later]);
        state.apply(&Change::Back { rep: rep.clone(), at: "2027-02-04T00:00Z".parse().expect("a moment") });
        assert_eq!(state.away["ana"], [over, absence("2027-02-01T00:00Z", "2027-02-04T00:00Z")]);
        state.apply(&Change::Back { rep, at: "2026-01-01T00:00Z".parse().expect("a moment") });
        assert_eq!(state.away.len(), 0);
    }

    #[test]
    fn open_work_never_falls_below_none() {
        let mut state = State::default();
        let limit = LimitKey { team: "inbound".into(), position: 0 };
        let rep: Arc<str> = "ana".into();
        state.apply(&Change::Open { rep: rep.clone(), open: 1 });
        state.apply(&Change::Count { limit: limit.clone(), rep: rep.clone(), count: 1 });
        for left in [0, 0] {
            state.apply(&Change::Closed { rep: rep.clone() });
            state.apply(&Change::Uncounted { limit: limit.clone(), rep: rep.clone() });
            assert_eq!((state.open_of("ana"), state.counted(&limit, "ana", None)), (left, left));
        }
    }

    #[test]
    fn a_weight_told_goes_back_to_the_book() {
        let mut state = State::default();
        let told = |weight| Change::Weighed { team: "inbound".into(), rep: "ana".into(), weight };
        state.apply(&told(Some(Decimal::TWO)));
        assert_eq!((state.weight_of("inbound", "ana"), state.weight_of("inbound", "lee")), (Some(Decimal::TWO), None));
        state.apply(&told(None));
        assert_eq!(state, State::default());
    }
}

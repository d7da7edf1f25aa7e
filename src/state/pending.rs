//! A state with changes that are decided but not applied yet.
//!
//! One decision may pick twice, for the record and for its overlays; the second pick must see the first without the
//! whole state being copied.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Change, Count, LimitKey, State, Turn};

/// Holds the state before a decision and what the decision has changed so far.
#[derive(Clone, Debug)]
pub struct Pending<'a> {
    /// The state before.
    pub state: &'a State,
    /// The changes so far, in order.
    pub changes: Vec<Change>,
}

impl<'a> Pending<'a> {
    /// Begins with no change.
    #[must_use]
    pub fn new(state: &'a State) -> Self {
        Self { state, changes: Vec::new() }
    }

    /// Returns how much a rep has open.
    #[must_use]
    pub fn open_of(&self, rep: &str) -> u64 {
        let opened = self.changes.iter().filter(|c| matches!(c, Change::Opened { rep: r } if **r == *rep)).count();
        self.state.open_of(rep).saturating_add(u64::try_from(opened).unwrap_or(u64::MAX))
    }

    /// Returns what a limit has counted for a rep in the period given.
    #[must_use]
    pub fn counted(&self, limit: &LimitKey, rep: &str, period: Option<Date>) -> u64 {
        let before = self.state.counts.get(limit).and_then(|reps| reps.get(rep)).cloned().unwrap_or_default();
        let counted = self.changes.iter().fold(before, |count, change| match change {
            Change::Counted { limit: l, rep: r, period } if l == limit && **r == *rep => {
                if count.period == *period {
                    Count { count: count.count + 1, ..count }
                } else {
                    Count { period: *period, count: 1 }
                }
            }
            _ => count,
        });
        if counted.period == period { counted.count } else { 0 }
    }

    /// Returns a rep's place in a team's turns; none when new.
    #[must_use]
    pub fn turn(&self, team: &str, rep: &str) -> Option<&Turn> {
        let changed = self.changes.iter().rev().find_map(|c| match c {
            Change::Turn { team: t, rep: r, turn } if **t == *team && **r == *rep => Some(turn),
            _ => None,
        });
        changed.or_else(|| self.state.turns.get(team).and_then(|reps| reps.get(rep)))
    }

    /// Returns when a team last gave something to a rep.
    #[must_use]
    pub fn received(&self, team: &str, rep: &str) -> Option<Timestamp> {
        let changed = self.changes.iter().rev().find_map(|c| match c {
            Change::Received { team: t, rep: r, at } if **t == *team && **r == *rep => Some(*at),
            _ => None,
        });
        changed.or_else(|| self.state.received.get(team).and_then(|reps| reps.get(rep)).copied())
    }

    /// Returns the key of a limit.
    #[must_use]
    pub fn limit_key(team: &Arc<str>, position: usize) -> LimitKey {
        LimitKey { team: team.clone(), position: u32::try_from(position).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Date> {
        Some(text.parse().expect("a day"))
    }

    #[test]
    fn pending_changes_read_as_if_applied() {
        let limit = LimitKey { team: "inbound".into(), position: 0 };
        let counted = |period| Change::Counted { limit: limit.clone(), rep: "ana".into(), period };
        let changes =
            [counted(day("2027-03-01")), counted(day("2027-03-01")), Change::Opened { rep: "ana".into() }, counted(day("2027-03-02"))];
        let before = State::default();
        let mut applied = before.clone();
        let mut pending = Pending::new(&before);
        for change in changes {
            applied.apply(&change);
            pending.changes.push(change);
            for period in [day("2027-03-01"), day("2027-03-02"), None] {
                assert_eq!(pending.counted(&limit, "ana", period), applied.counted(&limit, "ana", period));
            }
            assert_eq!(pending.open_of("ana"), applied.open_of("ana"));
        }
        assert_eq!(pending.counted(&limit, "ana", day("2027-03-02")), 1);
        assert_eq!(pending.counted(&limit, "lee", day("2027-03-02")), 0);
    }
}

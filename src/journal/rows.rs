//! The state as rows of a table: one for each turn, count and load, so that a batch writes only what it changed.
//!
//! Past assignments, and who rejected which record, are not among them: there may be millions, and each is looked up when
//! it is needed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use num_rational::BigRational;

use super::document::{AbsenceDoc, TurnDoc};
use crate::model::Absence;
use crate::state::{Change, Count, LimitKey, State, Turn};

/// Says of what a row is a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A turn.
    Turn,
    /// Open work.
    Open,
    /// What the limit at this position of a team has counted.
    Count(u32),
    /// When a team last gave something.
    Received,
    /// Absences told.
    Away,
    /// A weight told.
    Weight,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turn => f.write_str("turn"),
            Self::Open => f.write_str("open"),
            Self::Count(position) => write!(f, "count {position}"),
            Self::Received => f.write_str("received"),
            Self::Away => f.write_str("away"),
            Self::Weight => f.write_str("weight"),
        }
    }
}

impl Part {
    /// Reads the words it is stored as.
    #[must_use]
    pub fn read(words: &str) -> Option<Self> {
        Some(match words {
            "turn" => Self::Turn,
            "open" => Self::Open,
            "received" => Self::Received,
            "away" => Self::Away,
            "weight" => Self::Weight,
            count => Self::Count(count.strip_prefix("count ")?.parse().ok()?),
        })
    }
}

/// Says what a row holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// Of what it is a part.
    pub part: Part,
    /// The team; empty where there is none.
    pub team: Arc<str>,
    /// The rep.
    pub rep: Arc<str>,
}

/// Holds one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateRow {
    /// What it holds.
    pub key: RowKey,
    /// The value, in JSON.
    pub value: String,
}

impl RowKey {
    fn new(part: Part, team: &Arc<str>, rep: &Arc<str>) -> Self {
        Self { part, team: team.clone(), rep: rep.clone() }
    }

    fn counted(limit: &LimitKey, rep: &Arc<str>) -> Self {
        Self::new(Part::Count(limit.position), &limit.team, rep)
    }

    /// Returns the row that a change writes; none for what is kept by record or value.
    #[must_use]
    pub fn of(change: &Change) -> Option<Self> {
        let none: Arc<str> = Arc::default();
        Some(match change {
            Change::Turn { team, rep, .. } => Self::new(Part::Turn, team, rep),
            Change::Counted { limit, rep, .. } | Change::Uncounted { limit, rep } | Change::Count { limit, rep, .. } => {
                Self::counted(limit, rep)
            }
            Change::Opened { rep } | Change::Closed { rep } | Change::Open { rep, .. } => Self::new(Part::Open, &none, rep),
            Change::Received { team, rep, .. } => Self::new(Part::Received, team, rep),
            Change::Away { rep, .. } | Change::Back { rep, .. } => Self::new(Part::Away, &none, rep),
            Change::Weighed { team, rep, .. } => Self::new(Part::Weight, team, rep),
            Change::Remembered { .. } | Change::Rejected { .. } => return None,
        })
    }

    /// Returns the value of the row in a state, in JSON; none when the state has no such row.
    #[must_use]
    pub fn value(&self, state: &State) -> Option<String> {
        let (team, rep) = (&*self.team, &*self.rep);
        let value = match self.part {
            Part::Turn => {
                let turn = state.turns.get(team)?.get(rep)?;
                serde_json::to_string(&TurnDoc { pointer: turn.pointer.to_string(), skipped: turn.skipped })
            }
            Part::Open => serde_json::to_string(state.open.get(rep)?),
            Part::Received => serde_json::to_string(state.received.get(team)?.get(rep)?),
            Part::Away => serde_json::to_string(&state.away.get(rep)?.iter().map(AbsenceDoc::from).collect::<Vec<_>>()),
            Part::Weight => serde_json::to_string(&state.weights.get(team)?.get(rep)?.normalize().to_string()),
            Part::Count(position) => {
                let count = state.counts.get(&LimitKey { team: self.team.clone(), position })?.get(rep)?;
                serde_json::to_string(&(count.period, count.count))
            }
        };
        value.ok()
    }
}

/// Returns all rows of a state, in order.
#[must_use]
pub fn rows(state: &State) -> Vec<StateRow> {
    let none: Arc<str> = "".into();
    let by_team = |part: Part, team: &Arc<str>, rep: &Arc<str>| RowKey::new(part, team, rep);
    let turns = state.turns.iter().flat_map(|(team, reps)| reps.keys().map(move |rep| by_team(Part::Turn, team, rep)));
    let received = state.received.iter().flat_map(|(team, reps)| reps.keys().map(move |rep| by_team(Part::Received, team, rep)));
    let weights = state.weights.iter().flat_map(|(team, reps)| reps.keys().map(move |rep| by_team(Part::Weight, team, rep)));
    let counts = state.counts.iter().flat_map(|(limit, reps)| reps.keys().map(move |rep| RowKey::counted(limit, rep)));
    let open = state.open.keys().map(|rep| RowKey::new(Part::Open, &none, rep));
    let away = state.away.keys().map(|rep| RowKey::new(Part::Away, &none, rep));
    let mut keys: Vec<RowKey> = turns.chain(received).chain(weights).chain(counts).chain(open).chain(away).collect();
    keys.sort();
    keys.into_iter().filter_map(|key| Some(StateRow { value: key.value(state)?, key })).collect()
}

/// Reads a state from its rows.
///
/// # Errors
/// The key of the first row that cannot be read.
pub fn read_rows(rows: impl IntoIterator<Item = StateRow>) -> Result<State, RowKey> {
    let mut state = State::default();
    for StateRow { key, value } in rows {
        read_row(&mut state, &key, &value).ok_or(key)?;
    }
    Ok(state)
}

fn read_row(state: &mut State, key: &RowKey, value: &str) -> Option<()> {
    let RowKey { part, team, rep } = key.clone();
    match part {
        Part::Turn => {
            let turn: TurnDoc = serde_json::from_str(value).ok()?;
            let pointer = turn.pointer.parse::<BigRational>().ok()?;
            state.turns.entry(team).or_default().insert(rep, Turn { pointer, skipped: turn.skipped });
        }
        Part::Open => {
            state.open.insert(rep, serde_json::from_str(value).ok()?);
        }
        Part::Received => {
            state.received.entry(team).or_default().insert(rep, serde_json::from_str(value).ok()?);
        }
        Part::Away => {
            let all: Vec<AbsenceDoc> = serde_json::from_str(value).ok()?;
            state.away.insert(rep, all.iter().map(Absence::from).collect());
        }
        Part::Weight => {
            let weight: String = serde_json::from_str(value).ok()?;
            state.weights.entry(team).or_default().insert(rep, weight.parse().ok()?);
        }
        Part::Count(position) => {
            let (period, count) = serde_json::from_str(value).ok()?;
            let counts: &mut BTreeMap<Arc<str>, Count> = state.counts.entry(LimitKey { team, position }).or_default();
            counts.insert(rep, Count { period, count });
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn rows_read_back_as_the_state_and_changes_name_their_rows() {
        let (team, rep): (Arc<str>, Arc<str>) = ("inbound".into(), "ana".into());
        let at = jiff::Timestamp::from_second(1_800_000_000).expect("a moment");
        let limit = LimitKey { team: team.clone(), position: 2 };
        let absence = Absence { from: at, until: jiff::Timestamp::MAX, reason: Some("holidays".into()) };
        let turn = Turn { pointer: "7/3".parse().expect("a fraction"), skipped: true };
        let changes = [
            Change::Turn { team: team.clone(), rep: rep.clone(), turn },
            Change::Counted { limit: limit.clone(), rep: rep.clone(), period: Some(jiff::civil::date(2027, 3, 1)) },
            Change::Opened { rep: rep.clone() },
            Change::Received { team: team.clone(), rep: rep.clone(), at },
            Change::Away { rep: rep.clone(), absence },
            Change::Weighed { team: team.clone(), rep: rep.clone(), weight: Some(Decimal::new(25, 1)) },
        ];
        let mut state = State::default();
        for change in &changes {
            state.apply(change);
            assert!(RowKey::of(change).expect("a row").value(&state).is_some(), "{change:?}");
        }
        let all = rows(&state);
        assert_eq!(all.len(), changes.len());
        assert_eq!(read_rows(all.clone()), Ok(state));
        for mut row in all {
            row.value = "no".to_owned();
            assert_eq!(read_rows([row.clone()]), Err(row.key));
        }
        assert!(RowKey::of(&Change::Weighed { team, rep, weight: None }).expect("a row").value(&State::default()).is_none());
    }
}

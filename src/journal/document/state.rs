//! The part of the state that a decision consulted, as it is written down.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{PastDoc, ValueDoc};
use crate::model::Absence;
use crate::state::State;

type ByRep<T> = BTreeMap<Arc<str>, T>;
type ByTeam<T> = BTreeMap<Arc<str>, ByRep<T>>;

/// Holds what earlier decisions and people had left behind; see [`State`]. What is empty is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StateDoc {
    /// Turns by team and rep.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub turns: ByTeam<TurnDoc>,
    /// Open work by rep.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub open: ByRep<u64>,
    /// What limits had counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<CountDoc>,
    /// When teams last gave something to a rep.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub received: ByTeam<Timestamp>,
    /// The last assignments of the record's own values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryDoc>,
    /// Absences told from outside.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub away: ByRep<Vec<AbsenceDoc>>,
    /// Weights told from outside.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: ByTeam<String>,
    /// Who rejected the record, by record type and key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rejected: ByTeam<std::collections::BTreeSet<Arc<str>>>,
}

/// Holds a turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnDoc {
    /// The pointer, a whole number or a fraction.
    pub pointer: String,
    /// Whether the rep was skipped since last in the running.
    #[serde(skip_serializing_if = "super::state::is_no", default)]
    pub skipped: bool,
}

/// Holds what a limit had counted for a rep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountDoc {
    /// The team.
    pub team: Arc<str>,
    /// The position of the limit among those of the team, from 0.
    pub limit: u32,
    /// The rep.
    pub rep: Arc<str>,
    /// First day of the day, week or month counted; none for open work.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub period: Option<Date>,
    /// How many.
    pub count: u64,
}

/// Holds the last assignment of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryDoc {
    /// The record type.
    pub of: Arc<str>,
    /// The field, as rules write it.
    pub by: Arc<str>,
    /// The value.
    #[serde(flatten)]
    pub value: ValueDoc,
    /// The assignment.
    #[serde(flatten)]
    pub past: PastDoc,
}

/// Holds an absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsenceDoc {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Arc<str>>,
}

impl From<&Absence> for AbsenceDoc {
    fn from(absence: &Absence) -> Self {
        Self { from: absence.from, until: absence.until, reason: absence.reason.clone() }
    }
}

impl From<&AbsenceDoc> for Absence {
    fn from(absence: &AbsenceDoc) -> Self {
        Self { from: absence.from, until: absence.until, reason: absence.reason.clone() }
    }
}

pub(super) fn is_no(yes: &bool) -> bool {
    !*yes
}

impl StateDoc {
    /// Writes a state down; `hide` says how a remembered value of a record and field is written.
    #[must_use]
    pub fn new(state: &State, hide: &impl Fn(&str, &str, &Arc<str>) -> ValueDoc) -> Self {
        fn by_team<T, D>(teams: &ByTeam<T>, doc: impl Fn(&T) -> D) -> ByTeam<D> {
            teams.iter().map(|(team, reps)| (team.clone(), reps.iter().map(|(rep, t)| (rep.clone(), doc(t))).collect())).collect()
        }
        let counts = state.counts.iter().flat_map(|(limit, reps)| {
            reps.iter().map(|(rep, count)| CountDoc {
                team: limit.team.clone(),
                limit: limit.position,
                rep: rep.clone(),
                period: count.period,
                count: count.count,
            })
        });
        let mut history = Vec::new();
        for (of, fields) in &state.history {
            for (by, values) in fields {
                for (value, past) in values {
                    history.push(HistoryDoc { of: of.clone(), by: by.clone(), value: hide(of, by, value), past: past.into() });
                }
            }
        }
        Self {
            turns: by_team(&state.turns, |turn| TurnDoc { pointer: turn.pointer.to_string(), skipped: turn.skipped }),
            open: state.open.clone(),
            counts: counts.collect(),
            received: by_team(&state.received, |at| *at),
            history,
            away: state.away.iter().map(|(rep, all)| (rep.clone(), all.iter().map(AbsenceDoc::from).collect())).collect(),
            rejected: state.rejected.clone(),
            weights: by_team(&state.weights, |weight| weight.normalize().to_string()),
        }
    }
}

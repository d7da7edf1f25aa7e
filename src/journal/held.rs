//! Who has a record, and what would have to be taken back if somebody else got it.

use std::sync::Arc;

use num_rational::BigRational;
use serde::{Deserialize, Serialize};

use crate::decide::{Assignee, Decision, turn_step};
use crate::plan::Plan;
use crate::state::{Change, LimitKey, State};

/// Says who has a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The rep.
    pub rep: Arc<str>,
    /// The team the rep was picked from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team: Option<Arc<str>>,
    /// The limits on open work it counts under: team, and position among the team's limits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub limits: Vec<(Arc<str>, u32)>,
    /// By how much it moved the rep's turn, as an exact number or fraction.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub step: Option<String>,
    /// Values the assignment is remembered by: record type, field and hash.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub remembered: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
    /// The moment by which somebody must have responded, and nobody has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<jiff::Timestamp>,
}

impl Held {
    /// Makes what is known of a record that nobody had, for whoever gets it.
    #[must_use]
    pub fn nobody(rep: &Arc<str>) -> Self {
        Self { rep: rep.clone(), team: None, limits: Vec::new(), step: None, remembered: Vec::new(), due: None }
    }

    /// Returns what changes when the record is no longer with the rep: open work, counted under its limits too.
    #[must_use]
    pub fn released(&self) -> Vec<Change> {
        let rep = &self.rep;
        let limits = self.limits.iter().map(|(team, position)| LimitKey { team: team.clone(), position: *position });
        let mut changes: Vec<Change> = limits.map(|limit| Change::Uncounted { limit, rep: rep.clone() }).collect();
        changes.push(Change::Closed { rep: rep.clone() });
        changes
    }

    /// Returns by how much it moved the rep's turn.
    #[must_use]
    pub fn turn(&self) -> Option<BigRational> {
        self.step.as_ref()?.parse().ok()
    }
}

/// Says who has a record after a decision; none when it is no open work of anybody.
#[must_use]
pub fn held(plan: &Plan, decision: &Decision, before: &State, hash: impl Fn(&Arc<str>) -> Arc<str>) -> Option<Held> {
    let Assignee::Rep(rep) = &decision.outcome.assignee else { return None };
    if !decision.changes.iter().any(|c| matches!(c, Change::Opened { rep: r } if r == rep)) {
        return None;
    }
    let limits = decision.changes.iter().filter_map(|c| match c {
        Change::Counted { limit, rep: r, period: None } if r == rep => Some((limit.team.clone(), limit.position)),
        _ => None,
    });
    let remembered = decision.changes.iter().filter_map(|c| match c {
        Change::Remembered { of, by, value, .. } => Some((of.clone(), by.clone(), hash(value))),
        _ => None,
    });
    let team = decision.outcome.team;
    Some(Held {
        rep: rep.clone(),
        team: team.and_then(|id| plan.book.teams.get(id.index())).map(|t| t.name.text.clone()),
        limits: limits.collect(),
        step: team.and_then(|id| turn_step(plan, id, rep, before)).map(|s| s.to_string()),
        remembered: remembered.collect(),
        due: decision.due.as_ref().map(|d| d.at),
    })
}

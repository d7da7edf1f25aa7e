//! One decision as a row: flat, so that it fits a spreadsheet.

use std::sync::Arc;

use crate::decide::{Assignee, Decider, Decision, LedgerSplit, share_in_words};
use crate::model::Spilled;
use crate::model::{Type, Value, show_number};
use crate::plan::Plan;

/// The columns of a row, in order.
pub const COLUMNS: &[&str] = &[
    "id",
    "name",
    "assignee_kind",
    "assignee",
    "team",
    "rule",
    "territory",
    "other_territories",
    "account",
    "overlays",
    "credit",
    "due",
    "decided_at",
];

/// Those of them that hold several texts.
pub const LISTS: &[&str] = &["other_territories", "overlays", "credit"];

/// Holds what is written about one decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The record's key.
    pub id: Arc<str>,
    /// Its first field of plain text that is neither the key nor private, for people.
    pub name: Option<Arc<str>>,
    /// `rep`, `queue` or `nobody`.
    pub assignee_kind: Arc<str>,
    /// The rep's key or the queue's name.
    pub assignee: Option<Arc<str>>,
    /// The team it was picked from.
    pub team: Option<Arc<str>>,
    /// The deciding rule, or `otherwise`.
    pub rule: Option<Arc<str>>,
    /// The territory that holds it.
    pub territory: Option<Arc<str>>,
    /// Further winners.
    pub other_territories: Vec<Arc<str>>,
    /// What it was matched to.
    pub account: Option<Arc<str>>,
    /// `role=rep` for everybody added.
    pub overlays: Vec<String>,
    /// `ledger: 60% ana, 40% lee` for each ledger.
    pub credit: Vec<String>,
    /// When somebody must have responded, in the project's zone.
    pub due: Option<String>,
    /// The moment it was decided for, in the project's zone.
    pub decided_at: String,
}

impl Spilled for Row {
    fn put(&self, out: &mut Vec<u8>) {
        let Self {
            id,
            name,
            assignee_kind,
            assignee,
            team,
            rule,
            territory,
            other_territories,
            account,
            overlays,
            credit,
            due,
            decided_at,
        } = self;
        id.put(out);
        assignee_kind.put(out);
        decided_at.put(out);
        [name, assignee, team, rule, territory, account].into_iter().for_each(|text| text.put(out));
        other_territories.put(out);
        [overlays, credit].into_iter().for_each(|texts| texts.put(out));
        due.put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self {
            id: Spilled::take(bytes)?,
            assignee_kind: Spilled::take(bytes)?,
            decided_at: Spilled::take(bytes)?,
            name: Spilled::take(bytes)?,
            assignee: Spilled::take(bytes)?,
            team: Spilled::take(bytes)?,
            rule: Spilled::take(bytes)?,
            territory: Spilled::take(bytes)?,
            account: Spilled::take(bytes)?,
            other_territories: Spilled::take(bytes)?,
            overlays: Spilled::take(bytes)?,
            credit: Spilled::take(bytes)?,
            due: Spilled::take(bytes)?,
        })
    }
}

impl Row {
    /// Makes the row of a decision.
    #[must_use]
    pub fn new(plan: &Plan, decision: &Decision) -> Self {
        let book = &plan.book;
        let territory = |id: &crate::model::TerritoryId| book.territories[id.index()].name.text.clone();
        let (kind, assignee) = match &decision.outcome.assignee {
            Assignee::Rep(rep) => ("rep", Some(rep.clone())),
            Assignee::Queue(queue) => ("queue", Some(queue.clone())),
            Assignee::Nobody => ("nobody", None),
        };
        Self {
            id: decision.record.key.clone(),
            name: display_name(plan, decision),
            assignee_kind: kind.into(),
            assignee,
            team: decision.outcome.team.map(|t| book.teams[t.index()].name.text.clone()),
            rule: decision.outcome.by.map(|by| rule_name(plan, by)),
            territory: decision.placement.winners.first().map(territory),
            other_territories: decision.placement.winners.iter().skip(1).map(territory).collect(),
            account: decision.matching.as_ref().and_then(|m| m.found.clone()),
            overlays: decision.added.iter().filter_map(|a| Some(format!("{}={}", a.role, a.assignee.as_ref()?))).collect(),
            credit: decision.credits.iter().map(credit_text).collect(),
            due: decision.due.as_ref().map(|d| crate::model::show_time(d.at, &book.zone)),
            decided_at: crate::model::show_time(decision.at, &book.zone),
        }
    }
}

/// Returns the name of what decided.
#[must_use]
pub fn rule_name(plan: &Plan, by: Decider) -> Arc<str> {
    match by {
        Decider::Rule(id) => plan.book.rules[id.index()].name.text.clone(),
        Decider::Otherwise => "otherwise".into(),
    }
}

fn display_name(plan: &Plan, decision: &Decision) -> Option<Arc<str>> {
    let ty = plan.book.schema.record(decision.record.kind);
    let named = ty.fields.iter().enumerate().find(|(i, f)| *i != ty.key.index() && !f.private && matches!(f.ty, Type::Text { .. }));
    match decision.record.values.get(named?.0)? {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn credit_text(split: &LedgerSplit) -> String {
    let parts: Vec<String> = split
        .totals
        .iter()
        .map(|total| {
            let amount = total.amount.map_or_else(String::new, |a| format!(" ({})", show_number(a)));
            format!("{}% {}{amount}", share_in_words(&total.percent), total.taker)
        })
        .collect();
    format!("{}: {}", split.ledger, if parts.is_empty() { "nobody".to_owned() } else { parts.join(", ") })
}

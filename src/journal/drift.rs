//! An account placed anew beside how it was placed before: whether it moves, and which fact changed.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Serialize;

use super::document::{Cell, DecisionDoc, RecordDoc};
use crate::decide::{Assignee, Decision};
use crate::model::{Owner, Value};
use crate::plan::Plan;

/// Where a record is and who has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The territory that holds it.
    pub territory: Option<Arc<str>>,
    /// Who has it, in words: a rep, `team X`, `queue X`; none when nobody.
    pub owner: Option<String>,
}

/// A fact that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The field.
    pub field: Arc<str>,
    /// What it was; none when missing, and hidden when private.
    pub from: Option<String>,
    /// What it is.
    pub to: Option<String>,
}

/// Returns where a decision puts a record: whom its rule names, or, where no rule is for such records, who owns the territory.
#[must_use]
pub fn placed(plan: &Plan, decision: &Decision) -> Place {
    let territory = decision.placement.territory().and_then(|id| plan.book.territories.get(id.index()));
    let of_territory = || match territory?.owner.as_ref()? {
        Owner::Rep(name) => Some(name.text.to_string()),
        Owner::Team(id, _) => plan.book.teams.get(id.index()).map(|t| format!("team {}", t.name.text)),
    };
    let owner = match &decision.outcome.assignee {
        Assignee::Nobody => of_territory(),
        other => Some(other.to_string()),
    };
    Place { territory: territory.map(|t| t.name.text.clone()), owner }
}

/// Returns where a recorded decision put a record; `plan` is that of the book that decided it, if it can be opened.
#[must_use]
pub fn recorded_place(document: &DecisionDoc, plan: Option<&Plan>) -> Place {
    let territory = document.placement.winners.first().cloned();
    let of_territory = || {
        let all = &plan?.book;
        match all.territories.iter().find(|t| Some(&t.name.text) == territory.as_ref())?.owner.as_ref()? {
            Owner::Rep(name) => Some(name.text.to_string()),
            Owner::Team(id, _) => all.teams.get(id.index()).map(|t| format!("team {}", t.name.text)),
        }
    };
    let owner = match (&*document.outcome.kind, &document.outcome.assignee) {
        ("queue", Some(queue)) => Some(format!("queue {queue}")),
        (_, Some(rep)) => Some(rep.to_string()),
        (_, None) => of_territory(),
    };
    Place { territory, owner }
}

/// Returns who has a record by its own field `owner`, without any decision.
#[must_use]
pub fn on_file(plan: &Plan, record: &crate::model::Record) -> Option<Place> {
    let ty = plan.book.schema.records.get(record.kind.index())?;
    let owner = record.value(ty.find("owner")?);
    match owner {
        Some(Value::Reference(rep) | Value::Text(rep)) => Some(Place { territory: None, owner: Some(rep.to_string()) }),
        _ => None,
    }
}

/// Lists the facts that differ between two documents of a record, by field.
#[must_use]
pub fn changed_facts(before: &RecordDoc, after: &RecordDoc) -> Vec<Fact> {
    let names: std::collections::BTreeSet<&Arc<str>> = before.fields.keys().chain(after.fields.keys()).collect();
    let shown = |cell: Option<&Cell>| {
        cell.map(|cell| match cell {
            Cell::Plain(text) => text.clone(),
            Cell::Elements(all) => all.join(", "),
            Cell::Private { .. } => "(hidden)".to_owned(),
        })
    };
    let differ = |a: Option<&Cell>, b: Option<&Cell>| match (a, b) {
        // Sealed or not, a value is told by its hash.
        (Some(Cell::Private { hash: a, .. }), Some(Cell::Private { hash: b, .. })) => a != b,
        (a, b) => a != b,
    };
    let changed = names.into_iter().filter(|name| differ(before.fields.get(*name), after.fields.get(*name)));
    changed.map(|name| Fact { field: name.clone(), from: shown(before.fields.get(name)), to: shown(after.fields.get(name)) }).collect()
}

/// One record that would move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// Its key.
    pub id: Arc<str>,
    /// Its name, for people.
    pub name: Option<Arc<str>>,
    /// Where it was.
    pub from: Place,
    /// Where it comes to.
    pub to: Place,
    /// The rule that decides now.
    pub rule: Option<Arc<str>>,
    /// The facts that changed since it was placed.
    pub facts: Vec<Fact>,
    /// Why, where no fact changed: `rules`, `roster`, `first` when it was never recorded, or `time`.
    pub otherwise: Option<&'static str>,
    /// The amount of the money field.
    pub amount: Option<Decimal>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_compared_field_by_field() {
        let doc = |fields: serde_json::Value| -> RecordDoc {
            serde_json::from_value(serde_json::json!({"kind": "account", "id": "A1", "file": "", "line": 1, "fields": fields}))
                .expect("a record")
        };
        let before = doc(serde_json::json!({"name": "Acme", "size": "10", "tags": ["a", "b"], "email": {"hash": "x", "sealed": "1"}}));
        let after = doc(serde_json::json!({"name": "Acme", "size": "20", "state": "CA", "email": {"hash": "x"}}));
        let facts: Vec<(String, Option<String>, Option<String>)> =
            changed_facts(&before, &after).into_iter().map(|f| (f.field.to_string(), f.from, f.to)).collect();
        let text = |t: &str| Some(t.to_owned());
        assert_eq!(
            facts,
            [("size".to_owned(), text("10"), text("20")), ("state".to_owned(), None, text("CA")), ("tags".to_owned(), text("a, b"), None)]
        );
    }
}

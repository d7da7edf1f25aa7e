//! A recorded decision decided again from its own document, and compared with what was recorded.

use serde_json::Value as Json;

use super::Key;
use super::document::{Cannot, Cell, DecisionDoc, Mask, Surroundings, ValueDoc, restore_record, restore_state, written};
use crate::decide::{Decision, decide, remembered_values};
use crate::journal::document::ChangeDoc;
use crate::model::Record;
use crate::plan::Plan;
use crate::state::State;

/// A decision decided again.
#[derive(Clone, Debug)]
pub struct Again {
    /// The record as it was read.
    pub record: Record,
    /// The state that was consulted.
    pub state: State,
    /// The decision.
    pub decision: Decision,
    /// Its document.
    pub document: DecisionDoc,
}

/// Decides a recorded decision again, by the book that decided it.
///
/// # Errors
/// When private values are needed and cannot be read, or the document does not fit the book.
pub fn again(recorded: &DecisionDoc, plan: &Plan, key: Option<&Key>) -> Result<Again, Cannot> {
    let (record, state) = restored(recorded, plan, key)?;
    let decision = decide(plan, record.clone(), &state, recorded.decided_at);
    // Without the key nothing private is in it, or it could not have been read back; only the hash of the content is then taken over.
    let nobody = Key::new(&[0; super::SECRET]);
    let mask = Mask { key: key.unwrap_or(&nobody), sealed: is_sealed(recorded) };
    let around = Surroundings { plan, mask, record: &record, consulted: &state, former: recorded.former };
    let mut document = written(&decision, around);
    if key.is_none() {
        document.content = recorded.content.clone();
    }
    Ok(Again { record, state, decision, document })
}

/// Reads the record and the state consulted of a recorded decision back.
///
/// # Errors
/// As [`again`].
pub fn restored(recorded: &DecisionDoc, plan: &Plan, key: Option<&Key>) -> Result<(Record, State), Cannot> {
    if key.is_none()
        && let Some(field) = private_field(recorded)
    {
        return Err(Cannot::NoKey { field });
    }
    let record = restore_record(&recorded.record, &plan.book, key)?;
    let own = remembered_values(plan, &record, recorded.decided_at);
    let own: Vec<_> = own.into_iter().map(|r| (r.of, r.by, r.value)).collect();
    let state = restore_state(&recorded.state, &own, key)?;
    Ok((record, state))
}

/// The first field whose value is hidden.
fn private_field(recorded: &DecisionDoc) -> Option<std::sync::Arc<str>> {
    let records = std::iter::once(&recorded.record).chain(&recorded.matched);
    let in_records = records.flat_map(|r| &r.fields).filter(|(_, c)| matches!(c, Cell::Private { .. })).map(|(name, _)| name.clone());
    let in_changes = recorded.changes.iter().filter_map(|c| match c {
        ChangeDoc::Remembered { by, value: ValueDoc::Hash(_), .. } => Some(by.clone()),
        _ => None,
    });
    let in_state = recorded.state.history.iter().filter(|h| matches!(h.value, ValueDoc::Hash(_))).map(|h| h.by.clone());
    in_records.chain(in_changes).chain(in_state).next()
}

fn is_sealed(recorded: &DecisionDoc) -> bool {
    let records = std::iter::once(&recorded.record).chain(&recorded.matched);
    records.flat_map(|r| r.fields.values()).all(|c| !matches!(c, Cell::Private { sealed: None, .. }))
}

/// The first place where two documents differ.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Where, such as `outcome.assignee`.
    pub at: String,
    /// What was recorded; `nothing` when it was not there.
    pub recorded: String,
    /// What is decided now.
    pub now: String,
}

/// Finds the first place where two documents differ, what people ask about first: who has it, by which rule, and then the rest.
#[must_use]
pub fn first_difference(recorded: &Json, now: &Json) -> Option<Difference> {
    let mut path = Vec::new();
    if let (Json::Object(a), Json::Object(b)) = (recorded, now) {
        for first in ["outcome", "placement", "matching", "credits", "due"] {
            path.push(first.to_owned());
            if let Some(found) = differ(a.get(first).unwrap_or(&Json::Null), b.get(first).unwrap_or(&Json::Null), &mut path) {
                return Some(found);
            }
            path.pop();
        }
    }
    differ(recorded, now, &mut path)
}

fn differ(a: &Json, b: &Json, path: &mut Vec<String>) -> Option<Difference> {
    let mut below = |name: String, a: &Json, b: &Json| {
        path.push(name);
        let found = differ(a, b, path);
        path.pop();
        found
    };
    match (a, b) {
        (Json::Object(x), Json::Object(y)) => {
            let names = x.keys().chain(y.keys().filter(|k| !x.contains_key(*k)));
            names.into_iter().find_map(|k| below(k.clone(), x.get(k).unwrap_or(&Json::Null), y.get(k).unwrap_or(&Json::Null)))
        }
        (Json::Array(x), Json::Array(y)) => (0..x.len().max(y.len()))
            .find_map(|i| below((i + 1).to_string(), x.get(i).unwrap_or(&Json::Null), y.get(i).unwrap_or(&Json::Null))),
        (a, b) if a == b => None,
        (a, b) => {
            let shown = |value: &Json| match value {
                Json::Null => "nothing".to_owned(),
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some(Difference { at: path.join("."), recorded: shown(a), now: shown(b) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_what_people_ask_about() {
        let recorded = json!({"changes": [1], "outcome": {"kind": "rep", "assignee": "ana"}, "state": {}});
        let now = json!({"changes": [2], "outcome": {"kind": "rep", "assignee": "lee"}, "state": {}});
        let found = first_difference(&recorded, &now);
        assert_eq!(found, Some(Difference { at: "outcome.assignee".into(), recorded: "ana".into(), now: "lee".into() }));
        assert_eq!(first_difference(&recorded, &recorded), None);
        let more = json!({"changes": [1, {"open": 3}], "outcome": {"kind": "rep", "assignee": "ana"}, "state": {}});
        let found = first_difference(&recorded, &more);
        assert_eq!(found, Some(Difference { at: "changes.2".into(), recorded: "nothing".into(), now: "{\"open\":3}".into() }));
    }
}

//! The document of a decision.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::outcome::{self, Names};
use super::{AddedDoc, ChangeDoc, DueDoc, LedgerDoc, Mask, MatchingDoc, OutcomeDoc, PlacementDoc, RecordDoc, StateDoc, TrialDoc, ValueDoc};
use crate::decide::{Decider, Decision};
use crate::model::{Attribute, Record};
use crate::plan::Plan;
use crate::state::State;

/// The name and version of the shape of a decision's document.
pub const DECISION_FORMAT: &str = "turf-decision/1";

/// Holds everything there is to know about one decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionDoc {
    /// [`DECISION_FORMAT`].
    pub format: Arc<str>,
    /// The record as it was read, before it was matched.
    pub record: RecordDoc,
    /// The hash of what the record holds: the same content is decided once.
    pub content: Arc<str>,
    /// The number of the entry that decided the record before, with other content.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub former: Option<u64>,
    /// The moment it was decided for.
    pub decided_at: Timestamp,
    /// The digest of the book, with its roster and all its data.
    pub book: Arc<str>,
    /// The state that was consulted.
    #[serde(default)]
    pub state: StateDoc,
    /// The record it was matched to, as it was then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub matched: Option<RecordDoc>,
    /// How it was matched.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub matching: Option<MatchingDoc>,
    /// Who has it.
    pub outcome: OutcomeDoc,
    /// Where it was placed.
    pub placement: PlacementDoc,
    /// The rules that applied, in the order considered.
    pub trials: Vec<TrialDoc>,
    /// Rules of the deciding rule's priority that apply too.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub also: Vec<Arc<str>>,
    /// People added by overlays.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub added: Vec<AddedDoc>,
    /// Credits, one for each ledger.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub credits: Vec<LedgerDoc>,
    /// When somebody must have responded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<DueDoc>,
    /// What it changed.
    pub changes: Vec<ChangeDoc>,
}

/// Holds what goes into a document besides the decision.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The plan that decided.
    pub plan: &'a Plan,
    /// How private values are written.
    pub mask: Mask<'a>,
    /// The record as it was read.
    pub record: &'a Record,
    /// The state consulted; see [`crate::decide::consulted`].
    pub consulted: &'a State,
    /// The number of the entry that decided the record before.
    pub former: Option<u64>,
}

/// Writes a decision about a record down.
#[must_use]
pub fn written(decision: &Decision, around: Surroundings<'_>) -> DecisionDoc {
    let document = RecordDoc::new(around.record, &around.plan.book.schema, around.mask);
    let content = content(&document, around.mask).into();
    decision_doc(decision, around, document, content)
}

/// Writes a decision down, about a record that is written down already, with the hash of its content.
#[must_use]
pub fn decision_doc(decision: &Decision, around: Surroundings<'_>, document: RecordDoc, content: Arc<str>) -> DecisionDoc {
    let Surroundings { plan, mask, record, consulted, former } = around;
    let schema = &plan.book.schema;
    let names = Names(&plan.book);
    let hide = |of: &str, by: &str, value: &Arc<str>| hide(plan, mask, (of, by), value);
    let matched = decision.matching.as_ref().and_then(|m| m.found.as_ref()).and_then(|key| {
        let to = plan.book.matches.get(&record.kind)?.to;
        plan.data.get(to, key)
    });
    DecisionDoc {
        format: DECISION_FORMAT.into(),
        content,
        record: document,
        former,
        decided_at: decision.at,
        book: plan.digest.clone(),
        state: StateDoc::new(consulted, &hide),
        matched: matched.map(|account| RecordDoc::new(account, schema, mask)),
        matching: decision.matching.as_ref().map(outcome::matching),
        outcome: names.outcome(decision),
        placement: names.placement(&decision.placement),
        trials: decision.trials.iter().map(|trial| names.trial(trial)).collect(),
        also: decision.also.iter().map(|id| names.rule(Decider::Rule(*id))).collect(),
        added: decision.added.iter().map(|added| names.added(added)).collect(),
        credits: decision.credits.iter().map(|split| names.ledger(split)).collect(),
        due: decision.due.as_ref().map(|due| names.due(due)),
        changes: decision.changes.iter().map(|change| ChangeDoc::new(change, &hide)).collect(),
    }
}

/// Returns the hash of what a record holds: fields and values, not the place it was read from.
#[must_use]
pub fn content(document: &RecordDoc, mask: Mask<'_>) -> String {
    // Every part is led by its kind and length, so that no two records run together to the same bytes.
    let mut bytes = Vec::with_capacity(256);
    let mut part = |kind: u8, text: &str| {
        bytes.push(kind);
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    for (name, cell) in &document.fields {
        part(b'n', name);
        match cell {
            super::Cell::Plain(value) => part(b'p', value),
            super::Cell::Elements(all) => {
                part(b's', "");
                all.iter().for_each(|element| part(b'e', element));
            }
            super::Cell::Private { hash, .. } => part(b'h', hash),
        }
    }
    mask.key.hash_bytes(&bytes)
}

/// Writes a remembered value of a record and field: hashed when the field is private.
#[must_use]
pub fn hide(plan: &Plan, mask: Mask<'_>, (of, by): (&str, &str), value: &Arc<str>) -> ValueDoc {
    let private = plan.book.schema.find(of).is_some_and(|kind| {
        let mut paths = plan.remembered.get(&kind).into_iter().flatten();
        // A path that nobody asks for may lead to a private field.
        paths.find(|p| *p.written == *by).is_none_or(|p| match p.attribute {
            Attribute::Field(field) => plan.book.schema.field(p.place.record, field).private,
            Attribute::Class(_) => false,
        })
    });
    if private { ValueDoc::Hash(mask.key.hash(value).into()) } else { ValueDoc::Value(value.clone()) }
}

//! The documents of a journal: what is written down about a decision, versioned, and read back as it was.
//!
//! One document is the audit entry, the input of a replay and the ground of every later explanation. It holds names, not
//! ids, so that it outlives changes of the book, and everything the decision was based on: the record as read, the state
//! consulted, the digest of the book. Values of private fields are hashed and sealed with the journal's [`Key`](super::Key).

mod cell;
mod change;
mod decided;
mod outcome;
mod restore;
mod state;

pub use cell::{Cell, RecordDoc};
pub use change::{ChangeDoc, PastDoc};
pub use decided::{DECISION_FORMAT, DecisionDoc, Surroundings, content, decision_doc, hide, written};
pub use outcome::{
    AddedDoc, AttemptDoc, ClaimDoc, DueDoc, LedgerDoc, MatchingDoc, OutcomeDoc, PartDoc, PassedDoc, PassedOverDoc, PlacementDoc, ResultDoc,
    StandingDoc, StepDoc, TotalDoc, TrialDoc,
};
pub use restore::{Cannot, restore_record, restore_state};
pub use state::{AbsenceDoc, CountDoc, StateDoc, TurnDoc};

use std::sync::Arc;

use super::Key;

/// How private values are written.
#[derive(Clone, Copy, Debug)]
pub struct Mask<'k> {
    /// The key of the journal.
    pub key: &'k Key,
    /// Whether they are sealed besides being hashed, so that whoever holds the key can replay the decision.
    pub sealed: bool,
}

/// A value, or the hash of a private one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueDoc {
    /// As it is.
    Value(Arc<str>),
    /// The hash of a private value.
    Hash(Arc<str>),
}

//! Questions that classes of single fields cannot answer: comparisons of two fields, searches in text, the past.
//!
//! Each becomes an axis of its own that is free to be yes or no. What holds whatever they answer is proved; what hangs on
//! them has to be shown by an example.

use std::sync::Arc;

use super::NodeId;
use crate::model::{Condition, ConditionKind, FieldPath, Rulebook, Type, words};

/// A question that is free to be answered either way.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The question as rules write it.
    pub words: Arc<str>,
    /// What is asked.
    pub question: Question,
}

/// What a fact asks.
#[derive(Clone, Debug)]
pub enum Question {
    /// A condition of a book, asked of the record that the steps lead to.
    Condition {
        /// The position of the book among those of the space.
        book: usize,
        /// The condition.
        condition: Arc<Condition>,
        /// The names of the reference fields to follow first.
        steps: Vec<Arc<str>>,
    },
    /// A formula with more areas than are worth writing out.
    Formula(NodeId),
    /// Something that only deciding a record tells.
    Open,
}

impl Fact {
    /// Returns whether it asks about text of which the capitals do not matter.
    pub(super) fn any_case(&self) -> bool {
        let Question::Condition { condition, .. } = &self.question else { return false };
        let of = |path: &FieldPath| path.ty == Type::Text { any_case: true };
        match &condition.kind {
            ConditionKind::Test(test) => of(&test.subject) || test.predicate.fields().into_iter().any(of),
            ConditionKind::SeenBefore { by, .. } => of(by),
            _ => false,
        }
    }
}

/// Writes a condition as rules do, after the names of the reference fields that lead to its record.
pub(super) fn words(book: &Rulebook, condition: &Condition, steps: &[Arc<str>]) -> Arc<str> {
    let own = words::condition(book, condition);
    if steps.is_empty() { own.into() } else { format!("{}: {own}", steps.join(".")).into() }
}

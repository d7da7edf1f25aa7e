//! Questions that classes of single fields cannot answer: comparisons of two fields, searches in text, the past.
//!
//! Each becomes an axis of its own that is free to be yes or no. What holds whatever they answer is proved; what hangs on
//! them has to be shown by an example.

use std::sync::Arc;

use super::NodeId;
use crate::model::{
    Comparison, Condition, ConditionKind, Moment, PlacedTest, Predicate, Right, Rulebook, Test, Type, Value, period_in_words, show,
};
use crate::text::wording;

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

/// Writes a test as rules do, after the names of the reference fields that lead to its record.
pub(super) fn words(book: &Rulebook, condition: &Condition, steps: &[Arc<str>]) -> Arc<str> {
    let own = match &condition.kind {
        ConditionKind::Test(test) => test_words(book, test),
        ConditionKind::SeenBefore { by, within } => format!("seen before by {} within {}", by.written, period_in_words(*within)),
        ConditionKind::Segment { segment, .. } => {
            book.segments.get(segment.index()).map_or_else(String::new, |s| format!("the segment {}", s.name))
        }
        ConditionKind::Placed(PlacedTest::Present) => "territory is present".to_owned(),
        ConditionKind::Placed(PlacedTest::Missing) => "territory is missing".to_owned(),
        ConditionKind::Placed(PlacedTest::Within { .. }) | ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => {
            "a condition".to_owned()
        }
    };
    if steps.is_empty() { own.into() } else { format!("{}: {own}", steps.join(".")).into() }
}

fn test_words(book: &Rulebook, test: &Test) -> String {
    let field = &test.subject.written;
    let ty = &test.subject.ty;
    let right = |right: &Right| match right {
        Right::Value(value) => value_words(book, value, ty),
        Right::Field(path) => path.written.to_string(),
    };
    let pieces = |rights: &[Right], all: bool| {
        let each: Vec<String> = rights.iter().map(right).collect();
        match (each.as_slice(), all) {
            ([only], _) => only.clone(),
            (_, true) => format!("all of [{}]", each.join(", ")),
            (_, false) => format!("any of [{}]", each.join(", ")),
        }
    };
    let not = if test.negated { "not " } else { "" };
    match &test.predicate {
        Predicate::Is(other) => format!("{field} is {not}{}", right(other)),
        Predicate::Compare(op, other) => {
            let sign = match op {
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            };
            format!("{field} {sign} {}", right(other))
        }
        Predicate::StartsWith(all) => format!("{field} starts with {}", pieces(all, false)),
        Predicate::EndsWith(all) => format!("{field} ends with {}", pieces(all, false)),
        Predicate::ContainsText { pieces: elements, all } | Predicate::ContainsElement { elements, all } => {
            let verb = if test.negated { "does not contain" } else { "contains" };
            format!("{field} {verb} {}", pieces(elements, *all))
        }
        Predicate::Matches(pattern) => format!("{field} matches /{}/", pattern.source),
        Predicate::Before(moment) => format!("{field} before {}", moment_words(book, moment, ty)),
        Predicate::After(moment) => format!("{field} after {}", moment_words(book, moment, ty)),
        Predicate::WithinLast(period) => format!("{field} within last {}", period_in_words(*period)),
        Predicate::WithinNext(period) => format!("{field} within next {}", period_in_words(*period)),
        Predicate::In(_) => format!("{field} {not}in a list"),
        Predicate::Between(low, high) => format!("{field} in {}..{}", value_words(book, low, ty), value_words(book, high, ty)),
        Predicate::Missing => format!("{field} is missing"),
        Predicate::Present => format!("{field} is present"),
        Predicate::IsYes => field.to_string(),
    }
}

fn moment_words(book: &Rulebook, moment: &Moment, ty: &Type) -> String {
    match moment {
        Moment::Fixed(value) => value_words(book, value, ty),
        Moment::Field(path) => path.written.to_string(),
        Moment::Ago(period) => format!("{} ago", period_in_words(*period)),
        Moment::FromNow(period) => format!("{} from now", period_in_words(*period)),
        Moment::Today => "today".to_owned(),
        Moment::Now => "now".to_owned(),
    }
}

fn value_words(book: &Rulebook, value: &Value, ty: &Type) -> String {
    match value {
        Value::Text(text) | Value::Choice(text) | Value::Unlisted(text) | Value::Reference(text) => wording::as_written(text),
        other => show(other, ty, &book.zone),
    }
}

//! Free questions of the space asked of a real record.

use super::context::Context;
use super::evaluate::answer;
use crate::model::{Answer, Type, Value};
use crate::space::{Fact, Question};

/// Answers a question that classes of single fields cannot answer; cannot tell where only deciding tells.
#[must_use]
pub fn ask(fact: &Fact, context: &Context<'_>) -> Answer {
    let Question::Condition { condition, steps, .. } = &fact.question else { return Answer::CannotTell };
    let schema = &context.plan.book.schema;
    let mut record = context.record;
    for step in steps {
        let next = schema.record(record.kind).find(step).and_then(|field| {
            let Type::Reference(to) = schema.field(record.kind, field).ty else { return None };
            let Some(Value::Reference(key)) = record.value(field) else { return None };
            context.plan.data.get(to, key)
        });
        let Some(next) = next else { return Answer::CannotTell };
        record = next;
    }
    context.about(record).map_or(Answer::CannotTell, |about| answer(condition, &about))
}

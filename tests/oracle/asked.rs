//! What is asked of a value that is there.

use std::cmp::Ordering;

use jiff::{Timestamp, ZonedDateTime as Zoned};
use turf::model::{Answer, Moment, Predicate, Right, Test, Type, Value, ValueSet};

use super::evaluate::{Context, find_at};
use super::values::{compare, folds, moment_after, moment_before, same, text_of};

/// A present value and what is asked of it.
pub struct Asked<'q, 'a> {
    pub test: &'q Test,
    pub value: &'q Value,
    pub context: &'q Context<'a>,
    pub depth: u32,
}

impl Asked<'_, '_> {
    pub fn answer(&self, predicate: &Predicate) -> Answer {
        match predicate {
            Predicate::Missing => Answer::No,
            Predicate::Present => Answer::Yes,
            Predicate::IsYes => matches!(self.value, Value::YesNo(true)).into(),
            Predicate::Is(right) => self.with(right, |r, ty| self.same(r, ty)),
            Predicate::Compare(op, right) => self.with(right, |r, _| compare(self.value, *op, r)),
            Predicate::In(set) => self.is_in(set).into(),
            Predicate::Between(low, high) => {
                (self.order(low).is_some_and(|o| o.is_ge()) && self.order(high).is_some_and(|o| o.is_le())).into()
            }
            Predicate::StartsWith(pieces) => self.pieces(pieces, false, |text, piece| text.starts_with(piece)),
            Predicate::EndsWith(pieces) => self.pieces(pieces, false, |text, piece| text.ends_with(piece)),
            Predicate::ContainsText { pieces, all } => self.pieces(pieces, *all, |text, piece| text.contains(piece)),
            Predicate::ContainsElement { elements, all } => {
                quantified(elements, *all, |e| self.with(e, |r, ty| self.has_element(r, ty, *all)))
            }
            Predicate::Matches(pattern) => text_of(self.value).is_some_and(|t| pattern.regex.is_match(t)).into(),
            Predicate::Before(moment) => self.against(moment, Ordering::is_lt),
            Predicate::After(moment) => self.against(moment, Ordering::is_gt),
            Predicate::WithinLast(period) => self.within(&moment_before(&self.context.now(), *period), &self.context.now()),
            Predicate::WithinNext(period) => self.within(&self.context.now(), &moment_after(&self.context.now(), *period)),
        }
    }

    fn with(&self, right: &Right, ask: impl Fn(&Value, &Type) -> bool) -> Answer {
        match right {
            Right::Value(value) => ask(value, &self.test.subject.ty).into(),
            Right::Field(path) => match find_at(path, self.context, self.depth + 1) {
                None => Answer::CannotTell,
                Some(value) => ask(&value, &path.ty).into(),
            },
        }
    }

    fn same(&self, right: &Value, right_type: &Type) -> bool {
        match (self.value, right) {
            (Value::Time(_), Value::Date(_)) => self.order(right).is_some_and(Ordering::is_eq),
            (left, right) => same(left, &self.test.subject.ty, right, right_type),
        }
    }

    /// A set on the right stands for its elements: all of them, or any.
    fn has_element(&self, right: &Value, right_type: &Type, all: bool) -> bool {
        let Value::Set { listed, .. } = self.value else { return false };
        let holds = |text: &str| {
            let declared = matches!(self.test.subject.ty, Type::Set { values: Some(_), .. });
            listed.contains(text) || (declared || folds(right_type)) && listed.iter().any(|l| l.to_lowercase() == text.to_lowercase())
        };
        match right {
            Value::Set { listed: wanted, unlisted } if all => unlisted.is_empty() && wanted.iter().all(|w| holds(w)),
            Value::Set { listed: wanted, .. } => wanted.iter().any(|w| holds(w)),
            other => text_of(other).is_some_and(holds),
        }
    }

    fn is_in(&self, set: &ValueSet) -> bool {
        match self.value {
            Value::Number(number) => set.numbers.contains(&number.normalize()),
            Value::Date(date) => set.dates.contains(date),
            Value::Text(text) if self.test.subject.ty == (Type::Text { any_case: true }) => {
                set.texts.contains(text.to_lowercase().as_str())
            }
            other => text_of(other).is_some_and(|text| set.texts.contains(text)),
        }
    }

    fn pieces(&self, pieces: &[Right], all: bool, ask: impl Fn(&str, &str) -> bool) -> Answer {
        let Some(text) = text_of(self.value) else { return Answer::No };
        let any_case = self.test.subject.ty == (Type::Text { any_case: true });
        quantified(pieces, all, |piece| {
            self.with(piece, |value, ty| {
                let Some(piece) = text_of(value) else { return false };
                if any_case || folds(ty) { ask(&text.to_lowercase(), &piece.to_lowercase()) } else { ask(text, piece) }
            })
        })
    }

    fn against(&self, moment: &Moment, ask: fn(Ordering) -> bool) -> Answer {
        let now = self.context.now();
        let is_date = matches!(self.value, Value::Date(_));
        let relative = |at: Zoned| if is_date { Value::Date(at.date()) } else { Value::Time(at.timestamp()) };
        let moment = match moment {
            Moment::Fixed(value) => value.clone(),
            Moment::Field(path) => match find_at(path, self.context, self.depth + 1) {
                None => return Answer::CannotTell,
                Some(value) => value.into_owned(),
            },
            Moment::Ago(period) => relative(moment_before(&now, *period)),
            Moment::FromNow(period) => relative(moment_after(&now, *period)),
            Moment::Today => Value::Date(now.date()),
            Moment::Now => Value::Time(now.timestamp()),
        };
        self.order(&moment).is_some_and(ask).into()
    }

    fn within(&self, from: &Zoned, to: &Zoned) -> Answer {
        match self.value {
            Value::Date(date) => (from.date() <= *date && *date <= to.date()).into(),
            Value::Time(time) => (from.timestamp() <= *time && *time <= to.timestamp()).into(),
            _ => Answer::No,
        }
    }

    /// Orders the value against another. A day against an instant compares by days in the project's zone.
    fn order(&self, other: &Value) -> Option<Ordering> {
        let day = |t: &Timestamp| t.to_zoned_datetime(self.context.plan.book.zone.clone()).date();
        Some(match (self.value, other) {
            (Value::Number(a), Value::Number(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Date(a), Value::Time(b)) => a.cmp(&day(b)),
            (Value::Time(a), Value::Date(b)) => day(a).cmp(b),
            _ => return None,
        })
    }
}

fn quantified(rights: &[Right], all: bool, ask: impl Fn(&Right) -> Answer) -> Answer {
    let answers = rights.iter().map(ask);
    if all { answers.min().unwrap_or(Answer::Yes) } else { answers.max().unwrap_or(Answer::No) }
}

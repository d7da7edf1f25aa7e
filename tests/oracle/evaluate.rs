//! The oracle's own reading of conditions: three-valued, plain, and written apart from the engine's.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime as Zoned};
use rust_decimal::Decimal;

use turf::model::{
    Answer, Attribute, Comparison, Condition, ConditionKind, FieldPath, Moment, Period, Place, PlacedTest, Predicate, Record, Right, Root,
    TerritoryId, Test, Type, Unit, Value, ValueSet, plain,
};
use turf::plan::Plan;

use super::Event;

/// How deep segments and derived fields may lead into one another; the resolver refuses loops, this bounds the rest.
const DEPTH: u32 = 256;

/// Holds all that a condition can look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The book and the reference data.
    pub plan: &'a Plan,
    /// The record that is decided.
    pub record: &'a Record,
    /// The candidate rep, where there is one.
    pub candidate: Option<&'a Record>,
    /// The territory the record was placed in.
    pub placed: Option<TerritoryId>,
    /// The moment of the decision.
    pub at: Timestamp,
    /// Everything assigned so far.
    pub events: &'a [Event],
}

impl<'a> Context<'a> {
    /// Returns the moment in the project's zone.
    pub fn now(&self) -> Zoned {
        self.at.to_zoned_datetime(self.plan.book.zone.clone())
    }

    /// Returns the day in the project's zone.
    pub fn today(&self) -> Date {
        self.now().date()
    }
}

/// What a path led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a> {
    /// A value.
    Value(Cow<'a, Value>),
    /// Nothing, and why, in words: ``the field `state` is empty``.
    Missing(Missing),
}

/// Why a path led to nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The field, as written, has no value.
    Field(Arc<str>),
    /// The field on the way, as written, names a record that is not there.
    Dangling {
        /// The path up to the reference.
        field: Arc<str>,
        /// The record's type.
        kind: Arc<str>,
        /// The key that was not found.
        key: Arc<str>,
    },
    /// The text has no `@`, so it has no domain.
    NoDomain(Arc<str>),
    /// No line of the derived field applies.
    NoClass(Arc<str>),
}

/// Follows the references of a place; gives the record or why there is none.
///
/// # Errors
/// Says which field was missing or dangling.
pub fn locate<'a>(place: &Place, context: &Context<'a>) -> Result<&'a Record, Missing> {
    let mut record = match place.root {
        Root::Subject => context.record,
        Root::Candidate => context.candidate.ok_or_else(|| Missing::Field("rep".into()))?,
    };
    let schema = &context.plan.book.schema;
    let mut written = String::new();
    for (kind, field) in &place.steps {
        let declared = schema.field(*kind, *field);
        if !written.is_empty() {
            written.push('.');
        }
        written.push_str(&declared.name);
        let (Some(Value::Reference(key)), Type::Reference(to)) = (record.value(*field), &declared.ty) else {
            return Err(Missing::Field(written.as_str().into()));
        };
        record = context.plan.data.get(*to, key).ok_or_else(|| Missing::Dangling {
            field: written.as_str().into(),
            kind: schema.record(*to).name.clone(),
            key: key.clone(),
        })?;
    }
    Ok(record)
}

/// Looks a path up.
pub fn find<'a>(path: &FieldPath, context: &Context<'a>) -> Found<'a> {
    find_at(path, context, 0)
}

fn find_at<'a>(path: &FieldPath, context: &Context<'a>, depth: u32) -> Found<'a> {
    let record = match locate(&path.place, context) {
        Ok(record) => record,
        Err(missing) => return Found::Missing(missing),
    };
    match path.attribute {
        Attribute::Field(field) => match record.value(field) {
            None => Found::Missing(Missing::Field(path.written.clone())),
            Some(Value::Text(text)) if path.domain_of => match domain(text) {
                Some(domain) => Found::Value(Cow::Owned(Value::Text(domain))),
                None => Found::Missing(Missing::NoDomain(path.written.clone())),
            },
            Some(value) => Found::Value(Cow::Borrowed(value)),
        },
        Attribute::Class(class) => {
            let class = &context.plan.book.classes[class.index()];
            let today = context.today();
            let there = Context { record, ..*context };
            let line = class.lines.iter().find(|line| {
                let applies = line.dates.contains(today) && depth < DEPTH;
                applies && line.when.as_ref().is_none_or(|when| answer_at(when, &there, depth + 1).is_yes())
            });
            match line {
                Some(line) => Found::Value(Cow::Owned(Value::Choice(line.value.text.clone()))),
                None => Found::Missing(Missing::NoClass(path.written.clone())),
            }
        }
    }
}

/// Returns the domain of an e-mail address in small letters.
pub fn domain(address: &str) -> Option<Arc<str>> {
    let (_, domain) = address.trim().rsplit_once('@')?;
    let domain = domain.trim_end_matches('>').trim();
    (!domain.is_empty()).then(|| domain.to_lowercase().into())
}

/// Answers a condition in three-valued logic.
pub fn answer(condition: &Condition, context: &Context<'_>) -> Answer {
    answer_at(condition, context, 0)
}

fn answer_at(condition: &Condition, context: &Context<'_>, depth: u32) -> Answer {
    if depth > DEPTH {
        return Answer::CannotTell;
    }
    match &condition.kind {
        ConditionKind::All(parts) => parts.iter().map(|p| answer_at(p, context, depth + 1)).min().unwrap_or(Answer::Yes),
        ConditionKind::Any(parts) => parts.iter().map(|p| answer_at(p, context, depth + 1)).max().unwrap_or(Answer::No),
        ConditionKind::Not(part) => answer_at(part, context, depth + 1).negate(),
        ConditionKind::Test(test) => answer_test_at(test, context, depth),
        ConditionKind::Placed(test) => placed(test, context).into(),
        ConditionKind::SeenBefore { by, within } => match find_at(by, context, depth) {
            Found::Missing(_) => Answer::CannotTell,
            Found::Value(value) => previous(context, by, &value, *within).is_some().into(),
        },
        ConditionKind::Segment { segment, at } => {
            let Ok(record) = locate(at, context) else { return Answer::CannotTell };
            match context.plan.book.segments[segment.index()].conditions.get(&at.record) {
                Some(inner) => answer_at(inner, &Context { record, ..*context }, depth + 1),
                None => Answer::CannotTell,
            }
        }
    }
}

/// Finds the last assignment of the same value, looking at every one there was.
pub fn previous<'a>(context: &Context<'a>, by: &FieldPath, value: &Value, within: Period) -> Option<&'a Event> {
    let wanted = history_key(value, &by.ty)?;
    let since = moment_before(&context.now(), within).timestamp();
    let same = |e: &&Event| {
        let there = Context { record: &e.record, at: e.at, events: &[], ..*context };
        let had = if let Found::Value(v) = find(by, &there) { history_key(&v, &by.ty) } else { None };
        had.as_ref() == Some(&wanted)
    };
    let alike = context.events.iter().filter(|e| e.work && e.record.kind == context.record.kind);
    alike.rev().find(same).filter(|e| e.at >= since)
}

/// Returns the text under which a value is remembered; what is unlisted equals nothing, so it is not.
pub fn history_key(value: &Value, ty: &Type) -> Option<String> {
    match value {
        Value::Unlisted(_) | Value::Set { .. } => None,
        value if *ty == (Type::Text { any_case: true }) => Some(plain(value, ty).to_lowercase()),
        value => Some(plain(value, ty)),
    }
}

fn placed(test: &PlacedTest, context: &Context<'_>) -> bool {
    match test {
        PlacedTest::Present => context.placed.is_some(),
        PlacedTest::Missing => context.placed.is_none(),
        PlacedTest::Within { territories, negated } => {
            let mut at = context.placed;
            let mut inside = false;
            while let Some(territory) = at {
                inside |= territories.contains(&territory);
                at = context.plan.book.territories[territory.index()].parent;
            }
            inside != *negated
        }
    }
}

fn answer_test_at(test: &Test, context: &Context<'_>, depth: u32) -> Answer {
    let found = find_at(&test.subject, context, depth);
    let answer = match (&test.predicate, &found) {
        (Predicate::Missing, found) => matches!(found, Found::Missing(_)).into(),
        (Predicate::Present, found) => matches!(found, Found::Value(_)).into(),
        (_, Found::Missing(_)) => return Answer::CannotTell,
        (predicate, Found::Value(value)) => Asked { test, value, context, depth }.answer(predicate),
    };
    if test.negated { answer.negate() } else { answer }
}

/// A present value and what is asked of it.
struct Asked<'q, 'a> {
    test: &'q Test,
    value: &'q Value,
    context: &'q Context<'a>,
    depth: u32,
}

impl Asked<'_, '_> {
    fn answer(&self, predicate: &Predicate) -> Answer {
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
            Predicate::Before(moment) => self.against(moment, std::cmp::Ordering::is_lt),
            Predicate::After(moment) => self.against(moment, std::cmp::Ordering::is_gt),
            Predicate::WithinLast(period) => self.within(&moment_before(&self.context.now(), *period), &self.context.now()),
            Predicate::WithinNext(period) => self.within(&self.context.now(), &moment_after(&self.context.now(), *period)),
        }
    }

    fn with(&self, right: &Right, ask: impl Fn(&Value, &Type) -> bool) -> Answer {
        match right {
            Right::Value(value) => ask(value, &self.test.subject.ty).into(),
            Right::Field(path) => match find_at(path, self.context, self.depth + 1) {
                Found::Missing(_) => Answer::CannotTell,
                Found::Value(value) => ask(&value, &path.ty).into(),
            },
        }
    }

    fn same(&self, right: &Value, right_type: &Type) -> bool {
        match (self.value, right) {
            (Value::Time(_), Value::Date(_)) => self.order(right).is_some_and(std::cmp::Ordering::is_eq),
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

    fn against(&self, moment: &Moment, ask: fn(std::cmp::Ordering) -> bool) -> Answer {
        let now = self.context.now();
        let is_date = matches!(self.value, Value::Date(_));
        let relative = |at: Zoned| if is_date { Value::Date(at.date()) } else { Value::Time(at.timestamp()) };
        let moment = match moment {
            Moment::Fixed(value) => value.clone(),
            Moment::Field(path) => match find_at(path, self.context, self.depth + 1) {
                Found::Missing(_) => return Answer::CannotTell,
                Found::Value(value) => value.into_owned(),
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
    fn order(&self, other: &Value) -> Option<std::cmp::Ordering> {
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

fn compare(left: &Value, op: Comparison, right: &Value) -> bool {
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return false };
    let (left, right): (&Decimal, &Decimal) = (left, right);
    match op {
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

/// Returns the text of a text-like value; an unlisted value has none, because it equals nothing.
pub fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Choice(text) | Value::Reference(text) => Some(text),
        Value::Unlisted(_) | Value::Set { .. } | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::YesNo(_) => None,
    }
}

/// Whether values of the type are read without regard to letter case.
fn folds(ty: &Type) -> bool {
    matches!(ty, Type::Text { any_case: true } | Type::OneOf(_))
}

/// Returns whether two present values are the same. Unlisted values equal nothing, not even one another.
pub fn same(left: &Value, left_type: &Type, right: &Value, right_type: &Type) -> bool {
    match (text_of(left), text_of(right)) {
        (Some(a), Some(b)) if folds(left_type) || folds(right_type) => a.to_lowercase() == b.to_lowercase(),
        (Some(a), Some(b)) => a == b,
        _ => match (left, right) {
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Date(a), Value::Date(b)) => a == b,
            (Value::Time(a), Value::Time(b)) => a == b,
            (Value::YesNo(a), Value::YesNo(b)) => a == b,
            _ => false,
        },
    }
}

fn span(period: Period) -> jiff::Span {
    let amount = i64::from(period.amount);
    let span = jiff::Span::new();
    let made = match period.unit {
        Unit::Minutes => span.try_minutes(amount),
        Unit::Hours => span.try_hours(amount),
        Unit::Days => span.try_days(amount),
        Unit::Weeks => span.try_weeks(amount),
        Unit::Months => span.try_months(amount),
    };
    made.unwrap_or_default()
}

/// Goes back by a period on the calendar of the moment's zone; as far as the calendar reaches.
pub fn moment_before(now: &Zoned, period: Period) -> Zoned {
    now.checked_sub(span(period)).unwrap_or_else(|_| Timestamp::MIN.to_zoned_datetime(now.time_zone().clone()))
}

/// Goes ahead by a period on the calendar of the moment's zone; as far as the calendar reaches.
pub fn moment_after(now: &Zoned, period: Period) -> Zoned {
    now.checked_add(span(period)).unwrap_or_else(|_| Timestamp::MAX.to_zoned_datetime(now.time_zone().clone()))
}

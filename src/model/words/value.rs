//! The smallest pieces: names, values, numbers, periods, days and paths, each as the grammar reads it.

use rust_decimal::Decimal;

use crate::model::{Attribute, Dates, FieldPath, Period, Place, Root, Rulebook, Type, Unit, Value, ValueSet, show_number};
use crate::text::wording;

/// Values that would be read as a word of the language where a value may stand.
const SPOKEN_FOR: &[&str] = &["missing", "present", "today", "now"];

/// Says how far the path of a subject is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paths {
    /// As short as it can be: for a condition of one record.
    Shortest,
    /// With the record's name in front where the author wrote it: it limits the records that a definition fits.
    AsMeant,
}

/// Writes a name: bare when it is one word, else in quotes.
#[must_use]
pub fn name(name: &str) -> String {
    wording::as_written(name)
}

/// Writes a text where a value is read.
pub(super) fn text(text: &str) -> String {
    if SPOKEN_FOR.contains(&text) { format!("\"{text}\"") } else { wording::as_written(text) }
}

/// Writes a value of a type.
pub(super) fn value(value: &Value, ty: &Type) -> String {
    match value {
        Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t) => text(t),
        Value::Set { listed, unlisted } => {
            format!("[{}]", listed.iter().chain(unlisted).map(|t| text(t)).collect::<Vec<_>>().join(", "))
        }
        Value::Number(n) if *ty == Type::Percent => format!("{}%", number(*n)),
        Value::Number(n) => number(*n),
        Value::Date(day) => day.to_string(),
        Value::Time(at) => {
            let written = at.to_string();
            written.strip_suffix(":00Z").map_or(written.clone(), |short| format!("{short}Z"))
        }
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
    }
}

/// Writes a number with groups as a rule has them: `1_000`.
pub(super) fn number(number: Decimal) -> String {
    show_number(number).replace(',', "_")
}

/// Writes the values of `in`, sorted; a named list by its name.
pub(super) fn set(book: &Rulebook, set: &ValueSet, ty: &Type) -> String {
    if let Some(list) = set.list.and_then(|l| book.lists.get(l.index())) {
        return name(list.name.as_str());
    }
    let texts = sorted(set.texts.iter().map(|t| text(t)).collect());
    let mut numbers: Vec<Decimal> = set.numbers.iter().copied().collect();
    numbers.sort();
    let mut days: Vec<_> = set.dates.iter().copied().collect();
    days.sort();
    let numbers = numbers.into_iter().map(|n| value(&Value::Number(n), ty));
    let all: Vec<String> = texts.into_iter().chain(numbers).chain(days.into_iter().map(|d| d.to_string())).collect();
    format!("[{}]", all.join(", "))
}

/// Sorts what is written as if nothing stood in quotes.
pub(super) fn sorted(mut written: Vec<String>) -> Vec<String> {
    written.sort_by(|a, b| a.trim_matches('"').cmp(b.trim_matches('"')).then_with(|| a.cmp(b)));
    written.dedup();
    written
}

/// Writes a length of time: `1 hour`, `90 days`.
#[must_use]
pub fn period(period: Period) -> String {
    let unit = match period.unit {
        Unit::Minutes => "minute",
        Unit::Hours => "hour",
        Unit::Days => "day",
        Unit::Weeks => "week",
        Unit::Months => "month",
    };
    format!("{} {unit}{}", period.amount, if period.amount == 1 { "" } else { "s" })
}

/// Writes days in force, `from 2027-02-01 through 2027-07-31`; none when there is neither a first nor a last.
#[must_use]
pub fn dates(dates: &Dates) -> Option<String> {
    let from = dates.from.map(|d| format!("from {d}"));
    let through = dates.through.map(|d| format!("through {d}"));
    let parts: Vec<String> = from.into_iter().chain(through).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Writes the left side of an operator.
pub(super) fn left(book: &Rulebook, path: &FieldPath, paths: Paths) -> String {
    let own = root_name(book, &path.place);
    let spelt_out = path.written.trim_start_matches("domain of ").strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
    let with_record = paths == Paths::AsMeant && spelt_out;
    let dotted = dotted(book, &path.place, &attribute(book, path), with_record);
    if path.domain_of { format!("domain of {dotted}") } else { dotted }
}

/// Writes a field where a bare word would be a value: always with a dot.
pub(super) fn right(book: &Rulebook, path: &FieldPath) -> String {
    dotted(book, &path.place, &attribute(book, path), path.place.steps.is_empty())
}

/// Writes the path to something of the record at a place; `with_record` puts the record's name in front.
pub(super) fn dotted(book: &Rulebook, place: &Place, last: &str, with_record: bool) -> String {
    let mut parts: Vec<&str> = place.steps.iter().map(|(record, field)| &*book.schema.field(*record, *field).name).chain([last]).collect();
    // A field called `rep` would be read as the candidate.
    let mistakable = place.steps.first().is_some_and(|_| parts.first() == Some(&"rep"));
    if place.root == Root::Candidate {
        parts.insert(0, "rep");
    } else if with_record || mistakable {
        parts.insert(0, root_name(book, place));
    }
    let alone = parts.len() == 1;
    parts.into_iter().map(|p| part(p, alone)).collect::<Vec<_>>().join(".")
}

fn attribute(book: &Rulebook, path: &FieldPath) -> String {
    match path.attribute {
        Attribute::Field(field) => book.schema.field(path.place.record, field).name.to_string(),
        Attribute::Class(class) => book.classes.get(class.index()).map(|c| c.name.to_string()).unwrap_or_default(),
    }
}

fn root_name<'b>(book: &'b Rulebook, place: &Place) -> &'b str {
    let root = place.steps.first().map_or(place.record, |(record, _)| *record);
    &book.schema.record(root).name
}

/// Writes one part of a path; what would be read as a number, a date or a shouted keyword stands in quotes.
fn part(part: &str, alone: bool) -> String {
    let shouted = alone && matches!(part, "AND" | "OR" | "NOT" | "IS" | "IN");
    if shouted || part.starts_with(|c: char| c.is_ascii_digit()) { format!("\"{part}\"") } else { wording::as_written(part) }
}

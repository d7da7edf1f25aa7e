//! Text to values: cells of data files and literals of rules, by type.
//!
//! What comes in is one cell (or one literal) and the type it must have; what goes out is a value, "missing", or a
//! sentence that says what was expected. One place for both, so a rule and a cell can never be read differently.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::number::{NumberForm, read_number};
use super::{Type, Value, plain};
use crate::text::wording;

/// Says why a cell cannot be read as its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The cell, shortened.
    pub cell: String,
    /// The end of the sentence that begins with the cell: what is wrong and what to write instead.
    pub reason: String,
}

impl Unreadable {
    /// Makes one; the cell is shortened and its control characters are replaced.
    #[must_use]
    pub fn new(cell: &str, reason: impl Into<String>) -> Self {
        const MOST: usize = 60;
        let mut shown: String = cell.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        if cell.chars().nth(MOST).is_some() {
            shown.push('…');
        }
        Self { cell: shown, reason: reason.into() }
    }

    /// Returns the sentence without the cell itself, for private fields.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("the value {}", self.reason)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.cell, self.reason)
    }
}

/// Reads a cell of a data file; `None` when nothing is left after trimming.
///
/// Shapes: `one of` folds letter case and blanks to the declared spelling; sets split on their separator, and a cell
/// that holds only separators is the set without elements; a time without offset is taken in `zone`, and where clocks
/// change, a skipped time is moved forward by the gap and a repeated one means the first (RFC 5545's rule); a time
/// without hours is the beginning of that day.
///
/// # Errors
/// [`Unreadable`] when the cell is not of the type.
pub fn read_cell(cell: &str, ty: &Type, zone: &TimeZone) -> Result<Option<Value>, Unreadable> {
    read(cell, ty, zone, true)
}

/// Reads a literal of a rule: as a cell, but commas group no digits there, because they separate values.
///
/// # Errors
/// [`Unreadable`] when the literal is not of the type.
pub fn read_literal(raw: &Arc<str>, ty: &Type, zone: &TimeZone) -> Result<Option<Value>, Unreadable> {
    // Most literals are text that is taken as it stands, and books have hundreds of thousands of them.
    let as_it_stands = !raw.is_empty() && trim(raw).len() == raw.len();
    match ty {
        Type::Text { .. } | Type::Calendar if as_it_stands => Ok(Some(Value::Text(raw.clone()))),
        Type::Reference(_) if as_it_stands => Ok(Some(Value::Reference(raw.clone()))),
        _ => read(raw, ty, zone, false),
    }
}

/// Returns a text in small letters.
pub fn small_letters(text: &Arc<str>) -> Arc<str> {
    let already = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if already { text.clone() } else { text.to_lowercase().into() }
}

/// Folds a postal code or a piece of one: capitals, no blanks.
pub fn folded_postal(text: &Arc<str>) -> Arc<str> {
    let already = text.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_lowercase());
    if already { text.clone() } else { fold_postal(text) }
}

/// Reads the key of a record, or a reference to one, as text; `key` is the type of the key field.
///
/// # Errors
/// [`Unreadable`] when the cell is not of the key's type.
pub fn read_key(cell: &str, key: &Type, zone: &TimeZone) -> Result<Option<Arc<str>>, Unreadable> {
    Ok(read_cell(cell, key, zone)?.map(|value| match value {
        Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t) => t,
        other => plain(&other, key).into(),
    }))
}

/// Makes a set from its elements as written; blank ones are dropped.
pub fn read_elements<'a>(elements: impl IntoIterator<Item = &'a str>, values: Option<&[Arc<str>]>) -> Value {
    let mut listed = BTreeSet::new();
    let mut unlisted = BTreeSet::new();
    for element in elements.into_iter().map(trim).filter(|e| !e.is_empty()) {
        match values.map(|all| declared(element, all)) {
            None => listed.insert(element.into()),
            Some(Some(value)) => listed.insert(value),
            Some(None) => unlisted.insert(element.into()),
        };
    }
    Value::Set { listed, unlisted }
}

/// Cuts outer blanks, the invisible ones of copied text included.
#[must_use]
#[inline]
pub fn trim(cell: &str) -> &str {
    // Most cells have nothing to cut, which their first and last byte tell.
    if let (Some(first), Some(last)) = (cell.as_bytes().first(), cell.as_bytes().last())
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return cell;
    }
    cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

/// Finds a time zone in the bundled IANA database, so that every machine knows the same zones.
///
/// # Errors
/// Near names when there is none of that name.
pub fn time_zone(name: &str) -> Result<TimeZone, Vec<String>> {
    let zones = TimeZoneDatabase::bundled();
    zones.get(name).map_err(|_| {
        let names: BTreeSet<String> = zones.available().map(|n| n.to_string()).collect();
        // People give the city alone, or with a blank.
        let wanted = name.replace(' ', "_");
        let city = names.iter().filter(|n| n.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&wanted)));
        let mut near: Vec<String> = city.take(2).cloned().collect();
        if near.is_empty() {
            near = wording::nearest(name, names.iter().map(String::as_str));
        }
        near
    })
}

fn read(cell: &str, ty: &Type, zone: &TimeZone, commas: bool) -> Result<Option<Value>, Unreadable> {
    let cell = trim(cell);
    if cell.is_empty() {
        return Ok(None);
    }
    let number = |currency: Option<&str>, percent: bool| read_number(cell, NumberForm { currency, percent, commas }).map(Value::Number);
    let value = match ty {
        Type::Text { .. } | Type::Calendar => Ok(Value::Text(cell.into())),
        Type::OneOf(values) => Ok(declared(cell, values).map_or_else(|| Value::Unlisted(cell.into()), Value::Choice)),
        Type::Set { values, separator } if separator.is_empty() => Ok(read_elements([cell], values.as_deref())),
        Type::Set { values, separator } => Ok(read_elements(cell.split(&**separator), values.as_deref())),
        Type::Number => number(None, false),
        Type::Percent => number(None, true),
        Type::Money(currency) => number(Some(currency), false),
        Type::Date => read_date(cell).map(Value::Date),
        Type::Time => read_time(cell, zone).map(Value::Time),
        Type::Postal => Ok(Value::Text(fold_postal(cell))),
        Type::YesNo => read_yes_no(cell).map(Value::YesNo),
        Type::Reference(_) => Ok(Value::Reference(cell.into())),
    };
    value.map(Some).map_err(|reason| Unreadable::new(cell, reason))
}

/// Finds the declared spelling of a value: exactly, or but for letter case and blanks.
fn declared(cell: &str, values: &[Arc<str>]) -> Option<Arc<str>> {
    if let Some(same) = values.iter().find(|v| &***v == cell) {
        return Some(same.clone());
    }
    if let Some(same) = values.iter().find(|v| v.eq_ignore_ascii_case(cell)) {
        return Some(same.clone());
    }
    // Plain words have nothing left to fold.
    if cell.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let wanted = fold(cell);
    values.iter().find(|v| fold(v) == wanted).cloned()
}

/// Folds a postal code: capitals, no blanks.
fn fold_postal(cell: &str) -> Arc<str> {
    cell.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect::<String>().into()
}

fn read_yes_no(cell: &str) -> Result<bool, String> {
    let is = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(cell));
    if is(&["yes", "true", "1", "y"]) {
        Ok(true)
    } else if is(&["no", "false", "0", "n"]) {
        Ok(false)
    } else {
        Err("is neither yes nor no; write yes or no".to_owned())
    }
}

/// Reads `2027-03-01`; a midnight behind it, as databases export days, is dropped.
fn read_date(cell: &str) -> Result<Date, String> {
    let wrong = || "is not a date; write the year first, such as 2027-03-01, or name the format in turf.toml".to_owned();
    if !begins_with_day(cell) {
        return Err(wrong());
    }
    if cell.len() == 10 {
        return cell.parse().map_err(|_| "is not a day of the calendar; write an existing day, such as 2027-03-01".to_owned());
    }
    match local(cell) {
        Some(at) if at.time() == Time::midnight() => Ok(at.date()),
        Some(_) => Err("is a time, and this field is a date; write the day alone, such as 2027-03-01".to_owned()),
        None => Err(wrong()),
    }
}

fn read_time(cell: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let wrong = || "is not a time; write such as 2027-03-01T09:30 or 2027-03-01T09:30:00+02:00, or name the format in turf.toml".to_owned();
    if !begins_with_day(cell) {
        return Err(wrong());
    }
    match local(cell) {
        Some(at) => zone.to_ambiguous_timestamp(at).compatible().map_err(|_| wrong()),
        None => cell.parse().map_err(|_| wrong()),
    }
}

/// Returns whether the text begins like `2027-03-01`.
fn begins_with_day(text: &str) -> bool {
    let shape = text.bytes().take(10).enumerate().filter(|(i, b)| if matches!(i, 4 | 7) { *b == b'-' } else { b.is_ascii_digit() });
    shape.count() == 10
}

/// Reads a day and time that carry no offset and no zone.
fn local(cell: &str) -> Option<DateTime> {
    let bare = !cell.bytes().skip(10).any(|b| matches!(b, b'+' | b'-' | b'z' | b'Z' | b'[') || !b.is_ascii());
    if bare { cell.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::show;
    use proptest::prelude::*;

    fn zone() -> TimeZone {
        time_zone("America/New_York").expect("a zone")
    }

    fn strings(words: &[&str]) -> Arc<[Arc<str>]> {
        words.iter().map(|w| Arc::from(*w)).collect()
    }

    fn one_of() -> Type {
        Type::OneOf(strings(&["US", "financial services", "Straße"]))
    }

    fn set_of() -> Type {
        Type::Set { values: Some(strings(&["crm", "analytics"])), separator: ";".into() }
    }

    /// What a cell reads as: its display form with a letter for the kind, `-` for missing, `!` for unreadable.
    fn outcome(cell: &str, ty: &Type) -> String {
        match read_cell(cell, ty, &zone()) {
            Ok(None) => "-".to_owned(),
            Ok(Some(Value::Unlisted(v))) => format!("unlisted {v}"),
            Ok(Some(v)) => show(&v, ty, &zone()),
            Err(_) => "!".to_owned(),
        }
    }

    #[test]
    fn every_type_reads_its_spellings() {
        let text = Type::Text { any_case: false };
        let cases: &[(&Type, &str, &str)] = &[
            (&text, "  Mercy  Hospital\u{a0}", "Mercy  Hospital"),
            (&text, " \u{feff}\t", "-"),
            (&one_of(), " us ", "US"),
            (&one_of(), "Financial   Services", "financial services"),
            (&one_of(), "Financial\u{a0}Services", "financial services"),
            (&one_of(), "STRASSE", "unlisted STRASSE"),
            (&one_of(), "straße", "Straße"),
            (&one_of(), "USA", "unlisted USA"),
            (&set_of(), "CRM; analytics ;;", "analytics, crm"),
            (&set_of(), "crm;bogus", "crm, bogus"),
            (&set_of(), ";", "none"),
            (&Type::Number, "1,234.50", "1,234.5"),
            (&Type::Number, "12o", "!"),
            (&Type::Percent, "25%", "25%"),
            (&Type::Money("USD".into()), "$1.2M", "1,200,000 USD"),
            (&Type::Date, "2027-03-01", "2027-03-01"),
            (&Type::Date, "2027-03-01 00:00:00", "2027-03-01"),
            (&Type::Date, "2027-03-01 10:00", "!"),
            (&Type::Date, "2027-02-30", "!"),
            (&Type::Date, "03/01/2027", "!"),
            (&Type::Date, "20270301", "!"),
            (&Type::Date, "2027-03-01T00:00Z", "!"),
            (&Type::Time, "2027-03-01", "2027-03-01 00:00-05:00"),
            (&Type::Time, "2027-03-01T09:30", "2027-03-01 09:30-05:00"),
            (&Type::Time, "2027-03-01 09:30:01.5", "2027-03-01 09:30:01.5-05:00"),
            (&Type::Time, "2027-03-01T09:30Z", "2027-03-01 04:30-05:00"),
            (&Type::Time, "2027-03-01T09:30:00+02:00", "2027-03-01 02:30-05:00"),
            (&Type::Time, "2027-03-14T02:30", "2027-03-14 03:30-04:00"),
            (&Type::Time, "2027-11-07T01:30", "2027-11-07 01:30-04:00"),
            (&Type::Time, "9:30", "!"),
            (&Type::Time, "2027-03-01T25:00", "!"),
            (&Type::Postal, " sw1a 1aa ", "SW1A1AA"),
            (&Type::YesNo, "Y", "yes"),
            (&Type::YesNo, "FALSE", "no"),
            (&Type::YesNo, "maybe", "!"),
            (&Type::Reference(crate::model::RecordId(0)), " ana ", "ana"),
            (&Type::Calendar, "berlin", "berlin"),
        ];
        for (ty, cell, wanted) in cases {
            assert_eq!(outcome(cell, ty), *wanted, "{cell:?} as {ty:?}");
        }
    }

    #[test]
    fn messages_say_what_to_write() {
        let wrong = read_cell("12o", &Type::Number, &zone()).expect_err("not a number");
        assert_eq!(wrong.to_string(), "`12o` is not a number; write digits such as 1200, 1,200 or 1.2K");
        assert_eq!(wrong.masked(), "the value is not a number; write digits such as 1200, 1,200 or 1.2K");
        let wrong = read_literal(&"1,200".into(), &Type::Number, &zone()).expect_err("commas group nothing in rules");
        assert_eq!(wrong.to_string(), "`1,200` is not a number; write digits such as 1200, 1_200 or 1.2K");
        assert_eq!(Unreadable::new(&"x".repeat(100), "").cell.chars().count(), 61);
    }

    #[test]
    fn keys_are_folded_by_their_type() {
        assert_eq!(read_key("94 105", &Type::Postal, &zone()), Ok(Some("94105".into())));
        assert_eq!(read_key("1,000.0", &Type::Number, &zone()), Ok(Some("1000".into())));
        assert_eq!(read_key(" ", &Type::Number, &zone()), Ok(None));
    }

    #[test]
    fn zones_have_near_names() {
        assert!(time_zone("UTC").is_ok());
        assert_eq!(time_zone("Berlin").err(), Some(vec!["Europe/Berlin".to_owned()]));
        assert_eq!(time_zone("America/New York").err(), Some(vec!["America/New_York".to_owned()]));
        assert_eq!(time_zone("America/NewYrok").err(), Some(vec!["America/New_York".to_owned()]));
    }

    fn cases() -> ProptestConfig {
        ProptestConfig { cases: std::env::var("TURF_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64), ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn nothing_panics(cell in "\\PC*|[-+$€0-9,_.eEkKmMbB%TZ:() ]{0,40}|[0-9]{4}-[0-9]{2}-[0-9]{2}.{0,20}") {
            for ty in [Type::Text { any_case: true }, one_of(), set_of(), Type::Number, Type::Percent, Type::Money("EUR".into()),
                       Type::Date, Type::Time, Type::Postal, Type::YesNo, Type::Calendar] {
                if let Ok(Some(value)) = read_cell(&cell, &ty, &zone()) {
                    let _ = show(&value, &ty, &zone());
                    // What is written for machines reads back as the same value.
                    let again = read_cell(&plain(&value, &ty), &ty, &zone());
                    if !matches!(&value, Value::Set { listed, unlisted } if listed.is_empty() && unlisted.is_empty()) {
                        prop_assert_eq!(again, Ok(Some(value)));
                    }
                }
                let _ = read_literal(&cell.as_str().into(), &ty, &zone());
            }
        }

        #[test]
        fn displayed_numbers_read_back(mantissa in -9_999_999_999_999_999_999_999_999_999_i128..=9_999_999_999_999_999_999_999_999_999, scale in 0_u32..=28) {
            let number = rust_decimal::Decimal::from_i128_with_scale(mantissa, scale).normalize();
            for ty in [Type::Number, Type::Percent, Type::Money("GBP".into())] {
                let shown = show(&Value::Number(number), &ty, &zone());
                prop_assert_eq!(read_cell(&shown, &ty, &zone()), Ok(Some(Value::Number(number))), "{}", shown);
            }
        }
    }
}

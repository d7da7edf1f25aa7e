//! Values to text: for people, and for files that machines read.
//!
//! The way back from [`super::read`]: whatever is written here reads as the same value again.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{Type, Value};

/// Writes a value for people: `1,200,000 USD`, `25%`, `2027-03-01 09:30-05:00` (in the zone given), `crm, analytics`.
#[must_use]
pub fn show(value: &Value, ty: &Type, zone: &TimeZone) -> String {
    match value {
        Value::Number(n) => match ty {
            Type::Percent => format!("{}%", show_number(*n)),
            Type::Money(currency) => format!("{} {currency}", show_amount(*n)),
            _ => show_number(*n),
        },
        Value::Time(at) => show_time(*at, zone),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Set { listed, unlisted } if listed.is_empty() && unlisted.is_empty() => "none".to_owned(),
        Value::Set { listed, unlisted } => elements(listed, unlisted, ", "),
        Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t) => t.to_string(),
        Value::Date(day) => day.to_string(),
    }
}

/// Writes a value for CSV and JSON: numbers without groups, times in UTC, sets with the separator of their type.
#[must_use]
pub fn plain(value: &Value, ty: &Type) -> String {
    match value {
        Value::Number(n) => n.normalize().to_string(),
        Value::Time(at) => at.to_string(),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Set { listed, unlisted } => {
            let separator = if let Type::Set { separator, .. } = ty { separator } else { ";" };
            elements(listed, unlisted, separator)
        }
        Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t) => t.to_string(),
        Value::Date(day) => day.to_string(),
    }
}

/// Writes a number with thousands groups: `1,234.5`.
#[must_use]
pub fn show_number(number: Decimal) -> String {
    let digits = number.normalize().abs().to_string();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 2);
    if number.is_sign_negative() && !number.is_zero() {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Writes an amount: as a number, but a lone tenth gets its second digit: `1,200.50`.
fn show_amount(amount: Decimal) -> String {
    let mut out = show_number(amount);
    if amount.normalize().scale() == 1 {
        out.push('0');
    }
    out
}

/// Writes an instant in a zone; seconds only when there are any.
#[must_use]
pub fn show_time(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    let whole = local.second() == 0 && local.subsec_nanosecond() == 0;
    local.strftime(if whole { "%Y-%m-%d %H:%M%:z" } else { "%Y-%m-%d %H:%M:%S%.f%:z" }).to_string()
}

fn elements(listed: &BTreeSet<Arc<str>>, unlisted: &BTreeSet<Arc<str>>, between: &str) -> String {
    listed.iter().chain(unlisted).map(|e| &**e).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().expect("a number")
    }

    #[test]
    fn numbers_are_grouped() {
        for (given, wanted) in [("0", "0"), ("-0.50", "-0.5"), ("999", "999"), ("1000", "1,000"), ("-1234567.25", "-1,234,567.25")] {
            assert_eq!(show_number(number(given)), wanted);
        }
        assert_eq!(show(&Value::Number(number("1200.5")), &Type::Money("USD".into()), &TimeZone::UTC), "1,200.50 USD");
        assert_eq!(plain(&Value::Number(number("1200.50")), &Type::Money("USD".into())), "1200.5");
    }

    #[test]
    fn times_are_shown_in_their_zone() {
        let at: Timestamp = "2027-03-01T09:30:00Z".parse().expect("a time");
        let zone = super::super::time_zone("Europe/Berlin").expect("a zone");
        assert_eq!(show_time(at, &zone), "2027-03-01 10:30+01:00");
        assert_eq!(plain(&Value::Time(at), &Type::Time), "2027-03-01T09:30:00Z");
    }
}

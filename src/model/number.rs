//! Numbers as sales people write them, read exactly: groups, K / M / B, percent signs and currencies.
//!
//! Text in, an exact decimal or a reason out. Kept apart from [`super::read`] because numbers have more spellings than
//! all other types together. Nothing is ever rounded: what does not fit is refused.

use rust_decimal::Decimal;

/// Says which spellings are allowed besides plain digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct NumberForm<'a> {
    /// The currency of a money field; its sign or code may stand before or after.
    pub currency: Option<&'a str>,
    /// Whether a percent sign may follow.
    pub percent: bool,
    /// Whether groups may be written with commas, as spreadsheets do.
    pub commas: bool,
}

const NOT_A_NUMBER: &str = "is not a number; write digits such as 1200, 1,200 or 1.2K";
const NOT_A_LITERAL: &str = "is not a number; write digits such as 1200, 1_200 or 1.2K";
const NOT_AN_AMOUNT: &str = "is not an amount; write digits such as 1200, 1,200 or 1.2M";
const NOT_A_PERCENTAGE: &str = "is not a percentage; write digits such as 25%, 25 or 2.5%";

/// Reads a number; the error continues the sentence that begins with the cell.
pub(super) fn read_number(cell: &str, form: NumberForm<'_>) -> Result<Decimal, String> {
    let otherwise = || match form {
        NumberForm { commas: false, .. } => NOT_A_LITERAL.to_owned(),
        NumberForm { currency: Some(_), .. } => NOT_AN_AMOUNT.to_owned(),
        NumberForm { percent: true, .. } => NOT_A_PERCENTAGE.to_owned(),
        NumberForm { .. } => NOT_A_NUMBER.to_owned(),
    };
    if cell.starts_with('(') && cell.ends_with(')') {
        return Err("is in brackets, which may mean less than zero; write a minus sign, such as -1200".to_owned());
    }
    let (mut negative, mut rest) = strip_sign(cell);
    if let Some(currency) = form.currency {
        let before = rest;
        rest = strip_currency(rest, currency)?;
        if negative.is_none() && before.len() != rest.len() {
            (negative, rest) = strip_sign(rest);
        }
    }
    if form.percent {
        rest = rest.strip_suffix('%').unwrap_or(rest).trim_end();
    } else if rest.ends_with('%') {
        return Err("is a percentage, and this field is no percentage; write the number without %".to_owned());
    }
    let (digits, shift) = strip_scale(rest).ok_or_else(otherwise)?;
    let (mantissa, shift) = strip_exponent(digits, shift).ok_or_else(otherwise)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if mantissa.ends_with('.') || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(otherwise());
    }
    let whole = match ungroup(whole, form.commas) {
        Some(plain) if !plain.is_empty() || !fraction.is_empty() => plain,
        _ => return Err(otherwise()),
    };
    exact(&whole, fraction, shift, negative == Some(true))
}

/// Takes a sign off the front: `None` when there is none.
fn strip_sign(text: &str) -> (Option<bool>, &str) {
    for (sign, negative) in [('-', true), ('\u{2212}', true), ('+', false)] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (Some(negative), rest.trim_start());
        }
    }
    (None, text)
}

/// Dollars of the world: `$` stands for whichever of them the field holds.
const DOLLARS: &[&str] = &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL", "ARS", "CLP", "COP", "JMD", "BBD", "BSD", "FJD"];

/// Takes a currency sign or code off either end, and refuses any other currency than the field's.
fn strip_currency<'a>(text: &'a str, currency: &str) -> Result<&'a str, String> {
    let wrong = |written: &str| Err(format!("is in {written}, and this field holds {currency}; give the amount in {currency}"));
    for (sign, codes) in [('$', DOLLARS), ('€', &["EUR"][..]), ('£', &["GBP"][..])] {
        if let Some(rest) = text.strip_prefix(sign) {
            return if codes.contains(&currency) { Ok(rest.trim_start()) } else { wrong(&sign.to_string()) };
        }
    }
    let after = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let code = text.strip_suffix(after).unwrap_or("");
    if code.len() == 3 {
        return if code.eq_ignore_ascii_case(currency) { Ok(after.trim_start()) } else { wrong(&code.to_ascii_uppercase()) };
    }
    let before = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let letters = text.strip_prefix(before).unwrap_or("");
    // One letter more is the scale: `5MUSD`.
    let Some(split) = letters.len().checked_sub(3).filter(|n| *n <= 1) else { return Ok(text) };
    let (_, code) = letters.split_at(split);
    if code.eq_ignore_ascii_case(currency) {
        Ok(text.strip_suffix(code).unwrap_or(text).trim_end())
    } else {
        wrong(&code.to_ascii_uppercase())
    }
}

/// Takes K, M or B off the end and returns the powers of ten it stands for; `None` for any other letters.
fn strip_scale(text: &str) -> Option<(&str, i64)> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text.strip_prefix(digits)? {
        "" => 0,
        "K" | "k" => 3,
        "M" | "m" => 6,
        "B" | "b" => 9,
        _ => return None,
    };
    Some((digits.trim_end(), shift))
}

/// Takes an exponent (`1.5e3`, as JSON writes large numbers) off the end.
fn strip_exponent(text: &str, shift: i64) -> Option<(&str, i64)> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Some((text, shift)) };
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let power: i64 = digits.parse().ok()?;
    Some((mantissa, shift + if exponent.starts_with('-') { -power } else { power }))
}

/// Returns the digits without their groups; `None` when a group is not three digits or two kinds of separator are mixed.
fn ungroup(text: &str, commas: bool) -> Option<String> {
    let separator = match (text.contains(','), text.contains('_')) {
        (false, false) => return text.bytes().all(|b| b.is_ascii_digit()).then(|| text.to_owned()),
        (true, false) if commas => ',',
        (false, true) => '_',
        _ => return None,
    };
    let mut plain = String::with_capacity(text.len());
    for (i, group) in text.split(separator).enumerate() {
        let fits = if i == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
        if !fits || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        plain.push_str(group);
    }
    Some(plain)
}

/// Puts the number together without rounding, in its shortest form (`1.50` is `1.5`, `-0` is `0`).
fn exact(whole: &str, fraction: &str, shift: i64, negative: bool) -> Result<Decimal, String> {
    let large = || "is too large a number; numbers have at most 28 digits".to_owned();
    let precise = || "has too many digits to be kept exactly; numbers have at most 28".to_owned();
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let significant = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - significant.len()).map_err(|_| large())?;
    // The value is `significant` times ten to the power of `power`.
    let power = shift + zeros - i64::try_from(fraction.len()).map_err(|_| precise())?;
    if significant.len() > 29 {
        return Err(if power >= 0 { large() } else { precise() });
    }
    let mantissa: i128 = significant.parse().map_err(|_| large())?;
    let mantissa = if negative { -mantissa } else { mantissa };
    if power >= 0 {
        let factor = u32::try_from(power).ok().and_then(|p| 10_i128.checked_pow(p)).ok_or_else(large)?;
        let value = mantissa.checked_mul(factor).ok_or_else(large)?;
        Decimal::try_from_i128_with_scale(value, 0).map_err(|_| large())
    } else {
        let scale = u32::try_from(-power).map_err(|_| precise())?;
        Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| precise())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: NumberForm<'static> = NumberForm { currency: None, percent: false, commas: true };
    const MONEY: NumberForm<'static> = NumberForm { currency: Some("USD"), percent: false, commas: true };
    const PERCENT: NumberForm<'static> = NumberForm { currency: None, percent: true, commas: true };

    fn check(form: NumberForm<'_>, cases: &[(&str, Option<&str>)]) {
        for (cell, wanted) in cases {
            let got = read_number(cell, form).map(|n| n.to_string());
            assert_eq!(got.as_deref().ok(), *wanted, "{cell}: {got:?}");
        }
    }

    #[test]
    fn numbers() {
        check(
            PLAIN,
            &[
                ("1200", Some("1200")),
                ("1,200", Some("1200")),
                ("1_000_000", Some("1000000")),
                ("1.2K", Some("1200")),
                ("1.2 k", Some("1200")),
                ("250M", Some("250000000")),
                ("1.50", Some("1.5")),
                ("-0", Some("0")),
                ("\u{2212}7", Some("-7")),
                ("+7", Some("7")),
                (".5", Some("0.5")),
                ("1.5e3", Some("1500")),
                ("15E-1", Some("1.5")),
                ("0.0000000000000000000000000001", Some("0.0000000000000000000000000001")),
                ("0.00000000000000000000000000001K", Some("0.00000000000000000000000001")),
                ("79228162514264337593543950335", Some("79228162514264337593543950335")),
                ("79228162514264337593543950336", None),
                ("1e999999", None),
                ("1e-999999", None),
                ("0e999999", Some("0")),
                ("1e9999999", None),
                ("1,00", None),
                ("1,0000", None),
                (",100", None),
                ("1,000_000", None),
                ("1000,000", None),
                ("1.000,5", None),
                ("1.2.3", None),
                ("12o", None),
                ("12X", None),
                ("5.", None),
                (".", None),
                ("-", None),
                ("--5", None),
                ("$5", None),
                ("5%", None),
                ("(5)", None),
                ("K", None),
                ("1 2", None),
                ("٣", None),
                ("é", None),
            ],
        );
    }

    #[test]
    fn money() {
        check(
            MONEY,
            &[
                ("$1,200,000", Some("1200000")),
                ("-$5", Some("-5")),
                ("$-5", Some("-5")),
                ("$ 5", Some("5")),
                ("USD 5", Some("5")),
                ("5 usd", Some("5")),
                ("5MUSD", Some("5000000")),
                ("5 M USD", Some("5000000")),
                ("1.2B", Some("1200000000")),
                ("€5", None),
                ("5 EUR", None),
                ("GBP5", None),
                ("-$-5", None),
                ("$", None),
                ("USD", None),
            ],
        );
        assert_eq!(read_number("€5", MONEY), Err("is in €, and this field holds USD; give the amount in USD".to_owned()));
    }

    #[test]
    fn percentages_and_literals() {
        check(
            PERCENT,
            &[("25%", Some("25")), ("25 %", Some("25")), ("0.25", Some("0.25")), ("-3%", Some("-3")), ("%", None), ("5%%", None)],
        );
        check(NumberForm { commas: false, ..PLAIN }, &[("1_000", Some("1000")), ("1,000", None)]);
    }
}

//! Plain spellings of numbers and moments, read without making values of them; anything else is read the general way.

/// Reads a whole number of at most fifteen digits.
#[inline]
pub(super) fn whole(cell: &[u8]) -> Option<i64> {
    if cell.is_empty() || cell.len() > 15 {
        return None;
    }
    let mut number = 0;
    for byte in cell {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(number)
}

/// Reads a moment such as `2027-03-01T09:30:00Z`, as seconds since 1970.
pub(super) fn seconds(cell: &[u8]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b' ', h1, h2, b':', i1, i2, b':', s1, s2, b'Z'] = cell else { return None };
    let mut digits = [*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2, *h1, *h2, *i1, *i2, *s1, *s2];
    digits.iter_mut().for_each(|byte| *byte = byte.wrapping_sub(b'0'));
    // Looked at together, which takes no branch for each.
    if digits.iter().fold(0, |most, digit| (*digit).max(most)) > 9 {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, i1, i2, s1, s2] = digits;
    let two = |tens: u8, ones: u8| i64::from(10 * tens + ones);
    let (century, year, month, day) = (two(y1, y2), two(y3, y4), two(m1, m2), two(d1, d2));
    let (hour, minute, second) = (two(h1, h2), two(i1, i2), two(s1, s2));
    let year = century * 100 + year;
    let fits = year >= 1000 && (1..=12).contains(&month) && day >= 1 && hour < 24 && minute < 60 && second < 60;
    // The last of February is looked at the general way.
    let last = if month == 2 { 28 } else { 30 + (month + month / 8) % 2 };
    (fits && day <= last).then(|| days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days since 1970 of a day after the year 0 (Howard Hinnant, "chrono-compatible low-level date algorithms").
#[inline]
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the day that some have more is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let era = year / 400;
    let of_era = year % 400;
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Type, Value, read_cell};
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    proptest! {
        #![proptest_config(crate::data::sample_cases())]

        #[test]
        fn what_is_read_is_what_is_read_elsewhere(
            number in "[0-9]{1,16}|[0-9.,+-]{1,5}",
            at in -30_610_224_000_i64..253_402_300_799,
            broken in proptest::option::of((0..20_usize, "[0-9TZ: -]")),
        ) {
            if let Some(own) = whole(number.as_bytes()) {
                prop_assert_eq!(read_cell(&number, &Type::Number, &TimeZone::UTC), Ok(Some(Value::Number(Decimal::from(own)))));
            }
            let mut text = jiff::Timestamp::from_second(at).expect("in range").to_string();
            if let Some((place, by)) = broken {
                text.replace_range(place..=place, &by);
            }
            if let Some(own) = seconds(text.as_bytes()) {
                let at = jiff::Timestamp::from_second(own).expect("in range");
                prop_assert_eq!(read_cell(&text, &Type::Time, &TimeZone::UTC), Ok(Some(Value::Time(at))), "{}", text);
            }
        }
    }

    #[test]
    fn plain_ones_are_read() {
        assert_eq!(whole(b"00120"), Some(120));
        assert_eq!(seconds(b"1970-01-02T00:00:01Z"), Some(86_401));
        assert_eq!(seconds(b"2028-02-28 23:59:59Z"), Some(1_835_395_199));
        for month in 1..=12_i8 {
            for day in 27..=31_i8 {
                let text = format!("2027-{month:02}-{day:02}T00:00:00Z");
                assert_eq!(seconds(text.as_bytes()), text.parse().ok().map(jiff::Timestamp::as_second), "{text}");
            }
        }
    }
}

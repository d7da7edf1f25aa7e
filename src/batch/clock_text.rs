//! Moments as text, as [`crate::model::show_time`] writes them, for many in a row.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::decide::Offsets;
use crate::model::show_time;

/// Writes moments of one zone.
#[derive(Clone, Debug)]
pub(super) struct ClockText(Offsets);

impl ClockText {
    pub(super) fn new(zone: &TimeZone) -> Self {
        Self(Offsets::new(zone))
    }

    /// Returns the day it is at a moment.
    pub(super) fn day(&mut self, at: Timestamp) -> Date {
        self.0.day(at)
    }

    /// Appends a moment.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, at: Timestamp) {
        let offset = i64::from(self.0.at(at).seconds());
        let local = at.as_second() + offset;
        if at.subsec_nanosecond() != 0 || !YEARS.contains(&local) || offset % 60 != 0 {
            out.extend_from_slice(show_time(at, self.0.zone()).as_bytes());
            return;
        }
        let (year, month, day) = civil(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        let mut text = *b"0000-00-00 00:00:00+00:00";
        let [y1, y2, y3, y4, _, m1, m2, _, d1, d2, _, h1, h2, _, i1, i2, tail @ ..] = &mut text;
        two(y1, y2, year / 100);
        two(y3, y4, year % 100);
        two(m1, m2, month);
        two(d1, d2, day);
        two(h1, h2, second / 3_600);
        two(i1, i2, second / 60 % 60);
        let [_, s1, s2, sign, o1, o2, _, p1, p2] = tail;
        two(s1, s2, second % 60);
        *sign = if offset < 0 { b'-' } else { b'+' };
        let minutes = offset.abs() / 60;
        two(o1, o2, minutes / 60);
        two(p1, p2, minutes % 60);
        if second % 60 == 0 {
            // Whole minutes go without seconds.
            text.copy_within(19.., 16);
            out.extend_from_slice(text.first_chunk::<22>().map_or(&[], |t| t));
        } else {
            out.extend_from_slice(&text);
        }
    }
}

/// The local seconds since 1970 of the years from 1000 to 9999.
const YEARS: std::ops::Range<i64> = -30_610_224_000..253_402_300_800;

/// The year, month and day by the days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March, so that the day that some have more is the last.
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = (if month < 10 { month + 3 } else { month - 9 }, year + era * 400);
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// The numbers below 100 with two digits.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [*b"00"; 100];
    let mut number = 0;
    let mut tens = b'0';
    while number < 100 {
        pairs[number] = [tens, b'0' + (number % 10) as u8];
        number += 1;
        if number % 10 == 0 {
            tens += 1;
        }
    }
    pairs
};

/// Writes two decimal digits.
#[inline]
fn two(tens: &mut u8, ones: &mut u8, value: i64) {
    let [value, ..] = value.to_le_bytes();
    [*tens, *ones] = PAIRS.get(usize::from(value)).copied().unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time_zone;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::data::sample_cases())]

        #[test]
        fn moments_are_written_as_elsewhere(
            seconds in proptest::collection::vec((-70_000_000_000_i64..260_000_000_000, 0..3_i32), 1..20),
            zone in 0..5_usize,
        ) {
            let zone = time_zone(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"][zone]).expect("known");
            let mut text = ClockText::new(&zone);
            for (second, nanos) in seconds {
                let Ok(at) = Timestamp::new(second, nanos / 2 * 500) else { continue };
                let mut out = Vec::new();
                text.push(&mut out, at);
                prop_assert_eq!(String::from_utf8(out).expect("text"), show_time(at, &zone));
                prop_assert_eq!(text.day(at), at.to_zoned_datetime(zone.clone()).date());
            }
        }
    }
}

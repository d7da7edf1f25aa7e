//! Moments as text, as [`crate::model::show_time`] writes them, for many in a row: the offset of the zone is looked up once
//! for all moments between two changes of the clocks.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::model::show_time;

/// Writes moments of one zone.
#[derive(Clone, Debug)]
pub(super) struct ClockText {
    zone: TimeZone,
    /// From, to (not included), and the offset in between.
    known: Option<(Timestamp, Timestamp, Offset)>,
}

impl ClockText {
    pub(super) fn new(zone: &TimeZone) -> Self {
        Self { zone: zone.clone(), known: None }
    }

    fn offset(&mut self, at: Timestamp) -> Offset {
        if let Some((from, to, offset)) = self.known
            && from <= at
            && at < to
        {
            return offset;
        }
        let offset = self.zone.to_offset(at);
        let from = self.zone.preceding(at).next().map_or(Timestamp::MIN, |t| t.timestamp());
        let to = self.zone.following(at).next().map_or(Timestamp::MAX, |t| t.timestamp());
        // What comes before a change at this very moment has another offset.
        self.known = Some((if from == at { at } else { from }, to, offset));
        offset
    }

    /// Returns the day it is at a moment.
    pub(super) fn day(&mut self, at: Timestamp) -> Date {
        self.offset(at).to_datetime(at).date()
    }

    /// Appends a moment.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, at: Timestamp) {
        let offset = self.offset(at);
        let local = offset.to_datetime(at);
        let seconds = offset.seconds();
        if local.subsec_nanosecond() != 0 || !(0..=9999).contains(&local.year()) || seconds % 60 != 0 {
            out.extend_from_slice(show_time(at, &self.zone).as_bytes());
            return;
        }
        let mut two = |value: i64, before: &[u8]| {
            out.extend_from_slice(before);
            out.extend([b'0' + digit(value / 10), b'0' + digit(value)]);
        };
        two(i64::from(local.year() / 100), b"");
        two(i64::from(local.year() % 100), b"");
        two(local.month().into(), b"-");
        two(local.day().into(), b"-");
        two(local.hour().into(), b" ");
        two(local.minute().into(), b":");
        if local.second() != 0 {
            two(local.second().into(), b":");
        }
        let minutes = i64::from(seconds.abs() / 60);
        two(minutes / 60, if seconds < 0 { b"-" } else { b"+" });
        two(minutes % 60, b":");
    }
}

/// The last decimal digit.
fn digit(value: i64) -> u8 {
    u8::try_from(value % 10).unwrap_or(0)
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

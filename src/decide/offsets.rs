//! The offset of a zone and the day it is there, for many moments in a row: looked up once for all moments between two
//! changes of the clocks.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// Finds offsets and days in one zone.
#[derive(Clone, Debug)]
pub struct Offsets {
    zone: TimeZone,
    /// From, to (not included), and the offset in between.
    known: Option<(Timestamp, Timestamp, Offset)>,
}

impl Offsets {
    /// Begins with nothing known.
    #[must_use]
    pub fn new(zone: &TimeZone) -> Self {
        Self { zone: zone.clone(), known: None }
    }

    /// Returns the zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Returns the offset at a moment.
    #[inline]
    pub fn at(&mut self, at: Timestamp) -> Offset {
        match self.known {
            Some((from, to, offset)) if from <= at && at < to => offset,
            _ => self.look_up(at),
        }
    }

    fn look_up(&mut self, at: Timestamp) -> Offset {
        let offset = self.zone.to_offset(at);
        let from = self.zone.preceding(at).next().map_or(Timestamp::MIN, |t| t.timestamp());
        let to = self.zone.following(at).next().map_or(Timestamp::MAX, |t| t.timestamp());
        // What comes before a change at this very moment has another offset.
        self.known = Some((if from == at { at } else { from }, to, offset));
        offset
    }

    /// Returns the day it is at a moment.
    pub fn day(&mut self, at: Timestamp) -> Date {
        self.at(at).to_datetime(at).date()
    }
}

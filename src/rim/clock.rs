//! The only place that asks what time it is.

use jiff::Timestamp;

/// Returns the present moment, to the second: that is how moments are shown and written.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

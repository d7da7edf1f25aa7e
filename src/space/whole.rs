//! Times of examples on whole minutes, or else on whole seconds, where such a time lies in the area: nobody writes the last
//! nanosecond before noon.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::axis::{Aspect, AxisId, Class, Kind};
use super::{Area, Space};
use crate::model::Type;

const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;

impl Space {
    /// Moves the time of a field to the nearest whole minute that the area allows, else to the nearest whole second, else
    /// not at all; dates stay as they are.
    pub(super) fn whole_time(&self, area: &Area, path: &[Arc<str>], tick: i128, (now, zone): (Timestamp, &TimeZone)) -> i128 {
        let steps = [MINUTE, SECOND];
        let near = steps.iter().flat_map(|step| {
            let before = tick.div_euclid(*step).saturating_mul(*step);
            let after = if before == tick { tick } else { before.saturating_add(*step) };
            [before, after]
        });
        near.into_iter().find(|time| self.allows_time(area, path, *time, (now, zone))).unwrap_or(tick)
    }

    fn allows_time(&self, area: &Area, path: &[Arc<str>], time: i128, (now, zone): (Timestamp, &TimeZone)) -> bool {
        let mut of_field = self.axes.iter().enumerate().filter(|(_, axis)| axis.key.path == path);
        Timestamp::from_nanosecond(time).is_ok()
            && of_field.all(|(index, axis)| {
                let timed = axis.ty == Type::Time && matches!(axis.key.aspect, Aspect::Age | Aspect::Value(Kind::Instant));
                let holds = |class: usize| match axis.classes.get(class) {
                    Some(Class::Ticks(bounds)) => {
                        bounds.low.is_none_or(|(low, _)| low <= time) && bounds.high.is_none_or(|(high, _)| time <= high)
                    }
                    Some(Class::Age(from, to)) => {
                        from.is_none_or(|cut| cut.tick(now, zone, false) <= time) && to.is_none_or(|cut| time < cut.tick(now, zone, false))
                    }
                    _ => false,
                };
                timed && area.on(AxisId::from_index(index)).is_none_or(|set| set.iter().any(holds))
            })
    }
}

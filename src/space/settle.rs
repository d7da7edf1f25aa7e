//! What an area need not ask: what hangs on a value that it wants missing.

use std::sync::Arc;

use super::axis::{Aspect, Class};
use super::{Area, AxisId, ClassSet, Space};

impl Space {
    /// Lifts restrictions that no condition looks at: elements, ages and domains of a field that is missing, and fields
    /// of a record that is not there. Conditions look at those only where the value is present, so the area holds the
    /// same answers as before, and records that the narrower one did not have.
    #[must_use]
    pub fn settled(&self, mut area: Area) -> Area {
        let absent: Vec<&[Arc<str>]> =
            area.restricts().filter(|(axis, set)| self.absent(*axis, set)).map(|r| &*self.axis(r.0).key.path).collect();
        if absent.is_empty() {
            return area;
        }
        let hangs = |axis: AxisId| {
            let key = &self.axis(axis).key;
            let detail = matches!(key.aspect, Aspect::Element(_) | Aspect::Age | Aspect::Domain);
            !matches!(key.aspect, Aspect::Fact(_) | Aspect::Today)
                && absent.iter().any(|path| key.path.starts_with(path) && (detail || key.path.len() > path.len()))
        };
        let idle: Vec<AxisId> = area.restricts().map(|(axis, _)| axis).filter(|axis| hangs(*axis)).collect();
        for axis in idle {
            area = area.with(axis, None);
        }
        area
    }

    /// Whether a set of classes leaves nothing to look at.
    fn absent(&self, axis: AxisId, set: &ClassSet) -> bool {
        let axis = self.axis(axis);
        let gone = |class| matches!(axis.classes.get(class), Some(Class::Missing | Class::Dangling));
        matches!(axis.key.aspect, Aspect::Value(_)) && set.iter().all(gone)
    }
}

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
        let absent = self.absent_in(&area);
        if absent.is_empty() {
            return area;
        }
        let idle: Vec<AxisId> = area.restricts().map(|(axis, _)| axis).filter(|axis| self.hangs_on(*axis, &absent)).collect();
        for axis in idle {
            area = area.with(axis, None);
        }
        area
    }

    /// Leaves out areas whose records all lie in another of them: where a field is missing, what hangs on its value does not
    /// matter. Lists of more than some hundred areas stay as they are.
    #[must_use]
    pub fn distinct(&self, areas: Vec<Area>) -> Vec<Area> {
        const MOST: usize = 512;
        if areas.len() > MOST {
            return areas;
        }
        let lies_in = |one: &Area, other: &Area| {
            let absent = self.absent_in(one);
            other.restricts().all(|(axis, set)| one.on(axis).is_some_and(|own| own.within(set)) || self.hangs_on(axis, &absent))
        };
        let needless = |at: usize| {
            let others = areas.iter().enumerate().filter(|(other, _)| *other != at);
            // Of two that hold the same records the first stays.
            others.into_iter().any(|(other, area)| lies_in(&areas[at], area) && (other < at || !lies_in(area, &areas[at])))
        };
        let kept: Vec<bool> = (0..areas.len()).map(|at| !needless(at)).collect();
        areas.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(area, _)| area).collect()
    }

    /// The fields that an area wants missing.
    fn absent_in(&self, area: &Area) -> Vec<Arc<[Arc<str>]>> {
        area.restricts().filter(|(axis, set)| self.absent(*axis, set)).map(|r| self.axis(r.0).key.path.clone().into()).collect()
    }

    /// Whether what an axis asks is looked at only where one of some fields has a value.
    fn hangs_on(&self, axis: AxisId, absent: &[Arc<[Arc<str>]>]) -> bool {
        let key = &self.axis(axis).key;
        let detail = matches!(key.aspect, Aspect::Element(_) | Aspect::Age | Aspect::Domain);
        !matches!(key.aspect, Aspect::Fact(_) | Aspect::Today)
            && absent.iter().any(|path| key.path.starts_with(path) && (detail || key.path.len() > path.len()))
    }

    /// Whether a set of classes leaves nothing to look at.
    fn absent(&self, axis: AxisId, set: &ClassSet) -> bool {
        let axis = self.axis(axis);
        let gone = |class| matches!(axis.classes.get(class), Some(Class::Missing | Class::Dangling));
        matches!(axis.key.aspect, Aspect::Value(_)) && set.iter().all(gone)
    }
}

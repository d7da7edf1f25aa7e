//! What an area says twice: that a field is present where something else already asks for a detail of it, that a question
//! might not be told where the fields it asks are there, and searches that others of the same text settle.

use std::sync::Arc;

use super::axis::{Aspect, Axis, AxisId, Class};
use super::fact::Question;
use super::spelled::has_missing;
use super::{Area, ClassSet, Space};
use crate::model::{ConditionKind, FieldPath, Root};

impl Space {
    /// Returns whether all that an axis says is that a field is present, and the area says more of that field.
    pub(super) fn is_said_elsewhere(&self, area: &Area, id: AxisId, set: &ClassSet) -> bool {
        let axis = self.axis(id);
        let only_presence = matches!(axis.key.aspect, Aspect::Value(_)) && !has_missing(axis, set) && set.count() + 1 == axis.classes.len();
        let detail = |(other, classes): (AxisId, &ClassSet)| {
            let other = self.axis(other);
            let yes = other.position(&Class::Yes).is_some_and(|yes| classes.contains(yes) && classes.count() == 1);
            other.key.path == axis.key.path
                && match &other.key.aspect {
                    Aspect::Age => true,
                    Aspect::Domain => !has_missing(other, classes),
                    Aspect::Element(_) | Aspect::Fact(_) => yes,
                    _ => false,
                }
        };
        only_presence && area.restricts().any(detail)
    }

    /// Lists the searches whose answers the rest of an area settles: what does not contain `acme` does not contain `acme corp`.
    pub(super) fn implied(&self, area: &Area) -> Vec<AxisId> {
        let searches: Vec<AxisId> = area.restricts().map(|(axis, _)| axis).filter(|axis| self.is_search(*axis)).collect();
        let mut left = area.clone();
        let mut implied = Vec::new();
        // Where nothing can be, everything follows from everything.
        if searches.is_empty() || !self.texts_can_be(area) {
            return implied;
        }
        for axis in searches {
            let Some(set) = left.on(axis) else { continue };
            let other = left.with(axis, Some(set.complement(self.width(axis))));
            if !self.texts_can_be(&other) {
                left = left.with(axis, None);
                implied.push(axis);
            }
        }
        implied
    }

    /// Returns whether the field of an axis may be missing in an area.
    pub(super) fn may_be_missing(&self, area: &Area, axis: &Axis) -> bool {
        let of_field = self.axes.iter().enumerate().find(|(_, a)| a.key.path == axis.key.path && matches!(a.key.aspect, Aspect::Value(_)));
        of_field.is_some_and(|(index, value)| {
            value.position(&Class::Missing).is_some() && area.on(AxisId::from_index(index)).is_none_or(|set| has_missing(value, set))
        })
    }

    /// Returns the answers of a free question, without that it cannot be told where an area has the field it asks.
    pub(super) fn answers(&self, area: &Area, axis: &Axis, set: &ClassSet) -> ClassSet {
        let told = match axis.fact.as_ref().map(|f| &f.question) {
            Some(Question::Condition { condition, steps, .. }) => match &condition.kind {
                ConditionKind::Test(test) => {
                    let others = test.predicate.fields();
                    others.len() < 2 && [&test.subject].into_iter().chain(others).all(|path| self.has(area, path, steps))
                }
                ConditionKind::SeenBefore { by, .. } => self.has(area, by, steps),
                _ => false,
            },
            _ => false,
        };
        let untold = ClassSet::of(axis.classes.len(), axis.position(&Class::Untold));
        let left = set.minus(&untold);
        if told && !left.is_empty() { left } else { set.clone() }
    }

    /// Whether every record of an area has what a path asks.
    fn has(&self, area: &Area, path: &FieldPath, steps: &[Arc<str>]) -> bool {
        let written = path.written.strip_prefix("domain of ").unwrap_or(&path.written);
        let whole: Vec<Arc<str>> = steps.iter().cloned().chain(written.split('.').map(Into::into)).collect();
        // Paths may begin with the name of the record.
        let short = whole.get(1..).unwrap_or_default();
        let present = |(id, set): (AxisId, &ClassSet)| {
            let axis = self.axis(id);
            let aspect = if path.domain_of { axis.key.aspect == Aspect::Domain } else { matches!(axis.key.aspect, Aspect::Value(_)) };
            aspect && (axis.key.path == whole || axis.key.path == short) && !has_missing(axis, set)
        };
        path.place.root != Root::Candidate && area.restricts().any(present)
    }
}

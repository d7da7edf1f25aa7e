//! Records to their points: which class a record has on every axis.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::age::{AgeCut, day_tick};
use super::axis::{Aspect, Axis, AxisId, Class};
use super::coder::{Coder, tick_of};
use super::fact::{Fact, Question};
use super::formula::{Node, NodeId};
use super::{Area, Region, Space};
use crate::model::{Answer, Record, ReferenceData, Schema, Type, Value};

/// Finds the point of a record: its class on every axis.
#[derive(Debug)]
pub struct Locator<'a> {
    space: &'a Space,
    schema: &'a Schema,
    zone: &'a TimeZone,
    coders: Vec<Coder>,
}

/// Holds a point: the class of each axis, by axis.
pub type Point = Vec<usize>;

impl<'a> Locator<'a> {
    /// Makes the look-ups of a space.
    #[must_use]
    pub fn new(space: &'a Space, schema: &'a Schema, zone: &'a TimeZone) -> Self {
        Self { space, schema, zone, coders: space.axes.iter().map(Coder::of).collect() }
    }

    /// Finds the point of a record at a moment; `ask` answers the questions that classes cannot.
    pub fn point(&self, record: &Record, data: &ReferenceData, now: Timestamp, mut ask: impl FnMut(&Fact) -> Answer) -> Point {
        let mut point = Point::with_capacity(self.space.axes.len());
        for (index, axis) in self.space.axes.iter().enumerate() {
            let class = match &axis.key.aspect {
                Aspect::Today => self.coders.get(index).and_then(|c| c.class_of_tick(day_tick(self.zone.to_datetime(now).date()))),
                Aspect::Fact(_) => {
                    let answer = match axis.fact.as_deref() {
                        Some(Fact { question: Question::Formula(node), .. }) => Answer::from(self.space.holds(*node, &point)),
                        Some(fact) => ask(fact),
                        None => Answer::CannotTell,
                    };
                    axis.position(match answer {
                        Answer::Yes => &Class::Yes,
                        Answer::No => &Class::No,
                        Answer::CannotTell => &Class::Untold,
                    })
                }
                _ => self.class(index, axis, self.value(record, &axis.key.path, data), now),
            };
            point.push(class.unwrap_or(0));
        }
        point
    }

    /// Follows a path; the outer none means that the way is lost.
    fn value<'r>(&self, record: &'r Record, path: &[Arc<str>], data: &'r ReferenceData) -> Option<(&'r Value, bool)> {
        let (last, steps) = path.split_last()?;
        let mut at = record;
        for step in steps {
            let field = self.schema.record(at.kind).find(step)?;
            let (Type::Reference(to), Some(Value::Reference(key))) = (&self.schema.field(at.kind, field).ty, at.value(field)) else {
                return None;
            };
            at = data.get(*to, key)?;
        }
        let field = self.schema.record(at.kind).find(last)?;
        let value = at.value(field)?;
        let there = match (&self.schema.field(at.kind, field).ty, value) {
            (Type::Reference(to), Value::Reference(key)) => data.get(*to, key).is_some(),
            _ => true,
        };
        Some((value, there))
    }

    fn class(&self, index: usize, axis: &Axis, found: Option<(&Value, bool)>, now: Timestamp) -> Option<usize> {
        let (value, there) = found?;
        if axis.key.aspect != Aspect::Age {
            return self.coders.get(index)?.class(value, there);
        }
        let days = matches!(value, Value::Date(_));
        let tick = tick_of(value)?;
        let after = |cut: &AgeCut| cut.tick(now, self.zone, days) <= tick;
        axis.classes
            .iter()
            .position(|c| matches!(c, Class::Age(from, to) if from.as_ref().is_none_or(after) && !to.as_ref().is_some_and(after)))
    }
}

impl Space {
    /// Returns whether a point lies in an area.
    #[must_use]
    pub fn lies_in(&self, point: &Point, area: &Area) -> bool {
        area.restricts().all(|(axis, set)| point.get(axis.index()).is_some_and(|c| set.contains(*c)))
    }

    /// Returns whether a point lies in a region.
    #[must_use]
    pub fn lies_within(&self, point: &Point, region: &Region) -> bool {
        region.areas.iter().any(|a| self.lies_in(point, a))
    }

    /// Returns whether a formula holds at a point; axes that the point does not have yet count as their first class.
    pub(super) fn holds(&self, id: NodeId, point: &Point) -> bool {
        let class = |axis: AxisId| point.get(axis.index()).copied().unwrap_or(0);
        match self.nodes.get(id.0 as usize) {
            None | Some(Node::False) => false,
            Some(Node::True) => true,
            Some(Node::Atom(axis, atom, holds)) => {
                self.atoms[axis.index()].get(*atom as usize).is_some_and(|s| s.contains(class(*axis))) == *holds
            }
            Some(Node::Search { axis, search, found }) => {
                let Some((told, free, fact)) = self.searches[axis.index()].get(*search as usize) else { return false };
                let yes = if free.contains(class(*axis)) {
                    self.axis(*fact).classes.get(class(*fact)) == Some(&Class::Yes)
                } else {
                    told.contains(class(*axis))
                };
                yes == *found
            }
            Some(Node::All(parts)) => parts.iter().all(|p| self.holds(*p, point)),
            Some(Node::Any(parts)) => parts.iter().any(|p| self.holds(*p, point)),
        }
    }
}

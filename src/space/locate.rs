//! Values and records to their classes: which point of the space a record is.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::age::{AgeCut, day_tick};
use super::axis::{Aspect, Axis, AxisId, Class, Kind, fold};
use super::fact::{Fact, Question};
use super::formula::{Node, NodeId};
use super::{Area, Region, Space};
use crate::model::{Answer, Record, ReferenceData, Schema, Type, Value};

/// Finds the classes of texts on one axis.
#[derive(Clone, Debug)]
pub struct TextClasses {
    values: HashMap<Arc<str>, usize>,
    beginnings: HashMap<Arc<str>, usize>,
    longest: usize,
}

impl TextClasses {
    /// Makes the look-up of an axis of texts.
    #[must_use]
    pub fn of(axis: &Axis) -> Self {
        let mut found = Self { values: HashMap::new(), beginnings: HashMap::new(), longest: 0 };
        for (position, class) in axis.classes.iter().enumerate() {
            match class {
                Class::Values(all) => found.values.extend(all.iter().map(|v| (v.clone(), position))),
                Class::Others(all) => {
                    found.longest = all.iter().map(|b| b.len()).max().unwrap_or(0).max(found.longest);
                    found.beginnings.extend(all.iter().map(|b| (b.clone(), position)));
                }
                _ => {}
            }
        }
        found
    }

    /// Returns the class of a folded text; none when the axis has only declared values and this is none of them.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<usize> {
        if let Some(class) = self.values.get(text) {
            return Some(*class);
        }
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).take_while(|end| *end <= self.longest);
        let mut best = None;
        for beginning in ends.filter_map(|end| text.get(..end)) {
            best = self.beginnings.get(beginning).or(best);
        }
        best.copied()
    }
}

impl Axis {
    /// Returns the class of a number.
    #[must_use]
    pub fn class_of_number(&self, number: Decimal) -> Option<usize> {
        let before = |class: &Class| match class {
            Class::Numbers(bounds) => bounds.high.as_ref().is_some_and(|(high, inside)| *high < number || (*high == number && !inside)),
            _ => true,
        };
        let at = self.classes.partition_point(before);
        (at < self.classes.len()).then_some(at)
    }

    /// Returns the class of a day or instant.
    #[must_use]
    pub fn class_of_tick(&self, tick: i128) -> Option<usize> {
        let before = |class: &Class| match class {
            Class::Ticks(bounds) => bounds.high.is_some_and(|(high, _)| high < tick),
            _ => true,
        };
        let at = self.classes.partition_point(before);
        (at < self.classes.len()).then_some(at)
    }
}

/// Finds the point of a record: its class on every axis.
#[derive(Debug)]
pub struct Locator<'a> {
    space: &'a Space,
    schema: &'a Schema,
    zone: &'a TimeZone,
    texts: Vec<Option<TextClasses>>,
}

/// Holds a point: the class of each axis, by axis.
pub type Point = Vec<usize>;

impl<'a> Locator<'a> {
    /// Makes the look-ups of a space.
    #[must_use]
    pub fn new(space: &'a Space, schema: &'a Schema, zone: &'a TimeZone) -> Self {
        let texts = space
            .axes
            .iter()
            .map(|a| a.classes.iter().any(|c| matches!(c, Class::Values(_) | Class::Others(_))).then(|| TextClasses::of(a)));
        Self { space, schema, zone, texts: texts.collect() }
    }

    /// Finds the point of a record at a moment; `ask` answers the questions that classes cannot.
    pub fn point(&self, record: &Record, data: &ReferenceData, now: Timestamp, mut ask: impl FnMut(&Fact) -> Answer) -> Point {
        let mut point = Point::with_capacity(self.space.axes.len());
        for (index, axis) in self.space.axes.iter().enumerate() {
            let class = match &axis.key.aspect {
                Aspect::Today => axis.class_of_tick(day_tick(self.zone.to_datetime(now).date())),
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
        let text = |kind: Kind, text: &str| self.texts.get(index)?.as_ref()?.find(&fold(kind, text));
        match (&axis.key.aspect, value) {
            (Aspect::Domain, Value::Text(address)) => {
                let (_, domain) = address.rsplit_once('@')?;
                let domain = domain.trim().trim_end_matches(['.', '>']).to_lowercase();
                if domain.is_empty() { None } else { text(Kind::AnyCase, &domain) }
            }
            (Aspect::Element(element), Value::Set { listed, .. }) => {
                axis.position(if listed.contains(element) { &Class::Yes } else { &Class::No })
            }
            (Aspect::Age, value) => {
                let days = matches!(value, Value::Date(_));
                let tick = tick_of(value)?;
                let after = |cut: &AgeCut| cut.tick(now, self.zone, days) <= tick;
                axis.classes
                    .iter()
                    .position(|c| matches!(c, Class::Age(from, to) if from.as_ref().is_none_or(after) && !to.as_ref().is_some_and(after)))
            }
            (Aspect::Value(_), Value::Unlisted(_)) => axis.position(&Class::Unlisted),
            (Aspect::Value(Kind::Reference), Value::Reference(key)) => {
                text(Kind::Reference, key).or_else(|| axis.position(if there { &Class::Present } else { &Class::Dangling }))
            }
            (Aspect::Value(kind), Value::Text(own) | Value::Choice(own)) => text(*kind, own),
            (Aspect::Value(_), Value::Number(number)) => axis.class_of_number(*number),
            (Aspect::Value(_), Value::Date(_) | Value::Time(_)) => axis.class_of_tick(tick_of(value)?),
            (Aspect::Value(_), Value::YesNo(yes)) => axis.position(if *yes { &Class::Yes } else { &Class::No }),
            (Aspect::Value(_), Value::Set { .. }) => axis.position(&Class::Present),
            _ => None,
        }
    }
}

fn tick_of(value: &Value) -> Option<i128> {
    match value {
        Value::Date(day) => Some(day_tick(*day)),
        Value::Time(at) => Some(at.as_nanosecond()),
        _ => None,
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

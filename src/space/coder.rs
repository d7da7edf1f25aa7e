//! Values to classes: the look-up of one axis.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use rust_decimal::Decimal;

use super::age::day_tick;
use super::axis::{Aspect, Axis, Class, Kind, fold};
use crate::model::Value;

/// Finds the class of a value on one axis.
#[derive(Clone, Debug)]
pub enum Coder {
    /// Texts of a kind, and the classes of values that are more than a text.
    Texts {
        /// How texts are folded.
        kind: Kind,
        /// Named values and beginnings.
        classes: TextClasses,
        /// The class of what a `one of` does not declare.
        unlisted: Option<usize>,
        /// The class of references that lead somewhere and are not named.
        present: Option<usize>,
        /// The class of references that lead nowhere.
        dangling: Option<usize>,
    },
    /// Domains of e-mail addresses.
    Domain(TextClasses),
    /// One element of a set: the element, and the classes of yes and no.
    Element(Arc<str>, Option<usize>, Option<usize>),
    /// Numbers: where each class but the last ends, and whether the end is inside; the first of them.
    Numbers(Vec<(Decimal, bool)>, usize),
    /// Days and instants: where each class but the last ends, end included; the first of them.
    Ticks(Vec<i128>, usize),
    /// The classes of yes and no.
    YesNo(Option<usize>, Option<usize>),
    /// The class of what is there.
    There(Option<usize>),
    /// Nothing that a value tells.
    Untold,
}

impl Coder {
    /// Makes the look-up of an axis.
    #[must_use]
    pub fn of(axis: &Axis) -> Self {
        let position = |class: &Class| axis.position(class);
        match &axis.key.aspect {
            Aspect::Today => Self::ticks(axis),
            Aspect::Element(element) => Self::Element(element.clone(), position(&Class::Yes), position(&Class::No)),
            Aspect::Domain => Self::Domain(TextClasses::of(axis)),
            Aspect::Territory | Aspect::Derived => Self::texts(axis, Kind::Text),
            Aspect::Age | Aspect::Fact(_) => Self::Untold,
            Aspect::Value(kind) => match kind {
                Kind::Number => {
                    let ends = axis.classes.iter().filter_map(|c| if let Class::Numbers(bounds) = c { bounds.high } else { None });
                    Self::Numbers(ends.collect(), axis.classes.iter().position(|c| matches!(c, Class::Numbers(_))).unwrap_or(0))
                }
                Kind::Day | Kind::Instant => Self::ticks(axis),
                Kind::YesNo => Self::YesNo(position(&Class::Yes), position(&Class::No)),
                Kind::Set => Self::There(position(&Class::Present)),
                kind => Self::texts(axis, *kind),
            },
        }
    }

    fn texts(axis: &Axis, kind: Kind) -> Self {
        Self::Texts {
            kind,
            classes: TextClasses::of(axis),
            unlisted: axis.position(&Class::Unlisted),
            present: axis.position(&Class::Present),
            dangling: axis.position(&Class::Dangling),
        }
    }

    fn ticks(axis: &Axis) -> Self {
        let ends = axis.classes.iter().filter_map(|c| if let Class::Ticks(bounds) = c { bounds.high } else { None });
        let first = axis.classes.iter().position(|c| matches!(c, Class::Ticks(_))).unwrap_or(0);
        Self::Ticks(ends.map(|(end, _)| end).collect(), first)
    }

    /// Returns the class of a present value; `there` says whether a reference leads to a record. None when the value is
    /// not of the axis' kind, or an address without a domain.
    #[must_use]
    pub fn class(&self, value: &Value, there: bool) -> Option<usize> {
        match (self, value) {
            (Self::Texts { unlisted, .. }, Value::Unlisted(_)) => *unlisted,
            (Self::Texts { kind, classes, .. }, Value::Text(text) | Value::Choice(text)) => classes.find(&fold(*kind, text)),
            (Self::Texts { kind, classes, present, dangling, .. }, Value::Reference(key)) => {
                classes.find(&fold(*kind, key)).or(if there { *present } else { *dangling })
            }
            (Self::Domain(classes), Value::Text(address)) => classes.find(&domain(address)?),
            (Self::Element(element, yes, no), Value::Set { listed, .. }) => {
                if listed.contains(element) {
                    *yes
                } else {
                    *no
                }
            }
            (Self::Numbers(..), Value::Number(number)) => self.class_of_number(*number),
            (Self::Ticks(..), value) => self.class_of_tick(tick_of(value)?),
            (Self::YesNo(yes, no), Value::YesNo(is)) => {
                if *is {
                    *yes
                } else {
                    *no
                }
            }
            (Self::There(present), Value::Set { .. }) => *present,
            _ => None,
        }
    }

    /// Returns the class of a number; none when the axis has no numbers.
    #[must_use]
    pub fn class_of_number(&self, number: Decimal) -> Option<usize> {
        let Self::Numbers(ends, first) = self else { return None };
        Some(first + ends.partition_point(|(end, inside)| *end < number || (*end == number && !inside)))
    }

    /// Returns the class of a day or instant, by its tick; none when the axis has none.
    #[must_use]
    pub fn class_of_tick(&self, tick: i128) -> Option<usize> {
        let Self::Ticks(ends, first) = self else { return None };
        Some(first + ends.partition_point(|end| *end < tick))
    }

    /// Returns the class of a folded text.
    #[must_use]
    pub fn class_of_text(&self, text: &str) -> Option<usize> {
        match self {
            Self::Texts { classes, .. } | Self::Domain(classes) => classes.find(text),
            _ => None,
        }
    }
}

/// Returns the domain of an address: what follows the last `@`, in small letters, without a closing dot or bracket.
pub(super) fn domain(address: &str) -> Option<Cow<'_, str>> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.trim().trim_end_matches(['.', '>']);
    if domain.is_empty() { None } else { Some(fold(Kind::AnyCase, domain)) }
}

/// Returns the tick of a day or instant.
pub(super) fn tick_of(value: &Value) -> Option<i128> {
    match value {
        Value::Date(day) => Some(day_tick(*day)),
        Value::Time(at) => Some(at.as_nanosecond()),
        _ => None,
    }
}

/// Classes by text. Hashed without a secret: keys come from the book, and a slow look-up is the worst that can happen.
type ByText = HashMap<Arc<str>, usize, FixedState>;

/// Finds the classes of texts on one axis.
#[derive(Clone, Debug)]
pub struct TextClasses {
    values: ByText,
    beginnings: ByText,
    /// The lengths of the beginnings in bytes, longest first.
    lengths: Vec<usize>,
}

impl TextClasses {
    /// Makes the look-up of an axis of texts.
    #[must_use]
    pub fn of(axis: &Axis) -> Self {
        let (mut values, mut beginnings) = (ByText::default(), ByText::default());
        let mut lengths: Vec<usize> = Vec::new();
        for (position, class) in axis.classes.iter().enumerate() {
            match class {
                Class::Values(all) => values.extend(all.iter().map(|v| (v.clone(), position))),
                Class::Others(all) => {
                    lengths.extend(all.iter().map(|b| b.len()));
                    beginnings.extend(all.iter().map(|b| (b.clone(), position)));
                }
                _ => {}
            }
        }
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Self { values, beginnings, lengths }
    }

    /// Returns the class of a folded text; none when the axis has only declared values and this is none of them.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<usize> {
        if let Some(class) = self.values.get(text) {
            return Some(*class);
        }
        self.lengths.iter().filter_map(|length| text.get(..*length)).find_map(|beginning| self.beginnings.get(beginning)).copied()
    }
}

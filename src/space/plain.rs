//! Plain cells to classes: the look-ups of [`Coder`] for texts, whole numbers and instants that need no value made of them.
//!
//! A cell is plain when it is short and ASCII, or a whole number, or an instant in whole seconds. Whatever else there is
//! goes through [`Coder`]; both come to the same.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::axis::{Aspect, Axis, Class, Kind};
use super::coder::Coder;
use crate::text::{Short, ShortTable};

/// Finds the class of a plain cell on one axis.
#[derive(Clone, Debug)]
pub enum Plain {
    /// Texts, folded as their kind says.
    Texts(Kind, PlainTexts),
    /// Domains of e-mail addresses.
    Domain(PlainTexts),
    /// Whole numbers.
    Whole(Cuts),
    /// Instants in seconds since 1970.
    Seconds(Cuts),
}

/// Where classes begin: by class but the first the least whole number in it, and the first class.
#[derive(Clone, Debug)]
pub struct Cuts {
    from: Vec<i64>,
    first: usize,
}

/// The classes of texts.
#[derive(Clone, Debug)]
pub struct PlainTexts {
    values: ShortTable,
    /// By length in bytes, the longest first.
    beginnings: Vec<(usize, ShortTable)>,
    /// Of all others.
    others: Option<usize>,
}

impl Plain {
    /// Makes the look-up of an axis with its general one; none for other kinds.
    #[must_use]
    pub fn of(axis: &Axis, coder: &Coder) -> Option<Self> {
        match (&axis.key.aspect, coder) {
            (Aspect::Value(kind @ (Kind::Text | Kind::AnyCase | Kind::Postal)), _) => Some(Self::Texts(*kind, PlainTexts::of(axis))),
            (Aspect::Domain, _) => Some(Self::Domain(PlainTexts::of(axis))),
            (Aspect::Value(Kind::Number), Coder::Numbers(ends, first)) => {
                let from = ends.iter().map(|(end, inside)| least_behind(*end, *inside)).collect();
                Some(Self::Whole(Cuts { from, first: *first }))
            }
            (Aspect::Value(Kind::Instant), Coder::Ticks(ends, first)) => {
                let from = ends.iter().map(|end| clamp(end.div_euclid(1_000_000_000) + 1)).collect();
                Some(Self::Seconds(Cuts { from, first: *first }))
            }
            _ => None,
        }
    }

    /// Returns the class of a text that has no blanks around it, given with its short form if it is short (the inner none: it
    /// has none); none when it is not plain.
    #[must_use]
    #[expect(clippy::option_option, reason = "no class, and no answer, are two things")]
    pub fn class_of_text(&self, bytes: &[u8], short: Option<&Short>) -> Option<Option<usize>> {
        match (self, short) {
            (Self::Texts(Kind::Text, classes), Some(text)) if text.is_ascii() => Some(classes.find(text)),
            (Self::Texts(Kind::AnyCase, classes), Some(text)) if text.is_ascii() => Some(classes.find(&text.small())),
            (Self::Texts(Kind::Postal, classes), Some(text)) if text.is_solid() => Some(classes.find(&text.capital())),
            (Self::Domain(classes), _) => classes.domain(bytes),
            _ => None,
        }
    }

    /// Returns the class of a whole number, or of an instant in seconds since 1970; the first for texts.
    #[must_use]
    #[inline]
    pub fn class_of_whole(&self, number: i64) -> usize {
        match self {
            Self::Whole(cuts) | Self::Seconds(cuts) => cuts.first + cuts.from.partition_point(|from| *from <= number),
            Self::Texts(..) | Self::Domain(_) => 0,
        }
    }
}

impl PlainTexts {
    fn of(axis: &Axis) -> Self {
        let (mut values, mut beginnings, mut others) = (Vec::new(), BTreeMap::<_, Vec<_>>::new(), None);
        for (position, class) in axis.classes.iter().enumerate() {
            // What is longer than any plain cell cannot be met.
            let short = |text: &Arc<str>| Some((Short::new(text.as_bytes())?, u32::try_from(position).ok()?));
            match class {
                Class::Values(all) => values.extend(all.iter().filter_map(short)),
                Class::Others(all) => {
                    for beginning in all {
                        if beginning.is_empty() {
                            others = Some(position);
                        } else {
                            beginnings.entry(Reverse(beginning.len())).or_default().extend(short(beginning));
                        }
                    }
                }
                _ => {}
            }
        }
        let beginnings = beginnings.into_iter().map(|(Reverse(length), entries)| (length, ShortTable::new(entries))).collect();
        Self { values: ShortTable::new(values), beginnings, others }
    }

    /// Finds the class of a folded text.
    fn find(&self, text: &Short) -> Option<usize> {
        if let Some(class) = self.values.get(text) {
            return Some(class as usize);
        }
        if self.beginnings.is_empty() {
            return self.others;
        }
        let length = text.len();
        let longest = self.beginnings.iter().filter(|(own, _)| *own <= length).find_map(|(own, table)| table.get(&text.first(*own)));
        longest.map(|class| class as usize).or(self.others)
    }

    /// Finds the class of the domain of an address.
    #[expect(clippy::option_option, reason = "no class, and no answer, are two things")]
    fn domain(&self, address: &[u8]) -> Option<Option<usize>> {
        let Some(at) = memchr::memrchr(b'@', address) else { return Some(None) };
        let domain = Short::within(address, at + 1, address.len())?;
        // A closing dot or bracket would have to go.
        let plain = domain.is_solid() && address.last().is_some_and(u8::is_ascii_alphanumeric);
        plain.then(|| self.find(&domain.small()))
    }
}

/// The least whole number behind an end.
fn least_behind(end: Decimal, inside: bool) -> i64 {
    let above = if inside { end.floor().saturating_add(Decimal::ONE) } else { end.ceil() };
    above.to_i64().unwrap_or(if above.is_sign_negative() { i64::MIN } else { i64::MAX })
}

fn clamp(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

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
use crate::model::Value;
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
    /// By bucket of the distance from the first cut: how many cuts lie in the buckets before.
    before: Vec<usize>,
}

/// How many buckets the distances of one more binary digit have, as a power of two.
const FINENESS: u32 = 4;

impl Cuts {
    fn new(from: Vec<i64>, first: usize) -> Self {
        let base = from.first().copied().unwrap_or(0);
        let buckets = bucket(u64::MAX) + 1;
        let mut before: Vec<usize> = vec![0; buckets + 1];
        for cut in &from {
            if let Some(count) = before.get_mut(bucket(cut.abs_diff(base)) + 1) {
                *count += 1;
            }
        }
        let mut all = 0;
        for count in &mut before {
            all += *count;
            *count = all;
        }
        Self { from, first, before }
    }

    /// Finds the class of a number.
    #[inline]
    fn class(&self, number: i64) -> usize {
        let Some(base) = self.from.first().filter(|base| **base <= number) else { return self.first };
        let bucket = bucket(number.abs_diff(*base));
        let before = self.before.get(bucket..).and_then(|rest| rest.first_chunk()).copied();
        let [start, end] = before.unwrap_or([0, self.from.len()]);
        let near = self.from.get(start..end).unwrap_or_default();
        self.first + start + near.iter().take_while(|from| **from <= number).count()
    }
}

/// Numbers by their size: those of the same first five binary digits are in one bucket.
#[inline]
fn bucket(distance: u64) -> usize {
    let digits = u64::BITS - distance.leading_zeros();
    let cut = digits.saturating_sub(FINENESS + 1);
    usize::try_from((u64::from(cut) << FINENESS) + (distance >> cut)).unwrap_or(usize::MAX)
}

/// The classes of texts.
#[derive(Clone, Debug)]
pub struct PlainTexts {
    values: ShortTable,
    /// By length in bytes, the longest first.
    beginnings: Vec<(usize, ShortTable)>,
    /// Of all others.
    others: Option<usize>,
    /// Whether there are no others than those.
    alike: bool,
}

impl Plain {
    /// Makes the look-up of an axis with its general one; none for other kinds.
    #[must_use]
    pub fn of(axis: &Axis, coder: &Coder) -> Option<Self> {
        match (&axis.key.aspect, coder) {
            (Aspect::Value(kind @ (Kind::Text | Kind::AnyCase | Kind::Postal | Kind::Choice)), _) => {
                Some(Self::Texts(*kind, PlainTexts::of(axis)))
            }
            (Aspect::Domain, _) => Some(Self::Domain(PlainTexts::of(axis))),
            (Aspect::Value(Kind::Number), Coder::Numbers(ends, first)) => {
                let from = ends.iter().map(|(end, inside)| least_behind(*end, *inside)).collect();
                Some(Self::Whole(Cuts::new(from, *first)))
            }
            (Aspect::Value(Kind::Instant), Coder::Ticks(ends, first)) => {
                let from = ends.iter().map(|end| clamp(end.div_euclid(1_000_000_000) + 1)).collect();
                Some(Self::Seconds(Cuts::new(from, *first)))
            }
            _ => None,
        }
    }

    /// Returns the class of a text that has no blanks around it, given with its short form if it is short (the inner none: it
    /// has none); none when it is not plain.
    #[must_use]
    pub fn class_of_text(&self, bytes: &[u8], short: Option<&Short>) -> Option<Option<usize>> {
        match (self, short) {
            (Self::Texts(Kind::Text | Kind::Choice, classes), Some(text)) if text.is_ascii() => Some(classes.find(text)),
            (Self::Texts(Kind::AnyCase, classes), Some(text)) if text.is_ascii() => Some(classes.find(&text.small())),
            (Self::Texts(Kind::Postal, classes), Some(text)) if text.is_solid() => Some(classes.find(&text.capital())),
            (Self::Domain(classes), _) => classes.domain(bytes),
            _ => None,
        }
    }

    /// Returns the class that every text has, where none is told apart.
    #[must_use]
    pub fn class_of_any_text(&self) -> Option<usize> {
        match self {
            Self::Texts(_, classes) if classes.alike => Some(classes.others.unwrap_or(0)),
            _ => None,
        }
    }

    /// Returns the class of a value (the inner none: it has none); none when it is not plain.
    #[must_use]
    pub fn class_of_value(&self, value: &Value) -> Option<Option<usize>> {
        match (self, value) {
            (Self::Texts(Kind::Choice, _), Value::Choice(text)) | (Self::Texts(..) | Self::Domain(_), Value::Text(text)) => {
                let bytes = text.as_bytes();
                let short = if matches!(self, Self::Domain(_)) { None } else { Short::new(bytes) };
                self.class_of_text(bytes, short.as_ref())
            }
            (Self::Whole(cuts), Value::Number(number)) if number.scale() == 0 => {
                Some(Some(cuts.class(i64::try_from(number.mantissa()).ok()?)))
            }
            (Self::Seconds(cuts), Value::Time(at)) if at.subsec_nanosecond() == 0 => Some(Some(cuts.class(at.as_second()))),
            _ => None,
        }
    }

    /// Returns the class of a whole number, or of an instant in seconds since 1970; the first for texts.
    #[must_use]
    #[inline]
    pub fn class_of_whole(&self, number: i64) -> usize {
        match self {
            Self::Whole(cuts) | Self::Seconds(cuts) => cuts.class(number),
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
        let alike = axis.classes.iter().all(|class| match class {
            Class::Missing => true,
            Class::Others(all) => all.iter().all(|beginning| beginning.is_empty()),
            _ => false,
        });
        Self { values: ShortTable::new(values), beginnings, others, alike }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::axis::{AxisKey, Bounds};
    use proptest::prelude::*;

    fn axis(aspect: Aspect, classes: Vec<Class>) -> Axis {
        let key = AxisKey { path: vec!["x".into()], aspect };
        Axis { key, written: "x".into(), ty: crate::model::Type::Number, classes, fact: None, spelling: Default::default() }
    }

    fn texts(values: &[String], beginnings: &[String]) -> Vec<Class> {
        let all = |of: &[String]| of.iter().map(|t| Arc::from(t.as_str())).collect::<std::collections::BTreeSet<Arc<str>>>();
        let values = all(values).into_iter().map(|v| Class::Values(vec![v]));
        let beginnings = all(beginnings).into_iter().map(|b| Class::Others(vec![b]));
        [Class::Missing].into_iter().chain(values).chain(beginnings).chain([Class::Others(vec!["".into()])]).collect()
    }

    proptest! {
        #[test]
        fn plain_texts_have_the_classes_of_their_values(
            values in proptest::collection::vec("[a-c]{1,3}|[a-z]{30,34}", 0..20),
            beginnings in proptest::collection::vec("[a-c]{1,3}", 0..20),
            text in "[a-cA-C]{1,5}|[a-c é]{1,4}|[a-z]{30,34}|[a-c]{0,2}@[a-cA-C. >é]{0,4}",
        ) {
            for kind in [Kind::Text, Kind::AnyCase, Kind::Postal] {
                let fold = |all: &[String]| -> Vec<String> { all.iter().map(|t| super::super::axis::fold(kind, t).into_owned()).collect() };
                let axis = axis(Aspect::Value(kind), texts(&fold(&values), &fold(&beginnings)));
                let coder = Coder::of(&axis);
                let plain = Plain::of(&axis, &coder).expect("texts");
                if let Some(class) = plain.class_of_text(text.as_bytes(), Short::new(text.as_bytes()).as_ref()) {
                    let value = Value::Text(text.as_str().into());
                    prop_assert_eq!(class, coder.class(&value, true));
                    prop_assert_eq!(plain.class_of_value(&value), Some(class));
                    if let Some(alike) = plain.class_of_any_text() {
                        prop_assert_eq!(coder.class(&Value::Text(text.as_str().into()), true), Some(alike));
                    }
                }
            }
            let axis = axis(Aspect::Domain, texts(&values, &[]));
            let coder = Coder::of(&axis);
            let plain = Plain::of(&axis, &coder).expect("domains");
            if let Some(class) = plain.class_of_text(text.as_bytes(), None) {
                prop_assert_eq!(class, coder.class(&Value::Text(text.as_str().into()), true));
            }
        }

        #[test]
        fn whole_numbers_have_the_classes_of_their_values(
            mut ends in proptest::collection::btree_map(-50_i64..200, any::<bool>(), 0..20),
            far in proptest::collection::btree_map(any::<i64>(), any::<bool>(), 0..20),
            number in prop_oneof![0..100_i64, any::<i64>()],
            scale in 0..2_u32,
        ) {
            ends.extend(far);
            let ends: Vec<(Decimal, bool)> = ends.into_iter().map(|(end, inside)| (Decimal::from_i128_with_scale(end.into(), scale), inside)).collect();
            let bounds = |high| Class::Numbers(Bounds { low: None, high });
            let classes = [Class::Missing].into_iter().chain(ends.iter().map(|e| bounds(Some(*e)))).chain([bounds(None)]).collect();
            let axis = axis(Aspect::Value(Kind::Number), classes);
            let coder = Coder::of(&axis);
            let plain = Plain::of(&axis, &coder).expect("numbers");
            let near = ends.iter().filter_map(|(end, _)| end.to_i64()).flat_map(|end| [end.saturating_sub(1), end, end.saturating_add(1)]);
            for number in near.chain([number]) {
                let value = Value::Number(number.into());
                prop_assert_eq!(Some(plain.class_of_whole(number)), coder.class(&value, true), "{}", number);
                prop_assert_eq!(plain.class_of_value(&value), Some(coder.class(&value, true)));
            }
        }

        #[test]
        fn seconds_have_the_classes_of_their_instants(
            ends in proptest::collection::btree_set(-5_000_000_000_i128..5_000_000_000, 0..20),
            second in -6..6_i64,
        ) {
            let bounds = |high| Class::Ticks(Bounds { low: None, high });
            let classes = [Class::Missing].into_iter().chain(ends.iter().map(|e| bounds(Some((*e, true))))).chain([bounds(None)]).collect();
            let axis = axis(Aspect::Value(Kind::Instant), classes);
            let coder = Coder::of(&axis);
            let plain = Plain::of(&axis, &coder).expect("instants");
            let at = jiff::Timestamp::from_second(second).expect("in range");
            prop_assert_eq!(Some(plain.class_of_whole(second)), coder.class(&Value::Time(at), true));
            prop_assert_eq!(plain.class_of_value(&Value::Time(at)), Some(coder.class(&Value::Time(at), true)));
        }
    }
}

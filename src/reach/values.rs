//! Values near others: what a field would have to hold to lie in some classes, as little changed as can be.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::model::{Type, Value};
use crate::space::{Aspect, Axis, Class, ClassSet, tick_day};

/// How many values of one field are tried.
pub(super) const VARIANTS: usize = 6;

/// Finds values near others at a moment.
#[derive(Clone, Copy)]
pub(super) struct Near<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

impl Near<'_> {
    /// The value of a set of classes that is nearest to another; the inner none means missing.
    #[expect(clippy::option_option, reason = "no value fits, and missing on purpose are two things")]
    pub(super) fn of(&self, axis: &Axis, set: &ClassSet, own: Option<&Value>, variant: usize) -> Option<Option<Value>> {
        let classes = || set.iter().filter_map(|c| axis.classes.get(c));
        match &axis.key.aspect {
            Aspect::Element(element) => {
                let mut listed = if let Some(Value::Set { listed, .. }) = own { listed.clone() } else { BTreeSet::new() };
                let unlisted = if let Some(Value::Set { unlisted, .. }) = own { unlisted.clone() } else { BTreeSet::new() };
                if classes().any(|c| *c == Class::Yes) {
                    listed.insert(element.clone())
                } else {
                    listed.remove(element)
                };
                return Some(Some(Value::Set { listed, unlisted }));
            }
            Aspect::Age => {
                let (now, zone) = (self.now, self.zone);
                let days = axis.ty == Type::Date;
                let spans = classes().filter_map(|c| if let Class::Age(a, b) = c { Some((a, b)) } else { None });
                let ends = spans.map(|(a, b)| (a.map(|c| c.tick(now, zone, days)), b.map(|c| c.tick(now, zone, days) - 1)));
                return tick_value(ends, own, days).map(Some);
            }
            Aspect::Value(_) => {}
            Aspect::Today | Aspect::Domain | Aspect::Fact(_) | Aspect::Territory | Aspect::Derived => return None,
        }
        match &axis.ty {
            Type::Number | Type::Percent | Type::Money(_) => {
                let own = if let Some(Value::Number(n)) = own { *n } else { Decimal::ONE_HUNDRED };
                let stretches = classes().filter_map(|c| if let Class::Numbers(b) = c { Some(b) } else { None });
                let found =
                    stretches.filter_map(|b| near_number(b, own)).min_by_key(|n| (*n != own && !n.fract().is_zero(), (*n - own).abs(), *n));
                found.map(|n| Some(Value::Number(n))).or_else(|| self.missing(axis, set))
            }
            Type::Date | Type::Time => {
                let days = axis.ty == Type::Date;
                let spans =
                    classes().filter_map(|c| if let Class::Ticks(b) = c { Some((b.low.map(|l| l.0), b.high.map(|h| h.0))) } else { None });
                tick_value(spans, own, days).map(Some).or_else(|| self.missing(axis, set))
            }
            Type::YesNo => {
                let yes = classes().find_map(|c| match c {
                    Class::Yes => Some(true),
                    Class::No => Some(false),
                    _ => None,
                });
                yes.map(|y| Some(Value::YesNo(y))).or_else(|| self.missing(axis, set))
            }
            Type::Set { .. } => {
                if set.contains(0) {
                    Some(None)
                } else {
                    Some(Some(Value::Set { listed: BTreeSet::new(), unlisted: BTreeSet::new() }))
                }
            }
            Type::OneOf(_) | Type::Text { .. } | Type::Postal | Type::Calendar | Type::Reference(_) => {
                let texts = classes().filter_map(|c| match c {
                    Class::Values(all) => all.first().cloned(),
                    Class::Others(all) => all.iter().find(|b| !b.is_empty()).cloned(),
                    _ => None,
                });
                let texts: Vec<Arc<str>> = texts.take(VARIANTS).collect();
                let text = texts.get(variant).or(texts.first()).cloned();
                let value = |t: Arc<str>| if matches!(axis.ty, Type::OneOf(_)) { Value::Choice(t) } else { Value::Text(t) };
                let other = || classes().any(|c| *c == Class::Unlisted).then(|| Some(Value::Unlisted("something else".into())));
                text.map(|t| Some(value(t))).or_else(|| self.missing(axis, set)).or_else(other)
            }
        }
    }

    #[expect(clippy::option_option, reason = "no value fits, and missing on purpose are two things")]
    fn missing(&self, axis: &Axis, set: &ClassSet) -> Option<Option<Value>> {
        axis.position(&Class::Missing).filter(|c| set.contains(*c)).map(|_| None)
    }
}

/// The number of a stretch that is nearest to another.
fn near_number(bounds: &crate::space::Bounds<Decimal>, own: Decimal) -> Option<Decimal> {
    let above = |n: Decimal| bounds.low.as_ref().is_none_or(|(low, inside)| *low < n || (*low == n && *inside));
    let below = |n: Decimal| bounds.high.as_ref().is_none_or(|(high, inside)| n < *high || (*high == n && *inside));
    let mut candidates = Vec::new();
    if let Some((low, _)) = bounds.low {
        candidates.extend([Some(low), low.checked_add(Decimal::ONE), Some(low.ceil()), low.floor().checked_add(Decimal::ONE)]);
    }
    if let Some((high, _)) = bounds.high {
        candidates.extend([Some(high), high.checked_sub(Decimal::ONE), Some(high.floor()), high.ceil().checked_sub(Decimal::ONE)]);
        if let Some((low, _)) = bounds.low {
            candidates.push(low.checked_add(high).map(|sum| sum / Decimal::TWO));
        }
    }
    let inside = |n: &Decimal| above(*n) && below(*n);
    if inside(&own) {
        return Some(own.normalize());
    }
    // A whole number goes before a nearer fraction.
    candidates.into_iter().flatten().filter(inside).min_by_key(|n| (!n.fract().is_zero(), (*n - own).abs(), *n)).map(|n| n.normalize())
}

/// The day or instant of some spans that is nearest to another.
fn tick_value(spans: impl Iterator<Item = (Option<i128>, Option<i128>)>, own: Option<&Value>, days: bool) -> Option<Value> {
    let own = match own {
        Some(Value::Date(day)) => crate::space::day_tick(*day),
        Some(Value::Time(at)) => at.as_nanosecond(),
        _ => crate::space::day_tick(jiff::civil::Date::constant(2027, 3, 1)) * if days { 1 } else { 86_400_000_000_000 },
    };
    let near = spans.map(|(low, high)| own.max(low.unwrap_or(i128::MIN)).min(high.unwrap_or(i128::MAX))).min_by_key(|t| (t - own).abs())?;
    if days { Some(Value::Date(tick_day(near))) } else { Timestamp::from_nanosecond(near).ok().map(Value::Time) }
}

//! Whether dates and times can lie as an area wants them to: on which day, and where each field then lies.
//!
//! The day it is, fixed dates and ages ("180 days ago") are axes of their own, but not free of one another: a date
//! in 2025 that is less than a week old needs a day in 2025. This is the one place where that is settled.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::age::{AgeCut, day_tick, start_of_day, tick_day};
use super::axis::{Aspect, AxisId, Class, Kind};
use super::{Area, Space};

/// The day that examples are set on unless something asks for another: a Monday.
const ORDINARY_DAY: Date = Date::constant(2027, 3, 1);
const DAY: i128 = 86_400;
const MOST_DAYS: usize = 400;

/// Where an area's dates can lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moments {
    /// At this moment, with these fields at these ticks; fields not named may be missing.
    Found(Timestamp, BTreeMap<Vec<Arc<str>>, i128>),
    /// Nowhere.
    Contradiction,
    /// No day was found, and none is ruled out.
    Unclear,
}

type Span = (Option<i128>, Option<i128>);

/// A field of dates: the spans it may lie in, the ages it may have, and whether it may be missing.
struct Dated {
    path: Vec<Arc<str>>,
    days: bool,
    spans: Vec<Span>,
    ages: Option<Vec<(Option<AgeCut>, Option<AgeCut>)>>,
    missing: bool,
    restricted: bool,
}

/// What was found out of areas of dates, in the one zone that a space is asked about.
#[derive(Clone, Debug, Default)]
pub(super) struct Possible(Arc<Mutex<HashMap<Area, bool>>>);

/// How many answers are kept.
const MOST_KEPT: usize = 100_000;

impl Possible {
    fn get(&self, dates: &Area) -> Option<bool> {
        self.0.lock().ok()?.get(dates).copied()
    }

    fn set(&self, dates: Area, can_be: bool) {
        if let Ok(mut known) = self.0.lock()
            && known.len() < MOST_KEPT
        {
            known.insert(dates, can_be);
        }
    }
}

impl Space {
    /// Returns whether some record can lie in an area, as far as dates go.
    #[must_use]
    pub fn can_be(&self, area: &Area, zone: &TimeZone) -> bool {
        let aged = area.restricts().any(|(axis, _)| self.axis(axis).key.aspect == Aspect::Age);
        if !aged {
            return true;
        }
        // Only dates matter, and the same dates are asked about over and over.
        let dates = area.only(|axis| self.is_dated(axis));
        if let Some(known) = self.possible.get(&dates) {
            return known;
        }
        // An age alone can be had on every day; most conditions of this kind ask for nothing else.
        let alone = |field: &Dated| field.ages.as_ref().is_none_or(|ages| !ages.is_empty() && field.spans == [(None, None)]);
        let can_be = self.dated(&dates).iter().all(alone) || self.moments(&dates, zone) != Moments::Contradiction;
        self.possible.set(dates, can_be);
        can_be
    }

    fn is_dated(&self, axis: AxisId) -> bool {
        matches!(self.axis(axis).key.aspect, Aspect::Today | Aspect::Age | Aspect::Value(Kind::Day | Kind::Instant))
    }

    /// Finds a moment and the dates of fields for an area.
    #[must_use]
    pub fn moments(&self, area: &Area, zone: &TimeZone) -> Moments {
        let today = self.axes.iter().position(|a| a.key.aspect == Aspect::Today).map(AxisId::from_index);
        let today: Vec<Span> = today.and_then(|t| Some(self.spans(t, area.on(t)?))).unwrap_or_else(|| vec![(None, None)]);
        let fields = self.dated(area);
        let mut tried = 0;
        for day in days_to_try(&today, &fields, zone) {
            tried += 1;
            if tried > MOST_DAYS {
                return Moments::Unclear;
            }
            let now = at_nine(day, zone);
            let mut ticks = BTreeMap::new();
            let fits = fields.iter().all(|field| match place(field, now, zone) {
                Some(tick) => {
                    if field.restricted || !field.missing {
                        ticks.insert(field.path.clone(), tick);
                    }
                    true
                }
                None => field.missing,
            });
            if fits {
                return Moments::Found(now, ticks);
            }
        }
        if contradicts(&today, &fields, zone) { Moments::Contradiction } else { Moments::Unclear }
    }

    /// The stretches of ticks that some classes hold, neighbours joined.
    fn spans(&self, axis: AxisId, set: &super::ClassSet) -> Vec<Span> {
        let classes = &self.axis(axis).classes;
        let held = set.iter().filter_map(|c| match classes.get(c) {
            Some(Class::Ticks(bounds)) => Some((bounds.low.map(|(v, _)| v), bounds.high.map(|(v, _)| v))),
            _ => None,
        });
        let mut joined: Vec<Span> = Vec::new();
        for (low, high) in held {
            match joined.last_mut() {
                Some((_, end)) if low.is_some() && end.map(|e| e.saturating_add(1)) == low => *end = high,
                _ => joined.push((low, high)),
            }
        }
        joined
    }

    fn dated(&self, area: &Area) -> Vec<Dated> {
        let mut fields: BTreeMap<Vec<Arc<str>>, Dated> = BTreeMap::new();
        for (index, axis) in self.axes.iter().enumerate() {
            let id = AxisId::from_index(index);
            let days = axis.ty == crate::model::Type::Date;
            let restriction = area.on(id);
            if !matches!(axis.key.aspect, Aspect::Age | Aspect::Value(Kind::Day | Kind::Instant)) {
                continue;
            }
            let field = fields.entry(axis.key.path.clone()).or_insert_with(|| Dated {
                path: axis.key.path.clone(),
                days,
                spans: vec![(None, None)],
                ages: None,
                missing: true,
                restricted: false,
            });
            let Some(set) = restriction else { continue };
            field.restricted = true;
            if axis.key.aspect == Aspect::Age {
                let age = |c: usize| if let Some(Class::Age(a, b)) = axis.classes.get(c) { Some((*a, *b)) } else { None };
                field.ages = Some(set.iter().filter_map(age).collect());
            } else {
                field.spans = self.spans(id, set);
                field.missing = set.iter().any(|c| axis.classes.get(c) == Some(&Class::Missing));
            }
        }
        fields.into_values().collect()
    }
}

fn at_nine(day: Date, zone: &TimeZone) -> Timestamp {
    let start = Timestamp::from_nanosecond(start_of_day(day, zone)).unwrap_or(Timestamp::UNIX_EPOCH);
    start.checked_add(SignedDuration::from_hours(9)).unwrap_or(start)
}

/// Finds a tick for a field at a moment: today if it may be, else the nearest end of what is allowed.
fn place(field: &Dated, now: Timestamp, zone: &TimeZone) -> Option<i128> {
    let present = if field.days { day_tick(zone.to_datetime(now).date()) } else { now.as_nanosecond() };
    let everywhere = [(None, None)];
    let ages = field.ages.as_deref().unwrap_or(&everywhere);
    let mut best: Option<i128> = None;
    for (from, to) in ages {
        let low = from.map(|c| c.tick(now, zone, field.days));
        let high = to.map(|c| c.tick(now, zone, field.days) - 1);
        for (first, last) in &field.spans {
            let low = low.max(*first);
            let high = match (high, *last) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            if let (Some(low), Some(high)) = (low, high)
                && low > high
            {
                continue;
            }
            let near = present.max(low.unwrap_or(i128::MIN)).min(high.unwrap_or(i128::MAX));
            if readable(near, field.days) && best.is_none_or(|b| (near - present).abs() < (b - present).abs()) {
                best = Some(near);
            }
        }
    }
    best
}

/// Whether a tick can be written as a date.
fn readable(tick: i128, days: bool) -> bool {
    if days { (day_tick(Date::MIN)..=day_tick(Date::MAX)).contains(&tick) } else { Timestamp::from_nanosecond(tick).is_ok() }
}

fn days_to_try(today: &[Span], fields: &[Dated], zone: &TimeZone) -> Vec<Date> {
    let ordinary = day_tick(ORDINARY_DAY);
    let mut ticks: Vec<i128> = vec![ordinary];
    for field in fields.iter().filter(|f| f.ages.is_some()) {
        for (first, last) in &field.spans {
            for end in first.iter().chain(last) {
                let day = if field.days { *end } else { day_of(*end, zone) };
                ticks.push(day);
                for (from, to) in field.ages.iter().flatten() {
                    for cut in from.iter().chain(to) {
                        let (low, high) = cut.range(field.days);
                        for seconds in [low, high] {
                            let back = day - i128::from(seconds).div_euclid(DAY);
                            ticks.extend([back - 1, back, back + 1]);
                        }
                    }
                }
            }
        }
    }
    ticks.extend(today.iter().flat_map(|(first, last)| first.iter().chain(last).copied()));
    let inside = |tick: i128| today.iter().map(move |(first, last)| tick.max(first.unwrap_or(i128::MIN)).min(last.unwrap_or(i128::MAX)));
    let mut days: Vec<i128> = ticks.iter().flat_map(|t| inside(*t)).collect();
    days.sort_by_key(|d| ((d - ordinary).abs(), *d));
    days.dedup();
    days.into_iter().filter(|d| readable(*d, true)).map(tick_day).collect()
}

fn day_of(instant: i128, zone: &TimeZone) -> i128 {
    Timestamp::from_nanosecond(instant).map_or(0, |t| day_tick(zone.to_datetime(t).date()))
}

/// Whether no day at all can suit every field, with some slack for months and clock changes.
fn contradicts(today: &[Span], fields: &[Dated], zone: &TimeZone) -> bool {
    const SLACK: i128 = 6;
    let hull = |spans: &[Span]| {
        let low = spans.iter().map(|(a, _)| *a).min().flatten();
        let high = if spans.iter().any(|(_, b)| b.is_none()) { None } else { spans.iter().filter_map(|(_, b)| *b).max() };
        (low, high)
    };
    let (mut low, mut high) = hull(today);
    for field in fields.iter().filter(|f| !f.missing) {
        if field.spans.is_empty() || field.ages.as_ref().is_some_and(Vec::is_empty) {
            return true;
        }
        let Some(ages) = &field.ages else { continue };
        let day = |tick: i128| if field.days { tick } else { day_of(tick, zone) };
        let (first, last) = hull(&field.spans);
        let youngest =
            ages.iter().map(|(_, to)| to.map(|c| i128::from(c.range(field.days).1).div_euclid(DAY) + 1)).collect::<Option<Vec<_>>>();
        let oldest =
            ages.iter().map(|(from, _)| from.map(|c| i128::from(c.range(field.days).0).div_euclid(DAY))).collect::<Option<Vec<_>>>();
        // field = day + age, so day = field - age.
        let earliest = first.zip(youngest.and_then(|a| a.into_iter().max())).map(|(f, a)| day(f) - a - SLACK);
        let latest = last.zip(oldest.and_then(|a| a.into_iter().min())).map(|(l, a)| day(l) - a + SLACK);
        low = low.max(earliest);
        high = match (high, latest) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    matches!((low, high), (Some(low), Some(high)) if low > high)
}

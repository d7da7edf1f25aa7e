//! Whether dates and times can lie as an area wants them to: at which moment, and where each field then lies.
//!
//! The day it is, fixed dates and ages ("180 days ago") are axes of their own, but not free of one another: a date
//! in 2025 that is less than a week old needs a day in 2025. This is the one place where that is settled. What is told from
//! the present never moves back as time goes on, or hardly, so the moments at which a field can lie as wanted are stretches of
//! time, and their ends are found by halving.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::age::{AgeCut, Anchor, day_tick, start_of_day, tick_day};
use super::axis::{Aspect, AxisId, Class, Kind};
use super::{Area, Space};
use crate::model::Unit;

/// The day that examples are set on unless something asks for another: a Monday.
const ORDINARY_DAY: Date = Date::constant(2027, 3, 1);

/// The days on which records are decided.
const FIRST_DAY: Date = Date::constant(1, 1, 1);
const LAST_DAY: Date = Date::constant(9_998, 12, 31);

/// Where an area's dates can lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moments {
    /// At this moment, with these fields at these ticks; fields not named may be missing.
    Found(Timestamp, BTreeMap<Vec<Arc<str>>, i128>),
    /// Nowhere.
    Contradiction,
    /// No date was found that can be written, and none is ruled out.
    Unclear,
}

type Span = (Option<i128>, Option<i128>);

/// A stretch of moments, in nanoseconds since 1970; both ends are inside.
type Stretch = (i128, i128);

/// A field of dates: the spans it may lie in, the ages it may have, and whether it may be missing.
struct Dated {
    path: Vec<Arc<str>>,
    days: bool,
    spans: Vec<Span>,
    ages: Option<Vec<(Option<AgeCut>, Option<AgeCut>)>>,
    missing: bool,
    restricted: bool,
}

/// What was found out of areas of dates, in the one zone that a space is asked about, and of areas of searched texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Possible(Arc<Mutex<HashMap<Area, bool>>>);

/// How many answers are kept.
const MOST_KEPT: usize = 100_000;

impl Possible {
    pub(super) fn get(&self, dates: &Area) -> Option<bool> {
        self.0.lock().ok()?.get(dates).copied()
    }

    pub(super) fn set(&self, dates: Area, can_be: bool) {
        if let Ok(mut known) = self.0.lock()
            && known.len() < MOST_KEPT
        {
            known.insert(dates, can_be);
        }
    }
}

impl Space {
    /// Returns whether some record can lie in an area, as far as dates and the searches of each text go.
    #[must_use]
    pub fn can_be(&self, area: &Area, zone: &TimeZone) -> bool {
        self.dates_can_be(area, zone) && self.texts_can_be(area)
    }

    /// Returns whether axes are not free of one another, so that no record can lie in some areas.
    pub(super) fn may_contradict(&self) -> bool {
        self.is_searched() || self.axes.iter().any(|axis| axis.key.aspect == Aspect::Age)
    }

    fn dates_can_be(&self, area: &Area, zone: &TimeZone) -> bool {
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
        let can_be = self.dated(&dates).iter().all(alone) || !self.stretches(&dates, &self.dated(&dates), Slack::Taken, zone).is_empty();
        self.possible.set(dates, can_be);
        can_be
    }

    fn is_dated(&self, axis: AxisId) -> bool {
        matches!(self.axis(axis).key.aspect, Aspect::Today | Aspect::Age | Aspect::Value(Kind::Day | Kind::Instant))
    }

    /// Finds a moment and the dates of fields for an area.
    #[must_use]
    pub fn moments(&self, area: &Area, zone: &TimeZone) -> Moments {
        let fields = self.dated(area);
        let stretches = self.stretches(area, &fields, Slack::Left, zone);
        let ordinary = at_nine(ORDINARY_DAY, zone).as_nanosecond();
        // At nine if that can be, and on a day as near to the ordinary one as can be.
        let near = stretches.iter().map(|stretch| near(*stretch, ordinary, zone));
        let nearest = near.min_by_key(|(at, nine)| (!nine, (at - ordinary).abs(), *at));
        let Some((at, _)) = nearest else {
            let none = self.stretches(area, &fields, Slack::Taken, zone).is_empty();
            return if none { Moments::Contradiction } else { Moments::Unclear };
        };
        let Ok(now) = Timestamp::from_nanosecond(at) else { return Moments::Unclear };
        let mut ticks = BTreeMap::new();
        for field in &fields {
            match place(field, now, zone) {
                Some(tick) if field.restricted || !field.missing => drop(ticks.insert(field.path.clone(), tick)),
                None if !field.missing => return Moments::Unclear,
                _ => {}
            }
        }
        Moments::Found(now, ticks)
    }

    /// The moments at which everything can lie as an area wants it.
    fn stretches(&self, area: &Area, fields: &[Dated], slack: Slack, zone: &TimeZone) -> Vec<Stretch> {
        let today = self.axes.iter().position(|a| a.key.aspect == Aspect::Today).map(AxisId::from_index);
        let today: Vec<Span> = today.and_then(|t| Some(self.spans(t, area.on(t)?))).unwrap_or_else(|| vec![(None, None)]);
        let (first, last) = (start_of_day(FIRST_DAY, zone), start_of_day(LAST_DAY, zone) - 1);
        let begin = |day: i128| if readable(day, true) { start_of_day(tick_day(day), zone) } else { last + 1 };
        let on_days = |(low, high): &Span| (low.map_or(first, begin).max(first), high.map_or(last, |day| begin(day + 1) - 1).min(last));
        let mut left: Vec<Stretch> = today.iter().map(on_days).filter(|(low, high)| low <= high).collect();
        for field in fields.iter().filter(|f| !f.missing) {
            let own = fitting(field, (first, last), slack, zone);
            let both = left.iter().flat_map(|a| own.iter().map(|b| (a.0.max(b.0), a.1.min(b.1))));
            left = joined(both.filter(|(low, high)| low <= high).collect());
        }
        left
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

/// Whether a stretch takes in what may lie beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slack {
    Taken,
    Left,
}

impl Slack {
    /// How far a cut may move back as time goes on: a month before 30 March at noon and before 31 March in the morning both lie on
    /// the last day of February.
    fn of(self, cut: &AgeCut, days: bool) -> i128 {
        const HOUR: i128 = 3_600_000_000_000;
        let (Anchor::Ago(period) | Anchor::Ahead(period)) = &cut.anchor else { return 0 };
        match period.unit {
            _ if days || self == Self::Left => 0,
            Unit::Minutes | Unit::Hours => 0,
            Unit::Days | Unit::Weeks | Unit::Months => 26 * HOUR,
        }
    }
}

/// The moments at which a field can lie as wanted.
fn fitting(field: &Dated, (first, last): Stretch, slack: Slack, zone: &TimeZone) -> Vec<Stretch> {
    let everywhere = [(None, None)];
    let ages = field.ages.as_deref().unwrap_or(&everywhere);
    let tick = |cut: &AgeCut, at: i128| Timestamp::from_nanosecond(at).map_or(i128::MAX, |now| cut.tick(now, zone, field.days));
    let mut found = Vec::new();
    for (low, high) in &field.spans {
        for (from, to) in ages {
            // From the moment on at which the youngest is not before the first, until the oldest is behind the last.
            let begin = to
                .as_ref()
                .zip(*low)
                .map_or(first, |(cut, low)| halve((first, last), |at| tick(cut, at) > low.saturating_sub(slack.of(cut, field.days))));
            let end = from
                .as_ref()
                .zip(*high)
                .map_or(last, |(cut, high)| halve((first, last), |at| tick(cut, at) > high.saturating_add(slack.of(cut, field.days))) - 1);
            if begin <= end {
                found.push((begin, end));
            }
        }
    }
    joined(found)
}

/// The first moment at which something is so that stays so; the one behind the last if it never is.
fn halve((first, last): Stretch, is_so: impl Fn(i128) -> bool) -> i128 {
    let (mut low, mut high) = (first, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Joins stretches that meet.
fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut all: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for (low, high) in stretches {
        match all.last_mut() {
            Some((_, end)) if low <= end.saturating_add(1) => *end = high.max(*end),
            _ => all.push((low, high)),
        }
    }
    all
}

/// The moment of a stretch that is nearest to an ordinary one, at nine if there is such a one, else on a whole hour, minute or
/// second; says whether it is at nine.
fn near((low, high): Stretch, ordinary: i128, zone: &TimeZone) -> (i128, bool) {
    const SECOND: i128 = 1_000_000_000;
    let nearest = ordinary.max(low).min(high);
    let inside = |at: &i128| (low..=high).contains(at);
    let day = day_of(nearest, zone);
    let nines =
        [day, day - 1, day + 1].into_iter().filter(|day| readable(*day, true)).map(|day| at_nine(tick_day(day), zone).as_nanosecond());
    if let Some(nine) = nines.filter(inside).min_by_key(|at| (at - ordinary).abs()) {
        return (nine, true);
    }
    let mut whole = [3_600 * SECOND, 60 * SECOND, SECOND].into_iter().flat_map(|step| {
        let before = nearest.div_euclid(step) * step;
        [before, before + step]
    });
    (whole.find(inside).unwrap_or(nearest), false)
}

fn day_of(instant: i128, zone: &TimeZone) -> i128 {
    Timestamp::from_nanosecond(instant).map_or(0, |t| day_tick(zone.to_datetime(t).date()))
}

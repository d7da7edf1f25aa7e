//! Areas in words, as a sales manager would say them: `state is NV or UT and employees below 100`.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::age::{AgeCut, Anchor, tick_day};
use super::axis::{Aspect, Axis, Bounds, Class, Kind};
use super::ordinary::has_whole_number;
use super::spelled::{has_missing, shortened, texts};
use super::{Area, AxisId, ClassSet, Space};
use crate::model::{Type, Value, period_in_words, show, show_time};
use crate::text::wording;

/// How many values are named before the rest is only counted.
const NAMED: usize = 8;

/// How many are named where programs read them.
const NAMED_IN_FULL: usize = 1_000;

/// More than any area asks free questions.
const LAST: usize = 1 << 20;

impl Space {
    /// Writes an area as one phrase for each axis it restricts: fields first, then the day, then free questions.
    #[must_use]
    pub fn phrases(&self, area: &Area, zone: &TimeZone) -> Vec<String> {
        self.worded(area, Said { zone, most: NAMED })
    }

    fn worded(&self, area: &Area, said: Said<'_>) -> Vec<String> {
        let mut axes: Vec<(AxisId, &ClassSet)> = area.restricts().collect();
        let rank = |axis: &Axis| match axis.key.aspect {
            Aspect::Fact(_) => 2,
            Aspect::Today => 1,
            _ => 0,
        };
        axes.sort_by_key(|(id, _)| (rank(self.axis(*id)), self.axis(*id).key.path.len(), self.axis(*id).key.clone()));
        let implied = self.implied(area);
        axes.retain(|(id, set)| !implied.contains(id) && !self.is_said_elsewhere(area, *id, set));
        axes.into_iter().map(|(id, set)| self.phrase(area, id, set, said)).collect()
    }

    fn phrase(&self, area: &Area, id: AxisId, set: &ClassSet, said: Said<'_>) -> String {
        let axis = self.axis(id);
        match axis.key.aspect {
            Aspect::Fact(_) => phrase(axis, &self.answers(area, axis, set), said),
            // How long ago is asked of those that have a date.
            Aspect::Age if self.may_be_missing(area, axis) => format!("{} or missing", phrase(axis, set, said)),
            _ => phrase(axis, set, said),
        }
    }

    /// How many free questions an area asks.
    #[must_use]
    pub fn facts_in(&self, area: &Area) -> usize {
        area.restricts().filter(|(axis, _)| matches!(self.axis(*axis).key.aspect, Aspect::Fact(_))).count()
    }

    /// Returns whether only fractions lie in an area on some axis of plain numbers, which mostly count something: nobody has
    /// such a record.
    #[must_use]
    pub fn is_fraction_only(&self, area: &Area) -> bool {
        area.restricts().any(|(axis, set)| {
            let axis = self.axis(axis);
            let whole = |class: usize| match axis.classes.get(class) {
                Some(Class::Numbers(bounds)) => has_whole_number(bounds),
                _ => true,
            };
            axis.ty == Type::Number && axis.key.aspect == Aspect::Value(Kind::Number) && !set.iter().any(whole)
        })
    }

    /// Sorts areas with those that are easiest to say and hold most first, and those of fractions only last.
    #[must_use]
    pub fn largeness(&self, area: &Area) -> (usize, usize, std::cmp::Reverse<u64>, Area) {
        // A share of a fixed whole, so that no fraction is needed.
        let share = area.restricts().fold(1_u64 << 40, |left, (axis, set)| {
            let (count, width) = (set.count() as u64, self.width(axis).max(1) as u64);
            left / width * count
        });
        let last = if self.is_fraction_only(area) { LAST } else { 0 };
        (self.facts_in(area) + last, area.restricts().len(), std::cmp::Reverse(share), area.clone())
    }

    /// Returns whether an area asks nothing free and nothing of an address or of another record, so that an example of it
    /// must show what it is to show.
    #[must_use]
    pub fn is_plain(&self, area: &Area) -> bool {
        area.restricts().all(|(axis, _)| {
            let key = &self.axis(axis).key;
            key.path.len() < 2 && !matches!(key.aspect, Aspect::Fact(_) | Aspect::Domain)
        })
    }

    /// Writes an area as one sentence part; the whole space is "every record".
    #[must_use]
    pub fn sentence(&self, area: &Area, zone: &TimeZone) -> String {
        together(&self.phrases(area, zone))
    }

    /// Writes an area as [`Space::sentence`] does, with up to a thousand values named where that leaves out all but a few.
    #[must_use]
    pub fn sentence_in_full(&self, area: &Area, zone: &TimeZone) -> String {
        together(&self.worded(area, Said { zone, most: NAMED_IN_FULL }))
    }
}

/// How something is to be said.
#[derive(Clone, Copy)]
struct Said<'z> {
    zone: &'z TimeZone,
    /// How many values are named.
    most: usize,
}

fn together(phrases: &[String]) -> String {
    if phrases.is_empty() { "whatever its fields".to_owned() } else { phrases.join("; ") }
}

fn phrase(axis: &Axis, set: &ClassSet, said: Said<'_>) -> String {
    let name = &axis.written;
    let has = |class: &Class| axis.position(class).is_some_and(|c| set.contains(c));
    match &axis.key.aspect {
        Aspect::Today => join_stretches(axis, set, said, "on any day"),
        Aspect::Fact(_) => match (has(&Class::Yes), has(&Class::No), has(&Class::Untold)) {
            (true, false, false) => format!("where {name}"),
            (false, _, false) => format!("where not ({name})"),
            (false, false, true) => format!("where it cannot be told whether {name}"),
            (false, true, true) => format!("where not ({name}), or it cannot be told"),
            (true, ..) => format!("where {name}, or it cannot be told"),
        },
        Aspect::Element(element) => {
            let verb = if has(&Class::Yes) { "contains" } else { "does not contain" };
            format!("{name} {verb} {}", wording::as_written(element))
        }
        Aspect::Age => format!("{name} {}", ages(axis, set)),
        Aspect::Domain | Aspect::Territory | Aspect::Derived => texts(axis, set, said.most),
        Aspect::Value(kind) => match kind {
            Kind::Number | Kind::Day | Kind::Instant => sizes(axis, set, said),
            Kind::YesNo => match (has(&Class::Yes), has(&Class::No), has(&Class::Missing)) {
                (true, false, false) => format!("{name} is yes"),
                (false, true, false) => format!("{name} is no"),
                (false, false, _) => format!("{name} is missing"),
                (true, true, _) => format!("{name} is present"),
                (true, false, true) => format!("{name} is yes or missing"),
                (false, true, true) => format!("{name} is no or missing"),
            },
            Kind::Set => format!("{name} is {}", if has(&Class::Present) { "present" } else { "missing" }),
            Kind::Text | Kind::AnyCase | Kind::Postal | Kind::Choice | Kind::Calendar | Kind::Reference => texts(axis, set, said.most),
        },
    }
}

fn sizes(axis: &Axis, set: &ClassSet, said: Said<'_>) -> String {
    let name = &axis.written;
    let missing = has_missing(axis, set);
    if set.count() == 1 && missing {
        return format!("{name} is missing");
    }
    if !missing && axis.position(&Class::Missing).is_some() && set.count() + 1 == axis.classes.len() {
        return format!("{name} is present");
    }
    let stretches = join_stretches(axis, set, said, "present");
    if missing { format!("{name} {stretches} or missing") } else { format!("{name} {stretches}") }
}

fn join_stretches(axis: &Axis, set: &ClassSet, said: Said<'_>, whole: &str) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for class in set.iter().filter(|c| !matches!(axis.classes.get(*c), Some(Class::Missing))) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == class => *last = class,
            _ => runs.push((class, class)),
        }
    }
    let stretches: Vec<String> = runs.into_iter().filter_map(|(first, last)| stretch(axis, first, last, said.zone, whole)).collect();
    wording::join(&shortened(stretches, said.most), "or")
}

fn stretch(axis: &Axis, first: usize, last: usize, zone: &TimeZone, whole: &str) -> Option<String> {
    match (axis.classes.get(first)?, axis.classes.get(last)?) {
        (Class::Numbers(a), Class::Numbers(b)) => {
            let number = |n: rust_decimal::Decimal| show(&Value::Number(n), &axis.ty, zone);
            Some(match (&a.low, &b.high) {
                (None, None) => whole.to_owned(),
                (None, Some((high, true))) => format!("up to {}", number(*high)),
                (None, Some((high, false))) => format!("below {}", number(*high)),
                (Some((low, true)), None) => format!("{} or more", number(*low)),
                (Some((low, false)), None) => format!("above {}", number(*low)),
                (Some((low, _)), Some((high, _))) if low == high => format!("exactly {}", number(*low)),
                (Some((low, from)), Some((high, to))) => {
                    let start = if *from { "from" } else { "above" };
                    let end = if *to { "to" } else { "to below" };
                    format!("{start} {} {end} {}", number(*low), number(*high))
                }
            })
        }
        (Class::Ticks(a), Class::Ticks(b)) => Some(days(a, b, &axis.ty, zone, whole)),
        _ => None,
    }
}

fn days(a: &Bounds<i128>, b: &Bounds<i128>, ty: &Type, zone: &TimeZone, whole: &str) -> String {
    let write = |tick: i128| match ty {
        Type::Time => Timestamp::from_nanosecond(tick).map_or_else(|_| "the end of time".to_owned(), |t| show_time(t, zone)),
        _ => tick_day(tick).to_string(),
    };
    if *ty == Type::Time {
        return times((a.low.map(|(v, _)| v), b.high.map(|(v, _)| v)), write, whole);
    }
    match (a.low, b.high) {
        (None, None) => whole.to_owned(),
        (None, Some((high, _))) => format!("until {}", write(high)),
        (Some((low, _)), None) => format!("from {} on", write(low)),
        (Some((low, _)), Some((high, _))) if low == high => format!("on {}", write(low)),
        (Some((low, _)), Some((high, _))) => format!("from {} through {}", write(low), write(high)),
    }
}

/// Writes a stretch of instants. Books ask for whole seconds, so an end one nanosecond behind such a one was meant to take it
/// in, or to begin after it.
fn times((low, high): (Option<i128>, Option<i128>), write: impl Fn(i128) -> String, whole: &str) -> String {
    const SECOND: i128 = 1_000_000_000;
    let is_whole = |tick: i128| tick.rem_euclid(SECOND) == 0;
    let start = low.map(|low| if is_whole(low - 1) { (false, write(low - 1)) } else { (true, write(low)) });
    let end = high.map(|high| if is_whole(high) { (true, write(high)) } else { (false, write(high + 1)) });
    match (start, end) {
        (None, None) => whole.to_owned(),
        (Some((true, low)), None) => format!("from {low} on"),
        (Some((false, low)), None) => format!("after {low}"),
        (None, Some((true, high))) => format!("up to {high}"),
        (None, Some((false, high))) => format!("before {high}"),
        (Some((true, low)), Some((true, high))) if low == high => format!("at {low}"),
        (Some((true, low)), Some((to, high))) => format!("from {low} {} {high}", if to { "to" } else { "to before" }),
        (Some((false, low)), Some((to, high))) => format!("after {low} and {} {high}", if to { "up to" } else { "before" }),
    }
}

fn ages(axis: &Axis, set: &ClassSet) -> String {
    let mut said = Vec::new();
    let mut run: Option<(Option<AgeCut>, Option<AgeCut>)> = None;
    let mut end = usize::MAX;
    for class in set.iter() {
        let Some(Class::Age(from, to)) = axis.classes.get(class) else { continue };
        run = match run {
            Some((start, _)) if end.wrapping_add(1) == class => Some((start, *to)),
            Some((start, stop)) => {
                said.push(age(start, stop));
                Some((*from, *to))
            }
            None => Some((*from, *to)),
        };
        end = class;
    }
    said.extend(run.map(|(start, stop)| age(start, stop)));
    wording::join(&said, "or")
}

fn age(from: Option<AgeCut>, to: Option<AgeCut>) -> String {
    let anchor = |a: &Anchor| match a {
        Anchor::Ago(period) => format!("{} ago", period_in_words(*period)),
        Anchor::Ahead(period) => format!("{} from now", period_in_words(*period)),
        Anchor::Today => "today".to_owned(),
        Anchor::Now => "now".to_owned(),
    };
    let low = |cut: &AgeCut| if cut.after { format!("after {}", anchor(&cut.anchor)) } else { format!("from {} on", anchor(&cut.anchor)) };
    let high = |cut: &AgeCut| if cut.after { format!("up to {}", anchor(&cut.anchor)) } else { format!("before {}", anchor(&cut.anchor)) };
    match (from, to) {
        (None, None) => "at any time".to_owned(),
        (Some(from), None) => low(&from),
        (None, Some(to)) => high(&to),
        (Some(from), Some(to)) if from.anchor == to.anchor => anchor(&from.anchor),
        (Some(from), Some(to)) => format!("{} and {}", low(&from), high(&to)),
    }
}

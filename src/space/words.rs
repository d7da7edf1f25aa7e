//! Areas in words, as a sales manager would say them: `state is NV or UT and employees below 100`.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::age::{AgeCut, Anchor, tick_day};
use super::axis::{Aspect, Axis, Bounds, Class, Kind};
use super::{Area, AxisId, ClassSet, Space};
use crate::model::{Type, Value, period_in_words, show, show_time};
use crate::text::wording;

/// How many values are named before the rest is only counted.
const NAMED: usize = 8;

impl Space {
    /// Writes an area as one phrase for each axis it restricts: fields first, then the day, then free questions.
    #[must_use]
    pub fn phrases(&self, area: &Area, zone: &TimeZone) -> Vec<String> {
        let mut axes: Vec<(AxisId, &ClassSet)> = area.restricts().collect();
        let rank = |axis: &Axis| match axis.key.aspect {
            Aspect::Fact(_) => 2,
            Aspect::Today => 1,
            _ => 0,
        };
        axes.sort_by_key(|(id, _)| (rank(self.axis(*id)), self.axis(*id).key.path.len(), self.axis(*id).key.clone()));
        axes.into_iter().map(|(id, set)| phrase(self.axis(id), set, zone)).collect()
    }

    /// How many free questions an area asks.
    #[must_use]
    pub fn facts_in(&self, area: &Area) -> usize {
        area.restricts().filter(|(axis, _)| matches!(self.axis(*axis).key.aspect, Aspect::Fact(_))).count()
    }

    /// Sorts areas with those that are easiest to say and hold most first.
    #[must_use]
    pub fn largeness(&self, area: &Area) -> (usize, usize, std::cmp::Reverse<u64>, Area) {
        // A share of a fixed whole, so that no fraction is needed.
        let share = area.restricts().fold(1_u64 << 40, |left, (axis, set)| {
            let (count, width) = (set.count() as u64, self.width(axis).max(1) as u64);
            left / width * count
        });
        (self.facts_in(area), area.restricts().len(), std::cmp::Reverse(share), area.clone())
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
        let phrases = self.phrases(area, zone);
        if phrases.is_empty() { "whatever its fields".to_owned() } else { phrases.join("; ") }
    }
}

fn phrase(axis: &Axis, set: &ClassSet, zone: &TimeZone) -> String {
    let name = &axis.written;
    let has = |class: &Class| axis.position(class).is_some_and(|c| set.contains(c));
    match &axis.key.aspect {
        Aspect::Today => join_stretches(axis, set, zone, "on any day"),
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
        Aspect::Domain | Aspect::Territory | Aspect::Derived => texts(axis, set),
        Aspect::Value(kind) => match kind {
            Kind::Number | Kind::Day | Kind::Instant => sizes(axis, set, zone),
            Kind::YesNo => match (has(&Class::Yes), has(&Class::No), has(&Class::Missing)) {
                (true, false, false) => format!("{name} is yes"),
                (false, true, false) => format!("{name} is no"),
                (false, false, _) => format!("{name} is missing"),
                (true, true, _) => format!("{name} is present"),
                (true, false, true) => format!("{name} is yes or missing"),
                (false, true, true) => format!("{name} is no or missing"),
            },
            Kind::Set => format!("{name} is {}", if has(&Class::Present) { "present" } else { "missing" }),
            Kind::Text | Kind::AnyCase | Kind::Postal | Kind::Choice | Kind::Calendar | Kind::Reference => texts(axis, set),
        },
    }
}

/// Texts by what is in the set, or by what is not when that is shorter to say.
fn texts(axis: &Axis, set: &ClassSet) -> String {
    let name = &axis.written;
    let outside = set.complement(axis.classes.len());
    let weight = |of: &ClassSet| {
        of.iter()
            .map(|c| match axis.classes.get(c) {
                Some(Class::Values(all)) => all.len(),
                Some(Class::Others(all)) if all.iter().any(|b| b.is_empty()) => 1_000,
                Some(Class::Others(all)) => all.len(),
                Some(Class::Unlisted | Class::Present) => 3,
                _ => 1,
            })
            .sum::<usize>()
    };
    let missing_out = has_missing(axis, &outside);
    let dangling_out = axis.position(&Class::Dangling).is_some_and(|d| outside.contains(d));
    if dangling_out && missing_out && outside.count() == 2 {
        return format!("{name} is on file");
    }
    if outside.count() == 1 && missing_out {
        return format!("{name} is present");
    }
    if weight(&set.clone()) <= weight(&outside) || outside.is_empty() {
        return format!("{name} is {}", wording::join(&parts(axis, set), "or"));
    }
    let mut named = outside;
    if let Some(missing) = axis.position(&Class::Missing) {
        named = named.minus(&ClassSet::of(axis.classes.len(), [missing]));
    }
    let others = parts(axis, &named);
    let not = if others.len() == 1 { format!("not {}", others.join("")) } else { format!("neither {}", wording::join(&others, "nor")) };
    match axis.position(&Class::Missing) {
        None => format!("{name} is {not}"),
        Some(_) if missing_out => format!("{name} is present and {not}"),
        Some(_) => format!("{name} is missing or {not}"),
    }
}

/// Whether a set takes in that there is no value.
fn has_missing(axis: &Axis, set: &ClassSet) -> bool {
    axis.position(&Class::Missing).is_some_and(|c| set.contains(c))
}

fn parts(axis: &Axis, set: &ClassSet) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let mut beginnings: Vec<String> = Vec::new();
    let mut more: Vec<String> = Vec::new();
    for class in set.iter() {
        match axis.classes.get(class) {
            Some(Class::Values(all)) => values.extend(all.iter().map(|v| wording::as_written(v))),
            Some(Class::Others(all)) if all.iter().any(|b| b.is_empty()) => more.push("anything no rule names".to_owned()),
            Some(Class::Others(all)) => beginnings.extend(all.iter().map(|b| wording::as_written(b))),
            Some(Class::Unlisted) => more.push("an unlisted value".to_owned()),
            Some(Class::Present) => {
                more.push(if axis.classes.iter().any(|c| matches!(c, Class::Values(_))) { "another on file" } else { "present" }.to_owned())
            }
            Some(Class::Dangling) => more.push("not on file".to_owned()),
            Some(Class::Missing) => more.push("missing".to_owned()),
            _ => {}
        }
    }
    let mut out = shortened(values);
    if !beginnings.is_empty() {
        out.push(format!("something that begins with {}", wording::any_of(&beginnings, NAMED)));
    }
    out.extend(more);
    out
}

fn shortened(mut values: Vec<String>) -> Vec<String> {
    if values.len() > NAMED + 1 {
        let more = values.len() - NAMED;
        values.truncate(NAMED);
        values.push(format!("one of {} more values", wording::grouped(more)));
    }
    values
}

fn sizes(axis: &Axis, set: &ClassSet, zone: &TimeZone) -> String {
    let name = &axis.written;
    let missing = has_missing(axis, set);
    if set.count() == 1 && missing {
        return format!("{name} is missing");
    }
    if !missing && axis.position(&Class::Missing).is_some() && set.count() + 1 == axis.classes.len() {
        return format!("{name} is present");
    }
    let stretches = join_stretches(axis, set, zone, "present");
    if missing { format!("{name} {stretches} or missing") } else { format!("{name} {stretches}") }
}

fn join_stretches(axis: &Axis, set: &ClassSet, zone: &TimeZone, whole: &str) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for class in set.iter().filter(|c| !matches!(axis.classes.get(*c), Some(Class::Missing))) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == class => *last = class,
            _ => runs.push((class, class)),
        }
    }
    let said: Vec<String> = runs.into_iter().filter_map(|(first, last)| stretch(axis, first, last, zone, whole)).collect();
    wording::join(&shortened(said), "or")
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
    // Of instants the next one is named: nobody writes the last nanosecond of a day.
    let step = i128::from(*ty == Type::Time);
    match (a.low, b.high) {
        (None, None) => whole.to_owned(),
        (None, Some((high, _))) => format!("{} {}", if step == 1 { "before" } else { "until" }, write(high + step)),
        (Some((low, _)), None) => format!("from {} on", write(low)),
        (Some((low, _)), Some((high, _))) if low == high => format!("on {}", write(low)),
        (Some((low, _)), Some((high, _))) => {
            format!("from {} {} {}", write(low), if step == 1 { "to before" } else { "through" }, write(high + step))
        }
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

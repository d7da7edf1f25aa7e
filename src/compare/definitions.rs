//! Definitions that changed between two books: segments, classes, lists, teams, credit plans and calendars.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::one_line;
use crate::model::{Calendar, ClassLine, Segment, words};
use crate::plan::Plan;
use crate::text::wording;

type Texts = BTreeMap<Arc<str>, String>;

/// Lists what changed, one sentence each; of long lists at most so many values are named.
pub(super) fn definitions(old: &Plan, new: &Plan, most: usize) -> Vec<String> {
    let mut found = Vec::new();
    let each = |of: fn(&Plan) -> Texts| (of(old), of(new));
    changed("segment", each(segments), &mut found);
    changed("class", each(classes), &mut found);
    lists(old, new, most, &mut found);
    changed("team", each(teams), &mut found);
    changed("credit plan", each(credits), &mut found);
    changed("calendar", each(calendars), &mut found);
    if old.book.zone != new.book.zone {
        let zone = |z: &jiff::tz::TimeZone| z.iana_name().unwrap_or("UTC").to_owned();
        found.push(format!("the project's time zone was {} and is {}", zone(&old.book.zone), zone(&new.book.zone)));
    }
    super::people::people(old, new, most, &mut found);
    found
}

/// Names the segments, classes and lists that are not the same in both books: `segment large`.
pub(super) fn altered(old: &Plan, new: &Plan) -> BTreeSet<String> {
    let texts = |plan: &Plan| [("segment", segments(plan)), ("class", classes(plan)), ("list", listed(plan))];
    let mut found = BTreeSet::new();
    for ((what, before), (_, after)) in texts(old).into_iter().zip(texts(new)) {
        let names = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name));
        found.extend(names.map(|name| format!("{what} {name}")));
    }
    found
}

fn listed(plan: &Plan) -> Texts {
    let values = |values: &[Arc<str>]| values.iter().cloned().collect::<BTreeSet<_>>().iter().map(|v| format!("{v:?},")).collect();
    plan.book.lists.iter().map(|l| (l.name.text.clone(), values(&l.values))).collect()
}

fn segments(plan: &Plan) -> Texts {
    let of = |s: &Segment| words::fitting(&plan.book, &s.conditions);
    plan.book.segments.iter().map(|s| (s.name.text.clone(), of(s))).collect()
}

fn classes(plan: &Plan) -> Texts {
    let line = |l: &ClassLine| {
        let when = l.when.as_ref().map_or_else(|| "otherwise".to_owned(), |c| format!("when {}", words::condition(&plan.book, c)));
        format!("{} {when} {}", l.value, words::dates(&l.dates).unwrap_or_default())
    };
    plan.book.classes.iter().map(|c| (c.name.text.clone(), c.lines.iter().map(line).collect::<Vec<_>>().join("; "))).collect()
}

/// Lists are compared value by value, so that a long one is not written out twice.
fn lists(old: &Plan, new: &Plan, most: usize, found: &mut Vec<String>) {
    let of = |plan: &Plan| -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
        plan.book.lists.iter().map(|l| (l.name.text.clone(), l.values.iter().cloned().collect())).collect()
    };
    let (before, after) = (of(old), of(new));
    for (name, values) in &before {
        let Some(now) = after.get(name) else {
            found.push(format!("the list `{name}` is gone"));
            continue;
        };
        let named = |values: Vec<&Arc<str>>| wording::some_of(&values.into_iter().map(|v| format!("`{v}`")).collect::<Vec<_>>(), most);
        let (gone, come): (Vec<_>, Vec<_>) = (values.difference(now).collect(), now.difference(values).collect());
        let changes: Vec<String> = [("without", gone), ("with", come)]
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(how, values)| format!("{how} {}", named(values)))
            .collect();
        if !changes.is_empty() {
            found.push(format!("the list `{name}` is now {}", changes.join(" and ")));
        }
    }
    found.extend(after.keys().filter(|name| !before.contains_key(*name)).map(|name| format!("the list `{name}` is new")));
}

fn teams(plan: &Plan) -> Texts {
    plan.book.teams.iter().map(|t| (t.name.text.clone(), one_line(&words::team(&plan.book, t)))).collect()
}

fn credits(plan: &Plan) -> Texts {
    plan.book.credits.iter().map(|c| (c.name.text.clone(), one_line(&words::credit(&plan.book, c)))).collect()
}

fn calendars(plan: &Plan) -> Texts {
    let days = |c: &Calendar| {
        let open: Vec<String> = c
            .open
            .iter()
            .map(|spans| spans.iter().map(|(a, b)| format!("{a}..{b}")).collect::<Vec<_>>().join(", "))
            .map(|day| if day.is_empty() { "closed".to_owned() } else { day })
            .collect();
        let zone = c.zone.iana_name().unwrap_or("UTC");
        let closed: Vec<String> = c.closed.iter().map(ToString::to_string).collect();
        let closed = if closed.is_empty() { String::new() } else { format!(", closed on {}", wording::join(&closed, "and")) };
        format!("{zone}, from Monday {}{closed}", open.join("; "))
    };
    plan.book.calendars.iter().map(|c| (c.name.text.clone(), days(c))).collect()
}

fn changed(what: &str, (old, new): (Texts, Texts), found: &mut Vec<String>) {
    for (name, text) in &old {
        match new.get(name) {
            None => found.push(format!("the {what} `{name}` is gone")),
            Some(now) if now != text => found.push(format!("the {what} `{name}` was `{text}` and is `{now}`")),
            Some(_) => {}
        }
    }
    found.extend(new.keys().filter(|name| !old.contains_key(*name)).map(|name| format!("the {what} `{name}` is new")));
}

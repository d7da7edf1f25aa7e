//! Definitions that changed between two books: teams, credit plans, calendars, and the roster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{Calendar, ClassLine, Record, Segment, show, words};
use crate::plan::Plan;
use crate::text::wording;

/// How many reps are named.
const NAMED: usize = 10;

type Texts = BTreeMap<Arc<str>, String>;

/// Lists what changed, one sentence each.
pub(super) fn definitions(old: &Plan, new: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let each = |of: fn(&Plan) -> Texts| (of(old), of(new));
    changed("segment", each(segments), &mut found);
    changed("class", each(classes), &mut found);
    changed("list", each(lists), &mut found);
    changed("team", each(teams), &mut found);
    changed("credit plan", each(credits), &mut found);
    changed("calendar", each(calendars), &mut found);
    if old.book.zone != new.book.zone {
        let zone = |z: &jiff::tz::TimeZone| z.iana_name().unwrap_or("UTC").to_owned();
        found.push(format!("the project's time zone was {} and is {}", zone(&old.book.zone), zone(&new.book.zone)));
    }
    roster(old, new, &mut found);
    found
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

fn lists(plan: &Plan) -> Texts {
    plan.book
        .lists
        .iter()
        .map(|l| {
            let values: BTreeSet<&str> = l.values.iter().map(|v| &**v).collect();
            let mut shown: Vec<&str> = values.iter().copied().take(NAMED).collect();
            let more = format!("and {} more", values.len().saturating_sub(NAMED));
            if values.len() > NAMED {
                shown.push(&more);
            }
            // The values beyond those shown still have to tell two lists apart.
            let all = values
                .iter()
                .fold(0_u64, |sum, v| v.bytes().fold(sum.wrapping_mul(31), |s, b| s.wrapping_mul(131).wrapping_add(u64::from(b))));
            let mark = if values.len() > NAMED { format!(" ({all:08x})") } else { String::new() };
            (l.name.text.clone(), format!("{}{mark}", shown.join(", ")))
        })
        .collect()
}

fn teams(plan: &Plan) -> Texts {
    plan.book.teams.iter().map(|t| (t.name.text.clone(), words::team(&plan.book, t))).collect()
}

fn credits(plan: &Plan) -> Texts {
    plan.book.credits.iter().map(|c| (c.name.text.clone(), words::credit(&plan.book, c))).collect()
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
        format!("{zone}, from Monday {}, closed on {}", open.join("; "), wording::count(c.closed.len(), "day", "days"))
    };
    plan.book.calendars.iter().map(|c| (c.name.text.clone(), format!("{}{}", days(c), closed(c)))).collect()
}

fn closed(calendar: &Calendar) -> String {
    let (first, last) = (calendar.closed.first(), calendar.closed.last());
    first.zip(last).map_or_else(String::new, |(a, b)| format!(" from {a} to {b}"))
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

fn roster(old: &Plan, new: &Plan, found: &mut Vec<String>) {
    // A column that only one of the books declares is a change of the declaration, not of every person.
    let declared = |s: &Plan| -> BTreeSet<Arc<str>> {
        let reps = s.book.rep.into_iter();
        reps.flat_map(|r| s.book.schema.record(r.record).fields.iter().filter(|f| !f.private).map(|f| f.name.clone())).collect()
    };
    let shared: BTreeSet<Arc<str>> = declared(old).intersection(&declared(new)).cloned().collect();
    let reps = |s: &Plan| -> BTreeMap<Arc<str>, BTreeMap<Arc<str>, String>> {
        let all = s.book.rep.into_iter().flat_map(|r| s.data.all(r.record));
        all.map(|r| (r.key.clone(), fields(s, r, &shared))).collect()
    };
    let (before, after) = (reps(old), reps(new));
    let list =
        |keys: Vec<&Arc<str>>| wording::any_of(&keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>(), NAMED).replace(" or ", " and ");
    let gone: Vec<&Arc<str>> = before.keys().filter(|k| !after.contains_key(*k)).collect();
    let come: Vec<&Arc<str>> = after.keys().filter(|k| !before.contains_key(*k)).collect();
    if !gone.is_empty() {
        found.push(format!("no longer in the roster: {}", list(gone)));
    }
    if !come.is_empty() {
        found.push(format!("new in the roster: {}", list(come)));
    }
    for (key, fields) in &before {
        let Some(now) = after.get(key).filter(|now| *now != fields) else { continue };
        let differing: Vec<String> = fields
            .keys()
            .chain(now.keys())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .filter(|name| fields.get(*name) != now.get(*name))
            .map(|name| {
                let word = |of: &BTreeMap<Arc<str>, String>| of.get(name).cloned().unwrap_or_else(|| "missing".to_owned());
                format!("{name} was {} and is {}", word(fields), word(now))
            })
            .collect();
        found.push(format!("of `{key}` in the roster {}", differing.join(", ")));
    }
}

fn fields(side: &Plan, record: &Record, shared: &BTreeSet<Arc<str>>) -> BTreeMap<Arc<str>, String> {
    let declared = &side.book.schema.record(record.kind).fields;
    let all = declared.iter().zip(&record.values).filter(|(field, _)| shared.contains(&field.name));
    all.filter_map(|(field, value)| Some((field.name.clone(), show(value.as_ref()?, &field.ty, &side.book.zone)))).collect()
}

//! Definitions that changed between two books: teams, credit plans, calendars, and the roster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Side;
use super::lists::written;
use crate::model::{Record, show};
use crate::text::{Name, Span, wording};

/// How many reps are named.
const NAMED: usize = 10;

/// Lists what changed, one sentence each.
pub(super) fn definitions(old: Side<'_>, new: Side<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let (a, b) = (&old.plan.book, &new.plan.book);
    let teams = |s: Side<'_>| named(s, s.plan.book.teams.iter().map(|t| (&t.name, t.span)));
    changed("team", teams(old), teams(new), &mut found);
    let credits = |s: Side<'_>| named(s, s.plan.book.credits.iter().map(|c| (&c.name, c.span)));
    changed("credit plan", credits(old), credits(new), &mut found);
    let calendars = |s: Side<'_>| named(s, s.plan.book.calendars.iter().map(|c| (&c.name, c.span)));
    changed("calendar", calendars(old), calendars(new), &mut found);
    if a.zone != b.zone {
        let zone = |z: &jiff::tz::TimeZone| z.iana_name().unwrap_or("UTC").to_owned();
        found.push(format!("the project's time zone was {} and is {}", zone(&a.zone), zone(&b.zone)));
    }
    roster(old, new, &mut found);
    found
}

fn named<'a>(side: Side<'_>, all: impl Iterator<Item = (&'a Name, Span)>) -> BTreeMap<Arc<str>, String> {
    all.map(|(name, span)| (name.text.clone(), written(side, span))).collect()
}

fn changed(what: &str, old: BTreeMap<Arc<str>, String>, new: BTreeMap<Arc<str>, String>, found: &mut Vec<String>) {
    for (name, text) in &old {
        match new.get(name) {
            None => found.push(format!("the {what} `{name}` is gone")),
            Some(now) if now != text => found.push(format!("the {what} `{name}` was `{text}` and is `{now}`")),
            Some(_) => {}
        }
    }
    found.extend(new.keys().filter(|name| !old.contains_key(*name)).map(|name| format!("the {what} `{name}` is new")));
}

fn roster(old: Side<'_>, new: Side<'_>, found: &mut Vec<String>) {
    // A column that only one of the books declares is a change of the declaration, not of every person.
    let declared = |s: Side<'_>| -> BTreeSet<Arc<str>> {
        let reps = s.plan.book.rep.into_iter();
        reps.flat_map(|r| s.plan.book.schema.record(r.record).fields.iter().filter(|f| !f.private).map(|f| f.name.clone())).collect()
    };
    let shared: BTreeSet<Arc<str>> = declared(old).intersection(&declared(new)).cloned().collect();
    let reps = |s: Side<'_>| -> BTreeMap<Arc<str>, BTreeMap<Arc<str>, String>> {
        let all = s.plan.book.rep.into_iter().flat_map(|r| s.plan.data.all(r.record));
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

fn fields(side: Side<'_>, record: &Record, shared: &BTreeSet<Arc<str>>) -> BTreeMap<Arc<str>, String> {
    let declared = &side.plan.book.schema.record(record.kind).fields;
    let all = declared.iter().zip(&record.values).filter(|(field, _)| shared.contains(&field.name));
    all.filter_map(|(field, value)| Some((field.name.clone(), show(value.as_ref()?, &field.ty, &side.plan.book.zone)))).collect()
}

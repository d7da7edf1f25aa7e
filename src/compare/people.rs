//! People who changed between two books: the roster, absences and open work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{Absence, OpenWork, Record, show};
use crate::plan::Plan;
use crate::text::wording;

/// Lists who came and went, whose details changed, who is away at other times, and who has more or less open; at most so
/// many people or times are named.
pub(super) fn people(old: &Plan, new: &Plan, most: usize, found: &mut Vec<String>) {
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
    let list = |keys: Vec<&Arc<str>>| wording::some_of(&keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>(), most);
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
    absences(old, new, most, found);
    loads(old, new, most, found);
}

/// Everybody named in one of two tables who has not the same in both, with what they have.
fn differing<'a, T: PartialEq>(
    old: &'a BTreeMap<Arc<str>, Vec<T>>,
    new: &'a BTreeMap<Arc<str>, Vec<T>>,
) -> impl Iterator<Item = (&'a Arc<str>, &'a [T], &'a [T])> {
    fn of<'a, T>(table: &'a BTreeMap<Arc<str>, Vec<T>>, rep: &str) -> &'a [T] {
        table.get(rep).map_or(&[], Vec::as_slice)
    }
    let all: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
    all.into_iter().map(|rep| (rep, of(old, rep), of(new, rep))).filter(|(_, before, after)| before != after)
}

fn absences(old: &Plan, new: &Plan, most: usize, found: &mut Vec<String>) {
    let all: Vec<_> = differing(&old.data.absences, &new.data.absences).collect();
    for (rep, before, after) in all.iter().take(most) {
        let times = |of: &[Absence]| -> Vec<String> {
            of.iter().map(|a| format!("from {} to {}", moment(a.from, &new.book.zone), moment(a.until, &new.book.zone))).collect()
        };
        let (before, after) = (times(before), times(after));
        let fresh = |mine: &[String], theirs: &[String]| -> Vec<String> { mine.iter().filter(|t| !theirs.contains(t)).cloned().collect() };
        let (gone, come) = (fresh(&before, &after), fresh(&after, &before));
        if !gone.is_empty() {
            found.push(format!("`{rep}` is no longer away {}", wording::some_of(&gone, most)));
        }
        if !come.is_empty() {
            found.push(format!("`{rep}` is now away {}", wording::some_of(&come, most)));
        }
    }
    more((all.len(), most), "rep is away at other times", "reps are away at other times", found);
}

fn loads(old: &Plan, new: &Plan, most: usize, found: &mut Vec<String>) {
    let all: Vec<_> = differing(&old.data.loads, &new.data.loads).collect();
    for (rep, before, after) in all.iter().take(most) {
        let sum = |of: &[OpenWork]| of.iter().fold(0_u64, |sum, work| sum.saturating_add(work.count));
        let (before, after) = (sum(before), sum(after));
        found.push(if before == after {
            format!("`{rep}` has other records open, {after} as before")
        } else {
            format!("`{rep}` had {before} open and has {after}")
        });
    }
    more((all.len(), most), "rep has other work open", "reps have other work open", found);
}

fn more((all, most): (usize, usize), one: &str, many: &str, found: &mut Vec<String>) {
    if let Some(left @ 1..) = all.checked_sub(most) {
        found.push(format!("{} besides", wording::count(left, one, many)));
    }
}

fn moment(time: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(time).strftime("%Y-%m-%d %H:%M").to_string()
}

fn fields(side: &Plan, record: &Record, shared: &BTreeSet<Arc<str>>) -> BTreeMap<Arc<str>, String> {
    let declared = &side.book.schema.record(record.kind).fields;
    let all = declared.iter().zip(&record.values).filter(|(field, _)| shared.contains(&field.name));
    all.filter_map(|(field, value)| Some((field.name.clone(), show(value.as_ref()?, &field.ty, &side.book.zone)))).collect()
}

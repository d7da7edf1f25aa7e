//! What differs between two books and is not followed through to the records: who is away, what is open, working hours,
//! how records are matched, and the files of records they lead to.
//!
//! A comparison covers every possible record, and these change from day to day or are known only when a record is decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::roster;
use crate::decide::roster as people;
use crate::model::{Calendar, Credit, FieldId, FieldPath, LimitPer, Pick, RecordId, Role, Target, TargetKind, Team, Type};
use crate::plan::Plan;
use crate::space::{Aspect, Axis, Kind, Space};
use crate::text::wording;

/// How many people are named.
const NAMED: usize = 8;

/// Lists them, a sentence each; `too_many` says that the rosters differ in more people than were looked at, and the space is
/// that of both books.
pub(super) fn sentences((old, new): (&Plan, &Plan), record: (RecordId, RecordId), space: &Space, too_many: bool) -> Vec<String> {
    let mut found = Vec::new();
    let sides = [Used::of(old, record.0), Used::of(new, record.1)];
    let either = |asks: fn(&Used<'_>) -> bool| sides.iter().any(|used| asks(used));
    if too_many {
        found.push("The two rosters differ in so many people that it was not worked out who can take what.".to_owned());
    }
    if old.data.absences != new.data.absences && either(|u| u.asks_absence()) {
        found.push("Who is away differs between the books; what that changes on those days is not worked out.".to_owned());
    }
    if old.data.loads != new.data.loads && either(|u| u.asks_open_work()) {
        found.push("Who has how much open differs between the books; what that changes is not worked out.".to_owned());
    }
    if calendars(old) != calendars(new) && either(|u| u.asks_hours()) {
        found.push(
            "Working hours differ between the books; what that changes at some hours, and when a response is due, is not worked out."
                .to_owned(),
        );
    }
    let hours = |plan: &Plan, key: &str| {
        let rep = people::active_rep(plan, key);
        rep.and_then(|r| people::calendar_of(plan, r)).map(|(_, calendar)| calendar.name.to_string())
    };
    let both = |key: &str| people::active_rep(old, key).is_some() && people::active_rep(new, key).is_some();
    let moved = roster::changed(old, new);
    let moved: Vec<String> = moved.iter().filter(|k| both(k) && hours(old, k) != hours(new, k)).map(ToString::to_string).collect();
    if !moved.is_empty() && either(|u| u.asks_hours()) {
        let (who, keep) = (wording::some_of(&moved, NAMED), if moved.len() == 1 { "keeps" } else { "keep" });
        found.push(format!(
            "{who} {keep} other hours in the newer book; when a response is due, and on which day a limit begins anew, is not worked out."
        ));
    }
    let followed = |axis: &Axis| axis.key.path.len() > 1 || axis.key.aspect == Aspect::Value(Kind::Reference);
    if space.axes.iter().any(followed) || either(|u| u.follows_references()) {
        found.extend(matching((old, new), record));
        found.extend(others((old, new), record));
    }
    if old.book.zone != new.book.zone {
        found.push(
            "The project's time zone differs between the books; what that changes at hours when it is another day is not worked out."
                .to_owned(),
        );
    }
    let credited = |key: &str| sides[0].credit_of(old, key) != sides[1].credit_of(new, key);
    let changed: Vec<String> = roster::changed(old, new).iter().filter(|key| credited(key)).map(ToString::to_string).collect();
    if !changed.is_empty() {
        let (who, differ) = (wording::some_of(&changed, NAMED), if changed.len() == 1 { "differs" } else { "differ" });
        found.push(format!(
            "{who} {differ} between the rosters; what that changes in credit for the owner of another record, or for somebody of the assignee such as a manager, is not worked out."
        ));
    }
    found
}

/// How records are matched, when that differs.
fn matching((old, new): (&Plan, &Plan), record: (RecordId, RecordId)) -> Option<String> {
    let lines = |plan: &Plan, kind: RecordId| -> Option<(String, Vec<String>)> {
        let wanted = plan.book.matches.get(&kind)?;
        let to = plan.book.schema.record(wanted.to);
        let name = |field: FieldId| to.fields.get(field.index()).map_or("", |f| &*f.name);
        let pair = |(left, right): &(FieldPath, FieldId)| format!("{} is {}", left.written, name(*right));
        Some((to.name.to_string(), wanted.lines.iter().map(|l| l.pairs.iter().map(pair).collect::<Vec<_>>().join(", ")).collect()))
    };
    let (before, after) = (lines(old, record.0), lines(new, record.1));
    let what = &new.book.schema.record(record.1).name;
    (before != after).then(|| {
        format!("How a {what} is matched differs between the books; which of them then belong to another record is not worked out.")
    })
}

/// The files of records that the records compared can lead to, as far as they differ; the roster is compared by itself.
fn others((old, new): (&Plan, &Plan), record: (RecordId, RecordId)) -> Vec<String> {
    let mut reached: BTreeSet<RecordId> = BTreeSet::from([record.1]);
    let mut waiting = vec![record.1];
    while let Some(kind) = waiting.pop() {
        for field in &new.book.schema.record(kind).fields {
            if let Type::Reference(to) = field.ty
                && reached.insert(to)
            {
                waiting.push(to);
            }
        }
    }
    let rows = |plan: &Plan, kind: RecordId| -> BTreeMap<Arc<str>, BTreeMap<Arc<str>, String>> {
        plan.data.all(kind).map(|record| (record.key.clone(), roster::cells(plan, record))).collect()
    };
    let mut found = Vec::new();
    for kind in reached.into_iter().filter(|kind| *kind != record.1 && new.book.rep.is_none_or(|rep| rep.record != *kind)) {
        let name = &new.book.schema.record(kind).name;
        let Some(earlier) = old.book.schema.find(name) else { continue };
        let (before, after) = (rows(old, earlier), rows(new, kind));
        let keys: BTreeSet<&Arc<str>> = before.keys().chain(after.keys()).collect();
        let differing = keys.into_iter().filter(|key| before.get(*key) != after.get(*key)).count();
        if differing > 0 {
            let count = wording::count(differing, "record", "records");
            found.push(format!(
                "Of the {name} file {count} {}; what that changes for whatever belongs to them is not worked out.",
                if differing == 1 { "differs" } else { "differ" }
            ));
        }
    }
    found
}

/// What the rules of a book for one type of record use.
struct Used<'p> {
    targets: Vec<&'p Target>,
    teams: Vec<&'p Team>,
    credits: Vec<&'p Credit>,
    responds: bool,
}

impl<'p> Used<'p> {
    fn of(plan: &'p Plan, record: RecordId) -> Self {
        let book = &*plan.book;
        let rules = || book.rules.iter().filter(move |r| r.record == record);
        let last = || book.otherwise.get(&record).into_iter();
        let overlays = book.overlays.iter().filter(|o| o.record == record).flat_map(|o| &o.adds);
        let targets: Vec<&Target> =
            rules().flat_map(|r| &r.route).chain(last().flat_map(|o| &o.route)).chain(overlays.flat_map(|a| &a.targets)).collect();
        let mut ids: BTreeSet<usize> =
            targets.iter().filter_map(|t| if let TargetKind::Team(id) = t.kind { Some(id.index()) } else { None }).collect();
        if targets.iter().any(|t| matches!(t.kind, TargetKind::TerritoryOwner)) {
            ids.extend(0..book.teams.len());
        }
        let credits = rules().filter_map(|r| r.credit).chain(last().filter_map(|o| o.credit));
        Self {
            targets,
            teams: ids.into_iter().filter_map(|id| book.teams.get(id)).collect(),
            credits: credits.filter_map(|id| book.credits.get(id.index())).collect(),
            responds: rules().any(|r| r.respond.is_some()) || last().any(|o| o.respond.is_some()),
        }
    }

    /// Nobody of a team is picked while away.
    fn asks_absence(&self) -> bool {
        !self.teams.is_empty() || self.targets.iter().any(|t| t.if_available || t.if_at_work)
    }

    fn asks_open_work(&self) -> bool {
        let picks = |p: &Pick| matches!(p, Pick::FewestOpen(_) | Pick::LeastFull(_) | Pick::MostRoom(_));
        self.teams.iter().any(|t| t.limits.iter().any(|l| l.per == LimitPer::Open) || t.pick.iter().any(picks))
    }

    fn asks_hours(&self) -> bool {
        // Days and weeks of limits are those of the calendar's zone.
        self.responds
            || self.targets.iter().any(|t| t.if_at_work)
            || self.teams.iter().any(|t| t.working_hours_only || !t.limits.is_empty())
    }

    fn follows_references(&self) -> bool {
        let roles = self.credits.iter().flat_map(|c| &c.ledgers).flat_map(|l| l.shares.iter().map(|s| &s.role).chain(&l.rest));
        let mut by_path = roles.filter(|r| matches!(r, Role::Path(..)));
        by_path.next().is_some() || self.targets.iter().any(|t| matches!(t.kind, TargetKind::Path(_) | TargetKind::Keep(_)))
    }

    /// What of a rep counts in credit that follows references: whether the rep is active, and whom the rep refers to.
    fn credit_of(&self, plan: &Plan, key: &str) -> Vec<String> {
        let roles = self.credits.iter().flat_map(|c| &c.ledgers).flat_map(|l| l.shares.iter().map(|s| &s.role).chain(&l.rest));
        let mut said = BTreeSet::new();
        for role in roles {
            match role {
                Role::Path(..) => drop(said.insert(format!("{}", people::active_rep(plan, key).is_some()))),
                Role::OfAssignee(field, words) => {
                    let referred = people::active_rep(plan, key).and_then(|r| r.value(*field));
                    said.insert(format!("{words} {referred:?}"));
                }
                Role::Assignee | Role::TerritoryOwner | Role::Rep(_) | Role::Added(_) => {}
            }
        }
        said.into_iter().collect()
    }
}

/// The calendars without the places where they are written.
fn calendars(plan: &Plan) -> Vec<String> {
    let written = |c: &Calendar| format!("{} {:?} {:?} {:?}", c.name, c.zone.iana_name(), c.open, c.closed);
    plan.book.calendars.iter().map(written).collect()
}

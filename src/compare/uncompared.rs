//! What differs between two books and is not followed through to the records: who is away, what is open, working hours.
//!
//! A comparison covers every possible record, and these change from day to day or are known only when a record is decided.

use std::collections::BTreeSet;

use super::roster;
use crate::decide::roster as people;
use crate::model::{Calendar, Credit, LimitPer, Pick, RecordId, Role, Target, TargetKind, Team};
use crate::plan::Plan;
use crate::text::wording;

/// How many people are named.
const NAMED: usize = 8;

/// Lists them, a sentence each; `too_many` says that the rosters differ in more people than were looked at.
pub(super) fn sentences((old, new): (&Plan, &Plan), record: (RecordId, RecordId), too_many: bool) -> Vec<String> {
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

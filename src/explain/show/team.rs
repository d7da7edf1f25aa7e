//! A team, and whom of the roster it can give a record to at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Asking, Details, RosterShown, TeamShown};
use crate::decide::unknown::{blank, whatever_the_record};
use crate::decide::{Context, PassedOver, roster};
use crate::explain::words::moment;
use crate::model::{Answer, ConditionKind, Limit, LimitPer, Record, RecordId, Team, show_time, words};
use crate::state::State;
use crate::text::wording;

/// Shows a team.
pub(super) fn team(asking: &Asking<'_>, team: &Team) -> Details {
    let book = asking.book();
    let (roster, others) = whom(asking, team);
    Details::Team(TeamShown {
        members: team.members.iter().map(|m| words::members(book, m)).collect(),
        pick: team.pick.iter().map(|p| words::pick(book, p)).collect(),
        weight: team.weight.zip(book.rep).map(|(field, rep)| format!("rep.{}", words::name(&book.schema.field(rep.record, field).name))),
        limits: team.limits.iter().map(|l| words::limit(book, l)).collect(),
        counts: words::counts(team),
        working_hours_only: team.working_hours_only,
        at: show_time(asking.now, &book.zone),
        roster,
        others,
    })
}

/// Everybody named or possible, and how many others there are in the roster.
fn whom(asking: &Asking<'_>, team: &Team) -> (Vec<RosterShown>, usize) {
    let plan = asking.plan;
    let mut named: BTreeMap<Arc<str>, bool> = BTreeMap::new();
    if team.members.iter().any(|m| m.listed.is_empty()) {
        named.extend(plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).map(|rep| (rep.key.clone(), false)));
    }
    named.extend(team.members.iter().flat_map(|m| &m.listed).map(|(name, _)| (name.text.clone(), true)));
    let lead = plan.book.schema.find("lead");
    let fits = |record: &RecordId| team.members.iter().any(|m| m.conditions.contains_key(record));
    let any = || team.members.iter().find_map(|m| m.conditions.keys().next().copied());
    let Some(kind) = asking.record.or_else(|| lead.filter(fits)).or_else(any) else { return (Vec::new(), named.len()) };
    let (unknown, state) = (blank(plan, kind), State::default());
    let context = Context::new(plan, &unknown, &state, asking.now);
    let mut shown = Vec::new();
    let mut others = 0;
    for (key, by_name) in named {
        let standing = standing(team, &key, &context);
        if !by_name && matches!(standing, Standing::NoMember(_)) {
            others += 1;
            continue;
        }
        let (can_take, reason) = match standing {
            Standing::Can => (true, None),
            Standing::Depends => (true, Some("depends on the record".to_owned())),
            Standing::NoMember(why) | Standing::NotNow(why) => (false, Some(why)),
        };
        shown.push(RosterShown { rep: key.to_string(), can_take, reason });
    }
    (shown, others)
}

/// How a rep stands to a team at one moment, whatever the record.
enum Standing {
    Can,
    Depends,
    NotNow(String),
    NoMember(String),
}

fn standing(team: &Team, key: &str, context: &Context<'_>) -> Standing {
    let plan = context.plan;
    let Some(rep) = roster::rep(plan, key) else { return Standing::NoMember("is not in the roster".to_owned()) };
    if !roster::is_active(plan, rep) {
        return Standing::NoMember("is not active".to_owned());
    }
    let about = context.with_candidate(rep);
    let lines = team.members.iter().filter(|m| m.listed.is_empty() || m.listed.iter().any(|(n, _)| n.text == rep.key));
    let told = lines.filter_map(|m| m.conditions.get(&context.record.kind)).map(|c| whatever_the_record(c, &about)).max();
    let depends = match told {
        Some(Answer::Yes) => false,
        Some(Answer::CannotTell) => true,
        Some(Answer::No) | None => return Standing::NoMember("fits no `members` line".to_owned()),
    };
    let zone = roster::calendar_of(plan, rep).map_or(&plan.book.zone, |(_, c)| &c.zone);
    if let Some(PassedOver::Away { until, reason }) = roster::away(context, key) {
        let why = reason.map_or_else(String::new, |r| format!(" ({r})"));
        return Standing::NotNow(format!("is away until {}{why}", moment(until, zone)));
    }
    if team.working_hours_only {
        match roster::off_hours(context, rep) {
            Some(PassedOver::OffHours { opens: Some(opens) }) => {
                return Standing::NotNow(format!("is outside working hours, which begin again {}", moment(opens, zone)));
            }
            Some(PassedOver::NoCalendar) => return Standing::NotNow("has no calendar, so working hours cannot be told".to_owned()),
            Some(_) => return Standing::NotNow("is outside working hours".to_owned()),
            None => {}
        }
    }
    match full(team, rep, context) {
        Some(why) => Standing::NotNow(why),
        None if depends => Standing::Depends,
        None => Standing::Can,
    }
}

/// The limit on all open work that a rep is at before anything is given. Limits with a condition depend on the record.
fn full(team: &Team, rep: &Record, context: &Context<'_>) -> Option<String> {
    let loads = context.plan.data.loads.get(&rep.key)?;
    let open = loads.iter().fold(0_u64, |sum, work| sum.saturating_add(work.count));
    let of_everything = |l: &&Limit| {
        let all = l.conditions.values().all(|c| matches!(&c.kind, ConditionKind::All(parts) if parts.is_empty()));
        l.per == LimitPer::Open && all
    };
    let limit = team.limits.iter().filter(of_everything).find(|l| open >= l.amount)?;
    let counted = wording::grouped(usize::try_from(open).unwrap_or(usize::MAX));
    Some(format!("has {counted} open, and `{}` allows no more", words::limit(&context.plan.book, limit)))
}

//! What the rosters of two books make of their targets: who differs, what then counts, and where a target leads nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entry::Rank;
use crate::decide::unknown::{answer_about, blank};
use crate::decide::{Context, bind, candidate_paths, find, roster};
use crate::model::{Answer, Attribute, FieldId, FieldPath, Pick, Record, RecordId, Target, TargetKind, Team, TeamId, plain, show, words};
use crate::plan::Plan;
use crate::state::State;
use crate::text::wording;

/// The people of the rosters of two books who are not the same in both.
pub(super) fn changed(old: &Plan, new: &Plan) -> BTreeSet<Arc<str>> {
    let rows = |plan: &Plan| -> BTreeMap<Arc<str>, BTreeMap<Arc<str>, String>> {
        let all = plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record));
        all.map(|rep| (rep.key.clone(), cells(plan, rep))).collect()
    };
    let (before, after) = (rows(old), rows(new));
    before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

/// The cells of a record by the names of its fields.
pub(super) fn cells(plan: &Plan, rep: &Record) -> BTreeMap<Arc<str>, String> {
    let fields = plan.book.schema.record(rep.kind).fields.iter().zip(&rep.values);
    fields.filter_map(|(field, value)| Some((field.name.clone(), plain(value.as_ref()?, &field.ty)))).collect()
}

/// Says why somebody cannot take anything; none for active people.
pub(super) fn absence(plan: &Plan, key: &str) -> Option<&'static str> {
    match roster::rep(plan, key) {
        None => Some("is not in the roster"),
        Some(rep) if !roster::is_active(plan, rep) => Some("is not active"),
        Some(_) => None,
    }
}

/// Says why nobody can ever take a record by a target; none when somebody may.
pub(super) fn idle(plan: &Plan, record: RecordId, target: &Target) -> Option<String> {
    match &target.kind {
        TargetKind::Rep(name) => {
            let why = absence(plan, &name.text).map(|why| format!("{name} {why}"));
            let rep = roster::active_rep(plan, &name.text);
            why.or_else(|| rep.filter(|r| wish(plan, record, target, r) == Answer::No).map(|_| format!("{name} does not fit")))
        }
        TargetKind::Team(id) => {
            let nobody = fitting(plan, record, Some(target), *id).is_empty();
            nobody.then(|| "nobody of it is active and fits".to_owned())
        }
        TargetKind::Queue(_)
        | TargetKind::TerritoryOwner
        | TargetKind::Path(_)
        | TargetKind::LeaveAsIs(_)
        | TargetKind::Keep(_)
        | TargetKind::PreviousRep { .. } => None,
    }
}

/// Whether somebody of a team who has not changed fits whatever the record is.
pub(super) fn is_steady(plan: &Plan, record: RecordId, target: &Target, changed: &BTreeSet<Arc<str>>) -> bool {
    let TargetKind::Team(id) = target.kind else { return false };
    fitting(plan, record, Some(target), id).iter().any(|(rep, answer)| *answer == Answer::Yes && !changed.contains(&rep.key))
}

/// Whether somebody of a team that owns a territory, who has not changed, fits whatever the record is.
pub(super) fn is_team_steady(plan: &Plan, record: RecordId, id: TeamId, changed: &BTreeSet<Arc<str>>) -> bool {
    fitting(plan, record, None, id).iter().any(|(rep, answer)| *answer == Answer::Yes && !changed.contains(&rep.key))
}

/// The active people who may be picked of a team, with whether that holds for every record.
fn fitting<'p>(plan: &'p Plan, record: RecordId, target: Option<&Target>, id: TeamId) -> Vec<(&'p Record, Answer)> {
    let Some(team) = plan.book.teams.get(id.index()) else { return Vec::new() };
    let all = plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).filter(|r| roster::is_active(plan, r));
    let fits = |rep: &Record| target.map_or(Answer::Yes, |t| wish(plan, record, t, rep)).min(membership(plan, record, team, rep));
    all.map(|rep| (rep, fits(rep))).filter(|(_, answer)| *answer != Answer::No).collect()
}

fn membership(plan: &Plan, record: RecordId, team: &Team, rep: &Record) -> Answer {
    let lines = team.members.iter().filter(|m| m.listed.is_empty() || m.listed.iter().any(|(n, _)| n.text == rep.key));
    let answers = lines.filter_map(|m| m.conditions.get(&record)).map(|c| answer_about(plan, record, c, rep));
    answers.max().unwrap_or(Answer::No)
}

fn wish(plan: &Plan, record: RecordId, target: &Target, rep: &Record) -> Answer {
    target.condition.as_ref().map_or(Answer::Yes, |c| answer_about(plan, record, c, rep))
}

/// Says what of a rep counts when one of a team is picked, besides what happens from day to day.
pub(super) fn rank(plan: &Plan, record: RecordId, target: &Target, rep: &Record) -> Rank {
    let teams: Vec<&Team> = match &target.kind {
        TargetKind::Team(id) => plan.book.teams.get(id.index()).into_iter().collect(),
        // Whichever team owns the territory that wins.
        TargetKind::TerritoryOwner => plan.book.teams.iter().collect(),
        _ => Vec::new(),
    };
    let picks = || teams.iter().flat_map(|t| &t.pick);
    let measured = picks().filter_map(|p| if let Pick::Highest(id, _) | Pick::Lowest(id, _) = p { Some(*id) } else { None });
    let hours = target.if_at_work || teams.iter().any(|t| t.working_hours_only);
    let hours = plan.book.rep.and_then(|r| r.calendar).filter(|_| hours);
    let fields: BTreeSet<FieldId> = teams.iter().filter_map(|t| t.weight).chain(measured).chain(hours).collect();
    let declared = &plan.book.schema.record(rep.kind).fields;
    let (mut exact, mut shown) = (Vec::new(), Vec::new());
    for (field, value) in fields.iter().filter_map(|id| Some((declared.get(id.index())?, rep.value(*id)))) {
        let words = value.map_or_else(|| "missing".to_owned(), |v| show(v, &field.ty, &plan.book.zone));
        shown.push(format!("{} {}", field.name, if field.private { "hidden" } else { &words }));
        exact.push(format!("{} {words}", field.name));
    }
    for (path, value) in asked(plan, record, (target, &teams), rep).values() {
        let hidden = is_private(plan, path);
        let name = path.written.trim_start_matches("rep.");
        shown.push(format!("{name} {}", if hidden { "hidden" } else { &value }));
        exact.push(format!("{name} {value}"));
    }
    let wishes = picks().filter_map(|p| if let Pick::Prefer(c, _) = p { c.get(&record) } else { None });
    let wishes: BTreeSet<String> = wishes.map(|c| words::condition(&plan.book, &bind(plan, record, c, rep))).collect();
    for when in wishes.into_iter().filter(|when| when != "never") {
        let preferred = if when == "always" { "preferred".to_owned() } else { format!("preferred where {when}") };
        exact.push(preferred.clone());
        shown.push(preferred);
    }
    Rank { exact: exact.join("; "), shown: wording::join(&shown, "and") }
}

/// What conditions about a rep ask that neither the roster nor the fields of a record answer by themselves, with the value
/// of the rep, by the path as written.
fn asked(plan: &Plan, record: RecordId, (target, teams): (&Target, &[&Team]), rep: &Record) -> BTreeMap<String, (FieldPath, String)> {
    let members = teams.iter().flat_map(|t| &t.members).filter(|m| m.listed.is_empty() || m.listed.iter().any(|(n, _)| n.text == rep.key));
    let preferred = teams.iter().flat_map(|t| &t.pick).filter_map(|p| if let Pick::Prefer(c, _) = p { c.get(&record) } else { None });
    let conditions = members.filter_map(|m| m.conditions.get(&record)).chain(preferred).chain(&target.condition);
    let (nothing, state) = (blank(plan, record), State::default());
    let context = Context::new(plan, &nothing, &state, jiff::Timestamp::UNIX_EPOCH).with_candidate(rep);
    let mut found = BTreeMap::new();
    for condition in conditions {
        for path in candidate_paths(&bind(plan, record, condition, rep)) {
            let value = find(path, &context).value().map_or_else(|| "missing".to_owned(), |v| show(v, &path.ty, &plan.book.zone));
            found.insert(path.written.to_string(), (path.clone(), value));
        }
    }
    found
}

/// Whether the value a path leads to is private.
fn is_private(plan: &Plan, path: &FieldPath) -> bool {
    let Attribute::Field(id) = path.attribute else { return false };
    plan.book.schema.field(path.place.record, id).private
}

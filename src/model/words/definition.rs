//! Targets, what rules do, and whole definitions of teams, overlays and credit plans.
//!
//! Definitions read as turf, one statement a line. Reasons (`because`) are left out: they change nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{condition, fitting};
use super::value::{Paths, dates, left, name, number, period, right};
use crate::model::{
    Condition, ConditionKind, Credit, CreditId, FieldId, Keep, Lasts, Ledger, Limit, LimitPer, Members, Otherwise, Overlay, Owner, Period,
    Pick, RecordId, Role, Rule, Rulebook, Target, TargetKind, Team,
};

/// Writes one target: `owner of territory if at work`.
#[must_use]
pub fn target(book: &Rulebook, target: &Target) -> String {
    let mut words = match &target.kind {
        TargetKind::Rep(rep) => format!("rep {}", name(rep.as_str())),
        TargetKind::Team(team) => format!("team {}", team_name(book, team.index())),
        TargetKind::Queue(queue) => format!("queue {}", name(queue)),
        TargetKind::TerritoryOwner => "owner of territory".to_owned(),
        TargetKind::Path(path) => right(book, path),
        TargetKind::PreviousRep { by, within } => {
            format!("previous rep by {} within {}", left(book, by, Paths::Shortest), period(*within))
        }
        TargetKind::LeaveAsIs(_) => "leave as is".to_owned(),
        TargetKind::Keep(keep) => kept(book, keep),
    };
    // Whoever is at work is not away.
    if target.if_at_work {
        words.push_str(" if at work");
    } else if target.if_available {
        words.push_str(" if available");
    }
    if let Some(wanted) = &target.condition {
        words.push_str(" where ");
        words.push_str(&condition(book, wanted));
    }
    words
}

fn kept(book: &Rulebook, keep: &Keep) -> String {
    let lasts = match &keep.lasts {
        Lasts::Until(day) => format!("until {day}"),
        Lasts::UntilField(path) => format!("until {}", left(book, path, Paths::Shortest)),
        Lasts::Since { period: time, since } => format!("for {} since {}", period(*time), left(book, since, Paths::Shortest)),
    };
    format!("keep {} {lasts}", right(book, &keep.who))
}

/// Writes what a rule does with a record: `route to rep ana, else queue triage`, `keep account.owner until 2027-12-31`.
#[must_use]
pub fn route(book: &Rulebook, targets: &[Target]) -> String {
    let to = if matches!(targets.first(), Some(first) if matches!(first.kind, TargetKind::Keep(_))) { "" } else { "route to " };
    format!("{to}{}", chain(book, targets))
}

/// Writes a chain of targets: `rep ana if available, else team inbound, else queue triage`.
#[must_use]
pub fn chain(book: &Rulebook, targets: &[Target]) -> String {
    targets.iter().map(|t| target(book, t)).collect::<Vec<_>>().join(", else ")
}

/// Writes what a rule does; two rules of equal text do the same with a record to which both apply.
///
/// Its name, condition, days, priority and reason are not part of it.
#[must_use]
pub fn action(book: &Rulebook, rule: &Rule) -> String {
    done(book, &rule.route, rule.credit, rule.respond)
}

/// Writes what the last resort does.
#[must_use]
pub fn last_resort(book: &Rulebook, otherwise: &Otherwise) -> String {
    done(book, &otherwise.route, otherwise.credit, otherwise.respond)
}

fn done(book: &Rulebook, route: &[Target], credit: Option<CreditId>, respond: Option<Period>) -> String {
    let mut parts = vec![self::route(book, route)];
    parts.extend(credit.and_then(|c| book.credits.get(c.index())).map(|c| format!("credit {}", name(c.name.as_str()))));
    parts.extend(respond.map(|r| format!("respond within {}", period(r))));
    parts.join("; ")
}

/// Writes who owns a territory: `ana`, `team west-desk`.
#[must_use]
pub fn owner(book: &Rulebook, owner: &Owner) -> String {
    match owner {
        Owner::Rep(rep) => name(rep.as_str()),
        Owner::Team(team, _) => format!("team {}", team_name(book, team.index())),
    }
}

/// Writes the definition of a team.
#[must_use]
pub fn team(book: &Rulebook, team: &Team) -> String {
    let mut lines: Vec<String> = team.members.iter().map(|m| members(book, m)).collect();
    if !team.pick.is_empty() {
        let criteria: Vec<String> = team.pick.iter().map(|p| pick(book, p)).collect();
        lines.push(format!("pick {}", criteria.join(", then ")));
    }
    lines.extend(team.weight.map(|f| format!("weight {}", rep_field(book, f))));
    lines.extend(team.limits.iter().map(|l| limit(book, l)));
    lines.extend(counts(team));
    lines.extend(team.working_hours_only.then(|| "working hours only".to_owned()));
    block(&format!("team {}", name(team.name.as_str())), &lines)
}

/// Writes the `counts` line of a team, if it has one.
#[must_use]
pub fn counts(team: &Team) -> Option<String> {
    let all = [(team.counts.rejected, "rejected"), (team.counts.reassigned, "reassigned")];
    let words: Vec<&str> = all.into_iter().filter(|(counts, _)| *counts).map(|(_, word)| word).collect();
    (!words.is_empty()).then(|| format!("counts {}", words.join(", ")))
}

/// Writes one `members` line.
#[must_use]
pub fn members(book: &Rulebook, members: &Members) -> String {
    let listed: Vec<String> = members
        .listed
        .iter()
        .map(|(rep, weight)| match weight {
            Some(weight) => format!("{} weight {}", name(rep.as_str()), number(*weight)),
            None => name(rep.as_str()),
        })
        .collect();
    let mut words = "members".to_owned();
    if !listed.is_empty() {
        words.push(' ');
        words.push_str(&listed.join(", "));
    }
    words + &only_where(book, &members.conditions)
}

/// Writes one criterion of `pick`.
#[must_use]
pub fn pick(book: &Rulebook, pick: &Pick) -> String {
    match pick {
        Pick::Prefer(conditions, _) => format!("prefer {}", fitting(book, conditions)),
        Pick::InTurn(_) => "in turn".to_owned(),
        Pick::FewestOpen(_) => "fewest open".to_owned(),
        Pick::LeastFull(_) => "least full".to_owned(),
        Pick::MostRoom(_) => "most room".to_owned(),
        Pick::LongestWait(_) => "longest wait".to_owned(),
        Pick::Highest(field, _) => format!("highest {}", rep_field(book, *field)),
        Pick::Lowest(field, _) => format!("lowest {}", rep_field(book, *field)),
        Pick::AsListed(_) => "as listed".to_owned(),
    }
}

/// Writes one limit.
#[must_use]
pub fn limit(book: &Rulebook, limit: &Limit) -> String {
    let per = match limit.per {
        LimitPer::Open => "open",
        LimitPer::Day => "per day",
        LimitPer::Week => "per week",
        LimitPer::Month => "per month",
    };
    format!("limit {} {per}{}", number(limit.amount.into()), only_where(book, &limit.conditions))
}

/// Writes the definition of an overlay.
#[must_use]
pub fn overlay(book: &Rulebook, overlay: &Overlay) -> String {
    let record = &*book.schema.record(overlay.record).name;
    let mut lines = Vec::new();
    if !is_always(&overlay.condition) {
        lines.push(format!("when {}", condition(book, &overlay.condition)));
    }
    lines.extend(overlay.adds.iter().map(|a| format!("add {} as {}", chain(book, &a.targets), name(a.role.as_str()))));
    lines.extend(dates(&overlay.dates));
    block(&format!("overlay {} for {}", name(overlay.name.as_str()), name(record)), &lines)
}

/// Writes the definition of a credit plan.
#[must_use]
pub fn credit(book: &Rulebook, credit: &Credit) -> String {
    let mut lines = Vec::new();
    let amounts: BTreeSet<String> = credit.amount.values().map(|path| left(book, path, Paths::AsMeant)).collect();
    lines.extend(amounts.iter().map(|path| format!("amount {path}")));
    lines.extend(credit.ledgers.iter().map(|l| ledger(book, l)));
    block(&format!("credit {}", name(credit.name.as_str())), &lines)
}

/// Writes one ledger: `revenue: 60% assignee, rest territory owner`.
#[must_use]
pub fn ledger(book: &Rulebook, ledger: &Ledger) -> String {
    let shares = ledger.shares.iter().map(|s| format!("{}% {}", number(s.percent), role(book, &s.role)));
    let rest = ledger.rest.iter().map(|r| format!("rest {}", role(book, r)));
    format!("{}: {}", name(ledger.name.as_str()), shares.chain(rest).collect::<Vec<_>>().join(", "))
}

/// Writes who takes a share.
#[must_use]
pub fn role(book: &Rulebook, role: &Role) -> String {
    match role {
        Role::Assignee => "assignee".to_owned(),
        Role::TerritoryOwner => "territory owner".to_owned(),
        // Kept as written: the path may lead elsewhere for another record, and the words name it for all of them.
        Role::Path(written, _) => match written.strip_suffix(" owner") {
            Some(path) => format!("owner of {path}"),
            None => written.to_string(),
        },
        Role::Rep(rep) => format!("rep {}", name(rep.as_str())),
        Role::OfAssignee(field, _) => format!("assignee.{}", field_name(book, *field)),
        Role::Added(added) => name(added),
    }
}

fn team_name(book: &Rulebook, index: usize) -> String {
    book.teams.get(index).map(|t| name(t.name.as_str())).unwrap_or_default()
}

fn rep_field(book: &Rulebook, field: FieldId) -> String {
    format!("rep.{}", field_name(book, field))
}

fn field_name(book: &Rulebook, field: FieldId) -> String {
    book.rep.map(|r| name(&book.schema.field(r.record, field).name)).unwrap_or_default()
}

fn only_where(book: &Rulebook, conditions: &BTreeMap<RecordId, Condition>) -> String {
    if !conditions.is_empty() && conditions.values().all(is_always) {
        String::new()
    } else {
        format!(" where {}", fitting(book, conditions))
    }
}

fn is_always(condition: &Condition) -> bool {
    matches!(&condition.kind, ConditionKind::All(parts) if parts.is_empty())
}

fn block(heading: &str, lines: &[String]) -> String {
    let mut text = format!("{heading} {{\n");
    for line in lines {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('}');
    text
}

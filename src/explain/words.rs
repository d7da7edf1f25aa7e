//! What was recorded, in words: why somebody was passed over, how a target ended, how credit adds up.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::build::Looking;
use super::explanation::{CandidateWords, CreditWords, TargetWords, TotalWords, Tree};
use super::tree::{failure_words, tree};
use crate::decide::{
    Attempt, AttemptResult, Candidate, Context, CreditPart, Decider, LedgerSplit, PassedOver, in_words, roster, share_in_words,
};
use crate::model::{Condition, LimitPer, Owner, Target, TargetKind, Team, TeamId, show_number};
use crate::text::wording;

/// Writes a moment as `Mon 2027-03-01 09:00 Europe/Berlin`.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at);
    format!("{} {}", local.strftime("%a %Y-%m-%d %H:%M"), zone.iana_name().unwrap_or("UTC"))
}

/// Returns the chain of targets of what decided.
pub(super) fn targets_of<'p>(looking: &Looking<'p>, by: Decider) -> &'p [Target] {
    match by {
        Decider::Rule(id) => looking.book.rules.get(id.index()).map_or(&[], |r| r.route.as_slice()),
        Decider::Otherwise => looking.book.otherwise.get(&looking.decision.record.kind).map_or(&[], |o| o.route.as_slice()),
    }
}

/// Writes the targets tried.
pub(super) fn attempts(looking: &Looking<'_>, targets: &[Target], attempts: &[Attempt], context: &Context<'_>) -> Vec<TargetWords> {
    attempts.iter().filter_map(|a| Some(attempt(looking, targets.get(a.target)?, a, context))).collect()
}

fn attempt(looking: &Looking<'_>, target: &Target, attempt: &Attempt, context: &Context<'_>) -> TargetWords {
    let team = team_of(looking, target);
    let taken = matches!(attempt.result, AttemptResult::Taken(..));
    let candidates: Vec<CandidateWords> = attempt.candidates.iter().map(|c| candidate(looking, target, team, c, context)).collect();
    let result = match &attempt.result {
        AttemptResult::Taken(assignee, Some(_)) => {
            format!("{} takes it, of {}", assignee, wording::count(candidates.len(), "member", "members"))
        }
        AttemptResult::Taken(assignee, None) => format!("{} takes it", assignee),
        AttemptResult::LedNowhere(why) => why.clone(),
        AttemptResult::NobodyEligible => match candidates.as_slice() {
            [] => "nobody to choose from".to_owned(),
            [only] => format!("{} {}", only.rep, only.reason),
            several => format!("none of {} could take it", wording::count(several.len(), "member", "members")),
        },
    };
    TargetWords { text: looking.written(target.span), place: looking.place(target.span), taken, result, candidates }
}

/// Returns the team a target picks from: its own, or the one that owns the territory.
pub(super) fn team_of<'p>(looking: &Looking<'p>, target: &Target) -> Option<&'p Team> {
    let id = match &target.kind {
        TargetKind::Team(team) => *team,
        TargetKind::TerritoryOwner => owning_team(looking)?,
        _ => return None,
    };
    looking.book.teams.get(id.index())
}

fn owning_team(looking: &Looking<'_>) -> Option<TeamId> {
    let territory = looking.decision.placement.territory()?;
    match looking.book.territories.get(territory.index())?.owner {
        Some(Owner::Team(team, _)) => Some(team),
        _ => None,
    }
}

fn candidate(looking: &Looking<'_>, target: &Target, team: Option<&Team>, candidate: &Candidate, context: &Context<'_>) -> CandidateWords {
    let reason = match &candidate.passed_over {
        None => match team {
            Some(team) => format!("taken: {}", picked(looking, team)),
            None => "taken".to_owned(),
        },
        Some(passed) => passed_over(looking, target, team, candidate, passed, context),
    };
    let turns = candidate.pointer.as_ref().map(in_words);
    CandidateWords { rep: candidate.rep.to_string(), taken: candidate.passed_over.is_none(), reason, turns }
}

/// Says by what the one taken was picked: the team's criteria as written.
fn picked(looking: &Looking<'_>, team: &Team) -> String {
    let written: Vec<String> = team.pick.iter().map(|p| looking.written(pick_span(p))).collect();
    if written.is_empty() { "the only one to choose".to_owned() } else { format!("picked by {}", written.join(", then ")) }
}

fn pick_span(pick: &crate::model::Pick) -> crate::text::Span {
    use crate::model::Pick;
    match pick {
        Pick::Prefer(_, span) | Pick::Highest(_, span) | Pick::Lowest(_, span) => *span,
        Pick::InTurn(span)
        | Pick::FewestOpen(span)
        | Pick::LeastFull(span)
        | Pick::MostRoom(span)
        | Pick::LongestWait(span)
        | Pick::AsListed(span) => *span,
    }
}

fn passed_over(
    looking: &Looking<'_>,
    target: &Target,
    team: Option<&Team>,
    candidate: &Candidate,
    passed: &PassedOver,
    context: &Context<'_>,
) -> String {
    let zone = zone_of(looking, &candidate.rep);
    match passed {
        PassedOver::NotInRoster => "is not in the roster".to_owned(),
        PassedOver::Inactive => "is not active".to_owned(),
        PassedOver::Away { until, reason } => {
            let why = reason.as_ref().map_or_else(String::new, |r| format!(" ({r})"));
            format!("is away until {}{why}", moment(*until, &zone))
        }
        PassedOver::OffHours { opens: Some(opens) } => format!("is outside working hours, which begin again {}", moment(*opens, &zone)),
        PassedOver::OffHours { opens: None } => "is outside working hours".to_owned(),
        PassedOver::NoCalendar => "has no calendar, so working hours cannot be told".to_owned(),
        PassedOver::Rejected => "has rejected it".to_owned(),
        PassedOver::NoWeight => "has a weight of 0 and so takes no turns".to_owned(),
        PassedOver::Full { limit, counted } => full(looking, team, *limit, *counted),
        PassedOver::Condition { members, .. } => {
            let condition = match members {
                Some(line) => team.and_then(|t| t.members.get(*line)).and_then(|m| m.conditions.get(&looking.decision.record.kind)),
                None => target.condition.as_ref(),
            };
            let who = if members.is_some() { "is no member for this record" } else { "is ruled out by the target's `where`" };
            condition_words(looking, who, condition, &candidate.rep, context)
        }
        PassedOver::Behind { criterion, value, best } => {
            let by = criterion
                .and_then(|c| team?.pick.get(c))
                .map_or_else(|| "the rep's key, which decides last".to_owned(), |p| format!("`{}`", looking.written(pick_span(p))));
            format!("comes later by {by}: {value}, the first has {best}")
        }
    }
}

fn full(looking: &Looking<'_>, team: Option<&Team>, limit: usize, counted: u64) -> String {
    let Some(limit) = team.and_then(|t| t.limits.get(limit)) else { return "is at a limit".to_owned() };
    let counted = wording::grouped(usize::try_from(counted).unwrap_or(usize::MAX));
    let what = match limit.per {
        LimitPer::Open => format!("has {counted} open"),
        LimitPer::Day => format!("got {counted} today"),
        LimitPer::Week => format!("got {counted} this week"),
        LimitPer::Month => format!("got {counted} this month"),
    };
    format!("{what}, and `{}` ({}) allows no more", looking.written(limit.span), looking.place(limit.span))
}

fn condition_words(looking: &Looking<'_>, who: &str, condition: Option<&Condition>, rep: &str, context: &Context<'_>) -> String {
    match (condition, roster::rep(context.plan, rep)) {
        (Some(condition), Some(candidate)) => {
            let tree: Tree = tree(looking, condition, &context.with_candidate(candidate));
            format!("{who}: {}", failure_words(&tree))
        }
        _ => who.to_owned(),
    }
}

/// The zone a rep works in, else the project's.
fn zone_of(looking: &Looking<'_>, rep: &str) -> TimeZone {
    let calendar = roster::rep(looking.plan, rep).and_then(|r| roster::calendar_of(looking.plan, r));
    calendar.map_or_else(|| looking.book.zone.clone(), |(_, c)| c.zone.clone())
}

/// Writes one ledger with its arithmetic.
pub(super) fn credit(looking: &Looking<'_>, split: &LedgerSplit) -> CreditWords {
    let plan = &looking.book.credits[split.credit.index()];
    let has_rest = plan.ledgers.iter().any(|l| l.name.text == split.ledger && l.rest.is_some());
    let parts: Vec<String> = split.parts.iter().map(|p| part(p, has_rest)).collect();
    let taken: Vec<String> = split.parts.iter().filter(|p| p.taker.is_some()).map(|p| format!("{}%", share_in_words(&p.percent))).collect();
    let sum = split.parts.iter().filter(|p| p.taker.is_some()).map(|p| p.percent.clone()).sum();
    let arithmetic =
        if taken.is_empty() { "nobody is credited".to_owned() } else { format!("{} = {}%", taken.join(" + "), share_in_words(&sum)) };
    let totals = split
        .totals
        .iter()
        .map(|t| TotalWords { taker: t.taker.to_string(), percent: share_in_words(&t.percent), amount: t.amount.map(show_number) })
        .collect();
    CreditWords {
        plan: plan.name.to_string(),
        place: looking.place(plan.name.span),
        ledger: split.ledger.to_string(),
        parts,
        arithmetic,
        totals,
    }
}

fn part(part: &CreditPart, has_rest: bool) -> String {
    let percent = share_in_words(&part.percent);
    let rest = if part.rest { "rest: " } else { "" };
    match &part.taker {
        Some(taker) => format!("{rest}{percent}% {} ({})", taker, part.role),
        None if part.rest => format!("{rest}{percent}% {}: nobody fills this role, so the assignee takes it", part.role),
        None if has_rest => format!("{percent}% {}: nobody fills this role, so it goes to the rest", part.role),
        None => format!("{percent}% {}: nobody fills this role, so it is not given out", part.role),
    }
}

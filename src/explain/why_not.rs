//! Why not somebody else: every path that could have led there, and the first thing that failed on each.

use std::sync::Arc;

use super::build::{Looking, dates_words, failure, owner_words};
use super::explanation::{FORMAT, PathWords, TargetWords, WhyNot};
use super::tree::{failure_words, first_failure, tree};
use super::words::{attempts, targets_of};
use crate::decide::{Assignee, Context, Decider, roster};
use crate::model::{Members, Owner, Rule, RuleId, Target, TargetKind, TeamId, TerritoryId};
use crate::reach::{Sought, Wanted, smallest_change};
use crate::text::{Span, wording};

/// Says that nothing of the book has the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Names that are near.
    pub near: Vec<String>,
}

/// How many of a rep's territories are gone through; a table may give one rep thousands.
const MOST_TERRITORIES: usize = 10;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked<'n> {
    Rep(&'n str),
    Rule(RuleId),
    Team(TeamId),
    Queue(&'n str),
    Territory(TerritoryId),
}

/// Answers why a rep, rule, team, queue or territory did not get the record. A rep goes before a rule of one name.
///
/// # Errors
/// When nothing of the book has the name.
pub fn why_not(looking: &Looking<'_>, name: &str) -> Result<WhyNot, Unknown> {
    let asked = find(looking, name)?;
    let context = looking.context();
    let (kind, got_it, paths) = match asked {
        Asked::Rep(rep) => {
            let mut paths = to_target(looking, asked, &context);
            paths.extend(owned(looking, rep));
            ("rep", looking.decision.outcome.assignee == Assignee::Rep(rep.into()), paths)
        }
        Asked::Queue(queue) => {
            ("queue", looking.decision.outcome.assignee == Assignee::Queue(queue.into()), to_target(looking, asked, &context))
        }
        Asked::Team(team) => ("team", looking.decision.outcome.team == Some(team), to_target(looking, asked, &context)),
        Asked::Rule(id) => ("rule", looking.decision.outcome.by == Some(Decider::Rule(id)), rule_paths(looking, id, &context)),
        Asked::Territory(id) => ("territory", looking.decision.placement.winners.contains(&id), vec![territory_path(looking, id)]),
    };
    let answer = sentence(looking, name, kind, got_it, paths.len());
    let paths = if got_it { Vec::new() } else { paths };
    let wanted = match asked {
        Asked::Rep(rep) => Wanted::Rep(rep.into()),
        Asked::Queue(queue) => Wanted::Queue(queue.into()),
        Asked::Team(team) => Wanted::Team(team),
        Asked::Rule(id) => Wanted::Rule(id),
        Asked::Territory(id) => Wanted::Territory(id),
    };
    let sought = if got_it { Sought::default() } else { smallest_change(looking.plan, looking.decision, looking.before, &wanted) };
    let no_change = match (&sought.change, sought.proved) {
        (Some(_), _) => None,
        _ if got_it => None,
        (None, true) => Some("proved"),
        (None, false) => Some("not-found"),
    };
    let searched = if sought.change.is_some() { Vec::new() } else { sought.searched };
    Ok(WhyNot { format: FORMAT, name: name.to_owned(), kind, got_it, answer, paths, change: sought.change, no_change, searched })
}

fn find<'n>(looking: &Looking<'_>, name: &'n str) -> Result<Asked<'n>, Unknown> {
    let book = looking.book;
    if roster::rep(looking.plan, name).is_some() {
        return Ok(Asked::Rep(name));
    }
    if let Some(at) = book.rules.iter().position(|r| r.name.as_str() == name && r.record == looking.decision.record.kind) {
        return Ok(Asked::Rule(RuleId::from_index(at)));
    }
    if let Some(at) = book.teams.iter().position(|t| t.name.as_str() == name) {
        return Ok(Asked::Team(TeamId::from_index(at)));
    }
    if book.queues.iter().any(|q| q.as_str() == name) {
        return Ok(Asked::Queue(name));
    }
    if let Some(at) = book.territories.iter().position(|t| t.name.as_str() == name) {
        return Ok(Asked::Territory(TerritoryId::from_index(at)));
    }
    let reps: Vec<Arc<str>> = book.rep.iter().flat_map(|r| looking.plan.data.all(r.record).map(|r| r.key.clone())).collect();
    let names = reps
        .iter()
        .map(|r| &**r)
        .chain(book.rules.iter().filter(|r| r.record == looking.decision.record.kind).map(|r| r.name.as_str()))
        .chain(book.teams.iter().map(|t| t.name.as_str()))
        .chain(book.queues.iter().map(crate::text::Name::as_str))
        .chain(book.territories.iter().map(|t| t.name.as_str()));
    Err(Unknown { near: wording::nearest(name, names) })
}

fn sentence(looking: &Looking<'_>, name: &str, kind: &str, got_it: bool, paths: usize) -> String {
    let record = &looking.decision.record;
    let what = format!("{} {}", looking.book.schema.record(record.kind).name, record.key);
    if got_it {
        return match kind {
            "territory" => format!("{name} does hold {what}; `turf why {}` says why.", record.key),
            "rule" => format!("The rule {name} did decide {what}; `turf why {}` says why.", record.key),
            _ => format!("{name} did get {what}; `turf why {}` says why.", record.key),
        };
    }
    let instead = looking.decision.outcome.assignee.to_string();
    match (kind, paths) {
        ("rule", _) => format!("Why the rule {name} did not decide {what} (it went to {instead}):"),
        ("territory", _) => format!("Why the territory {name} does not hold {what}:"),
        (_, 0) => format!("{name} could not get {what}: no rule of the book leads to this {kind} in any case. It went to {instead}."),
        (_, 1) => format!("Why {name} did not get {what} (it went to {instead}), for the one path that could lead there:"),
        _ => format!(
            "Why {name} did not get {what} (it went to {instead}), for each of the {} paths that could lead there:",
            wording::grouped(paths)
        ),
    }
}

fn path(looking: &Looking<'_>, words: String, span: Span, failed: String) -> PathWords {
    PathWords { path: words, place: looking.place(span), failed, condition: None }
}

/// Paths to a rule: the rule itself.
fn rule_paths(looking: &Looking<'_>, id: RuleId, context: &Context<'_>) -> Vec<PathWords> {
    let rule = &looking.book.rules[id.index()];
    vec![rule_path(looking, id, rule, &format!("rule {}", rule.name), context, &|targets| untaken(&targets))]
}

/// One rule as a path: why it did not apply, was not reached, or its target did not take the record.
fn rule_path(
    looking: &Looking<'_>,
    id: RuleId,
    rule: &Rule,
    words: &str,
    context: &Context<'_>,
    tried: &dyn Fn(Vec<TargetWords>) -> String,
) -> PathWords {
    if let Some((failed, condition)) = failure(looking, rule, context) {
        return PathWords { path: words.to_owned(), place: looking.place(rule.name.span), failed, condition };
    }
    let trial = looking.decision.trials.iter().find(|t| t.decider == Decider::Rule(id));
    let failed = match trial {
        Some(trial) => tried(attempts(looking, &rule.route, &trial.attempts, context)),
        None => format!("it applies, but {} comes first and took the record", decider_words(looking)),
    };
    path(looking, words.to_owned(), rule.name.span, failed)
}

fn untaken(targets: &[TargetWords]) -> String {
    let tried: Vec<String> = targets.iter().map(|t| format!("{}: {}", t.text, t.result)).collect();
    format!("it applies, and none of its targets could take the record ({})", tried.join("; "))
}

fn decider_words(looking: &Looking<'_>) -> String {
    match looking.decision.outcome.by {
        Some(Decider::Rule(id)) => {
            let rule = &looking.book.rules[id.index()];
            format!("the rule {} ({}, priority {})", rule.name, looking.place(rule.name.span), rule.priority.name)
        }
        Some(Decider::Otherwise) => "the last resort `otherwise`".to_owned(),
        None => "nothing".to_owned(),
    }
}

/// Every target of every rule, in the order considered, that could lead to who is asked about.
fn to_target(looking: &Looking<'_>, asked: Asked<'_>, context: &Context<'_>) -> Vec<PathWords> {
    let mut paths = Vec::new();
    let order = looking.plan.rule_order.get(&looking.decision.record.kind).map(Vec::as_slice).unwrap_or_default();
    for id in order {
        let rule = &looking.book.rules[id.index()];
        for (position, target) in rule.route.iter().enumerate().filter(|(_, t)| leads_to(looking, t, asked)) {
            let words = format!("rule {}, {}", rule.name, looking.written(target.span));
            let tried = |_: Vec<TargetWords>| target_failure(looking, Decider::Rule(*id), position, asked, context);
            paths.push(rule_path(looking, *id, rule, &words, context, &tried));
        }
    }
    if let Some(last) = looking.book.otherwise.get(&looking.decision.record.kind) {
        for (position, target) in last.route.iter().enumerate().filter(|(_, t)| leads_to(looking, t, asked)) {
            let reached = looking.decision.trials.iter().any(|t| t.decider == Decider::Otherwise);
            let failed = if reached {
                target_failure(looking, Decider::Otherwise, position, asked, context)
            } else {
                format!("{} took the record before", decider_words(looking))
            };
            paths.push(path(looking, format!("otherwise, {}", looking.written(target.span)), last.span, failed));
        }
    }
    paths
}

/// The territories that a rep owns and that do not hold the record, when some rule routes to the owner of the territory.
fn owned(looking: &Looking<'_>, rep: &str) -> Vec<PathWords> {
    let order = looking.plan.rule_order.get(&looking.decision.record.kind).map(Vec::as_slice).unwrap_or_default();
    let by_owner = |id: &RuleId| looking.book.rules[id.index()].route.iter().any(|t| matches!(t.kind, TargetKind::TerritoryOwner));
    if !order.iter().any(by_owner) {
        return Vec::new();
    }
    let territories = looking.book.territories.iter().enumerate();
    let owned = territories.filter(|(_, t)| matches!(&t.owner, Some(Owner::Rep(name)) if name.as_str() == rep));
    let ids = owned.map(|(i, _)| TerritoryId::from_index(i)).filter(|id| looking.decision.placement.territory() != Some(*id));
    ids.take(MOST_TERRITORIES).map(|id| territory_path(looking, id)).collect()
}

/// Whether a target could ever lead to who is asked about; paths and look-ups could lead to any rep.
fn leads_to(looking: &Looking<'_>, target: &Target, asked: Asked<'_>) -> bool {
    match (&target.kind, asked) {
        (TargetKind::Queue(queue), Asked::Queue(name)) => **queue == *name,
        (TargetKind::Team(team), Asked::Team(name)) => *team == name,
        (TargetKind::Team(team), Asked::Rep(rep)) => is_possible_member(looking, *team, rep),
        (TargetKind::Rep(name), Asked::Rep(rep)) => name.as_str() == rep,
        (TargetKind::TerritoryOwner, Asked::Rep(rep)) => looking.book.territories.iter().any(|t| match &t.owner {
            Some(Owner::Rep(name)) => name.as_str() == rep,
            Some(Owner::Team(team, _)) => is_possible_member(looking, *team, rep),
            None => false,
        }),
        (TargetKind::TerritoryOwner, Asked::Team(name)) => {
            looking.book.territories.iter().any(|t| matches!(&t.owner, Some(Owner::Team(team, _)) if *team == name))
        }
        (TargetKind::Path(_) | TargetKind::PreviousRep { .. } | TargetKind::LeaveAsIs(_) | TargetKind::Keep(_), Asked::Rep(_)) => true,
        _ => false,
    }
}

fn is_possible_member(looking: &Looking<'_>, team: TeamId, rep: &str) -> bool {
    let listed = |m: &Members| m.listed.is_empty() || m.listed.iter().any(|(name, _)| name.as_str() == rep);
    looking.book.teams.get(team.index()).is_some_and(|t| t.members.iter().any(listed))
}

/// Why a target that was reached, or would have been, did not give the record to who is asked about.
fn target_failure(looking: &Looking<'_>, by: Decider, position: usize, asked: Asked<'_>, context: &Context<'_>) -> String {
    let targets = targets_of(looking, by);
    let Some(trial) = looking.decision.trials.iter().find(|t| t.decider == by) else { return "it was not reached".to_owned() };
    let Some(attempt) = trial.attempts.iter().find(|a| a.target == position) else {
        let taker = trial.attempts.last().and_then(|a| targets.get(a.target)).map_or_else(String::new, |t| looking.written(t.span));
        return format!("`{taker}` stands before it in the chain and took the record");
    };
    let words = attempts(looking, targets, std::slice::from_ref(attempt), context);
    let Some(words) = words.first() else { return "it was not reached".to_owned() };
    if let Asked::Rep(rep) = asked {
        if let Some(candidate) = words.candidates.iter().find(|c| c.rep == rep) {
            return format!("{rep} {}", candidate.reason);
        }
        if let (TargetKind::TerritoryOwner, Some(territory)) = (&targets[position].kind, looking.decision.placement.territory()) {
            let owner = owner_words(looking, territory).unwrap_or_else(|| "nobody".to_owned());
            return format!("the record lies in {}, owned by {owner}", looking.book.territories[territory.index()].name);
        }
        if words.taken {
            return format!("it leads to {}, not to {rep}", looking.decision.outcome.assignee);
        }
    }
    words.result.clone()
}

/// Why a territory does not hold the record.
fn territory_path(looking: &Looking<'_>, id: TerritoryId) -> PathWords {
    let territory = &looking.book.territories[id.index()];
    let words = format!("territory {}", territory.name);
    let span = territory.name.span;
    if let Some(claim) = looking.decision.placement.claims.iter().find(|c| c.territory == id) {
        let explained = super::build::explain(looking).territories;
        let standing = explained.claims.iter().find(|c| c.territory == territory.name.to_string()).map(|c| c.standing.clone());
        let settled = match claim.standing {
            crate::decide::Standing::Lost(step) => explained.steps.get(step).map_or_else(String::new, |s| format!(": {s}")),
            _ => String::new(),
        };
        return path(looking, words, span, format!("it claims the record, and {}{settled}", standing.unwrap_or_default()));
    }
    // The highest territory above it that does not claim is the first thing that failed.
    let mut chain = vec![id];
    while let Some(parent) = chain.last().and_then(|t| looking.book.territories[t.index()].parent) {
        chain.push(parent);
    }
    let context = Context::new(looking.plan, &looking.decision.record, looking.before, looking.decision.at);
    for above in chain.iter().rev() {
        let at = &looking.book.territories[above.index()];
        let prefix = if *above == id { String::new() } else { format!("`{}`, in which it lies, does not claim the record: ", at.name) };
        if let Some(dates) = dates_words(&at.dates, &context) {
            return path(looking, words, at.name.span, format!("{prefix}{dates}"));
        }
        if at.row.is_some() {
            let table = at.row.as_ref().and_then(|r| looking.book.tables.get(r.table));
            let file = table.map_or("", |t| &*t.file);
            let longest = table.is_some_and(|t| t.prefix_lengths.iter().any(|l| !l.is_empty()));
            let which = if longest { "no row for it has the longest prefix that fits the record" } else { "no row for it fits the record" };
            return path(looking, words, at.span, format!("{prefix}in {file} {which}"));
        }
        let Some(condition) = at.conditions.get(&looking.decision.record.kind) else {
            return path(looking, words, at.name.span, format!("{prefix}it asks for fields that such a record does not have"));
        };
        let tree = tree(looking, condition, &context);
        if tree.answer != "yes" {
            let failed = format!("{prefix}{}", failure_words(&tree));
            return PathWords { path: words, place: looking.place(at.name.span), failed, condition: Some(first_failure(&tree).clone()) };
        }
    }
    path(looking, words, span, "it does not claim the record".to_owned())
}

//! Puts an explanation together, section by section.

use super::explanation::{
    BookRef, ClaimWords, ClockWords, Explanation, FORMAT, FieldWords, MatchingWords, OutcomeWords, OverlayWords, PassedRule, RecordRef,
    RuleRef, Territories, Tree,
};
use super::tree::{HIDDEN, failing, failure_words, tree};
use super::words::{self, attempts, moment, targets_of};
use crate::decide::{Assignee, Context, Decider, Decision, Standing, calendar};
use crate::model::{Dates, Owner, Rule, Rulebook, TerritoryId, show};
use crate::plan::Plan;
use crate::state::State;
use crate::text::{Sources, Span, wording};

/// Holds what an explanation looks at.
#[derive(Clone, Copy, Debug)]
pub struct Looking<'p> {
    /// The plan that decided.
    pub plan: &'p Plan,
    /// Its rules.
    pub book: &'p Rulebook,
    /// The rule files, for places and words.
    pub sources: &'p Sources,
    /// The decision.
    pub decision: &'p Decision,
    /// The state before it.
    pub before: &'p State,
}

impl<'p> Looking<'p> {
    /// Puts together what an explanation looks at.
    #[must_use]
    pub fn new(plan: &'p Plan, sources: &'p Sources, decision: &'p Decision, before: &'p State) -> Self {
        Self { plan, book: &plan.book, sources, decision, before }
    }

    /// Returns `file:line`.
    pub(super) fn place(&self, span: Span) -> String {
        self.sources.place(span)
    }

    /// Returns the words as written, on one line.
    pub(super) fn written(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Returns the surroundings in which the record was decided, placed.
    pub(super) fn context(&self) -> Context<'p> {
        self.unplaced().placed_in(self.decision.placement.territory())
    }

    fn unplaced(&self) -> Context<'p> {
        Context::new(self.plan, &self.decision.record, self.before, self.decision.at)
    }

    pub(super) fn rule_ref(&self, rule: &Rule) -> RuleRef {
        RuleRef {
            name: rule.name.to_string(),
            priority: Some(rule.priority.name.to_string()),
            place: self.place(rule.name.span),
            because: rule.because.as_ref().map(ToString::to_string),
        }
    }
}

/// Explains a decision.
#[must_use]
pub fn explain(looking: &Looking<'_>) -> Explanation {
    let decision = looking.decision;
    let context = looking.context();
    Explanation {
        format: FORMAT,
        book: BookRef { name: looking.book.name.to_string(), digest: looking.plan.digest.to_string() },
        record: record(looking),
        decided_at: crate::model::show_time(decision.at, &looking.book.zone),
        outcome: outcome(looking, &context),
        matching: matching(looking),
        territories: territories(looking),
        passed: passed(looking, &context),
        also: decision.also.iter().filter_map(|id| looking.book.rules.get(id.index())).map(|r| looking.rule_ref(r)).collect(),
        overlays: overlays(looking, &context),
        credits: decision.credits.iter().map(|split| words::credit(looking, split)).collect(),
        clock: clock(looking),
        recorded: None,
    }
}

fn record(looking: &Looking<'_>) -> RecordRef {
    let record = &looking.decision.record;
    let ty = looking.book.schema.record(record.kind);
    let fields = ty.fields.iter().zip(&record.values).map(|(field, value)| FieldWords {
        name: field.name.to_string(),
        value: value.as_ref().map(|v| if field.private { HIDDEN.to_owned() } else { show(v, &field.ty, &looking.book.zone) }),
        private: field.private,
    });
    let place =
        if record.origin.line > 0 { format!("{}:{}", record.origin.file, record.origin.line) } else { record.origin.file.to_string() };
    RecordRef { kind: ty.name.to_string(), id: record.key.to_string(), place, fields: fields.collect() }
}

fn outcome(looking: &Looking<'_>, context: &Context<'_>) -> OutcomeWords {
    let outcome = &looking.decision.outcome;
    let (kind, assignee) = match &outcome.assignee {
        Assignee::Rep(rep) => ("rep", Some(rep.to_string())),
        Assignee::Queue(queue) => ("queue", Some(queue.to_string())),
        Assignee::Nobody => ("nobody", None),
    };
    let (rule, condition) = match outcome.by {
        Some(Decider::Rule(id)) => {
            let rule = &looking.book.rules[id.index()];
            (Some(looking.rule_ref(rule)), Some(tree(looking, &rule.condition, context)))
        }
        Some(Decider::Otherwise) => (
            looking.book.otherwise.get(&looking.decision.record.kind).map(|last| RuleRef {
                name: "otherwise".to_owned(),
                priority: None,
                place: looking.place(last.span),
                because: last.because.as_ref().map(ToString::to_string),
            }),
            None,
        ),
        None => (None, None),
    };
    let deciding = looking.decision.trials.last().filter(|t| Some(t.decider) == outcome.by);
    let targets = deciding.map(|t| attempts(looking, targets_of(looking, t.decider), &t.attempts, context)).unwrap_or_default();
    let team = outcome.team.and_then(|t| looking.book.teams.get(t.index())).map(|t| t.name.to_string());
    OutcomeWords { kind, assignee, team, rule, condition, targets }
}

/// Why days in force leave a rule out, if they do.
pub(super) fn dates_words(dates: &Dates, context: &Context<'_>) -> Option<String> {
    if dates.contains(context.today) {
        return None;
    }
    Some(match (dates.from, dates.through) {
        (Some(from), _) if context.today < from => format!("it is in force from {from}, and the day is {}", context.today),
        (_, Some(through)) => format!("it was in force through {through}, and the day is {}", context.today),
        _ => format!("it is not in force on {}", context.today),
    })
}

/// Rules considered before the deciding one: the first thing that failed in each.
fn passed(looking: &Looking<'_>, context: &Context<'_>) -> Vec<PassedRule> {
    let order = looking.plan.rule_order.get(&looking.decision.record.kind).map(Vec::as_slice).unwrap_or_default();
    let mut passed = Vec::new();
    for id in order {
        if looking.decision.outcome.by == Some(Decider::Rule(*id)) {
            break;
        }
        let rule = &looking.book.rules[id.index()];
        let (failed, condition, targets) = match failure(looking, rule, context) {
            Some((failed, condition)) => (failed, condition, Vec::new()),
            None => {
                let trial = looking.decision.trials.iter().find(|t| t.decider == Decider::Rule(*id));
                let targets = trial.map(|t| attempts(looking, &rule.route, &t.attempts, context)).unwrap_or_default();
                ("it applies, and none of its targets could take the record".to_owned(), None, targets)
            }
        };
        passed.push(PassedRule { rule: looking.rule_ref(rule), failed, condition, targets });
    }
    passed
}

/// The first thing that keeps a rule from applying: its dates or its condition; none when it applies.
pub(super) fn failure(looking: &Looking<'_>, rule: &Rule, context: &Context<'_>) -> Option<(String, Option<Tree>)> {
    if let Some(dates) = dates_words(&rule.dates, context) {
        return Some((dates, None));
    }
    let failed = failing(looking, &rule.condition, context)?;
    Some((failure_words(&failed), Some(failed)))
}

fn matching(looking: &Looking<'_>) -> Option<MatchingWords> {
    let matching = looking.decision.matching.as_ref()?;
    let rules = looking.book.matches.get(&looking.decision.record.kind)?;
    let to = looking.book.schema.record(rules.to).name.to_string();
    let mut lines = Vec::new();
    if matching.given {
        lines.push(format!("the {} is named in the data, so nothing was looked up", to));
    }
    for (line, trial) in rules.lines.iter().zip(&matching.lines) {
        let written = looking.written(line.span);
        let found: Vec<&str> = trial.found.iter().map(|k| &**k).collect();
        let result = match (trial.missing.first(), trial.count) {
            (Some(missing), _) => format!("`{missing}` is missing"),
            (None, 0) => "finds none".to_owned(),
            (None, 1) => format!("finds {}", found.join("")),
            (None, many) => format!(
                "finds {}, so none is guessed: {}",
                wording::count(many, &to, &format!("{to}s")),
                wording::any_of(&found, 5).replace(" or ", " and ")
            ),
        };
        lines.push(format!("{written} ({}): {result}", looking.place(line.span)));
    }
    Some(MatchingWords { to, found: matching.found.as_ref().map(ToString::to_string), lines })
}

fn territories(looking: &Looking<'_>) -> Territories {
    let placement = &looking.decision.placement;
    let name = |id: TerritoryId| looking.book.territories[id.index()].name.to_string();
    let context = looking.unplaced();
    let claims = placement.claims.iter().map(|claim| {
        let territory = &looking.book.territories[claim.territory.index()];
        let place = match (&territory.row, claim.row) {
            (Some(rows), Some(line)) => format!("{}:{line}", looking.book.tables[rows.table].file),
            _ => looking.place(territory.name.span),
        };
        let standing = match &claim.standing {
            Standing::Won(1) => "holds the record".to_owned(),
            Standing::Won(rank) => format!("holds the record too, as number {rank}"),
            Standing::Deeper(id) => format!("gives way to `{}`, which lies deeper in the same tree", name(*id)),
            Standing::Unstaffed => "cannot win: nobody active owns it".to_owned(),
            Standing::Lost(step) => format!("lost at step {} of the overlap", step + 1),
            Standing::Tied => "is tied to the end, so a person decides".to_owned(),
        };
        let condition = territory.conditions.get(&looking.decision.record.kind).map(|c| tree(looking, c, &context));
        ClaimWords { territory: territory.name.to_string(), place, owner: owner_words(looking, claim.territory), standing, condition }
    });
    let steps = placement.steps.iter().enumerate().map(|(number, step)| {
        let by =
            step.criterion.and_then(|c| looking.book.overlap.as_ref()?.criteria.get(c)).map_or_else(|| "name".to_owned(), criterion_words);
        let compared: Vec<String> = step.compared.iter().map(|(id, value)| format!("{} {value}", name(*id))).collect();
        let left: Vec<String> = step.left.iter().map(|id| name(*id)).collect();
        format!("{}. {by}: {}; left: {}", number + 1, compared.join(", "), left.join(", "))
    });
    Territories { winners: placement.winners.iter().map(|id| name(*id)).collect(), claims: claims.collect(), steps: steps.collect() }
}

fn criterion_words(criterion: &crate::model::OverlapCriterion) -> String {
    use crate::model::OverlapCriterion as Criterion;
    match criterion {
        Criterion::LowestPriority => "lowest priority",
        Criterion::MostSpecific => "most specific",
        Criterion::LongestTenure => "longest tenure",
        Criterion::Highest(_) => "highest value of the owner",
        Criterion::Lowest(_) => "lowest value of the owner",
        Criterion::Name => "name",
    }
    .to_owned()
}

/// Writes a territory's owner.
pub(super) fn owner_words(looking: &Looking<'_>, id: TerritoryId) -> Option<String> {
    match looking.book.territories.get(id.index())?.owner.as_ref()? {
        Owner::Rep(name) => Some(name.to_string()),
        Owner::Team(team, _) => looking.book.teams.get(team.index()).map(|t| format!("team {}", t.name)),
    }
}

fn overlays(looking: &Looking<'_>, context: &Context<'_>) -> Vec<OverlayWords> {
    let mut all = Vec::new();
    for (position, overlay) in looking.book.overlays.iter().enumerate() {
        if overlay.record != looking.decision.record.kind {
            continue;
        }
        let condition = || failing(looking, &overlay.condition, context).map(|failed| failure_words(&failed));
        let failed = dates_words(&overlay.dates, context).or_else(condition);
        let added = looking.decision.added.iter().filter(|a| a.overlay.index() == position).map(|a| match &a.assignee {
            Some(assignee) => format!("{}: {assignee}", a.role),
            None => {
                let chain = overlay.adds.iter().find(|add| add.role.text == a.role).map(|add| add.targets.as_slice()).unwrap_or_default();
                let tried: Vec<String> =
                    attempts(looking, chain, &a.attempts, context).into_iter().map(|t| format!("{}: {}", t.text, t.result)).collect();
                format!("{}: nobody ({})", a.role, tried.join("; "))
            }
        });
        all.push(OverlayWords {
            name: overlay.name.to_string(),
            place: looking.place(overlay.name.span),
            applies: failed.is_none(),
            failed,
            added: added.collect(),
        });
    }
    all
}

fn clock(looking: &Looking<'_>) -> Option<ClockWords> {
    let due = looking.decision.due.as_ref()?;
    let respond = match looking.decision.outcome.by? {
        Decider::Rule(id) => looking.book.rules.get(id.index())?.respond?,
        Decider::Otherwise => looking.book.otherwise.get(&looking.decision.record.kind)?.respond?,
    };
    let period = calendar::period_in_words(respond);
    let (zone, counted) = match due.calendar.and_then(|c| looking.book.calendars.get(c.index())) {
        Some(calendar) => (
            &calendar.zone,
            format!("{period} of working time of the calendar {}, counted from {}", calendar.name, moment(due.from, &calendar.zone)),
        ),
        None => (&looking.book.zone, format!("{period}, every hour counted, from {}", moment(due.from, &looking.book.zone))),
    };
    Some(ClockWords { due: moment(due.at, zone), counted })
}

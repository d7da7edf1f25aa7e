//! What was decided, and the compact trace of why, in names.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decide::{
    Added, Assignee, Attempt, AttemptResult, Decider, Decision, Due, LedgerSplit, Matching, PassedOver, Placement, Standing, Taker, Trial,
};
use crate::model::{Answer, Rulebook, TeamId, TerritoryId};

/// Who has the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeDoc {
    /// `rep`, `queue` or `nobody`.
    pub kind: Arc<str>,
    /// The rep's key or the queue's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assignee: Option<Arc<str>>,
    /// The team it was picked from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team: Option<Arc<str>>,
    /// The deciding rule, or `otherwise`; none where no rule is for such records.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule: Option<Arc<str>>,
}

/// How it was matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchingDoc {
    /// The key found or given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub found: Option<Arc<str>>,
    /// Whether the data already named it.
    pub given: bool,
    /// The lines tried.
    pub lines: Vec<MatchLineDoc>,
}

/// What one line of `match` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchLineDoc {
    /// The keys found, at most ten.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub found: Vec<Arc<str>>,
    /// How many there are in all.
    pub count: usize,
    /// The fields that were missing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub missing: Vec<Arc<str>>,
}

/// Where it was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementDoc {
    /// Every territory that claimed it.
    pub claims: Vec<ClaimDoc>,
    /// The winners; the first holds the record.
    pub winners: Vec<Arc<str>>,
    /// The criteria of `overlap` at work.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub steps: Vec<StepDoc>,
    /// Whether a tie was left to a person.
    pub tied: bool,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimDoc {
    /// The territory.
    pub territory: Arc<str>,
    /// Line of the table's row.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u64>,
    /// What became of the claim.
    pub standing: StandingDoc,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StandingDoc {
    /// It won; 1 is the first winner.
    Won(u32),
    /// This deeper territory of the same tree claims too.
    Deeper(Arc<str>),
    /// Nobody active owns it.
    Unstaffed,
    /// It lost at this step, from 0.
    Lost(usize),
    /// It was tied to the end.
    Tied,
}

/// One criterion at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDoc {
    /// Its position in `overlap`, from 0; none for the closing name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub criterion: Option<usize>,
    /// The claims compared, each with its value in words.
    pub compared: Vec<(Arc<str>, String)>,
    /// Those left.
    pub left: Vec<Arc<str>>,
}

/// One rule that applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialDoc {
    /// The rule, or `otherwise`.
    pub rule: Arc<str>,
    /// Its targets tried; the last took the record if any did.
    pub attempts: Vec<AttemptDoc>,
}

/// One target tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptDoc {
    /// Its position, from 0.
    pub target: usize,
    /// What came of it.
    pub result: ResultDoc,
    /// Everybody else considered, by why they were passed over.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub passed_over: Vec<PassedDoc>,
    /// The turn pointers before, in teams that pick in turn.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub pointers: BTreeMap<Arc<str>, String>,
}

/// What came of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultDoc {
    /// It took the record.
    Taken {
        /// `rep`, `queue` or `nobody`.
        kind: Arc<str>,
        /// Who.
        assignee: Option<Arc<str>>,
        /// The team that gave it.
        team: Option<Arc<str>>,
    },
    /// Nobody of those considered could.
    NobodyEligible,
    /// It led to nobody.
    LedNowhere(String),
}

/// Those passed over for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedDoc {
    /// Why.
    pub why: PassedOverDoc,
    /// The reps, in key order.
    pub reps: Vec<Arc<str>>,
}

/// Why somebody was passed over; see [`PassedOver`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the reason they write down")]
pub enum PassedOverDoc {
    NotInRoster,
    Inactive,
    Away { until: Timestamp, reason: Option<Arc<str>> },
    OffHours { opens: Option<Timestamp> },
    NoCalendar,
    Full { limit: usize, counted: u64 },
    Rejected,
    NoWeight,
    Condition { members: Option<usize>, answer: Arc<str> },
    Behind { criterion: Option<usize>, value: String, best: String },
}

/// One person added by an overlay, or the attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedDoc {
    /// The overlay.
    pub overlay: Arc<str>,
    /// The role.
    pub role: Arc<str>,
    /// Who, in words; none when nobody could.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assignee: Option<String>,
    /// The targets tried.
    pub attempts: Vec<AttemptDoc>,
}

/// One ledger of credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerDoc {
    /// The plan.
    pub plan: Arc<str>,
    /// The ledger.
    pub ledger: Arc<str>,
    /// The shares, `rest` last.
    pub parts: Vec<PartDoc>,
    /// The totals by taker.
    pub totals: Vec<TotalDoc>,
    /// The amount split.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<String>,
}

/// One share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartDoc {
    /// The role.
    pub role: Arc<str>,
    /// In percent, exact.
    pub percent: String,
    /// Who takes it, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub taker: Option<String>,
    /// Whether it is the rest.
    pub rest: bool,
}

/// What one taker gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalDoc {
    /// Who, in words.
    pub taker: String,
    /// In percent, exact.
    pub percent: String,
    /// Of the amount.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<String>,
}

/// When somebody must have responded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDoc {
    /// The moment.
    pub at: Timestamp,
    /// The calendar whose working time was counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub calendar: Option<Arc<str>>,
    /// When counting began.
    pub from: Timestamp,
}

/// Gives things of a book the names they are written down by.
pub(super) struct Names<'a>(pub &'a Rulebook);

impl Names<'_> {
    fn of<T>(all: &[T], index: usize, name: impl Fn(&T) -> &Arc<str>) -> Arc<str> {
        // Every id of a decision is of the book that decided.
        all.get(index).map_or_else(|| "".into(), |item| name(item).clone())
    }

    fn territory(&self, id: TerritoryId) -> Arc<str> {
        Self::of(&self.0.territories, id.index(), |t| &t.name.text)
    }

    fn team(&self, id: TeamId) -> Arc<str> {
        Self::of(&self.0.teams, id.index(), |t| &t.name.text)
    }

    pub fn rule(&self, decider: Decider) -> Arc<str> {
        match decider {
            Decider::Rule(id) => Self::of(&self.0.rules, id.index(), |r| &r.name.text),
            Decider::Otherwise => "otherwise".into(),
        }
    }

    pub fn outcome(&self, decision: &Decision) -> OutcomeDoc {
        let outcome = &decision.outcome;
        let (kind, assignee) = assignee(&outcome.assignee);
        OutcomeDoc { kind, assignee, team: outcome.team.map(|t| self.team(t)), rule: outcome.by.map(|by| self.rule(by)) }
    }

    pub fn placement(&self, placement: &Placement) -> PlacementDoc {
        let names = |ids: &[TerritoryId]| ids.iter().map(|id| self.territory(*id)).collect();
        let standing = |standing: &Standing| match standing {
            Standing::Won(rank) => StandingDoc::Won(*rank),
            Standing::Deeper(id) => StandingDoc::Deeper(self.territory(*id)),
            Standing::Unstaffed => StandingDoc::Unstaffed,
            Standing::Lost(step) => StandingDoc::Lost(*step),
            Standing::Tied => StandingDoc::Tied,
        };
        let claims = placement.claims.iter();
        let claims = claims.map(|c| ClaimDoc { territory: self.territory(c.territory), row: c.row, standing: standing(&c.standing) });
        let steps = placement.steps.iter().map(|step| StepDoc {
            criterion: step.criterion,
            compared: step.compared.iter().map(|(id, words)| (self.territory(*id), words.clone())).collect(),
            left: names(&step.left),
        });
        PlacementDoc { claims: claims.collect(), winners: names(&placement.winners), steps: steps.collect(), tied: placement.tied }
    }

    pub fn trial(&self, trial: &Trial) -> TrialDoc {
        TrialDoc { rule: self.rule(trial.decider), attempts: self.attempts(&trial.attempts) }
    }

    fn attempts(&self, attempts: &[Attempt]) -> Vec<AttemptDoc> {
        attempts.iter().map(|attempt| self.attempt(attempt)).collect()
    }

    fn attempt(&self, attempt: &Attempt) -> AttemptDoc {
        let result = match &attempt.result {
            AttemptResult::Taken(who, team) => {
                let (kind, assignee) = assignee(who);
                ResultDoc::Taken { kind, assignee, team: team.map(|t| self.team(t)) }
            }
            AttemptResult::NobodyEligible => ResultDoc::NobodyEligible,
            AttemptResult::LedNowhere(why) => ResultDoc::LedNowhere(why.clone()),
        };
        // Hundreds may be passed over for one reason, so each reason is written once.
        let mut passed: Vec<PassedDoc> = Vec::new();
        let mut last: Option<(&PassedOver, usize)> = None;
        let mut pointers = BTreeMap::new();
        for candidate in &attempt.candidates {
            if let Some(pointer) = &candidate.pointer {
                pointers.insert(candidate.rep.clone(), pointer.to_string());
            }
            let Some(reason) = &candidate.passed_over else { continue };
            let position = match last.filter(|(before, _)| *before == reason) {
                Some((_, position)) => position,
                None => {
                    let why = passed_over(reason);
                    passed.iter().position(|p| p.why == why).unwrap_or_else(|| {
                        passed.push(PassedDoc { why, reps: Vec::new() });
                        passed.len() - 1
                    })
                }
            };
            last = Some((reason, position));
            if let Some(group) = passed.get_mut(position) {
                group.reps.push(candidate.rep.clone());
            }
        }
        AttemptDoc { target: attempt.target, result, passed_over: passed, pointers }
    }

    pub fn added(&self, added: &Added) -> AddedDoc {
        AddedDoc {
            overlay: Self::of(&self.0.overlays, added.overlay.index(), |o| &o.name.text),
            role: added.role.clone(),
            assignee: added.assignee.as_ref().map(ToString::to_string),
            attempts: self.attempts(&added.attempts),
        }
    }

    pub fn ledger(&self, split: &LedgerSplit) -> LedgerDoc {
        let amount = |amount: Option<rust_decimal::Decimal>| amount.map(|a| a.to_string());
        let parts = split.parts.iter().map(|part| PartDoc {
            role: part.role.clone(),
            percent: part.percent.to_string(),
            taker: part.taker.as_ref().map(Taker::to_string),
            rest: part.rest,
        });
        let totals = split.totals.iter();
        let totals = totals.map(|t| TotalDoc { taker: t.taker.to_string(), percent: t.percent.to_string(), amount: amount(t.amount) });
        LedgerDoc {
            plan: Self::of(&self.0.credits, split.credit.index(), |c| &c.name.text),
            ledger: split.ledger.clone(),
            parts: parts.collect(),
            totals: totals.collect(),
            amount: amount(split.amount),
        }
    }

    pub fn due(&self, due: &Due) -> DueDoc {
        let calendar = due.calendar.map(|id| Self::of(&self.0.calendars, id.index(), |c| &c.name.text));
        DueDoc { at: due.at, calendar, from: due.from }
    }
}

pub(super) fn matching(matching: &Matching) -> MatchingDoc {
    let lines = matching.lines.iter();
    let lines = lines.map(|l| MatchLineDoc { found: l.found.clone(), count: l.count, missing: l.missing.clone() });
    MatchingDoc { found: matching.found.clone(), given: matching.given, lines: lines.collect() }
}

fn assignee(assignee: &Assignee) -> (Arc<str>, Option<Arc<str>>) {
    match assignee {
        Assignee::Rep(rep) => ("rep".into(), Some(rep.clone())),
        Assignee::Queue(queue) => ("queue".into(), Some(queue.clone())),
        Assignee::Nobody => ("nobody".into(), None),
    }
}

fn passed_over(reason: &PassedOver) -> PassedOverDoc {
    match reason.clone() {
        PassedOver::NotInRoster => PassedOverDoc::NotInRoster,
        PassedOver::Inactive => PassedOverDoc::Inactive,
        PassedOver::Away { until, reason } => PassedOverDoc::Away { until, reason },
        PassedOver::OffHours { opens } => PassedOverDoc::OffHours { opens },
        PassedOver::NoCalendar => PassedOverDoc::NoCalendar,
        PassedOver::Full { limit, counted } => PassedOverDoc::Full { limit, counted },
        PassedOver::Rejected => PassedOverDoc::Rejected,
        PassedOver::NoWeight => PassedOverDoc::NoWeight,
        PassedOver::Condition { members, answer } => {
            let answer = match answer {
                Answer::Yes => "yes",
                Answer::No => "no",
                Answer::CannotTell => "cannot-tell",
            };
            PassedOverDoc::Condition { members, answer: answer.into() }
        }
        PassedOver::Behind { criterion, value, best } => PassedOverDoc::Behind { criterion, value, best },
    }
}

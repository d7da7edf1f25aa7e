//! The decision: what was decided, and a compact trace of why, complete enough to explain and to replay it.
//!
//! Conditions are not recorded here: they depend only on the record, the book and the clock, so `explain` walks them
//! again. What depends on state (turns, counts, absences at that moment) is recorded, because state moves on.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use num_rational::BigRational;

use crate::model::{Answer, CreditId, OverlayId, Record, RuleId, TeamId, TerritoryId};
use crate::state::Change;

/// Holds one decision about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The record, with the reference field filled by matching.
    pub record: Record,
    /// The moment it was decided for: the arrival, or the time asked for.
    pub at: Timestamp,
    /// How it was matched; none when the book matches no such record.
    pub matching: Option<Matching>,
    /// Where it was placed.
    pub placement: Placement,
    /// The rules whose condition was yes, in the order tried; the last one took the record if any did.
    pub trials: Vec<Trial>,
    /// Rules of the deciding rule's priority that also apply: the book should say which goes first.
    pub also: Vec<RuleId>,
    /// What became of it.
    pub outcome: Outcome,
    /// People added by overlays, in name order of the overlays.
    pub added: Vec<Added>,
    /// Credits, one per ledger.
    pub credits: Vec<LedgerSplit>,
    /// When somebody must have responded.
    pub due: Option<Due>,
    /// What the decision changes.
    pub changes: Vec<Change>,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Who decided it; none when no rule of the book is for such records (accounts are then only placed).
    pub by: Option<Decider>,
    /// Who has it now.
    pub assignee: Assignee,
    /// The team it was picked from.
    pub team: Option<TeamId>,
}

/// Says which rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decider {
    /// A rule.
    Rule(RuleId),
    /// The last resort.
    Otherwise,
}

/// Who has a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assignee {
    /// A rep by key.
    Rep(Arc<str>),
    /// A queue by name.
    Queue(Arc<str>),
    /// Nobody: the record was only placed.
    Nobody,
}

impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rep(rep) => f.write_str(rep),
            Self::Queue(queue) => write!(f, "queue {queue}"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

/// How a record was matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// The key found or given.
    pub found: Option<Arc<str>>,
    /// Whether the data already named it, so that nothing was looked up.
    pub given: bool,
    /// The lines tried, in order; the last found exactly one if anything was found.
    pub lines: Vec<MatchTrial>,
}

/// What one line of `match` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchTrial {
    /// The keys found, sorted, at most ten.
    pub found: Vec<Arc<str>>,
    /// How many there are in all; two or more is a tie, reported and not guessed.
    pub count: usize,
    /// The fields that were missing, as written.
    pub missing: Vec<Arc<str>>,
}

/// Where a record was placed and how overlaps were settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Every territory whose own and inherited conditions are yes, by name, with what became of the claim.
    pub claims: Vec<Claim>,
    /// The winners, the first holding the record.
    pub winners: Vec<TerritoryId>,
    /// The criteria of `overlap` used, in order, with the claims left after each; the last step names the winner.
    pub steps: Vec<SettleStep>,
    /// Whether a tie was left to a person (`or nobody`).
    pub tied: bool,
}

impl Placement {
    /// Returns the territory that holds the record.
    #[must_use]
    pub fn territory(&self) -> Option<TerritoryId> {
        self.winners.first().copied()
    }
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The territory.
    pub territory: TerritoryId,
    /// Line of the table's row, for territories from a table.
    pub row: Option<u64>,
    /// What became of it.
    pub standing: Standing,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It won; 1 is the first winner.
    Won(u32),
    /// A deeper territory of the same tree claims too.
    Deeper(TerritoryId),
    /// Nobody active owns it.
    Unstaffed,
    /// It lost at this step of [`Placement::steps`].
    Lost(usize),
    /// It was tied to the end and left to a person.
    Tied,
}

/// One criterion at work. Positions beyond the criteria mean the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleStep {
    /// Position in the overlap's criteria; none for the closing name.
    pub criterion: Option<usize>,
    /// The claims compared, by name, each with its value in words (`priority named`, `3 attributes`, `since 2019-04-01`).
    pub compared: Vec<(TerritoryId, String)>,
    /// Those left.
    pub left: Vec<TerritoryId>,
}

/// One rule tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The rule.
    pub decider: Decider,
    /// Its targets tried, in order; the last took the record if any did.
    pub attempts: Vec<Attempt>,
}

/// One target tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Position in the chain.
    pub target: usize,
    /// What came of it.
    pub result: AttemptResult,
    /// Everybody considered, in key order.
    pub candidates: Vec<Candidate>,
}

/// What came of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    /// It took the record.
    Taken(Assignee, Option<TeamId>),
    /// Nobody of those considered could.
    NobodyEligible,
    /// The path or look-up led to nobody; says which field was missing or what was not found.
    LedNowhere(String),
}

/// One person considered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The rep's key.
    pub rep: Arc<str>,
    /// Why passed over; none for the one taken.
    pub passed_over: Option<PassedOver>,
    /// The turn pointer before this decision, in teams that pick in turn.
    pub pointer: Option<BigRational>,
}

/// Why somebody was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// No such rep in the roster.
    NotInRoster,
    /// The roster says the rep is not active, or does not say.
    Inactive,
    /// Away until then.
    Away {
        /// First instant back.
        until: Timestamp,
        /// Why.
        reason: Option<Arc<str>>,
    },
    /// Outside the working hours; opens again then.
    OffHours {
        /// Next opening.
        opens: Option<Timestamp>,
    },
    /// No calendar is known for the rep, so working hours cannot be told.
    NoCalendar,
    /// At a limit.
    Full {
        /// Position among the team's limits.
        limit: usize,
        /// What it has counted.
        counted: u64,
    },
    /// Has rejected this very record.
    Rejected,
    /// Weighs nothing in a team that gives work in turn, and so takes no turns.
    NoWeight,
    /// The member condition (or the target's `where`) is not yes.
    Condition {
        /// Position among the team's `members` lines; none for the target's own condition.
        members: Option<usize>,
        /// The answer.
        answer: Answer,
    },
    /// Somebody else came first at this criterion.
    Behind {
        /// Position in the team's `pick`; none for the closing key.
        criterion: Option<usize>,
        /// This rep's value in words.
        value: String,
        /// The best value in words.
        best: String,
    },
}

/// One person added by an overlay, or the attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The overlay.
    pub overlay: OverlayId,
    /// The role.
    pub role: Arc<str>,
    /// Who; none when nobody was eligible.
    pub assignee: Option<Assignee>,
    /// The targets tried.
    pub attempts: Vec<Attempt>,
}

/// One ledger of a decision, adding up exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerSplit {
    /// The plan.
    pub credit: CreditId,
    /// The ledger.
    pub ledger: Arc<str>,
    /// Parts in the order of the plan, `rest` last.
    pub parts: Vec<CreditPart>,
    /// Totals by taker, sorted: two roles of one person are added here.
    pub totals: Vec<CreditTotal>,
    /// The amount split, if the plan names one and the record has it.
    pub amount: Option<rust_decimal::Decimal>,
}

/// One part of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditPart {
    /// The role in words.
    pub role: Arc<str>,
    /// The share in percent.
    pub percent: BigRational,
    /// Who takes it; none when the role is unfilled and its share went to `rest`.
    pub taker: Option<Taker>,
    /// Whether it is the `rest`.
    pub rest: bool,
}

/// Who takes credit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Taker {
    /// A rep by key.
    Rep(Arc<str>),
    /// A team, in its own name.
    Team(Arc<str>),
    /// A queue holds it until somebody takes the record.
    Queue(Arc<str>),
}

impl fmt::Display for Taker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rep(rep) => f.write_str(rep),
            Self::Team(team) => write!(f, "team {team}"),
            Self::Queue(queue) => write!(f, "queue {queue}"),
        }
    }
}

/// What one taker gets of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditTotal {
    /// Who.
    pub taker: Taker,
    /// Percent, exact.
    pub percent: BigRational,
    /// Cents by largest remainder (Hamilton 1792), the leftover cent to the `rest` taker first.
    pub amount: Option<rust_decimal::Decimal>,
}

/// When somebody must have responded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The moment.
    pub at: Timestamp,
    /// The calendar whose working time was counted; none means every hour counts.
    pub calendar: Option<crate::model::CalendarId>,
    /// When counting began: the decision, or the next opening.
    pub from: Timestamp,
}

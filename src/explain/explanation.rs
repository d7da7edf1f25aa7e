//! The shape of an explanation: what `turf why --format json` prints. Documented in `docs/decision-record.md`.

use serde::Serialize;

use crate::reach::SmallestChange;

/// The name and version of the shape; keys are only added within a version.
pub const FORMAT: &str = "turf-explanation/1";

/// Holds all there is to say about one decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The book.
    pub book: BookRef,
    /// The record.
    pub record: RecordRef,
    /// The moment it was decided for, in the project's zone, RFC 3339 with offset.
    pub decided_at: String,
    /// What became of it.
    pub outcome: OutcomeWords,
    /// How it was matched.
    pub matching: Option<MatchingWords>,
    /// Where it was placed.
    pub territories: Territories,
    /// Rules that were considered and did not decide, in the order considered.
    pub passed: Vec<PassedRule>,
    /// Rules of the deciding rule's priority that also apply.
    pub also: Vec<RuleRef>,
    /// Overlays of the book for such records.
    pub overlays: Vec<OverlayWords>,
    /// Credits, one for each ledger.
    pub credits: Vec<CreditWords>,
    /// The clock.
    pub clock: Option<ClockWords>,
    /// Where it was recorded; none when it was decided just now.
    pub recorded: Option<RecordedRef>,
}

/// Says where a decision was recorded, and what was told since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedRef {
    /// The number of the entry.
    pub entry: u64,
    /// When it was recorded.
    pub at: String,
    /// The entry that decided the record before.
    pub former: Option<u64>,
    /// The entry that decided the record last, if that is another.
    pub later: Option<u64>,
    /// The beginning of the digest of the book that decided.
    pub book: String,
    /// Whether that is the book of today.
    pub book_today: bool,
    /// What was told about the record since, in order.
    pub since: Vec<String>,
}

/// Names the book a decision was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookRef {
    /// Its name.
    pub name: String,
    /// SHA-256 of its sources and reference data.
    pub digest: String,
}

/// Names the record that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordRef {
    /// Its type: `lead`.
    pub kind: String,
    /// Its key.
    pub id: String,
    /// Where it was read, `file:line`.
    pub place: String,
    /// Its fields in the order declared; private ones are hidden, missing ones have no value.
    pub fields: Vec<FieldWords>,
}

/// One field of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldWords {
    /// Its name.
    pub name: String,
    /// Its value as shown to people; none when missing.
    pub value: Option<String>,
    /// Whether the value is hidden because the field is private.
    pub private: bool,
}

/// Names a rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRef {
    /// Its name, or `otherwise`.
    pub name: String,
    /// Its priority; none for `otherwise`.
    pub priority: Option<String>,
    /// `file:line`.
    pub place: String,
    /// The human reason.
    pub because: Option<String>,
}

/// What became of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeWords {
    /// `rep`, `queue` or `nobody`.
    pub kind: &'static str,
    /// The rep's key or the queue's name.
    pub assignee: Option<String>,
    /// The team it was picked from.
    pub team: Option<String>,
    /// The rule that decided.
    pub rule: Option<RuleRef>,
    /// The rule's condition with its answers; none for `otherwise`.
    pub condition: Option<Tree>,
    /// The targets of the rule, tried in order.
    pub targets: Vec<TargetWords>,
}

/// A condition, or part of one, with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// As written; `all of`, `one of` or `not` for parts that join others.
    pub text: String,
    /// `file:line`.
    pub place: String,
    /// `yes`, `no` or `cannot tell`.
    pub answer: &'static str,
    /// The record's value, and the other side's where fields are compared.
    pub value: Option<String>,
    /// What was missing, when it cannot be told.
    pub missing: Option<String>,
    /// The parts.
    pub parts: Vec<Tree>,
}

/// One target of a rule and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetWords {
    /// As written.
    pub text: String,
    /// `file:line`.
    pub place: String,
    /// Whether it took the record.
    pub taken: bool,
    /// What came of it, in words.
    pub result: String,
    /// Everybody considered.
    pub candidates: Vec<CandidateWords>,
}

/// One person considered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateWords {
    /// The rep's key.
    pub rep: String,
    /// Whether they were taken.
    pub taken: bool,
    /// Why they were passed over; how they were chosen when taken.
    pub reason: String,
    /// Turns taken before this decision, each divided by the weight, as an exact number or fraction.
    pub turns: Option<String>,
}

/// A rule that did not decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassedRule {
    /// The rule.
    pub rule: RuleRef,
    /// The first thing that failed, in words.
    pub failed: String,
    /// The part of the condition that failed, if it was the condition.
    pub condition: Option<Tree>,
    /// The targets tried, if it applied and nobody could take the record.
    pub targets: Vec<TargetWords>,
}

/// How the record was matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchingWords {
    /// The type matched to.
    pub to: String,
    /// The key found.
    pub found: Option<String>,
    /// Each line tried and what it found, in words.
    pub lines: Vec<String>,
}

/// Where the record was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Territories {
    /// The winners, the first holding the record.
    pub winners: Vec<String>,
    /// Every territory that claims the record.
    pub claims: Vec<ClaimWords>,
    /// How the overlap was settled, step by step.
    pub steps: Vec<String>,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimWords {
    /// The territory.
    pub territory: String,
    /// `file:line`, for a row of a table the row.
    pub place: String,
    /// Its owner.
    pub owner: Option<String>,
    /// What became of the claim, in words.
    pub standing: String,
    /// Its own condition with its answers; none for rows of tables.
    pub condition: Option<Tree>,
}

/// One overlay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OverlayWords {
    /// Its name.
    pub name: String,
    /// `file:line`.
    pub place: String,
    /// Whether it applies.
    pub applies: bool,
    /// The first thing that failed, when it does not.
    pub failed: Option<String>,
    /// Whom it added, as `role: rep`, or why nobody.
    pub added: Vec<String>,
}

/// One ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreditWords {
    /// The plan.
    pub plan: String,
    /// `file:line`.
    pub place: String,
    /// The ledger.
    pub ledger: String,
    /// Each part in words.
    pub parts: Vec<String>,
    /// `60% + 40% = 100%`
    pub arithmetic: String,
    /// What each taker gets.
    pub totals: Vec<TotalWords>,
}

/// What one taker gets of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TotalWords {
    /// Who.
    pub taker: String,
    /// Percent, as an exact number or fraction.
    pub percent: String,
    /// The amount in cents' precision.
    pub amount: Option<String>,
}

/// When somebody must have responded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockWords {
    /// The moment, in the zone of the calendar.
    pub due: String,
    /// How it was counted, in words.
    pub counted: String,
}

/// The answer to `--not NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhyNot {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The name asked about.
    pub name: String,
    /// `rep`, `rule`, `team`, `queue` or `territory`.
    pub kind: &'static str,
    /// Whether it did get the record.
    pub got_it: bool,
    /// The answer in one sentence.
    pub answer: String,
    /// Every path that could have led there, and the first thing that failed on each.
    pub paths: Vec<PathWords>,
    /// The smallest change that would have led there, as decided by the evaluator; none when it did get there, or when none
    /// was found.
    pub change: Option<SmallestChange>,
    /// Why there is no change: `proved` when nothing at all leads there, `not-found` when the search found none.
    pub no_change: Option<&'static str>,
    /// What was changed in a search that found nothing, in words.
    pub searched: Vec<String>,
}

/// One path that could have led to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathWords {
    /// The path in words: ``rule `health`, team experts``.
    pub path: String,
    /// `file:line`.
    pub place: String,
    /// The first thing that failed, in words.
    pub failed: String,
    /// The part of the condition that failed, if it was a condition.
    pub condition: Option<Tree>,
}

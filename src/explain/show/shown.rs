//! The value that `turf show` prints, as text or JSON; documented in `docs/output.md`.

use serde::Serialize;

/// Names the shape of the JSON and its version.
pub const SHOWN_FORMAT: &str = "turf-shown/1";

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShownKind {
    /// A territory, written or from a table.
    Territory,
    /// A segment.
    Segment,
    /// A rule.
    Rule,
    /// A team.
    Team,
    /// A derived field.
    Class,
}

impl ShownKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Territory, Self::Segment, Self::Rule, Self::Team, Self::Class];

    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Territory => "territory",
            Self::Segment => "segment",
            Self::Rule => "rule",
            Self::Team => "team",
            Self::Class => "class",
        }
    }
}

/// One thing of a book with all that it inherits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Always [`SHOWN_FORMAT`].
    pub format: &'static str,
    /// What it is.
    pub kind: ShownKind,
    /// Its name.
    pub name: String,
    /// Where it is declared, `file:line`.
    pub place: String,
    /// The human reason.
    pub because: Option<String>,
    /// What there is to say of this kind.
    #[serde(flatten)]
    pub what: Details,
    /// The segments its conditions use, each once, those that a segment uses after it.
    pub segments: Vec<SegmentUsed>,
}

/// What there is to say, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Details {
    /// Of a territory.
    Territory(TerritoryShown),
    /// Of a segment.
    Segment(SegmentShown),
    /// Of a class.
    Class(ClassShown),
    /// Of a rule.
    Rule(RuleShown),
    /// Of a team.
    Team(TeamShown),
}

/// A condition and the records it reads so for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConditionShown {
    /// The records, by name.
    pub records: Vec<String>,
    /// The condition; `always` when there is none.
    pub text: String,
}

/// A segment that a condition uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SegmentUsed {
    /// Its name.
    pub name: String,
    /// The records it is asked of.
    pub records: Vec<String>,
    /// Its condition for these records.
    pub condition: String,
    /// `file:line`.
    pub place: String,
    /// 0 when the thing shown uses it, 1 when such a segment does, and so on.
    pub depth: usize,
}

/// A territory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TerritoryShown {
    /// The territories from the root of its tree down to itself. All their conditions must be yes.
    pub levels: Vec<LevelShown>,
    /// The days on which all of them are in force.
    pub dates: DatesShown,
    /// Its own priority, or the nearest above it.
    pub priority: Option<PriorityShown>,
    /// Who owns it, as in a rule file; owners are never inherited.
    pub owner: Option<String>,
    /// How many territories lie inside it, at any depth.
    pub inside: usize,
}

/// One territory on the way from the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelShown {
    /// Its name.
    pub name: String,
    /// `file:line`.
    pub place: String,
    /// Its own conditions; empty when it is for none of the records asked about, or made of rows of a table.
    pub conditions: Vec<ConditionShown>,
    /// The rows of a table that make it up.
    pub rows: Option<RowsShown>,
    /// Its own days in force.
    pub dates: Option<String>,
}

/// The rows of a table that make up a territory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowsShown {
    /// The file.
    pub file: String,
    /// How many rows.
    pub count: usize,
    /// How fields are compared with columns: `postal starts with zip`.
    pub compared: Vec<String>,
    /// The first keys in order, one cell for each comparison.
    pub keys: Vec<Vec<String>>,
}

/// Days in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatesShown {
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub through: Option<String>,
    /// Whether there is no such day, because the levels are in force at different times.
    pub never: bool,
}

/// A priority and the territory it is written in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriorityShown {
    /// As written.
    pub name: String,
    /// The territory.
    pub from: String,
    /// Where that is declared, `file:line`.
    pub place: String,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SegmentShown {
    /// Its condition for each record it fits.
    pub conditions: Vec<ConditionShown>,
}

/// A derived field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassShown {
    /// The record that has it.
    pub record: String,
    /// Its lines; the first that holds gives the value.
    pub lines: Vec<ClassLineShown>,
}

/// One line of a derived field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassLineShown {
    /// The value it gives.
    pub value: String,
    /// Its condition; none for `otherwise`.
    pub condition: Option<String>,
    /// Its days in force.
    pub dates: Option<String>,
    /// `file:line`.
    pub place: String,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleShown {
    /// The record it is for.
    pub record: String,
    /// Its condition.
    pub condition: String,
    /// Its days in force.
    pub dates: Option<String>,
    /// Its priority.
    pub priority: String,
    /// Its targets in order.
    pub targets: Vec<String>,
    /// Its credit plan.
    pub credit: Option<CreditShown>,
    /// How soon somebody must respond.
    pub respond: Option<String>,
}

/// A credit plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreditShown {
    /// Its name.
    pub name: String,
    /// `file:line`.
    pub place: String,
    /// Its ledgers.
    pub ledgers: Vec<String>,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamShown {
    /// The `members` lines.
    pub members: Vec<String>,
    /// The criteria of `pick` in order; the rep's key comes last.
    pub pick: Vec<String>,
    /// The field that weighs turns.
    pub weight: Option<String>,
    /// The limits of each member.
    pub limits: Vec<String>,
    /// Which events from outside count for turns.
    pub counts: Option<String>,
    /// Whether members get work only inside their working hours.
    pub working_hours_only: bool,
    /// The moment for which the roster was looked at.
    pub at: String,
    /// Everybody named, and everybody else who can be a member, by key.
    pub roster: Vec<RosterShown>,
    /// How many others of the roster are not active or fit no `members` line.
    pub others: usize,
}

/// One rep and a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RosterShown {
    /// The rep's key.
    pub rep: String,
    /// Whether the team can give this rep a record now.
    pub can_take: bool,
    /// Why not, or on what it depends.
    pub reason: Option<String>,
}

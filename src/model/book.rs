//! The rulebook: every construct with all names resolved, each list sorted by name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{Condition, CreditId, FieldId, FieldPath, Period, RecordId, Schema, TeamId, TerritoryId};
use crate::text::{Name, Span};

/// Holds everything the rules of a book say. Positions in the lists are the ids.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// The book's name from `turf.toml`.
    pub name: Arc<str>,
    /// The project's time zone.
    pub zone: TimeZone,
    /// The declared records.
    pub schema: Schema,
    /// The record named `rep`.
    pub rep: Option<RepRecord>,
    /// Matching of one record to another, by the record that is matched.
    pub matches: BTreeMap<RecordId, Match>,
    /// Lists.
    pub lists: Vec<List>,
    /// Calendars.
    pub calendars: Vec<Calendar>,
    /// Segments.
    pub segments: Vec<Segment>,
    /// Derived fields.
    pub classes: Vec<Class>,
    /// Priority names, first considered first; empty when numbers are used.
    pub priorities: Vec<Name>,
    /// Declared queues, sorted.
    pub queues: Vec<Name>,
    /// Territories, written ones and rows of tables alike.
    pub territories: Vec<Territory>,
    /// Look-up tables of territories.
    pub tables: Vec<TerritoryTable>,
    /// How overlaps are settled.
    pub overlap: Option<Overlap>,
    /// Teams.
    pub teams: Vec<Team>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// The last resort, by the record it is for.
    pub otherwise: BTreeMap<RecordId, Otherwise>,
    /// Overlays.
    pub overlays: Vec<Overlay>,
    /// Credit plans.
    pub credits: Vec<Credit>,
    /// What the test blocks name.
    pub tested: Tested,
}

/// Holds what the test blocks of a book name, because naming it there is using it.
#[derive(Clone, Debug, Default)]
pub struct Tested {
    /// Teams of `expect team`.
    pub teams: BTreeSet<TeamId>,
    /// Queues of `expect queue`.
    pub queues: BTreeSet<Arc<str>>,
    /// Calendars given as values of fields.
    pub calendars: BTreeSet<Arc<str>>,
}

/// Names the fields of `record rep` that turf itself reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepRecord {
    /// The record type.
    pub record: RecordId,
    /// `active: yes/no`
    pub active: FieldId,
    /// `since: date`, the beginning of the tenure.
    pub since: Option<FieldId>,
    /// The field of type `calendar`.
    pub calendar: Option<FieldId>,
}

/// `match lead to account`: the first line that finds exactly one fills the field.
#[derive(Clone, Debug)]
pub struct Match {
    /// The record that is matched.
    pub from: RecordId,
    /// The record it is matched to.
    pub to: RecordId,
    /// The reference field that receives the key, unless the data already fill it.
    pub field: FieldId,
    /// The lines in the order written.
    pub lines: Vec<MatchLine>,
    /// Where it is written.
    pub span: Span,
}

/// One way to match: all pairs must be equal and present.
#[derive(Clone, Debug)]
pub struct MatchLine {
    /// Left side on the record, right side a field of the record matched to.
    pub pairs: Vec<(FieldPath, FieldId)>,
    /// Where it is written.
    pub span: Span,
}

/// A list of values, as text; each use reads them as the type of the field it meets.
#[derive(Clone, Debug)]
pub struct List {
    /// The name.
    pub name: Name,
    /// The values in the order written or read.
    pub values: Arc<[Arc<str>]>,
    /// The file and column, when it comes from a file.
    pub file: Option<(Arc<str>, Arc<str>)>,
    /// Where it is declared.
    pub span: Span,
}

/// Working hours in a time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The name.
    pub name: Name,
    /// The time zone.
    pub zone: TimeZone,
    /// Opening spans per weekday, Monday first, sorted, not overlapping; the end is exclusive, midnight is `24:00` held as the day's last nanosecond.
    pub open: [Vec<(Time, Time)>; 7],
    /// Days on which it is closed, sorted.
    pub closed: Vec<Date>,
    /// Where it is declared.
    pub span: Span,
}

impl Calendar {
    /// Returns the opening spans of a day; none on a closed day.
    #[must_use]
    pub fn spans(&self, day: Date) -> &[(Time, Time)] {
        if self.closed.binary_search(&day).is_ok() {
            return &[];
        }
        let weekday: Weekday = day.weekday();
        let index = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0);
        self.open.get(index).map_or(&[], Vec::as_slice)
    }
}

/// A named condition; resolved once for each record that has the fields it names.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The name.
    pub name: Name,
    /// The condition for each record it fits.
    pub conditions: BTreeMap<RecordId, Condition>,
    /// The human reason.
    pub because: Option<Arc<str>>,
    /// Where it is declared.
    pub span: Span,
}

/// A derived field: the first line whose condition is yes gives the value.
#[derive(Clone, Debug)]
pub struct Class {
    /// The name.
    pub name: Name,
    /// The record that has it.
    pub record: RecordId,
    /// The lines in the order written.
    pub lines: Vec<ClassLine>,
    /// Where it is declared.
    pub span: Span,
}

/// One value of a derived field.
#[derive(Clone, Debug)]
pub struct ClassLine {
    /// The value.
    pub value: Name,
    /// Its condition; `otherwise` has none.
    pub when: Option<Condition>,
    /// When the line is in force.
    pub dates: Dates,
    /// Where it is written.
    pub span: Span,
}

/// A stretch of days, both included, in the project's zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// First day in force.
    pub from: Option<Date>,
    /// Last day in force.
    pub through: Option<Date>,
    /// Where it is written.
    pub span: Option<Span>,
}

impl Dates {
    /// Returns whether the day lies inside.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|f| f <= day) && self.through.is_none_or(|t| day <= t)
    }
}

/// A priority: lower is considered first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority {
    /// Position in `priorities`, or the number written.
    pub rank: u32,
    /// As written.
    pub name: Arc<str>,
}

/// A territory. Conditions, dates and priority are inherited; people never are.
#[derive(Clone, Debug)]
pub struct Territory {
    /// The name.
    pub name: Name,
    /// The territory it lies in.
    pub parent: Option<TerritoryId>,
    /// Distance from the root of its tree: 0 for a root.
    pub depth: u32,
    /// The root of its tree (itself for a root).
    pub root: TerritoryId,
    /// Its own or the nearest inherited priority.
    pub priority: Option<Priority>,
    /// The territory whose priority that is: itself, or one it lies in.
    pub priority_from: Option<TerritoryId>,
    /// Its own condition, for each record it fits. Table rows have none here; see [`Territory::row`].
    pub conditions: BTreeMap<RecordId, Condition>,
    /// The number of different fields used by its own and inherited conditions: how specific it is.
    pub attributes: u32,
    /// Its own dates.
    pub dates: Dates,
    /// Who owns it.
    pub owner: Option<Owner>,
    /// The table it comes from and the lines of its rows there.
    pub row: Option<TableRows>,
    /// The human reason.
    pub because: Option<Arc<str>>,
    /// Where it is declared; the table's item for rows.
    pub span: Span,
}

/// Says which rows of a table make up a territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    /// Position in [`Rulebook::tables`].
    pub table: usize,
    /// How many rows.
    pub count: u32,
}

/// Who owns a territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A rep by key.
    Rep(Name),
    /// A team.
    Team(TeamId, Span),
}

/// Territories looked up in a table by the values of a few fields.
#[derive(Clone, Debug)]
pub struct TerritoryTable {
    /// The file as written in the book.
    pub file: Arc<str>,
    /// The columns compared, for each record that has the fields.
    pub matches: BTreeMap<RecordId, Vec<TableMatch>>,
    /// Rows by their cells in the order of `matches`; each with the territories and the line of the first such row.
    pub rows: BTreeMap<Vec<Arc<str>>, Vec<(TerritoryId, u64)>>,
    /// Lengths of the cells of each prefix column, longest first; empty for columns compared whole.
    pub prefix_lengths: Vec<Vec<usize>>,
    /// Where it is declared.
    pub span: Span,
}

/// One column of a table and the field it is compared with.
#[derive(Clone, Debug)]
pub struct TableMatch {
    /// The field.
    pub field: FieldPath,
    /// Whether the cell is a prefix of the field's value; of the rows that fit, those with the longest prefix claim.
    pub prefix: bool,
    /// The column.
    pub column: Arc<str>,
}

/// How several claims to one record are settled.
#[derive(Clone, Debug)]
pub struct Overlap {
    /// The criteria in order; the territory's name always comes last unless `or_nobody`.
    pub criteria: Vec<OverlapCriterion>,
    /// Whether a tie after all criteria is left to a person.
    pub or_nobody: bool,
    /// How many territories may hold a record.
    pub winners: u32,
    /// Where it is declared.
    pub span: Span,
}

/// One way to settle an overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlapCriterion {
    /// The priority considered first.
    LowestPriority,
    /// The most attributes in own and inherited conditions.
    MostSpecific,
    /// The owner who has been here longest.
    LongestTenure,
    /// The highest value of the owner's field.
    Highest(FieldId),
    /// The lowest value of the owner's field.
    Lowest(FieldId),
    /// The name, in alphabetical order.
    Name,
}

/// A team: who may, and who among those.
#[derive(Clone, Debug)]
pub struct Team {
    /// The name.
    pub name: Name,
    /// Who belongs to it.
    pub members: Vec<Members>,
    /// How one is picked; the rep's key decides what is left tied.
    pub pick: Vec<Pick>,
    /// Limits of each member.
    pub limits: Vec<Limit>,
    /// Whether members get work only inside their working hours.
    pub working_hours_only: bool,
    /// The rep field that weighs turns.
    pub weight: Option<FieldId>,
    /// What people tell afterwards that counts for turns.
    pub counts: Counts,
    /// The human reason.
    pub because: Option<Arc<str>>,
    /// Where it is declared.
    pub span: Span,
}

/// Says which events from outside count for a team's turns. Taking a record always does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// A rejected record counts as a turn; otherwise the turn is given back.
    pub rejected: bool,
    /// When a record is handed over, the turn goes with it; otherwise turns stay as they were.
    pub reassigned: bool,
}

/// One `members` line.
#[derive(Clone, Debug)]
pub struct Members {
    /// Reps named, in the order written, with the weight written; empty means the whole roster.
    pub listed: Vec<(Name, Option<Decimal>)>,
    /// What a member must fulfil, for each record the team can be used for.
    pub conditions: BTreeMap<RecordId, Condition>,
    /// Where it is written.
    pub span: Span,
}

/// A criterion of `pick`, each narrowing those left.
#[derive(Clone, Debug)]
pub enum Pick {
    /// Keeps those for whom it is yes, if there are any; for each record the team can be used for.
    Prefer(BTreeMap<RecordId, Condition>, Span),
    /// Stride scheduling (Waldspurger and Weihl 1995): the lowest pointer takes the record.
    InTurn(Span),
    /// The fewest open.
    FewestOpen(Span),
    /// The lowest open / limit.
    LeastFull(Span),
    /// The most room below the tightest open limit.
    MostRoom(Span),
    /// The longest time since the team last gave them something.
    LongestWait(Span),
    /// The highest value of a rep field.
    Highest(FieldId, Span),
    /// The lowest value of a rep field.
    Lowest(FieldId, Span),
    /// The order of the `members` lines.
    AsListed(Span),
}

/// A limit on what a member may hold or receive.
#[derive(Clone, Debug)]
pub struct Limit {
    /// How many.
    pub amount: u64,
    /// What is counted.
    pub per: LimitPer,
    /// Which records count and are limited, for each record the team can be used for.
    pub conditions: BTreeMap<RecordId, Condition>,
    /// Where it is written.
    pub span: Span,
}

pub use crate::syntax::tree::LimitPer;

/// A routing rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The name.
    pub name: Name,
    /// The record it is for.
    pub record: RecordId,
    /// Its priority.
    pub priority: Priority,
    /// When it applies; an empty `All` without `when`.
    pub condition: Condition,
    /// When it is in force.
    pub dates: Dates,
    /// Where the record goes.
    pub route: Vec<Target>,
    /// Who is credited.
    pub credit: Option<CreditId>,
    /// How soon somebody must respond, in working time.
    pub respond: Option<Period>,
    /// The human reason.
    pub because: Option<Arc<str>>,
    /// Where it is declared.
    pub span: Span,
}

/// What happens when no rule takes a record.
#[derive(Clone, Debug)]
pub struct Otherwise {
    /// The record it is for.
    pub record: RecordId,
    /// Where the record goes; the last target is a queue, which always accepts.
    pub route: Vec<Target>,
    /// Who is credited.
    pub credit: Option<CreditId>,
    /// How soon somebody must respond.
    pub respond: Option<Period>,
    /// The human reason.
    pub because: Option<Arc<str>>,
    /// Where it is declared.
    pub span: Span,
}

/// One target of a chain.
#[derive(Clone, Debug)]
pub struct Target {
    /// Who or what.
    pub kind: TargetKind,
    /// Whether a person must not be away.
    pub if_available: bool,
    /// Whether a person must also be inside their working hours.
    pub if_at_work: bool,
    /// What must hold of the candidate and the record.
    pub condition: Option<Condition>,
    /// Where it is written.
    pub span: Span,
}

/// The kinds of target.
#[derive(Clone, Debug)]
pub enum TargetKind {
    /// A rep by key.
    Rep(Name),
    /// Somebody of a team.
    Team(TeamId),
    /// A queue by name; always accepts.
    Queue(Arc<str>),
    /// The owner of the territory the record was placed in.
    TerritoryOwner,
    /// A path to a rep: `account.owner`; `owner of account` means the same.
    Path(FieldPath),
    /// Who was given the last record with the same value.
    PreviousRep {
        /// The value to look up.
        by: FieldPath,
        /// How far back.
        within: Period,
    },
    /// Whoever the record already has in its `owner` field.
    LeaveAsIs(FieldPath),
    /// The rep a path leads to, for as long as a lock or a minimum tenure lasts.
    Keep(Box<Keep>),
}

impl TargetKind {
    /// Returns whether the record only stays where it is, so that no work is new.
    #[must_use]
    pub fn stays(&self) -> bool {
        match self {
            Self::LeaveAsIs(_) => true,
            Self::Keep(keep) => keep.stays,
            _ => false,
        }
    }
}

/// Somebody who keeps a record for a time.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Who.
    pub who: FieldPath,
    /// Whether that is whoever has the record itself already.
    pub stays: bool,
    /// For how long.
    pub lasts: Lasts,
}

/// How long somebody is kept.
#[derive(Clone, Debug)]
pub enum Lasts {
    /// Through that day, in the project's zone.
    Until(Date),
    /// Through the day, or up to the moment, that a field holds.
    UntilField(FieldPath),
    /// As long as what a field holds is not longer ago than the period. Days, weeks and months count whole days in the
    /// project's zone, the last one included; hours and minutes count from the moment.
    Since {
        /// For how long.
        period: Period,
        /// Since when.
        since: FieldPath,
    },
}

impl Lasts {
    /// Returns the field that tells when it began or ends.
    #[must_use]
    pub fn field(&self) -> Option<&FieldPath> {
        match self {
            Self::Until(_) => None,
            Self::UntilField(path) | Self::Since { since: path, .. } => Some(path),
        }
    }
}

/// An overlay: adds somebody in a role, never takes the record away.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// The name.
    pub name: Name,
    /// The record it is for.
    pub record: RecordId,
    /// When it applies.
    pub condition: Condition,
    /// When it is in force.
    pub dates: Dates,
    /// Whom it adds.
    pub adds: Vec<Add>,
    /// The human reason.
    pub because: Option<Arc<str>>,
    /// Where it is declared.
    pub span: Span,
}

/// One person added in a role.
#[derive(Clone, Debug)]
pub struct Add {
    /// The chain of targets.
    pub targets: Vec<Target>,
    /// The role.
    pub role: Name,
}

/// A credit plan: ledgers, each split among roles.
#[derive(Clone, Debug)]
pub struct Credit {
    /// The name.
    pub name: Name,
    /// The money field whose cents are split, for each record that has it.
    pub amount: BTreeMap<RecordId, FieldPath>,
    /// The ledgers, `revenue` first, then by name.
    pub ledgers: Vec<Ledger>,
    /// The human reason.
    pub because: Option<Arc<str>>,
    /// Where it is declared.
    pub span: Span,
}

/// One ledger of a credit plan.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The name; `revenue` must be exactly 100%.
    pub name: Name,
    /// The shares in the order written.
    pub shares: Vec<Share>,
    /// Who takes what is left.
    pub rest: Option<Role>,
    /// Where it is written.
    pub span: Span,
}

/// One share of a ledger.
#[derive(Clone, Debug)]
pub struct Share {
    /// The percentage: 25% is 25.
    pub percent: Decimal,
    /// Who takes it.
    pub role: Role,
    /// Where it is written.
    pub span: Span,
}

/// Who takes a share.
#[derive(Clone, Debug)]
pub enum Role {
    /// Whoever got the record; a queue holds the share until somebody takes the record.
    Assignee,
    /// The owner of the territory; a team holds the share in its own name.
    TerritoryOwner,
    /// A path to a rep, for each record that has it: `owner of account`.
    Path(Arc<str>, BTreeMap<RecordId, FieldPath>),
    /// A rep by key.
    Rep(Name),
    /// A rep field of the assignee: `assignee.manager`.
    OfAssignee(FieldId, Arc<str>),
    /// Whoever overlays add in that role; several share it evenly.
    Added(Arc<str>),
}

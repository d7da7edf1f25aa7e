//! The syntax tree: what the author wrote, typed, with a span on everything and nothing resolved yet.
//!
//! Names stay text here and literals stay raw, because only the model knows a field's type. Comments are kept beside
//! the tree for the formatter. Order is the order of the file; the model sorts.

#![expect(missing_docs, reason = "fields mirror the construct shown in the line above each type")]

use std::sync::Arc;

use crate::text::{FileId, Name, Span};

/// Holds one parsed file.
#[derive(Clone, Debug)]
pub struct SyntaxTree {
    /// The file this was parsed from.
    pub file: FileId,
    /// Every item that parsed, and a [`Item::Broken`] for every one that did not.
    pub items: Vec<Item>,
    /// Every comment, `#` included, in file order.
    pub comments: Vec<Span>,
}

/// Holds one top-level item.
#[derive(Clone, Debug)]
pub enum Item {
    Record(RecordItem),
    Match(MatchItem),
    List(ListItem),
    Calendar(CalendarItem),
    Segment(SegmentItem),
    Classify(ClassifyItem),
    Priorities(PrioritiesItem),
    Queues(QueuesItem),
    Territory(TerritoryItem),
    TerritoryTable(TerritoryTableItem),
    Overlap(OverlapItem),
    Team(TeamItem),
    Rule(RuleItem),
    Otherwise(OtherwiseItem),
    Overlay(OverlayItem),
    Credit(CreditItem),
    Test(TestItem),
    Broken(BrokenItem),
}

/// Stands for an item that did not parse; its name still counts as declared so that no further error follows from it.
#[derive(Clone, Debug)]
pub struct BrokenItem {
    /// The item's keyword (`rule`, `team`, ...) if it could be read.
    pub keyword: Option<Name>,
    /// The item's name if it could be read.
    pub name: Option<Name>,
    /// The whole item.
    pub span: Span,
}

/// `record lead { field: type, modifier ... }`
#[derive(Clone, Debug)]
pub struct RecordItem {
    pub name: Name,
    pub fields: Vec<FieldDeclaration>,
    pub span: Span,
}

/// `email: text, private`
#[derive(Clone, Debug)]
pub struct FieldDeclaration {
    pub name: Name,
    pub ty: TypeSyntax,
    pub modifiers: Vec<Modifier>,
    pub span: Span,
}

/// The type of a field as written.
#[derive(Clone, Debug)]
pub struct TypeSyntax {
    pub kind: TypeKind,
    pub span: Span,
}

/// The types of the language.
#[derive(Clone, Debug)]
pub enum TypeKind {
    Text,
    /// `one of [a, b]`
    OneOf(Vec<Name>),
    /// `set of [a, b]`
    SetOf(Vec<Name>),
    /// `set of text`
    SetOfText,
    Number,
    Percent,
    /// `money USD`
    Money(Name),
    Date,
    Time,
    PostalCode,
    YesNo,
    /// `calendar`: the name of a declared calendar.
    Calendar,
    /// A record's name: a reference to such a record by its key.
    Record(Name),
}

/// What may follow a field's type after a comma.
#[derive(Clone, Debug)]
pub struct Modifier {
    pub kind: ModifierKind,
    pub span: Span,
}

/// The modifiers of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModifierKind {
    /// `key`
    Key,
    /// `private`
    Private,
    /// `any case`
    AnyCase,
    /// `arrival`: the moment a record arrived, which orders decisions.
    Arrival,
    /// `separated by "|"`
    SeparatedBy(Name),
}

/// `match lead to account { by ... }`
#[derive(Clone, Debug)]
pub struct MatchItem {
    pub from: Name,
    pub to: Name,
    pub lines: Vec<MatchLine>,
    pub span: Span,
}

/// `by domain of email is domain, same country`
#[derive(Clone, Debug)]
pub struct MatchLine {
    pub pairs: Vec<MatchPair>,
    pub span: Span,
}

/// `SUBJECT is FIELD` or `same FIELD` (then both sides are that name).
#[derive(Clone, Debug)]
pub struct MatchPair {
    pub left: Subject,
    pub right: Name,
    pub span: Span,
}

/// `list west = [CA, OR]` or `list x from "file.csv" column "col"`
#[derive(Clone, Debug)]
pub struct ListItem {
    pub name: Name,
    pub source: ListSource,
    pub span: Span,
}

/// Where a list's values come from.
#[derive(Clone, Debug)]
pub enum ListSource {
    Inline(Vec<Literal>),
    File { path: Name, column: Name },
}

/// `calendar berlin { zone "Europe/Berlin"  open mon..fri 09:00..17:30  closed 2027-12-25  closed from "f.csv" column "c" }`
#[derive(Clone, Debug)]
pub struct CalendarItem {
    pub name: Name,
    pub zone: Option<Name>,
    pub open: Vec<OpenHours>,
    pub closed: Vec<Closed>,
    pub span: Span,
}

/// `open mon..fri, sun 09:00..12:00, 13:00..17:30`
#[derive(Clone, Debug)]
pub struct OpenHours {
    /// Single days have the same first and last.
    pub days: Vec<(Name, Name)>,
    /// Opening and closing, raw (`09:00`, `17:30`).
    pub hours: Vec<(Name, Name)>,
    pub span: Span,
}

/// Days on which a calendar is closed.
#[derive(Clone, Debug)]
pub enum Closed {
    /// `closed 2027-12-25, 2027-12-27..2027-12-31` (both ends included)
    Days(Vec<(Literal, Literal)>),
    /// `closed from "holidays.csv" column "date"`, optionally `where "country" is "DE"`
    File { path: Name, column: Name, only: Option<(Name, Name)> },
}

/// `segment enterprise { COND COND }`; every clause must hold.
#[derive(Clone, Debug)]
pub struct SegmentItem {
    pub name: Name,
    pub conditions: Vec<Condition>,
    pub because: Option<Name>,
    pub span: Span,
}

/// `classify account as standing { invest when COND  core otherwise }`
#[derive(Clone, Debug)]
pub struct ClassifyItem {
    pub record: Name,
    pub name: Name,
    pub lines: Vec<ClassLine>,
    pub span: Span,
}

/// One value of a derived field; `when` is absent for `otherwise`.
#[derive(Clone, Debug)]
pub struct ClassLine {
    pub value: Name,
    pub when: Option<Condition>,
    pub dates: Option<Dates>,
    pub span: Span,
}

/// `priorities [contract, named]`, first considered first.
#[derive(Clone, Debug)]
pub struct PrioritiesItem {
    pub names: Vec<Name>,
    pub span: Span,
}

/// `queues [triage, review]`: the queues that may be named.
#[derive(Clone, Debug)]
pub struct QueuesItem {
    pub names: Vec<Name>,
    pub span: Span,
}

/// `territory west { ... }`, children nested or naming their `parent`.
#[derive(Clone, Debug)]
pub struct TerritoryItem {
    pub name: Name,
    pub parents: Vec<Name>,
    pub priorities: Vec<PriorityRef>,
    pub conditions: Vec<Condition>,
    pub owners: Vec<OwnerRef>,
    pub dates: Vec<Dates>,
    pub because: Option<Name>,
    pub children: Vec<TerritoryItem>,
    pub span: Span,
}

/// `priority named` or `priority 10`.
#[derive(Clone, Debug)]
pub struct PriorityRef {
    /// The name or the digits as written.
    pub name: Name,
    pub is_number: bool,
}

/// `owner ana` or `owner team bay-reps`.
#[derive(Clone, Debug)]
pub struct OwnerRef {
    pub name: Name,
    pub is_team: bool,
}

/// `from 2027-02-01 through 2027-07-31`, either side optional; both days included.
#[derive(Clone, Debug)]
pub struct Dates {
    pub from: Option<Literal>,
    pub through: Option<Literal>,
    pub span: Span,
}

/// `territories from "zips.csv" { match postal is zip  name territory  owner rep  parent amer  priority geography }`
#[derive(Clone, Debug)]
pub struct TerritoryTableItem {
    pub path: Name,
    /// Field of the record, `true` for `starts with`, column of the file.
    pub matches: Vec<TableMatch>,
    pub name_column: Option<Name>,
    pub owner_column: Option<Name>,
    pub parent: Option<Name>,
    pub priority: Option<PriorityRef>,
    pub span: Span,
}

/// `match postal starts with zip`
#[derive(Clone, Debug)]
pub struct TableMatch {
    pub field: Path,
    pub prefix: bool,
    pub column: Name,
    pub span: Span,
}

/// `overlap { lowest priority, then most specific, then name  winners 1 }`
#[derive(Clone, Debug)]
pub struct OverlapItem {
    pub criteria: Vec<OverlapCriterion>,
    /// `or nobody`
    pub or_nobody: Option<Span>,
    pub winners: Option<Literal>,
    pub span: Span,
}

/// One way to settle an overlap.
#[derive(Clone, Debug)]
pub struct OverlapCriterion {
    pub kind: OverlapKind,
    pub span: Span,
}

/// The ways to settle an overlap.
#[derive(Clone, Debug)]
pub enum OverlapKind {
    LowestPriority,
    MostSpecific,
    LongestTenure,
    /// `highest rep.FIELD` of the owner
    Highest(Path),
    /// `lowest rep.FIELD` of the owner
    Lowest(Path),
    Name,
}

/// `team inbound { members ...  pick ...  limit ...  working hours only  weight rep.FIELD  counts ... }`
#[derive(Clone, Debug)]
pub struct TeamItem {
    pub name: Name,
    pub members: Vec<Members>,
    pub picks: Vec<Pick>,
    pub limits: Vec<Limit>,
    pub working_hours: Option<Span>,
    pub weight: Option<Path>,
    pub counts: Vec<Counts>,
    pub because: Option<Name>,
    pub span: Span,
}

/// `counts rejected, reassigned`
#[derive(Clone, Debug)]
pub struct Counts {
    pub events: Vec<Name>,
    pub span: Span,
}

/// `members ana weight 2, lee where COND`; no names means the whole roster.
#[derive(Clone, Debug)]
pub struct Members {
    pub listed: Vec<ListedMember>,
    pub condition: Option<Condition>,
    pub span: Span,
}

/// `ana weight 2`
#[derive(Clone, Debug)]
pub struct ListedMember {
    pub name: Name,
    pub weight: Option<Literal>,
}

/// One `pick` statement: criteria in order.
#[derive(Clone, Debug)]
pub struct Pick {
    pub criteria: Vec<PickCriterion>,
    pub span: Span,
}

/// One criterion of a `pick`.
#[derive(Clone, Debug)]
pub struct PickCriterion {
    pub kind: PickKind,
    pub span: Span,
}

/// The criteria of `pick`.
#[derive(Clone, Debug)]
pub enum PickKind {
    Prefer(Condition),
    InTurn,
    FewestOpen,
    LeastFull,
    MostRoom,
    LongestWait,
    Highest(Path),
    Lowest(Path),
    AsListed,
}

/// `limit 40 open` or `limit 5 per day`, optionally `where COND` over the records counted.
#[derive(Clone, Debug)]
pub struct Limit {
    pub amount: Literal,
    pub per: LimitPer,
    pub condition: Option<Condition>,
    pub span: Span,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitPer {
    Open,
    Day,
    Week,
    Month,
}

/// `rule NAME for RECORD { ... }`. Statements that may stand once are kept as lists so that a repeat can be shown.
#[derive(Clone, Debug)]
pub struct RuleItem {
    pub name: Name,
    pub record: Option<Name>,
    pub priorities: Vec<PriorityRef>,
    pub conditions: Vec<Condition>,
    pub routes: Vec<Route>,
    pub credits: Vec<Name>,
    pub respond: Vec<Length>,
    pub dates: Vec<Dates>,
    pub because: Option<Name>,
    pub span: Span,
}

/// `otherwise { route to queue triage  because "..." }`
#[derive(Clone, Debug)]
pub struct OtherwiseItem {
    pub record: Option<Name>,
    pub routes: Vec<Route>,
    pub credits: Vec<Name>,
    pub respond: Vec<Length>,
    pub because: Option<Name>,
    pub span: Span,
}

/// `route to A, else B, else C`, or `keep A until DATE, else B`
#[derive(Clone, Debug)]
pub struct Route {
    pub targets: Vec<Target>,
    pub span: Span,
}

/// One target of a chain with its qualifiers.
#[derive(Clone, Debug)]
pub struct Target {
    pub kind: TargetKind,
    /// `if available`: not away.
    pub if_available: Option<Span>,
    /// `if at work`: not away and inside the person's working hours.
    pub if_at_work: Option<Span>,
    /// `where COND` over rep and record.
    pub condition: Option<Condition>,
    pub span: Span,
}

/// The kinds of target.
#[derive(Clone, Debug)]
pub enum TargetKind {
    /// `rep ana`
    Rep(Name),
    /// `team X` (in overlays also `one of team X`)
    Team(Name),
    /// `queue X`
    Queue(Name),
    /// `owner of territory`
    TerritoryOwner,
    /// `owner of account`: the `owner` field of the record the path leads to.
    OwnerOf(Path),
    /// `account.owner`: any dotted path to a rep.
    Path(Path),
    /// `previous rep by email within 90 days`
    PreviousRep { by: Path, within: Length },
    /// `leave as is`
    LeaveAsIs,
    /// `keep account.owner until 2027-12-31`
    Keep(Box<Keep>),
}

/// `keep PATH until DATE`, `keep PATH until FIELD`, `keep PATH for TIME since FIELD`
#[derive(Clone, Debug)]
pub struct Keep {
    pub who: Path,
    /// Whether `owner of PATH` is written.
    pub owner_of: bool,
    pub lasts: Lasts,
}

/// How long somebody is kept.
#[derive(Clone, Debug)]
pub enum Lasts {
    Until(Literal),
    UntilField(Path),
    Since { period: Length, since: Path },
}

/// `overlay NAME for RECORD { when COND  add TARGET as ROLE }`
#[derive(Clone, Debug)]
pub struct OverlayItem {
    pub name: Name,
    pub record: Option<Name>,
    pub conditions: Vec<Condition>,
    pub adds: Vec<Add>,
    pub dates: Vec<Dates>,
    pub because: Option<Name>,
    pub span: Span,
}

/// `add one of team X, else rep ana as specialist`
#[derive(Clone, Debug)]
pub struct Add {
    pub targets: Vec<Target>,
    pub role: Name,
    pub span: Span,
}

/// `credit NAME { amount revenue  revenue: 60% assignee, rest territory owner }`
#[derive(Clone, Debug)]
pub struct CreditItem {
    pub name: Name,
    /// `amount FIELD`: the money field whose cents are split.
    pub amount: Option<Path>,
    pub ledgers: Vec<Ledger>,
    pub because: Option<Name>,
    pub span: Span,
}

/// `revenue: 60% assignee, rest territory owner`
#[derive(Clone, Debug)]
pub struct Ledger {
    pub name: Name,
    pub shares: Vec<Share>,
    pub span: Span,
}

/// `60% assignee`; no percentage means `rest`.
#[derive(Clone, Debug)]
pub struct Share {
    pub percent: Option<Literal>,
    pub role: RoleSyntax,
    pub span: Span,
}

/// Who takes a share.
#[derive(Clone, Debug)]
pub enum RoleSyntax {
    /// `assignee`
    Assignee(Span),
    /// `territory owner`
    TerritoryOwner(Span),
    /// `owner of account`, also `account owner`
    OwnerOf(Path),
    /// `rep ana`
    Rep(Name),
    /// `assignee.manager`: a rep field of the assignee.
    OfAssignee(Path),
    /// A role that overlays fill.
    Role(Name),
}

/// `1 hour`, `90 days`
#[derive(Clone, Debug)]
pub struct Length {
    pub amount: Literal,
    pub unit: Unit,
    pub span: Span,
}

/// Units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
}

/// A condition as written.
#[derive(Clone, Debug)]
pub struct Condition {
    pub kind: ConditionKind,
    pub span: Span,
}

/// The shapes of a condition. `All` and `Any` are flat: they never directly hold their own kind unless brackets were written.
#[derive(Clone, Debug)]
pub enum ConditionKind {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Box<Test>),
    /// A bare name: a segment, a yes/no field, or a dotted path to either.
    Named(Path),
    /// `seen before by email within 90 days`
    SeenBefore {
        by: Path,
        within: Length,
    },
}

/// `SUBJECT PREDICATE`
#[derive(Clone, Debug)]
pub struct Test {
    pub subject: Subject,
    pub predicate: Predicate,
    /// From the operator to the end of the operand.
    pub predicate_span: Span,
}

/// What a test looks at.
#[derive(Clone, Debug)]
pub struct Subject {
    /// `domain of PATH`
    pub domain_of: bool,
    pub path: Path,
    pub span: Span,
}

/// `account.parent.owner`; one part for a plain field.
#[derive(Clone, Debug)]
pub struct Path {
    pub parts: Vec<Name>,
    pub span: Span,
}

/// The second half of a test.
#[derive(Clone, Debug)]
pub enum Predicate {
    /// `is X`, `is not X`, `= X`
    Is { negated: bool, right: Operand },
    /// `is missing`
    Missing,
    /// `is present`
    Present,
    /// `< X` and the like
    Compare { op: Comparison, right: Operand },
    /// `in [...]`, `in a..b`, `in LIST`, `not in ...`
    In { negated: bool, set: SetOperand },
    /// `starts with X`, `starts with any of [...]`, `starts with [...]`
    StartsWith(Vec<Operand>),
    /// `ends with ...`
    EndsWith(Vec<Operand>),
    /// `contains X`, `contains any of [...]`, `contains all of [...]`, `does not contain X`
    Contains { negated: bool, all: bool, right: Vec<Operand> },
    /// `matches /regex/`
    Matches { pattern: Name },
    /// `before X`
    Before(Moment),
    /// `after X`
    After(Moment),
    /// `within 90 days` or `within last 90 days` (past), `within next 30 days` (future)
    Within { next: bool, length: Length },
}

/// Comparisons by size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What stands after `in`.
#[derive(Clone, Debug)]
pub enum SetOperand {
    Values(Vec<Literal>),
    /// `a..b`, both ends included.
    Range(Literal, Literal),
    /// A list's name, or a territory's name after `territory in`.
    Named(Name),
}

/// The right side of an operator: a bare word or literal is a value, a dotted name is a field.
#[derive(Clone, Debug)]
pub enum Operand {
    Literal(Literal),
    Path(Path),
}

/// A moment for `before` and `after`.
#[derive(Clone, Debug)]
pub enum Moment {
    Literal(Literal),
    Path(Path),
    /// `180 days ago`
    Ago(Length),
    /// `30 days from now`
    FromNow(Length),
    /// `today`
    Today(Span),
    /// `now`
    Now(Span),
}

/// A value as written; typed by the field it meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text: without quotes and escapes when quoted, as written otherwise (`1_000`, `250M`, `25%`).
    pub raw: Arc<str>,
    pub kind: LiteralKind,
    pub span: Span,
}

/// What a literal looks like, before its type is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiteralKind {
    Word,
    Quoted,
    Number,
    Date,
    Time,
}

/// `test "name" { on DATE  lead { ... }  given ...  expect ... }`
#[derive(Clone, Debug)]
pub struct TestItem {
    pub name: Name,
    /// `on 2027-03-01` or `on 2027-03-01T10:00Z`
    pub on: Option<Literal>,
    pub givens: Vec<Given>,
    pub records: Vec<TestRecord>,
    pub span: Span,
}

/// `given ana is away`, `given juan has 40 open`
#[derive(Clone, Debug)]
pub struct Given {
    pub rep: Name,
    pub kind: GivenKind,
    pub span: Span,
}

/// What a test assumes about a rep.
#[derive(Clone, Debug)]
pub enum GivenKind {
    Away,
    Open(Literal),
}

/// `lead { company: "Mercy" }` and the expectations that follow it.
#[derive(Clone, Debug)]
pub struct TestRecord {
    pub record: Name,
    pub fields: Vec<(Name, TestValue)>,
    pub expects: Vec<Expect>,
    pub span: Span,
}

/// The value of a field in a test.
#[derive(Clone, Debug)]
pub enum TestValue {
    One(Literal),
    Many(Vec<Literal>),
}

/// `expect rep ana or lee`, `expect not rule health`
#[derive(Clone, Debug)]
pub struct Expect {
    pub negated: bool,
    pub kind: ExpectKind,
    pub span: Span,
}

/// What a test can expect.
#[derive(Clone, Debug)]
pub enum ExpectKind {
    Rep(Vec<Name>),
    Rule(Vec<Name>),
    Territory(Vec<Name>),
    Queue(Vec<Name>),
    Team(Vec<Name>),
    Account(Vec<Name>),
    Overlay(Vec<Name>),
    /// `credit revenue 60% assignee, 40% territory owner`
    Credit {
        ledger: Name,
        shares: Vec<Share>,
    },
    /// `otherwise`
    Otherwise,
    /// `territory` or `account` followed by `missing`
    NoTerritory,
    NoAccount,
}

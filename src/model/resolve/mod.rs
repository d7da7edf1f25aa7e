//! From syntax trees to a [`Rulebook`]: every name looked up, every literal typed, every mistake reported.
//!
//! One item with a mistake is left out of the book and hides no other. Items are taken in name order, whatever file
//! they stand in. What comes in: trees, the schema, the tables and reference data that the trees name.

mod calendar;
mod class;
mod condition;
mod credit;
mod items;
mod keep;
mod literal;
mod matching;
mod overlap;
mod path;
mod priority;
mod repeats;
mod rule;
mod schema;
mod segment;
mod table;
mod target;
mod team;
mod territory;
mod test;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{
    Calendar, Class, ClassId, Credit, CreditId, List, ListId, RecordId, ReferenceData, RepRecord, Rulebook, Schema, Segment, SegmentId,
    Tables, Team, TeamId, Territory, TerritoryId, TerritoryTable, Type, ValueSet,
};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::syntax::tree::{Item, SyntaxTree};
use crate::text::{Name, Span, wording};

pub use items::files_named;
pub use schema::schema;

use items::Items;

/// Holds what the rules are resolved against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The book's name.
    pub name: &'a str,
    /// The project's zone.
    pub zone: &'a TimeZone,
    /// The declared records.
    pub schema: &'a Schema,
    /// The tables the trees name; see [`files_named`].
    pub tables: &'a Tables,
    /// The roster and other reference data.
    pub data: &'a ReferenceData,
}

/// Resolves all trees of a book. The book holds every item without a mistake; it may be used only without errors.
#[must_use]
pub fn book(trees: &[SyntaxTree], around: Surroundings<'_>) -> (Rulebook, Vec<Diagnostic>) {
    let (items, findings) = Items::collect(trees);
    let mut resolver = Resolver::new(items, around, findings);
    let book = resolver.run();
    let mut findings = resolver.findings;
    crate::diagnostic::sort(&mut findings);
    (book, findings)
}

/// Says in what surroundings a condition stands: which names it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scope {
    /// The record the condition is about.
    record: RecordId,
    /// Whether `rep.` means the candidate.
    candidate: bool,
    /// Whether `territory` means the placed territory.
    placed: bool,
}

impl Scope {
    fn of(record: RecordId) -> Self {
        Self { record, candidate: false, placed: false }
    }

    fn with_candidate(self) -> Self {
        Self { candidate: true, ..self }
    }

    fn with_placed(self) -> Self {
        Self { placed: true, ..self }
    }
}

/// Works through the items; each construct has its methods in a file of its own.
struct Resolver<'a> {
    items: Items<'a>,
    around: Surroundings<'a>,
    findings: Vec<Diagnostic>,
    rep: Option<RepRecord>,
    lists: Vec<List>,
    /// Spans of inline list values, to point at a value that a field does not know.
    list_spans: Vec<Vec<Span>>,
    /// Lines of list values in their file, to point at a row that repeats another.
    list_lines: Vec<Vec<u64>>,
    typed_lists: BTreeMap<ListId, Vec<(Type, ValueSet)>>,
    calendars: Vec<Calendar>,
    segments: Vec<Segment>,
    /// Why a segment does not fit a record, in words.
    misfits: BTreeMap<(SegmentId, RecordId), String>,
    classes: Vec<Class>,
    queues: Vec<Name>,
    priorities: Vec<Name>,
    /// Positions of the priorities by name.
    ranks: BTreeMap<Arc<str>, u32>,
    territories: Vec<Territory>,
    territory_names: BTreeMap<Arc<str>, TerritoryId>,
    tables: Vec<TerritoryTable>,
    teams: Vec<Team>,
    credits: Vec<Credit>,
}

impl<'a> Resolver<'a> {
    fn new(items: Items<'a>, around: Surroundings<'a>, findings: Vec<Diagnostic>) -> Self {
        Self {
            items,
            around,
            findings,
            rep: None,
            lists: Vec::new(),
            list_spans: Vec::new(),
            list_lines: Vec::new(),
            typed_lists: BTreeMap::new(),
            calendars: Vec::new(),
            segments: Vec::new(),
            misfits: BTreeMap::new(),
            classes: Vec::new(),
            queues: Vec::new(),
            priorities: Vec::new(),
            ranks: BTreeMap::new(),
            territories: Vec::new(),
            territory_names: BTreeMap::new(),
            tables: Vec::new(),
            teams: Vec::new(),
            credits: Vec::new(),
        }
    }

    /// Resolves in the order in which constructs need one another.
    fn run(&mut self) -> Rulebook {
        self.rep = self.rep_record();
        self.lists();
        self.calendars();
        self.queues();
        self.priorities();
        self.refuse_definition_loops();
        self.class_values();
        self.segments();
        self.class_conditions();
        self.territory_names();
        self.teams();
        self.territories();
        self.territory_tables();
        self.finish_territories();
        let overlap = self.overlap();
        self.credits();
        let rules = self.rules();
        let otherwise = self.otherwise(&rules);
        let overlays = self.overlays();
        let matches = self.matches();
        self.list_repeats();
        let tested = self.test_blocks(&rules, &overlays);
        Rulebook {
            name: self.around.name.into(),
            zone: self.around.zone.clone(),
            schema: self.around.schema.clone(),
            rep: self.rep,
            matches,
            lists: std::mem::take(&mut self.lists),
            calendars: std::mem::take(&mut self.calendars),
            segments: std::mem::take(&mut self.segments),
            classes: std::mem::take(&mut self.classes),
            priorities: std::mem::take(&mut self.priorities),
            queues: std::mem::take(&mut self.queues),
            territories: std::mem::take(&mut self.territories),
            tables: std::mem::take(&mut self.tables),
            overlap,
            teams: std::mem::take(&mut self.teams),
            rules,
            otherwise,
            overlays,
            credits: std::mem::take(&mut self.credits),
            tested,
        }
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    fn record_name(&self, record: RecordId) -> Arc<str> {
        self.around.schema.record(record).name.clone()
    }

    fn record_ids(&self) -> impl Iterator<Item = RecordId> + use<> {
        (0..self.around.schema.records.len()).map(RecordId::from_index)
    }

    /// Records that can be decided: all but the roster.
    fn decidable(&self) -> Vec<RecordId> {
        let rep = self.rep.map(|r| r.record);
        self.record_ids().filter(|r| Some(*r) != rep).collect()
    }

    fn team_id(&self, name: &str) -> Option<TeamId> {
        by_name(&self.teams, name, |t| &t.name).map(TeamId::from_index)
    }

    fn credit_id(&self, name: &str) -> Option<CreditId> {
        by_name(&self.credits, name, |c| &c.name).map(CreditId::from_index)
    }

    fn segment_id(&self, name: &str) -> Option<SegmentId> {
        by_name(&self.segments, name, |s| &s.name).map(SegmentId::from_index)
    }

    fn class_id(&self, record: RecordId, name: &str) -> Option<ClassId> {
        by_name(&self.classes, name, |c| &c.name).filter(|i| self.classes[*i].record == record).map(ClassId::from_index)
    }

    fn list_id(&self, name: &str) -> Option<ListId> {
        by_name(&self.lists, name, |l| &l.name).map(ListId::from_index)
    }

    /// Reports a name of some kind that nobody declared, unless its declaration did not parse.
    fn unknown(&mut self, kind: DiagnosticName, what: &str, name: &Name, known: &[Arc<str>], declare: &str) {
        if self.items.is_broken(&name.text) {
            return;
        }
        let finding = unknown(kind, what, name, known.iter().map(|k| &**k), declare);
        self.report(finding);
    }

    /// Looks a rep up in the roster; reports the unknown and the inactive.
    fn check_rep(&mut self, name: &Name) {
        let Some(rep) = self.rep else { return };
        let Some(record) = self.around.data.get(rep.record, &name.text) else {
            let known: Vec<Arc<str>> = self.around.data.all(rep.record).map(|r| r.key.clone()).collect();
            let declare = if known.is_empty() {
                "The roster is empty: name the file of reps under `[records.rep]` in turf.toml.".to_owned()
            } else {
                format!("The roster has {}; add the rep there or name one of them.", wording::count(known.len(), "rep", "reps"))
            };
            self.unknown(DiagnosticName::UnknownRep, "rep", name, &known, &declare);
            return;
        };
        let active = matches!(record.value(rep.active), Some(super::Value::YesNo(true)));
        if !active {
            let place = format!("{}:{}", record.origin.file, record.origin.line);
            self.report(
                Diagnostic::new(DiagnosticName::InactiveRep, format!("the rep `{name}` is not active"))
                    .at(name.span, "never receives anything")
                    .help(format!("The roster says so at {place}. Name somebody who is still here, or set `active` to yes there.")),
            );
        }
    }

    fn unique_statement<'t, T>(&mut self, what: &str, all: &'t [T], span: impl Fn(&T) -> Span) -> Option<&'t T> {
        if let [first, second, ..] = all {
            self.report(
                Diagnostic::new(DiagnosticName::DuplicateStatement, format!("`{what}` is written twice"))
                    .at(span(second), "second time")
                    .at(span(first), "first time")
                    .help("Keep the one that is meant."),
            );
        }
        all.first()
    }
}

/// Finds the position of a name; the items of every kind are sorted by name, and no two share one.
fn by_name<T>(sorted: &[T], name: &str, of: impl Fn(&T) -> &Name) -> Option<usize> {
    sorted.binary_search_by(|item| of(item).as_str().cmp(name)).ok()
}

/// Makes the finding for an unknown name.
fn unknown<'n>(kind: DiagnosticName, what: &str, name: &Name, known: impl IntoIterator<Item = &'n str>, declare: &str) -> Diagnostic {
    let near = wording::nearest(&name.text, known);
    let finding = Diagnostic::new(kind, format!("there is no {what} `{name}`")).at(name.span, "not declared").near(name.span, &near);
    if near.is_empty() { finding.help(declare) } else { finding }
}

/// Returns the keyword and name of an item, for clashes and broken items.
fn heading(item: &Item) -> Option<(&'static str, &Name)> {
    Some(match item {
        Item::Record(i) => ("record", &i.name),
        Item::List(i) => ("list", &i.name),
        Item::Calendar(i) => ("calendar", &i.name),
        Item::Segment(i) => ("segment", &i.name),
        Item::Classify(i) => ("classify", &i.name),
        Item::Territory(i) => ("territory", &i.name),
        Item::Team(i) => ("team", &i.name),
        Item::Rule(i) => ("rule", &i.name),
        Item::Overlay(i) => ("overlay", &i.name),
        Item::Credit(i) => ("credit", &i.name),
        Item::Test(i) => ("test", &i.name),
        Item::Match(_)
        | Item::Priorities(_)
        | Item::Queues(_)
        | Item::TerritoryTable(_)
        | Item::Overlap(_)
        | Item::Otherwise(_)
        | Item::Broken(_) => return None,
    })
}

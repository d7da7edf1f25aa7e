//! Books made of translated conditions, opened in memory, and the records that are asked of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use turf::decide::{Decision, begin, decide};
use turf::diagnostic::render;
use turf::diagnostic::{Diagnostic, DiagnosticName, Severity};
use turf::model::{Origin, Record, ReferenceData, Tables, read_cell};
use turf::state::State;
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials, Snapshot};

use super::said::Fields;

/// The day that the expected outcomes are for.
const DAY: &str = "2026-01-15T12:00:00Z";

/// What every book says of reps; one of them is always there to own a territory.
pub const REPS: &str = "record rep { id: text, key  active: yes/no }\n";

/// A book with all that `turf check` says of it.
pub struct Book {
    pub snapshot: Snapshot,
    fields: Fields,
    kind: &'static str,
}

impl Book {
    /// Opens the rules for records of a kind, whose fields were named while the rules were written.
    pub fn open(text: &str, kind: &'static str, fields: Fields) -> Self {
        let draft = Draft::new(Sources::new(vec![SourceFile::new("rules.turf", text)]));
        let mut data = ReferenceData::default();
        let rep = record(&draft, "rep", "desk", |name| Some(if name == "active" { "yes" } else { "desk" }));
        data.records.entry(rep.kind).or_default().insert(rep.key.clone(), rep);
        let materials = Materials {
            name: "translated".to_owned(),
            zone: TimeZone::UTC,
            tables: Tables::new(),
            data,
            findings: Vec::new(),
            settings: Default::default(),
        };
        let mut snapshot = draft.finish(materials);
        assert_eq!(snapshot.prove().mistakes, Vec::<String>::new(), "the analysis and the evaluator disagree");
        Self { snapshot, fields, kind }
    }

    /// Stops at a book that cannot be used.
    pub fn usable(self) -> Self {
        let errors: Vec<_> = self.snapshot.findings.iter().filter(|f| f.severity == Severity::Error).cloned().collect();
        assert!(errors.is_empty(), "{}", render::lines(&errors, &self.snapshot.sources));
        self
    }

    /// The findings of a kind.
    pub fn found(&self, name: DiagnosticName) -> impl Iterator<Item = &Diagnostic> {
        self.snapshot.findings.iter().filter(move |f| f.name == name)
    }

    pub fn decider(&self) -> Decider<'_> {
        let plan = self.snapshot.plan.as_deref().unwrap();
        let now = DAY.parse().unwrap();
        Decider { book: self, state: begin(plan, now), now }
    }
}

/// Decides records of a book, each as if it were the first.
pub struct Decider<'a> {
    book: &'a Book,
    state: State,
    now: Timestamp,
}

impl Decider<'_> {
    /// Decides a record given by the names of Salesforce; a field that is not there is blank.
    pub fn decide(&self, key: &str, cells: &BTreeMap<&str, &str>) -> Decision {
        let snapshot = &self.book.snapshot;
        let id = snapshot.schema.find(self.book.kind).unwrap();
        let fields = &snapshot.schema.record(id).fields;
        let values = fields.iter().map(|field| {
            let cell = match self.book.fields.0.get(&*field.name) {
                Some((of, _)) => cells.get(of.as_str()).copied().unwrap_or_default(),
                None => key,
            };
            read_cell(cell, &field.ty, &TimeZone::UTC).unwrap()
        });
        let record = Record { kind: id, key: key.into(), values: values.collect(), origin: Origin::default() };
        decide(snapshot.plan.as_deref().unwrap(), record, &self.state, self.now)
    }
}

fn record<'c>(draft: &Draft, kind: &str, key: &str, cell: impl Fn(&str) -> Option<&'c str>) -> Record {
    let id = draft.schema.find(kind).unwrap();
    let fields = &draft.schema.record(id).fields;
    let values = fields.iter().map(|f| read_cell(cell(&f.name).unwrap_or_default(), &f.ty, &TimeZone::UTC).unwrap());
    Record { kind: id, key: key.into(), values: values.collect(), origin: Origin::default() }
}

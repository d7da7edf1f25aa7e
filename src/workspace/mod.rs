//! The pure facade: sources in, a checked book out.
//!
//! Reading goes in two steps, because the data can only be read once the records are known: [`Draft`] parses the
//! sources and names the files it needs; [`Draft::finish`] takes what was read and gives a [`Snapshot`]. Editors, the
//! command line and the server all come through here, so they can never disagree about a book.

mod digest;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::diagnostic::{self, Diagnostic, DiagnosticName, Severity};
use crate::model::resolve::{self, Surroundings};
use crate::model::{ReferenceData, Rulebook, Schema, Tables, time_zone};
use crate::plan::Plan;
use crate::syntax::tree::{Item, SyntaxTree};
use crate::text::Sources;
use crate::{check, syntax};

/// Holds a book whose text is parsed and whose data are still to be read.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rule files.
    pub sources: Sources,
    /// Their trees, in path order.
    pub trees: Vec<SyntaxTree>,
    /// The declared records.
    pub schema: Schema,
    findings: Vec<Diagnostic>,
}

/// Holds what a book needs besides its rule files.
#[derive(Clone, Debug)]
pub struct Materials {
    /// The book's name.
    pub name: String,
    /// The project's time zone.
    pub zone: TimeZone,
    /// The files that [`Draft::files_named`] lists.
    pub tables: Tables,
    /// Reps, accounts, absences, open loads.
    pub data: ReferenceData,
    /// What was found while reading them.
    pub findings: Vec<Diagnostic>,
    /// From how much on the checks speak up.
    pub settings: check::Settings,
}

/// Holds a book at one moment: its text, what was found in it, and the plan when there is no error.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The rule files.
    pub sources: Sources,
    /// Their trees, in path order.
    pub trees: Arc<[SyntaxTree]>,
    /// The declared records.
    pub schema: Schema,
    /// Everything found, sorted by place.
    pub findings: Vec<Diagnostic>,
    /// Every item without a mistake; complete only without errors.
    pub book: Arc<Rulebook>,
    /// The book ready to decide with; none when there are errors.
    pub plan: Option<Arc<Plan>>,
    /// From how much on checks speak up, and what is ordinary in the data.
    pub settings: check::Settings,
}

impl Draft {
    /// Parses the sources and resolves the record declarations.
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        let mut findings = Vec::new();
        let mut trees = Vec::new();
        for (id, source) in sources.iter() {
            let parsed = syntax::parse(id, source);
            trees.push(parsed.tree);
            findings.extend(parsed.findings);
        }
        let (schema, found) = resolve::schema(&trees);
        findings.extend(found);
        Self { sources, trees, schema, findings }
    }

    /// Lists the files that the rules take lists, closed days and tables of territories from.
    #[must_use]
    pub fn files_named(&self) -> Vec<Arc<str>> {
        resolve::files_named(&self.trees)
    }

    /// Returns the time zones of the declared calendars by name; absences given as days need them.
    #[must_use]
    pub fn calendar_zones(&self) -> BTreeMap<Arc<str>, TimeZone> {
        let calendars = self.trees.iter().flat_map(|t| &t.items).filter_map(|i| if let Item::Calendar(c) = i { Some(c) } else { None });
        calendars.filter_map(|c| Some((c.name.text.clone(), time_zone(c.zone.as_ref()?.as_str()).ok()?))).collect()
    }

    /// Resolves and checks the book.
    #[must_use]
    pub fn finish(self, mut materials: Materials) -> Snapshot {
        let around = Surroundings {
            name: &materials.name,
            zone: &materials.zone,
            schema: &self.schema,
            tables: &materials.tables,
            data: &materials.data,
        };
        let (book, found) = resolve::book(&self.trees, around);
        let mut findings = self.findings;
        findings.append(&mut materials.findings);
        findings.extend(found);
        let book = Arc::new(book);
        let mut plan = None;
        let errors = findings.iter().filter(|f| f.severity == Severity::Error);
        if errors.map(|f| f.name).all(|name| name == DiagnosticName::MissingOtherwise) {
            let digest = digest::digest(&self.sources, &materials);
            let ready = Arc::new(Plan::new(book.clone(), Arc::new(materials.data)).with_digest(digest));
            // A last resort may be missing where the rules are proved to leave nothing over.
            findings.retain(|f| f.name != DiagnosticName::MissingOtherwise || !check::needs_no_otherwise(&ready, &materials.settings, f));
            if !diagnostic::has_errors(&findings) {
                findings.extend(check::run(&ready, &materials.settings));
                plan = Some(ready);
            }
        }
        diagnostic::sort(&mut findings);
        let plan = plan.filter(|_| !diagnostic::has_errors(&findings));
        Snapshot {
            sources: self.sources,
            trees: self.trees.into(),
            schema: self.schema,
            findings,
            book,
            plan,
            settings: materials.settings,
        }
    }
}

impl Snapshot {
    /// Adds what can be proved over all possible records, and settles what is allowed; returns what the findings rest on,
    /// without the findings.
    ///
    /// Deciding needs no proofs, so a plan stays even where one finds an error.
    pub fn prove(&mut self) -> check::Proved {
        let mut proved = check::Proved::default();
        if let Some(plan) = self.plan.clone() {
            proved = check::prove(&plan, &self.settings);
            self.findings.append(&mut proved.findings);
        }
        check::settle(&mut self.findings, &self.trees, &self.sources, &self.settings, self.plan.is_some());
        diagnostic::sort(&mut self.findings);
        proved
    }
}

//! A small stage for tests: a book as text, data as lines, decisions one after another.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::decide::{Assignee, Context, Decision, answer, begin, decide};
use crate::model::resolve::{self, Surroundings};
use crate::model::{Absence, Answer, OpenWork, Origin, Record, RecordId, ReferenceData, Schema, Table, Tables, read_cell, time_zone};
use crate::plan::Plan;
use crate::state::State;
use crate::syntax;
use crate::syntax::tree::SyntaxTree;
use crate::text::{FileId, SourceFile};

/// The records most tests use.
pub const RECORDS: &str = r#"
record lead {
  id: text, key
  email: text, private
  company: text, any case
  country: one of [US, CA, MX, DE]
  state: text
  postal: postal code
  industry: one of [healthcare, retail]
  employees: number
  revenue: money USD
  products: set of [crm, security, analytics]
  language: one of [en, de]
  created: time
  born: date
  hot: yes/no
  account: account
  owner: rep
}
record account {
  id: text, key
  name: text
  domain: text
  country: one of [US, CA, MX, DE]
  parent: account
  owner: rep
  last_order: date
  margin: percent
}
record rep {
  id: text, key
  active: yes/no
  since: date
  speaks: set of [en, de]
  weight: number
  quota: number
  manager: rep
  hours: calendar
}
calendar office { zone "America/New_York"  open mon..fri 09:00..17:00  closed 2027-05-31 }
queues [triage, review]
"#;

/// Four reps; dan has left.
pub const REPS: &str = "id,active,since,speaks,weight,quota,manager,hours
ana,yes,2019-04-01,en;de,2,100,mia,office
dan,no,2010-01-01,en,1,,mia,office
lee,yes,2021-01-01,en,1,300,mia,office
mia,yes,2015-01-01,de,1,,,";

/// A book with data and the state reached so far.
pub struct Stage {
    pub plan: Plan,
    pub state: State,
}

/// Reads a book and its data, and fails on any error.
pub fn stage(rules: &str, data: &[(&str, &str)], tables: &[(&str, &str)]) -> Stage {
    let text = format!("{RECORDS}\n{rules}");
    let file = SourceFile::new("book.turf", &text);
    let parsed = syntax::parse(FileId(0), &file);
    assert!(!crate::diagnostic::has_errors(&parsed.findings), "{:#?}", parsed.findings);
    let trees: Vec<SyntaxTree> = vec![parsed.tree];
    let (schema, findings) = resolve::schema(&trees);
    assert!(findings.is_empty(), "{findings:#?}");
    let mut reference = ReferenceData::default();
    let reps = ("rep", REPS);
    let given = if data.iter().any(|(name, _)| *name == "rep") { None } else { Some(&reps) };
    for (name, lines) in data.iter().chain(given) {
        let kind = schema.find(name).expect("a declared record");
        let (columns, rows) = cells(lines);
        let records = rows.iter().map(|(line, row)| {
            let pairs: Vec<(&str, &str)> = columns.iter().map(|c| &**c).zip(row.iter().map(|c| &**c)).collect();
            let record = record(&schema, kind, &pairs, *line);
            (record.key.clone(), record)
        });
        reference.records.insert(kind, records.collect());
    }
    let tables: Tables = tables
        .iter()
        .map(|(file, lines)| {
            let (columns, rows) = cells(lines);
            (Arc::from(*file), Ok(Table { file: (*file).into(), columns, rows }))
        })
        .collect();
    let zone = time_zone("America/New_York").expect("a zone");
    let around = Surroundings { name: "test", zone: &zone, schema: &schema, tables: &tables, data: &reference };
    let (book, mut findings) = resolve::book(&trees, around);
    // Conditions are tried without any rule.
    findings.retain(|f| f.name != crate::diagnostic::DiagnosticName::MissingOtherwise);
    assert!(!crate::diagnostic::has_errors(&findings), "{findings:#?}");
    Stage { plan: Plan::new(Arc::new(book), Arc::new(reference)), state: State::default() }
}

/// Column names, and rows with their lines.
type Cells = (Vec<Arc<str>>, Vec<(u64, Vec<Arc<str>>)>);

fn cells(lines: &str) -> Cells {
    let mut rows = lines.lines().map(|l| l.split(',').map(|c| Arc::from(c.trim())).collect::<Vec<Arc<str>>>());
    let columns = rows.next().unwrap_or_default();
    (columns, rows.zip(2..).map(|(row, line)| (line, row)).collect())
}

/// Makes a record from cells; what is not named is missing.
pub fn record(schema: &Schema, kind: RecordId, pairs: &[(&str, &str)], line: u64) -> Record {
    let ty = schema.record(kind);
    let zone = time_zone("America/New_York").expect("a zone");
    let mut values = vec![None; ty.fields.len()];
    let mut key = Arc::from("1");
    for (name, cell) in pairs {
        let field = ty.find(name).unwrap_or_else(|| panic!("no field {name}"));
        values[field.index()] = read_cell(cell, &ty.fields[field.index()].ty, &zone).expect("a readable cell");
        if field == ty.key {
            key = Arc::from(*cell);
        }
    }
    Record { kind, key, values, origin: Origin { file: "data.csv".into(), line } }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A Monday morning, everybody at work.
pub const MONDAY: &str = "2027-03-01T10:00:00-05:00";

impl Stage {
    /// Reads a book that needs only the usual reps.
    pub fn new(rules: &str) -> Self {
        stage(rules, &[], &[])
    }

    fn data(&mut self) -> &mut ReferenceData {
        Arc::get_mut(&mut self.plan.data).expect("not shared yet")
    }

    /// Sends a rep away.
    pub fn away(mut self, rep: &str, from: &str, until: &str) -> Self {
        let absence = Absence { from: at(from), until: at(until), reason: Some("holiday".into()) };
        self.data().absences.entry(rep.into()).or_default().push(absence);
        self
    }

    /// Gives a rep open work and begins the state with it.
    pub fn open(mut self, rep: &str, count: u64, pairs: &[(&str, &str)]) -> Self {
        let record = self.record("lead", pairs);
        self.data().loads.entry(rep.into()).or_default().push(OpenWork { count, record });
        self.state = begin(&self.plan, at(MONDAY));
        self
    }

    pub fn record(&self, name: &str, pairs: &[(&str, &str)]) -> Record {
        let schema = &self.plan.book.schema;
        record(schema, schema.find(name).expect("a declared record"), pairs, 1)
    }

    /// Decides a lead at a moment and applies what it changes.
    pub fn lead_at(&mut self, moment: &str, pairs: &[(&str, &str)]) -> Decision {
        let lead = self.record("lead", pairs);
        let decision = decide(&self.plan, lead, &self.state, at(moment));
        decision.changes.iter().for_each(|c| self.state.apply(c));
        decision
    }

    /// Decides a lead on the usual morning.
    pub fn lead(&mut self, pairs: &[(&str, &str)]) -> Decision {
        self.lead_at(MONDAY, pairs)
    }

    /// Who gets a lead, in words.
    pub fn who(&mut self, pairs: &[(&str, &str)]) -> String {
        words(&self.lead(pairs).outcome.assignee)
    }

    /// Whether the segment `asked` holds for a lead.
    pub fn asked(&self, pairs: &[(&str, &str)]) -> Answer {
        let lead = self.record("lead", pairs);
        let segment = self.plan.book.segments.iter().find(|s| s.name.as_str() == "asked").expect("a segment");
        answer(&segment.conditions[&lead.kind], &Context::new(&self.plan, &lead, &self.state, at(MONDAY)))
    }

    /// The name of a territory, rule or overlay by its list.
    pub fn territory(&self, id: crate::model::TerritoryId) -> &str {
        self.plan.book.territories[id.index()].name.as_str()
    }

    /// What became of each claim, by name.
    pub fn claims(&self, decision: &Decision) -> BTreeMap<String, String> {
        let standing = |s: &crate::decide::Standing| match s {
            crate::decide::Standing::Deeper(t) => format!("deeper {}", self.territory(*t)),
            other => format!("{other:?}"),
        };
        decision.placement.claims.iter().map(|c| (self.territory(c.territory).to_owned(), standing(&c.standing))).collect()
    }
}

/// An assignee in words.
pub fn words(assignee: &Assignee) -> String {
    match assignee {
        Assignee::Rep(key) => key.to_string(),
        Assignee::Queue(name) => format!("queue {name}"),
        Assignee::Nobody => "nobody".to_owned(),
    }
}

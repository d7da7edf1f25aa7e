//! Rows of a table as cases: one column for each field, and columns for what must become of the record.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::blocks::{arrival, completed, names};
use super::case::{Case, CaseRecord, Expectation, Expected, Given, ShareWanted, moment, moment_not_said};
use crate::decide::roster;
use crate::model::{Origin, Record, RecordId, Table, Type, Value, read_cell};
use crate::plan::Plan;
use crate::text::wording;

/// The columns that say what a test is.
const TEST_COLUMNS: &[&str] = &["test.name", "test.on", "test.given", "test.record"];

/// What can be expected, as columns name it; each also with `not_` in front.
const EXPECT_COLUMNS: &[&str] = &["rep", "rule", "territory", "queue", "team", "account", "overlay", "credit", "otherwise"];

/// Something wrong with a table of tests; nothing of the table is run then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableTrouble {
    /// Where, `file:line`.
    pub place: String,
    /// What, with the remedy.
    pub words: String,
}

/// Reads a table. Rows of one name that follow each other are one test with several records.
///
/// # Errors
/// Everything that is wrong with it.
pub fn of_table(plan: &Plan, table: &Table) -> Result<Vec<Case>, Vec<TableTrouble>> {
    let mut reading = Reading { plan, table, trouble: Vec::new() };
    reading.columns();
    let mut cases: Vec<Case> = Vec::new();
    for (line, cells) in &table.rows {
        let row = Row { line: *line, cells };
        let name = reading.cell(&row, "test.name").cloned();
        let last = cases.last_mut().filter(|case| name.as_ref().is_some_and(|n| case.name == *n));
        let at = last.as_ref().map_or(0, |case| case.records.len());
        let Some(record) = reading.record(&row, at) else { continue };
        if let Some(case) = last {
            case.records.push(record);
            continue;
        }
        cases.push(Case {
            name: name.unwrap_or_else(|| format!("{} line {line}", table.file).into()),
            place: reading.place(*line),
            on: reading.on(&row),
            givens: reading.givens(&row),
            records: vec![record],
        });
    }
    if reading.trouble.is_empty() { Ok(cases) } else { Err(reading.trouble) }
}

struct Row<'a> {
    line: u64,
    cells: &'a [Arc<str>],
}

struct Reading<'a> {
    plan: &'a Plan,
    table: &'a Table,
    trouble: Vec<TableTrouble>,
}

impl<'a> Reading<'a> {
    fn place(&self, line: u64) -> String {
        format!("{}:{line}", self.table.file)
    }

    fn wrong(&mut self, line: u64, words: String) {
        let place = self.place(line);
        self.trouble.push(TableTrouble { place, words });
    }

    /// Reports columns that are neither a field nor of a test.
    fn columns(&mut self) {
        let schema = &self.plan.book.schema;
        let kinds = self.plan.rule_order.keys().copied().chain(schema.find("lead"));
        let fields: BTreeSet<&str> = kinds.flat_map(|kind| schema.record(kind).by_name.keys().map(|n| &**n)).collect();
        let expects: Vec<String> = EXPECT_COLUMNS.iter().flat_map(|e| [format!("expect.{e}"), format!("expect.not_{e}")]).collect();
        let known: Vec<&str> = TEST_COLUMNS.iter().copied().chain(expects.iter().map(String::as_str)).chain(fields).collect();
        let mut wrong = Vec::new();
        for column in &self.table.columns {
            if known.contains(&&**column) {
                continue;
            }
            let near = wording::nearest(column, known.iter().copied());
            let help = if near.is_empty() {
                "A column is a field of the record, `test.name`, `test.on`, `test.given`, `test.record`, or `expect.` and what is expected."
                    .to_owned()
            } else {
                format!("Did you mean `{}`?", near.join("` or `"))
            };
            wrong.push(format!("the column `{column}` is no field and says nothing about a test. {help}"));
        }
        if !self.table.columns.iter().any(|c| c.starts_with("expect.")) {
            wrong.push("no column says what must become of the records. Add one such as `expect.rep` or `expect.rule`.".to_owned());
        }
        wrong.into_iter().for_each(|words| self.wrong(1, words));
    }

    fn cell(&self, row: &Row<'a>, column: &str) -> Option<&'a Arc<str>> {
        let at = self.table.columns.iter().position(|c| **c == *column)?;
        row.cells.get(at).filter(|cell| !cell.is_empty())
    }

    fn on(&mut self, row: &Row<'a>) -> jiff::Timestamp {
        let zone = &self.plan.book.zone;
        let written = self.cell(row, "test.on").cloned();
        match written.as_ref().map(|cell| (cell, moment(cell, zone))) {
            Some((_, Some(at))) => at,
            Some((cell, None)) => {
                self.wrong(row.line, format!("`{cell}` is no day and no time. Write for example 2027-03-01 or 2027-03-01T10:00Z."));
                moment_not_said(zone)
            }
            None => moment_not_said(zone),
        }
    }

    /// Reads `ana is away; juan has 40 open`.
    fn givens(&mut self, row: &Row<'a>) -> Vec<Given> {
        let mut givens = Vec::new();
        let cell = self.cell(row, "test.given").cloned().unwrap_or_default();
        for part in cell.split(';').map(str::trim).filter(|p| !p.is_empty()) {
            let given = part.strip_suffix(" is away").map(|rep| Given { rep: rep.trim().into(), open: None }).or_else(|| {
                let (rep, amount) = part.strip_suffix(" open")?.rsplit_once(" has ")?;
                Some(Given { rep: rep.trim().into(), open: Some(amount.trim().replace('_', "").parse().ok()?) })
            });
            match given {
                Some(given) => {
                    self.known("rep", &given.rep, row.line);
                    givens.push(given);
                }
                None => self.wrong(
                    row.line,
                    format!("`{part}` cannot be given. Write `REP is away` or `REP has 40 open`, with `;` between several."),
                ),
            }
        }
        givens
    }

    fn record(&mut self, row: &Row<'a>, at: usize) -> Option<CaseRecord> {
        let schema = &self.plan.book.schema;
        let kind = self.cell(row, "test.record").map_or("lead", |cell| cell);
        let Some(id) = schema.find(kind) else {
            self.wrong(row.line, format!("the book declares no record `{kind}`."));
            return None;
        };
        let ty = schema.record(id);
        let mut values: Vec<Option<Value>> = Vec::new();
        for field in &ty.fields {
            let cell = self.cell(row, &field.name).cloned();
            let value = cell.map(|cell| read_cell(&cell, &field.ty, &self.plan.book.zone)).transpose();
            match value {
                Ok(value) => values.push(value.flatten()),
                Err(unreadable) => {
                    values.push(None);
                    let said = if field.private { unreadable.masked() } else { unreadable.to_string() };
                    self.wrong(row.line, format!("`{}`: {said}", field.name));
                }
            }
        }
        let origin = Origin { file: self.table.file.clone(), line: row.line };
        let record = completed(Record { kind: id, key: "".into(), values, origin }, ty, at);
        Some(CaseRecord { at: arrival(&record, ty), expects: self.expects(row, id), record })
    }

    fn expects(&mut self, row: &Row<'a>, record: RecordId) -> Vec<Expectation> {
        let mut expects = Vec::new();
        for column in self.table.columns.clone() {
            let Some(what) = column.strip_prefix("expect.") else { continue };
            let Some(cell) = self.cell(row, &column).cloned() else { continue };
            let (negated, what) = what.strip_prefix("not_").map_or((false, what), |what| (true, what));
            let Some(expected) = self.expected(what, &cell, row.line, record) else { continue };
            let not = if negated { "not " } else { "" };
            let words = if what == "otherwise" { format!("{not}otherwise") } else { format!("{not}{what} {cell}") };
            expects.push(Expectation { negated, expected, words, place: self.place(row.line) });
        }
        expects
    }

    fn expected(&mut self, what: &str, cell: &str, line: u64, record: RecordId) -> Option<Expected> {
        if what == "otherwise" {
            let read = read_cell(cell, &Type::YesNo, &self.plan.book.zone);
            if !matches!(read, Ok(Some(Value::YesNo(_)))) {
                self.wrong(line, format!("`expect.otherwise` is yes or blank, not `{cell}`."));
            }
            return matches!(read, Ok(Some(Value::YesNo(true)))).then_some(Expected::Otherwise);
        }
        if what == "credit" {
            let credit = credit(cell);
            if credit.is_none() {
                self.wrong(line, format!("`{cell}` is no credit. Write for example `revenue 60% assignee, 40% territory owner`."));
            }
            return credit;
        }
        if cell == "none" && matches!(what, "territory" | "account") {
            return Some(if what == "territory" { Expected::NoTerritory } else { Expected::NoAccount });
        }
        let names = names(cell);
        names.iter().for_each(|name| self.known_of(what, name, line, record));
        Some(match what {
            "rep" => Expected::Rep(names),
            "rule" => Expected::Rule(names),
            "territory" => Expected::Territory(names),
            "queue" => Expected::Queue(names),
            "team" => Expected::Team(names),
            "account" => Expected::Account(names),
            "overlay" => Expected::Overlay(names),
            // Reported with the columns.
            _ => return None,
        })
    }

    fn known_of(&mut self, what: &str, name: &str, line: u64, record: RecordId) {
        let rule_elsewhere = what == "rule" && self.plan.book.rules.iter().any(|r| r.name.as_str() == name && r.record != record);
        if rule_elsewhere {
            let kind = self.plan.book.schema.record(record).name.clone();
            return self.wrong(line, format!("the rule `{name}` is not for {kind} records, so it never decides this one."));
        }
        self.known(what, name, line);
    }

    /// Reports a name that the book does not know: an expectation that it is not so could never fail.
    fn known(&mut self, what: &str, name: &str, line: u64) {
        let (plan, book) = (self.plan, &self.plan.book);
        let keys = |kind: Option<RecordId>| kind.into_iter().flat_map(|k| plan.data.all(k).map(|r| r.key.to_string())).collect::<Vec<_>>();
        let all: Vec<String> = match what {
            "rep" if roster::rep(plan, name).is_some() => return,
            "rep" => keys(book.rep.map(|r| r.record)),
            "rule" => book.rules.iter().map(|r| r.name.to_string()).collect(),
            "territory" => book.territories.iter().map(|t| t.name.to_string()).collect(),
            "queue" => book.queues.iter().map(ToString::to_string).collect(),
            "team" => book.teams.iter().map(|t| t.name.to_string()).collect(),
            "account" => keys(book.schema.find("account")),
            "overlay" => book.overlays.iter().map(|o| o.name.to_string()).collect(),
            _ => return,
        };
        if all.iter().any(|known| known == name) {
            return;
        }
        let near = wording::nearest(name, all.iter().map(String::as_str));
        let help = if near.is_empty() { String::new() } else { format!(" Did you mean `{}`?", near.join("` or `")) };
        self.wrong(line, format!("the book has no {what} `{name}`.{help}"));
    }
}

/// Reads `revenue 60% assignee, 40% territory owner`.
fn credit(cell: &str) -> Option<Expected> {
    let (ledger, rest) = cell.trim().split_once(' ')?;
    let shares: Option<Vec<ShareWanted>> = rest.split(',').map(share).collect();
    Some(Expected::Credit { ledger: ledger.trim_end_matches(':').into(), shares: shares? })
}

fn share(written: &str) -> Option<ShareWanted> {
    let (percent, role) = written.trim().split_once(' ')?;
    let role = role.split_whitespace().collect::<Vec<_>>().join(" ");
    // Both ways to write it mean the same.
    let role = role.strip_prefix("owner of ").map(|path| format!("{path} owner")).unwrap_or(role);
    let percent = match percent {
        "rest" => None,
        percent => Some(percent.strip_suffix('%')?.parse().ok()?),
    };
    Some(ShareWanted { percent, role })
}

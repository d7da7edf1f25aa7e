//! A small book to try checks on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Settings;
use crate::diagnostic::{DiagnosticName, Place, has_errors};
use crate::model::resolve::{self, Surroundings};
use crate::model::{FieldId, Record, RecordId, ReferenceData, Schema, Table, Value};
use crate::plan::Plan;
use crate::syntax;
use crate::text::{SourceFile, Sources};

const RECORDS: &str = "
record lead {
  id: text, key
  company: text, any case
  domain: text, any case
  country: one of [US, CA, DE]
  state: text
  postal: postal code
  employees: number
  revenue: money USD
  discount: percent
  products: set of [crm, security]
  account: account
}
record account { id: text, key  name: text  size: number  owner: rep }
record rep { id: text, key  active: yes/no  hours: calendar  load: number }
queues [triage]
team desk { members where rep.active  pick in turn }
otherwise { route to team desk, else queue triage }
";

/// Finds what is wrong with a book of the usual records and these rules, as `headline | labels | help`; the tables are
/// given as path and lines, the first being the header of one column each.
pub(crate) fn found(name: DiagnosticName, rules: &str, tables: &[(&str, &[&str])]) -> Vec<String> {
    let sources = Sources::new(vec![SourceFile::new("records.turf", RECORDS), SourceFile::new("rules.turf", rules)]);
    let mut findings = Vec::new();
    let mut trees = Vec::new();
    for (id, source) in sources.iter() {
        let parsed = syntax::parse(id, source);
        trees.push(parsed.tree);
        findings.extend(parsed.findings);
    }
    let (schema, wrong) = resolve::schema(&trees);
    findings.extend(wrong);
    let data = roster(&schema);
    let tables = tables.iter().map(|(path, lines)| ((*path).into(), Ok(table(path, lines)))).collect();
    let around = Surroundings { name: "sample", zone: &TimeZone::UTC, schema: &schema, tables: &tables, data: &data };
    let (book, wrong) = resolve::book(&trees, around);
    findings.extend(wrong);
    assert!(!has_errors(&findings), "{rules}: {findings:#?}");
    findings.extend(super::run(&Plan::new(Arc::new(book), Arc::new(data)), &Settings::default()));
    assert!(!has_errors(&findings), "{rules}: {findings:#?}");
    crate::diagnostic::sort(&mut findings);
    let of_name = findings.into_iter().filter(|f| f.name == name);
    of_name
        .map(|f| {
            let labels: Vec<String> = f
                .labels
                .iter()
                .map(|l| match &l.place {
                    Place::Source(_) => l.text.clone(),
                    Place::Data { file, line, .. } => format!("{file}:{} {}", line.unwrap_or(0), l.text),
                })
                .collect();
            format!("{} | {} | {}", f.headline, labels.join("; "), f.help.join(" "))
        })
        .collect()
}

fn table(path: &str, lines: &[&str]) -> Table {
    let cells = |line: &str| line.split(',').map(Into::into).collect();
    let (header, rows) = lines.split_first().map_or(("", &[][..]), |(h, r)| (*h, r));
    Table { file: path.into(), columns: cells(header), rows: rows.iter().zip(2..).map(|(r, line)| (line, cells(r))).collect() }
}

/// A roster of one: `ana`, who works by the calendar `berlin` if there is one.
fn roster(schema: &Schema) -> ReferenceData {
    let rep = schema.find("rep").unwrap_or(RecordId(0));
    let mut values = vec![None; schema.record(rep).fields.len()];
    let mut set = |field: &str, value: Value| {
        let field = schema.record(rep).find(field).unwrap_or(FieldId(0));
        values[field.index()] = Some(value);
    };
    set("id", Value::Text("ana".into()));
    set("active", Value::YesNo(true));
    set("hours", Value::Text("berlin".into()));
    let ana = Record { kind: rep, key: "ana".into(), values, origin: Default::default() };
    let all = BTreeMap::from([(ana.key.clone(), ana)]);
    ReferenceData { records: BTreeMap::from([(rep, all)]), ..Default::default() }
}

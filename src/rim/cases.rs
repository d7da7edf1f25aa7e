//! The tests of an opened book: its `test` blocks, and the tables that `turf.toml` names.

use std::sync::Arc;

use super::book::Opened;
use crate::data;
use crate::model::Table;
use crate::plan::Plan;
use crate::tester::{Case, blocks, of_table};

/// Returns the tests of a book, those of rule files first.
///
/// # Errors
/// What is wrong with the tables, one sentence each, with its place.
pub fn cases(opened: &Opened, plan: &Plan) -> Result<Vec<Case>, Vec<String>> {
    let snapshot = &opened.snapshot;
    let mut cases = blocks(&snapshot.trees, &snapshot.sources, &snapshot.schema, &opened.config.zone);
    let mut wrong = Vec::new();
    for file in &opened.config.tests {
        let table = match data::Table::read(&opened.folder.join(file), file, None) {
            Ok(table) => table,
            Err(error) => {
                wrong.push(format!("{error}. {}", error.remedy()));
                continue;
            }
        };
        wrong.extend(table.set_aside.iter().map(|row| row.to_string()));
        let columns = table.header.iter().map(|c| c.as_str().into()).collect();
        let rows = table.rows.into_iter().map(|r| (r.line, r.cells)).collect();
        match of_table(plan, &Table { file: Arc::from(file.as_str()), columns, rows }) {
            Ok(found) => cases.extend(found),
            Err(trouble) => wrong.extend(trouble.into_iter().map(|t| format!("{}: {}", t.place, t.words))),
        }
    }
    if wrong.is_empty() { Ok(cases) } else { Err(wrong) }
}

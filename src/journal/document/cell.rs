//! A record as it is written down, field by field.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Mask;
use crate::decide::memory_key;
use crate::model::{Field, Origin, Record, Schema, Type, Value, plain};

/// Holds the value of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// The value in plain form: numbers without groups, times in UTC, `yes` or `no`.
    Plain(String),
    /// The elements of a set, declared ones first.
    Elements(Vec<String>),
    /// A private value.
    Private {
        /// Its hash: the same for the same value, whatever the field.
        hash: String,
        /// The value, sealed with the key of the journal.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        sealed: Option<String>,
    },
}

/// Holds a record as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordDoc {
    /// Its type.
    pub kind: Arc<str>,
    /// Its key.
    pub id: Arc<str>,
    /// The file it was read from.
    pub file: Arc<str>,
    /// The line there, from 1.
    pub line: u64,
    /// The values by field; fields that are missing have none.
    pub fields: BTreeMap<Arc<str>, Cell>,
}

impl RecordDoc {
    /// Writes a record down.
    #[must_use]
    pub fn new(record: &Record, schema: &Schema, mask: Mask<'_>) -> Self {
        let ty = schema.record(record.kind);
        let cells = record.values.iter().zip(&ty.fields).filter_map(|(value, field)| {
            let plain = cell(value.as_ref()?, &field.ty);
            Some((field.name.clone(), if field.private { private(&plain, value.as_ref()?, (&ty.name, field), mask) } else { plain }))
        });
        let Origin { file, line } = record.origin.clone();
        Self { kind: ty.name.clone(), id: record.key.clone(), file, line, fields: cells.collect() }
    }
}

fn cell(value: &Value, ty: &Type) -> Cell {
    match value {
        Value::Set { listed, unlisted } => Cell::Elements(listed.iter().chain(unlisted).map(ToString::to_string).collect()),
        other => Cell::Plain(plain(other, ty)),
    }
}

fn private(cell: &Cell, value: &Value, (record, field): (&str, &Field), mask: Mask<'_>) -> Cell {
    // Looked up as it is compared, so that capitals hide no equal values.
    let hash = mask.key.hash(&memory_key(value, &field.ty).map_or_else(|| plain(value, &field.ty), |key| key.to_string()));
    let seal = |text: String| mask.key.seal(&place(record, &field.name), &text);
    Cell::Private { hash, sealed: mask.sealed.then(|| serde_json::to_string(cell).map(seal).ok()).flatten() }
}

/// The place a value is sealed for.
pub(super) fn place(record: &str, field: &str) -> String {
    format!("{record}.{field}")
}

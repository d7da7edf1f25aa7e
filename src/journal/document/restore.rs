//! What was written down, as it was: records and states read back, or why they cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use num_rational::BigRational;
use rust_decimal::Decimal;

use super::cell::place;
use super::{Cell, RecordDoc, StateDoc, ValueDoc};
use crate::journal::Key;
use crate::model::{Absence, Origin, Record, Rulebook, Type, Value, read_cell};
use crate::state::{Count, LimitKey, Past, State, Turn};

/// Says why something cannot be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cannot {
    /// A private value is needed and was not sealed.
    NotSealed {
        /// The field.
        field: Arc<str>,
    },
    /// A private value is needed and no key is at hand, or another one.
    NoKey {
        /// The field.
        field: Arc<str>,
    },
    /// The document does not fit the book it names.
    Unsound {
        /// What does not.
        what: String,
    },
}

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSealed { field } => {
                write!(f, "the private field `{field}` was written down as a hash only (`private = \"hash\"` under `[store]`)")
            }
            Self::NoKey { field } => write!(f, "the private field `{field}` is sealed, and the key of the journal is not at hand"),
            Self::Unsound { what } => f.write_str(what),
        }
    }
}

/// Reads a record back.
///
/// # Errors
/// When a private value cannot be opened, or the record does not fit the book.
pub fn restore_record(document: &RecordDoc, book: &Rulebook, key: Option<&Key>) -> Result<Record, Cannot> {
    let unsound = |what: String| Cannot::Unsound { what };
    let kind = book.schema.find(&document.kind).ok_or_else(|| unsound(format!("the book has no record `{}`", document.kind)))?;
    let ty = book.schema.record(kind);
    let mut values: Vec<Option<Value>> = vec![None; ty.fields.len()];
    for (name, cell) in &document.fields {
        let field = ty.find(name).ok_or_else(|| unsound(format!("the book has no field `{name}`")))?;
        let opened;
        let cell = match cell {
            Cell::Private { sealed, .. } => {
                let sealed = sealed.as_ref().ok_or_else(|| Cannot::NotSealed { field: name.clone() })?;
                let text = key.and_then(|k| k.open(&place(&document.kind, name), sealed));
                opened = text.and_then(|t| serde_json::from_str(&t).ok()).ok_or_else(|| Cannot::NoKey { field: name.clone() })?;
                &opened
            }
            other => other,
        };
        let declared = &book.schema.field(kind, field).ty;
        let value = value(cell, declared, book).ok_or_else(|| unsound(format!("what is written of `{name}` cannot be read")))?;
        if let Some(slot) = values.get_mut(field.index()) {
            *slot = Some(value);
        }
    }
    let origin = Origin { file: document.file.clone(), line: document.line };
    Ok(Record { kind, key: document.id.clone(), values, origin })
}

fn value(cell: &Cell, ty: &Type, book: &Rulebook) -> Option<Value> {
    match (cell, ty) {
        (Cell::Plain(text), ty) => read_cell(text, ty, &book.zone).ok()?,
        (Cell::Elements(all), Type::Set { separator, .. }) if !all.is_empty() => read_cell(&all.join(separator), ty, &book.zone).ok()?,
        (Cell::Elements(_), Type::Set { .. }) => Some(Value::Set { listed: BTreeSet::new(), unlisted: BTreeSet::new() }),
        _ => None,
    }
}

/// Reads the state consulted back; `remembered` are the record's own values, by record type and field, to find hashed ones by.
///
/// # Errors
/// When a number cannot be read, or a hashed value is none of those.
pub fn restore_state(document: &StateDoc, remembered: &[(Arc<str>, Arc<str>, Arc<str>)], key: Option<&Key>) -> Result<State, Cannot> {
    let unsound = |what: &str, text: &str| Cannot::Unsound { what: format!("the {what} `{text}` cannot be read") };
    let mut state =
        State { open: document.open.clone(), received: document.received.clone(), rejected: document.rejected.clone(), ..State::default() };
    for (team, reps) in &document.turns {
        for (rep, turn) in reps {
            let pointer = turn.pointer.parse::<BigRational>().map_err(|_| unsound("turn", &turn.pointer))?;
            state.turns.entry(team.clone()).or_default().insert(rep.clone(), Turn { pointer, skipped: turn.skipped });
        }
    }
    for count in &document.counts {
        let limit = LimitKey { team: count.team.clone(), position: count.limit };
        state.counts.entry(limit).or_default().insert(count.rep.clone(), Count { period: count.period, count: count.count });
    }
    for (rep, all) in &document.away {
        state.away.insert(rep.clone(), all.iter().map(Absence::from).collect());
    }
    for (team, reps) in &document.weights {
        let mut weights: BTreeMap<Arc<str>, Decimal> = BTreeMap::new();
        for (rep, weight) in reps {
            weights.insert(rep.clone(), weight.parse().map_err(|_| unsound("weight", weight))?);
        }
        state.weights.insert(team.clone(), weights);
    }
    for row in &document.history {
        let value = match &row.value {
            ValueDoc::Value(value) => value.clone(),
            ValueDoc::Hash(hash) => {
                let own = remembered
                    .iter()
                    .find(|(of, by, value)| *of == row.of && *by == row.by && key.is_some_and(|k| *k.hash(value) == **hash));
                own.map(|(_, _, value)| value.clone()).ok_or_else(|| Cannot::NoKey { field: row.by.clone() })?
            }
        };
        let values = state.history.entry(row.of.clone()).or_default().entry(row.by.clone()).or_default();
        values.insert(value, Past::from(&row.past));
    }
    Ok(state)
}

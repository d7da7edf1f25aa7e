//! A table of text as read from a file: what lists, closed days and territory tables are made from.
//!
//! Reading it is the business of `data/`; the model only takes columns from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Type, Value, small_letters};

/// Holds a file of rows as text, cells trimmed.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Path as written in the book.
    pub file: Arc<str>,
    /// Column names in file order.
    pub columns: Vec<Arc<str>>,
    /// Rows, each with the line it begins on and one cell per column.
    pub rows: Vec<(u64, Vec<Arc<str>>)>,
}

impl Table {
    /// Returns the position of a column by its exact name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| &**c == name)
    }
}

/// Holds the tables a book names, by path as written; a file that could not be read is kept as the reason.
pub type Tables = BTreeMap<Arc<str>, Result<Table, String>>;

/// Returns the text under which a value is looked up in a table; unlisted values and sets are never found.
#[must_use]
pub fn look_up_key(value: &Value, ty: &Type) -> Option<Arc<str>> {
    match value {
        Value::Text(text) if *ty == (Type::Text { any_case: true }) => Some(small_letters(text)),
        Value::Text(text) | Value::Choice(text) | Value::Reference(text) => Some(text.clone()),
        Value::Number(number) => Some(number.normalize().to_string().into()),
        Value::Unlisted(_) | Value::Set { .. } | Value::Date(_) | Value::Time(_) | Value::YesNo(_) => None,
    }
}

//! One cell of a result, and rows of them as CSV.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::model::{Type, Value, plain};

/// One cell of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutCell<'a> {
    /// Nothing: the empty cell, null in JSON.
    Missing,
    /// Text.
    Text(Cow<'a, str>),
    /// An exact number.
    Number(Decimal),
    /// Yes or no: true or false in JSON.
    YesNo(bool),
    /// Several texts: separated by `;` in CSV, an array in JSON.
    List(Vec<Cow<'a, str>>),
}

impl<'a> OutCell<'a> {
    /// Makes a cell of text.
    #[must_use]
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Makes a cell of a field's value.
    #[must_use]
    pub fn of(value: Option<&'a Value>, ty: &Type) -> Self {
        match value {
            None => Self::Missing,
            Some(Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t)) => Self::Text(Cow::Borrowed(t)),
            Some(Value::Set { listed, unlisted }) => Self::List(listed.iter().chain(unlisted).map(|e| Cow::Borrowed(&**e)).collect()),
            Some(Value::Number(n)) => Self::Number(*n),
            Some(Value::YesNo(yes)) => Self::YesNo(*yes),
            Some(other) => Self::Text(plain(other, ty).into()),
        }
    }

    /// Returns the cell as one text.
    #[cfg(any(feature = "arrow", feature = "xlsx"))]
    pub(super) fn plain(&self) -> Cow<'_, str> {
        self.csv(false)
    }

    pub(super) fn csv(&self, guarded: bool) -> Cow<'_, str> {
        let text = |text: Cow<'a, str>| if guarded { guard(text) } else { text };
        match self {
            Self::Missing => "".into(),
            Self::Text(t) => text(t.clone()),
            Self::Number(n) => n.normalize().to_string().into(),
            Self::YesNo(yes) => if *yes { "yes" } else { "no" }.into(),
            Self::List(all) => text(all.join(";").into()),
        }
    }
}

impl Serialize for OutCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_none(),
            Self::Text(t) => serializer.serialize_str(t),
            Self::Number(n) => RawValue::from_string(n.normalize().to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer),
            Self::YesNo(yes) => serializer.serialize_bool(*yes),
            Self::List(all) => all.serialize(serializer),
        }
    }
}

/// Appends rows of CSV as [`TableWriter`] writes them, for whoever writes many rows at once.
pub fn push_csv_row(out: &mut Vec<u8>, cells: &[OutCell<'_>], guarded: bool) {
    for (position, cell) in cells.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        push_csv_cell(out, &cell.csv(guarded));
    }
    out.push(b'\n');
}

/// Appends one cell of text, quoted where CSV needs it (RFC 4180).
pub fn push_csv_cell(out: &mut Vec<u8>, cell: &str) {
    if cell.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        out.push(b'"');
        for byte in cell.bytes() {
            if byte == b'"' {
                out.push(byte);
            }
            out.push(byte);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(cell.as_bytes());
    }
}

/// Puts an apostrophe before text that a spreadsheet would run (OWASP, CSV injection).
fn guard(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text }
}

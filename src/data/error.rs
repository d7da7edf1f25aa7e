//! Troubles: those of the world, which stop a command, and those of a row, which set the row aside.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use serde::Serialize;

use super::OutCell;
use crate::diagnostic::{Diagnostic, DiagnosticName};

/// Says what in the world stopped the work; a command that meets one ends with exit code 2.
#[derive(Debug)]
pub enum DataError {
    /// There is no such file.
    Missing {
        /// Path as shown to people.
        file: Arc<str>,
    },
    /// The file cannot be read.
    Unreadable {
        /// Path as shown to people.
        file: Arc<str>,
        /// What the system says.
        reason: io::Error,
    },
    /// The file cannot be written.
    Unwritable {
        /// Path as shown to people.
        file: Arc<str>,
        /// What the system says.
        reason: io::Error,
    },
    /// Whoever read the output has gone away.
    BrokenPipe,
    /// The file is something else than text in UTF-8.
    NotText {
        /// Path as shown to people.
        file: Arc<str>,
        /// What it seems to be.
        found: &'static str,
    },
    /// The file is of a kind that this build neither reads nor writes.
    NotBuilt {
        /// Path as shown to people.
        file: Arc<str>,
        /// What it is.
        found: &'static str,
        /// The feature to build with.
        feature: &'static str,
    },
    /// The header holds a byte that is not UTF-8.
    NotUtf8 {
        /// Path as shown to people.
        file: Arc<str>,
        /// Line, from 1.
        line: u64,
        /// Position of the byte in the file, from 1.
        byte: u64,
    },
    /// The file has no header.
    Empty {
        /// Path as shown to people.
        file: Arc<str>,
    },
    /// A row goes on for more than [`super::LONGEST_ROW`] bytes.
    TooLong {
        /// Path as shown to people.
        file: Arc<str>,
        /// Line where it begins, from 1.
        line: u64,
    },
    /// Two columns have the name that is looked for.
    TwoColumns {
        /// Path as shown to people.
        file: Arc<str>,
        /// The name.
        column: String,
    },
    /// Columns are missing; one finding each.
    MissingColumns {
        /// Path as shown to people.
        file: Arc<str>,
        /// The findings.
        findings: Vec<Diagnostic>,
    },
    /// The temporary files for sorting cannot be used.
    Spill {
        /// What the system says.
        reason: io::Error,
    },
}

impl DataError {
    /// Makes the error of a failed read.
    #[must_use]
    pub fn reading(file: &str, reason: io::Error) -> Self {
        if reason.kind() == io::ErrorKind::NotFound {
            Self::Missing { file: file.into() }
        } else {
            Self::Unreadable { file: file.into(), reason }
        }
    }

    /// Makes the error of a failed write; a reader that went away is an error of its own.
    #[must_use]
    pub fn writing(file: &str, reason: io::Error) -> Self {
        if reason.kind() == io::ErrorKind::BrokenPipe { Self::BrokenPipe } else { Self::Unwritable { file: file.into(), reason } }
    }

    /// Returns what to do about it, as a whole sentence.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Missing { file } => format!("Check the spelling of `{file}`, and the folder turf is run in."),
            Self::Unreadable { file, .. } => format!("See that `{file}` is a file and that you may read it."),
            Self::Unwritable { file, .. } => {
                format!("See that the folder of `{file}` exists, that you may write to it, and that the disk has room.")
            }
            Self::BrokenPipe => "Nothing is wrong if the reader had seen enough.".to_owned(),
            Self::NotText { .. } | Self::NotUtf8 { .. } => {
                "Save it again as UTF-8; spreadsheets call this `CSV UTF-8 (comma delimited)`.".to_owned()
            }
            Self::NotBuilt { feature, .. } => {
                format!("Take a released turf, build it with `cargo build --release --features {feature}`, or use CSV or JSON lines.")
            }
            Self::Empty { .. } => "Give it a first line with the names of the columns.".to_owned(),
            Self::TooLong { line, .. } => format!("A closing quote is probably missing at or after line {line}: put it in."),
            Self::TwoColumns { column, .. } => format!("Rename one of the columns called `{column}`, or take one out."),
            Self::MissingColumns { findings, .. } => findings.first().and_then(|d| d.help.first()).cloned().unwrap_or_default(),
            Self::Spill { .. } => "Make room in the folder for temporary files, or name another one in `TMPDIR`.".to_owned(),
        }
    }

    /// Returns the error as findings about the book's data.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        let (name, file, line) = match self {
            Self::MissingColumns { findings, .. } => return findings.clone(),
            Self::Missing { file } | Self::Unreadable { file, .. } | Self::Unwritable { file, .. } => {
                (DiagnosticName::MissingFile, &**file, None)
            }
            Self::NotText { file, .. } => (DiagnosticName::NotUtf8, &**file, None),
            Self::NotBuilt { file, .. } => (DiagnosticName::MissingFile, &**file, None),
            Self::NotUtf8 { file, line, .. } => (DiagnosticName::NotUtf8, &**file, Some(*line)),
            Self::Empty { file } | Self::TwoColumns { file, .. } => (DiagnosticName::MissingColumn, &**file, Some(1)),
            Self::TooLong { file, line } => (DiagnosticName::TooLarge, &**file, Some(*line)),
            Self::BrokenPipe | Self::Spill { .. } => (DiagnosticName::MissingFile, "", None),
        };
        vec![Diagnostic::new(name, self.to_string()).in_data(file, line, None, "").help(self.remedy())]
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { file } => write!(f, "there is no file `{file}`"),
            Self::Unreadable { file, reason } => write!(f, "`{file}` cannot be read: {reason}"),
            Self::Unwritable { file, reason } => write!(f, "`{file}` cannot be written: {reason}"),
            Self::BrokenPipe => f.write_str("the output was closed before everything was written"),
            Self::NotText { file, found } => write!(f, "`{file}` is {found}, not text in UTF-8"),
            Self::NotBuilt { file, found, .. } => write!(f, "`{file}` is {found}, and this turf was built without them"),
            Self::NotUtf8 { file, line, byte } => write!(f, "the header of `{file}` is not UTF-8 at line {line}, byte {byte} of the file"),
            Self::Empty { file } => write!(f, "`{file}` is empty: it has not even a header"),
            Self::TooLong { file, line } => write!(f, "the row that begins on line {line} of `{file}` is longer than 16 MiB"),
            Self::TwoColumns { file, column } => write!(f, "`{file}` has two columns called `{column}`"),
            Self::MissingColumns { file, findings } => match findings.as_slice() {
                [one] => f.write_str(&one.headline),
                more => write!(f, "`{file}` lacks {} columns", more.len()),
            },
            Self::Spill { reason } => write!(f, "the temporary files for sorting cannot be used: {reason}"),
        }
    }
}

impl std::error::Error for DataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { reason, .. } | Self::Unwritable { reason, .. } | Self::Spill { reason } => Some(reason),
            _ => None,
        }
    }
}

/// Holds a row that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// Path as shown to people.
    pub file: Arc<str>,
    /// Line where the row begins, from 1.
    pub line: u64,
    /// The column, when one cell is to blame.
    pub column: Option<String>,
    /// The cell, shortened; absent for private fields.
    pub value: Option<String>,
    /// What is wrong, as a sentence without a full stop.
    pub reason: String,
}

impl SetAside {
    /// Returns the cells of a table of such rows: file, line, column, value, reason.
    #[must_use]
    pub fn cells(&self) -> [OutCell<'_>; 5] {
        let text = |t: &'_ Option<String>| t.as_ref().map_or(OutCell::Missing, |t| OutCell::Text(Cow::Owned(t.clone())));
        [OutCell::text(&*self.file), OutCell::Number(self.line.into()), text(&self.column), text(&self.value), OutCell::text(&*self.reason)]
    }
}

impl fmt::Display for SetAside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(&self.reason)
    }
}

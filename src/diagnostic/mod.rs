//! Problems as data: a stable name, a severity, a headline, labels on places, help, and where possible the literal fix.
//!
//! Findings are made here by every floor above and printed only at the rim. Printing lives in [`render`].

mod name;
pub mod render;
mod witness;

pub use name::DiagnosticName;
pub use witness::{Plain, Shown, Witness};

use serde::Serialize;

use crate::text::Span;

/// Says how bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The book cannot be used until it is mended.
    Error,
    /// The book can be used, and somebody should look.
    Warning,
    /// Something that could be better.
    Advice,
}

/// Says where a finding points: into a rule file, or at a cell of a data file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// A range of a rule file.
    Source(Span),
    /// A cell, a row (no column) or a whole file (no line) of a data file or of `turf.toml`.
    Data {
        /// Path as shown to people.
        file: String,
        /// Line, from 1.
        line: Option<u64>,
        /// Column name as the file spells it.
        column: Option<String>,
    },
}

/// Points at a place and says what is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// Replaces a range of a rule file, to mend what was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fix {
    /// The range to replace.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// Holds one finding. The first label is the main place; the others show what it clashes with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable name, as in `turf check --explain NAME`.
    pub name: DiagnosticName,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, as one sentence without a full stop.
    pub headline: String,
    /// Where; the first is the main place.
    pub labels: Vec<Label>,
    /// What to do, as whole sentences.
    pub help: Vec<String>,
    /// The literal replacement, when there is exactly one sensible one.
    pub fix: Option<Fix>,
    /// Records the finding is about, in words, the largest part first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// A record that shows it, made for the purpose and asked of the evaluator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Witness>,
    /// How many records of the file asked about it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concerns: Option<Concerns>,
    /// Position of the records it is about among the regions of the proofs; for counting them, never printed.
    #[serde(skip)]
    pub region: Option<usize>,
}

/// How many records of a file a finding concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Concerns {
    /// How many records.
    pub records: u64,
    /// Their sum of a money field, if there is one: the number and, in words, with its currency.
    pub money: Option<(String, String)>,
    /// The key of the first of them in the file.
    pub first: Option<String>,
}

impl Diagnostic {
    /// Makes a finding at the severity its name stands for.
    #[must_use]
    pub fn new(name: DiagnosticName, headline: impl Into<String>) -> Self {
        Self {
            name,
            severity: name.severity(),
            headline: headline.into(),
            labels: Vec::new(),
            help: Vec::new(),
            fix: None,
            about: Vec::new(),
            example: None,
            concerns: None,
            region: None,
        }
    }

    /// Adds a label on a range of a rule file.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { place: Place::Source(span), text: text.into() });
        self
    }

    /// Adds a label on a place of a data file.
    #[must_use]
    pub fn in_data(mut self, file: impl Into<String>, line: Option<u64>, column: Option<&str>, text: impl Into<String>) -> Self {
        let place = Place::Data { file: file.into(), line, column: column.map(str::to_owned) };
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Adds a sentence of help.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Changes the severity, where it depends on what was found.
    #[must_use]
    pub fn as_severe_as(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Says which records it is about.
    #[must_use]
    pub fn about(mut self, about: Vec<String>) -> Self {
        self.about = about;
        self
    }

    /// Adds the example that shows it.
    #[must_use]
    pub fn shown_by(mut self, example: Option<Witness>) -> Self {
        self.example = example;
        self
    }

    /// Adds the literal fix.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Adds "did you mean" help for near names, and the fix when exactly one is near.
    #[must_use]
    pub fn near(self, span: Span, near: &[String]) -> Self {
        match near {
            [] => self,
            [one] => self.help(format!("Did you mean `{one}`?")).fix(span, crate::text::wording::as_written(one)),
            more => self.help(format!(
                "Did you mean {}?",
                crate::text::wording::join(&more.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>(), "or")
            )),
        }
    }

    /// Returns the key findings are sorted by: place first, then name and headline.
    fn order(&self) -> (Option<&Place>, DiagnosticName, &str) {
        (self.labels.first().map(|l| &l.place), self.name, &self.headline)
    }
}

/// Sorts findings by place and drops exact repeats, so that the same book always prints the same bytes.
pub fn sort(findings: &mut Vec<Diagnostic>) {
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings.dedup();
}

/// Returns whether any finding is an error.
#[must_use]
pub fn has_errors(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|d| d.severity == Severity::Error)
}

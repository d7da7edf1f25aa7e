//! Findings to text: for the terminal, one a line, JSON, and what reviewers' tools read.

mod hosted;
mod json;
mod line;
mod terminal;

pub use hosted::{github, junit, sarif};
pub use json::{json, range};
pub use line::lines;
pub use terminal::{Look, terminal};

use std::collections::BTreeSet;

use super::{Concerns, Diagnostic, Place, Severity};
use crate::text::{Sources, wording};

/// Says in one line how many findings there are, and in how many files.
#[must_use]
pub fn tally(findings: &[Diagnostic], sources: &Sources) -> String {
    let of = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let mut parts = Vec::new();
    for (severity, one, many) in
        [(Severity::Error, "error", "errors"), (Severity::Warning, "warning", "warnings"), (Severity::Advice, "advice", "pieces of advice")]
    {
        if of(severity) > 0 {
            parts.push(wording::count(of(severity), one, many));
        }
    }
    let files: BTreeSet<String> = findings.iter().filter_map(|f| f.labels.first()).map(|l| file_of(&l.place, sources)).collect();
    if parts.is_empty() {
        return "nothing to report".to_owned();
    }
    format!("{} in {}", wording::join(&parts, "and"), wording::count(files.len().max(1), "file", "files"))
}

fn file_of(place: &Place, sources: &Sources) -> String {
    match place {
        Place::Source(span) => sources.get(span.file).map_or_else(String::new, |f| f.path().to_owned()),
        Place::Data { file, .. } => file.clone(),
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}

/// Says how many records of the file a finding concerns.
#[must_use]
pub fn concerns(concerns: &Concerns) -> String {
    format!("in the file: {}", concerned(concerns))
}

/// Says how many records there are, with how much money, and which is the first.
fn concerned(concerns: &Concerns) -> String {
    let records = wording::count(usize::try_from(concerns.records).unwrap_or(usize::MAX), "record", "records");
    let money = concerns.money.as_ref().map_or_else(String::new, |(_, words)| format!(" with {words}"));
    let first = concerns.first.as_ref().map_or_else(String::new, |key| format!(", the first is {key}"));
    format!("{records}{money}{first}")
}

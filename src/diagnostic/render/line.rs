//! One finding a line: `file:line:column: error[name]: headline. Help.`, for editors and logs.

use super::{concerned, severity_word};
use crate::diagnostic::{Diagnostic, Place};
use crate::text::Sources;

/// Writes findings one a line, each ended by a newline.
#[must_use]
pub fn lines(findings: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for finding in findings {
        let mut line = String::new();
        if let Some(label) = finding.labels.first() {
            line.push_str(&place(&label.place, sources));
            line.push_str(": ");
        }
        line.push_str(&format!("{}[{}]: {}.", severity_word(finding.severity), finding.name, finding.headline));
        if let Some(example) = &finding.example {
            line.push_str(&format!(" Example: {}.", example.in_words()));
        }
        if let Some(concerns) = &finding.concerns {
            line.push_str(&format!(" In the file: {}.", concerned(concerns)));
        }
        for help in &finding.help {
            line.push(' ');
            line.push_str(help);
        }
        // A cell quoted in a headline may hold line ends of its own.
        out.push_str(&line.replace(['\r', '\n'], " "));
        out.push('\n');
    }
    out
}

/// Writes a place as `file:line:column`, with the column's name for data.
pub(super) fn place(place: &Place, sources: &Sources) -> String {
    match place {
        Place::Source(span) => sources.get(span.file).map_or_else(String::new, |file| {
            let at = file.line_column(span.start);
            format!("{}:{}:{}", file.path(), at.line, at.column)
        }),
        Place::Data { file, line, column } => {
            let line = line.map_or_else(String::new, |l| format!(":{l}"));
            let column = column.as_ref().map_or_else(String::new, |c| format!(" column `{c}`"));
            format!("{file}{line}{column}")
        }
    }
}

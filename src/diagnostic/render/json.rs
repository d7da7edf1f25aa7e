//! Findings as JSON: `{"format": "turf-findings/1", "findings": [...]}`; the shape is kept within a version.

use serde_json::{Value, json};

use super::severity_word;
use crate::diagnostic::{Diagnostic, Label, Place};
use crate::text::{Sources, Span};

/// Writes findings as one JSON document. Lines and columns count from 1, columns in characters, offsets in bytes.
#[must_use]
pub fn json(findings: &[Diagnostic], sources: &Sources) -> Value {
    let findings: Vec<Value> = findings
        .iter()
        .map(|f| {
            json!({
                "name": f.name.as_str(),
                "severity": severity_word(f.severity),
                "headline": f.headline,
                "labels": f.labels.iter().map(|l| label(l, sources)).collect::<Vec<_>>(),
                "help": f.help,
                "fix": f.fix.as_ref().map(|fix| json!({ "at": range(fix.span, sources), "replacement": fix.replacement })),
                "about": f.about,
                "example": f.example,
                "concerns": f.concerns,
            })
        })
        .collect();
    json!({ "format": "turf-findings/1", "findings": findings })
}

fn label(label: &Label, sources: &Sources) -> Value {
    let at = match &label.place {
        Place::Source(span) => range(*span, sources),
        Place::Data { file, line, column } => json!({ "file": file, "line": line, "data_column": column }),
    };
    json!({ "at": at, "text": label.text })
}

/// Writes a place in a rule file; null when there is no such file.
#[must_use]
pub fn range(span: Span, sources: &Sources) -> Value {
    let Some(file) = sources.get(span.file) else { return Value::Null };
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    json!({
        "file": file.path(),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "start_byte": span.start,
        "end_byte": span.end,
    })
}

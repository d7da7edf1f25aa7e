//! Findings for a person at a terminal: the line of the file, marks under it, help, and the fix.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

use super::tally;
use crate::diagnostic::{Diagnostic, Fix, Label, Place, Severity};
use crate::text::{SourceFile, Sources, Span};

/// How many lines may lie between two labels shown in one piece of text.
const NEAR: usize = 12;

/// Says how output looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether to use colours.
    pub colour: bool,
    /// Width of the terminal in columns.
    pub width: usize,
}

/// Writes findings with the lines they point at, then a tally and the command that tells more.
#[must_use]
pub fn terminal(findings: &[Diagnostic], sources: &Sources, look: Look) -> String {
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(look.width);
    let mut out = String::new();
    for finding in findings {
        out.push_str(&renderer.render(&groups(finding, sources)));
        out.push_str("\n\n");
    }
    out.push_str(&tally(findings, sources));
    out.push('\n');
    if let Some(first) = findings.first() {
        out.push_str(&format!("More about one of them: turf check --explain {}\n", first.name));
    }
    // The renderer pads some lines with blanks.
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Advice => Level::INFO.with_name("advice"),
    }
}

/// How many parts of what a finding is about are shown.
const PARTS: usize = 5;

/// How long a part may be before its end is left to programs.
const LONGEST: usize = 600;

/// Leaves out the end of a very long list of names.
fn shortened(part: &str) -> String {
    let start = part.char_indices().nth(LONGEST).and_then(|(end, _)| part.get(..end));
    let whole_names = start.and_then(|start| start.rsplit_once(", "));
    whole_names.map_or_else(|| part.to_owned(), |(names, _)| format!("{names} and more; `--format json` has them all"))
}

/// What a finding shows besides its places: which records, an example, how many there are.
fn notes(finding: &Diagnostic) -> Vec<String> {
    let mut notes: Vec<String> = finding.about.iter().take(PARTS).map(|part| shortened(part)).collect();
    if finding.about.len() > PARTS {
        notes.push(format!("and {} more; `--format json` lists them all", finding.about.len() - PARTS));
    }
    notes.extend(finding.example.as_ref().map(|e| format!("for example {}", e.in_words())));
    notes.extend(finding.concerns.as_ref().map(super::concerns));
    notes
}

fn groups<'a>(finding: &'a Diagnostic, sources: &'a Sources) -> Vec<Group<'a>> {
    let mut group =
        level(finding.severity).primary_title(&finding.headline).id(finding.name.as_str()).elements(places(&finding.labels, sources));
    for note in notes(finding) {
        group = group.element(Level::NOTE.message(note));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(help));
    }
    let mut groups = vec![group];
    if let Some(patch) = finding.fix.as_ref().and_then(|fix| patch(fix, sources)) {
        groups.push(Level::HELP.secondary_title("put right").element(patch));
    }
    groups
}

/// Labels of one file that lie near one another share a piece of its text.
fn places<'a>(labels: &'a [Label], sources: &'a Sources) -> Vec<Element<'a>> {
    let mut elements: Vec<Element<'a>> = Vec::new();
    let mut open: Vec<(Span, &'a Label, bool)> = Vec::new();
    for (position, label) in labels.iter().enumerate() {
        match &label.place {
            Place::Source(span) => {
                let apart = open.first().is_some_and(|(first, ..)| !near(*first, *span, sources));
                if apart {
                    elements.extend(snippet(&std::mem::take(&mut open), sources));
                }
                open.push((*span, label, position == 0));
            }
            Place::Data { file, line, column } => {
                elements.extend(snippet(&std::mem::take(&mut open), sources));
                let origin = Origin::path(file);
                elements.push(match line.and_then(|l| usize::try_from(l).ok()) {
                    Some(line) => origin.line(line).into(),
                    None => origin.into(),
                });
                let text = match (column, label.text.as_str()) {
                    (Some(column), "") => format!("in column `{column}`"),
                    (Some(column), text) => format!("in column `{column}`: {text}"),
                    (None, text) => text.to_owned(),
                };
                if !text.is_empty() {
                    elements.push(Level::NOTE.message(text).into());
                }
            }
        }
    }
    elements.extend(snippet(&open, sources));
    elements
}

fn near(first: Span, second: Span, sources: &Sources) -> bool {
    let Some(file) = sources.get(first.file) else { return false };
    first.file == second.file && file.line_column(first.start).line.abs_diff(file.line_column(second.start).line) <= NEAR
}

fn snippet<'a>(labels: &[(Span, &'a Label, bool)], sources: &'a Sources) -> Option<Element<'a>> {
    let (first, ..) = labels.first()?;
    let file = sources.get(first.file)?;
    let start = labels.iter().map(|(s, ..)| s.start).min()?;
    let end = labels.iter().map(|(s, ..)| s.end).max()?;
    let (text, begin) = lines_around(file, start as usize, end as usize);
    let mut snippet = Snippet::source(text).path(file.path()).line_start(file.line_column(u32::try_from(begin).ok()?).line).fold(true);
    for (span, label, main) in labels {
        let kind = if *main { AnnotationKind::Primary } else { AnnotationKind::Context };
        let mut annotation = kind.span(within(*span, begin, text));
        if !label.text.is_empty() {
            annotation = annotation.label(label.text.as_str());
        }
        snippet = snippet.annotation(annotation);
    }
    Some(snippet.into())
}

fn patch<'a>(fix: &'a Fix, sources: &'a Sources) -> Option<Snippet<'a, Patch<'a>>> {
    let file = sources.get(fix.span.file)?;
    let (text, begin) = lines_around(file, fix.span.start as usize, fix.span.end as usize);
    let line = file.line_column(u32::try_from(begin).ok()?).line;
    let patch = Patch::new(within(fix.span, begin, text), fix.replacement.as_str());
    Some(Snippet::source(text).path(file.path()).line_start(line).patch(patch))
}

/// A span's first line only: an item of many lines is marked by its heading.
fn within(span: Span, begin: usize, text: &str) -> std::ops::Range<usize> {
    let start = (span.start as usize).saturating_sub(begin).min(text.len());
    let end = (span.end as usize).saturating_sub(begin).clamp(start, text.len());
    let marked = text.get(start..end).unwrap_or("");
    let first_line = marked.find('\n').map_or(end, |at| start + marked.get(..at).map_or(0, |l| l.trim_end().len()));
    start..first_line
}

/// Returns the whole lines that hold a range, and where they begin.
fn lines_around(file: &SourceFile, start: usize, end: usize) -> (&str, usize) {
    let text = file.text();
    let begin = text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
    let stop = text.get(end..).and_then(|t| t.find('\n')).map_or(text.len(), |at| end + at);
    (text.get(begin..stop).unwrap_or(""), begin)
}

//! Finds what else is wrong in an item that does not parse: mends the text, reads it again, and so on.
//!
//! What comes in is the item and the slips already found in it; each of their fixes is applied. Where the grammar still
//! stops, the ways in which people go wrong there are tried one by one (`guess`), and the first with which the grammar gets
//! further is the fix. Where none helps, the statement is reported, left out, and reading goes on behind it.

use std::ops::Range;

use pest::Parser as _;
use pest::error::{Error, InputLocation};

use super::scan::{Scanner, Seen, Token};
use super::{Rule, TurfParser, expected, guess, statement};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::{FileId, Span};

/// The most findings that reading again may add to an item.
const MOST: usize = 12;

/// The most bytes read again for one item, so that a huge item with a mistake costs little more than one without.
const EFFORT: usize = 4 << 20;

/// A change of the text being read: what to replace, and by what.
pub(super) type Edit = (Range<usize>, String);

/// The item with the mends so far.
struct Mended<'t> {
    original: &'t str,
    /// Places in the original, sorted, none overlapping another.
    edits: Vec<Edit>,
}

impl Mended<'_> {
    /// Adds an edit of the original; one that overlaps another is refused.
    fn add(&mut self, range: Range<usize>, replacement: String) -> bool {
        let clash = |(other, _): &Edit| range.start < other.end && other.start < range.end || range == *other;
        if range.end > self.original.len() || self.edits.iter().any(clash) {
            return false;
        }
        let at = self.edits.partition_point(|(other, _)| (other.start, other.end) < (range.start, range.end));
        self.edits.insert(at, (range, replacement));
        true
    }

    /// Leaves a part of the original out, with all edits inside it.
    fn leave_out(&mut self, range: Range<usize>) -> bool {
        self.edits.retain(|(other, _)| other.start < range.start || other.end > range.end);
        self.add(range, " ".to_owned())
    }

    fn text(&self) -> String {
        let (mut text, mut from) = (String::with_capacity(self.original.len()), 0);
        for (range, replacement) in &self.edits {
            text.push_str(self.original.get(from..range.start).unwrap_or(""));
            text.push_str(replacement);
            from = range.end;
        }
        text.push_str(self.original.get(from..).unwrap_or(""));
        text
    }

    /// Returns the place in the original of a place in the mended text; a place inside an edit gives the edit's beginning.
    fn original(&self, at: usize) -> usize {
        let (mut mended, mut from) = (0, 0);
        for (range, replacement) in &self.edits {
            let kept = range.start - from;
            if at < mended + kept {
                break;
            }
            mended += kept;
            if at < mended + replacement.len() {
                return range.start;
            }
            mended += replacement.len();
            from = range.end;
        }
        from + (at - mended)
    }
}

/// Returns where the grammar stopped.
pub(super) fn stopped(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// Adds what else is wrong in the item to what was found already.
pub(super) fn rest(file: FileId, start: usize, text: &str, first: &Error<Rule>, found: &mut Vec<Diagnostic>) {
    let mut mended = Mended { original: text, edits: Vec::new() };
    let mut clear = true;
    for finding in found.iter() {
        match &finding.fix {
            Some(fix) => {
                let at = |place: u32| (place as usize).saturating_sub(start);
                mended.add(at(fix.span.start)..at(fix.span.end), fix.replacement.clone());
            }
            None => clear = false,
        }
    }
    if !clear {
        return; // what was found cannot be mended here, and what follows may only be its consequence
    }
    if text.len() > EFFORT {
        if mended.edits.is_empty() {
            found.push(expected::finding(file, start, text, first));
        }
        return;
    }
    let mut effort = EFFORT;
    for _ in 0..MOST {
        let now = mended.text();
        let Some(left) = effort.checked_sub(now.len()) else { break };
        effort = left;
        let Err(error) = TurfParser::parse(Rule::item, &now) else { break };
        let place = |range: Range<usize>| {
            let end = if range.is_empty() { range.start } else { range.end - 1 };
            let last = mended.original(end) + usize::from(!range.is_empty());
            Span::new(file, start + mended.original(range.start), start + last)
        };
        let tokens: Vec<Token<'_>> = Scanner::new(&now, 0).filter(|(_, seen)| *seen != Seen::Comment).collect();
        let guessed = guess::first_that_helps(&now, &tokens, &error, &mut effort);
        let (finding, change) = match guessed {
            Some(guess) => {
                let span = place(guess.edit.0.clone());
                let change = (guess.edit.0.clone(), Some(guess.edit.1.clone()));
                (guess.finding(span), change)
            }
            None => {
                let finding = statement::unfinished(&tokens, stopped(&error), &now).map_or_else(
                    || expected::finding(file, 0, &now, &error),
                    |(range, finding)| finding.at(Span::new(file, range.start, range.end), "nothing follows it"),
                );
                let finding = moved(finding, &place);
                let Some(range) = statement::around(&tokens, stopped(&error), &now) else {
                    found.push(finding);
                    break;
                };
                (finding, (range, None))
            }
        };
        found.push(finding);
        let range = mended.original(change.0.start)..mended.original(change.0.end);
        let fresh = match change.1 {
            Some(replacement) => mended.add(range, replacement),
            None => mended.leave_out(range),
        };
        if !fresh {
            break;
        }
    }
}

/// Moves a finding about the mended text to its place in the file.
fn moved(mut finding: Diagnostic, place: &impl Fn(Range<usize>) -> Span) -> Diagnostic {
    for label in &mut finding.labels {
        if let crate::diagnostic::Place::Source(span) = &mut label.place {
            *span = place(span.range());
        }
    }
    if let Some(fix) = &mut finding.fix {
        fix.span = place(fix.span.range());
    }
    finding
}

/// Makes a finding of name `syntax`.
pub(super) fn syntax(headline: String) -> Diagnostic {
    Diagnostic::new(DiagnosticName::Syntax, headline)
}

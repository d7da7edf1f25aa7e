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
const EFFORT: usize = 1 << 20;

/// The most bytes read again for one file; items beyond it show their first mistake only.
pub(super) const FILE_EFFORT: usize = 4 << 20;

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
        let at = self.edits.partition_point(|(other, _)| (other.start, other.end) < (range.start, range.end));
        let before = at.checked_sub(1).and_then(|b| self.edits.get(b)).is_none_or(|(other, _)| other.end <= range.start);
        let after = self.edits.get(at).is_none_or(|(other, _)| range.end <= other.start && *other != range);
        let fits = before && after && range.start <= range.end && range.end <= self.original.len();
        if fits {
            self.edits.insert(at, (range, replacement));
        }
        fits
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

    /// Returns the range of the original that a range of the mended text came from; an edit counts as a whole.
    fn original(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.place(range.start, false);
        let end = if range.is_empty() { start } else { self.place(range.end, true) };
        start..end.max(start)
    }

    /// Returns the place in the original; inside an edit it is the edit's beginning, or its end for the end of a range.
    fn place(&self, at: usize, is_end: bool) -> usize {
        let (mut mended, mut from) = (0, 0);
        for (range, replacement) in &self.edits {
            let kept = range.start - from;
            if at < mended + kept || is_end && at == mended + kept {
                break;
            }
            mended += kept;
            if at < mended + replacement.len() || is_end && at == mended + replacement.len() {
                return if is_end { range.end } else { range.start };
            }
            mended += replacement.len();
            from = range.end;
        }
        (from + (at - mended)).min(self.original.len())
    }

    /// Returns whether a place of the original lies in an edit: what is found there follows from what was found before.
    fn is_edited(&self, at: usize) -> bool {
        let next = self.edits.partition_point(|(range, _)| range.start <= at);
        next.checked_sub(1).and_then(|p| self.edits.get(p)).is_some_and(|(range, _)| range.contains(&at))
    }
}

/// Returns where the grammar stopped.
pub(super) fn stopped(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// Adds what else is wrong in the item to what was found already.
pub(super) fn rest(piece: (Span, &str), first: &Error<Rule>, found: &mut Vec<Diagnostic>, file_effort: &mut usize) {
    let (Span { file, start, .. }, text) = piece;
    let start = start as usize;
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
    let allowed = EFFORT.min(*file_effort);
    if text.len() > allowed {
        if mended.edits.is_empty() {
            found.push(expected::finding(file, start, text, first));
        }
        return;
    }
    let mut effort = allowed;
    read_on(file, start, mended, found, &mut effort);
    *file_effort -= allowed - effort;
}

fn read_on(file: FileId, start: usize, mut mended: Mended<'_>, found: &mut Vec<Diagnostic>, effort: &mut usize) {
    for _ in 0..MOST {
        let now = mended.text();
        let Some(left) = effort.checked_sub(now.len()) else { break };
        *effort = left;
        let tokens: Vec<Token<'_>> = Scanner::new(&now, 0).filter(|(_, seen)| *seen != Seen::Comment).collect();
        let Err(error) = TurfParser::parse(Rule::item, &now) else { break };
        if tokens.is_empty() {
            break; // all of it was a slip
        }
        let (finding, range, instead) = next(&now, &tokens, &error, effort);
        let place = |range: Range<usize>| {
            let range = mended.original(&range);
            Span::new(file, start + range.start, start + range.end)
        };
        let finding = moved(finding, &place);
        let main = super::main_span(&finding).map_or(0, |span| span.start as usize);
        if instead.is_some() || !mended.is_edited(main.saturating_sub(start)) {
            found.push(finding);
        }
        let Some(range) = range.map(|r| mended.original(&r)) else { break };
        let fresh = match instead {
            Some(instead) => mended.add(range, instead),
            None => mended.leave_out(range),
        };
        if !fresh {
            break;
        }
    }
}

/// Says what is wrong where the grammar stopped, in places of the mended text; what to replace; and by what, or nothing to
/// leave it out.
fn next(now: &str, tokens: &[Token<'_>], error: &Error<Rule>, effort: &mut usize) -> (Diagnostic, Option<Range<usize>>, Option<String>) {
    let file = FileId(0);
    let at = stopped(error);
    let statement = || statement::around(tokens, at, now);
    if let Some((range, finding)) = statement::unfinished(tokens, at, now, effort) {
        let before = statement::around(tokens, range.start, now);
        return (finding.at(Span::new(file, range.start, range.end), "nothing follows it"), before, None);
    }
    if let Some(guess) = guess::first_that_helps(now, tokens, error, effort) {
        let (range, instead) = guess.edit.clone();
        let span = Span::new(file, range.start, range.end);
        return (guess.finding(span), Some(range), Some(instead));
    }
    (expected::finding(file, 0, now, error), statement(), None)
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

//! Cuts a file into items with a light scanner that knows texts, comments, patterns and brackets.
//!
//! An item ends where its braces are closed again, or where the next item's keyword begins a line outside all brackets.
//! If a brace is never closed, items are cut at keywords in the first column from there on, so that one forgotten
//! brace costs one item and not the rest of the file.

use std::ops::Range;

use super::DEPTH_LIMIT;
use crate::diagnostic::{Diagnostic, DiagnosticName, Place};
use crate::text::{FileId, Name, Span};

/// The words that begin an item.
pub(super) const ITEMS: &[&str] = &[
    "record",
    "match",
    "list",
    "calendar",
    "segment",
    "classify",
    "priorities",
    "queues",
    "territory",
    "territories",
    "overlap",
    "team",
    "rule",
    "otherwise",
    "overlay",
    "credit",
    "test",
];

/// Holds the items of a file as byte ranges, and what the scanner found.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub(super) pieces: Vec<Range<usize>>,
    pub(super) comments: Vec<Span>,
    pub(super) findings: Vec<Diagnostic>,
}

/// One thing the scanner sees outside of texts and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<'t> {
    /// A run of letters, digits, `_` and `-`.
    Word(&'t str),
    /// `"..."`, quotes included.
    Text { closed: bool },
    /// A comment, `#` included.
    Comment,
    /// `/.../` after `matches`.
    Pattern,
    /// Any other single character.
    Sign(char),
}

/// Reads a text token by token; the range of each is in bytes.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    after_matches: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at, after_matches: false }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Reads up to the closing mark on the same line; a backslash stands for the character after it.
    fn delimited(&self, mark: char) -> (usize, bool) {
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => return (at, false),
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == mark => return (at + c.len_utf8(), true),
                _ => {}
            }
        }
        (self.rest().len(), false)
    }
}

impl<'t> Iterator for Scanner<'t> {
    type Item = (Range<usize>, Seen<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        self.at += blanks;
        let rest = self.rest();
        let first = rest.chars().next()?;
        let word_length = rest.find(|c: char| !is_inside(c)).unwrap_or(rest.len());
        let (length, seen) = if word_length > 0 {
            (word_length, Seen::Word(rest.get(..word_length).unwrap_or("")))
        } else {
            match first {
                '"' => {
                    let (length, closed) = self.delimited('"');
                    (length, Seen::Text { closed })
                }
                '#' => (rest.find('\n').unwrap_or(rest.len()), Seen::Comment),
                '/' if self.after_matches => (self.delimited('/').0, Seen::Pattern),
                other => (other.len_utf8(), Seen::Sign(other)),
            }
        };
        self.after_matches = seen == Seen::Word("matches") || self.after_matches && seen == Seen::Comment;
        let range = self.at..self.at + length;
        self.at += length;
        Some((range, seen))
    }
}

pub(super) fn is_inside(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Cuts a file into items.
pub(super) fn split(file: FileId, text: &str) -> Split {
    cut(file, text, false)
}

/// Cuts an item that swallowed others at the keywords in the first column; nothing when there are none.
pub(super) fn at_first_column(file: FileId, start: usize, text: &str) -> Option<Split> {
    let swallowed = text.lines().skip(1).any(|line| ITEMS.contains(&line.split(|c: char| !is_inside(c)).next().unwrap_or("")));
    if !swallowed {
        return None;
    }
    let mut split = cut(file, text, true);
    for piece in &mut split.pieces {
        *piece = piece.start + start..piece.end + start;
    }
    let by = u32::try_from(start).unwrap_or(u32::MAX);
    let moved = |span: Span| Span { start: span.start.saturating_add(by), end: span.end.saturating_add(by), ..span };
    for finding in &mut split.findings {
        finding.fix.iter_mut().for_each(|fix| fix.span = moved(fix.span));
        for label in &mut finding.labels {
            if let Place::Source(span) = &mut label.place {
                *span = moved(*span);
            }
        }
    }
    (split.pieces.len() > 1).then_some(split)
}

fn cut(file: FileId, text: &str, mut strict: bool) -> Split {
    let mut split = Split::default();
    let mut start = None;
    let mut open: Vec<usize> = Vec::new();
    let mut end = 0;
    let mut from = 0;
    loop {
        scan(&mut Walk { file, text, split: &mut split, start: &mut start, open: &mut open, end: &mut end, strict }, from);
        let Some(begin) = start else { break };
        let Some(unclosed) = open.first().copied() else {
            split.pieces.push(begin..end);
            break;
        };
        if strict {
            report_unclosed(file, &mut split, unclosed, begin..end);
            break;
        }
        // Read this item again, and end items at keywords in the first column from now on.
        strict = true;
        from = begin;
        start = None;
        open.clear();
        let place = |s: &Span| (s.start as usize) < begin;
        split.comments.retain(place);
        split.findings.retain(|f| super::main_span(f).is_none_or(|s| place(&s)));
    }
    split
}

struct Walk<'w, 't> {
    file: FileId,
    text: &'t str,
    split: &'w mut Split,
    start: &'w mut Option<usize>,
    open: &'w mut Vec<usize>,
    end: &'w mut usize,
    strict: bool,
}

/// Walks to the end of the file, closing items as they end.
fn scan(walk: &mut Walk<'_, '_>, from: usize) {
    let mut closed_before = false;
    for (range, seen) in Scanner::new(walk.text, from) {
        let span = Span::new(walk.file, range.start, range.end);
        if seen == Seen::Comment {
            walk.split.comments.push(span);
            continue;
        }
        let begins = begins_item(walk, &range, &seen);
        if (begins || closed_before && walk.open.is_empty())
            && let Some(begin) = walk.start.take()
        {
            let piece = begin..*walk.end;
            match walk.open.first().copied() {
                Some(unclosed) => report_unclosed(walk.file, walk.split, unclosed, piece),
                None => walk.split.pieces.push(piece),
            }
            walk.open.clear();
        }
        closed_before = false;
        match seen {
            Seen::Sign('{' | '[' | '(') => walk.open.push(range.start),
            Seen::Sign('}') if walk.open.is_empty() && walk.start.is_none() => {
                walk.split.findings.push(
                    Diagnostic::new(DiagnosticName::UnclosedBrace, "this `}` closes nothing")
                        .at(span, "no `{` is open here")
                        .fix(span, "")
                        .help("Take it away, or look for a `}` too many in the item above."),
                );
                continue;
            }
            Seen::Sign(close @ ('}' | ']' | ')')) => {
                let opening = match close {
                    '}' => b'{',
                    ']' => b'[',
                    _ => b'(',
                };
                // A brace also closes the smaller brackets that were left open inside; the grammar reports those.
                if let Some(position) = walk.open.iter().rposition(|at| walk.text.as_bytes().get(*at) == Some(&opening)) {
                    walk.open.truncate(position);
                }
                closed_before = close == '}' && walk.open.is_empty();
            }
            Seen::Text { closed: false } => walk.split.findings.push(
                Diagnostic::new(DiagnosticName::UnclosedText, "this text is never closed")
                    .at(span, "begins here, and the line ends first")
                    .help("Close it with `\"` on the same line. A quote inside a text is written `\\\"`."),
            ),
            _ => {}
        }
        walk.start.get_or_insert(range.start);
        *walk.end = range.end;
    }
}

/// Returns whether an item begins here: a keyword first on its line outside all brackets, or in the first column when strict.
fn begins_item(walk: &Walk<'_, '_>, range: &Range<usize>, seen: &Seen<'_>) -> bool {
    let Seen::Word(word) = seen else { return false };
    if !ITEMS.contains(&word.to_lowercase().as_str()) {
        return false;
    }
    let line = walk.text.get(..range.start).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    if walk.open.is_empty() { line.trim().is_empty() } else { walk.strict && line.is_empty() && ITEMS.contains(word) }
}

fn report_unclosed(file: FileId, split: &mut Split, at: usize, piece: Range<usize>) {
    let span = Span::new(file, at, at + 1);
    split.findings.push(
        Diagnostic::new(DiagnosticName::UnclosedBrace, "this bracket is never closed")
            .at(span, "opened here")
            .help("Close it where the item or list ends; every `{`, `[` and `(` needs its `}`, `]` or `)`."),
    );
    split.pieces.push(piece);
}

/// Returns the keyword and name an item begins with, as far as they can be read.
pub(super) fn heading(file: FileId, start: usize, text: &str) -> (Option<Name>, Option<Name>) {
    let mut tokens = Scanner::new(text, 0).filter(|(_, seen)| *seen != Seen::Comment);
    let name = |range: Range<usize>| {
        let written = text.get(range.clone()).unwrap_or("");
        Name::new(super::build::unquote(written), Span::new(file, start + range.start, start + range.end))
    };
    let keyword = match tokens.next() {
        Some((range, Seen::Word(_))) => Some(name(range)),
        _ => None,
    };
    let named = match tokens.next() {
        Some((range, Seen::Word(_) | Seen::Text { closed: true })) => Some(name(range)),
        _ => None,
    };
    // `classify account as standing` declares the last of the three.
    if keyword.as_ref().is_some_and(|k| k.as_str() == "classify") {
        let third = tokens.nth(1).filter(|(_, seen)| matches!(seen, Seen::Word(_))).map(|(range, _)| name(range));
        return (keyword, third);
    }
    (keyword, named)
}

/// Reports brackets nested deeper than [`DEPTH_LIMIT`], before the parser recurses into them.
pub(super) fn too_deep(file: FileId, start: usize, text: &str) -> Option<Diagnostic> {
    let mut depth = 0_usize;
    for (range, seen) in Scanner::new(text, 0) {
        match seen {
            Seen::Sign('{' | '[' | '(') => depth += 1,
            Seen::Sign('}' | ']' | ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_LIMIT {
            let span = Span::new(file, start + range.start, start + range.end);
            return Some(
                Diagnostic::new(DiagnosticName::TooDeep, format!("brackets are nested more than {DEPTH_LIMIT} deep"))
                    .at(span, "one too many")
                    .help("Give a part of it a name with `segment NAME { ... }` and use the name here."),
            );
        }
    }
    None
}

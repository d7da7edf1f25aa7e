//! Cuts a file into items, knowing only tokens and brackets.
//!
//! An item ends where its brackets are closed again, or where the heading of the next one stands outside all brackets.
//! If a brace is never closed, items are cut at headings in the first column from there on, so that one forgotten
//! brace costs one item and not the rest of the file. Every file is walked at most twice.

use std::ops::Range;

use super::scan::{Scanner, Seen, Token};
use super::{DEPTH_LIMIT, MOST_FINDINGS};
use crate::diagnostic::{Diagnostic, DiagnosticName};
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

/// Those of them that also begin a statement inside an item.
const ALSO_STATEMENTS: &[&str] = &["territory", "match", "credit"];

/// Holds one item as a byte range of the file, and what was wrong with its brackets and texts.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) range: Range<usize>,
    pub(super) findings: Vec<Diagnostic>,
}

/// Holds the items of a file, its comments, and what stands between items and belongs to none.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub(super) pieces: Vec<Piece>,
    pub(super) comments: Vec<Span>,
    pub(super) findings: Vec<Diagnostic>,
}

/// Cuts a file into items.
pub(super) fn split(file: FileId, text: &str) -> Split {
    let mut cutter = Cutter::new(file, text, 0..text.len(), false);
    if let Some(begin) = cutter.walk() {
        // The last item swallowed the rest of the file: cut it at headings in the first column.
        let mut rest = Cutter::new(file, text, begin..text.len(), true);
        rest.walk();
        cutter.split.comments.retain(|c| (c.start as usize) < begin);
        cutter.split.comments.append(&mut rest.split.comments);
        cutter.split.pieces.append(&mut rest.split.pieces);
        cutter.split.findings.append(&mut rest.split.findings);
    }
    cutter.split
}

/// Cuts an item that swallowed others at headings in the first column; nothing when it swallowed none.
pub(super) fn at_first_column(file: FileId, text: &str, range: Range<usize>) -> Option<Split> {
    let mut cutter = Cutter::new(file, text, range, true);
    cutter.walk();
    (cutter.split.pieces.len() > 1).then_some(cutter.split)
}

/// An opening bracket and how far the line it stands on is indented.
#[derive(Clone, Copy)]
struct Bracket {
    sign: char,
    at: usize,
    indent: usize,
}

/// What is known of the item being walked through.
struct Item {
    begin: usize,
    end: usize,
    /// Tokens so far.
    tokens: usize,
    /// The item is a list, `priorities` or `queues`, which end with a square bracket.
    bracketed: bool,
    /// The word before was `column`, after which a list from a file ends.
    after_column: bool,
    complete: bool,
    open: Vec<Bracket>,
    /// Brackets beyond the limit, which are only counted.
    beyond: usize,
    /// A brace that was closed by one standing further left: probably the forgotten one is its own.
    misindented: Option<usize>,
    findings: Vec<Diagnostic>,
}

struct Cutter<'t> {
    file: FileId,
    text: &'t str,
    range: Range<usize>,
    strict: bool,
    split: Split,
    item: Option<Item>,
    line_start: usize,
    line_indent: usize,
}

impl<'t> Cutter<'t> {
    fn new(file: FileId, text: &'t str, range: Range<usize>, strict: bool) -> Self {
        let line_start = text.get(..range.start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        Self { file, text, range, strict, split: Split::default(), item: None, line_start, line_indent: 0 }
    }

    /// Walks to the end; returns where the last item begins if its brackets are still open and it may have swallowed others.
    fn walk(&mut self) -> Option<usize> {
        let mut last_end = self.range.start;
        for (range, seen) in Scanner::new(self.text, self.range.start) {
            if range.start >= self.range.end {
                break;
            }
            let gap = self.text.get(last_end..range.start).unwrap_or("");
            let line_end = gap.bytes().rposition(|b| b == b'\n');
            let first = last_end == self.range.start || line_end.is_some();
            if let Some(at) = line_end {
                self.line_start = last_end + at + 1;
            }
            if first {
                self.line_indent = range.start - self.line_start;
            }
            last_end = range.end;
            if seen == Seen::Comment {
                self.split.comments.push(Span::new(self.file, range.start, range.end));
            } else {
                self.token(range, seen, first);
            }
        }
        let unclosed = self.item.as_ref().filter(|i| !i.open.is_empty()).map(|i| i.begin);
        if unclosed.is_some() && !self.strict {
            return unclosed;
        }
        self.finish();
        None
    }

    fn token(&mut self, range: Range<usize>, seen: Seen<'t>, first: bool) {
        if self.begins(&range, seen, first) {
            self.finish();
        }
        let span = Span::new(self.file, range.start, range.end);
        if self.item.is_none()
            && let Seen::Sign(sign @ ('}' | ']' | ')')) = seen
        {
            self.stray(sign, span);
            return;
        }
        let indent = self.line_indent;
        let item = self.item.get_or_insert_with(|| Item::new(range.start, seen));
        item.end = range.end;
        item.tokens += 1;
        item.see(range, seen, first, indent);
        if item.findings.len() <= MOST_FINDINGS {
            item.findings.extend(unclosed_text(span, seen));
        }
    }

    /// Returns whether a new item begins with this token.
    fn begins(&self, range: &Range<usize>, seen: Seen<'_>, first: bool) -> bool {
        let Some(item) = &self.item else { return false };
        if item.complete {
            return true;
        }
        let Seen::Word(word) = seen else { return false };
        if !item.open.is_empty() && !self.strict {
            return false;
        }
        let Some(keyword) = ITEMS.iter().find(|i| i.eq_ignore_ascii_case(word)) else { return false };
        let first_column = first && range.start == self.line_start;
        if !item.open.is_empty() {
            let sure = !ALSO_STATEMENTS.contains(&word) || self.is_heading(range.start, word);
            return first_column && ITEMS.contains(&word) && sure;
        }
        // The word after a keyword is a name, even if it is spelt like a keyword itself.
        let is_name = item.tokens == 1 && !first;
        !is_name && (first_column && item.tokens > 1 || self.is_heading(range.start, keyword))
    }

    /// Returns whether what stands here reads like the heading of an item.
    fn is_heading(&self, at: usize, keyword: &str) -> bool {
        let mut tokens = Scanner::new(self.text, at).filter(|(_, seen)| *seen != Seen::Comment).map(|(_, seen)| seen).skip(1);
        let is_name = |seen: Option<Seen<'_>>| matches!(seen, Some(Seen::Word(_) | Seen::Text { .. } | Seen::Smart));
        match keyword {
            "priorities" | "queues" => tokens.next() == Some(Seen::Sign('[')),
            "overlap" | "otherwise" => matches!(tokens.next(), Some(Seen::Sign('{') | Seen::Word("for"))),
            "territories" => tokens.next() == Some(Seen::Word("from")),
            "list" => is_name(tokens.next()) && matches!(tokens.next(), Some(Seen::Sign('=') | Seen::Word("from"))),
            "match" => is_name(tokens.next()) && tokens.next() == Some(Seen::Word("to")),
            "classify" => is_name(tokens.next()) && tokens.next() == Some(Seen::Word("as")),
            _ => is_name(tokens.next()) && matches!(tokens.next(), Some(Seen::Sign('{') | Seen::Word("for"))),
        }
    }

    /// Reports a bracket that closes nothing.
    fn stray(&mut self, sign: char, span: Span) {
        if self.split.findings.len() <= MOST_FINDINGS {
            self.split.findings.push(
                Diagnostic::new(DiagnosticName::UnclosedBrace, format!("this `{sign}` closes nothing"))
                    .at(span, "nothing is open here")
                    .fix(span, "")
                    .help(format!("Take it away, or look for a `{sign}` too many in the item above.")),
            );
        }
    }

    /// Closes the item being walked through.
    fn finish(&mut self) {
        let Some(mut item) = self.item.take() else { return };
        if let Some(outermost) = item.open.first() {
            let at = item.misindented.unwrap_or(outermost.at);
            let sign = self.text.get(at..at + 1).unwrap_or("{");
            let mut finding = Diagnostic::new(DiagnosticName::UnclosedBrace, format!("this `{sign}` is never closed"))
                .at(Span::new(self.file, at, at + 1), "opened here")
                .at(Span::new(self.file, item.end, item.end), "the item ends here");
            if item.open.iter().all(|b| b.sign == '{') {
                finding = finding.fix(Span::new(self.file, item.end, item.end), "\n}".repeat(item.open.len()));
            }
            item.findings.push(finding.help("Every `{`, `[` and `(` needs its `}`, `]` or `)`."));
        }
        self.split.pieces.push(Piece { range: item.begin..item.end, findings: item.findings });
    }
}

impl Item {
    fn new(begin: usize, first: Seen<'_>) -> Self {
        let bracketed = matches!(first, Seen::Word("list" | "priorities" | "queues"));
        Self {
            begin,
            end: begin,
            tokens: 0,
            bracketed,
            after_column: false,
            complete: false,
            open: Vec::new(),
            beyond: 0,
            misindented: None,
            findings: Vec::new(),
        }
    }

    /// Takes one token in.
    fn see(&mut self, range: Range<usize>, seen: Seen<'_>, first: bool, indent: usize) {
        match seen {
            Seen::Sign(sign @ ('{' | '[' | '(')) => {
                if self.open.len() > DEPTH_LIMIT {
                    self.beyond += 1;
                } else {
                    self.open.push(Bracket { sign, at: range.start, indent });
                }
            }
            Seen::Sign(sign @ ('}' | ']' | ')')) => self.close(sign, first, indent),
            Seen::Word(_) | Seen::Text { .. } if self.bracketed && self.after_column => self.complete = true,
            _ => {}
        }
        self.after_column = seen == Seen::Word("column");
    }

    fn close(&mut self, sign: char, first: bool, indent: usize) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let opening = match sign {
            '}' => '{',
            ']' => '[',
            _ => '(',
        };
        // A brace also closes the smaller brackets left open inside it; the grammar reports those.
        if let Some(position) = self.open.iter().rposition(|b| b.sign == opening) {
            if sign == '}' && first && self.open.get(position).is_some_and(|b| b.indent > indent) {
                self.misindented = self.misindented.or(self.open.get(position).map(|b| b.at));
            }
            self.open.truncate(position);
        }
        self.complete = self.open.is_empty() && (sign == '}' || sign == ']' && self.bracketed);
    }
}

fn unclosed_text(span: Span, seen: Seen<'_>) -> Option<Diagnostic> {
    let (what, mark, help) = match seen {
        Seen::Text { closed: false } => ("text", "\"", "Close it with `\"` on the same line. A quote inside a text is written `\\\"`."),
        Seen::Pattern { closed: false } => {
            ("pattern", "/", "Close it with `/` on the same line. A slash inside a pattern is written `\\/`.")
        }
        _ => return None,
    };
    let end = Span { start: span.end, ..span };
    let finding = Diagnostic::new(DiagnosticName::UnclosedText, format!("this {what} is never closed"));
    Some(finding.at(span, "begins here, and the line ends first").fix(end, mark).help(help))
}

/// Returns the keyword and name an item begins with, as far as they can be read.
pub(super) fn heading(file: FileId, start: usize, text: &str) -> (Option<Name>, Option<Name>) {
    let mut tokens = Scanner::new(text, 0).filter(|(_, seen)| *seen != Seen::Comment);
    let name = |(range, seen): Token<'_>| {
        let span = Span::new(file, start + range.start, start + range.end);
        match seen {
            Seen::Word(word) => Some(Name::new(word, span)),
            Seen::Text { closed: true } => Some(Name::new(super::build::unquote(text.get(range)?), span)),
            _ => None,
        }
    };
    let keyword = tokens.next().filter(|(_, seen)| matches!(seen, Seen::Word(_))).and_then(name);
    let second = tokens.next().and_then(name);
    match keyword.as_ref().map(Name::as_str) {
        // `classify account as standing` declares the last of the three.
        Some("classify") => (keyword, tokens.nth(1).and_then(name)),
        // These have no name; `otherwise for account` and the like would give a wrong one.
        Some("otherwise" | "overlap" | "priorities" | "queues" | "territories" | "match") => (keyword, None),
        _ => (keyword, second),
    }
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

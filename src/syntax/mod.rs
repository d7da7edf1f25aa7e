//! From source text to a typed syntax tree, with every error of the file.
//!
//! A file is cut into items (`split`), each item is parsed alone by the pest grammar and built into the tree, and an
//! item that does not parse is read again for the slips people make (`slips`) before the bare syntax error is shown.
//! The plain forms of common items need no grammar (`quick`); they make the same tree, sooner.

mod build;
mod build_condition;
mod build_item;
mod build_target;
mod expected;
pub mod format;
mod guess;
mod mend;
mod quick;
mod scan;
mod slips;
mod spans;
mod split;
mod statement;
#[cfg(test)]
mod tests;
pub mod tree;

use pest::Parser as _;
use pest::error::Error;

use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::{FileId, SourceFile, Span, wording};
use split::Piece;
use tree::{BrokenItem, Item, SyntaxTree};

/// The largest rule file that is read.
pub const FILE_LIMIT: usize = 64 << 20;

/// The most findings shown for one file.
const MOST_FINDINGS: usize = 10_000;

/// How deep brackets and braces may nest.
pub const DEPTH_LIMIT: usize = 64;

mod grammar {
    //! The parser that pest makes from the grammar.
    /// Parses one item of the language.
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/turf.pest"]
    pub struct TurfParser;
}

use grammar::{Rule, TurfParser};

/// Holds what came of parsing one file: always a tree, and everything found wrong.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree; items that did not parse stand in it as [`Item::Broken`].
    pub tree: SyntaxTree,
    /// What was found, in file order.
    pub findings: Vec<Diagnostic>,
}

/// Parses one file. Never fails: what does not parse is reported and stands in the tree as broken.
#[must_use]
pub fn parse(file: FileId, source: &SourceFile) -> Parsed {
    let text = source.text();
    let mut tree = SyntaxTree { file, items: Vec::new(), comments: Vec::new() };
    if text.len() > FILE_LIMIT {
        let finding = Diagnostic::new(DiagnosticName::TooLarge, format!("`{}` is larger than {} MiB", source.path(), FILE_LIMIT >> 20))
            .at(Span::new(file, 0, 0), format!("{} bytes", wording::grouped(text.len())))
            .help("Cut it into several files, or move long lists into CSV files and name them with `list NAME from \"file.csv\" column \"col\"`.");
        return Parsed { tree, findings: vec![finding] };
    }
    let split = split::split(file, text);
    tree.comments = split.comments;
    let mut reading =
        Reading { file, text, words: quick::Words::new(), items: Vec::new(), findings: split.findings, effort: mend::FILE_EFFORT };
    for piece in split.pieces {
        reading.piece(piece, true);
    }
    tree.items = reading.items;
    Parsed { tree, findings: bounded(file, reading.findings) }
}

/// Puts findings in the order of the file, and leaves those beyond [`MOST_FINDINGS`] out.
fn bounded(file: FileId, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings.sort_by_key(|f| main_span(f).map(|s| s.start));
    if findings.len() > MOST_FINDINGS {
        findings.truncate(MOST_FINDINGS);
        let last = findings.last().and_then(main_span).unwrap_or(Span::new(file, 0, 0));
        findings.push(
            Diagnostic::new(DiagnosticName::Syntax, "more was found in this file than is shown")
                .at(last, "the last one shown")
                .help("Mend these first; a file with so many mistakes may not be a rule file at all."),
        );
    }
    findings
}

/// Holds what came of the items so far.
struct Reading<'t> {
    file: FileId,
    text: &'t str,
    words: quick::Words<'t>,
    items: Vec<Item>,
    findings: Vec<Diagnostic>,
    /// Bytes that may still be read again to find more than the first mistake of an item.
    effort: usize,
}

impl<'t> Reading<'t> {
    /// Parses one item. If it fails and swallowed others, because a brace is missing, those are parsed too.
    fn piece(&mut self, piece: Piece, may_cut: bool) {
        let Some(written) = self.text.get(piece.range.clone()) else { return };
        let (file, start) = (self.file, piece.range.start);
        let mut found = piece.findings;
        found.extend(slips::characters(file, start, written));
        let error = match self.item(start, written, &mut found) {
            Ok(item) => {
                self.items.push(item);
                return self.keep(found);
            }
            Err(error) => error,
        };
        let span = Span::new(file, start, piece.range.end);
        if let Some(error) = error {
            if may_cut && let Some(inner) = split::at_first_column(file, self.text, piece.range) {
                self.keep(inner.findings);
                return inner.pieces.into_iter().for_each(|piece| self.piece(piece, false));
            }
            found.extend(slips::operators(file, start, written));
            mend::rest((span, written), &error, &mut found, &mut self.effort);
        }
        self.keep(found);
        let (keyword, name) = split::heading(file, start, written);
        self.items.push(Item::Broken(BrokenItem { keyword, name, span }));
    }

    /// Parses and builds; fails with the grammar's error, or with none when nesting is too deep to try.
    fn item(&mut self, start: usize, written: &'t str, found: &mut Vec<Diagnostic>) -> Result<Item, Option<Box<Error<Rule>>>> {
        if let Some(item) = quick::item(self.file, start, written, &mut self.words) {
            return Ok(item);
        }
        if let Some(deep) = split::too_deep(self.file, start, written) {
            found.push(deep);
            return Err(None);
        }
        by_grammar(self.file, start, written)
    }

    fn keep(&mut self, found: Vec<Diagnostic>) {
        let room = (MOST_FINDINGS + 1).saturating_sub(self.findings.len());
        self.findings.extend(found.into_iter().take(room));
        if self.findings.len() > MOST_FINDINGS {
            self.effort = 0;
        }
    }
}

/// Parses an item by the grammar and builds it.
fn by_grammar(file: FileId, start: usize, written: &str) -> Result<Item, Option<Box<Error<Rule>>>> {
    let mut pairs = TurfParser::parse(Rule::item, written).map_err(|error| Some(Box::new(error)))?;
    let build = build::Build { file, base: start };
    pairs.next().and_then(|pair| build_item::item(&build, pair)).ok_or(None)
}

fn main_span(finding: &Diagnostic) -> Option<Span> {
    match &finding.labels.first()?.place {
        crate::diagnostic::Place::Source(span) => Some(*span),
        crate::diagnostic::Place::Data { .. } => None,
    }
}

//! From source text to a typed syntax tree, with every error of the file.
//!
//! A file is cut into items (`split`), each item is parsed alone by the pest grammar and built into the tree, and an
//! item that does not parse is read again for the slips people make (`slips`) before the bare syntax error is shown.

mod build;
mod build_condition;
mod build_item;
mod expected;
mod slips;
mod split;
pub mod tree;

use pest::Parser as _;

use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::{FileId, SourceFile, Span, wording};
use tree::{BrokenItem, Item, SyntaxTree};

/// The largest rule file that is read.
pub const FILE_LIMIT: usize = 64 << 20;

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
    let mut findings = split.findings;
    tree.comments = split.comments;
    for piece in &split.pieces {
        let Some(piece_text) = text.get(piece.clone()) else { continue };
        let (items, found) = parse_with_inner(file, piece.start, piece_text);
        tree.items.extend(items);
        findings.extend(found);
    }
    drop_consequences(&mut findings, &split.pieces);
    Parsed { tree, findings }
}

/// Parses one item. If it fails and swallowed others, because its brace was never closed, those are parsed too.
fn parse_with_inner(file: FileId, start: usize, text: &str) -> (Vec<Item>, Vec<Diagnostic>) {
    let (item, findings) = parse_piece(file, start, text);
    let failed = matches!(item, Item::Broken(_));
    let Some(inner) = failed.then(|| split::at_first_column(file, start, text)).flatten() else {
        return (vec![item], findings);
    };
    let mut found = inner.findings;
    let mut items = Vec::new();
    for piece in &inner.pieces {
        let Some(piece_text) = text.get(piece.start - start..piece.end - start) else { continue };
        let (item, more) = parse_piece(file, piece.start, piece_text);
        items.push(item);
        found.extend(more);
    }
    drop_consequences(&mut found, &inner.pieces);
    (items, found)
}

/// Drops a bare syntax error in an item whose brace or text was never closed: it only says the same again.
fn drop_consequences(findings: &mut Vec<Diagnostic>, pieces: &[std::ops::Range<usize>]) {
    let piece_of = |f: &Diagnostic| main_span(f).and_then(|s| pieces.iter().position(|p| p.contains(&(s.start as usize))));
    let explained: Vec<Option<usize>> =
        findings.iter().filter(|f| matches!(f.name, DiagnosticName::UnclosedBrace | DiagnosticName::UnclosedText)).map(piece_of).collect();
    findings.retain(|f| f.name != DiagnosticName::Syntax || !explained.contains(&piece_of(f)));
}

fn main_span(finding: &Diagnostic) -> Option<Span> {
    match &finding.labels.first()?.place {
        crate::diagnostic::Place::Source(span) => Some(*span),
        crate::diagnostic::Place::Data { .. } => None,
    }
}

fn parse_piece(file: FileId, start: usize, text: &str) -> (Item, Vec<Diagnostic>) {
    let mut findings = slips::characters(file, start, text);
    let span = Span::new(file, start, start + text.len());
    let broken = |findings| {
        let (keyword, name) = split::heading(file, start, text);
        (Item::Broken(BrokenItem { keyword, name, span }), findings)
    };
    if let Some(deep) = split::too_deep(file, start, text) {
        findings.push(deep);
        return broken(findings);
    }
    match TurfParser::parse(Rule::item, text) {
        Ok(mut pairs) => {
            let build = build::Build { file, base: start };
            match pairs.next().and_then(|pair| build_item::item(&build, pair)) {
                Some(item) => (item, findings),
                None => broken(findings),
            }
        }
        Err(error) => {
            let operators = slips::operators(file, start, text);
            if operators.is_empty() && findings.is_empty() {
                findings.push(expected::finding(file, start, text, &error));
            }
            findings.extend(operators);
            broken(findings)
        }
    }
}

//! From source text to a typed syntax tree, with every error of the file.
//!
//! A file is cut into items (`split`), each item is parsed alone by the pest grammar and built into the tree, and an
//! item that does not parse is read again for the slips people make (`slips`) before the bare syntax error is shown.

mod build;
mod build_condition;
mod build_item;
mod expected;
mod guess;
mod mend;
mod scan;
mod slips;
mod split;
mod statement;
#[cfg(test)]
mod tests;
pub mod tree;

use pest::Parser as _;

use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::text::{FileId, SourceFile, Span, wording};
use split::Piece;
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
    for piece in split.pieces {
        parse_piece(file, text, piece, true, &mut tree.items, &mut findings);
    }
    // Slips of characters are found before the errors of the grammar; people read from the top.
    findings.sort_by_key(|f| main_span(f).map(|s| s.start));
    Parsed { tree, findings }
}

/// Parses one item. If it fails and swallowed others, because a brace is missing, those are parsed too.
fn parse_piece(file: FileId, text: &str, piece: Piece, may_cut: bool, items: &mut Vec<Item>, findings: &mut Vec<Diagnostic>) {
    let Some(written) = text.get(piece.range.clone()) else { return };
    let (start, span) = (piece.range.start, Span::new(file, piece.range.start, piece.range.end));
    let mut found = piece.findings;
    found.extend(slips::characters(file, start, written));
    let deep = split::too_deep(file, start, written);
    let error = match deep {
        Some(deep) => {
            found.push(deep);
            None
        }
        None => match TurfParser::parse(Rule::item, written) {
            Ok(mut pairs) => {
                let build = build::Build { file, base: start };
                if let Some(item) = pairs.next().and_then(|pair| build_item::item(&build, pair)) {
                    items.push(item);
                    findings.append(&mut found);
                    return;
                }
                None
            }
            Err(error) => Some(error),
        },
    };
    if may_cut
        && error.is_some()
        && let Some(inner) = split::at_first_column(file, text, piece.range)
    {
        findings.extend(inner.findings);
        for piece in inner.pieces {
            parse_piece(file, text, piece, false, items, findings);
        }
        return;
    }
    if let Some(error) = error {
        found.extend(slips::operators(file, start, written));
        mend::rest(file, start, written, &error, &mut found);
    }
    findings.append(&mut found);
    let (keyword, name) = split::heading(file, start, written);
    items.push(Item::Broken(BrokenItem { keyword, name, span }));
}

fn main_span(finding: &Diagnostic) -> Option<Span> {
    match &finding.labels.first()?.place {
        crate::diagnostic::Place::Source(span) => Some(*span),
        crate::diagnostic::Place::Data { .. } => None,
    }
}

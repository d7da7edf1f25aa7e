//! The one style of rule files: where lines break, what is indented and what is set in columns.
//!
//! An item is laid out from the grammar's own tokens, so a construct the grammar learns is formatted without a word
//! here. Only white space changes, and commas that nobody needs. Before a text is given back it is proved: it parses to
//! the same tokens in the same roles, keeps every comment between the same tokens, and formatting it again changes
//! nothing. What does not parse stays as it is written.

mod body;
mod comments;
mod doc;
mod lay;
mod node;
mod prove;
#[cfg(test)]
mod tests;

use super::tree::{Item, SyntaxTree};
use super::{FILE_LIMIT, parse};
use crate::text::{FileId, SourceFile, Span};
use doc::Doc;
use node::Node;

/// The width of lines unless another is asked for.
pub const WIDTH: usize = 120;

/// The narrowest and the widest lines that may be asked for.
pub const WIDTHS: std::ops::RangeInclusive<usize> = 40..=400;

/// Holds what came of formatting a file.
#[derive(Clone, Debug)]
pub struct Formatted {
    /// The whole file as it should be.
    pub text: String,
    /// What does not parse and stays as it is, in the file that was given.
    pub left: Vec<Span>,
}

/// Says why a file was not formatted. Only a mistake in turf can bring this about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The file is larger than a rule file may be.
    TooLarge,
    /// The text made would not say the same.
    SaysSomethingElse,
    /// The text made would lose or move a comment.
    LosesComment,
    /// Formatting the text made would change it again.
    ChangesAgain,
}

impl Refused {
    /// Says it in words that go on after the name of a file and a colon.
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::TooLarge => "it is larger than a rule file may be (64 MiB); cut it into several files",
            Self::SaysSomethingElse => "formatted it would say something else; this is a mistake in turf: please report it with the file",
            Self::LosesComment => "formatted it would lose or move a comment; this is a mistake in turf: please report it with the file",
            Self::ChangesAgain => "formatting it twice would change it twice; this is a mistake in turf: please report it with the file",
        }
    }
}

/// Formats a file, and proves the result.
///
/// # Errors
/// When the file is too large, or the proof fails.
pub fn format(file: &SourceFile, width: usize) -> Result<Formatted, Refused> {
    let text = file.text();
    if text.len() > FILE_LIMIT {
        return Err(Refused::TooLarge);
    }
    let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let before = parse(FileId(0), file).tree;
    let made = lay_out(&before, text, width);
    let source = SourceFile::new(file.path(), &made);
    let after = parse(FileId(0), &source).tree;
    prove::same(&before, text, &after, &made)?;
    if lay_out(&after, &made, width) != made {
        return Err(Refused::ChangesAgain);
    }
    let windows = text.find('\n').is_some_and(|at| text.get(..at).is_some_and(|line| line.ends_with('\r')));
    let text = if windows { made.replace("\r\n", "\n").replace('\n', "\r\n") } else { made };
    let left = before.items.iter().filter(|item| matches!(item, Item::Broken(_))).map(Item::span).collect();
    Ok(Formatted { text, left })
}

/// Makes the text of a file, unproved.
fn lay_out(tree: &SyntaxTree, text: &str, width: usize) -> String {
    let comments = comments::Comments::new(text, &tree.comments);
    let mut layout = lay::Layout { text, width, comments, column: 0 };
    let mut items: Vec<&Item> = tree.items.iter().collect();
    items.sort_by_key(|item| item.span().start);
    let mut docs = Vec::new();
    let mut end = 0;
    for item in items {
        let span = item.span().range();
        stray(&mut layout, &mut end, span.start, &mut docs);
        layout.leading(&mut end, span.start, docs.is_empty(), &mut docs);
        let node = match item {
            Item::Broken(_) => None,
            _ => text.get(span.clone()).and_then(|written| Node::item(span.start, written)),
        };
        docs.push(Doc::Hard);
        end = match node {
            Some(node) => {
                layout.item(&node, 0, &mut docs);
                node.end
            }
            None => {
                let from = line_start(text, span.start, end);
                docs.push(Doc::Raw(text.get(from..span.end).unwrap_or("").to_owned()));
                layout.comments.skip_to(span.end);
                span.end
            }
        };
        docs.extend(layout.trail(end));
        layout.column += 1;
    }
    stray(&mut layout, &mut end, text.len(), &mut docs);
    layout.leading(&mut end, text.len(), docs.is_empty(), &mut docs);
    while matches!(docs.last(), Some(Doc::Blank)) {
        docs.pop();
    }
    doc::print(&docs, width)
}

/// Writes what stands between items and belongs to none, such as a brace that closes nothing, as it is.
fn stray(layout: &mut lay::Layout<'_>, end: &mut usize, start: usize, docs: &mut Vec<Doc>) {
    for span in prove::between(layout.text, *end, start) {
        layout.leading(end, span.start, docs.is_empty(), docs);
        docs.push(Doc::Hard);
        docs.push(Doc::Raw(layout.text.get(span.clone()).unwrap_or("").to_owned()));
        *end = span.end;
        docs.extend(layout.trail(*end));
        layout.column += 1;
    }
}

/// Returns where the line begins on which a place stands, if only blanks stand before it after `end`.
fn line_start(text: &str, place: usize, end: usize) -> usize {
    let before = text.get(end..place).unwrap_or("");
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    if before.len() == blanks && end > 0 { place } else { place - blanks }
}

//! The proof that two texts say the same: the same tokens in the same roles, with the same comments between them.

use std::ops::Range;

use super::node::Node;
use super::{Refused, comments};
use crate::syntax::grammar::Rule;
use crate::syntax::scan::{Scanner, Seen};
use crate::syntax::tree::{Item, SyntaxTree};

/// What a text is made of: tokens in their roles, what does not parse, and comments.
#[derive(Debug, PartialEq, Eq)]
enum Said<'t> {
    Begin(Rule),
    Token(Rule, &'t str),
    AsWritten(&'t str),
    Comment(&'t str),
}

/// Proves that two texts say the same.
///
/// # Errors
/// When they do not.
pub(super) fn same(before: &SyntaxTree, old: &str, after: &SyntaxTree, new: &str) -> Result<(), Refused> {
    let (one, other) = (said(before, old), said(after, new));
    if one == other {
        return Ok(());
    }
    let without = |said: &[Said<'_>]| said.iter().filter(|s| !matches!(s, Said::Comment(_))).map(|s| format!("{s:?}")).collect::<Vec<_>>();
    Err(if without(&one) == without(&other) { Refused::LosesComment } else { Refused::SaysSomethingElse })
}

/// Returns what a text says, in the order in which it is written.
fn said<'t>(tree: &SyntaxTree, text: &'t str) -> Vec<Said<'t>> {
    let mut found: Vec<(usize, Said<'t>)> = Vec::new();
    let mut left: Vec<Range<usize>> = Vec::new();
    let mut end = 0;
    let mut items: Vec<&Item> = tree.items.iter().collect();
    items.sort_by_key(|item| item.span().start);
    for item in items {
        let span = item.span().range();
        found.extend(between(text, end, span.start).into_iter().map(|s| (s.start, Said::AsWritten(text.get(s).unwrap_or("")))));
        end = span.end;
        let written = text.get(span.clone()).unwrap_or("");
        let node = if matches!(item, Item::Broken(_)) { None } else { Node::item(span.start, written) };
        match node {
            Some(node) => roles(&node, &mut found),
            None => {
                found.push((span.start, Said::AsWritten(written)));
                left.push(span);
            }
        }
    }
    found.extend(between(text, end, text.len()).into_iter().map(|s| (s.start, Said::AsWritten(text.get(s).unwrap_or("")))));
    for span in &tree.comments {
        let next = left.partition_point(|l| l.end <= span.start as usize);
        if left.get(next).is_some_and(|l| l.contains(&(span.start as usize))) {
            continue;
        }
        found.push((span.start as usize, Said::Comment(comments::written(text, *span))));
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, said)| said).collect()
}

fn roles<'t>(node: &Node<'t>, found: &mut Vec<(usize, Said<'t>)>) {
    if node.is_token() {
        return found.push((node.start, Said::Token(node.rule, node.text)));
    }
    found.push((node.start, Said::Begin(node.rule)));
    for (at, part) in node.parts.iter().enumerate() {
        if !node.is_idle(at) {
            roles(part, found);
        }
    }
}

/// Returns what stands between two places besides white space and comments, run by run.
pub(super) fn between(text: &str, from: usize, to: usize) -> Vec<Range<usize>> {
    let tokens = Scanner::new(text, from).take_while(|(range, _)| range.start < to);
    tokens.filter(|(_, seen)| *seen != Seen::Comment).map(|(range, _)| range.start..range.end.min(to)).collect()
}

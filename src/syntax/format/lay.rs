//! From tokens to a layout: what one statement looks like.

use super::comments::Comments;
use super::doc::{Doc, flat_width};
use super::node::Node;
use crate::syntax::grammar::Rule;

/// How far what continues a statement stands to the right.
const CONTINUED: usize = 4;
/// How far what stands in brackets is indented.
pub(super) const INSIDE: usize = 2;
/// The widest key that others are aligned with.
const WIDEST_KEY: usize = 40;

/// Lays out the items of a file.
pub(super) struct Layout<'t> {
    pub(super) text: &'t str,
    pub(super) width: usize,
    pub(super) comments: Comments<'t>,
    /// The number of the column in which comments at line ends stand.
    pub(super) column: usize,
}

impl<'t> Layout<'t> {
    /// Lays out a statement that ends at its last token; `pad` blanks go in after its key.
    pub(super) fn statement(&mut self, node: &Node<'t>, pad: usize) -> Doc {
        let mut out = Vec::new();
        let key = key_parts(node);
        self.parts(node, node.end, key.map(|at| (at, pad)), &mut out);
        Doc::Group(vec![Doc::Indent(CONTINUED, out)])
    }

    /// Lays out the parts of a node; the comment after the token that ends at `last` is left to the caller.
    fn parts(&mut self, node: &Node<'t>, last: usize, pad: Option<(usize, usize)>, out: &mut Vec<Doc>) {
        if node.is_token() {
            return self.token(node, last, out);
        }
        if matches!(node.rule, Rule::names | Rule::literals | Rule::operands) {
            return self.bracketed_list(node, last, out);
        }
        let mut before: Option<&Node<'t>> = None;
        for (at, part) in node.parts.iter().enumerate() {
            if node.is_idle(at) {
                self.unwritten(part, last, out);
                continue;
            }
            if let Some(before) = before {
                out.extend(between(node, before, part));
            }
            if let Some((_, blanks)) = pad.filter(|(key, blanks)| *key == at && *blanks > 0) {
                out.push(Doc::Text(" ".repeat(blanks)));
            }
            let within = matches!(part.rule, Rule::condition | Rule::all_of | Rule::bracketed);
            if within && part.parts.len() > 1 {
                let mut inner = Vec::new();
                self.parts(part, last, None, &mut inner);
                let by = usize::from(part.rule == Rule::bracketed);
                out.push(Doc::Group(vec![Doc::Indent(by, inner)]));
            } else {
                self.parts(part, last, None, out);
            }
            before = Some(part);
        }
    }

    /// Lays out `[a, b, c]`: on one line, or filled. Where comments stand inside, the author's lines stay.
    fn bracketed_list(&mut self, node: &Node<'t>, last: usize, out: &mut Vec<Doc>) {
        let kept = self.comments.any_in(node.start, node.end);
        let mut inner = vec![Doc::Line(0)];
        let mut closing = Vec::new();
        let mut open = Vec::new();
        let mut end = node.start;
        for (at, part) in node.parts.iter().enumerate() {
            let own_line = self.newlines(end, part.start) > 0;
            end = part.end;
            match part.rule {
                Rule::open_list => self.token(part, last, &mut open),
                Rule::close_list => self.token(part, last, &mut closing),
                Rule::comma if node.is_idle(at) => self.unwritten(part, last, &mut inner),
                Rule::comma => self.token(part, last, &mut inner),
                _ => {
                    if inner.len() > 1 {
                        inner.push(if kept && own_line { Doc::Hard } else { Doc::Fill });
                    }
                    self.parts(part, last, None, &mut inner);
                }
            }
        }
        // A comment below the last value stands with the values.
        let own = closing.iter().take_while(|d| matches!(d, Doc::Own(_))).count();
        inner.extend(closing.drain(..own));
        if node.parts.len() == 2 && !kept {
            inner.clear();
        } else {
            closing.insert(0, Doc::Line(0));
        }
        open.push(Doc::Indent(INSIDE, inner));
        open.extend(closing);
        // The closing bracket stands where the line of the opening one begins.
        out.push(Doc::Hang(vec![Doc::Group(open)]));
    }

    /// Writes a token with the comments around it; the comment behind the last token of a statement is the caller's.
    pub(super) fn token(&mut self, node: &Node<'t>, last: usize, out: &mut Vec<Doc>) {
        self.above(node.start, out);
        out.push(Doc::Text(node.text.to_owned()));
        self.behind(node.end, last, out);
    }

    /// Leaves a token out, but not the comments around it.
    pub(super) fn unwritten(&mut self, node: &Node<'t>, last: usize, out: &mut Vec<Doc>) {
        self.above(node.start, out);
        self.behind(node.end, last, out);
    }

    fn above(&mut self, place: usize, out: &mut Vec<Doc>) {
        while let Some((_, _, comment)) = self.comments.before(place) {
            out.push(Doc::Own(comment.to_owned()));
        }
    }

    fn behind(&mut self, end: usize, last: usize, out: &mut Vec<Doc>) {
        if end != last {
            out.extend(self.trail(end));
        }
    }

    /// Takes the comment that follows on the line.
    pub(super) fn trail(&mut self, end: usize) -> Option<Doc> {
        self.comments.after(end).map(|comment| Doc::Trail(comment.to_owned(), self.column))
    }

    /// Counts the line ends between two places.
    pub(super) fn newlines(&self, from: usize, to: usize) -> usize {
        self.text.get(from..to).unwrap_or("").matches('\n').count()
    }
}

/// Returns what stands between two parts that follow each other.
fn between(node: &Node<'_>, before: &Node<'_>, part: &Node<'_>) -> Option<Doc> {
    let glued = matches!(part.first().rule, Rule::comma | Rule::colon | Rule::dots | Rule::close_list | Rule::close_bracket)
        || matches!(before.rule, Rule::dots | Rule::open_list | Rule::open_bracket);
    if glued {
        return None;
    }
    Some(match part.rule {
        Rule::k_or if node.rule == Rule::condition => Doc::Line(1),
        Rule::k_and => Doc::Line(1),
        Rule::k_else => Doc::Line(1),
        _ if before.rule == Rule::comma => Doc::Fill,
        _ => Doc::Space,
    })
}

/// Returns before which part of a statement others are aligned.
fn key_parts(node: &Node<'_>) -> Option<usize> {
    match node.rule {
        Rule::field | Rule::ledger | Rule::test_field => Some(2),
        Rule::class_line => Some(1),
        Rule::table_match => Some(2),
        Rule::match_line if node.parts.get(2).is_some_and(|part| part.rule == Rule::k_is) => Some(2),
        _ => None,
    }
}

/// Returns how wide the key of a statement is; nothing when it is not aligned with others.
pub(super) fn key_width(node: &Node<'_>) -> Option<usize> {
    let at = key_parts(node)?;
    let mut docs = Vec::new();
    let mut before: Option<&Node<'_>> = None;
    for part in node.parts.get(..at)? {
        if let Some(before) = before {
            docs.extend(between(node, before, part));
        }
        let mut first = true;
        part.tokens(&mut |token| {
            if !std::mem::take(&mut first) {
                docs.push(Doc::Text(" ".to_owned()));
            }
            docs.push(Doc::Text(token.text.to_owned()));
        });
        before = Some(part);
    }
    let width = flat_width(&docs);
    (width <= WIDEST_KEY).then_some(width)
}

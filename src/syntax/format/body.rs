//! Items and what stands between their braces: on one line as the author wrote it, or one statement a line.

use super::doc::{Doc, flat_width};
use super::lay::{INSIDE, Layout, key_width};
use super::node::Node;
use crate::syntax::grammar::Rule;

impl<'t> Layout<'t> {
    /// Lays out an item, or an item inside another, that begins in a column.
    pub(super) fn item(&mut self, node: &Node<'t>, column: usize, out: &mut Vec<Doc>) {
        let Some(open) = node.parts.iter().position(|part| part.rule == Rule::open) else {
            out.push(self.statement(node, 0));
            return;
        };
        let (heading, body) = node.parts.split_at(open);
        let head = Node { parts: heading.to_vec(), end: heading.last().map_or(node.end, |h| h.end), ..node.clone() };
        let mut headed = vec![self.statement(&head, 0)];
        headed.push(self.trail(head.end).unwrap_or_else(|| Doc::Text(" ".to_owned())));
        let [open, inside @ .., close] = body else { return };
        let one_line = self.newlines(open.end, inside.first().unwrap_or(close).start) == 0 && !self.comments.any_in(node.start, node.end);
        let flat = if one_line { self.flat(node, open, inside, close) } else { None };
        let flat = flat.filter(|flat| column + flat_width(&headed) + flat_width(flat) <= self.width);
        out.extend(headed);
        match flat {
            Some(flat) => out.extend(flat),
            None => self.expanded(open, inside, close, column, out),
        }
    }

    /// Lays out what stands in braces on one line.
    fn flat(&mut self, node: &Node<'t>, open: &Node<'t>, inside: &[Node<'t>], close: &Node<'t>) -> Option<Vec<Doc>> {
        let mut docs = Vec::new();
        self.token(open, open.end, &mut docs);
        let mut first = true;
        for part in inside.iter().filter(|p| p.rule != Rule::comma) {
            let comma = !first && node.rule == Rule::test_record;
            let after_comma = matches!(docs.last(), Some(Doc::Text(text)) if text == ",");
            docs.extend(comma.then(|| Doc::Text(",".to_owned())));
            docs.push(Doc::Text(" ".repeat(if first || comma || after_comma { 1 } else { 2 })));
            first = false;
            if part.parts.iter().any(|p| p.rule == Rule::open) {
                self.item(part, 0, &mut docs);
            } else {
                docs.push(self.statement(part, 0));
                let written = part.rule == Rule::field && part.is_idle(part.parts.len().saturating_sub(1));
                docs.extend(written.then(|| Doc::Text(",".to_owned())));
            }
        }
        if matches!(docs.last(), Some(Doc::Text(text)) if text == ",") {
            docs.pop();
        }
        docs.extend((!inside.is_empty()).then(|| Doc::Text(" ".to_owned())));
        self.token(close, close.end, &mut docs);
        (flat_width(&docs) <= self.width).then_some(docs)
    }

    /// Lays out what stands in braces, one statement a line.
    fn expanded(&mut self, open: &Node<'t>, inside: &[Node<'t>], close: &Node<'t>, column: usize, out: &mut Vec<Doc>) {
        self.token(open, open.end, out);
        self.column += 1;
        out.extend(self.trail(open.end));
        self.column += 1;
        let pads = self.pads(inside);
        let mut docs = Vec::new();
        let mut end = open.end;
        let mut first = true;
        for (part, pad) in inside.iter().zip(pads) {
            if part.rule == Rule::comma {
                self.unwritten(part, 0, &mut docs);
                end = part.end;
                continue;
            }
            self.leading(&mut end, part.start, first, &mut docs);
            first = false;
            docs.push(Doc::Hard);
            if part.parts.iter().any(|p| p.rule == Rule::open) {
                let mut inner = Vec::new();
                self.item(part, column + INSIDE, &mut inner);
                docs.extend(inner);
                docs.extend(self.trail(part.end));
                self.column += 1;
            } else {
                docs.push(self.statement(part, pad));
                docs.extend(self.trail(part.end));
            }
            end = part.end;
        }
        self.leading(&mut end, close.start, first, &mut docs);
        // An empty line before the brace would say nothing.
        while matches!(docs.last(), Some(Doc::Blank)) {
            docs.pop();
        }
        out.push(Doc::Indent(INSIDE, docs));
        out.push(Doc::Hard);
        self.token(close, close.end, out);
        self.column += 1;
    }

    /// Writes the comments above a place, and keeps the empty lines between groups.
    pub(super) fn leading(&mut self, end: &mut usize, start: usize, mut first: bool, docs: &mut Vec<Doc>) {
        while let Some((from, to, comment)) = self.comments.before(start) {
            self.gap(*end, from, first, docs);
            docs.push(Doc::Own(comment.to_owned()));
            *end = to;
            first = false;
        }
        self.gap(*end, start, first, docs);
    }

    fn gap(&mut self, from: usize, to: usize, first: bool, docs: &mut Vec<Doc>) {
        if !first && self.newlines(from, to) > 1 {
            docs.push(Doc::Blank);
            self.column += 1;
        }
    }

    /// Returns by how many blanks each statement's key falls short of the widest in its group.
    fn pads(&self, inside: &[Node<'t>]) -> Vec<usize> {
        let mut pads = vec![0; inside.len()];
        let mut group: Vec<(usize, usize)> = Vec::new();
        let mut before: Option<&Node<'t>> = None;
        let mut set = |group: &mut Vec<(usize, usize)>| {
            let widest = group.iter().map(|(_, width)| *width).max().unwrap_or(0);
            for (at, width) in group.drain(..) {
                if let Some(pad) = pads.get_mut(at) {
                    // Words need two blanks to be seen as columns where no colon parts them.
                    *pad = widest - width + usize::from(inside.get(at).is_some_and(|p| p.rule == Rule::class_line));
                }
            }
        };
        for (at, part) in inside.iter().enumerate() {
            if part.rule == Rule::comma {
                continue;
            }
            let together = before.is_some_and(|b| b.rule == part.rule && !self.parted(b.end, part.start));
            if !together {
                set(&mut group);
            }
            group.extend(key_width(part).map(|width| (at, width)));
            before = Some(part);
        }
        set(&mut group);
        pads
    }

    /// Returns whether an empty line stands between two places.
    fn parted(&self, from: usize, to: usize) -> bool {
        let between = self.text.get(from..to).unwrap_or("");
        let lines: Vec<&str> = between.split('\n').collect();
        lines.get(1..lines.len().saturating_sub(1)).is_some_and(|inner| inner.iter().any(|line| line.trim().is_empty()))
    }
}

//! An item as the grammar saw it: every token with its place, and which tokens make up what.

use pest::Parser as _;
use pest::iterators::Pair;

use crate::syntax::grammar::{Rule, TurfParser};

/// What is one token for the layout, though the grammar sees parts in it.
const WHOLE: &[Rule] = &[Rule::name, Rule::literal, Rule::path, Rule::dotted];

/// What only groups parts of the thing it stands in.
const INLINE: &[Rule] = &[Rule::match_pair, Rule::match_is, Rule::same];

/// Holds one part of an item: a token, or parts in order.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    pub(super) rule: Rule,
    /// The first byte, in the file.
    pub(super) start: usize,
    /// One past the last byte of its last token.
    pub(super) end: usize,
    /// The text, for a token.
    pub(super) text: &'t str,
    pub(super) parts: Vec<Self>,
}

impl<'t> Node<'t> {
    /// Parses an item that begins at a place of the file; nothing when it does not parse.
    pub(super) fn item(start: usize, written: &'t str) -> Option<Self> {
        TurfParser::parse(Rule::item, written).ok()?.next().and_then(|pair| Self::of(start, pair))
    }

    /// Takes a pair over; nothing for one that covers no token, which is how an empty repetition looks.
    fn of(base: usize, pair: Pair<'t, Rule>) -> Option<Self> {
        let (rule, span) = (pair.as_rule(), pair.as_span());
        let whole = Self { rule, start: base + span.start(), end: base + span.end(), text: pair.as_str(), parts: Vec::new() };
        if WHOLE.contains(&rule) {
            return Some(whole);
        }
        let mut parts: Vec<Self> = Vec::new();
        for part in pair.into_inner().filter_map(|inner| Self::of(base, inner)) {
            if INLINE.contains(&part.rule) {
                parts.extend(part.parts);
            } else {
                parts.push(part);
            }
        }
        match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => Some(Self { start: first.start, end: last.end, text: "", parts, ..whole }),
            _ => (!whole.text.is_empty()).then_some(whole),
        }
    }

    /// Returns whether it is one token.
    pub(super) fn is_token(&self) -> bool {
        self.parts.is_empty()
    }

    /// Returns the first token of it.
    pub(super) fn first(&self) -> &Self {
        let mut node = self;
        while let Some(part) = node.parts.first() {
            node = part;
        }
        node
    }

    /// Calls back for every token that means something, in order, with what it is. A comma nobody needs means nothing.
    pub(super) fn tokens<'n>(&'n self, each: &mut impl FnMut(&'n Self)) {
        if self.is_token() {
            return each(self);
        }
        for (at, part) in self.parts.iter().enumerate() {
            if !self.is_idle(at) {
                part.tokens(each);
            }
        }
    }

    /// Returns whether a part is a comma that could as well be left out.
    pub(super) fn is_idle(&self, at: usize) -> bool {
        if self.parts.get(at).is_none_or(|part| part.rule != Rule::comma) {
            return false;
        }
        match self.rule {
            Rule::test_record => true,
            Rule::field => at + 1 == self.parts.len(),
            Rule::names | Rule::literals | Rule::operands => at + 2 == self.parts.len(),
            _ => false,
        }
    }
}

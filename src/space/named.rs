//! The items of books that formulas were read from, so that one which cannot be looked into can be called by its name.

use std::collections::HashMap;
use std::sync::Arc;

use super::formula::NodeId;
use crate::text::{Name, Span};

/// An item of a book with a condition.
#[derive(Clone, Debug)]
struct Item {
    /// As in a sentence: the condition of the rule `big`.
    what: Arc<str>,
    span: Span,
    book: usize,
}

/// Says which formulas are conditions of items, and which were read inside one.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    items: Vec<Item>,
    /// The item that is being read.
    inside: Option<usize>,
    /// By formula, in the order made: the item inside which it was first read.
    origins: Vec<Option<u32>>,
    /// Formulas that are the whole condition of an item, and what they say of it.
    whole: HashMap<NodeId, Whole>,
}

/// A formula that is the whole condition of an item.
#[derive(Clone, Copy, Debug)]
struct Whole {
    item: usize,
    says: &'static str,
    /// Whether it is one in both books.
    shared: bool,
}

/// The item that was being read before another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before(Option<usize>);

/// A condition that cannot be looked into, because it has too many cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What it is: the condition of the rule `big`.
    pub what: String,
    /// The name of the item, where that is known.
    pub span: Option<Span>,
}

impl Named {
    /// Begins to read an item.
    pub(super) fn enter(&mut self, what: &str, name: &Name, book: usize) -> Before {
        self.items.push(Item { what: format!("{what} `{name}`").into(), span: name.span, book });
        Before(self.inside.replace(self.items.len() - 1))
    }

    /// Ends with the formula of the item, and goes back to the one before.
    pub(super) fn leave(&mut self, before: Before, node: NodeId, says: &'static str) {
        if let Some(item) = self.inside {
            let book = |at: usize| self.items.get(at).map(|i| i.book);
            let known = self.whole.entry(node).or_insert(Whole { item, says, shared: false });
            known.shared |= book(known.item) != book(item);
        }
        self.inside = before.0;
    }

    /// Notes that a formula was made.
    pub(super) fn made(&mut self) {
        self.origins.push(self.inside.and_then(|item| u32::try_from(item).ok()));
    }

    /// Writes what a formula says, and what it is; `nth` tells those apart that have no other name.
    pub(super) fn words(&self, node: NodeId, nth: usize, books: usize) -> (String, Closed) {
        let of_book = |item: &Item| match (books, item.book) {
            (2.., 0) => " of the old book",
            (2.., _) => " of the new book",
            _ => "",
        };
        let told = |what: String, says: &str, span: Option<Span>| (format!("{what} {says}"), Closed { what, span });
        if let Some((whole, item)) = self.whole.get(&node).and_then(|whole| Some((whole, self.items.get(whole.item)?))) {
            let of_book = if whole.shared { "" } else { of_book(item) };
            return told(format!("{}{of_book}", item.what), whole.says, Some(item.span));
        }
        let origin = self.origins.get(node.0 as usize).copied().flatten().and_then(|item| self.items.get(item as usize));
        match origin {
            Some(item) => told(format!("part {nth} of {}{}", item.what, of_book(item)), "is yes", Some(item.span)),
            None => told(format!("what several territories or rules ask together ({nth})"), "is yes", None),
        }
    }
}

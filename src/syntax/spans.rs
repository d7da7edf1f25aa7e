//! Where items stand, and what stands inside them that has a name of its own.

use super::tree::{Item, TerritoryItem};
use crate::text::Span;

impl Item {
    /// Returns where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Record(i) => i.span,
            Self::Match(i) => i.span,
            Self::List(i) => i.span,
            Self::Calendar(i) => i.span,
            Self::Segment(i) => i.span,
            Self::Classify(i) => i.span,
            Self::Priorities(i) => i.span,
            Self::Queues(i) => i.span,
            Self::Territory(i) => i.span,
            Self::TerritoryTable(i) => i.span,
            Self::Overlap(i) => i.span,
            Self::Team(i) => i.span,
            Self::Rule(i) => i.span,
            Self::Otherwise(i) => i.span,
            Self::Overlay(i) => i.span,
            Self::Credit(i) => i.span,
            Self::Test(i) => i.span,
            Self::Broken(i) => i.span,
        }
    }

    /// Returns where it and the territories inside it stand, itself first.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = vec![self.span()];
        if let Self::Territory(territory) = self {
            inside(territory, &mut spans);
        }
        spans
    }
}

fn inside(territory: &TerritoryItem, spans: &mut Vec<Span>) {
    for child in &territory.children {
        spans.push(child.span);
        inside(child, spans);
    }
}

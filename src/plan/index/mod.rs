//! The index: from a record to the territories, rules and overlays that may apply to it, without asking each.
//!
//! It is made from the space of what the book can tell apart ([`crate::space`]), the same that proofs are made from. A
//! record becomes a [point](Points), its class on every axis; each group of items has [bit rows](Group) by class. What
//! classes cannot answer (two fields compared, searches in text, the past, how old a date is) is left to whoever decides:
//! a candidate says whether it is certain.

mod group;
mod point;
mod scratch;

use std::sync::Arc;

pub use group::{Candidate, Candidates, Certainty, Group};
pub use point::Points;
pub use scratch::{Added, Scratch, Source};

use super::Plan;
use crate::model::{Condition, FieldId, RecordId, RuleId, TerritoryId};
use crate::space::{Area, Hulls, NodeId, Plain, Survey};

/// How many rows of bits an item may have; what has more cases is asked itself.
const MOST_AREAS: usize = 64;

/// One axis of the rules, for plain cells.
#[derive(Clone, Copy, Debug)]
pub struct PlainAxis<'i> {
    /// Its position in points.
    pub at: usize,
    /// Finds the classes.
    pub plain: &'i Plain,
    /// By class: the rules that it lets through; nothing where no rule asks.
    pub rules: &'i [Source],
}

impl PlainAxis<'_> {
    /// Returns what a class lets through.
    #[inline]
    pub fn source(&self, class: usize) -> Option<Source> {
        self.rules.get(class).copied()
    }
}

/// Holds the index of one type of record.
#[derive(Clone, Debug)]
pub struct Index {
    /// From records to points.
    pub points: Points,
    /// Written territories, by id; that the rows of tables they lie in claim as well is left open.
    pub claims: Group,
    /// Rules in the order in which they are considered.
    pub rules: Group,
    /// By position in `rules`.
    pub order: Arc<[RuleId]>,
    /// By position in `rules`: the parts of the condition that classes leave open.
    pub open: Vec<Box<[Condition]>>,
    /// Overlays in name order.
    pub overlays: Group,
    /// Written territories that lie in a row of a table, whose claims hang on the row's; sorted.
    pub in_rows: Vec<TerritoryId>,
}

impl Index {
    /// Makes the index of a book for one type of record.
    #[must_use]
    pub fn new(plan: &Plan, record: RecordId) -> Self {
        let book = &*plan.book;
        let mut survey = Survey::new();
        let read = survey.decided(book, record);
        let space = survey.finish();
        let mut hulls = Hulls::new(&space, MOST_AREAS);
        let order: Arc<[RuleId]> = plan.rule_order.get(&record).cloned().unwrap_or_default().into();
        let mut open = Vec::with_capacity(order.len());
        let mut rules = Vec::with_capacity(order.len());
        for id in order.iter() {
            let (areas, left_open) = hulls.together(read.rules.get(id.index()).map_or(&[][..], Vec::as_slice));
            let parts = book.rules.get(id.index()).map(|r| r.condition.parts()).unwrap_or_default();
            rules.push((areas, left_open.is_empty()));
            open.push(left_open.into_iter().filter_map(|position| parts.get(position).copied().cloned()).collect());
        }
        let rules = Group::new(&space, &rules);
        let overlays: Vec<Vec<NodeId>> = read.overlays;
        let overlays: Vec<(Vec<Area>, bool)> =
            overlays.iter().map(|o| hulls.together(o)).map(|(areas, open)| (areas, open.is_empty())).collect();
        let overlays = Group::new(&space, &overlays);
        let claims: Vec<(Vec<Area>, bool)> =
            read.claims.iter().map(|c| hulls.together(&[*c])).map(|(areas, open)| (areas, open.is_empty())).collect();
        let claims = Group::new(&space, &claims);
        let mut asked: Vec<usize> = [&claims, &rules, &overlays].iter().flat_map(|g| g.axes()).collect();
        asked.sort_unstable();
        asked.dedup();
        let points = Points::new(plan, record, &space, &asked);
        let in_row = |id: &TerritoryId| {
            let mut at = book.territories.get(id.index()).and_then(|t| t.parent);
            for _ in 0..=book.territories.len() {
                let Some(territory) = at.and_then(|id| book.territories.get(id.index())) else { return false };
                if territory.row.is_some() {
                    return true;
                }
                at = territory.parent;
            }
            false
        };
        let written = (0..book.territories.len()).filter(|i| book.territories[*i].row.is_none()).map(TerritoryId::from_index);
        let in_rows = if book.tables.is_empty() { Vec::new() } else { written.filter(in_row).collect() };
        Self { points, claims, rules, order, open, overlays, in_rows }
    }

    /// Lists the axes that hang on one of the record's own fields, for plain cells; none when one of them cannot be told from
    /// such a cell, or hangs on what the field leads to.
    #[must_use]
    pub fn plain(&self, field: FieldId) -> Option<Vec<PlainAxis<'_>>> {
        let axes = self.points.plain(field)?.into_iter();
        Some(axes.map(|(at, plain)| PlainAxis { at, plain, rules: self.rules.sources(at) }).collect())
    }

    /// Returns how many bytes the bit rows take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.claims.size() + self.rules.size() + self.overlays.size()
    }
}

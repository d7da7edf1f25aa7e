//! The index: from a record to the territories, rules and overlays that may apply to it, without asking each.
//!
//! It is made from the space of what the book can tell apart ([`crate::space`]), the same that proofs are made from. A
//! record becomes a [point](Points), its class on every axis; each group of items has [bit rows](Group) by class. What
//! classes cannot answer (two fields compared, searches in text, the past, how old a date is) is left to whoever decides:
//! a candidate says whether it is certain.

mod group;
mod point;

use std::sync::Arc;

pub use group::{Candidate, Candidates, Group};
pub use point::Points;

use super::Plan;
use crate::model::{RecordId, RuleId, TerritoryId};
use crate::space::{Hull, Hulls, NodeId, Survey};

/// How many rows of bits an item may have; what has more cases is asked itself.
const MOST_AREAS: usize = 64;

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
        let mut of = |nodes: &mut dyn Iterator<Item = NodeId>| nodes.map(|n| hulls.of(n)).collect::<Vec<Arc<Hull>>>();
        let order: Arc<[RuleId]> = plan.rule_order.get(&record).cloned().unwrap_or_default().into();
        let never = |id: &RuleId| read.rules.get(id.index()).copied();
        let claims = Group::new(&space, &of(&mut read.claims.iter().copied()));
        let rules = Group::new(&space, &of(&mut order.iter().filter_map(never)));
        let overlays = Group::new(&space, &of(&mut read.overlays.iter().copied()));
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
        Self { points, claims, rules, order, overlays, in_rows }
    }

    /// Returns how many bytes the bit rows take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.claims.size() + self.rules.size() + self.overlays.size()
    }
}

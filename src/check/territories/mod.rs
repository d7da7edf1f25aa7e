//! Territories against each other: overlaps and how they are settled, ties that reach the name, territories that never win,
//! and records that only a territory without staff claims.
//!
//! The rows of a table number thousands, so what is found about them is told for the table as a whole.

mod never_wins;
mod overlaps;
mod unstaffed;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ground::Ground;
use super::proofs::Proofs;
use crate::diagnostic::Diagnostic;
use crate::model::{TerritoryId, TerritoryTable};
use crate::space::{Ranked, Region};

/// Finds them; what the standings leave open is not reported.
pub(super) fn check(ground: &mut Ground<'_>, proofs: &mut Proofs) {
    let nodes = ground.of.order.clone();
    let survives: Vec<Arc<Region>> = nodes.iter().map(|(_, node)| ground.space.region(*node)).collect();
    let order: Vec<TerritoryId> = nodes.iter().map(|(id, _)| *id).collect();
    let claims: Vec<Arc<Region>> = ground.of.claims.clone().iter().map(|node| ground.space.region(*node)).collect();
    unstaffed::check(ground, &order, &claims, proofs);
    if !ground.standings.certain {
        return;
    }
    let ranked = Ranked::new(&ground.space, ground.zone(), survives);
    never_wins::check(ground, &order, &claims, &ranked, proofs);
    overlaps::check(ground, &order, &ranked, proofs);
}

/// Returns the position of the table that a territory comes from.
fn table(ground: &Ground<'_>, id: TerritoryId) -> Option<usize> {
    ground.territory(id).row.as_ref().map(|row| row.table)
}

/// By territory of a table the line of its first row.
fn lines(table: &TerritoryTable) -> BTreeMap<TerritoryId, u64> {
    let mut lines = BTreeMap::new();
    for (id, line) in table.rows.values().flatten() {
        let first = lines.entry(*id).or_insert(*line);
        *first = (*first).min(*line);
    }
    lines
}

/// Points to the rows of a territory that comes from a table.
fn at_row(ground: &Ground<'_>, id: TerritoryId, finding: Diagnostic, label: &str) -> Diagnostic {
    match table(ground, id).and_then(|table| ground.plan.book.tables.get(table)) {
        Some(table) => finding.in_data(&*table.file, lines(table).get(&id).copied(), None, label),
        None => finding.at(ground.territory(id).name.span, label),
    }
}

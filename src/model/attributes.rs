//! The fields that conditions use: how specific a territory is, and by what.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Condition, ConditionKind, RecordId, Segment, Territory, TerritoryTable};

/// Collects the fields a condition uses, as written, segments expanded.
pub fn attributes(condition: &Condition, segments: &[Segment], found: &mut BTreeSet<Arc<str>>) {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().for_each(|p| attributes(p, segments, found)),
        ConditionKind::Not(part) => attributes(part, segments, found),
        ConditionKind::Test(test) => {
            found.insert(test.subject.written.clone());
        }
        ConditionKind::Segment { segment, at } => {
            if let Some(inner) = segments.get(segment.index()).and_then(|s| s.conditions.get(&at.record)) {
                attributes(inner, segments, found);
            }
        }
        ConditionKind::SeenBefore { by, .. } => {
            found.insert(by.written.clone());
        }
        ConditionKind::Placed(_) => {
            found.insert("territory".into());
        }
    }
}

/// Returns the fields that a territory's own conditions use, without those it inherits: as asked about leads where it
/// fits them, otherwise about the first record it fits.
#[must_use]
pub fn own_attributes(
    territory: &Territory,
    segments: &[Segment],
    tables: &[TerritoryTable],
    lead: Option<RecordId>,
) -> BTreeSet<Arc<str>> {
    let mut fields = BTreeSet::new();
    let own = lead.and_then(|l| territory.conditions.get(&l)).or_else(|| territory.conditions.values().next());
    if let Some(condition) = own {
        attributes(condition, segments, &mut fields);
    }
    if let Some(table) = territory.row.as_ref().and_then(|rows| tables.get(rows.table)) {
        let matches = lead.and_then(|l| table.matches.get(&l)).or_else(|| table.matches.values().next());
        fields.extend(matches.into_iter().flatten().map(|m| m.field.written.clone()));
    }
    fields
}

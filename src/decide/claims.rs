//! Which territories claim a record: written ones by walking the trees, rows of tables by looking them up.
//!
//! Only children of territories that are yes are looked at, so a book's cost is that of the trees that apply. Within one
//! table `match FIELD starts with COLUMN` works as a routing table does: of the rows that fit, those with the longest
//! prefix claim, and the shorter ones do not; with several such lines the first line of `match` decides first. That is
//! settled before anything is asked about owners: a row does not claim because a longer one has nobody.

use std::collections::BTreeMap;

use super::context::Context;
use super::evaluate::answer;
use super::find::find;
use crate::model::{TerritoryId, TerritoryTable, look_up_key};

/// The territories that claim a record, with the line of a table's row.
pub(super) type Claims = BTreeMap<TerritoryId, Option<u64>>;

/// Rows of tables that fit a record, by the territory they lie in.
type RowsByParent = BTreeMap<Option<TerritoryId>, Vec<(TerritoryId, u64)>>;

fn rows(context: &Context<'_>) -> RowsByParent {
    let mut rows = RowsByParent::new();
    for table in &context.plan.book.tables {
        for (territory, line) in look_up(table, context) {
            let parent = context.plan.book.territories.get(territory.index()).and_then(|t| t.parent);
            rows.entry(parent).or_default().push((territory, line));
        }
    }
    rows
}

/// Adds the rows to the written territories that may claim; those that lie in rows hang on them.
pub(super) fn with_rows(written: &[TerritoryId], in_rows: &[TerritoryId], context: &Context<'_>) -> Claims {
    let mut claims = Claims::new();
    let (hanging, free): (Vec<TerritoryId>, Vec<TerritoryId>) = written.iter().partition(|t| in_rows.binary_search(t).is_ok());
    let mut waiting: Vec<(TerritoryId, Option<u64>)> = free.into_iter().map(|t| (t, None)).collect();
    let mut rows = if context.plan.book.tables.is_empty() { RowsByParent::new() } else { rows(context) };
    let mut with_line = |parent: Option<TerritoryId>| rows.remove(&parent).into_iter().flatten().map(|(t, line)| (t, Some(line)));
    waiting.extend(with_line(None));
    while let Some((id, line)) = waiting.pop() {
        if claims.contains_key(&id) || (line.is_some() && !holds(id, true, context)) {
            continue;
        }
        claims.insert(id, line);
        waiting.extend(with_line(Some(id)));
        let inside = hanging.iter().filter(|t| context.plan.book.territories.get(t.index()).is_some_and(|t| t.parent == Some(id)));
        waiting.extend(inside.map(|t| (*t, None)));
    }
    claims
}

/// Finds the territories whose own and inherited conditions and dates are yes, with the line of a table's row.
pub(super) fn claims(context: &Context<'_>) -> Claims {
    let plan = context.plan;
    let mut rows = rows(context);
    let mut claims = Claims::new();
    let mut waiting: Vec<(TerritoryId, Option<u64>)> = plan.written_roots.iter().map(|t| (*t, None)).collect();
    waiting.extend(rows.remove(&None).into_iter().flatten().map(|(t, line)| (t, Some(line))));
    while let Some((id, line)) = waiting.pop() {
        if claims.contains_key(&id) || !holds(id, line.is_some(), context) {
            continue;
        }
        claims.insert(id, line);
        waiting.extend(plan.written_children.get(id.index()).into_iter().flatten().map(|t| (*t, None)));
        waiting.extend(rows.remove(&Some(id)).into_iter().flatten().map(|(t, line)| (t, Some(line))));
    }
    claims
}

/// Whether a written territory's own and inherited conditions and dates hold, whatever the rows of tables it lies in say.
pub(super) fn written_holds(id: TerritoryId, context: &Context<'_>) -> bool {
    let territories = &context.plan.book.territories;
    let mut at = Some(id);
    for _ in 0..=territories.len() {
        let Some(id) = at else { return true };
        let Some(territory) = territories.get(id.index()) else { return false };
        if territory.row.is_none() && !holds(id, false, context) {
            return false;
        }
        at = territory.parent;
    }
    false
}

/// Whether a territory's own condition and dates hold; a row's condition is that it was found.
fn holds(id: TerritoryId, is_row: bool, context: &Context<'_>) -> bool {
    let Some(territory) = context.plan.book.territories.get(id.index()) else { return false };
    territory.dates.contains(context.today)
        && (is_row || territory.conditions.get(&context.record.kind).is_some_and(|c| answer(c, context).is_yes()))
}

/// Looks a record up in a table: the territories of the rows that fit best, each with the line of its first such row.
fn look_up(table: &TerritoryTable, context: &Context<'_>) -> BTreeMap<TerritoryId, u64> {
    let none = BTreeMap::new();
    let Some(columns) = table.matches.get(&context.record.kind) else { return none };
    let mut keys = vec![Vec::with_capacity(columns.len())];
    for (position, column) in columns.iter().enumerate() {
        let value = find(&column.field, context);
        let Some(text) = value.value().and_then(|v| look_up_key(v, &column.field.ty)) else { return none };
        let cells: Vec<std::sync::Arc<str>> = if column.prefix {
            let lengths = table.prefix_lengths.get(position).map_or(&[][..], Vec::as_slice);
            let whole = text.chars().count();
            lengths.iter().filter(|n| **n <= whole).map(|n| text.chars().take(*n).collect::<String>().into()).collect()
        } else {
            vec![text]
        };
        keys = keys
            .into_iter()
            .flat_map(|key| {
                cells.iter().map(move |cell| {
                    let mut longer = key.clone();
                    longer.push(cell.clone());
                    longer
                })
            })
            .collect();
    }
    // The keys come with the longest prefixes first, so the first that has rows is the best.
    keys.iter().find_map(|key| table.rows.get(key)).map_or(none, |rows| rows.iter().copied().collect())
}

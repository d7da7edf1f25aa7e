//! A territory with what it inherits from those it lies in.

use jiff::civil::Date;

use super::{Asking, DatesShown, Details, LevelShown, PriorityShown, RowsShown, SegmentUsed, TerritoryShown, segments};
use crate::explain::tree::HIDDEN;
use crate::model::{Attribute, Condition, Territory, TerritoryId, TerritoryTable, words};

/// How many keys of a table's rows are shown.
const MOST_KEYS: usize = 10;

/// Shows the territory at a position.
pub(super) fn territory(asking: &Asking<'_>, at: usize) -> (Details, Vec<SegmentUsed>) {
    let book = asking.book();
    let id = TerritoryId::from_index(at);
    let chain = chain(asking, id);
    let levels: Vec<LevelShown> = chain.iter().map(|(id, t)| level(asking, *id, t)).collect();
    let conditions: Vec<&Condition> = chain.iter().flat_map(|(_, t)| asking.wanted(&t.conditions)).collect();
    let own = chain.last().map(|(_, t)| *t);
    let priority = own.and_then(|t| {
        let from = book.territories.get(t.priority_from?.index())?;
        let name = t.priority.as_ref()?.name.to_string();
        Some(PriorityShown { name, from: from.name.to_string(), place: asking.place(from.name.span) })
    });
    let shown = TerritoryShown {
        levels,
        dates: dates(&chain),
        priority,
        owner: own.and_then(|t| t.owner.as_ref()).map(|o| words::owner(book, o)),
        inside: inside(asking, id),
    };
    (Details::Territory(shown), segments::used(asking, conditions.into_iter()))
}

/// The territories from the root of the tree down to one.
fn chain<'p>(asking: &Asking<'p>, id: TerritoryId) -> Vec<(TerritoryId, &'p Territory)> {
    let mut chain = Vec::new();
    let mut next = Some(id);
    while let Some((id, territory)) = next.and_then(|id| Some((id, asking.book().territories.get(id.index())?))) {
        chain.push((id, territory));
        next = territory.parent;
    }
    chain.reverse();
    chain
}

fn level(asking: &Asking<'_>, id: TerritoryId, territory: &Territory) -> LevelShown {
    let table = territory.row.as_ref().and_then(|r| Some((asking.book().tables.get(r.table)?, r.count)));
    LevelShown {
        name: territory.name.to_string(),
        place: asking.place(territory.name.span),
        conditions: asking.conditions(&territory.conditions),
        rows: table.map(|(table, count)| rows(asking, id, table, count)),
        dates: words::dates(&territory.dates),
    }
}

fn rows(asking: &Asking<'_>, id: TerritoryId, table: &TerritoryTable, count: u32) -> RowsShown {
    let wanted = asking.record.and_then(|r| table.matches.get(&r)).or_else(|| table.matches.values().next());
    let matches = wanted.map(Vec::as_slice).unwrap_or_default();
    let private: Vec<bool> = matches
        .iter()
        .map(|m| match m.field.attribute {
            Attribute::Field(field) => asking.book().schema.field(m.field.place.record, field).private,
            Attribute::Class(_) => false,
        })
        .collect();
    let own = table.rows.iter().filter(|(_, claims)| claims.iter().any(|(t, _)| *t == id));
    let keys = own.take(MOST_KEYS).map(|(cells, _)| {
        let hidden = private.iter().copied().chain(std::iter::repeat(false));
        cells.iter().zip(hidden).map(|(cell, hidden)| if hidden { HIDDEN.to_owned() } else { cell.to_string() }).collect()
    });
    RowsShown {
        file: table.file.to_string(),
        count: usize::try_from(count).unwrap_or(usize::MAX),
        compared: matches
            .iter()
            .map(|m| format!("{} {} {}", m.field.written, if m.prefix { "starts with" } else { "is" }, words::name(&m.column)))
            .collect(),
        keys: keys.collect(),
    }
}

/// The days on which all levels are in force.
fn dates(chain: &[(TerritoryId, &Territory)]) -> DatesShown {
    let from: Option<Date> = chain.iter().filter_map(|(_, t)| t.dates.from).max();
    let through: Option<Date> = chain.iter().filter_map(|(_, t)| t.dates.through).min();
    let never = matches!((from, through), (Some(from), Some(through)) if from > through);
    DatesShown { from: from.map(|d| d.to_string()), through: through.map(|d| d.to_string()), never }
}

/// Counts the territories inside one, at any depth.
fn inside(asking: &Asking<'_>, id: TerritoryId) -> usize {
    let children = |id: TerritoryId| asking.plan.children.get(id.index()).map(Vec::as_slice).unwrap_or_default();
    let mut open: Vec<TerritoryId> = children(id).to_vec();
    let mut count = 0;
    while let Some(next) = open.pop() {
        count += 1;
        open.extend(children(next));
    }
    count
}

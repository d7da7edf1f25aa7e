//! Territories as formulas: where each claims, where it survives the deeper ones of its tree, and where it wins.
//!
//! Who is staffed and which of two claims wins depends on the roster, so it comes in as [`Standings`]; where a territory
//! claims depends on the record and is worked out here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::AxisId;
use super::atom::Atom;
use super::axis::{Aspect, AxisKey, Bounds, Kind};
use super::conditions::{At, Reader, Want};
use super::fact::{Fact, Question};
use super::formula::{Formulas, NodeId};
use crate::model::{FieldPath, Rulebook, TableMatch, TerritoryId, TerritoryTable, Type};

/// Says what the roster makes of the territories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standings {
    /// Territories that can win, the one that goes first of all first; a territory without staff is not among them.
    pub order: Vec<TerritoryId>,
    /// Whether that order holds for every record; where a team's staff depends on the record, it may not.
    pub certain: bool,
    /// Groups of territories that only their names tell apart, in that order.
    pub tied: Vec<Vec<TerritoryId>>,
    /// Whether such a tie is left to a person.
    pub or_nobody: bool,
}

/// Holds the formulas of a book's territories for one type of record.
#[derive(Clone, Debug)]
pub(super) struct Placing {
    /// By territory: where its own and inherited conditions and dates are yes.
    pub claims: Vec<NodeId>,
    /// By territory: where it claims and no staffed territory deeper in its tree does; never for the unstaffed.
    pub survives: Vec<NodeId>,
    /// Where some territory wins.
    pub somewhere: NodeId,
    /// In the order in which they win: the territory, and where it would win if no earlier one did.
    pub order: Vec<(TerritoryId, NodeId)>,
    /// Where a tie leaves the record to a person.
    pub tied: NodeId,
}

impl Placing {
    /// Reads the territories of a book.
    pub(super) fn read(reader: &mut Reader<'_, '_>, standings: &Standings) -> Self {
        let book = reader.book;
        let mut own: Vec<NodeId> = Vec::with_capacity(book.territories.len());
        let mut rows = table_rows(reader);
        for (index, territory) in book.territories.iter().enumerate() {
            let before = reader.formulas.named.enter("the condition of the territory", &territory.name, reader.position);
            let node = match (&territory.row, territory.conditions.get(&reader.record)) {
                (Some(_), _) => rows.remove(&TerritoryId::from_index(index)),
                (None, Some(condition)) => Some(reader.condition(condition, &At::subject(reader.record), Want::Yes)),
                (None, None) => None,
            };
            let node = node.unwrap_or_else(|| reader.formulas.constant(false));
            let dates = reader.dates(&territory.dates);
            let node = reader.formulas.all([node, dates]);
            reader.formulas.named.leave(before, node, "is yes");
            own.push(node);
        }
        let claims: Vec<NodeId> = (0..book.territories.len()).map(|i| inherited(book, &own, i, reader.formulas)).collect();
        let mut placing = Self {
            survives: Vec::new(),
            somewhere: reader.formulas.constant(false),
            order: Vec::new(),
            tied: reader.formulas.constant(false),
            claims,
        };
        placing.settle(book, standings, reader.formulas);
        placing
    }

    fn settle(&mut self, book: &Rulebook, standings: &Standings, formulas: &mut Formulas) {
        // By root, the staffed territories with their depths.
        let mut trees: BTreeMap<TerritoryId, Vec<(u32, TerritoryId)>> = BTreeMap::new();
        for id in &standings.order {
            let territory = &book.territories[id.index()];
            trees.entry(territory.root).or_default().push((territory.depth, *id));
        }
        let nowhere = formulas.constant(false);
        self.survives = vec![nowhere; book.territories.len()];
        for members in trees.values() {
            let mut depths: Vec<u32> = members.iter().map(|(d, _)| *d).collect();
            depths.sort_unstable();
            depths.dedup();
            let mut deeper = nowhere;
            for depth in depths.iter().rev() {
                let here: Vec<TerritoryId> = members.iter().filter(|(d, _)| d == depth).map(|(_, id)| *id).collect();
                let none_deeper = formulas.opposite(deeper);
                for id in &here {
                    self.survives[id.index()] = formulas.all([self.claims[id.index()], none_deeper]);
                }
                let claimed: Vec<NodeId> = here.iter().map(|id| self.claims[id.index()]).chain([deeper]).collect();
                deeper = formulas.any(claimed);
            }
        }
        self.order = standings.order.iter().map(|id| (*id, self.survives[id.index()])).collect();
        let all: Vec<NodeId> = standings.order.iter().map(|id| self.claims[id.index()]).collect();
        let claimed = formulas.any(all);
        if standings.or_nobody {
            self.tied = self.ties(standings, formulas);
        }
        let settled = formulas.opposite(self.tied);
        self.somewhere = formulas.all([claimed, settled]);
    }

    /// Where the best that survive are equal in everything.
    fn ties(&self, standings: &Standings, formulas: &mut Formulas) -> NodeId {
        let mut tied = Vec::new();
        for group in &standings.tied {
            let first = standings.order.iter().position(|id| group.first() == Some(id)).unwrap_or(0);
            let better: Vec<NodeId> = standings.order[..first].iter().map(|id| self.survives[id.index()]).collect();
            let better = formulas.any(better);
            let best = formulas.opposite(better);
            for (position, one) in group.iter().enumerate() {
                for other in &group[position + 1..] {
                    tied.push(formulas.all([self.survives[one.index()], self.survives[other.index()], best]));
                }
            }
        }
        formulas.any(tied)
    }

    /// Where the winner is one of some territories, or lies in one of them.
    pub(super) fn within(&self, territories: &[TerritoryId], book: &Rulebook, formulas: &mut Formulas) -> NodeId {
        self.won(|id| lies_in(book, id, territories), formulas)
    }

    /// Where the winner is one of those meant.
    pub(super) fn won(&self, meant: impl Fn(TerritoryId) -> bool, formulas: &mut Formulas) -> NodeId {
        let inside: Vec<bool> = self.order.iter().map(|(id, _)| meant(*id)).collect();
        let mut result = formulas.constant(false);
        // Neighbours in the order that are both inside or both outside need not be told apart.
        let mut at = self.order.len();
        while at > 0 {
            let end = at;
            while at > 0 && inside[at - 1] == inside[end - 1] {
                at -= 1;
            }
            let run: Vec<NodeId> = self.order[at..end].iter().map(|(_, survives)| *survives).collect();
            let run = formulas.any(run);
            let value = formulas.constant(inside[end - 1]);
            result = formulas.choose(run, value, result);
        }
        let settled = formulas.opposite(self.tied);
        formulas.all([result, settled])
    }
}

/// Reads where each written territory claims, as far as written ones say.
pub(super) fn written_claims(reader: &mut Reader<'_, '_>) -> Vec<NodeId> {
    let book = reader.book;
    let mut own: Vec<NodeId> = Vec::with_capacity(book.territories.len());
    for territory in &book.territories {
        let node = match (&territory.row, territory.conditions.get(&reader.record)) {
            (Some(_), _) => reader.formulas.constant(true),
            (None, Some(condition)) => {
                let node = reader.condition(condition, &At::subject(reader.record), Want::Yes);
                let dates = reader.dates(&territory.dates);
                reader.formulas.all([node, dates])
            }
            (None, None) => reader.formulas.constant(false),
        };
        own.push(node);
    }
    let never = reader.formulas.constant(false);
    let claim = |i: usize| if book.territories[i].row.is_some() { never } else { inherited(book, &own, i, reader.formulas) };
    (0..book.territories.len()).map(claim).collect()
}

/// Returns whether a territory is one of some, or lies inside one of them.
#[must_use]
pub fn lies_in(book: &Rulebook, territory: TerritoryId, territories: &[TerritoryId]) -> bool {
    let mut at = Some(territory);
    for _ in 0..=book.territories.len() {
        match at {
            Some(id) if territories.contains(&id) => return true,
            Some(id) => at = book.territories.get(id.index()).and_then(|t| t.parent),
            None => return false,
        }
    }
    false
}

fn inherited(book: &Rulebook, own: &[NodeId], index: usize, formulas: &mut Formulas) -> NodeId {
    let mut parts = vec![own[index]];
    let mut at = book.territories[index].parent;
    for _ in 0..=book.territories.len() {
        let Some(id) = at else { break };
        parts.push(own[id.index()]);
        at = book.territories[id.index()].parent;
    }
    formulas.all(parts)
}

/// The formula of each territory that comes from a table: where one of its rows is found.
fn table_rows(reader: &mut Reader<'_, '_>) -> BTreeMap<TerritoryId, NodeId> {
    let book = reader.book;
    let mut found: BTreeMap<TerritoryId, NodeId> = BTreeMap::new();
    for table in &book.tables {
        for (territory, nodes) in rows_of(table, reader) {
            let node = reader.formulas.any(nodes);
            found.insert(territory, node);
        }
    }
    found
}

/// By territory the cells of the column that is taken as a set.
type Cells = BTreeMap<TerritoryId, Vec<Arc<str>>>;

fn rows_of(table: &TerritoryTable, reader: &mut Reader<'_, '_>) -> BTreeMap<TerritoryId, Vec<NodeId>> {
    let mut found: BTreeMap<TerritoryId, Vec<NodeId>> = BTreeMap::new();
    let Some(columns) = table.matches.get(&reader.record).cloned() else { return found };
    let prefixes: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].prefix).collect();
    // One column is taken as a set: the one of beginnings, because among rows with equal other cells the longest
    // beginning claims; else the last.
    let chosen = prefixes.first().copied().unwrap_or(columns.len().saturating_sub(1));
    let mut groups: BTreeMap<Vec<Arc<str>>, Cells> = BTreeMap::new();
    for (cells, territories) in &table.rows {
        let mut others = cells.clone();
        if chosen >= others.len() {
            continue;
        }
        let own = others.remove(chosen);
        for (territory, _) in territories {
            groups.entry(others.clone()).or_default().entry(*territory).or_default().push(own.clone());
        }
    }
    for (others, members) in groups {
        let mut all: Vec<Arc<str>> = members.values().flatten().cloned().collect();
        all.sort_unstable();
        all.dedup();
        for (territory, mut own) in members {
            own.sort_unstable();
            own.dedup();
            let mut parts = Vec::new();
            let plain = columns.iter().enumerate().filter(|(i, _)| *i != chosen).map(|(_, c)| c);
            for (column, cell) in plain.zip(&others) {
                parts.push(cell_test(reader, column, std::slice::from_ref(cell), None));
            }
            if let Some(column) = columns.get(chosen) {
                parts.push(cell_test(reader, column, &own, column.prefix.then(|| all.clone())));
            }
            if prefixes.len() > 1 {
                parts.push(unclear(reader, table, territory));
            }
            let node = reader.formulas.all(parts);
            found.entry(territory).or_default().push(node);
        }
    }
    found
}

/// A longer beginning in another row may claim instead, which is free here.
fn unclear(reader: &mut Reader<'_, '_>, table: &TerritoryTable, territory: TerritoryId) -> NodeId {
    let name = &reader.book.territories[territory.index()].name;
    let words = format!("a row of {} for {name} has the longest beginning", table.file);
    let axis = reader.formulas.fact(Vec::new(), Fact { words: words.into(), question: Question::Open });
    reader.formulas.atom(axis, Atom::Yes, true)
}

fn cell_test(reader: &mut Reader<'_, '_>, column: &TableMatch, cells: &[Arc<str>], longest: Option<Vec<Arc<str>>>) -> NodeId {
    let at = At::subject(reader.record);
    let present = reader.present(&column.field, &at);
    let Some((axis, kind)) = reader.axis_of(&column.field, &at) else {
        let derived = reader.derived(&column.field, &at, &|value| cells.iter().any(|c| **c == *value));
        return reader.formulas.all([present, derived]);
    };
    let atom = match (longest, column.prefix, kind) {
        (Some(all), _, _) => Atom::Longest(all.into(), cells.into()),
        (None, true, _) => Atom::Beginnings(cells.into()),
        (None, false, Kind::Number) => {
            let points = cells.iter().filter_map(|c| c.parse().ok()).map(Bounds::point);
            Atom::Numbers(points.collect())
        }
        (None, false, _) => Atom::Values(cells.into()),
    };
    let found = reader.formulas.atom(axis, atom, true);
    reader.formulas.all([present, found])
}

impl Reader<'_, '_> {
    /// Finds the axis of a field that is looked up in a table; none for derived fields.
    fn axis_of(&mut self, path: &FieldPath, at: &At) -> Option<(AxisId, Kind)> {
        let (names, ty) = self.names_of(path, at)?;
        if path.domain_of {
            let key = AxisKey { path: names.clone(), aspect: Aspect::Domain };
            let axis = self.formulas.axis(key, &format!("domain of {}", names.join(".")).into(), &Type::Text { any_case: true });
            return Some((axis, Kind::AnyCase));
        }
        let kind = Kind::of(&ty);
        let key = AxisKey { path: names.clone(), aspect: Aspect::Value(kind) };
        Some((self.formulas.axis(key, &names.join(".").into(), &ty), kind))
    }
}

//! Territories from a table: one territory for each name in a column, looked up by the cells of other columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Owner, TableMatch, TableRows, TerritoryTable, Type, look_up_key, read_cell};
use crate::syntax::tree::{OwnerRef, TerritoryTableItem};
use crate::text::{Name, wording};

/// Holds a table's own columns once they are found.
struct Columns {
    name: usize,
    owner: Option<usize>,
    cells: Vec<usize>,
}

impl Resolver<'_> {
    /// Lists the names in the name columns of all tables; mistakes are reported later.
    pub(super) fn table_territory_names(&self) -> BTreeSet<Arc<str>> {
        let mut names = BTreeSet::new();
        for item in &self.items.tables {
            let Some(Ok(table)) = self.around.tables.get(&item.path.text) else { continue };
            let Some(position) = item.name_column.as_ref().and_then(|c| table.column(&c.text)) else { continue };
            names.extend(table.rows.iter().filter_map(|(_, cells)| cells.get(position)).filter(|c| !c.is_empty()).cloned());
        }
        names
    }

    /// Resolves the tables and fills the territories of their rows.
    pub(super) fn territory_tables(&mut self) {
        for item in self.items.tables.clone() {
            let matches = self.table_matches(item);
            let Some(columns) = self.table_columns(item) else { continue };
            self.territory_table(item, matches, &columns);
        }
    }

    fn table_columns(&mut self, item: &TerritoryTableItem) -> Option<Columns> {
        if item.matches.is_empty() || item.name_column.is_none() {
            let lacking = if item.matches.is_empty() { "match postal is zip" } else { "name territory" };
            self.report(
                Diagnostic::new(DiagnosticName::MissingStatement, "this table of territories does not say how to read it")
                    .at(item.path.span, format!("a line such as `{lacking}` is missing"))
                    .help(format!("Add `{lacking}` with the names of your field and column.")),
            );
            return None;
        }
        let name = item.name_column.as_ref().and_then(|c| self.column_position(&item.path, c));
        let owner = item.owner_column.as_ref().map(|c| self.column_position(&item.path, c));
        let cells: Vec<Option<usize>> = item.matches.iter().map(|m| self.column_position(&item.path, &m.column)).collect();
        let cells: Option<Vec<usize>> = cells.into_iter().collect();
        let owner = match owner {
            Some(found) => Some(found?),
            None => None,
        };
        Some(Columns { name: name?, owner, cells: cells? })
    }

    /// Resolves the compared fields for each record that has them all.
    fn table_matches(&mut self, item: &TerritoryTableItem) -> BTreeMap<crate::model::RecordId, Vec<TableMatch>> {
        let mut fits = BTreeMap::new();
        let mut best: Option<Vec<Diagnostic>> = None;
        for record in self.decidable() {
            let kept = std::mem::take(&mut self.findings);
            let matches: Option<Vec<TableMatch>> = item
                .matches
                .iter()
                .map(|m| {
                    let field = self.field_path(&m.field, Scope::of(record))?;
                    let comparable = matches!(
                        (&field.ty, m.prefix),
                        (Type::Text { .. } | Type::Postal, _) | (Type::OneOf(_) | Type::Reference(_) | Type::Number, false)
                    );
                    if !comparable {
                        let is = self.type_in_words(&field.ty);
                        self.report(
                            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` cannot be looked up in a table this way", field.written))
                                .at(m.span, format!("`{}` is {is}", field.written))
                                .help("A table compares text, postal codes, `one of` values and numbers with `is`, and the beginning of text and postal codes with `starts with`."),
                        );
                        return None;
                    }
                    Some(TableMatch { field, prefix: m.prefix, column: m.column.text.clone() })
                })
                .collect();
            let mistakes = std::mem::replace(&mut self.findings, kept);
            match matches {
                Some(matches) => {
                    fits.insert(record, matches);
                }
                None if best.as_ref().is_none_or(|b| mistakes.len() < b.len()) => best = Some(mistakes),
                None => {}
            }
        }
        if fits.is_empty() {
            self.findings.extend(best.unwrap_or_default());
        }
        fits
    }

    fn territory_table(
        &mut self,
        item: &TerritoryTableItem,
        matches: BTreeMap<crate::model::RecordId, Vec<TableMatch>>,
        columns: &Columns,
    ) {
        let parent = item.parent.as_ref().and_then(|p| self.territory_id(p));
        let priority = item.priority.as_ref().and_then(|p| self.priority(p));
        if priority.is_none() && item.priority.is_none() && parent.is_none() && self.territories_need_priorities() {
            self.report(
                Diagnostic::new(DiagnosticName::MissingPriority, "the territories of this table have no priority")
                    .at(item.path.span, "overlaps are settled by priority first")
                    .help("Add a line such as `priority geography`, or a `parent` that has one."),
            );
        }
        let types: Vec<Type> = matches.values().next().map(|m| m.iter().map(|m| m.field.ty.clone()).collect()).unwrap_or_default();
        let position = self.tables.len();
        let Some(table) = self.table(&item.path).cloned() else { return };
        let mut owners: BTreeMap<Arc<str>, (Arc<str>, u64)> = BTreeMap::new();
        let mut counts: BTreeMap<Arc<str>, u32> = BTreeMap::new();
        let mut rows: BTreeMap<Vec<Arc<str>>, Vec<(crate::model::TerritoryId, u64)>> = BTreeMap::new();
        let mut blank = Vec::new();
        for (line, cells) in &table.rows {
            let cell = |position: usize| cells.get(position).cloned().unwrap_or_default();
            let name = cell(columns.name);
            let key: Option<Vec<Arc<str>>> =
                columns.cells.iter().zip(&types).map(|(c, ty)| folded(&cell(*c), ty, self.around.zone)).collect();
            let (Some(key), Some(id)) = (key, self.territory_names.get(&name).copied()) else {
                blank.push(*line);
                continue;
            };
            if let Some(owner) = columns.owner.map(cell).filter(|o| !o.is_empty()) {
                self.one_owner(item, &name, owner, *line, &mut owners);
            }
            *counts.entry(name).or_default() += 1;
            let claims = rows.entry(key).or_default();
            if !claims.iter().any(|(t, _)| *t == id) {
                claims.push((id, *line));
            }
        }
        rows.values_mut().for_each(|claims| claims.sort());
        self.report_blank_rows(item, &blank);
        let prefix_lengths = columns
            .cells
            .iter()
            .enumerate()
            .map(|(i, _)| {
                let is_prefix = matches.values().next().and_then(|m| m.get(i)).is_some_and(|m| m.prefix);
                let lengths: BTreeSet<usize> =
                    if is_prefix { rows.keys().filter_map(|k| k.get(i)).map(|k| k.chars().count()).collect() } else { BTreeSet::new() };
                lengths.into_iter().rev().collect()
            })
            .collect();
        self.tables.push(TerritoryTable { file: item.path.text.clone(), matches, rows, prefix_lengths, span: item.span });
        for (name, count) in counts {
            let owner = owners.get(&name).and_then(|(owner, _)| self.table_owner(item, owner));
            let Some(id) = self.territory_names.get(&name) else { continue };
            let territory = &mut self.territories[id.index()];
            if territory.row.is_some() || territory.span == item.span || self.items.territories.iter().any(|(t, _)| t.name.text == name) {
                let at = Name::new(name.clone(), item.path.span);
                let earlier = territory.span;
                self.findings.push(super::items::duplicate("territory", &at, earlier));
                continue;
            }
            territory.name = Name::new(name, item.path.span);
            territory.parent = parent;
            territory.priority = priority.clone();
            territory.owner = owner;
            territory.row = Some(TableRows { table: position, count });
            territory.span = item.span;
        }
    }

    fn one_owner(
        &mut self,
        item: &TerritoryTableItem,
        name: &Arc<str>,
        owner: Arc<str>,
        line: u64,
        owners: &mut BTreeMap<Arc<str>, (Arc<str>, u64)>,
    ) {
        match owners.get(name) {
            Some((earlier, first)) if *earlier != owner => {
                let finding = Diagnostic::new(
                    DiagnosticName::TableConflict,
                    format!("the territory `{name}` has two owners, `{earlier}` and `{owner}`"),
                )
                .at(item.path.span, "in this table")
                .in_data(item.path.as_str(), Some(line), item.owner_column.as_ref().map(Name::as_str), format!("`{owner}` here"))
                .in_data(item.path.as_str(), Some(*first), item.owner_column.as_ref().map(Name::as_str), format!("`{earlier}` here"))
                .help("Give every row of one territory the same owner, or give the rows names of their own.");
                self.report(finding);
            }
            Some(_) => {}
            None => {
                owners.insert(name.clone(), (owner, line));
            }
        }
    }

    fn table_owner(&mut self, item: &TerritoryTableItem, owner: &Arc<str>) -> Option<Owner> {
        let (name, is_team) = match owner.strip_prefix("team ") {
            Some(team) => (team.trim().into(), true),
            None => (owner.clone(), false),
        };
        self.owner(&OwnerRef { name: Name::new(name, item.owner_column.as_ref().map_or(item.path.span, |c| c.span)), is_team })
    }

    fn report_blank_rows(&mut self, item: &TerritoryTableItem, lines: &[u64]) {
        let Some(first) = lines.first() else { return };
        self.report(
            Diagnostic::new(
                DiagnosticName::UnreadableCell,
                format!(
                    "{} of `{}` cannot be used: a name or a compared cell is blank or unreadable",
                    wording::count(lines.len(), "row", "rows"),
                    item.path
                ),
            )
            .in_data(item.path.as_str(), Some(*first), None, "the first of them")
            .at(item.path.span, "read for these territories")
            .help("Fill the cells in, or remove the rows."),
        );
    }
}

/// Folds a cell the way the compared field is folded; blank and unreadable cells give nothing.
fn folded(cell: &str, ty: &Type, zone: &jiff::tz::TimeZone) -> Option<Arc<str>> {
    match read_cell(cell, ty, zone) {
        Ok(Some(value)) => look_up_key(&value, ty),
        Ok(None) | Err(_) => None,
    }
}

//! Territories: the tree by nesting and by `parent`, conditions, owners, and what is inherited.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Condition, ConditionKind, Owner, RecordId, Territory, TerritoryId, own_attributes};
use crate::syntax::tree::{OverlapKind, OwnerRef, TerritoryItem};
use crate::text::Name;

impl Resolver<'_> {
    /// Declares the names of written territories and of tables' rows: ids in name order over both.
    pub(super) fn territory_names(&mut self) {
        let mut names: BTreeSet<Arc<str>> = self.items.territories.iter().map(|(t, _)| t.name.text.clone()).collect();
        names.extend(self.table_territory_names());
        self.territory_names = names.into_iter().enumerate().map(|(i, n)| (n, TerritoryId::from_index(i))).collect();
    }

    /// Looks up a territory; reports the unknown.
    pub(super) fn territory_id(&mut self, name: &Name) -> Option<TerritoryId> {
        let found = self.territory_names.get(&name.text).copied();
        if found.is_none() {
            let known: Vec<Arc<str>> = self.territory_names.keys().cloned().collect();
            self.unknown(
                DiagnosticName::UnknownTerritory,
                "territory",
                name,
                &known,
                &format!("Declare it, for example `territory {} {{ where ... owner ... }}`.", crate::text::wording::as_written(&name.text)),
            );
        }
        found
    }

    /// Resolves the written territories; slots of tables' rows are filled by the tables.
    pub(super) fn territories(&mut self) {
        let nowhere = crate::text::Span::new(crate::text::FileId(0), 0, 0);
        self.territories = self
            .territory_names
            .iter()
            .map(|(name, id)| Territory {
                name: Name::new(name.clone(), nowhere),
                parent: None,
                depth: 0,
                root: *id,
                priority: None,
                priority_from: None,
                conditions: BTreeMap::new(),
                attributes: 0,
                dates: Default::default(),
                owner: None,
                row: None,
                because: None,
                span: nowhere,
            })
            .collect();
        for (item, nested_in) in self.items.territories.clone() {
            let resolved = self.territory(item, nested_in);
            let Some(id) = self.territory_names.get(&item.name.text) else { continue };
            self.territories[id.index()] = Territory { root: *id, ..resolved };
        }
    }

    fn territory(&mut self, item: &TerritoryItem, nested_in: Option<&Name>) -> Territory {
        let parent = self.parent(item, nested_in);
        let priority = self.unique_statement("priority", &item.priorities, |p| p.name.span).cloned().and_then(|p| self.priority(&p));
        let records = self.decidable();
        let conditions = match records.first() {
            Some(_) if item.conditions.is_empty() => records.iter().map(|r| (*r, always(item.name.span))).collect(),
            Some(any) => self.fitting(&item.conditions, Scope::of(*any), &records),
            None => BTreeMap::new(),
        };
        let owner = self.unique_statement("owner", &item.owners, |o| o.name.span).cloned().and_then(|o| self.owner(&o));
        Territory {
            name: item.name.clone(),
            parent,
            depth: 0,
            root: TerritoryId(0),
            priority,
            priority_from: None,
            conditions,
            attributes: 0,
            dates: self.only_dates(&item.dates),
            owner,
            row: None,
            because: item.because.as_ref().map(|b| b.text.clone()),
            span: item.span,
        }
    }

    fn parent(&mut self, item: &TerritoryItem, nested_in: Option<&Name>) -> Option<TerritoryId> {
        let written = self.unique_statement("parent", &item.parents, |p| p.span).cloned();
        if let (Some(written), Some(outer)) = (&written, nested_in) {
            self.report(
                Diagnostic::new(DiagnosticName::DuplicateStatement, format!("the territory `{}` has two parents", item.name))
                    .at(written.span, "one by name")
                    .at(outer.span, "one by nesting")
                    .help("Take the `parent` line away, or move the territory out of the other's braces."),
            );
        }
        written.as_ref().or(nested_in).and_then(|p| self.territory_id(p))
    }

    /// Resolves an owner; teams are resolved before.
    pub(super) fn owner(&mut self, written: &OwnerRef) -> Option<Owner> {
        if written.is_team {
            return self.known_team(&written.name).map(|id| Owner::Team(id, written.name.span));
        }
        self.check_rep(&written.name);
        Some(Owner::Rep(written.name.clone()))
    }

    /// Works out depth, root and what is inherited; reports a parent that is a loop.
    pub(super) fn finish_territories(&mut self) {
        self.refuse_territory_loops();
        let lead = self.around.schema.find("lead");
        let inherited_fields: Vec<BTreeSet<Arc<str>>> =
            self.territories.iter().map(|t| own_attributes(t, &self.segments, &self.tables, lead)).collect();
        let own: Vec<bool> = self.territories.iter().map(|t| t.priority.is_some()).collect();
        for index in 0..self.territories.len() {
            let chain = self.chain(index);
            let mut fields = BTreeSet::new();
            chain.iter().for_each(|i| fields.extend(inherited_fields[*i].iter().cloned()));
            let from = chain.iter().copied().find(|i| own[*i]);
            let priority = from.and_then(|i| self.territories[i].priority.clone());
            let territory = &mut self.territories[index];
            territory.depth = u32::try_from(chain.len().saturating_sub(1)).unwrap_or(u32::MAX);
            territory.root = TerritoryId::from_index(chain.last().copied().unwrap_or(index));
            territory.attributes = u32::try_from(fields.len()).unwrap_or(u32::MAX);
            territory.priority = priority;
            territory.priority_from = from.map(TerritoryId::from_index);
        }
        self.require_territory_priorities();
    }

    /// A territory and all above it, itself first.
    fn chain(&self, index: usize) -> Vec<usize> {
        let mut chain = vec![index];
        let mut at = index;
        while let Some(parent) = self.territories[at].parent {
            at = parent.index();
            chain.push(at);
        }
        chain
    }

    fn refuse_territory_loops(&mut self) {
        // 0 not seen, 1 on the way up, 2 known to end at a root.
        let mut seen = vec![0_u8; self.territories.len()];
        for start in 0..self.territories.len() {
            let mut way = Vec::new();
            let mut at = start;
            loop {
                match seen[at] {
                    2 => break,
                    1 => {
                        self.report_territory_loop(&way, at);
                        break;
                    }
                    _ => {}
                }
                seen[at] = 1;
                way.push(at);
                match self.territories[at].parent {
                    Some(parent) => at = parent.index(),
                    None => break,
                }
            }
            way.iter().for_each(|i| seen[*i] = 2);
        }
    }

    fn report_territory_loop(&mut self, way: &[usize], at: usize) {
        let from = way.iter().position(|i| *i == at).unwrap_or(0);
        let members = way.get(from..).unwrap_or_default();
        let names: Vec<String> = members.iter().map(|i| format!("`{}`", self.territories[*i].name)).collect();
        let mut finding =
            Diagnostic::new(DiagnosticName::TerritoryLoop, format!("the territory `{}` lies inside itself", self.territories[at].name));
        for index in members {
            let territory = &self.territories[*index];
            let parent = territory.parent.map_or_else(String::new, |p| self.territories[p.index()].name.to_string());
            finding = finding.at(territory.name.span, format!("lies in `{parent}`"));
        }
        finding = finding.help(format!("Take the `parent` line away from one of {}.", crate::text::wording::join(&names, "or")));
        self.report(finding);
        // Cut here, so that every later walk up the tree ends.
        self.territories[at].parent = None;
    }

    /// Returns whether overlaps are settled by a priority that the book names.
    pub(super) fn territories_need_priorities(&self) -> bool {
        let by_priority = |kind: &OverlapKind| matches!(kind, OverlapKind::LowestPriority);
        !self.items.priorities.is_empty() && self.items.overlaps.iter().any(|o| o.criteria.iter().any(|c| by_priority(&c.kind)))
    }

    fn require_territory_priorities(&mut self) {
        let lacking: Vec<(Name, bool)> = self
            .territories
            .iter()
            .filter(|t| t.priority.is_none() && t.parent.is_none())
            .map(|t| (t.name.clone(), t.row.is_some()))
            .collect();
        if !self.territories_need_priorities() {
            return;
        }
        for (name, from_table) in lacking {
            if from_table {
                continue; // reported once, at the table
            }
            let example = self.priorities.first().map_or_else(String::new, ToString::to_string);
            self.report(
                Diagnostic::new(DiagnosticName::MissingPriority, format!("the territory `{name}` has no priority"))
                    .at(name.span, "overlaps are settled by priority first")
                    .help(format!("Say when it is considered, for example `priority {example}`; territories inside it inherit it.")),
            );
        }
    }
}

/// A condition that always holds.
pub(super) fn always(span: crate::text::Span) -> Condition {
    Condition { kind: ConditionKind::All(Vec::new()), span }
}

/// Returns every record with a condition that always holds.
pub(super) fn always_for(records: &[RecordId], span: crate::text::Span) -> BTreeMap<RecordId, Condition> {
    records.iter().map(|r| (*r, always(span))).collect()
}

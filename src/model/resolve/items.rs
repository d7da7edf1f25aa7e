//! All items of a book by kind and name, whatever file they stand in; two of one name are reported here.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::heading;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::syntax::tree::{
    CalendarItem, ClassifyItem, Closed, CreditItem, Item, ListItem, ListSource, MatchItem, OtherwiseItem, OverlapItem, OverlayItem,
    PrioritiesItem, QueuesItem, RuleItem, SegmentItem, SyntaxTree, TeamItem, TerritoryItem, TerritoryTableItem, TestItem,
};
use crate::text::{Name, Span};

/// Holds the items of all files, each kind sorted by name.
#[derive(Debug, Default)]
pub(super) struct Items<'a> {
    pub(super) matches: Vec<&'a MatchItem>,
    pub(super) lists: Vec<&'a ListItem>,
    pub(super) calendars: Vec<&'a CalendarItem>,
    pub(super) segments: Vec<&'a SegmentItem>,
    pub(super) classes: Vec<&'a ClassifyItem>,
    pub(super) priorities: Vec<&'a PrioritiesItem>,
    pub(super) queues: Vec<&'a QueuesItem>,
    /// Nested territories stand here too, each with the territory it is nested in.
    pub(super) territories: Vec<(&'a TerritoryItem, Option<&'a Name>)>,
    pub(super) tables: Vec<&'a TerritoryTableItem>,
    pub(super) overlaps: Vec<&'a OverlapItem>,
    pub(super) teams: Vec<&'a TeamItem>,
    pub(super) rules: Vec<&'a RuleItem>,
    pub(super) otherwise: Vec<&'a OtherwiseItem>,
    pub(super) overlays: Vec<&'a OverlayItem>,
    pub(super) credits: Vec<&'a CreditItem>,
    pub(super) tests: Vec<&'a TestItem>,
    /// Names of items that did not parse.
    broken: BTreeSet<Arc<str>>,
    /// Whether an `otherwise` did not parse.
    pub(super) broken_otherwise: bool,
    /// Whether any item did not parse.
    pub(super) any_broken: bool,
}

impl<'a> Items<'a> {
    /// Sorts the items of all trees; reports names given twice and keeps the first place of each.
    pub(super) fn collect(trees: &'a [SyntaxTree]) -> (Self, Vec<Diagnostic>) {
        let mut items = Self::default();
        let mut clashes = Clashes::default();
        for item in trees.iter().flat_map(|t| &t.items) {
            if let Some((keyword, name)) = heading(item)
                && !clashes.first(keyword, name)
            {
                continue;
            }
            items.add(item, &mut clashes);
        }
        items.sort();
        (items, clashes.findings)
    }

    fn add(&mut self, item: &'a Item, clashes: &mut Clashes) {
        match item {
            Item::Record(_) => {}
            Item::Match(i) => self.matches.push(i),
            Item::List(i) => self.lists.push(i),
            Item::Calendar(i) => self.calendars.push(i),
            Item::Segment(i) => self.segments.push(i),
            Item::Classify(i) => self.classes.push(i),
            Item::Priorities(i) => self.priorities.push(i),
            Item::Queues(i) => self.queues.push(i),
            Item::Territory(i) => self.add_territory(i, None, clashes),
            Item::TerritoryTable(i) => self.tables.push(i),
            Item::Overlap(i) => self.overlaps.push(i),
            Item::Team(i) => self.teams.push(i),
            Item::Rule(i) => self.rules.push(i),
            Item::Otherwise(i) => self.otherwise.push(i),
            Item::Overlay(i) => self.overlays.push(i),
            Item::Credit(i) => self.credits.push(i),
            Item::Test(i) => self.tests.push(i),
            Item::Broken(i) => {
                self.any_broken = true;
                self.broken.extend(i.name.iter().map(|n| n.text.clone()));
                self.broken_otherwise |= i.keyword.as_ref().is_some_and(|k| k.as_str() == "otherwise");
            }
        }
    }

    /// Nesting is as deep as the parser allows, so this may recurse.
    fn add_territory(&mut self, item: &'a TerritoryItem, parent: Option<&'a Name>, clashes: &mut Clashes) {
        self.territories.push((item, parent));
        for child in &item.children {
            if clashes.first("territory", &child.name) {
                self.add_territory(child, Some(&item.name), clashes);
            }
        }
    }

    fn sort(&mut self) {
        self.matches.sort_by(|a, b| (&a.from.text, &a.to.text).cmp(&(&b.from.text, &b.to.text)));
        self.lists.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        self.calendars.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        self.segments.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        self.classes.sort_by(|a, b| (&a.name.text, &a.record.text).cmp(&(&b.name.text, &b.record.text)));
        self.territories.sort_by(|a, b| a.0.name.text.cmp(&b.0.name.text));
        self.tables.sort_by(|a, b| a.path.text.cmp(&b.path.text));
        self.teams.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        self.rules.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        self.overlays.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        self.credits.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        self.tests.sort_by(|a, b| a.name.text.cmp(&b.name.text));
    }

    /// Treats names like those of items that did not parse.
    pub(super) fn note_broken(&mut self, names: BTreeSet<Arc<str>>) {
        self.broken.extend(names);
    }

    /// Returns whether nothing says where any record goes, and nothing that did not parse might have said it.
    pub(super) fn nothing_decides(&self) -> bool {
        self.broken.is_empty()
            && self.rules.is_empty()
            && self.territories.is_empty()
            && self.tables.is_empty()
            && self.otherwise.is_empty()
            && self.overlays.is_empty()
    }

    /// Returns whether an item of this name did not parse, so that using it is no further mistake.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }
}

/// Finds names given twice. Segments, lists and derived fields share one space of names with one another only by kind.
#[derive(Default)]
struct Clashes {
    seen: HashMap<(&'static str, Arc<str>), Span>,
    findings: Vec<Diagnostic>,
}

impl Clashes {
    /// Returns whether the name is new; reports it with both places otherwise.
    fn first(&mut self, keyword: &'static str, name: &Name) -> bool {
        match self.seen.entry((keyword, name.text.clone())) {
            Entry::Occupied(earlier) => {
                self.findings.push(duplicate(keyword, name, *earlier.get()));
                false
            }
            Entry::Vacant(free) => {
                free.insert(name.span);
                true
            }
        }
    }
}

/// Makes the finding for a name given twice.
pub(super) fn duplicate(what: &str, name: &Name, earlier: Span) -> Diagnostic {
    Diagnostic::new(DiagnosticName::DuplicateName, format!("`{what} {name}` is declared twice"))
        .at(name.span, "second one")
        .at(earlier, "first one")
        .help("Give one of them another name, or remove the one that is out of date.")
}

/// Lists the data files that the trees name, as written and sorted: list files, closed days, territory tables.
#[must_use]
pub fn files_named(trees: &[SyntaxTree]) -> Vec<Arc<str>> {
    let mut files = BTreeSet::new();
    for item in trees.iter().flat_map(|t| &t.items) {
        match item {
            Item::List(ListItem { source: ListSource::File { path, .. }, .. }) => {
                files.insert(path.text.clone());
            }
            Item::TerritoryTable(table) => {
                files.insert(table.path.text.clone());
            }
            Item::Calendar(calendar) => files.extend(calendar.closed.iter().filter_map(|c| match c {
                Closed::File { path, .. } => Some(path.text.clone()),
                Closed::Days(_) => None,
            })),
            _ => {}
        }
    }
    files.into_iter().collect()
}

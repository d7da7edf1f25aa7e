//! Which changed segments, classes and lists the conditions of targets and teams use: their words name them and stay alike.

use std::collections::BTreeSet;

use crate::model::{Attribute, ClassId, Condition, ConditionKind, Pick, Predicate, Rulebook, SegmentId, Target, Team};

/// Collects those of the definitions named in `altered` that some conditions lead to.
pub(super) struct Uses<'a> {
    book: &'a Rulebook,
    altered: &'a BTreeSet<String>,
    segments: BTreeSet<SegmentId>,
    classes: BTreeSet<ClassId>,
    found: BTreeSet<String>,
}

impl<'a> Uses<'a> {
    pub(super) fn new(book: &'a Rulebook, altered: &'a BTreeSet<String>) -> Self {
        Self { book, altered, segments: BTreeSet::new(), classes: BTreeSet::new(), found: BTreeSet::new() }
    }

    pub(super) fn target(mut self, target: &Target) -> Self {
        target.condition.iter().for_each(|c| self.condition(c));
        self
    }

    pub(super) fn team(mut self, team: &Team) -> Self {
        if !self.altered.is_empty() {
            let members = team.members.iter().flat_map(|m| m.conditions.values());
            let limits = team.limits.iter().flat_map(|l| l.conditions.values());
            members.chain(limits).for_each(|c| self.condition(c));
            for pick in &team.pick {
                if let Pick::Prefer(conditions, _) = pick {
                    conditions.values().for_each(|c| self.condition(c));
                }
            }
        }
        self
    }

    /// Writes them; nothing when there are none.
    pub(super) fn in_words(self) -> String {
        self.found.into_iter().map(|name| format!(" with the {name}")).collect()
    }

    fn note(&mut self, what: &str, name: &str) {
        let name = format!("{what} {name}");
        if self.altered.contains(&name) {
            self.found.insert(name);
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().for_each(|p| self.condition(p)),
            ConditionKind::Not(part) => self.condition(part),
            ConditionKind::Test(test) => {
                for path in std::iter::once(&test.subject).chain(test.predicate.fields()) {
                    if let Attribute::Class(class) = path.attribute {
                        self.class(class);
                    }
                }
                if let Predicate::In(set) = &test.predicate
                    && let Some(list) = set.list.and_then(|id| self.book.lists.get(id.index()))
                {
                    self.note("list", list.name.as_str());
                }
            }
            ConditionKind::Segment { segment, .. } => self.segment(*segment),
            ConditionKind::Placed(_) | ConditionKind::SeenBefore { .. } => {}
        }
    }

    fn segment(&mut self, id: SegmentId) {
        let book = self.book;
        if let Some(segment) = book.segments.get(id.index()).filter(|_| self.segments.insert(id)) {
            self.note("segment", segment.name.as_str());
            segment.conditions.values().for_each(|c| self.condition(c));
        }
    }

    fn class(&mut self, id: ClassId) {
        let book = self.book;
        if let Some(class) = book.classes.get(id.index()).filter(|_| self.classes.insert(id)) {
            self.note("class", class.name.as_str());
            class.lines.iter().filter_map(|l| l.when.as_ref()).for_each(|c| self.condition(c));
        }
    }
}

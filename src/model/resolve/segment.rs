//! Segments, in an order in which each follows those it names, and loops among definitions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Segment, SegmentId};
use crate::syntax::tree::{Condition, ConditionKind, Predicate, SegmentItem};
use crate::text::Name;

impl Resolver<'_> {
    /// Reports segments and derived fields that are defined by themselves, and takes them out of the book.
    pub(super) fn refuse_definition_loops(&mut self) {
        let mut uses: BTreeMap<Arc<str>, (Name, BTreeSet<Arc<str>>)> = BTreeMap::new();
        for segment in &self.items.segments {
            let names = names_in(&segment.conditions);
            uses.insert(segment.name.text.clone(), (segment.name.clone(), names));
        }
        for class in &self.items.classes {
            let conditions: Vec<Condition> = class.lines.iter().filter_map(|l| l.when.clone()).collect();
            uses.entry(class.name.text.clone()).or_insert((class.name.clone(), BTreeSet::new())).1.extend(names_in(&conditions));
        }
        let looping = looping(&uses);
        let Some(first) = looping.first() else { return };
        for name in &looping {
            let (at, used) = &uses[name];
            let next = used.iter().find(|u| looping.contains(*u)).unwrap_or(first);
            let mut finding = Diagnostic::new(DiagnosticName::DefinitionLoop, format!("`{name}` is defined by way of itself"))
                .at(at.span, format!("needs `{next}`"))
                .help("Write out one of the conditions instead of naming the other definition.");
            if let Some((other, _)) = uses.get(next).filter(|_| next != name) {
                finding = finding.at(other.span, "which needs this one again");
            }
            self.findings.push(finding);
        }
        self.items.segments.retain(|s| !looping.contains(&s.name.text));
        self.items.classes.retain(|c| !looping.contains(&c.name.text));
        self.items.note_broken(looping);
    }

    /// Resolves the segments; ids follow the names, the work follows the uses.
    pub(super) fn segments(&mut self) {
        let items: Vec<&SegmentItem> = self.items.segments.clone();
        self.segments = items
            .iter()
            .map(|i| Segment {
                name: i.name.clone(),
                conditions: BTreeMap::new(),
                because: i.because.as_ref().map(|b| b.text.clone()),
                span: i.span,
            })
            .collect();
        let mut done = BTreeSet::new();
        for position in 0..items.len() {
            self.segment_after_uses(&items, position, &mut done);
        }
    }

    /// Works with a stack of its own: a chain of segments may be as long as the book.
    fn segment_after_uses(&mut self, items: &[&SegmentItem], start: usize, done: &mut BTreeSet<usize>) {
        let mut stack = vec![start];
        while let Some(&position) = stack.last() {
            if done.contains(&position) {
                stack.pop();
                continue;
            }
            let names = names_in(&items[position].conditions);
            let open: Vec<usize> =
                names.iter().filter_map(|n| self.segment_id(n)).map(SegmentId::index).filter(|i| !done.contains(i)).collect();
            if open.is_empty() {
                self.segment(items[position], SegmentId::from_index(position));
                done.insert(position);
                stack.pop();
            } else {
                stack.extend(open);
            }
        }
    }

    fn segment(&mut self, item: &SegmentItem, id: SegmentId) {
        if item.conditions.is_empty() {
            self.report(
                Diagnostic::new(DiagnosticName::MissingStatement, format!("the segment `{}` has no condition", item.name))
                    .at(item.name.span, "would hold everything")
                    .help("Say what belongs to it, for example `employees >= 1_000`."),
            );
            return;
        }
        let records = self.decidable();
        let Some(any) = records.first().copied() else { return };
        let fits = self.fitting(&item.conditions, Scope::of(any), &records);
        for record in records {
            if !fits.contains_key(&record) {
                let why = self.why_misfit(item, record);
                self.misfits.insert((id, record), why);
            }
        }
        self.segments[id.index()].conditions = fits;
    }

    fn why_misfit(&mut self, item: &SegmentItem, record: crate::model::RecordId) -> String {
        let kept = std::mem::take(&mut self.findings);
        self.all_of(&item.conditions, Scope::of(record));
        let mistakes = std::mem::replace(&mut self.findings, kept);
        mistakes.first().map_or_else(|| "it names fields the record lacks".to_owned(), |d| d.headline.clone())
    }
}

/// Collects the names a condition could mean as a segment or derived field.
fn names_in(conditions: &[Condition]) -> BTreeSet<Arc<str>> {
    let mut names = BTreeSet::new();
    let mut stack: Vec<&Condition> = conditions.iter().collect();
    while let Some(condition) = stack.pop() {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => stack.extend(parts),
            ConditionKind::Not(part) => stack.push(part),
            ConditionKind::Named(path) => names.extend(path.parts.last().map(|p| p.text.clone())),
            ConditionKind::Test(test) => {
                names.extend(test.subject.path.parts.last().map(|p| p.text.clone()));
                if let Predicate::Is { right: crate::syntax::tree::Operand::Path(path), .. } = &test.predicate {
                    names.extend(path.parts.last().map(|p| p.text.clone()));
                }
            }
            ConditionKind::SeenBefore { .. } => {}
        }
    }
    names
}

/// Finds the names that can be reached from themselves, sorted.
fn looping(uses: &BTreeMap<Arc<str>, (Name, BTreeSet<Arc<str>>)>) -> BTreeSet<Arc<str>> {
    // What no chain of uses leads back to is peeled off from both ends; the rest loops or lies between loops.
    let mut left: BTreeSet<Arc<str>> = uses.keys().cloned().collect();
    loop {
        let used: BTreeSet<Arc<str>> = left.iter().flat_map(|n| uses[n].1.iter().filter(|u| left.contains(*u)).cloned()).collect();
        let keep: BTreeSet<Arc<str>> =
            left.iter().filter(|n| used.contains(*n) && uses[*n].1.iter().any(|u| left.contains(u))).cloned().collect();
        if keep.len() == left.len() {
            return left;
        }
        left = keep;
    }
}

//! Which values an assignment must remember: every value that some rule looks past assignments up by.

use std::collections::BTreeMap;

use crate::model::{Condition, ConditionKind, FieldPath, Pick, RecordId, Root, Rulebook, Target, TargetKind};

/// Collects the paths of every `previous rep by` and `seen before by` of a book, by the record they start from.
///
/// Only paths from the decided record count: a candidate has no past of its own.
pub(super) fn remembered(book: &Rulebook) -> BTreeMap<RecordId, Vec<FieldPath>> {
    let mut found = Found::default();
    for rule in &book.rules {
        found.condition(rule.record, &rule.condition);
        found.targets(rule.record, &rule.route);
    }
    for otherwise in book.otherwise.values() {
        found.targets(otherwise.record, &otherwise.route);
    }
    for overlay in &book.overlays {
        found.condition(overlay.record, &overlay.condition);
        overlay.adds.iter().for_each(|add| found.targets(overlay.record, &add.targets));
    }
    for territory in &book.territories {
        found.each(&territory.conditions);
    }
    for segment in &book.segments {
        found.each(&segment.conditions);
    }
    for class in &book.classes {
        class.lines.iter().filter_map(|l| l.when.as_ref()).for_each(|c| found.condition(class.record, c));
    }
    for team in &book.teams {
        team.members.iter().for_each(|m| found.each(&m.conditions));
        team.limits.iter().for_each(|l| found.each(&l.conditions));
        team.pick.iter().for_each(|p| {
            if let Pick::Prefer(conditions, _) = p {
                found.each(conditions);
            }
        });
    }
    for paths in found.paths.values_mut() {
        paths.sort_by(|a, b| a.written.cmp(&b.written));
        paths.dedup_by(|a, b| a.written == b.written);
    }
    found.paths
}

#[derive(Default)]
struct Found {
    paths: BTreeMap<RecordId, Vec<FieldPath>>,
}

impl Found {
    fn each(&mut self, conditions: &BTreeMap<RecordId, Condition>) {
        conditions.iter().for_each(|(record, condition)| self.condition(*record, condition));
    }

    fn condition(&mut self, record: RecordId, condition: &Condition) {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().for_each(|p| self.condition(record, p)),
            ConditionKind::Not(part) => self.condition(record, part),
            ConditionKind::SeenBefore { by, .. } => self.path(record, by),
            ConditionKind::Test(_) | ConditionKind::Segment { .. } | ConditionKind::Placed(_) => {}
        }
    }

    fn targets(&mut self, record: RecordId, targets: &[Target]) {
        for target in targets {
            if let TargetKind::PreviousRep { by, .. } = &target.kind {
                self.path(record, by);
            }
            if let Some(condition) = &target.condition {
                self.condition(record, condition);
            }
        }
    }

    fn path(&mut self, record: RecordId, path: &FieldPath) {
        if path.place.root == Root::Subject {
            self.paths.entry(record).or_default().push(path.clone());
        }
    }
}

//! Derived fields: values first, because segments may ask for them, conditions once the segments stand.

use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Class, ClassLine, Dates};
use crate::syntax::tree::ClassifyItem;

impl Resolver<'_> {
    /// Declares the derived fields with their values.
    pub(super) fn class_values(&mut self) {
        for item in self.items.classes.clone() {
            let Some(record) = self.declared_record(&item.record) else { continue };
            if let Some(field) = self.around.schema.record(record).find(&item.name.text) {
                let earlier = self.around.schema.field(record, field).span;
                self.findings.push(super::items::duplicate("field", &item.name, earlier));
                continue;
            }
            let lines = item
                .lines
                .iter()
                .map(|l| ClassLine { value: l.value.clone(), when: None, dates: Dates::default(), span: l.span })
                .collect();
            self.classes.push(Class { name: item.name.clone(), record, lines, span: item.span });
        }
    }

    /// Resolves their conditions.
    pub(super) fn class_conditions(&mut self) {
        for item in self.items.classes.clone() {
            let Some(position) = self.classes.iter().position(|c| c.span == item.span) else { continue };
            self.refuse_misplaced_otherwise(item);
            let record = self.classes[position].record;
            for (line, written) in item.lines.iter().enumerate() {
                let dates = written.dates.as_ref().map(|d| self.dates(d)).unwrap_or_default();
                let when = written.when.as_ref().and_then(|c| self.condition(c, Scope::of(record)));
                let resolved = &mut self.classes[position].lines[line];
                resolved.when = when;
                resolved.dates = dates;
            }
        }
    }

    fn refuse_misplaced_otherwise(&mut self, item: &ClassifyItem) {
        let Some(last) = item.lines.iter().position(|l| l.when.is_none()) else { return };
        if let Some(after) = item.lines.get(last + 1) {
            self.report(
                Diagnostic::new(
                    DiagnosticName::DuplicateStatement,
                    format!("`{}` stands after `otherwise` and is never reached", after.value),
                )
                .at(after.span, "never reached")
                .at(item.lines[last].span, "takes all that is left")
                .help("Move the `otherwise` line to the end."),
            );
        }
    }
}

//! How overlaps of territories are settled.

use super::{Resolver, path};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{FieldId, Overlap, OverlapCriterion, Type};
use crate::syntax::tree::{OverlapKind, Path};

impl Resolver<'_> {
    /// Resolves the only `overlap` of the book; a book with territories must have one.
    pub(super) fn overlap(&mut self) -> Option<Overlap> {
        let items = self.items.overlaps.clone();
        if let [first, second, ..] = items.as_slice() {
            self.report(
                Diagnostic::new(DiagnosticName::DuplicateStatement, "the book settles overlaps twice")
                    .at(second.span, "second time")
                    .at(first.span, "first time")
                    .help("Keep one `overlap` for the whole book."),
            );
        }
        let Some(item) = items.first() else {
            if let (Some(territory), false) = (self.territories.first(), self.items.any_broken) {
                let finding = Diagnostic::new(
                    DiagnosticName::MissingOverlap,
                    "the book has territories and does not say which wins when several claim a record",
                )
                .at(territory.name.span, "one of the territories")
                .help("Add `overlap { lowest priority, then most specific, then name  winners 1 }`.");
                self.report(finding);
            }
            return None;
        };
        let criteria: Vec<OverlapCriterion> = item.criteria.iter().filter_map(|c| self.criterion(&c.kind, c.span)).collect();
        let winners = item.winners.as_ref().and_then(|w| self.whole(w, "`winners`")).unwrap_or(1);
        Some(Overlap {
            criteria,
            or_nobody: item.or_nobody.is_some(),
            winners: u32::try_from(winners).unwrap_or(u32::MAX),
            span: item.span,
        })
    }

    fn criterion(&mut self, kind: &OverlapKind, span: crate::text::Span) -> Option<OverlapCriterion> {
        Some(match kind {
            OverlapKind::LowestPriority => OverlapCriterion::LowestPriority,
            OverlapKind::MostSpecific => OverlapCriterion::MostSpecific,
            OverlapKind::Name => OverlapCriterion::Name,
            OverlapKind::Highest(path) => OverlapCriterion::Highest(self.rep_field(path)?),
            OverlapKind::Lowest(path) => OverlapCriterion::Lowest(self.rep_field(path)?),
            OverlapKind::LongestTenure => {
                if self.rep.is_some_and(|r| r.since.is_none()) {
                    self.report(
                        Diagnostic::new(DiagnosticName::MissingField, "`longest tenure` needs to know since when a rep has been here")
                            .at(span, "compares the field `since`")
                            .help("Add `since: date` to the record `rep` and the column to the file of reps."),
                    );
                    return None;
                }
                OverlapCriterion::LongestTenure
            }
        })
    }

    /// Resolves `rep.FIELD` to a rep field that has a size.
    pub(super) fn rep_field(&mut self, written: &Path) -> Option<FieldId> {
        let rep = self.rep?;
        let name = match written.parts.as_slice() {
            [rep, field] if rep.as_str() == "rep" => field,
            [field] => field,
            _ => {
                self.report(
                    Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` is not a field of the rep", path::written(written)))
                        .at(written.span, "leads elsewhere")
                        .help("Write `rep.` and the name of one field of the record `rep`."),
                );
                return None;
            }
        };
        let record = self.around.schema.record(rep.record);
        let Some(field) = record.find(&name.text) else {
            let known: Vec<std::sync::Arc<str>> = record.by_name.keys().cloned().collect();
            self.unknown(
                DiagnosticName::UnknownField,
                "field of the record `rep` called",
                name,
                &known,
                &format!("Declare `{name}` in the record `rep`."),
            );
            return None;
        };
        let ty = &self.around.schema.field(rep.record, field).ty;
        if matches!(ty, Type::Number | Type::Percent | Type::Money(_) | Type::Date | Type::Time) {
            return Some(field);
        }
        let is = self.type_in_words(ty);
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`rep.{name}` has no size to compare"))
                .at(written.span, format!("this is {is}"))
                .help("Name a field that is a number, a percentage, an amount of money, a date or a time."),
        );
        None
    }
}

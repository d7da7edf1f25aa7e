//! How a record is matched to another: lines of equal fields.

use std::collections::BTreeMap;

use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{FieldId, FieldPath, Match, MatchLine, RecordId, Type};
use crate::syntax::tree::{self, MatchItem};

impl Resolver<'_> {
    /// Resolves the matches, one for each record that is matched.
    pub(super) fn matches(&mut self) -> BTreeMap<RecordId, Match> {
        let mut found: BTreeMap<RecordId, Match> = BTreeMap::new();
        for item in self.items.matches.clone() {
            let (from, to) = (self.declared_record(&item.from), self.declared_record(&item.to));
            let (Some(from), Some(to)) = (from, to) else { continue };
            if let Some(earlier) = found.get(&from) {
                let finding = Diagnostic::new(DiagnosticName::DuplicateStatement, format!("`match {} to ...` is written twice", item.from))
                    .at(item.span, "second time")
                    .at(earlier.span, "first time")
                    .help("Put all `by` lines into one of them, in the order in which they are tried.");
                self.report(finding);
                continue;
            }
            let Some(field) = self.match_field(item, from, to) else { continue };
            let lines = item.lines.iter().filter_map(|l| self.match_line(l, from, to)).collect();
            found.insert(from, Match { from, to, field, lines, span: item.span });
        }
        found
    }

    /// The reference field that receives the match: the one named like the record, or the only one of its type.
    fn match_field(&mut self, item: &MatchItem, from: RecordId, to: RecordId) -> Option<FieldId> {
        let record = self.around.schema.record(from);
        let leads_there = |f: &FieldId| self.around.schema.field(from, *f).ty == Type::Reference(to);
        if let Some(named) = record.find(&item.to.text).filter(leads_there) {
            return Some(named);
        }
        let candidates: Vec<FieldId> = (0..record.fields.len()).map(FieldId::from_index).filter(leads_there).collect();
        if let [only] = candidates.as_slice() {
            return Some(*only);
        }
        self.report(
            Diagnostic::new(
                DiagnosticName::MissingField,
                format!("the record `{}` has no field for the {} it is matched to", item.from, item.to),
            )
            .at(item.from.span, format!("needs a field `{0}: {0}`", item.to))
            .help(format!(
                "Add `{0}: {0}` to the record `{1}`; if the file has no such column, write `{0} = {{ absent = true }}` in turf.toml.",
                item.to, item.from
            )),
        );
        None
    }

    fn match_line(&mut self, line: &tree::MatchLine, from: RecordId, to: RecordId) -> Option<MatchLine> {
        let mut pairs = Vec::new();
        let mut complete = true;
        for pair in &line.pairs {
            let left = self.subject(&pair.left, Scope::of(from));
            let record = self.around.schema.record(to);
            let right = record.find(&pair.right.text);
            if right.is_none() {
                let (name, known) = (record.name.clone(), record.by_name.keys().cloned().collect::<Vec<_>>());
                let what = format!("field of the record `{name}` called");
                self.unknown(DiagnosticName::UnknownField, &what, &pair.right, &known, &format!("Declare it in the record `{name}`."));
            }
            match (left, right) {
                (Some(left), Some(right)) if self.can_match(&left, to, right, pair) => pairs.push((left, right)),
                _ => complete = false,
            }
        }
        (complete && !pairs.is_empty()).then_some(MatchLine { pairs, span: line.span })
    }

    fn can_match(&mut self, left: &FieldPath, to: RecordId, right: FieldId, pair: &tree::MatchPair) -> bool {
        let other = &self.around.schema.field(to, right).ty;
        let worded = |ty: &Type| matches!(ty, Type::Text { .. } | Type::OneOf(_) | Type::Postal);
        if left.ty == *other && !matches!(other, Type::Set { .. }) || worded(&left.ty) && worded(other) {
            return true;
        }
        let (a, b) = (self.type_in_words(&left.ty), self.type_in_words(other));
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` and `{}` cannot be equal", left.written, pair.right))
                .at(pair.span, format!("one is {a}, the other {b}"))
                .help("Compare fields of one type."),
        );
        false
    }
}

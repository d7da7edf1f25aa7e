//! Record declarations: fields, types, the key, and the fields that turf itself reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::items::duplicate;
use super::{Resolver, unknown};
use crate::diagnostic::{self, Diagnostic, DiagnosticName};
use crate::model::{Field, FieldId, RecordId, RecordType, RepRecord, Schema, Type};
use crate::syntax::tree::{FieldDeclaration, Item, ModifierKind, RecordItem, SyntaxTree, TypeKind};
use crate::text::{Name, wording};

/// Resolves the record declarations of all trees. Comes first, because reading data needs only this much.
#[must_use]
pub fn schema(trees: &[SyntaxTree]) -> (Schema, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut declared: BTreeMap<Arc<str>, &RecordItem> = BTreeMap::new();
    for item in trees.iter().flat_map(|t| &t.items) {
        if let Item::Record(record) = item {
            if declared.contains_key(&record.name.text) {
                continue; // reported once, with all other names given twice
            }
            declared.insert(record.name.text.clone(), record);
        }
    }
    let names: Vec<Arc<str>> = declared.keys().cloned().collect();
    let mut schema = Schema::default();
    for record in declared.values() {
        schema.records.push(record_type(record, &names, &mut findings));
    }
    diagnostic::sort(&mut findings);
    (schema, findings)
}

fn record_type(item: &RecordItem, names: &[Arc<str>], findings: &mut Vec<Diagnostic>) -> RecordType {
    let mut fields = Vec::new();
    let mut by_name: BTreeMap<Arc<str>, FieldId> = BTreeMap::new();
    let (mut key, mut arrival) = (None, None);
    for declaration in &item.fields {
        if let Some(earlier) = by_name.get(&declaration.name.text) {
            let earlier: &Field = &fields[earlier.index()];
            findings.push(duplicate("field", &declaration.name, earlier.span));
            continue;
        }
        let id = FieldId::from_index(fields.len());
        let field = field(declaration, names, findings);
        for modifier in &declaration.modifiers {
            match &modifier.kind {
                ModifierKind::Key => mark(&mut key, id, "key", declaration, findings),
                ModifierKind::Arrival if field.ty == Type::Time => mark(&mut arrival, id, "arrival", declaration, findings),
                ModifierKind::Arrival => findings.push(modifier_misplaced("arrival", "a field of type `time`", declaration)),
                ModifierKind::AnyCase if !matches!(field.ty, Type::Text { .. }) => {
                    findings.push(modifier_misplaced("any case", "a field of type `text`", declaration));
                }
                ModifierKind::SeparatedBy(_) if !matches!(field.ty, Type::Set { .. }) => {
                    findings.push(modifier_misplaced("separated by", "a field of type `set of [...]`", declaration));
                }
                ModifierKind::Private | ModifierKind::AnyCase | ModifierKind::SeparatedBy(_) => {}
            }
        }
        by_name.insert(declaration.name.text.clone(), id);
        fields.push(field);
    }
    let key = key.unwrap_or_else(|| {
        findings.push(
            Diagnostic::new(DiagnosticName::MissingKey, format!("the record `{}` has no key", item.name))
                .at(item.name.span, "none of its fields is the key")
                .help("Mark the field that tells one record from another, for example `id: text, key`."),
        );
        FieldId(0)
    });
    if fields.is_empty() {
        // A record without fields still needs one, so that its key exists.
        fields.push(Field { name: "id".into(), ty: Type::Text { any_case: false }, private: false, span: item.span });
        by_name.insert("id".into(), FieldId(0));
    }
    RecordType { name: item.name.text.clone(), fields, by_name, key, arrival, span: item.span }
}

fn mark(slot: &mut Option<FieldId>, id: FieldId, what: &str, declaration: &FieldDeclaration, findings: &mut Vec<Diagnostic>) {
    if slot.is_some() {
        findings.push(
            Diagnostic::new(DiagnosticName::DuplicateStatement, format!("two fields of one record are marked `{what}`"))
                .at(declaration.span, "second one")
                .help(format!("Only one field of a record can be the `{what}`. Take the mark off the other.")),
        );
        return;
    }
    *slot = Some(id);
}

fn modifier_misplaced(modifier: &str, wanted: &str, declaration: &FieldDeclaration) -> Diagnostic {
    Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{modifier}` needs {wanted}"))
        .at(declaration.span, format!("`{}` is of another type", declaration.name))
        .help(format!("Take `, {modifier}` away here, or change the type of `{}`.", declaration.name))
}

fn field(declaration: &FieldDeclaration, names: &[Arc<str>], findings: &mut Vec<Diagnostic>) -> Field {
    let has = |kind: &ModifierKind| declaration.modifiers.iter().any(|m| m.kind == *kind);
    let separator = declaration.modifiers.iter().find_map(|m| match &m.kind {
        ModifierKind::SeparatedBy(text) => Some(text.text.clone()),
        _ => None,
    });
    let separator = separator.filter(|s| !s.is_empty()).unwrap_or_else(|| ";".into());
    let ty = match &declaration.ty.kind {
        TypeKind::Text => Type::Text { any_case: has(&ModifierKind::AnyCase) },
        TypeKind::OneOf(values) => Type::OneOf(distinct(values, findings)),
        TypeKind::SetOf(values) => Type::Set { values: Some(distinct(values, findings)), separator },
        TypeKind::SetOfText => Type::Set { values: None, separator },
        TypeKind::Number => Type::Number,
        TypeKind::Percent => Type::Percent,
        TypeKind::Money(currency) => Type::Money(currency.text.clone()),
        TypeKind::Date => Type::Date,
        TypeKind::Time => Type::Time,
        TypeKind::PostalCode => Type::Postal,
        TypeKind::YesNo => Type::YesNo,
        TypeKind::Calendar => Type::Calendar,
        TypeKind::Record(name) => reference(name, names, findings),
    };
    Field { name: declaration.name.text.clone(), ty, private: has(&ModifierKind::Private), span: declaration.name.span }
}

const TYPES: &str = "A type is text, one of [...], set of [...], number, percent, money USD, date, time, postal code, yes/no, calendar, or the name of a declared record.";

fn reference(name: &Name, names: &[Arc<str>], findings: &mut Vec<Diagnostic>) -> Type {
    if let Ok(position) = names.binary_search(&name.text) {
        return Type::Reference(RecordId::from_index(position));
    }
    findings.push(unknown(DiagnosticName::UnknownRecord, "type or record", name, names.iter().map(|n| &**n), TYPES));
    Type::Text { any_case: false }
}

fn distinct(values: &[Name], findings: &mut Vec<Diagnostic>) -> Arc<[Arc<str>]> {
    let mut seen: BTreeMap<String, &Name> = BTreeMap::new();
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        // Cells are read without regard to letter case and outer blanks, so two spellings of one value cannot be told apart.
        if let Some(earlier) = seen.insert(value.text.trim().to_lowercase(), value) {
            findings.push(
                Diagnostic::new(DiagnosticName::DuplicateValue, format!("the value `{value}` is declared twice"))
                    .at(value.span, "second time")
                    .at(earlier.span, "first time")
                    .help("Remove one of them; letter case and outer blanks do not tell values apart."),
            );
            continue;
        }
        kept.push(value.text.clone());
    }
    kept.into()
}

impl Resolver<'_> {
    /// Finds the fields of `record rep` that turf itself reads, and checks that there are leads and reps at all.
    pub(super) fn rep_record(&mut self) -> Option<RepRecord> {
        let schema = self.around.schema;
        for (name, example) in [("lead", "record lead { id: text, key }"), ("rep", "record rep { id: text, key  active: yes/no }")] {
            if schema.find(name).is_none() && !self.items.is_broken(name) && !schema.records.is_empty() {
                let mut finding = Diagnostic::new(DiagnosticName::MissingRecord, format!("the book does not declare the record `{name}`"))
                    .help(format!("Declare it and the columns of your file, for example `{example}`."));
                if let Some(first) = schema.records.first() {
                    finding = finding.at(first.span, "the records of the book begin here");
                }
                self.report(finding);
            }
        }
        let record = schema.find("rep")?;
        let rep = schema.record(record);
        let typed = |name: &str, ty: &Type| rep.find(name).filter(|f| schema.field(record, *f).ty == *ty);
        let calendar = rep.fields.iter().position(|f| f.ty == Type::Calendar).map(FieldId::from_index);
        let since = typed("since", &Type::Date);
        let Some(active) = typed("active", &Type::YesNo) else {
            self.report(
                Diagnostic::new(DiagnosticName::MissingField, "the record `rep` has no field `active: yes/no`")
                    .at(rep.span, "turf assigns only to active reps, so it must know who is")
                    .help("Add `active: yes/no` to the record `rep` and the column to the file of reps."),
            );
            return None;
        };
        Some(RepRecord { record, active, since, calendar })
    }

    /// Describes the values of a `one of` for help texts.
    pub(super) fn values_in_words(values: &[Arc<str>]) -> String {
        wording::any_of(&values.iter().map(|v| wording::as_written(v)).collect::<Vec<_>>(), 8)
    }
}

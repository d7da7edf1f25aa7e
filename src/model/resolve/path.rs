//! Dotted paths to typed fields, derived fields and segments.

use std::sync::Arc;

use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Attribute, FieldPath, Place, RecordId, Root, SegmentId, Type};
use crate::syntax::tree::{Path, Subject};
use crate::text::{Name, wording};

/// What the last part of a path turned out to be.
pub(super) enum End {
    /// A field or a derived field.
    Value(FieldPath),
    /// A segment of the record the path leads to.
    Segment(SegmentId, Place),
}

/// What one part of a path names on a record.
enum Part {
    Field(crate::model::FieldId),
    Class(crate::model::ClassId),
    Segment(SegmentId),
}

impl Resolver<'_> {
    /// Resolves a path that must lead to a value.
    pub(super) fn field_path(&mut self, path: &Path, scope: Scope) -> Option<FieldPath> {
        match self.path(path, scope)? {
            End::Value(path) => Some(path),
            End::Segment(..) => {
                self.report(
                    Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` is a segment, not a field", written(path)))
                        .at(path.span, "a segment is yes or no by itself")
                        .help("Write the name of the segment alone, or `not` and the name."),
                );
                None
            }
        }
    }

    /// Resolves the left side of a test.
    pub(super) fn subject(&mut self, subject: &Subject, scope: Scope) -> Option<FieldPath> {
        let mut path = self.field_path(&subject.path, scope)?;
        if subject.domain_of {
            if !matches!(path.ty, Type::Text { .. }) {
                let is = self.type_in_words(&path.ty);
                self.report(
                    Diagnostic::new(
                        DiagnosticName::TypeMismatch,
                        format!("`domain of` needs an e-mail address, and `{}` is {is}", path.written),
                    )
                    .at(subject.span, "not text")
                    .help("Name a field of type `text` that holds e-mail addresses."),
                );
                return None;
            }
            path.domain_of = true;
            path.written = format!("domain of {}", path.written).into();
            path.ty = Type::Text { any_case: true };
            path.span = subject.span;
        }
        Some(path)
    }

    /// Resolves a path part by part.
    pub(super) fn path(&mut self, path: &Path, scope: Scope) -> Option<End> {
        let (first, rest) = path.parts.split_first()?;
        let own = self.record_name(scope.record);
        let start = |root, record| Place { root, steps: Vec::new(), record };
        let subject = start(Root::Subject, scope.record);
        let rep = self.rep.filter(|_| scope.candidate).map(|r| r.record);
        match rest {
            [next, after @ ..] if *first.text == *own && !self.names_field(scope.record, first) => self.walk(path, subject, next, after),
            [next, after @ ..] if first.as_str() == "rep" && rep.is_some() => {
                self.walk(path, start(Root::Candidate, rep.unwrap_or(scope.record)), next, after)
            }
            _ => self.walk(path, subject, first, rest),
        }
    }

    fn names_field(&self, record: RecordId, name: &Name) -> bool {
        self.around.schema.record(record).find(&name.text).is_some()
    }

    fn walk(&mut self, path: &Path, mut place: Place, first: &Name, rest: &[Name]) -> Option<End> {
        let mut part = first;
        let mut rest = rest;
        loop {
            let found = self.part(place.record, part);
            let Some(found) = found else {
                self.unknown_part(path, &place, part);
                return None;
            };
            let [next, after @ ..] = rest else { return Some(self.end(path, place, found)) };
            let reference = match found {
                Part::Field(field) => match &self.around.schema.field(place.record, field).ty {
                    Type::Reference(to) => Some((field, *to)),
                    _ => None,
                },
                Part::Class(_) | Part::Segment(_) => None,
            };
            let Some((field, to)) = reference else {
                self.report(
                    Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{part}` does not lead to another record"))
                        .at(part.span, "not a reference to a record")
                        .help(format!("Only a field whose type is a record's name has fields of its own. Leave `.{next}` away, or change the type of `{part}`.")),
                );
                return None;
            };
            place.steps.push((place.record, field));
            place.record = to;
            (part, rest) = (next, after);
        }
    }

    fn part(&self, record: RecordId, name: &Name) -> Option<Part> {
        if let Some(field) = self.around.schema.record(record).find(&name.text) {
            return Some(Part::Field(field));
        }
        if let Some(class) = self.class_id(record, &name.text) {
            return Some(Part::Class(class));
        }
        self.segment_id(&name.text).map(Part::Segment)
    }

    fn end(&self, path: &Path, place: Place, part: Part) -> End {
        let (attribute, ty) = match part {
            Part::Field(field) => (Attribute::Field(field), self.around.schema.field(place.record, field).ty.clone()),
            Part::Class(class) => {
                let mut values: Vec<Arc<str>> = Vec::new();
                for line in &self.classes[class.index()].lines {
                    if !values.contains(&line.value.text) {
                        values.push(line.value.text.clone());
                    }
                }
                (Attribute::Class(class), Type::OneOf(values.into()))
            }
            Part::Segment(segment) => return End::Segment(segment, place),
        };
        End::Value(FieldPath { place, attribute, domain_of: false, ty, written: shared(path), span: path.span })
    }

    fn unknown_part(&mut self, path: &Path, place: &Place, part: &Name) {
        if self.items.is_broken(&part.text) {
            // Its declaration did not parse; the finding about that is enough. Still nothing resolves.
            return;
        }
        if matches!(part.as_str(), "AND" | "OR" | "NOT" | "IS" | "IN") {
            let lower = part.text.to_lowercase();
            self.report(
                Diagnostic::new(DiagnosticName::CapitalKeyword, format!("`{part}` is written in capitals"))
                    .at(part.span, "read as the name of a field")
                    .fix(part.span, lower.clone())
                    .help(format!("Write `{lower}` in small letters.")),
            );
            return;
        }
        let record = self.around.schema.record(place.record);
        let known: Vec<Arc<str>> = record
            .by_name
            .keys()
            .cloned()
            .chain(self.segments.iter().map(|s| s.name.text.clone()))
            .chain(self.classes.iter().filter(|c| c.record == place.record).map(|c| c.name.text.clone()))
            .collect();
        let what = if path.parts.len() == 1 { "field or segment" } else { "field" };
        let fields: Vec<String> = record.by_name.keys().map(|k| format!("`{k}`")).collect();
        let near = wording::nearest(&part.text, known.iter().map(|k| &**k));
        let mut finding = Diagnostic::new(DiagnosticName::UnknownField, format!("the record `{}` has no {what} `{part}`", record.name))
            .at(part.span, "not declared")
            .near(part.span, &near);
        if near.is_empty() {
            finding = finding.help(format!(
                "Its fields are {}. Declare it in `record {}`, or use one of these.",
                wording::any_of(&fields, 12),
                record.name
            ));
        }
        if part.as_str() == "rep" {
            finding =
                finding.help("`rep.` means the candidate, and only a team's members, its `pick prefer`, and a target's `where` have one.");
        }
        if part.as_str() == "territory" {
            finding = finding.help("`territory` can be asked about only in rules and overlays, because placing comes before them.");
        }
        self.report(finding);
    }
}

/// Writes a path as the author did; a single word is shared with the tree.
fn shared(path: &Path) -> Arc<str> {
    match path.parts.as_slice() {
        [only] if wording::is_bare(&only.text) => only.text.clone(),
        _ => written(path).into(),
    }
}

/// Writes a path as the author did.
pub(super) fn written(path: &Path) -> String {
    path.parts.iter().map(|p| wording::as_written(&p.text)).collect::<Vec<_>>().join(".")
}

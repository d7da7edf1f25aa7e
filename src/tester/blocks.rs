//! The `test` blocks of rule files as cases. Their names and values were checked with the book.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::case::{Case, CaseRecord, Expectation, Expected, Given, ShareWanted, moment, moment_not_said};
use crate::model::{Origin, Record, RecordType, Schema, Type, Value, read_elements, read_literal};
use crate::syntax::tree::{Expect, ExpectKind, GivenKind, Item, RoleSyntax, Share, SyntaxTree, TestItem, TestRecord, TestValue};
use crate::text::{Name, Sources};

/// Returns the tests of the rule files, in the order of the files.
#[must_use]
pub fn blocks(trees: &[SyntaxTree], sources: &Sources, schema: &Schema, zone: &TimeZone) -> Vec<Case> {
    let reading = Reading { sources, schema, zone };
    let items = trees.iter().flat_map(|tree| &tree.items);
    items.filter_map(|item| if let Item::Test(test) = item { Some(reading.case(test)) } else { None }).collect()
}

struct Reading<'a> {
    sources: &'a Sources,
    schema: &'a Schema,
    zone: &'a TimeZone,
}

impl Reading<'_> {
    fn case(&self, test: &TestItem) -> Case {
        let on = test.on.as_ref().and_then(|on| moment(&on.raw, self.zone));
        let givens = test.givens.iter().map(|given| Given {
            rep: given.rep.text.clone(),
            open: match &given.kind {
                GivenKind::Away => None,
                GivenKind::Open(amount) => Some(amount.raw.replace('_', "").parse().unwrap_or(0)),
            },
        });
        Case {
            name: test.name.text.clone(),
            place: self.sources.place(test.name.span),
            on: on.unwrap_or_else(|| moment_not_said(self.zone)),
            givens: givens.collect(),
            records: test.records.iter().enumerate().filter_map(|(at, record)| self.record(at, record)).collect(),
        }
    }

    fn record(&self, at: usize, written: &TestRecord) -> Option<CaseRecord> {
        let kind = self.schema.find(&written.record.text)?;
        let ty = self.schema.record(kind);
        let mut values: Vec<Option<Value>> = vec![None; ty.fields.len()];
        for (name, value) in &written.fields {
            let Some(field) = ty.find(&name.text) else { continue };
            let Some(declared) = ty.fields.get(field.index()) else { continue };
            if let Some(place) = values.get_mut(field.index()) {
                *place = self.value(value, &declared.ty);
            }
        }
        let file = self.sources.get(written.span.file)?;
        let line = u64::try_from(file.line_column(written.span.start).line).unwrap_or(0);
        let record = completed(Record { kind, key: "".into(), values, origin: Origin { file: file.path().into(), line } }, ty, at);
        let expects = written.expects.iter().map(|expect| self.expectation(expect)).collect();
        Some(CaseRecord { at: arrival(&record, ty), record, expects })
    }

    fn value(&self, value: &TestValue, ty: &Type) -> Option<Value> {
        match (value, ty) {
            (TestValue::One(literal), Type::Set { values, .. }) => Some(read_elements([&*literal.raw], values.as_deref())),
            (TestValue::Many(literals), Type::Set { values, .. }) => {
                Some(read_elements(literals.iter().map(|l| &*l.raw), values.as_deref()))
            }
            (TestValue::One(literal), _) => read_literal(&literal.raw, ty, self.zone).ok().flatten(),
            (TestValue::Many(_), _) => None,
        }
    }

    fn expectation(&self, expect: &Expect) -> Expectation {
        let written: Vec<&str> = self.sources.text(expect.span).split_whitespace().collect();
        let words = written.join(" ");
        Expectation {
            negated: expect.negated,
            expected: expected(&expect.kind),
            words: words.strip_prefix("expect ").unwrap_or(&words).to_owned(),
            place: self.sources.place(expect.span),
        }
    }
}

fn expected(kind: &ExpectKind) -> Expected {
    let texts = |names: &[Name]| names.iter().map(|n| n.text.clone()).collect();
    match kind {
        ExpectKind::Rep(names) => Expected::Rep(texts(names)),
        ExpectKind::Rule(names) => Expected::Rule(texts(names)),
        ExpectKind::Territory(names) => Expected::Territory(texts(names)),
        ExpectKind::Queue(names) => Expected::Queue(texts(names)),
        ExpectKind::Team(names) => Expected::Team(texts(names)),
        ExpectKind::Account(names) => Expected::Account(texts(names)),
        ExpectKind::Overlay(names) => Expected::Overlay(texts(names)),
        ExpectKind::Credit { ledger, shares } => {
            Expected::Credit { ledger: ledger.text.clone(), shares: shares.iter().map(share).collect() }
        }
        ExpectKind::Otherwise => Expected::Otherwise,
        ExpectKind::NoTerritory => Expected::NoTerritory,
        ExpectKind::NoAccount => Expected::NoAccount,
    }
}

fn share(share: &Share) -> ShareWanted {
    let path = |parts: &[Name]| parts.iter().map(Name::as_str).collect::<Vec<_>>().join(".");
    let role = match &share.role {
        RoleSyntax::Assignee(_) => "assignee".to_owned(),
        RoleSyntax::TerritoryOwner(_) => "territory owner".to_owned(),
        RoleSyntax::OwnerOf(of) => format!("{} owner", path(&of.parts)),
        RoleSyntax::Rep(name) => format!("rep {name}"),
        RoleSyntax::OfAssignee(of) => path(&of.parts),
        RoleSyntax::Role(name) => name.to_string(),
    };
    let percent = share.percent.as_ref().and_then(|literal| read_literal(&literal.raw, &Type::Percent, &TimeZone::UTC).ok().flatten());
    ShareWanted { percent: if let Some(Value::Number(n)) = percent { Some(n) } else { None }, role }
}

/// Gives a record of a test the key it has in its field, or one by its position.
pub(super) fn completed(mut record: Record, ty: &RecordType, at: usize) -> Record {
    let written = match record.values.get(ty.key.index()).and_then(Option::as_ref) {
        Some(Value::Text(key) | Value::Choice(key) | Value::Reference(key)) => Some(key.clone()),
        Some(Value::Number(number)) => Some(number.normalize().to_string().into()),
        _ => None,
    };
    let is_text = ty.fields.get(ty.key.index()).is_some_and(|f| matches!(f.ty, Type::Text { .. }));
    record.key = written.clone().unwrap_or_else(|| format!("test-{}", at + 1).into());
    if let (None, true, Some(place)) = (written, is_text, record.values.get_mut(ty.key.index())) {
        *place = Some(Value::Text(record.key.clone()));
    }
    record
}

/// Returns when a record says that it arrived.
pub(super) fn arrival(record: &Record, ty: &RecordType) -> Option<jiff::Timestamp> {
    match record.value(ty.arrival?) {
        Some(Value::Time(at)) => Some(*at),
        _ => None,
    }
}

/// Returns the names on both sides of `or`.
pub(super) fn names(cell: &str) -> Vec<Arc<str>> {
    cell.split(" or ").map(str::trim).filter(|n| !n.is_empty()).map(Into::into).collect()
}

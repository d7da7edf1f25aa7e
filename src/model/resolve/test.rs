//! Test blocks: their names and values are checked now; running them is the tester's work.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Resolver;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Overlay, RecordId, Rule, Tested, Type};
use crate::syntax::tree::{ExpectKind, GivenKind, Literal, RoleSyntax, TestItem, TestRecord, TestValue};
use crate::text::Name;

impl Resolver<'_> {
    /// Checks every name and value of the test blocks; returns what they name.
    pub(super) fn test_blocks(&mut self, rules: &[Rule], overlays: &[Overlay]) -> Tested {
        let rules: Vec<Arc<str>> =
            self.items.rules.iter().map(|r| r.name.text.clone()).chain(rules.iter().map(|r| r.name.text.clone())).collect();
        let overlays: Vec<Arc<str>> =
            self.items.overlays.iter().map(|o| o.name.text.clone()).chain(overlays.iter().map(|o| o.name.text.clone())).collect();
        for item in self.items.tests.clone() {
            self.test_block(item, &rules, &overlays);
        }
        self.tested()
    }

    /// Collects the teams, queues and calendars that the test blocks name.
    fn tested(&self) -> Tested {
        let mut tested = Tested::default();
        for record in self.items.tests.iter().flat_map(|t| &t.records) {
            for expect in &record.expects {
                match &expect.kind {
                    ExpectKind::Team(names) => tested.teams.extend(names.iter().filter_map(|n| self.team_id(&n.text))),
                    ExpectKind::Queue(names) => tested.queues.extend(names.iter().map(|n| n.text.clone())),
                    _ => {}
                }
            }
            let Some(ty) = self.around.schema.find(&record.record.text).map(|id| self.around.schema.record(id)) else { continue };
            for (name, value) in &record.fields {
                let of_calendar = ty.find(&name.text).and_then(|f| ty.fields.get(f.index())).is_some_and(|f| f.ty == Type::Calendar);
                if let (TestValue::One(literal), true) = (value, of_calendar) {
                    tested.calendars.insert(literal.raw.clone());
                }
            }
        }
        tested
    }

    fn test_block(&mut self, item: &TestItem, rules: &[Arc<str>], overlays: &[Arc<str>]) {
        if item.records.iter().all(|r| r.expects.is_empty()) {
            self.report(
                Diagnostic::new(DiagnosticName::MissingStatement, format!("the test \"{}\" expects nothing", item.name))
                    .at(item.name.span, "can never fail")
                    .help("Add at least one line such as `expect rule health` or `expect rep ana`."),
            );
        }
        for given in &item.givens {
            self.check_rep(&given.rep);
            if let GivenKind::Open(amount) = &given.kind {
                self.whole_or_zero(amount);
            }
        }
        for record in &item.records {
            self.test_record(record);
            for expect in &record.expects {
                self.expectation(&expect.kind, rules, overlays);
            }
        }
    }

    fn whole_or_zero(&mut self, literal: &Literal) {
        if &*literal.raw != "0" {
            self.whole(literal, "open work");
        }
    }

    fn test_record(&mut self, written: &TestRecord) {
        let Some(record) = self.declared_record(&written.record) else { return };
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        for (name, value) in &written.fields {
            if !seen.insert(name.text.clone()) {
                self.report(
                    Diagnostic::new(DiagnosticName::DuplicateStatement, format!("`{name}` is given twice"))
                        .at(name.span, "second time")
                        .help("Keep the value that is meant."),
                );
            }
            self.test_value(record, name, value);
        }
    }

    fn test_value(&mut self, record: RecordId, name: &Name, value: &TestValue) {
        let ty = self.around.schema.record(record);
        let Some(field) = ty.find(&name.text) else {
            let (what, known) = (format!("field of the record `{}` called", ty.name), ty.by_name.keys().cloned().collect::<Vec<_>>());
            self.unknown(DiagnosticName::UnknownField, &what, name, &known, "Declare it in the record, or take the line away.");
            return;
        };
        let ty = self.around.schema.field(record, field).ty.clone();
        match (value, &ty) {
            (TestValue::One(literal), Type::Set { values, .. }) => self.test_element(literal, values.as_ref(), name),
            (TestValue::Many(literals), Type::Set { values, .. }) => {
                literals.iter().for_each(|l| self.test_element(l, values.as_ref(), name))
            }
            (TestValue::One(literal), _) => {
                self.value(literal, &ty, &name.text);
            }
            (TestValue::Many(_), _) => self.report(
                Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{name}` holds one value, not several"))
                    .at(name.span, "given several")
                    .help(format!("Write `{name}:` and a single value.")),
            ),
        }
    }

    fn test_element(&mut self, literal: &Literal, values: Option<&Arc<[Arc<str>]>>, name: &Name) {
        if let Some(values) = values {
            self.value(literal, &Type::OneOf(values.clone()), &name.text);
        }
    }

    fn expectation(&mut self, kind: &ExpectKind, rules: &[Arc<str>], overlays: &[Arc<str>]) {
        match kind {
            ExpectKind::Rep(names) => names.iter().for_each(|n| self.check_rep(n)),
            ExpectKind::Team(names) => names.iter().for_each(|n| {
                self.known_team(n);
            }),
            ExpectKind::Queue(names) => names.iter().for_each(|n| {
                self.queue(n);
            }),
            ExpectKind::Territory(names) => names.iter().for_each(|n| {
                self.territory_id(n);
            }),
            ExpectKind::Rule(names) => names.iter().filter(|n| !rules.contains(&n.text)).for_each(|n| {
                self.unknown(DiagnosticName::UnknownRule, "rule", n, rules, "Name a rule of the book, or write `expect otherwise`.");
            }),
            ExpectKind::Overlay(names) => names.iter().filter(|n| !overlays.contains(&n.text)).for_each(|n| {
                self.unknown(DiagnosticName::UnknownName, "overlay", n, overlays, "Name an overlay of the book.");
            }),
            ExpectKind::Account(names) => names.iter().for_each(|n| self.expected_account(n)),
            ExpectKind::Credit { shares, .. } => {
                for share in shares {
                    if let RoleSyntax::Rep(name) = &share.role {
                        self.check_rep(name);
                    }
                }
            }
            ExpectKind::Otherwise | ExpectKind::NoTerritory | ExpectKind::NoAccount => {}
        }
    }

    fn expected_account(&mut self, name: &Name) {
        let Some(record) = self.around.schema.find("account") else { return };
        if self.around.data.get(record, &name.text).is_none() {
            let known: Vec<Arc<str>> = self.around.data.all(record).map(|r| r.key.clone()).collect();
            self.unknown(DiagnosticName::UnknownValue, "account", name, &known, "Name a key of the file of accounts.");
        }
    }
}

//! Priorities by name or by number, one style in a book; dates in force; records named by rules.

use std::sync::Arc;

use super::Resolver;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Dates, Priority, RecordId};
use crate::syntax::tree::{self, PriorityRef};
use crate::text::{Name, wording};

impl Resolver<'_> {
    /// Takes in the list of priorities.
    pub(super) fn priorities(&mut self) {
        if let [first, second, ..] = self.items.priorities.as_slice() {
            let finding = Diagnostic::new(DiagnosticName::DuplicateStatement, "the book has two lists of priorities")
                .at(second.span, "second one")
                .at(first.span, "first one")
                .help("Keep one list, with every priority in the order in which it is considered.");
            self.findings.push(finding);
        }
        let Some(item) = self.items.priorities.first() else { return };
        for name in &item.names {
            let next = u32::try_from(self.priorities.len()).unwrap_or(u32::MAX);
            let rank = *self.ranks.entry(name.text.clone()).or_insert(next);
            match self.priorities.get(rank as usize) {
                Some(earlier) => self.findings.push(super::items::duplicate("priority", name, earlier.span)),
                None => self.priorities.push(name.clone()),
            }
        }
    }

    /// Resolves a priority; reports numbers beside names.
    pub(super) fn priority(&mut self, written: &PriorityRef) -> Option<Priority> {
        let name = &written.name;
        if written.is_number {
            if let Some(first) = self.items.priorities.first() {
                let names: Vec<&str> = self.priorities.iter().map(Name::as_str).collect();
                self.report(
                    Diagnostic::new(
                        DiagnosticName::MixedPriorities,
                        format!("the priority `{name}` is a number, and this book names its priorities"),
                    )
                    .at(name.span, "a number")
                    .at(first.span, "the names")
                    .help(format!(
                        "Write one of {} here, or take the list of priorities away and use numbers everywhere.",
                        wording::join(&names, "or")
                    )),
                );
                return None;
            }
            let rank = name.text.replace('_', "").parse::<u32>();
            if rank.is_err() {
                self.report(
                    Diagnostic::new(DiagnosticName::UnreadableValue, format!("`{name}` is not a priority"))
                        .at(name.span, "too large or not whole")
                        .help("Use a whole number from 0 to 4,294,967,295; the lowest is considered first."),
                );
            }
            return Some(Priority { rank: rank.ok()?, name: name.text.clone() });
        }
        if let Some(rank) = self.ranks.get(&name.text) {
            return Some(Priority { rank: *rank, name: name.text.clone() });
        }
        let known: Vec<Arc<str>> = self.priorities.iter().map(|p| p.text.clone()).collect();
        let declare = if known.is_empty() {
            format!("Declare the order once in the book, for example `priorities [{name}, geography]`.")
        } else {
            format!("Declared are {}. Add it to the list `priorities` at the place where it is considered.", wording::join(&known, "and"))
        };
        self.unknown(DiagnosticName::UnknownPriority, "priority", name, &known, &declare);
        None
    }

    /// Resolves days in force; reports those the wrong way round.
    pub(super) fn dates(&mut self, written: &tree::Dates) -> Dates {
        let from = written.from.as_ref().and_then(|l| self.date(l));
        let through = written.through.as_ref().and_then(|l| self.date(l));
        if let (Some(a), Some(b)) = (from, through)
            && a > b
        {
            self.report(
                Diagnostic::new(DiagnosticName::DatesReversed, "this ends before it begins")
                    .at(written.span, "in force on no day")
                    .fix(written.span, format!("from {b} through {a}"))
                    .help("Write the earlier day after `from`; both days are included."),
            );
        }
        Dates { from, through, span: Some(written.span) }
    }

    /// Resolves the only `from ... through` of an item.
    pub(super) fn only_dates(&mut self, written: &[tree::Dates]) -> Dates {
        match self.unique_statement("from ... through", written, |d| d.span) {
            Some(dates) => self.dates(dates),
            None => Dates::default(),
        }
    }

    /// Looks up a record by name.
    pub(super) fn declared_record(&mut self, name: &Name) -> Option<RecordId> {
        let found = self.around.schema.find(&name.text);
        if found.is_none() {
            let known: Vec<Arc<str>> = self.around.schema.records.iter().map(|r| r.name.clone()).collect();
            let declare = format!("Declare it, for example `record {name} {{ id: text, key }}`.");
            self.unknown(DiagnosticName::UnknownRecord, "record", name, &known, &declare);
        }
        found
    }

    /// Returns the record a rule is for: the one it names, or leads.
    pub(super) fn record_for(&mut self, name: Option<&Name>) -> Option<RecordId> {
        match name {
            Some(name) => self.declared_record(name),
            None => self.around.schema.find("lead"),
        }
    }
}

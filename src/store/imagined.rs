//! What another book would have decided: a journal read from its beginning, with that book's own turns and loads.

use std::collections::BTreeMap;

use super::{OpeningDoc, PastKey};
use crate::decide::{decide, remembered_values};
use crate::journal::document::{ChangeDoc, DecisionDoc, Mask, Surroundings, ValueDoc, written};
use crate::journal::{Entry, EntryKind, Event, EventDoc, Held, Key, Subject, Telling, held, restored, told};
use crate::plan::Plan;
use crate::state::{Change, Past, State};

/// Decides as another book would have.
pub struct Imagined<'p> {
    plan: &'p Plan,
    key: Option<Key>,
    state: State,
    /// Past assignments by record type, field and hash of the value.
    pasts: BTreeMap<PastKey, Past>,
    holders: BTreeMap<Subject, Held>,
}

impl<'p> Imagined<'p> {
    /// Begins before the first entry.
    #[must_use]
    pub fn new(plan: &'p Plan, key: Option<Key>) -> Self {
        Self { plan, key, state: State::default(), pasts: BTreeMap::new(), holders: BTreeMap::new() }
    }

    /// Takes an entry that holds no decision: what was open, and what was told from outside.
    pub fn other(&mut self, entry: &Entry) {
        match entry.kind {
            EntryKind::Opening => {
                let document: Option<OpeningDoc> = serde_json::from_slice(&entry.body).ok();
                document.iter().for_each(|d| self.apply(&d.changes));
            }
            EntryKind::Event => {
                if let Ok(document) = serde_json::from_slice::<EventDoc>(&entry.body) {
                    self.event(&document);
                }
            }
            EntryKind::Begun | EntryKind::Book | EntryKind::Decision => {}
        }
    }

    /// Takes a decision as it was recorded.
    pub fn as_recorded(&mut self, document: &DecisionDoc) {
        self.apply(&document.changes);
        let subject = Subject { kind: document.record.kind.clone(), id: document.record.id.clone() };
        if let (Some(rep), "rep") = (&document.outcome.assignee, &*document.outcome.kind) {
            let limits = document.changes.iter().filter_map(|c| match c {
                ChangeDoc::Counted { team, limit, rep: counted, period: None } if counted == rep => Some((team.clone(), *limit)),
                _ => None,
            });
            self.holders.insert(subject, Held { team: document.outcome.team.clone(), limits: limits.collect(), ..Held::nobody(rep) });
        } else {
            self.holders.remove(&subject);
        }
    }

    /// Decides a recorded record by the other book; `plan` is that of the book that decided it, to read the record back.
    ///
    /// # Errors
    /// Why it cannot be decided, in words.
    pub fn decide(&mut self, recorded: &DecisionDoc, plan: Option<&Plan>) -> Result<DecisionDoc, String> {
        let key = self
            .key
            .clone()
            .ok_or_else(|| "the key of the journal is not at hand, so what was decided before cannot be looked up".to_owned())?;
        let old = plan.ok_or_else(|| "the book that decided it cannot be opened".to_owned())?;
        let (record, _) = restored(recorded, old, Some(&key)).map_err(|e| e.to_string())?;
        let record = translated(&record, old, self.plan)?;
        let subject = Subject { kind: recorded.record.kind.clone(), id: recorded.record.id.clone() };
        // Who had it before has it no more, as when it was recorded.
        if let Some(held) = self.holders.remove(&subject) {
            held.released().iter().for_each(|c| self.state.apply(c));
        }
        self.state.history.clear();
        for wanted in remembered_values(self.plan, &record, recorded.decided_at) {
            let at = PastKey { of: wanted.of.clone(), by: wanted.by.clone(), value: key.hash(&wanted.value).into() };
            if let Some(past) = self.pasts.get(&at) {
                self.state.history.entry(wanted.of).or_default().entry(wanted.by).or_default().insert(wanted.value, past.clone());
            }
        }
        let decision = decide(self.plan, record.clone(), &self.state, recorded.decided_at);
        let mask = Mask { key: &key, sealed: false };
        let nothing = State::default();
        let around = Surroundings { plan: self.plan, mask, record: &record, consulted: &nothing, former: None };
        let document = written(&decision, around);
        if let Some(held) = held(self.plan, &decision, &self.state, |value| key.hash(value).into()) {
            self.holders.insert(subject, held);
        }
        self.apply(&document.changes);
        Ok(document)
    }

    fn event(&mut self, document: &EventDoc) {
        let subject = document.event.subject();
        let holder = subject.and_then(|s| self.holders.get(s)).cloned();
        // Decided anew: whoever has it there has it no more.
        if let (Event::Superseded { .. }, Some(subject)) = (&document.event, subject) {
            if let Some(held) = self.holders.remove(subject) {
                held.released().iter().for_each(|c| self.state.apply(c));
            }
            return;
        }
        let telling = Telling {
            plan: self.plan,
            state: &self.state,
            at: document.at,
            held: holder.as_ref(),
            known: true,
            reason: document.reason.as_ref(),
            loose: None,
        };
        // What cannot be with this book (its holder is in a queue, say) has no effect there.
        let Ok(outcome) = told(&document.event, telling) else { return };
        self.apply(&outcome.changes);
        if let (Some(subject), Some(next)) = (subject, outcome.held) {
            match next {
                Some(held) => self.holders.insert(subject.clone(), held),
                None => self.holders.remove(subject),
            };
        }
    }

    fn apply(&mut self, changes: &[ChangeDoc]) {
        for document in changes {
            let Some(change) = document.change() else { continue };
            if let (Change::Remembered { of, by, value, past }, ChangeDoc::Remembered { value: written, .. }) = (&change, document) {
                let hash = match written {
                    ValueDoc::Hash(hash) => hash.clone(),
                    ValueDoc::Value(_) => match &self.key {
                        Some(key) => key.hash(value).into(),
                        None => continue,
                    },
                };
                self.pasts.insert(PastKey { of: of.clone(), by: by.clone(), value: hash }, past.clone());
            } else {
                self.state.apply(&change);
            }
        }
    }
}

/// Puts a record into the fields of another book; a field the other does not have is left out.
fn translated(record: &crate::model::Record, old: &Plan, new: &Plan) -> Result<crate::model::Record, String> {
    let from = old.book.schema.record(record.kind);
    let kind = new.book.schema.find(&from.name).ok_or_else(|| format!("the other book has no record `{}`", from.name))?;
    let to = new.book.schema.record(kind);
    let mut values = vec![None; to.fields.len()];
    for (value, field) in record.values.iter().zip(&from.fields) {
        let (Some(value), Some(id)) = (value, to.find(&field.name)) else { continue };
        let ty = &new.book.schema.field(kind, id).ty;
        let plain = crate::model::plain(value, &field.ty);
        let read = crate::model::read_cell(&plain, ty, &new.book.zone);
        if let (Ok(value), Some(slot)) = (read, values.get_mut(id.index())) {
            *slot = value;
        }
    }
    Ok(crate::model::Record { kind, key: record.key.clone(), values, origin: record.origin.clone() })
}

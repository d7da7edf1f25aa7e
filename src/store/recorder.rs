//! Decides and records, batch by batch: what a batch decides, what that changes, and the entries of it are one transaction.
//!
//! Whoever records takes the journal first, and sees all that others wrote; so decisions of several processes are one
//! sequence, and no turn is given twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::making::{Loaded, Making, json};
use super::{Batch, Latest, PastKey, Store, StoreError, books};
use crate::decide::{Decision, Engine, Remembered, consulted_with, decide, remembered_values};
use crate::journal::document::{ChangeDoc, DecisionDoc, Mask, RecordDoc, Surroundings, ValueDoc, content, decision_doc};
use crate::journal::{EVENT_FORMAT, Entry, EntryKind, Event, EventDoc, Head, Held, Key, Subject, held};
use crate::model::{Record, RecordId};
use crate::plan::Plan;
use crate::rim::book::Opened;
use crate::rim::kept;
use crate::state::{Past, State};

/// From how many records on the index pays for being made.
const MANY: usize = 200;

/// One record to decide.
#[derive(Clone, Debug)]
pub struct Work {
    /// The record.
    pub record: Record,
    /// When it is decided for; none for the present moment.
    pub at: Option<Timestamp>,
}

/// What became of a record.
#[derive(Clone, Debug)]
pub enum Done {
    /// It was decided.
    Decided {
        /// The number of the entry.
        number: u64,
        /// The decision.
        decision: Box<Decision>,
        /// The state that was consulted.
        consulted: Box<State>,
        /// The number of the former decision, about other content.
        former: Option<u64>,
    },
    /// The same record with the same content was decided before.
    Recorded {
        /// The number of the entry.
        number: u64,
        /// What was decided then.
        document: Box<DecisionDoc>,
    },
}

/// Records the decisions of one book.
pub struct Recorder<'p> {
    store: Box<dyn Store>,
    key: Key,
    sealed: bool,
    opened: &'p Opened,
    plan: &'p Plan,
    engines: BTreeMap<RecordId, Engine<'p>>,
    /// The state after all entries up to `head`, with only the past that the batch looks up.
    state: State,
    head: Option<Head>,
    /// When the last entry was written.
    last: Timestamp,
    book_kept: bool,
    signed: u64,
    /// Whether records are decided anew although nothing changed.
    anew: bool,
    /// Whether anything is written.
    dry: bool,
}

/// Says how decisions are recorded.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Whether private values are sealed besides being hashed.
    pub sealed: bool,
    /// Whether records are decided anew although nothing changed.
    pub anew: bool,
    /// Whether everything is decided as if it was recorded, and nothing is.
    pub dry: bool,
}

impl<'p> Recorder<'p> {
    /// Makes a recorder of a book; its plan must be there.
    ///
    /// # Errors
    /// When the journal cannot be read, or belongs to another key.
    pub fn new(mut store: Box<dyn Store>, key: Key, (opened, plan): (&'p Opened, &'p Plan), manner: Manner) -> Result<Self, StoreError> {
        check_key(&mut *store, &key)?;
        let Manner { sealed, anew, dry } = manner;
        Ok(Self {
            store,
            key,
            sealed,
            opened,
            plan,
            engines: BTreeMap::new(),
            state: State::default(),
            head: None,
            last: Timestamp::MIN,
            book_kept: false,
            signed: 0,
            anew,
            dry,
        })
    }

    /// Returns where the journal is, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        self.store.shown()
    }

    /// Returns the moment of the last entry as of the last batch.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// Decides records in their order and records what was decided, all of it or nothing.
    ///
    /// What became of each is handed over at once, so that no more than one decision is held; what `each` makes of it is
    /// returned once all is recorded.
    ///
    /// # Errors
    /// When the journal cannot be read or written; nothing of the batch is then recorded.
    pub fn batch<T>(&mut self, work: Vec<Work>, now: Timestamp, each: impl FnMut(Done) -> T) -> Result<Vec<T>, StoreError> {
        if self.dry {
            // What a dry run decides is nowhere written, so the state is kept from batch to batch.
            let head = match self.head {
                Some(head) => head,
                None => self.store.head()?,
            };
            let (batch, done) = self.make(head, work, now, each)?;
            self.head = Some(batch.head);
            return Ok(done);
        }
        let head = self.store.take()?;
        let made = self.make(head, work, now, each);
        let (batch, done) = match made {
            Ok(made) => made,
            Err(error) => {
                self.head = None;
                self.store.give_back()?;
                return Err(error);
            }
        };
        match self.store.write(&batch) {
            Ok(()) => {
                self.head = Some(batch.head);
                if let Some(checkpoint) = &batch.checkpoint {
                    self.signed = checkpoint.head.number;
                }
                self.book_kept = true;
                Ok(done)
            }
            Err(error) => {
                // What was decided did not come about: the next batch begins from what the journal says.
                self.head = None;
                Err(error)
            }
        }
    }

    fn make<T>(
        &mut self,
        head: Head,
        work: Vec<Work>,
        now: Timestamp,
        mut each: impl FnMut(Done) -> T,
    ) -> Result<(Batch, Vec<T>), StoreError> {
        let key = self.key.clone();
        if self.head != Some(head) {
            let loaded = Loaded::read(&mut *self.store, head, &key)?;
            (self.state, self.last, self.signed) = (loaded.state, loaded.last, loaded.signed);
        }
        // The clock of a machine may be set back; the journal's order of time is its own.
        let at = now.max(self.last);
        self.last = at;
        let mut making = Making::new(&key, head, at);
        if head.number == 0 {
            making.begin(self.plan, work.first().and_then(|w| w.at).unwrap_or(at), &mut self.state);
        }
        if !self.book_kept && !self.dry {
            self.keep_book(&mut making)?;
        }
        if !self.dry {
            self.state.history.clear();
        }
        self.state.rejected.clear();
        let formers = self.formers(&work)?;
        let remembered = self.fetch(&work, at)?;
        let mut done = Vec::with_capacity(work.len());
        let many = work.len() >= MANY;
        for ((work, former), remembered) in work.into_iter().zip(formers).zip(remembered) {
            done.push(each(self.one(&mut making, work, (former, remembered), many)?));
        }
        let batch = making.finish(&self.state, self.signed);
        Ok((batch, done))
    }

    /// Keeps the book if the journal does not have it, once it is seen that it can be opened again.
    fn keep_book(&mut self, making: &mut Making<'_>) -> Result<(), StoreError> {
        let digest = &*self.plan.digest;
        if self.store.book(digest)?.is_some() {
            return Ok(());
        }
        let failed = |what: String| StoreError::Key {
            what,
            remedy: "Nothing was recorded. See that nobody changes the files of the book meanwhile, and run the command again.".to_owned(),
        };
        let book = kept::keep(self.opened).map_err(|e| failed(format!("a file of the book cannot be read again: {e}")))?;
        let again = kept::open(&book).map_err(|e| failed(format!("temporary files cannot be written: {e}")))?;
        if again.snapshot.plan.as_ref().is_none_or(|plan| *plan.digest != *digest) {
            return Err(failed("the files of the book changed while it was being used".to_owned()));
        }
        let stored = books::stored(&book, digest, making.key);
        let number = making.append(EntryKind::Book, json(&stored.document));
        making.batch.blobs = stored.pieces;
        making.batch.books.push((digest.to_owned(), number));
        Ok(())
    }

    /// What was last decided about each record.
    fn formers(&mut self, work: &[Work]) -> Result<Vec<Option<Latest>>, StoreError> {
        let mut all = vec![None; work.len()];
        let mut by_kind: BTreeMap<RecordId, Vec<usize>> = BTreeMap::new();
        for (position, work) in work.iter().enumerate() {
            by_kind.entry(work.record.kind).or_default().push(position);
        }
        for (kind, positions) in by_kind {
            let Some(ty) = self.plan.book.schema.records.get(kind.index()) else { continue };
            let ids: Vec<Arc<str>> = positions.iter().filter_map(|p| work.get(*p)).map(|w| w.record.key.clone()).collect();
            for (position, found) in positions.into_iter().zip(self.store.latest(&ty.name, &ids)?) {
                if let Some(slot) = all.get_mut(position) {
                    *slot = found;
                }
            }
        }
        Ok(all)
    }

    /// Fetches the past assignments that the records may look up; returns what each may.
    fn fetch(&mut self, work: &[Work], at: Timestamp) -> Result<Vec<Vec<Remembered>>, StoreError> {
        let values: Vec<Vec<Remembered>> = work.iter().map(|w| remembered_values(self.plan, &w.record, w.at.unwrap_or(at))).collect();
        // In the order of the table, so that neighbours are read together.
        let key = |w: &Remembered| PastKey { of: w.of.clone(), by: w.by.clone(), value: self.key.hash(&w.value).into() };
        let wanted: BTreeMap<PastKey, &Remembered> = values.iter().flatten().map(|w| (key(w), w)).collect();
        let keys: Vec<PastKey> = wanted.keys().cloned().collect();
        for (wanted, found) in wanted.into_values().zip(self.store.pasts(&keys)?) {
            let Some(found) = found else { continue };
            let values = self.state.history.entry(wanted.of.clone()).or_default().entry(wanted.by.clone()).or_default();
            // In a dry run what was decided meanwhile goes before what is written.
            values.entry(wanted.value.clone()).or_insert_with(|| Past::from(&found));
        }
        Ok(values)
    }

    fn one(
        &mut self,
        making: &mut Making<'_>,
        work: Work,
        (former, remembered): (Option<Latest>, Vec<Remembered>),
        many: bool,
    ) -> Result<Done, StoreError> {
        let Work { record, at } = work;
        let plan = self.plan;
        let mask = Mask { key: making.key, sealed: self.sealed };
        let document = RecordDoc::new(&record, &plan.book.schema, mask);
        let subject = (document.kind.clone(), document.id.clone());
        let former = making.latest.get(&subject).cloned().or(former);
        let content: Arc<str> = content(&document, mask).into();
        if let Some(former) = former.as_ref().filter(|f| f.content == content && !self.anew) {
            let here = making.batch.entries.first().map_or(u64::MAX, |first| first.number);
            let position = former.number.checked_sub(here).and_then(|p| usize::try_from(p).ok());
            let document = match position.and_then(|p| read_decision(making.batch.entries.get(p))) {
                Some(document) => document,
                None => self.read_decision(former.number)?,
            };
            return Ok(Done::Recorded { number: former.number, document: Box::new(document) });
        }
        let (kind, id) = subject.clone();
        let subject_of = Subject { kind, id };
        // A record is open once: whoever had it before has it no more.
        if let Some(held) = former.as_ref().and_then(|f| f.held.as_ref()).and_then(|h| serde_json::from_str::<Held>(h).ok()) {
            let released = held.released();
            let changes = released.iter().map(|c| ChangeDoc::new(c, &|_: &str, _: &str, v: &Arc<str>| ValueDoc::Value(v.clone())));
            let event = EventDoc {
                format: EVENT_FORMAT.into(),
                at: making.at,
                event: Event::Superseded { subject: subject_of.clone() },
                former: Some(held.rep.clone()),
                reason: None,
                changes: changes.collect(),
            };
            making.event(&event, &mut self.state);
        }
        let rejected = former.as_ref().and_then(|f| f.rejected.clone());
        if let Some(reps) = rejected.as_ref().and_then(|r| serde_json::from_str::<BTreeSet<Arc<str>>>(r).ok()) {
            self.state.rejected.entry(subject_of.kind).or_default().insert(subject_of.id, reps);
        }
        let decided_at = at.unwrap_or(making.at);
        let read = record.clone();
        let decision = if many || self.engines.contains_key(&record.kind) {
            let engine = self.engines.entry(record.kind).or_insert_with(|| Engine::new(plan, record.kind));
            engine.decide(record, &self.state, decided_at)
        } else {
            decide(plan, record, &self.state, decided_at)
        };
        let part = consulted_with(plan, &decision, &self.state, remembered);
        let former = former.map(|f| f.number);
        let around = Surroundings { plan, mask, record: &read, consulted: &part, former };
        let written = decision_doc(&decision, around, document, content.clone());
        let held = held(plan, &decision, &self.state, |value| making.key.hash(value).into());
        let number = making.append(EntryKind::Decision, json(&written));
        making.note_made(&decision.changes, &written.changes, &mut self.state);
        let held = held.and_then(|h| serde_json::to_string(&h).ok());
        making.latest.insert(subject, Latest { number, content, held, rejected });
        Ok(Done::Decided { number, decision: Box::new(decision), consulted: Box::new(part), former })
    }

    fn read_decision(&mut self, number: u64) -> Result<DecisionDoc, StoreError> {
        let entry = self.store.entries(number, 1)?.into_iter().next().filter(|e| e.number == number);
        read_decision(entry.as_ref()).ok_or_else(|| StoreError::Damaged {
            shown: self.store.shown(),
            reason: format!("entry {number}, which should hold a decision, does not"),
        })
    }
}

/// Reads the decision in an entry.
#[must_use]
pub fn read_decision(entry: Option<&Entry>) -> Option<DecisionDoc> {
    let entry = entry.filter(|e| e.kind == EntryKind::Decision)?;
    serde_json::from_slice(&entry.body).ok()
}

/// Fails when a journal belongs to another key.
///
/// # Errors
/// When it does, or the journal cannot be read.
pub fn check_key(store: &mut dyn Store, key: &Key) -> Result<(), StoreError> {
    match store.setting("key")? {
        Some(check) if check != key.check() => Err(StoreError::Key {
            what: format!("the key at hand is not the key of the journal {}", store.shown()),
            remedy: "Put the key file back that the journal was begun with; with another one hashes would not meet.".to_owned(),
        }),
        _ => Ok(()),
    }
}

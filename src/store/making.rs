//! A batch while it is put together: entries tied to the end of the journal, and the rows they change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Batch, Latest, PastKey, Store, StoreError, VERSION};
use crate::decide::begin;
use crate::journal::document::{ChangeDoc, PastDoc, ValueDoc};
use crate::journal::{Checkpoint, EntryKind, EventDoc, Head, Key, RowKey, read_rows};
use crate::plan::Plan;
use crate::state::{Change, State};

/// After how many entries the journal is signed.
pub const CHECKPOINT: u64 = 1_000;

/// The document of the first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunDoc {
    /// `turf-journal/1`.
    pub format: String,
    /// The version of the tables.
    pub version: u32,
    /// Tells whether a key is that of the journal.
    pub key: String,
}

/// The document of the entry that says what was open when counting began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningDoc {
    /// `turf-opening/1`.
    pub format: String,
    /// What was open.
    pub changes: Vec<ChangeDoc>,
}

/// What a journal says before a batch.
pub(super) struct Loaded {
    /// The state.
    pub state: State,
    /// When the last entry was written.
    pub last: Timestamp,
    /// The number of the last checkpoint.
    pub signed: u64,
}

impl Loaded {
    /// Reads it. Somebody with another key may have begun the journal meanwhile, so that is looked at again.
    pub fn read(store: &mut dyn Store, head: Head, key: &Key) -> Result<Self, StoreError> {
        super::check_key(store, key)?;
        let shown = store.shown();
        let unsound = |row: RowKey| StoreError::Damaged {
            shown: shown.clone(),
            reason: format!("the row `{} {} {}` of the state cannot be read", row.part, row.team, row.rep),
        };
        let state = read_rows(store.rows()?).map_err(unsound)?;
        let last = store.entries(head.number, 1)?.first().map_or(Timestamp::MIN, |entry| entry.at);
        let signed = store.checkpoints_end()?.map_or(0, |c| c.head.number);
        Ok(Self { state, last, signed })
    }
}

/// A batch while it is put together.
pub(super) struct Making<'k> {
    /// The key of the journal.
    pub key: &'k Key,
    /// The moment it is written.
    pub at: Timestamp,
    /// What it writes.
    pub batch: Batch,
    /// What was last decided, as far as the batch changes it.
    pub latest: BTreeMap<(Arc<str>, Arc<str>), Latest>,
    head: Head,
    touched: BTreeSet<RowKey>,
    pasts: BTreeMap<PastKey, PastDoc>,
}

impl<'k> Making<'k> {
    /// Begins behind the end of a journal.
    pub fn new(key: &'k Key, head: Head, at: Timestamp) -> Self {
        Self { key, at, batch: Batch::default(), latest: BTreeMap::new(), head, touched: BTreeSet::new(), pasts: BTreeMap::new() }
    }

    /// Writes the first entries of a journal: which key it belongs to, and what is open as the book's data say.
    pub fn begin(&mut self, plan: &Plan, at: Timestamp, state: &mut State) {
        let begun = BegunDoc { format: "turf-journal/1".to_owned(), version: VERSION, key: self.key.check() };
        self.append(EntryKind::Begun, json(&begun));
        self.batch.settings.push(("key".to_owned(), self.key.check()));
        let changes = opening(plan, at);
        if !changes.is_empty() {
            let document = OpeningDoc { format: "turf-opening/1".to_owned(), changes };
            self.append(EntryKind::Opening, json(&document));
            self.note(&document.changes, state);
        }
    }

    /// Ties a document to the end.
    pub fn append(&mut self, kind: EntryKind, body: Vec<u8>) -> u64 {
        let entry = self.head.append(kind, self.at, body);
        let number = entry.number;
        self.batch.entries.push(entry);
        number
    }

    /// Writes an event, and applies what it changes.
    pub fn event(&mut self, event: &EventDoc, state: &mut State) -> u64 {
        let number = self.append(EntryKind::Event, json(event));
        if let Some(subject) = event.event.subject() {
            self.batch.told.push((subject.kind.clone(), subject.id.clone(), number));
        }
        self.note(&event.changes, state);
        number
    }

    /// Notes which rows and past assignments changes write, and applies them; past assignments are left to the caller.
    pub fn note(&mut self, changes: &[ChangeDoc], state: &mut State) {
        for document in changes {
            if let Some(change) = document.change() {
                self.note_one(&change, document, state);
            }
        }
    }

    /// As [`Making::note`], of changes given beside what is written of them; past assignments are applied too.
    pub fn note_made(&mut self, changes: &[Change], documents: &[ChangeDoc], state: &mut State) {
        for (change, document) in changes.iter().zip(documents) {
            self.note_one(change, document, state);
            if matches!(change, Change::Remembered { .. }) {
                state.apply(change);
            }
        }
    }

    fn note_one(&mut self, change: &Change, document: &ChangeDoc, state: &mut State) {
        match (change, document) {
            (Change::Remembered { of, by, past, .. }, ChangeDoc::Remembered { value, .. }) => {
                let value = match value {
                    ValueDoc::Value(value) => self.key.hash(value).into(),
                    ValueDoc::Hash(hash) => hash.clone(),
                };
                self.pasts.insert(PastKey { of: of.clone(), by: by.clone(), value }, past.into());
            }
            _ => {
                self.touched.extend(RowKey::of(change));
                state.apply(change);
            }
        }
    }

    /// Ends the batch, with the rows as they stand in the state after it; `signed` is the number of the last checkpoint.
    pub fn finish(self, state: &State, signed: u64) -> Batch {
        let Self { mut batch, head, touched, pasts, latest, key, .. } = self;
        batch.rows = touched.into_iter().map(|row| (row.clone(), row.value(state))).collect();
        batch.pasts = pasts.into_iter().collect();
        batch.latest = latest.into_iter().map(|((kind, id), latest)| (kind, id, latest)).collect();
        batch.head = head;
        if !batch.entries.is_empty() && (signed == 0 || head.number >= signed + CHECKPOINT) {
            batch.checkpoint = Some(Checkpoint::new(head, key));
        }
        batch
    }
}

/// What is open when counting begins, as the book's data say.
fn opening(plan: &Plan, at: Timestamp) -> Vec<ChangeDoc> {
    let state = begin(plan, at);
    let as_it_is = |_: &str, _: &str, value: &Arc<str>| ValueDoc::Value(value.clone());
    let open = state.open.iter().map(|(rep, open)| Change::Open { rep: rep.clone(), open: *open });
    let counts = state.counts.iter().flat_map(|(limit, reps)| {
        reps.iter().map(|(rep, count)| Change::Count { limit: limit.clone(), rep: rep.clone(), count: count.count })
    });
    open.chain(counts).map(|change| ChangeDoc::new(&change, &as_it_is)).collect()
}

/// Writes a document; only maps with keys that are no text could fail, and there are none.
pub(super) fn json<T: Serialize>(document: &T) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_default()
}

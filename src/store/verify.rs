//! A journal looked at from end to end: the chain, what is kept beside it, and the state worked out again from the entries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Kept, Latest, OpeningDoc, PastKey, Store, StoreError, books};
use crate::journal::document::{ChangeDoc, DecisionDoc, PastDoc, ValueDoc};
use crate::journal::{Entry, EntryKind, EventDoc, Fault, Follower, Head, Key, rows};
use crate::state::State;

/// What looking at a journal came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// How many entries were read.
    pub entries: u64,
    /// How many of them are decisions.
    pub decisions: u64,
    /// How many are events.
    pub events: u64,
    /// How many books were looked at.
    pub books: u64,
    /// How many signed checkpoints there are.
    pub checkpoints: u64,
    /// Whether the signatures were looked at: the key was at hand.
    pub signatures: bool,
    /// Whether the state was worked out again and compared.
    pub state: bool,
    /// What is wrong, in order.
    pub faults: Vec<Fault>,
}

/// How many entries are fetched at once.
const PAGE: u32 = 1_000;

/// Looks at a journal; `state` says to work the state out again and to compare it.
///
/// # Errors
/// When not even its end can be read.
pub fn verify(store: &mut dyn Store, key: Option<&Key>, state: bool) -> Result<Verified, StoreError> {
    let head = store.head()?;
    let mut beside: Vec<Fault> = Vec::new();
    let checkpoints = match store.checkpoints() {
        Ok(all) => all,
        Err(error) => {
            beside.push(Fault::Beside { what: format!("the checkpoints cannot be read: {error}") });
            Vec::new()
        }
    };
    let mut verified = Verified { checkpoints: checkpoints.len() as u64, signatures: key.is_some(), state, ..Verified::default() };
    let mut follower = Follower::new(checkpoints, key.cloned());
    let mut sum = Sum { key, wanted: state, ..Sum::default() };
    let mut next = 1;
    loop {
        let page = match store.entries(next, PAGE) {
            Ok(page) => page,
            Err(_) => one_by_one(store, next, head, &mut follower),
        };
        let Some(last) = page.last() else {
            if next >= head.number || next + u64::from(PAGE) > head.number {
                break;
            }
            // A whole page is gone or unreadable: what stands behind may still be there.
            next += u64::from(PAGE);
            continue;
        };
        next = last.number + 1;
        for entry in &page {
            let sound = follower.entry(entry);
            match entry.kind {
                EntryKind::Decision => verified.decisions += 1,
                EntryKind::Event => verified.events += 1,
                EntryKind::Book => {
                    verified.books += 1;
                    beside.extend(book(store, entry, key)?);
                }
                EntryKind::Begun | EntryKind::Opening => {}
            }
            // What a changed entry says is not believed.
            if !sound || !sum.take(entry) {
                sum.broken = true;
            }
        }
    }
    match store.damage() {
        Ok(all) => {
            beside.extend(all.into_iter().map(|what| Fault::Beside { what: format!("the database finds its file damaged: {what}") }))
        }
        Err(error) => beside.push(Fault::Beside { what: error.to_string() }),
    }
    verified.entries = follower.read;
    verified.faults = follower.end(head, store.reported());
    verified.faults.append(&mut beside);
    if state {
        verified.faults.extend(sum.compare(store)?);
    }
    Ok(verified)
}

/// Reads entries one after the other where a whole page cannot be read.
fn one_by_one(store: &mut dyn Store, from: u64, head: Head, follower: &mut Follower) -> Vec<Entry> {
    let mut number = from;
    while number <= head.number {
        match store.entries(number, 1) {
            Ok(found) if !found.is_empty() => return found,
            Ok(_) => return Vec::new(),
            Err(error) => {
                let reason = match error {
                    StoreError::Damaged { reason, .. } | StoreError::Refused { reason, .. } | StoreError::Unreachable { reason, .. } => {
                        reason
                    }
                    other => other.to_string(),
                };
                follower.unreadable(number, number, reason);
            }
        }
        number += 1;
    }
    Vec::new()
}

/// Looks at the pieces of a book: each is what its digest says.
fn book(store: &mut dyn Store, entry: &Entry, key: Option<&Key>) -> Result<Option<Fault>, StoreError> {
    let fault = |what: String| Ok(Some(Fault::Beside { what }));
    let Ok(document) = serde_json::from_slice::<books::BookDoc>(&entry.body) else {
        return fault(format!("the list of the book in entry {} cannot be read", entry.number));
    };
    match store.book(&document.digest) {
        Ok(Some(number)) if number == entry.number => {}
        _ => return fault(format!("the book {} is not found under its digest", books::short(&document.digest))),
    }
    match books::read_book(store, &document, key) {
        Ok(_) => Ok(None),
        // Sealed pieces are looked at as far as that goes without the key.
        Err(books::NoBook::NoKey) => Ok(None),
        Err(error) => fault(error.to_string()),
    }
}

/// What the entries come to.
#[derive(Default)]
struct Sum<'k> {
    key: Option<&'k Key>,
    wanted: bool,
    /// Whether an entry could not be taken in, so that nothing can be compared.
    broken: bool,
    state: State,
    pasts: BTreeMap<PastKey, PastDoc>,
    latest: BTreeMap<(Arc<str>, Arc<str>), (u64, bool)>,
}

impl Sum<'_> {
    /// Takes an entry in; returns whether it could be read.
    fn take(&mut self, entry: &Entry) -> bool {
        if !self.wanted {
            return true;
        }
        match entry.kind {
            EntryKind::Begun | EntryKind::Book => true,
            EntryKind::Opening => serde_json::from_slice::<OpeningDoc>(&entry.body).is_ok_and(|d| self.apply(&d.changes)),
            EntryKind::Decision => serde_json::from_slice::<DecisionDoc>(&entry.body).is_ok_and(|d| {
                let opened = d.changes.iter().any(|c| matches!(c, ChangeDoc::Opened { .. }));
                self.latest.insert((d.record.kind.clone(), d.record.id.clone()), (entry.number, opened));
                self.apply(&d.changes)
            }),
            EntryKind::Event => serde_json::from_slice::<EventDoc>(&entry.body).is_ok_and(|d| {
                if let Some(subject) = d.event.subject() {
                    let holds = d.changes.iter().any(|c| matches!(c, ChangeDoc::Opened { .. }));
                    let gives_back = d.changes.iter().any(|c| matches!(c, ChangeDoc::Closed { .. }));
                    if let Some(latest) = self.latest.get_mut(&(subject.kind.clone(), subject.id.clone())) {
                        latest.1 = holds || (latest.1 && !gives_back);
                    }
                }
                self.apply(&d.changes)
            }),
        }
    }

    fn apply(&mut self, changes: &[ChangeDoc]) -> bool {
        for document in changes {
            if let ChangeDoc::Remembered { of, by, value, past } = document {
                let value = match (value, self.key) {
                    (ValueDoc::Hash(hash), _) => hash.clone(),
                    (ValueDoc::Value(value), Some(key)) => key.hash(value).into(),
                    // Without the key it cannot be told under which hash a value stands.
                    (ValueDoc::Value(_), None) => continue,
                };
                self.pasts.insert(PastKey { of: of.clone(), by: by.clone(), value }, past.clone());
                continue;
            }
            let Some(change) = document.change() else { return false };
            if !matches!(document, ChangeDoc::Rejected { .. }) {
                self.state.apply(&change);
            }
        }
        true
    }

    /// Compares with what is kept beside the entries.
    fn compare(self, store: &mut dyn Store) -> Result<Vec<Fault>, StoreError> {
        if self.broken {
            let what = "the state cannot be worked out again, because entries are missing or changed".to_owned();
            return Ok(vec![Fault::Beside { what }]);
        }
        let mut faults = Vec::new();
        let mut beside = |what: String| {
            if faults.len() < 20 {
                faults.push(Fault::Beside { what });
            }
        };
        let kept: BTreeMap<_, _> = store.rows()?.into_iter().map(|row| (row.key, row.value)).collect();
        let summed: BTreeMap<_, _> = rows(&self.state).into_iter().map(|row| (row.key, row.value)).collect();
        let keys: BTreeSet<_> = kept.keys().chain(summed.keys()).collect();
        for row in keys {
            let (kept, summed) = (kept.get(row), summed.get(row));
            if kept != summed {
                let shown = |value: Option<&String>| value.map_or_else(|| "nothing".to_owned(), Clone::clone);
                let part = row.part.to_string();
                let name = [part.as_str(), &*row.team, &*row.rep].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
                beside(format!("the state says `{name}` is {}, and the entries say {}", shown(kept), shown(summed)));
            }
        }
        let (mut latest, mut pasts) = (self.latest, self.pasts);
        let has_key = self.key.is_some();
        store.kept(&mut |kept| {
            match kept {
                Kept::Latest(kind, id, Latest { number, held, .. }) => {
                    if latest.remove(&(kind.clone(), id.clone())) != Some((number, held.is_some())) {
                        beside(format!("what was last decided about {kind} `{id}` is not what the entries say"));
                    }
                }
                Kept::Past(key, past) => {
                    let summed = pasts.remove(&key);
                    if summed.as_ref() != Some(&past) && (has_key || summed.is_some()) {
                        beside(format!("who last had the {} with a certain {} is not what the entries say", key.of, key.by));
                    }
                }
            }
            Ok(())
        })?;
        latest.keys().take(20).for_each(|(kind, id)| beside(format!("the decision about {kind} `{id}` is not found by its key")));
        pasts.keys().take(20).for_each(|key| beside(format!("an assignment by {} of a {} is not remembered", key.by, key.of)));
        Ok(faults)
    }
}

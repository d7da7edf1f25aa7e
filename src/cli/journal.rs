//! What the commands that look into a journal share: the book, the journal, and opening the books it keeps.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::output::{self, Exit};
use crate::journal::document::DecisionDoc;
use crate::journal::{Entry, EntryKind, Key};
use crate::rim::book::{self, Opened};
use crate::store::books::{NoBook, open_book};
use crate::store::{Place, Store, StoreError, read_decision};

/// Names the book whose journal is meant.
#[derive(Debug, Args)]
pub struct BookOf {
    /// Folder of the book; without it the nearest folder upwards that holds turf.toml.
    #[arg(long, value_name = "DIR", global = true)]
    pub book: Option<PathBuf>,
}

/// An open journal, for reading.
pub struct Reading {
    /// The book of today.
    pub opened: Opened,
    /// The journal.
    pub store: Box<dyn Store>,
    /// Its key, if it is at hand.
    pub key: Option<Key>,
}

/// Opens a book and finds its journal.
///
/// # Errors
/// The exit code, once the trouble is told.
pub fn place(wanted: &BookOf) -> Result<(Opened, Place), Exit> {
    let opened = book::find(wanted.book.as_deref()).and_then(|dir| book::open(&dir)).map_err(|e| output::no_book(&e))?;
    let place = opened.config.store.as_ref().and_then(|settings| Place::new(settings, &opened.folder));
    let Some(place) = place else {
        output::tell(
            "turf: the book names no journal. Write these two lines into turf.toml, and record decisions with `turf route --commit`:\n\n    [store]\n    file = \"journal.db\"\n",
        );
        return Err(Exit::CouldNotRun);
    };
    Ok((opened, place))
}

/// Opens a book's journal for reading.
///
/// # Errors
/// The exit code, once the trouble is told.
pub fn read(wanted: &BookOf) -> Result<Reading, Exit> {
    let (opened, place) = place(wanted)?;
    let (store, key) = place.read().map_err(|e| output::store_trouble(&e))?;
    Ok(Reading { opened, store, key })
}

/// How many entries are fetched at once.
const PAGE: u32 = 1_000;

/// Hands over every entry from a number on, in order, until `each` returns `false`.
///
/// # Errors
/// When the journal cannot be read, or `each` fails.
pub fn each_entry(
    store: &mut dyn Store,
    from: u64,
    mut each: impl FnMut(&mut dyn Store, Entry) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut next = from;
    loop {
        let page = store.entries(next, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        next = last.number + 1;
        for entry in page {
            if !each(store, entry)? {
                return Ok(());
            }
        }
    }
}

/// The books of a journal, opened as they are needed; the last few stay open.
#[derive(Default)]
pub struct Books {
    open: BTreeMap<Arc<str>, Result<Arc<Opened>, String>>,
    order: Vec<Arc<str>>,
}

/// How many books stay open.
const OPEN: usize = 4;

impl Books {
    /// Returns the book of a digest, or why it cannot be opened.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn get(&mut self, store: &mut dyn Store, digest: &Arc<str>, key: Option<&Key>) -> Result<Result<Arc<Opened>, String>, StoreError> {
        if let Some(book) = self.open.get(digest) {
            return Ok(book.clone());
        }
        let opened = match open_book(store, digest, key) {
            Ok(opened) => Ok(Arc::new(opened)),
            Err(NoBook::Store(error)) => return Err(error),
            Err(other) => Err(other.to_string()),
        };
        if self.order.len() >= OPEN {
            let oldest = self.order.remove(0);
            self.open.remove(&oldest);
        }
        self.order.push(digest.clone());
        self.open.insert(digest.clone(), opened.clone());
        Ok(opened)
    }
}

/// Reads the decision in an entry; none when it is about something else.
///
/// # Errors
/// When the entry should hold one and cannot be read.
pub fn decision(store: &dyn Store, entry: &Entry) -> Result<Option<DecisionDoc>, StoreError> {
    if entry.kind != EntryKind::Decision {
        return Ok(None);
    }
    read_decision(Some(entry)).map(Some).ok_or_else(|| StoreError::Damaged {
        shown: store.shown(),
        reason: format!("entry {} cannot be read; `turf audit verify` says more", entry.number),
    })
}

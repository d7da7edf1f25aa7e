//! Books kept in the journal by their digest, so that a decision can be told in the words of the book as it was then.
//!
//! Files are cut into pieces that versions share; each piece is packed, sealed where it holds private fields, and kept by
//! the digest of what is stored.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Store, StoreError};
use crate::journal::{EntryKind, Key, pieces};
use crate::rim::book::Opened;
use crate::rim::kept::{self, DataBytes, KeptBook, Listing};

/// The name and version of the shape of a book's document.
pub const BOOK_FORMAT: &str = "turf-book/1";

/// For what pieces are sealed.
const PLACE: &str = "book";

/// The document of a book that is used for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookDoc {
    /// [`BOOK_FORMAT`].
    pub format: String,
    /// Its digest: rules, roster and data.
    pub digest: String,
    /// Its files.
    pub files: Listing,
}

/// A book as it is to be stored.
pub struct Stored {
    /// Its document.
    pub document: BookDoc,
    /// The pieces by digest.
    pub pieces: Vec<(String, Vec<u8>)>,
}

/// Makes the pieces and the document of a book.
#[must_use]
pub fn stored(book: &KeptBook, digest: &str, key: &Key) -> Stored {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut keep = |bytes: &[u8], sealed: bool| {
        let packed = pack(bytes);
        let stored = if sealed { key.seal_bytes(PLACE, &packed) } else { packed };
        let digest = digest_of(&stored);
        all.insert(digest.clone(), stored);
        digest
    };
    let config = keep(book.config.as_bytes(), false);
    let rules = book.rules.iter().map(|(path, text)| (path.clone(), keep(text.as_bytes(), false))).collect();
    let mut data = BTreeMap::new();
    for file in &book.data {
        data.insert(file.name.clone(), pieces(&file.bytes).into_iter().map(|piece| keep(piece, file.private)).collect());
    }
    let sealed = book.data.iter().filter(|f| f.private).map(|f| f.name.clone()).collect();
    let files = Listing { name: book.name.clone(), config, rules, data, sealed };
    let document = BookDoc { format: BOOK_FORMAT.to_owned(), digest: digest.to_owned(), files };
    Stored { document, pieces: all.into_iter().collect() }
}

/// Returns the SHA-256 (FIPS 180-4) of bytes, in hexadecimal.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory cannot fail; what is not packed would not read back as the same book, which is tried.
    let packed = packer.write_all(bytes).and_then(|()| packer.finish());
    packed.unwrap_or_default()
}

fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut unpacked).ok()?;
    Some(unpacked)
}

/// Says why a book of the journal cannot be opened.
#[derive(Debug)]
pub enum NoBook {
    /// The database fails.
    Store(StoreError),
    /// The book, or a piece of it, is not what it was.
    Unsound(String),
    /// It is sealed, and the key is not at hand.
    NoKey,
}

impl std::fmt::Display for NoBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => write!(f, "{error}"),
            Self::Unsound(what) => f.write_str(what),
            Self::NoKey => {
                f.write_str("its reps or accounts have private fields, which are sealed, and the key of the journal is not at hand")
            }
        }
    }
}

impl From<StoreError> for NoBook {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Opens the book of a digest as it was.
///
/// # Errors
/// When it is not there, not what it was, or sealed with a key that is not at hand.
pub fn open_book(store: &mut dyn Store, digest: &str, key: Option<&Key>) -> Result<Opened, NoBook> {
    let unsound = |what: &str| NoBook::Unsound(format!("the book {} {what}", short(digest)));
    let number = store.book(digest)?.ok_or_else(|| unsound("is not in the journal"))?;
    let entry = store.entries(number, 1)?.into_iter().next().filter(|e| e.number == number && e.kind == EntryKind::Book);
    let document: Option<BookDoc> = entry.and_then(|e| serde_json::from_slice(&e.body).ok());
    let document = document.filter(|d| d.digest == digest).ok_or_else(|| unsound("is listed wrongly"))?;
    let kept = read_book(store, &document, key)?;
    let opened = kept::open(&kept).map_err(|e| NoBook::Unsound(format!("temporary files cannot be written: {e}")))?;
    match &opened.snapshot.plan {
        Some(plan) if *plan.digest == *digest => Ok(opened),
        _ => Err(unsound("is no longer what it was when it decided")),
    }
}

/// Reads the files of a book.
///
/// # Errors
/// As [`open_book`].
pub fn read_book(store: &mut dyn Store, document: &BookDoc, key: Option<&Key>) -> Result<KeptBook, NoBook> {
    let files = &document.files;
    let mut piece = |digest: &str, sealed: bool| -> Result<Vec<u8>, NoBook> {
        let gone = || NoBook::Unsound(format!("the piece {} of the book {} is gone or changed", short(digest), short(&document.digest)));
        let stored = store.blob(digest)?.filter(|bytes| digest_of(bytes) == digest).ok_or_else(gone)?;
        let packed = if sealed { key.and_then(|k| k.open_bytes(PLACE, &stored)).ok_or(NoBook::NoKey)? } else { stored };
        unpack(&packed).ok_or_else(gone)
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| NoBook::Unsound("a rule file is no text".to_owned()));
    let config = text(piece(&files.config, false)?)?;
    let mut rules = Vec::new();
    for (path, digest) in &files.rules {
        rules.push((path.clone(), text(piece(digest, false)?)?));
    }
    let mut data = Vec::new();
    for (name, digests) in &files.data {
        let private = files.sealed.contains(name);
        let mut bytes = Vec::new();
        for digest in digests {
            bytes.extend(piece(digest, private)?);
        }
        data.push(DataBytes { name: name.clone(), bytes, private });
    }
    Ok(KeptBook { name: files.name.clone(), config, rules, data })
}

/// Returns the beginning of a digest, for people.
#[must_use]
pub fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

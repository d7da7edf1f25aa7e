//! A book as it was: all its files by name, so that it can be opened again when they have long changed.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::{Deserialize, Serialize};

use super::book::{self, Files, Opened};
use crate::data::{Config, Folder};
use crate::text::{SourceFile, Sources};

/// Holds the files of a book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptBook {
    /// The book's name.
    pub name: String,
    /// The text of `turf.toml`.
    pub config: String,
    /// The rule files by path, in path order.
    pub rules: Vec<(String, String)>,
    /// The data files by the name the book gives them.
    pub data: Vec<DataBytes>,
}

/// Holds the bytes of a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataBytes {
    /// Its name in the book.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether it holds records with private fields.
    pub private: bool,
}

/// Lists what a kept book is made of, by the digests of its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The book's name.
    pub name: String,
    /// The digest of `turf.toml`.
    pub config: String,
    /// The rule files by path, each with its digest.
    pub rules: BTreeMap<String, String>,
    /// The data files by name, each with the digests of its pieces.
    pub data: BTreeMap<String, Vec<String>>,
    /// Those of the data files that are sealed with the key of the journal.
    pub sealed: Vec<String>,
}

/// Takes all files of a book.
///
/// # Errors
/// When a data file can no longer be read.
pub fn keep(opened: &Opened) -> io::Result<KeptBook> {
    let schema = &opened.snapshot.schema;
    let has_private = |file: &str| {
        let holds = |name: &str| {
            let record = schema.find(name);
            record.is_none_or(|r| schema.record(r).fields.iter().any(|f| f.private))
        };
        let of_records = opened.config.records.iter().any(|(name, settings)| settings.file.as_deref() == Some(file) && holds(name));
        let loads = opened.config.loads.as_ref().is_some_and(|l| l.file.as_deref() == Some(file)) && holds("lead");
        of_records || loads
    };
    let (folder, named) = &opened.files;
    let mut data = Vec::new();
    for name in named {
        let bytes = match std::fs::read(folder.path(name)) {
            Ok(bytes) => bytes,
            // A file that was not there when the book was opened is not there either when it is opened again.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        data.push(DataBytes { name: name.to_string(), bytes, private: has_private(name) });
    }
    let rules = opened.snapshot.sources.iter().map(|(_, source)| (source.path().to_owned(), source.text().to_owned()));
    Ok(KeptBook { name: opened.name.clone(), config: opened.text.to_string(), rules: rules.collect(), data })
}

/// Opens a book from its kept files.
///
/// # Errors
/// When temporary files cannot be written.
pub fn open(kept: &KeptBook) -> io::Result<Opened> {
    let folder = tempfile::tempdir()?;
    let mut moved = BTreeMap::new();
    for (position, data) in kept.data.iter().enumerate() {
        let path = folder.path().join(position.to_string());
        std::fs::File::create(&path)?.write_all(&data.bytes)?;
        moved.insert(data.name.clone(), path);
    }
    let (config, findings) = Config::read(&kept.config);
    let sources = Sources::new(kept.rules.iter().map(|(path, text)| SourceFile::new(path.clone(), text)).collect());
    let files = Files {
        text: kept.config.clone(),
        config,
        sources,
        name: kept.name.clone(),
        findings,
        folder: Folder::new(folder.path().to_owned(), moved),
    };
    Ok(book::open_files(files, folder.path()))
}

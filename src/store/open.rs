//! Opens the journal that `turf.toml` names, with its key.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Sqlite, Store, StoreError};
use crate::data::StoreSettings;
use crate::journal::{Key, SECRET};

/// Says where a book's journal and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    database: Database,
    key: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Database {
    File(PathBuf),
    Url(String),
}

impl Place {
    /// Takes the place from the settings of the book in a folder; none when they name no journal.
    #[must_use]
    pub fn new(settings: &StoreSettings, folder: &Path) -> Option<Self> {
        let database = match (&settings.file, &settings.url) {
            (Some(file), _) => Database::File(folder.join(file)),
            (None, Some(url)) => Database::Url(url.clone()),
            (None, None) => return None,
        };
        let key = match (&settings.key, &database) {
            (Some(key), _) => folder.join(key),
            (None, Database::File(file)) => {
                let mut key = file.as_os_str().to_owned();
                key.push(".key");
                PathBuf::from(key)
            }
            (None, Database::Url(_)) => folder.join("turf.key"),
        };
        Some(Self { database, key })
    }

    /// Opens the journal for writing; the first time it is made, with a key of its own.
    ///
    /// # Errors
    /// When it cannot be opened, or its key is gone or another one.
    pub fn open(&self) -> Result<(Box<dyn Store>, Key), StoreError> {
        let mut store: Box<dyn Store> = match &self.database {
            Database::File(file) => Box::new(Sqlite::open(file)?),
            Database::Url(url) => open_url(url)?,
        };
        let key = match (self.read_key()?, store.setting("key")?) {
            (Some(key), _) => key,
            (None, None) => self.make_key()?,
            (None, Some(_)) => return Err(self.key_gone(&*store)),
        };
        super::check_key(&mut *store, &key)?;
        Ok((store, key))
    }

    /// Opens the journal for reading; its key may be elsewhere.
    ///
    /// # Errors
    /// When there is none, it cannot be opened, or the key at hand is another one.
    pub fn read(&self) -> Result<(Box<dyn Store>, Option<Key>), StoreError> {
        let mut store: Box<dyn Store> = match &self.database {
            Database::File(file) => Box::new(Sqlite::read(file)?),
            Database::Url(url) => read_url(url)?,
        };
        let key = self.read_key()?;
        if let Some(key) = &key {
            super::check_key(&mut *store, key)?;
        }
        Ok((store, key))
    }

    /// Returns whether there may be a journal: a file that exists, or a database elsewhere.
    #[must_use]
    pub fn exists(&self) -> bool {
        match &self.database {
            Database::File(file) => file.exists(),
            Database::Url(_) => true,
        }
    }

    /// Returns the error that the key is not at hand.
    #[must_use]
    pub fn no_key(&self) -> StoreError {
        StoreError::Key {
            what: format!("the key of the journal is not at hand: there is no file `{}`", self.key.display()),
            remedy: "Put the key file there, or decide without the journal by `--no-journal`.".to_owned(),
        }
    }

    fn key_gone(&self, store: &dyn Store) -> StoreError {
        StoreError::Key {
            what: format!("the key of the journal {} is gone: there is no file `{}`", store.shown(), self.key.display()),
            remedy: "Put the key file back, or name it with `key = \"...\"` under `[store]` in turf.toml.".to_owned(),
        }
    }

    fn read_key(&self) -> Result<Option<Key>, StoreError> {
        match fs::read_to_string(&self.key) {
            Ok(text) => Key::read(&text).map(Some).ok_or_else(|| self.key_trouble("holds no key")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.key_trouble(&format!("cannot be read: {error}"))),
        }
    }

    /// Makes a new key, readable by its owner only. Of two who make one at once, one wins.
    fn make_key(&self) -> Result<Key, StoreError> {
        let mut secret = [0; SECRET];
        getrandom::fill(&mut secret).map_err(|e| self.key_trouble(&format!("cannot be made: {e}")))?;
        let folder = self.key.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let made = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(Key::written(&secret).as_bytes())?;
            file.as_file().sync_all()?;
            match file.persist_noclobber(&self.key) {
                Ok(_) => Ok(()),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                Err(error) => Err(error.error),
            }
        });
        made.map_err(|e| self.key_trouble(&format!("cannot be made: {e}")))?;
        self.read_key()?.ok_or_else(|| self.key_trouble("is gone again"))
    }

    fn key_trouble(&self, what: &str) -> StoreError {
        StoreError::Key {
            what: format!("the key file `{}` {what}", self.key.display()),
            remedy: "See that its folder can be written to and the file is the one the journal was begun with.".to_owned(),
        }
    }
}

#[cfg(feature = "postgres")]
fn open_url(url: &str) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(super::Postgres::open(url)?))
}

#[cfg(feature = "postgres")]
fn read_url(url: &str) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(super::Postgres::read(url)?))
}

#[cfg(not(feature = "postgres"))]
fn open_url(url: &str) -> Result<Box<dyn Store>, StoreError> {
    Err(StoreError::NotBuilt { shown: format!("`{}`", crate::data::without_password(url)) })
}

#[cfg(not(feature = "postgres"))]
fn read_url(url: &str) -> Result<Box<dyn Store>, StoreError> {
    open_url(url)
}

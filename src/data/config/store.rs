//! `[store]` in `turf.toml`: where the journal is kept, and how private values are written down.

use super::{Node, Walk};

/// Says where the journal is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// The file of SQLite, relative to the book.
    pub file: Option<String>,
    /// The address of a PostgreSQL database.
    pub url: Option<String>,
    /// The file with the key, relative to the book.
    pub key: Option<String>,
    /// Whether private values are sealed besides being hashed.
    pub sealed: bool,
    /// Line of the table in `turf.toml`, from 1.
    pub line: u64,
}

impl Walk<'_> {
    /// Reads the settings of the journal; what is wrong is reported.
    pub(super) fn store(&mut self, value: &Node<'_>, line: u64) -> Option<StoreSettings> {
        let table = self.table("store", value, line)?;
        let mut store = StoreSettings { file: None, url: None, key: None, sealed: true, line };
        for (name, value, line) in self.settings(table, &["file", "url", "key", "private"]) {
            match name {
                "file" => store.file = self.text(name, value, line),
                "url" => store.url = self.text(name, value, line),
                "key" => store.key = self.text(name, value, line),
                _ => match self.text(name, value, line).as_deref() {
                    Some("seal") => store.sealed = true,
                    Some("hash") => store.sealed = false,
                    Some(other) => self.report(
                        format!("`private = \"{other}\"` is neither \"seal\" nor \"hash\""),
                        line,
                        "Write `private = \"seal\"` to keep private values sealed with the key, or `private = \"hash\"` to keep only a hash of them.",
                    ),
                    None => {}
                },
            }
        }
        match (&store.file, &store.url) {
            (Some(_), Some(_)) => self.report("the journal has a file and an address", line, "Keep `file` or `url`, not both."),
            (None, None) => self.report("`[store]` does not say where the journal is", line, "Write `file = \"journal.db\"`."),
            (None, Some(url)) if !url.starts_with("postgres://") && !url.starts_with("postgresql://") => self.report(
                format!("`{}` is no address of a PostgreSQL database", without_password(url)),
                line,
                "Write such as `url = \"postgres://turf@db.example.com/turf\"`, or `file = \"journal.db\"` for SQLite.",
            ),
            _ => return Some(store),
        }
        None
    }
}

/// Returns an address without the password in it, for messages.
#[must_use]
pub fn without_password(url: &str) -> String {
    let Some((before, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.split_once('@') {
        Some((who, place)) => format!("{before}://{}@{place}", who.split(':').next().unwrap_or_default()),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Config;

    fn read(text: &str) -> (Option<StoreSettings>, Vec<String>) {
        let (config, findings) = Config::read(text);
        (config.store, findings.iter().map(|d| format!("{} | {}", d.headline, d.help.join(" "))).collect())
    }

    #[test]
    fn the_journal_is_read_or_what_is_wrong_is_named() {
        let (store, findings) = read("[store]\nfile = \"journal.db\"\nkey = \"turf.key\"\nprivate = \"hash\"\n");
        let wanted =
            StoreSettings { file: Some("journal.db".to_owned()), url: None, key: Some("turf.key".to_owned()), sealed: false, line: 1 };
        assert_eq!((store, findings), (Some(wanted), vec![]));
        for (text, headline) in [
            ("", "`[store]` does not say where the journal is"),
            ("file = \"a\"\nurl = \"postgres://b\"", "the journal has a file and an address"),
            ("url = \"mysql://jo:secret@b/c\"", "`mysql://jo@b/c` is no address of a PostgreSQL database"),
            ("file = \"a\"\nprivate = \"no\"", "`private = \"no\"` is neither \"seal\" nor \"hash\""),
            ("fil = \"a\"", "there is no setting `fil`"),
        ] {
            let (_, findings) = read(&format!("[store]\n{text}\n"));
            assert!(findings.iter().any(|f| f.starts_with(headline)), "{text}: {findings:?}");
        }
        assert_eq!(without_password("postgres://jo:secret@db:5432/turf"), "postgres://jo@db:5432/turf");
    }
}

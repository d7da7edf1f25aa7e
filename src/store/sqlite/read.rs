//! Reading from the tables.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Wrong as _;
use crate::journal::document::PastDoc;
use crate::journal::{Checkpoint, Entry, EntryKind, Head, Link, Part, RowKey, StateRow};
use crate::store::{Kept, Latest, PastKey, StoreError};

type Read<T> = rusqlite::Result<T>;

fn number(row: &Row<'_>, column: usize) -> Read<u64> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|_| unsound(column))
}

fn unsound(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(FromSqlError::InvalidType))
}

fn moment(row: &Row<'_>, column: usize) -> Read<Timestamp> {
    row.get_ref(column)?.as_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| unsound(column))
}

fn link(row: &Row<'_>, column: usize) -> Read<Link> {
    row.get_ref(column)?.as_blob().ok().and_then(Link::read).ok_or_else(|| unsound(column))
}

/// Reads one value.
pub fn one<T: FromSql>(connection: &Connection, query: &str, key: &str) -> Read<Option<T>> {
    connection.prepare_cached(query)?.query_row([key], |row| row.get(0)).optional()
}

pub fn head(connection: &Connection) -> Read<Head> {
    let mut statement = connection.prepare_cached("SELECT number, link FROM head")?;
    statement.query_row([], |row| Ok(Head { number: number(row, 0)?, link: link(row, 1)? }))
}

pub fn entries(connection: &Connection, from: u64, most: u32) -> Read<Vec<Entry>> {
    let query = "SELECT number, kind, at, body, link FROM entry WHERE number >= ?1 ORDER BY number LIMIT ?2";
    let mut statement = connection.prepare_cached(query)?;
    let rows = statement.query_map(params![i64::try_from(from).unwrap_or(i64::MAX), most], |row| {
        Ok(Entry {
            number: number(row, 0)?,
            kind: EntryKind::read(row.get_ref(1)?.as_str()?).ok_or_else(|| unsound(1))?,
            at: moment(row, 2)?,
            body: row.get(3)?,
            link: link(row, 4)?,
        })
    })?;
    rows.collect()
}

pub fn rows(connection: &Connection) -> Read<Vec<StateRow>> {
    let mut statement = connection.prepare_cached("SELECT part, team, rep, value FROM state ORDER BY part, team, rep")?;
    let rows = statement.query_map([], |row| {
        let part = Part::read(row.get_ref(0)?.as_str()?).ok_or_else(|| unsound(0))?;
        Ok(StateRow { key: RowKey { part, team: row.get(1)?, rep: row.get(2)? }, value: row.get(3)? })
    })?;
    rows.collect()
}

pub fn latest(connection: &Connection, kind: &str, ids: &[Arc<str>]) -> Read<Vec<Option<Latest>>> {
    let mut statement = connection.prepare_cached("SELECT number, content, held, rejected FROM latest WHERE kind = ?1 AND id = ?2")?;
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let found = statement.query_row(params![kind, id], |row| {
            Ok(Latest { number: number(row, 0)?, content: row.get(1)?, held: row.get(2)?, rejected: row.get(3)? })
        });
        all.push(found.optional()?);
    }
    Ok(all)
}

pub fn told(connection: &Connection, kind: &str, id: &str) -> Read<Vec<u64>> {
    let mut statement = connection.prepare_cached("SELECT number FROM told WHERE kind = ?1 AND id = ?2 ORDER BY number")?;
    let rows = statement.query_map([kind, id], |row| number(row, 0))?;
    rows.collect()
}

pub fn pasts(connection: &Connection, keys: &[PastKey]) -> Read<Vec<Option<PastDoc>>> {
    let query = "SELECT rep, at, record FROM past WHERE of_record = ?1 AND by_field = ?2 AND value = ?3";
    let mut statement = connection.prepare_cached(query)?;
    let mut all = Vec::with_capacity(keys.len());
    for key in keys {
        let found = statement.query_row(params![key.of, key.by, key.value], |row| past(row, 0));
        all.push(found.optional()?);
    }
    Ok(all)
}

fn past(row: &Row<'_>, from: usize) -> Read<PastDoc> {
    Ok(PastDoc { rep: row.get(from)?, at: moment(row, from + 1)?, record: row.get(from + 2)? })
}

/// Asks SQLite what is wrong with its pages; nothing when all is well.
pub fn damage(connection: &Connection) -> Read<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let all: Vec<String> = rows.collect::<Read<_>>()?;
    Ok(if all == ["ok"] { Vec::new() } else { all })
}

pub fn checkpoints(connection: &Connection) -> Read<Vec<Checkpoint>> {
    let mut statement = connection.prepare_cached("SELECT number, link, signature FROM checkpoint ORDER BY number")?;
    let rows = statement.query_map([], checkpoint)?;
    rows.collect()
}

pub fn last_checkpoint(connection: &Connection) -> Read<Option<Checkpoint>> {
    let query = "SELECT number, link, signature FROM checkpoint ORDER BY number DESC LIMIT 1";
    connection.prepare_cached(query)?.query_row([], checkpoint).optional()
}

fn checkpoint(row: &Row<'_>) -> Read<Checkpoint> {
    Ok(Checkpoint { head: Head { number: number(row, 0)?, link: link(row, 1)? }, signature: row.get(2)? })
}

pub fn kept(connection: &Connection, shown: &str, each: &mut dyn FnMut(Kept) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare("SELECT kind, id, number, content, held, rejected FROM latest ORDER BY kind, id").wrong(shown)?;
    let mut rows = statement.query([]).wrong(shown)?;
    while let Some(row) = rows.next().wrong(shown)? {
        let latest = || Ok(Latest { number: number(row, 2)?, content: row.get(3)?, held: row.get(4)?, rejected: row.get(5)? });
        let (kind, id) = (row.get(0).wrong(shown)?, row.get(1).wrong(shown)?);
        each(Kept::Latest(kind, id, latest().wrong(shown)?))?;
    }
    let query = "SELECT of_record, by_field, value, rep, at, record FROM past ORDER BY of_record, by_field, value";
    let mut statement = connection.prepare(query).wrong(shown)?;
    let mut rows = statement.query([]).wrong(shown)?;
    while let Some(row) = rows.next().wrong(shown)? {
        let key = || Ok(PastKey { of: row.get(0)?, by: row.get(1)?, value: row.get(2)? });
        each(Kept::Past(key().wrong(shown)?, past(row, 3).wrong(shown)?))?;
    }
    Ok(())
}

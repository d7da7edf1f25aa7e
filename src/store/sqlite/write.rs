//! Writing a batch, within the transaction that is open.

use rusqlite::{Connection, params};

use crate::store::Batch;

/// Whole numbers of SQLite have a sign; no journal gets that long.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Writes everything of a batch.
pub fn write(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let mut entry = connection.prepare_cached("INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for e in &batch.entries {
        entry.execute(params![whole(e.number), e.kind.word(), e.at.to_string(), e.body, e.link.0])?;
    }
    let mut set = connection.prepare_cached("INSERT OR REPLACE INTO state VALUES (?1, ?2, ?3, ?4)")?;
    let mut unset = connection.prepare_cached("DELETE FROM state WHERE part = ?1 AND team = ?2 AND rep = ?3")?;
    for (key, value) in &batch.rows {
        match value {
            Some(value) => set.execute(params![key.part.to_string(), key.team, key.rep, value])?,
            None => unset.execute(params![key.part.to_string(), key.team, key.rep])?,
        };
    }
    let mut latest = connection.prepare_cached("INSERT INTO latest VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kind, id) DO UPDATE SET number = excluded.number, content = excluded.content, held = excluded.held, rejected = excluded.rejected")?;
    for (kind, id, l) in &batch.latest {
        latest.execute(params![kind, id, whole(l.number), l.content, l.held, l.rejected])?;
    }
    let mut told = connection.prepare_cached("INSERT INTO told VALUES (?1, ?2, ?3)")?;
    for (kind, id, number) in &batch.told {
        told.execute(params![kind, id, whole(*number)])?;
    }
    let mut past = connection.prepare_cached("INSERT INTO past VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (of_record, by_field, value) DO UPDATE SET rep = excluded.rep, at = excluded.at, record = excluded.record")?;
    for (key, p) in &batch.pasts {
        past.execute(params![key.of, key.by, key.value, p.rep, p.at.to_string(), p.record])?;
    }
    let mut blob = connection.prepare_cached("INSERT OR IGNORE INTO blob VALUES (?1, ?2)")?;
    for (digest, bytes) in &batch.blobs {
        blob.execute(params![digest, bytes])?;
    }
    let mut book = connection.prepare_cached("INSERT OR IGNORE INTO book VALUES (?1, ?2)")?;
    for (digest, number) in &batch.books {
        book.execute(params![digest, whole(*number)])?;
    }
    let mut setting = connection.prepare_cached("INSERT OR REPLACE INTO setting VALUES (?1, ?2)")?;
    for (name, value) in &batch.settings {
        setting.execute(params![name, value])?;
    }
    if let Some(checkpoint) = &batch.checkpoint {
        let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO checkpoint VALUES (?1, ?2, ?3)")?;
        statement.execute(params![whole(checkpoint.head.number), checkpoint.head.link.0, checkpoint.signature])?;
    }
    let mut head = connection.prepare_cached("UPDATE head SET number = ?1, link = ?2")?;
    head.execute(params![whole(batch.head.number), batch.head.link.0])?;
    Ok(())
}

//! The journal in PostgreSQL, for several machines that write at once.
//!
//! All tables stand in the schema `turf`. Whoever writes locks the one row that says where the journal ends, so that
//! decisions of all machines are one sequence.

use std::sync::Arc;

use jiff::Timestamp;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row};

use super::{Batch, Kept, Latest, PastKey, Store, StoreError, VERSION};
use crate::data::without_password;
use crate::journal::document::PastDoc;
use crate::journal::{Checkpoint, Entry, EntryKind, Head, Link, Part, RowKey, StateRow};

/// The migrations; the first makes version 1.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE turf.entry (number BIGINT PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL, body BYTEA NOT NULL, link BYTEA NOT NULL);
    CREATE TABLE turf.state (part TEXT, team TEXT, rep TEXT, value TEXT NOT NULL, PRIMARY KEY (part, team, rep));
    CREATE TABLE turf.latest (
        kind TEXT, id TEXT, number BIGINT NOT NULL, content TEXT NOT NULL, held TEXT, rejected TEXT, PRIMARY KEY (kind, id)
    );
    CREATE TABLE turf.told (kind TEXT, id TEXT, number BIGINT, PRIMARY KEY (kind, id, number));
    CREATE TABLE turf.past (
        of_record TEXT, by_field TEXT, value TEXT, rep TEXT NOT NULL, at TEXT NOT NULL, record TEXT NOT NULL,
        PRIMARY KEY (of_record, by_field, value)
    );
    CREATE TABLE turf.blob (digest TEXT PRIMARY KEY, bytes BYTEA NOT NULL);
    CREATE TABLE turf.book (digest TEXT PRIMARY KEY, number BIGINT NOT NULL);
    CREATE TABLE turf.setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE turf.checkpoint (number BIGINT PRIMARY KEY, link BYTEA NOT NULL, signature BYTEA NOT NULL);
    CREATE TABLE turf.head (one INT PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL, link BYTEA NOT NULL);
    INSERT INTO turf.head VALUES (1, 0, decode(repeat('00', 32), 'hex'));
"];

/// The number of the lock that whoever migrates takes ("turf" in ASCII).
const LOCK: i64 = 0x7475_7266;

/// A journal in a PostgreSQL database.
pub struct Postgres {
    client: Client,
    shown: String,
}

impl Postgres {
    /// Connects to a journal, and makes its tables when there are none.
    ///
    /// # Errors
    /// When the database cannot be reached, refuses, or was written by a newer turf.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let mut store = Self::connect(url)?;
        store.migrate(MIGRATIONS)?;
        Ok(store)
    }

    /// Connects to a journal for reading.
    ///
    /// # Errors
    /// As [`Postgres::open`], and when there is none.
    pub fn read(url: &str) -> Result<Self, StoreError> {
        let mut store = Self::connect(url)?;
        let shown = store.shown.clone();
        match store.version()? {
            0 => Err(StoreError::None { shown }),
            found if found > VERSION => Err(StoreError::Newer { shown, found }),
            _ => Ok(store),
        }
    }

    fn connect(url: &str) -> Result<Self, StoreError> {
        let shown = format!("`{}`", without_password(url));
        let client = Client::connect(url, NoTls).map_err(|error| trouble(&error, &shown))?;
        Ok(Self { client, shown })
    }

    fn wrong<T>(&self, result: Result<T, postgres::Error>) -> Result<T, StoreError> {
        result.map_err(|error| trouble(&error, &self.shown))
    }

    /// The version of the tables; 0 when there are none.
    fn version(&mut self) -> Result<u32, StoreError> {
        let there = self.client.query_one("SELECT to_regclass('turf.version') IS NOT NULL", &[]);
        if !self.wrong(there)?.get::<_, bool>(0) {
            return Ok(0);
        }
        let found = self.client.query_opt("SELECT version FROM turf.version", &[]);
        Ok(self.wrong(found)?.map_or(0, |row| u32::try_from(row.get::<_, i32>(0)).unwrap_or(u32::MAX)))
    }

    fn migrate(&mut self, migrations: &[&str]) -> Result<(), StoreError> {
        let shown = self.shown.clone();
        let newest = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
        let found = self.version()?;
        if found == newest {
            return Ok(());
        }
        if found > newest {
            return Err(StoreError::Newer { shown, found });
        }
        let wrong = |error: postgres::Error| trouble(&error, &shown);
        // One transaction for all: whoever comes meanwhile waits, and finds nothing left to do.
        let mut all = self.client.transaction().map_err(wrong)?;
        all.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).map_err(wrong)?;
        let make = "CREATE SCHEMA IF NOT EXISTS turf; CREATE TABLE IF NOT EXISTS turf.version (one INT PRIMARY KEY CHECK (one = 1), version INT NOT NULL); INSERT INTO turf.version VALUES (1, 0) ON CONFLICT DO NOTHING;";
        all.batch_execute(make).map_err(wrong)?;
        let found: i32 = all.query_one("SELECT version FROM turf.version", &[]).map_err(wrong)?.get(0);
        for migration in migrations.iter().skip(usize::try_from(found).unwrap_or(0)) {
            all.batch_execute(migration).map_err(wrong)?;
        }
        let newest = i32::try_from(newest).unwrap_or(i32::MAX);
        all.execute("UPDATE turf.version SET version = greatest(version, $1)", &[&newest]).map_err(wrong)?;
        all.commit().map_err(wrong)
    }

    fn unsound(&self, what: &str) -> StoreError {
        StoreError::Damaged { shown: self.shown.clone(), reason: format!("{what} cannot be read") }
    }

    fn rows_of(&mut self, query: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, StoreError> {
        let prepared = self.client.query(query, values);
        self.wrong(prepared)
    }

    fn write_all(&mut self, batch: &Batch) -> Result<(), postgres::Error> {
        let client = &mut self.client;
        let entries = &batch.entries;
        let numbers: Vec<i64> = entries.iter().map(|e| whole(e.number)).collect();
        let kinds: Vec<&str> = entries.iter().map(|e| e.kind.word()).collect();
        let moments: Vec<String> = entries.iter().map(|e| e.at.to_string()).collect();
        let bodies: Vec<&[u8]> = entries.iter().map(|e| e.body.as_slice()).collect();
        let links: Vec<&[u8]> = entries.iter().map(|e| e.link.0.as_slice()).collect();
        client.execute(
            "INSERT INTO turf.entry SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::bytea[], $5::bytea[])",
            &[&numbers, &kinds, &moments, &bodies, &links],
        )?;
        for (key, value) in &batch.rows {
            let (part, team, rep) = (key.part.to_string(), &*key.team, &*key.rep);
            match value {
                Some(value) => client.execute(
                    "INSERT INTO turf.state VALUES ($1, $2, $3, $4) ON CONFLICT (part, team, rep) DO UPDATE SET value = excluded.value",
                    &[&part, &team, &rep, value],
                )?,
                None => client.execute("DELETE FROM turf.state WHERE part = $1 AND team = $2 AND rep = $3", &[&part, &team, &rep])?,
            };
        }
        let kinds: Vec<&str> = batch.latest.iter().map(|(kind, _, _)| &**kind).collect();
        let ids: Vec<&str> = batch.latest.iter().map(|(_, id, _)| &**id).collect();
        let numbers: Vec<i64> = batch.latest.iter().map(|(_, _, l)| whole(l.number)).collect();
        let contents: Vec<&str> = batch.latest.iter().map(|(_, _, l)| &*l.content).collect();
        let held: Vec<Option<&str>> = batch.latest.iter().map(|(_, _, l)| l.held.as_deref()).collect();
        let rejected: Vec<Option<&str>> = batch.latest.iter().map(|(_, _, l)| l.rejected.as_deref()).collect();
        client.execute(
            "INSERT INTO turf.latest SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::text[], $6::text[])
             ON CONFLICT (kind, id) DO UPDATE
             SET number = excluded.number, content = excluded.content, held = excluded.held, rejected = excluded.rejected",
            &[&kinds, &ids, &numbers, &contents, &held, &rejected],
        )?;
        for (kind, id, number) in &batch.told {
            client.execute("INSERT INTO turf.told VALUES ($1, $2, $3)", &[&&**kind, &&**id, &whole(*number)])?;
        }
        let of: Vec<&str> = batch.pasts.iter().map(|(k, _)| &*k.of).collect();
        let by: Vec<&str> = batch.pasts.iter().map(|(k, _)| &*k.by).collect();
        let values: Vec<&str> = batch.pasts.iter().map(|(k, _)| &*k.value).collect();
        let reps: Vec<&str> = batch.pasts.iter().map(|(_, p)| &*p.rep).collect();
        let moments: Vec<String> = batch.pasts.iter().map(|(_, p)| p.at.to_string()).collect();
        let records: Vec<&str> = batch.pasts.iter().map(|(_, p)| &*p.record).collect();
        client.execute(
            "INSERT INTO turf.past SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
             ON CONFLICT (of_record, by_field, value) DO UPDATE SET rep = excluded.rep, at = excluded.at, record = excluded.record",
            &[&of, &by, &values, &reps, &moments, &records],
        )?;
        for (digest, bytes) in &batch.blobs {
            client.execute("INSERT INTO turf.blob VALUES ($1, $2) ON CONFLICT DO NOTHING", &[digest, bytes])?;
        }
        for (digest, number) in &batch.books {
            client.execute("INSERT INTO turf.book VALUES ($1, $2) ON CONFLICT DO NOTHING", &[digest, &whole(*number)])?;
        }
        for (name, value) in &batch.settings {
            client.execute(
                "INSERT INTO turf.setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                &[name, value],
            )?;
        }
        if let Some(checkpoint) = &batch.checkpoint {
            client.execute(
                "INSERT INTO turf.checkpoint VALUES ($1, $2, $3)",
                &[&whole(checkpoint.head.number), &checkpoint.head.link.0.as_slice(), &checkpoint.signature],
            )?;
        }
        client.execute("UPDATE turf.head SET number = $1, link = $2", &[&whole(batch.head.number), &batch.head.link.0.as_slice()])?;
        client.batch_execute("COMMIT")
    }

    fn checkpoint_of(&self, row: &Row) -> Result<Checkpoint, StoreError> {
        let link = Link::read(row.get(1)).ok_or_else(|| self.unsound("a checkpoint"))?;
        Ok(Checkpoint { head: Head { number: number(row, 0), link }, signature: row.get(2) })
    }
}

/// Whole numbers of PostgreSQL have a sign; no journal gets that long.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(row: &Row, column: usize) -> u64 {
    u64::try_from(row.get::<_, i64>(column)).unwrap_or(0)
}

fn text(row: &Row, column: usize) -> Arc<str> {
    row.get::<_, &str>(column).into()
}

fn latest_of(row: &Row, from: usize) -> Latest {
    Latest { number: number(row, from), content: text(row, from + 1), held: row.get(from + 2), rejected: row.get(from + 3) }
}

fn past_of(row: &Row, from: usize) -> Option<PastDoc> {
    let at: Timestamp = row.get::<_, &str>(from + 1).parse().ok()?;
    Some(PastDoc { rep: text(row, from), at, record: text(row, from + 2) })
}

fn trouble(error: &postgres::Error, shown: &str) -> StoreError {
    let shown = shown.to_owned();
    match error.as_db_error() {
        Some(db) if *db.code() == SqlState::DISK_FULL => StoreError::Full { shown },
        Some(db) if *db.code() == SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::ReadOnly { shown },
        Some(db) if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(db.code()) => {
            StoreError::Damaged { shown, reason: db.message().to_owned() }
        }
        Some(db) => StoreError::Refused { shown, reason: db.message().to_owned() },
        None => StoreError::Unreachable { shown, reason: error.to_string() },
    }
}

impl Store for Postgres {
    fn take(&mut self) -> Result<Head, StoreError> {
        let begun = self.client.batch_execute("BEGIN");
        self.wrong(begun)?;
        let row = self.client.query_one("SELECT number, link FROM turf.head FOR UPDATE", &[]);
        let row = self.wrong(row)?;
        let link = Link::read(row.get(1)).ok_or_else(|| self.unsound("the end of the journal"))?;
        Ok(Head { number: number(&row, 0), link })
    }

    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let written = self.write_all(batch);
        if let Err(error) = written {
            let told = trouble(&error, &self.shown);
            // Where the connection is gone the database gives up the transaction by itself.
            if !self.client.is_closed() {
                self.give_back()?;
            }
            return Err(told);
        }
        Ok(())
    }

    fn give_back(&mut self) -> Result<(), StoreError> {
        let given = self.client.batch_execute("ROLLBACK");
        self.wrong(given)
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        let row = self.client.query_one("SELECT number, link FROM turf.head", &[]);
        let row = self.wrong(row)?;
        let link = Link::read(row.get(1)).ok_or_else(|| self.unsound("the end of the journal"))?;
        Ok(Head { number: number(&row, 0), link })
    }

    fn entries(&mut self, from: u64, most: u32) -> Result<Vec<Entry>, StoreError> {
        let query = "SELECT number, kind, at, body, link FROM turf.entry WHERE number >= $1 ORDER BY number LIMIT $2";
        let rows = self.rows_of(query, &[&whole(from), &i64::from(most)])?;
        let read = |row: &Row| {
            Some(Entry {
                number: number(row, 0),
                kind: EntryKind::read(row.get(1))?,
                at: row.get::<_, &str>(2).parse().ok()?,
                body: row.get(3),
                link: Link::read(row.get(4))?,
            })
        };
        rows.iter().map(|row| read(row).ok_or_else(|| self.unsound(&format!("entry {}", number(row, 0))))).collect()
    }

    fn rows(&mut self) -> Result<Vec<StateRow>, StoreError> {
        let rows = self.rows_of("SELECT part, team, rep, value FROM turf.state ORDER BY part, team, rep", &[])?;
        let key = |row: &Row| Some(RowKey { part: Part::read(row.get(0))?, team: text(row, 1), rep: text(row, 2) });
        let read = |row: &Row| Some(StateRow { key: key(row)?, value: row.get(3) });
        rows.iter().map(|row| read(row).ok_or_else(|| self.unsound("a row of the state"))).collect()
    }

    fn latest(&mut self, kind: &str, ids: &[Arc<str>]) -> Result<Vec<Option<Latest>>, StoreError> {
        let wanted: Vec<&str> = ids.iter().map(|id| &**id).collect();
        let query = "SELECT id, number, content, held, rejected FROM turf.latest WHERE kind = $1 AND id = ANY($2)";
        let rows = self.rows_of(query, &[&kind, &wanted])?;
        let found: std::collections::HashMap<&str, Latest> = rows.iter().map(|row| (row.get(0), latest_of(row, 1))).collect();
        Ok(wanted.iter().map(|id| found.get(id).cloned()).collect())
    }

    fn told(&mut self, kind: &str, id: &str) -> Result<Vec<u64>, StoreError> {
        let rows = self.rows_of("SELECT number FROM turf.told WHERE kind = $1 AND id = $2 ORDER BY number", &[&kind, &id])?;
        Ok(rows.iter().map(|row| number(row, 0)).collect())
    }

    fn pasts(&mut self, keys: &[PastKey]) -> Result<Vec<Option<PastDoc>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let part = |of: fn(&PastKey) -> &Arc<str>| keys.iter().map(|key| &**of(key)).collect::<Vec<&str>>();
        let query = "SELECT w.position, p.rep, p.at, p.record
             FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (of_record, by_field, value, position)
             JOIN turf.past p USING (of_record, by_field, value)";
        let rows = self.rows_of(query, &[&part(|k| &k.of), &part(|k| &k.by), &part(|k| &k.value)])?;
        let mut all = vec![None; keys.len()];
        for row in &rows {
            let past = past_of(row, 1).ok_or_else(|| self.unsound("a past assignment"))?;
            let position = usize::try_from(row.get::<_, i64>(0)).unwrap_or(0);
            if let Some(slot) = position.checked_sub(1).and_then(|p| all.get_mut(p)) {
                *slot = Some(past);
            }
        }
        Ok(all)
    }

    fn blob(&mut self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows_of("SELECT bytes FROM turf.blob WHERE digest = $1", &[&digest])?.first().map(|row| row.get(0)))
    }

    fn book(&mut self, digest: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.rows_of("SELECT number FROM turf.book WHERE digest = $1", &[&digest])?.first().map(|row| number(row, 0)))
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        let rows = self.rows_of("SELECT number, link, signature FROM turf.checkpoint ORDER BY number", &[])?;
        rows.iter().map(|row| self.checkpoint_of(row)).collect()
    }

    fn checkpoints_end(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        let rows = self.rows_of("SELECT number, link, signature FROM turf.checkpoint ORDER BY number DESC LIMIT 1", &[])?;
        rows.first().map(|row| self.checkpoint_of(row)).transpose()
    }

    fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.rows_of("SELECT value FROM turf.setting WHERE name = $1", &[&name])?.first().map(|row| row.get(0)))
    }

    fn kept(&mut self, each: &mut dyn FnMut(Kept) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let shown = self.shown.clone();
        let wrong = |error: postgres::Error| trouble(&error, &shown);
        let none: [&str; 0] = [];
        // `C` orders by bytes, as everywhere else.
        let query = "SELECT kind, id, number, content, held, rejected FROM turf.latest ORDER BY kind COLLATE \"C\", id COLLATE \"C\"";
        let mut rows = self.client.query_raw(query, none).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            each(Kept::Latest(text(&row, 0), text(&row, 1), latest_of(&row, 2)))?;
        }
        drop(rows);
        let mut rows = self.client.query_raw("SELECT of_record, by_field, value, rep, at, record FROM turf.past", none).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            let past = past_of(&row, 3);
            let past =
                past.ok_or_else(|| StoreError::Damaged { shown: shown.clone(), reason: "a past assignment cannot be read".to_owned() })?;
            each(Kept::Past(PastKey { of: text(&row, 0), by: text(&row, 1), value: text(&row, 2) }, past))?;
        }
        Ok(())
    }

    fn shown(&self) -> String {
        self.shown.clone()
    }
}

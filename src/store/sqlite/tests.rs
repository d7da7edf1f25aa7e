//! SQLite itself: migrations, newer files, files that are none, a clock that is set back.

use super::*;
use crate::journal::{Entry, EntryKind, Key};

fn path(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("journal.db")
}

fn batch(head: &mut Head, many: u32) -> Batch {
    let at = jiff::Timestamp::from_second(1_800_000_000).expect("a moment");
    let entries: Vec<Entry> = (0..many).map(|n| head.append(EntryKind::Event, at, format!("{{\"n\":{n}}}").into_bytes())).collect();
    Batch { entries, head: *head, checkpoint: Some(Checkpoint::new(*head, &Key::new(&[1; 32]))), ..Batch::default() }
}

#[test]
fn what_is_written_is_read_and_what_is_given_back_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Sqlite::open(&path(&folder)).expect("a journal");
    let mut head = store.take().expect("the journal");
    assert_eq!(head, Head::default());
    let first = batch(&mut head, 3);
    store.write(&first).expect("written");
    store.take().expect("the journal");
    store.give_back().expect("given back");
    let mut reader = Sqlite::read(&path(&folder)).expect("a journal");
    assert_eq!(reader.head().expect("its end"), head);
    assert_eq!(reader.entries(2, 9).expect("entries"), first.entries[1..]);
    assert_eq!(reader.checkpoints_end().expect("a checkpoint"), first.checkpoint);
    assert_eq!(reader.reported(), Some(3));
    assert_eq!(reader.damage().expect("asked"), Vec::<String>::new());
}

#[test]
fn a_migration_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Sqlite::open(&path(&folder)).expect("a journal");
    let mut head = store.take().expect("the journal");
    store.write(&batch(&mut head, 3)).expect("written");
    drop(store);
    // The second migration fails half way: its first table must not stay, and the first version still works.
    let broken = [schema::MIGRATIONS[0], "CREATE TABLE extra (a); INSERT INTO nowhere VALUES (1);"];
    assert!(Sqlite::open_with(&path(&folder), &broken).is_err());
    let mut store = Sqlite::open(&path(&folder)).expect("a journal");
    assert_eq!(store.head().expect("its end"), head);
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'";
    assert_eq!(store.connection.query_row(tables, [], |row| row.get::<_, u32>(0)), Ok(0));
    drop(store);
    // Mended, it goes on from there; the older turf then refuses the file and leaves it alone.
    let mended = [schema::MIGRATIONS[0], "CREATE TABLE extra (a) STRICT_IS_NOT_NEEDED;", ""];
    assert!(Sqlite::open_with(&path(&folder), &mended).is_err());
    let mended = [schema::MIGRATIONS[0], "CREATE TABLE extra (a INTEGER);"];
    assert_eq!(Sqlite::open_with(&path(&folder), &mended).expect("a journal").head().expect("its end"), head);
    let before = std::fs::read(path(&folder)).expect("a file");
    for refused in [Sqlite::open(&path(&folder)).err(), Sqlite::read(&path(&folder)).err()] {
        let refused = refused.expect("refused");
        assert!(matches!(refused, StoreError::Newer { found: 2, .. }), "{refused}");
        assert!(refused.to_string().contains("was written by a newer turf"));
    }
    assert_eq!(std::fs::read(path(&folder)).expect("a file"), before);
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    Connection::open(path(&folder)).and_then(|c| c.execute_batch("CREATE TABLE mine (a)")).expect("another database");
    let before = std::fs::read(path(&folder)).expect("a file");
    assert!(matches!(Sqlite::open(&path(&folder)), Err(StoreError::NotAJournal { .. })));
    assert!(matches!(Sqlite::read(&path(&folder)), Err(StoreError::NotAJournal { .. })));
    assert_eq!(std::fs::read(path(&folder)).expect("a file"), before);
    assert!(matches!(Sqlite::read(&folder.path().join("none.db")), Err(StoreError::None { .. })));
}

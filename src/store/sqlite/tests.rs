//! SQLite itself: migrations, newer files, files that are none.

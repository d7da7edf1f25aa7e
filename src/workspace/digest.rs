//! One number for all a decision depends on besides the record, the clock and the state: rule files and reference data.
//!
//! The text of the rule files counts, not what it means: a comment changes the digest, because an explanation quotes
//! the files by line.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Materials;
use crate::text::Sources;

/// Returns the SHA-256 (FIPS 180-4) over sources, tables and reference data, in hexadecimal.
pub(super) fn digest(sources: &Sources, materials: &Materials) -> String {
    let mut hash = Sha256::new();
    // Every part is led by its length, so that no two books can run together to the same bytes.
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(materials.name.as_bytes());
    part(materials.zone.iana_name().unwrap_or("").as_bytes());
    for (_, file) in sources.iter() {
        part(file.path().as_bytes());
        part(file.text().as_bytes());
    }
    for (path, table) in &materials.tables {
        part(path.as_bytes());
        let Ok(table) = table else { continue };
        table.columns.iter().for_each(|c| part(c.as_bytes()));
        table.rows.iter().flat_map(|(_, cells)| cells).for_each(|c| part(c.as_bytes()));
    }
    let data = &materials.data;
    for record in data.records.values().flat_map(|all| all.values()) {
        part(record.key.as_bytes());
        record.values.iter().for_each(|v| part(format!("{v:?}").as_bytes()));
    }
    data.absences.iter().for_each(|(rep, all)| part(format!("{rep} {all:?}").as_bytes()));
    for (rep, all) in &data.loads {
        // The rows of a file have no order that means anything.
        let mut rows: Vec<String> = all.iter().map(|w| format!("{} {:?}", w.count, w.record.values)).collect();
        rows.sort();
        part(format!("{rep} {rows:?}").as_bytes());
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok());
        text
    })
}

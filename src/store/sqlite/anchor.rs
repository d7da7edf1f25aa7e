//! The last number reported as written, beside the file.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::journal::Head;

fn path(journal: &Path) -> PathBuf {
    let mut path = journal.as_os_str().to_owned();
    path.push(".head");
    PathBuf::from(path)
}

/// Reads the number; none when there is no such file, or something else stands in it.
pub fn read(journal: &Path) -> Option<u64> {
    fs::read_to_string(path(journal)).ok()?.split_whitespace().next()?.parse().ok()
}

/// Writes the number if it is higher than the one there.
///
/// A lower number than the true one only makes less be found, so a failure is no failure of the batch, which is written.
pub fn write(journal: &Path, head: Head) {
    if read(journal).is_some_and(|there| there >= head.number) {
        return;
    }
    let line = format!("{:020} {}\n", head.number, head.link);
    let written = File::options().create(true).truncate(false).write(true).open(path(journal)).and_then(|mut file| {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(line.as_bytes())
    });
    drop(written);
}

//! The rule files in a folder and the folders below it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How deep folders of rule files may lie in one another.
const DEPTH: u32 = 32;

/// Returns the rule files in a folder and below it, sorted by path. Hidden folders are left alone.
///
/// # Errors
/// When a folder cannot be read.
pub fn rule_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    below(folder, 0, &mut found)?;
    found.sort();
    Ok(found)
}

fn below(folder: &Path, depth: u32, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path.is_dir() {
            if !entry.file_name().to_string_lossy().starts_with('.') && depth < DEPTH {
                below(&path, depth + 1, found)?;
            }
        } else if path.extension().is_some_and(|e| e == "turf") {
            found.push(path);
        }
    }
    Ok(())
}

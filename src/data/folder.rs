//! Where the files of a book are: in its folder, or kept elsewhere under the names they had there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Leads from the name a book gives a file to the place where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
    moved: BTreeMap<String, PathBuf>,
}

impl Folder {
    /// Takes files from a folder, but those named from elsewhere.
    #[must_use]
    pub fn new(root: PathBuf, moved: BTreeMap<String, PathBuf>) -> Self {
        Self { root, moved }
    }

    /// Returns where a file is that the book names.
    #[must_use]
    pub fn path(&self, named: &str) -> PathBuf {
        self.moved.get(named).cloned().unwrap_or_else(|| self.root.join(named))
    }
}

impl From<&Path> for Folder {
    fn from(root: &Path) -> Self {
        Self::new(root.to_owned(), BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_named_are_elsewhere() {
        let folder = Folder::new(PathBuf::from("book"), [("../reps.csv".to_owned(), PathBuf::from("kept/1"))].into());
        assert_eq!(folder.path("../reps.csv"), Path::new("kept/1"));
        assert_eq!(folder.path("leads.csv"), Path::new("book/leads.csv"));
    }
}

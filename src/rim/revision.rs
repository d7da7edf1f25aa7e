//! Books of the past: a folder as it was in a git revision, unpacked into a temporary folder.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder to open a book from, kept as long as this lives.
#[derive(Debug)]
pub struct Folder {
    /// Where the book lies.
    pub path: PathBuf,
    /// As it was named.
    pub shown: String,
    _unpacked: Option<TempDir>,
}

/// Says why a name leads to no folder.
#[derive(Debug)]
pub enum RevisionError {
    /// It is neither a folder nor a git revision.
    Unknown {
        /// The name.
        name: String,
        /// What git said, shortened to one line.
        git: String,
    },
    /// git could not be run, or what it gave could not be unpacked.
    Unusable(String, io::Error),
}

impl RevisionError {
    /// Says it in two sentences: what is wrong and the remedy.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Unknown { name, git } => format!(
                "`{name}` is neither a folder nor a git revision ({git}). Name a folder, or a revision and the folder in it, such as `main:rules`."
            ),
            Self::Unusable(name, why) => {
                format!("`{name}` could not be taken from git: {why}. See that git is installed, or name a folder.")
            }
        }
    }
}

/// Finds a folder by its path, or unpacks one from git: `REVISION:FOLDER`, or `REVISION` for the folder `like` as it was then.
///
/// # Errors
/// When there is neither such a folder nor such a revision.
pub fn folder(name: &str, like: Option<&Path>) -> Result<Folder, RevisionError> {
    let path = Path::new(name);
    if path.is_dir() {
        return Ok(Folder { path: path.to_owned(), shown: name.to_owned(), _unpacked: None });
    }
    // A name that begins with a dash would be taken for an option.
    if name.starts_with('-') {
        return Err(RevisionError::Unknown { name: name.to_owned(), git: "it begins with a dash".to_owned() });
    }
    let tree = match (name.contains(':'), like) {
        (true, _) | (false, None) => tree(name),
        (false, Some(like)) => format!("{name}:{}", prefix(like, name)?),
    };
    let mut command = Command::new("git");
    command.args(["archive", "--format=tar", &tree]);
    if let Some(like) = like.filter(|_| !name.contains(':')) {
        // The archive is of the whole tree named, so it must be asked for from its top.
        command.arg("--").current_dir(top(like, name)?);
    }
    let output = command.stdin(Stdio::null()).output().map_err(|e| RevisionError::Unusable(name.to_owned(), e))?;
    if !output.status.success() {
        return Err(RevisionError::Unknown { name: name.to_owned(), git: first_line(&output.stderr) });
    }
    let unpacked = TempDir::new().map_err(|e| RevisionError::Unusable(name.to_owned(), e))?;
    tar::Archive::new(output.stdout.as_slice()).unpack(unpacked.path()).map_err(|e| RevisionError::Unusable(name.to_owned(), e))?;
    Ok(Folder { path: unpacked.path().to_owned(), shown: name.to_owned(), _unpacked: Some(unpacked) })
}

/// Writes a revision and a folder as git wants them: no slash at the end, and nothing for the top.
fn tree(name: &str) -> String {
    let Some((revision, folder)) = name.split_once(':') else { return name.to_owned() };
    let folder = folder.trim_end_matches('/');
    format!("{revision}:{}", if folder == "." { "" } else { folder })
}

fn prefix(like: &Path, name: &str) -> Result<String, RevisionError> {
    ask(like, name, "--show-prefix")
}

fn top(like: &Path, name: &str) -> Result<PathBuf, RevisionError> {
    ask(like, name, "--show-toplevel").map(PathBuf::from)
}

fn ask(like: &Path, name: &str, what: &str) -> Result<String, RevisionError> {
    let output = Command::new("git").args(["rev-parse", what]).current_dir(like).stdin(Stdio::null()).output();
    let output = output.map_err(|e| RevisionError::Unusable(name.to_owned(), e))?;
    if output.status.success() {
        return Ok(first_line(&output.stdout));
    }
    Err(RevisionError::Unknown { name: name.to_owned(), git: first_line(&output.stderr) })
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().trim().to_owned()
}

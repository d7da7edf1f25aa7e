//! `turf init`: a small working book, commented for a beginner: the example `rules/first`, file by file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Exit, Terminal};
use crate::text::wording;

/// Arguments of `turf init`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  turf init my-book\n  turf check my-book")]
pub struct Arguments {
    /// Folder to make; files that are there already are never touched.
    dir: PathBuf,
}

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        /// The files of the book and their text.
        const FILES: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../rules/first/", $path)))),+];
    };
}

files!("turf.toml", "records.turf", "rules.turf", "data/accounts.csv", "data/leads.csv", "data/reps.csv");

/// Runs the command.
pub fn run(arguments: &Arguments, _: &Terminal) -> Exit {
    let folder = &arguments.dir;
    let there: Vec<&str> = FILES.iter().map(|(path, _)| *path).filter(|path| folder.join(path).exists()).collect();
    if !there.is_empty() {
        output::tell(&format!(
            "turf: {} already there in `{}`: {}. Nothing was written; name another folder.\n",
            if there.len() == 1 { "a file is" } else { "files are" },
            folder.display(),
            wording::join(&there, "and")
        ));
        return Exit::CouldNotRun;
    }
    for (path, text) in FILES {
        if let Err(error) = write(&folder.join(path), text) {
            output::tell(&format!(
                "turf: `{}` cannot be written: {error}. See that you may write to the folder.\n",
                folder.join(path).display()
            ));
            return Exit::CouldNotRun;
        }
    }
    let shown = folder.display();
    output::print(
        &format!(
            "Made a book in {shown}: turf.toml, two rule files and a little data.\n\nTry next:\n  turf check {shown}\n  turf route --book {shown}\n  turf why L10 --book {shown}\n\nThen open {shown}/rules.turf: every comment there teaches one thing.\n"
        ),
        Exit::Fine,
    )
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

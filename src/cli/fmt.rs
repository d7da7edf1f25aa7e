//! `turf fmt`: rule files in the one style, proved before they are written.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Exit, Terminal};
use crate::data::{DataError, Output};
use crate::rim::{below, book};
use crate::syntax::format::{self, Formatted, WIDTH};
use crate::text::{SourceFile, wording};

/// Arguments of `turf fmt`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf fmt                  every rule file of the book you are in\n  turf fmt rules/west.turf  one file\n  turf fmt --check          change nothing; exit code 1 if a file is not in the style\n  turf fmt --diff           show what would change\n  turf fmt --stdin          for editors: from standard input to standard output\n\nOnly white space changes, and commas that nobody needs. Comments and empty lines between groups stay."
)]
pub struct Arguments {
    /// Rule files and folders of them; without any, the book you are in.
    paths: Vec<PathBuf>,
    /// Change nothing, and list the files that are not in the style.
    #[arg(long, conflicts_with_all = ["diff", "stdin"])]
    check: bool,
    /// Change nothing, and show what would change.
    #[arg(long, conflicts_with = "stdin")]
    diff: bool,
    /// Read one file from standard input and write it to standard output.
    #[arg(long, conflicts_with = "paths")]
    stdin: bool,
    /// The most columns of a line.
    #[arg(long, value_name = "COLUMNS", default_value_t = WIDTH, value_parser = width)]
    width: usize,
}

fn width(written: &str) -> Result<usize, String> {
    let range = format::WIDTHS;
    let number: Option<usize> = written.parse().ok().filter(|n| range.contains(n));
    number.ok_or_else(|| format!("write a whole number from {} to {}", range.start(), range.end()))
}

/// What became of the files.
#[derive(Default)]
struct Tally {
    files: usize,
    changed: usize,
    /// Items that do not parse.
    left: usize,
    failed: bool,
    out: String,
}

/// Runs the command.
pub fn run(arguments: &Arguments, _: &Terminal) -> Exit {
    if arguments.stdin {
        return from_stdin(arguments);
    }
    let files = match files(&arguments.paths) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    let mut tally = Tally::default();
    for file in &files {
        one(arguments, file, &mut tally);
    }
    summary(arguments, &mut tally);
    let exit = match (tally.failed, (arguments.check || arguments.diff) && tally.changed > 0 || tally.left > 0) {
        (true, _) => Exit::CouldNotRun,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Fine,
    };
    output::print(&tally.out, exit)
}

fn from_stdin(arguments: &Arguments) -> Exit {
    let mut bytes = Vec::new();
    if let Err(error) = io::stdin().lock().read_to_end(&mut bytes) {
        return output::trouble(&DataError::reading("standard input", error));
    }
    let mut tally = Tally::default();
    match made("standard input", bytes, arguments.width, &mut tally) {
        Some((_, made)) => output::print(&made.text, if tally.left > 0 { Exit::Findings } else { Exit::Fine }),
        None => Exit::CouldNotRun,
    }
}

/// Finds the files meant.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Exit> {
    let book = if paths.is_empty() { Some(book::find(None).map_err(|error| output::no_book(&error))?) } else { None };
    let mut found = Vec::new();
    for path in book.iter().chain(paths) {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let below = below::rule_files(path).map_err(|reason| output::trouble(&DataError::reading(&path.display().to_string(), reason)))?;
        if below.is_empty() {
            output::tell(&format!(
                "turf: no file ending in .turf lies in `{}` or below it. Name rule files, or the folder of a book.\n",
                path.display()
            ));
            return Err(Exit::CouldNotRun);
        }
        // Paths below this folder are shown without `./`, as people write them.
        found.extend(below.into_iter().map(|p| p.strip_prefix(".").map(Path::to_owned).unwrap_or(p)));
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

/// Formats one file.
fn one(arguments: &Arguments, path: &Path, tally: &mut Tally) {
    let shown = path.display().to_string();
    tally.files += 1;
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(reason) => {
            tally.failed = true;
            output::trouble(&DataError::reading(&shown, reason));
            return;
        }
    };
    let Some((before, made)) = made(&shown, bytes, arguments.width, tally) else { return };
    if made.text == before {
        return;
    }
    tally.changed += 1;
    if arguments.diff {
        let diff = similar::TextDiff::from_lines(before.as_str(), made.text.as_str());
        tally.out += &diff.unified_diff().header(&shown, &shown).to_string();
    } else if arguments.check {
        tally.out += &format!("{shown} is not in the style\n");
    } else {
        let written = Output::file(path).and_then(|mut file| file.put(made.text.as_bytes()).and_then(|()| file.finish()));
        match written {
            Ok(()) => tally.out += &format!("formatted {shown}\n"),
            Err(error) => {
                tally.failed = true;
                output::trouble(&error);
            }
        }
    }
}

/// Returns a file as it is and as it should be; says what stands in the way.
fn made(shown: &str, bytes: Vec<u8>, width: usize, tally: &mut Tally) -> Option<(String, Formatted)> {
    let Ok(text) = String::from_utf8(bytes) else {
        output::tell(&format!("turf: `{shown}` is not a text in UTF-8 and stays as it is. Save it as UTF-8 in the editor.\n"));
        tally.failed = true;
        return None;
    };
    let source = SourceFile::new(shown, &text);
    let made = match format::format(&source, width) {
        Ok(made) => made,
        Err(refused) => {
            output::tell(&format!("turf: `{shown}` stays as it is: {}.\n", refused.in_words()));
            tally.failed = true;
            return None;
        }
    };
    for span in &made.left {
        let line = source.line_column(span.start).line;
        output::tell(&format!(
            "turf: {shown}:{line}: this item does not parse and stays as it is. `turf check` says what is wrong with it.\n"
        ));
    }
    tally.left += made.left.len();
    Some((text, made))
}

fn summary(arguments: &Arguments, tally: &mut Tally) {
    let files = wording::count(tally.files, "file", "files");
    if arguments.diff || tally.failed {
        return;
    }
    tally.out += &match (arguments.check, tally.changed) {
        (_, 0) if tally.left > 0 => format!("{files} looked at: everything that parses is in the style.\n"),
        (_, 0) => format!("{files} looked at: all in the style.\n"),
        (true, changed) => format!("{changed} of {files} not in the style: run `turf fmt` without `--check`.\n"),
        (false, changed) => format!("{changed} of {files} formatted.\n"),
    };
}

//! `turf audit`: the journal looked at from end to end, written out for a warehouse, and its books taken out.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use serde_json::value::RawValue;

use super::journal::{self, BookOf, Reading};
use super::output::{self, Exit, Failure};
use crate::data::Output;
use crate::journal::Fault;
use crate::store::{Verified, books, verify};
use crate::text::wording::{self, count};

/// Arguments of `turf audit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf audit verify              was anything changed, taken out, put in or moved?\n  turf audit verify --state      and do turns, loads and memory follow from the entries?\n  turf audit export --out journal.jsonl.gz\n  turf audit book 8acf3084189c --out old-book"
)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    book: BookOf,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Follow the chain of entries and say what was tampered with, and where.
    Verify {
        /// Work the state out again from the entries, and compare it with the one kept.
        #[arg(long)]
        state: bool,
        /// How the answer is printed.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Write all entries as JSON lines.
    Export {
        /// Write into this file, packed when it ends in .gz or .zst; without it to the screen.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Begin with this entry.
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        from: u64,
    },
    /// Take a book out of the journal as it was when it decided.
    Book {
        /// Its digest, or the beginning of it.
        digest: String,
        /// The folder to make.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON document; see docs/journal.md.
    Json,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Exit {
    let mut reading = match journal::read(&arguments.book) {
        Ok(reading) => reading,
        Err(exit) => return exit,
    };
    let done = match &arguments.what {
        What::Verify { state, format } => verified(&mut reading, *state, *format),
        What::Export { out, from } => export(&mut reading, out.as_deref(), *from),
        What::Book { digest, out } => take_out(&mut reading, digest, out),
    };
    done.unwrap_or_else(|failure| output::failed(&failure))
}

fn verified(reading: &mut Reading, state: bool, format: Format) -> Result<Exit, Failure> {
    let key = reading.key.clone();
    let verified = verify(&mut *reading.store, key.as_ref(), state)?;
    let exit = if verified.faults.is_empty() { Exit::Fine } else { Exit::Findings };
    let text = match format {
        Format::Json => json(&verified)?,
        Format::Text => verified_text(&verified, &reading.store.shown()),
    };
    Ok(output::print(&text, exit))
}

#[derive(Serialize)]
struct VerifiedJson<'v> {
    format: &'static str,
    sound: bool,
    #[serde(flatten)]
    verified: &'v Verified,
}

fn json(verified: &Verified) -> Result<String, Failure> {
    let value = VerifiedJson { format: "turf-audit/1", sound: verified.faults.is_empty(), verified };
    let text = serde_json::to_string_pretty(&value).map_err(|e| crate::data::DataError::writing("standard output", e.into()))?;
    Ok(text + "\n")
}

fn times(n: u64, one: &str, many: &str) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX), one, many)
}

fn verified_text(verified: &Verified, shown: &str) -> String {
    let mut text = format!(
        "{shown}: {} read, among them {}, {} and {}.\n",
        times(verified.entries, "entry", "entries"),
        times(verified.decisions, "decision", "decisions"),
        times(verified.events, "event", "events"),
        times(verified.books, "book", "books"),
    );
    if verified.signatures {
        text.push_str(&format!("{} compared with their signatures.\n", times(verified.checkpoints, "checkpoint", "checkpoints")));
    } else {
        text.push_str("The key is not at hand: signatures were not looked at, so somebody may have made the whole chain anew.\n");
    }
    if verified.faults.is_empty() {
        let state = if verified.state { " The state follows from them." } else { "" };
        text.push_str(&format!("Every entry is what was written, in its place, and none is missing.{state}\n"));
        return text;
    }
    text.push_str(&format!("\n{} wrong:\n", times(verified.faults.len() as u64, "thing is", "things are")));
    for fault in &verified.faults {
        text.push_str(&format!(" - {}\n", fault_text(fault)));
    }
    text
}

fn span(from: u64, through: u64) -> String {
    if from == through { format!("entry {from}") } else { format!("entries {from} to {through}") }
}

fn fault_text(fault: &Fault) -> String {
    match fault {
        Fault::Changed { number } => format!("Entry {number} is not what was written: it was changed, moved or put in."),
        Fault::Missing { from, through } => {
            let verb = if from == through { "is" } else { "are" };
            let text = span(*from, *through);
            format!("{}{} {verb} missing.", text.get(..1).unwrap_or_default().to_uppercase(), text.get(1..).unwrap_or_default())
        }
        Fault::Unreadable { from, through, reason } => {
            let text = span(*from, *through);
            format!(
                "{}{} cannot be read: {reason}. The others can.",
                text.get(..1).unwrap_or_default().to_uppercase(),
                text.get(1..).unwrap_or_default()
            )
        }
        Fault::Beyond { from } => format!("From entry {from} on, entries stand behind the end of the journal: they were put in."),
        Fault::End { number } => format!("The end of the journal, entry {number}, is not what was written."),
        Fault::Unsigned { number } => format!("The checkpoint at entry {number} was not signed with the key of this journal."),
        Fault::Remade { after: 0, number } => {
            format!(
                "Somewhere up to entry {number} the journal was changed and its chain made anew: it does not end in what was signed there."
            )
        }
        Fault::Remade { after, number } => {
            format!(
                "Between entries {} and {number} the journal was changed and its chain made anew: it does not end in what was signed there.",
                after + 1
            )
        }
        Fault::Lost { holds, reported } => {
            format!(
                "The journal ends at entry {holds}, and entry {reported} was reported as recorded: entries behind {holds} are lost. Look for a copy of the file."
            )
        }
        Fault::Beside { what } => format!("{}{}.", what.get(..1).unwrap_or_default().to_uppercase(), what.get(1..).unwrap_or_default()),
    }
}

/// One entry for the warehouse.
#[derive(Serialize)]
struct Exported<'e> {
    format: &'static str,
    number: u64,
    kind: &'static str,
    recorded_at: jiff::Timestamp,
    link: String,
    entry: &'e RawValue,
}

fn export(reading: &mut Reading, out: Option<&std::path::Path>, from: u64) -> Result<Exit, Failure> {
    let mut output = match out {
        Some(path) => Output::file(path)?,
        None => Output::stdout(),
    };
    let mut failed = None;
    let mut written = 0_u64;
    journal::each_entry(&mut *reading.store, from, |store, entry| {
        let damaged = || crate::store::StoreError::Damaged {
            shown: store.shown(),
            reason: format!("entry {} cannot be read; `turf audit verify` says more", entry.number),
        };
        let text = std::str::from_utf8(&entry.body).map_err(|_| damaged())?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|_| damaged())?;
        let line = Exported {
            format: "turf-entry/1",
            number: entry.number,
            kind: entry.kind.word(),
            recorded_at: entry.at,
            link: entry.link.to_string(),
            entry: raw,
        };
        let mut bytes = serde_json::to_vec(&line).map_err(|_| damaged())?;
        bytes.push(b'\n');
        written += 1;
        if let Err(error) = output.put(&bytes) {
            failed = Some(error);
            return Ok(false);
        }
        Ok(true)
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    output.finish()?;
    if let Some(path) = out {
        output::tell(&format!("{} written into `{}`.\n", times(written, "entry", "entries"), path.display()));
    }
    Ok(Exit::Fine)
}

fn take_out(reading: &mut Reading, wanted: &str, out: &std::path::Path) -> Result<Exit, Failure> {
    let mut found: Vec<books::BookDoc> = Vec::new();
    journal::each_entry(&mut *reading.store, 1, |_, entry| {
        if entry.kind == crate::journal::EntryKind::Book
            && let Ok(document) = serde_json::from_slice::<books::BookDoc>(&entry.body)
        {
            found.push(document);
        }
        Ok(true)
    })?;
    let names: Vec<String> = found.iter().map(|d| books::short(&d.digest)).collect();
    let fitting: Vec<&books::BookDoc> = found.iter().filter(|d| d.digest.starts_with(wanted)).collect();
    let [document] = fitting.as_slice() else {
        let known =
            if names.is_empty() { "The journal holds none yet.".to_owned() } else { format!("It holds {}.", wording::join(&names, "and")) };
        let what = if fitting.is_empty() { "no book" } else { "several books" };
        output::tell(&format!("turf: the journal holds {what} whose digest begins with `{wanted}`. {known}\n"));
        return Ok(Exit::CouldNotRun);
    };
    if out.exists() {
        output::tell(&format!("turf: `{}` is there already. Name a folder that is not.\n", out.display()));
        return Ok(Exit::CouldNotRun);
    }
    let key = reading.key.clone();
    let kept = match books::read_book(&mut *reading.store, document, key.as_ref()) {
        Ok(kept) => kept,
        Err(books::NoBook::Store(error)) => return Err(error.into()),
        Err(other) => {
            output::tell(&format!("turf: the book cannot be taken out: {other}.\n"));
            return Ok(Exit::CouldNotRun);
        }
    };
    let mut files = vec![(crate::data::CONFIG_FILE.to_owned(), kept.config.into_bytes())];
    files.extend(kept.rules.into_iter().map(|(path, text)| (path, text.into_bytes())));
    files.extend(kept.data.into_iter().map(|file| (file.name, file.bytes)));
    let mut left_out = Vec::new();
    for (name, bytes) in files {
        // A book may name files outside its folder; they are not written there.
        let inside =
            std::path::Path::new(&name).components().all(|c| matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir));
        if !inside {
            left_out.push(name);
            continue;
        }
        let path = out.join(&name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, bytes));
        made.map_err(|e| crate::data::DataError::writing(&path.display().to_string(), e))?;
    }
    let mut text = format!("The book {} is in `{}`.\n", books::short(&document.digest), out.display());
    if !left_out.is_empty() {
        text.push_str(&format!("Left out, because they lie outside its folder: {}.\n", wording::join(&left_out, "and")));
    }
    Ok(output::print(&text, Exit::Fine))
}

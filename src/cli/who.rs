//! `turf who`: which records a rep can get.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::{self, Exit, Terminal};
use super::{examples, routing};
use crate::diagnostic::render::range;
use crate::reach::{near_reps, who, who_json, who_text};
use crate::rim::book;
use crate::space::Ordinary;
use crate::text::wording;

/// Arguments of `turf who`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf who ana --book rules/first\n  turf who mia --book rules/first --format json\n\nThe answer covers every possible lead. Who is next in turn, away or full is left out: it changes from day to day."
)]
pub struct Arguments {
    /// Key of the rep.
    rep: String,
    /// Folder of the book; without it the nearest folder upwards that holds turf.toml.
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
    /// Which records: lead, or another that rules are for.
    #[arg(long, value_name = "NAME", default_value = "lead")]
    record: String,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The formats of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page for people.
    Text,
    /// One JSON document; see docs/output.md.
    Json,
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    match answer(arguments, terminal) {
        Ok(text) => output::print(&text, Exit::Fine),
        Err(exit) => exit,
    }
}

fn answer(arguments: &Arguments, terminal: &Terminal) -> Result<String, Exit> {
    let opened = book::find(arguments.book.as_deref()).and_then(|dir| book::open(&dir)).map_err(|e| output::no_book(&e))?;
    let plan = routing::usable(&opened, terminal, "asked")?;
    let record = routing::record_named(&opened, &arguments.record)?;
    let ordinary = opened.snapshot.settings.ordinary.get(&record).cloned().unwrap_or_default();
    let ordinary = Ordinary { reps: examples::active_reps(&plan), ..ordinary };
    let Some(found) = who(&plan, record, &arguments.rep, &ordinary, opened.snapshot.settings.budget) else {
        let near = near_reps(&plan, &arguments.rep);
        let help = if near.is_empty() {
            "Name a rep by key, as the file of reps has it.".to_owned()
        } else {
            format!("Did you mean {}?", wording::join(&near.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>(), "or"))
        };
        output::tell(&format!("turf: nobody in the roster is called `{}`. {help}\n", arguments.rep));
        return Err(Exit::CouldNotRun);
    };
    Ok(match arguments.format {
        Format::Text => who_text(&found, |span| opened.snapshot.sources.place(span)),
        Format::Json => format!("{:#}\n", who_json(&found, |span| range(span, &opened.snapshot.sources))),
    })
}

//! `turf why`: one decision explained, or why it did not go elsewhere.

use clap::{Args, ValueEnum};

use super::output::{self, Exit, Terminal};
use super::recorded_why;
use super::routing::{self, Repeat, Run, Source};
use super::twice::same;
use crate::data::DataError;
use crate::explain::{Explanation, Looking, RecordedRef, explain, explanation_text, why_not, why_not_text};
use crate::text::wording;

/// Arguments of `turf why`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf why 1001 --book rules/first\n  turf why 1001 leads.csv --book rules/first --not ana\n  turf why 1001 --not by-territory --format json\n\nA recorded decision is read from the journal and told in the words of the book as it was then. Without a journal, or with a file of leads, it is decided now; the leads before this one are then routed too, because turns and limits depend on them."
)]
pub struct Arguments {
    /// Key of the record.
    pub(super) id: String,
    #[command(flatten)]
    pub(super) source: Source,
    /// Explain this entry of the journal instead of the last decision about the record.
    #[arg(long, value_name = "NUMBER")]
    pub(super) entry: Option<u64>,
    /// Decide now, whatever the journal says.
    #[arg(long, conflicts_with = "entry")]
    pub(super) no_journal: bool,
    /// A rep, rule, team, queue or territory: why did it not get the record?
    #[arg(long, value_name = "NAME")]
    not: Option<String>,
    /// How the explanation is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The formats of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page for people.
    Text,
    /// One JSON document; see docs/decision-record.md.
    Json,
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    if let Some(exit) = recorded_why::answer(arguments, terminal) {
        return exit;
    }
    if let Some(entry) = arguments.entry {
        output::tell(&format!(
            "turf: entry {entry} is asked for, but no journal was looked into. Leave the file and `--at` out; the journal is named under `[store]` in turf.toml.\n"
        ));
        return Exit::CouldNotRun;
    }
    let run = match routing::open(&arguments.source, terminal) {
        Ok(run) => run,
        Err(exit) => return exit,
    };
    match answer(arguments, terminal, &run) {
        Ok(exit) => exit,
        Err(error) => output::trouble(&error),
    }
}

fn answer(arguments: &Arguments, terminal: &Terminal, run: &Run) -> Result<Exit, DataError> {
    let mut aside = None;
    let mut near: Vec<String> = Vec::new();
    // Where no decision depends on another, the other records need not be decided.
    let alone = run.is_independent();
    let ordered = run.read_those(
        |row| {
            // A row that could not be read has no key to compare, but the cell that failed may be the key asked for.
            if row.value.as_deref() == Some(arguments.id.as_str()) {
                aside = Some(row);
            }
            Ok(())
        },
        |_| {},
        |record| {
            let wanted = !alone || *record.key == *arguments.id;
            if !wanted && near.len() < 2 {
                near.extend(wording::nearest(&arguments.id, [&*record.key]));
            }
            wanted
        },
    )?;
    // What came of the record on the way that `route` takes with such a file.
    let traces = if alone { run.traces(&arguments.id, &ordered.read)? } else { Vec::new() };
    let mut answer = None;
    run.decide(ordered, Some(&arguments.id), |decided| {
        let key = &decided.decision.record.key;
        if **key != *arguments.id || decided.repeat == Repeat::Same {
            if near.len() < 2 {
                near.extend(wording::nearest(&arguments.id, [&**key]));
            }
            return Ok(true);
        }
        // What is explained is what `route` does, or turf does not know what it does.
        if let Err(message) = same(&arguments.source.record, &run.plan, (decided.decision, decided.asked), &traces) {
            answer = Some(Err(message));
            return Ok(false);
        }
        let looking = Looking::new(&run.plan, &run.opened.snapshot.sources, decided.decision, decided.before);
        answer = Some(Ok(explained(arguments, terminal, &looking, None)));
        Ok(false)
    })?;
    Ok(match answer {
        Some(Ok(exit)) => exit,
        Some(Err(message)) => {
            output::tell(&message);
            Exit::CouldNotRun
        }
        None => {
            let help = match (&aside, near.is_empty()) {
                (Some(row), _) => format!("Its row was set aside: {row}."),
                (None, false) => {
                    format!("Did you mean {}?", wording::join(&near.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>(), "or"))
                }
                (None, true) => "Rows that could not be read are not decided; `turf route` lists them.".to_owned(),
            };
            output::tell(&format!("turf: there is no {} `{}` in the file. {help}\n", arguments.source.record, arguments.id));
            Exit::CouldNotRun
        }
    })
}

/// Prints why a decision came about, or why it did not go to whom was asked about.
pub(super) fn explained(arguments: &Arguments, terminal: &Terminal, looking: &Looking<'_>, recorded: Option<RecordedRef>) -> Exit {
    let text = match &arguments.not {
        Some(name) => not(arguments, terminal, looking, name),
        None => Ok(why(arguments, terminal, looking, recorded)),
    };
    match text {
        Ok(text) => output::print(&text, Exit::Fine),
        Err(message) => {
            output::tell(&message);
            Exit::CouldNotRun
        }
    }
}

fn why(arguments: &Arguments, terminal: &Terminal, looking: &Looking<'_>, recorded: Option<RecordedRef>) -> String {
    let explanation = Explanation { recorded, ..explain(looking) };
    match arguments.format {
        Format::Text => explanation_text(&explanation, usize::from(terminal.width)),
        Format::Json => json(&explanation),
    }
}

fn not(arguments: &Arguments, terminal: &Terminal, looking: &Looking<'_>, name: &str) -> Result<String, String> {
    match why_not(looking, name) {
        Ok(answer) if arguments.format == Format::Text => Ok(why_not_text(&answer, usize::from(terminal.width))),
        Ok(answer) => Ok(json(&answer)),
        Err(unknown) => {
            let help = if unknown.near.is_empty() {
                "Name a rep by key, or a rule, team, queue or territory of the book.".to_owned()
            } else {
                format!("Did you mean {}?", wording::join(&unknown.near.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>(), "or"))
            };
            Err(format!("turf: nothing in the book is called `{name}`. {help}\n"))
        }
    }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).map_or_else(|e| format!("{{\"error\": \"{e}\"}}\n"), |text| text + "\n")
}

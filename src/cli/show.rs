//! `turf show`: one territory, segment, rule, team or class with all that it inherits.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::{self, Exit, Terminal};
use super::routing;
use crate::explain::{Asking, NotThere, Shown, ShownKind, show_definition, shown_text};
use crate::rim::book;
use crate::rim::clock;
use crate::text::wording;

/// Arguments of `turf show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf show territory california --book rules/first\n  turf show rule hospital --book rules/first\n  turf show team california-desk --book rules/first --at 2027-03-01T09:00 --format json"
)]
pub struct Arguments {
    /// What it is.
    #[arg(value_enum)]
    kind: Kind,
    /// Its name.
    name: String,
    /// Folder of the book; without it the nearest folder upwards that holds turf.toml.
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
    /// Show conditions only for such records; without it for every record they fit.
    #[arg(long, value_name = "NAME")]
    record: Option<String>,
    /// Look at a team's roster as of this moment instead of now.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A territory: its condition with those above it, days, priority, owner.
    Territory,
    /// A segment: its condition, and the segments in it.
    Segment,
    /// A rule: when it applies and what it does.
    Rule,
    /// A team: its members, and who of them can get a record now.
    Team,
    /// A derived field: its values.
    Class,
}

impl From<Kind> for ShownKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Territory => Self::Territory,
            Kind::Segment => Self::Segment,
            Kind::Rule => Self::Rule,
            Kind::Team => Self::Team,
            Kind::Class => Self::Class,
        }
    }
}

/// The formats of what is shown.
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
    let plan = routing::usable(&opened, terminal, "shown")?;
    let record = arguments.record.as_deref().map(|name| routing::record_named(&opened, name)).transpose()?;
    let at = arguments.at.as_deref().map(|text| routing::moment(text, &opened.config.zone)).transpose()?;
    let asking = Asking { plan: &plan, sources: &opened.snapshot.sources, record, now: at.unwrap_or_else(clock::now) };
    let kind = ShownKind::from(arguments.kind);
    match show_definition(&asking, kind, &arguments.name) {
        Ok(shown) => Ok(written(&shown, arguments.format, terminal)),
        Err(unknown) => {
            output::tell(&not_there(kind, &arguments.name, &unknown));
            Err(Exit::CouldNotRun)
        }
    }
}

fn written(shown: &Shown, format: Format, terminal: &Terminal) -> String {
    match format {
        Format::Text => shown_text(shown, usize::from(terminal.width)),
        Format::Json => serde_json::to_string_pretty(shown).map_or_else(|e| format!("{{\"error\": \"{e}\"}}\n"), |text| text + "\n"),
    }
}

fn not_there(kind: ShownKind, name: &str, unknown: &NotThere) -> String {
    let quoted = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>();
    let help = match (unknown.instead.first(), unknown.near.as_slice(), unknown.known.as_slice()) {
        (Some(other), ..) => format!("There is a {0} of that name: write `turf show {0} {1}`.", other.as_str(), wording::as_written(name)),
        (None, [], []) => format!("It declares no {} at all.", kind.as_str()),
        (None, [], known) => format!("Name one of its own: {}.", wording::any_of(&quoted(known), 12)),
        (None, near, _) => format!("Did you mean {}?", wording::join(&quoted(near), "or")),
    };
    format!("turf: the book has no {} called `{name}`. {help}\n", kind.as_str())
}

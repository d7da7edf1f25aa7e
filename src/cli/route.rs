//! `turf route`: who gets each record of a file, and the totals. A dry run, unless `--commit` records it in the journal.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{self, Exit, Failure, Terminal};
use super::recorded;
use super::results::{ASIDE, Results, Written};
use super::routing::{self, Repeat, Run, Source};
use crate::batch::Wanted;
use crate::data::{
    Beside, DataError, DataReport, OutCell, Output, OutputFormat, Packing, SetAside, SortLimit, SpillSorter, TableWriter, push_csv_row,
};
use crate::explain::{Looking, explain, explanation_text};
use crate::report::{self, COLUMNS, Row, Summary};
use crate::rim::memory;
use crate::store::{Place, StoreError};
use crate::text::wording::{self, count};

/// Arguments of `turf route`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf route --book rules/first\n  turf route leads.csv --book rules/first --format csv --out who-gets-what.csv\n  turf route --book rules/forbes2000 --record account\n  cat leads.csv | turf route - --format jsonl"
)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) source: Source,
    /// Record the decisions in the journal that turf.toml names under `[store]`. Without it nothing is changed.
    #[arg(long)]
    pub(super) commit: bool,
    /// With --commit: decide records again that were decided before and did not change.
    #[arg(long, requires = "commit")]
    pub(super) again: bool,
    /// With --commit: how many records are recorded in one transaction.
    #[arg(long, value_name = "N", default_value_t = 5_000, requires = "commit", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) batch: u32,
    /// Decide as if there was no journal: nobody has had a turn, and nothing was decided before.
    #[arg(long, conflicts_with = "commit")]
    no_journal: bool,
    /// How assignments are written; without it as the ending of `--out` says, else as CSV into a file and as a table on the screen.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the assignments into this file, packed when it ends in .gz or .zst; it appears only when complete.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write the rows set aside into this file, with the reasons.
    #[arg(long, value_name = "FILE")]
    set_aside: Option<PathBuf>,
    /// End with exit code 1 if any row was set aside.
    #[arg(long)]
    strict: bool,
    /// How many rows a table on the screen shows.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(super) limit: usize,
    /// Write text that looks like a formula as it is. By default it gets an apostrophe in front, so that a spreadsheet does not run it.
    #[arg(long)]
    pub(super) no_formula_guard: bool,
    /// Say how long reading, deciding and writing took, and how much memory.
    #[arg(long)]
    timings: bool,
}

/// How wide explanations are in a spreadsheet, in characters.
pub(super) const WHY_WIDTH: usize = 120;

/// The formats of assignments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns for people.
    Table,
    /// Comma-separated values.
    Csv,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    #[value(alias = "ndjson")]
    Jsonl,
    /// Parquet, into a file.
    Parquet,
    /// Arrow IPC, into a file.
    #[value(alias = "feather")]
    Arrow,
    /// A spreadsheet with sheets for the assignments, why, the totals and the rows set aside.
    Xlsx,
}

impl Arguments {
    /// The format wanted.
    pub(super) fn format(&self) -> Format {
        let ending = |path: &PathBuf| {
            let shown = path.display().to_string();
            let stem = Path::new(Packing::of(&shown).1).extension()?.to_ascii_lowercase();
            Format::from_str(stem.to_str()?, true).ok()
        };
        match (self.format, &self.out) {
            (Some(format), _) => format,
            // A table is for the screen; a file gets what a spreadsheet opens.
            (None, Some(path)) => ending(path).filter(|f| *f != Format::Table).unwrap_or(Format::Csv),
            (None, None) => Format::Table,
        }
    }
}

impl Format {
    /// How it is written; none is for people.
    pub(super) fn written(self) -> Option<Written> {
        Some(Written::Table(match self {
            Self::Table => return None,
            Self::Csv => OutputFormat::Csv,
            Self::Json => OutputFormat::Json,
            Self::Jsonl => OutputFormat::JsonLines,
            Self::Parquet => OutputFormat::Parquet,
            Self::Arrow => OutputFormat::Arrow,
            Self::Xlsx => return Some(Written::Spreadsheet),
        }))
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    let bytes = matches!(arguments.format(), Format::Parquet | Format::Arrow | Format::Xlsx);
    if bytes && arguments.out.is_none() && std::io::stdout().is_terminal() {
        output::tell("turf: this format is not for a screen. Name a file with `--out`, such as `--out who-gets-what.xlsx`.\n");
        return Exit::CouldNotRun;
    }
    let run = match routing::open(&arguments.source, terminal) {
        Ok(run) => run,
        Err(exit) => return exit,
    };
    match route(arguments, terminal, &run) {
        Ok(exit) => exit,
        Err(Failure::Data(DataError::MissingColumns { findings, .. })) => {
            output::tell(&crate::diagnostic::render::terminal(&findings, &run.opened.snapshot.sources, terminal.error_look()));
            Exit::CouldNotRun
        }
        Err(failure) => output::failed(&failure),
    }
}

fn route(arguments: &Arguments, terminal: &Terminal, run: &Run) -> Result<Exit, Failure> {
    let journal = run.journal();
    if arguments.commit && journal.is_none() {
        output::tell(
            "turf: there is no journal to record decisions in. Write these two lines into turf.toml, and run the command again:\n\n    [store]\n    file = \"journal.db\"\n",
        );
        return Ok(Exit::CouldNotRun);
    }
    let begun = |place: &Place| place.exists() && !matches!(place.read(), Err(StoreError::None { .. }));
    let journal = journal.filter(|place| arguments.commit || (!arguments.no_journal && begun(place)));
    let routed = match (journal, arguments.format()) {
        (Some(place), _) => recorded::recorded(arguments, terminal, run, &place)?,
        (None, Format::Table | Format::Csv) if run.streams() => stream(arguments, run)?,
        (None, _) => one_by_one(arguments, terminal, run)?,
    };
    let Routed { summary, shown, total, report, reasons, timings, journal } = routed;
    let to_file = arguments.out.is_some();
    let for_machines = arguments.format() != Format::Table || to_file;
    let mut text = String::new();
    if !for_machines {
        text.push_str(&rows_text(&shown, total, arguments, terminal));
    }
    text.push_str(&report::summary_text(&summary, terminal.width));
    text.push_str(&journal);
    text.push_str(&data_text(&report, &reasons, arguments));
    if arguments.timings {
        text.push_str(&timings.text());
    }
    let exit = if arguments.strict && report.set_aside > 0 { Exit::Findings } else { Exit::Fine };
    if for_machines && !to_file {
        // Standard output carries the rows; the totals are for the person.
        output::tell(&text);
        return Ok(exit);
    }
    Ok(output::print(&text, exit))
}

/// What routing a file came to.
pub(super) struct Routed {
    pub(super) summary: Summary,
    /// The first rows, when they are for people.
    pub(super) shown: Vec<Row>,
    pub(super) total: u64,
    pub(super) report: DataReport,
    /// The first rows set aside.
    pub(super) reasons: Vec<SetAside>,
    pub(super) timings: Timings,
    /// What was recorded, in words.
    pub(super) journal: String,
}

/// Decides on every core, where no decision depends on another.
fn stream(arguments: &Arguments, run: &Run) -> Result<Routed, DataError> {
    let start = Instant::now();
    let mut aside = AsideWriter::open(arguments)?;
    let guarded = !arguments.no_formula_guard;
    let mut output = match (arguments.format().written(), &arguments.out) {
        (_, Some(path)) => Some(Output::file(path)?),
        (Some(_), None) => Some(Output::stdout()),
        (None, None) => None,
    };
    let wanted = if output.is_some() { Wanted::Csv { guarded } } else { Wanted::First(arguments.limit) };
    if let Some(output) = &mut output {
        let mut header = Vec::new();
        push_csv_row(&mut header, &COLUMNS.iter().map(|c| OutCell::text(*c)).collect::<Vec<_>>(), guarded);
        output.put(&header)?;
    }
    let mut shown = Vec::new();
    let done = run.stream(wanted, |part| {
        if let Some(output) = &mut output {
            output.put(&part.csv)?;
        }
        let room = arguments.limit.saturating_sub(shown.len());
        shown.extend(part.rows.into_iter().take(room));
        part.set_aside.into_iter().try_for_each(|row| aside.take(row))
    })?;
    if let Some(output) = output {
        output.finish()?;
    }
    let reasons = aside.finish()?;
    let timings = Timings {
        steps: vec![("reading", done.reading, 1), ("deciding", done.deciding, done.workers), ("writing", done.writing, 1)],
        whole: start.elapsed(),
    };
    Ok(Routed { summary: done.summary, shown, total: done.report.rows, report: done.report, reasons, timings, journal: String::new() })
}

/// Decides one record after the other, in the order of their arrival.
fn one_by_one(arguments: &Arguments, terminal: &Terminal, run: &Run) -> Result<Routed, DataError> {
    let start = Instant::now();
    // The outputs are opened first: a file that cannot be written should not be found out after an hour.
    let written = arguments.format().written().or(arguments.out.as_ref().map(|_| Written::Table(OutputFormat::Csv)));
    let mut results = Results::open(written, arguments.out.as_deref(), !arguments.no_formula_guard)?;
    let mut aside = AsideWriter::open(arguments)?;
    let progress = progress(terminal);
    let take = |row: SetAside| {
        results.aside(&row)?;
        aside.take(row)
    };
    let ordered = run.read(take, |n| tick(&progress, n, "read"))?;
    let reading = start.elapsed();
    let mut summary = Summary::new(&run.plan, run.record);
    let mut rows: SpillSorter<(u64, Row, Option<String>)> = SpillSorter::new(SortLimit::default());
    let mut done = 0;
    let read = run.decide(ordered, None, |decided| {
        match decided.repeat {
            Repeat::First => summary.add(&run.plan, decided.decision),
            Repeat::Changed => {
                summary.changed += 1;
                summary.add(&run.plan, decided.decision);
            }
            Repeat::Same => summary.repeated += 1,
        }
        let why = results.want_why().then(|| {
            let looking = Looking::new(&run.plan, &run.opened.snapshot.sources, decided.decision, decided.before);
            explanation_text(&explain(&looking), WHY_WIDTH)
        });
        let weight = 600 + why.as_ref().map_or(0, String::len);
        rows.push((decided.position, Row::new(&run.plan, decided.decision), why), weight)?;
        done += 1;
        tick(&progress, done, "decided");
        Ok(true)
    })?;
    let deciding = start.elapsed().saturating_sub(reading);
    progress.finish_and_clear();
    let mut shown = Vec::new();
    let mut total = 0_u64;
    for next in Beside::new(rows.finish()?) {
        let (_, row, why) = next?;
        if results.are_written() {
            results.row(&row, why.as_deref())?;
        } else if shown.len() < arguments.limit {
            shown.push(row);
        }
        total += 1;
    }
    results.finish(&summary)?;
    let reasons = aside.finish()?;
    let whole = start.elapsed();
    let steps =
        vec![("reading and sorting", reading, 1), ("deciding", deciding, 1), ("writing", whole.saturating_sub(reading + deciding), 1)];
    Ok(Routed { summary, shown, total, report: read.report, reasons, timings: Timings { steps, whole }, journal: String::new() })
}

/// How long the steps of a run took.
pub(super) struct Timings {
    /// What was done, how long it took in all, and on how many threads at once.
    pub(super) steps: Vec<(&'static str, Duration, usize)>,
    pub(super) whole: Duration,
}

impl Timings {
    fn text(&self) -> String {
        let seconds = |d: Duration| format!("{}.{:03} s", d.as_secs(), d.subsec_millis());
        let mut text = "\nWhat it took, opening the book apart\n".to_owned();
        for (step, took, threads) in &self.steps {
            let spread = if *threads > 1 { format!(", spread over {threads} threads") } else { String::new() };
            text.push_str(&format!(" - {step}: {}{spread}\n", seconds(*took)));
        }
        text.push_str(&format!(" - from beginning to end: {}\n", seconds(self.whole)));
        if let Some(bytes) = memory::most_taken() {
            text.push_str(&format!(" - most memory taken: {} MB\n", bytes.div_ceil(1_000_000)));
        }
        text
    }
}

fn rows_text(shown: &[Row], total: u64, arguments: &Arguments, terminal: &Terminal) -> String {
    if shown.is_empty() {
        return String::new();
    }
    let mut text = report::table_text(shown, terminal.width);
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    if total > shown.len() {
        text.push_str(&format!(
            "... and {} more; `--limit {total}` shows all, `--out FILE` writes them into a file.\n",
            wording::grouped(total - shown.len())
        ));
    }
    if let Some(first) = shown.first() {
        text.push_str(&format!("Why one of them went where it went: {}\n", why_command(arguments, &first.id)));
    }
    text + "\n"
}

/// Writes the command that explains one of the rows, with the options that led to it.
fn why_command(arguments: &Arguments, id: &str) -> String {
    format!("turf why {}{}", wording::as_written(id), arguments.source.as_options())
}

/// Says what the file's dirt was and what became of it.
fn data_text(report: &DataReport, reasons: &[SetAside], arguments: &Arguments) -> String {
    let mut lines = dirt(report);
    if report.set_aside > 0 {
        let total = usize::try_from(report.set_aside).unwrap_or(usize::MAX);
        lines.push(format!(
            "{} set aside, because turf could not read {}:",
            count(total, "row was", "rows were"),
            if total == 1 { "it" } else { "them" }
        ));
        lines.extend(reasons.iter().map(|row| format!("  {row}")));
        if total > reasons.len() {
            let where_ = if arguments.set_aside.is_some() { "all are in the file you named" } else { "`--set-aside FILE` writes them all" };
            lines.push(format!("  ... and {} more; {where_}.", wording::grouped(total - reasons.len())));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\nAbout the data in {}\n", report.file);
    lines.iter().for_each(|line| text.push_str(&format!(" - {line}\n").replace(" -   ", "     ")));
    text
}

fn dirt(report: &DataReport) -> Vec<String> {
    let mut lines = Vec::new();
    for field in &report.fields {
        let times = |n: u64| count(usize::try_from(n).unwrap_or(usize::MAX), "cell", "cells");
        if field.unlisted_total() > 0 {
            let top: Vec<String> = field.top_unlisted(5).iter().map(|(value, n)| format!("{} ({n})", wording::as_written(value))).collect();
            let top = if top.is_empty() { String::new() } else { format!(", such as {}", top.join(", ")) };
            lines.push(format!(
                "`{}`: {} with a value that is not declared{top}; it equals no value of the rules.",
                field.field,
                times(field.unlisted_total())
            ));
        }
        if field.replaced > 0 {
            lines.push(format!("`{}`: {} replaced as turf.toml says.", field.field, times(field.replaced)));
        }
    }
    lines
}

/// Collects the first rows set aside, and writes them all into a file if one is named.
pub(super) struct AsideWriter {
    writer: Option<TableWriter>,
    first: Vec<SetAside>,
}

impl AsideWriter {
    pub(super) fn open(arguments: &Arguments) -> Result<Self, DataError> {
        let writer = match &arguments.set_aside {
            Some(path) => Some(TableWriter::new(Output::file(path)?, OutputFormat::Csv, (ASIDE, &[]), !arguments.no_formula_guard)?),
            None => None,
        };
        Ok(Self { writer, first: Vec::new() })
    }

    pub(super) fn take(&mut self, row: SetAside) -> Result<(), DataError> {
        if let Some(writer) = &mut self.writer {
            writer.row(&row.cells())?;
        }
        if self.first.len() < 10 {
            self.first.push(row);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<SetAside>, DataError> {
        if let Some(writer) = self.writer {
            writer.finish()?;
        }
        Ok(self.first)
    }
}

/// Shows progress only where somebody watches.
pub(super) fn progress(terminal: &Terminal) -> ProgressBar {
    if !terminal.interactive {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} {msg} ({per_sec})") {
        bar.set_style(style);
    }
    bar
}

pub(super) fn tick(bar: &ProgressBar, n: u64, word: &'static str) {
    if n.is_multiple_of(1_000) {
        bar.set_message(word);
        bar.set_position(n);
        bar.tick();
    }
}

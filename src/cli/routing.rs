//! Reads records, puts them into their total order, and decides one after the other: shared by `route` and `why`.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::output::{self, Exit, Terminal};
use crate::batch::{Done, Part, Stream, Wanted, is_independent};
use crate::data::{
    ArrivalSorter, Arrivals, Beside, DataError, DataFile, DataReport, FileKind, Input, Pieces, RecordReader, Row, SetAside, SortLimit,
    SpillSorter,
};
use crate::decide::{Decision, Engine, begin, decide};
use crate::diagnostic::{has_errors, render};
use crate::model::{Record, RecordId, Value};
use crate::plan::Plan;
use crate::rim::book::{self, Opened};
use crate::rim::clock;
use crate::state::State;
use crate::store::Place;
use crate::text::wording;

/// An opened book that can decide, and where the records come from.
pub struct Run {
    /// The book. Never taken apart: the process ends with the command, and the system takes it back in one piece.
    pub opened: ManuallyDrop<Opened>,
    /// The book ready to decide with.
    pub plan: Arc<Plan>,
    /// The type of the records.
    pub record: RecordId,
    settings: DataFile,
    path: PathBuf,
    shown: String,
    at: Option<Timestamp>,
}

/// Says what is decided: the arguments that `route` and `why` share.
#[derive(Debug, Args)]
pub struct Source {
    /// File of leads: CSV, JSON lines, Parquet, Arrow or a spreadsheet, packed (.gz, .zst) or not; `-` is standard input; without it the file named in turf.toml.
    leads: Option<PathBuf>,
    /// Folder of the book; without it the nearest folder upwards that holds turf.toml.
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
    /// Decide as of this moment instead of each record's arrival.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What the file holds: lead, account, or another record that the book declares.
    #[arg(long, value_name = "NAME", default_value = "lead")]
    pub record: String,
}

impl Source {
    /// Says to decide a file's records by the book in a folder.
    pub fn new(leads: PathBuf, book: PathBuf, at: Option<String>, record: String) -> Self {
        Self { leads: Some(leads), book: Some(book), at, record }
    }

    /// Says what is decided, each part as named or not.
    pub fn of(leads: Option<PathBuf>, book: Option<PathBuf>, at: Option<String>, record: String) -> Self {
        Self { leads, book, at, record }
    }

    /// Returns whether a recorded decision is meant: neither a file nor a moment is named.
    pub fn asks_journal(&self) -> bool {
        self.leads.is_none() && self.at.is_none()
    }

    /// Returns the folder of the book, as named.
    pub fn book(&self) -> Option<&std::path::Path> {
        self.book.as_deref()
    }

    /// Writes the arguments as they were given, to be put behind another command; standard input cannot be read twice.
    pub fn as_options(&self) -> String {
        let options = [
            self.leads.as_ref().filter(|f| f.as_os_str() != "-").map(|f| format!(" {}", f.display())),
            self.book.as_ref().map(|b| format!(" --book {}", b.display())),
            self.at.as_ref().map(|at| format!(" --at {at}")),
            (self.record != "lead").then(|| format!(" --record {}", self.record)),
        ];
        options.into_iter().flatten().collect()
    }
}

/// Opens a book and finds the records.
///
/// # Errors
/// The exit code, once the trouble is told.
pub fn open(wanted: &Source, terminal: &Terminal) -> Result<Run, Exit> {
    let opened = book::find(wanted.book.as_deref()).and_then(|dir| book::open(&dir)).map_err(|e| output::no_book(&e))?;
    let plan = usable(&opened, terminal, "decided")?;
    let record = record_named(&opened, &wanted.record)?;
    let at = wanted.at.as_deref().map(|text| moment(text, &opened.config.zone)).transpose()?;
    let settings = opened.config.records.get(&wanted.record).cloned().unwrap_or_default();
    let (path, shown) = match (&wanted.leads, &settings.file) {
        (Some(file), _) => (file.to_owned(), file.display().to_string()),
        (None, Some(file)) => (opened.folder.join(file), file.clone()),
        (None, None) => {
            output::tell(&format!(
                "turf: no file of {0} records is named. Name one, such as `turf route {0}s.csv`, or write `file = \"data/{0}s.csv\"` under `[records.{0}]` in turf.toml.\n",
                wanted.record
            ));
            return Err(Exit::CouldNotRun);
        }
    };
    Ok(Run { opened: ManuallyDrop::new(opened), plan, record, settings, path, shown, at })
}

/// Returns the plan of a book without errors; `done` is what cannot be done with another.
///
/// # Errors
/// The exit code, once the errors are shown.
pub fn usable(opened: &Opened, terminal: &Terminal, done: &str) -> Result<Arc<Plan>, Exit> {
    opened.snapshot.plan.clone().ok_or_else(|| {
        let errors: Vec<_> = opened.snapshot.findings.iter().filter(|f| has_errors(std::slice::from_ref(f))).cloned().collect();
        output::tell(&render::terminal(&errors, &opened.snapshot.sources, terminal.error_look()));
        output::tell(&format!("turf: nothing can be {done} until the errors above are mended.\n"));
        Exit::CouldNotRun
    })
}

/// Returns the record called `name`.
///
/// # Errors
/// The exit code, once the declared ones are named.
pub fn record_named(opened: &Opened, name: &str) -> Result<RecordId, Exit> {
    let schema = &opened.snapshot.schema;
    schema.find(name).ok_or_else(|| {
        let names: Vec<&str> = schema.records.iter().map(|r| &*r.name).collect();
        output::tell(&format!(
            "turf: the book declares no record `{name}`. Write `--record` and one of {}.\n",
            wording::join(&names, "or")
        ));
        Exit::CouldNotRun
    })
}

/// Reads `--at`: a moment with an offset, or a local time or day in the project's zone.
///
/// # Errors
/// The exit code, once the trouble is told.
pub fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Exit> {
    let local = |at: DateTime| zone.to_ambiguous_timestamp(at).compatible().ok();
    let read = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().and_then(local))
        .or_else(|| text.parse::<Date>().ok().and_then(|d| local(d.at(0, 0, 0, 0))));
    read.ok_or_else(|| {
        output::tell(&format!("turf: `--at {text}` is not a time. Write for example `--at 2027-03-01T09:00Z`, or `--at 2027-03-01T09:00` in the project's zone.\n"));
        Exit::CouldNotRun
    })
}

/// From how many records on the index pays for being made.
const MANY: u64 = 200;

/// What reading the file showed, besides the records.
#[derive(Debug, Default)]
pub struct Read {
    /// The report of the reader.
    pub report: DataReport,
    /// How many records are to be decided.
    kept: u64,
    /// Positions of rows whose key occurs more than once.
    repeated: BTreeSet<u64>,
}

/// The records in order, ready to be decided.
pub struct Ordered {
    /// What reading showed.
    pub read: Read,
    arrivals: Arrivals,
}

/// What became of one record.
pub struct Decided<'d> {
    /// Its position in the file.
    pub position: u64,
    /// The decision.
    pub decision: &'d Decision,
    /// The decision by asking every rule, where that was wanted and the first one is by the index.
    pub asked: Option<&'d Decision>,
    /// The state before it.
    pub before: &'d State,
    /// Whether the row repeats an earlier one.
    pub repeat: Repeat,
}

/// Whether a row's key was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// A key of its own, or the first of several.
    First,
    /// The same content again: the first decision stands.
    Same,
    /// Other content: decided anew.
    Changed,
}

impl Run {
    /// Returns whether the records can be decided on every core: a CSV file, and no decision depends on another.
    pub fn streams(&self) -> bool {
        self.path.as_os_str() != "-" && FileKind::of(&self.shown) == FileKind::Csv && is_independent(&self.plan, self.record)
    }

    /// Decides all records on every core and hands over what comes of each part of the file, in its order.
    ///
    /// # Errors
    /// When the file cannot be read, or handing over fails.
    pub fn stream(&self, wanted: Wanted, take: impl FnMut(Part) -> Result<(), DataError>) -> Result<Done, DataError> {
        let open = || Pieces::open(Input::open(&self.path, &self.shown)?, self.settings.delimiter);
        let pieces = open()?;
        let stream = Stream::new(&self.plan, self.record, &pieces, &self.settings, (self.at, clock::now()), wanted)?;
        stream.run(pieces, open, take)
    }

    /// Returns whether no decision depends on another, so that one record can be decided without the others.
    pub fn is_independent(&self) -> bool {
        is_independent(&self.plan, self.record)
    }

    /// Reads all records and sorts them; rows set aside are handed over as they are met.
    ///
    /// # Errors
    /// When the file cannot be read or a temporary file not written.
    pub fn read(&self, aside: impl FnMut(SetAside) -> Result<(), DataError>, progress: impl FnMut(u64)) -> Result<Ordered, DataError> {
        self.read_those(aside, progress, |_| true)
    }

    /// Reads all records and sorts those wanted.
    ///
    /// # Errors
    /// As [`Run::read`].
    pub fn read_those(
        &self,
        mut aside: impl FnMut(SetAside) -> Result<(), DataError>,
        mut progress: impl FnMut(u64),
        mut wanted: impl FnMut(&Record) -> bool,
    ) -> Result<Ordered, DataError> {
        let schema = &self.opened.snapshot.schema;
        let input = Input::open(&self.path, &self.shown)?;
        let reader = RecordReader::open(input, schema, self.record, &self.settings, &self.opened.config.zone)?;
        let mut sorter = ArrivalSorter::new(schema, SortLimit::default());
        let mut keys: SpillSorter<(Arc<str>, u64)> = SpillSorter::new(SortLimit::default());
        let (mut position, mut kept) = (0, 0);
        let mut report = DataReport::default();
        for read in Beside::new(Reading(Some(reader))) {
            let row = match read {
                Ok(Step::Row(row)) => row,
                Ok(Step::End(whole)) => {
                    report = *whole;
                    break;
                }
                Err(error) => return Err(error),
            };
            match row {
                Row::Record(record) => {
                    if wanted(&record) {
                        keys.push((record.key.clone(), position), record.key.len() + 48)?;
                        sorter.push(position, record)?;
                        kept += 1;
                    }
                    position += 1;
                    progress(position);
                }
                Row::SetAside(row) => aside(row)?,
            }
        }
        let read = Read { report, kept, repeated: repeated(keys)? };
        Ok(Ordered { read, arrivals: sorter.finish()? })
    }

    /// Decides the records in order, those of the key given by asking every rule as well. The closure may stop the run by
    /// returning `false`.
    ///
    /// # Errors
    /// When a temporary file cannot be read, or the closure fails.
    pub fn decide(
        &self,
        ordered: Ordered,
        ask_about: Option<&str>,
        mut each: impl FnMut(Decided<'_>) -> Result<bool, DataError>,
    ) -> Result<Read, DataError> {
        let now = clock::now();
        let mut state = None;
        let many = ordered.read.kept >= MANY;
        let mut engine = many.then(|| Engine::new(&self.plan, self.record));
        let mut seen: BTreeMap<Arc<str>, Vec<(Record, Decision)>> = BTreeMap::new();
        let arrivals: Box<dyn Iterator<Item = Result<(u64, Record), DataError>>> =
            if many { Box::new(Beside::new(ordered.arrivals)) } else { Box::new(ordered.arrivals) };
        for next in arrivals {
            let (position, record) = next?;
            let at = self.moment(&record).unwrap_or(now);
            let state = state.get_or_insert_with(|| begin(&self.plan, at));
            let several = ordered.read.repeated.contains(&position);
            let earlier = if several { seen.get(&record.key).map(Vec::as_slice).unwrap_or_default() } else { &[] };
            if let Some((_, decision)) = earlier.iter().find(|(r, _)| r.values == record.values) {
                let decision = decision.clone();
                if !each(Decided { position, decision: &decision, asked: None, before: state, repeat: Repeat::Same })? {
                    break;
                }
                continue;
            }
            let repeat = if earlier.is_empty() { Repeat::First } else { Repeat::Changed };
            // Only a key that comes again is compared with what was read before.
            let kept = several.then(|| record.clone());
            let asked = engine.is_some() && ask_about == Some(&*record.key);
            let asked = asked.then(|| decide(&self.plan, record.clone(), state, at));
            let decision = match &mut engine {
                Some(engine) => engine.decide(record, state, at),
                None => decide(&self.plan, record, state, at),
            };
            let more = each(Decided { position, decision: &decision, asked: asked.as_ref(), before: state, repeat })?;
            decision.changes.iter().for_each(|change| state.apply(change));
            if let Some(record) = kept {
                seen.entry(record.key.clone()).or_default().push((record, decision));
            }
            if !more {
                break;
            }
        }
        Ok(ordered.read)
    }

    /// Returns the records in order, to be decided elsewhere, and what reading them showed.
    pub fn arrivals(&self, ordered: Ordered) -> (Read, impl Iterator<Item = Result<(u64, Record), DataError>> + use<>) {
        (ordered.read, Beside::new(ordered.arrivals))
    }

    /// Returns the moment a record is decided for: `--at`, else its arrival, else none for the present.
    pub fn moment(&self, record: &Record) -> Option<Timestamp> {
        self.at.or_else(|| self.arrival(record))
    }

    /// Returns where the journal of the book is, if `turf.toml` names one.
    pub fn journal(&self) -> Option<Place> {
        self.opened.config.store.as_ref().and_then(|settings| Place::new(settings, &self.opened.folder))
    }

    fn arrival(&self, record: &Record) -> Option<Timestamp> {
        let field = self.opened.snapshot.schema.record(record.kind).arrival?;
        match record.value(field) {
            Some(Value::Time(at)) => Some(*at),
            _ => None,
        }
    }
}

/// Reads rows, and what reading them showed at the end.
struct Reading(Option<RecordReader>);

/// What reading comes to, step by step.
enum Step {
    Row(Row),
    End(Box<DataReport>),
}

impl Iterator for Reading {
    type Item = Result<Step, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.0.as_mut()?;
        if let Some(row) = reader.next() {
            return Some(row.map(Step::Row));
        }
        let report = Box::new(reader.report().clone());
        self.0 = None;
        Some(Ok(Step::End(report)))
    }
}

/// Finds the positions of keys that occur more than once.
fn repeated(keys: SpillSorter<(Arc<str>, u64)>) -> Result<BTreeSet<u64>, DataError> {
    let mut repeated = BTreeSet::new();
    let mut last: Option<(Arc<str>, u64)> = None;
    for next in keys.finish()? {
        let (key, position) = next?;
        if let Some((before, at)) = &last
            && *before == key
        {
            repeated.extend([*at, position]);
        }
        last = Some((key, position));
    }
    Ok(repeated)
}

//! A file through all cores: pieces out to the workers, what they made of them back in the order of the file.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::fixed::{fields_asked, is_fixed};
use super::probe::Probe;
use super::repeats;
use super::trace::Trace;
use super::worker::Worker;
use crate::data::{CellReader, DataError, DataReport, Format, Piece, Pieces, SetAside};
use crate::decide::{Decider, Engine};
use crate::model::{FieldId, RecordId, Type};
use crate::plan::Plan;
use crate::report::{Row, Summary};

/// How many pieces for each worker are on the way at most: enough that none waits while the reader is held up elsewhere.
const AHEAD: usize = 8;

/// Says what is wanted of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of them as CSV; with `guarded`, text that looks like a formula gets an apostrophe.
    Csv {
        /// Whether text is guarded.
        guarded: bool,
    },
    /// The first ones, that many.
    First(usize),
}

/// What a piece of a file came to.
#[derive(Debug, Default)]
pub struct Part {
    /// Its rows as CSV.
    pub csv: Vec<u8>,
    /// Its first rows.
    pub rows: Vec<Row>,
    /// Rows that could not be read.
    pub set_aside: Vec<SetAside>,
    /// What reading it showed.
    pub report: DataReport,
    /// What came of rows with the key that is looked for.
    pub traces: Vec<Trace>,
    /// Hashes of the records' keys.
    pub(super) keys: Vec<u64>,
    /// How long the worker took.
    pub(super) took: Duration,
}

/// What a whole file came to.
#[derive(Debug)]
pub struct Done {
    /// The totals.
    pub summary: Summary,
    /// What reading showed.
    pub report: DataReport,
    /// How long reading took.
    pub reading: Duration,
    /// How long the workers took together, splitting included.
    pub deciding: Duration,
    /// How long the taker of the parts took.
    pub writing: Duration,
    /// How many workers there were.
    pub workers: usize,
}

/// Decides the records of CSV files by a book whose decisions do not depend on each other.
pub struct Stream<'p> {
    pub(super) plan: &'p Plan,
    pub(super) record: RecordId,
    pub(super) engine: Engine<'p>,
    pub(super) cells: CellReader,
    pub(super) format: Format,
    pub(super) at: Option<Timestamp>,
    pub(super) now: Timestamp,
    pub(super) wanted: Wanted,
    pub(super) fields: Vec<Field>,
    pub(super) key: usize,
    pub(super) arrival: Option<usize>,
    /// The field that names a record, with its column.
    pub(super) name: Option<(usize, usize)>,
    pub(super) money: Option<usize>,
    /// By rule in the order considered.
    pub(super) rules: Vec<RuleFacts>,
    pub(super) otherwise_fixed: bool,
    /// By rule in the order considered: the record's own fields that its open parts ask about; none for any.
    pub(super) asked: Vec<Option<u64>>,
    /// Likewise the searches in texts that these are, if they are nothing else.
    pub(super) probes: Vec<Option<Box<[Probe]>>>,
    /// Likewise the fields of their whole conditions.
    pub(super) asked_whole: Vec<Option<u64>>,
    /// Whether rows can be decided without becoming records at all.
    pub(super) direct: bool,
    /// The key of rows of which it is told what came of them.
    pub(super) traced: Option<Arc<str>>,
}

/// What is asked of a rule for every row that it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuleFacts {
    /// Its place among priorities.
    pub rank: u32,
    /// Whether the next one has another priority.
    pub alone: bool,
    /// Whether it always comes to the same.
    pub fixed: bool,
}

/// How a field of the rows is looked at.
pub(super) struct Field {
    pub id: FieldId,
    /// Its column.
    pub column: Option<usize>,
    pub how: How,
}

/// How much of a cell is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Only whether it is blank: text that nothing asks about.
    Blank,
    /// Whether it can be read.
    Check,
    /// What it is, because axes hang on it or it is written.
    Code,
}

impl<'p> Stream<'p> {
    /// Prepares for a file with its header read; `at` is the moment of all decisions, else each record's arrival counts, and
    /// `now` where it has none.
    ///
    /// # Errors
    /// When the file lacks a column.
    pub fn new(
        plan: &'p Plan,
        record: RecordId,
        pieces: &Pieces,
        settings: &crate::data::DataFile,
        (at, now): (Option<Timestamp>, Timestamp),
        wanted: Wanted,
    ) -> Result<Self, DataError> {
        let book = &*plan.book;
        let cells = CellReader::open(pieces, &book.schema, record, settings, &book.zone)?;
        let engine = Engine::new(plan, record);
        let ty = book.schema.record(record);
        let index = engine.index();
        let arrival = ty.arrival.map(|f| f.index());
        let field = |(position, declared): (usize, &crate::model::Field)| {
            let id = FieldId::from_index(position);
            let coded = index.points.asks(id) || Some(position) == arrival || matches!(declared.ty, Type::Money(_));
            let how = if coded {
                How::Code
            } else if cells.is_plain(position) {
                How::Blank
            } else {
                How::Check
            };
            Field { id, column: cells.column(position), how }
        };
        let fields: Vec<Field> = ty.fields.iter().enumerate().map(field).collect();
        let rule = |id: &crate::model::RuleId| book.rules.get(id.index());
        let is_plain = |r: &crate::model::Rule| is_fixed(&r.route) && r.credit.is_none() && r.respond.is_none();
        let rank = |id: &crate::model::RuleId| rule(id).map_or(u32::MAX, |r| r.priority.rank);
        let next = index.order.iter().skip(1).map(|id| Some(rank(id))).chain([None]);
        let facts = |(id, next): (&crate::model::RuleId, Option<u32>)| RuleFacts {
            rank: rank(id),
            alone: next != Some(rank(id)),
            fixed: rule(id).is_some_and(is_plain),
        };
        let rules = index.order.iter().zip(next).map(facts).collect();
        let otherwise = book.otherwise.get(&record);
        let otherwise_fixed = otherwise.is_none_or(|o| is_fixed(&o.route) && o.credit.is_none() && o.respond.is_none());
        let whole = |id: &crate::model::RuleId| rule(id).and_then(|r| fields_asked(std::slice::from_ref(&r.condition)));
        let asked_whole = index.order.iter().map(whole).collect();
        let asked = index.open.iter().map(|parts| fields_asked(parts)).collect();
        let probes = index.open.iter().map(|parts| Probe::of(parts)).collect();
        let key = ty.key.index();
        let direct = fields.len() <= 64 && cells.is_plain(key) && index.points.derived().next().is_none() && book.tables.is_empty();
        let is_name = |(i, f): &(usize, &crate::model::Field)| *i != key && !f.private && matches!(f.ty, Type::Text { .. });
        let name = ty.fields.iter().enumerate().find(is_name).map(|(i, _)| i);
        let money = Summary::new(plan, record).money_field().map(|f| f.index());
        Ok(Self {
            format: pieces.format(),
            rules,
            direct: direct && name.is_none_or(|n| cells.is_plain(n)),
            name: name.and_then(|n| Some((n, cells.column(n)?))),
            plan,
            record,
            cells,
            at,
            now,
            wanted,
            fields,
            key,
            arrival,
            money,
            otherwise_fixed,
            asked,
            probes,
            asked_whole,
            engine,
            traced: None,
        })
    }

    /// Tells of rows with a key what came of them.
    #[must_use]
    pub fn tracing(self, key: &str) -> Self {
        Self { traced: Some(key.into()), ..self }
    }

    /// Returns who decides where a rule applies, by its place in the order considered, or none does.
    pub(super) fn decider(&self, rule: Option<u32>) -> Option<Decider> {
        match rule {
            Some(item) => self.engine.index().order.get(item as usize).copied().map(Decider::Rule),
            None => self.plan.book.otherwise.get(&self.record).map(|_| Decider::Otherwise),
        }
    }

    /// Decides all that is left of a file; the parts are handed over in its order.
    ///
    /// `again` opens the same file once more, for keys that come more than once.
    ///
    /// # Errors
    /// When the file cannot be read, or handing over fails.
    pub fn run(
        &self,
        mut pieces: Pieces,
        again: impl FnOnce() -> Result<Pieces, DataError>,
        mut take: impl FnMut(Part) -> Result<(), DataError>,
    ) -> Result<Done, DataError> {
        let workers = thread::available_parallelism().map_or(1, usize::from).min(16);
        let mut done = Done {
            summary: Summary::new(self.plan, self.record),
            report: self.cells.report(),
            reading: Duration::ZERO,
            deciding: Duration::ZERO,
            writing: Duration::ZERO,
            workers,
        };
        let mut keys = repeats::Keys::new();
        let mut hand_over = |mut part: Part, done: &mut Done| {
            keys.add(&std::mem::take(&mut part.keys));
            done.deciding += part.took;
            done.report.merge(std::mem::take(&mut part.report));
            let start = Instant::now();
            let taken = take(part);
            done.writing += start.elapsed();
            taken
        };
        let shares = thread::scope(|scope| {
            let (work, waiting) = sync_channel::<(u64, Piece)>(workers * AHEAD);
            let (results, arriving) = sync_channel::<(u64, Part)>(workers * AHEAD);
            let waiting = Arc::new(Mutex::new(waiting));
            let threads: Vec<_> = (0..workers)
                .map(|_| {
                    let (waiting, results) = (waiting.clone(), results.clone());
                    scope.spawn(move || self.work(&waiting, &results))
                })
                .collect();
            drop(results);
            let carried = self.carry(&mut pieces, work, &arriving, &mut done, &mut hand_over);
            // Workers end when there is no more work; those that wait to hand over must not wait for ever.
            drop(arriving);
            let mut shares = Vec::new();
            for thread in threads {
                match thread.join() {
                    Ok(own) => shares.push(own),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            carried.map(|()| shares)
        })?;
        shares.iter().for_each(|own| done.summary.merge(own));
        repeats::settle(self, keys, again, (&mut done.summary, workers))?;
        Ok(done)
    }

    /// Sends pieces to the workers and hands over what comes back, in order.
    fn carry(
        &self,
        pieces: &mut Pieces,
        work: SyncSender<(u64, Piece)>,
        arriving: &Receiver<(u64, Part)>,
        done: &mut Done,
        hand_over: &mut impl FnMut(Part, &mut Done) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let most_on_the_way = u64::try_from(done.workers * AHEAD).unwrap_or(u64::MAX);
        let (mut sent, mut handed) = (0_u64, 0_u64);
        let mut early: BTreeMap<u64, Part> = BTreeMap::new();
        let mut more = true;
        while more || handed < sent {
            if more && sent - handed < most_on_the_way {
                let start = Instant::now();
                let piece = pieces.read()?;
                done.reading += start.elapsed();
                more = piece.is_some_and(|piece| work.send((sent, piece)).is_ok());
                sent += u64::from(more);
                while let Ok((number, part)) = arriving.try_recv() {
                    early.insert(number, part);
                }
            } else if let Ok((number, part)) = arriving.recv() {
                early.insert(number, part);
            } else {
                return Ok(());
            }
            while let Some(part) = early.remove(&handed) {
                hand_over(part, done)?;
                handed += 1;
            }
        }
        Ok(())
    }

    /// Works on pieces until there are no more; returns the totals.
    fn work(&self, waiting: &Mutex<Receiver<(u64, Piece)>>, results: &SyncSender<(u64, Part)>) -> Summary {
        let mut worker = Worker::new(self);
        loop {
            let next = match waiting.lock() {
                Ok(waiting) => waiting.recv(),
                Err(_) => break,
            };
            let Ok((number, piece)) = next else { break };
            let start = Instant::now();
            let mut part = worker.decide(&piece);
            part.took = start.elapsed();
            if results.send((number, part)).is_err() {
                break;
            }
        }
        worker.finish()
    }
}

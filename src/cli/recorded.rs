//! `turf route` with a journal: decides from where the journal stands, and records what was decided with `--commit`.

use std::time::Instant;

use rust_decimal::Decimal;

use super::output::{Failure, Terminal};
use super::results::{Results, Written};
use super::route::{Arguments, AsideWriter, Routed, Timings, WHY_WIDTH, progress, tick};
use super::routing::Run;
use crate::data::{Beside, OutputFormat, SetAside, SortLimit, SpillSorter};
use crate::explain::{Looking, explain, explanation_text};
use crate::journal::recorded_row;
use crate::report::{Row, Summary};
use crate::rim::clock;
use crate::store::{Done, Manner, Place, Recorder, Work};
use crate::text::wording::count;

/// Decides one record after the other from where the journal stands, and records what was decided if that is wanted.
pub(super) fn recorded(arguments: &Arguments, terminal: &Terminal, run: &Run, place: &Place) -> Result<Routed, Failure> {
    let start = Instant::now();
    let written = arguments.format().written().or(arguments.out.as_ref().map(|_| Written::Table(OutputFormat::Csv)));
    let mut results = Results::open(written, arguments.out.as_deref(), !arguments.no_formula_guard)?;
    let mut aside = AsideWriter::open(arguments)?;
    let manner =
        Manner { sealed: run.opened.config.store.as_ref().is_none_or(|s| s.sealed), anew: arguments.again, dry: !arguments.commit };
    let (store, key) = if arguments.commit {
        place.open()?
    } else {
        let (store, key) = place.read()?;
        // Without the key the past cannot be looked up; what is decided then may not be what would be recorded.
        (store, key.ok_or_else(|| place.no_key())?)
    };
    let mut recorder = Recorder::new(store, key, (&run.opened, &run.plan), manner)?;
    let progress = progress(terminal);
    let take = |row: SetAside| {
        results.aside(&row)?;
        aside.take(row)
    };
    let ordered = run.read(take, |n| tick(&progress, n, "read"))?;
    let reading = start.elapsed();
    let (read, arrivals) = run.arrivals(ordered);
    let mut summary = Summary::new(&run.plan, run.record);
    let mut rows: SpillSorter<(u64, Row, Option<String>)> = SpillSorter::new(SortLimit::default());
    let mut counted = Counted::default();
    let (mut positions, mut batch) = (Vec::new(), Vec::new());
    let most = usize::try_from(arguments.batch).unwrap_or(1);
    let mut arrivals = arrivals.peekable();
    while let Some(next) = arrivals.next() {
        let (position, record) = next?;
        positions.push(position);
        batch.push(Work { at: run.moment(&record), record });
        if batch.len() < most && arrivals.peek().is_some() {
            continue;
        }
        let amounts: Vec<Decimal> = batch.iter().map(|w: &Work| summary.amount(&w.record)).collect();
        let mut amounts = amounts.into_iter();
        let made = recorder.batch(std::mem::take(&mut batch), clock::now(), |done| {
            let amount = amounts.next().unwrap_or_default();
            match done {
                Done::Decided { decision, consulted, former, .. } => {
                    counted.decided += 1;
                    summary.changed += u64::from(former.is_some());
                    summary.add(&run.plan, &decision);
                    let why = results.want_why().then(|| {
                        let looking = Looking::new(&run.plan, &run.opened.snapshot.sources, &decision, &consulted);
                        explanation_text(&explain(&looking), WHY_WIDTH)
                    });
                    (Row::new(&run.plan, &decision), why)
                }
                Done::Recorded { document, .. } => {
                    counted.known += 1;
                    let row = recorded_row(&document, &run.opened.snapshot.schema, &run.opened.config.zone);
                    summary.add_row(&run.plan, &row, amount);
                    (row, None)
                }
            }
        })?;
        for (position, (row, why)) in positions.drain(..).zip(made) {
            let weight = 600 + why.as_ref().map_or(0, String::len);
            rows.push((position, row, why), weight)?;
        }
        tick(&progress, counted.decided + counted.known, "recorded");
    }
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
    let what = if arguments.commit { "deciding and recording" } else { "deciding" };
    let steps = vec![("reading and sorting", reading, 1), (what, deciding, 1), ("writing", whole.saturating_sub(reading + deciding), 1)];
    let journal = counted.text(arguments.commit, &recorder.shown());
    Ok(Routed { summary, shown, total, report: read.report, reasons, timings: Timings { steps, whole }, journal })
}

/// How many records were decided, and how many had been before.
#[derive(Default)]
struct Counted {
    decided: u64,
    known: u64,
}

impl Counted {
    fn text(&self, commit: bool, shown: &str) -> String {
        let times = |n: u64, one: &str, many: &str| count(usize::try_from(n).unwrap_or(usize::MAX), one, many);
        let known = match self.known {
            0 => String::new(),
            n => format!(" {} decided before and did not change, so the recorded decision stands.", times(n, "record was", "records were")),
        };
        let decided = times(self.decided, "decision", "decisions");
        if commit {
            format!("\nJournal\n - {decided} recorded in {shown}.{known}\n")
        } else {
            format!("\nJournal\n - A dry run from where {shown} stands: nothing was recorded. `--commit` records {decided}.{known}\n")
        }
    }
}

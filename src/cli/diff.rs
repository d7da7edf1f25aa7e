//! `turf diff`: every record that two books treat differently, and what becomes of sample records.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rust_decimal::Decimal;

use super::output::{self, Exit, Terminal};
use super::routing::{self, Repeat, Run, Source};
use crate::compare::{Comparison, Concerned, Counted, Sample, compare, markdown, text};
use crate::data::DataError;
use crate::decide::Decision;
use crate::diagnostic::{Severity, render};
use crate::model::{Record, RecordId, Type, Value};
use crate::plan::Plan;
use crate::rim::book::{self, Opened};
use crate::rim::revision::{self, Folder};
use crate::text::wording;

/// Arguments of `turf diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf diff rules/first my-book\n  turf diff main:rules rules --on leads.csv\n  turf diff HEAD~1:rules HEAD:rules --format markdown\n\nThe list of differences covers every possible record, not only those of a file. Exit codes: 0 alike, 1 different, 2 could not run."
)]
pub struct Arguments {
    /// The older book: a folder, or a git revision such as `main:rules`.
    old: String,
    /// The newer book, likewise.
    new: String,
    /// File of records that both books decide, to see who gains and who loses.
    #[arg(long, value_name = "FILE")]
    on: Option<PathBuf>,
    /// What is compared: lead, or another record that rules are for.
    #[arg(long, value_name = "NAME", default_value = "lead")]
    record: String,
    /// The field of the records that is summed; without it their first field of money.
    #[arg(long, value_name = "FIELD")]
    money: Option<String>,
    /// Decide the records of the file as of this moment instead of each one's arrival.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How the differences are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The formats of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people at a terminal.
    Text,
    /// One JSON document; see docs/output.md.
    Json,
    /// For a merge request.
    Markdown,
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    match answer(arguments, terminal) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn answer(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Exit> {
    let like = |other: &str| Some(PathBuf::from(other)).filter(|p| p.is_dir());
    let folder = |name: &str, other: &str| {
        revision::folder(name, like(other).as_deref()).map_err(|e| {
            output::tell(&format!("turf: {}\n", e.in_words()));
            Exit::CouldNotRun
        })
    };
    let (old, new) = (folder(&arguments.old, &arguments.new)?, folder(&arguments.new, &arguments.old)?);
    let (old_book, new_book) = (open(&old, terminal)?, open(&new, terminal)?);
    let (old_plan, new_plan) = (plan(&old_book)?, plan(&new_book)?);
    let record = (kind(&old_plan, arguments, &old)?, kind(&new_plan, arguments, &new)?);
    let ordinary = new_book.snapshot.settings.ordinary.get(&record.1).cloned().unwrap_or_default();
    let ordinary = crate::space::Ordinary { reps: super::examples::active_in_both(&old_plan, &new_plan), ..ordinary };
    let mut comparison = compare(&old_plan, &new_plan, record, &ordinary, new_book.snapshot.settings.budget / 5).map_err(|mistake| {
        output::tell(&format!(
            "turf: the comparison and the evaluator disagree about {}. This is a mistake in turf, not in your books: please report it with both.\n",
            mistake.0
        ));
        Exit::CouldNotRun
    })?;
    if let Some(file) = &arguments.on {
        let (counted, sample) = sample(arguments, file, (&old, &new), &comparison, terminal)?;
        comparison.concern(counted);
        comparison.sample = Some(sample);
    }
    let exit = if comparison.is_empty() { Exit::Fine } else { Exit::Findings };
    Ok(output::print(&written(&comparison, arguments.format), exit))
}

fn written(comparison: &Comparison, format: Format) -> String {
    match format {
        Format::Text => text(comparison),
        Format::Markdown => markdown(comparison),
        Format::Json => serde_json::to_string_pretty(comparison).map_or_else(|e| format!("{{\"error\": \"{e}\"}}\n"), |t| t + "\n"),
    }
}

fn open(folder: &Folder, terminal: &Terminal) -> Result<Opened, Exit> {
    let opened = book::find(Some(&folder.path)).and_then(|dir| book::open(&dir)).map_err(|_| {
        output::tell(&format!("turf: there is no book in `{}`: it has no turf.toml. Name the folder of a book.\n", folder.shown));
        Exit::CouldNotRun
    })?;
    if opened.snapshot.plan.is_none() {
        let errors: Vec<_> = opened.snapshot.findings.iter().filter(|f| f.severity == Severity::Error).cloned().collect();
        output::tell(&render::terminal(&errors, &opened.snapshot.sources, terminal.error_look()));
        output::tell(&format!("turf: `{}` cannot be compared until the errors above are mended.\n", folder.shown));
        return Err(Exit::CouldNotRun);
    }
    Ok(opened)
}

fn plan(opened: &Opened) -> Result<Arc<Plan>, Exit> {
    opened.snapshot.plan.clone().ok_or(Exit::CouldNotRun)
}

fn kind(plan: &Plan, arguments: &Arguments, folder: &Folder) -> Result<RecordId, Exit> {
    plan.book.schema.find(&arguments.record).ok_or_else(|| {
        let names: Vec<&str> = plan.book.schema.records.iter().map(|r| &*r.name).collect();
        output::tell(&format!(
            "turf: the book in `{}` declares no record `{}`. Write `--record` and one of {}.\n",
            folder.shown,
            arguments.record,
            wording::join(&names, "or")
        ));
        Exit::CouldNotRun
    })
}

/// Decides the records of a file by both books: how many fall in each difference, and who gains and loses.
fn sample(
    arguments: &Arguments,
    file: &Path,
    (old, new): (&Folder, &Folder),
    comparison: &Comparison,
    terminal: &Terminal,
) -> Result<(Counted, Sample), Exit> {
    let source = |folder: &Folder| Source::new(file.to_owned(), folder.path.clone(), arguments.at.clone(), arguments.record.clone());
    let (before, after) = (routing::open(&source(old), terminal)?, routing::open(&source(new), terminal)?);
    let money = money(&after, arguments)?;
    let mut sample = Sample::default();
    if let Some((name, field)) = &money
        && let Type::Money(currency) = &after.plan.book.schema.field(after.record, *field).ty
    {
        sample.money = Some((name.clone(), currency.to_string()));
    }
    let mut decided: BTreeMap<Arc<str>, Decision> = BTreeMap::new();
    each(&before, |decision| drop(decided.insert(decision.record.key.clone(), decision.clone()))).map_err(|e| output::trouble(&e))?;
    let mut concerned = Concerned::new(comparison, &before.plan, &after.plan);
    each(&after, |decision| {
        if let Some(earlier) = decided.get(&decision.record.key) {
            let amount = money.as_ref().map_or(Decimal::ZERO, |(_, field)| amount(&decision.record, *field));
            let listed = concerned.add(earlier, decision, amount);
            sample.add((&before.plan, earlier), (&after.plan, decision), amount, listed);
        }
    })
    .map_err(|e| output::trouble(&e))?;
    let counted = concerned.finish(sample.money.as_ref().map(|(_, currency)| currency.as_str()));
    Ok((counted, sample))
}

fn each(run: &Run, mut use_it: impl FnMut(&Decision)) -> Result<(), DataError> {
    let ordered = run.read(|_| Ok(()), |_| {})?;
    run.decide(ordered, None, |decided| {
        if decided.repeat != Repeat::Same {
            use_it(decided.decision);
        }
        Ok(true)
    })?;
    Ok(())
}

fn amount(record: &Record, field: crate::model::FieldId) -> Decimal {
    match record.value(field) {
        Some(Value::Number(amount)) => *amount,
        _ => Decimal::ZERO,
    }
}

/// The field that is summed: the one named, or the first of money.
fn money(run: &Run, arguments: &Arguments) -> Result<Option<(String, crate::model::FieldId)>, Exit> {
    let record = run.plan.book.schema.record(run.record);
    let is_money = |field: crate::model::FieldId| matches!(run.plan.book.schema.field(run.record, field).ty, Type::Money(_));
    let Some(name) = &arguments.money else {
        let first = (0..record.fields.len()).map(crate::model::FieldId::from_index).find(|f| is_money(*f));
        return Ok(first.map(|f| (record.fields[f.index()].name.to_string(), f)));
    };
    match record.find(name).filter(|f| is_money(*f)) {
        Some(field) => Ok(Some((name.clone(), field))),
        None => {
            let known: Vec<&str> = record.fields.iter().filter(|f| matches!(f.ty, Type::Money(_))).map(|f| &*f.name).collect();
            let help =
                if known.is_empty() { "The record has none".to_owned() } else { format!("Name one of {}", wording::join(&known, "or")) };
            output::tell(&format!("turf: `{name}` is no field of money of the record `{}`. {help}.\n", record.name));
            Err(Exit::CouldNotRun)
        }
    }
}

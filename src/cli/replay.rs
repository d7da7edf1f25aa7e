//! `turf replay`: recorded decisions decided again, by the book that decided them or by another.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;

use super::journal::{self, BookOf, Books, Reading};
use super::output::{self, Exit, Failure, Terminal};
use super::routing;
use crate::journal::document::DecisionDoc;
use crate::journal::{Difference, Entry, again, first_difference};
use crate::rim::book;
use crate::store::{Imagined, StoreError};
use crate::text::wording::{self, count};

/// Arguments of `turf replay`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf replay                        every recorded decision, by the book that decided it\n  turf replay --since 2027-03-01\n  turf replay --id L01\n  turf replay --with ../new-rules    what another book would have decided\n\nExit codes: 0 all the same, 1 something differs or cannot be told, 2 could not run."
)]
pub struct Arguments {
    #[command(flatten)]
    book: BookOf,
    /// Only decisions recorded from this moment on.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only decisions about this record.
    #[arg(long, value_name = "KEY")]
    id: Option<String>,
    /// Ask what the book in this folder would have decided instead, one decision after the other, with its own turns and loads.
    #[arg(long, value_name = "DIR")]
    with: Option<PathBuf>,
    /// How many decisions that differ are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON document; see docs/journal.md.
    Json,
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Replayed {
    format: &'static str,
    same: u64,
    differs: u64,
    cannot: u64,
    /// The first of those that are not the same.
    shown: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    number: u64,
    kind: Arc<str>,
    id: Arc<str>,
    #[serde(flatten)]
    result: Result_,
}

#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
enum Result_ {
    Differs(Difference),
    Cannot { why: String },
}

/// What another book would have decided.
#[derive(Debug, Default, Serialize)]
struct Compared {
    format: &'static str,
    book: String,
    unchanged: u64,
    changed: u64,
    cannot: u64,
    /// By rep or queue: recorded, and what the other book would have given.
    assignees: BTreeMap<String, Share>,
    /// The first of those that change.
    shown: Vec<Change>,
    /// The first of those that cannot be told.
    not_told: Vec<One>,
}

#[derive(Debug, Default, Serialize)]
struct Share {
    recorded: u64,
    then: u64,
}

#[derive(Debug, Serialize)]
struct Change {
    number: u64,
    kind: Arc<str>,
    id: Arc<str>,
    recorded: String,
    recorded_rule: Option<Arc<str>>,
    then: String,
    then_rule: Option<Arc<str>>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    go(arguments, terminal).unwrap_or_else(|exit| exit)
}

fn go(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Exit> {
    let mut reading = journal::read(&arguments.book)?;
    let since = arguments.since.as_deref().map(|text| routing::moment(text, &reading.opened.config.zone)).transpose()?;
    match &arguments.with {
        None => by_their_books(arguments, &mut reading, since).map_err(|e| output::store_trouble(&e)),
        Some(folder) => {
            let other = book::find(Some(folder)).and_then(|dir| book::open(&dir)).map_err(|e| output::no_book(&e))?;
            let plan = routing::usable(&other, terminal, "decided")?;
            let mut imagined = Imagined::new(&plan, reading.key.clone());
            let name = other.name.clone();
            with_another(arguments, &mut reading, since, (&mut imagined, name)).map_err(|e| output::failed(&Failure::Store(e)))
        }
    }
}

/// Whether a decision is asked about.
fn wanted(arguments: &Arguments, since: Option<Timestamp>, entry: &Entry, document: &DecisionDoc) -> bool {
    since.is_none_or(|since| entry.at >= since) && arguments.id.as_ref().is_none_or(|id| *document.record.id == **id)
}

fn by_their_books(arguments: &Arguments, reading: &mut Reading, since: Option<Timestamp>) -> Result<Exit, StoreError> {
    let mut books = Books::default();
    let mut replayed = Replayed { format: "turf-replay/1", ..Replayed::default() };
    let key = reading.key.clone();
    journal::each_entry(&mut *reading.store, 1, |store, entry| {
        let Some(document) = journal::decision(store, &entry)?.filter(|d| wanted(arguments, since, &entry, d)) else { return Ok(true) };
        let result = match books.get(store, &document.book, key.as_ref())? {
            Err(why) => Some(Result_::Cannot { why }),
            Ok(opened) => match &opened.snapshot.plan {
                None => Some(Result_::Cannot { why: "its book has errors".to_owned() }),
                Some(plan) => match again(&document, plan, key.as_ref()) {
                    Err(cannot) => Some(Result_::Cannot { why: cannot.to_string() }),
                    Ok(again) => differs(&entry, &again.document),
                },
            },
        };
        match &result {
            None => replayed.same += 1,
            Some(Result_::Differs(_)) => replayed.differs += 1,
            Some(Result_::Cannot { .. }) => replayed.cannot += 1,
        }
        if let Some(result) = result.filter(|_| replayed.shown.len() < arguments.limit) {
            replayed.shown.push(One { number: entry.number, kind: document.record.kind, id: document.record.id, result });
        }
        Ok(true)
    })?;
    let exit = if replayed.differs + replayed.cannot == 0 { Exit::Fine } else { Exit::Findings };
    Ok(match arguments.format {
        Format::Json => output::print(&json(&replayed), exit),
        Format::Text => output::print(&replayed_text(&replayed, arguments), exit),
    })
}

/// Compares what is decided now with the very bytes recorded.
fn differs(entry: &Entry, document: &DecisionDoc) -> Option<Result_> {
    let bytes = serde_json::to_vec(document).unwrap_or_default();
    if bytes == entry.body {
        return None;
    }
    let (Ok(recorded), Ok(now)) = (serde_json::from_slice(&entry.body), serde_json::from_slice(&bytes)) else {
        return Some(Result_::Cannot { why: "what was recorded cannot be read".to_owned() });
    };
    let found = first_difference(&recorded, &now);
    Some(Result_::Differs(found.unwrap_or_else(|| Difference {
        at: "the spelling of the document".to_owned(),
        recorded: format!("{} bytes", entry.body.len()),
        now: format!("{} bytes", bytes.len()),
    })))
}

fn times(n: u64, one: &str, many: &str) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX), one, many)
}

fn replayed_text(replayed: &Replayed, arguments: &Arguments) -> String {
    let all = replayed.same + replayed.differs + replayed.cannot;
    if all == 0 {
        let asked = arguments.id.as_ref().map_or_else(String::new, |id| format!(" about `{id}`"));
        return format!("No recorded decision{asked} to replay. `turf route --commit` records them.\n");
    }
    let mut text = format!("{} decided again, each by the book that decided it.\n", times(all, "recorded decision", "recorded decisions"));
    text.push_str(&format!("   same     {}\n", wording::grouped(usize::try_from(replayed.same).unwrap_or(usize::MAX))));
    text.push_str(&format!("   differs  {}\n", wording::grouped(usize::try_from(replayed.differs).unwrap_or(usize::MAX))));
    text.push_str(&format!("   cannot   {}\n", wording::grouped(usize::try_from(replayed.cannot).unwrap_or(usize::MAX))));
    for one in &replayed.shown {
        text.push_str(&one_text(one));
    }
    if replayed.shown.len() < usize::try_from(replayed.differs + replayed.cannot).unwrap_or(usize::MAX) {
        text.push_str(" ... and more; `--limit N` shows N of them.\n");
    }
    text
}

fn one_text(one: &One) -> String {
    let what = match &one.result {
        Result_::Differs(d) => format!("differs at {}: recorded {}, now {}", d.at, d.recorded, d.now),
        Result_::Cannot { why } => format!("cannot be decided again: {why}"),
    };
    format!(" - entry {}, {} {}: {what}.\n", one.number, one.kind, one.id)
}

fn with_another(
    arguments: &Arguments,
    reading: &mut Reading,
    since: Option<Timestamp>,
    (imagined, name): (&mut Imagined<'_>, String),
) -> Result<Exit, StoreError> {
    let mut books = Books::default();
    let mut compared = Compared { format: "turf-replay-with/1", book: name, ..Compared::default() };
    let key = reading.key.clone();
    journal::each_entry(&mut *reading.store, 1, |store, entry| {
        let Some(document) = journal::decision(store, &entry)? else {
            imagined.other(&entry);
            return Ok(true);
        };
        if since.is_some_and(|since| entry.at < since) {
            imagined.as_recorded(&document);
            return Ok(true);
        }
        let plan = books.get(store, &document.book, key.as_ref())?.ok().and_then(|opened| opened.snapshot.plan.clone());
        let then = imagined.decide(&document, plan.as_deref());
        if !wanted(arguments, since, &entry, &document) {
            return Ok(true);
        }
        let one = |result| One { number: entry.number, kind: document.record.kind.clone(), id: document.record.id.clone(), result };
        match then {
            Err(why) => {
                compared.cannot += 1;
                if compared.not_told.len() < arguments.limit {
                    compared.not_told.push(one(Result_::Cannot { why }));
                }
            }
            Ok(then) => {
                let words = |outcome: &crate::journal::document::OutcomeDoc| match &outcome.assignee {
                    Some(who) if &*outcome.kind == "queue" => format!("queue {who}"),
                    Some(who) => who.to_string(),
                    None => "nobody".to_owned(),
                };
                let (recorded, now) = (words(&document.outcome), words(&then.outcome));
                compared.assignees.entry(recorded.clone()).or_default().recorded += 1;
                compared.assignees.entry(now.clone()).or_default().then += 1;
                if recorded == now {
                    compared.unchanged += 1;
                } else {
                    compared.changed += 1;
                    if compared.shown.len() < arguments.limit {
                        compared.shown.push(Change {
                            number: entry.number,
                            kind: document.record.kind.clone(),
                            id: document.record.id.clone(),
                            recorded,
                            recorded_rule: document.outcome.rule.clone(),
                            then: now,
                            then_rule: then.outcome.rule,
                        });
                    }
                }
            }
        }
        Ok(true)
    })?;
    let exit = if compared.changed + compared.cannot == 0 { Exit::Fine } else { Exit::Findings };
    Ok(match arguments.format {
        Format::Json => output::print(&json(&compared), exit),
        Format::Text => output::print(&compared_text(&compared), exit),
    })
}

fn compared_text(compared: &Compared) -> String {
    let all = compared.changed + compared.unchanged + compared.cannot;
    if all == 0 {
        return "No recorded decision to compare. `turf route --commit` records them.\n".to_owned();
    }
    let mut text = format!(
        "{} decided again by {}, with its own turns and loads.\n",
        times(all, "recorded decision", "recorded decisions"),
        compared.book
    );
    text.push_str(&format!(
        "   unchanged      {}\n   changed        {}\n   cannot tell    {}\n",
        compared.unchanged, compared.changed, compared.cannot
    ));
    let moved: Vec<_> = compared.assignees.iter().filter(|(_, s)| s.recorded != s.then).collect();
    if !moved.is_empty() {
        text.push_str("\nWho gains and who loses\n");
        let width = moved.iter().map(|(who, _)| who.chars().count()).max().unwrap_or(0);
        for (who, share) in moved {
            let (sign, by) =
                if share.then > share.recorded { ('+', share.then - share.recorded) } else { ('-', share.recorded - share.then) };
            text.push_str(&format!("   {who:width$}  {sign}{by}  ({} instead of {})\n", share.then, share.recorded));
        }
    }
    if !compared.shown.is_empty() {
        text.push_str("\nWhat changes\n");
    }
    for change in &compared.shown {
        let rule = |rule: &Option<Arc<str>>| rule.as_ref().map_or_else(String::new, |r| format!(" (by {r})"));
        text.push_str(&format!(
            " - {} {}: {}{} -> {}{}\n",
            change.kind,
            change.id,
            change.recorded,
            rule(&change.recorded_rule),
            change.then,
            rule(&change.then_rule)
        ));
    }
    if compared.shown.len() < usize::try_from(compared.changed).unwrap_or(usize::MAX) {
        text.push_str(" ... and more; `--limit N` shows N of them.\n");
    }
    compared.not_told.iter().for_each(|one| text.push_str(&one_text(one)));
    text
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).map_or_else(|e| format!("{{\"error\": \"{e}\"}}\n"), |text| text + "\n")
}

//! `turf ledger`: the fairness ledger of a team.

use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::journal::{self, BookOf, Books, Reading};
use super::output::{self, Exit, Failure};
use crate::decide::{in_words, turn_step};
use crate::journal::document::restore_state;
use crate::journal::{Broken, EntryKind, EventDoc, Ledger};
use crate::model::TeamId;
use crate::store::StoreError;
use crate::text::wording::{self, count};

/// Arguments of `turf ledger`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf ledger inbound\n  turf ledger inbound --format json\n\nExit codes: 0 the bound held, 1 it did not, 2 could not run."
)]
pub struct Arguments {
    /// Name of the team.
    team: String,
    #[command(flatten)]
    book: BookOf,
    /// How the ledger is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people.
    Text,
    /// One JSON document; see docs/journal.md.
    Json,
}

#[derive(Serialize)]
struct LedgerJson {
    format: &'static str,
    team: String,
    given: u64,
    members: Vec<MemberJson>,
    bound: BoundJson,
}

#[derive(Serialize)]
struct MemberJson {
    rep: Arc<str>,
    taken: u64,
    taken_over: u64,
    given_back: u64,
    forgiven: std::collections::BTreeMap<&'static str, u64>,
    kept: u64,
    pointer: String,
    owed: Option<String>,
}

#[derive(Serialize)]
struct BoundJson {
    compared: u64,
    held: bool,
    broken: Option<Broken>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Exit {
    match journal::read(&arguments.book) {
        Ok(mut reading) => ledger(arguments, &mut reading).unwrap_or_else(|error| output::failed(&Failure::Store(error))),
        Err(exit) => exit,
    }
}

fn ledger(arguments: &Arguments, reading: &mut Reading) -> Result<Exit, StoreError> {
    let mut ledger = Ledger::new(&arguments.team);
    let mut books = Books::default();
    let mut teams: std::collections::BTreeSet<String> =
        reading.opened.snapshot.book.teams.iter().map(|t| t.name.text.to_string()).collect();
    let key = reading.key.clone();
    journal::each_entry(&mut *reading.store, 1, |store, entry| {
        if entry.kind == EntryKind::Event {
            if let Ok(document) = serde_json::from_slice::<EventDoc>(&entry.body) {
                ledger.event(&document);
            }
            return Ok(true);
        }
        let Some(document) = journal::decision(store, &entry)? else { return Ok(true) };
        teams.extend(document.outcome.team.iter().map(ToString::to_string));
        let plan = books.get(store, &document.book, key.as_ref())?.ok().and_then(|opened| opened.snapshot.plan.clone());
        // Only weights are looked at, so what the past was remembered by does not matter.
        let mut told = document.state.clone();
        told.history.clear();
        let state = restore_state(&told, &[], None).unwrap_or_default();
        let id = plan.as_ref().and_then(|p| p.book.teams.iter().position(|t| *t.name.text == *arguments.team)).map(TeamId::from_index);
        ledger.decision(entry.number, &document, |rep| turn_step(plan.as_ref()?, id?, rep, &state));
        Ok(true)
    })?;
    if !teams.contains(&arguments.team) {
        let near: Vec<String> =
            wording::nearest(&arguments.team, teams.iter().map(String::as_str)).iter().map(|n| format!("`{n}`")).collect();
        let help =
            if near.is_empty() { "Name a team of the book.".to_owned() } else { format!("Did you mean {}?", wording::join(&near, "or")) };
        output::tell(&format!("turf: there is no team `{}`. {help}\n", arguments.team));
        return Ok(Exit::CouldNotRun);
    }
    let exit = if ledger.broken.is_some() { Exit::Findings } else { Exit::Fine };
    Ok(match arguments.format {
        Format::Json => output::print(&json(arguments, &ledger), exit),
        Format::Text => output::print(&text(arguments, &ledger), exit),
    })
}

fn json(arguments: &Arguments, ledger: &Ledger) -> String {
    let members = ledger.members.iter().map(|(rep, m)| MemberJson {
        rep: rep.clone(),
        taken: m.taken,
        taken_over: m.taken_over,
        given_back: m.given_back,
        forgiven: m.forgiven.clone(),
        kept: m.kept,
        pointer: m.pointer.to_string(),
        owed: ledger.owed(rep).map(|o| o.to_string()),
    });
    let value = LedgerJson {
        format: "turf-ledger/1",
        team: arguments.team.clone(),
        given: ledger.given,
        members: members.collect(),
        bound: BoundJson { compared: ledger.compared, held: ledger.broken.is_none(), broken: ledger.broken.clone() },
    };
    serde_json::to_string_pretty(&value).map_or_else(|e| format!("{{\"error\": \"{e}\"}}\n"), |text| text + "\n")
}

fn text(arguments: &Arguments, ledger: &Ledger) -> String {
    if ledger.given == 0 {
        return format!(
            "The team {} has given nothing yet, as far as the journal says. `turf route --commit` records what it gives.\n",
            arguments.team
        );
    }
    let times = |n: u64, one: &str, many: &str| count(usize::try_from(n).unwrap_or(usize::MAX), one, many);
    let mut text = format!("Team {} gave {}.\n\n", arguments.team, times(ledger.given, "record", "records"));
    let mut rows = vec![["rep", "taken", "given back", "taken over", "kept", "pointer", "owed", "forgiven"].map(str::to_owned)];
    for (rep, member) in &ledger.members {
        let forgiven: Vec<String> = member.forgiven.iter().map(|(why, n)| format!("{n} {why}")).collect();
        rows.push([
            rep.to_string(),
            member.taken.to_string(),
            member.given_back.to_string(),
            member.taken_over.to_string(),
            member.kept.to_string(),
            in_words(&member.pointer),
            ledger.owed(rep).map_or_else(|| "-".to_owned(), |o| in_words(&o)),
            if forgiven.is_empty() { "-".to_owned() } else { forgiven.join(", ") },
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row.get(column).map_or(0, |c| c.chars().count())).max().unwrap_or(0);
    let widths: Vec<usize> = (0..8).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate();
        let line: Vec<String> =
            cells.map(|(i, (cell, width))| if i == 0 || i == 7 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }).collect();
        text.push_str(&format!("  {}\n", line.join("  ").trim_end()));
    }
    text.push_str("\ntaken: turns taken with records. kept: the record did not fit, so the turn is still to come. forgiven: not there, so\nnothing is owed. owed: turns behind whoever is furthest ahead.\n\n");
    match &ledger.broken {
        Some(b) => text.push_str(&format!(
            "The bound did not hold: after entry {} {} was {} ahead of {}, and members who are always there may be {} apart.\nThat happens where another criterion of `pick` comes before `in turn`.\n",
            b.number, b.ahead, b.apart, b.behind, b.bound
        )),
        None if ledger.compared == 0 => text.push_str("No two members were there at once, so there was nothing to compare.\n"),
        None => text.push_str(&format!(
            "Members who were there throughout were never more than one turn apart: looked at after {}.\n",
            times(ledger.compared, "record", "records")
        )),
    }
    text
}

//! `turf report`: the numbers people ask for, from the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;

use super::journal::{self, BookOf, Reading};
use super::output::{self, Exit, Failure};
use super::routing;
use crate::journal::{EntryKind, EventDoc, Numbers, Overdue, SpanShares};
use crate::model::show_time;
use crate::rim::clock;
use crate::store::StoreError;
use crate::text::wording;

/// Arguments of `turf report`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turf report\n  turf report --since 2027-03-01\n  turf report --dead-after 30 --format json")]
pub struct Arguments {
    #[command(flatten)]
    book: BookOf,
    /// Count only what was recorded from this moment on.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// As of this moment instead of now: what is overdue, which rules are dead.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// A rule is dead that decided nothing for so many days.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    dead_after: u32,
    /// How the report is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people.
    Text,
    /// One JSON document; see docs/journal.md.
    Json,
}

#[derive(Serialize)]
struct Report {
    format: &'static str,
    since: Option<Timestamp>,
    at: Timestamp,
    decisions: u64,
    /// Seconds from arrival until a rep had it.
    to_assignment: Option<SpanShares>,
    /// Seconds from then until it was accepted.
    to_acceptance: Option<SpanShares>,
    otherwise: u64,
    assignees: BTreeMap<Arc<str>, u64>,
    rules: BTreeMap<Arc<str>, u64>,
    teams: BTreeMap<Arc<str>, Parity>,
    dead_after_days: u32,
    dead_rules: Vec<Dead>,
    events: BTreeMap<&'static str, u64>,
    overdue: Vec<Overdue>,
}

#[derive(Serialize)]
struct Parity {
    members: BTreeMap<Arc<str>, u64>,
    fewest: u64,
    most: u64,
}

#[derive(Serialize)]
struct Dead {
    rule: Arc<str>,
    last: Option<Timestamp>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Exit {
    let mut reading = match journal::read(&arguments.book) {
        Ok(reading) => reading,
        Err(exit) => return exit,
    };
    let zone = reading.opened.config.zone.clone();
    let moment = |text: &Option<String>| text.as_deref().map(|text| routing::moment(text, &zone)).transpose();
    let (since, at) = match (moment(&arguments.since), moment(&arguments.at)) {
        (Ok(since), Ok(at)) => (since, at.unwrap_or_else(clock::now)),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    match report(arguments, &mut reading, since, at) {
        Err(error) => output::failed(&Failure::Store(error)),
        Ok(report) => {
            let text = match arguments.format {
                Format::Text => text(&report, &zone),
                Format::Json => serde_json::to_string_pretty(&report).map_or_else(|e| format!("{{\"error\": \"{e}\"}}\n"), |t| t + "\n"),
            };
            output::print(&text, Exit::Fine)
        }
    }
}

fn report(arguments: &Arguments, reading: &mut Reading, since: Option<Timestamp>, at: Timestamp) -> Result<Report, StoreError> {
    let mut numbers = Numbers::new(since);
    journal::each_entry(&mut *reading.store, 1, |store, entry| {
        match entry.kind {
            EntryKind::Event => {
                if let Ok(document) = serde_json::from_slice::<EventDoc>(&entry.body) {
                    numbers.event(&document);
                }
            }
            _ => {
                if let Some(document) = journal::decision(store, &entry)? {
                    numbers.decision(entry.at, &document);
                }
            }
        }
        Ok(true)
    })?;
    let earliest = at - jiff::SignedDuration::from_hours(24 * i64::from(arguments.dead_after));
    let rules = reading.opened.snapshot.book.rules.iter().map(|r| r.name.text.clone());
    let dead = rules.map(|rule| Dead { last: numbers.last_won.get(&rule).copied(), rule });
    let dead_rules: Vec<Dead> = dead.filter(|d| d.last.is_none_or(|last| last < earliest)).collect();
    let teams = numbers.teams.iter().map(|(team, members)| {
        let (fewest, most) = (members.values().min().copied().unwrap_or(0), members.values().max().copied().unwrap_or(0));
        (team.clone(), Parity { members: members.clone(), fewest, most })
    });
    Ok(Report {
        format: "turf-report/1",
        since,
        at,
        decisions: numbers.decisions,
        to_assignment: numbers.to_assignment.shares(),
        to_acceptance: numbers.to_acceptance.shares(),
        otherwise: numbers.rules.get("otherwise").copied().unwrap_or(0),
        teams: teams.collect(),
        dead_after_days: arguments.dead_after,
        dead_rules,
        overdue: numbers.overdue(at),
        assignees: numbers.assignees,
        rules: numbers.rules,
        events: numbers.events,
    })
}

/// How many overdue records are shown.
const SHOWN: usize = 20;

fn text(report: &Report, zone: &jiff::tz::TimeZone) -> String {
    if report.decisions == 0 {
        let since = report.since.map_or_else(String::new, |s| format!(" since {}", show_time(s, zone)));
        return format!("The journal holds no decision{since}. `turf route --commit` records them.\n");
    }
    let grouped = |n: u64| wording::grouped(usize::try_from(n).unwrap_or(usize::MAX));
    let since = report.since.map_or_else(String::new, |s| format!(" since {}", show_time(s, zone)));
    let mut text = format!("{} decisions{since}\n\n", grouped(report.decisions));
    for (what, spans) in [("From arrival to a rep", report.to_assignment), ("From there to acceptance", report.to_acceptance)] {
        match spans {
            Some(s) => text.push_str(&format!(
                "{what}: half within {}, nine of ten within {}, the longest {} ({} records)\n",
                span(s.median),
                span(s.nine_of_ten),
                span(s.longest),
                grouped(s.count)
            )),
            None => text.push_str(&format!("{what}: nothing to measure\n")),
        }
    }
    text.push_str(&format!("To `otherwise`: {}\n", share(report.otherwise, report.decisions)));
    let table = |title: &str, rows: &BTreeMap<Arc<str>, u64>, all: u64| {
        let mut rows: Vec<(&Arc<str>, &u64)> = rows.iter().collect();
        rows.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let mut text = format!("\n{title}\n");
        rows.iter().for_each(|(name, n)| text.push_str(&format!("   {name:width$}  {}\n", share(**n, all))));
        text
    };
    text.push_str(&table("By rule", &report.rules, report.decisions));
    text.push_str(&table("Who got it", &report.assignees, report.decisions));
    for (team, parity) in &report.teams {
        let all = parity.members.values().sum();
        let title = format!(
            "Team {team}: between {} and {} each; `turf ledger {}` says why",
            parity.fewest,
            parity.most,
            wording::as_written(team)
        );
        text.push_str(&table(&title, &parity.members, all));
    }
    if !report.events.is_empty() {
        text.push_str("\nTold since\n");
        report.events.iter().for_each(|(what, n)| text.push_str(&format!("   {what}  {}\n", grouped(*n))));
    }
    if !report.dead_rules.is_empty() {
        text.push_str(&format!("\nRules that decided nothing for {} days\n", report.dead_after_days));
        for dead in &report.dead_rules {
            let last =
                dead.last.map_or_else(|| "never, as far as the journal goes".to_owned(), |l| format!("last on {}", show_time(l, zone)));
            text.push_str(&format!("   {}: {last}\n", dead.rule));
        }
    }
    if !report.overdue.is_empty() {
        let all = wording::count(report.overdue.len(), "response is", "responses are");
        text.push_str(&format!("\n{all} overdue\n"));
        for one in report.overdue.iter().take(SHOWN) {
            text.push_str(&format!("   {} {} with {}, due {}\n", one.kind, one.id, one.rep, show_time(one.due, zone)));
        }
        if report.overdue.len() > SHOWN {
            text.push_str(&format!("   ... and {} more; `--format json` lists all\n", report.overdue.len() - SHOWN));
        }
    }
    text
}

/// A share in percent, to one tenth, rounded half up.
fn share(part: u64, all: u64) -> String {
    let tenths = (u128::from(part) * 2_000 + u128::from(all)) / (u128::from(all).max(1) * 2);
    format!("{part} ({}.{}%)", tenths / 10, tenths % 10)
}

fn span(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{} {hours} h", wording::count(usize::try_from(days).unwrap_or(usize::MAX), "day", "days")),
    }
}

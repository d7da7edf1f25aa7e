//! `turf drift`: places accounts anew and lists who would move, why, and how much moves with them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rust_decimal::Decimal;
use serde::Serialize;

use super::journal::Books;
use super::output::{self, Exit, Failure, Terminal};
use super::routing::{self, Run, Source};
use crate::data::DataError;
use crate::decide::Decision;
use crate::journal::document::{DecisionDoc, Mask, RecordDoc};
use crate::journal::{Key, Move, Place as Placed, changed_facts, on_file, placed, recorded_place};
use crate::model::{FieldId, Record, Type, Value, show_number};
use crate::plan::Plan;
use crate::report::Row;
use crate::rim::clock;
use crate::store::{Done, Manner, Place, Recorder, Store, StoreError, Work, read_decision};
use crate::text::wording::{self, count};

/// Arguments of `turf drift`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf drift accounts.csv\n  turf drift accounts.csv --money revenue --format csv\n  turf drift accounts.csv --commit    record where they are now\n\nWith a journal an account is compared with where it was recorded; without, or the first time, with the owner on file.\nExit codes: 0 nobody moves, 1 somebody does, 2 could not run."
)]
pub struct Arguments {
    /// File of accounts; without it the file named in turf.toml.
    accounts: Option<PathBuf>,
    /// Folder of the book; without it the nearest folder upwards that holds turf.toml.
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
    /// Place as of this moment instead of now.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What the file holds.
    #[arg(long, value_name = "NAME", default_value = "account")]
    record: String,
    /// The money field that is summed; the first one unless said.
    #[arg(long, value_name = "FIELD")]
    money: Option<String>,
    /// Record where the accounts are now in the journal.
    #[arg(long)]
    commit: bool,
    /// How many moves are shown.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON document with all moves; see docs/journal.md.
    Json,
    /// All moves as a table.
    Csv,
}

/// What drifted.
#[derive(Debug, Default, Serialize)]
struct Drift {
    format: &'static str,
    record: String,
    money: Option<String>,
    /// How many were looked at.
    all: u64,
    stay: u64,
    /// Of those that stay, how many a lock or a minimum tenure keeps, by rule.
    kept: BTreeMap<Arc<str>, u64>,
    moves: Vec<Move>,
    /// The amount that moves.
    amount: Decimal,
    /// What each owner gains and loses: records and amounts.
    owners: BTreeMap<String, Balance>,
}

#[derive(Debug, Default, Serialize)]
struct Balance {
    gained: u64,
    lost: u64,
    amount_gained: Decimal,
    amount_lost: Decimal,
}

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    let source = Source::of(arguments.accounts.clone(), arguments.book.clone(), arguments.at.clone(), arguments.record.clone());
    let run = match routing::open(&source, terminal) {
        Ok(run) => run,
        Err(exit) => return exit,
    };
    let money = match money(&run, arguments) {
        Ok(money) => money,
        Err(exit) => return exit,
    };
    let journal = run.journal();
    if arguments.commit && journal.is_none() {
        output::tell("turf: there is no journal to record in. Write `[store]` and below it `file = \"journal.db\"` into turf.toml.\n");
        return Exit::CouldNotRun;
    }
    match drift(arguments, &run, money, journal.filter(|place| arguments.commit || place.exists())) {
        Ok(drift) => {
            let exit = if drift.moves.is_empty() { Exit::Fine } else { Exit::Findings };
            match arguments.format {
                Format::Text => output::print(&text(&drift, arguments), exit),
                Format::Json => output::print(
                    &serde_json::to_string_pretty(&drift).map_or_else(|e| format!("{{\"error\": \"{e}\"}}\n"), |t| t + "\n"),
                    exit,
                ),
                Format::Csv => output::print(&csv(&drift), exit),
            }
        }
        Err(Failure::Data(DataError::MissingColumns { findings, .. })) => {
            output::tell(&crate::diagnostic::render::terminal(&findings, &run.opened.snapshot.sources, terminal.error_look()));
            Exit::CouldNotRun
        }
        Err(failure) => output::failed(&failure),
    }
}

/// A money field, its name and its currency.
type Money = Option<(FieldId, Arc<str>, Arc<str>)>;

/// The money field: the one named, or the first.
fn money(run: &Run, arguments: &Arguments) -> Result<Money, Exit> {
    let ty = run.plan.book.schema.record(run.record);
    let mut fields = ty.fields.iter().enumerate().filter_map(|(i, f)| match &f.ty {
        Type::Money(currency) => Some((FieldId::from_index(i), f.name.clone(), currency.clone())),
        _ => None,
    });
    let Some(name) = &arguments.money else { return Ok(fields.next()) };
    let known: Vec<String> = fields.clone().map(|(_, name, _)| format!("`{name}`")).collect();
    fields.find(|(_, field, _)| **field == **name).map(Some).ok_or_else(|| {
        let help = if known.is_empty() { "The record has none".to_owned() } else { format!("Name one of {}", wording::join(&known, "or")) };
        output::tell(&format!("turf: `{name}` is no field of money of the record `{}`. {help}.\n", ty.name));
        Exit::CouldNotRun
    })
}

/// Where records were before: the journal with what it needs to be read.
struct Before {
    store: Box<dyn Store>,
    key: Option<Key>,
    books: Books,
}

fn drift(arguments: &Arguments, run: &Run, money: Money, journal: Option<Place>) -> Result<Drift, Failure> {
    let mut drift = Drift {
        format: "turf-drift/1",
        record: arguments.record.clone(),
        money: money.as_ref().map(|(_, name, currency)| format!("{name} in {currency}")),
        ..Drift::default()
    };
    let ordered = run.read(|_| Ok(()), |_| {})?;
    let mut before = match &journal {
        Some(place) if place.exists() => match place.read() {
            Ok((store, key)) => Some(Before { store, key, books: Books::default() }),
            Err(StoreError::None { .. }) => None,
            Err(error) => return Err(error.into()),
        },
        _ => None,
    };
    let amount = |record: &Record| match money.as_ref().and_then(|(field, ..)| record.value(*field)) {
        Some(Value::Number(amount)) => Some(*amount),
        _ => None,
    };
    let Some(place) = journal.filter(|_| arguments.commit) else {
        // Nothing is recorded: each record is looked at by itself, as the roster is.
        run.decide(ordered, None, |decided| {
            let document = match formerly(before.as_mut(), &run.plan, &decided.decision.record) {
                Ok(document) => document,
                Err(error) => {
                    output::tell(&format!("turf: {error}. {}\n", error.remedy()));
                    return Ok(false);
                }
            };
            drift.look(&run.plan, decided.decision, document, amount(&decided.decision.record), before.as_ref());
            Ok(true)
        })?;
        return Ok(drift);
    };
    let (_, arrivals) = run.arrivals(ordered);
    let (store, key) = place.open()?;
    let manner = Manner { sealed: run.opened.config.store.as_ref().is_none_or(|s| s.sealed), anew: true, dry: false };
    let mut recorder = Recorder::new(store, key, (&run.opened, &run.plan), manner)?;
    let mut work: Vec<Work> = Vec::new();
    let mut arrivals = arrivals.peekable();
    while let Some(next) = arrivals.next() {
        let (_, record) = next?;
        work.push(Work { at: run.moment(&record), record });
        if work.len() < 5_000 && arrivals.peek().is_some() {
            continue;
        }
        let mut formers = Vec::with_capacity(work.len());
        for one in &work {
            formers.push(formerly(before.as_mut(), &run.plan, &one.record)?);
        }
        let mut formers = formers.into_iter();
        recorder.batch(std::mem::take(&mut work), clock::now(), |done| {
            let former = formers.next().flatten();
            if let Done::Decided { decision, .. } = done {
                drift.look(&run.plan, &decision, former, amount(&decision.record), before.as_ref());
            }
        })?;
    }
    Ok(drift)
}

/// What was recorded about a record before, with where that put it.
type Former = Option<(DecisionDoc, Placed)>;

fn formerly(before: Option<&mut Before>, plan: &Plan, record: &Record) -> Result<Former, StoreError> {
    let Some(before) = before else { return Ok(None) };
    let kind = plan.book.schema.record(record.kind).name.clone();
    let latest = before.store.latest(&kind, std::slice::from_ref(&record.key))?.into_iter().next().flatten();
    let Some(latest) = latest else { return Ok(None) };
    let entry = before.store.entries(latest.number, 1)?.into_iter().next().filter(|e| e.number == latest.number);
    let Some(document) = read_decision(entry.as_ref()) else { return Ok(None) };
    let book = before.books.get(&mut *before.store, &document.book, before.key.as_ref())?;
    let then = book.ok().and_then(|opened| opened.snapshot.plan.clone());
    let mut place = recorded_place(&document, then.as_deref());
    // Somebody may have handed it over since.
    if let Some(held) = latest.held.and_then(|h| serde_json::from_str::<crate::journal::Held>(&h).ok()) {
        place.owner = Some(held.rep.to_string());
    }
    Ok(Some((document, place)))
}

impl Drift {
    fn look(&mut self, plan: &Plan, decision: &Decision, former: Former, amount: Option<Decimal>, before: Option<&Before>) {
        self.all += 1;
        let to = placed(plan, decision);
        let row = Row::new(plan, decision);
        let (from, document) = match former {
            Some((document, place)) => (place, Some(document)),
            None => match on_file(plan, &decision.record) {
                // Without a record of it only the owner is known, and the territory is no news.
                Some(place) => (Placed { territory: to.territory.clone(), ..place }, None),
                None => (Placed::default(), None),
            },
        };
        // Whoever is one of the team that owns the territory has the account rightly.
        let of_the_team = || {
            let team = to.owner.as_deref().is_some_and(|o| o.starts_with("team "));
            team && from.owner.as_ref().is_some_and(|rep| crate::decide::owners(plan, decision).iter().any(|o| **o == **rep))
        };
        if from == to || (from.territory == to.territory && of_the_team()) {
            self.stay += 1;
            if let Some(rule) = row.rule.filter(|_| crate::decide::is_kept(plan, decision)) {
                *self.kept.entry(rule).or_default() += 1;
            }
            return;
        }
        let facts = match (&document, before.and_then(|b| b.key.as_ref())) {
            (Some(document), Some(key)) => {
                let mask = Mask { key, sealed: false };
                let mut record = decision.record.clone();
                // What matching filled was not read.
                if let (Some(wanted), Some(false)) = (plan.book.matches.get(&record.kind), decision.matching.as_ref().map(|m| m.given))
                    && let Some(slot) = record.values.get_mut(wanted.field.index())
                {
                    *slot = None;
                }
                changed_facts(&document.record, &RecordDoc::new(&record, &plan.book.schema, mask))
            }
            _ => Vec::new(),
        };
        let otherwise = facts.is_empty().then(|| match &document {
            None => "first",
            Some(document) if document.book != plan.digest => "rules",
            Some(_) => "time",
        });
        if let Some(amount) = amount {
            self.amount = self.amount.saturating_add(amount);
        }
        let amount_of = amount.unwrap_or_default();
        if from.owner != to.owner {
            if let Some(owner) = &from.owner {
                let balance = self.owners.entry(owner.clone()).or_default();
                balance.lost += 1;
                balance.amount_lost = balance.amount_lost.saturating_add(amount_of);
            }
            if let Some(owner) = &to.owner {
                let balance = self.owners.entry(owner.clone()).or_default();
                balance.gained += 1;
                balance.amount_gained = balance.amount_gained.saturating_add(amount_of);
            }
        }
        self.moves.push(Move { id: row.id, name: row.name, from, to, rule: row.rule, facts, otherwise, amount });
    }
}

fn owner(place: &Placed) -> String {
    place.owner.clone().unwrap_or_else(|| "nobody".to_owned())
}

fn why(one: &Move) -> String {
    let facts: Vec<String> = one
        .facts
        .iter()
        .map(|f| {
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "missing".to_owned());
            format!("{} was {} and is {}", f.field, shown(&f.from), shown(&f.to))
        })
        .collect();
    match one.otherwise {
        None => wording::join(&facts, "and"),
        Some("first") => "placed for the first time; compared with the owner on file".to_owned(),
        Some("rules") => "the book changed: rules, roster or reference data".to_owned(),
        Some(_) => "nothing of it changed; the day, turns or loads are others".to_owned(),
    }
}

fn text(drift: &Drift, arguments: &Arguments) -> String {
    let times = |n: u64| wording::grouped(usize::try_from(n).unwrap_or(usize::MAX));
    if drift.all == 0 {
        return format!("The file holds no {} records.\n", drift.record);
    }
    let moving = drift.moves.len();
    let mut text = format!("{} of {} {} records would move", wording::grouped(moving), times(drift.all), drift.record);
    if let Some(money) = &drift.money {
        text.push_str(&format!(", with {} of {money}", show_number(drift.amount)));
    }
    text.push_str(".\n");
    for (rule, kept) in &drift.kept {
        text.push_str(&format!(
            "{} {} with the owner by the rule {rule}, a lock or a minimum tenure.\n",
            times(*kept),
            if *kept == 1 { "stays" } else { "stay" }
        ));
    }
    for one in drift.moves.iter().take(arguments.limit) {
        let name = one.name.as_ref().map_or_else(String::new, |n| format!(" {n}"));
        let territory = |place: &Placed| place.territory.as_ref().map_or_else(String::new, |t| format!(" ({t})"));
        let amount = one.amount.map_or_else(String::new, |a| format!(", {}", show_number(a)));
        text.push_str(&format!(
            "\n {}{name}{amount}\n   {}{} -> {}{}\n   {}\n",
            one.id,
            owner(&one.from),
            territory(&one.from),
            owner(&one.to),
            territory(&one.to),
            why(one)
        ));
    }
    if moving > arguments.limit {
        text.push_str(&format!(
            "\n ... and {} more; `--limit {moving}` shows all, `--format csv` writes a table.\n",
            wording::grouped(moving - arguments.limit)
        ));
    }
    if !drift.owners.is_empty() {
        text.push_str("\nWho gains and who loses\n");
        let width = drift.owners.keys().map(|o| o.chars().count()).max().unwrap_or(0);
        for (owner, balance) in &drift.owners {
            let money = if drift.money.is_some() {
                format!("  +{} -{}", show_number(balance.amount_gained), show_number(balance.amount_lost))
            } else {
                String::new()
            };
            text.push_str(&format!("   {owner:width$}  +{} -{}{money}\n", balance.gained, balance.lost));
        }
    }
    if arguments.commit {
        text.push_str(&format!(
            "\n{} recorded in the journal.\n",
            count(usize::try_from(drift.all).unwrap_or(usize::MAX), "placement", "placements")
        ));
    }
    text
}

fn csv(drift: &Drift) -> String {
    use crate::data::{OutCell, push_csv_row};
    let mut out = Vec::new();
    let header = ["id", "name", "from_owner", "from_territory", "to_owner", "to_territory", "rule", "why", "amount"];
    push_csv_row(&mut out, &header.map(OutCell::text), true);
    for one in &drift.moves {
        let amount = one.amount.map(|a| a.normalize().to_string()).unwrap_or_default();
        let (from, to, why) = (owner(&one.from), owner(&one.to), why(one));
        fn text(value: &Option<Arc<str>>) -> OutCell<'_> {
            OutCell::text(value.as_deref().unwrap_or_default())
        }
        let cells = [
            OutCell::text(&*one.id),
            text(&one.name),
            OutCell::text(from.as_str()),
            text(&one.from.territory),
            OutCell::text(to.as_str()),
            text(&one.to.territory),
            text(&one.rule),
            OutCell::text(why.as_str()),
            OutCell::text(amount.as_str()),
        ];
        push_csv_row(&mut out, &cells, true);
    }
    String::from_utf8_lossy(&out).into_owned()
}

//! `turf event`: tells the journal what happened after a decision, one event or a file of them.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::journal::{self, BookOf};
use super::output::{self, Exit, Terminal};
use super::routing::usable;
use crate::data::Table;
use crate::journal::{Event, Subject};
use crate::rim::clock;
use crate::store::{Teller, Telling};
use crate::text::wording::{self, count};

/// Arguments of `turf event`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf event accepted L01\n  turf event rejected L01 --reason \"no budget\"\n  turf event reassigned L01 --to lee\n  turf event away ana --from 2027-07-01 --through 2027-07-14 --reason holidays\n  turf event file crm-events.csv\n\nA file has the columns event, id, rep, team, at, from, through, weight and reason, as far as its events need them."
)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    book: BookOf,
    /// What the record is: lead, account, or another that the book declares.
    #[arg(long, value_name = "NAME", default_value = "lead", global = true)]
    record: String,
    /// When it happened; now unless said.
    #[arg(long, value_name = "TIME", global = true)]
    at: Option<String>,
    /// Why, in a few words; kept in the journal.
    #[arg(long, value_name = "TEXT", global = true)]
    reason: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The rep works on the record: nobody waits for a response any more.
    Accepted {
        /// Key of the record.
        id: String,
    },
    /// The rep does not want the record: routed again, it goes to somebody else.
    Rejected {
        /// Key of the record.
        id: String,
    },
    /// The record was handed over by hand.
    Reassigned {
        /// Key of the record.
        id: String,
        /// The rep who has it now.
        #[arg(long, value_name = "REP")]
        to: String,
    },
    /// The record is no open work any more.
    Closed {
        /// Key of the record.
        id: String,
    },
    /// A rep is away.
    Away {
        /// Key of the rep.
        rep: String,
        /// First day or moment; now unless said.
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Last day, included; until further notice unless said.
        #[arg(long, value_name = "DAY")]
        through: Option<String>,
    },
    /// A rep is back: absences told before end.
    Back {
        /// Key of the rep.
        rep: String,
    },
    /// A rep weighs something else in a team's turns.
    Weight {
        /// Name of the team.
        team: String,
        /// Key of the rep.
        rep: String,
        /// How much; without it the weight of the book holds again.
        weight: Option<String>,
    },
    /// Count open work anew from the book's own file of open work.
    Recount,
    /// Tell all events of a CSV file.
    File {
        /// The file.
        file: PathBuf,
    },
}

/// An event as it is told: words of a command line, or cells of a row.
#[derive(Default)]
struct Words<'w> {
    event: &'w str,
    id: Option<&'w str>,
    rep: Option<&'w str>,
    team: Option<&'w str>,
    at: Option<&'w str>,
    from: Option<&'w str>,
    through: Option<&'w str>,
    weight: Option<&'w str>,
    reason: Option<&'w str>,
}

const EVENTS: [&str; 8] = ["accepted", "rejected", "reassigned", "closed", "away", "back", "weight", "recount"];

/// Runs the command.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> Exit {
    tell(arguments, terminal).unwrap_or_else(|exit| exit)
}

fn tell(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Exit> {
    let (opened, place) = journal::place(&arguments.book)?;
    let plan = usable(&opened, terminal, "told")?;
    super::routing::record_named(&opened, &arguments.record)?;
    let zone = &opened.config.zone;
    let now = clock::now();
    let mut lines = Vec::new();
    let mut wrong = Vec::new();
    let mut tellings = Vec::new();
    if let What::File { file } = &arguments.what {
        let shown = file.display().to_string();
        let table = Table::read(file, &shown, None).map_err(|e| output::trouble(&e))?;
        let column = |name: &str| table.header.iter().position(|h| h.eq_ignore_ascii_case(name));
        if column("event").is_none() {
            output::tell(&format!(
                "turf: `{shown}` has no column `event`. Give it a first line such as `event,id,rep,at,reason`; an event is one of {}.\n",
                wording::join(&EVENTS, "or")
            ));
            return Err(Exit::CouldNotRun);
        }
        wrong.extend(table.set_aside.iter().map(|row| format!("{shown}:{}: {}", row.line, row.reason)));
        for row in &table.rows {
            let cell = |name: &str| column(name).and_then(|c| row.cells.get(c)).map(|c| c.trim()).filter(|c| !c.is_empty());
            let words = Words {
                event: cell("event").unwrap_or_default(),
                id: cell("id").or_else(|| cell(&arguments.record)),
                rep: cell("rep"),
                team: cell("team"),
                at: cell("at").or(arguments.at.as_deref()),
                from: cell("from"),
                through: cell("through"),
                weight: cell("weight"),
                reason: cell("reason").or(arguments.reason.as_deref()),
            };
            match telling(&words, &arguments.record, (zone, now)) {
                Ok(telling) => {
                    lines.push(format!("{shown}:{}: ", row.line));
                    tellings.push(telling);
                }
                Err(why) => wrong.push(format!("{shown}:{}: {why}", row.line)),
            }
        }
    } else {
        let words = Words { at: arguments.at.as_deref(), reason: arguments.reason.as_deref(), ..words(&arguments.what) };
        match telling(&words, &arguments.record, (zone, now)) {
            Ok(telling) => {
                lines.push(String::new());
                tellings.push(telling);
            }
            Err(why) => {
                output::tell(&format!("turf: {why}\n"));
                return Err(Exit::CouldNotRun);
            }
        }
    }
    let events: Vec<Event> = tellings.iter().map(|t| t.event.clone()).collect();
    let (store, key) = place.open().map_err(|e| output::store_trouble(&e))?;
    let results = Teller::new(store, key, &plan).tell(tellings, now).map_err(|e| output::store_trouble(&e))?;
    let mut text = String::new();
    let mut recorded = 0;
    for ((line, event), result) in lines.iter().zip(events).zip(results) {
        match result {
            Ok(number) => {
                recorded += 1;
                if line.is_empty() {
                    text.push_str(&format!("Recorded as entry {number}: {}.\n", event.in_words()));
                }
            }
            Err(refused) => wrong.push(format!("{line}{refused}")),
        }
    }
    if matches!(arguments.what, What::File { .. }) {
        text.push_str(&format!("{} recorded.\n", count(recorded, "event", "events")));
    }
    for why in &wrong {
        output::tell(&format!("turf: {why}\n"));
    }
    let exit = if wrong.is_empty() { Exit::Fine } else { Exit::Findings };
    Ok(output::print(&text, exit))
}

fn words(what: &What) -> Words<'_> {
    let of = |event, id| Words { event, id, ..Words::default() };
    match what {
        What::Accepted { id } => of("accepted", Some(id)),
        What::Rejected { id } => of("rejected", Some(id)),
        What::Closed { id } => of("closed", Some(id)),
        What::Reassigned { id, to } => Words { rep: Some(to), ..of("reassigned", Some(id)) },
        What::Away { rep, from, through } => {
            Words { rep: Some(rep), from: from.as_deref(), through: through.as_deref(), ..of("away", None) }
        }
        What::Back { rep } => Words { rep: Some(rep), ..of("back", None) },
        What::Weight { team, rep, weight } => Words { team: Some(team), rep: Some(rep), weight: weight.as_deref(), ..of("weight", None) },
        What::Recount | What::File { .. } => of("recount", None),
    }
}

/// Makes an event of its words.
fn telling(words: &Words<'_>, record: &str, (zone, now): (&TimeZone, Timestamp)) -> Result<Telling, String> {
    let needs = |what: Option<&str>, name: &str| {
        what.map(Arc::<str>::from).ok_or_else(|| format!("`{}` needs a {name}; none is given.", words.event))
    };
    let subject = || Ok::<_, String>(Subject { kind: record.into(), id: needs(words.id, "key of a record (`id`)")? });
    let rep = || needs(words.rep, "rep");
    let at = words.at.map(|text| moment(text, zone)).transpose()?;
    let event = match words.event {
        "accepted" => Event::Accepted { subject: subject()? },
        "rejected" => Event::Rejected { subject: subject()? },
        "reassigned" => Event::Reassigned { subject: subject()?, to: rep()? },
        "closed" => Event::Closed { subject: subject()? },
        "away" => Event::Away {
            rep: rep()?,
            from: words.from.map(|text| moment(text, zone)).transpose()?.or(at).unwrap_or(now),
            until: words.through.map(|text| end(text, zone)).transpose()?,
        },
        "back" => Event::Back { rep: rep()? },
        "weight" => Event::Weight { team: needs(words.team, "team")?, rep: rep()?, weight: words.weight.map(str::to_owned) },
        "recount" => Event::Recount,
        other => {
            let near: Vec<String> = wording::nearest(other, EVENTS).iter().map(|n| format!("`{n}`")).collect();
            let help = if near.is_empty() {
                format!("Write one of {}", wording::join(&EVENTS, "or"))
            } else {
                format!("Did you mean {}", wording::join(&near, "or"))
            };
            let end = if near.is_empty() { '.' } else { '?' };
            return Err(format!("there is no event `{other}`. {help}{end}"));
        }
    };
    Ok(Telling { event, at, reason: words.reason.map(Arc::from) })
}

fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let local = |at: jiff::civil::DateTime| zone.to_ambiguous_timestamp(at).compatible().ok();
    let read = text.parse::<Timestamp>().ok();
    let read = read.or_else(|| text.parse::<jiff::civil::DateTime>().ok().and_then(local));
    let read = read.or_else(|| text.parse::<Date>().ok().and_then(|day| local(day.at(0, 0, 0, 0))));
    read.ok_or_else(|| format!("`{text}` is not a time. Write such as 2027-03-01T09:00, 2027-03-01T09:00Z or 2027-03-01."))
}

/// The end of a day, which is included; a moment is the first instant no more included.
fn end(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    match text.parse::<Date>() {
        Ok(day) if text.len() == 10 => {
            let next = day.tomorrow().map_err(|_| format!("`{text}` is no day that has an end. Write such as 2027-03-01."))?;
            moment(&next.to_string(), zone)
        }
        _ => moment(text, zone),
    }
}

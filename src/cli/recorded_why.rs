//! `turf why` from the journal: a recorded decision in the words of the book as it was then.

use std::sync::Arc;

use super::journal::{self, Books};
use super::output::{self, Exit, Failure, Terminal};
use super::why::{Arguments, explained};
use crate::explain::{Looking, RecordedRef};
use crate::journal::{EventDoc, Key, again, first_difference};
use crate::model::show_time;
use crate::rim::book::{self, Opened};
use crate::store::books::short;
use crate::store::{Place, Store, StoreError};

/// Answers from the journal; none when the decision is to be made now, because there is no journal or it does not know the record.
pub fn answer(arguments: &Arguments, terminal: &Terminal) -> Option<Exit> {
    if !arguments.source.asks_journal() || arguments.no_journal {
        return None;
    }
    let opened = book::find(arguments.source.book()).and_then(|dir| book::open(&dir)).ok()?;
    let place = opened.config.store.as_ref().and_then(|settings| Place::new(settings, &opened.folder)).filter(Place::exists)?;
    let (mut store, key) = match place.read() {
        Ok(open) => open,
        Err(StoreError::None { .. }) => return None,
        Err(error) => return Some(output::store_trouble(&error)),
    };
    from_journal(arguments, terminal, &opened, (&mut *store, key.as_ref())).unwrap_or_else(|failure| Some(output::failed(&failure)))
}

type Open<'s> = (&'s mut dyn Store, Option<&'s Key>);

fn from_journal(arguments: &Arguments, terminal: &Terminal, today: &Opened, (store, key): Open<'_>) -> Result<Option<Exit>, Failure> {
    let kind = &arguments.source.record;
    let id: Arc<str> = arguments.id.as_str().into();
    let latest = store.latest(kind, std::slice::from_ref(&id))?.into_iter().next().flatten();
    let Some(latest) = latest else {
        output::tell(&format!("turf: the journal holds no decision about {kind} `{id}`; this is what would be decided now.\n"));
        return Ok(None);
    };
    let number = arguments.entry.unwrap_or(latest.number);
    let entry = store.entries(number, 1)?.into_iter().next().filter(|e| e.number == number);
    let document = match &entry {
        Some(entry) => journal::decision(store, entry)?.filter(|d| d.record.kind == kind.as_str().into() && d.record.id == id),
        None => None,
    };
    let (Some(document), Some(entry)) = (document, entry) else {
        output::tell(&format!(
            "turf: entry {number} of the journal is no decision about {kind} `{id}`. The last one about it is entry {}.\n",
            latest.number
        ));
        return Ok(Some(Exit::CouldNotRun));
    };
    let went = match &document.outcome.assignee {
        Some(who) if &*document.outcome.kind == "queue" => format!("queue {who}"),
        Some(who) => who.to_string(),
        None => "nobody".to_owned(),
    };
    let rule = document.outcome.rule.as_deref().unwrap_or("no rule");
    let cannot = |why: String| {
        output::tell(&format!(
            "turf: entry {number} says that {kind} `{id}` went to {went} by {rule}, but it cannot be explained again: {why}. `turf audit export --from {number}` shows all that was recorded.\n"
        ));
        Ok(Some(Exit::CouldNotRun))
    };
    let opened = match Books::default().get(store, &document.book, key)? {
        Ok(opened) => opened,
        Err(why) => return cannot(why),
    };
    let Some(plan) = &opened.snapshot.plan else { return cannot("its book has errors".to_owned()) };
    let again = match again(&document, plan, key) {
        Ok(again) => again,
        Err(why) => return cannot(why.to_string()),
    };
    // What is explained is what was recorded, or it is not explained.
    let bytes = serde_json::to_vec(&again.document).unwrap_or_default();
    if bytes != entry.body {
        let parse = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap_or_default();
        let what = first_difference(&parse(&entry.body), &parse(&bytes))
            .map_or_else(|| "in its spelling".to_owned(), |d| format!("at {}: recorded {}, now {}", d.at, d.recorded, d.now));
        return cannot(format!("decided again it differs {what}"));
    }
    let zone = &plan.book.zone;
    let mut since = Vec::new();
    for told in store.told(kind, &id)?.into_iter().filter(|n| *n > number) {
        if let Some(entry) = store.entries(told, 1)?.into_iter().next().filter(|e| e.number == told)
            && let Ok(event) = serde_json::from_slice::<EventDoc>(&entry.body)
        {
            let reason = event.reason.as_ref().map_or_else(String::new, |r| format!(" ({r})"));
            since.push(format!("{}: {}{reason}", show_time(event.at, zone), event.event.in_words()));
        }
    }
    let recorded = RecordedRef {
        entry: number,
        at: show_time(entry.at, zone),
        former: document.former,
        later: (latest.number != number).then_some(latest.number),
        book_today: today.snapshot.plan.as_ref().is_some_and(|p| p.digest == plan.digest),
        book: short(&document.book),
        since,
    };
    let looking = Looking::new(plan, &opened.snapshot.sources, &again.decision, &again.state);
    Ok(Some(explained(arguments, terminal, &looking, Some(recorded))))
}

//! `turf test --write --from-journal ID`: a recorded decision as a test, ready to paste.

use std::path::Path;
use std::sync::Arc;

use super::journal::{self, BookOf, Books};
use super::output::{self, Exit};
use crate::journal::again;
use crate::plan::Plan;
use crate::store::StoreError;
use crate::tester::{self, Block};

/// Prints the last recorded decision about a lead as a test block. Whether it passes in the book of today is told beside.
pub fn print(book: Option<&Path>, id: &str, today: &Plan) -> Exit {
    let mut reading = match journal::read(&BookOf { book: book.map(Path::to_owned) }) {
        Ok(reading) => reading,
        Err(exit) => return exit,
    };
    made(&mut reading, id, today).unwrap_or_else(|error| output::store_trouble(&error))
}

fn made(reading: &mut journal::Reading, id: &str, today: &Plan) -> Result<Exit, StoreError> {
    let key = reading.key.clone();
    let store = &mut *reading.store;
    let wanted: Arc<str> = id.into();
    let latest = store.latest("lead", std::slice::from_ref(&wanted))?.into_iter().next().flatten();
    let Some(latest) = latest else {
        output::tell(&format!(
            "turf: the journal holds no decision about lead `{id}`. Check the key; decisions are recorded by `turf route --commit`.\n"
        ));
        return Ok(Exit::CouldNotRun);
    };
    let entry = store.entries(latest.number, 1)?.into_iter().next().filter(|e| e.number == latest.number);
    let document = match &entry {
        Some(entry) => journal::decision(store, entry)?,
        None => None,
    };
    let cannot = |why: &str| {
        output::tell(&format!("turf: the decision about lead `{id}` cannot be made a test: {why}.\n"));
        Ok(Exit::CouldNotRun)
    };
    let Some(document) = document else { return cannot("its entry is gone") };
    let opened = match Books::default().get(store, &document.book, key.as_ref())? {
        Ok(opened) => opened,
        Err(why) => return cannot(&why),
    };
    let Some(plan) = &opened.snapshot.plan else { return cannot("its book has errors") };
    let again = match again(&document, plan, key.as_ref()) {
        Ok(again) => again,
        Err(why) => return cannot(&why.to_string()),
    };
    let givens = tester::givens_of(&again.state, &again.decision);
    let name = format!("lead {id} as recorded in entry {}", latest.number);
    let block =
        Block { name: &name, record: &again.record, at: again.decision.at, givens: &givens, decision: &again.decision, private: false };
    let text = tester::in_style(&tester::block(plan, &block));
    match tester::passes_text(today, &text) {
        Some(true) => {}
        Some(false) => output::tell(&format!(
            "turf: in the book of today this test fails; `turf test` says why once it is pasted. Turns, loads under conditions and private values ({}) cannot be given in a test.\n",
            private_fields(plan)
        )),
        None => output::tell("turf: the book of today no longer has all that this test names.\n"),
    }
    Ok(output::print(&text, Exit::Fine))
}

/// The private fields of leads, in words.
fn private_fields(plan: &Plan) -> String {
    let lead = plan.book.schema.find("lead").map(|id| plan.book.schema.record(id));
    let names: Vec<String> = lead.into_iter().flat_map(|r| &r.fields).filter(|f| f.private).map(|f| format!("`{}`", f.name)).collect();
    if names.is_empty() { "none here".to_owned() } else { crate::text::wording::join(&names, "and") }
}

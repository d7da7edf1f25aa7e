//! Writes a `test` block: from a record as it was decided, the moment, what was the matter with people, and what came.

use std::sync::Arc;

use jiff::Timestamp;

use super::case::Given;
use crate::decide::{Assignee, Decider, Decision};
use crate::model::{Record, Type, Value, plain};
use crate::plan::Plan;
use crate::state::State;
use crate::text::wording;

/// What a test block is made of.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The name of the test.
    pub name: &'a str,
    /// The record as it came, before anything was looked up.
    pub record: &'a Record,
    /// When it was decided.
    pub at: Timestamp,
    /// What is assumed about people; [`givens_of`] reads it from a state.
    pub givens: &'a [Given],
    /// What came of it.
    pub decision: &'a Decision,
    /// Whether the values of private fields are written. Those of real people should not be.
    pub private: bool,
}

/// Writes a test block, to be formatted. That it passes in the book is for the evaluator to say.
///
/// Turns and what teams counted per day, week and month cannot be given, so of a team's pick only the team is expected.
#[must_use]
pub fn block(plan: &Plan, block: &Block<'_>) -> String {
    let mut text = format!("test {} {{\n", quoted(block.name));
    text += &format!("on {}\n", on(plan, block.at));
    for given in block.givens {
        let rep = wording::as_written(&given.rep);
        text += &match given.open {
            None => format!("given {rep} is away\n"),
            Some(open) => format!("given {rep} has {open} open\n"),
        };
    }
    let ty = plan.book.schema.record(block.record.kind);
    let mut fields = Vec::new();
    for (position, (field, value)) in ty.fields.iter().zip(&block.record.values).enumerate() {
        let Some(value) = value else { continue };
        // The moment of the test is when the record arrives, and its key is made.
        let told = ty.arrival.is_some_and(|a| a.index() == position) && *value == Value::Time(block.at);
        if told || position == ty.key.index() && is_made(&block.record.key) || field.private && !block.private {
            continue;
        }
        fields.extend(written(value, &field.ty).map(|value| format!("{}: {value}", wording::as_written(&field.name))));
    }
    text += &format!("{} {{ {} }}\n", wording::as_written(&ty.name), fields.join(", "));
    for line in expectations(plan, block.decision) {
        text += &format!("expect {line}\n");
    }
    text + "}\n"
}

/// Returns whether a key was made up for an example or a test.
fn is_made(key: &str) -> bool {
    key == "example" || key.strip_prefix("test-").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns what a state says about the people a decision looked at: who is away, and who has something open.
#[must_use]
pub fn givens_of(state: &State, decision: &Decision) -> Vec<Given> {
    let attempts = decision.trials.iter().flat_map(|t| &t.attempts).chain(decision.added.iter().flat_map(|a| &a.attempts));
    let mut reps: Vec<Arc<str>> = attempts.flat_map(|a| &a.candidates).map(|c| c.rep.clone()).collect();
    reps.sort();
    reps.dedup();
    let mut givens = Vec::new();
    for rep in reps {
        let away = state.away.get(&rep).is_some_and(|all| all.iter().any(|a| a.from <= decision.at && decision.at < a.until));
        let open = state.open_of(&rep);
        if away {
            givens.push(Given { rep, open: None });
        } else if open > 0 {
            givens.push(Given { rep, open: Some(open) });
        }
    }
    givens
}

/// Writes a moment: the day alone for nine o'clock.
fn on(plan: &Plan, at: Timestamp) -> String {
    let local = plan.book.zone.to_datetime(at);
    if local.time() == jiff::civil::Time::constant(9, 0, 0, 0) { local.date().to_string() } else { at.to_string() }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}

/// Writes a value as a test does; nothing for a set without elements, which is written as missing.
fn written(value: &Value, ty: &Type) -> Option<String> {
    Some(match value {
        Value::Set { listed, unlisted } => {
            let all: Vec<String> = listed.iter().chain(unlisted).map(|e| wording::as_written(e)).collect();
            if all.is_empty() {
                return None;
            }
            format!("[{}]", all.join(", "))
        }
        Value::Number(_) if *ty == Type::Percent => format!("{}%", plain(value, ty)),
        Value::Number(_) | Value::Date(_) | Value::Time(_) => plain(value, ty),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Text(text) | Value::Choice(text) | Value::Unlisted(text) | Value::Reference(text) => {
            // A text that looks like a number or a day is one to the reader; in quotes it is text for certain.
            if text.chars().next().is_some_and(char::is_alphabetic) { wording::as_written(text) } else { quoted(text) }
        }
    })
}

/// Says what came of a record, as expectations.
fn expectations(plan: &Plan, decision: &Decision) -> Vec<String> {
    let book = &plan.book;
    let mut lines = Vec::new();
    let name = |name: &str| wording::as_written(name);
    match decision.outcome.by {
        Some(Decider::Rule(id)) => lines.extend(book.rules.get(id.index()).map(|r| format!("rule {}", name(&r.name.text)))),
        Some(Decider::Otherwise) => lines.push("otherwise".to_owned()),
        None => {}
    }
    match decision.placement.territory().and_then(|id| book.territories.get(id.index())) {
        Some(territory) => lines.push(format!("territory {}", name(&territory.name.text))),
        None => lines.push("no territory".to_owned()),
    }
    let team = decision.outcome.team.and_then(|id| book.teams.get(id.index()));
    match (&decision.outcome.assignee, team) {
        (_, Some(team)) => lines.push(format!("team {}", name(&team.name.text))),
        (Assignee::Rep(rep), None) => lines.push(format!("rep {}", name(rep))),
        (Assignee::Queue(queue), None) => lines.push(format!("queue {}", name(queue))),
        (Assignee::Nobody, None) => {}
    }
    if let Some(found) = decision.matching.as_ref().map(|m| &m.found) {
        lines.push(found.as_ref().map_or_else(|| "no account".to_owned(), |key| format!("account {}", name(key))));
    }
    let mut overlays: Vec<&str> = Vec::new();
    for added in decision.added.iter().filter(|a| a.assignee.is_some()) {
        overlays.extend(book.overlays.get(added.overlay.index()).map(|o| o.name.as_str()));
    }
    overlays.dedup();
    lines.extend(overlays.into_iter().map(|o| format!("overlay {}", name(o))));
    lines
}

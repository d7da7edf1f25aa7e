//! A recorded decision as a row of results: the same row as when it was decided.

use std::sync::Arc;

use jiff::tz::TimeZone;
use num_rational::BigRational;
use rust_decimal::Decimal;

use super::document::{Cell, DecisionDoc, LedgerDoc};
use crate::decide::share_in_words;
use crate::model::{Schema, Type, show_number, show_time};
use crate::report::Row;

/// Makes the row of a recorded decision; moments are told in the zone given.
#[must_use]
pub fn recorded_row(document: &DecisionDoc, schema: &Schema, zone: &TimeZone) -> Row {
    let winners = &document.placement.winners;
    Row {
        id: document.record.id.clone(),
        name: display_name(document, schema),
        assignee_kind: document.outcome.kind.clone(),
        assignee: document.outcome.assignee.clone(),
        team: document.outcome.team.clone(),
        rule: document.outcome.rule.clone(),
        territory: winners.first().cloned(),
        other_territories: winners.iter().skip(1).cloned().collect(),
        account: document.matching.as_ref().and_then(|m| m.found.clone()),
        overlays: document.added.iter().filter_map(|a| Some(format!("{}={}", a.role, a.assignee.as_ref()?))).collect(),
        credit: document.credits.iter().map(credit_text).collect(),
        due: document.due.as_ref().map(|due| show_time(due.at, zone)),
        decided_at: show_time(document.decided_at, zone),
    }
}

fn display_name(document: &DecisionDoc, schema: &Schema) -> Option<Arc<str>> {
    let ty = schema.record(schema.find(&document.record.kind)?);
    let named = ty.fields.iter().enumerate().find(|(i, f)| *i != ty.key.index() && !f.private && matches!(f.ty, Type::Text { .. }));
    match document.record.fields.get(&named?.1.name)? {
        Cell::Plain(text) => Some(text.as_str().into()),
        _ => None,
    }
}

fn credit_text(ledger: &LedgerDoc) -> String {
    let parts: Vec<String> = ledger
        .totals
        .iter()
        .map(|total| {
            let amount = total.amount.as_ref().and_then(|a| a.parse::<Decimal>().ok());
            let amount = amount.map_or_else(String::new, |a| format!(" ({})", show_number(a)));
            let share = total.percent.parse::<BigRational>().map_or_else(|_| total.percent.clone(), |p| share_in_words(&p));
            format!("{share}% {}{amount}", total.taker)
        })
        .collect();
    format!("{}: {}", ledger.ledger, if parts.is_empty() { "nobody".to_owned() } else { parts.join(", ") })
}

//! What a test is: a moment, what is assumed about people, records in order, and what must become of each.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::model::Record;

/// The moment of a test that says none: nine o'clock on a Monday long ago, in the project's zone.
pub const NOT_SAID: DateTime = DateTime::constant(2000, 1, 3, 9, 0, 0, 0);

/// Holds one test.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands, `file:line`.
    pub place: String,
    /// When its records are decided, unless they say when they arrived.
    pub on: Timestamp,
    /// What is assumed about people.
    pub givens: Vec<Given>,
    /// The records, decided one after the other.
    pub records: Vec<CaseRecord>,
}

/// What a test assumes about a rep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The rep.
    pub rep: Arc<str>,
    /// How much the rep has open; none means that the rep is away.
    pub open: Option<u64>,
}

/// A record and what must become of it.
#[derive(Clone, Debug)]
pub struct CaseRecord {
    /// The record.
    pub record: Record,
    /// When it is decided, if it says when it arrived.
    pub at: Option<Timestamp>,
    /// What must become of it.
    pub expects: Vec<Expectation>,
}

/// Something that must become of a record.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Whether it must not.
    pub negated: bool,
    /// What.
    pub expected: Expected,
    /// In the words of the test: `rep ana or priya`.
    pub words: String,
    /// Where it stands, `file:line`.
    pub place: String,
}

/// What can be expected. Several names mean one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the word of the language")]
pub enum Expected {
    Rep(Vec<Arc<str>>),
    Rule(Vec<Arc<str>>),
    Territory(Vec<Arc<str>>),
    Queue(Vec<Arc<str>>),
    Team(Vec<Arc<str>>),
    Account(Vec<Arc<str>>),
    Overlay(Vec<Arc<str>>),
    Credit { ledger: Arc<str>, shares: Vec<ShareWanted> },
    Otherwise,
    NoTerritory,
    NoAccount,
}

/// A share of a ledger that must be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareWanted {
    /// The percentage; none means the rest, whatever it comes to.
    pub percent: Option<Decimal>,
    /// The role in words, or `rep KEY` for whoever takes it.
    pub role: String,
}

/// Reads the moment of a test: a time, or nine o'clock of a day.
#[must_use]
pub(super) fn moment(raw: &str, zone: &TimeZone) -> Option<Timestamp> {
    let local = |at: DateTime| zone.to_ambiguous_timestamp(at).compatible().ok();
    if let Ok(day) = raw.parse::<Date>()
        && !raw.contains(['T', 't', ' '])
    {
        return local(day.at(9, 0, 0, 0));
    }
    raw.parse::<Timestamp>().ok().or_else(|| raw.parse::<DateTime>().ok().and_then(local))
}

/// Returns the moment of a test that says none.
#[must_use]
pub(super) fn moment_not_said(zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_timestamp(NOT_SAID).compatible().unwrap_or(Timestamp::UNIX_EPOCH)
}

//! Changes of the state as they are written down.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use num_rational::BigRational;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ValueDoc;
use crate::model::Absence;
use crate::state::{Change, LimitKey, Past, Turn};

/// One change; see [`Change`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the change they write down")]
pub enum ChangeDoc {
    Turn {
        team: Arc<str>,
        rep: Arc<str>,
        pointer: String,
        #[serde(skip_serializing_if = "is_no", default)]
        skipped: bool,
    },
    Counted {
        team: Arc<str>,
        limit: u32,
        rep: Arc<str>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        period: Option<Date>,
    },
    Opened {
        rep: Arc<str>,
    },
    Received {
        team: Arc<str>,
        rep: Arc<str>,
        at: Timestamp,
    },
    Remembered {
        of: Arc<str>,
        by: Arc<str>,
        #[serde(flatten)]
        value: ValueDoc,
        #[serde(flatten)]
        past: PastDoc,
    },
    Closed {
        rep: Arc<str>,
    },
    Uncounted {
        team: Arc<str>,
        limit: u32,
        rep: Arc<str>,
    },
    Open {
        rep: Arc<str>,
        open: u64,
    },
    Count {
        team: Arc<str>,
        limit: u32,
        rep: Arc<str>,
        count: u64,
    },
    Away {
        rep: Arc<str>,
        from: Timestamp,
        until: Timestamp,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<Arc<str>>,
    },
    Back {
        rep: Arc<str>,
        at: Timestamp,
    },
    Weighed {
        team: Arc<str>,
        rep: Arc<str>,
        weight: Option<String>,
    },
    Rejected {
        of: Arc<str>,
        record: Arc<str>,
        rep: Arc<str>,
    },
}

/// Holds the last assignment of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastDoc {
    /// To whom.
    pub rep: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// The record that was assigned.
    pub record: Arc<str>,
}

impl From<&Past> for PastDoc {
    fn from(past: &Past) -> Self {
        Self { rep: past.rep.clone(), at: past.at, record: past.record.clone() }
    }
}

impl From<&PastDoc> for Past {
    fn from(past: &PastDoc) -> Self {
        Self { rep: past.rep.clone(), at: past.at, record: past.record.clone() }
    }
}

fn is_no(yes: &bool) -> bool {
    !*yes
}

impl ChangeDoc {
    /// Writes a change down; `hide` says how a remembered value of a record and field is written.
    #[must_use]
    pub fn new(change: &Change, hide: &impl Fn(&str, &str, &Arc<str>) -> ValueDoc) -> Self {
        match change.clone() {
            Change::Turn { team, rep, turn: Turn { pointer, skipped } } => Self::Turn { team, rep, pointer: pointer.to_string(), skipped },
            Change::Counted { limit: LimitKey { team, position }, rep, period } => Self::Counted { team, limit: position, rep, period },
            Change::Opened { rep } => Self::Opened { rep },
            Change::Received { team, rep, at } => Self::Received { team, rep, at },
            Change::Remembered { of, by, value, past } => {
                let value = hide(&of, &by, &value);
                Self::Remembered { of, by, value, past: PastDoc::from(&past) }
            }
            Change::Closed { rep } => Self::Closed { rep },
            Change::Uncounted { limit: LimitKey { team, position }, rep } => Self::Uncounted { team, limit: position, rep },
            Change::Open { rep, open } => Self::Open { rep, open },
            Change::Count { limit: LimitKey { team, position }, rep, count } => Self::Count { team, limit: position, rep, count },
            Change::Away { rep, absence: Absence { from, until, reason } } => Self::Away { rep, from, until, reason },
            Change::Back { rep, at } => Self::Back { rep, at },
            Change::Rejected { of, record, rep } => Self::Rejected { of, record, rep },
            Change::Weighed { team, rep, weight } => Self::Weighed { team, rep, weight: weight.map(|w| w.normalize().to_string()) },
        }
    }

    /// Returns the change; none when a number in it cannot be read. A remembered value stays hashed if it was.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        let limit = |team: &Arc<str>, position: u32| LimitKey { team: team.clone(), position };
        Some(match self.clone() {
            Self::Turn { team, rep, pointer, skipped } => {
                Change::Turn { team, rep, turn: Turn { pointer: pointer.parse::<BigRational>().ok()?, skipped } }
            }
            Self::Counted { team, limit: position, rep, period } => Change::Counted { limit: limit(&team, position), rep, period },
            Self::Opened { rep } => Change::Opened { rep },
            Self::Received { team, rep, at } => Change::Received { team, rep, at },
            Self::Remembered { of, by, value: ValueDoc::Value(value) | ValueDoc::Hash(value), past } => {
                Change::Remembered { of, by, value, past: Past::from(&past) }
            }
            Self::Closed { rep } => Change::Closed { rep },
            Self::Uncounted { team, limit: position, rep } => Change::Uncounted { limit: limit(&team, position), rep },
            Self::Open { rep, open } => Change::Open { rep, open },
            Self::Count { team, limit: position, rep, count } => Change::Count { limit: limit(&team, position), rep, count },
            Self::Away { rep, from, until, reason } => Change::Away { rep, absence: Absence { from, until, reason } },
            Self::Back { rep, at } => Change::Back { rep, at },
            Self::Rejected { of, record, rep } => Change::Rejected { of, record, rep },
            Self::Weighed { team, rep, weight } => {
                let weight = match weight {
                    Some(text) => Some(text.parse::<Decimal>().ok()?),
                    None => None,
                };
                Change::Weighed { team, rep, weight }
            }
        })
    }
}

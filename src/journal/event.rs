//! What people and other systems tell after a decision: accepted, rejected, handed over, closed; away, back, another weight.
//!
//! An event is an entry of the journal like a decision, with what it changes. Whether it may be told is looked at here, so
//! that nothing is closed twice and nobody unknown gets work.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use num_rational::BigRational;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Held;
use super::document::{ChangeDoc, PastDoc, ValueDoc};
use crate::decide::{roster, turn_step};
use crate::model::{Absence, TeamId};
use crate::plan::Plan;
use crate::state::{Change, LimitKey, State, Turn};
use crate::text::wording;

/// The name and version of the shape of an event's document.
pub const EVENT_FORMAT: &str = "turf-event/1";

/// Names a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Its type, such as `lead`.
    pub kind: Arc<str>,
    /// Its key.
    pub id: Arc<str>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.id)
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The rep works on the record.
    Accepted {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
    },
    /// The rep does not want the record; it can be decided again, and does not go back to the rep.
    Rejected {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
    },
    /// Somebody handed the record over.
    Reassigned {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
        /// To whom.
        to: Arc<str>,
    },
    /// The record is open work no more.
    Closed {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
    },
    /// The record is decided anew, because its content changed or that was asked for.
    Superseded {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
    },
    /// A rep is away.
    Away {
        /// Who.
        rep: Arc<str>,
        /// First instant.
        from: Timestamp,
        /// First instant after it; none until further notice.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        until: Option<Timestamp>,
    },
    /// A rep is back: absences told before end.
    Back {
        /// Who.
        rep: Arc<str>,
    },
    /// A rep weighs something else in a team's turns.
    Weight {
        /// The team.
        team: Arc<str>,
        /// Who.
        rep: Arc<str>,
        /// How much; none gives the weight back to the book.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        weight: Option<String>,
    },
    /// Open work is counted anew from the book's data.
    Recount,
}

impl Event {
    /// Returns the record it is about, if it is about one.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Accepted { subject }
            | Self::Rejected { subject }
            | Self::Reassigned { subject, .. }
            | Self::Closed { subject }
            | Self::Superseded { subject } => Some(subject),
            Self::Away { .. } | Self::Back { .. } | Self::Weight { .. } | Self::Recount => None,
        }
    }

    /// Says it in words, such as `lead L1 was closed`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Accepted { subject } => format!("{subject} was accepted"),
            Self::Rejected { subject } => format!("{subject} was rejected"),
            Self::Reassigned { subject, to } => format!("{subject} was handed over to {to}"),
            Self::Closed { subject } => format!("{subject} was closed"),
            Self::Superseded { subject } => format!("{subject} was decided anew"),
            Self::Away { rep, from, until: Some(until) } => format!("{rep} is away from {from} until {until}"),
            Self::Away { rep, from, until: None } => format!("{rep} is away from {from} until further notice"),
            Self::Back { rep } => format!("{rep} is back"),
            Self::Weight { team, rep, weight: Some(weight) } => format!("{rep} weighs {weight} in team {team}"),
            Self::Weight { team, rep, weight: None } => format!("{rep} weighs in team {team} what the book says"),
            Self::Recount => "open work was counted anew".to_owned(),
        }
    }
}

/// The document of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDoc {
    /// [`EVENT_FORMAT`].
    pub format: Arc<str>,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// Who had the record before, if anybody.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub former: Option<Arc<str>>,
    /// Why, as told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Arc<str>>,
    /// What it changed.
    pub changes: Vec<ChangeDoc>,
}

/// What is known when an event is told.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// The book.
    pub plan: &'a Plan,
    /// The state.
    pub state: &'a State,
    /// When it happened.
    pub at: Timestamp,
    /// Who has the record; none when nobody has.
    pub held: Option<&'a Held>,
    /// Whether the record was ever decided.
    pub known: bool,
    /// Why, as told.
    pub reason: Option<&'a Arc<str>>,
    /// For records nobody has: the limits they would count under and the values they would be remembered by.
    pub loose: Option<&'a Held>,
}

/// What comes of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What it changes.
    pub changes: Vec<ChangeDoc>,
    /// Who has the record then; none when that stays as it is.
    pub held: Option<Option<Held>>,
    /// Whether the record is decided again when it comes again.
    pub again: bool,
}

/// Why an event cannot be: a sentence, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, without its full stop.
    pub what: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.what, self.help)
    }
}

fn refused(what: impl Into<String>, help: impl Into<String>) -> Refused {
    Refused { what: what.into(), help: help.into() }
}

/// Works out what an event changes.
///
/// # Errors
/// When it cannot be, with a sentence that says why.
pub fn told(event: &Event, telling: Telling<'_>) -> Result<Told, Refused> {
    match event {
        Event::Accepted { subject } => {
            let held = holder(subject, telling)?;
            Ok(Told { held: Some(Some(Held { due: None, ..held.clone() })), ..Told::default() })
        }
        Event::Rejected { subject } => {
            let held = holder(subject, telling)?;
            let mut changes = held.released();
            if !counts(held, telling).is_some_and(|c| c.rejected) {
                changes.extend(given_back(held, telling));
            }
            changes.push(Change::Rejected { of: subject.kind.clone(), record: subject.id.clone(), rep: held.rep.clone() });
            Ok(Told { changes: written(&changes), held: Some(None), again: true })
        }
        Event::Closed { subject } => Ok(Told { changes: written(&holder(subject, telling)?.released()), held: Some(None), again: false }),
        Event::Superseded { subject } => {
            Ok(Told { changes: written(&holder(subject, telling)?.released()), held: Some(None), again: false })
        }
        Event::Reassigned { subject, to } => handed_over(subject, to, telling),
        Event::Away { rep, from, until } => {
            known_rep(rep, telling.plan)?;
            let until = until.unwrap_or(Timestamp::MAX);
            if until <= *from {
                return Err(refused("the absence ends before it begins", "Swap the two, or leave the end out while nobody knows it."));
            }
            let absence = Absence { from: *from, until, reason: telling.reason.cloned() };
            Ok(Told { changes: written(&[Change::Away { rep: rep.clone(), absence }]), ..Told::default() })
        }
        Event::Back { rep } => {
            known_rep(rep, telling.plan)?;
            if !telling.state.away.get(rep).is_some_and(|all| all.iter().any(|a| a.until > telling.at)) {
                let help = "Absences of the book's own file end there; only those told by `turf event away` end this way.";
                return Err(refused(format!("nobody told that {rep} is away"), help));
            }
            Ok(Told { changes: written(&[Change::Back { rep: rep.clone(), at: telling.at }]), ..Told::default() })
        }
        Event::Weight { team, rep, weight } => {
            known_rep(rep, telling.plan)?;
            let id = known_team(team, telling.plan)?;
            if !telling.plan.turning.contains(&id) {
                return Err(refused(
                    format!("the team `{team}` does not pick in turn, so nobody weighs anything there"),
                    "Write `pick in turn` into the team first.",
                ));
            }
            let weight = match weight.as_ref().map(|text| text.parse::<Decimal>()) {
                None => None,
                Some(Ok(weight)) if weight >= Decimal::ZERO => Some(weight),
                Some(_) => {
                    return Err(refused(
                        "a weight must be a number from 0 on",
                        "Write such as `2` for twice as many turns, or `0` for none.",
                    ));
                }
            };
            Ok(Told { changes: written(&[Change::Weighed { team: team.clone(), rep: rep.clone(), weight }]), ..Told::default() })
        }
        Event::Recount => Ok(Told { changes: written(&recounted(telling)), ..Told::default() }),
    }
}

/// Who has a record.
fn holder<'a>(subject: &Subject, telling: Telling<'a>) -> Result<&'a Held, Refused> {
    match (telling.held, telling.known) {
        (Some(held), _) => Ok(held),
        (None, true) => Err(refused(
            format!("nobody has {subject}: it was closed or rejected, or a queue has it"),
            "Nothing was recorded of it. `turf why` shows what became of it.",
        )),
        (None, false) => Err(never(subject)),
    }
}

fn never(subject: &Subject) -> Refused {
    refused(format!("the journal holds no decision about {subject}"), "Check the key; decisions are recorded by `turf route --commit`.")
}

fn known_rep(rep: &str, plan: &Plan) -> Result<(), Refused> {
    if roster::rep(plan, rep).is_some() {
        return Ok(());
    }
    let all: Vec<&str> = plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).map(|r| &*r.key).collect();
    Err(refused(format!("there is no rep `{rep}` in the roster"), near(rep, all, "Write the key of a rep.")))
}

fn known_team(team: &str, plan: &Plan) -> Result<TeamId, Refused> {
    let found = plan.book.teams.iter().position(|t| *t.name.text == *team).map(TeamId::from_index);
    found.ok_or_else(|| {
        let all: Vec<&str> = plan.book.teams.iter().map(|t| &*t.name.text).collect();
        refused(format!("there is no team `{team}` in the book"), near(team, all, "Write the name of a team."))
    })
}

fn near(name: &str, known: Vec<&str>, or_else: &str) -> String {
    let near: Vec<String> = wording::nearest(name, known).iter().map(|n| format!("`{n}`")).collect();
    if near.is_empty() { or_else.to_owned() } else { format!("Did you mean {}?", wording::join(&near, "or")) }
}

/// What counts for the turns of the team that gave the record.
fn counts(held: &Held, telling: Telling<'_>) -> Option<crate::model::Counts> {
    let team = held.team.as_ref()?;
    telling.plan.book.teams.iter().find(|t| t.name.text == *team).map(|t| t.counts)
}

/// The turn given back that the record took.
fn given_back(held: &Held, telling: Telling<'_>) -> Option<Change> {
    let (team, step) = (held.team.as_ref()?, held.turn()?);
    let turn = telling.state.turns.get(team)?.get(&held.rep)?;
    let turn = Turn { pointer: &turn.pointer - step, skipped: turn.skipped };
    Some(Change::Turn { team: team.clone(), rep: held.rep.clone(), turn })
}

fn handed_over(subject: &Subject, to: &Arc<str>, telling: Telling<'_>) -> Result<Told, Refused> {
    if !telling.known {
        return Err(never(subject));
    }
    known_rep(to, telling.plan)?;
    if roster::active_rep(telling.plan, to).is_none() {
        return Err(refused(
            format!("{to} is not active, and gets no work"),
            "Hand the record to somebody else, or make the rep active in the roster.",
        ));
    }
    if telling.held.is_some_and(|held| held.rep == *to) {
        return Err(refused(format!("{to} has {subject} already"), "There is nothing to hand over."));
    }
    let before = telling.held.or(telling.loose).cloned().unwrap_or_else(|| Held::nobody(to));
    let mut changes = telling.held.map(Held::released).unwrap_or_default();
    for (team, position) in &before.limits {
        let limit = LimitKey { team: team.clone(), position: *position };
        changes.push(Change::Counted { limit, rep: to.clone(), period: None });
    }
    changes.push(Change::Opened { rep: to.clone() });
    let (team, step) = turn_goes_along(&before, to, &mut changes, telling);
    let mut changes = written(&changes);
    for (of, by, hash) in &before.remembered {
        let past = PastDoc { rep: to.clone(), at: telling.at, record: subject.id.clone() };
        changes.push(ChangeDoc::Remembered { of: of.clone(), by: by.clone(), value: ValueDoc::Hash(hash.clone()), past });
    }
    let held = Held { rep: to.clone(), team, step: step.map(|s| s.to_string()), ..before };
    Ok(Told { changes, held: Some(Some(held)), again: false })
}

/// Moves the turn with a record where the team counts that; returns the team and step that the new holder has it by.
fn turn_goes_along(
    before: &Held,
    to: &Arc<str>,
    changes: &mut Vec<Change>,
    telling: Telling<'_>,
) -> (Option<Arc<str>>, Option<BigRational>) {
    if telling.held.is_none() || !counts(before, telling).is_some_and(|c| c.reassigned) {
        return (None, None);
    }
    changes.extend(given_back(before, telling));
    let taken = || {
        let team = before.team.as_ref()?;
        let id = telling.plan.book.teams.iter().position(|t| t.name.text == *team).map(TeamId::from_index)?;
        // Only members have a turn there; somebody who never came up yet is none for this purpose.
        let turn = telling.state.turns.get(team)?.get(to)?;
        let step = turn_step(telling.plan, id, to, telling.state)?;
        Some((team.clone(), step.clone(), Turn { pointer: &turn.pointer + step, skipped: turn.skipped }))
    };
    match taken() {
        Some((team, step, turn)) => {
            changes.push(Change::Turn { team: team.clone(), rep: to.clone(), turn });
            (Some(team), Some(step))
        }
        None => (None, None),
    }
}

/// Sets open work, and what limits on it count, to what the book's data say.
fn recounted(telling: Telling<'_>) -> Vec<Change> {
    let fresh = crate::decide::begin(telling.plan, telling.at);
    let reps = telling.state.open.keys().chain(fresh.open.keys()).collect::<std::collections::BTreeSet<_>>();
    let mut changes: Vec<Change> = reps.into_iter().map(|rep| Change::Open { rep: rep.clone(), open: fresh.open_of(rep) }).collect();
    let open = |state: &State| -> Vec<(LimitKey, Arc<str>)> {
        let of = |(limit, reps): (&LimitKey, &std::collections::BTreeMap<Arc<str>, crate::state::Count>)| {
            let limit = limit.clone();
            let reps: Vec<_> = reps.iter().filter(|(_, c)| c.period.is_none()).map(|(rep, _)| rep.clone()).collect();
            reps.into_iter().map(move |rep| (limit.clone(), rep))
        };
        state.counts.iter().flat_map(of).collect()
    };
    let counted: std::collections::BTreeSet<_> = open(telling.state).into_iter().chain(open(&fresh)).collect();
    changes.extend(counted.into_iter().map(|(limit, rep)| Change::Count { count: fresh.counted(&limit, &rep, None), limit, rep }));
    changes
}

/// Writes changes down in which no value is remembered.
fn written(changes: &[Change]) -> Vec<ChangeDoc> {
    changes.iter().map(|change| ChangeDoc::new(change, &|_: &str, _: &str, value: &Arc<str>| ValueDoc::Value(value.clone()))).collect()
}

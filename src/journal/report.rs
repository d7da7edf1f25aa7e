//! The numbers people ask for, gathered entry by entry: how long until somebody had it, who got how many, which rule, what is
//! overdue.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::document::DecisionDoc;
use super::{Event, EventDoc, Subject};

/// Lengths of time, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    all: Vec<i64>,
}

/// What lengths of time come to, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SpanShares {
    /// How many.
    pub count: u64,
    /// The middle one.
    pub median: i64,
    /// Nine of ten are no longer.
    pub nine_of_ten: i64,
    /// The longest.
    pub longest: i64,
}

impl Spans {
    /// Takes a length; what would end before it began (a sample from the future) is no length.
    fn add(&mut self, from: Timestamp, to: Timestamp) {
        if from <= to {
            self.all.push(to.duration_since(from).as_secs());
        }
    }

    /// Works out what they come to; nothing without any.
    #[must_use]
    pub fn shares(&self) -> Option<SpanShares> {
        let mut all = self.all.clone();
        all.sort_unstable();
        let at = |part: usize| all.get((all.len() * part).div_ceil(10).saturating_sub(1)).copied();
        Some(SpanShares { count: all.len() as u64, median: at(5)?, nine_of_ten: at(9)?, longest: *all.last()? })
    }
}

/// A record whose response is overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// Its type.
    pub kind: Arc<str>,
    /// Its key.
    pub id: Arc<str>,
    /// Who has it.
    pub rep: Arc<str>,
    /// Since when.
    pub due: Timestamp,
}

/// What the journal says over a time.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    since: Option<Timestamp>,
    /// Decisions of the time.
    pub decisions: u64,
    /// From a record's arrival until a rep had it.
    pub to_assignment: Spans,
    /// From then until it was accepted.
    pub to_acceptance: Spans,
    /// By team and rep.
    pub teams: BTreeMap<Arc<str>, BTreeMap<Arc<str>, u64>>,
    /// By rep or queue.
    pub assignees: BTreeMap<Arc<str>, u64>,
    /// By rule.
    pub rules: BTreeMap<Arc<str>, u64>,
    /// When each rule last decided, over the whole journal.
    pub last_won: BTreeMap<Arc<str>, Timestamp>,
    /// Events by what happened.
    pub events: BTreeMap<&'static str, u64>,
    /// Records that wait for a response, and those that wait in queues.
    open: HashMap<Subject, Open>,
}

#[derive(Clone, Debug)]
struct Open {
    rep: Option<Arc<str>>,
    arrived: Timestamp,
    assigned: Timestamp,
    due: Option<Timestamp>,
    accepted: bool,
    counts: bool,
}

impl Numbers {
    /// Begins; decisions and events before `since` are not counted, but what is open then still is.
    #[must_use]
    pub fn new(since: Option<Timestamp>) -> Self {
        Self { since, ..Self::default() }
    }

    fn counts(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since)
    }

    /// Takes a decision, recorded at a moment.
    pub fn decision(&mut self, at: Timestamp, document: &DecisionDoc) {
        let counts = self.counts(at);
        let subject = Subject { kind: document.record.kind.clone(), id: document.record.id.clone() };
        let outcome = &document.outcome;
        if let Some(rule) = &outcome.rule {
            let last = self.last_won.entry(rule.clone()).or_insert(at);
            *last = (*last).max(at);
        }
        if counts {
            self.decisions += 1;
            if let Some(rule) = &outcome.rule {
                *self.rules.entry(rule.clone()).or_default() += 1;
            }
            let assignee = match (&outcome.assignee, &*outcome.kind) {
                (Some(queue), "queue") => format!("queue {queue}").into(),
                (Some(rep), _) => rep.clone(),
                (None, _) => "nobody".into(),
            };
            *self.assignees.entry(assignee).or_default() += 1;
            if let (Some(team), Some(rep)) = (&outcome.team, &outcome.assignee) {
                *self.teams.entry(team.clone()).or_default().entry(rep.clone()).or_default() += 1;
            }
        }
        let rep = outcome.assignee.clone().filter(|_| &*outcome.kind == "rep");
        if counts && rep.is_some() {
            self.to_assignment.add(document.decided_at, at);
        }
        let due = document.due.as_ref().map(|d| d.at);
        self.open.insert(subject, Open { rep, arrived: document.decided_at, assigned: at, due, accepted: false, counts });
    }

    /// Takes an event.
    pub fn event(&mut self, document: &EventDoc) {
        let counts = self.counts(document.at);
        if counts {
            *self.events.entry(word(&document.event)).or_default() += 1;
        }
        let Some(subject) = document.event.subject() else { return };
        let Some(open) = self.open.get_mut(subject) else { return };
        match &document.event {
            Event::Accepted { .. } if !open.accepted => {
                open.accepted = true;
                let assigned = open.assigned;
                if counts {
                    self.to_acceptance.add(assigned, document.at);
                }
            }
            Event::Reassigned { to, .. } => {
                // Out of a queue: only now somebody has it.
                let (from_queue, arrived) = (open.rep.is_none() && open.counts, open.arrived);
                open.rep = Some(to.clone());
                open.assigned = document.at;
                if from_queue {
                    self.to_assignment.add(arrived, document.at);
                }
            }
            Event::Closed { .. } | Event::Rejected { .. } | Event::Superseded { .. } => {
                self.open.remove(subject);
            }
            _ => {}
        }
    }

    /// Lists the records whose response is overdue at a moment, longest first.
    #[must_use]
    pub fn overdue(&self, now: Timestamp) -> Vec<Overdue> {
        let mut all: Vec<Overdue> = Vec::new();
        #[expect(clippy::iter_over_hash_type, reason = "sorted below")]
        for (subject, open) in &self.open {
            if let (Some(rep), Some(due), false) = (&open.rep, open.due, open.accepted)
                && due < now
            {
                all.push(Overdue { kind: subject.kind.clone(), id: subject.id.clone(), rep: rep.clone(), due });
            }
        }
        all.sort_by(|a, b| a.due.cmp(&b.due).then_with(|| a.kind.cmp(&b.kind)).then_with(|| a.id.cmp(&b.id)));
        all
    }
}

fn word(event: &Event) -> &'static str {
    match event {
        Event::Accepted { .. } => "accepted",
        Event::Rejected { .. } => "rejected",
        Event::Reassigned { .. } => "reassigned",
        Event::Closed { .. } => "closed",
        Event::Superseded { .. } => "decided anew",
        Event::Away { .. } => "away",
        Event::Back { .. } => "back",
        Event::Weight { .. } => "weight",
        Event::Recount => "recount",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_spans() {
        let mut spans = Spans::default();
        assert_eq!(spans.shares(), None);
        for n in 1..=10 {
            spans.add(Timestamp::UNIX_EPOCH, Timestamp::from_second(n * 10).expect("a moment"));
        }
        assert_eq!(spans.shares(), Some(SpanShares { count: 10, median: 50, nine_of_ten: 90, longest: 100 }));
        let mut one = Spans::default();
        one.add(Timestamp::from_second(5).expect("a moment"), Timestamp::UNIX_EPOCH);
        assert_eq!(one.shares(), None, "what lies in the future is not counted");
    }
}

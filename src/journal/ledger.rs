//! The fairness ledger of a team: turns taken, forgiven and given back, who is owed what, and whether the bound held.
//!
//! The bound: of members who could take every record that the team gave, no two are ever more than one turn apart (stride
//! scheduling, Waldspurger and Weihl 1995). Somebody who was away, full or did not fit is looked at again once back within
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};
use serde::Serialize;

use super::EventDoc;
use super::document::{AttemptDoc, ChangeDoc, DecisionDoc, PassedOverDoc, ResultDoc};
use crate::decide::in_words;

/// The standing of one member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Turns taken.
    pub taken: u64,
    /// Turns taken over with records that were handed over.
    pub taken_over: u64,
    /// Turns given back, because records were rejected or handed over.
    pub given_back: u64,
    /// Turns that passed by and are not owed, by reason.
    pub forgiven: BTreeMap<&'static str, u64>,
    /// Records that did not fit, so that the turn was kept.
    pub kept: u64,
    /// The pointer.
    pub pointer: BigRational,
    /// Whether the rep was skipped the last time, so that the pointer is raised on return.
    pub skipped: bool,
    /// By how much a turn moves the pointer, if that is known.
    pub step: Option<BigRational>,
}

/// The bound did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The entry after which.
    pub number: u64,
    /// Who was ahead.
    pub ahead: Arc<str>,
    /// Who was behind.
    pub behind: Arc<str>,
    /// How far apart they were.
    pub apart: String,
    /// How far they may be.
    pub bound: String,
}

/// The ledger while the journal is read.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    team: Arc<str>,
    /// By rep.
    pub members: BTreeMap<Arc<str>, Standing>,
    /// How many records the team gave in turn.
    pub given: u64,
    /// After how many of them two members or more were compared.
    pub compared: u64,
    /// The first place where the bound did not hold.
    pub broken: Option<Broken>,
    /// Members who could take every record of late.
    steady: BTreeSet<Arc<str>>,
}

impl Ledger {
    /// Begins the ledger of a team.
    #[must_use]
    pub fn new(team: &str) -> Self {
        Self { team: team.into(), ..Self::default() }
    }

    /// Takes a decision; `step` says by how much a turn moves a member, as far as it is known.
    pub fn decision(&mut self, number: u64, document: &DecisionDoc, step: impl Fn(&str) -> Option<BigRational>) {
        let attempts = document.trials.iter().flat_map(|t| &t.attempts).chain(document.added.iter().flat_map(|a| &a.attempts));
        let given: Vec<&AttemptDoc> = attempts.filter(|a| self.gave(a)).collect();
        for attempt in &given {
            self.given += 1;
            if let ResultDoc::Taken { assignee: Some(rep), .. } = &attempt.result {
                self.members.entry(rep.clone()).or_default().taken += 1;
            }
            for passed in &attempt.passed_over {
                passed.reps.iter().for_each(|rep| self.passed_over(rep, &passed.why));
            }
        }
        self.changes(&document.changes);
        for attempt in given {
            self.compare(number, attempt, &step);
        }
    }

    /// Takes an event.
    pub fn event(&mut self, document: &EventDoc) {
        for change in &document.changes {
            let ChangeDoc::Turn { team, rep, pointer, .. } = change else { continue };
            let (true, Ok(pointer)) = (*team == self.team, pointer.parse::<BigRational>()) else { continue };
            let member = self.members.entry(rep.clone()).or_default();
            if pointer < member.pointer {
                member.given_back += 1;
            } else {
                member.taken_over += 1;
            }
            // A turn given back or taken over is owed or owing until the next records even it out.
            self.steady.remove(rep);
        }
        self.changes(&document.changes);
    }

    /// Whether the team gave a record by this attempt.
    fn gave(&self, attempt: &AttemptDoc) -> bool {
        matches!(&attempt.result, ResultDoc::Taken { team: Some(team), .. } if *team == self.team)
    }

    fn passed_over(&mut self, rep: &Arc<str>, why: &PassedOverDoc) {
        let member = self.members.entry(rep.clone()).or_default();
        match why {
            PassedOverDoc::Behind { .. } => {}
            PassedOverDoc::Condition { .. } | PassedOverDoc::Rejected | PassedOverDoc::NoWeight => member.kept += 1,
            reason => *member.forgiven.entry(in_short(reason)).or_default() += 1,
        }
    }

    fn changes(&mut self, changes: &[ChangeDoc]) {
        for change in changes {
            if let ChangeDoc::Turn { team, rep, pointer, skipped } = change
                && *team == self.team
                && let Ok(pointer) = pointer.parse::<BigRational>()
            {
                let member = self.members.entry(rep.clone()).or_default();
                (member.pointer, member.skipped) = (pointer, *skipped);
            }
        }
    }

    fn compare(&mut self, number: u64, attempt: &AttemptDoc, step: &impl Fn(&str) -> Option<BigRational>) {
        let behind = attempt.passed_over.iter().filter(|p| matches!(p.why, PassedOverDoc::Behind { .. })).flat_map(|p| &p.reps);
        let mut eligible: BTreeSet<Arc<str>> = behind.cloned().collect();
        if let ResultDoc::Taken { assignee: Some(rep), .. } = &attempt.result {
            eligible.insert(rep.clone());
        }
        for rep in &eligible {
            if let Some(member) = self.members.get_mut(rep) {
                member.step = step(rep).or(member.step.take());
            }
        }
        self.steady.retain(|rep| eligible.contains(rep));
        for rep in &eligible {
            if self.steady.contains(rep) {
                continue;
            }
            self.steady.insert(rep.clone());
            if self.apart().is_some_and(|(apart, bound, ..)| apart > bound) {
                self.steady.remove(rep);
            }
        }
        let Some((apart, bound, ahead, behind)) = self.apart() else { return };
        self.compared += 1;
        if apart > bound && self.broken.is_none() {
            self.broken = Some(Broken { number, ahead, behind, apart: in_words(&apart), bound: in_words(&bound) });
        }
    }

    /// How far the steady members are apart, how far they may be, and who they are; none with fewer than two.
    fn apart(&self) -> Option<(BigRational, BigRational, Arc<str>, Arc<str>)> {
        let standing = |rep: &Arc<str>| self.members.get(rep);
        let all: Vec<(&Arc<str>, &Standing)> = self.steady.iter().filter_map(|rep| Some((rep, standing(rep)?))).collect();
        let (ahead, behind) = (all.iter().max_by_key(|(_, s)| &s.pointer)?, all.iter().min_by_key(|(_, s)| &s.pointer)?);
        if all.len() < 2 {
            return None;
        }
        let bound = all.iter().map(|(_, s)| s.step.as_ref()).collect::<Option<Vec<_>>>()?.into_iter().max()?.clone();
        Some((&ahead.1.pointer - &behind.1.pointer, bound, ahead.0.clone(), behind.0.clone()))
    }

    /// How many turns a member is behind the one furthest ahead; nothing for somebody whose pointer is raised on return.
    #[must_use]
    pub fn owed(&self, rep: &str) -> Option<BigRational> {
        let member = self.members.get(rep)?;
        let furthest = self.members.values().filter(|m| !m.skipped).map(|m| &m.pointer).max()?;
        let step = member.step.as_ref().filter(|s| s.is_positive())?;
        if member.skipped || *furthest < member.pointer {
            return Some(BigRational::zero());
        }
        Some((furthest - &member.pointer) / step)
    }
}

fn in_short(reason: &PassedOverDoc) -> &'static str {
    match reason {
        PassedOverDoc::Away { .. } => "away",
        PassedOverDoc::Full { .. } => "full",
        PassedOverDoc::OffHours { .. } | PassedOverDoc::NoCalendar => "outside working hours",
        PassedOverDoc::Inactive | PassedOverDoc::NotInRoster => "not active",
        PassedOverDoc::Rejected | PassedOverDoc::NoWeight | PassedOverDoc::Condition { .. } | PassedOverDoc::Behind { .. } => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Event;
    use crate::journal::document::PassedDoc;

    /// A decision of the team `desk` among candidates: who takes it, and the others with why not.
    fn decision(taker: &str, others: &[(&str, Option<PassedOverDoc>)], pointers: &[(&str, &str)]) -> DecisionDoc {
        let behind = || PassedOverDoc::Behind { criterion: None, value: String::new(), best: String::new() };
        let passed: Vec<PassedDoc> =
            others.iter().map(|(rep, why)| PassedDoc { why: why.clone().unwrap_or_else(behind), reps: vec![(*rep).into()] }).collect();
        let changes: Vec<serde_json::Value> = pointers
            .iter()
            .map(|(rep, pointer)| serde_json::json!({"change": "turn", "team": "desk", "rep": rep, "pointer": pointer}))
            .collect();
        let attempts = serde_json::json!([{
            "target": 0, "result": {"taken": {"kind": "rep", "assignee": taker, "team": "desk"}},
            "passed_over": serde_json::to_value(&passed).expect("documents"),
        }]);
        serde_json::from_value(serde_json::json!({
            "format": "turf-decision/1", "content": "", "decided_at": "2027-03-01T09:00:00Z", "book": "",
            "record": {"kind": "lead", "id": "L1", "file": "", "line": 1, "fields": {}}, "state": {}, "matching": null,
            "outcome": {"kind": "rep", "assignee": taker, "team": "desk", "rule": "r"},
            "placement": {"claims": [], "winners": [], "steps": [], "tied": false},
            "trials": [{"rule": "r", "attempts": attempts}], "due": null, "changes": changes,
        }))
        .expect("a decision")
    }

    fn one(_: &str) -> Option<BigRational> {
        Some(BigRational::from_integer(1.into()))
    }

    #[test]
    fn turns_are_counted_by_what_became_of_them() {
        let mut ledger = Ledger::new("desk");
        let away = PassedOverDoc::Away { until: jiff::Timestamp::MAX, reason: None };
        let unfit = PassedOverDoc::Condition { members: None, answer: "no".into() };
        ledger.decision(1, &decision("ana", &[("bo", None), ("cy", Some(away.clone()))], &[("ana", "1"), ("bo", "0")]), one);
        ledger.decision(2, &decision("bo", &[("ana", None), ("cy", Some(away))], &[("bo", "1")]), one);
        ledger.decision(3, &decision("ana", &[("bo", Some(unfit)), ("cy", None)], &[("ana", "2"), ("cy", "1")]), one);
        let member = |ledger: &Ledger, rep: &str| ledger.members[rep].clone();
        assert_eq!((ledger.given, ledger.compared, ledger.broken.clone()), (3, 3, None));
        assert_eq!((member(&ledger, "ana").taken, member(&ledger, "bo").kept, member(&ledger, "cy").forgiven["away"]), (2, 1, 2));
        assert_eq!(ledger.owed("bo").map(|o| in_words(&o)).as_deref(), Some("1"));
        assert_eq!(ledger.owed("ana").map(|o| in_words(&o)).as_deref(), Some("0"));
        let event = EventDoc {
            format: "turf-event/1".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            event: Event::Recount,
            former: None,
            reason: None,
            changes: vec![ChangeDoc::Turn { team: "desk".into(), rep: "ana".into(), pointer: "1".into(), skipped: false }],
        };
        ledger.event(&event);
        assert_eq!(member(&ledger, "ana").given_back, 1);
    }

    #[test]
    fn a_bound_that_does_not_hold_is_found_where_it_breaks() {
        let mut ledger = Ledger::new("desk");
        ledger.decision(1, &decision("ana", &[("bo", None)], &[("ana", "1"), ("bo", "0")]), one);
        ledger.decision(2, &decision("ana", &[("bo", None)], &[("ana", "2")]), one);
        ledger.decision(3, &decision("ana", &[("bo", None)], &[("ana", "3")]), one);
        let broken = ledger.broken.expect("broken");
        assert_eq!((broken.number, &*broken.ahead, &*broken.behind, &*broken.apart), (2, "ana", "bo", "2"));
    }
}

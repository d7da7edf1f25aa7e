//! Who takes a record: the targets of a chain, one after the other.

use std::sync::Arc;

use turf::model::{Lasts, Owner, Target, TargetKind, TeamId, Unit, Value};

use super::evaluate::{find, previous};
use super::values::{moment_before, text_of};
use super::{Case, Event, Oracle};

impl Oracle<'_> {
    /// Who takes the record of a chain, and the team they were picked from.
    pub(super) fn chain(&mut self, targets: &[Target], case: Case<'_>, work: bool) -> Option<(String, Option<TeamId>)> {
        for target in targets {
            let person = match &target.kind {
                TargetKind::Queue(queue) => {
                    let allowed = target.condition.as_ref().is_none_or(|c| self.ask(c, case, None).is_yes());
                    if allowed {
                        return Some((format!("queue {queue}"), None));
                    }
                    continue;
                }
                TargetKind::Team(team) => {
                    if let Some(rep) = self.pick(*team, target, case, work) {
                        return Some((format!("rep {rep}"), Some(*team)));
                    }
                    continue;
                }
                TargetKind::TerritoryOwner => match case.placed.and_then(|t| self.plan.book.territories[t.index()].owner.clone()) {
                    Some(Owner::Team(team, _)) => {
                        if let Some(rep) = self.pick(team, target, case, work) {
                            return Some((format!("rep {rep}"), Some(team)));
                        }
                        continue;
                    }
                    Some(Owner::Rep(name)) => Some(name.text),
                    None => None,
                },
                TargetKind::Rep(name) => Some(name.text.clone()),
                TargetKind::Path(path) | TargetKind::LeaveAsIs(path) => self.key_at(path, case),
                TargetKind::Keep(keep) => self.key_at(&keep.who, case).filter(|_| self.lasts(&keep.lasts, case)),
                TargetKind::PreviousRep { by, within } => {
                    let context = self.context(case);
                    find(by, &context).and_then(|value| previous(&context, by, &value, *within)).map(|e| e.rep.clone())
                }
            };
            let Some(person) = person else { continue };
            let record = self.rep(&person);
            let fine = self.active(&person)
                && (!(target.if_available || target.if_at_work) || !self.away(&person, case.at))
                && (!target.if_at_work || self.at_work(&person, case.at))
                && target.condition.as_ref().is_none_or(|c| self.ask(c, case, record).is_yes());
            if fine {
                if work && !is_as_it_was(&target.kind) {
                    self.events.push(Event {
                        rep: person.clone(),
                        team: None,
                        record: case.record.clone(),
                        placed: case.placed,
                        at: case.at,
                        seen: case.seen,
                        work: true,
                    });
                }
                return Some((format!("rep {person}"), None));
            }
        }
        None
    }

    /// Whether a lock or minimum tenure is not over.
    fn lasts(&self, lasts: &Lasts, case: Case<'_>) -> bool {
        let context = self.context(case);
        match lasts {
            Lasts::Until(day) => context.today() <= *day,
            Lasts::UntilField(path) => match find(path, &context).as_deref() {
                Some(Value::Date(day)) => context.today() <= *day,
                Some(Value::Time(end)) => case.at <= *end,
                _ => false,
            },
            Lasts::Since { period, since } => {
                let earliest = moment_before(&context.now(), *period);
                match find(since, &context).as_deref() {
                    Some(Value::Date(begun)) => earliest.date() <= *begun,
                    Some(Value::Time(begun)) if matches!(period.unit, Unit::Minutes | Unit::Hours) => earliest.timestamp() <= *begun,
                    Some(Value::Time(begun)) => earliest.date() <= self.plan.book.zone.to_datetime(*begun).date(),
                    _ => false,
                }
            }
        }
    }

    pub(super) fn key_at(&self, path: &turf::model::FieldPath, case: Case<'_>) -> Option<Arc<str>> {
        find(path, &self.context(case)).and_then(|value| text_of(&value).map(Into::into))
    }
}

/// Whether nobody gets anything new by a target: whoever owns the record itself goes on owning it.
fn is_as_it_was(kind: &TargetKind) -> bool {
    match kind {
        TargetKind::LeaveAsIs(_) => true,
        TargetKind::Keep(keep) => matches!(&*keep.who.written, "owner" | "lead.owner" | "account.owner") && keep.who.place.steps.is_empty(),
        _ => false,
    }
}

//! Who is credited, and when somebody must have responded: working time is counted minute by minute.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use num_rational::BigRational;
use num_traits::Zero;
use turf::model::{Owner, Period, Role, TeamId, Unit};

use super::values::text_of;
use super::{Case, Oracle, open_at, rational};

impl Oracle<'_> {
    pub(super) fn credit(
        &self,
        credit: &turf::model::Credit,
        case: Case<'_>,
        taker: &(String, Option<TeamId>),
        added: &[(String, Option<String>)],
    ) -> Vec<(String, Vec<(String, BigRational)>)> {
        let takers = |role: &Role| -> Vec<String> {
            let person = |key: Option<Arc<str>>| key.filter(|k| self.active(k)).map(|k| format!("rep {k}")).into_iter().collect::<Vec<_>>();
            match role {
                Role::Assignee => vec![taker.0.clone()],
                Role::Rep(name) => person(Some(name.text.clone())),
                Role::Path(_, paths) => person(paths.get(&case.record.kind).and_then(|p| self.key_at(p, case))),
                Role::OfAssignee(field, _) => {
                    person(taker.0.strip_prefix("rep ").and_then(|key| self.rep(key)?.value(*field).and_then(text_of).map(Into::into)))
                }
                Role::Added(role) => {
                    let mut all: Vec<String> = added.iter().filter(|(r, _)| r == &**role).filter_map(|(_, who)| who.clone()).collect();
                    all.sort();
                    all.dedup();
                    all
                }
                Role::TerritoryOwner => match case.placed.and_then(|t| self.plan.book.territories[t.index()].owner.clone()) {
                    Some(Owner::Rep(name)) => person(Some(name.text)),
                    Some(Owner::Team(team, _)) if taker.1 == Some(team) => vec![taker.0.clone()],
                    Some(Owner::Team(team, _)) => vec![format!("team {}", self.plan.book.teams[team.index()].name)],
                    None => Vec::new(),
                },
            }
        };
        let mut all = Vec::new();
        for ledger in &credit.ledgers {
            let mut totals: BTreeMap<String, BigRational> = BTreeMap::new();
            let mut unfilled = BigRational::zero();
            let mut given = BigRational::zero();
            for share in &ledger.shares {
                let percent = rational(share.percent);
                given += percent.clone();
                let who = takers(&share.role);
                if who.is_empty() {
                    unfilled += percent.clone();
                }
                for taker in &who {
                    *totals.entry(taker.clone()).or_insert_with(BigRational::zero) +=
                        percent.clone() / BigRational::from_integer(who.len().into());
                }
            }
            if let Some(rest) = &ledger.rest {
                let hundred = BigRational::from_integer(100.into());
                let left = hundred - given + unfilled;
                let mut who = takers(rest);
                if who.is_empty() {
                    who = vec![taker.0.clone()];
                }
                if left > BigRational::zero() {
                    for taker in &who {
                        *totals.entry(taker.clone()).or_insert_with(BigRational::zero) +=
                            left.clone() / BigRational::from_integer(who.len().into());
                    }
                }
            }
            all.push((ledger.name.to_string(), totals.into_iter().collect()));
        }
        all
    }

    /// Counts working minutes one by one.
    pub(super) fn due(&self, respond: Period, at: Timestamp, assignee: &str) -> Option<Timestamp> {
        let minutes = match respond.unit {
            Unit::Minutes => u64::from(respond.amount),
            Unit::Hours => u64::from(respond.amount) * 60,
            Unit::Days | Unit::Weeks | Unit::Months => return None,
        };
        let calendar = assignee.strip_prefix("rep ").and_then(|rep| self.calendar_of(rep));
        let (mut now, mut left) = (at, minutes);
        for _ in 0..60 * 24 * 60 {
            if left == 0 {
                return Some(now);
            }
            if calendar.is_none_or(|c| open_at(c, now)) {
                left -= 1;
            }
            now = now.checked_add(1.minute()).unwrap();
        }
        None
    }
}

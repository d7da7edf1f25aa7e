//! Credit: exact shares of each ledger, whoever takes them, adding up to the last cent.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Zero;
use rust_decimal::Decimal;

use super::cents::split;
use super::context::Context;
use super::find::find;
use super::fraction::{exact, whole};
use super::roster;
use super::{Added, Assignee, CreditPart, CreditTotal, LedgerSplit, Outcome, Taker};
use crate::model::{CreditId, Ledger, Owner, Role, Value};

/// Holds who did what, for the roles to be filled from.
pub(super) struct Cast<'a> {
    pub context: &'a Context<'a>,
    pub outcome: &'a Outcome,
    pub added: &'a [Added],
}

/// Splits every ledger of a credit plan.
pub(super) fn splits(id: CreditId, cast: &Cast<'_>) -> Vec<LedgerSplit> {
    let Some(credit) = cast.context.plan.book.credits.get(id.index()) else { return Vec::new() };
    let amount = credit.amount.get(&cast.context.record.kind).and_then(|path| match find(path, cast.context).value() {
        Some(Value::Number(amount)) => Some(*amount),
        _ => None,
    });
    credit.ledgers.iter().map(|ledger| split_ledger(id, ledger, amount, cast)).collect()
}

fn split_ledger(credit: CreditId, ledger: &Ledger, amount: Option<Decimal>, cast: &Cast<'_>) -> LedgerSplit {
    let mut parts = Vec::new();
    let mut given = BigRational::zero();
    for share in &ledger.shares {
        let percent = exact(share.percent);
        let takers = cast.takers(&share.role);
        if !takers.is_empty() {
            given += &percent;
        }
        parts.extend(parts_of(&share.role, &percent, takers, false));
    }
    if let Some(role) = &ledger.rest {
        let left = whole(100) - &given;
        let takers = cast.takers(role);
        let nobody = takers.is_empty();
        parts.extend(parts_of(role, &left, takers, true));
        if nobody {
            // A rest that nobody takes falls to the assignee, so that the ledger always adds up.
            parts.extend(parts_of(&Role::Assignee, &left, cast.takers(&Role::Assignee), true));
        }
    }
    let totals = totals(&parts, amount);
    LedgerSplit { credit, ledger: ledger.name.text.clone(), parts, totals, amount }
}

/// One part for each taker, evenly; one without a taker when nobody fills the role.
fn parts_of(role: &Role, percent: &BigRational, takers: Vec<Taker>, rest: bool) -> Vec<CreditPart> {
    let part = |percent: BigRational, taker: Option<Taker>| CreditPart { role: words(role), percent, taker, rest };
    let Ok(several @ 1..) = u64::try_from(takers.len()) else { return vec![part(percent.clone(), None)] };
    takers.into_iter().map(|taker| part(percent / whole(several), Some(taker))).collect()
}

/// Adds up what each taker gets; cents only when there is an amount.
fn totals(parts: &[CreditPart], amount: Option<Decimal>) -> Vec<CreditTotal> {
    let mut sums: BTreeMap<&Taker, BigRational> = BTreeMap::new();
    for part in parts {
        if let Some(taker) = &part.taker {
            *sums.entry(taker).or_insert_with(BigRational::zero) += &part.percent;
        }
    }
    let rest = parts.iter().filter(|p| p.rest).find_map(|p| p.taker.as_ref());
    let rest = sums.keys().position(|t| Some(*t) == rest);
    let percents: Vec<BigRational> = sums.values().cloned().collect();
    let amounts = amount.and_then(|a| split(a, &percents, rest));
    let amounts: Vec<Option<Decimal>> = match amounts {
        Some(amounts) => amounts.into_iter().map(Some).collect(),
        None => vec![None; percents.len()],
    };
    sums.into_iter().zip(amounts).map(|((taker, percent), amount)| CreditTotal { taker: taker.clone(), percent, amount }).collect()
}

fn words(role: &Role) -> Arc<str> {
    match role {
        Role::Assignee => "assignee".into(),
        Role::TerritoryOwner => "territory owner".into(),
        Role::Path(words, _) | Role::OfAssignee(_, words) | Role::Added(words) => words.clone(),
        Role::Rep(name) => format!("rep {name}").into(),
    }
}

impl Cast<'_> {
    /// Who fills a role; nobody who is inactive or not in the roster does.
    fn takers(&self, role: &Role) -> Vec<Taker> {
        match role {
            Role::Assignee => taker_of(&self.outcome.assignee).into_iter().collect(),
            Role::TerritoryOwner => self.territory_owner().into_iter().collect(),
            Role::Rep(name) => self.active(&name.text).into_iter().collect(),
            Role::Path(_, paths) => {
                let path = paths.get(&self.context.record.kind);
                path.and_then(|p| self.referred(find(p, self.context).value())).into_iter().collect()
            }
            Role::OfAssignee(field, _) => {
                let rep = match &self.outcome.assignee {
                    Assignee::Rep(key) => roster::rep(self.context.plan, key),
                    Assignee::Queue(_) | Assignee::Nobody => None,
                };
                rep.and_then(|r| self.referred(r.value(*field))).into_iter().collect()
            }
            Role::Added(role) => {
                let mut takers: Vec<Taker> =
                    self.added.iter().filter(|a| a.role == *role).filter_map(|a| taker_of(a.assignee.as_ref()?)).collect();
                takers.sort();
                takers.dedup();
                takers
            }
        }
    }

    fn territory_owner(&self) -> Option<Taker> {
        let plan = self.context.plan;
        let owner = plan.book.territories.get(self.context.placed?.index())?.owner.as_ref()?;
        match owner {
            Owner::Rep(name) => self.active(&name.text),
            // Whoever the team gave the record to stands for it.
            Owner::Team(team, _) if self.outcome.team == Some(*team) => taker_of(&self.outcome.assignee),
            Owner::Team(team, _) => plan.book.teams.get(team.index()).map(|t| Taker::Team(t.name.text.clone())),
        }
    }

    fn referred(&self, value: Option<&Value>) -> Option<Taker> {
        match value {
            Some(Value::Reference(key)) => self.active(key),
            _ => None,
        }
    }

    fn active(&self, key: &str) -> Option<Taker> {
        roster::active_rep(self.context.plan, key).map(|r| Taker::Rep(r.key.clone()))
    }
}

fn taker_of(assignee: &Assignee) -> Option<Taker> {
    match assignee {
        Assignee::Rep(key) => Some(Taker::Rep(key.clone())),
        Assignee::Queue(name) => Some(Taker::Queue(name.clone())),
        Assignee::Nobody => None,
    }
}

//! What became of sample records: who gains and who loses between two books, in records and money.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::decide::{Decider, Decision};
use crate::plan::Plan;

/// How many moved records are listed one by one.
const LISTED: usize = 1_000;

/// Holds what became of sample records.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sample {
    /// How many records both books decided.
    pub records: u64,
    /// How many differ in anything.
    pub changed: u64,
    /// How many go to somebody else.
    pub moved: u64,
    /// How many of those lie in none of the differences: the books treat them alike, and turns, limits or open work do not.
    pub alike: u64,
    /// How many stay where they were under another rule.
    pub rule_only: u64,
    /// How many stay with another territory.
    pub territory: u64,
    /// How many have other credits.
    pub credit: u64,
    /// How many have other people added.
    pub overlay: u64,
    /// The money field that is summed, if there is one, with its currency.
    pub money: Option<(String, String)>,
    /// Who gains and loses, by name.
    pub takers: BTreeMap<String, Tally>,
    /// From whom to whom, with how many.
    pub flows: BTreeMap<String, Tally>,
    /// The records that go to somebody else, at most a thousand.
    pub moves: Vec<Moved>,
}

/// A count of records and the sum of a money field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Records before.
    pub before: u64,
    /// Records after.
    pub after: u64,
    /// Money before.
    #[serde(serialize_with = "plain")]
    pub money_before: Decimal,
    /// Money after.
    #[serde(serialize_with = "plain")]
    pub money_after: Decimal,
}

fn plain<S: Serializer>(number: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&number.normalize().to_string())
}

/// A record that goes to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Its key.
    pub id: String,
    /// Who had it.
    pub from: String,
    /// Who gets it.
    pub to: String,
    /// The rule before.
    pub old_rule: String,
    /// The rule after.
    pub new_rule: String,
}

impl Sample {
    /// Counts a record that both books decided; `money` is its amount, and `listed` says whether it lies in a difference.
    pub fn add(&mut self, (old, before): (&Plan, &Decision), (new, after): (&Plan, &Decision), money: Decimal, listed: bool) {
        self.records += 1;
        let (from, to) = (before.outcome.assignee.to_string(), after.outcome.assignee.to_string());
        let (old_rule, new_rule) = (rule(old, before), rule(new, after));
        self.count(&from, money, false);
        self.count(&to, money, true);
        let territories = (territory(old, before), territory(new, after));
        let credits = credits(before) != credits(after);
        let added = people(before) != people(after);
        if from != to {
            self.moved += 1;
            self.alike += u64::from(!listed);
            let flow = self.flows.entry(format!("{from} -> {to}")).or_default();
            flow.after += 1;
            flow.money_after = flow.money_after.saturating_add(money);
            if self.moves.len() < LISTED {
                self.moves.push(Moved {
                    id: before.record.key.to_string(),
                    from,
                    to,
                    old_rule: old_rule.clone(),
                    new_rule: new_rule.clone(),
                });
            }
        } else if territories.0 != territories.1 {
            self.territory += 1;
        } else if old_rule != new_rule {
            self.rule_only += 1;
        }
        self.credit += u64::from(credits);
        self.overlay += u64::from(added);
        self.changed += u64::from(
            before.outcome.assignee != after.outcome.assignee || territories.0 != territories.1 || old_rule != new_rule || credits || added,
        );
    }

    fn count(&mut self, taker: &str, money: Decimal, after: bool) {
        let tally = self.takers.entry(taker.to_owned()).or_default();
        if after {
            tally.after += 1;
            tally.money_after = tally.money_after.saturating_add(money);
        } else {
            tally.before += 1;
            tally.money_before = tally.money_before.saturating_add(money);
        }
    }

    /// Lists from whom to whom records go, the largest stream first.
    #[must_use]
    pub fn flows_in_order(&self) -> Vec<(&str, &Tally)> {
        let mut all: Vec<(&str, &Tally)> = self.flows.iter().map(|(name, tally)| (name.as_str(), tally)).collect();
        all.sort_by_key(|(name, tally)| (std::cmp::Reverse(tally.after), *name));
        all
    }

    /// Lists those whose count or money changes, the largest change first.
    #[must_use]
    pub fn winners_and_losers(&self) -> Vec<(&str, &Tally)> {
        let mut all: Vec<(&str, &Tally)> = self
            .takers
            .iter()
            .filter(|(_, t)| t.before != t.after || t.money_before != t.money_after)
            .map(|(n, t)| (n.as_str(), t))
            .collect();
        all.sort_by_key(|(name, t)| {
            let money = (t.money_after - t.money_before).abs();
            (std::cmp::Reverse(if money.is_zero() { Decimal::from(t.after.abs_diff(t.before)) } else { money }), *name)
        });
        all
    }
}

fn rule(plan: &Plan, decision: &Decision) -> String {
    match decision.outcome.by {
        Some(Decider::Rule(id)) => plan.book.rules.get(id.index()).map_or_else(String::new, |r| r.name.to_string()),
        Some(Decider::Otherwise) => "otherwise".to_owned(),
        None => "none".to_owned(),
    }
}

fn territory(plan: &Plan, decision: &Decision) -> Option<String> {
    decision.placement.territory().and_then(|t| plan.book.territories.get(t.index())).map(|t| t.name.to_string())
}

fn credits(decision: &Decision) -> Vec<String> {
    decision.credits.iter().map(|l| format!("{} {:?}", l.ledger, l.totals)).collect()
}

fn people(decision: &Decision) -> Vec<(String, Option<String>)> {
    decision.added.iter().map(|a| (a.role.to_string(), a.assignee.as_ref().map(ToString::to_string))).collect()
}

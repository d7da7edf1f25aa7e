//! Totals over a run, kept while it goes so that a file of any size needs no more memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Serialize;

use super::row::{Row, rule_name};
use crate::decide::{Assignee, Decider, Decision};
use crate::model::{FieldId, Record, RecordId, RuleId, Schema, Type, Value};
use crate::plan::Plan;

/// How many decisions fall on one name, and how much money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// The sum of the money field, where the records have one.
    pub amount: Decimal,
}

/// Holds the totals of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// The record's name: `lead`.
    pub record: Arc<str>,
    /// The money field summed, with its currency.
    pub money: Option<(Arc<str>, Arc<str>)>,
    /// Everything decided.
    pub all: Share,
    /// By rep; the reps of the roster who got nothing stand here too, when active.
    pub reps: BTreeMap<Arc<str>, Share>,
    /// By queue.
    pub queues: BTreeMap<Arc<str>, Share>,
    /// By rule; rules that decided nothing stand here too.
    pub rules: BTreeMap<Arc<str>, Share>,
    /// By territory; those that hold nothing are left out.
    pub territories: BTreeMap<Arc<str>, Share>,
    /// In no territory, if the book has any.
    pub unplaced: Share,
    /// Left between territories by `or nobody`.
    pub tied: Share,
    /// Fell to `otherwise`.
    pub otherwise: Share,
    /// Also claimed by another rule of the same priority: pairs of rules and how often.
    pub ambiguous: BTreeMap<(Arc<str>, Arc<str>), u64>,
    /// Matching found several records and so none.
    pub match_ties: u64,
    /// Rows with a key seen before and the same content; the first decision stands.
    pub repeated: u64,
    /// Rows with a key seen before and other content; decided anew.
    pub changed: u64,
    #[serde(skip)]
    field: Option<FieldId>,
}

impl Summary {
    /// Makes an empty summary for records of a type, with every rule and active rep at nothing.
    #[must_use]
    pub fn new(plan: &Plan, record: RecordId) -> Self {
        let book = &plan.book;
        let mut summary = Self { record: book.schema.record(record).name.clone(), ..Self::default() };
        if let Some((field, currency)) = money_field(&book.schema, record) {
            summary.money = Some((book.schema.field(record, field).name.clone(), currency));
            summary.field = Some(field);
        }
        summary.rules = book.rules.iter().filter(|r| r.record == record).map(|r| (r.name.text.clone(), Share::default())).collect();
        if let Some(rep) = book.rep
            && !summary.rules.is_empty()
        {
            let active = plan.data.all(rep.record).filter(|r| r.value(rep.active) == Some(&Value::YesNo(true)));
            summary.reps = active.map(|r| (r.key.clone(), Share::default())).collect();
        }
        summary
    }

    /// Counts one decision.
    pub fn add(&mut self, plan: &Plan, decision: &Decision) {
        let share = Share { count: 1, amount: self.amount(&decision.record) };
        self.add_share(plan, decision, share);
    }

    /// Counts a decision that was recorded before, given as its row.
    pub fn add_row(&mut self, plan: &Plan, row: &Row, amount: Decimal) {
        let count = |share: &mut Share| {
            share.count += 1;
            share.amount = share.amount.saturating_add(amount);
        };
        count(&mut self.all);
        match (&*row.assignee_kind, &row.assignee) {
            ("rep", Some(rep)) => count(self.reps.entry(rep.clone()).or_default()),
            ("queue", Some(queue)) => count(self.queues.entry(queue.clone()).or_default()),
            _ => {}
        }
        match &row.rule {
            Some(rule) if **rule == *"otherwise" => count(&mut self.otherwise),
            Some(rule) => count(self.rules.entry(rule.clone()).or_default()),
            None => {}
        }
        match &row.territory {
            Some(territory) => count(self.territories.entry(territory.clone()).or_default()),
            None if !plan.book.territories.is_empty() => count(&mut self.unplaced),
            None => {}
        }
    }

    /// Returns the amount of a record's money field; nothing where it has none.
    #[must_use]
    pub fn amount(&self, record: &Record) -> Decimal {
        match self.field.and_then(|f| record.value(f)) {
            Some(Value::Number(amount)) => *amount,
            _ => Decimal::ZERO,
        }
    }

    /// Returns the money field that is summed.
    #[must_use]
    pub fn money_field(&self) -> Option<FieldId> {
        self.field
    }

    /// Counts several decisions that came to the same, given by one of them.
    pub fn add_share(&mut self, plan: &Plan, decision: &Decision, several: Share) {
        let count = |share: &mut Share| {
            share.count += several.count;
            share.amount = share.amount.saturating_add(several.amount);
        };
        self.change(plan, decision, several.count, count);
    }

    /// Takes back a decision that was counted once too often.
    pub fn take_back(&mut self, plan: &Plan, decision: &Decision) {
        let amount = self.amount(&decision.record);
        let mut once = Self { field: self.field, ..Self::default() };
        once.add(plan, decision);
        self.change(plan, decision, 0, |share| {
            share.count = share.count.saturating_sub(1);
            share.amount = share.amount.saturating_sub(amount);
        });
        self.match_ties = self.match_ties.saturating_sub(once.match_ties);
        for (pair, times) in once.ambiguous {
            let left = self.ambiguous.entry(pair.clone()).or_default();
            *left = left.saturating_sub(times);
            if *left == 0 {
                self.ambiguous.remove(&pair);
            }
        }
    }

    /// Changes every share that a decision falls on, and counts what needs a look so many times.
    fn change(&mut self, plan: &Plan, decision: &Decision, times: u64, count: impl Fn(&mut Share)) {
        count(&mut self.all);
        match &decision.outcome.assignee {
            Assignee::Rep(rep) => count(self.reps.entry(rep.clone()).or_default()),
            Assignee::Queue(queue) => count(self.queues.entry(queue.clone()).or_default()),
            Assignee::Nobody => {}
        }
        match decision.outcome.by {
            Some(Decider::Otherwise) => count(&mut self.otherwise),
            Some(by @ Decider::Rule(_)) => count(self.rules.entry(rule_name(plan, by)).or_default()),
            None => {}
        }
        if decision.placement.tied {
            count(&mut self.tied);
        }
        match decision.placement.territory() {
            Some(id) => count(self.territories.entry(plan.book.territories[id.index()].name.text.clone()).or_default()),
            None if !plan.book.territories.is_empty() => count(&mut self.unplaced),
            None => {}
        }
        if let Some(Decider::Rule(winner)) = decision.outcome.by {
            self.note_ambiguous(plan, winner, &decision.also, times);
        }
        let tie = |m: &crate::decide::Matching| m.found.is_none() && m.lines.iter().any(|l| l.count > 1);
        if decision.matching.as_ref().is_some_and(tie) {
            self.match_ties += times;
        }
    }

    /// Adds what another part of the same run counted.
    pub fn merge(&mut self, other: &Self) {
        let add = |to: &mut Share, from: &Share| {
            to.count += from.count;
            to.amount = to.amount.saturating_add(from.amount);
        };
        let lists = [
            (&mut self.reps, &other.reps),
            (&mut self.queues, &other.queues),
            (&mut self.rules, &other.rules),
            (&mut self.territories, &other.territories),
        ];
        for (to, from) in lists {
            from.iter().for_each(|(name, share)| add(to.entry(name.clone()).or_default(), share));
        }
        let shares = [
            (&mut self.all, &other.all),
            (&mut self.unplaced, &other.unplaced),
            (&mut self.tied, &other.tied),
            (&mut self.otherwise, &other.otherwise),
        ];
        shares.into_iter().for_each(|(to, from)| add(to, from));
        other.ambiguous.iter().for_each(|(pair, times)| *self.ambiguous.entry(pair.clone()).or_default() += times);
        self.match_ties += other.match_ties;
        self.repeated += other.repeated;
        self.changed += other.changed;
    }

    fn note_ambiguous(&mut self, plan: &Plan, winner: RuleId, also: &[RuleId], times: u64) {
        let name = |id: RuleId| plan.book.rules[id.index()].name.text.clone();
        for other in also {
            let (a, b) = (name(winner.min(*other)), name(winner.max(*other)));
            *self.ambiguous.entry((a, b)).or_default() += times;
        }
    }
}

/// Returns the first money field of a record and its currency.
fn money_field(schema: &Schema, record: RecordId) -> Option<(FieldId, Arc<str>)> {
    let fields = &schema.record(record).fields;
    fields
        .iter()
        .enumerate()
        .find_map(|(i, f)| if let Type::Money(currency) = &f.ty { Some((FieldId::from_index(i), currency.clone())) } else { None })
}

//! Choosing: rules in their order, the first whose condition is yes and whose chain reaches somebody; else the last resort.

use super::context::Context;
use super::evaluate::answer;
use super::target::{Taken, chain};
use super::{Assignee, Decider, Outcome, Placement, Trial};
use crate::model::{CreditId, Period, Rule, RuleId};
use crate::state::Pending;

/// Holds what choosing came to.
pub(super) struct Chosen {
    /// For the decision.
    pub outcome: Outcome,
    /// For the trace.
    pub trials: Vec<Trial>,
    /// Other rules of the deciding rule's priority that apply as well.
    pub also: Vec<RuleId>,
    /// Who took it, with the turns changed.
    pub taken: Option<Taken>,
    /// The deciding rule's credit plan.
    pub credit: Option<CreditId>,
    /// The deciding rule's time to respond.
    pub respond: Option<Period>,
}

/// Finds the rule that decides, and who takes the record.
pub(super) fn choose(placement: &Placement, context: &Context<'_>, pending: &Pending<'_>) -> Chosen {
    let mut trials = Vec::new();
    for (id, rule) in rules(context).filter(|(_, r)| applies(r, context)) {
        let (attempts, taken) = chain(&rule.route, placement, context, pending);
        trials.push(Trial { decider: Decider::Rule(id), attempts });
        if let Some(taken) = taken {
            let also = also(id, rule, context);
            return chosen(Decider::Rule(id), taken, trials, also, rule.credit, rule.respond);
        }
    }
    if let Some(last) = context.plan.book.otherwise.get(&context.record.kind) {
        let (attempts, taken) = chain(&last.route, placement, context, pending);
        trials.push(Trial { decider: Decider::Otherwise, attempts });
        if let Some(taken) = taken {
            return chosen(Decider::Otherwise, taken, trials, Vec::new(), last.credit, last.respond);
        }
    }
    let outcome = Outcome { by: None, assignee: Assignee::Nobody, team: None };
    Chosen { outcome, trials, also: Vec::new(), taken: None, credit: None, respond: None }
}

fn chosen(by: Decider, taken: Taken, trials: Vec<Trial>, also: Vec<RuleId>, credit: Option<CreditId>, respond: Option<Period>) -> Chosen {
    let outcome = Outcome { by: Some(by), assignee: taken.assignee.clone(), team: taken.team };
    Chosen { outcome, trials, also, taken: Some(taken), credit, respond }
}

/// The rules for the record's type in the order in which they are considered.
fn rules<'a>(context: &Context<'a>) -> impl Iterator<Item = (RuleId, &'a Rule)> + use<'a> {
    let plan = context.plan;
    let order = plan.rule_order.get(&context.record.kind).into_iter().flatten();
    order.filter_map(|id| Some((*id, plan.book.rules.get(id.index())?)))
}

/// Whether a rule is in force and its condition is yes.
fn applies(rule: &Rule, context: &Context<'_>) -> bool {
    rule.dates.contains(context.today) && answer(&rule.condition, context).is_yes()
}

fn also(id: RuleId, deciding: &Rule, context: &Context<'_>) -> Vec<RuleId> {
    let same = rules(context).filter(|(other, r)| *other != id && r.priority.rank == deciding.priority.rank);
    same.filter(|(_, r)| applies(r, context)).map(|(other, _)| other).collect()
}

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

/// Finds the rule that decides among those that apply, in the order in which they are considered, and who takes the record.
pub(super) fn choose<'a>(
    mut applying: impl Iterator<Item = (RuleId, &'a Rule)>,
    placement: &Placement,
    context: &Context<'_>,
    pending: &Pending<'_>,
) -> Chosen {
    let mut trials = Vec::new();
    // Those tried so far that have the priority of the latest.
    let mut of_rank: (Option<u32>, Vec<RuleId>) = (None, Vec::new());
    while let Some((id, rule)) = applying.next() {
        if of_rank.0 != Some(rule.priority.rank) {
            of_rank = (Some(rule.priority.rank), Vec::new());
        }
        let (attempts, taken) = chain(&rule.route, placement, context, pending);
        trials.push(Trial { decider: Decider::Rule(id), attempts });
        if let Some(taken) = taken {
            let mut also = of_rank.1;
            also.extend(applying.take_while(|(_, r)| r.priority.rank == rule.priority.rank).map(|(other, _)| other));
            return chosen(Decider::Rule(id), taken, trials, also, rule.credit, rule.respond);
        }
        of_rank.1.push(id);
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

/// Asks the rules for the record's type one after the other: those that apply, in the order in which they are considered.
pub(super) fn each<'a>(context: &Context<'a>) -> impl Iterator<Item = (RuleId, &'a Rule)> + use<'a> {
    let context = *context;
    let order = context.plan.rule_order.get(&context.record.kind).into_iter().flatten();
    let rules = order.filter_map(move |id| Some((*id, context.plan.book.rules.get(id.index())?)));
    rules.filter(move |(_, rule)| applies(rule, &context))
}

/// Whether a rule is in force and its condition is yes.
pub(super) fn applies(rule: &Rule, context: &Context<'_>) -> bool {
    rule.dates.contains(context.today) && answer(&rule.condition, context).is_yes()
}

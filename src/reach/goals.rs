//! Where a record would have to lie to come to what is wanted, by every rule and target that could lead there.

use std::sync::Arc;

use crate::decide::{Leading, roster};
use crate::model::{Owner, RecordId, RuleId, Target, TargetKind, TeamId, TerritoryId};
use crate::plan::Plan;
use crate::space::{NodeId, Survey, Surveyed};

/// What the record should have come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The rule decides it.
    Rule(RuleId),
    /// The rep gets it.
    Rep(Arc<str>),
    /// Somebody of the team gets it.
    Team(TeamId),
    /// The queue gets it.
    Queue(Arc<str>),
    /// The territory holds it.
    Territory(TerritoryId),
}

/// The formulas of where the record would have to lie, each with the number of rules that are considered before. Whatever
/// leads to what is wanted lies in one of them.
pub(super) fn goals(plan: &Plan, record: RecordId, survey: &mut Survey, of: &Surveyed, wanted: &Wanted) -> Vec<(usize, NodeId)> {
    let order = plan.rule_order.get(&record).cloned().unwrap_or_default();
    if let Wanted::Territory(id) = wanted {
        // A second winner has lost to the first, and holds the record all the same.
        let several = plan.book.overlap.as_ref().is_some_and(|o| o.winners > 1);
        let node = if several { of.survives[id.index()] } else { survey.held(of, |t| t == *id) };
        return vec![(0, node)];
    }
    let mut goals = Vec::new();
    let chains = order.iter().enumerate().map(|(rank, id)| {
        let rule = &plan.book.rules[id.index()];
        (rank, Some(*id), of.rules[id.index()], &rule.route)
    });
    let last = plan.book.otherwise.get(&record).map(|o| (order.len(), None, survey.all([]), &o.route));
    for (rank, id, node, route) in chains.chain(last) {
        if let Wanted::Rule(rule) = wanted {
            if id == Some(*rule) {
                goals.push((rank, node));
                // Where somebody can take it besides.
                goals.extend(anybody(plan, record, survey, of, route).map(|own| (rank, survey.all([node, own]))));
            }
            continue;
        }
        for (at, target) in route.iter().enumerate() {
            if let Some(own) = leads(plan, record, survey, of, target, wanted) {
                let node = survey.all([node, own]);
                goals.push((rank, node));
                // Where nobody before in the chain can take it besides.
                let before = if at > 0 { anybody(plan, record, survey, of, &route[..at]) } else { None };
                if let Some(before) = before {
                    let nobody = survey.opposite(before);
                    goals.push((rank, survey.all([node, nobody])));
                }
            }
            // What stands behind a queue, or behind somebody active, is never asked.
            if roster::surely_takes(plan, target) {
                break;
            }
        }
    }
    let never = survey.any([]);
    goals.retain(|(_, node)| *node != never);
    goals
}

/// Where some targets lead to anybody.
fn anybody(plan: &Plan, record: RecordId, survey: &mut Survey, of: &Surveyed, targets: &[Target]) -> Option<NodeId> {
    let rep = plan.book.rep.and_then(|r| plan.data.all(r.record).next())?;
    Leading { plan, record, rep, survey, of, loose: false }.anybody(targets)
}

/// Where a target can lead to who is wanted.
fn leads(plan: &Plan, record: RecordId, survey: &mut Survey, of: &Surveyed, target: &Target, wanted: &Wanted) -> Option<NodeId> {
    let book = &plan.book;
    match (&target.kind, wanted) {
        (TargetKind::Queue(queue), Wanted::Queue(name)) => (queue == name).then(|| survey.all([])),
        (TargetKind::Team(team), Wanted::Team(id)) => (team == id).then(|| survey.all([])),
        (TargetKind::TerritoryOwner, Wanted::Team(id)) => {
            Some(survey.held(of, |t| matches!(&book.territories[t.index()].owner, Some(Owner::Team(team, _)) if team == id)))
        }
        (_, Wanted::Rep(rep)) => {
            let rep = roster::active_rep(plan, rep)?;
            let mut leading = Leading { plan, record, rep, survey, of, loose: true };
            leading.target(target).map(|(node, _)| node)
        }
        _ => None,
    }
}

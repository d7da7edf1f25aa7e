//! A share of `revenue` that nobody may take: without `rest`, it would vanish from the ledger.
//!
//! Runs before anything is decided, because a ledger that does not add up must never be paid from. Only books with such a
//! ledger pay for the proof: the share is taken for every record that a rule with the plan applies to, or it is not.

use super::Settings;
use super::ground::{Ground, Shown};
use crate::decide::roster;
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity};
use crate::model::{Credit, CreditId, Ledger, RecordId, Role, Share, Target, TargetKind};
use crate::plan::Plan;
use crate::space::{Area, Region, Verdict};
use std::sync::Arc;

/// Finds shares of revenue that nobody takes for some record.
pub(super) fn check(plan: &Plan, settings: &Settings) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let doubtful: Vec<(CreditId, &Credit, &Ledger)> = plan
        .book
        .credits
        .iter()
        .enumerate()
        .flat_map(|(i, credit)| credit.ledgers.iter().map(move |ledger| (CreditId::from_index(i), credit, ledger)))
        .filter(|(_, _, ledger)| ledger.name.as_str() == "revenue" && ledger.rest.is_none())
        .filter(|(_, _, ledger)| ledger.shares.iter().any(|s| !always_taken(plan, &s.role)))
        .collect();
    if doubtful.is_empty() {
        return findings;
    }
    let kinds: Vec<RecordId> =
        plan.rule_order.keys().chain(plan.book.otherwise.keys()).copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let purse = settings.purse(plan);
    for record in kinds {
        let mut ground = Ground::new(plan, record, settings, &purse);
        for (id, credit, ledger) in &doubtful {
            for share in ledger.shares.iter().filter(|s| !always_taken(plan, &s.role)) {
                findings.extend(one(&mut ground, *id, credit, share));
            }
        }
    }
    findings
}

/// Whether somebody takes a role whatever the record.
fn always_taken(plan: &Plan, role: &Role) -> bool {
    match role {
        Role::Assignee => true,
        Role::Rep(name) => roster::active_rep(plan, &name.text).is_some(),
        Role::TerritoryOwner | Role::Path(..) | Role::OfAssignee(..) | Role::Added(_) => false,
    }
}

fn one(ground: &mut Ground<'_>, id: CreditId, credit: &Credit, share: &Share) -> Option<Diagnostic> {
    let plan = ground.plan;
    let mut users: Vec<(String, Arc<Region>)> = Vec::new();
    for (position, rule) in ground.order.iter().enumerate() {
        let rule = &plan.book.rules[rule.index()];
        if rule.credit == Some(id) {
            users.push((format!("the rule `{}`", rule.name), ground.regions[position].clone()));
        }
    }
    if plan.book.otherwise.get(&ground.record).is_some_and(|o| o.credit == Some(id)) {
        users.push(("`otherwise`".to_owned(), Arc::new(Region::everything())));
    }
    let taken = taken(ground, &share.role);
    let cover: Vec<&Area> = taken.iter().flat_map(|r| &r.areas).collect();
    let mut doubt = None;
    for (user, region) in users {
        let mut budget = ground.budget();
        let possible = |area: &Area| ground.space.can_be(area, ground.zone());
        let hole = region.areas.iter().find_map(|area| match ground.space.hole(area, &cover, &mut budget, possible) {
            Verdict::Hole(hole) => Some(hole),
            Verdict::Undecided => Some(area.clone()),
            Verdict::Covered(_) => None,
        });
        let Some(hole) = hole else { continue };
        let role = match &share.role {
            Role::Assignee => "assignee".to_owned(),
            Role::TerritoryOwner => "territory owner".to_owned(),
            Role::Path(words, _) | Role::OfAssignee(_, words) | Role::Added(words) => words.to_string(),
            Role::Rep(name) => format!("rep {name}"),
        };
        let left = |t: &super::ground::Tried<'_>| {
            t.decision.credits.iter().any(|l| l.credit == id && l.parts.iter().any(|p| *p.role == *role && p.taker.is_none()))
        };
        let example = match ground.show(&hole, left) {
            Shown::Example(example) => Some(example),
            Shown::Unclear | Shown::Mistake(_) => None,
        };
        let why = match &share.role {
            Role::TerritoryOwner => "a record that no territory holds has no territory owner",
            Role::Path(..) => "the record may not lead to anybody",
            Role::OfAssignee(..) => "the assignee may be a queue, or have nobody there",
            Role::Added(_) => "nobody is added when the overlay does not apply, or nobody of it may take it",
            Role::Assignee | Role::Rep(_) => "nobody active takes it",
        };
        // Without a record that shows it, it may be that nobody is ever missing: no reason to refuse the book.
        let (can, severity) = if example.is_some() { ("can", Severity::Error) } else { ("can perhaps", Severity::Warning) };
        let shown = example.is_some();
        let finding = Diagnostic::new(
            DiagnosticName::CreditIncomplete,
            format!("this share of `{}` {can} be left without anybody to take it", credit.name),
        )
        .as_severe_as(severity)
        .at(share.span, why)
        .about(vec![format!("used by {user}, for: {}", ground.space.sentence(&hole, ground.zone()))])
        .shown_by(example)
        .help("End the ledger with `rest assignee` or another role, which takes what is left over.");
        if shown {
            return Some(finding);
        }
        doubt = doubt.or(Some(finding));
    }
    doubt
}

/// Where a role is sure to be taken.
fn taken(ground: &mut Ground<'_>, role: &Role) -> Vec<Arc<Region>> {
    match role {
        Role::TerritoryOwner if ground.standings.certain => {
            let placed = ground.of.placed;
            vec![ground.space.region(placed)]
        }
        Role::Added(role) => {
            let plan = ground.plan;
            let adds = |targets: &[Target]| {
                let sure = |t: &Target| {
                    let active = matches!(&t.kind, TargetKind::Rep(name) if roster::active_rep(plan, &name.text).is_some());
                    active && !t.if_available && !t.if_at_work && t.condition.is_none()
                };
                targets.iter().any(sure)
            };
            let sure: Vec<usize> = plan
                .book
                .overlays
                .iter()
                .enumerate()
                .filter(|(_, o)| o.record == ground.record && o.adds.iter().any(|a| *a.role.text == **role && adds(&a.targets)))
                .map(|(i, _)| i)
                .collect();
            let nodes: Vec<_> = sure.into_iter().map(|i| ground.of.overlays[i]).collect();
            nodes.into_iter().map(|n| ground.space.region(n)).collect()
        }
        _ => Vec::new(),
    }
}

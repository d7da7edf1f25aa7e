//! An active rep who can never receive anything: in no team, owner of nothing, named by no rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::empty_team::possible_members;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Owner, Record, Role, Target, TargetKind, Type, Value};
use crate::plan::Plan;
use crate::text::wording;

/// How many reps are named before the rest is only counted.
const SHOWN: usize = 5;

/// Finds active reps whom no team, territory, rule, overlay, credit or record names.
pub(super) fn check(plan: &Plan) -> Vec<Diagnostic> {
    let Some(rep) = plan.book.rep else { return Vec::new() };
    if chains(plan).any(leads_to_anybody) {
        return Vec::new();
    }
    let named = named(plan);
    let idle: Vec<&Record> =
        plan.data.all(rep.record).filter(|r| matches!(r.value(rep.active), Some(Value::YesNo(true))) && !named.contains(&r.key)).collect();
    let Some(first) = idle.first() else { return Vec::new() };
    let keys: Vec<String> = idle.iter().map(|r| format!("`{}`", r.key)).collect();
    let headline = format!(
        "{} can never receive anything: {}",
        wording::count(idle.len(), "active rep", "active reps"),
        wording::any_of(&keys, SHOWN).replace(" or ", " and ")
    );
    vec![
        Diagnostic::new(DiagnosticName::RepInNoTeam, headline)
            .in_data(first.origin.file.to_string(), Some(first.origin.line), None, "in no team, owner of nothing, named by no rule")
            .help("Add them to a team or give them a territory; a manager who gets no leads needs nothing."),
    ]
}

fn named(plan: &Plan) -> BTreeSet<Arc<str>> {
    let book = &plan.book;
    let mut named = BTreeSet::new();
    for members in book.teams.iter().flat_map(|t| &t.members) {
        named.extend(possible_members(plan, members).into_iter().map(|r| r.key.clone()));
    }
    named.extend(book.territories.iter().filter_map(|t| match &t.owner {
        Some(Owner::Rep(name)) => Some(name.text.clone()),
        _ => None,
    }));
    named.extend(chains(plan).filter_map(named_target));
    for ledger in book.credits.iter().flat_map(|c| &c.ledgers) {
        named.extend(ledger.shares.iter().map(|s| &s.role).chain(&ledger.rest).filter_map(|r| match r {
            Role::Rep(name) => Some(name.text.clone()),
            _ => None,
        }));
    }
    owners(plan, &mut named);
    named
}

/// All targets of rules, last resorts and overlays.
fn chains(plan: &Plan) -> impl Iterator<Item = &Target> {
    let book = &plan.book;
    let routes = book.rules.iter().flat_map(|r| &r.route).chain(book.otherwise.values().flat_map(|o| &o.route));
    routes.chain(book.overlays.iter().flat_map(|o| o.adds.iter().flat_map(|a| &a.targets)))
}

/// A rep named by the record itself, as in `lead.owner`, can be anybody.
fn leads_to_anybody(target: &Target) -> bool {
    match &target.kind {
        TargetKind::Path(path) => path.place.steps.is_empty(),
        TargetKind::LeaveAsIs(_) => true,
        TargetKind::Keep(keep) => keep.who.place.steps.is_empty(),
        _ => false,
    }
}

fn named_target(target: &Target) -> Option<Arc<str>> {
    match &target.kind {
        TargetKind::Rep(name) => Some(name.text.clone()),
        _ => None,
    }
}

/// Adds everybody whom a record other than the roster's own names, such as an account's owner.
fn owners(plan: &Plan, named: &mut BTreeSet<Arc<str>>) {
    let Some(rep) = plan.book.rep else { return };
    for (kind, records) in &plan.data.records {
        if *kind == rep.record {
            continue;
        }
        let fields = &plan.book.schema.record(*kind).fields;
        let to_rep: Vec<usize> = (0..fields.len()).filter(|i| fields[*i].ty == Type::Reference(rep.record)).collect();
        for record in records.values() {
            named.extend(to_rep.iter().filter_map(|i| match &record.values[*i] {
                Some(Value::Reference(key)) => Some(key.clone()),
                _ => None,
            }));
        }
    }
}

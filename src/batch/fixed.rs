//! What about a book is the same for every record: whether decisions depend on each other, and which rules always come to
//! the same.

use crate::model::{Attribute, Condition, ConditionKind, FieldPath, Owner, RecordId, Root, Target, TargetKind};
use crate::plan::Plan;

/// Returns whether the decisions about records of a type depend on nothing that earlier decisions left behind, and records are
/// matched to nothing.
#[must_use]
pub fn is_independent(plan: &Plan, record: RecordId) -> bool {
    let book = &*plan.book;
    let targets = book
        .rules
        .iter()
        .filter(|r| r.record == record)
        .flat_map(|r| &r.route)
        .chain(book.otherwise.get(&record).into_iter().flat_map(|o| &o.route))
        .chain(book.overlays.iter().filter(|o| o.record == record).flat_map(|o| &o.adds).flat_map(|a| &a.targets));
    let remembers = |t: &Target| matches!(t.kind, TargetKind::Team(_) | TargetKind::PreviousRep { .. });
    !book.matches.contains_key(&record)
        && plan.remembered.get(&record).is_none_or(Vec::is_empty)
        && !book.territories.iter().any(|t| matches!(t.owner, Some(Owner::Team(..))))
        && !targets.into_iter().any(remembers)
}

/// Whether a chain comes to the same for every record in the same territory: persons and queues by name, or the territory's
/// owner, and nothing asked of them.
pub(super) fn is_fixed(route: &[Target]) -> bool {
    route.iter().all(|target| {
        matches!(target.kind, TargetKind::Rep(_) | TargetKind::Queue(_) | TargetKind::TerritoryOwner)
            && target.condition.is_none()
            && !target.if_available
            && !target.if_at_work
    })
}

/// The record's own fields that conditions ask about, as bits; none when they may ask about any.
pub(super) fn fields_asked(conditions: &[Condition]) -> Option<u64> {
    let mut bits = 0;
    for condition in conditions {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => bits |= fields_asked(parts)?,
            ConditionKind::Not(part) => bits |= fields_asked(std::slice::from_ref(part))?,
            ConditionKind::Test(test) => {
                bits |= first_field(&test.subject)?;
                for field in test.predicate.fields() {
                    bits |= first_field(field)?;
                }
            }
            ConditionKind::Segment { .. } | ConditionKind::SeenBefore { .. } => return None,
            ConditionKind::Placed(_) => {}
        }
    }
    Some(bits)
}

fn first_field(path: &FieldPath) -> Option<u64> {
    if path.place.root == Root::Candidate {
        return None;
    }
    let field = match (path.place.steps.first(), path.attribute) {
        (Some((_, field)), _) => field.index(),
        (None, Attribute::Field(field)) => field.index(),
        (None, Attribute::Class(_)) => return None,
    };
    (field < 64).then_some(1 << field)
}

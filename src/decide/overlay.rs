//! Overlays: people added in a role; the record stays with whoever has it.

use super::context::Context;
use super::evaluate::answer;
use super::target::chain;
use super::{Added, Placement, taking};
use crate::model::OverlayId;
use crate::state::Pending;

/// Adds whom the overlays add, in name order; each sees what those before it changed.
pub(super) fn add(placement: &Placement, context: &Context<'_>, pending: &mut Pending<'_>) -> Vec<Added> {
    let mut added = Vec::new();
    for (position, overlay) in context.plan.book.overlays.iter().enumerate() {
        let applies =
            overlay.record == context.record.kind && overlay.dates.contains(context.today) && answer(&overlay.condition, context).is_yes();
        if !applies {
            continue;
        }
        for add in &overlay.adds {
            let (attempts, taken) = chain(&add.targets, placement, context, pending);
            if let Some(taken) = &taken {
                taking::added(taken, context, pending);
            }
            added.push(Added {
                overlay: OverlayId::from_index(position),
                role: add.role.text.clone(),
                assignee: taken.map(|t| t.assignee),
                attempts,
            });
        }
    }
    added
}

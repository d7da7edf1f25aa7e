//! Overlays: people added in a role; the record stays with whoever has it.

use super::context::Context;
use super::evaluate::answer;
use super::target::chain;
use super::{Added, Placement, taking};
use crate::model::{Overlay, OverlayId};
use crate::state::Pending;

/// Adds whom overlays add that apply, given in name order; each sees what those before it changed.
pub(super) fn add(
    applying: impl Iterator<Item = usize>,
    placement: &Placement,
    context: &Context<'_>,
    pending: &mut Pending<'_>,
) -> Vec<Added> {
    let mut added = Vec::new();
    for position in applying {
        for add in context.plan.book.overlays.get(position).into_iter().flat_map(|o| &o.adds) {
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

/// Asks the overlays one after the other: the positions of those that apply.
pub(super) fn each<'a>(context: &Context<'a>) -> impl Iterator<Item = usize> + use<'a> {
    let context = *context;
    let overlays = context.plan.book.overlays.iter().enumerate();
    overlays.filter(move |(_, overlay)| applies(overlay, &context)).map(|(position, _)| position)
}

/// Whether an overlay is for the record, in force, and its condition is yes.
pub(super) fn applies(overlay: &Overlay, context: &Context<'_>) -> bool {
    overlay.record == context.record.kind && overlay.dates.contains(context.today) && answer(&overlay.condition, context).is_yes()
}

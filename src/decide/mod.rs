//! Match, place, choose, allot, overlay, credit, clock: `decide(plan, record, state, now) -> Decision`.
//!
//! In the one order in which things happen. Pure: state comes in by reference, changes go out as values. Which territories,
//! rules and overlays apply is found by asking each in turn ([`decide`]) or by the index ([`Engine`]), with the same answer.
//! Conditions are answered by [`answer`], paths followed by [`find`]; the explanation asks the same again in the same
//! [`Context`].

mod ask;
mod bind;
pub mod calendar;
mod cents;
mod choose;
mod claims;
mod compare;
mod consulted;
mod context;
mod credit;
mod decision;
mod due;
mod engine;
mod evaluate;
mod find;
mod fraction;
mod keep;
mod kept;
mod lasting;
mod leading;
mod matching;
mod offsets;
mod overlay;
mod pick;
mod place;
mod remembered;
pub mod roster;
mod standings;
mod taking;
mod target;
mod team;
#[cfg(test)]
mod tests;
mod turn;
pub mod unknown;

pub use ask::ask;
pub use bind::{bind, candidate_paths, loosened};
pub use cents::split;
pub use compare::{Reading, Size, is_between, is_in, memory_key, same, text};
pub use consulted::{consulted, consulted_with};
pub use context::Context;
pub use decision::*;
pub use engine::Engine;
pub use evaluate::{Edge, answer, answer_test, edge, past, side};
pub use find::{Found, Missing, find, reach};
pub use fraction::{exact, in_words, share_in_words, whole};
pub use kept::{is_kept, owners};
pub use lasting::{is_told_exactly, lasting};
pub use leading::Leading;
pub use offsets::Offsets;
pub use remembered::{Remembered, remembered_values};
pub use standings::{settled_by, standings};
pub use taking::{begin, open_limits_of};
pub use team::turn_step;

use claims::Claims;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::{Record, Rule, RuleId};
use crate::plan::Plan;
use crate::state::{Pending, State};

/// Decides one record at a moment by asking every condition in turn.
///
/// Nothing is changed: the caller applies [`Decision::changes`] to the state before the next record. [`Engine::decide`]
/// gives the same decision by the index, which pays for more than a few hundred records.
#[must_use]
pub fn decide(plan: &Plan, record: Record, state: &State, now: Timestamp) -> Decision {
    decide_by(&mut Asking, plan, record, state, now)
}

/// Finds what applies to a record.
trait Applying {
    /// The day it is at a moment in the project's zone.
    fn day(&mut self, plan: &Plan, now: Timestamp) -> Date {
        calendar::day_in(&plan.book.zone, now)
    }

    /// The territories that claim it.
    fn claims(&mut self, context: &Context<'_>) -> Claims;

    /// The rules that apply to it, placed as it is, in the order in which they are considered.
    fn rules<'a>(&'a mut self, context: &Context<'a>) -> impl Iterator<Item = (RuleId, &'a Rule)>;

    /// The positions of the overlays that apply to it, placed as it is.
    fn overlays<'a>(&'a mut self, context: &Context<'a>) -> impl Iterator<Item = usize>;
}

/// Asks every condition in turn.
struct Asking;

impl Applying for Asking {
    fn claims(&mut self, context: &Context<'_>) -> Claims {
        claims::claims(context)
    }

    fn rules<'a>(&'a mut self, context: &Context<'a>) -> impl Iterator<Item = (RuleId, &'a Rule)> {
        choose::each(context)
    }

    fn overlays<'a>(&'a mut self, context: &Context<'a>) -> impl Iterator<Item = usize> {
        overlay::each(context)
    }
}

fn decide_by(applying: &mut impl Applying, plan: &Plan, mut record: Record, state: &State, now: Timestamp) -> Decision {
    let at = (now, applying.day(plan, now));
    let matching = matching::matching(&Context::on_day(plan, &record, state, at));
    let wanted = plan.book.matches.get(&record.kind);
    matching::fill(&mut record, wanted, matching.as_ref());
    let context = Context::on_day(plan, &record, state, at);
    let placement = place::place(&applying.claims(&context), &context);
    let context = context.placed_in(placement.territory());
    let mut pending = Pending::new(state);
    let chosen = choose::choose(applying.rules(&context), &placement, &context, &pending);
    if let Some(taken) = &chosen.taken {
        taking::assigned(taken, &context, &mut pending);
    }
    let added = overlay::add(applying.overlays(&context), &placement, &context, &mut pending);
    let cast = credit::Cast { context: &context, outcome: &chosen.outcome, added: &added };
    let credits = chosen.credit.map(|id| credit::splits(id, &cast)).unwrap_or_default();
    let due = chosen.respond.and_then(|period| due::due(plan, period, &chosen.outcome.assignee, now));
    let changes = pending.changes;
    Decision {
        at: now,
        matching,
        placement,
        trials: chosen.trials,
        also: chosen.also,
        outcome: chosen.outcome,
        added,
        credits,
        due,
        changes,
        record,
    }
}

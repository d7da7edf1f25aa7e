//! Turns: stride scheduling in exact fractions (Waldspurger and Weihl 1995).
//!
//! Whoever is lowest takes the record and moves up by one divided by the weight. Somebody new, or back after being
//! skipped, is raised to the lowest of those who were there, so nobody owes or is owed for an absence. Somebody who only
//! does not fit a record keeps the turn: the next fitting record is theirs.

use num_rational::BigRational;
use num_traits::Zero;

use super::PassedOver;
use super::fraction;
use super::team::Member;
use crate::state::{Change, Turn};

/// Returns the turns of all members as they stand for this decision: the eligible raised where they must be, in the
/// order of `members`; none for those who are not eligible.
pub(super) fn raised(members: &[Member<'_>]) -> Vec<Option<BigRational>> {
    let eligible = || members.iter().filter(|m| m.passed_over.is_none());
    let there = eligible().filter_map(|m| m.turn.as_ref().filter(|t| !t.skipped)).map(|t| &t.pointer).min();
    let lowest = members.iter().filter_map(|m| m.turn.as_ref()).map(|t| &t.pointer).min();
    let pointer = |member: &Member<'_>| match &member.turn {
        None => there.or(lowest).cloned().unwrap_or_else(BigRational::zero),
        Some(turn) if turn.skipped => there.map_or_else(|| turn.pointer.clone(), |t| t.max(&turn.pointer).clone()),
        Some(turn) => turn.pointer.clone(),
    };
    members.iter().map(|m| m.passed_over.is_none().then(|| pointer(m))).collect()
}

/// Returns the changes of all turns that a pick touches, in key order.
///
/// The taker moves up; the other eligible keep what they were raised to and are in the running again; those who could
/// not take it because they are not there or full are marked as skipped.
pub(super) fn changes(team: &std::sync::Arc<str>, members: &[Member<'_>], raised: &[Option<BigRational>], taker: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    for (member, pointer) in members.iter().zip(raised) {
        let next = match (pointer, &member.turn) {
            (Some(pointer), _) => {
                let step = if *member.key == *taker { step(member) } else { BigRational::zero() };
                Turn { pointer: pointer + step, skipped: false }
            }
            (None, Some(turn)) if forgiven(member.passed_over.as_ref()) => Turn { pointer: turn.pointer.clone(), skipped: true },
            (None, _) => continue,
        };
        if member.turn.as_ref() != Some(&next) {
            changes.push(Change::Turn { team: team.clone(), rep: member.key.clone(), turn: next });
        }
    }
    changes
}

/// One divided by the weight; an eligible member always weighs something.
fn step(member: &Member<'_>) -> BigRational {
    let weight = fraction::exact(member.weight);
    if weight.is_zero() { BigRational::zero() } else { weight.recip() }
}

/// Whether a turn missed for this reason is forgiven rather than kept.
fn forgiven(reason: Option<&PassedOver>) -> bool {
    match reason {
        Some(
            PassedOver::NotInRoster
            | PassedOver::Inactive
            | PassedOver::Away { .. }
            | PassedOver::OffHours { .. }
            | PassedOver::NoCalendar
            | PassedOver::Full { .. },
        ) => true,
        Some(PassedOver::Condition { .. } | PassedOver::Rejected | PassedOver::NoWeight | PassedOver::Behind { .. }) | None => false,
    }
}

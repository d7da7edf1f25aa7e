//! Picking: each criterion narrows those left, and the rep's key decides at the end, so there is always exactly one.

use std::cmp::Reverse;

use num_rational::BigRational;

use super::PassedOver;
use super::compare::Size;
use super::context::Context;
use super::evaluate::answer;
use super::fraction;
use super::place::field_name;
use super::team::{Limited, Member};
use crate::model::{FieldId, Pick, Team, show, show_time};
use crate::state::Pending;
use crate::text::wording;

/// Holds what the criteria look at.
pub(super) struct Measures<'a, 'b> {
    pub context: &'b Context<'a>,
    pub pending: &'b Pending<'a>,
    pub team: &'a Team,
    /// The limits on open work that apply to the record, with what each member has against them.
    pub limited: &'b Limited<'a>,
    /// The turns as they stand, by position of the member; see [`super::turn::raised`].
    pub turns: &'b [Option<BigRational>],
}

/// Picks one of the eligible and notes on the others at which criterion they fell behind; returns the position.
pub(super) fn pick(members: &mut [Member<'_>], measures: &Measures<'_, '_>) -> Option<usize> {
    let mut left: Vec<usize> = (0..members.len()).filter(|i| members.get(*i).is_some_and(|m| m.passed_over.is_none())).collect();
    for (position, criterion) in measures.team.pick.iter().enumerate() {
        if left.len() < 2 {
            break;
        }
        by_criterion(criterion, position, &mut left, members, measures);
    }
    let in_turn = measures.team.pick.iter().any(|p| matches!(p, Pick::InTurn(_)));
    if in_turn {
        narrow(None, &mut left, members, |_, m| (Reverse(m.weight), format!("weight {}", m.weight.normalize())));
        narrow(None, &mut left, members, |_, m| listed(m));
    }
    narrow(None, &mut left, members, |_, m| (m.key.clone(), m.key.to_string()));
    left.first().copied()
}

fn by_criterion(criterion: &Pick, position: usize, left: &mut Vec<usize>, members: &mut [Member<'_>], measures: &Measures<'_, '_>) {
    let (context, pending) = (measures.context, measures.pending);
    let at = Some(position);
    match criterion {
        Pick::Prefer(conditions, _) => {
            let condition = conditions.get(&context.record.kind);
            let wish = |m: &Member<'_>| match (m.rep, condition) {
                (Some(rep), Some(condition)) => answer(condition, &context.with_candidate(rep)),
                _ => crate::model::Answer::CannotTell,
            };
            narrow(at, left, members, |_, m| {
                let words = match wish(m) {
                    crate::model::Answer::Yes => "yes",
                    crate::model::Answer::No => "no",
                    crate::model::Answer::CannotTell => "cannot tell",
                };
                (words != "yes", words.to_owned())
            });
        }
        Pick::InTurn(_) => narrow(at, left, members, |i, _| {
            let turns = measures.turns.get(i).cloned().flatten();
            let words = turns.as_ref().map_or_else(String::new, |t| format!("turn {}", fraction::in_words(t)));
            (turns, words)
        }),
        Pick::FewestOpen(_) => narrow(at, left, members, |_, m| {
            let open = pending.open_of(&m.key);
            (open, format!("{open} open"))
        }),
        Pick::LeastFull(_) => narrow(at, left, members, |_, m| measures.limited.fullest(m, pending)),
        Pick::MostRoom(_) => narrow(at, left, members, |_, m| measures.limited.least_room(m, pending)),
        Pick::LongestWait(_) => narrow(at, left, members, |_, m| {
            let last = pending.received(&measures.team.name.text, &m.key);
            let words = last.map(|l| format!("last received {}", show_time(l, &context.plan.book.zone)));
            (last, words.unwrap_or_else(|| "never received any".to_owned()))
        }),
        Pick::Highest(field, _) => narrow(at, left, members, |_, m| {
            let (size, words) = size(m, *field, context);
            // Present before missing, then the highest.
            ((size.is_none(), Reverse(size)), words)
        }),
        Pick::Lowest(field, _) => narrow(at, left, members, |_, m| {
            let (size, words) = size(m, *field, context);
            ((size.is_none(), size), words)
        }),
        Pick::AsListed(_) => narrow(at, left, members, |_, m| listed(m)),
    }
}

/// Keeps those with the least measure and notes on the others that they are behind.
fn narrow<K: Ord>(
    criterion: Option<usize>,
    left: &mut Vec<usize>,
    members: &mut [Member<'_>],
    measure: impl Fn(usize, &Member<'_>) -> (K, String),
) {
    if left.len() < 2 {
        return;
    }
    let measured: Vec<(usize, K, String)> = left
        .iter()
        .filter_map(|i| {
            let (key, words) = measure(*i, members.get(*i)?);
            Some((*i, key, words))
        })
        .collect();
    let Some((_, least, best)) = measured.iter().min_by(|a, b| a.1.cmp(&b.1)) else { return };
    left.clear();
    for (i, key, words) in &measured {
        if key == least {
            left.push(*i);
        } else if let Some(member) = members.get_mut(*i) {
            member.passed_over = Some(PassedOver::Behind { criterion, value: words.clone(), best: best.clone() });
        }
    }
}

fn listed(member: &Member<'_>) -> (usize, String) {
    match member.place {
        Some(place) => (place, format!("listed in place {}", place + 1)),
        None => (usize::MAX, "not listed".to_owned()),
    }
}

fn size(member: &Member<'_>, field: FieldId, context: &Context<'_>) -> (Option<Size>, String) {
    let name = field_name(field, context);
    let record = context.plan.book.rep.map(|r| r.record);
    match (member.rep.and_then(|r| r.value(field)), record) {
        (Some(value), Some(record)) => {
            let ty = &context.plan.book.schema.field(record, field).ty;
            (Size::of(value), format!("{name} {}", show(value, ty, &context.plan.book.zone)))
        }
        _ => (None, format!("{name} is missing")),
    }
}

impl Limited<'_> {
    /// The fullest of the open limits that apply, as open of limit; nothing when none applies.
    fn fullest(&self, member: &Member<'_>, pending: &Pending<'_>) -> (Option<BigRational>, String) {
        let shares = self.open(member, pending).map(|(open, most)| {
            let share = if most == 0 { fraction::whole(open) } else { fraction::whole(open) / fraction::whole(most) };
            (share, open, most)
        });
        match shares.max_by(|a, b| a.0.cmp(&b.0)) {
            Some((share, open, most)) => (Some(share), format!("{open} of {most}")),
            None => (None, "no limit applies".to_owned()),
        }
    }

    /// The least room below an open limit that applies; most room first, and no limit is the most.
    fn least_room(&self, member: &Member<'_>, pending: &Pending<'_>) -> (Reverse<u64>, String) {
        match self.open(member, pending).map(|(open, most)| most.saturating_sub(open)).min() {
            Some(room) => (Reverse(room), format!("room for {}", wording::grouped(usize::try_from(room).unwrap_or(usize::MAX)))),
            None => (Reverse(u64::MAX), "no limit applies".to_owned()),
        }
    }
}

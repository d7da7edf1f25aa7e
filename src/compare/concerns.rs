//! Sample records against the differences of two books: how many fall in each, and how much of a money field.

use rust_decimal::Decimal;

use super::Comparison;
use crate::decide::{Context, Decision, ask};
use crate::diagnostic::Concerns;
use crate::model::show_number;
use crate::plan::Plan;
use crate::space::{Locator, Question};
use crate::state::State;

/// Counts records by the differences they fall in.
#[derive(Debug)]
pub struct Concerned<'a> {
    comparison: &'a Comparison,
    locator: Locator<'a>,
    old: &'a Plan,
    new: &'a Plan,
    /// By change: all of it, then each of its places.
    counts: Vec<(Count, Vec<Count>)>,
}

#[derive(Clone, Debug, Default)]
struct Count {
    records: u64,
    money: Decimal,
    /// The key of the first of them in the order decided.
    first: Option<String>,
}

impl Count {
    fn add(&mut self, decision: &Decision, money: Decimal) {
        self.records += 1;
        self.money = self.money.saturating_add(money);
        self.first.get_or_insert_with(|| decision.record.key.to_string());
    }

    fn concerns(&self, currency: Option<&str>) -> Concerns {
        let money = currency.map(|c| (self.money.normalize().to_string(), format!("{} {c}", show_number(self.money))));
        Concerns { records: self.records, money, first: self.first.clone() }
    }
}

/// How many records each change concerns, and each of its places.
pub type Counted = Vec<(Concerns, Vec<Concerns>)>;

impl<'a> Concerned<'a> {
    /// Begins to count for a comparison of two books.
    #[must_use]
    pub fn new(comparison: &'a Comparison, old: &'a Plan, new: &'a Plan) -> Self {
        let counts = comparison.changes.iter().map(|c| (Count::default(), vec![Count::default(); c.areas.len()])).collect();
        Self { comparison, locator: Locator::new(&comparison.space, &new.book.schema, &new.book.zone), old, new, counts }
    }

    /// Counts a record that both books decided; `money` is its amount. Returns whether it lies in a difference.
    pub fn add(&mut self, before: &Decision, after: &Decision, money: Decimal) -> bool {
        let state = State::default();
        let earlier = Context::new(self.old, &before.record, &state, before.at).placed_in(before.placement.territory());
        let later = Context::new(self.new, &after.record, &state, after.at).placed_in(after.placement.territory());
        let point = self.locator.point(&after.record, &self.new.data, after.at, |fact| {
            // Each book is asked its own questions: their fields may be others in the other.
            let of_old = matches!(&fact.question, Question::Condition { book: 0, .. });
            ask(fact, if of_old { &earlier } else { &later })
        });
        let space = &self.comparison.space;
        let mut listed = false;
        for (change, (whole, parts)) in self.comparison.changes.iter().zip(&mut self.counts) {
            let mut inside = false;
            for (area, part) in change.areas.iter().zip(parts) {
                if space.lies_in(&point, area) {
                    part.add(after, money);
                    inside = true;
                }
            }
            if inside {
                whole.add(after, money);
                listed = true;
            }
        }
        listed
    }

    /// Returns what was counted, by change; money in a currency if there is some.
    #[must_use]
    pub fn finish(self, currency: Option<&str>) -> Counted {
        let concerns = |count: &Count| count.concerns(currency);
        self.counts.iter().map(|(whole, parts)| (concerns(whole), parts.iter().map(concerns).collect())).collect()
    }
}

impl Comparison {
    /// Takes in how many records each difference concerns; those that concern most come first among those of a kind, and
    /// so do the places of each.
    pub fn concern(&mut self, counted: Counted) {
        for (change, (whole, parts)) in self.changes.iter_mut().zip(counted) {
            let mut order: Vec<usize> = (0..parts.len()).collect();
            order.sort_by_key(|at| std::cmp::Reverse(parts.get(*at).map(weight)));
            change.places = sorted(&change.places, &order);
            change.shortly = sorted(&change.shortly, &order);
            change.areas = sorted(&change.areas, &order);
            change.where_concerns = sorted(&parts, &order);
            change.concerns = Some(whole);
        }
        self.changes.sort_by_key(|change| (change.kind, std::cmp::Reverse(change.concerns.as_ref().map(weight))));
    }
}

fn weight(concerns: &Concerns) -> (u64, Decimal) {
    (concerns.records, concerns.money.as_ref().and_then(|(number, _)| number.parse().ok()).unwrap_or_default())
}

fn sorted<T: Clone>(all: &[T], order: &[usize]) -> Vec<T> {
    order.iter().filter_map(|at| all.get(*at)).cloned().collect()
}

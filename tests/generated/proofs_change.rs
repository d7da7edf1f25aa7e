//! The smallest change of a record against the list of every record there can be: as few fields as can be, and where there
//! is none, that is proved.

use proptest::prelude::*;
use turf::decide::{Decider, decide};
use turf::model::RuleId;
use turf::reach::{Wanted, smallest_change};
use turf::state::State;

use super::cases;
use super::dice::Dice;
use super::proofs_book::{Book, SMALL};
use super::proofs_world::{Listed, World};

/// How many books one case takes, and how many records of each.
const BOOKS: u64 = 6;
const RECORDS: usize = 4;

/// More fields than that are not changed.
const MOST: usize = 4;

fn apart(one: &Listed, other: &Listed) -> usize {
    one.cells.iter().zip(&other.cells).filter(|(a, b)| a != b).count() + usize::from(one.day != other.day)
}

fn check(seed: u64) {
    let dice = &mut Dice::new(seed);
    let book = Book::new(dice, SMALL);
    if book.fields.iter().any(|f| f.name == "account") {
        return;
    }
    let world = World::new(&book);
    let listed = world.list(&book);
    let decided = |one: &Listed| decide(&world.plan, one.record.clone(), &State::default(), World::moment(one.day));
    let winner = |one: &Listed| one.applying.trailing_zeros() as usize;
    for _ in 0..RECORDS {
        let from = &listed[dice.below(listed.len())];
        let decision = decided(from);
        for (position, rule) in book.rules.iter().enumerate() {
            let id = RuleId::from_index(world.plan.book.rules.iter().position(|r| r.name.as_str() == rule.name).unwrap());
            if decision.outcome.by == Some(Decider::Rule(id)) {
                continue;
            }
            let nearest = listed.iter().filter(|l| winner(l) == position).map(|l| apart(from, l)).min();
            let sought = smallest_change(&world.plan, &decision, &State::default(), &Wanted::Rule(id));
            let told =
                || format!("{} of seed {seed} from {:?} on {}\n{sought:?}\n{}", rule.name, from.record, from.day, book.items().concat());
            assert_eq!(sought.proved, nearest.is_none(), "{}", told());
            let changed = sought.change.as_ref().map(|c| c.fields.len());
            assert_eq!(changed, nearest.filter(|n| *n <= MOST), "{}", told());
        }
    }
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn no_smaller_change_is_overlooked(seed in any::<u64>()) {
        (0..BOOKS).for_each(|nth| check(seed.wrapping_add(nth)));
    }
}

//! Books opened from a folder: the order of rows in data files never matters.

use proptest::prelude::*;
use turf::decide::Decision;
use turf::rim::book::open;

use super::data::{self, Data};
use super::dice::Dice;
use super::{Made, book, cases, no_errors, run, text};

/// Writes a book into a folder of its own and decides everything there.
fn decided_from_files(data: &Data, rules: &str, seed: u64) -> Vec<Decision> {
    let folder = tempfile::tempdir().unwrap();
    data.write(folder.path(), rules);
    let opened = open(folder.path()).unwrap();
    no_errors(&opened.snapshot, seed);
    assert_eq!(opened.reports.iter().map(|r| r.set_aside).sum::<u64>(), 0, "seed {seed}: {:?}", opened.reports);
    let work = data.work(&opened.snapshot.schema);
    without_lines(run(&Made { snapshot: opened.snapshot, work }))
}

/// Forgets on which lines of a table the rows stood.
fn without_lines(mut decisions: Vec<Decision>) -> Vec<Decision> {
    for claim in decisions.iter_mut().flat_map(|d| &mut d.placement.claims) {
        claim.row = claim.row.map(|_| 0);
    }
    decisions
}

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn the_order_of_rows_never_matters(seed in any::<u64>()) {
        let (rules, data) = (text(seed), data::data(seed));
        let one = decided_from_files(&data, &rules, seed);
        let two = decided_from_files(&data.shuffled(&mut Dice::new(seed ^ 0x5eed)), &rules, seed);
        let three = without_lines(run(&book(seed)));
        for ((one, two), three) in one.iter().zip(&two).zip(&three) {
            prop_assert_eq!(one, two, "seed {}", seed);
            prop_assert_eq!(one, three, "seed {}", seed);
        }
    }
}

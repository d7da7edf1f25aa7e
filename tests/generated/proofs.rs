//! What the space proves of small books against a list of every record: what overlaps, what is hidden and by what, what is
//! left over, and that the examples show it.

use proptest::prelude::*;
use turf::space::{Area, Budget, Hiding, Ranked};

use super::cases;
use super::dice::Dice;
use super::proofs_book::{Book, SMALL};
use super::proofs_world::{Listed, One, World};

/// How many books one case takes.
const BOOKS: u64 = 8;

/// A book with its list.
struct Case {
    seed: u64,
    book: Book,
    world: World,
    listed: Vec<Listed>,
}

fn budget() -> Budget {
    Budget::new(1_000_000)
}

impl Case {
    fn new(seed: u64) -> Self {
        let book = Book::new(&mut Dice::new(seed), SMALL);
        let world = World::new(&book);
        let listed = world.list(&book);
        Self { seed, book, world, listed }
    }

    fn told(&self, what: &str) -> String {
        format!("{what}: seed {}\n{}", self.seed, self.book.items().concat())
    }

    /// The case, for reading a failure.
    fn area(&self, what: &str, area: &Area) -> String {
        let sets = area.restricts().map(|(axis, set)| {
            let axis = self.world.space.axis(axis);
            let classes: Vec<_> = set.iter().map(|c| &axis.classes[c]).collect();
            format!("  {} ({:?}): {classes:?}\n", axis.written, axis.key.aspect)
        });
        format!("{}{}", self.told(what), sets.collect::<String>())
    }

    fn inside(&self, area: &Area) -> Vec<&Listed> {
        self.listed.iter().filter(|l| self.world.space.lies_in(&l.point, area)).collect()
    }

    /// The space, the evaluator and the generator agree on every record.
    fn same_everywhere(&self, by_generator: bool) {
        for listed in &self.listed {
            if by_generator {
                let own = (0..self.book.rules.len()).filter(|r| self.book.applies(*r, &One(listed))).map(|r| 1_u64 << r).sum::<u64>();
                assert_eq!(own, listed.applying, "{} {:?}", self.told("the evaluator"), listed.record);
            }
            let points = self.world.regions.iter().enumerate().filter(|(_, r)| self.world.space.lies_within(&listed.point, r));
            let points = points.map(|(r, _)| 1_u64 << r).sum::<u64>();
            assert_eq!(points, listed.applying, "{} {:?}", self.told("the space"), listed.record);
        }
    }

    /// Each record of an area and each example of it suits.
    fn shows(&self, area: &Area, what: &str, suits: impl Fn(u64) -> bool) {
        let inside = self.inside(area);
        assert!(!inside.is_empty(), "{} holds no record", self.area(what, area));
        assert!(inside.iter().all(|l| suits(l.applying)), "{} holds another record", self.area(what, area));
        let examples = self.world.examples(area);
        for (variant, example) in examples.iter().enumerate() {
            let shown = example.as_ref().is_some_and(|(_, applying)| suits(*applying));
            assert!(shown, "{} is not shown by variant {variant}: {example:?}", self.area(what, area));
        }
    }

    fn overlaps(&self) {
        let ranked = self.world.ranked();
        for one in 0..self.book.rules.len() {
            for other in one + 1..self.book.rules.len() {
                let both = 1_u64 << one | 1 << other;
                let listed = self.listed.iter().any(|l| l.applying & both == both);
                let common = ranked.common(one, other);
                assert_eq!(common.is_some(), listed, "{}", self.told(&format!("common of {one} and {other}")));
                assert_eq!(ranked.overlapping(one).contains(&other), listed, "{}", self.told(&format!("{one} overlapping {other}")));
                if let Some(area) = common {
                    self.shows(&area, "in common", |applying| applying & both == both);
                }
            }
        }
        self.clashes(&ranked);
    }

    /// What rules have in common that none of those before them takes.
    fn clashes(&self, ranked: &Ranked<'_>) {
        let count = self.book.rules.len();
        for one in 0..count {
            let others: Vec<usize> = (one + 1..count).collect();
            for before in [one, one / 2, 0] {
                let earlier = (1_u64 << before) - 1;
                let found = ranked.clashes(one, &others, &ranked.all_before(before), &mut budget());
                let free = |other: usize| move |applying: u64| applying & (1 << one | 1 << other | earlier) == 1 << one | 1 << other;
                let expected = others.iter().copied().filter(|other| self.listed.iter().any(|l| free(*other)(l.applying)));
                let told = self.told(&format!("clashes of {one} free of the first {before}"));
                assert_eq!(found.iter().map(|c| c.other).collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{told}");
                for clash in found {
                    assert!(clash.sure, "{told}");
                    self.shows(&ranked.part(one, &clash), "in common and free", free(clash.other));
                }
            }
        }
    }

    fn hidden(&self) {
        let ranked = self.world.ranked();
        for rule in 0..self.book.rules.len() {
            let own = 1_u64 << rule;
            let seen = |hiders: u64| self.listed.iter().any(|l| l.applying & own != 0 && l.applying & hiders == 0);
            let told = |what: &str| self.told(&format!("{what} of {}", self.book.rules[rule].name));
            match ranked.hidden(rule, &mut budget(), |_| true) {
                Hiding::Hidden(by) => {
                    assert!(seen(0), "{}", told("hidden, but empty"));
                    let all: u64 = by.iter().map(|b| 1_u64 << b).sum();
                    assert!(by.is_sorted() && by.iter().all(|b| *b < rule) && !seen(all), "{} {by:?}", told("hidden"));
                    for one in &by {
                        assert!(seen(all & !(1 << one)), "{} {by:?} has {one} for nothing", told("hidden"));
                    }
                }
                Hiding::Seen(area) => {
                    self.shows(&area, &format!("what is seen of {}", self.book.rules[rule].name), |applying| {
                        applying & own != 0 && applying & (own - 1) == 0
                    });
                }
                Hiding::Empty => assert!(!seen(0), "{}", told("empty")),
                Hiding::Undecided => panic!("{}", told("undecided")),
            }
        }
    }

    fn gaps(&self) {
        let (gaps, complete) = self.world.ranked().gaps(&[Area::everything()], 10_000, &mut budget());
        assert!(complete, "{}", self.told("incomplete"));
        for gap in &gaps {
            self.shows(gap, "a gap", |applying| applying == 0);
        }
        for listed in self.listed.iter().filter(|l| l.applying == 0) {
            let found = gaps.iter().any(|g| self.world.space.lies_in(&listed.point, g));
            assert!(found, "{} {:?} lies in no gap", self.told("gaps"), listed.record);
        }
    }
}

/// A hole once asked for elements of a set that was missing, which no record has.
#[test]
fn nothing_is_asked_of_what_is_missing() {
    let case = Case::new(797_986_198_912_724_102);
    case.overlaps();
    case.hidden();
    case.gaps();
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn proofs_hold_for_every_record_there_can_be(seed in any::<u64>()) {
        for nth in 0..BOOKS {
            let case = Case::new(seed.wrapping_add(nth));
            case.same_everywhere(nth == 0);
            case.overlaps();
            case.hidden();
            case.gaps();
        }
    }
}

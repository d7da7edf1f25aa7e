//! What the space proves of larger books against binary decision diagrams (Bryant 1986, by `biodivine-lib-bdd`): a method
//! that has nothing in common with areas, and a meaning of the rules that comes from their generator.
//!
//! Of the libraries that build here this one is the smallest by far: MIT, pure Rust, one thread, no manager to set up, and
//! a diagram is a plain value with `==`. `oxidd` is faster and brings a node store with threads, which these sizes
//! do not need. Only tests use it.
//!
//! The class of each axis is a number in binary. What no record can be (no set, and an element in it) is left out.

use std::collections::BTreeMap;

use biodivine_lib_bdd::{Bdd, BddVariable, BddVariableSet};
use proptest::prelude::*;
use turf::space::{Area, Aspect, Budget, Hiding, Region, day_tick};

use super::cases;
use super::dice::Dice;
use super::proofs_book::{Book, DAYS, Days, LARGE};
use super::proofs_text::Logic;
use super::proofs_world::World;

/// How many gaps are asked for; books with more are checked as far as that.
const GAPS: usize = 300;

/// How many pairs of rules of a book are asked for a part in common.
const PAIRS: usize = 60;

/// The axes of a space as variables.
struct Diagrams {
    set: BddVariableSet,
    /// By axis: one diagram for each class.
    classes: Vec<Vec<Bdd>>,
    /// By field and cell.
    cells: Vec<Vec<Bdd>>,
    /// By day.
    days: Vec<Bdd>,
    /// Where some record can lie.
    real: Bdd,
}

impl Diagrams {
    fn new(book: &Book, world: &World) -> Self {
        let axes = &world.space.axes;
        let bits = |width: usize| usize::BITS - width.saturating_sub(1).leading_zeros();
        let count: u32 = axes.iter().map(|a| bits(a.classes.len())).sum();
        let set = BddVariableSet::new_anonymous(u16::try_from(count).unwrap());
        let mut variables = set.variables().into_iter();
        let mut classes = Vec::new();
        for axis in axes {
            let own: Vec<BddVariable> = variables.by_ref().take(bits(axis.classes.len()) as usize).collect();
            let of = |class: usize| {
                let literals = own.iter().enumerate().map(|(bit, v)| set.mk_literal(*v, class & (1 << bit) != 0));
                literals.fold(set.mk_true(), |all, one| all.and(&one))
            };
            classes.push((0..axis.classes.len()).map(of).collect());
        }
        let mut made = Self { real: set.mk_true(), set, classes, cells: Vec::new(), days: Vec::new() };
        made.fields(book, world);
        made
    }

    fn fields(&mut self, book: &Book, world: &World) {
        let locator = world.locator();
        let mut met: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (position, field) in book.fields.iter().enumerate() {
            let axes: Vec<usize> =
                (0..world.space.axes.len()).filter(|a| world.space.axes[*a].key.path.first().is_some_and(|n| **n == *field.name)).collect();
            let mut cells = vec![0; book.fields.len()];
            let mut own = Vec::new();
            for cell in 0..field.cells.len() {
                cells[position] = cell;
                let point = world.point(&locator, &world.record(&cells), 0);
                axes.iter().for_each(|a| met.entry(*a).or_default().push(point[*a]));
                own.push(axes.iter().fold(self.set.mk_true(), |all, a| all.and(&self.classes[*a][point[*a]])));
            }
            self.real = self.real.and(&self.union(&own));
            self.cells.push(own);
        }
        let today = world.space.axes.iter().position(|a| a.key.aspect == Aspect::Today);
        for day in DAYS {
            let class =
                today.map(|t| (t, turf::space::Coder::of(&world.space.axes[t]).class_of_tick(day_tick(day.parse().unwrap())).unwrap()));
            self.days.push(class.map_or(self.set.mk_true(), |(t, class)| self.classes[t][class].clone()));
            class.into_iter().for_each(|(t, class)| met.entry(t).or_default().push(class));
        }
        self.real = self.real.and(&self.union(&self.days));
        // The lists of cells are only worth something when they reach every class.
        for (axis, classes) in met {
            let missed = (0..world.space.axes[axis].classes.len()).find(|c| !classes.contains(c));
            assert_eq!(missed.map(|c| &world.space.axes[axis].classes[c]), None, "{}", book.items().concat());
        }
    }

    fn union(&self, all: &[Bdd]) -> Bdd {
        all.iter().fold(self.set.mk_false(), |any, one| any.or(one))
    }

    fn area(&self, area: &Area) -> Bdd {
        area.restricts().fold(self.real.clone(), |all, (axis, set)| {
            let own = &self.classes[axis.0 as usize];
            all.and(&set.iter().fold(self.set.mk_false(), |any, class| any.or(&own[class])))
        })
    }

    fn region(&self, region: &Region) -> Bdd {
        region.areas.iter().fold(self.set.mk_false(), |any, area| any.or(&self.area(area)))
    }
}

impl Logic for Diagrams {
    type Truth = Bdd;

    fn constant(&self, holds: bool) -> Bdd {
        if holds { self.set.mk_true() } else { self.set.mk_false() }
    }

    fn and(&self, one: &Bdd, other: &Bdd) -> Bdd {
        one.and(other)
    }

    fn or(&self, one: &Bdd, other: &Bdd) -> Bdd {
        one.or(other)
    }

    fn not(&self, one: &Bdd) -> Bdd {
        one.not()
    }

    fn cells(&self, field: usize, cells: &[usize]) -> Bdd {
        cells.iter().fold(self.set.mk_false(), |any, cell| any.or(&self.cells[field][*cell]))
    }

    fn days(&self, (from, through): Days) -> Bdd {
        self.union(&self.days[from..=through])
    }
}

fn within(one: &Bdd, other: &Bdd) -> bool {
    one.and_not(other).is_false()
}

/// A book, its space, and where each rule applies.
struct Case {
    book: Book,
    world: World,
    diagrams: Diagrams,
    rules: Vec<Bdd>,
}

impl Case {
    /// None when a condition of the book was too much for the space, which it may be.
    fn new(seed: u64) -> Option<Self> {
        let book = Book::new(&mut Dice::new(seed), LARGE);
        let world = World::new(&book);
        if world.space.axes.iter().any(|a| matches!(a.key.aspect, Aspect::Fact(_))) {
            return None;
        }
        let diagrams = Diagrams::new(&book, &world);
        let rules: Vec<Bdd> = (0..book.rules.len()).map(|r| book.applies(r, &diagrams).and(&diagrams.real)).collect();
        for (rule, expected) in rules.iter().enumerate() {
            let region = diagrams.region(&world.regions[rule]);
            assert!(region == *expected, "seed {seed}: the region of {}\n{}", book.rules[rule].name, book.items().concat());
        }
        Some(Self { book, world, diagrams, rules })
    }

    fn overlaps(&self, dice: &mut Dice) {
        let ranked = self.world.ranked();
        for one in 0..self.rules.len() {
            let expected: Vec<usize> = (one + 1..self.rules.len()).filter(|o| !self.rules[one].and(&self.rules[*o]).is_false()).collect();
            assert_eq!(ranked.overlapping(one), expected, "{}", self.book.rules[one].name);
        }
        for _ in 0..PAIRS {
            let (one, other) = (dice.below(self.rules.len()), dice.below(self.rules.len()));
            let both = self.rules[one].and(&self.rules[other]);
            let common = ranked.common(one, other).map(|area| self.diagrams.area(&area));
            assert_eq!(common.is_some(), !both.is_false());
            assert!(common.is_none_or(|c| !c.is_false() && within(&c, &both)));
        }
        for _ in 0..PAIRS / 10 {
            let one = dice.below(self.rules.len());
            let others: Vec<usize> = (one + 1..self.rules.len()).collect();
            let free = self.rules[one].and_not(&self.diagrams.union(&self.rules[..one]));
            let found = ranked.clashes(one, &others, &ranked.all_before(one), &mut Budget::new(5_000_000));
            let expected = others.iter().copied().filter(|other| !free.and(&self.rules[*other]).is_false());
            assert_eq!(found.iter().map(|c| c.other).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
            for clash in found {
                let part = self.diagrams.area(&ranked.part(one, &clash));
                assert!(clash.sure && !part.is_false() && within(&part, &free.and(&self.rules[clash.other])));
            }
        }
    }

    fn hidden(&self) {
        let ranked = self.world.ranked();
        let mut earlier = self.diagrams.set.mk_false();
        for (rule, own) in self.rules.iter().enumerate() {
            let name = &self.book.rules[rule].name;
            match ranked.hidden(rule, &mut Budget::new(5_000_000), |_| true) {
                Hiding::Hidden(by) => {
                    assert!(!own.is_false() && by.iter().all(|b| *b < rule), "{name}");
                    let of = |left_out: Option<usize>| {
                        let all: Vec<Bdd> = by.iter().filter(|b| Some(**b) != left_out).map(|b| self.rules[*b].clone()).collect();
                        self.diagrams.union(&all)
                    };
                    assert!(within(own, &of(None)), "{name}");
                    assert!(by.iter().all(|b| !within(own, &of(Some(*b)))), "{name} {by:?} is not minimal");
                }
                Hiding::Seen(area) => {
                    let area = self.diagrams.area(&area);
                    assert!(!area.is_false() && within(&area, &own.and_not(&earlier)), "{name}");
                }
                Hiding::Empty => assert!(own.is_false(), "{name}"),
                Hiding::Undecided => panic!("{name} is undecided"),
            }
            earlier = earlier.or(own);
        }
    }

    fn gaps(&self) {
        let left = self.diagrams.real.and_not(&self.diagrams.union(&self.rules));
        let (gaps, complete) = self.world.ranked().gaps(&[Area::everything()], GAPS, &mut Budget::new(5_000_000));
        let found = gaps.iter().map(|g| self.diagrams.area(g)).collect::<Vec<_>>();
        assert!(found.iter().all(|g| !g.is_false() && within(g, &left)));
        assert!(complete || gaps.len() == GAPS);
        assert!(!complete || self.diagrams.union(&found) == left);
    }
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn proofs_agree_with_decision_diagrams(seed in any::<u64>()) {
        let Some(case) = Case::new(seed) else { return Ok(()) };
        case.overlaps(&mut Dice::new(!seed));
        case.hidden();
        case.gaps();
    }
}

//! What must not matter to proofs: names, the order of items and files, a rule written as two, a rule that nothing reaches.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use turf::diagnostic::Diagnostic;
use turf::space::{Area, Budget, Hiding};
use turf::text::SourceFile;
use turf::workspace::Snapshot;

use super::dice::Dice;
use super::proofs_book::{Book, Cond, LARGE, Rule, SMALL};
use super::proofs_world::{Listed, World, finish};
use super::{cases, data, items, make, no_errors, rules::RECORDS};

/// How many books one case takes.
const BOOKS: u64 = 2;

/// What a rule is found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Hidden(BTreeSet<String>),
    Seen,
    Empty,
}

/// What is found out about a book.
#[derive(Debug, PartialEq, Eq)]
struct Findings {
    rules: BTreeMap<String, Found>,
    /// Pairs of rules with records in common.
    pairs: BTreeSet<(String, String)>,
    /// By listed record: whether it lies in a gap.
    gaps: Vec<bool>,
}

fn pair(one: &str, other: &str) -> (String, String) {
    (one.min(other).to_owned(), one.max(other).to_owned())
}

impl Findings {
    fn new(book: &Book, world: &World, listed: &[Listed]) -> Self {
        let ranked = world.ranked();
        let name = |rule: usize| book.rules[rule].name.clone();
        let found = |rule: usize| match ranked.hidden(rule, &mut Budget::new(1_000_000), |_| true) {
            Hiding::Hidden(by) => Found::Hidden(by.into_iter().map(name).collect()),
            Hiding::Seen(_) => Found::Seen,
            Hiding::Empty => Found::Empty,
            Hiding::Undecided => panic!("undecided"),
        };
        let all = 0..book.rules.len();
        let pairs = |one: usize| ranked.overlapping(one).into_iter().map(move |other| pair(&name(one), &name(other)));
        let (gaps, _) = ranked.gaps(&[Area::everything()], 10_000, &mut Budget::new(1_000_000));
        Self {
            rules: all.clone().map(|r| (name(r), found(r))).collect(),
            pairs: all.flat_map(pairs).collect(),
            gaps: listed.iter().map(|l| gaps.iter().any(|g| world.space.lies_in(&l.point, g))).collect(),
        }
    }

    /// The findings with other names for the rules; two that get one name are taken as one.
    fn renamed(self, names: &impl Fn(&str) -> String) -> Self {
        let mut rules: BTreeMap<String, Found> = BTreeMap::new();
        for (name, found) in self.rules {
            let found = match found {
                Found::Hidden(by) => Found::Hidden(by.iter().map(|n| names(n)).collect()),
                other => other,
            };
            let both = match (rules.remove(&names(&name)), found) {
                (Some(Found::Seen), _) | (_, Found::Seen) => Found::Seen,
                (Some(Found::Hidden(one)), Found::Hidden(other)) => Found::Hidden(one.into_iter().chain(other).collect()),
                (None | Some(Found::Empty), found) | (Some(found), Found::Empty) => found,
            };
            rules.insert(names(&name), both);
        }
        let pairs = self.pairs.into_iter().map(|(one, other)| pair(&names(&one), &names(&other))).collect();
        Self { rules, pairs, gaps: self.gaps }
    }

    /// Leaves out which rules hide another: there may be several smallest choices.
    fn loosely(mut self) -> Self {
        self.rules.values_mut().for_each(|f| {
            if let Found::Hidden(by) = f {
                by.clear()
            }
        });
        self
    }
}

/// A small book with its findings.
struct Case {
    seed: u64,
    book: Book,
    listed: Vec<Listed>,
    findings: Findings,
}

impl Case {
    fn new(seed: u64) -> Self {
        Self::of(seed, Book::new(&mut Dice::new(seed), SMALL))
    }

    fn of(seed: u64, book: Book) -> Self {
        let world = World::new(&book);
        let listed = world.list(&book);
        let findings = Findings::new(&book, &world, &listed);
        Self { seed, book, listed, findings }
    }

    /// The same book, changed.
    fn but(seed: u64, change: impl FnOnce(&mut Book, &mut Dice)) -> Self {
        let mut dice = Dice::new(seed);
        let mut book = Book::new(&mut dice, SMALL);
        change(&mut book, &mut dice);
        Self::of(seed, book)
    }

    /// What hides a rule in some findings hides it here.
    fn hides(&self, findings: &Findings) -> Result<(), TestCaseError> {
        let bit = |name: &String| 1_u64 << self.book.rules.iter().position(|r| r.name == *name).unwrap();
        for (name, found) in &findings.rules {
            let Found::Hidden(by) = found else { continue };
            let by: u64 = by.iter().map(bit).sum();
            let seen = self.listed.iter().any(|l| l.applying & bit(name) != 0 && l.applying & by == 0);
            prop_assert!(!seen, "seed {}: {}", self.seed, name);
        }
        Ok(())
    }
}

/// Splits a rule in two by a test that is yes, and that is no or cannot be told.
fn split(book: &mut Book, dice: &mut Dice) -> String {
    let at = dice.below(book.rules.len());
    let Cond::Test(field, test) = book.leaf(dice) else { panic!("a leaf is a test") };
    let tests = &book.fields[field].tests;
    let missing = format!("{} is missing", tests[test].subject);
    // What is always told has an opposite by itself.
    let untold = (tests[test].text != missing).then(|| Cond::Test(field, tests.iter().position(|t| t.text == missing).unwrap()));
    let test = Cond::Test(field, test);
    let Rule { name, when, .. } = book.rules[at].clone();
    let mut other = book.rules[at].clone();
    let rest = Cond::Any([Cond::Not(Box::new(test.clone()))].into_iter().chain(untold).collect());
    other.name = format!("{name}-rest");
    other.when = Cond::All(vec![when.clone(), rest]);
    book.rules[at].when = Cond::All(vec![when, test]);
    book.rules.insert(at + 1, other);
    name
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn a_rule_written_as_two_changes_no_proof(seed in any::<u64>()) {
        for seed in (0..BOOKS).map(|nth| seed.wrapping_add(nth)) {
            let one = Case::new(seed);
            let mut split_rule = String::new();
            let two = Case::but(seed, |book, dice| split_rule = split(book, dice));
            let parts = pair(&split_rule, &format!("{split_rule}-rest"));
            prop_assert!(!two.findings.pairs.contains(&parts), "seed {}: {:?} have records in common", seed, parts);
            let findings = two.findings.renamed(&|name: &str| name.trim_end_matches("-rest").to_owned());
            one.hides(&findings)?;
            prop_assert_eq!(one.findings.loosely(), findings.loosely(), "seed {}", seed);
        }
    }

    #[test]
    fn names_never_matter_to_proofs(seed in any::<u64>()) {
        for seed in (0..BOOKS).map(|nth| seed.wrapping_add(nth)) {
            let one = Case::new(seed);
            let turned = |name: &str| format!("n{:02}", 99 - name[1..].parse::<usize>().unwrap());
            let two = Case::but(seed, |book, _| {
                book.rules.iter_mut().for_each(|r| r.name = turned(&r.name));
                book.segments.iter_mut().for_each(|(name, _)| *name = format!("the segment {name}").replace(' ', "-"));
            });
            let findings = two.findings.renamed(&|name: &str| format!("r{:02}", 99 - name[1..].parse::<usize>().unwrap()));
            one.hides(&findings)?;
            prop_assert_eq!(one.findings.loosely(), findings.loosely(), "seed {}", seed);
        }
    }

    #[test]
    fn a_rule_that_is_hidden_changes_no_other_proof(seed in any::<u64>()) {
        for seed in (0..BOOKS).map(|nth| seed.wrapping_add(nth)) {
            let one = Case::new(seed);
            let mut two = Case::but(seed, |book, dice| {
                let mut narrower = book.rules[dice.below(book.rules.len())].clone();
                narrower.when = Cond::All(vec![narrower.when, book.leaf(dice)]);
                (narrower.name, narrower.priority) = ("r98".to_owned(), 2);
                book.rules.push(narrower);
            });
            let found = two.findings.rules.remove("r98");
            prop_assert!(matches!(found, Some(Found::Hidden(_) | Found::Empty)), "seed {}: {:?}", seed, found);
            two.findings.pairs.retain(|(_, later)| later != "r98");
            one.hides(&two.findings)?;
            prop_assert_eq!(one.findings.loosely(), two.findings.loosely(), "seed {}", seed);
        }
    }

    #[test]
    fn the_order_of_items_and_files_never_matters_to_proofs(seed in any::<u64>()) {
        for seed in (0..BOOKS).map(|nth| seed.wrapping_add(nth)) {
            let one = Case::new(seed);
            let mut items = one.book.items();
            let files = in_files(&mut items, &mut Dice::new(!seed));
            let world = World::of(&one.book, finish(files));
            let listed = world.list(&one.book);
            prop_assert_eq!(one.findings, Findings::new(&one.book, &world, &listed), "seed {}", seed);
        }
    }
}

/// Puts items in another order into two files.
fn in_files(items: &mut [String], dice: &mut Dice) -> Vec<SourceFile> {
    dice.shuffle(items);
    let cut = dice.below(items.len());
    vec![SourceFile::new("z/one.turf", &items[..cut].concat()), SourceFile::new("b.turf", &items[cut..].concat())]
}

/// All that is found in a book, proofs included: what, and how it is put. Where it stands is left out.
fn findings_of(mut snapshot: Snapshot) -> Vec<(String, String)> {
    // Enough for small books; where it is not, the answer is "undecided" in any order.
    snapshot.settings.budget = 20_000;
    let mistakes = snapshot.prove().mistakes;
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    let words = |f: &Diagnostic| format!("{} {:?} {:?} {:?}", f.headline, f.help, f.about, f.example);
    let mut all: Vec<_> = snapshot.findings.iter().map(|f| (f.name.to_string(), words(f))).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn findings_are_the_same_in_any_order(seed in any::<u64>()) {
        for scale in [SMALL, SMALL, SMALL, LARGE] {
            let mut items = Book::new(&mut Dice::new(seed), scale).items();
            let one = findings_of(finish(vec![SourceFile::new("a.turf", &items.concat())]));
            let two = findings_of(finish(in_files(&mut items, &mut Dice::new(!seed))));
            prop_assert_eq!(one, two, "seed {}", seed);
        }
    }
}

proptest! {
    // Few, because some of these books take a debug build half a minute.
    #![proptest_config(cases(64))]

    #[test]
    fn findings_of_books_with_everything_are_the_same_in_any_order(seed in any::<u64>()) {
        let mut parts = items(&mut Dice::new(seed));
        parts.extend(RECORDS.split_inclusive("}\n").map(str::to_owned));
        let data = data::data(seed);
        let one = make(&data, vec![SourceFile::new("a.turf", &parts.concat())]).snapshot;
        no_errors(&one, seed);
        let two = make(&data, in_files(&mut parts, &mut Dice::new(!seed))).snapshot;
        prop_assert_eq!(findings_of(one), findings_of(two), "seed {}", seed);
    }
}

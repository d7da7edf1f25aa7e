//! What `turf check` says of small books against a list of every record: conflicts, superfluous rules, idle conditions.

use std::collections::BTreeSet;

use proptest::prelude::*;
use turf::diagnostic::{Diagnostic, DiagnosticName, Place, Severity};
use turf::text::SourceFile;
use turf::workspace::Snapshot;

use super::cases;
use super::dice::Dice;
use super::proofs_book::{Book, SMALL};
use super::proofs_world::{Listed, World, finish};

/// How many claims about conditions of one book are tried.
const TRIED: usize = 4;

struct Case {
    seed: u64,
    book: Book,
    text: String,
    listed: Vec<Listed>,
    findings: Vec<Diagnostic>,
}

fn world(book: &Book, text: &str) -> (World, Snapshot) {
    let mut snapshot = finish(vec![SourceFile::new("book.turf", text)]);
    let world = World::of(book, snapshot.clone());
    let proved = snapshot.prove();
    assert!(proved.mistakes.is_empty(), "{:?}\n{text}", proved.mistakes);
    (world, snapshot)
}

impl Case {
    fn new(seed: u64) -> Self {
        let book = Book::new(&mut Dice::new(seed), SMALL);
        let text = book.items().concat();
        let (world, snapshot) = world(&book, &text);
        Self { seed, listed: world.list(&book), findings: snapshot.findings, book, text }
    }

    fn told(&self, what: &str) -> String {
        format!("{what}: seed {}\n{}", self.seed, self.text)
    }

    fn spans(&self, finding: &Diagnostic) -> Vec<std::ops::Range<usize>> {
        let spans = finding.labels.iter().filter_map(|l| if let Place::Source(span) = &l.place { Some(span) } else { None });
        spans.map(|s| s.start as usize..s.end as usize).collect()
    }

    /// The rules that a finding marks, by position.
    fn marked(&self, finding: &Diagnostic) -> Vec<usize> {
        let names = self.spans(finding).into_iter().map(|s| &self.text[s]);
        names.filter_map(|name| self.book.rules.iter().position(|r| r.name == name)).collect()
    }

    fn of(&self, name: DiagnosticName) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(move |f| f.name == name)
    }

    fn conflicts(&self) {
        let rules = &self.book.rules;
        let mut expected = BTreeSet::new();
        for one in 0..rules.len() {
            for other in one + 1..rules.len() {
                let (a, b) = (&rules[one], &rules[other]);
                let earlier: u64 = (0..one).filter(|i| rules[*i].priority < a.priority).map(|i| 1_u64 << i).sum();
                let both = 1_u64 << one | 1 << other;
                let clash = |l: &Listed| l.applying & both == both && l.applying & earlier == 0;
                if a.priority == b.priority && a.queue != b.queue && self.listed.iter().any(clash) {
                    expected.insert((one, other));
                }
            }
        }
        let mut found = BTreeSet::new();
        for finding in self.of(DiagnosticName::RulesConflict).filter(|f| f.example.is_some()) {
            assert_eq!(finding.severity, Severity::Error);
            let marked = self.marked(finding);
            found.insert((marked[0].min(marked[1]), marked[0].max(marked[1])));
        }
        for line in self.of(DiagnosticName::RulesConflict).filter(|f| f.example.is_none()).flat_map(|f| &f.about) {
            let named = line.split('`').skip(1).step_by(2).map(|name| rules.iter().position(|r| r.name == name).unwrap());
            let named: Vec<usize> = named.collect();
            found.extend(named[1..].iter().map(|other| (named[0], *other)));
        }
        assert_eq!(found, expected, "{}", self.told("conflicts"));
    }

    fn superfluous(&self) {
        let rules = &self.book.rules;
        let mut expected = BTreeSet::new();
        let mut earlier = 0_u64;
        let mut first = 0;
        while first < rules.len() {
            let end = (first..rules.len()).find(|i| rules[*i].priority != rules[first].priority).unwrap_or(rules.len());
            let mut left: BTreeSet<usize> = (first..end).collect();
            for rule in (first..end).rev() {
                let alike: u64 = left.iter().filter(|o| **o != rule && rules[**o].queue == rules[rule].queue).map(|o| 1_u64 << o).sum();
                let own: Vec<&Listed> = self.listed.iter().filter(|l| l.applying & 1 << rule != 0).collect();
                if !own.is_empty() && own.iter().all(|l| l.applying & (earlier | alike) != 0) {
                    left.remove(&rule);
                    expected.insert(rule);
                }
            }
            earlier += left.iter().map(|r| 1_u64 << r).sum::<u64>();
            first = end;
        }
        let mut found = BTreeSet::new();
        for finding in self.of(DiagnosticName::HiddenRule) {
            let marked = self.marked(finding);
            let same = marked[1..].iter().all(|o| rules[*o].queue == rules[marked[0]].queue);
            if marked.len() < 5 {
                assert_eq!(finding.severity == Severity::Advice, same, "{}", self.told(&finding.headline));
            }
            found.insert(marked[0]);
        }
        assert_eq!(found, expected, "{}", self.told("superfluous rules"));
    }

    /// What is said of a part of a condition holds: with the part told in advance, every rule applies as before.
    fn parts(&self) {
        let names = [DiagnosticName::IdleCondition, DiagnosticName::NeverYes, DiagnosticName::AlwaysYes];
        let claims = self.findings.iter().filter(|f| names.contains(&f.name) && f.labels.len() == 1);
        // What is never yes in a segment may be no or untold, and a `not` before the segment tells these apart.
        let claims = claims.filter(|f| f.name == DiagnosticName::IdleCondition || !f.headline.contains("segment"));
        for claim in claims.take(TRIED) {
            let span = self.spans(claim)[0].clone();
            let same = |told: &str| {
                let text = format!("{}({told}){}", &self.text[..span.start], &self.text[span.end..]);
                let (world, _) = world(&self.book, &text);
                let listed = world.list(&self.book);
                listed.iter().zip(&self.listed).all(|(a, b)| a.applying == b.applying)
            };
            // Inside `not` it is the other way round.
            let turned = claim.headline.contains("the `not` around it");
            let holds = match claim.name {
                DiagnosticName::IdleCondition => same("id is present") || same("id is missing"),
                name => same(if (name == DiagnosticName::NeverYes) == turned { "id is present" } else { "id is missing" }),
            };
            assert!(holds, "{} `{}`", self.told(&claim.headline), &self.text[span]);
        }
    }

    /// A rule that never applies is told, by conditions that clash.
    fn impossible(&self) {
        for (position, rule) in self.book.rules.iter().enumerate() {
            let applies = self.listed.iter().any(|l| l.applying & 1 << position != 0);
            let about = format!("the rule `{}`", rule.name);
            let told = self.of(DiagnosticName::NeverYes).any(|f| f.headline.contains(&about));
            assert!(applies || told, "{}", self.told(&format!("{about} never applies")));
            let whole = self.of(DiagnosticName::NeverYes).any(|f| f.headline.starts_with(&format!("{about} can never apply")));
            assert!(!(applies && whole), "{}", self.told(&format!("{about} does apply")));
        }
    }
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn what_check_says_holds_for_every_record_there_can_be(seed in any::<u64>()) {
        let case = Case::new(seed);
        case.conflicts();
        case.superfluous();
        case.parts();
        case.impossible();
    }
}

//! Real rule sets of Salesforce, translated and compared with the outcomes another evaluator expects.
//!
//! The files are not part of the project, because most state no licence: `TURF_SALESFORCE_METADATA` names their folder, and
//! without it nothing is asked. Nothing here knows what stands in them.

mod books;
mod entries;
mod filter;
mod probes;
mod said;
mod territories;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use entries::RuleSet;
use probes::Expected;
use turf::decide::{Assignee, Decider};
use turf::diagnostic::DiagnosticName;

/// The folder of the files.
#[expect(clippy::print_stdout, reason = "a test that asks nothing says so")]
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TURF_SALESFORCE_METADATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: TURF_SALESFORCE_METADATA names no folder");
    }
    folder
}

/// How much was compared.
#[derive(Debug, Default)]
struct Count {
    files: usize,
    rules: usize,
    entries: usize,
    probes: usize,
    never: usize,
    pairs: usize,
}

#[test]
fn assignment_rules_decide_as_expected() {
    let Some(folder) = folder() else { return };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.join("probes")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let mut count = Count::default();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().replace(".probes.json", "-meta.xml");
        let (rules, expected) = (entries::read(&folder.join("assignment-rules").join(&name)), probes::read(&path));
        assert_eq!(rules.len(), expected.len(), "{name}");
        count.files += 1;
        for (position, (rule, expected)) in rules.iter().zip(&expected).enumerate() {
            assert_eq!(rule.entries.len(), expected.entries, "{name}");
            count.rules += 1;
            if expected.entries > 0 {
                compare(rule, expected, &format!("{name}, rule {}", position + 1), &mut count);
            }
        }
    }
    println!("{count:?}");
}

fn compare(rule: &RuleSet, expected: &Expected, name: &str, count: &mut Count) {
    let book = rule.book();
    let decider = book.decider();
    let plan = book.snapshot.plan.as_deref().unwrap();
    for probe in &expected.probes {
        let decision = decider.decide(&probe.id, &probe.cells());
        let winner = match decision.outcome.by.unwrap() {
            Decider::Rule(rule) => Some(entry(plan.book.rules[rule.index()].name.as_str())),
            Decider::Otherwise => None,
        };
        let matching: BTreeSet<usize> = decision.added.iter().map(|a| entry(&a.role)).collect();
        assert_eq!((winner, &matching), (probe.winner, &probe.matching), "{name}, {}", probe.id);
        assert_eq!(decision.outcome.assignee, Assignee::Queue(probe.queue.as_str().into()), "{name}, {}", probe.id);
    }
    // An entry wins for some record expected, or is proved to win for none: nothing is left to chance.
    let never = never(&book);
    assert_eq!(never, expected.never, "{name}: entries that never win");
    let won: BTreeSet<usize> = expected.probes.iter().filter_map(|p| p.winner).collect();
    assert_eq!(&won | &never, (1..=expected.entries).collect(), "{name}: entries that win, and those that cannot");
    assert!(won.is_disjoint(&never), "{name}");
    // Entries that take the same record somewhere else are told when nothing says which goes first.
    let pairs = claimed_twice(rule, expected);
    for (one, other) in &pairs {
        let conflicts = rule.unordered(&[*one, *other]).found(DiagnosticName::RulesConflict).count();
        assert_eq!(conflicts, 1, "{name}: entries {one} and {other}");
    }
    count.entries += expected.entries;
    count.probes += expected.probes.len();
    count.never += never.len();
    count.pairs += pairs.len();
}

/// The entries that `turf check` proves to win never.
fn never(book: &books::Book) -> BTreeSet<usize> {
    let found = book.found(DiagnosticName::HiddenRule).chain(book.found(DiagnosticName::NeverYes));
    found.map(|f| entry(f.headline.split('`').nth(1).unwrap())).collect()
}

/// Entries that hold for one record and send it to different places.
fn claimed_twice(rule: &RuleSet, expected: &Expected) -> BTreeSet<(usize, usize)> {
    let queue = |n: &usize| &rule.entries[n - 1].queue;
    let all = expected.probes.iter().flat_map(|p| p.matching.iter().flat_map(|a| p.matching.range(a + 1..).map(move |b| (*a, *b))));
    all.filter(|(a, b)| queue(a) != queue(b)).collect()
}

fn entry(name: &str) -> usize {
    name.strip_prefix("entry-").unwrap().parse().unwrap()
}

//! The quick reader against the grammar: whatever it takes, the grammar takes too, and makes the same tree of.

use proptest::prelude::*;

use crate::syntax::quick::Words;
use crate::syntax::{by_grammar, quick, split};
use crate::text::FileId;

const REFERENCE: &str = include_str!("../../../grammar/README.md");

/// Whether the quick reader takes an item; fails when the grammar makes another tree of it.
fn takes(text: &str) -> bool {
    let Some(item) = quick::item(FileId(3), 1_000, text, &mut Words::new()) else { return false };
    match by_grammar(FileId(3), 1_000, text) {
        Ok(by_grammar) => assert_eq!(format!("{item:#?}"), format!("{by_grammar:#?}"), "{text}"),
        Err(error) => panic!("the grammar refuses what was taken: {text}\n{error:?}"),
    }
    true
}

/// Cuts a file into items and returns how many of them there are, and how many the quick reader takes.
fn taken(text: &str) -> (usize, usize) {
    let pieces = split::split(FileId(0), text).pieces;
    let taken = pieces.iter().filter(|p| takes(text.get(p.range.clone()).unwrap())).count();
    (pieces.len(), taken)
}

fn samples() -> String {
    REFERENCE.split("```turf\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn what_books_are_made_of_is_taken() {
    for rule in [
        "rule r { priority 10 when country in [US, CA] and state not in [\"New York\", TX,] and employees in 100..999 route to team a }",
        "rule \"a b\" for account {\n  when not (x is 1 or y is not missing) and domain of email in big  route to rep ana if available, else queue q }",
        "rule r { priority top when a >= 2.5M when b.c < -3% when d = e.f from 2027-01-01 through 2027-02-01 because \"so \\\" \\\\\" }",
        "rule r { when p starts with any of [94, 941] or q ends with \".edu\" or s contains all of [a, b] or s does not contain c }",
        "rule r { when t matches /a\\/b|c d/ and u within last 2 weeks and v before today and w after 3 days from now and x within 1 hour }",
        "rule r { route to owner of territory if at work, else owner of account, else account.owner where rep.active, else one of team t }",
        "rule r { keep account.owner until 2027-12-31 if available, else keep owner of a.b for 12 months since a.since, else keep owner until c.d route to keep x until y }",
        "rule r { route to keep.owner, else queue q }",
        "rule r { respond within 2 hours credit plan # why\n route to queue q because \"a\" because \"b\" }",
        "segment s { partner not enterprise a.b because \"x\" }",
        "territory t { where a is present territory u { parent v owner team w } owner ana priority 3 through 2027-03-01 }",
        "list l = [a, \"b c\", 1_000, 2027-01-01, 94105-1234]",
        "queues [a, \"b c\"]",
        "priorities [one, two,]",
        "otherwise { keep account.owner until 2027-12-31, else queue q }",
        "otherwise for account { route to queue triage because \"last\" }",
    ] {
        assert!(takes(rule), "{rule}");
    }
}

#[test]
fn what_is_odd_is_left_to_the_grammar() {
    for rule in [
        "rule r { when a is }",
        "rule r { when AND is b }",
        "rule r { when seen before by email within 2 days }",
        "rule r { when a is 2027-03-01T10:00Z }",
        "rule r { when größe is 3 }",
        "rule r { when a in [b c] }",
        "rule r { when a in [b,,] }",
        "rule r { when a = = b }",
        "rule r { when a . b is c }",
        "rule r { route to team }",
        "rule r { when a is b",
        "rule r { when a is b } x",
        "rule and { when a is b }",
        "rule r { because so }",
        "rule r { keep account.owner }",
        "rule r { keep account.owner until 2027-12-31T10:00Z }",
        "rule r { keep account.owner for 12 months }",
        "team t { members ana }",
    ] {
        assert!(!takes(rule), "{rule}");
    }
    assert!(!takes(&format!("segment s {{ {}x{} }}", "(".repeat(60), ")".repeat(60))));
}

#[test]
fn the_reference_and_the_examples_read_the_same() {
    let (all, quick) = taken(&samples());
    assert!(all >= 20 && quick >= 10, "{quick} of {all}");
    for file in [include_str!("../../../rules/forbes2000/rules.turf"), include_str!("../../../rules/forbes2000/segments.turf")] {
        let (all, quick) = taken(file);
        assert!(all > 2 && quick * 2 > all, "{quick} of {all}");
    }
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("TURF_CASES").ok().and_then(|c| c.parse().ok()).unwrap_or(256);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// What rules are made of, so that many of the random ones parse.
const PARTS: &[&str] = &[
    "a",
    "b.c",
    "domain of email",
    "domain",
    "all",
    "any",
    "of",
    "today",
    "now",
    "team",
    "rep",
    "owner",
    "territory",
    "\"x y\"",
    "\"\\\"\"",
    "12",
    "12.5M",
    "-3%",
    "2027-01-01",
    "3rd",
    "1..5",
    "x..y",
    "[a, b]",
    "[1, \"c\",]",
    "[a.b]",
    "[]",
    "(",
    ")",
    "and",
    "or",
    "not",
    "is",
    "in",
    "is not",
    "not in",
    "=",
    "<",
    ">=",
    "starts with",
    "ends with",
    "contains",
    "contains all of",
    "does not contain",
    "matches /a b/",
    "before",
    "after",
    "within",
    "last",
    "next",
    "2 days",
    "ago",
    "from now",
    "missing",
    "present",
    "when",
    "where",
    "route to",
    "else",
    ",",
    "priority",
    "because",
    "from",
    "through",
    "credit",
    "respond within",
    "if available",
    "if at work",
    "# c\n",
    "\n",
    "'",
    "\u{e9}",
    "-",
    ".",
    "OR",
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn whatever_is_taken_reads_the_same(words in proptest::collection::vec(prop::sample::select(PARTS), 0..9)) {
        for separator in [" ", ""] {
            let words = words.join(separator);
            takes(&format!("rule r {{ when a {words} }}"));
            takes(&format!("rule r {{ {words} }}"));
            takes(&format!("rule r {{ when a is b {words} route to queue q }}"));
            takes(&format!("territory t {{ {words} }}"));
            takes(&format!("segment s {{ {words} }}"));
        }
    }

    #[test]
    fn a_reference_with_a_hole_reads_the_same(from in 0..20_000usize, length in 0..9usize, put in prop::sample::select(PARTS)) {
        let chars: Vec<char> = samples().chars().collect();
        let from = from % chars.len();
        let text: String = chars[..from].iter().copied().chain(put.chars()).chain(chars[(from + length).min(chars.len())..].iter().copied()).collect();
        taken(&text);
    }
}

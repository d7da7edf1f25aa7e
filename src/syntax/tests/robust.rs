//! The parser takes anything: no panic, no hang, no deep recursion, time in proportion to the text.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{clean, parsed};
use crate::diagnostic::{DiagnosticName, Place};
use crate::syntax::tree::{Item, ListSource};

const REFERENCE: &str = include_str!("../../../grammar/README.md");

fn cases() -> ProptestConfig {
    let cases = std::env::var("TURF_CASES").ok().and_then(|c| c.parse().ok()).unwrap_or(64);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Parses, and checks that every finding points at whole characters inside the text.
fn survives(text: &str) {
    let parsed = parsed(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for finding in &parsed.findings {
        assert!(!finding.labels.is_empty(), "{finding:?}");
        for label in &finding.labels {
            let Place::Source(span) = label.place else { panic!("not in the source") };
            assert!(text.get(span.range()).is_some(), "{finding:?}\n{text}");
        }
        if let Some(fix) = &finding.fix {
            assert!(text.get(fix.span.range()).is_some(), "{finding:?}\n{text}");
        }
    }
    let broken = parsed.tree.items.iter().any(|i| matches!(i, Item::Broken(_)));
    assert!(!broken || !parsed.findings.is_empty(), "broken without a word: {text}");
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_of_the_language_are_taken(words in proptest::collection::vec(prop::sample::select(WORDS), 0..60)) {
        survives(&words.join(" "));
    }

    #[test]
    fn a_reference_with_a_hole_is_taken(from in 0..20_000usize, length in 0..60usize, put in prop::sample::select(WORDS)) {
        let text: String = REFERENCE.split("```turf\n").skip(1).map(|r| r.split("```").next().unwrap()).collect();
        let chars: Vec<char> = text.chars().collect();
        let from = from % chars.len();
        let kept: String = chars[..from].iter().chain(put.chars().collect::<Vec<_>>().iter()).chain(chars[(from + length).min(chars.len())..].iter()).collect();
        survives(&kept);
    }
}

const WORDS: &[&str] = &[
    "rule",
    "team",
    "segment",
    "territory",
    "list",
    "test",
    "record",
    "credit",
    "classify",
    "x",
    "a.b",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\n",
    "\"",
    "\"t\"",
    "“",
    "”",
    "'",
    ",",
    ":",
    "=",
    "==",
    ";",
    "is",
    "in",
    "not",
    "and",
    "or",
    "AND",
    "when",
    "where",
    "route",
    "to",
    "owner",
    "matches",
    "/",
    "#",
    "1,000",
    "1..5",
    "..",
    "250M",
    "2027-01-01",
    "\u{a0}",
    "аna",
    "because",
    "from",
    "column",
    "as",
    "for",
    "%",
    "\\",
];

#[test]
fn ten_thousand_brackets_are_too_deep() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
        for text in [
            format!("segment a {{ {}x{} }}", open.repeat(10_000), close.repeat(10_000)),
            format!("segment a {{ {}", open.repeat(10_000)),
            format!("segment a {{ {}", close.repeat(10_000)),
        ] {
            survives(&text);
        }
    }
    let text = format!("segment a {{ {}x{} }}\nqueues [q]", "(".repeat(10_000), ")".repeat(10_000));
    let parsed = parsed(&text);
    assert_eq!(parsed.findings.iter().map(|f| f.name).collect::<Vec<_>>(), [DiagnosticName::TooDeep]);
    assert_eq!(parsed.tree.items.len(), 2);
}

#[test]
fn what_is_just_not_too_deep_parses() {
    // The item's own brace counts too.
    let depth = crate::syntax::DEPTH_LIMIT - 1;
    clean(&format!("segment a {{ {}x{} }}", "(".repeat(depth), ")".repeat(depth)));
    clean(&format!("segment a {{ {}x{} }}", "not (".repeat(depth), ")".repeat(depth)));
    clean(&format!("{}{}", "territory t { ".repeat(depth), "}".repeat(depth)));
}

#[test]
fn any_number_of_nots_is_taken() {
    clean(&format!("segment a {{ {} x }}", "not ".repeat(100_000)));
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let parsed = parsed(&" ".repeat(crate::syntax::FILE_LIMIT + 1));
    assert_eq!(parsed.findings.iter().map(|f| f.name).collect::<Vec<_>>(), [DiagnosticName::TooLarge]);
}

#[test]
fn a_list_of_a_million_values_works() {
    // A tenth of it where the parser is not optimised.
    let many = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let mut text = String::from("list l = [0");
    for n in 1..many {
        write!(text, ", {n}").unwrap();
    }
    text.push(']');
    let Item::List(list) = &clean(&text).tree.items[0] else { panic!("not a list") };
    let ListSource::Inline(values) = &list.source else { panic!("not inline") };
    assert_eq!(values.len(), many);
}

#[test]
fn findings_of_one_file_are_bounded() {
    let most = crate::syntax::MOST_FINDINGS;
    for text in ["rule r { when == }\n".repeat(most + 1), format!("segment a {{ {} }}", "\u{a0}x".repeat(2 * most)), "} ".repeat(2 * most)]
    {
        let found = parsed(&text).findings;
        assert_eq!(found.len(), most + 1);
        assert!(found[most].headline.contains("more"), "{}", found[most].headline);
    }
}

fn time(text: &str) -> Duration {
    let begin = Instant::now();
    survives(text);
    begin.elapsed()
}

/// Doubling the text may not quadruple the time; each shape is one that a careless scanner takes quadratic time for.
#[test]
fn time_grows_with_the_text() {
    let shapes: &[(&str, &str, &str)] = &[
        ("items", "", "rule r { when x route to rep y }\n"),
        ("bad items", "", "rule r { when == route }\n"),
        ("one line", "", "rule r { when x } "),
        ("keywords on a line", "", "rule "),
        ("never closed", "", "rule r {\n"),
        ("opening brackets", "segment a { ", "("),
        ("closing brackets", "segment a { (", "]"),
        ("quotes", "segment a { ", "\" "),
        ("odd quotes", "segment a { ", "' "),
        ("patterns", "segment a { ", "matches / "),
        ("comments", "", "# a\n"),
        ("bad list", "list l = [", "1,000 ; "),
        ("statements", "rule r { ", "when x = = y "),
        ("no-break spaces", "segment a { ", "\u{a0}x"),
        ("lookalikes", "segment a { ", "аna "),
        ("nots", "segment a { ", "not "),
    ];
    for (name, head, unit) in shapes {
        let text = |n: usize| format!("{head}{}", unit.repeat(n / unit.len()));
        // A busy machine slows one measurement, rarely all of them; quadratic growth shows in every one.
        let mut measured = Vec::new();
        let linear = (0..4).any(|_| {
            let (small, large) = (time(&text(20_000)), time(&text(80_000)));
            measured.push((small, large));
            large < small * 8 + Duration::from_millis(300)
        });
        assert!(linear, "{name}: for 20 kB and for 80 kB {measured:?}");
    }
}

//! Text that nobody would write on purpose: nothing panics on it, and every finding points into it.

use proptest::prelude::*;
use turf::diagnostic::render::{Look, json, lines, terminal};
use turf::diagnostic::{Diagnostic, Place};
use turf::syntax::parse;
use turf::text::{FileId, SourceFile, Sources, Span};

use super::dice::Dice;
use super::{cases, data, make, text};

/// Pieces of the language, and what spreadsheets and word processors make of it.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ":",
    "\"",
    "/",
    "\\",
    "#",
    "\n",
    "\r\n",
    "\t",
    " ",
    "..",
    ".",
    "-",
    "_",
    "=",
    "<",
    ">=",
    "%",
    "\u{201c}",
    "\u{a0}",
    "\u{feff}",
    "\u{0}",
    "é",
    "🚀",
    "rule",
    "team",
    "territory",
    "when",
    "where",
    "not",
    "and",
    "or",
    "in",
    "is",
    "members",
    "pick",
    "route",
    "to",
    "else",
    "owner of",
    "1,000",
    "12%",
    "2027-02-30",
    "25:61",
    "9999999999999999999999999999999",
    "within",
    "days",
    "match",
    "record",
    "lead",
    "rep",
    "text",
    "key",
    "one of",
    "set of",
    "money USD",
    "otherwise",
    "credit",
    "rest",
    "overlap",
    "calendar",
    "open mon..fri 09:00..17:00",
    "classify",
    "test",
    "expect",
    "list",
    "from",
    "through",
    "matches /(/",
    "because",
];

fn soup(dice: &mut Dice) -> String {
    let pieces: Vec<&str> = (0..dice.below(60)).map(|_| dice.of(PIECES)).collect();
    pieces.join(dice.of(&["", " ", "\n"]))
}

/// Deletes, doubles, moves and inserts pieces of a book.
fn spoil(text: &str, dice: &mut Dice) -> String {
    let mut words: Vec<String> = text.split_inclusive([' ', '\n', '{', ',', '.', '"']).map(str::to_owned).collect();
    for _ in 0..1 + dice.below(8) {
        let (at, other) = (dice.below(words.len()), dice.below(words.len()));
        match dice.below(6) {
            0 => words[at].clear(),
            1 => words[at] = words[at].repeat(2),
            2 => words.swap(at, other),
            3 => words.insert(at, dice.of(PIECES).to_owned()),
            4 => words[at] = words[at].chars().rev().collect(),
            _ => words.truncate(words.len() - dice.below(words.len() / 2)),
        }
    }
    words.concat()
}

fn points_into(span: Span, sources: &Sources) -> bool {
    sources.get(span.file).is_some_and(|s| s.text().get(span.range()).is_some())
}

/// Every place lies in the text, and every renderer gets along with it.
fn are_sound(findings: &[Diagnostic], sources: &Sources) -> bool {
    let printed =
        [terminal(findings, sources, Look { colour: true, width: 80 }), lines(findings, sources), json(findings, sources).to_string()];
    let places = findings.iter().flat_map(|f| &f.labels).all(|l| match &l.place {
        Place::Source(span) => points_into(*span, sources),
        Place::Data { .. } => true,
    });
    let headlines = findings.iter().all(|f| !f.headline.is_empty() && !f.headline.ends_with('.'));
    places
        && headlines
        && findings.iter().filter_map(|f| f.fix.as_ref()).all(|f| points_into(f.span, sources))
        && !printed.concat().is_empty()
}

fn parses_soundly(text: &str) -> bool {
    let file = SourceFile::new("a.turf", text);
    let findings = parse(FileId(0), &file).findings;
    are_sound(&findings, &Sources::new(vec![file]))
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn any_text_is_parsed(text in any::<String>(), plain in "[ -~\n]{0,200}", seed in any::<u64>()) {
        prop_assert!(parses_soundly(&text), "{text:?}");
        prop_assert!(parses_soundly(&plain), "{plain:?}");
        let soup = soup(&mut Dice::new(seed));
        prop_assert!(parses_soundly(&soup), "{soup:?}");
    }
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn a_spoiled_book_is_told_what_is_wrong(seed in any::<u64>()) {
        let spoiled = spoil(&text(seed), &mut Dice::new(seed ^ 0x5b01));
        let draft = turf::workspace::Draft::new(Sources::new(vec![SourceFile::new("a.turf", &spoiled)]));
        prop_assert!(parses_soundly(&spoiled), "seed {seed}");
        // The data need the records; without them only the text is looked at.
        let sound = super::RECORDS.split_inclusive("}\n").take(3).all(|record| spoiled.contains(record));
        if sound && ["lead", "account", "rep"].iter().all(|r| draft.schema.find(r).is_some()) {
            let made = make(&data::data(seed), vec![SourceFile::new("a.turf", &spoiled)]);
            prop_assert!(are_sound(&made.snapshot.findings, &made.snapshot.sources), "seed {seed}");
            if made.snapshot.plan.is_some() {
                prop_assert_eq!(super::run(&made).len(), made.work.len());
            }
        }
    }
}

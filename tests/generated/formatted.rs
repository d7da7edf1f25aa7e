//! Formatting generated books: the same tree, the same comments, twice changes nothing, and nothing hand-made matters.

use proptest::prelude::*;
use regex::Regex;
use turf::syntax::{format, parse};
use turf::text::{FileId, SourceFile};

use super::{Dice, cases, text};

/// A tree without its places.
fn tree(text: &str) -> String {
    let tree = parse(FileId(0), &SourceFile::new("book.turf", text)).tree;
    let places = Regex::new(r"@\d+\.\.\d+|start: \d+, end: \d+").unwrap();
    places.replace_all(&format!("{:?}", tree.items), "").into_owned()
}

fn comments(text: &str) -> Vec<String> {
    let tree = parse(FileId(0), &SourceFile::new("book.turf", text)).tree;
    tree.comments.iter().map(|c| text[c.range()].trim_end().to_owned()).collect()
}

fn formatted(text: &str, width: usize) -> String {
    format::format(&SourceFile::new("book.turf", text), width).unwrap_or_else(|why| panic!("{why:?}:\n{text}")).text
}

/// Writes blanks outside of texts and patterns otherwise, with comments if wanted.
fn mangled(text: &str, dice: &mut Dice, comments: bool) -> String {
    let mut made = String::new();
    let (mut quoted, mut pattern, mut comment, mut escaped) = (false, false, false, false);
    for c in text.chars() {
        let inside = quoted || pattern || comment;
        if c == ' ' && !inside {
            match dice.below(if comments { 12 } else { 8 }) {
                0 => made.push('\n'),
                1 => made.push_str("\n\n\n   "),
                2 => made.push_str(" \t "),
                8 => made.push_str(&format!(" # {}\n", dice.below(1_000))),
                9 => made.push_str(&format!("\n#{}\n  #\n", dice.below(1_000))),
                _ => made.push(' '),
            }
            continue;
        }
        match c {
            '\n' => comment = false,
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' if !pattern && !comment => quoted = !quoted,
            '/' if pattern || !inside && made.trim_end().ends_with("matches") => pattern = !pattern,
            '#' if !inside => comment = true,
            _ => {}
        }
        made.push(c);
    }
    made
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn a_formatted_book_says_the_same(seed: u64, width in 40_usize..160) {
        let book = text(seed);
        let made = formatted(&book, width);
        prop_assert_eq!(tree(&made), tree(&book));
        prop_assert_eq!(formatted(&made, width), made.clone());
    }

    #[test]
    fn comments_and_blanks_anywhere_are_kept_and_put_right(seed: u64, width in 40_usize..160) {
        let mut dice = Dice::new(seed);
        let book = mangled(&text(seed), &mut dice, true);
        let made = formatted(&book, width);
        prop_assert_eq!(tree(&made), tree(&book));
        prop_assert_eq!(comments(&made), comments(&book));
        prop_assert!(!made.contains("\n\n\n") && made.lines().all(|l| l == l.trim_end()));
    }

    #[test]
    fn an_item_that_does_not_parse_stays_and_the_rest_is_formatted(seed: u64) {
        let mut dice = Dice::new(seed);
        let broken = "rule   broken {\n     when   country   is is DE\n  route to  }";
        let book = mangled(&format!("{}\n", text(seed)), &mut dice, false);
        let book = book.trim_start();
        let both = format!("{broken}\n{book}");
        let left = format::format(&SourceFile::new("book.turf", &both), 120).unwrap();
        prop_assert_eq!(left.left.len(), 1);
        prop_assert_eq!(left.text, format!("{broken}\n{}", formatted(book, 120)));
    }
}

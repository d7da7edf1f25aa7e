//! The language reference: every sample parses without a finding, and a whole book does.

use super::clean;
use crate::syntax::tree::Item;

const REFERENCE: &str = include_str!("../../../grammar/README.md");

/// The texts between "```turf" and "```".
fn samples() -> Vec<&'static str> {
    REFERENCE.split("```turf\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_sample_of_the_reference_parses() {
    assert!(samples().len() >= 20);
    for sample in samples() {
        let items = clean(sample).tree.items;
        assert!(!items.is_empty() && !items.iter().any(|i| matches!(i, Item::Broken(_))), "{sample}");
    }
}

#[test]
fn all_samples_together_are_one_file() {
    let alone: usize = samples().iter().map(|s| clean(s).tree.items.len()).sum();
    let together = clean(&samples().join("\n"));
    assert_eq!(together.tree.items.len(), alone);
}

#[test]
fn line_ends_decide_nothing() {
    // Comments end with the line, so they go first; then every line end becomes a blank, and every blank a line end.
    for sample in samples() {
        let bare: Vec<&str> = sample.lines().map(|l| l.split(" #").next().unwrap()).collect();
        let one_line = bare.join(" ");
        let items = clean(sample).tree.items.len();
        assert_eq!(clean(&one_line).tree.items.len(), items, "{one_line}");
        assert_eq!(clean(&bare.join("\r\n")).tree.items.len(), items);
        if !one_line.contains('"') {
            assert_eq!(clean(&one_line.replace(' ', "\n")).tree.items.len(), items, "{one_line}");
        }
    }
}

#[test]
fn the_reference_names_every_item() {
    for keyword in crate::syntax::split::ITEMS {
        assert!(samples().iter().any(|s| s.lines().any(|l| l.starts_with(keyword))), "no sample of `{keyword}`");
    }
}

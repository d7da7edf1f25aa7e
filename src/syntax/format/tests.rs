//! What the one style looks like.

use super::{Formatted, Refused, WIDTH, format};
use crate::text::SourceFile;

const REFERENCE: &str = include_str!("../../../grammar/README.md");

fn formatted(text: &str) -> Result<Formatted, Refused> {
    format(&SourceFile::new("book.turf", text), WIDTH)
}

fn made(text: &str) -> String {
    formatted(text).unwrap().text
}

#[test]
fn every_sample_of_the_reference_is_in_the_style() {
    for sample in REFERENCE.split("```turf\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        assert_eq!(made(sample), sample);
    }
}

/// What a text looks like in the style, and that the style is left alone.
#[track_caller]
fn looks(text: &str, expected: &str) {
    assert_eq!(made(text), expected);
    assert_eq!(made(expected), expected);
}

#[test]
fn what_people_align_by_hand_is_aligned_group_by_group() {
    looks(
        "record lead {\nid: text, key, # tells rows apart\nemployees: number # people\n\n\npartner: yes/no }",
        "record lead {\n  id:        text, key  # tells rows apart\n  employees: number     # people\n\n  partner: yes/no\n}\n",
    );
    looks("credit c {\nrevenue: rest assignee\nup: 5% rep ana }", "credit c {\n  revenue: rest assignee\n  up:      5% rep ana\n}\n");
    looks(
        "classify lead as size {\nbig when a\nmedium-sized otherwise }",
        "classify lead as size {\n  big           when a\n  medium-sized  otherwise\n}\n",
    );
    looks(
        "match lead to account { \nby domain of email is domain by name is name, same x }",
        "match lead to account {\n  by domain of email is domain\n  by name            is name, same x\n}\n",
    );
}

#[test]
fn braces_on_one_line_stay_there_while_they_fit() {
    looks("segment s{a  b}", "segment s { a  b }\n");
    looks("record rep { id: text, key, name: text, }", "record rep { id: text, key, name: text }\n");
    looks("test \"t\" {lead {a: 1 b: [x,y,],}\nexpect rule r}", "test \"t\" { lead { a: 1, b: [x, y] }  expect rule r }\n");
    looks("segment s { a # why\n b }", "segment s {\n  a  # why\n  b\n}\n");
    let long = "x".repeat(60);
    looks(&format!("segment s {{ {long} {long} }}"), &format!("segment s {{\n  {long}\n  {long}\n}}\n"));
}

#[test]
fn what_is_too_long_is_broken_at_its_outermost_words() {
    let (a, b, c) = ("a".repeat(50), "b".repeat(50), "c".repeat(30));
    looks(
        &format!("segment s {{\n{a} and {b} or {c} and not {b} }}"),
        &format!("segment s {{\n  {a} and {b}\n      or {c} and not {b}\n}}\n"),
    );
    looks(
        &format!("rule r {{\nroute to team {a}, else team {b}, else queue q }}"),
        &format!("rule r {{\n  route to team {a},\n      else team {b},\n      else queue q\n}}\n"),
    );
    looks(&format!("list l = [{a}, {b}, {c}]"), &format!("list l = [\n  {a}, {b},\n  {c}\n]\n"));
    looks("list l = [a,# one\nb,c\n# the last\n, d\n# end\n]", "list l = [\n  a,  # one\n  b, c\n  # the last\n  , d\n  # end\n]\n");
}

#[test]
fn comments_and_groups_stay_where_they_are() {
    looks(
        "# top\n\n\n\n# of it\nqueues [a]# one\n#two\n\n\npriorities [b]\n\n# last  ",
        "# top\n\n# of it\nqueues [a]  # one\n#two\n\npriorities [b]\n\n# last\n",
    );
    looks(
        "rule r { # head\n\n when a # x\n and # y\n b\n\n # end\n\n}",
        "rule r {  # head\n  when a   # x\n      and  # y\n      b\n\n  # end\n}\n",
    );
    looks("# alone", "# alone\n");
    looks("\n\n", "");
}

#[test]
fn what_does_not_parse_is_named_and_left() {
    let text = "queues [a,b]\n\n  rule   x { when }  # hm\n}\nlist l=[1]";
    let made = formatted(text).unwrap();
    assert_eq!(made.text, "queues [a, b]\n\n  rule   x { when }  # hm\n}\nlist l = [1]\n");
    assert_eq!(made.left.iter().map(|s| s.start).collect::<Vec<_>>(), [16]);
}

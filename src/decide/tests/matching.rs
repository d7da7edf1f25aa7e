//! Matching: the first line that finds exactly one.

use super::stage::{Stage, stage};
use crate::model::Value;

const ACCOUNTS: &str = "id,name,domain,country,parent,owner,last_order,margin
A1,Mercy,mercy.org,US,,,,
A2,MERCY,mercy.com,CA,,,,
A3,Grace,grace.org,US,,,,
A4,Grace,,US,,,,
A5,,twin.org,,,,,
A6,,twin.org,,,,,";

fn book() -> Stage {
    stage(
        "match lead to account { by domain of email is domain  by company is name, same country }
         rule all { when account is present  route to rep ana }
         otherwise { route to queue triage }",
        &[("account", ACCOUNTS)],
        &[],
    )
}

/// The key found, and for each line tried how many were found or what was missing.
fn matched(pairs: &[(&str, &str)]) -> (Option<String>, Vec<String>) {
    let decision = book().lead(pairs);
    let matching = decision.matching.expect("leads are matched");
    let field = decision.record.values.iter().find_map(|v| if let Some(Value::Reference(k)) = v { Some(k.to_string()) } else { None });
    assert_eq!(field, matching.found.as_ref().map(ToString::to_string), "the record carries what was found");
    let lines = matching.lines.iter().map(|l| if l.missing.is_empty() { l.count.to_string() } else { l.missing.join(" ") });
    (field, lines.collect())
}

#[test]
fn the_first_line_that_finds_exactly_one_wins() {
    let found = |pairs: &[(&str, &str)]| {
        let (key, lines) = matched(pairs);
        format!("{} after {}", key.unwrap_or_else(|| "none".to_owned()), lines.join(", "))
    };
    assert_eq!(found(&[("email", "jo@MERCY.org")]), "A1 after 1");
    assert_eq!(found(&[("email", "jo@else.org"), ("company", "mercy"), ("country", "CA")]), "A2 after 0, 1");
    assert_eq!(found(&[("company", "mercy")]), "none after domain of email, country");
    // A tie is not guessed; the next line may still find one.
    assert_eq!(found(&[("email", "jo@twin.org"), ("company", "grace"), ("country", "US")]), "none after 2, 2");
    assert_eq!(found(&[("email", "jo@twin.org"), ("company", "mercy"), ("country", "US")]), "A1 after 2, 1");
    assert_eq!(found(&[("company", "mercy"), ("country", "Narnia")]), "none after domain of email, 0");
    assert_eq!(found(&[("email", "jo"), ("company", "x"), ("country", "US")]), "none after domain of email, 0");
}

#[test]
fn what_the_data_say_is_not_looked_up() {
    let decision = book().lead(&[("email", "jo@mercy.org"), ("account", "A3")]);
    let matching = decision.matching.expect("leads are matched");
    assert!(matching.given && matching.lines.is_empty());
    assert_eq!(matching.found.as_deref(), Some("A3"));
}

#[test]
fn rules_see_the_match() {
    assert_eq!(book().who(&[("email", "jo@mercy.org")]), "ana");
    assert_eq!(book().who(&[("email", "jo@twin.org")]), "queue triage");
}

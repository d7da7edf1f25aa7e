//! Placing: trees, tables, staff, and how overlaps are settled.

use super::stage::{MONDAY, REPS, Stage, stage};
use crate::decide::{Decision, decide};

const OTHERWISE: &str = "otherwise { route to queue triage }";

fn placed(stage: &Stage, decision: &Decision) -> String {
    let winners: Vec<&str> = decision.placement.winners.iter().map(|t| stage.territory(*t)).collect();
    winners.join(", ")
}

/// A book of territories, and where one lead is placed.
fn place(rules: &str, pairs: &[(&str, &str)]) -> (String, String) {
    let mut stage = Stage::new(&format!("{rules}\n{OTHERWISE}"));
    let decision = stage.lead(pairs);
    let claims: Vec<String> = stage.claims(&decision).iter().map(|(name, standing)| format!("{name}: {standing}")).collect();
    (placed(&stage, &decision), claims.join("; "))
}

const TREE: &str = "
territory amer { where country in [US, CA] owner mia
  territory west { where state in [CA, OR] owner ana
    territory bay { where postal starts with 94 owner dan }
    territory summer { where postal starts with 94 owner lee from 2027-06-01 through 2027-08-31 }
  }
}
overlap { most specific, then name }";

#[test]
fn the_deepest_staffed_territory_of_a_tree_wins() {
    let bay = [("country", "US"), ("state", "CA"), ("postal", "94105")];
    // Nobody active owns the bay, so it does not hide the west.
    assert_eq!(place(TREE, &bay), ("west".into(), "amer: deeper west; bay: Unstaffed; west: Won(1)".into()));
    assert_eq!(place(TREE, &[("country", "US"), ("state", "NY"), ("postal", "94105")]).0, "amer");
    // Conditions are inherited: without a country nothing inside applies.
    assert_eq!(place(TREE, &[("state", "CA"), ("postal", "94105")]), (String::new(), String::new()));
}

#[test]
fn dates_are_inherited_too() {
    let mut stage = Stage::new(&format!("{TREE}\n{OTHERWISE}"));
    let bay = [("country", "US"), ("state", "CA"), ("postal", "94105")];
    for (moment, wanted) in [
        ("2027-05-31T23:59:59-04:00", "west"),
        ("2027-06-01T00:00:00-04:00", "summer"),
        ("2027-08-31T23:59:59-04:00", "summer"),
        ("2027-09-01T00:00:00-04:00", "west"),
    ] {
        let decision = stage.lead_at(moment, &bay);
        assert_eq!(placed(&stage, &decision), wanted, "{moment}");
    }
}

#[test]
fn overlaps_are_settled_by_the_criteria_in_order() {
    let book = |overlap: &str| {
        format!(
            "priorities [named, geography]
             territory a {{ priority geography where country is US where state is CA owner ana }}
             territory b {{ priority geography where country is US owner lee }}
             territory c {{ priority named where country is US owner mia }}
             overlap {{ {overlap} }}"
        )
    };
    let us = [("country", "US"), ("state", "CA")];
    for (overlap, wanted, claims) in [
        ("lowest priority, then name", "c", "a: Lost(0); b: Lost(0); c: Won(1)"),
        ("most specific, then name", "a", "a: Won(1); b: Lost(0); c: Lost(0)"),
        ("longest tenure, then name", "c", "a: Lost(0); b: Lost(0); c: Won(1)"),
        // Mia has no quota, so hers comes last either way.
        ("highest rep.quota, then name", "b", "a: Lost(0); b: Won(1); c: Lost(0)"),
        ("lowest rep.quota, then name", "a", "a: Won(1); b: Lost(0); c: Lost(0)"),
        ("name", "a", "a: Won(1); b: Lost(0); c: Lost(0)"),
        ("lowest priority, then name  winners 2", "c, a", "a: Won(2); b: Lost(2); c: Won(1)"),
        ("lowest priority, then name  winners 9", "c, a, b", "a: Won(2); b: Won(3); c: Won(1)"),
    ] {
        assert_eq!(place(&book(overlap), &us), (wanted.into(), claims.into()), "{overlap}");
    }
}

#[test]
fn a_tie_may_be_left_to_a_person() {
    let rules = "
        territory a { where country is US owner ana }
        territory b { where country is US owner lee }
        territory c { where country is US or hot owner mia }
        overlap { most specific or nobody }
        rule by-territory { when territory is missing route to owner of territory, else queue review }";
    let mut stage = Stage::new(&format!("{rules}\n{OTHERWISE}"));
    let decision = stage.lead(&[("country", "US"), ("hot", "yes")]);
    assert_eq!(placed(&stage, &decision), "c");
    let rules = rules.replace(" or hot", "");
    let mut stage = Stage::new(&format!("{rules}\n{OTHERWISE}"));
    let decision = stage.lead(&[("country", "US")]);
    assert!(decision.placement.tied && decision.placement.winners.is_empty());
    let why = format!("{:?}", decision.trials[0].attempts[0].result);
    assert!(why.contains("the tie is left to a person"), "{why}");
}

#[test]
fn steps_show_what_was_compared() {
    let mut stage = Stage::new(
        "territory a { where country is US where state is CA owner ana }
         territory b { where country is US owner lee }
         overlap { most specific, then longest tenure, then name }
         otherwise { route to queue triage }",
    );
    let decision = stage.lead(&[("country", "US"), ("state", "CA")]);
    let steps = &decision.placement.steps;
    assert_eq!(steps.len(), 1, "one criterion was enough");
    let words: Vec<&str> = steps[0].compared.iter().map(|(_, words)| words.as_str()).collect();
    assert_eq!((steps[0].criterion, words), (Some(0), vec!["2 attributes", "1 attribute"]));
}

#[test]
fn a_team_staffs_a_territory() {
    let rules = |team: &str| {
        format!(
            "team t {{ {team} pick fewest open }}
             territory a {{ where country is US owner team t }}
             overlap {{ name }}
             rule r {{ when territory is a route to owner of territory }}
             {OTHERWISE}"
        )
    };
    let mut stage = Stage::new(&rules("members dan, lee"));
    assert_eq!(stage.who(&[("country", "US")]), "lee");
    // Of the whole roster those count whose condition is not no; without a language it cannot be told.
    let mut stage = Stage::new(&rules("members where rep.speaks contains lead.language"));
    assert_eq!(stage.who(&[("country", "US"), ("language", "de")]), "ana");
    let untold = stage.lead(&[("country", "US")]);
    assert_eq!(stage.claims(&untold)["a"], "Won(1)");
    // Nobody's condition can be anything but no.
    let mut stage = Stage::new(&rules("members where rep.id is nobody"));
    let decision = stage.lead(&[("country", "US")]);
    assert_eq!(stage.claims(&decision)["a"], "Unstaffed");
}

const ZIPS: &str = "zip,territory,owner
94105,soma,ana
9410,city,lee
94,bay,lee
97,oregon,dan
94105,soma,ana";

fn table(matches: &str) -> Stage {
    let rules = format!(
        "territory us {{ where country is US owner mia }}
         territories from \"zips.csv\" {{ match {matches} name territory owner owner parent us }}
         territory special {{ parent soma where hot owner mia }}
         overlap {{ name }}
         {OTHERWISE}"
    );
    stage(&rules, &[("rep", REPS)], &[("zips.csv", ZIPS)])
}

#[test]
fn rows_of_a_table_claim_by_their_cells() {
    let mut stage = table("postal is zip");
    let decision = stage.lead(&[("country", "US"), ("postal", "94105")]);
    assert_eq!(placed(&stage, &decision), "soma");
    let row = decision.placement.claims.iter().find(|c| stage.territory(c.territory) == "soma").expect("a claim");
    assert_eq!(row.row, Some(2));
    let decision = stage.lead(&[("country", "US"), ("postal", "94105"), ("hot", "yes")]);
    assert_eq!(placed(&stage, &decision), "special");
    for (pairs, wanted) in [
        (&[("country", "CA"), ("postal", "94105")][..], ""),
        (&[("country", "US"), ("postal", "97")][..], "us"),
        (&[("country", "US")][..], "us"),
    ] {
        let decision = stage.lead(pairs);
        assert_eq!(placed(&stage, &decision), wanted, "{pairs:?}");
    }
}

#[test]
fn the_longest_prefix_of_a_table_claims() {
    let mut stage = table("postal starts with zip");
    for (postal, wanted) in [("94105-1", "soma"), ("9410", "city"), ("94", "bay"), ("98", "us")] {
        let decision = stage.lead(&[("country", "US"), ("postal", postal)]);
        let claims: Vec<_> = stage.claims(&decision).into_keys().filter(|t| t != "us").collect();
        assert_eq!(claims, if wanted == "us" { vec![] } else { vec![wanted] }, "{postal}");
        assert_eq!(placed(&stage, &decision), wanted);
    }
}

#[test]
fn a_longer_prefix_that_does_not_fit_otherwise_hides_no_shorter_one() {
    let zips = "zip,country,territory,owner\n941,US,city,lee\n94,DE,bayern,ana\n94,US,bay,mia";
    let rules = format!(
        "territories from \"zips.csv\" {{ match postal starts with zip match country is country name territory owner owner }}
         overlap {{ name }}
         {OTHERWISE}"
    );
    let mut stage = stage(&rules, &[("rep", REPS)], &[("zips.csv", zips)]);
    for (country, wanted) in [("DE", "bayern"), ("US", "city"), ("CA", "")] {
        let decision = stage.lead(&[("country", country), ("postal", "94105")]);
        assert_eq!(placed(&stage, &decision), wanted, "{country}");
    }
}

#[test]
fn accounts_are_placed_and_nothing_else() {
    let stage = Stage::new(&format!("{TREE}\n{OTHERWISE}"));
    let account = stage.record("account", &[("id", "A1"), ("country", "US")]);
    let decision = decide(&stage.plan, account, &stage.state, super::stage::at(MONDAY));
    assert_eq!(placed(&stage, &decision), "amer");
    assert_eq!(decision.outcome.by, None);
    assert_eq!(super::stage::words(&decision.outcome.assignee), "nobody");
    assert!(decision.changes.is_empty());
}

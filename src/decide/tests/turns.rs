//! Turns: fair over time, forgiven when away, kept when only the record does not fit.

use proptest::prelude::*;

use super::stage::{Stage, at, words};
use crate::decide::{PassedOver, in_words};

fn team(team: &str) -> Stage {
    Stage::new(&format!("rule r {{ route to team t }}  otherwise {{ route to queue triage }}\nteam t {{ pick in turn {team} }}"))
}

fn takers(stage: &mut Stage, moments: &[&str]) -> Vec<String> {
    moments.iter().map(|m| words(&stage.lead_at(m, &[]).outcome.assignee)).collect()
}

/// Ten o'clock on a day of March 2027.
fn march(day: u32) -> String {
    format!("2027-03-{day:02}T10:00:00-05:00")
}

#[test]
fn weights_give_shares_and_ties_go_to_the_heavier() {
    let mut stage = team("members lee, ana weight 2");
    let all: Vec<String> = (0..6).map(|_| stage.who(&[])).collect();
    assert_eq!(all, ["ana", "lee", "ana", "ana", "lee", "ana"]);
    let mut stage = team("members mia, lee");
    let all: Vec<String> = (0..4).map(|_| stage.who(&[])).collect();
    assert_eq!(all, ["mia", "lee", "mia", "lee"], "equal weights go by the list");
    let mut stage = team("members where rep.active weight rep.weight");
    let all: Vec<String> = (0..8).map(|_| stage.who(&[])).collect();
    assert_eq!(all, ["ana", "lee", "mia", "ana", "ana", "lee", "mia", "ana"], "the roster's weight counts; then the key");
}

#[test]
fn a_missed_turn_is_forgiven() {
    let mut stage = team("members ana, lee, mia").away("ana", "2027-03-02T00:00:00-05:00", "2027-03-04T00:00:00-05:00");
    let days: Vec<String> = [1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4].into_iter().map(march).collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    let all = takers(&mut stage, &days);
    // Ana is away for four leads; back, she takes her turn and no more than that.
    assert_eq!(all, ["ana", "lee", "mia", "lee", "mia", "lee", "mia", "ana", "lee", "mia", "ana"]);
}

#[test]
fn nobody_there_forgives_nobody() {
    let mut stage = team("members ana, lee working hours only");
    let all = takers(&mut stage, &[&march(1), "2027-03-01T20:00:00-05:00", &march(2), &march(3)]);
    assert_eq!(all, ["ana", "queue triage", "lee", "ana"], "lee is still next after a lead that came at night");
}

#[test]
fn who_only_does_not_fit_keeps_the_turn() {
    let mut stage = team("members where rep.speaks contains lead.language");
    let speak = |stage: &mut Stage, language| stage.who(&[("language", language)]);
    let all: Vec<String> = ["de", "de", "en", "en", "en", "en", "de", "de"].map(|l| speak(&mut stage, l)).to_vec();
    // Mia speaks no English: four leads pass her by, and then the next two German ones are hers. Lee joins with the
    // first English one, level with the others.
    assert_eq!(all, ["ana", "mia", "ana", "lee", "ana", "lee", "mia", "mia"]);
}

#[test]
fn pointers_are_shown_as_they_were_before() {
    let mut stage = team("members ana weight 2, lee");
    stage.who(&[]);
    let decision = stage.lead(&[]);
    let candidates = &decision.trials[0].attempts[0].candidates;
    assert_eq!(candidates[0].pointer.as_ref().map(in_words).as_deref(), Some("1/2"));
    let wanted = PassedOver::Behind { criterion: Some(0), value: "turn 1/2".into(), best: "turn 0".into() };
    assert_eq!(candidates[0].passed_over, Some(wanted));
    assert_eq!(candidates[1].pointer.as_ref().map(in_words).as_deref(), Some("0"));
}

#[test]
fn a_weight_of_nothing_takes_no_turns() {
    let reps = "id,active,since,speaks,weight,quota,manager,hours\nana,yes,,,0,,,\nlee,yes,,,,,,\nmia,yes,,,-1,,,";
    let rules = "rule r { route to team t }  otherwise { route to queue triage }
                 team t { members where rep.active pick in turn weight rep.weight }";
    let mut stage = super::stage::stage(rules, &[("rep", reps)], &[]);
    let decision = stage.lead(&[]);
    let why: Vec<&Option<PassedOver>> = decision.trials[0].attempts[0].candidates.iter().map(|c| &c.passed_over).collect();
    assert_eq!(why, [&Some(PassedOver::NoWeight), &None, &Some(PassedOver::NoWeight)], "a blank weight is one");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn those_always_there_never_differ_by_more_than_one(absent in proptest::collection::vec(0_i64..60, 0..6), leads in 1_usize..60) {
        // Mia comes and goes by the hour; ana and lee are there throughout.
        let mut stage = team("members ana, lee, mia");
        let start = at("2027-03-01T00:00:00Z");
        for hour in absent {
            let hours = |h: i64| (start + jiff::SignedDuration::from_hours(h)).to_string();
            stage = stage.away("mia", &hours(hour), &hours(hour + 3));
        }
        let mut counts = [0_i32; 3];
        for hour in 0..leads {
            let moment = (start + jiff::SignedDuration::from_hours(i64::try_from(hour).unwrap())).to_string();
            let taker = words(&stage.lead_at(&moment, &[]).outcome.assignee);
            counts[["ana", "lee", "mia"].iter().position(|r| *r == taker).unwrap()] += 1;
            prop_assert!((counts[0] - counts[1]).abs() <= 1, "{counts:?}");
            prop_assert!(counts[2] <= counts[0] + 1, "nobody profits from being away: {counts:?}");
        }
    }

    #[test]
    fn weights_are_kept_exactly(a in 1_usize..6, b in 1_usize..6, rounds in 1_usize..4) {
        let mut stage = team(&format!("members ana weight {a}, lee weight {b}"));
        let takers: Vec<String> = (0..(a + b) * rounds).map(|_| stage.who(&[])).collect();
        prop_assert_eq!(takers.iter().filter(|t| *t == "ana").count(), a * rounds);
    }
}

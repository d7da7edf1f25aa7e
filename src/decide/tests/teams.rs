//! Teams: who may and why not, each criterion of `pick`, limits.

use std::collections::BTreeMap;

use super::stage::{MONDAY, Stage, at, stage, words};
use crate::decide::{Decision, PassedOver};

const BOOK: &str = "rule r { route to team t }  otherwise { route to queue triage }";

fn team(team: &str) -> Stage {
    Stage::new(&format!("{BOOK}\nteam t {{ {team} }}"))
}

/// Why each candidate was passed over; nothing for the taker.
fn reasons(decision: &Decision) -> BTreeMap<String, String> {
    let words = |p: &PassedOver| match p {
        PassedOver::Away { .. } => "away".to_owned(),
        PassedOver::OffHours { .. } => "off hours".to_owned(),
        PassedOver::Full { limit, counted } => format!("full {limit} at {counted}"),
        PassedOver::Condition { members, answer } => format!("condition {members:?} {answer:?}"),
        PassedOver::Behind { criterion, value, best } => format!("behind {criterion:?}: {value}, best {best}"),
        other => format!("{other:?}"),
    };
    let candidates = &decision.trials[0].attempts[0].candidates;
    candidates.iter().map(|c| (c.rep.to_string(), c.passed_over.as_ref().map_or_else(String::new, words))).collect()
}

fn reason(decision: &Decision, rep: &str) -> String {
    reasons(decision).remove(rep).unwrap_or_else(|| "not considered".to_owned())
}

#[test]
fn the_first_reason_that_fails_is_given() {
    let book = "members where rep.speaks contains lead.language
                members mia where hot
                pick fewest open
                working hours only
                limit 2 open";
    let mut stage = team(book).away("ana", "2027-03-01T00:00:00-05:00", "2027-03-02T00:00:00-05:00").open("lee", 2, &[]);
    let decision = stage.lead(&[("language", "en")]);
    assert_eq!(words(&decision.outcome.assignee), "queue triage");
    assert_eq!(reason(&decision, "ana"), "away");
    assert_eq!(reason(&decision, "dan"), "Inactive");
    assert_eq!(reason(&decision, "lee"), "full 0 at 2");
    // Mia fails both lines; whether the lead is hot cannot be told, which is nearer than no.
    assert_eq!(reason(&decision, "mia"), "condition Some(1) CannotTell");
    let decision = stage.lead(&[("language", "de"), ("hot", "yes")]);
    assert_eq!(reason(&decision, "mia"), "NoCalendar");
    assert_eq!(reason(&decision, "lee"), "condition Some(0) No");
    let night = stage.lead_at("2027-03-02T20:00:00-05:00", &[("language", "de")]);
    assert_eq!(reason(&night, "ana"), "off hours");
}

#[test]
fn a_target_may_ask_more_of_a_team() {
    let mut stage = Stage::new(
        "rule r { route to team t where rep.speaks contains de }  otherwise { route to queue triage }
         team t { members ana, lee pick as listed }",
    );
    let decision = stage.lead(&[]);
    assert_eq!(words(&decision.outcome.assignee), "ana");
    assert_eq!(reason(&decision, "lee"), "condition None No");
}

#[test]
fn each_criterion_narrows_and_the_key_decides() {
    // Ana has 2 of 20 conditional and 4 in all, lee 3 of 5, mia nothing.
    let limits = "members mia, lee, ana limit 20 open where hot limit 30 open";
    for (pick, taker, behind) in [
        ("fewest open", "mia", [("ana", "behind Some(0): 4 open, best 0 open"), ("lee", "behind Some(0): 3 open, best 0 open")]),
        ("least full", "mia", [("ana", "behind Some(0): 4 of 30, best 0 of 30"), ("lee", "behind Some(0): 3 of 20, best 0 of 30")]),
        (
            "most room",
            "mia",
            [("ana", "behind Some(0): room for 18, best room for 20"), ("lee", "behind Some(0): room for 17, best room for 20")],
        ),
        (
            "highest rep.quota",
            "lee",
            [
                ("ana", "behind Some(0): rep.quota 100, best rep.quota 300"),
                ("mia", "behind Some(0): rep.quota is missing, best rep.quota 300"),
            ],
        ),
        (
            "lowest rep.quota",
            "ana",
            [
                ("lee", "behind Some(0): rep.quota 300, best rep.quota 100"),
                ("mia", "behind Some(0): rep.quota is missing, best rep.quota 100"),
            ],
        ),
        (
            "lowest rep.since",
            "mia",
            [
                ("ana", "behind Some(0): rep.since 2019-04-01, best rep.since 2015-01-01"),
                ("lee", "behind Some(0): rep.since 2021-01-01, best rep.since 2015-01-01"),
            ],
        ),
        (
            "as listed",
            "mia",
            [
                ("ana", "behind Some(0): listed in place 3, best listed in place 1"),
                ("lee", "behind Some(0): listed in place 2, best listed in place 1"),
            ],
        ),
        ("longest wait", "ana", [("lee", "behind None: lee, best ana"), ("mia", "behind None: mia, best ana")]),
        (
            "prefer rep.speaks contains en, then as listed",
            "lee",
            [("ana", "behind Some(1): listed in place 3, best listed in place 2"), ("mia", "behind Some(0): no, best yes")],
        ),
        // A wish that nobody fulfils empties nothing.
        (
            "prefer rep.id is zoe, then as listed",
            "mia",
            [
                ("ana", "behind Some(1): listed in place 3, best listed in place 1"),
                ("lee", "behind Some(1): listed in place 2, best listed in place 1"),
            ],
        ),
    ] {
        let mut stage =
            team(&format!("{limits} pick {pick}")).open("ana", 2, &[("hot", "yes")]).open("ana", 2, &[]).open("lee", 3, &[("hot", "yes")]);
        let decision = stage.lead(&[("hot", "yes")]);
        assert_eq!(words(&decision.outcome.assignee), taker, "{pick}");
        for (rep, wanted) in behind {
            assert_eq!(reason(&decision, rep), wanted, "{pick}");
        }
    }
}

#[test]
fn the_longest_wait_goes_round() {
    let mut stage = team("members ana, lee, mia pick longest wait");
    let takers: Vec<String> =
        (0..5).map(|hour| words(&stage.lead_at(&format!("2027-03-01T1{hour}:00:00-05:00"), &[]).outcome.assignee)).collect();
    assert_eq!(takers, ["ana", "lee", "mia", "ana", "lee"]);
}

#[test]
fn limits_per_day_week_and_month_begin_anew() {
    let mut stage = team("members lee pick as listed limit 1 per day limit 2 per week limit 3 per month");
    for (moment, taker) in [
        ("2027-03-01T10:00:00-05:00", "lee"),
        ("2027-03-01T23:59:59-05:00", "queue triage"),
        ("2027-03-02T00:00:00-05:00", "lee"),
        ("2027-03-03T10:00:00-05:00", "queue triage"),
        ("2027-03-08T10:00:00-05:00", "lee"),
        ("2027-03-09T10:00:00-05:00", "queue triage"),
        ("2027-03-15T10:00:00-04:00", "queue triage"),
        ("2027-04-01T00:00:00-04:00", "lee"),
    ] {
        assert_eq!(words(&stage.lead_at(moment, &[]).outcome.assignee), taker, "{moment}");
    }
}

#[test]
fn a_day_is_the_reps_own() {
    // In Tokyo it is already the second of March at ten in the morning of the first in New York.
    let reps = "id,active,since,speaks,weight,quota,manager,hours\nken,yes,,,,,,tokyo";
    let rules = format!(
        "{BOOK}\nteam t {{ members ken pick as listed limit 1 per day }}
         calendar tokyo {{ zone \"Asia/Tokyo\" open mon..sun 00:00..24:00 }}"
    );
    let mut stage = stage(&rules, &[("rep", reps)], &[]);
    assert_eq!(words(&stage.lead_at("2027-03-01T09:59:59-05:00", &[]).outcome.assignee), "ken");
    assert_eq!(words(&stage.lead_at("2027-03-01T10:00:00-05:00", &[]).outcome.assignee), "ken");
    assert_eq!(words(&stage.lead_at("2027-03-01T23:00:00-05:00", &[]).outcome.assignee), "queue triage");
}

#[test]
fn conditional_limits_count_only_what_they_are_about() {
    let mut stage = team("members ana pick as listed limit 2 open where hot limit 4 open");
    let hot = [("hot", "yes")];
    let takers: Vec<String> = [&hot[..], &[], &hot, &hot, &[], &[]].iter().map(|lead| stage.who(lead)).collect();
    assert_eq!(takers, ["ana", "ana", "ana", "queue triage", "ana", "queue triage"]);
}

#[test]
fn open_work_of_the_data_is_counted_at_the_beginning() {
    let stage =
        team("members ana pick as listed limit 2 open where hot limit 9 open").open("ana", 3, &[("hot", "yes")]).open("ana", 1, &[]);
    assert_eq!(stage.state.open_of("ana"), 4);
    let counts: Vec<u64> = stage.state.counts.values().map(|reps| reps["ana"].count).collect();
    assert_eq!(counts, [3], "all open work is counted by rep, not for each limit");
    assert_eq!(crate::decide::begin(&stage.plan, at(MONDAY)), stage.state);
}

//! Locks and minimum tenures: how long somebody keeps a record, to the day, and what is said when it is over.

use super::stage::{Stage, stage, words};
use crate::decide::{AttemptResult, Decision};

const ACCOUNTS: &str = "id,name,domain,country,parent,owner,last_order,margin
A1,,,,A2,ana,2026-03-02,
A2,,,,,lee,,
A3,,,,,dan,2027-02-01,
A5,,,,,,2027-02-01,";

fn book(rules: &str) -> Stage {
    stage(&format!("{rules}\notherwise {{ route to queue triage }}"), &[("account", ACCOUNTS)], &[])
}

/// A chain, the fields of the lead, the moment, and who is kept or why nobody is.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

/// Who took it by the first target, or why it led nowhere.
fn first(decision: &Decision) -> String {
    match &decision.trials[0].attempts[0].result {
        AttemptResult::Taken(assignee, _) => words(assignee),
        AttemptResult::LedNowhere(why) => why.clone(),
        AttemptResult::NobodyEligible => format!("{:?}", decision.trials[0].attempts[0].candidates[0].passed_over),
    }
}

#[test]
fn a_lock_holds_through_its_last_day_in_the_zone_of_the_project() {
    let locked = "keep account.owner until 2027-03-01";
    let cases: &[Case<'_>] = &[
        (locked, &[("account", "A1")], "2027-03-01T23:59:59-05:00", "ana"),
        (locked, &[("account", "A1")], "2027-03-02T00:00:00-05:00", "the lock ended on 2027-03-01"),
        (locked, &[("account", "A3")], "2027-03-01T10:00:00-05:00", "Some(Inactive)"),
        (locked, &[("account", "A5")], "2027-03-01T10:00:00-05:00", "account.owner is missing"),
        (locked, &[], "2027-03-01T10:00:00-05:00", "account is missing"),
        ("keep owner of account.parent until 2027-03-01", &[("account", "A1")], "2027-03-01T10:00:00-05:00", "lee"),
        // A field of days holds through the day, one of times up to the moment.
        ("keep owner until born", &[("owner", "lee"), ("born", "2027-03-01")], "2027-03-01T23:59:59-05:00", "lee"),
        (
            "keep owner until born",
            &[("owner", "lee"), ("born", "2027-03-01")],
            "2027-03-02T00:00:00-05:00",
            "the lock of born ended on 2027-03-01",
        ),
        ("keep owner until created", &[("owner", "lee"), ("created", "2027-03-01T12:00-05:00")], "2027-03-01T12:00:00-05:00", "lee"),
        (
            "keep owner until created",
            &[("owner", "lee"), ("created", "2027-03-01T12:00-05:00")],
            "2027-03-01T12:00:01-05:00",
            "the lock of created ended on 2027-03-01 12:00-05:00",
        ),
        (
            "keep owner until born",
            &[("owner", "lee")],
            "2027-03-01T10:00:00-05:00",
            "born is missing, so it cannot be told how long lee keeps it",
        ),
        (
            "keep account.owner until account.parent.last_order",
            &[("account", "A1")],
            "2027-03-01T10:00:00-05:00",
            "account.parent.last_order is missing, so it cannot be told how long ana keeps it",
        ),
    ];
    for (target, pairs, moment, wanted) in cases {
        let decision = book(&format!("rule r {{ {target} }}")).lead_at(moment, pairs);
        assert_eq!(first(&decision), *wanted, "{target} of {pairs:?} at {moment}");
    }
}

#[test]
fn a_tenure_lasts_as_long_after_a_day_or_moment_as_is_written() {
    let cases: &[Case<'_>] = &[
        ("keep account.owner for 12 months since account.last_order", &[("account", "A1")], "2027-03-02T23:59:00-05:00", "ana"),
        (
            "keep account.owner for 12 months since account.last_order",
            &[("account", "A1")],
            "2027-03-03T00:00:00-05:00",
            "ana has had it since 2026-03-02 by account.last_order, and 12 months were over on 2027-03-02",
        ),
        // The end of a short month reaches to the end of a longer one, as in `within last 1 month`.
        ("keep owner for 1 month since born", &[("owner", "lee"), ("born", "2027-02-28")], "2027-03-31T10:00:00-04:00", "lee"),
        (
            "keep owner for 1 month since born",
            &[("owner", "lee"), ("born", "2027-02-28")],
            "2027-04-01T00:00:00-04:00",
            "lee has had it since 2027-02-28 by born, and 1 month was over on 2027-03-31",
        ),
        // Whoever got it in the evening keeps the last day to its end.
        (
            "keep owner for 1 day since created",
            &[("owner", "lee"), ("created", "2027-03-01T22:00-05:00")],
            "2027-03-02T23:59:00-05:00",
            "lee",
        ),
        (
            "keep owner for 1 day since created",
            &[("owner", "lee"), ("created", "2027-03-01T22:00-05:00")],
            "2027-03-03T00:00:00-05:00",
            "lee has had it since 2027-03-01 by created, and 1 day was over on 2027-03-02",
        ),
        (
            "keep owner for 5 hours since created",
            &[("owner", "lee"), ("created", "2027-03-01T22:00-05:00")],
            "2027-03-02T03:00:00-05:00",
            "lee",
        ),
        (
            "keep owner for 5 hours since created",
            &[("owner", "lee"), ("created", "2027-03-01T22:00-05:00")],
            "2027-03-02T03:00:01-05:00",
            "lee has had it since 2027-03-01 22:00-05:00 by created, and 5 hours were over on 2027-03-02 03:00-05:00",
        ),
        // What has not begun is not over.
        ("keep owner for 1 day since born", &[("owner", "lee"), ("born", "2027-06-01")], "2027-03-01T10:00:00-05:00", "lee"),
        (
            "keep account.owner for 12 months since account.parent.last_order",
            &[("account", "A1")],
            "2027-03-01T10:00:00-05:00",
            "account.parent.last_order is missing, so it cannot be told how long ana keeps it",
        ),
    ];
    for (target, pairs, moment, wanted) in cases {
        let decision = book(&format!("rule r {{ {target} }}")).lead_at(moment, pairs);
        assert_eq!(first(&decision), *wanted, "{target} of {pairs:?} at {moment}");
    }
}

#[test]
fn whoever_keeps_it_no_longer_leaves_it_to_the_next() {
    let mut stage = book(
        "rule locked { priority 1  keep account.owner until 2027-03-01 if available, else keep owner until 2027-03-02 }
         rule rest { priority 2  route to rep mia }",
    );
    let pairs = &[("account", "A1"), ("owner", "lee")];
    let mut who = |moment: &str| words(&stage.lead_at(moment, pairs).outcome.assignee);
    assert_eq!(who("2027-03-01T10:00:00-05:00"), "ana");
    assert_eq!(who("2027-03-02T10:00:00-05:00"), "lee");
    assert_eq!(who("2027-03-03T10:00:00-05:00"), "mia");
}

#[test]
fn keeping_the_owner_of_the_record_itself_gives_nobody_anything_new() {
    let remembering = "rule s { priority 2  route to previous rep by email within 1 day }";
    let changes = |target: &str| {
        let mut stage = book(&format!("rule r {{ priority 1  {target} }} {remembering}"));
        stage.lead(&[("account", "A1"), ("owner", "lee"), ("email", "jo@x")]).changes.len()
    };
    assert_eq!(changes("keep owner until 2027-12-31"), 0);
    assert_eq!(changes("keep lead.owner until 2027-12-31"), 0);
    assert_eq!(changes("route to leave as is"), 0);
    assert_eq!(changes("keep account.owner until 2027-12-31"), changes("route to account.owner"));
    assert_ne!(changes("keep account.owner until 2027-12-31"), 0);
}

//! Choosing and targets: priorities, chains, qualifiers, memory, overlays, the clock.

use super::stage::{MONDAY, Stage, at, stage, words};
use crate::decide::{AttemptResult, Decider, Decision, PassedOver};
use crate::state::Change;

const OTHERWISE: &str = "otherwise { route to queue triage }";

fn book(rules: &str) -> Stage {
    let accounts = "id,name,domain,country,parent,owner,last_order,margin
A1,,,,A2,ana,,
A2,,,,,lee,,
A3,,,,,dan,,
A4,,,,,zoe,,
A5,,,,,,,";
    stage(&format!("{rules}\n{OTHERWISE}"), &[("account", accounts)], &[])
}

fn rule_names(stage: &Stage, decision: &Decision) -> Vec<String> {
    let name = |d: Decider| match d {
        Decider::Rule(id) => stage.plan.book.rules[id.index()].name.to_string(),
        Decider::Otherwise => "otherwise".to_owned(),
    };
    decision.trials.iter().map(|t| name(t.decider)).collect()
}

/// Why the last attempt of the first trial failed, or who took it.
fn first_result(decision: &Decision) -> String {
    let attempt = decision.trials[0].attempts.last().expect("an attempt");
    match &attempt.result {
        AttemptResult::Taken(assignee, _) => words(assignee),
        AttemptResult::LedNowhere(why) => why.clone(),
        AttemptResult::NobodyEligible => match attempt.candidates.first().and_then(|c| c.passed_over.as_ref()) {
            Some(PassedOver::Away { reason, .. }) => format!("away, {}", reason.as_deref().unwrap_or("")),
            Some(PassedOver::Condition { answer, .. }) => format!("condition {answer:?}"),
            other => format!("{other:?}"),
        },
    }
}

#[test]
fn rules_go_by_priority_then_name_and_fall_through() {
    let mut stage = book(
        "priorities [high, low]
         rule z { priority high when hot route to rep dan }
         rule a { priority low when country is US route to rep ana }
         rule b { priority low when country in [US, CA] route to rep lee }
         rule c { priority low when country is US from 2028-01-01 route to rep lee }
         rule d { priority low when state is CA route to rep lee }",
    );
    let decision = stage.lead(&[("hot", "yes"), ("country", "US")]);
    assert_eq!(words(&decision.outcome.assignee), "ana");
    assert_eq!(rule_names(&stage, &decision), ["z", "a"]);
    let also: Vec<&str> = decision.also.iter().map(|r| stage.plan.book.rules[r.index()].name.as_str()).collect();
    assert_eq!(also, ["b"], "out of dates and untold do not apply");
    let decision = stage.lead(&[("hot", "yes")]);
    assert_eq!(rule_names(&stage, &decision), ["z", "otherwise"]);
    assert_eq!(decision.outcome.by, Some(Decider::Otherwise));
}

#[test]
fn every_target_leads_somewhere_or_says_why_not() {
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
    let cases: &[Case] = &[
        ("rep ana", &[], "ana"),
        ("rep dan", &[], "Some(Inactive)"),
        ("queue review", &[], "queue review"),
        ("queue review where hot", &[], "None"),
        ("account.owner", &[("account", "A1")], "ana"),
        ("owner of account.parent", &[("account", "A1")], "lee"),
        ("account.owner", &[], "account is missing"),
        ("account.owner", &[("account", "A5")], "account.owner is missing"),
        ("account.owner", &[("account", "A9")], "account A9 is not in the accounts"),
        ("account.owner", &[("account", "A3")], "Some(Inactive)"),
        ("account.owner", &[("account", "A4")], "Some(NotInRoster)"),
        ("owner of territory", &[], "no territory claimed it"),
        ("owner of territory", &[("country", "US")], "lee"),
        ("owner of territory", &[("country", "MX")], "nobody active owns a territory that claims it"),
        ("previous rep by email within 90 days", &[], "email is missing"),
        ("previous rep by email within 90 days", &[("email", "jo@x")], "nobody had a lead with this email in the last 90 days"),
        ("leave as is", &[("owner", "lee")], "lee"),
        ("leave as is", &[], "owner is missing"),
        ("rep ana where rep.speaks contains lead.language", &[("language", "de")], "ana"),
        ("rep lee where rep.speaks contains lead.language", &[("language", "de")], "condition No"),
        ("rep lee where rep.speaks contains lead.language", &[], "condition CannotTell"),
        ("rep mia if at work", &[], "Some(NoCalendar)"),
        ("rep ana if at work", &[], "ana"),
    ];
    for (target, pairs, wanted) in cases {
        let mut stage = book(&format!(
            "territory us {{ where country is US owner lee }}
             territory mx {{ where country is MX owner dan }}
             overlap {{ name }}
             rule r {{ route to {target} }}"
        ));
        let decision = stage.lead(pairs);
        assert_eq!(first_result(&decision), *wanted, "{target} of {pairs:?}");
    }
}

#[test]
fn a_person_may_have_to_be_there() {
    let away = |target: &str| {
        let stage = book(&format!("rule r {{ route to {target} }}"));
        let stage = stage.away("ana", "2027-03-01T00:00:00-05:00", "2027-03-02T00:00:00-05:00");
        let mut stage = stage.away("ana", "2027-03-02T00:00:00-05:00", "2027-03-03T00:00:00-05:00");
        stage.lead(&[])
    };
    assert_eq!(first_result(&away("rep ana")), "ana");
    let decision = away("rep ana if available");
    assert_eq!(first_result(&decision), "away, holiday");
    let Some(PassedOver::Away { until, .. }) = &decision.trials[0].attempts[0].candidates[0].passed_over else { panic!("away") };
    assert_eq!(*until, at("2027-03-03T00:00:00-05:00"), "absences that follow each other are joined");
    let mut stage = book("rule r { route to rep ana if at work, else rep lee }");
    let night = stage.lead_at("2027-03-01T20:00:00-05:00", &[]);
    let opens = Some(at("2027-03-02T09:00:00-05:00"));
    assert_eq!(night.trials[0].attempts[0].candidates[0].passed_over, Some(PassedOver::OffHours { opens }));
    assert_eq!(words(&night.outcome.assignee), "lee");
}

#[test]
fn the_previous_rep_is_remembered_within_the_run() {
    let mut stage = book(
        "rule again { priority 1 route to previous rep by email within 90 days }
         rule first { priority 2 route to team t }
         team t { members ana, lee pick in turn }",
    );
    assert_eq!(stage.who(&[("email", "jo@x")]), "ana");
    assert_eq!(stage.who(&[("email", "al@x")]), "lee");
    assert_eq!(stage.who(&[("email", "jo@x")]), "ana");
    assert_eq!(stage.who(&[("email", "al@x")]), "lee");
    let past = &stage.state.history["lead"]["email"]["jo@x"];
    assert_eq!((&*past.rep, past.at), ("ana", at(MONDAY)));
}

#[test]
fn leaving_it_as_is_changes_nothing() {
    let mut stage = book("rule r { priority 1 route to leave as is }  rule s { priority 2 route to previous rep by email within 1 day }");
    let decision = stage.lead(&[("owner", "lee"), ("email", "jo@x")]);
    assert_eq!(words(&decision.outcome.assignee), "lee");
    assert_eq!(decision.changes, []);
}

#[test]
fn changes_say_what_was_opened_and_counted() {
    let mut stage = book(
        "rule r { route to team t }
         team t { members ana pick fewest open limit 40 open limit 5 per day limit 2 per week where hot }
         team u { members ana, lee pick fewest open limit 3 open where country is US limit 1 per day }",
    );
    let decision = stage.lead(&[("country", "US")]);
    let said: Vec<String> = decision
        .changes
        .iter()
        .map(|c| match c {
            Change::Counted { limit, period, .. } => {
                format!("{} {} {}", limit.team, limit.position, period.map_or_else(|| "open".to_owned(), |p| p.to_string()))
            }
            Change::Opened { rep } => format!("opened {rep}"),
            Change::Received { team, .. } => format!("received {team}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(said, ["t 1 2027-03-01", "received t", "u 0 open", "opened ana"], "all open work is counted by rep");
    let decision = stage.lead(&[]);
    assert!(!decision.changes.iter().any(|c| matches!(c, Change::Counted { limit, .. } if &*limit.team == "u")));
}

#[test]
fn overlays_add_people_in_name_order_and_take_nothing() {
    let mut stage = book(
        "territory us { where country is US owner lee }
         overlap { name }
         team smes { members ana, lee pick in turn limit 2 per day }
         rule r { route to team smes }
         overlay a { when products contains security add one of team smes as specialist }
         overlay b { when territory is us add owner of territory as watcher add rep dan as ghost }
         overlay c { when hot add rep mia as boss }",
    );
    let decision = stage.lead(&[("products", "security"), ("country", "US")]);
    assert_eq!(words(&decision.outcome.assignee), "ana");
    let added: Vec<String> =
        decision.added.iter().map(|a| format!("{} {}", a.role, a.assignee.as_ref().map_or_else(|| "nobody".to_owned(), words))).collect();
    assert_eq!(added, ["specialist lee", "watcher lee", "ghost nobody"], "the overlay sees the turn the rule used up");
    assert_eq!((stage.state.open_of("ana"), stage.state.open_of("lee")), (1, 0), "an overlay opens no work");
    let decision = stage.lead(&[("products", "security")]);
    assert_eq!(words(&decision.outcome.assignee), "ana");
    assert_eq!(words(decision.added[0].assignee.as_ref().expect("lee has one left today")), "lee");
    let decision = stage.lead(&[("products", "security")]);
    assert_eq!(words(&decision.outcome.assignee), "queue triage", "both have had two today");
}

#[test]
fn the_clock_counts_the_assignees_working_time() {
    for (target, within, moment, due, from) in [
        ("rep ana", "1 hour", "2027-03-01T16:30:00-05:00", "2027-03-02T09:30:00-05:00", "2027-03-01T16:30:00-05:00"),
        ("rep ana", "1 hour", "2027-03-06T16:30:00-05:00", "2027-03-08T10:00:00-05:00", "2027-03-08T09:00:00-05:00"),
        ("rep ana", "2 days", "2027-03-05T10:00:00-05:00", "2027-03-09T10:00:00-05:00", "2027-03-05T10:00:00-05:00"),
        ("rep ana", "1 weeks", "2027-03-08T10:00:00-05:00", "2027-03-15T10:00:00-04:00", "2027-03-08T10:00:00-05:00"),
        ("rep ana", "1 months", "2027-04-30T10:00:00-04:00", "2027-06-01T09:00:00-04:00", "2027-04-30T10:00:00-04:00"),
        // Mia has no calendar and a queue has none either: every hour counts.
        ("rep mia", "1 hour", "2027-03-06T16:30:00-05:00", "2027-03-06T17:30:00-05:00", "2027-03-06T16:30:00-05:00"),
        ("queue review", "1 day", "2027-03-13T16:30:00-05:00", "2027-03-14T16:30:00-04:00", "2027-03-13T16:30:00-05:00"),
    ] {
        let mut stage = book(&format!("rule r {{ route to {target} respond within {within} }}"));
        let clock = stage.lead_at(moment, &[]).due.expect("a clock");
        // The last Monday of May is a holiday, so a month from April 30 ends on June 1.
        assert_eq!((clock.at, clock.from), (at(due), at(from)), "{target} {within} from {moment}");
        assert_eq!(clock.calendar.is_some(), target == "rep ana");
    }
}

#[test]
fn the_order_of_items_changes_nothing() {
    let items = [
        "territory b { where country is US owner lee }",
        "territory a { where country is US owner ana }",
        "overlap { most specific, then name }",
        "team t { members lee, ana pick in turn limit 3 per day }",
        "rule z { priority 1 when hot route to owner of territory }",
        "rule y { priority 1 when hot route to team t credit half }",
        "rule x { priority 2 route to team t credit half }",
        "overlay o { when country is US add one of team t as second }",
        "overlay n { when country is US add rep mia as second }",
        "credit half { revenue: 50% second, rest assignee }",
    ];
    let run = |items: &[&str]| {
        let mut stage = book(&items.join("\n"));
        let leads: [&[(&str, &str)]; 4] = [&[("country", "US")], &[("hot", "yes")], &[("country", "US"), ("hot", "yes")], &[]];
        (leads.map(|lead| stage.lead(lead)), stage.state)
    };
    let backwards: Vec<&str> = items.into_iter().rev().collect();
    assert_eq!(run(&items), run(&backwards));
}

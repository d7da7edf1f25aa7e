//! Conditions: the truth tables, and every predicate on present, missing and unlisted values.

use super::stage::{REPS, Stage, stage};
use crate::decide::evaluate::{all, any};
use crate::model::Answer::{self, CannotTell, No, Yes};

#[test]
fn kleene_truth_tables() {
    let three = [No, CannotTell, Yes];
    let and = [[No, No, No], [No, CannotTell, CannotTell], [No, CannotTell, Yes]];
    let or = [[No, CannotTell, Yes], [CannotTell, CannotTell, Yes], [Yes, Yes, Yes]];
    for (i, a) in three.into_iter().enumerate() {
        for (j, b) in three.into_iter().enumerate() {
            assert_eq!(all([a, b]), and[i][j], "{a:?} and {b:?}");
            assert_eq!(any([a, b]), or[i][j], "{a:?} or {b:?}");
        }
    }
    assert_eq!(three.map(Answer::negate), [Yes, CannotTell, No]);
    assert_eq!((all([]), any([])), (Yes, No));
}

/// A condition, the fields of a lead, and the answer.
type Case = (&'static str, &'static [(&'static str, &'static str)], Answer);

fn check(cases: &[Case]) {
    let accounts = "id,name,domain,country,parent,owner,last_order,margin
A1,Mercy,mercy.org,US,A2,ana,2026-12-01,-1
A2,Group,,CA,,lee,,5
A3,Lost,,,A9,,,";
    for (condition, lead, wanted) in cases {
        let rules = format!(
            "list west = [CA, OR]
             segment big {{ employees >= 1000 }}
             segment north {{ country in [US, CA] }}
             classify account as standing {{
               divest when margin < 0%
               old when last_order is missing from 2020-01-01 through 2020-12-31
               core when country is present
             }}
             segment asked {{ {condition} }}"
        );
        let stage = stage(&rules, &[("account", accounts), ("rep", REPS)], &[]);
        assert_eq!(stage.asked(lead), *wanted, "{condition} of {lead:?}");
    }
}

#[test]
fn missing_and_unlisted() {
    check(&[
        ("country is US", &[("country", "us")], Yes),
        ("country is US", &[("country", "Narnia")], No),
        ("country is not US", &[("country", "Narnia")], Yes),
        ("country in [US, CA]", &[("country", "Narnia")], No),
        ("country not in [US, CA]", &[("country", "Narnia")], Yes),
        ("country is US", &[], CannotTell),
        ("country is not US", &[], CannotTell),
        ("country not in [US]", &[], CannotTell),
        ("country is missing", &[], Yes),
        ("country is present", &[], No),
        ("country is missing", &[("country", "Narnia")], No),
        ("country is account.country", &[("country", "Narnia"), ("account", "A1")], No),
        ("country is account.country", &[("country", "US"), ("account", "A1")], Yes),
        ("country is account.country", &[("account", "A3")], CannotTell),
        ("country is account.country", &[("country", "US"), ("account", "A3")], CannotTell),
        ("account.owner is lead.owner", &[("account", "A1"), ("owner", "ana")], Yes),
        // A present key counts as present; what lies behind it does not exist.
        ("account is present", &[("account", "A7")], Yes),
        ("account.name is present", &[("account", "A7")], No),
        ("account.name is Mercy", &[("account", "A7")], CannotTell),
        ("account.parent.name is Group", &[("account", "A1")], Yes),
    ]);
}

#[test]
fn connectives() {
    check(&[
        ("country is US or employees >= 5", &[("country", "US")], Yes),
        ("country is US or employees >= 5", &[("country", "CA")], CannotTell),
        ("country is US and employees >= 5", &[("country", "CA")], No),
        ("not (country is US and employees >= 5)", &[("country", "US")], CannotTell),
        ("country is US  employees >= 5", &[("country", "US"), ("employees", "5")], Yes),
        ("big", &[("employees", "1000")], Yes),
        ("not big", &[], CannotTell),
        ("hot", &[("hot", "yes")], Yes),
        ("not hot", &[("hot", "no")], Yes),
        ("hot", &[], CannotTell),
        ("account.north", &[("account", "A1")], Yes),
        ("account.north", &[], CannotTell),
    ]);
}

#[test]
fn texts() {
    check(&[
        ("company is MERCY", &[("company", "mercy")], Yes),
        ("company in [MERCY, Grace]", &[("company", "grace")], Yes),
        ("company starts with mer", &[("company", "MERCY")], Yes),
        ("company ends with \"CY\"", &[("company", "mercy")], Yes),
        ("company contains any of [x, rc]", &[("company", "MERCY")], Yes),
        ("company contains all of [x, rc]", &[("company", "MERCY")], No),
        ("company does not contain x", &[("company", "MERCY")], Yes),
        ("company is account.name", &[("company", "MERCY"), ("account", "A1")], Yes),
        ("company contains account.name", &[("company", "the mercy house"), ("account", "A1")], Yes),
        ("company matches /^mer/", &[("company", "MERCY")], Yes),
        ("state is ca", &[("state", "CA")], No),
        ("state in west", &[("state", "CA")], Yes),
        ("domain of email is \"mercy.org\"", &[("email", "jo@Mercy.ORG")], Yes),
        ("domain of email is account.domain", &[("email", "jo@mercy.org"), ("account", "A1")], Yes),
        ("domain of email is missing", &[("email", "nobody")], Yes),
        ("postal starts with [940, \"sw1a 1\"]", &[("postal", "SW1a 1aa")], Yes),
        ("postal is 94105", &[("postal", "94 105")], Yes),
    ]);
}

#[test]
fn sets() {
    check(&[
        ("products contains crm", &[("products", "CRM;else")], Yes),
        ("products contains any of [crm, security]", &[("products", "security")], Yes),
        ("products contains all of [crm, security]", &[("products", "security")], No),
        ("products contains all of [crm, security]", &[("products", "security;crm;else")], Yes),
        ("products does not contain crm", &[("products", "else")], Yes),
        ("products contains crm", &[], CannotTell),
        ("owner.speaks contains lead.language", &[("owner", "ana"), ("language", "de")], Yes),
        ("owner.speaks contains lead.language", &[("owner", "lee"), ("language", "de")], No),
        ("owner.speaks contains lead.language", &[("owner", "lee"), ("language", "xx")], No),
        ("owner.speaks contains lead.language", &[("owner", "lee")], CannotTell),
    ]);
}

#[test]
fn numbers_dates_and_times() {
    // It is Monday 2027-03-01, ten o'clock in New York.
    check(&[
        ("employees in 100..999", &[("employees", "999")], Yes),
        ("employees in 100..999", &[("employees", "1000")], No),
        ("employees in [5, 6]", &[("employees", "5.0")], Yes),
        ("revenue >= 250M", &[("revenue", "$250,000,000")], Yes),
        ("revenue < 250M", &[("revenue", "$250,000,000")], No),
        ("born before 180 days ago", &[("born", "2026-09-01")], Yes),
        ("born before 180 days ago", &[("born", "2026-09-02")], No),
        ("born before today", &[("born", "2027-02-28")], Yes),
        ("born after today", &[("born", "2027-03-01")], No),
        ("born within last 28 days", &[("born", "2027-02-01")], Yes),
        ("born within last 28 days", &[("born", "2027-01-31")], No),
        ("born within last 28 days", &[("born", "2027-03-02")], No),
        ("born within next 1 month", &[("born", "2027-04-01")], Yes),
        ("born in 2027-01-01..2027-01-31", &[("born", "2027-01-31")], Yes),
        ("created before now", &[("created", "2027-03-01T09:59:59-05:00")], Yes),
        ("created before now", &[("created", "2027-03-01T10:00:00-05:00")], No),
        ("created before today", &[("created", "2027-03-01T00:00:00-05:00")], No),
        ("created before today", &[("created", "2027-02-28T23:59:59-05:00")], Yes),
        ("created within last 2 hours", &[("created", "2027-03-01T08:00:00-05:00")], Yes),
        ("created within last 2 hours", &[("created", "2027-03-01T07:59:59-05:00")], No),
        ("created within last 1 day", &[("created", "2027-02-28T10:00:00-05:00")], Yes),
        // The day ends at midnight in New York, which is five hours later in UTC.
        ("created in 2027-02-28..2027-02-28", &[("created", "2027-03-01T04:59:59Z")], Yes),
        ("created is 2027-02-28", &[("created", "2027-03-01T04:59:59Z")], Yes),
        ("created after 2027-02-28", &[("created", "2027-03-01T04:59:59Z")], No),
        ("created after 2027-02-28", &[("created", "2027-03-01T05:00:00Z")], Yes),
        ("born before lead.created", &[("born", "2027-02-28"), ("created", "2027-03-01T05:00:00Z")], Yes),
        ("born before account.last_order", &[("born", "2026-11-30"), ("account", "A1")], Yes),
        ("born before account.last_order", &[("born", "2026-11-30"), ("account", "A2")], CannotTell),
        ("born before 90 days ago", &[], CannotTell),
    ]);
}

#[test]
fn derived_fields() {
    check(&[
        ("account.standing is divest", &[("account", "A1")], Yes),
        // The line `old` is out of its dates, so the next one decides.
        ("account.standing is core", &[("account", "A2")], Yes),
        ("account.standing is core", &[("account", "A3")], CannotTell),
        ("account.standing is missing", &[("account", "A3")], Yes),
        ("account.standing in [divest, core]", &[("account", "A1")], Yes),
        ("account.standing is core", &[], CannotTell),
    ]);
}

#[test]
fn what_is_missing_is_said() {
    let accounts = "id,name,domain,country,parent,owner,last_order,margin\nA1,Mercy,,US,A9,,,";
    let stage =
        stage("segment asked { account.parent.name is x  company is account.domain  domain of email is x }", &[("account", accounts)], &[]);
    let said = |pairs: &[(&str, &str)], which: usize| {
        let lead = stage.record("lead", pairs);
        let segment = &stage.plan.book.segments[0].conditions[&lead.kind];
        let crate::model::ConditionKind::All(parts) = &segment.kind else { panic!("three lines") };
        let crate::model::ConditionKind::Test(test) = &parts[which].kind else { panic!("a test") };
        let context = crate::decide::Context::new(&stage.plan, &lead, &stage.state, super::stage::at(super::stage::MONDAY));
        match crate::decide::find(&test.subject, &context) {
            crate::decide::Found::Missing(missing) => missing.in_words(&stage.plan.book.schema),
            crate::decide::Found::Value(value) => format!("{value:?}"),
        }
    };
    assert_eq!(said(&[], 0), "account is missing");
    assert_eq!(said(&[("account", "A7")], 0), "account A7 is not in the accounts");
    assert_eq!(said(&[("account", "A1")], 0), "account.parent A9 is not in the accounts");
    assert_eq!(said(&[], 2), "email is missing");
    assert_eq!(said(&[("email", "jo")], 2), "email is not an e-mail address");
}

#[test]
fn memory_as_a_condition() {
    let rules = "
        rule seen { priority 1  when seen before by email within 90 days  route to queue review }
        rule new { priority 2  route to rep ana }
        otherwise { route to queue triage }";
    let mut stage = Stage::new(rules);
    let jo = [("email", "jo@x.org")];
    assert_eq!(stage.who(&jo), "ana");
    assert_eq!(stage.who(&jo), "queue review");
    assert_eq!(stage.who(&[]), "ana");
    let later = stage.lead_at("2027-05-30T10:00:00-04:00", &jo);
    assert_eq!(super::stage::words(&later.outcome.assignee), "queue review");
    let later = stage.lead_at("2027-05-30T10:00:01-04:00", &jo);
    assert_eq!(super::stage::words(&later.outcome.assignee), "ana");
}

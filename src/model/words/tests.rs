//! A table of cases: what is written, and its canonical text; the canonical text means the same again.

use jiff::tz::TimeZone;

use super::*;
use crate::model::resolve::{self, Surroundings};
use crate::model::{Origin, Record, ReferenceData, Rulebook, Tables, Value};
use crate::syntax;
use crate::text::{FileId, SourceFile};

const RECORDS: &str = r#"
record lead {
  id: text, key
  email: text
  company: text, any case
  city: text
  country: one of [US, CA, MX, "Hong Kong/China", missing]
  state: text
  postal: postal code
  industry: one of [healthcare, retail]
  employees: number
  margin: percent
  revenue: money USD
  products: set of [crm, security, analytics]
  tags: set of text
  renewal: date
  created: time
  partner: yes/no
  "2nd owner": rep
  owner: rep
  rep: rep
  account: account
}
record account { id: text, key  country: one of [US, CA]  name: text  parent: account  owner: rep  renewal: date  employees: number }
record rep { id: text, key  active: yes/no  hours: calendar  speaks: set of [en, de]  industry: text  score: number  manager: rep }
overlap { most specific }
list west = [CA, OR]
queues [triage, "next morning"]
calendar day { zone "UTC"  open mon..fri 09:00..17:00 }
team pool { members lee }
segment enterprise { employees >= 1000 }
segment known { account is present }
classify account as standing { invest when country is US  core otherwise }
territory amer { owner ana  territory "west coast" { owner team inbound } }
credit shared { amount revenue  revenue: 60% assignee, 5% assignee.manager, 10% account owner, rest territory owner  overlay: 2.50% expert, 1% rep ana }
team inbound { members ana weight 2.0, lee  members where rep.active and rep.industry is lead.industry
  pick prefer rep.speaks contains en, then highest rep.score, then in turn  weight rep.score
  limit 1_000 open  limit 5 per day where country is US  working hours only }
overlay help for account { when standing is invest  add rep ana if at work if available, else one of team pool as expert  through 2027-03-01 }
otherwise { route to queue triage }
otherwise for account { route to queue triage }
"#;

fn book(rules: &str) -> Rulebook {
    let file = SourceFile::new("book.turf", &format!("{RECORDS}\n{rules}"));
    let parsed = syntax::parse(FileId(0), &file);
    assert!(parsed.findings.is_empty(), "{rules}: {:?}", parsed.findings);
    let trees = [parsed.tree];
    let (schema, _) = resolve::schema(&trees);
    let (mut data, tables) = (ReferenceData::default(), Tables::default());
    let rep = schema.find("rep").expect("the record");
    for key in ["ana", "lee"] {
        let values = schema.record(rep).fields.iter().map(|f| (&*f.name == "active").then_some(Value::YesNo(true))).collect();
        data.records.entry(rep).or_default().insert(key.into(), Record { kind: rep, key: key.into(), values, origin: Origin::default() });
    }
    let around = Surroundings { name: "book", zone: &TimeZone::UTC, schema: &schema, tables: &tables, data: &data };
    let (book, findings) = resolve::book(&trees, around);
    assert!(!crate::diagnostic::has_errors(&findings), "{rules}: {:?}", findings.iter().map(|f| &f.headline).collect::<Vec<_>>());
    book
}

/// Resolves the condition of a rule for leads and writes it.
fn written(given: &str) -> String {
    let book = book(&format!("rule x {{ when {given}  route to queue triage }}"));
    let rule = book.rules.first().unwrap_or_else(|| panic!("`{given}` does not resolve"));
    condition(&book, &rule.condition)
}

#[track_caller]
fn same(cases: &[&str]) {
    cases.iter().for_each(|case| becomes(&[(case, case)]));
}

#[track_caller]
fn becomes(cases: &[(&str, &str)]) {
    for (given, wanted) in cases {
        assert_eq!(written(given), *wanted, "{given}");
        assert_eq!(written(wanted), *wanted, "the text of `{given}`, read again");
    }
}

#[test]
fn every_operator_as_it_stands() {
    same(&[
        "email is missing",
        "account is present",
        "country is US",
        "country is not US",
        "country is account.country",
        "country is not account.country",
        "partner",
        "not partner",
        "partner is yes",
        "employees is 100",
        "employees < 100",
        "employees <= 1_000.5",
        "revenue > 2_500_000",
        "revenue >= 0",
        "margin <= -5%",
        "margin in -0.5%..12%",
        "employees in 100..999",
        "renewal in 2027-01-01..2027-03-31",
        "renewal not in 2027-01-01..2027-03-31",
        "created in 2027-01-01..2027-01-02T10:00Z",
        "state in west",
        "state not in west",
        "state in [CA, OR, \"or\"]",
        "postal starts with 94",
        "postal in [94105, 94110]",
        "company starts with any of [\"Saint \", \"St. \"]",
        "email ends with \".edu\"",
        "products contains security",
        "products contains any of [crm, security]",
        "products contains all of [crm, security]",
        "products does not contain crm",
        "products does not contain any of [analytics, crm]",
        "products does not contain all of [analytics, crm]",
        "company contains \"A\\\"T\\\\T\"",
        "company matches /hos\\/pital|clinic/",
        "renewal before 2027-01-01",
        "renewal after account.renewal",
        "renewal before today",
        "created after now",
        "created before 2027-01-01T09:30:15.5Z",
        "renewal before 1 day ago",
        "renewal after 30 days from now",
        "created within last 2 weeks",
        "renewal within next 3 months",
        "domain of email in west",
        "domain of email is account.name",
        "seen before by email within 90 days",
        "account.parent.country is US",
        "account.standing is invest",
        "enterprise",
        "account.enterprise",
        "not account.parent.enterprise",
        "territory is present",
        "territory is missing",
        "territory is \"west coast\"",
        "territory is not amer",
        "territory in [amer, \"west coast\"]",
        "territory not in [amer, \"west coast\"]",
        "\"2nd owner\" is present",
        "owner is ana",
    ]);
}

#[test]
fn one_meaning_has_one_text() {
    becomes(&[
        ("employees = 1000", "employees is 1_000"),
        ("employees >= 1.50K", "employees >= 1_500"),
        ("lead.country is US", "country is US"),
        ("country is lead.state", "country is lead.state"),
        ("country in [US, CA, \"hong kong/china\"]", "country in [CA, \"Hong Kong/China\", US]"),
        ("country is \"missing\"", "country is \"missing\""),
        ("city in [today, present, Oslo]", "city in [Oslo, \"present\", \"today\"]"),
        ("company in [\"Zeta\", ACME]", "company in [acme, zeta]"),
        ("postal starts with [\"941 05\", 940]", "postal starts with any of [940, 94105]"),
        ("postal starts with [940]", "postal starts with 940"),
        ("company contains all of [x]", "company contains x"),
        ("created within 1 hours", "created within last 1 hour"),
        ("created before 2027-01-01T10:00+01:00", "created before 2027-01-01T09:00Z"),
        ("revenue in 250K..1B", "revenue in 250_000..1_000_000_000"),
        ("employees in [20, 3]", "employees in [3, 20]"),
        ("lead.rep.active", "lead.rep.active"),
        ("not not partner", "partner"),
    ]);
}

#[test]
fn brackets_stand_where_they_are_needed() {
    becomes(&[
        ("partner and (state is CA or enterprise)", "partner and (state is CA or enterprise)"),
        ("(partner and state is CA) or enterprise", "partner and state is CA or enterprise"),
        ("partner and (state is CA and enterprise)", "partner and state is CA and enterprise"),
        ("(partner or (state is CA or enterprise))", "partner or state is CA or enterprise"),
        ("not (partner and enterprise)", "not (partner and enterprise)"),
        ("not (partner)", "not partner"),
        ("not (not (partner or enterprise))", "partner or enterprise"),
        ("partner  when enterprise or known", "partner and (enterprise or known)"),
    ]);
    let always = book("rule x { route to queue triage }");
    assert_eq!(condition(&always, &always.rules[0].condition), "always");
}

#[test]
fn what_a_rule_does() {
    let cases = [
        ("route to queue triage", "route to queue triage"),
        (
            "route to rep ana if available, else one of team inbound, else queue \"next morning\"  respond within 1 hours  credit shared",
            "route to rep ana if available, else team inbound, else queue \"next morning\"; credit shared; respond within 1 hour",
        ),
        (
            "route to owner of territory if at work, else owner of account.parent, else lead.owner, else previous rep by email within 90 days, else leave as is",
            "route to owner of territory if at work, else account.parent.owner, else lead.owner, else previous rep by email within 90 days, else leave as is",
        ),
        (
            "keep owner of account until 2027-12-31 if available, else keep lead.owner for 12 months since lead.created, else keep account.owner until account.renewal",
            "keep account.owner until 2027-12-31 if available, else keep lead.owner for 12 months since created, else keep account.owner until account.renewal",
        ),
        (
            "route to account.owner where not rep.speaks contains en and rep.industry is lead.industry, else queue triage",
            "route to account.owner where not rep.speaks contains en and rep.industry is lead.industry, else queue triage",
        ),
    ];
    for (given, wanted) in cases {
        let book = book(&format!("rule x {{ {given} }}"));
        assert_eq!(action(&book, &book.rules[0]), wanted);
    }
    let book = book("");
    assert_eq!(book.otherwise.values().map(|o| last_resort(&book, o)).collect::<Vec<_>>(), ["route to queue triage"; 2]);
}

#[test]
fn definitions() {
    let book = book("");
    assert_eq!(
        team(&book, &book.teams[0]),
        "team inbound {
  members ana weight 2, lee
  members where rep.active and rep.industry is lead.industry
  pick prefer rep.speaks contains en, then highest rep.score, then in turn
  weight rep.score
  limit 1_000 open
  limit 5 per day where country is US
  working hours only
}"
    );
    assert_eq!(
        overlay(&book, &book.overlays[0]),
        "overlay help for account {
  when standing is invest
  add rep ana if at work, else team pool as expert
  through 2027-03-01
}"
    );
    assert_eq!(
        credit(&book, &book.credits[0]),
        "credit shared {
  amount revenue
  revenue: 60% assignee, 5% assignee.manager, 10% owner of account, rest territory owner
  overlay: 2.5% expert, 1% rep ana
}"
    );
    let owners: Vec<String> = book.territories.iter().filter_map(|t| t.owner.as_ref()).map(|o| owner(&book, o)).collect();
    assert_eq!(owners, ["ana", "team inbound"]);
}

#[test]
fn a_definition_for_several_records_says_which() {
    let book =
        book("segment here { lead.country is US }\nsegment anywhere { country is US }\nsegment size { employees > 5 or country is CA }");
    let texts: Vec<(String, usize)> = ["here", "anywhere", "size"]
        .iter()
        .filter_map(|n| book.segments.iter().find(|s| s.name.as_str() == *n))
        .map(|s| (fitting(&book, &s.conditions), s.conditions.len()))
        .collect();
    assert_eq!(
        texts,
        [("lead.country is US".to_owned(), 1), ("country is US".to_owned(), 2), ("employees > 5 or country is CA".to_owned(), 2)]
    );
}

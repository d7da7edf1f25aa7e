//! What `turf check` finds in small books, in the words people read.

use std::fs;

use turf::diagnostic::{Diagnostic, DiagnosticName, Place, Severity};
use turf::rim::book;
use turf::text::Sources;

const RECORDS: &str = "
record lead { id: text, key  company: text, any case  country: one of [US, CA, MX]  state: text  postal: postal code  employees: number
  partner: yes/no  products: set of [crm, api] }
record rep { id: text, key  active: yes/no }
queues [triage, other]
otherwise { route to queue triage }
";

/// The findings of a book with these rules, proofs included.
struct Found {
    findings: Vec<Diagnostic>,
    sources: Sources,
}

fn found(rules: &str) -> Found {
    found_in(RECORDS, rules)
}

fn found_in(records: &str, rules: &str) -> Found {
    found_with("", records, rules)
}

fn found_with(settings: &str, records: &str, rules: &str) -> Found {
    found_beside(&[], settings, records, rules)
}

/// With files of data beside the rules.
fn found_beside(files: &[(&str, &str)], settings: &str, records: &str, rules: &str) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("turf.toml", &format!("name = \"small\"\nzone = \"UTC\"\n[records.rep]\nfile = \"reps.csv\"\n{settings}"));
    write("reps.csv", "id,active,boss\nana,yes,lee\nlee,yes,ana\nbob,no,\n");
    write("records.turf", records);
    write("rules.turf", rules);
    files.iter().for_each(|(name, text)| write(name, text));
    let mut opened = book::open(folder.path()).unwrap();
    assert_eq!(opened.snapshot.prove().mistakes, Vec::<String>::new(), "{rules}");
    Found { findings: opened.snapshot.findings.clone(), sources: opened.snapshot.sources.clone() }
}

impl Found {
    /// Each finding of a name as `headline | marked text: label | ... | help`.
    fn of(&self, name: DiagnosticName) -> Vec<String> {
        let marked = |place: &Place| match place {
            Place::Source(span) => self.sources.get(span.file).map_or("", |f| &f.text()[span.start as usize..span.end as usize]).to_owned(),
            Place::Data { file, .. } => file.clone(),
        };
        let write = |f: &Diagnostic| {
            let labels: Vec<String> = f.labels.iter().map(|l| format!("{}: {}", marked(&l.place), l.text)).collect();
            format!("{} | {} | {}", f.headline, labels.join(" | "), f.help.join(" "))
        };
        self.findings.iter().filter(|f| f.name == name).map(write).collect()
    }

    fn severities(&self, name: DiagnosticName) -> Vec<Severity> {
        self.findings.iter().filter(|f| f.name == name).map(|f| f.severity).collect()
    }
}

#[test]
fn what_cannot_be_kept_is_told() {
    let records = format!(
        "{} record account {{ id: text, key  name: text  owner: rep  locked: date  since: time }}",
        RECORDS.replace("partner: yes/no", "partner: yes/no  account: account")
    );
    let first = |rules: &str, name: DiagnosticName| found_in(&records, &format!("rule r {{ {rules} }}")).of(name).join("; ");
    let wrong = |rules: &str| first(rules, DiagnosticName::TypeMismatch);
    assert_eq!(wrong("keep account.owner until 2027-12-31, else keep account.owner for 4 hours since account.since"), "");
    assert_eq!(
        wrong("keep account.owner until account.name"),
        "`account.name` does not say when | account.name: this is text | Name a field of type `date` or `time`, or write the day, for example `until 2027-12-31`."
    );
    assert_eq!(
        wrong("keep account.owner for 3 months since employees"),
        "`employees` does not say when | employees: this is a number | Name a field of type `date` or `time`, such as the day on which the owner got it."
    );
    assert!(wrong("keep account.owner for 4 hours since account.locked").starts_with("`account.locked` is a day and knows no hours |"));
    assert!(wrong("keep account.name until 2027-12-31").starts_with("`account.name` does not lead to a rep |"));
    assert!(
        first("keep account.owner until 2027-12-31T10:00Z", DiagnosticName::UnreadableValue)
            .starts_with("`2027-12-31T10:00Z` is not a date |")
    );
    assert_eq!(
        first("keep account.owner until 2027-12-31  route to queue other", DiagnosticName::DuplicateStatement),
        "`keep` and what follows it are one chain, and here are two | route to queue other: a second chain | keep account.owner until 2027-12-31: the first chain | \
         Put them behind each other, the one tried first in front: `keep account.owner until 2027-12-31, else team inbound`."
    );
    assert_eq!(
        first("route to keep account.owner until 2027-12-31", DiagnosticName::Syntax),
        "`keep` says by itself where records go | route to : not needed before `keep` | Take `route to` away."
    );
    let overlay = found_in(&records, "overlay o { add keep account.owner until 2027-12-31 as helper }").of(DiagnosticName::TypeMismatch);
    assert_eq!(overlay.len(), 1);
    assert!(overlay[0].starts_with("an overlay takes nothing away from anybody, so nobody needs to be kept |"), "{overlay:?}");
    let idle = first("keep account.owner", DiagnosticName::Syntax);
    assert!(idle.contains("`until`") && idle.contains("`for`"), "{idle}");
}

#[test]
fn a_rule_that_another_of_its_priority_makes_superfluous_is_found_whatever_their_names() {
    for (broad, narrow) in [("a", "b"), ("b", "a")] {
        let found = found(&format!(
            "rule {broad} {{ priority 1 when state is CA route to queue other }}
             rule {narrow} {{ priority 1 when state is CA and partner route to queue other }}"
        ));
        let expected = format!(
            "the rule `{narrow}` is not needed: `{broad}` does the same with every lead it applies to | {narrow}: priority 1 | {broad}: does the same | Remove it, and nothing changes."
        );
        assert_eq!(found.of(DiagnosticName::HiddenRule), [expected]);
        assert_eq!(found.severities(DiagnosticName::HiddenRule), [Severity::Advice]);
    }
    // Of two that say the same only one can go.
    let twins = found("rule a { priority 1 when partner route to queue other } rule b { priority 1 when partner route to queue other }");
    assert_eq!(twins.of(DiagnosticName::HiddenRule).len(), 1);
}

#[test]
fn a_conflict_is_not_told_again_as_a_hidden_rule() {
    let found = found(
        "rule a { priority 1 when state is CA route to queue other }
         rule b { priority 1 when state is CA and partner route to queue triage }",
    );
    assert_eq!(found.of(DiagnosticName::RulesConflict).len(), 1);
    assert_eq!(found.of(DiagnosticName::HiddenRule), Vec::<String>::new());
}

#[test]
fn every_pair_of_a_crowded_priority_is_told() {
    let rules: String =
        (0..12).map(|i| format!("rule r{i:02} {{ priority 1 when employees > {i} route to rep {} }}\n", ["ana", "lee"][i % 2])).collect();
    let found = found(&rules);
    // Of twelve rules 36 pairs do different things; the first 25 have an example each.
    assert_eq!(found.of(DiagnosticName::RulesConflict).len(), 26);
    let rest = found.findings.iter().find(|f| f.headline.starts_with("11 more pairs of rules have one priority")).unwrap();
    let pairs: usize = rest.about.iter().map(|line| line.matches('`').count() / 2 - 1).sum();
    assert_eq!((pairs, rest.severity), (11, Severity::Error), "{:?}", rest.about);
}

#[test]
fn contradictions_mark_only_what_clashes() {
    let found = found(
        "rule a { priority 1 when employees > 100 and partner and employees < 50 and state is CA route to queue other }
         rule b { priority 2 when partner from 2027-01-01 route to queue other }
         classify lead as c { x when employees > 5 and employees < 3 and partner  y otherwise }
         rule d { priority 3 when c is y and state is CA route to queue other }",
    );
    let expected = [
        "the rule `a` can never apply: its conditions contradict each other | a:  | employees > 100: this | employees < 50: and this cannot both be | Correct one of those marked.",
        "the value `x` of `c` can never apply: its conditions contradict each other | x:  | employees > 5: this | employees < 3: and this cannot both be | Correct one of those marked.",
    ];
    assert_eq!(found.of(DiagnosticName::NeverYes), expected);
    let days = found_in(
        RECORDS,
        "
        territory west { where state is CA  from 2027-01-01 through 2027-01-31  owner ana
          territory south { where postal starts with 9  from 2027-03-01  owner lee } }
        overlap { name }
        rule a { priority 1 when state is CA route to owner of territory, else queue triage }",
    );
    let told = days.of(DiagnosticName::NeverYes);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("west: what the territory `west` around it claims | from 2027-03-01: and these days cannot both be"),
        "{told:?}"
    );
    assert!(!told[0].contains("postal"), "{told:?}");
}

#[test]
fn parts_inside_brackets_are_judged() {
    let never = |rules: &str| found(rules).of(DiagnosticName::NeverYes);
    let idle = |rules: &str| found(rules).of(DiagnosticName::IdleCondition);
    assert_eq!(
        never("rule a { priority 1 when (postal is 94105 and postal is 94106) or postal is 94107 route to queue other }"),
        [
            "these conditions of the rule `a` contradict each other, so nothing is ever taken by them | postal is 94105: this | postal is 94106: and this cannot both be | Correct one of those marked."
        ]
    );
    assert_eq!(
        never("rule a { priority 1 when state is CA and (state is NY or partner) route to queue other }"),
        [
            "this alternative of the rule `a` is never taken | state is NY: the conditions beside it exclude it | Correct it, or take it away; nothing changes."
        ]
    );
    assert_eq!(
        idle("rule a { priority 1 when state is CA or (state is CA and partner) or employees > 5 route to queue other }"),
        [
            "this condition of the rule `a` makes no difference | state is CA and partner: the other alternatives already take these | Take it away; nothing changes."
        ]
    );
    assert_eq!(
        idle("rule a { priority 1 when employees >= 100 and (partner or employees > 50) route to queue other }"),
        [
            "this condition of the rule `a` makes no difference | partner or employees > 50: the other conditions already say so | Take it away; nothing changes."
        ]
    );
    assert_eq!(
        idle("rule a { priority 1 when state is CA or (partner and not state is CA) route to queue other }"),
        // A blank state is neither, so `not state is CA` does narrow.
        Vec::<String>::new()
    );
    assert_eq!(
        idle("segment big { employees >= 100 and employees >= 50 } rule a { priority 1 when big route to queue other }"),
        [
            "this condition of the segment `big` makes no difference | employees >= 50: the other conditions already say so | Take it away; nothing changes."
        ]
    );
    // Where it is asked with `not`, a blank state would matter.
    assert_eq!(
        idle("segment s { state is present and state is CA } rule a { priority 1 when not s route to queue other }"),
        Vec::<String>::new()
    );
    // Each of two mistakes is told.
    let both = found("rule a { priority 1 when (id is missing or partner) and employees > 5 and employees > 3 route to queue other }");
    assert_eq!((both.of(DiagnosticName::NeverYes).len(), both.of(DiagnosticName::IdleCondition).len()), (1, 1));
}

#[test]
fn rules_that_could_be_one_are_shown_as_one() {
    let merged = |one: &str, other: &str| {
        let rules =
            format!("rule a {{ priority 1 when {one} route to queue other }} rule b {{ priority 1 when {other} route to queue other }}");
        found(&rules).of(DiagnosticName::MergeableRules).iter().map(|f| f.split("it all: ").nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ask = |what: &str| vec![format!("ask `{what}` in `a` and remove `b`.")];
    assert_eq!(merged("country is US and partner", "country is CA and partner"), ask("country in [CA, US]"));
    assert_eq!(merged("state in [NY, NJ]", "state is CA"), ask("state in [CA, NJ, NY]"));
    assert_eq!(merged("employees in 1..5 and partner", "employees in 9..11 and partner"), ask("employees in 1..5 or employees in 9..11"));
    assert_eq!(merged("partner", "not partner"), ask("partner is present"));
    let several: String = ["US", "CA", "MX"]
        .iter()
        .map(|c| format!("rule in-{c} {{ priority 1 when country is {c} and partner route to queue other }}\n"))
        .collect();
    let told = found(&several).of(DiagnosticName::MergeableRules);
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("ask `country in [CA, MX, US]` in `in-CA` and remove `in-MX` and `in-US`."), "{told:?}");
}

#[test]
fn more_than_two_hundred_rules_are_compared() {
    let rules: String = (0..250)
        .map(|i| format!("rule r{i} {{ priority 1 when company is \"c{i}\" and employees > {i} route to queue other }}\n"))
        .collect();
    let found = found(&format!("{rules} rule last {{ priority 1 when company is \"c249\" and employees < 3 route to queue other }}"));
    assert_eq!(found.of(DiagnosticName::MergeableRules).len(), 1);
}

#[test]
fn a_book_that_says_nothing_is_not_fine() {
    let records = "record lead { id: text, key } record rep { id: text, key  active: yes/no }";
    let told = found_in(records, "").of(DiagnosticName::MissingOtherwise);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("the book has no rules and no territories, so no lead goes anywhere | record lead "), "{told:?}");
    // A rule with a mistake is a rule.
    assert_eq!(found_in(records, "rule r { priority }").of(DiagnosticName::MissingOtherwise), Vec::<String>::new());
}

/// A book whose rules are a puzzle: clauses of three answers over many fields, as hard as puzzles get.
#[test]
fn hard_books_end_undecided_and_say_so_once() {
    let fields: String = (0..200).map(|i| format!("f{i}: yes/no ")).collect();
    let mut state = 3_u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut rules = String::from("queues [other, triage] otherwise { route to queue triage }\n");
    for i in 0..400 {
        let asked: Vec<String> = (0..3).map(|_| format!("{}f{}", ["", "not "][usize::try_from(below(2)).unwrap()], below(200))).collect();
        rules.push_str(&format!("rule r{i} {{ priority {} when {} route to queue other }}\n", i + 1, asked.join(" and ")));
    }
    let records = format!("record rep {{ id: text, key  active: yes/no }} record lead {{ id: text, key {fields} }}");
    let found = found_with("[check]\ntotal_budget = 2_000\n", &records, &rules);
    let told = found.of(DiagnosticName::Undecided);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("questions were not answered in the time allowed"), "{told:?}");
    assert!(found.findings.iter().any(|f| f.about.iter().any(|line| line == "whether the rule `r399` can ever win")));
}

#[test]
fn every_pair_of_overlapping_territories_is_told() {
    // Each two of eight share a state of their own: 28 pairs.
    let state = |a: usize, b: usize| format!("S{}{}", a.min(b), a.max(b));
    let states = |own: usize| (0..8).filter(|o| *o != own).map(|o| state(own, o)).collect::<Vec<_>>().join(", ");
    let territories: String = (0..8).map(|i| format!("territory t{i} {{ where state in [{}]  owner ana }}\n", states(i))).collect();
    let rule = "rule r { priority 1 route to owner of territory, else queue other }";
    for (overlap, name, headline) in [
        (
            "name",
            DiagnosticName::TieByName,
            "8 more pairs of territories claim the same records, and nothing but the name tells them apart",
        ),
        ("most specific, then name", DiagnosticName::TieByName, "8 more pairs"),
    ] {
        let found = found(&format!("{territories} overlap {{ {overlap} }} {rule}"));
        assert_eq!(found.of(name).len(), 21);
        let rest = found.findings.iter().find(|f| f.headline.starts_with(headline)).unwrap();
        let lines: Vec<&str> = rest.about.iter().map(String::as_str).collect();
        assert_eq!(lines, ["`t3` with `t6` and `t7`", "`t4` with `t5`, `t6` and `t7`", "`t5` with `t6` and `t7`", "`t6` with `t7`"]);
    }
}

#[test]
fn a_share_that_nothing_shows_to_be_left_is_a_warning() {
    let records = "record lead { id: text, key  country: text  revenue: money USD }
        record rep { id: text, key  active: yes/no  boss: rep }
        queues [triage, other] otherwise { route to queue triage }
        credit half { revenue: 50% assignee, 50% assignee.boss }";
    // ana has a boss, but that is no question about leads: nothing shows that the share is left, and nothing rules it out.
    let doubt = found_in(records, "rule r { priority 1 when country is DE route to rep ana credit half }");
    assert_eq!(doubt.severities(DiagnosticName::CreditIncomplete), [Severity::Warning]);
    assert!(doubt.of(DiagnosticName::CreditIncomplete)[0].starts_with("this share of `half` can perhaps be left"));
    let queue = found_in(records, "rule r { priority 1 when country is DE route to queue other credit half }");
    assert_eq!(queue.severities(DiagnosticName::CreditIncomplete), [Severity::Error]);
}

#[test]
fn a_rule_that_is_not_needed_is_no_ground_for_another_finding() {
    let found = found(
        "rule b1 { priority 1 when state is CA route to rep ana }
         rule b2 { priority 1 when state is NY route to rep ana }
         rule b3 { priority 2 when state in [CA, NY] and partner route to rep lee }
         rule b4 { priority 2 when state in [CA, NY] route to rep lee }",
    );
    let needless = found.of(DiagnosticName::HiddenRule);
    assert!(needless.len() == 1 && needless[0].starts_with("the rule `b3` is not needed: `b4`"), "{needless:?}");
    let fallback = found.of(DiagnosticName::FallbackRule);
    assert!(
        fallback.len() == 1 && fallback[0].starts_with("the rule `b4` only gets a lead when nobody of `b1` and `b2` may take it"),
        "{fallback:?}"
    );
}

#[test]
fn priorities_that_settle_nothing_hide_no_overlap() {
    let territories = "priorities [p1, p2]
        territory x { priority p1 where country is US owner ana }
        territory y { priority p2 where country is US and employees > 10 owner lee }
        rule r { priority p1 route to owner of territory, else queue other }";
    let told = |overlap: &str| found(&format!("{territories} overlap {{ {overlap} }}")).of(DiagnosticName::TerritoryOverlap);
    assert_eq!(told("lowest priority, then name"), Vec::<String>::new());
    let specific = told("most specific, then name");
    assert!(specific.len() == 1 && specific[0].contains("`y` wins"), "{specific:?}");
}

#[test]
fn a_book_of_nothing_but_otherwise_leaves_everything_to_it() {
    let told = found("").of(DiagnosticName::UnclaimedRecords);
    assert!(told.len() == 1 && told[0].starts_with("1 kind of lead falls to `otherwise`"), "{told:?}");
}

#[test]
fn what_is_missing_is_not_told_beside_itself() {
    let records = "record lead { id: text, key  renewal: date  state: one of [CA, NY] }
        record rep { id: text, key  active: yes/no }
        queues [triage, other] otherwise { route to queue triage }";
    let found = found_in(records, "rule r { priority 1 when renewal within next 30 days and state is CA route to queue other }");
    let gaps = found.findings.iter().find(|f| f.name == DiagnosticName::UnclaimedRecords).unwrap();
    assert_eq!(gaps.headline, "2 kinds of lead fall to `otherwise`");
    let told: Vec<&str> = gaps.about.iter().map(String::as_str).collect();
    assert_eq!(told, ["state is missing or not CA", "renewal before today or after 30 days from now or missing"]);
}

#[test]
fn what_can_never_be_cuts_no_gap_into_pieces() {
    let records = "record lead { id: text, key  renewal: date  state: one of [CA, NY] }
        record rep { id: text, key  active: yes/no }
        queues [triage, other] otherwise { route to queue triage }";
    let never =
        "rule soon { priority 1 when renewal within next 30 days and renewal before 2026-12-01 from 2027-01-01 route to queue other }";
    let found = found_in(records, &format!("{never} rule west {{ priority 2 when state is CA route to queue other }}"));
    assert_eq!(found.of(DiagnosticName::NeverYes).len(), 1);
    let gaps = found.findings.iter().find(|f| f.name == DiagnosticName::UnclaimedRecords).unwrap();
    assert_eq!(gaps.about, ["state is missing or not CA"]);
}

#[test]
fn the_rows_of_a_table_are_told_together() {
    // Priorities are asked of territories only where they settle overlaps.
    let rules = "priorities [p]
        territory west { where country is CA and state in [BC, AB, YT]  owner ana }
        territories from \"codes.csv\" { match country is country  match postal is code  name territory  owner rep }
        territories from \"states.csv\" { match country is country  match state is state  name territory  owner rep }
        overlap { name }
        rule r { priority p route to owner of territory, else queue other }";
    let codes = "country,code,territory,rep\nUS,10001,a,lee\nUS,10001,b,lee\nUS,10002,c,lee\nUS,10002,d,lee\nUS,10003,e,bob\nUS,10004,f,bob\nUS,10005,f,bob\n";
    let states = "country,state,territory,rep\nCA,BC,x,ana\nCA,AB,y,ana\nCA,ON,z,lee\n";
    let found = found_beside(&[("codes.csv", codes), ("states.csv", states)], "", RECORDS, rules);
    let told = |name| found.findings.iter().filter(move |f| f.name == name).map(|f| (f.headline.as_str(), f.about.join(" | ")));
    // Of two rows for one code the name decides; the first pair is shown, the other listed with its table.
    let ties: Vec<_> = told(DiagnosticName::TieByName).collect();
    assert_eq!(ties.len(), 3, "{:#?}", found.findings);
    assert_eq!(ties[2].0, "the territories `a` and `b` claim the same leads, and only the name decides between them");
    assert_eq!(ties[0].0, "the territories `west` and `x` claim the same leads, and only the name decides between them");
    assert_eq!(ties[1].0, "2 more pairs of territories claim the same records, and nothing but the name tells them apart");
    assert_eq!(ties[1].1, "`west` with 1 territory of `states.csv` | 1 pair within `codes.csv`");
    // Those behind `west` by name never win, nor do the second rows of a code.
    let never: Vec<_> = told(DiagnosticName::TerritoryNeverWins).collect();
    assert_eq!(never[0].0, "2 territories of `codes.csv` never hold a lead: others win wherever they claim one");
    assert_eq!(never[0].1, "`b`: `a` wins | `d`: `c` wins");
    assert_eq!(
        never[1],
        (
            "2 territories of `states.csv` never hold a lead: others win wherever they claim one",
            "`x`: `west` wins | `y`: `west` wins".to_owned()
        )
    );
    let unstaffed: Vec<_> = told(DiagnosticName::UnstaffedTerritory).collect();
    assert_eq!(unstaffed[0].0, "nobody active owns 2 territories of `codes.csv`, and no other claims their leads");
    assert!(unstaffed[0].1.starts_with("`e`: country is US; postal is 10003 | `f`: "), "{unstaffed:?}");
    assert_eq!((never.len(), unstaffed.len()), (2, 1), "{never:?} {unstaffed:?}");
}

#[test]
fn a_territory_without_an_active_owner_never_wins_inside_another() {
    let found = found(
        "territory us { where country is US owner ana
           territory gone { where state is NV  owner bob } }
         overlap { name }
         rule r { priority 1 route to owner of territory, else queue other }",
    );
    let told = found.of(DiagnosticName::TerritoryNeverWins);
    assert_eq!(
        told,
        [
            "the territory `gone` never holds a lead: `bob`, who owns the territory `gone`, is not active, and others take its leads | gone: can never win | Give `gone` an owner who is active, or remove it."
        ]
    );
}

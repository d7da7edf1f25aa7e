//! Small books as text, made for one question each: the answers of `diff`, `why`, `who` and `check` say exactly what is true.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const RECORDS: &str = r#"
record lead {
  id: text, key
  email: text
  state: one of [CA, OR, WA, NV, TX]
  postal: postal code
  language: one of [en, es, fr]
  employees: number
  worth: money USD
  source: text
  received: time, arrival
  account: account
}
record account { id: text, key  domain: text  size: number  owner: rep }
record rep { id: text, key  active: yes/no  since: date  speaks: set of [en, es, fr]  capacity: number  manager: rep }
match lead to account { by domain of email is domain }
queues [triage, review]
"#;

const TOML: &str = "name = \"Small book\"
zone = \"UTC\"
[records.lead]
file = \"leads.csv\"
[records.lead.columns]
account = { absent = true }
[records.account]
file = \"accounts.csv\"
[records.rep]
file = \"reps.csv\"
";

const REPS: &str = "id,active,since,speaks,capacity,manager
ana,yes,2020-01-01,en;es,1,cy
bo,yes,2021-01-01,en,1,cy
cy,yes,2022-01-01,fr,2,
";

const ACCOUNTS: &str = "id,domain,size,owner\nA1,acme.example,500,ana\nA2,small.example,5,bo\n";

/// A book in a folder of its own.
struct Book {
    folder: TempDir,
}

impl Book {
    fn new(rules: &str) -> Self {
        Self::with(rules, REPS, "id,email,state,postal,language,employees,worth,source,received\n")
    }

    fn with(rules: &str, reps: &str, leads: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let book = Self { folder };
        for (file, text) in [
            ("book.turf", format!("{RECORDS}{rules}")),
            ("turf.toml", TOML.into()),
            ("reps.csv", reps.into()),
            ("leads.csv", leads.into()),
            ("accounts.csv", ACCOUNTS.into()),
        ] {
            book.write(file, &text);
        }
        book
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    fn append(&self, file: &str, text: &str) {
        let was = fs::read_to_string(self.folder.path().join(file)).unwrap();
        self.write(file, &(was + text));
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }
}

#[track_caller]
fn out(arguments: &[&str], code: i32) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_turf"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn json(arguments: &[&str], code: i32) -> Value {
    serde_json::from_str(&out(&[arguments, &["--format", "json"]].concat(), code)).unwrap()
}

#[track_caller]
fn has(told: &str, wanted: &[&str]) {
    for part in wanted {
        assert!(told.contains(part), "{part}\nis not in\n{told}");
    }
}

const LAST: &str = "otherwise { route to queue triage }\n";

/// Two books of equal rules, the second with another roster: what `turf diff` says.
#[track_caller]
fn after(rules: &str, reps: &str) -> String {
    let (old, new) = (Book::new(rules), Book::with(rules, reps, ""));
    out(&["diff", old.path(), new.path()], 1)
}

fn without(rep: &str) -> String {
    REPS.lines().filter(|l| !l.starts_with(rep)).map(|l| format!("{l}\n")).collect()
}

fn inactive(rep: &str) -> String {
    REPS.replace(&format!("{rep},yes"), &format!("{rep},no"))
}

#[test]
fn a_rule_whose_only_person_has_left_falls_through() {
    let rules = format!(
        "priorities [one, two]\nrule west {{ priority one when state is CA route to rep ana }}\nrule rest {{ priority two when state is present route to rep bo }}\n{LAST}"
    );
    has(
        &after(&rules, &inactive("ana")),
        &[
            "differ for 1 kind of lead. This list is complete.",
            "Goes to somebody else, or may",
            "- was  west: rep ana\n",
            "now  west: rep ana (ana is not active); if nobody can, rest: rep bo",
            "for leads: state is CA",
            "ana, now bo",
        ],
    );
}

#[test]
fn a_team_that_loses_somebody_is_told_where_it_is_asked() {
    let rules = format!("team desk {{ members ana, bo pick in turn }}\nrule west {{ when state is CA route to team desk }}\n{LAST}");
    let told = after(&rules, &inactive("ana"));
    has(
        &told,
        &[
            "Goes to the same team, and the team changed",
            "- was  west: team desk (among them ana)",
            "now  west: team desk (without ana)",
            "for leads: state is CA",
        ],
    );
    // Without anybody left the rule falls through.
    let wish = rules.replace("route to team desk", "route to team desk where rep.speaks contains es");
    has(
        &after(&wish, &inactive("ana")),
        &[
            "Goes to somebody else, or may",
            "now  west: team desk where rep.speaks contains es (nobody of it is active and fits); if nobody can, otherwise: queue triage",
            "ana, now queue triage",
        ],
    );
    // Somebody of the roster who is in none of the teams asked changes nothing.
    let (old, new) = (Book::new(&rules), Book::with(&rules, &without("cy"), ""));
    let told = out(&["diff", old.path(), new.path()], 1);
    has(&told, &["Both books treat every possible lead alike.", "no longer in the roster: `cy`"]);
}

#[test]
fn members_by_a_condition_differ_only_where_it_holds() {
    let rules = format!(
        "team desk {{ members where rep.speaks contains lead.language pick in turn }}\nrule all {{ when state is CA route to team desk }}\n{LAST}"
    );
    let told = after(&rules, &REPS.replace("ana,yes,2020-01-01,en;es", "ana,yes,2020-01-01,en;fr"));
    has(
        &told,
        &[
            "differ for 2 kinds of lead",
            "was  all: team desk (among them ana); if nobody can, otherwise: queue triage",
            "now  all: team desk (without ana); if nobody can, otherwise: queue triage",
            "for leads: language is es; state is CA",
            "for leads: language is fr; state is CA",
            "ana, now queue triage",
            "of `ana` in the roster speaks was en, es and is en, fr",
        ],
    );
}

#[test]
fn whoever_is_on_record_counts_only_while_in_the_roster() {
    let rules = format!("rule own {{ when account is present route to account.owner, else queue review }}\n{LAST}");
    let told = after(&rules, &without("ana"));
    has(
        &told,
        &[
            "- was  own: account.owner (ana), else queue review",
            "now  own: account.owner (ana is not in the roster), else queue review",
            "account.owner is ana",
            "ana, now queue review",
        ],
    );
}

#[test]
fn the_owner_of_a_territory_who_left_owns_nothing() {
    let rules = format!(
        "territory west {{ where state in [CA, OR] owner ana territory california {{ where state is CA owner bo }} }}\noverlap {{ name }}\nrule turf {{ when territory is present route to owner of territory }}\n{LAST}"
    );
    let told = after(&rules, &inactive("bo"));
    has(&told, &["(in territory california)", "(in territory west)", "for leads: state is CA", "bo, now ana"]);
    let told = after(&rules, &inactive("ana"));
    has(&told, &["for leads: state is OR", "ana, now queue triage"]);
}

#[test]
fn what_counts_in_picking_is_the_rosters_own() {
    let rules = format!(
        "team desk {{ members ana, bo pick in turn weight rep.capacity }}\nrule west {{ when state is CA route to team desk }}\n{LAST}"
    );
    let told = after(&rules, &REPS.replace("en;es,1", "en;es,3"));
    has(&told, &["was  west: team desk (among them ana with capacity 1)", "now  west: team desk (among them ana with capacity 3)"]);
}

#[test]
fn overlays_add_whom_the_roster_has() {
    let rules = format!("overlay help {{ when state is CA add rep ana as helper }}\n{LAST}");
    let told = after(&rules, &inactive("ana"));
    has(
        &told,
        &[
            "Other people are added",
            "was  overlay help: add rep ana as helper",
            "now  overlay help: add rep ana (ana is not active) as helper",
            "for leads: state is CA",
        ],
    );
    let more = rules.replace("as helper", "as helper  add rep bo as advisor");
    let (old, new) = (Book::new(&rules), Book::new(&more));
    has(
        &out(&["diff", old.path(), new.path()], 1),
        &[
            "was  overlay help: add rep ana as helper\n",
            "now  overlay help: add rep ana as helper; add rep bo as advisor",
            "differ for 1 kind",
        ],
    );
}

#[test]
fn what_is_not_followed_through_is_said() {
    let rules = format!("team desk {{ members ana, bo pick fewest open }}\nrule west {{ when state is CA route to team desk }}\n{LAST}");
    let (old, new) = (Book::new(&rules), Book::new(&rules));
    new.append("turf.toml", "[absences]\nfile = \"absences.csv\"\n[loads]\nfile = \"loads.csv\"\n");
    new.write("absences.csv", "rep,from,through\nana,2027-03-01,2027-03-05\n");
    new.write("loads.csv", "rep,open\nbo,3\n");
    has(
        &out(&["diff", old.path(), new.path()], 1),
        &[
            "As far as rules, territories and the roster go, both books treat every possible lead alike.",
            "Who is away differs between the books; what that changes on those days is not worked out.",
            "Who has how much open differs between the books; what that changes is not worked out.",
        ],
    );
    assert_eq!(json(&["diff", old.path(), new.path()], 1)["not_compared"].as_array().unwrap().len(), 2);
    assert_eq!(json(&["diff", old.path(), old.path()], 0)["not_compared"], serde_json::json!([]));
    // When a response is due hangs on the hours of whoever gets it.
    let calendars =
        "calendar day { zone \"UTC\"  open mon..fri 09:00..17:00 }\ncalendar night { zone \"UTC\"  open mon..fri 20:00..23:00 }\n";
    let book = format!("{RECORDS}{calendars}rule west {{ when state is CA route to rep ana respond within 1 hour }}\n{LAST}")
        .replace("manager: rep }", "hours: calendar }");
    let roster = |hours: &str| format!("id,active,since,speaks,capacity,hours\nana,yes,2020-01-01,en,1,{hours}\n");
    let (first, second) = (Book::with("", &roster("day"), ""), Book::with("", &roster("night"), ""));
    [&first, &second].iter().for_each(|b| b.write("book.turf", &book));
    [&first, &second].iter().for_each(|b| b.write("accounts.csv", "id,domain,size,owner\n"));
    has(
        &out(&["diff", first.path(), second.path()], 1),
        &["ana keeps other hours in the newer book; when a response is due", "As far as rules"],
    );
    // Nobody picks by what is open, and nobody asks who is away.
    let plain = format!("rule west {{ when state is CA route to rep ana }}\n{LAST}");
    old.write("book.turf", &format!("{RECORDS}{plain}"));
    new.write("book.turf", &format!("{RECORDS}{plain}"));
    has(&out(&["diff", old.path(), new.path()], 1), &["Both books treat every possible lead alike.\n"]);
}

#[test]
fn a_team_by_a_changed_segment_has_changed() {
    let rules = format!(
        "segment near {{ state in [CA, OR] }}\nteam desk {{ members ana, bo where near pick in turn limit 3 open where big }}\nsegment big {{ employees > 10 }}\nrule west {{ when state is CA route to team desk }}\n{LAST}"
    );
    for (from, to) in [("[CA, OR]", "[CA, NV]"), ("employees > 10", "employees > 20")] {
        let (old, new) = (Book::new(&rules), Book::new(&rules.replace(from, to)));
        has(
            &out(&["diff", old.path(), new.path()], 1),
            &["the same team, and the team changed", "for leads: state is CA", "the segment `"],
        );
    }
}

#[test]
fn beginnings_are_said_without_what_lies_elsewhere() {
    let rules = format!(
        "priorities [one, two]\nrule near {{ priority one when postal starts with 941 route to queue review }}\nrule far {{ priority two when postal starts with 94 route to rep ana }}\n{LAST}"
    );
    let (old, new) = (Book::new(&rules), Book::new(&rules.replace("rep ana", "rep bo")));
    has(&out(&["diff", old.path(), new.path()], 1), &["for leads: postal is something that begins with 94 but not 941\n", "ana, now bo"]);
}

#[test]
fn long_lists_of_values_are_whole_in_json() {
    let codes = |n: usize| (10_000..10_000 + n).map(|c| c.to_string()).collect::<Vec<_>>().join(", ");
    let rules = |n: usize| format!("rule near {{ when postal in [{}] route to rep ana }}\n{LAST}", codes(n));
    let (old, new) = (Book::new(&rules(10)), Book::new(&rules(60)));
    let told = out(&["diff", old.path(), new.path()], 1);
    has(&told, &["10014, 10015, 10016, 10017 or one of 42 more values", "`--format json` lists them all"]);
    let document = json(&["diff", old.path(), new.path()], 1);
    let place = document["changes"][0]["where"][0].as_str().unwrap();
    assert!(place.contains("10018") && place.ends_with("or 10059"), "{place}");
}

const LEADS: &str = "id,email,state,postal,language,employees,worth,source,received
L1,jo@acme.example,CA,94105,en,50,1000,web,2027-03-01T10:00Z
L2,jo@nowhere.example,CA,94105,en,50,1000,web,2027-03-01T11:00Z
";

/// What `turf why ID --not NAME` says, on one line.
#[track_caller]
fn not(rules: &str, id: &str, name: &str) -> String {
    let book = Book::with(rules, REPS, LEADS);
    out(&["why", id, "--book", book.path(), "--not", name], 0).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_account_a_lead_is_matched_to_may_be_what_would_change_it() {
    let rules = format!("rule big {{ when account.size >= 1_000 and state is CA route to rep cy }}\n{LAST}");
    has(&not(&rules, "L1", "cy"), &["if account.size were 1,000 (not 500), it would go to cy by the rule big."]);
    let rules = format!("rule own {{ when account is present route to account.owner, else queue review }}\n{LAST}");
    has(&not(&rules, "L2", "bo"), &["if account were A2 (not missing), it would go to bo by the rule own."]);
    has(&not(&rules, "L1", "bo"), &["if account.owner were bo (not ana), it would go to bo by the rule own."]);
    // Without an account to change, one that fits.
    let rules = format!("rule small {{ when account.size < 10 route to rep cy }}\n{LAST}");
    has(&not(&rules, "L2", "cy"), &["if account were A2 (not missing), it would go to cy by the rule small."]);
    // Matched to nothing.
    let rules = format!("rule fresh {{ when account is missing route to rep cy }}\n{LAST}");
    has(&not(&rules, "L1", "cy"), &["if account were missing (not A1), it would go to cy by the rule fresh."]);
    // Two fields that are to agree.
    let rules = format!("rule same {{ when source is account.domain route to rep cy }}\n{LAST}");
    has(&not(&rules, "L1", "cy"), &["if source were acme.example (not web), it would go to cy"]);
}

#[test]
fn the_moment_may_be_what_would_change_it() {
    let rules = format!("rule season {{ when state is CA route to rep cy from 2027-06-01 through 2027-08-31 }}\n{LAST}");
    has(&not(&rules, "L1", "season"), &["if received were 2027-06-01 10:00+00:00 (not 2027-03-01 10:00+00:00), it would go to cy"]);
    let rules = format!("rule west {{ when state is CA route to rep ana if available }}\n{LAST}");
    let book = Book::with(&rules, REPS, LEADS);
    book.append("turf.toml", "[absences]\nfile = \"absences.csv\"\n");
    book.write("absences.csv", "rep,from,through\nana,2027-03-01,2027-03-20\n");
    has(&out(&["why", "L1", "--book", book.path(), "--not", "ana"], 0), &["if received were 2027-02-28 23:00+00:00"]);
    book.write("absences.csv", "rep,from,through\nana,2027-01-01,2027-03-20\n");
    has(&out(&["why", "L1", "--book", book.path(), "--not", "ana"], 0), &["if received were 2027-03-21 00:00+00:00"]);
}

#[test]
fn a_field_and_the_moment_change_together() {
    let rules = format!(
        "calendar late {{ zone \"UTC\" open mon..fri 20:00..22:00 }}\nteam night {{ members cy pick fewest open working hours only }}\nrule big {{ when employees >= 1_000 and state in [CA, OR] route to team night }}\n{LAST}"
    );
    let reps = "id,active,since,speaks,capacity,hours,manager\ncy,yes,2022-01-01,fr,2,late,\n";
    let book = Book::with(&rules, reps, LEADS);
    book.write("book.turf", &(RECORDS.replace("manager: rep", "hours: calendar  manager: rep") + &rules));
    let told = out(&["why", "L1", "--book", book.path(), "--not", "cy"], 0).split_whitespace().collect::<Vec<_>>().join(" ");
    has(
        &told,
        &["if employees were 1,000 (not 50) and received were 2027-03-01 20:00+00:00 (not 2027-03-01 10:00+00:00), it would go to cy"],
    );
}

#[test]
fn texts_are_rewritten_with_what_rules_search() {
    let rules = |asks: &str| format!("rule a {{ when {asks} route to rep cy }}\n{LAST}");
    for (asks, change) in [
        ("source contains shop", "source were web shop (not web)"),
        ("email ends with \".edu\"", "email were jo@acme.edu (not jo@acme.example)"),
        ("email ends with \"@acme.org\"", "email were jo@acme.org (not jo@acme.example)"),
        ("domain of email is \"big.example\"", "email were jo@big.example (not jo@acme.example)"),
        ("postal starts with 10", "postal were 10105 (not 94105)"),
        ("source does not contain web and source is present", "source were example (not web)"),
        (
            "source starts with \"new \" and source ends with shop and source contains all of [big, red]",
            "source were new web big red shop (not web)",
        ),
        ("email does not contain acme and email ends with \".example\"", "email were jo@example.example (not jo@acme.example)"),
    ] {
        has(&not(&rules(asks), "L1", "cy"), &[&format!("if {change}, it would go to cy by the rule a.")]);
    }
}

#[test]
fn the_smallest_change_gets_past_earlier_rules_and_is_the_nearest() {
    // Three fields for the rule itself, one more to keep an earlier one out.
    let rules = format!(
        "priorities [one, two]\nrule web {{ priority one when source contains web route to queue review }}\nrule far {{ priority two when language is fr and postal starts with 10 and worth >= 1M route to rep cy }}\n{LAST}"
    );
    let told = not(&rules, "L1", "far");
    has(
        &told,
        &[
            "language were fr",
            "postal were 10105 (not 94105)",
            "source were ",
            "worth were 1,000,000 USD",
            "it would go to cy by the rule far.",
        ],
    );
    // Of several rules that change one field the one that changes it least.
    let rules = format!(
        "priorities [one, two]\nrule large {{ priority one when employees >= 5_000 route to rep cy }}\nrule small {{ priority two when employees < 49 route to rep cy }}\n{LAST}"
    );
    has(&not(&rules, "L1", "cy"), &["if employees were 48 (not 50), it would go to cy by the rule small."]);
}

#[test]
fn that_nothing_leads_there_is_said_only_where_it_is_proved() {
    let rules = format!(
        "priorities [one, two]\nrule all {{ priority one when state is present or state is missing route to queue review }}\nrule never {{ priority two when state is CA route to rep cy }}\nrule vip {{ priority one when email matches /^v.i+p$/ route to rep bo }}\n{LAST}"
    );
    let rules =
        rules.replace("rule all { priority one", "rule all { priority two").replace("rule never { priority two", "rule zoo { priority two");
    let book = Book::with(&rules, &inactive("ana"), LEADS);
    let asked = |name: &str| json(&["why", "L1", "--book", book.path(), "--not", name], 0);
    for name in ["cy", "zoo", "triage", "ana"] {
        let answer = asked(name);
        assert_eq!((&answer["change"], &answer["no_change"]), (&Value::Null, &"proved".into()), "{name}: {answer}");
    }
    // No text is made up for a pattern, so nothing is found, and nothing is claimed.
    let answer = asked("vip");
    assert_eq!((&answer["change"], &answer["no_change"]), (&Value::Null, &"not-found".into()), "{answer}");
    assert!(answer["searched"][1].as_str().unwrap().contains("when it arrives"), "{answer}");
    has(&out(&["why", "L1", "--book", book.path(), "--not", "vip"], 0), &["No change that would have led there was found."]);
    has(&out(&["why", "L1", "--book", book.path(), "--not", "zoo"], 0), &["no record at all leads there."]);
    // Nothing is to be said where it did go.
    assert_eq!(asked("review")["no_change"], Value::Null);
}

const OVERLAP: &str = "overlap { lowest priority, then name }\n";

#[test]
fn an_overlap_of_territories_is_told_as_a_whole() {
    let rules = format!(
        "priorities [one, two]\nterritory a {{ priority one where state in [CA, OR] or employees > 100 owner ana }}\nterritory b {{ priority one where state is CA or postal starts with 94 owner bo }}\nterritory c {{ priority one where state is TX owner cy }}\n{OVERLAP}rule turf {{ priority two when territory is present route to owner of territory }}\n{LAST}"
    );
    let leads = "id,email,state,postal,language,employees,worth,source,received
L1,,CA,10000,en,5,1000,,2027-03-01T10:00Z
L2,,OR,94105,en,5,200,,2027-03-01T11:00Z
L3,,,94105,en,500,30,,2027-03-01T12:00Z
L4,,OR,10000,en,5,4,,2027-03-01T13:00Z
L5,,NV,94105,en,5,4,,2027-03-01T13:00Z
";
    let book = Book::with(&rules, REPS, leads);
    let leads = book.folder.path().join("leads.csv");
    let document = json(&["check", book.path(), "--on", leads.to_str().unwrap()], 0);
    let all = document["findings"].as_array().unwrap();
    let tie = all.iter().find(|f| f["name"] == "tie-by-name" && f["headline"].as_str().unwrap().contains("`a` and `b`")).unwrap();
    let about: Vec<&str> = tie["about"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
    for part in [
        "both claim, and none goes before them: state is CA",
        "both claim, and none goes before them: postal is something that begins with 94; state is CA or OR",
        "both claim, and none goes before them: employees above 100; postal is something that begins with 94",
    ] {
        assert!(about.contains(&part), "{part}: {about:#?}");
    }
    assert_eq!(about[0], "both claim, and none goes before them: state is CA");
    assert_eq!((&tie["concerns"]["records"], &tie["concerns"]["money"][0]), (&3.into(), &"1230".into()), "{tie}");
}

#[test]
fn why_nobody_owns_a_territory_is_told() {
    let rules = |owner: &str| {
        format!(
            "team desk {{ members where rep.speaks contains lead.language pick in turn }}\nterritory west {{ where state is CA {owner} }}\n{OVERLAP}rule turf {{ when territory is present route to owner of territory, else queue review }}\n{LAST}"
        )
    };
    let said = |owner: &str| {
        let book = Book::with(&rules(owner), &inactive("ana"), "");
        let document = json(&["check", book.path()], 0);
        let all = document["findings"].as_array().unwrap();
        all.iter()
            .find(|f| f["name"] == "unstaffed-territory")
            .map(|f| format!("{}. {}", f["headline"].as_str().unwrap(), f["help"][0].as_str().unwrap()))
    };
    assert_eq!(
        said("").unwrap(),
        "the territory `west` has no owner, and no other claims its leads. Give `west` an owner with `owner`, or let another territory claim what is left."
    );
    assert_eq!(
        said("owner ana").unwrap(),
        "`ana`, who owns the territory `west`, is not active, and no other claims its leads. Give `west` an owner who is active, or let another territory claim what is left."
    );
    assert_eq!(said("owner bo"), None);
}

#[test]
fn a_difference_of_response_or_credit_alone_says_so() {
    let rules = |more: &str| {
        format!(
            "credit plain {{ revenue: 100% assignee }}\ncredit shared {{ revenue: 90% assignee, rest rep cy }}\nrule west {{ when state is CA route to rep ana {more} }}\n{LAST}"
        )
    };
    let told = |one: &str, other: &str| {
        let (old, new) = (Book::new(&rules(one)), Book::new(&rules(other)));
        let document = json(&["diff", old.path(), new.path()], 1);
        assert_eq!(document["changes"].as_array().unwrap().len(), 1, "{document}");
        (document["changes"][0]["kind"].as_str().unwrap().to_owned(), out(&["diff", old.path(), new.path()], 1))
    };
    let (kind, text) = told("respond within 1 hour", "respond within 2 hours");
    assert_eq!(kind, "response");
    has(
        &text,
        &[
            "Same assignee, with another time to respond",
            "west: rep ana, respond within 1 hour\n",
            "west: rep ana, respond within 2 hours\n",
            "ana both times",
        ],
    );
    has(
        &told("", "respond within 2 hours").1,
        &["was  west: rep ana, no response is asked for", "now  west: rep ana, respond within 2 hours"],
    );
    let (kind, text) = told("credit plain", "credit shared");
    assert_eq!(kind, "credit");
    has(
        &text,
        &[
            "Same assignee, credited differently",
            "was  west: rep ana, credit plain { revenue: 100% assignee }",
            "now  west: rep ana, credit shared { revenue: 90% assignee, rest rep cy }",
        ],
    );
    let (kind, text) = told("credit plain respond within 1 hour", "");
    assert_eq!(kind, "credit-and-response");
    has(
        &text,
        &[
            "Same assignee, credited differently and with another time to respond",
            "was  west: rep ana, respond within 1 hour, credit plain { revenue: 100% assignee }",
            "now  west: rep ana, no response is asked for, no credit",
        ],
    );
    // A territory of another owner, whom a plan credits.
    let turf = |owner: &str| {
        format!(
            "credit local {{ revenue: 90% assignee, rest territory owner }}\nterritory {owner} {{ where state is CA owner {owner} }}\n{OVERLAP}rule west {{ when state is CA route to rep cy credit local }}\n{LAST}"
        )
    };
    let (old, new) = (Book::new(&turf("ana")), Book::new(&turf("bo")));
    has(&out(&["diff", old.path(), new.path()], 1), &["Same assignee, credited differently", "(in territory ana)", "(in territory bo)"]);
}

#[test]
fn differences_say_how_many_sample_leads_they_concern() {
    let rules = |one: &str, other: &str| {
        format!(
            "rule coast {{ when state in [CA, OR] or employees > 100 route to rep {one} }}\nrule desert {{ when state in [NV, TX] and not employees > 100 route to rep {other} }}\n{LAST}"
        )
    };
    let leads = "id,email,state,postal,language,employees,worth,source,received
L1,,NV,1,en,5,100,,2027-03-01T10:00Z
L2,,NV,1,en,5,200,,2027-03-01T11:00Z
L3,,TX,1,en,5,5000,,2027-03-01T12:00Z
L4,,CA,1,en,5,7000,,2027-03-01T13:00Z
L5,,,1,en,500,30,,2027-03-01T14:00Z
L6,,,1,en,5,,,2027-03-01T15:00Z
";
    let priorities = |text: String| text.replace("{ when", "{ priority one when").replacen("rule", "priorities [one]\nrule", 1);
    let old = Book::with(&priorities(rules("ana", "bo")), REPS, leads);
    let new = Book::with(&priorities(rules("cy", "cy")), REPS, leads);
    let file = old.folder.path().join("leads.csv");
    let arguments = ["diff", old.path(), new.path(), "--on", file.to_str().unwrap()];
    let told = out(&arguments, 1);
    has(
        &told,
        &[
            "for leads: state is CA or OR; in the file: 1 record with 7,000 USD, the first is L4",
            "for leads: employees above 100; state is missing or neither CA nor OR; in the file: 1 record with 30 USD, the first is L5",
            "together in the file: 2 records with 7,030 USD, the first is L4",
            "in the file: 3 records with 5,300 USD, the first is L1",
        ],
    );
    // What concerns more comes first.
    assert!(told.find("desert: rep bo").unwrap() < told.find("coast: rep ana").unwrap(), "{told}");
    let document = json(&arguments, 1);
    let first = &document["changes"][0];
    assert_eq!((&first["concerns"]["records"], &first["concerns"]["money"][0]), (&3.into(), &"5300".into()), "{first}");
    assert_eq!(document["changes"][1]["where_concerns"].as_array().unwrap().len(), 2);
    assert_eq!(document["sample"]["alike"], 0);
    let table = out(&[&arguments[..], &["--format", "markdown"]].concat(), 1);
    has(
        &table,
        &[
            "| which | concerns | was | now | example |",
            "| in the file: 3 records with 5,300 USD, the first is L1 |",
            "| from whom to whom | records |",
        ],
    );
    assert_eq!(json(&arguments[..3], 1)["changes"][0]["concerns"], Value::Null);
}

#[test]
fn nothing_is_left_out_without_saying_so() {
    let list = |n: usize| {
        format!(
            "list named = [{}]\nrule r {{ when postal in named route to rep ana }}\n{LAST}",
            (100..100 + n).map(|c| c.to_string()).collect::<Vec<_>>().join(", ")
        )
    };
    let (old, new) = (Book::new(&list(1)), Book::new(&list(30)));
    let told = out(&["diff", old.path(), new.path()], 1);
    has(&told, &["and 19 more", "of long lists some are left out here; `--format json` lists them all"]);
    assert!(json(&["diff", old.path(), new.path()], 1)["definitions"][0].as_str().unwrap().contains("`129`"));
    // More parts than are shown.
    let parts = |rep: &str| {
        let each = (1..=10).map(|n| format!("(postal starts with {n}9 and employees > {n})")).collect::<Vec<_>>().join(" or ");
        format!("rule r {{ when {each} route to rep {rep} }}\n{LAST}")
    };
    let (old, new) = (Book::new(&parts("ana")), Book::new(&parts("bo")));
    let count = json(&["diff", old.path(), new.path()], 1)["changes"][0]["where"].as_array().unwrap().len();
    assert!(count > 8, "{count}");
    for format in ["text", "markdown"] {
        has(
            &out(&["diff", old.path(), new.path(), "--format", format], 1),
            &[&format!("and {} more; `--format json` lists them all", count - 8)],
        );
    }
}

#[test]
fn gaps_of_fractions_come_last_and_whole_numbers_are_shown() {
    let rules = format!(
        "rule few {{ when employees <= 3 or employees is missing route to rep ana }}\nrule many {{ when employees >= 4 and state in [CA, OR, WA, NV] route to rep ana }}\n{LAST}"
    );
    let book = Book::new(&rules.replace("{ when", "{ priority one when").replacen("rule", "priorities [one]\nrule", 1));
    let document = json(&["check", book.path()], 0);
    let gap = document["findings"].as_array().unwrap().iter().find(|f| f["name"] == "unclaimed-records").unwrap();
    let about: Vec<&str> = gap["about"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
    assert_eq!(about, ["employees above 3; state is missing or neither CA, NV, OR nor WA", "employees above 3 to below 4"]);
    assert!(gap["example"]["text"].as_str().unwrap().contains("employees: 100"), "{gap}");
    // A blank cell goes before a fraction.
    let rules = format!("rule few {{ when employees > 3 and employees < 4 or employees is missing route to rep ana }}\n{LAST}");
    let (old, new) = (Book::new(&rules), Book::new(&rules.replace("ana", "bo")));
    has(&out(&["diff", old.path(), new.path()], 1), &["employees above 3 to below 4 or missing", "language: en, worth: 100"]);
    // From 3.5 on the first whole number is 4.
    let rules = format!("rule many {{ when employees >= 3.5 and employees < 5.5 route to rep cy }}\n{LAST}");
    let (old, new) = (Book::with(&rules, REPS, LEADS), Book::with(&rules.replace("cy", "bo"), REPS, LEADS));
    has(&out(&["diff", old.path(), new.path()], 1), &["employees: 4,"]);
    has(&out(&["why", "L1", "--book", old.path(), "--not", "cy"], 0), &["if employees were 5 (not 50)"]);
}

#[test]
fn other_accounts_and_other_matching_are_not_called_alike() {
    let rules = format!("rule own {{ when account is present route to account.owner }}\n{LAST}");
    let (old, new) = (Book::new(&rules), Book::new(&rules));
    new.write("accounts.csv", &ACCOUNTS.replace("500,ana", "500,bo"));
    has(
        &out(&["diff", old.path(), new.path()], 1),
        &[
            "As far as rules, territories and the roster go",
            "Of the account file 1 record differs; what that changes for whatever belongs to them is not worked out.",
        ],
    );
    // Where nothing looks at accounts they may differ.
    let plain = format!("rule west {{ when state is CA route to rep ana }}\n{LAST}");
    [&old, &new].iter().for_each(|b| b.write("book.turf", &format!("{RECORDS}{plain}")));
    assert_eq!(out(&["diff", old.path(), new.path()], 0), "Both books treat every possible lead alike.\n");
    let (old, new) = (Book::new(&rules), Book::new(""));
    new.write("book.turf", &format!("{RECORDS}{rules}").replace("by domain of email is domain", "by source is domain"));
    has(&out(&["diff", old.path(), new.path()], 1), &["How a lead is matched differs between the books"]);
}

#[test]
fn who_says_what_is_proved_and_what_only_may_be() {
    let rules = format!(
        "priorities [one, two, three]\nrule odd {{ priority three when source matches /acme corp/ and source does not contain acme route to rep ana }}\nrule web {{ priority one when source contains web route to rep bo if available }}\nrule both {{ priority two when source matches /web/ and source does not contain we and state is CA route to rep bo }}\n{LAST}"
    );
    let book = Book::new(&rules);
    let told = out(&["who", "ana", "--book", book.path()], 0);
    has(&told, &["ana may get a lead in 1 way; that is not proved, as no example was found:", "\n  perhaps rule odd ("]);
    let told = out(&["who", "bo", "--book", book.path()], 0);
    has(
        &told,
        &[
            "bo can get a lead in 1 way, and perhaps in 1 more, which is not proved, as no example was found:",
            "\n  rule web (",
            "\n  perhaps rule both (",
        ],
    );
    let document = json(&["who", "bo", "--book", book.path()], 0);
    assert_eq!((&document["ways"][0]["proved"], &document["ways"][1]["proved"]), (&Value::Bool(true), &Value::Bool(false)));
}

#[test]
fn whoever_is_active_takes_what_a_rule_gives_them() {
    let book = |rules: &str| Book::new(&format!("priorities [one, two]\n{rules}\n{LAST}"));
    let first = "rule west { priority one when state is CA route to rep ana, else rep bo }\n";
    let second = |route: &str| book(&format!("{first}rule all {{ priority two when state in [CA, OR] route to {route} }}"));
    // ana is there, so nobody else gets what is hers, and no other book changes that.
    let told = out(&["who", "bo", "--book", book(first).path()], 0);
    has(&told, &["bo can get no lead: rule west would lead to bo only after rep ana, and that takes every such lead.\n"]);
    let told = out(&["who", "cy", "--book", second("rep cy").path()], 0);
    has(&told, &["cy can get a lead in 1 way:", "leads: state is OR\n"]);
    let told = out(&["diff", second("rep bo").path(), second("rep cy").path()], 1);
    has(&told, &["differ for 1 kind of lead", "for leads: state is OR\n"]);
    // Without her it is another matter.
    let (old, new) = (second("rep bo"), second("rep cy"));
    [&old, &new].iter().for_each(|b| b.write("reps.csv", &inactive("ana").replace("bo,yes", "bo,no")));
    has(&out(&["diff", old.path(), new.path()], 1), &["if nobody can, all: rep cy\n    for leads: state is CA\n"]);
}

#[test]
fn whether_the_owner_stays_is_told_where_only_one_book_asks_for_the_territory() {
    let book = |route: &str| {
        Book::new(&format!(
            "priorities [one]\nterritory west {{ priority one where state in [CA, OR] owner ana }}\nterritory south {{ priority one where state is TX owner bo }}\noverlap {{ name }}\nrule {route}\n{LAST}"
        ))
    };
    let old = book("by-name { priority one when state in [CA, TX] route to rep ana }");
    let new = book("by-place { priority one when state in [CA, TX] route to owner of territory, else rep cy }");
    let told = out(&["diff", old.path(), new.path()], 1);
    let parts: Vec<&str> = told.split("Owner unchanged, rule changed").collect();
    has(&told, &["The books differ for 2 kinds of lead. This list is complete."]);
    has(
        parts[0],
        &["Goes to somebody else", "was  by-name: rep ana", "now  by-place: owner of territory, else rep cy (rep bo)", "state is TX\n"],
    );
    has(
        parts[1],
        &["was  by-name: rep ana", "now  by-place: owner of territory, else rep cy (rep ana)", "state is CA\n", "ana both times"],
    );
}

#[test]
fn addresses_are_made_with_the_domain_that_is_searched_for() {
    let rule = |name: &str, asks: &str| format!("rule {name} {{ priority one when {asks} route to rep bo }}\n");
    for (asks, shown, change) in [
        ("domain of email ends with \".de\"", "alex@example.de", "if email were someone@example.de"),
        ("domain of email contains acme", "alex@acme", "if email were someone@acme"),
        ("domain of email contains acme and domain of email ends with \".org\"", "alex@acme.org", "if email were someone@acme.org"),
    ] {
        let book = Book::new(&format!("priorities [one]\n{}{LAST}", rule("search", asks)));
        has(&out(&["who", "bo", "--book", book.path()], 0), &["bo can get a lead in 1 way:", shown]);
        book.write(
            "leads.csv",
            "id,email,state,postal,language,employees,worth,discount,source,received\nL1,,CA,94105,en,50,1000,,web,2027-03-01T10:00Z\n",
        );
        let told = out(&["why", "L1", "--book", book.path(), "--not", "bo"], 0);
        assert!(told.contains(change) && !told.contains(" .de"), "{told}");
    }
}

#[test]
fn a_comparison_cut_short_says_how_it_goes_on() {
    let rules = |from: usize| {
        let rule = |i: usize| {
            let (state, size) = ((i * 7 + from) % 40, (i * 13 + from) % 900);
            format!(
                "rule r{i} {{ priority p{i} when (postal is 1{state:04} or employees > {size}) and source is T{} route to rep {} }}\n",
                i % 9,
                ["ana", "bo", "cy"][(i + from) % 3]
            )
        };
        let names: Vec<String> = (0..30).map(|i| format!("p{i}")).collect();
        format!("priorities [{}]\n{}\n{LAST}", names.join(", "), (0..30).map(rule).collect::<String>())
    };
    let (old, new) = (Book::new(&rules(0)), Book::new(&rules(5)));
    has(&out(&["diff", old.path(), new.path()], 1), &["This list is complete."]);
    let settings = fs::read_to_string(Path::new(new.path()).join("turf.toml")).unwrap();
    new.write("turf.toml", &format!("{settings}\n[check]\nbudget = 750\n"));
    let told = out(&["diff", old.path(), new.path()], 1);
    has(
        &told,
        &[
            "The search was cut short: there may be more. A larger `budget` under `[check]` in the turf.toml of the newer book lets it go on.\n",
        ],
    );
}

#[test]
fn changes_that_no_example_shows_are_perhaps_and_counted_apart() {
    let rules = |asks: &str| Book::new(&format!("rule a {{ when source {asks} route to rep ana }}\n{LAST}"));
    let (old, new) = (rules("contains acme"), rules("matches /acme corp/"));
    let told = out(&["diff", old.path(), new.path()], 1);
    has(
        &told,
        &[
            "The books differ for 1 kind of lead, and perhaps for 1 more, which is not proved, as no example was found. This list",
            "\n    perhaps: not proved, as no example was found\n",
        ],
    );
    has(&out(&["diff", old.path(), new.path(), "--format", "markdown"], 1), &["| perhaps: not proved, as no example was found |"]);
    let document = json(&["diff", old.path(), new.path()], 1);
    assert_eq!((&document["changes"][0]["proved"], &document["changes"][1]["proved"]), (&Value::Bool(true), &Value::Bool(false)));
    let (old, new) = (rules("contains acme"), rules("contains acme and source matches /me/"));
    has(&out(&["diff", old.path(), new.path()], 1), &["The books may differ for 1 kind of lead, which is not proved, as no"]);
}

#[test]
fn searches_of_one_text_are_proved_to_include_or_exclude_each_other() {
    let rules = |asks: &str| Book::new(&format!("rule a {{ when source {asks} route to rep ana }}\n{LAST}"));
    let (old, new) = (rules("contains acme"), rules("contains \"acme corp\""));
    has(
        &out(&["diff", old.path(), new.path()], 1),
        &[
            "The books differ for 1 kind of lead. This list is complete.",
            "for leads: where not (source contains \"acme corp\"); where source contains acme\n",
        ],
    );
    let (old, new) = (rules("contains acme"), rules("contains acme and source contains me"));
    has(&out(&["diff", old.path(), new.path()], 0), &["Both books treat every possible lead alike."]);
    for never in [
        "contains \"acme corp\" and source does not contain acme",
        "ends with \".com\" and source ends with \".org\"",
        "starts with \"acme corp\" and source does not contain \"me co\"",
        "is \"acme corp\" and source does not contain acme",
        "is acme and source ends with corp",
        "contains all of [\"new york\", jersey] and source does not contain [york]",
    ] {
        let told = out(&["check", rules(never).path(), "--format", "line"], 0);
        has(&told, &["warning[never-yes]: the rule `a` can never apply: its conditions contradict each other."]);
        has(&out(&["who", "ana", "--book", rules(never).path()], 0), &["rule a would lead to ana, but no lead can be as it asks"]);
    }
    // Those that only look so have an example.
    for may in [
        "contains \"acme corp\" and source does not contain inc",
        "ends with corp and source ends with \"acme corp\"",
        "starts with \"acme c\" and source does not contain \"acme corp\"",
        "contains any of [\"acme corp\", beta] and source does not contain acme",
    ] {
        let told = out(&["who", "ana", "--book", rules(may).path()], 0);
        has(&told, &["ana can get a lead in 1 way:", "for example lead"]);
    }
    // A rule that asks for less takes all, and what is left over is said without what follows from the rest.
    let book = Book::new(&format!(
        "priorities [one, two]\nrule broad {{ priority one when source contains acme route to queue review }}\nrule narrow {{ priority two when source contains \"acme corp\" route to rep ana }}\n{LAST}"
    ));
    let told = out(&["check", book.path()], 0);
    has(&told, &["the rule `narrow` never wins: `broad` takes every lead before it"]);
    has(&told, &["note: where not (source contains acme), or it cannot be told\n"]);
}

#[test]
fn conditions_with_too_many_cases_are_called_by_their_names() {
    let entangled = |letter: char| {
        (0..11).map(|i| format!("(source contains {letter}{i} or email contains {letter}{i})")).collect::<Vec<_>>().join(" and ")
    };
    let book = |letter: char| {
        Book::new(&format!(
            "segment wild {{ {} }}\nrule big {{ priority 1 when {} route to rep ana }}\nrule some {{ priority 1 when wild and state is CA route to rep bo }}\n{LAST}",
            entangled('w'),
            entangled(letter)
        ))
    };
    let (old, new) = (book('a'), book('b'));
    let told = out(&["check", old.path()], 0);
    has(
        &told,
        &[
            "advice[undecided]: the segment `wild` has too many cases to look into, so nothing is proved of what hangs on it\n  --> book.turf:18:9",
            "advice[undecided]: the condition of the rule `big` has too many cases to look into",
            "make several rules of it with fewer of them each",
            "both apply to: where the condition of the rule `big` is yes; where the condition of the rule `some` is yes\n",
            "where not (the condition of the rule `big` is yes); where not (the condition of the rule `some` is yes)\n",
        ],
    );
    has(
        &out(&["diff", old.path(), new.path()], 1),
        &[
            "the condition of the rule `big` of the old book is yes",
            "the condition of the rule `big` of the new book is yes",
            "(the condition of the rule `some` is yes)",
        ],
    );
}

#[test]
fn fields_that_a_headline_leaves_out_are_listed() {
    let fields: String = (0..9).map(|i| format!("n{i}: number\n")).collect();
    let book = Book::new(&format!(
        "record thing {{ id: text, key  used: number {fields} }}\nrule t for thing {{ priority 1 when used > 1 route to queue review }}\notherwise for thing {{ route to queue review }}\n{LAST}"
    ));
    book.append("turf.toml", "[records.thing]\nfile = \"things.csv\"\n");
    book.write("things.csv", "id,used,n0,n1,n2,n3,n4,n5,n6,n7,n8\n");
    let document = json(&["check", book.path()], 0);
    let thing =
        document["findings"].as_array().unwrap().iter().find(|f| f["headline"].as_str().unwrap().contains("record `thing`")).unwrap();
    assert!(thing["headline"].as_str().unwrap().ends_with("`n7` and 1 more"), "{thing}");
    assert_eq!(thing["about"], serde_json::json!(["nothing asks about `n8` either"]), "{thing}");
}

#[test]
fn examples_are_ordinary_and_at_an_hour_at_which_they_show_something() {
    let rules = |end: &str| {
        format!(
            "calendar late {{ zone \"UTC\" open mon..fri 20:00..22:00 }}\ncalendar weekend {{ zone \"UTC\" open sat 10:00..11:00 }}\nrule big {{ priority 1 when employees >= 1_000 route to rep cy if at work }}\nrule sat {{ priority 2 when postal is 94105 route to rep bo if at work }}\nrule zip {{ priority 3 when postal starts with 94105 {end} }}\n{LAST}"
        )
    };
    let reps = "id,active,since,speaks,capacity,hours,manager\nbo,yes,2021-01-01,fr,2,weekend,\ncy,yes,2022-01-01,fr,2,late,\n";
    let book = |end: &str| {
        let book = Book::with(&rules(end), reps, LEADS);
        book.write("book.turf", &(RECORDS.replace("manager: rep", "hours: calendar  manager: rep") + &rules(end)));
        book
    };
    let last = book("route to queue review");
    let told = out(&["who", "cy", "--book", last.path()], 0);
    has(&told, &["cy can get a lead in 1 way:", "employees: 1000", "on 2027-03-01 at 20:00\n"]);
    let document = json(&["who", "cy", "--book", last.path()], 0);
    assert_eq!(document["ways"][0]["example"]["at"], "2027-03-01 20:00+00:00", "{document}");
    has(&out(&["who", "bo", "--book", last.path()], 0), &["postal: 94105,", "on 2027-03-06 at 10:00\n"]);
    // Where nobody is at work at nine, both books come to the same then.
    let (old, new) = (book("and employees < 5 route to rep cy if at work"), book("and employees < 5 route to rep bo if at work"));
    has(&out(&["diff", old.path(), new.path()], 1), &["on 2027-03-01 at 20:00: cy, now queue triage\n"]);
    // A postal code that is whole already.
    let whole = Book::new(&format!("rule zip {{ priority 1 when postal starts with 94105 route to rep cy }}\n{LAST}"));
    has(&out(&["who", "cy", "--book", whole.path()], 0), &["postal: 94105, "]);
}

#[test]
fn rules_that_never_win_are_shown_by_a_lead_that_another_takes() {
    let told = |route: &str| {
        let rules = format!(
            "priorities [one, two]\nrule first {{ priority one when state in [CA, OR] route to {route} }}\nrule second {{ priority two when state is OR and employees > 5 route to rep bo }}\n{LAST}"
        );
        json(&["check", Book::new(&rules).path()], 0)
    };
    for (route, name) in [("queue review", "hidden-rule"), ("rep ana", "fallback-rule")] {
        let document = told(route);
        let finding = document["findings"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap();
        assert_eq!(finding["example"]["fields"]["state"], "OR", "{finding}");
        assert!(finding["example"]["fields"]["employees"].as_i64() > Some(5), "{finding}");
    }
}

#[test]
fn what_clashes_is_told_in_the_order_in_which_it_stands() {
    let rules = format!(
        "overlap {{ lowest priority, then name }}\npriorities [geo]\nterritory west {{ priority geo where state is CA owner ana\n territory inner {{ where state is OR owner bo }} }}\nrule r {{ priority geo when territory is present route to owner of territory }}\n{LAST}"
    );
    let told = json(&["check", Book::new(&rules).path()], 0);
    let finding = told["findings"].as_array().unwrap().iter().find(|f| f["name"] == "never-yes").unwrap();
    let labels: Vec<&str> = finding["labels"].as_array().unwrap().iter().map(|l| l["text"].as_str().unwrap()).collect();
    assert_eq!(labels, ["", "what the territory `west` around it claims", "and this cannot both be"], "{finding}");
}

#[test]
fn a_conflict_is_shown_where_some_part_of_it_can_be() {
    // No address at acme.example ends with .edu, but a source may be a university.
    let rules = |edu: &str| {
        format!(
            "rule edu {{ priority 1 when {edu} route to queue review }}\nrule named {{ priority 1 when domain of email is \"acme.example\" route to rep ana }}\n{LAST}"
        )
    };
    let told = out(&["check", Book::new(&rules("email ends with \".edu\" or source contains university")).path()], 1);
    has(
        &told,
        &[
            "error[rules-conflict]: the rules `edu` and `named` have one priority and can both apply",
            "email: \"alex@acme.example\"",
            "source: \"example university\"",
        ],
    );
    let told = out(&["check", Book::new(&rules("email ends with \".edu\"")).path()], 0);
    assert!(!told.contains("rules-conflict"), "{told}");
    has(&out(&["check", Book::new(&rules("email ends with \"acme.example\"")).path()], 1), &["can both apply"]);
    has(&out(&["check", Book::new(&rules("email ends with \".example\"")).path()], 1), &["can both apply"]);
}

#[test]
fn what_others_of_a_chain_would_take_is_left_to_them() {
    let chain = format!(
        "rule all {{ priority 1 when employees >= 5 route to rep ana where rep.speaks contains lead.language, else rep cy where rep.speaks contains lead.language, else queue review }}\n{LAST}"
    );
    // Cy gets what Ana does not speak, and the queue what neither does.
    has(&not(&chain, "L1", "cy"), &["if language were fr (not en), it would go to cy by the rule all."]);
    has(&not(&chain, "L1", "review"), &["if language were missing (not en), it would go to queue review by the rule all."]);
    // A rule decides only where somebody can take the record.
    let rule = format!("rule all {{ priority 1 when employees >= 5 route to rep cy where rep.speaks contains lead.language }}\n{LAST}");
    has(&not(&rule, "L1", "all"), &["if language were fr (not en), it would go to cy by the rule all."]);
    let told = out(&["who", "cy", "--book", Book::new(&chain).path()], 0);
    has(&told, &["rule all (book.turf:18): rep cy where rep.speaks contains lead.language, when nobody before", "language: fr"]);
    // Rules before, whose people could be away, are left out of the example as well.
    let zips = format!(
        "rule a {{ priority 1 when postal starts with 941 route to rep ana }}\nrule b {{ priority 2 when postal starts with 94 route to rep cy }}\n{LAST}"
    );
    has(&out(&["who", "cy", "--book", Book::new(&zips).path()], 0), &["something that begins with 94", "postal: 94005"]);
    let never = format!(
        "team t {{ members where rep.speaks contains lead.language pick fewest open }}\nrule es {{ priority 1 when language is es route to team t, else rep cy where rep.capacity > 5 }}\n{LAST}"
    );
    has(
        &out(&["who", "cy", "--book", Book::new(&never).path()], 0),
        &[
            "cy can get no lead: rule es would lead to cy by team t, but no lead it applies to fits; rule es asks for rep cy where rep.capacity > 5, which cy never fits.\n",
        ],
    );
}

#[test]
fn what_was_seen_before_may_be_something_new() {
    let rules = format!(
        "rule new {{ priority 1 when not seen before by email within 30 days route to rep cy }}\nrule again {{ priority 2 when state is CA route to rep bo }}\n{LAST}"
    );
    let leads = format!("{LEADS}L3,jo@acme.example,CA,94105,en,50,1000,web,2027-03-01T12:00Z\n");
    let book = Book::with(&rules, REPS, &leads);
    let told = out(&["why", "L3", "--book", book.path(), "--not", "cy"], 0).split_whitespace().collect::<Vec<_>>().join(" ");
    has(&told, &["if email were somebody-new@example.com (not jo@acme.example), it would go to cy by the rule new."]);
}

#[test]
fn a_field_whose_capitals_matter_no_longer_is_no_longer_searched_alike() {
    let rules = format!("rule a {{ priority 1 when source contains acme route to rep ana }}\n{LAST}");
    let (old, new) = (Book::new(&rules), Book::new(&rules));
    new.write("book.turf", &(RECORDS.replace("source: text", "source: text, any case") + &rules));
    let told = out(&["diff", old.path(), new.path()], 1);
    has(&told, &["where not (source contains acme); where source contains acme (capitals do not matter)\n", "perhaps: not proved"]);
    // Where both say so the words need not.
    let told = out(&["diff", new.path(), old.path()], 1);
    has(&told, &["source contains acme (capitals do not matter)"]);
    has(&out(&["who", "ana", "--book", new.path()], 0), &["leads: where source contains acme\n"]);
}

#[test]
fn rules_to_merge_are_told_with_a_text_that_says_no_more_and_no_less() {
    let rule = |name: &str, asks: &str| format!("rule {name} {{ priority 1 when {asks} }}\n");
    let told = |one: &str, other: &str| {
        let route = |asks: &str| {
            let (asks, dates) = asks.split_once('|').unwrap_or((asks, ""));
            format!("{asks} and worth > 5 route to rep ana {dates}")
        };
        out(&["check", Book::new(&format!("{}{}{LAST}", rule("a", &route(one)), rule("b", &route(other)))).path(), "--format", "line"], 0)
    };
    for (one, other, help) in [
        (
            "state is CA|through 2026-12-31",
            "state is CA|from 2027-01-01",
            "their periods, which adjoin. One rule could say it all: take the dates out of `a` and remove `b`.",
        ),
        (
            "(state is CA or language is fr)|from 2026-07-01 through 2026-12-31",
            "(language is fr or state is CA)|from 2026-01-01 through 2026-06-30",
            "write `from 2026-01-01 through 2026-12-31` in `b` and remove `a`.",
        ),
        ("state is CA", "state in [NV, OR]", "ask `state in [CA, NV, OR]` in `a` and remove `b`."),
        ("state is CA", "state is not CA", "ask `state is present` in `a` and remove `b`."),
        ("postal starts with 94", "postal starts with 95", "ask `postal starts with any of [94, 95]` in `a` and remove `b`."),
        ("employees < 500", "employees in 500..999", "ask `employees <= 999` in `a` and remove `b`."),
        ("employees in 1..10", "employees > 10", "ask `employees >= 1` in `a` and remove `b`."),
        // Between whole numbers lie others.
        ("employees in 100..499", "employees in 500..999", "ask `employees in 100..499 or employees in 500..999` in `a` and remove `b`."),
        (
            "source starts with A",
            "source is not Berlin and not source starts with A",
            "in `a` join with `or` what they ask of `source`, and remove `b`.",
        ),
    ] {
        has(&told(one, other), &["advice[mergeable-rules]: the rules", help]);
    }
    for (one, other) in [
        ("state is CA|through 2026-12-30", "state is CA|from 2027-01-01"),
        ("state is CA|through 2026-12-31", "state is NV|from 2027-01-01"),
    ] {
        assert!(!told(one, other).contains("mergeable"), "{one}, {other}");
    }
}

#[test]
fn days_that_contradict_dates_told_from_the_present_are_found() {
    let rules = |asks: &str| format!("rule a {{ when {asks} route to rep ana }}\n{LAST}");
    let book = |asks: &str| {
        let book = Book::new(&rules(asks));
        book.write("book.turf", &(RECORDS.replace("  source: text\n", "  source: text\n  renewal: date\n  signed: time\n") + &rules(asks)));
        book.write(
            "turf.toml",
            &TOML.replace("absent = true }", "absent = true }\nrenewal = { absent = true }\nsigned = { absent = true }"),
        );
        book
    };
    for never in [
        "renewal before 2027-01-01 and renewal within next 3 months from 2027-01-01",
        "renewal after 2027-04-30 and renewal within next 1 month through 2027-03-30",
        "signed before 2027-01-01 and signed after now from 2027-01-01",
        "signed before 2027-01-01T12:00Z and signed within last 2 hours from 2027-01-02",
    ] {
        has(&out(&["check", book(never).path(), "--format", "line"], 0), &["warning[never-yes]: the rule `a` can never apply"]);
    }
    for (may, example) in [
        ("renewal before 2027-01-02 and renewal within next 3 months from 2027-01-01", "renewal: 2027-01-01"),
        ("renewal after 2027-04-29 and renewal within next 1 month through 2027-03-30", "renewal: 2027-04-30"),
        ("signed before 2027-01-01T12:00Z and signed within last 2 hours from 2027-01-01", "signed: 2027-01-01T09:00:00Z"),
    ] {
        let told = out(&["who", "ana", "--book", book(may).path()], 0);
        has(&told, &["ana can get a lead in 1 way:", example]);
    }
}

#[test]
fn who_is_asked_again_changes_nothing() {
    let book = |rules: &str| Book::new(&format!("priorities [one, two]\n{rules}\n{LAST}"));
    let west = |route: &str| book(&format!("rule west {{ priority one when state is CA route to {route} }}"));
    let (first, second) = (west("rep ana, else rep bo"), west("rep ana, else rep ana, else rep bo"));
    has(&out(&["diff", first.path(), second.path()], 0), &["Both books treat every possible lead alike."]);
    // So does a later rule that asks nobody else.
    let first = "rule west { priority one when state is CA route to rep ana if available }\n";
    let later = |route: &str| book(&format!("{first}rule all {{ priority two when state in [CA, OR] route to {route} }}"));
    let told = out(&["diff", book(first).path(), later("rep ana if available").path()], 1);
    has(&told, &["differ for 1 kind of lead", "now  all: rep ana if available; if", "for leads: state is OR\n"]);
    let told = out(&["diff", book(first).path(), later("rep ana if available, else rep bo").path()], 1);
    has(&told, &["differ for 2 kinds of lead", "now  west: rep ana if available; if nobody can, all: rep bo\n"]);
    // What an overlay adds twice is added twice.
    let overlay = |adds: &str| book(&format!("overlay help {{ when state is CA {adds} }}"));
    let (one, two) = (overlay("add rep ana as helper"), overlay("add rep ana as helper add rep ana as advisor"));
    has(&out(&["diff", one.path(), two.path()], 1), &["differ for 1 kind", "add rep ana as helper; add rep ana as advisor"]);
}

#[test]
fn what_is_missing_or_on_file_is_said_without_double_negation() {
    let rules = format!(
        "priorities [one, two]\nrule a {{ priority one when account.size is 5 and account.owner is ana route to rep ana }}\nrule b {{ priority two when state is missing route to rep bo }}\n{LAST}"
    );
    let told = out(&["who", "bo", "--book", Book::new(&rules).path()], 0) + &out(&["check", Book::new(&rules).path()], 0);
    assert!(!told.contains("not not") && !told.contains("nor not"), "{told}");
    has(&told, &["account is missing or on file", "account.owner is missing, or on file and not ana"]);
}

#[test]
fn times_are_said_and_shown_on_whole_minutes() {
    let rules = format!(
        "priorities [one, two, three, four]\nrule a {{ priority two when received in 2027-03-01T08:00..2027-03-01T17:00 route to rep ana }}\nrule b {{ priority three when received before 2027-03-01T07:00Z and received after 2027-03-01T06:59Z route to rep bo }}\nrule c {{ priority four when received after now route to rep ana }}\nrule d {{ priority one when received after 2026-03-02T08:00 and received before 2026-03-03T00:00 route to rep cy }}\n{LAST}"
    );
    let book = Book::new(&rules);
    let told = out(&["who", "ana", "--book", book.path()], 0);
    has(
        &told,
        &[
            "received from 2027-03-01 08:00+00:00 to 2027-03-01 17:00+00:00\n",
            "received: 2027-03-01T09:00:00Z",
            "received: 2027-03-01T17:01:00Z",
        ],
    );
    let told = out(&["who", "bo", "--book", book.path()], 0);
    has(&told, &["received after 2027-03-01 06:59+00:00 and before 2027-03-01 07:00+00:00", "received: 2027-03-01T06:59:59Z"]);
    has(
        &out(&["who", "cy", "--book", book.path()], 0),
        &["received after 2026-03-02 08:00+00:00 and before", "received: 2026-03-02T23:59:00Z"],
    );
}

#[test]
fn nothing_is_said_twice_of_a_field_and_answers_are_told_where_they_are() {
    let rules = format!(
        "priorities [one, two]\nrule a {{ priority one when source contains acme and received after now route to rep ana }}\nrule b {{ priority two when source is present and source does not contain acme and domain of email is \"x.example\" route to rep bo }}\n{LAST}"
    );
    let book = Book::new(&rules);
    has(&out(&["who", "ana", "--book", book.path()], 0), &["leads: received after now; where source contains acme\n"]);
    has(
        &out(&["who", "bo", "--book", book.path()], 0),
        &["leads: domain of email is \"x.example\"; source is present; where not (source contains acme)\n"],
    );
    // Percentages have their sign.
    let records = RECORDS.replace("worth: money USD", "worth: money USD  discount: percent");
    book.write("book.turf", &format!("{records}rule a {{ when discount in 5%..6% route to rep ana }}\n{LAST}"));
    book.write("leads.csv", "id,email,state,postal,language,employees,worth,discount,source,received\n");
    has(&out(&["who", "ana", "--book", book.path()], 0), &["discount: 5%,"]);
}

#[test]
fn who_says_why_an_owner_gets_nothing_and_who_owns_by_a_team() {
    let rules = |more: &str| format!("overlap {{ most specific, then name }}\n{more}\n{LAST}");
    let to_owner = "rule turf { when territory is present route to owner of territory }";
    let yz = "territory y { where state is CA owner ana }\nterritory z { where state is CA owner bo }";
    let who = |rep: &str, more: &str| out(&["who", rep, "--book", Book::new(&rules(more)).path()], 0);
    has(&who("bo", &format!("{yz}\n{to_owner}")), &["bo can get no lead: the territory z would lead to bo, but y always wins.\n"]);
    has(
        &who("bo", &format!("{yz}\nrule turf {{ when state is CA route to rep ana }}")),
        &["but no rule leads to the owner of a territory.\n"],
    );
    has(&who("cy", &format!("{yz}\n{to_owner}")), &["cy can get no lead: no team, territory or rule leads there.\n"]);
    let hidden = "priorities [one, two]\nrule first { priority one when state is present route to queue review }\nrule last { priority two when state is CA route to rep cy }";
    has(&who("cy", hidden), &["cy can get no lead: rule last would lead to cy, but rules before it take every such lead.\n"]);
    // The same by a team.
    let of_team =
        "team t { members bo pick in turn }\nterritory y { where state is CA owner ana }\nterritory z { where state is CA owner team t }";
    has(
        &who("bo", &format!("{of_team}\n{to_owner}")),
        &["bo can get no lead: the territory z would lead to bo as one of team t, but y always wins.\n"],
    );
    has(
        &who("bo", &format!("{of_team}\nrule turf {{ when state is CA route to rep ana }}")),
        &["bo can get no lead: team t, of which bo can be one, owns the territory z, but no rule leads to the owner of a territory.\n"],
    );
    let unfit = "team t { members where rep.speaks contains lead.language pick fewest open }\nterritory z { where state is CA and language is en owner team t }";
    has(
        &who("cy", &format!("{unfit}\n{to_owner}")),
        &["cy can get no lead: the territory z would lead to cy as one of team t, but no lead in it makes cy a member of that team.\n"],
    );
    let idle = "team t { members cy pick in turn }\nrule turf { when state is CA route to rep ana }";
    has(&who("cy", idle), &["cy can get no lead: cy can be one of team t, but nothing leads to that team.\n"]);
    let team = "team t { members ana, bo pick in turn }\nterritory u { where state is CA owner team t }\nterritory v { where state is OR owner bo }";
    let told = who("bo", &format!("{team}\n{to_owner}"));
    has(
        &told,
        &[
            "bo can get a lead in 2 ways",
            "owner of territory\n    leads: state is OR",
            "owner of territory, as one of team t\n    leads: state is CA",
        ],
    );
}

#[test]
fn one_is_said_as_one() {
    let rules = format!(
        "otherwise for account {{ route to queue review }}\nrule big for account {{ priority 1 when size > 100 route to rep ana }}\nrule west {{ priority 2 when state is CA route to rep ana }}\n{LAST}"
    );
    let leads = "id,email,state,postal,language,employees,worth,source,received\nL1,,OR,10000,en,5,1000,,2027-03-01T10:00Z\nL2,,CA,10000,en,5,1000,,2027-03-01T10:00Z\n";
    let book = Book::with(&rules, REPS, leads);
    has(&out(&["who", "ana", "--record", "account", "--book", book.path()], 0), &["ana can get an account in 1 way:"]);
    has(&out(&["why", "L1", "--book", book.path(), "--not", "ana"], 0), &["for the one path that could lead there:"]);
    let changed = Book::with(&rules.replace("state is CA", "state in [CA, OR]"), REPS, leads);
    let file = book.folder.path().join("leads.csv");
    let told = out(&["diff", book.path(), changed.path(), "--on", file.to_str().unwrap()], 1);
    has(&told, &["Of 2 records 1 changes: 1 goes to somebody else, 0 lie in another territory"]);
}

#[test]
fn locks_are_compared_to_the_day() {
    let book = |rules: &str| Book::new(&format!("{rules}\n{LAST}"));
    let until = |day: &str| book(&format!("rule held {{ when state is CA  keep account.owner until {day}, else rep cy }}"));
    let (short, long) = (until("2027-03-05"), until("2027-03-08"));
    assert_eq!(out(&["diff", short.path(), until("2027-03-05").path()], 0), "Both books treat every possible lead alike.\n");
    let told = out(&["diff", short.path(), long.path()], 1);
    has(
        &told,
        &[
            "The books differ for 1 kind of lead. This list is complete.",
            "  - was  held: rep cy\n    now  held: account.owner, else rep cy\n    for leads: state is CA; from 2027-03-06 through 2027-03-08\n",
        ],
    );
    // While it lasts it does as if nothing were said of how long; by then ended, as if there were none.
    let plain = book("rule held { when state is CA  route to account.owner, else rep cy }");
    has(&out(&["diff", short.path(), plain.path()], 1), &["was  held: rep cy\n", "for leads: state is CA; from 2027-03-06 on\n"]);
    let none = book("rule held { when state is CA  route to rep cy }");
    has(&out(&["diff", short.path(), none.path()], 1), &["now  held: rep cy\n", "for leads: state is CA; until 2027-03-05\n"]);
    // Where one of two lasts, how long the other does matters to nobody.
    let two = |hours: &str| {
        book(&format!(
            "rule held {{ when state is CA  keep account.owner for {hours} hours since received, else keep account.owner until 2027-03-05, else rep cy }}"
        ))
    };
    assert_eq!(out(&["diff", two("30").path(), two("30").path()], 0), "Both books treat every possible lead alike.\n");
    let told = out(&["diff", two("30").path(), two("40").path()], 1);
    has(
        &told,
        &[
            "The books differ for 1 kind of lead. This list is complete.",
            "  - was  held: rep cy\n    now  held: account.owner, else rep cy\n    for leads: received from 40 hours ago on and before 30 hours ago; state is CA; from 2027-03-06 on\n",
        ],
    );
    // Whole days counted from a moment end at an hour that only deciding tells, so they are compared as written.
    let days = |days: &str| book(&format!("rule held {{ when state is CA  keep account.owner for {days} days since received }}"));
    let told = out(&["diff", days("3").path(), days("4").path()], 1);
    has(&told, &["was  held: keep account.owner for 3 days since received;", "for leads: state is CA\n"]);
}

#[test]
fn whoever_is_kept_can_get_a_lead_until_then() {
    let rules = "rule held { when state is CA  keep account.owner until 2027-03-05 if available, else queue review }";
    let told = out(&["who", "bo", "--book", Book::new(&format!("{rules}\n{LAST}")).path()], 0);
    has(
        &told,
        &[
            "rule held",
            "keep account.owner until 2027-03-05 if available\n",
            "account is on file; state is CA; account.owner is bo; until 2027-03-05\n",
        ],
    );
    let shown = out(&["show", "rule", "held", "--book", Book::new(&format!("{rules}\n{LAST}")).path()], 0);
    has(&shown, &["  keep        account.owner until 2027-03-05 if available, else queue review\n"]);
}

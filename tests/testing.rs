//! `turf test` from outside: blocks and tables of tests, what a failure says, formats and exit codes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A book of its own to test.
pub struct Book(TempDir);

pub const RULES: &str = r#"record lead { id: text, key  state: one of [CA, NY, TX]  size: number  tags: set of [a, b]  at: time, arrival  account: account }
record account { id: text, key  name: text  owner: rep }
record rep { id: text, key  active: yes/no }
queues [triage]
priorities [first, then]
territory west { priority then  where state is CA  owner ana }
overlap { lowest priority, most specific, then name }
team desk {
  members ana, bo
  pick in turn
  limit 2 open
}
rule big {
  priority first
  when size >= 100
  route to team desk
  credit plan
  because "Big ones are shared."
}
rule theirs { priority then  when account is present  route to account.owner, else queue triage }
rule placed { priority then  when territory is present and account is missing  route to owner of territory }
otherwise { route to queue triage }
overlay advice { when tags contains a  add rep bo as advisor }
credit plan { revenue: 60% assignee, 10% account owner, rest rep ana }
"#;

impl Book {
    pub fn new(tests: &str) -> Self {
        let book = Self(tempfile::tempdir().unwrap());
        book.write(
            "turf.toml",
            "name = \"small\"\nzone = \"Europe/Berlin\"\n[records.rep]\nfile = \"reps.csv\"\n[records.account]\nfile = \"accounts.csv\"\n",
        );
        book.write("reps.csv", "id,active\nana,yes\nbo,yes\n");
        book.write("accounts.csv", "id,name,owner\nacme,Acme,bo\n");
        book.write("rules.turf", RULES);
        book.write("tests.turf", tests);
        book
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn turf(&self, arguments: &[&str]) -> (i32, String, String) {
        let output: Output =
            Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(self.0.path()).env("NO_COLOR", "1").output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

/// Runs tests and returns those that failed, each with what was expected and what came.
fn failures(book: &Book) -> Vec<String> {
    let (code, out, err) = book.turf(&["test", "--format", "json"]);
    let document: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    let mut failed = Vec::new();
    for test in document["tests"].as_array().unwrap() {
        for record in test["records"].as_array().unwrap() {
            for outcome in record["expectations"].as_array().unwrap() {
                assert_eq!(outcome["passed"].as_bool().unwrap(), outcome["got"].is_null());
                if outcome["passed"] == false {
                    failed.push(format!(
                        "{}: {}: {}",
                        test["name"].as_str().unwrap(),
                        outcome["expected"].as_str().unwrap(),
                        outcome["got"].as_str().unwrap()
                    ));
                }
            }
        }
    }
    assert_eq!(code, i32::from(!failed.is_empty()));
    failed
}

#[test]
fn every_expectation_can_be_met() {
    let book = Book::new(
        r#"test "all" {
  on 2027-03-01
  lead { state: CA, tags: [a, b] }
  expect rep ana or bo
  expect not rep bo
  expect rule placed
  expect not rule big
  expect territory west
  expect overlay advice
  expect no account
  expect not queue triage
  expect not otherwise
  lead { size: 100, account: acme }
  expect team desk
  expect rep ana
  expect account acme
  expect no territory
  expect credit revenue 60% assignee, 10% account owner, 30% rep ana
  expect credit revenue 90% rep ana
  expect credit revenue rest rep ana
  lead { size: 100 }
  expect rep bo
  lead { state: TX }
  expect otherwise
  expect queue triage
  lead { account: acme }
  expect rule theirs
  expect rep bo
}
"#,
    );
    assert_eq!(failures(&book), [""; 0]);
}

#[test]
fn every_expectation_can_fail() {
    let book = Book::new(
        r#"test "t" {
  on 2027-03-01
  lead { state: CA, account: acme }
  expect rep ana
  expect not rep bo
  expect rule placed or big
  expect not territory west
  expect no territory
  expect queue triage
  expect team desk
  expect overlay advice
  expect no account
  expect credit revenue 60% assignee
  expect otherwise
  lead { size: 100 }
  expect credit revenue 61% assignee
  expect credit revenue 60% rep bo
  expect account acme
  expect credit revenue rest assignee
  expect territory west
}
"#,
    );
    let credit = "credit revenue 60% assignee (ana), 10% account owner (nobody), 40% rep ana (ana)";
    let bo = "bo, by rule theirs";
    let expected = [
        ("rep ana", bo),
        ("not rep bo", bo),
        ("rule placed or big", bo),
        ("not territory west", "territory west"),
        ("no territory", "territory west"),
        ("queue triage", bo),
        ("team desk", bo),
        ("overlay advice", "no overlay"),
        ("no account", "account acme"),
        ("credit revenue 60% assignee", "no ledger revenue"),
        ("otherwise", bo),
        ("credit revenue 61% assignee", credit),
        ("credit revenue 60% rep bo", credit),
        ("account acme", "no account"),
        ("credit revenue rest assignee", credit),
        ("territory west", "no territory"),
    ];
    assert_eq!(failures(&book), expected.map(|(e, g)| format!("t: {e}: {g}")));
}

#[test]
fn what_is_given_holds_from_the_first_record_on() {
    let book = Book::new(
        r#"test "away" { on 2027-03-01 given ana is away lead { size: 100 } expect rep bo lead { size: 100 } expect rep bo }
test "nobody is left" { given ana has 2 open given bo has 1 open
  lead { size: 100 } expect rep bo
  lead { size: 100 } expect otherwise
}
test "turns begin anew" { lead { size: 100 } expect rep ana lead { size: 100 } expect rep bo }
test "a lead that says when it came is decided then" {
  on 2027-03-01
  lead { at: 2027-02-01T10:00Z, state: CA }
  expect rep ana
}
"#,
    );
    assert_eq!(failures(&book), [""; 0]);
    book.write("absences.csv", "rep,from,through\nana,2027-03-01,2027-03-01\n");
    book.write("tests.turf", "test \"absences on file count\" { on 2027-03-01 lead { size: 100 } expect rep bo }\n");
    let toml = fs::read_to_string(book.path("turf.toml")).unwrap();
    book.write("turf.toml", &format!("{toml}[absences]\nfile = \"absences.csv\"\n"));
    assert_eq!(failures(&book), [""; 0]);
}

#[test]
fn a_failure_says_what_was_expected_what_came_and_why() {
    let book = Book::new(
        "test \"a small one\" { on 2027-03-01\n  lead { size: 99 }\n  expect rule big\n}\ntest \"fine\" { lead { size: 100 } expect rule big }\n",
    );
    let (code, out, err) = book.turf(&["test"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(
        out,
        "FAIL  a small one (tests.turf:1)
        lead test-1 (tests.turf:2)
        expected  rule big (tests.turf:3)
        got       queue triage, by otherwise
        why       rule big (rules.turf:13): `size >= 100` is no: size is 99
ok    fine (tests.turf:5)
1 of 2 tests failed, 1 passed.
"
    );
    assert_eq!(book.turf(&["test", "fine"]).0, 0);
    let (_, xml, _) = book.turf(&["test", "--format", "junit"]);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let suite = document.descendants().find(|n| n.has_tag_name("testsuite")).unwrap();
    assert_eq!((suite.attribute("tests"), suite.attribute("failures"), suite.attribute("name")), (Some("2"), Some("1"), Some("small")));
    let failure = document.descendants().find(|n| n.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("message"), Some("expected rule big, got queue triage, by otherwise"));
    assert!(failure.text().unwrap().contains("`size >= 100` is no: size is 99"));
}

#[test]
fn no_test_is_a_failure_and_a_broken_book_cannot_be_tested() {
    let book = Book::new("# none\n");
    let (code, _, err) = book.turf(&["test"]);
    assert!(code == 1 && err.contains("the book has no tests"), "{code} {err}");
    book.write("tests.turf", "test \"x\" { lead { size: 1 } expect otherwise }\n");
    let (code, _, err) = book.turf(&["test", "y"]);
    assert!(code == 1 && err.contains("none of the 1 tests has a name that contains `y`"), "{code} {err}");
    book.write("tests.turf", "test \"x\" { lead { size: 1 } expect rep nobody }\n");
    let (code, _, err) = book.turf(&["test"]);
    assert!(code == 2 && err.contains("unknown-rep"), "{code} {err}");
}

fn table(book: &Book, text: &str) {
    let toml = fs::read_to_string(book.path("turf.toml")).unwrap();
    if !toml.contains("tests =") {
        book.write("turf.toml", &format!("tests = [\"cases.csv\"]\n{toml}"));
    }
    book.write("cases.csv", text);
}

#[test]
fn a_table_of_tests_is_run_row_by_row() {
    let book = Book::new("");
    table(
        &book,
        "test.name,test.on,test.given,state,size,tags,account,expect.rep,expect.rule,expect.not_rule,expect.territory,expect.credit,expect.otherwise,expect.account,expect.overlay,expect.queue,expect.team
turns,2027-03-01,,,100,,,ana,big,placed,none,\"revenue: 60% assignee, 40% rep ana\",,none,,,desk
turns,,,,100,,,bo,,,,,,,,,
away,2027-03-01,ana is away; bo has 1 open,,100,,,bo,,,,,,,,,
,,,CA,,a;b,,ana or bo,placed,,west,,,,advice,,
,,,TX,,,,,,big,,,yes,,,triage,
,,,TX,,,acme,bo,theirs,,none,,no,acme,,,
",
    );
    assert_eq!(failures(&book), [""; 0]);
    table(&book, "size,expect.rep,expect.not_rule\n100,bo,big\n");
    assert_eq!(
        failures(&book),
        ["cases.csv line 2: rep bo: ana of team desk, by rule big", "cases.csv line 2: not rule big: ana of team desk, by rule big"]
    );
}

#[test]
fn what_is_wrong_with_a_table_is_said_and_nothing_runs() {
    let book = Book::new("");
    table(
        &book,
        "sise,size,test.given,test.on,test.record,expect.rep,expect.not_rule,expect.credit,expect.otherwise\n\
         1,many,ana sleeps,soon,lead,anna,bigg,60%,perhaps\n1,1,,,leed,,,,\n",
    );
    let (code, out, err) = book.turf(&["test"]);
    assert_eq!((code, out.as_str()), (2, ""));
    for words in [
        "cases.csv:1: the column `sise` is no field and says nothing about a test. Did you mean `size`?",
        "cases.csv:2: `size`: ",
        "cases.csv:2: `ana sleeps` cannot be given",
        "cases.csv:2: `soon` is no day and no time",
        "cases.csv:2: the book has no rep `anna`. Did you mean `ana`?",
        "cases.csv:2: the book has no rule `bigg`. Did you mean `big`?",
        "cases.csv:2: `60%` is no credit",
        "cases.csv:2: `expect.otherwise` is yes or blank, not `perhaps`",
        "cases.csv:3: the book declares no record `leed`",
    ] {
        assert!(err.contains(words), "{words}\n{err}");
    }
    table(&book, "size\n1\n");
    assert!(book.turf(&["test"]).2.contains("no column says what must become of the records"));
    fs::remove_file(book.path("cases.csv")).unwrap();
    assert!(book.turf(&["test"]).2.contains("cases.csv"));
}

#[test]
fn the_books_here_pass_their_tests() {
    for book in ["rules/first", "rules/forbes2000"] {
        let output = Command::new(env!("CARGO_BIN_EXE_turf"))
            .args(["test", "--book", book])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn coverage_says_what_no_test_reaches() {
    let book = Book::new(
        "test \"t\" { on 2027-03-01 lead { size: 100, tags: [a] } expect rule big lead { size: 101, state: CA } expect rule big }\n",
    );
    let (code, out, _) = book.turf(&["test", "--coverage"]);
    assert_eq!(code, 0);
    for line in [
        "rules.turf:15: rule big: `size >= 100` was never no",
        "rules.turf:15: rule big: `size >= 100` was never asked below 100",
        "rules.turf:20: rule theirs never decided",
        "rules.turf:20: rule theirs: `account is present` was never yes",
        "rules.turf:21: rule placed: `account is missing` was never no",
        // Of the lead without a state nothing can be told, and the other one is in the territory.
        "rules.turf:6: territory west: `state is CA` was never no",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert!(!out.contains("at 100") && !out.contains("above 100") && !out.contains("advice never"), "{out}");
    let (_, json, _) = book.turf(&["test", "--coverage", "--format", "json"]);
    let document: Value = serde_json::from_str(&json).unwrap();
    let coverage = &document["coverage"];
    let big = coverage["conditions"].as_array().unwrap().iter().find(|c| c["of"] == "rule big").unwrap();
    assert_eq!(
        (&big["yes"], &big["no"], &big["boundaries"][0]["at"], &big["boundaries"][0]["above"]),
        (&2.into(), &0.into(), &1.into(), &1.into())
    );
    let percent: f64 = coverage["percent"].as_str().unwrap().parse().unwrap();
    assert!(percent > 30.0 && percent < 80.0, "{percent}");
    assert_eq!(book.turf(&["test", "--min", "30"]).0, 0);
    let (code, _, err) = book.turf(&["test", "--min", "80%"]);
    assert!(code == 1 && err.contains("less than 80%"), "{err}");
    assert_eq!(book.turf(&["test", "--min", "101"]).0, 2);
}

#[test]
fn coverage_is_written_as_lcov_and_as_a_page() {
    let book = Book::new("test \"<t>\" { on 2027-03-01 lead { size: 100 } expect rule big }\n");
    assert_eq!(book.turf(&["test", "--lcov", "c.info", "--html", "c.html"]).0, 0);
    let lcov = fs::read_to_string(book.path("c.info")).unwrap();
    assert!(lcov.starts_with("TN:\nSF:rules.turf\n") && lcov.ends_with("end_of_record\n"), "{lcov}");
    for line in ["BRDA:15,0,0,1", "BRDA:15,0,1,0", "DA:13,1", "DA:20,0", "LF:4", "LH:1"] {
        assert!(lcov.lines().any(|l| l == line), "{line}\n{lcov}");
    }
    let page = fs::read_to_string(book.path("c.html")).unwrap();
    assert!(
        page.contains("rule big: `size &gt;= 100` was never no") && page.contains("<tr class=\"gap\"><td class=\"n\">20</td>"),
        "{page}"
    );
    assert_eq!(page.matches("<tr").count(), RULES.lines().count());
}

#[test]
fn tests_are_proposed_for_what_none_reaches_and_they_pass() {
    let book = Book::new("");
    let (code, proposed, err) = book.turf(&["test", "--write"]);
    assert_eq!(code, 0);
    assert!(err.contains("With them the tests reach 100.0% of the book"), "{err}{proposed}");
    assert!(proposed.starts_with("# rules.turf:6: territory west: `state is CA` was never "), "{proposed}");
    book.write("proposed.turf", &proposed);
    assert_eq!(book.turf(&["fmt", "--check", "proposed.turf"]).0, 0, "{proposed}");
    let (code, out, err) = book.turf(&["test", "--coverage", "--min", "100"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    // With them there is nothing left to propose.
    let (_, again, err) = book.turf(&["test", "--write"]);
    assert!(again.is_empty() && err.contains("0 tests written"), "{err}{again}");
}

#[test]
fn what_cannot_be_shown_is_said() {
    let book = Book::new("rule never { priority then  when size < 5 and size > 7  route to queue triage }\n");
    let (code, _, err) = book.turf(&["test", "--write"]);
    assert_eq!(code, 0);
    assert!(err.contains("rule never never decided; no record was found that shows it"), "{err}");
}

#[test]
fn changes_that_no_test_notices_are_named() {
    let book = Book::new("test \"t\" { lead { size: 100 } expect rule big lead { size: 99, state: CA } expect rule placed }\n");
    let (code, out, _) = book.turf(&["test", "--mutate"]);
    assert_eq!(code, 1);
    let unnoticed: Vec<&str> = out.lines().filter_map(|l| l.split_once(": no test notices ")).map(|(_, change)| change).collect();
    assert!(unnoticed.contains(&"rule theirs left out") && unnoticed.contains(&"overlay advice left out"), "{out}");
    assert!(!unnoticed.iter().any(|c| c.starts_with("rule big")), "{out}");
    assert!(out.ends_with(" changes.\n"), "{out}");
    let (_, json, _) = book.turf(&["test", "--mutate", "--format", "json"]);
    let document: Value = serde_json::from_str(&json).unwrap();
    let mutations = document["mutations"].as_array().unwrap();
    let of = |change: &str| mutations.iter().find(|m| m["change"] == change).unwrap_or_else(|| panic!("{change}\n{json}"));
    assert_eq!(of("rule big: `size >= 100` with its bound on the other side")["noticed_by"], "t");
    assert!(of("rule theirs: without its first target `account.owner`")["noticed_by"].is_null());
    book.write("tests.turf", "test \"t\" { lead { size: 100 } expect rule theirs }\n");
    let (code, _, err) = book.turf(&["test", "--mutate"]);
    assert!(code == 1 && err.contains("only be told when all of them pass"), "{err}");
}

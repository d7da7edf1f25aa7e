//! Questions over every possible record, from outside: `diff`, `who`, `check --on`, and what would change a decision.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const CHANGED: &str = "tests/diff/first-changed";

fn turf(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1").output().unwrap()
}

fn out(arguments: &[&str], code: i32) -> String {
    let output = turf(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_books_differ_exactly_where_they_should() {
    let told = out(&["diff", "rules/first", CHANGED, "--on", "rules/first/data/leads.csv"], 1);
    assert!(told.contains("differ for 7 kinds of lead. This list is complete."), "{told}");
    // What both books say alike is not mentioned.
    assert!(!told.contains("software-advice"), "{told}");
    assert!(
        told.contains("for leads: account is missing; employees from 500 to below 1,000; industry is healthcare; state is MA, NJ or NY"),
        "{told}"
    );
    assert!(told.contains("Of 12 records 1 changes: 1 goes to somebody else"), "{told}");
    assert!(told.contains("lee: 3 before, 4 after (+1)"), "{told}");
    let alike = out(&["diff", "rules/first", "rules/first"], 0);
    assert_eq!(alike, "Both books treat every possible lead alike.\n");
    // The other way round the gains are losses.
    let back = out(&["diff", CHANGED, "rules/first", "--on", "rules/first/data/leads.csv"], 1);
    assert!(back.contains("lee: 4 before, 3 after (-1)"), "{back}");
}

#[test]
fn a_difference_fits_into_a_merge_request() {
    let table = out(&["diff", "rules/first", CHANGED, "--format", "markdown"], 1);
    assert!(table.contains("| which | was | now | example |"), "{table}");
    for line in table.lines().filter(|l| l.starts_with("| ")) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 5, "{line}");
    }
}

#[test]
fn a_revision_of_git_is_a_book() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=turf", "-c", "user.email=turf@example.com", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    copy(Path::new("rules/first"), &folder.path().join("book"));
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    copy(Path::new(CHANGED), &folder.path().join("book"));
    let here = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(folder.path()).env("NO_COLOR", "1").output().unwrap()
    };
    for old in ["HEAD:book", "HEAD:book/", "HEAD"] {
        let output = here(&["diff", old, "book"]);
        assert_eq!(output.status.code(), Some(1), "{old}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("differ for 7 kinds of lead"));
    }
    // The top of a repository is a folder like any other.
    let top = here(&["diff", "HEAD:.", "book"]);
    assert!(!String::from_utf8_lossy(&top.stderr).contains("neither a folder nor a git revision"));
    let lost = here(&["diff", "nowhere:book", "book"]);
    assert_eq!(lost.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&lost.stderr).contains("neither a folder nor a git revision"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(from)).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&from.join(entry.file_name()), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn who_gets_what_is_told_over_every_lead() {
    let mia = out(&["who", "mia", "--book", "rules/first"], 0);
    assert!(mia.contains("rule hospital (rules.turf:63): team hospital-experts"), "{mia}");
    assert!(mia.contains("account is missing; employees 1,000 or more; industry is healthcare"), "{mia}");
    let gone = turf(&["who", "anna", "--book", "rules/first"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("Did you mean `ana`?"));
}

#[test]
fn the_smallest_change_leads_where_it_says() {
    let told = |id: &str, name: &str| {
        out(&["why", id, "--book", "rules/first", "--not", name], 0).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(told("L11", "hospital").contains("if employees were 1,000 (not missing), it would go to mia by the rule hospital."));
    assert!(told("L08", "ana").contains("if state were NV (not TX), it would go to ana by the rule by-territory."));
    // One reference is less than two fields.
    assert!(told("L10", "mia").contains("if account were A1 (not missing), it would go to mia by the rule existing-customer."));
    // Two fields at once.
    assert!(told("L10", "hospital").contains("if employees were 1,000 (not 22) and industry were healthcare (not retail)"));
}

#[test]
fn findings_say_how_many_leads_they_concern() {
    let told = out(&["check", "rules/first", "--on", "rules/first/data/leads.csv"], 0);
    assert!(told.contains("in the file: 1 record, the first is L08"), "{told}");
    let lines = out(&["check", "rules/first", "--on", "rules/first/data/leads.csv", "--format", "line"], 0);
    assert!(lines.contains(" In the file: 1 record, the first is L08. "), "{lines}");
    let forbes =
        out(&["check", "rules/forbes2000", "--on", "rules/forbes2000/data/leads.csv", "--money", "potential", "--format", "json"], 0);
    let document: serde_json::Value = serde_json::from_str(&forbes).unwrap();
    let gap = document["findings"].as_array().unwrap().iter().find(|f| f["name"] == "unclaimed-records").unwrap();
    // What no rule claims is what `route` gives to the last resort.
    let routed = out(&["route", "--book", "rules/forbes2000", "--format", "json"], 0);
    let routed: serde_json::Value = serde_json::from_str(&routed).unwrap();
    let rows = routed.as_array().cloned().or_else(|| routed["rows"].as_array().cloned()).unwrap();
    let fallen = rows.iter().filter(|r| r["rule"] == "otherwise").count();
    assert_eq!(gap["concerns"]["records"], fallen, "{gap}");
    assert!(gap["concerns"]["money"][1].as_str().unwrap().ends_with(" USD"));
}

#[test]
fn lists_absences_and_open_work_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    for (book, letters, absences, loads) in [
        (&old, "[CA, OR, WA]", "rep,from,through\nana,2027-03-01,2027-03-05\n", "rep,open\nana,3\nlee,1\n"),
        (
            &new,
            "[CA, NV, OR]",
            "rep,from,through\nana,2027-03-08,2027-03-12\nlee,2027-05-01,2027-05-01\n",
            "rep,open\nana,5\nlee,1\nbo,2\n",
        ),
    ] {
        copy(Path::new("rules/first"), book);
        let append = |file: &str, text: &str| {
            let was = fs::read_to_string(book.join(file)).unwrap();
            fs::write(book.join(file), was + text).unwrap();
        };
        append("rules.turf", &format!("\nlist west = {letters}\n"));
        append("turf.toml", "\n[absences]\nfile = \"absences.csv\"\n[loads]\nfile = \"loads.csv\"\n");
        fs::write(book.join("absences.csv"), absences).unwrap();
        fs::write(book.join("loads.csv"), loads).unwrap();
    }
    let told = out(&["diff", old.to_str().unwrap(), new.to_str().unwrap()], 1);
    for line in [
        "the list `west` is now without `WA` and with `NV`",
        "`ana` is no longer away from 2027-03-01 00:00 to 2027-03-06 00:00",
        "`ana` is now away from 2027-03-08 00:00 to 2027-03-13 00:00",
        "`lee` is now away from 2027-05-01 00:00 to 2027-05-02 00:00",
        "`ana` had 3 open and has 5",
        "`bo` had 0 open and has 2",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("`lee` had"), "{told}");
}

#[test]
fn a_last_resort_may_be_missing_where_rules_take_everything() {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new("tests/gallery/otherwise-unreachable/book"), folder.path());
    let book = folder.path().to_str().unwrap();
    let edit = |file: &str, from: &str, to: &str| {
        let was = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(was.contains(from), "{was}");
        fs::write(folder.path().join(file), was.replace(from, to)).unwrap();
    };
    edit("book.turf", "otherwise { route to team desk, else queue triage }", "");
    let told = out(&["check", book], 0);
    assert!(!told.contains("otherwise"), "{told}");
    fs::write(
        folder.path().join("leads.csv"),
        "id,company,email,country,postal,industry,employees,revenue,products,asked,account\nL1,,,,,,,,,,\n",
    )
    .unwrap();
    let decided = out(&["route", "--book", book, folder.path().join("leads.csv").to_str().unwrap(), "--format", "csv"], 0);
    assert!(decided.contains("elsewhere"), "{decided}");
    // A rule that may pass a record on, or one that leaves something over, needs it again.
    edit("mistake.turf", "route to rep lee, else queue triage", "route to rep lee");
    assert!(out(&["check", book], 1).contains("missing-otherwise"));
    edit("mistake.turf", "route to rep lee", "route to rep lee, else queue triage");
    edit("mistake.turf", "country is missing or not", "not");
    assert!(out(&["check", book], 1).contains("missing-otherwise"));
}

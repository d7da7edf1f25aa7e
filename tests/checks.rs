//! `turf check` for reviewers and build servers: formats, what makes it fail, what is allowed, and the hook for git.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The book of the gallery in which a rule is hidden, in a folder called `book`.
fn hidden(rule: &str, toml: &str) -> TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gallery/bad-allow/book");
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("book");
    fs::create_dir_all(to.join("data")).unwrap();
    for file in ["book.turf", "records.turf", "data/accounts.csv", "data/leads.csv", "data/reps.csv"] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let rules = fs::read_to_string(from.join("mistake.turf")).unwrap();
    fs::write(to.join("mistake.turf"), rules.replace("# allow hidden-rule\n", &format!("{rule}\n"))).unwrap();
    let written = fs::read_to_string(from.join("turf.toml")).unwrap();
    fs::write(to.join("turf.toml"), format!("{written}{toml}")).unwrap();
    folder
}

fn turf(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_turf")).args(arguments).current_dir(folder).env("NO_COLOR", "1").output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// The names of what is found, and the exit code with warnings denied.
fn found(folder: &TempDir) -> (i32, Vec<String>) {
    let (code, out) = turf(folder.path(), &["check", "book", "--format", "json", "--deny", "warnings"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    let findings = document["findings"].as_array().unwrap();
    (code, findings.iter().filter(|f| f["severity"] != "advice").map(|f| f["name"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn what_is_allowed_with_a_reason_is_left_out_for_that_item() {
    for (comment, wanted) in [
        ("# allow hidden-rule: kept for the audit until March", &[][..]),
        ("# about the rule\n# allow hidden-rule: kept\n# more about it", &[]),
        ("# allow hidden-rule", &["bad-allow", "hidden-rule"]),
        ("# allow hidden-rule:", &["bad-allow", "hidden-rule"]),
        ("# allow hiden-rule: kept", &["bad-allow", "hidden-rule"]),
        ("# allow unknown-rep: kept", &["bad-allow", "hidden-rule"]),
        ("# allow hidden-rule: kept\n", &["bad-allow", "hidden-rule"]),
        ("# allow hidden-rule: kept\n# allow never-yes: kept", &["bad-allow"]),
        ("# allow nobody to have it", &["hidden-rule"]),
        ("# allow hidden-rule: kept\nlist unused = [US]", &["bad-allow", "hidden-rule"]),
    ] {
        assert_eq!(
            found(&hidden(comment, "")),
            (i32::from(!wanted.is_empty()), wanted.iter().map(|w| (*w).to_owned()).collect()),
            "{comment}"
        );
    }
}

#[test]
fn an_allowance_reaches_into_the_territory_below_it_and_no_further() {
    let folder = hidden("", "");
    let book = folder.path().join("book");
    let rules = "territory world {\n  where country in [US, DE]\n  owner ana\n  priority named\n  COMMENT\n  territory us {\n    where country is US\n    where country is not DE\n    owner lee\n  }\n}\noverlap { lowest priority, name }\n";
    fs::write(book.join("territories.turf"), rules.replace("COMMENT", "")).unwrap();
    let advice = |comment: &str| {
        fs::write(book.join("territories.turf"), rules.replace("COMMENT", comment)).unwrap();
        let (_, out) = turf(folder.path(), &["check", "book", "--format", "line"]);
        out.lines()
            .filter(|l| l.starts_with("territories.turf") && !l.contains("too-many"))
            .map(|l| l.split(['[', ']']).nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let without = advice("");
    assert!(without.iter().any(|n| n == "idle-condition"), "{without:?}");
    let with = advice("# allow idle-condition: written out for new colleagues");
    assert_eq!(with, without.iter().filter(|n| *n != "idle-condition").cloned().collect::<Vec<_>>());
}

#[test]
fn levels_of_the_book_go_before_those_of_the_names() {
    let level = |level: &str| hidden("", &format!("[check]\nlevels = {{ hidden-rule = \"{level}\" }}\n"));
    for (written, code, denied) in [("error", 1, 1), ("warning", 0, 1), ("advice", 0, 0), ("off", 0, 0)] {
        let folder = level(written);
        assert_eq!(turf(folder.path(), &["check", "book"]).0, code, "{written}");
        assert_eq!(turf(folder.path(), &["check", "book", "--deny", "warnings"]).0, denied, "{written}");
        let (_, out) = turf(folder.path(), &["check", "book", "--format", "line"]);
        assert_eq!(out.contains("hidden-rule"), written != "off", "{out}");
    }
    assert_eq!(turf(level("advice").path(), &["check", "book", "--deny", "advice"]).0, 1);
    // A louder finding does not keep a book from deciding.
    assert_eq!(turf(level("error").path(), &["route", "--book", "book"]).0, 0);
}

#[test]
fn every_format_says_where_what_and_how_bad() {
    let folder = hidden("", "");
    let (code, out) = turf(folder.path(), &["check", "book", "--format", "github", "--deny", "warnings"]);
    assert_eq!(code, 1);
    assert!(
        out.contains(
            "::warning file=book/mistake.turf,line=4,endLine=4,col=6,endColumn=12,title=hidden-rule::the rule `retail` never wins: "
        ),
        "{out}"
    );
    let (code, out) = turf(folder.path(), &["check", "book", "--format", "sarif"]);
    assert_eq!(code, 0);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!result["locations"].as_array().unwrap().is_empty());
    }
    let hidden = results.iter().find(|r| r["ruleId"] == "hidden-rule").unwrap();
    assert_eq!(hidden["level"], "warning");
    assert_eq!(hidden["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "book/mistake.turf");
    assert_eq!(
        hidden["locations"][0]["physicalLocation"]["region"],
        serde_json::json!({ "startLine": 4, "startColumn": 6, "endLine": 4, "endColumn": 12 })
    );
    assert_eq!(hidden["relatedLocations"].as_array().unwrap().len(), 2);
    for (deny, failures) in [(&[][..], "0"), (&["--deny", "warnings"], "1")] {
        let (_, out) = turf(folder.path(), &[&["check", "book", "--format", "junit"], deny].concat());
        let document = roxmltree::Document::parse(&out).unwrap();
        assert_eq!(document.root_element().attribute("failures"), Some(failures), "{out}");
        assert_eq!(document.descendants().filter(|n| n.has_tag_name("failure")).count().to_string(), failures);
    }
    let fine = tempfile::tempdir().unwrap();
    turf(fine.path(), &["init", "b"]);
    let toml = fine.path().join("b/turf.toml");
    let written = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, format!("{written}\n[check.levels]\nunclaimed-records = \"off\"\n")).unwrap();
    let (_, out) = turf(fine.path(), &["check", "b", "--format", "junit"]);
    assert!(out.contains("<testcase name=\"no findings\"") && roxmltree::Document::parse(&out).is_ok(), "{out}");
    assert_eq!(turf(fine.path(), &["check", "b", "--format", "github"]), (0, String::new()));
}

#[test]
fn a_literal_fix_is_in_the_log_too() {
    let folder = hidden("", "");
    let book = folder.path().join("book");
    fs::write(book.join("a b.turf"), "segment s { country is US and industy is retail }\n").unwrap();
    let (code, out) = turf(folder.path(), &["check", "book", "--format", "sarif"]);
    assert_eq!(code, 1);
    let log: Value = serde_json::from_str(&out).unwrap();
    let result = log["runs"][0]["results"].as_array().unwrap().iter().find(|r| r["level"] == "error").unwrap();
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "book/a%20b.turf");
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "industry");
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    let hooked = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
    Command::new("git")
        .args(hooked)
        .args(arguments)
        .current_dir(folder)
        .env("TURF", env!("CARGO_BIN_EXE_turf"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn the_hook_for_git_stops_a_commit_that_is_not_fine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert!(git(path, &["init", "-q"]).status.success());
    let hook = path.join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pre-commit"), &hook).unwrap();
    turf(path, &["init", "my book"]);
    let commit = |words: &str| {
        git(path, &["add", "-A"]);
        let output = git(path, &["commit", "-q", "-m", words]);
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (fine, said) = commit("first");
    assert!(fine, "{said}");
    let rules = path.join("my book/rules.turf");
    let good = fs::read_to_string(&rules).unwrap();
    for (bad, wanted) in [
        (good.replace("queues [triage]", "queues  [triage]"), "rules.turf is not in the style"),
        (good.replace("members ana, bo", "members ana, bob"), "unknown-rep"),
        (good.replace("expect rep mia", "expect rep ana"), "1 of 1 test failed"),
    ] {
        fs::write(&rules, &bad).unwrap();
        let (fine, said) = commit("bad");
        assert!(!fine && said.contains(wanted), "{said}");
    }
    // What counts is what is staged, not what lies in the folder.
    fs::write(&rules, good.replace("# A queue is", "# Here a queue is")).unwrap();
    git(path, &["add", "-A"]);
    fs::write(&rules, "rule {").unwrap();
    let output = git(path, &["commit", "-q", "-m", "second"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
    // A commit that touches no book is none of the hook's business, and neither are the files left lying about.
    fs::write(path.join("README"), "hello\n").unwrap();
    git(path, &["add", "README"]);
    assert!(git(path, &["commit", "-q", "-m", "third"]).status.success());
}

#[cfg(unix)]
#[test]
fn the_commands_of_the_workflow_run() {
    let workflow = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/turf.yml")).unwrap();
    let commands: Vec<&str> = workflow.lines().filter_map(|l| l.trim().strip_prefix("run: ")).collect();
    assert_eq!(commands.len(), 4);
    let folder = tempfile::tempdir().unwrap();
    turf(folder.path(), &["init", "book"]);
    let program = Path::new(env!("CARGO_BIN_EXE_turf")).parent().unwrap().display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    for command in commands {
        let output =
            Command::new("sh").args(["-ec", command]).current_dir(folder.path()).env("BOOK", "book").env("PATH", &path).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
    }
    for file in ["turf-tests.xml", "turf.sarif"] {
        assert!(!fs::read_to_string(folder.path().join(file)).unwrap().is_empty(), "{file}");
    }
}

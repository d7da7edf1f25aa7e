//! The program from outside: exit codes, formats, bad input, and bytes that never change.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_turf"));
    command.args(arguments).current_dir(root()).env("NO_COLOR", "1");
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn code(output: &Output, expected: i32) {
    assert_eq!(output.status.code(), Some(expected), "stdout: {}\nstderr: {}", out(output), err(output));
}

/// Makes the book of `turf init` in a folder of its own.
fn first() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book").display().to_string();
    code(&run(&["init", &book]), 0);
    (folder, book)
}

fn write(book: &str, path: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = PathBuf::from(book).join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

const HEADER: &str = "id,company name,email,state,industry,employees,received\n";

#[test]
fn a_new_book_is_fine_and_is_never_overwritten() {
    let (_folder, book) = first();
    let checked = run(&["check", &book]);
    code(&checked, 0);
    assert!(out(&checked).contains("is fine"));
    let before = fs::read(PathBuf::from(&book).join("rules.turf")).unwrap();
    write(&book, "rules.turf", "# mine\n");
    let again = run(&["init", &book]);
    code(&again, 2);
    assert!(err(&again).contains("already there"));
    assert_eq!(fs::read(PathBuf::from(&book).join("rules.turf")).unwrap(), b"# mine\n");
    assert_ne!(before, b"# mine\n");
}

#[test]
fn all_mistakes_of_all_files_in_one_run() {
    let (_folder, book) = first();
    write(
        &book,
        "more.turf",
        "rule a { priority customers  when employes > 5  route to queue triage }\nrule b { priority custmers  when state == CA  route to queue triage }\n",
    );
    write(&book, "deep/other.turf", "rule c { priority experts  route to team nobody }\n");
    let checked = run(&["check", &book, "--format", "line"]);
    code(&checked, 1);
    let text = out(&checked);
    for (file, name) in [("more.turf:1", "unknown-field"), ("more.turf:2", "spreadsheet-operator"), ("deep/other.turf:1", "unknown-team")] {
        assert!(text.lines().any(|l| l.starts_with(file) && l.contains(name)), "{file} {name}: {text}");
    }
    code(&run(&["route", "--book", &book]), 2);
    let json: serde_json::Value = serde_json::from_str(&out(&run(&["check", &book, "--format", "json"]))).unwrap();
    assert_eq!(json["format"], "turf-findings/1");
    assert!(json["findings"].as_array().unwrap().iter().all(|f| f["headline"].is_string() && f["labels"][0]["at"]["file"].is_string()));
}

#[test]
fn pages_explain_findings_and_near_names_are_offered() {
    let page = run(&["check", "--explain", "mixed-priorities"]);
    code(&page, 0);
    assert!(out(&page).starts_with("# mixed-priorities"));
    let near = run(&["check", "--explain", "mixed-priority"]);
    code(&near, 2);
    assert!(err(&near).contains("`mixed-priorities`") || err(&near).contains("mixed-priorities"));
}

#[test]
fn what_does_not_exist_is_named_with_the_remedy() {
    let (_folder, book) = first();
    for (arguments, words) in [
        (vec!["check", "nowhere"], "turf init"),
        (vec!["route", "nofile.csv", "--book", &book], "no file `nofile.csv`"),
        (vec!["route", "--book", &book, "--record", "leed"], "no record `leed`"),
        (vec!["route", "--book", &book, "--at", "noon"], "is not a time"),
        (vec!["why", "L99", "--book", &book], "there is no lead `L99`"),
        (vec!["why", "L01", "--book", &book, "--not", "anna"], "`ana`"),
        (vec!["route", &book, "--book", &book], "cannot be read"),
    ] {
        let output = run(&arguments);
        code(&output, 2);
        assert!(err(&output).contains(words), "{arguments:?}: {}", err(&output));
        assert_eq!(out(&output), "", "{arguments:?}");
    }
}

#[test]
fn every_format_holds_every_lead() {
    let (_folder, book) = first();
    let csv = run(&["route", "--book", &book, "--format", "csv"]);
    code(&csv, 0);
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(csv.stdout.as_slice()).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 12);
    assert!(err(&csv).contains("12 leads decided"), "the totals go to the person");
    let json: serde_json::Value = serde_json::from_str(&out(&run(&["route", "--book", &book, "--format", "json"]))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 12);
    let lines = out(&run(&["route", "--book", &book, "--format", "jsonl"]));
    let parsed: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(serde_json::Value::Array(parsed), json);
    assert_eq!(json[0]["id"], "L01");
    assert_eq!(rows[0].get(0), Some("L01"));
}

#[test]
fn the_real_book_routes_every_company_and_places_every_account() {
    let routed = run(&["route", "--book", "rules/forbes2000"]);
    code(&routed, 0);
    let text = out(&routed);
    for words in ["2,000 leads decided", "Who gets what", "By rule", "By territory", "otherwise", "Liberia (1)"] {
        assert!(text.contains(words), "{words}");
    }
    let placed = run(&["route", "--record", "account", "--book", "rules/forbes2000"]);
    code(&placed, 0);
    assert!(out(&placed).contains("400 accounts decided"));
    assert!(!out(&placed).contains("in no territory"));
}

#[test]
fn private_fields_never_leave() {
    for (book, secret) in [("rules/first", "@"), ("rules/forbes2000", "contact@")] {
        for format in ["table", "csv", "json", "jsonl"] {
            let routed = run(&["route", "--book", book, "--format", format]);
            assert!(!out(&routed).contains(secret) && !err(&routed).contains(secret), "{book} {format}");
        }
    }
    for arguments in [
        &["why", "1", "--book", "rules/forbes2000"][..],
        &["why", "1", "--book", "rules/forbes2000", "--format", "json"],
        &["why", "1", "--book", "rules/forbes2000", "--not", "kenji"],
    ] {
        assert!(!out(&run(arguments)).contains("contact@"), "{arguments:?}");
    }
}

#[test]
fn the_same_bytes_whatever_the_machine_and_the_order_of_rows_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("forbes");
    copy(&root().join("rules/forbes2000"), &book);
    let shown = book.display().to_string();
    let route = |zone: &str, locale: &str| {
        let output = command(&["route", "--book", &shown, "--format", "csv"]).env("TZ", zone).env("LC_ALL", locale).output().unwrap();
        code(&output, 0);
        output.stdout
    };
    let first = route("UTC", "C");
    assert_eq!(first, route("Asia/Tokyo", "tr_TR.UTF-8"));
    for file in ["data/accounts.csv", "data/reps.csv", "data/open.csv", "data/absences.csv", "data/holidays.csv", "lists/strategic.csv"] {
        let text = fs::read_to_string(book.join(file)).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.reverse();
        fs::write(book.join(file), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    }
    fs::rename(book.join("rules.turf"), book.join("territories/zz.turf")).unwrap();
    fs::rename(book.join("records.turf"), book.join("zzz.turf")).unwrap();
    assert_eq!(first, route("America/New_York", "C"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn rows_that_cannot_be_read_are_set_aside_and_the_rest_go_on() {
    let (folder, book) = first();
    let bad = format!(
        "{HEADER}X1,Good,,CA,retail,12,\nX2,Bad number,,CA,retail,12o,\nX3,Too few,,CA\n,No key,,CA,retail,1,\nX4,Good too,,NY,retail,1,\n"
    );
    let leads = write(&book, "bad.csv", bad);
    let aside = folder.path().join("aside.csv").display().to_string();
    let routed = run(&["route", &leads, "--book", &book, "--set-aside", &aside]);
    code(&routed, 0);
    let text = out(&routed);
    assert!(text.contains("2 leads decided") && text.contains("3 rows were set aside"), "{text}");
    assert!(text.contains("bad.csv:3: column `employees`") && text.contains("12o"), "{text}");
    assert_eq!(fs::read_to_string(&aside).unwrap().lines().count(), 4);
    code(&run(&["route", &leads, "--book", &book, "--strict"]), 1);
}

#[test]
fn files_of_every_make_are_read_or_named() {
    let (_folder, book) = first();
    let good = [
        ("bom.csv", format!("\u{feff}{HEADER}X1,Acme,,CA,retail,12,\n").into_bytes()),
        ("crlf.csv", format!("{HEADER}X1,Acme,,CA,retail,12,\n\n\n").replace('\n', "\r\n").into_bytes()),
        ("quoted.csv", format!("{HEADER}X1,\"Acme,\n\"\"the\"\" best\",,CA,retail,\"1,200\",\n").into_bytes()),
    ];
    for (name, bytes) in good {
        let leads = write(&book, name, bytes);
        let routed = run(&["route", &leads, "--book", &book]);
        code(&routed, 0);
        assert!(out(&routed).contains("1 lead decided"), "{name}: {}", out(&routed));
    }
    let latin = write(&book, "latin.csv", [HEADER.as_bytes(), b"X1,M\xfcller,,CA,retail,12,\nX2,Acme,,CA,retail,12,\n"].concat());
    let routed = run(&["route", &latin, "--book", &book]);
    code(&routed, 0);
    assert!(out(&routed).contains("1 lead decided") && out(&routed).contains("byte"), "{}", out(&routed));
    let empty = run(&["route", &write(&book, "header.csv", HEADER), "--book", &book]);
    code(&empty, 0);
    assert!(out(&empty).contains("nothing to route"), "{}", out(&empty));
    for (name, bytes) in [("none.csv", Vec::new()), ("utf16.csv", b"\xff\xfei\0d\0".to_vec())] {
        let output = run(&["route", &write(&book, name, bytes), "--book", &book]);
        code(&output, 2);
        assert!(err(&output).contains(name), "{}", err(&output));
    }
}

#[test]
fn a_missing_column_stops_with_the_fix() {
    let (_folder, book) = first();
    let leads = write(&book, "short.csv", "id,company name,email,state,industry,employes,received\nX1,Acme,,CA,retail,12,\n");
    let output = run(&["route", &leads, "--book", &book]);
    code(&output, 2);
    assert!(err(&output).contains("has no column `employees`") && err(&output).contains("employees = \"employes\""), "{}", err(&output));
}

#[test]
fn two_rows_of_one_key_and_dangling_references_are_counted() {
    let (_folder, book) = first();
    let row = "X1,Acme,,CA,retail,12,\n";
    let leads = write(&book, "twice.csv", format!("{HEADER}{row}{row}X1,Acme,,NY,retail,12,\n"));
    let routed = run(&["route", &leads, "--book", &book]);
    code(&routed, 0);
    assert!(out(&routed).contains("repeat a row") && out(&routed).contains("other content"), "{}", out(&routed));
    let checked = run(&["check", "rules/forbes2000"]);
    code(&checked, 0);
    assert!(out(&checked).contains("dangling-reference") && out(&checked).contains("A0412"));
}

#[test]
fn cells_that_look_like_formulas_are_defused() {
    let (_folder, book) = first();
    let leads = write(&book, "evil.csv", format!("{HEADER}=1+1,\"=HYPERLINK(\"\"http://x\"\")\",,CA,retail,12,\n@x,+1,,CA,retail,12,\n"));
    let guarded = out(&run(&["route", &leads, "--book", &book, "--format", "csv"]));
    assert!(
        guarded.contains("'=1+1") && guarded.contains("'=HYPERLINK") && guarded.contains("'@x") && guarded.contains("'+1"),
        "{guarded}"
    );
    let open = out(&run(&["route", &leads, "--book", &book, "--format", "csv", "--no-formula-guard"]));
    assert!(open.contains("\n=1+1,"), "{open}");
}

#[test]
fn hostile_rule_files_end_with_a_name() {
    let (_folder, book) = first();
    let rule =
        |condition: &str| format!("rule hostile {{ priority experts  when {condition} and industry is retail  route to queue triage }}\n");
    let cases = [
        (rule(&format!("{}employees > 1{}", "(".repeat(10_000), ")".repeat(10_000))), Some("too-deep")),
        (rule(&format!("{}employees > 1", "not ".repeat(100_000))), None),
        (rule("company matches /((a{1000}){1000}){1000}/"), Some("bad-pattern")),
        (format!("list big = [{}]\n{}", (0..50_000).map(|i| format!("c{i}")).collect::<Vec<_>>().join(", "), rule("company in big")), None),
        ("#".repeat(3_000_000), None),
        ("{".repeat(200_000), Some("too-deep")),
    ];
    for (text, name) in cases {
        write(&book, "hostile.turf", &text);
        let checked = run(&["check", &book, "--format", "line"]);
        match name {
            Some(name) => {
                code(&checked, 1);
                assert!(out(&checked).contains(name), "{name}: {}", out(&checked));
            }
            None => code(&checked, 0),
        }
    }
}

#[test]
fn a_table_of_forty_thousand_rows_is_looked_up() {
    let (_folder, book) = first();
    let rows: String = (0..40_000).map(|i| format!("{:05},zone {},{}\n", i, i / 10, if i % 20 < 10 { "ana" } else { "bo" })).collect();
    write(&book, "data/zips.csv", format!("zip,territory,rep\n{rows}"));
    write(
        &book,
        "zips.turf",
        "territories from \"data/zips.csv\" { match employees is zip  name territory  owner rep  priority geography }\n",
    );
    let leads = write(&book, "zips-leads.csv", format!("{HEADER}X1,Acme,,TX,retail,39999,\n"));
    let routed = run(&["route", &leads, "--book", &book]);
    code(&routed, 0);
    assert!(out(&routed).contains("zone 3999"), "{}", out(&routed));
}

#[test]
fn output_is_whole_or_not_there() {
    let (folder, book) = first();
    let missing = folder.path().join("no/such/folder/out.csv").display().to_string();
    let output = run(&["route", "--book", &book, "--out", &missing]);
    code(&output, 2);
    assert!(err(&output).contains("out.csv"), "{}", err(&output));
    let good = folder.path().join("out.csv");
    code(&run(&["route", "--book", &book, "--out", &good.display().to_string()]), 0);
    assert_eq!(fs::read_to_string(&good).unwrap().lines().count(), 13);
    // Trouble in the middle leaves the old file as it was.
    let leads = write(&book, "broken.csv", "id\n");
    code(&run(&["route", &leads, "--book", &book, "--out", &good.display().to_string()]), 2);
    assert_eq!(fs::read_to_string(&good).unwrap().lines().count(), 13);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_closed_pipe_end_quietly_with_their_exit_code() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["route", "--book", "rules/first", "--format", "csv"]).stdout(full).output().unwrap();
    code(&output, 2);
    assert!(err(&output).contains("cannot be written") || err(&output).contains("No space left"), "{}", err(&output));
    let mut child =
        command(&["route", "--book", "rules/forbes2000", "--format", "csv"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut one = [0_u8; 1];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut one).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert!(!err(&output).contains("panicked") && !err(&output).contains("turf:"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn why_answers_and_why_not_names_every_path() {
    let json: serde_json::Value = serde_json::from_str(&out(&run(&["why", "L10", "--book", "rules/first", "--format", "json"]))).unwrap();
    assert_eq!(json["format"], "turf-explanation/1");
    assert_eq!(json["outcome"]["assignee"], "triage");
    assert_eq!(json["outcome"]["targets"][0]["candidates"][0]["rep"], "ana");
    assert_eq!(json["book"]["digest"].as_str().unwrap().len(), 64);
    for (name, words) in [
        ("hospital", "`employees >= 1_000`"),
        ("mia", "rule hospital, team hospital-experts"),
        ("california-desk", "owner of territory"),
        ("triage", "otherwise, queue triage"),
        ("west", "`state in [CA, OR, WA, NV]` is no"),
    ] {
        let output = run(&["why", "L11", "--book", "rules/first", "--not", name]);
        code(&output, 0);
        assert!(out(&output).contains(words), "{name}: {}", out(&output));
    }
    assert!(out(&run(&["why", "L11", "--book", "rules/first", "--not", "lee"])).contains("did get lead L11"));
}

const SHOWN: &str = r#"
record lead { id: text, key  state: text  employees: number  postal: postal code, private  account: account }
record account { id: text, key  employees: number }
record rep { id: text, key  active: yes/no  knows: set of text  hours: calendar }
calendar office { zone "UTC"  open mon..fri 09:00..17:00 }
queues [triage]
priorities [named, geography]
segment large { employees >= 1_000 }
segment huge { large  employees >= 10_000 }
segment wanted { huge or not large }
segment customers-too { account.huge  account.large }
territory amer {
  priority geography
  from 2027-01-01 through 2027-06-30
  because "The Americas."
  territory west {
    where state in [WA, CA]
    where wanted
    owner team desk
    from 2027-03-01
  }
  territory late { where state is NY  from 2027-09-01  priority named }
}
territories from "zips.csv" { match postal is zip  name territory  owner rep  parent west }
overlap { lowest priority }
team desk {
  members ana, gone, off weight 2 where rep.active
  members where rep.knows contains lead.state
  pick in turn
  limit 3 open
  working hours only
}
rule only {
  priority named
  when (territory is west or wanted) and state is present
  route to rep ana if available where rep.knows contains x, else team desk, else queue triage
  respond within 1 hour
  credit all
  through 2027-12-31
}
credit all { revenue: 60% assignee, rest territory owner }
otherwise { route to queue triage }
"#;

/// Makes the book of the tests about `turf show`.
fn shown() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book").display().to_string();
    write(&book, "rules.turf", SHOWN);
    let zips: String = (0..14).map(|n| format!("941{n:02},bay,ana\n")).collect();
    write(&book, "zips.csv", format!("zip,territory,rep\n{zips}"));
    write(&book, "reps.csv", "id,active,knows,hours\nana,yes,x,office\nbo,yes,CA,office\ngone,no,,office\noff,yes,,office\nleft,no,,\n");
    write(&book, "accounts.csv", "id,employees\n");
    write(&book, "open.csv", "rep,open\nana,3\n");
    write(&book, "absences.csv", "rep,from,through,reason\noff,2027-03-01,2027-03-07,ski\n");
    write(
        &book,
        "turf.toml",
        "name = \"Shown\"\nzone = \"UTC\"\n[records.rep]\nfile = \"reps.csv\"\n[records.account]\nfile = \"accounts.csv\"\n[loads]\nfile = \"open.csv\"\n[absences]\nfile = \"absences.csv\"\n",
    );
    (folder, book)
}

#[test]
fn a_territory_is_shown_with_what_it_inherits() {
    let (_folder, book) = shown();
    let west = run(&["show", "territory", "west", "--book", &book]);
    code(&west, 0);
    for line in [
        "  amer (rules.turf:12, from 2027-01-01 through 2027-06-30): always",
        "  west (rules.turf:16, from 2027-03-01): for lead: state in [CA, WA] and wanted",
        "  wanted (rules.turf:10): huge or not large",
        "    huge (rules.turf:9): large and employees >= 10_000",
        "      large (rules.turf:8): employees >= 1_000",
        "  in force    from 2027-03-01 through 2027-06-30",
        "  priority    geography, from amer (rules.turf:12)",
        "  owner       team desk",
        "  inside      1 territory",
    ] {
        assert!(out(&west).lines().any(|l| l == line), "{line}\n{}", out(&west));
    }
    assert_eq!(out(&west).matches("large (rules.turf:8)").count(), 1, "each segment once");
    let late = out(&run(&["show", "territory", "late", "--book", &book]));
    assert!(late.contains("never: the lines above are in force at different times"), "{late}");
    assert!(late.contains("priority    named, from late"), "{late}");
    let bay: serde_json::Value =
        serde_json::from_str(&out(&run(&["show", "territory", "bay", "--book", &book, "--format", "json"]))).unwrap();
    let rows = &bay["levels"][2]["rows"];
    assert_eq!((rows["file"].as_str(), rows["count"].as_u64()), (Some("zips.csv"), Some(14)));
    assert_eq!(rows["compared"][0], "postal is zip");
    assert_eq!(rows["keys"].as_array().unwrap().len(), 10);
    assert_eq!(rows["keys"][0][0], "(hidden)", "the field is private");
    let account = out(&run(&["show", "territory", "west", "--book", &book, "--record", "account"]));
    assert!(account.contains("west (rules.turf:16, from 2027-03-01): asks for fields that such a record does not have"), "{account}");
}

#[test]
fn segments_classes_and_rules_are_shown_with_what_they_use() {
    let (_folder, book) = shown();
    let segment = out(&run(&["show", "segment", "customers-too", "--book", &book]));
    assert!(segment.contains("\n  for lead: account.huge and account.large\n"), "{segment}");
    assert!(segment.contains("\n  huge (rules.turf:9): large and employees >= 10_000\n    large (rules.turf:8)"), "{segment}");
    let rule = out(&run(&["show", "rule", "only", "--book", &book]));
    for words in [
        "rule only for lead records (rules.turf:33)",
        "\n  (territory is west or wanted) and state is present\n",
        "in force    through 2027-12-31",
        "route to    rep ana if available where rep.knows contains x, else team desk, else queue triage",
        "respond     within 1 hour",
        "revenue: 60% assignee, rest territory owner",
    ] {
        assert!(rule.contains(words), "{words}\n{rule}");
    }
    let class = out(&run(&["show", "class", "standing", "--book", "rules/forbes2000"]));
    assert!(class.contains("  divest when margin < 0% (segments.turf:43)"), "{class}");
    assert!(class.contains("  enterprise (segments.turf:20): marketvalue >= 10_000_000_000"), "{class}");
}

#[test]
fn a_team_is_shown_with_whom_it_can_hold_now() {
    let (_folder, book) = shown();
    let team = run(&["show", "team", "desk", "--book", &book, "--at", "2027-03-02T10:00"]);
    code(&team, 0);
    for line in [
        "  members ana, gone, off weight 2 where rep.active",
        "  members where rep.knows contains lead.state",
        "  working hours only",
        "Who can get a record on 2027-03-02 10:00+00:00: 1 rep",
        "  no  ana: has 3 open, and `limit 3 open` allows no more",
        "  yes bo: depends on the record",
        "  no  gone: is not active",
        "  no  off: is away until Mon 2027-03-08 00:00 UTC (ski)",
        "  1 other of the roster cannot be a member",
    ] {
        assert!(out(&team).lines().any(|l| l == line), "{line}\n{}", out(&team));
    }
    let night = out(&run(&["show", "team", "desk", "--book", &book, "--at", "2027-03-02T20:00"]));
    assert!(night.contains("no  bo: is outside working hours, which begin again Wed 2027-03-03 09:00 UTC"), "{night}");
}

#[test]
fn what_cannot_be_shown_is_named_with_the_remedy() {
    let (_folder, book) = shown();
    for (arguments, words) in [
        (vec!["show", "territory", "wset", "--book", &book], "no territory called `wset`. Did you mean `west`?"),
        (vec!["show", "rule", "desk", "--book", &book], "There is a team of that name: write `turf show team desk`."),
        (vec!["show", "class", "x", "--book", &book], "It declares no class at all."),
        (vec!["show", "team", "nobody", "--book", &book], "Name one of its own: `desk`."),
        (vec!["show", "team", "desk", "--book", &book, "--record", "leed"], "no record `leed`"),
        (vec!["show", "team", "desk", "--book", &book, "--at", "noon"], "is not a time"),
        (vec!["show", "team", "desk", "--book", "nowhere"], "turf init"),
    ] {
        let output = run(&arguments);
        code(&output, 2);
        assert!(err(&output).contains(words), "{arguments:?}: {}", err(&output));
        assert_eq!(out(&output), "", "{arguments:?}");
    }
    write(&book, "more.turf", "segment large { x > 1 }\n");
    let broken = run(&["show", "team", "desk", "--book", &book]);
    code(&broken, 2);
    assert!(err(&broken).contains("nothing can be shown until the errors above are mended"), "{}", err(&broken));
}

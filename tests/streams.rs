//! A file decided on every core against the same file decided one record after the other: the same bytes.
//!
//! Standard input is always decided one after the other, so the two runs of the program differ in nothing else.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use turf::batch::{Part, Stream, Trace, Wanted};
use turf::data::{FileKind, Input, Pieces, RecordReader, Row};
use turf::decide::{begin, decide};
use turf::rim;

use crate::generated::Dice;

const BOOK: &str = r#"
record lead {
  id: text, key
  company: text
  note: text, any case
  email: text, private
  country: one of [US, CA, DE]
  state: text
  postal: postal code
  industry: one of [retail, software, "financial services"]
  employees: number
  revenue: money USD
  products: set of [crm, security, analytics]
  hot: yes/no
  asked: date
  created: time, arrival
  keeper: rep
}
record rep { id: text, key  active: yes/no  since: date  boss: rep }
queues [triage, review]
priorities [first, second, third, last]
list west = [CA, OR, WA]
segment large { employees >= 1_000 or revenue >= 250M }
territory us { priority last  where country is US  owner ana
  territory west { where state in west  owner bo }
  territory gone { where state is NV  owner kim }
}
territory soft { priority last  where industry is software and employees > 10  owner cy }
overlap { lowest priority, then longest tenure, then name }
rule named { priority first  when domain of email in ["acme.com", "globex.com"]  route to rep ana }
rule search { priority first  when company contains "Bank" and not large  route to rep kim, else queue review }
rule dated { priority second  when asked before 2027-03-01 and hot  route to rep bo  respond within 2 hours }
rule season { priority second  when country is DE  route to rep cy  from 2027-02-01 through 2027-03-31 }
rule both { priority third  when products contains crm and state starts with C  route to rep ana if available, else queue review }
rule pair { priority third  when products contains security and postal starts with [9, 94]  route to queue review }
rule owned { priority third  when note is present and keeper is present  route to keeper.boss, else queue review }
rule placed { priority last  when territory is present and employees is present  route to owner of territory  credit half }
rule home { priority last  when territory is missing and hot is missing or note matches /^x+$/  route to rep bo }
overlay helper { when products contains analytics and large  add rep cy as helper }
credit half { revenue: 50% assignee, rest territory owner }
otherwise { route to queue triage }
"#;

const SETTINGS: &str = r#"
name = "streams"
zone = "America/New_York"
[records.rep]
file = "reps.csv"
[records.lead]
blank = ["NA"]
[records.lead.columns]
country = { replace = { USA = "US" } }
revenue = { unit = "K" }
"#;

fn book(folder: &Path) {
    fs::write(folder.join("rules.turf"), BOOK).unwrap();
    fs::write(folder.join("turf.toml"), SETTINGS).unwrap();
    let reps = "id,active,since,boss\nana,yes,2019-01-01,bo\nbo,yes,2018-01-01,\ncy,yes,2020-01-01,ana\nkim,no,2017-01-01,\n";
    fs::write(folder.join("reps.csv"), reps).unwrap();
}

/// Rows with every kind of dirt, repeated keys among them.
fn leads(seed: u64, rows: usize) -> String {
    let mut dice = Dice::new(seed);
    let mut text = "id,company,note,email,country,state,postal,industry,employees,revenue,products,hot,asked,created,keeper\n".to_owned();
    let mut earlier: Vec<String> = Vec::new();
    for n in 0..rows {
        if dice.chance(2) && !earlier.is_empty() {
            text.push_str(&earlier[dice.below(earlier.len())]);
            continue;
        }
        let id = if dice.chance(2) { format!("L{}", dice.below(n + 1)) } else { format!("L{n}") };
        let id = if dice.chance(1) { ["", "=1+1", " L 7 ", "NA", "\"a,\"\"b\""][dice.below(5)].to_owned() } else { id };
        let company = dice.cell(10, &["Acme", "\"Big, Bank\"", "@home", "First Bank", "\"two\nlines\"", " Café ", "NA"]);
        let note = dice.cell(60, &["xx", "XX", "y", "\"said \"\"so\"\"\""]);
        let email = dice.cell(20, &["a@acme.com", "B@Globex.COM", "nobody", "c@x.org."]);
        let country = dice.cell(10, &["US", "us", "USA", "CA", "DE", "Atlantis"]);
        let state = dice.cell(20, &["CA", "OR", "NV", "NY", "ca"]);
        let postal = dice.cell(20, &["94105", "9 4", "10115", "K7L 1A1"]);
        let industry = dice.cell(20, &["retail", "Software", "financial services", "mining"]);
        let employees = match dice.below(10) {
            0 => "1o".to_owned(),
            1 => String::new(),
            _ => dice.below(5_000).to_string(),
        };
        let revenue = dice.cell(30, &["12", "1.5M", "250M", "\"300,000\""]);
        let products = dice.cell(20, &["crm", "crm;security", "analytics; crm", "hats"]);
        let hot = dice.cell(30, &["yes", "no", "Y", "0"]);
        let asked = dice.cell(30, &["2027-02-01", "2027-05-05"]);
        let created = match dice.below(12) {
            0 => String::new(),
            1 => "2027-03-14 02:30".to_owned(),
            2 => "2027-02-30T00:00Z".to_owned(),
            _ => format!(
                "2027-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                1 + dice.below(4),
                1 + dice.below(28),
                dice.below(24),
                dice.below(60),
                dice.below(60)
            ),
        };
        let owner = dice.cell(50, &["ana", "bo", "kim", "nobody"]);
        let mut row = format!(
            "{id},{company},{note},{email},{country},{state},{postal},{industry},{employees},{revenue},{products},{hot},{asked},{created},{owner}"
        );
        if dice.chance(1) {
            row.push_str(",more");
        }
        row.push_str(if dice.chance(10) { "\r\n" } else { "\n" });
        if dice.chance(1) {
            row.push_str([" \n", "\n\n", "\r\n"][dice.below(3)]);
        }
        text.push_str(&row);
        earlier.push(row);
    }
    text
}

/// Rows, totals and what is said of the data, of both ways.
fn both(folder: &Path, csv: &[u8], format: &str) -> [(String, String, String); 2] {
    let file = folder.join("leads.csv");
    fs::write(&file, csv).unwrap();
    let aside = folder.join("aside.csv");
    let run = |standard_input: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_turf"));
        command.current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "100");
        command.args(["route", if standard_input { "-" } else { "leads.csv" }, "--book", ".", "--format", format]);
        // Records without arrival are decided at this moment, the same in both runs.
        command.args(["--set-aside", "aside.csv", "--limit", "7"]);
        if standard_input {
            command.stdin(fs::File::open(&file).unwrap());
        } else {
            command.stdin(Stdio::null());
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let same = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).replace("standard input", "leads.csv");
            text.lines().filter(|l| !l.starts_with("Why one of them")).map(|l| format!("{l}\n")).collect::<String>()
        };
        (same(&output.stdout), same(&output.stderr), same(&fs::read(&aside).unwrap()))
    };
    [run(false), run(true)]
}

/// Takes out the moment of rows without arrival, which is when the program ran.
fn without_now(rows: &str) -> String {
    let start_of_year = |l: &str| l.contains(",2027-") || l.starts_with("id,");
    rows.lines().filter(|l| start_of_year(l)).map(|l| format!("{l}\n")).collect()
}

#[test]
fn every_core_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    book(folder.path());
    for (seed, rows) in [(1, 300), (2, 9_000), (3, 50)] {
        let csv = leads(seed, rows);
        let [streamed, sorted] = both(folder.path(), csv.as_bytes(), "csv");
        assert!(streamed.0.lines().count() > rows / 2, "{}", streamed.1);
        for (own, other) in without_now(&streamed.0).lines().zip(without_now(&sorted.0).lines()) {
            assert_eq!(own, other, "seed {seed}");
        }
        assert_eq!(streamed.0.lines().count(), sorted.0.lines().count());
        assert_eq!(streamed.1, sorted.1, "seed {seed}");
        assert_eq!(streamed.2, sorted.2, "seed {seed}");
    }
    let [streamed, sorted] = both(folder.path(), leads(4, 400).as_bytes(), "table");
    assert_eq!(without_table(&streamed.0), without_table(&sorted.0));
}

/// The totals alone: rows without arrival show the moment the program ran.
fn without_table(text: &str) -> String {
    text.lines().skip_while(|l| !l.starts_with("Totals") && !l.contains("leads")).map(|l| format!("{l}\n")).collect()
}

#[test]
fn why_needs_no_other_record_where_none_depends_on_another() {
    let folder = tempfile::tempdir().unwrap();
    book(folder.path());
    let csv = leads(5, 400);
    fs::write(folder.path().join("all.csv"), &csv).unwrap();
    let why = |id: &str, file: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_turf"));
        command.current_dir(folder.path()).env("NO_COLOR", "1").args(["why", id, file, "--book", ".", "--at", "2027-03-01T09:00Z"]);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let rows: Vec<&str> = csv.lines().collect();
    let mut explained = 0;
    for row in rows.iter().skip(1).step_by(37) {
        let id = row.split(',').next().unwrap_or_default();
        // A key that comes again has several rows.
        if id.is_empty() || rows.iter().filter(|r| r.starts_with(&format!("{id},"))).count() > 1 {
            continue;
        }
        fs::write(folder.path().join("one.csv"), format!("{}\n{row}\n", rows[0])).unwrap();
        let (all, one) = (why(id, "all.csv"), why(id, "one.csv"));
        let line =
            |text: &str| text.replace("all.csv", "one.csv").lines().filter(|l| !l.contains("one.csv:")).collect::<Vec<_>>().join("\n");
        assert_eq!((all.0, line(&all.1)), (one.0, line(&one.1)), "{id}\n{}", all.2);
        explained += usize::from(all.0 == Some(0));
    }
    assert!(explained > 5, "{explained}");
    let (code, _, told) = why("nobody", "all.csv");
    assert_eq!(code, Some(2));
    assert!(told.contains("there is no lead `nobody` in the file"), "{told}");
}

#[test]
fn what_came_of_a_row_is_kept_in_a_few_words() {
    let folder = tempfile::tempdir().unwrap();
    book(folder.path());
    let opened = rim::book::open(folder.path()).unwrap();
    let plan = opened.snapshot.plan.clone().unwrap();
    let (csv, now) = (leads(7, 400).into_bytes(), Timestamp::UNIX_EPOCH);
    let input = || Input::new(std::io::Cursor::new(csv.clone()), "leads.csv", FileKind::Csv);
    let (record, settings) = (plan.book.schema.find("lead").unwrap(), &opened.config.records["lead"]);
    let reader = RecordReader::open(input().unwrap(), &plan.book.schema, record, settings, &plan.book.zone).unwrap();
    let records = reader.filter_map(|row| if let Row::Record(record) = row.unwrap() { Some(record) } else { None });
    let mut placed = 0;
    for (n, record) in records.enumerate().step_by(11) {
        let pieces = Pieces::open(input().unwrap(), None).unwrap();
        let wanted = if n % 2 == 0 { Wanted::Csv { guarded: true } } else { Wanted::First(n) };
        let stream = Stream::new(&plan, record.kind, &pieces, settings, (Some(now), now), wanted).unwrap().tracing(&record.key);
        let mut traces = Vec::new();
        let again = || Pieces::open(input()?, None);
        let take = |part: Part| {
            traces.extend(part.traces);
            Ok(())
        };
        stream.run(pieces, again, take).unwrap();
        traces.retain(|trace| trace.line == record.origin.line);
        let decision = decide(&plan, record, &begin(&plan, now), now);
        assert_eq!(traces, [Trace::of(&decision)], "{}", decision.record.key);
        placed += usize::from(traces[0].territory.is_some());
    }
    assert!(placed > 5, "{placed}");
}

/// A book whose decisions depend on each other: turns, limits, what was given before.
const TEAMS: &str = r#"
team inbound { members ana, bo weight 2, cy  pick in turn  limit 30 per day }
team careful { members where rep.active  pick fewest open, then longest wait  limit 400 open }
rule again { priority first  when hot and seen before by company within 30 days  route to previous rep by company within 30 days, else team inbound }
rule large { priority second  when employees > 2_000  route to team careful, else queue review }
rule some { priority third  when country is US  route to team inbound, else team careful, else queue triage }
"#;

#[test]
fn why_tells_what_route_did_where_decisions_depend_on_each_other() {
    let folder = tempfile::tempdir().unwrap();
    book(folder.path());
    let (records, _) = BOOK.split_once("queues [").unwrap();
    let queues = "queues [triage, review]\npriorities [first, second, third]\notherwise { route to queue triage }\n";
    fs::write(folder.path().join("rules.turf"), format!("{records}{queues}{TEAMS}")).unwrap();
    fs::write(folder.path().join("leads.csv"), leads(6, 900)).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_turf"));
        command.current_dir(folder.path()).env("NO_COLOR", "1").args(arguments).args([
            "leads.csv",
            "--book",
            ".",
            "--at",
            "2027-03-01T15:00Z",
        ]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let rows = run(&["route", "--format", "csv"]);
    let decided: Vec<Vec<&str>> = rows.lines().skip(1).filter(|l| l.starts_with('L')).map(|l| l.split(',').collect()).collect();
    let mut explained = 0;
    for row in decided.iter().skip(200).step_by(40) {
        if decided.iter().filter(|other| other[0] == row[0]).count() > 1 || row.len() != 13 {
            continue;
        }
        // It was decided by the index and by asking every rule, which have to agree, else this fails.
        let explanation: serde_json::Value = serde_json::from_str(&run(&["why", row[0], "--format", "json"])).unwrap();
        let name = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        assert_eq!(name(&explanation["outcome"]["assignee"]), row[3], "{row:?} {}", explanation["outcome"]);
        explained += 1;
    }
    assert!(explained > 5, "{explained}");
}

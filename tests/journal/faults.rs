//! Faults that a journal must survive, made with real processes: killed, out of room, read-only, two at once, damaged.
//!
//! After each: nothing that was reported as recorded is lost, nothing is recorded twice, and the state is what the entries
//! say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::home::{Home, Kept, leads, on_each, text};
use super::server;

/// How often something random is tried: as many as the cases of generated tests.
fn cases(of: u32) -> u32 {
    std::env::var("TURF_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(of)
}

/// A small generator of numbers (SplitMix64), the same ones every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

/// No lead was decided twice, unless it was told to be.
#[track_caller]
fn none_doubled(home: &Home) -> usize {
    let mut seen = BTreeSet::new();
    let mut decisions = 0;
    for entry in home.entries().iter().filter(|e| e["kind"] == "decision") {
        decisions += 1;
        assert!(seen.insert(entry["entry"]["record"]["id"].as_str().unwrap().to_owned()), "decided twice: {entry}");
    }
    decisions
}

/// The last number reported as recorded, as it stands beside the file.
fn reported(home: &Home) -> u64 {
    let line = fs::read_to_string(home.path("journal.db.head")).unwrap_or_default();
    line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[test]
fn killed_at_any_point() {
    let home = Home::new(Kept::Sqlite);
    home.write("leads.csv", &leads(0..150));
    let wanted = home.routed(&["--no-journal"]);
    let mut dice = Dice(7);
    // How long a whole run takes, so that the points fall all over it.
    let started = std::time::Instant::now();
    home.fine(&["route", "--commit", "--batch", "3"]);
    let whole = u64::try_from(started.elapsed().as_micros()).unwrap();
    let (mut interrupted, mut points) = (0, BTreeSet::new());
    let mut last = 0;
    let times = cases(40);
    let mut tried = 0;
    while interrupted < times {
        tried += 1;
        assert!(tried < times * 8, "only {interrupted} of {tried} runs could be killed");
        if last == 0 || tried % 5 == 0 {
            for name in ["journal.db", "journal.db-wal", "journal.db-shm", "journal.db.head", "journal.db.key"] {
                drop(fs::remove_file(home.path(name)));
            }
            last = 0;
        }
        let mut child = home.command(&["route", "--commit", "--batch", "3"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(dice.below(whole)));
        drop(child.kill());
        interrupted += u32::from(!child.wait().unwrap().success());
        if !home.path("journal.db").exists() || home.run(&["audit", "verify"]).status.code() == Some(2) {
            // Killed before there was a journal: nothing was reported either.
            assert_eq!(reported(&home), 0);
            continue;
        }
        let entries = home.entries().len() as u64;
        assert!(entries >= reported(&home) && entries >= last, "lost: {entries} entries, {} reported, {last} before", reported(&home));
        home.sound();
        none_doubled(&home);
        points.insert(entries);
        last = entries;
    }
    println!("killed {interrupted} of {tried} runs, at {} different lengths of the journal", points.len());
    // Run to the end, it is as if nothing had happened.
    assert_eq!(home.routed(&["--commit"]), wanted);
    assert_eq!(none_doubled(&home), 150);
    home.sound();
    assert!(home.fine(&["replay"]).contains("same     150"));
}

/// Kills a run at its n-th call of the system that writes, for each n in turn: every step of a commit.
#[test]
fn killed_at_every_step_of_a_commit() {
    // Some machines let no process be traced; there the random moments have to do.
    let traces = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    if !traces.is_ok_and(|output| output.status.success()) {
        server::skipped(
            "strace is not installed or may not trace (Debian: apt-get install strace), so commits are not killed step by step.",
        );
        return;
    }
    let home = Home::new(Kept::Sqlite);
    home.write("leads.csv", &leads(0..12));
    home.fine(&["route", "--commit"]);
    let before = home.entries().len();
    for name in ["journal.db", "journal.db.key", "journal.db.head"] {
        fs::copy(home.path(name), home.path(&format!("{name}.kept"))).unwrap();
    }
    home.write("more.csv", &leads(12..24));
    let calls = "pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename,openat";
    let mut killed = 0;
    for step in 1..400 {
        for name in ["journal.db", "journal.db.key", "journal.db.head"] {
            fs::copy(home.path(&format!("{name}.kept")), home.path(name)).unwrap();
        }
        for name in ["journal.db-wal", "journal.db-shm"] {
            drop(fs::remove_file(home.path(name)));
        }
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e"]);
        command.arg(format!("inject={calls}:signal=KILL:when={step}")).arg(env!("CARGO_BIN_EXE_turf"));
        command.args(["route", "more.csv", "--commit", "--batch", "6"]).current_dir(home.folder.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        if output.status.success() {
            break;
        }
        killed += 1;
        let entries = home.entries().len();
        // Two batches of six: each is there whole, or not at all.
        assert!([before, before + 6, before + 12].contains(&entries), "step {step}: {entries} entries after {before}");
        assert!(entries as u64 >= reported(&home), "step {step}");
        home.sound();
        none_doubled(&home);
    }
    println!("killed at {killed} steps of a run with two commits");
    assert!((20..399).contains(&killed), "killed at {killed} steps");
}

#[test]
fn a_full_disk_loses_nothing_and_says_so() {
    let home = Home::new(Kept::Sqlite);
    home.fine(&["route", "--commit"]);
    home.write("more.csv", &leads(40..600));
    let size = fs::metadata(home.path("journal.db")).unwrap().len();
    let mut refused = 0;
    for room in [0, 4, 16, 64, 200] {
        let before = home.entries().len();
        // A limit on the size of files is a disk that is full for them.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", size / 1024 + room);
        let mut command = Command::new("bash");
        command.args(["-c", &script, "bash", env!("CARGO_BIN_EXE_turf"), "route", "more.csv", "--commit", "--batch", "40"]);
        let output = command.current_dir(home.folder.path()).stdin(Stdio::null()).output().unwrap();
        let err = text(&output.stderr);
        if output.status.code() == Some(2) {
            refused += 1;
            assert!(err.contains("journal.db"), "{err}");
        }
        let entries = home.entries().len();
        assert!(entries >= before && entries as u64 >= reported(&home));
        home.sound();
        none_doubled(&home);
    }
    assert!(refused >= 2, "the room never ran out");
    home.fine(&["route", "more.csv", "--commit"]);
    assert_eq!(none_doubled(&home), 600);
    home.sound();
}

/// A real file system with no room left, where the machine lets a test make one.
#[test]
fn a_really_full_disk() {
    let home = Home::new(Kept::Sqlite);
    home.write("leads.csv", &leads(0..2_000));
    let settings = fs::read_to_string(home.path("turf.toml")).unwrap();
    home.write("turf.toml", &settings.replace("journal.db", "small/journal.db"));
    fs::create_dir(home.path("small")).unwrap();
    let script = "mount -t tmpfs -o size=700k none small || exit 77
        \"$0\" route --commit --batch 50 >out 2>err; echo $? >code
        \"$0\" audit verify --state >verified 2>&1; echo $? >sound
        \"$0\" audit export >exported 2>&1";
    let mut command = Command::new("unshare");
    command.args(["-rm", "bash", "-c", script, env!("CARGO_BIN_EXE_turf")]).current_dir(home.folder.path());
    let ran = command.env("NO_COLOR", "1").stdin(Stdio::null()).output();
    if !ran.is_ok_and(|output| output.status.code().is_some_and(|code| code == 0)) {
        server::skipped("this machine lets no test make a small disk; a limit on file sizes stood in for it.");
        return;
    }
    let read = |name: &str| fs::read_to_string(home.path(name)).unwrap();
    assert_eq!(read("code").trim(), "2", "{}", read("err"));
    assert!(read("err").contains("no room left") || read("err").contains("disk"), "{}", read("err"));
    assert_eq!(read("sound").trim(), "0", "{}", read("verified"));
    assert!(read("exported").lines().count() > 50, "what was recorded before the disk was full is there");
}

#[test]
fn a_read_only_journal_is_left_alone_and_can_be_read() {
    let home = Home::new(Kept::Sqlite);
    home.fine(&["route", "--commit"]);
    let mut permissions = fs::metadata(home.path("journal.db")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(home.path("journal.db"), permissions).unwrap();
    let before = fs::read(home.path("journal.db")).unwrap();
    let (_, err) = home.ends(2, &["route", "--commit", "--again"]);
    assert!(err.contains("cannot be written to"), "{err}");
    let (_, err) = home.ends(2, &["event", "closed", "L1"]);
    assert!(err.contains("cannot be written to"), "{err}");
    assert!(home.fine(&["why", "L3"]).contains("Recorded as entry"));
    assert!(home.fine(&["replay"]).contains("same     40"));
    assert_eq!(fs::read(home.path("journal.db")).unwrap(), before);
}

/// Several processes record at once, with leads that all of them have.
#[test]
fn several_record_at_once() {
    on_each(|home| {
        let writers = 4;
        for writer in 0..writers {
            let own = leads(1_000 + writer * 100..1_060 + writer * 100);
            let shared: String = leads(0..40).lines().skip(1).map(|line| format!("{line}\n")).collect();
            home.write(&format!("w{writer}.csv"), &(own + &shared));
        }
        let children: Vec<_> = (0..writers)
            .map(|writer| {
                let file = format!("w{writer}.csv");
                let mut command = home.command(&["route", &file, "--commit", "--batch", "5", "--format", "csv"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "one waits, none fails: {}", text(&output.stderr));
            let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
            for row in reader.records().map(|row| row.unwrap()) {
                told.entry(row[0].to_owned()).or_default().insert(row[3].to_owned());
            }
        }
        assert!(told.values().all(|who| who.len() == 1), "all were told the same about a lead: {told:?}");
        assert_eq!(none_doubled(home), 40 + 60 * writers as usize);
        home.sound();
        let replayed = home.fine(&["replay"]);
        assert!(replayed.contains("differs  0") && replayed.contains("cannot   0"), "{replayed}");
        turns_are_exact(home);
    });
}

/// The pointer of each member of the team in turn is what the records given to it come to.
#[track_caller]
fn turns_are_exact(home: &Home) {
    let mut given: BTreeMap<String, u64> = BTreeMap::new();
    let mut pointers: BTreeMap<String, String> = BTreeMap::new();
    for entry in home.entries() {
        let entry = &entry["entry"];
        if entry["outcome"]["team"] == "desk" {
            *given.entry(entry["outcome"]["assignee"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        for change in entry["changes"].as_array().into_iter().flatten().filter(|c| c["change"] == "turn" && c["team"] == "desk") {
            pointers.insert(change["rep"].as_str().unwrap().to_owned(), change["pointer"].as_str().unwrap().to_owned());
        }
    }
    let half = |pointer: &str| -> u64 {
        match pointer.split_once('/') {
            Some((halves, "2")) => halves.parse().unwrap(),
            None => pointer.parse::<u64>().unwrap() * 2,
            other => panic!("no half: {other:?}"),
        }
    };
    // Ana weighs two, so each record moves her by a half.
    for (rep, pointer) in &pointers {
        let step = if rep == "ana" { 1 } else { 2 };
        assert_eq!(half(pointer), given.get(rep).copied().unwrap_or(0) * step, "{rep}: {pointers:?} {given:?}");
    }
    let all: Vec<u64> = pointers.values().map(|p| half(p)).collect();
    assert!(all.iter().max().unwrap() - all.iter().min().unwrap() <= 2, "{pointers:?}");
}

#[test]
fn bytes_that_flip_are_found_and_the_rest_is_read() {
    let home = Home::new(Kept::Sqlite);
    home.write("leads.csv", &leads(0..120));
    home.fine(&["route", "--commit"]);
    let sound = fs::read(home.path("journal.db")).unwrap();
    let exported = home.fine(&["audit", "export"]);
    let mut dice = Dice(11);
    let (mut found, mut located) = (0, 0);
    let times = cases(30);
    for _ in 0..times {
        let mut bytes = sound.clone();
        let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
        bytes[at] ^= 1 << dice.below(8);
        fs::write(home.path("journal.db"), &bytes).unwrap();
        let output = home.run(&["audit", "verify", "--state"]);
        let out = text(&output.stdout);
        match output.status.code() {
            Some(0) => {
                // A byte that nothing is kept in.
                assert_eq!(home.fine(&["audit", "export"]), exported, "byte {at}");
                home.sound();
            }
            Some(1) => {
                found += 1;
                located +=
                    u32::from(out.contains("ntry ") || out.contains("ntries ") || out.contains("state says") || out.contains("tree"));
            }
            Some(2) => {
                found += 1;
                assert!(text(&output.stderr).contains("journal.db"), "{}", text(&output.stderr));
            }
            other => panic!("ended with {other:?}: {}", text(&output.stderr)),
        }
    }
    println!("of {times} bytes flipped {found} were found, {located} of them with the place, the others hold nothing");
    assert!(found * 3 > times && located * 4 > found, "{found} found, {located} located");
}

#[test]
fn an_entry_changed_by_hand_is_found_and_the_others_are_read() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        let edit = |sql: &str| match home.kept {
            Kept::Sqlite => {
                rusqlite::Connection::open(home.path("journal.db")).unwrap().execute_batch(sql).unwrap();
            }
            Kept::Postgres => {
                let settings = fs::read_to_string(home.path("turf.toml")).unwrap();
                let url = settings.split("url = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
                let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
                client.batch_execute(&format!("SET search_path TO turf; {sql}")).unwrap();
            }
        };
        edit("UPDATE entry SET kind = 'event' WHERE number = 9");
        let (out, _) = home.ends(1, &["audit", "verify"]);
        assert!(out.contains("Entry 9 is not what was written") && !out.contains("Entry 8") && !out.contains("Entry 10 "), "{out}");
        edit("UPDATE entry SET kind = 'decision' WHERE number = 9");
        home.sound();
        edit("DELETE FROM entry WHERE number IN (12, 13)");
        let (out, _) = home.ends(1, &["audit", "verify"]);
        assert!(out.contains("Entries 12 to 13 are missing"), "{out}");
        assert_eq!(home.entries().last().unwrap()["number"], 43);
        edit("UPDATE state SET value = '77' WHERE part = 'open' AND rep = 'bo'");
        let (out, _) = home.ends(1, &["audit", "verify", "--state", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(json["format"], "turf-audit/1");
        assert_eq!(json["faults"][0], serde_json::json!({"fault": "missing", "from": 12, "through": 13}));
        edit("DELETE FROM entry WHERE number > 30");
        let (out, _) = home.ends(1, &["audit", "verify"]);
        assert!(out.contains("Entries 31 to 43 are missing"), "{out}");
        // Without its end it is still found, by what was reported or signed.
        edit("UPDATE head SET number = 30, link = (SELECT link FROM entry WHERE number = 30)");
        let (out, _) = home.ends(1, &["audit", "verify"]);
        assert!(out.contains("43"), "{out}");
    });
}

#[test]
fn a_state_that_does_not_follow_is_found() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        let sql = "UPDATE state SET value = '77' WHERE part = 'open' AND rep = 'bo'";
        match home.kept {
            Kept::Sqlite => drop(rusqlite::Connection::open(home.path("journal.db")).unwrap().execute(sql, []).unwrap()),
            Kept::Postgres => {
                let settings = fs::read_to_string(home.path("turf.toml")).unwrap();
                let url = settings.split("url = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
                let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
                client.execute(&sql.replace("state SET", "turf.state SET"), &[]).unwrap();
            }
        }
        home.fine(&["audit", "verify"]);
        let (out, _) = home.ends(1, &["audit", "verify", "--state"]);
        assert!(out.contains("The state says `open bo` is 77"), "{out}");
    });
}

#[test]
fn a_truncated_journal_is_found() {
    let home = Home::new(Kept::Sqlite);
    home.write("leads.csv", &leads(0..200));
    home.fine(&["route", "--commit", "--batch", "10"]);
    let whole = fs::read(home.path("journal.db")).unwrap();
    for part in [2, 3, 10] {
        fs::write(home.path("journal.db"), &whole[..whole.len() - whole.len() / part]).unwrap();
        let output = home.run(&["audit", "verify"]);
        assert_ne!(output.status.code(), Some(0));
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("cannot be read") || said.contains("damaged") || said.contains("missing"), "{said}");
    }
    // An older copy of the file lacks what was reported since.
    fs::write(home.path("journal.db"), &whole).unwrap();
    home.write("more.csv", &leads(200..220));
    home.fine(&["route", "more.csv", "--commit"]);
    home.sound();
    fs::write(home.path("journal.db"), &whole).unwrap();
    let (out, _) = home.ends(1, &["audit", "verify"]);
    assert!(out.contains("was reported as recorded"), "{out}");
}

#[test]
fn a_clock_set_back_moves_no_entry_back() {
    use turf::journal::Key;
    use turf::rim::book;
    use turf::store::{Manner, Recorder, Sqlite, Store as _, Work};
    let home = Home::new(Kept::Sqlite);
    let opened = book::open(home.folder.path()).unwrap();
    let plan = opened.snapshot.plan.clone().unwrap();
    let record = |id: &str| turf::model::Record {
        kind: plan.book.schema.find("lead").unwrap(),
        key: id.into(),
        values: vec![Some(turf::model::Value::Text(id.into())), None, None, None, None, None, None],
        origin: turf::model::Origin::default(),
    };
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let path = home.path("journal.db");
    for (id, now) in [("N1", "2027-03-02T10:00:00Z"), ("N2", "2027-03-01T08:00:00Z"), ("N3", "2027-03-02T11:00:00Z")] {
        let manner = Manner { sealed: true, anew: false, dry: false };
        let store = Box::new(Sqlite::open(&path).unwrap());
        let mut recorder = Recorder::new(store, Key::new(&[3; 32]), (&opened, &plan), manner).unwrap();
        // Without an arrival a lead is decided for the present moment.
        recorder.batch(vec![Work { record: record(id), at: None }], at(now), |_| ()).unwrap();
    }
    let entries = Sqlite::read(&path).unwrap().entries(1, 100).unwrap();
    assert!(entries.is_sorted_by_key(|e| e.at), "{entries:?}");
    let moments: Vec<String> = entries.iter().filter(|e| e.kind == turf::journal::EntryKind::Decision).map(|e| e.at.to_string()).collect();
    assert_eq!(moments, ["2027-03-02T10:00:00Z", "2027-03-02T10:00:00Z", "2027-03-02T11:00:00Z"]);
}

//! A book with a journal of its own, and the program run on it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::server;

/// Which database keeps the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Sqlite,
    Postgres,
}

/// Runs a test on every database there is.
pub fn on_each(test: impl Fn(&Home)) {
    test(&Home::new(Kept::Sqlite));
    if server::there() {
        test(&Home::new(Kept::Postgres));
    }
}

/// A book in a folder of its own.
pub struct Home {
    pub folder: TempDir,
    pub kept: Kept,
}

/// A book that uses everything a journal remembers: turns, weights, limits by day and on open work, the past by a private field.
pub const RULES: &str = r#"
record lead { id: text, key  email: text, private, any case  company: text  state: text  size: number  created: time, arrival  account: account }
record account { id: text, key  domain: text  owner: rep }
record rep { id: text, key  name: text  active: yes/no }
match lead to account { by domain of email is domain }
queues [triage]
priorities [past, customers, turns]
team desk {
  members ana weight 2, bo, cy
  pick in turn
  limit 40 per day
}
team large {
  members bo, cy, dee
  pick fewest open, then longest wait
  limit 30 open where size >= 500
}
rule again { priority past  when seen before by email within 90 days  route to previous rep by email within 90 days, else team desk }
rule customer { priority customers  when account is present  route to account.owner, else team desk }
rule large { priority turns  when size >= 500  route to team large }
rule rest { priority turns  when size < 500  route to team desk  respond within 1 hour }
otherwise { route to queue triage }
"#;

impl Home {
    pub fn new(kept: Kept) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Self { folder, kept };
        let store = match kept {
            Kept::Sqlite => "file = \"journal.db\"".to_owned(),
            Kept::Postgres => format!("url = \"{}\"", server::database()),
        };
        let data = "[records.lead]\nfile = \"leads.csv\"\n[records.lead.columns]\naccount = { absent = true }\n\
                    [records.account]\nfile = \"accounts.csv\"\n[records.rep]\nfile = \"reps.csv\"\n[loads]\nfile = \"open.csv\"\n";
        home.write("turf.toml", &format!("name = \"Journalled\"\n[store]\n{store}\n{data}"));
        home.write("rules.turf", RULES);
        home.write("accounts.csv", "id,domain,owner\nA1,mercy.example,dee\nA2,acme.example,gone\n");
        home.write("reps.csv", "id,name,active\nana,Ana,yes\nbo,Bo,yes\ncy,Cy,yes\ndee,Dee,yes\n");
        home.write("open.csv", "rep,open,size\nbo,2,10\ncy,1,900\n");
        home.write("leads.csv", &leads(0..40));
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_turf"));
        command.args(arguments).current_dir(self.folder.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the program, which must end with a code, and returns what it printed and what it told.
    #[track_caller]
    pub fn ends(&self, code: i32, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{:?} {arguments:?}\nstdout: {out}\nstderr: {err}", self.kept);
        (out, err)
    }

    #[track_caller]
    pub fn fine(&self, arguments: &[&str]) -> String {
        self.ends(0, arguments).0
    }

    /// The rows of `route`, by key of the lead: the assignee.
    #[track_caller]
    pub fn routed(&self, arguments: &[&str]) -> std::collections::BTreeMap<String, String> {
        let text = self.fine(&[&["route"], arguments, &["--format", "csv"]].concat());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|h| h == name).unwrap();
        let (id, who) = (at("id"), at("assignee"));
        reader.records().map(|row| row.unwrap()).map(|row| (row[id].to_owned(), row[who].to_owned())).collect()
    }

    /// Every entry, as exported.
    #[track_caller]
    pub fn entries(&self) -> Vec<serde_json::Value> {
        self.fine(&["audit", "export"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The journal must be sound, and its state what the entries say.
    #[track_caller]
    pub fn sound(&self) {
        let text = self.fine(&["audit", "verify", "--state"]);
        assert!(text.contains("The state follows from them."), "{text}");
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Leads with a few senders, some of them of known accounts, a minute apart.
pub fn leads(range: std::ops::Range<u32>) -> String {
    let mut text = "id,email,company,state,size,created\n".to_owned();
    for n in range {
        let email = match n % 5 {
            0 => "jo@mercy.example".to_owned(),
            1 => format!("p{}@acme.example", n % 7),
            _ => format!("p{}@x{}.example", n % 11, n % 3),
        };
        let (hour, minute) = (8 + n / 60 % 12, n % 60);
        let day = 1 + n / 720 % 28;
        text.push_str(&format!("L{n},{email},Company {n},CA,{},2027-03-{day:02}T{hour:02}:{minute:02}:00Z\n", n * 37 % 1_000));
    }
    text
}

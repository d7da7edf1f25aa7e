//! Generated data: sheets of cells, read into records or written as the files of a book.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use turf::model::{Absence, OpenWork, Origin, Record, ReferenceData, Schema, Table, Tables, read_cell};

use super::dice::Dice;
use super::rules::REPS;

pub const ZONE: &str = "America/Chicago";

pub fn zone() -> TimeZone {
    TimeZone::get(ZONE).unwrap()
}

/// A file of cells.
#[derive(Clone, Default)]
pub struct Sheet {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

type Cells = Vec<(&'static str, String)>;

impl Sheet {
    fn add(&mut self, cells: Cells) {
        self.columns = cells.iter().map(|(column, _)| *column).collect();
        self.rows.push(cells.into_iter().map(|(_, cell)| cell).collect());
    }

    /// Reads a row as a record.
    fn record(&self, row: &[String], schema: &Schema, kind: &str) -> Record {
        let id = schema.find(kind).unwrap();
        let ty = schema.record(id);
        let cells: BTreeMap<&str, &String> = self.columns.iter().copied().zip(row).collect();
        let value = |f: &turf::model::Field| cells.get(&*f.name).and_then(|cell| read_cell(cell, &f.ty, &zone()).unwrap());
        Record { kind: id, key: cells["id"].as_str().into(), values: ty.fields.iter().map(value).collect(), origin: Origin::default() }
    }

    fn write(&self, path: &Path) {
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let mut text = self.columns.join(",");
        for row in &self.rows {
            text += "\n";
            text += &row.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",");
        }
        std::fs::write(path, text + "\n").unwrap();
    }
}

/// All data of a book, and what is decided.
#[derive(Clone, Default)]
pub struct Data {
    pub reps: Sheet,
    pub accounts: Sheet,
    pub absences: Sheet,
    pub open: Sheet,
    pub zips: Sheet,
    pub leads: Sheet,
    /// What is decided, in order.
    pub work: Vec<(Timestamp, Work)>,
}

/// One piece of work.
#[derive(Clone, Copy)]
pub enum Work {
    /// The lead of a row.
    Lead(usize),
    /// The account of a key.
    Account(&'static str),
}

const ACCOUNTS: &[&str] = &["A1", "A2", "A3", "A4"];

fn lead(dice: &mut Dice, id: &str, at: Timestamp) -> Cells {
    let domain = dice.of(&["a.example", "B.example", "c.example", "free.example", "b.example."]);
    let email = match dice.below(20) {
        0 => "nobody".to_owned(),
        1 => format!("Jo <jo@{domain}>"),
        _ => format!("{}@{domain}", dice.of(&["a", "b", "x", "cx"])),
    };
    vec![
        ("id", id.to_owned()),
        ("email", dice.cell(20, &[&email])),
        ("country", dice.cell(15, &["US", "ca", "DE", "Atlantis"])),
        ("state", dice.cell(20, &["CA", "or", "NV", "WA"])),
        ("postal", dice.cell(20, &["94105", "941", "K7L 1A1", "10001", "94", "60601", "k7l2b2"])),
        ("industry", dice.cell(15, &["retail", "Software", "financial services"])),
        ("employees", dice.cell(20, &["5", "10", "50", "99", "100", "1,000", "2.5K"])),
        ("revenue", dice.cell(30, &["10K", "1M", "2,500,000", "3.33"])),
        ("products", dice.cell(20, &["crm", "crm;security", "analytics", "security; other"])),
        ("hot", dice.cell(30, &["yes", "no"])),
        ("asked", dice.cell(30, &["2027-01-15", "2027-02-20", "2027-03-01", "2027-03-20"])),
        ("created", at.to_string()),
        ("account", dice.cell(85, &["A1", "A9"])),
        ("owner", dice.cell(50, REPS)),
    ]
}

fn rep(dice: &mut Dice, id: &str) -> Cells {
    // The first is always there and fits everywhere, so that no team is empty by chance.
    let first = id == "ana";
    vec![
        ("id", id.to_owned()),
        ("active", if first { "yes".to_owned() } else { dice.cell(5, &["yes", "yes", "yes", "no"]) }),
        ("since", if first { "2020-02-29".to_owned() } else { dice.cell(15, &["2019-04-01", "2021-01-01", "2026-06-01"]) }),
        ("speaks", if first { "crm;security;analytics".to_owned() } else { dice.cell(15, &["crm", "crm;security", "security;analytics"]) }),
        ("weight", dice.cell(10, &["1", "2", "0.5", "0.3", "0"])),
        ("boss", if first { "ana".to_owned() } else { dice.cell(30, REPS) }),
        ("hours", dice.cell(15, &["berlin", "newyork"])),
    ]
}

fn account(dice: &mut Dice, id: &str) -> Cells {
    vec![
        ("id", id.to_owned()),
        ("domain", dice.cell(20, &["a.example", "b.example", "C.example"])),
        ("country", dice.cell(10, &["US", "CA", "DE"])),
        ("industry", dice.cell(10, &["retail", "software"])),
        ("employees", dice.cell(20, &["10", "50", "100"])),
        ("parent", dice.cell(50, &["A1", "A2", "A9"])),
        ("owner", dice.cell(30, &["ana", "bo", "cy", "gone"])),
        ("margin", dice.cell(30, &["-5%", "12%"])),
        ("last_order", dice.cell(40, &["2026-05-01", "2027-02-01"])),
        ("held", dice.cell(30, &["2026-03-02T18:00:00Z", "2027-02-28T12:00:00Z", "2027-03-01T16:30:00Z", "2027-03-03T09:00:00Z"])),
    ]
}

/// Makes the data of a seed.
pub fn data(seed: u64) -> Data {
    let dice = &mut Dice::new(seed ^ 0xda7a);
    let mut data = Data::default();
    let start: Timestamp = "2027-03-01T00:00:00Z".parse().unwrap();
    REPS.iter().for_each(|id| data.reps.add(rep(dice, id)));
    ACCOUNTS.iter().for_each(|id| data.accounts.add(account(dice, id)));
    for id in ["bo", "dee", "dee"] {
        let from = start + dice.up_to(100).hours();
        data.absences.add(vec![("rep", id.to_owned()), ("from", from.to_string()), ("through", (from + 30.hours()).to_string())]);
    }
    for (id, owner) in [("O1", "ana"), ("O2", "eli"), ("O3", "eli")] {
        let mut cells = lead(dice, id, start);
        cells.extend([("rep", owner.to_owned()), ("open", (1 + dice.below(3)).to_string())]);
        data.open.add(cells);
    }
    let zips = [
        ["94105", "US", "sf", "ana"],
        ["941", "US", "bay", "bo"],
        ["94", "DE", "ulm", "fay"],
        ["1", "US", "east", "team t3"],
        ["100", "US", "nyc", "cy"],
        ["9", "US", "sf", "ana"],
        ["K7L", "CA", "kingston", "dee"],
        ["K7L", "CA", "ontario", "eli"],
    ];
    for [zip, country, territory, owner] in zips.map(|row| row.map(str::to_owned)) {
        data.zips.add(vec![("zip", zip), ("country", country), ("territory", territory), ("rep", owner)]);
    }
    let mut at = start + 6.hours();
    for i in 0..25 {
        at += if dice.chance(8) { (24 * (1 + dice.up_to(9))).hours() } else { dice.up_to(300).minutes() };
        data.leads.add(lead(dice, &format!("L{i:02}"), at));
        data.work.push((at, Work::Lead(i)));
        if dice.chance(25) {
            data.work.push((at + 1.minute(), Work::Account(dice.of(ACCOUNTS))));
        }
    }
    data
}

impl Data {
    /// Reads what rules look into.
    pub fn reference(&self, schema: &Schema) -> ReferenceData {
        let mut data = ReferenceData::default();
        for (sheet, kind) in [(&self.reps, "rep"), (&self.accounts, "account")] {
            for row in &sheet.rows {
                let record = sheet.record(row, schema, kind);
                data.records.entry(record.kind).or_default().insert(record.key.clone(), record);
            }
        }
        for row in &self.absences.rows {
            let absence = Absence { from: row[1].parse().unwrap(), until: row[2].parse().unwrap(), reason: None };
            data.absences.entry(row[0].as_str().into()).or_default().push(absence);
        }
        data.absences.values_mut().for_each(|all| all.sort());
        for row in &self.open.rows {
            let record = self.open.record(row, schema, "lead");
            // The last two columns are who has it and how much.
            let (rep, count) = (&row[row.len() - 2], row[row.len() - 1].parse().unwrap());
            data.loads.entry(rep.as_str().into()).or_default().push(OpenWork { count, record });
        }
        data
    }

    /// The files that rules name.
    pub fn tables(&self) -> Tables {
        let rows = self.zips.rows.iter().zip(2..);
        let table = Table {
            file: "zips.csv".into(),
            columns: self.zips.columns.iter().map(|c| Arc::from(*c)).collect(),
            rows: rows.map(|(row, line)| (line, row.iter().map(|c| Arc::from(c.as_str())).collect())).collect(),
        };
        Tables::from([("zips.csv".into(), Ok(table))])
    }

    /// What is decided, with the moments.
    pub fn work(&self, schema: &Schema) -> Vec<(Timestamp, Record)> {
        let read = |work: Work| match work {
            Work::Lead(row) => self.leads.record(&self.leads.rows[row], schema, "lead"),
            Work::Account(key) => {
                let row = self.accounts.rows.iter().find(|row| row[0] == key).unwrap();
                self.accounts.record(row, schema, "account")
            }
        };
        self.work.iter().map(|(at, work)| (*at, read(*work))).collect()
    }

    /// Writes everything into the folder of a book.
    pub fn write(&self, folder: &Path, rules: &str) {
        let config = format!(
            "name = \"made\"\nzone = \"{ZONE}\"\n[records.rep]\nfile = \"reps.csv\"\n[records.account]\nfile = \"accounts.csv\"\n\
             [loads]\nfile = \"open.csv\"\n[absences]\nfile = \"away.csv\"\n"
        );
        std::fs::write(folder.join("turf.toml"), config).unwrap();
        std::fs::write(folder.join("made.turf"), rules).unwrap();
        let sheets =
            [("reps", &self.reps), ("accounts", &self.accounts), ("open", &self.open), ("away", &self.absences), ("zips", &self.zips)];
        for (name, sheet) in sheets {
            sheet.write(&folder.join(format!("{name}.csv")));
        }
    }

    /// Puts the rows of every file into another order; what is decided stays as it is.
    pub fn shuffled(&self, dice: &mut Dice) -> Self {
        let mut other = self.clone();
        for sheet in [&mut other.reps, &mut other.accounts, &mut other.absences, &mut other.open, &mut other.zips] {
            dice.shuffle(&mut sheet.rows);
        }
        other
    }
}

//! The data rules look into: reps, accounts, every other record that is referred to, and open loads.
//!
//! Schema and configuration in; [`ReferenceData`], findings and reports out. What is wrong with a file is a finding, so
//! that all files are reported in one run. Nothing here depends on the order of rows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::records::{key_type, wanted};
use super::typed_rows::{TypedRows, Wanted};
use super::{CONFIG_FILE, Config, DataError, DataFile, DataReport, Folder, Input, RecordReader, Row};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{FieldId, OpenWork, Origin, Record, RecordId, ReferenceData, Schema, Type, Value, plain};
use crate::text::wording;

/// The most findings of one kind shown one by one per file.
const MOST: usize = 20;

/// Holds what was loaded.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The data, without absences; see [`super::load_absences`].
    pub data: ReferenceData,
    /// What is wrong with them.
    pub findings: Vec<Diagnostic>,
    /// One report per file.
    pub reports: Vec<DataReport>,
}

/// Loads all records that are referred to, the reps, and the open loads.
#[must_use]
pub fn load(schema: &Schema, config: &Config, folder: &Folder) -> Loaded {
    let mut loaded = Loaded::default();
    for kind in referred(schema) {
        let name = &schema.record(kind).name;
        let settings = config.records.get(&**name).cloned().unwrap_or_default();
        let Some(file) = &settings.file else {
            if &**name != "lead" {
                loaded.findings.push(no_file(name, settings.line));
            }
            continue;
        };
        match load_records(schema, config, kind, &settings, &folder.path(file)) {
            Ok((records, report, findings)) => {
                loaded.data.records.insert(kind, records);
                loaded.findings.extend(report.findings());
                loaded.findings.extend(findings);
                loaded.reports.push(report);
            }
            Err(error) => loaded.findings.extend(error.findings()),
        }
    }
    loaded.findings.extend(dangling(schema, &loaded.data, &loaded.reports));
    if let Some((settings, file)) = config.loads.as_ref().and_then(|l| Some((l, l.file.as_ref()?)))
        && let Err(error) = load_open_work(schema, config, settings, &folder.path(file), &mut loaded)
    {
        loaded.findings.extend(error.findings());
    }
    crate::diagnostic::sort(&mut loaded.findings);
    loaded
}

/// Lists the reps and every record type that some field refers to.
fn referred(schema: &Schema) -> BTreeSet<RecordId> {
    let fields = schema.records.iter().flat_map(|r| &r.fields);
    let targets = fields.filter_map(|f| if let Type::Reference(target) = f.ty { Some(target) } else { None });
    targets.chain(schema.find("rep")).collect()
}

fn no_file(record: &str, line: u64) -> Diagnostic {
    Diagnostic::new(DiagnosticName::MissingFile, format!("turf.toml names no file for record {record}, which the rules look into"))
        .in_data(CONFIG_FILE, (line > 0).then_some(line), None, "")
        .help(format!("Write `file = \"data/{record}s.csv\"` under `[records.{record}]`."))
}

type Records = BTreeMap<Arc<str>, Record>;

fn load_records(
    schema: &Schema,
    config: &Config,
    kind: RecordId,
    settings: &DataFile,
    path: &Path,
) -> Result<(Records, DataReport, Vec<Diagnostic>), DataError> {
    let shown = settings.file.as_deref().unwrap_or_default();
    let mut reader = RecordReader::open(Input::open(path, shown)?, schema, kind, settings, &config.zone)?;
    let mut records = Records::new();
    let mut repeated = 0;
    let mut clashes: BTreeMap<Arc<str>, BTreeSet<u64>> = BTreeMap::new();
    for row in reader.by_ref() {
        let Row::Record(record) = row? else { continue };
        let Some(first) = records.get_mut(&record.key) else {
            records.insert(record.key.clone(), record);
            continue;
        };
        if first.values == record.values {
            repeated += 1;
            first.origin.line = first.origin.line.min(record.origin.line);
            continue;
        }
        clashes.entry(record.key.clone()).or_default().extend([first.origin.line, record.origin.line]);
        if contents(schema, &record) < contents(schema, first) {
            *first = record;
        }
    }
    let mut report = reader.report().clone();
    report.repeated = repeated;
    let column = schema.field(kind, schema.record(kind).key).name.clone();
    let findings = duplicates(&report.file, &column, &clashes, &records);
    Ok((records, report, findings))
}

/// Returns a record's values as text, to compare records by.
pub(super) fn contents(schema: &Schema, record: &Record) -> Vec<Option<String>> {
    let fields = &schema.record(record.kind).fields;
    record.values.iter().zip(fields).map(|(v, f)| v.as_ref().map(|v| plain(v, &f.ty))).collect()
}

/// Reports keys that several differing rows have.
fn duplicates(file: &str, key: &str, clashes: &BTreeMap<Arc<str>, BTreeSet<u64>>, records: &Records) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (value, lines) in clashes.iter().take(MOST) {
        let used = records.get(value).map_or(0, |r| r.origin.line);
        let headline = format!("{} of `{file}` have the {key} `{value}` and differ", wording::count(lines.len(), "row", "rows"));
        let mut finding = Diagnostic::new(DiagnosticName::DuplicateKey, headline).in_data(file, Some(used), Some(key), "this row is used");
        for line in lines.iter().filter(|l| **l != used).take(3) {
            finding = finding.in_data(file, Some(*line), Some(key), "this one is not");
        }
        findings.push(finding.help("Keep one of them; until then the row whose values sort first is used."));
    }
    if clashes.len() > MOST {
        let more = wording::count(clashes.len() - MOST, "more value", "more values");
        let headline = format!("{more} of {key} in `{file}` have several rows that differ");
        findings.push(Diagnostic::new(DiagnosticName::DuplicateKey, headline).in_data(file, None, Some(key), ""));
    }
    findings
}

/// Reports references to records that do not exist, one finding per field.
fn dangling(schema: &Schema, data: &ReferenceData, reports: &[DataReport]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (kind, records) in &data.records {
        for (position, field) in schema.record(*kind).fields.iter().enumerate() {
            let Type::Reference(target) = field.ty else { continue };
            let Some(known) = data.records.get(&target) else { continue };
            let id = FieldId::from_index(position);
            let lost: Vec<(&Record, &Arc<str>)> = records
                .values()
                .filter_map(|r| match r.value(id) {
                    Some(Value::Reference(key)) if !known.contains_key(key) => Some((r, key)),
                    _ => None,
                })
                .collect();
            let Some((first, _)) = lost.first() else { continue };
            let file = &*first.origin.file;
            let column = reports.iter().find(|r| &*r.file == file).and_then(|r| r.fields.get(position)).map(|f| f.column.as_str());
            let count = wording::count(lost.len(), "row", "rows");
            let (target, verb) = (&schema.record(target).name, if lost.len() == 1 { "names" } else { "name" });
            let headline = format!("{count} of `{file}` {verb} as `{}` no {target} that exists", field.name);
            let mut finding = Diagnostic::new(DiagnosticName::DanglingReference, headline);
            for (record, key) in lost.iter().take(3) {
                let text = if field.private { "private".to_owned() } else { format!("there is no {target} `{key}`") };
                finding = finding.in_data(file, Some(record.origin.line), column, text);
            }
            findings.push(
                finding.help(format!(
                    "Add the missing {target} to its file, or mend the cells; a rule that follows the reference finds nobody."
                )),
            );
        }
    }
    findings
}

/// Collects keys that are in no roster, with how often each occurs and the first line.
#[derive(Default)]
pub(super) struct Strangers(BTreeMap<Arc<str>, (usize, u64)>);

impl Strangers {
    pub fn add(&mut self, key: &Arc<str>, line: u64) {
        let entry = self.0.entry(key.clone()).or_insert((0, line));
        entry.0 += 1;
        entry.1 = entry.1.min(line);
    }

    pub fn finding(&self, file: &str, column: &str) -> Option<Diagnostic> {
        if self.0.is_empty() {
            return None;
        }
        let total = self.0.values().map(|(n, _)| n).sum();
        let (rows, verb) = (wording::count(total, "row", "rows"), if total == 1 { "is" } else { "are" });
        let headline = format!("{rows} of `{file}` {verb} about {} not in the roster", wording::count(self.0.len(), "rep", "reps"));
        let mut finding = Diagnostic::new(DiagnosticName::DanglingReference, headline);
        for (key, (_, line)) in self.0.iter().take(3) {
            finding = finding.in_data(file, Some(*line), Some(column), format!("there is no rep `{key}`"));
        }
        Some(finding.help("Add them to the reps' file, or take the rows out; until then these rows count for nobody."))
    }
}

/// Returns the wanted column that names a rep.
pub(super) fn rep_column(schema: &Schema) -> Wanted {
    let text = Type::Text { any_case: false };
    let key = schema.find("rep").map(|rep| key_type(schema, rep));
    Wanted { name: "rep".into(), ty: text.clone(), key: Some(key.unwrap_or(text)), private: false, required: true }
}

fn load_open_work(schema: &Schema, config: &Config, settings: &DataFile, path: &Path, loaded: &mut Loaded) -> Result<(), DataError> {
    let shown = settings.file.as_deref().unwrap_or_default();
    let lead = schema.find("lead");
    let mut columns = lead.map_or_else(Vec::new, |lead| wanted(schema, lead, false));
    let fields = columns.len();
    let key = lead.map(|lead| schema.record(lead).key.index());
    columns.push(rep_column(schema));
    columns.push(Wanted { name: "open".into(), ty: Type::Number, key: None, private: false, required: false });
    let mut rows = TypedRows::open(Input::open(path, shown)?, columns, settings, "loads.columns", &config.zone)?;
    let file = rows.report.file.clone();
    let roster = schema.find("rep").and_then(|rep| loaded.data.records.get(&rep));
    let mut strangers = Strangers::default();
    let mut loads: BTreeMap<Arc<str>, Vec<OpenWork>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let Ok(mut row) = row else { continue };
        let own = row.values.split_off(fields.min(row.values.len()));
        let Some(Some(Value::Reference(rep))) = own.first() else {
            rows.set_aside(row.line, "rep", "the row names no rep; write the key of a rep".to_owned());
            continue;
        };
        let Some(count) = open_count(own.get(1)) else {
            rows.set_aside(row.line, "open", "`open` is not a whole number from 0; write how many are open, such as 12".to_owned());
            continue;
        };
        if roster.is_some_and(|reps| !reps.contains_key(rep)) {
            strangers.add(rep, row.line);
            continue;
        }
        let text = |v: &Value| plain(v, &Type::Text { any_case: false });
        let id = key.and_then(|k| row.values.get(k)).and_then(Option::as_ref).map(text).unwrap_or_default();
        let origin = Origin { file: file.clone(), line: row.line };
        let record = Record { kind: lead.unwrap_or(RecordId(0)), key: id.into(), values: row.values, origin };
        loads.entry(rep.clone()).or_default().push(OpenWork { count, record });
    }
    if lead.is_some() {
        for work in loads.values_mut() {
            work.sort_by_cached_key(|w| (w.record.key.clone(), contents(schema, &w.record), w.count));
        }
    }
    loaded.data.loads = loads;
    // Lead fields that the file does not have are no news here.
    rows.report.fields.retain(|f| !f.column.is_empty());
    loaded.findings.extend(rows.report.findings());
    loaded.findings.extend(strangers.finding(&file, "rep"));
    loaded.reports.push(rows.report);
    Ok(())
}

/// Returns how many pieces of work a row stands for: one unless it says otherwise.
fn open_count(cell: Option<&Option<Value>>) -> Option<u64> {
    match cell {
        Some(Some(Value::Number(n))) if n.fract() == Decimal::ZERO => n.to_u64(),
        Some(Some(_)) => None,
        _ => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::load_absences;
    use crate::data::sample::{ACCOUNT, REP, schema};
    use crate::model::time_zone;

    const TOML: &str = "[records.account]\nfile = \"accounts.csv\"\n[records.rep]\nfile = \"reps.jsonl\"\n[loads]\nfile = \"open.csv\"\n\
                        [absences]\nfile = \"away.csv\"\ncolumns = { through = \"until\" }\n";

    fn write(folder: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            std::fs::write(folder.join(name), text).expect("a file");
        }
    }

    fn headlines(findings: &[Diagnostic]) -> Vec<String> {
        findings.iter().map(|d| format!("{}: {}", d.name, d.headline)).collect()
    }

    const REPS: &str = "{\"id\":\"ana\",\"active\":true,\"since\":\"2020-01-01\"}\n{\"id\":\"lee\",\"active\":\"no\"}\n";
    const OPEN: &str = "rep,open,company,employees\nana,2,Acme,5\nana,,Beta,\nbob,1,,\nlee,-1,,\nlee,1.5,,\n,1,,\nana,2,Aaa,\n";
    const AWAY: &str = "rep,from,until,reason\nana,2027-12-24,2027-12-26,holidays\nana,2027-01-01T09:00,2027-01-01T12:00Z,\nlee,2027-02-02,2027-02-01,\n\
                        lee,soon,2027-02-01,\nlee,2027-02-01,,\nbob,2027-02-01,2027-02-01,\n";

    #[test]
    fn whatever_the_order_of_rows() {
        let accounts = ["A1,Acme,A9,ana", "A2,Beta,A1,bob", "A1,Acme,A9,lee", "A2,Beta,A1,bob", "A3,,,", "A1,Zeta,A9,lee"];
        let mut seen = Vec::new();
        for turn in 0..accounts.len() {
            let folder = tempfile::tempdir().expect("a folder");
            let mut rows = accounts;
            rows.rotate_left(turn);
            let text = format!("id,name,parent,owner\n{}\n", rows.join("\n"));
            write(folder.path(), &[("accounts.csv", &text), ("reps.jsonl", REPS), ("open.csv", OPEN)]);
            let loaded = load(&schema(), &Config::read(TOML).0, &folder.path().into());
            let all: Vec<Vec<Option<String>>> = loaded.data.all(ACCOUNT).map(|r| contents(&schema(), r)).collect();
            assert_eq!(loaded.reports[0].repeated, 1);
            seen.push((all, headlines(&loaded.findings)));
        }
        assert_eq!(
            seen[0].1,
            [
                "duplicate-key: 3 rows of `accounts.csv` have the id `A1` and differ",
                "dangling-reference: 1 row of `accounts.csv` names as `parent` no account that exists",
                "dangling-reference: 1 row of `accounts.csv` names as `owner` no rep that exists",
                "dangling-reference: 1 row of `open.csv` is about 1 rep not in the roster",
                "unreadable-cell: `open` is not a whole number from 0; write how many are open, such as 12",
                "unreadable-cell: `open` is not a whole number from 0; write how many are open, such as 12",
                "unreadable-cell: the row names no rep; write the key of a rep",
            ]
        );
        assert_eq!(seen[0].0[0], ["A1", "Acme", "A9", "ana"].map(|c| Some(c.to_owned())));
        assert!(seen.iter().all(|(records, _)| *records == seen[0].0), "{seen:?}");
    }

    #[test]
    fn open_work_and_absences() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &[("accounts.csv", "id,name,parent,owner\n"), ("reps.jsonl", REPS), ("open.csv", OPEN), ("away.csv", AWAY)]);
        let config = Config::read(TOML).0;
        let mut loaded = load(&schema(), &config, &folder.path().into());
        let ana: Vec<(u64, Option<String>)> =
            loaded.data.loads["ana"].iter().map(|w| (w.count, w.record.values[2].as_ref().map(|v| plain(v, &Type::Number)))).collect();
        assert_eq!(ana, [(2, Some("Aaa".to_owned())), (2, Some("Acme".to_owned())), (1, Some("Beta".to_owned()))]);
        assert_eq!(loaded.data.loads.len(), 1);
        assert_eq!(loaded.data.all(REP).count(), 2);

        let zone = |rep: &str| time_zone(if rep == "ana" { "Europe/Berlin" } else { "UTC" }).expect("a zone");
        let (findings, report) = load_absences(&schema(), &config, &folder.path().into(), &mut loaded.data, &zone);
        let shown: Vec<String> = loaded.data.absences["ana"].iter().map(|a| format!("{} {} {:?}", a.from, a.until, a.reason)).collect();
        assert_eq!(
            shown,
            ["2027-01-01T08:00:00Z 2027-01-01T12:00:00Z None", "2027-12-23T23:00:00Z 2027-12-26T23:00:00Z Some(\"holidays\")"]
        );
        assert_eq!(report.map(|r| (r.rows, r.set_aside)), Some((3, 3)));
        assert_eq!(
            headlines(&findings),
            [
                "unreadable-cell: the absence ends before it begins; swap `from` and `through`",
                "unreadable-cell: `soon` is not a date; write the year first, such as 2027-03-01, or name the format in turf.toml",
                "unreadable-cell: the absence has no such day; write one, such as 2027-03-01",
                "dangling-reference: 1 row of `away.csv` is about 1 rep not in the roster",
            ]
        );
    }

    #[test]
    fn files_that_are_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let loaded = load(&schema(), &Config::read("[records.rep]\nfile = \"reps.csv\"\n").0, &folder.path().into());
        assert_eq!(
            headlines(&loaded.findings),
            [
                "missing-file: there is no file `reps.csv`",
                "missing-file: turf.toml names no file for record account, which the rules look into"
            ]
        );
    }
}

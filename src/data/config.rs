//! `turf.toml`: the project's zone, where the data lie, and how their columns become fields.
//!
//! Text in; a [`Config`] and findings out, all of them in one go, each with its line. Pure: the file itself is read
//! elsewhere. Whether the fields named here exist is checked against the schema by [`Config::check`].

mod check;
mod store;
mod values;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use store::{StoreSettings, without_password};

use crate::check::Settings;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Schema, Type};
use crate::text::{FileId, SourceFile, Span, wording};

/// Name of the configuration file in a book's folder.
pub const CONFIG_FILE: &str = "turf.toml";

/// Holds the configuration of a book.
#[derive(Clone, Debug)]
pub struct Config {
    /// The book's name, if it has one.
    pub name: Option<String>,
    /// The project's time zone; UTC unless set.
    pub zone: TimeZone,
    /// Folders with rule files, relative to the book.
    pub rules: Vec<String>,
    /// Where the data of each record type lie.
    pub records: BTreeMap<String, DataFile>,
    /// What reps already have open.
    pub loads: Option<DataFile>,
    /// When reps are away.
    pub absences: Option<DataFile>,
    /// From how much on the checks speak up.
    pub check_settings: Settings,
    /// Tables of tests, relative to the book.
    pub tests: Vec<String>,
    /// Where the journal is kept, if anywhere.
    pub store: Option<StoreSettings>,
}

impl Default for Config {
    fn default() -> Self {
        let rules = vec![".".to_owned()];
        Self {
            name: None,
            zone: TimeZone::UTC,
            rules,
            records: BTreeMap::new(),
            loads: None,
            absences: None,
            check_settings: Settings::default(),
            tests: Vec::new(),
            store: None,
        }
    }
}

/// Describes one data file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataFile {
    /// Path, relative to the book.
    pub file: Option<String>,
    /// What separates cells; the comma unless set.
    pub delimiter: Option<u8>,
    /// Cells that mean missing, besides the empty cell.
    pub blank: Vec<String>,
    /// Settings by field; other fields take the column of their own name.
    pub columns: BTreeMap<String, Column>,
    /// Line of the table in `turf.toml`, from 1.
    pub line: u64,
}

/// Says where the values of a field come from and how the cells are cleaned, in the order of the members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Whether the file has no such column, so the field is always missing.
    pub absent: bool,
    /// The column's name; the field's own name unless set.
    pub column: Option<String>,
    /// Cells to replace.
    pub replace: BTreeMap<String, String>,
    /// Cells that mean missing here, besides those of the file.
    pub blank: Vec<String>,
    /// K, M or B, appended to numbers that carry none.
    pub unit: Option<char>,
    /// Format of dates and times, in the manner of `strptime`.
    pub format: Option<String>,
    /// Line in `turf.toml`, from 1.
    pub line: u64,
}

impl Config {
    /// Reads the text of a `turf.toml`; what is wrong takes its default and is reported.
    #[must_use]
    pub fn read(text: &str) -> (Self, Vec<Diagnostic>) {
        let source = SourceFile::new(CONFIG_FILE, text);
        let (root, errors) = DeTable::parse_recoverable(source.text());
        let mut walk = Walk { source: &source, findings: Vec::new() };
        for error in errors.iter().take(10) {
            let line = error.span().map(|span| walk.line(&span));
            let headline = format!("{CONFIG_FILE} is not well-formed: {}", error.message().trim_end_matches('.'));
            walk.findings.push(Diagnostic::new(DiagnosticName::BadConfiguration, headline).in_data(CONFIG_FILE, line, None, ""));
        }
        let config = walk.config(root.get_ref());
        let mut findings = walk.findings;
        crate::diagnostic::sort(&mut findings);
        (config, findings)
    }

    /// Compares the configuration with the declared records: every record and field named must exist, and units and
    /// formats must suit their fields.
    #[must_use]
    pub fn check(&self, schema: &Schema) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for (name, file) in &self.records {
            match schema.find(name) {
                Some(record) => {
                    check_columns(&mut findings, file, &schema.record(record).by_name, name, |field| &schema.field(record, field).ty)
                }
                None => findings.push(bad(format!("no record is called `{name}`"), file.line, "").help(did_you_mean(
                    name,
                    schema.records.iter().map(|r| &*r.name),
                    "Declare it in a rule file, or take the table out.",
                ))),
            }
        }
        if let (Some(loads), Some(lead)) = (&self.loads, schema.find("lead")) {
            let mut rest = loads.clone();
            rest.columns.retain(|name, _| name != "rep" && name != "open");
            check_columns(&mut findings, &rest, &schema.record(lead).by_name, "lead", |field| &schema.field(lead, field).ty);
        }
        findings
    }
}

fn check_columns<'a, K: std::borrow::Borrow<str> + Ord, V: Copy>(
    findings: &mut Vec<Diagnostic>,
    file: &DataFile,
    fields: &BTreeMap<K, V>,
    record: &str,
    type_of: impl Fn(V) -> &'a Type,
) {
    for (name, column) in &file.columns {
        let Some(field) = fields.get(name.as_str()) else {
            let known = fields.keys().map(std::borrow::Borrow::borrow);
            let help = did_you_mean(name, known, "The left side is the field, the right side the column: `field = \"column\"`.");
            findings.push(bad(format!("record {record} has no field `{name}`"), column.line, "").help(help));
            continue;
        };
        let ty = type_of(*field);
        if column.unit.is_some() && !matches!(ty, Type::Number | Type::Percent | Type::Money(_)) {
            findings.push(bad(format!("`{name}` is no number, so it can have no unit"), column.line, "").help("Take `unit` out."));
        }
        if column.format.is_some() && !matches!(ty, Type::Date | Type::Time) {
            findings.push(
                bad(format!("`{name}` is neither a date nor a time, so it can have no format"), column.line, "").help("Take `format` out."),
            );
        }
    }
}

fn bad(headline: String, line: u64, label: &str) -> Diagnostic {
    Diagnostic::new(DiagnosticName::BadConfiguration, headline).in_data(CONFIG_FILE, Some(line), None, label)
}

/// Asks about near names; says `or_else` when there are none.
fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, or_else: &str) -> String {
    let near: Vec<String> = wording::nearest(name, known).iter().map(|n| format!("`{n}`")).collect();
    if near.is_empty() { or_else.to_owned() } else { format!("Did you mean {}?", wording::join(&near, "or")) }
}

type Node<'t> = Spanned<DeValue<'t>>;

/// Walks the tree of the file and collects findings on the way.
struct Walk<'a> {
    source: &'a SourceFile,
    findings: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn line(&self, span: &std::ops::Range<usize>) -> u64 {
        let at = Span::new(FileId(0), span.start, span.end);
        u64::try_from(self.source.line_column(at.start).line).unwrap_or(u64::MAX)
    }

    fn report(&mut self, headline: impl Into<String>, line: u64, help: impl Into<String>) {
        self.findings.push(bad(headline.into(), line, "").help(help));
    }

    /// Yields the settings of a table, and reports those that are not among `known`.
    fn settings<'t, 'i>(&mut self, table: &'t DeTable<'i>, known: &[&str]) -> Vec<(&'t str, &'t Node<'i>, u64)> {
        let mut settings = Vec::new();
        for (key, value) in table {
            let line = self.line(&key.span());
            let name: &str = key.get_ref();
            if known.contains(&name) {
                settings.push((name, value, line));
            } else {
                let all: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
                let help = did_you_mean(name, known.iter().copied(), &format!("What can be set here is {}.", wording::join(&all, "or")));
                self.report(format!("there is no setting `{name}`"), line, help);
            }
        }
        settings
    }

    fn config(&mut self, root: &DeTable<'_>) -> Config {
        let mut config = Config::default();
        for (name, value, line) in
            self.settings(root, &["name", "zone", "rules", "records", "loads", "absences", "check", "store", "tests"])
        {
            match name {
                "name" => config.name = self.text(name, value, line),
                "zone" => config.zone = self.zone(value, line).unwrap_or(TimeZone::UTC),
                "tests" => config.tests = self.texts(name, value, line),
                "rules" => config.rules = self.texts(name, value, line),
                "loads" => config.loads = self.table(name, value, line).map(|t| self.file(t, line)),
                "store" => config.store = self.store(value, line),
                "check" => config.check_settings = self.check_settings(value, line),
                "absences" => config.absences = self.table(name, value, line).map(|t| self.file(t, line)),
                _ => {
                    for (record, value) in self.table(name, value, line).into_iter().flatten() {
                        let line = self.line(&record.span());
                        let shown = format!("records.{}", record.get_ref());
                        if let Some(table) = self.table(&shown, value, line) {
                            let file = self.file(table, line);
                            config.records.insert(record.get_ref().to_string(), file);
                        }
                    }
                }
            }
        }
        if let Some(absences) = &config.absences {
            let known = ["rep", "from", "through", "reason"];
            let unknown: Vec<(String, u64)> =
                absences.columns.iter().filter(|(n, _)| !known.contains(&n.as_str())).map(|(n, c)| (n.clone(), c.line)).collect();
            for (name, line) in unknown {
                let help = did_you_mean(&name, known, "What absences have is `rep`, `from`, `through` and `reason`.");
                self.report(format!("absences have no `{name}`"), line, help);
            }
        }
        config
    }

    fn file(&mut self, table: &DeTable<'_>, line: u64) -> DataFile {
        let mut file = DataFile { line, ..DataFile::default() };
        for (name, value, line) in self.settings(table, &["file", "delimiter", "blank", "columns"]) {
            match name {
                "file" => file.file = self.text(name, value, line),
                "delimiter" => file.delimiter = self.delimiter(value, line),
                "blank" => file.blank = self.texts(name, value, line),
                _ => {
                    for (field, value) in self.table(name, value, line).into_iter().flatten() {
                        let line = self.line(&field.span());
                        if let Some(column) = self.column(field.get_ref(), value, line) {
                            file.columns.insert(field.get_ref().to_string(), column);
                        }
                    }
                }
            }
        }
        file
    }

    fn column(&mut self, field: &str, value: &Node<'_>, line: u64) -> Option<Column> {
        let mut column = Column { line, ..Column::default() };
        let table = match value.get_ref() {
            DeValue::String(name) => return Some(Column { column: Some(name.to_string()), ..column }),
            DeValue::Table(table) => table,
            _ => {
                self.report(
                    format!("the column of `{field}` is neither a name nor a table"),
                    line,
                    format!("Write `{field} = \"column\"` or `{field} = {{ column = \"column\", unit = \"M\" }}`."),
                );
                return None;
            }
        };
        for (name, value, line) in self.settings(table, &["column", "absent", "blank", "replace", "unit", "format"]) {
            match name {
                "column" => column.column = self.text(name, value, line),
                "blank" => column.blank = self.texts(name, value, line),
                "unit" => column.unit = self.unit(value, line),
                "format" => column.format = self.format(value, line),
                "absent" => match value.get_ref() {
                    DeValue::Boolean(absent) => column.absent = *absent,
                    _ => self.report("`absent` is neither true nor false", line, "Write `absent = true`."),
                },
                _ => {
                    for (from, to) in self.table(name, value, line).into_iter().flatten() {
                        let line = self.line(&from.span());
                        if let Some(to) = self.text(from.get_ref(), to, line) {
                            column.replace.insert(from.get_ref().to_string(), to);
                        }
                    }
                }
            }
        }
        if column.absent && column.column.is_some() {
            self.report(format!("`{field}` has a column and is absent"), line, "Keep `column` or `absent = true`, not both.");
        }
        Some(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headlines(text: &str) -> Vec<String> {
        let (_, findings) = Config::read(text);
        findings
            .iter()
            .map(|d| {
                let line = match &d.labels[0].place {
                    crate::diagnostic::Place::Data { line, .. } => line.unwrap_or(0),
                    crate::diagnostic::Place::Source(_) => 0,
                };
                format!("{line}: {} | {}", d.headline, d.help.join(" "))
            })
            .collect()
    }

    #[test]
    fn a_whole_file() {
        let (config, findings) = Config::read(
            r#"
name = "Forbes"
zone = "America/New_York"
rules = ["rules", "tests"]
[records.lead]
file = "data/leads.csv"
delimiter = "tab"
blank = ["NA", "Select"]
[records.lead.columns]
company = "name"
revenue = { column = "sales", unit = "B", blank = ["-"] }
created = { column = "engage_date", format = "%d-%m-%Y" }
product = { replace = { GTXPro = "GTX Pro" } }
title = { absent = true }
[loads]
file = "open.csv"
[absences]
file = "away.csv"
columns = { through = "until" }
"#,
        );
        assert_eq!(findings, vec![]);
        assert_eq!(config.name.as_deref(), Some("Forbes"));
        assert_eq!(config.zone.iana_name(), Some("America/New_York"));
        assert_eq!(config.rules, ["rules", "tests"]);
        let lead = &config.records["lead"];
        assert_eq!((lead.delimiter, lead.line), (Some(b'\t'), 5));
        assert_eq!(lead.columns["revenue"].unit, Some('B'));
        assert_eq!(lead.columns["product"].replace["GTXPro"], "GTX Pro");
        assert!(lead.columns["title"].absent);
        assert_eq!(lead.columns["company"], Column { column: Some("name".to_owned()), line: 10, ..Column::default() });
        assert_eq!(config.absences.as_ref().and_then(|a| a.columns["through"].column.as_deref()), Some("until"));
    }

    #[test]
    fn all_mistakes_at_once_with_their_lines() {
        let found = headlines(
            "zone = \"Berlin\"\nzonee = 1\nrules = 3\n[records.lead]\nfil = \"x\"\ndelimiter = \"ab\"\n\
             [records.lead.columns]\na = 1\nb = { unit = \"T\", format = \"%Q!\" }\nc = { absent = true, column = \"x\" }\n[absences.columns]\nreps = \"x\"\n",
        );
        assert_eq!(
            found,
            [
                "1: there is no time zone `Berlin` | Did you mean `zone = \"Europe/Berlin\"`?",
                "2: there is no setting `zonee` | Did you mean `zone`?",
                "3: `rules` is no list of texts | Write `rules = [\"...\", \"...\"]`.",
                "5: there is no setting `fil` | Did you mean `file`?",
                "6: `delimiter` is not one character | Write `delimiter = \";\"`, or `delimiter = \"tab\"`.",
                "8: the column of `a` is neither a name nor a table | Write `a = \"column\"` or `a = { column = \"column\", unit = \"M\" }`.",
                "9: `%Q!` is no format of a date or time | Write what stands in the cells with % signs: `format = \"%d-%m-%Y\"` reads 31-12-2027.",
                "9: `T` is no unit | Write `unit = \"K\"`, `unit = \"M\"` or `unit = \"B\"`.",
                "10: `c` has a column and is absent | Keep `column` or `absent = true`, not both.",
                "12: absences have no `reps` | Did you mean `rep`?",
            ]
        );
    }

    #[test]
    fn broken_toml_is_reported_with_its_line() {
        let found = headlines("name = \"x\"\nzone = \n[records.lead\n");
        assert!(found.iter().any(|f| f.starts_with("2: turf.toml is not well-formed")), "{found:?}");
    }

    #[test]
    fn fields_are_compared_with_the_schema() {
        let schema = crate::data::sample::schema();
        let (config, _) = Config::read(
            "[records.laed]\nfile = \"x\"\n[records.lead.columns]\ncompny = \"x\"\ncompany = { unit = \"K\", format = \"%Y-%m-%d\" }\n[loads.columns]\nrep = \"owner\"\nfoo = \"x\"\n",
        );
        let found: Vec<String> = config.check(&schema).into_iter().map(|d| format!("{} | {}", d.headline, d.help.join(" "))).collect();
        assert_eq!(
            found,
            [
                "no record is called `laed` | Did you mean `lead`?",
                "`company` is no number, so it can have no unit | Take `unit` out.",
                "`company` is neither a date nor a time, so it can have no format | Take `format` out.",
                "record lead has no field `compny` | Did you mean `company`?",
                "record lead has no field `foo` | The left side is the field, the right side the column: `field = \"column\"`.",
            ]
        );
    }

    proptest! {
        #![proptest_config(crate::data::sample::cases())]

        #[test]
        fn nothing_panics(text in "\\PC*|([a-z.\\[\\]{}=\"', \n]|zone|records|columns|lead|true|1e9){0,60}") {
            let _ = Config::read(&text);
        }
    }
}

//! Records of one type from a file or standard input, one after the other, with constant memory.
//!
//! Each row becomes a [`Record`] or is set aside with file, line, column and value; the rest go on. What was cleaned,
//! missing or undeclared is counted in the [`DataReport`].

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::typed_rows::{TypedRow, TypedRows, Wanted};
use super::{DataError, DataFile, DataReport, Input, SetAside};
use crate::model::{Origin, Record, RecordId, Schema, Type, Value, plain};

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// It is a record.
    Record(Record),
    /// It could not be read.
    SetAside(SetAside),
}

/// Reads the records of a file; an iterator that ends after the first error of the world.
pub struct RecordReader {
    rows: TypedRows,
    kind: RecordId,
    key: usize,
    key_name: Arc<str>,
    key_type: Type,
    file: Arc<str>,
    ended: bool,
}

impl RecordReader {
    /// Opens a file of records of one type.
    ///
    /// # Errors
    /// When the file cannot be read, or lacks a column.
    pub fn open(input: Input, schema: &Schema, kind: RecordId, settings: &DataFile, zone: &TimeZone) -> Result<Self, DataError> {
        let file = input.file.clone();
        let ty = schema.record(kind);
        let section = format!("records.{}.columns", ty.name);
        let rows = TypedRows::open(input, wanted(schema, kind, true), settings, &section, zone)?;
        let key = schema.field(kind, ty.key);
        Ok(Self { rows, kind, key: ty.key.index(), key_name: key.name.clone(), key_type: key.ty.clone(), file, ended: false })
    }

    /// Returns what reading has shown so far.
    #[must_use]
    pub fn report(&self) -> &DataReport {
        &self.rows.report
    }

    fn read(&mut self) -> Result<Option<Row>, DataError> {
        let row = match self.rows.next()? {
            None => return Ok(None),
            Some(Err(aside)) => return Ok(Some(Row::SetAside(aside))),
            Some(Ok(row)) => row,
        };
        let TypedRow { line, values } = row;
        let Some(key) = values.get(self.key).and_then(Option::as_ref).map(|v| key_text(v, &self.key_type)) else {
            return Ok(Some(Row::SetAside(self.rows.set_aside(line, &self.key_name, no_key(&self.key_name)))));
        };
        Ok(Some(Row::Record(Record { kind: self.kind, key, values, origin: Origin { file: self.file.clone(), line } })))
    }
}

impl Iterator for RecordReader {
    type Item = Result<Row, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

/// Lists the fields of a record type as wanted from a file.
pub(super) fn wanted(schema: &Schema, kind: RecordId, required: bool) -> Vec<Wanted> {
    let key_of = |ty: &Type| match ty {
        Type::Reference(target) => Some(key_type(schema, *target)),
        _ => None,
    };
    let fields = schema.record(kind).fields.iter();
    fields.map(|f| Wanted { name: f.name.clone(), ty: f.ty.clone(), key: key_of(&f.ty), private: f.private, required }).collect()
}

/// Returns the type a record's key is read as.
pub(super) fn key_type(schema: &Schema, kind: RecordId) -> Type {
    match &schema.field(kind, schema.record(kind).key).ty {
        // A key that is itself a reference: its text is the key.
        Type::Reference(_) => Type::Text { any_case: false },
        other => other.clone(),
    }
}

/// Says that a row lacks its key.
pub(super) fn no_key(name: &str) -> String {
    format!("the row has no `{name}`, and every record needs its own")
}

/// Returns the text of a key, the same as [`crate::model::read_key`] gives.
pub(super) fn key_text(value: &Value, ty: &Type) -> Arc<str> {
    match value {
        Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t) => t.clone(),
        other => plain(other, ty).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::{LEAD, schema};
    use crate::data::{Config, FileKind};
    use crate::model::show;
    use proptest::prelude::*;

    fn open(bytes: &[u8], kind: FileKind, toml: &str) -> Result<RecordReader, DataError> {
        let (config, findings) = Config::read(toml);
        assert_eq!(findings, vec![]);
        let input = Input::new(std::io::Cursor::new(bytes.to_vec()), "leads", kind)?;
        let settings = config.records.get("lead").cloned().unwrap_or_default();
        RecordReader::open(input, &schema(), LEAD, &settings, &TimeZone::UTC)
    }

    /// One line per row: `LINE key field=value ..` or `LINE set aside`.
    fn read(text: &str, kind: FileKind, toml: &str) -> (Vec<String>, DataReport) {
        let mut reader = open(text.as_bytes(), kind, toml).expect("opens");
        let schema = schema();
        let mut out = Vec::new();
        for row in reader.by_ref() {
            out.push(match row.expect("in memory") {
                Row::SetAside(aside) => aside.to_string(),
                Row::Record(r) => {
                    let fields = schema.record(LEAD).fields.iter().zip(&r.values);
                    let shown = fields.filter_map(|(f, v)| v.as_ref().map(|v| format!("{}={}", f.name, show(v, &f.ty, &TimeZone::UTC))));
                    format!("{} {}: {}", r.origin.line, r.key, shown.collect::<Vec<_>>().join(" "))
                }
            });
        }
        (out, reader.report().clone())
    }

    const DIRTY: &str = r#"
[records.lead]
blank = ["NA"]
[records.lead.columns]
company = { column = "name", replace = { Acmee = "Acme" } }
employees = { unit = "K", blank = ["-"] }
created = { column = "date", format = "%d-%m-%Y" }
account = { absent = true }
"#;

    #[test]
    fn cells_are_cleaned_and_counted() {
        let text = "id,email,name,industry,employees,products,date\n\
                    L1,a@x,Acmee,Retail,1.5,crm;crm; ,31-12-2027\n\
                    L2,NA,Beta,technolgy,-,,01-02-2027\n\
                    L3,,Gamma,technolgy,2M,x,2027-02-01\n\
                    ,e,n,retail,1,,01-02-2027\n\
                    L5,e,n,retail,1o,,01-02-2027\n";
        let (rows, report) = read(text, FileKind::Csv, DIRTY);
        assert_eq!(
            rows,
            [
                "2 L1: id=L1 email=a@x company=Acme industry=retail employees=1,500 products=crm created=2027-12-31 00:00+00:00",
                "3 L2: id=L2 company=Beta industry=technolgy created=2027-02-01 00:00+00:00",
                "leads:4: column `date`: `2027-02-01` does not look like `%d-%m-%Y`; write it so, or mend `format` in turf.toml",
                "leads:5: column `id`: the row has no `id`, and every record needs its own",
                "leads:6: column `employees`: `1o` is not a number; write digits such as 1200, 1,200 or 1.2K",
            ]
        );
        assert_eq!((report.rows, report.set_aside), (2, 3));
        let field = |name: &str| report.fields.iter().find(|f| &*f.field == name).expect("a field");
        assert_eq!(field("company").replaced, 1);
        assert_eq!(field("industry").top_unlisted(5), [(&Arc::from("technolgy"), 2)]);
        assert_eq!(field("account").blank, 2 + 1);
        let findings: Vec<String> = report.findings().iter().map(|d| d.headline.clone()).collect();
        assert_eq!(findings.last().map(String::as_str), Some("2 values of field `industry` in `leads` are not declared"));
    }

    #[test]
    fn json_lines_are_typed_alike() {
        let text = "{\"id\":7,\"employees\":1e3,\"products\":[\"b\",\"a\"],\"created\":\"2027-01-01\",\"other\":{},\"industry\":null}\n\
                    {\"id\":\"8\",\"company\":{\"x\":1}}\n{\"id\":\"9\",\"company\":[\"x\"]}\n{\"company\":\"x\"}\n";
        let (rows, report) = read(text, FileKind::JsonLines, "");
        assert_eq!(
            rows,
            [
                "1 7: id=7 employees=1,000 products=a, b created=2027-01-01 00:00+00:00",
                "leads:2: column `company`: `{...}` is an object, and fields hold plain values; give a text, a number or a list of texts",
                "leads:3: column `company`: `[...]` is a list, and this field holds one value; give one value",
                "leads:4: column `id`: the row has no `id`, and every record needs its own",
            ]
        );
        let unseen: Vec<String> =
            report.findings().iter().filter(|d| d.name.as_str() == "missing-column").map(|d| d.headline.clone()).collect();
        assert_eq!(
            unseen,
            [
                "no row of `leads` has `email`, so field `email` is always missing",
                "no row of `leads` has `account`, so field `account` is always missing",
            ]
        );
    }

    #[test]
    fn private_cells_are_not_shown() {
        let toml = "[records.lead.columns]\nemail = { column = \"id\" }\n";
        let mut schema = schema();
        schema.records[LEAD.index()].fields[1].ty = Type::Number;
        let (config, _) = Config::read(toml);
        let text = "id,company,industry,employees,products,created,account\nsecret,,,,,,\n";
        let input = Input::new(std::io::Cursor::new(text), "leads", FileKind::Csv).expect("opens");
        let mut reader = RecordReader::open(input, &schema, LEAD, &config.records["lead"], &TimeZone::UTC).expect("opens");
        let Some(Ok(Row::SetAside(aside))) = reader.next() else { panic!("set aside") };
        assert_eq!((aside.value, aside.reason.contains("secret")), (None, false));
    }

    #[test]
    fn missing_columns_come_with_the_line_to_write() {
        let error =
            open(b"Id,email,name,industry,employees,products,created\n", FileKind::Csv, "[records.lead.columns]\ncompany = \"nmae\"\n")
                .err();
        let Some(DataError::MissingColumns { findings, .. }) = error else { panic!("missing columns") };
        let shown: Vec<String> =
            findings.iter().map(|d| format!("{} | {}", d.headline, d.help.first().map_or("", String::as_str))).collect();
        assert_eq!(
            shown,
            [
                "`leads` has no column `id` | Did you mean another column? Write `id = \"Id\"` under `[records.lead.columns]` in turf.toml.",
                "`leads` has no column `nmae`, which field `company` takes its values from | Did you mean another column? Write `company = \"name\"` under `[records.lead.columns]` in turf.toml.",
                "`leads` has no column `account` | The columns are `Id`, `email`, `name`, `industry`, `employees`, `products` or `created`.",
            ]
        );
        let error = open(b"id;email;company\n", FileKind::Csv, "").err().expect("missing columns");
        assert!(error.remedy().contains("delimiter = \";\""), "{}", error.remedy());
        let error = open(b"id,id\n", FileKind::Csv, "").err().expect("two columns");
        assert_eq!(error.to_string(), "`leads` has two columns called `id`");
    }

    proptest! {
        #![proptest_config(crate::data::sample::cases())]

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut csv = b"id,email,name,industry,employees,products,date\n".to_vec();
            csv.extend(&bytes);
            for row in open(&csv, FileKind::Csv, DIRTY).expect("opens") {
                let _ = row;
            }
            if let Ok(reader) = open(&bytes, FileKind::JsonLines, DIRTY) {
                let _ = reader.count();
            }
        }
    }
}

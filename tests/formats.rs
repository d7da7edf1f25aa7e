//! Files in other formats than plain CSV: packed ones, JSON lines, standard input; Parquet, Arrow and spreadsheets where they
//! are built in, and what is said where they are not. The decisions are the same.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

const LEADS: &str = "rules/first/data/leads.csv";

fn turf(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_turf"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// Routes a file, or standard input, by the first book into CSV on standard output.
fn routed(leads: &str, input: &[u8]) -> String {
    let output = turf(&["route", leads, "--book", "rules/first", "--format", "csv"], input);
    assert_eq!(output.status.code(), Some(0), "{leads}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn packed_files_are_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let plain = fs::read(LEADS).unwrap();
    let expected = routed(LEADS, b"");
    let zstandard = |bytes: &[u8]| compress_to_vec(bytes, CompressionLevel::Fastest);
    let packed = [("leads.csv.gz", gzip(&plain)), ("leads.csv.zst", zstandard(&plain))];
    for (name, bytes) in &packed {
        assert_eq!(routed(&write(folder.path(), name, bytes), b""), expected, "{name}");
        // What standard input is packed with is seen by how it begins.
        assert_eq!(routed("-", bytes), expected, "{name}");
    }
    // Two members joined are one file, and a name that only looks packed is plain.
    let half = plain.len() / 2;
    assert_eq!(routed(&write(folder.path(), "two.csv.gz", &[gzip(&plain[..half]), gzip(&plain[half..])].concat()), b""), expected);
    assert_eq!(routed(&write(folder.path(), "plain.csv.gz", &plain), b""), expected);
    // Out: by the ending of the name, the format too.
    let route = |name: &str| {
        let path = folder.path().join(name);
        let output = turf(&["route", LEADS, "--book", "rules/first", "--out", path.to_str().unwrap()], b"");
        assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        fs::read(path).unwrap()
    };
    let mut text = String::new();
    GzDecoder::new(route("out.csv.gz").as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, expected);
    let (mut text, bytes) = (String::new(), route("out.csv.zst"));
    StreamingDecoder::new(bytes.as_slice()).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, expected);
    let (mut text, bytes) = (String::new(), route("out.jsonl.gz"));
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), expected.lines().count() - 1);
    assert!(text.lines().all(|line| line.starts_with("{\"id\":")), "{text}");
    assert!(route("out.json").starts_with(b"[\n{"));
}

#[test]
fn a_damaged_file_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let packed = gzip(&fs::read(LEADS).unwrap());
    let cut = write(folder.path(), "cut.csv.gz", &packed[..packed.len() - 20]);
    let out = folder.path().join("out.csv");
    let output = turf(&["route", &cut, "--book", "rules/first", "--out", out.to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("cut.csv.gz") && told.contains("ends early or is damaged, so pack it again"), "{told}");
    assert!(!out.exists());
    let twice = write(folder.path(), "twice.csv.gz", &gzip(&packed));
    let told = turf(&["route", &twice, "--book", "rules/first"], b"");
    assert!(String::from_utf8_lossy(&told.stderr).contains("is a file packed twice, not text"), "{told:?}");
}

#[test]
fn json_lines_on_standard_input_need_no_option() {
    // Each row as an object of its columns.
    let mut reader = csv::Reader::from_path(LEADS).unwrap();
    let header = reader.headers().unwrap().clone();
    let line = |row: csv::StringRecord| {
        let members = header.iter().zip(row.iter()).map(|(name, cell)| (name.to_owned(), serde_json::Value::from(cell)));
        serde_json::Value::Object(members.collect()).to_string()
    };
    let lines: Vec<String> = reader.records().map(|row| line(row.unwrap())).collect();
    assert_eq!(routed("-", format!("\n{}\n", lines.join("\n")).as_bytes()), routed(LEADS, b""));
}

#[test]
#[cfg(not(all(feature = "arrow", feature = "xlsx")))]
fn what_is_not_built_in_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (name, what, feature) in
        [("leads.parquet", "a Parquet file", "arrow"), ("leads.arrow", "an Arrow file", "arrow"), ("leads.xlsx", "a spreadsheet", "xlsx")]
    {
        if (feature == "arrow" && cfg!(feature = "arrow")) || (feature == "xlsx" && cfg!(feature = "xlsx")) {
            continue;
        }
        let told = |arguments: &[&str]| {
            let output = turf(arguments, b"");
            assert_eq!(output.status.code(), Some(2), "{name}");
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        let leads = write(folder.path(), name, b"PAR1");
        let read = told(&["route", &leads, "--book", "rules/first"]);
        assert!(read.contains(&format!("is {what}, and this turf was built without them")), "{read}");
        assert!(read.contains(&format!("--features {feature}")), "{read}");
        let out = folder.path().join(format!("out-{name}")).display().to_string();
        let written = told(&["route", LEADS, "--book", "rules/first", "--out", &out]);
        assert!(written.contains("built without them"), "{written}");
    }
}

/// Runs `turf route` with these arguments on the first book and returns the bytes of the file it writes.
#[cfg(any(feature = "arrow", feature = "xlsx"))]
fn written(folder: &Path, leads: &str, name: &str) -> Vec<u8> {
    let path = folder.join(name);
    let output = turf(&["route", leads, "--book", "rules/first", "--out", path.to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    fs::read(path).unwrap()
}

/// Bends a file in many places: turf may refuse it or read something else, and never stops with a panic.
#[cfg(any(feature = "arrow", feature = "xlsx"))]
fn bent(folder: &Path, name: &str, bytes: &[u8]) {
    for step in 0..60 {
        let mut bytes = bytes.to_vec();
        let at = step * bytes.len() / 60;
        if step % 3 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 0x5a;
        }
        let output = turf(&["route", &write(folder, name, &bytes), "--book", "rules/first", "--format", "csv"], b"");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|c| c < 3) && !told.contains("panicked"), "{name} bent at {at}: {told}");
    }
}

#[cfg(feature = "arrow")]
mod arrow {
    use std::sync::Arc;

    use arrow_array::builder::{ListBuilder, StringBuilder};
    use arrow_array::{
        Array, ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    };
    use arrow_schema::{DataType, Field, Schema, TimeUnit};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    /// The leads of the first book, each column as text.
    fn as_text() -> RecordBatch {
        let mut reader = csv::Reader::from_path(LEADS).unwrap();
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let column =
            |at: usize| -> ArrayRef { Arc::new(rows.iter().map(|r| r.get(at).filter(|c| !c.is_empty())).collect::<StringArray>()) };
        let schema = Schema::new(header.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), (0..header.len()).map(column).collect()).unwrap()
    }

    fn parquet(batch: &RecordBatch) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    fn arrow(batch: &RecordBatch, stream: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        if stream {
            let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
            writer.write(batch).unwrap();
            writer.finish().unwrap();
        } else {
            let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
            writer.write(batch).unwrap();
            writer.finish().unwrap();
        }
        bytes
    }

    #[test]
    fn parquet_and_arrow_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let expected = routed(LEADS, b"");
        let batch = as_text();
        for (name, bytes) in
            [("leads.parquet", parquet(&batch)), ("leads.arrow", arrow(&batch, false)), ("leads.arrows", arrow(&batch, true))]
        {
            assert_eq!(routed(&write(folder.path(), name, &bytes), b""), expected, "{name}");
            assert_eq!(routed("-", &bytes), expected, "{name} on standard input");
            assert_eq!(routed(&write(folder.path(), &format!("{name}.gz"), &gzip(&bytes)), b""), expected, "{name}.gz");
            bent(folder.path(), name, &bytes);
        }
        // By another name it is no text.
        let told = turf(&["route", &write(folder.path(), "leads.csv", &parquet(&batch)), "--book", "rules/first"], b"");
        assert!(String::from_utf8_lossy(&told.stderr).contains("is a Parquet file by another name"), "{told:?}");
    }

    #[test]
    fn typed_columns_mean_what_they_say() {
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("book");
        fs::create_dir(&book).unwrap();
        write(&book, "turf.toml", b"name = \"typed\"\nzone = \"UTC\"\n[records.rep]\nfile = \"reps.csv\"\n");
        write(&book, "reps.csv", b"id,active\nana,yes\n");
        write(
            &book,
            "rules.turf",
            b"record lead { id: text, key  size: number  revenue: money USD  share: number  asked: date  created: time, arrival  wants: set of text }
              record rep { id: text, key  active: yes/no } queues [hit, miss]
              otherwise { route to queue miss }
              rule r { priority 1 when size is 7 and revenue is 12.50 and share is 0.25 and asked is 2027-03-01 and created is 2027-03-01T09:30:00Z
                and wants contains all of [a, \"b c\"] route to queue hit }",
        );
        let mut lists = ListBuilder::new(StringBuilder::new());
        lists.append_value(["a", "b c"].map(Some));
        lists.append_null();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(StringArray::from(vec!["L1", "L2"]))),
            ("size", Arc::new(Int64Array::from(vec![Some(7), None]))),
            ("revenue", Arc::new(Decimal128Array::from(vec![1250, 0]).with_precision_and_scale(10, 2).unwrap())),
            ("share", Arc::new(Float64Array::from(vec![0.25, 1.0]))),
            ("asked", Arc::new(Date32Array::from(vec![20_878, 0]))),
            ("created", Arc::new(TimestampMicrosecondArray::from(vec![1_803_893_400_000_000, 0]).with_timezone("+00:00"))),
            ("wants", Arc::new(lists.finish())),
        ];
        let fields: Vec<Field> = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        assert!(matches!(fields[5].data_type(), DataType::Timestamp(TimeUnit::Microsecond, Some(_))));
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect()).unwrap();
        let leads = write(folder.path(), "leads.parquet", &parquet(&batch));
        let output = turf(&["route", &leads, "--book", book.to_str().unwrap(), "--format", "csv"], b"");
        let rows = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            rows.contains("\nL1,,queue,hit,") && rows.contains("\nL2,,queue,miss,"),
            "{rows}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    #[test]
    fn parquet_and_arrow_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let expected = routed(LEADS, b"");
        let csv: Vec<csv::StringRecord> = csv::Reader::from_reader(expected.as_bytes()).records().map(Result::unwrap).collect();
        let check = |batches: Vec<RecordBatch>, name: &str| {
            let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
            assert_eq!(rows, csv.len(), "{name}");
            for (at, column) in batches[0].columns().iter().enumerate() {
                let formatter = arrow_cast::display::ArrayFormatter::try_new(column.as_ref(), &Default::default()).unwrap();
                for (row, expected) in csv.iter().enumerate() {
                    let list = matches!(column.data_type(), DataType::List(_));
                    let shown = formatter.value(row).to_string();
                    let shown = if list { shown.trim_matches(['[', ']']).replace(", ", ";") } else { shown };
                    if !(list && expected[at].contains(", ")) {
                        assert_eq!(shown, expected[at], "{name}: column {at}, row {row}");
                    }
                    assert_eq!(column.is_null(row) || list, expected[at].is_empty() || list, "{name}");
                }
            }
        };
        write(folder.path(), "out.parquet", &written(folder.path(), LEADS, "out.parquet"));
        let file = fs::File::open(folder.path().join("out.parquet")).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        check(reader.map(Result::unwrap).collect(), "parquet");
        written(folder.path(), LEADS, "out.arrow");
        let file = fs::File::open(folder.path().join("out.arrow")).unwrap();
        let reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
        check(reader.map(Result::unwrap).collect(), "arrow");
        // The same rows, the same bytes.
        assert_eq!(written(folder.path(), LEADS, "a.parquet"), written(folder.path(), LEADS, "b.parquet"));
    }
}

#[cfg(feature = "xlsx")]
mod xlsx {
    use calamine::{Data, Reader, open_workbook_auto};
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    use super::*;

    /// The leads of the first book as a sheet: numbers as numbers, dates as dates, below a title row that is blank.
    fn sheet() -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(LEADS).unwrap();
        let day = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        for (row, cells) in (2_u32..).zip(reader.records().map(Result::unwrap)) {
            for (column, cell) in (0_u16..).zip(cells.iter().filter(|_| true)) {
                if let (true, Ok(number)) = (row > 2, cell.parse::<f64>()) {
                    sheet.write_number(row, column, number).unwrap();
                } else if let (true, Ok(at)) = (cell.len() > 10, ExcelDateTime::parse_from_str(cell.trim_end_matches('Z'))) {
                    sheet.write_datetime_with_format(row, column, &at, &day).unwrap();
                } else if !cell.is_empty() {
                    sheet.write_string(row, column, cell).unwrap();
                }
            }
        }
        book.save_to_buffer().unwrap()
    }

    fn ids_and_assignees(csv: &str) -> Vec<(String, String)> {
        csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).map(|r| (r[0].to_owned(), r[3].to_owned())).collect()
    }

    #[test]
    fn a_spreadsheet_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = sheet();
        let leads = write(folder.path(), "leads.xlsx", &bytes);
        assert_eq!(ids_and_assignees(&routed(&leads, b"")), ids_and_assignees(&routed(LEADS, b"")));
        assert_eq!(ids_and_assignees(&routed("-", &bytes)), ids_and_assignees(&routed(LEADS, b"")));
        bent(folder.path(), "leads.xlsx", &bytes);
    }

    #[test]
    fn a_spreadsheet_holds_assignments_why_totals_and_what_was_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let plain = fs::read_to_string(LEADS).unwrap();
        let spoiled = write(folder.path(), "leads.csv", format!("{plain},nobody without a key,,,,,\n").as_bytes());
        written(folder.path(), &spoiled, "out.xlsx");
        let mut book = open_workbook_auto(folder.path().join("out.xlsx")).unwrap();
        assert_eq!(book.sheet_names(), ["Assignments", "Why", "Summary", "Rows set aside"]);
        let mut rows = |sheet: &str| -> Vec<Vec<Data>> { book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect() };
        let text = |cell: &Data| cell.to_string();
        let expected = ids_and_assignees(&routed(LEADS, b""));
        let assignments: Vec<(String, String)> = rows("Assignments").iter().skip(1).map(|r| (text(&r[0]), text(&r[3]))).collect();
        assert_eq!(assignments, expected);
        let why = rows("Why");
        assert_eq!(why.len(), expected.len() + 1);
        for (row, (id, _)) in why[1..].iter().zip(&expected) {
            let told = turf(&["why", id, "--book", "rules/first"], b"");
            let told = String::from_utf8_lossy(&told.stdout).into_owned();
            assert!(text(&row[2]).lines().next().is_some_and(|first| told.contains(first)), "{}\n{told}", row[2]);
        }
        let summary = rows("Summary");
        assert_eq!((text(&summary[1][1]), &summary[1][2]), ("leads decided".to_owned(), &Data::Float(expected.len() as f64)));
        assert!(summary.iter().any(|r| text(&r[0]) == "needs a look"), "{summary:?}");
        let aside = rows("Rows set aside");
        assert_eq!(aside.len(), 2, "{aside:?}");
        assert_eq!(written(folder.path(), LEADS, "a.xlsx"), written(folder.path(), LEADS, "b.xlsx"));
    }
}

//! Whole tables of text, for lists, closed days and territories from files.
//!
//! These files are part of the book, so they are read whole; leads are not (see [`super::records`]).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::csv_rows::cells;
use super::rows::{Cell, Fields, Next, Place, Rows};
use super::{DataError, Input, SetAside};

/// Holds a file as text cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Path as shown to people.
    pub file: Arc<str>,
    /// Names of the columns; for JSON lines every member name that occurs, in alphabetical order.
    pub header: Vec<String>,
    /// The rows in file order.
    pub rows: Vec<TableRow>,
    /// Rows that could not be read.
    pub set_aside: Vec<SetAside>,
}

/// Holds a row of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Line where it begins, from 1.
    pub line: u64,
    /// One cell per column, trimmed; empty is missing.
    pub cells: Vec<Arc<str>>,
}

impl Table {
    /// Reads a file; `shown` is its path as shown to people.
    ///
    /// # Errors
    /// When the file cannot be read, has no header, or holds a row that is too long.
    pub fn read(path: &Path, shown: &str, delimiter: Option<u8>) -> Result<Self, DataError> {
        Self::read_from(Input::open(path, shown)?, delimiter)
    }

    /// Reads a table from an input already opened.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn read_from(input: Input, delimiter: Option<u8>) -> Result<Self, DataError> {
        let mut table = Self { file: input.file.clone(), ..Self::default() };
        let mut rows = Rows::open(input, delimiter)?;
        if let Some((header, _)) = rows.header() {
            table.header = header.to_vec();
        }
        let mut objects: Vec<(u64, BTreeMap<String, Arc<str>>)> = Vec::new();
        loop {
            match rows.next()? {
                Next::End => break,
                Next::SetAside(row) => table.set_aside.push(row),
                Next::Row(row) => match &row.fields {
                    Fields::Cells { text, ends } => {
                        let cells = cells(text, ends).map(|c| crate::model::trim(c).into()).collect();
                        table.rows.push(TableRow { line: row.line, cells });
                    }
                    Fields::Ranges { text, cells } => {
                        let cells = cells.iter().map(|(start, end)| text.get(*start..*end).unwrap_or_default());
                        table.rows.push(TableRow { line: row.line, cells: cells.map(|c| crate::model::trim(c).into()).collect() });
                    }
                    Fields::Grid(cells) => {
                        let cells = (0..cells.len()).map(|at| written(row.cell(&Place::Position(at)).0));
                        table.rows.push(TableRow { line: row.line, cells: cells.collect() });
                    }
                    Fields::Members(members) => {
                        let cell = |name: &str| written(row.cell(&Place::Member(name.to_owned())).0);
                        objects.push((row.line, members.iter().map(|(n, _)| (n.to_string(), cell(n))).collect()));
                    }
                },
            }
        }
        table.add_objects(&objects);
        Ok(table)
    }

    /// Returns the position of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    fn add_objects(&mut self, objects: &[(u64, BTreeMap<String, Arc<str>>)]) {
        if objects.is_empty() {
            return;
        }
        let names: std::collections::BTreeSet<&String> = objects.iter().flat_map(|(_, o)| o.keys()).collect();
        self.header = names.into_iter().cloned().collect();
        for (line, object) in objects {
            let cells = self.header.iter().map(|name| object.get(name).cloned().unwrap_or_else(|| "".into())).collect();
            self.rows.push(TableRow { line: *line, cells });
        }
    }
}

/// A cell as text, trimmed; empty is missing.
fn written(cell: Cell<'_>) -> Arc<str> {
    match cell {
        Cell::Text(text) => crate::model::trim(&text).into(),
        Cell::List(all) => all.join(";").into(),
        Cell::Missing | Cell::Unfit => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::FileKind;
    use proptest::prelude::*;

    fn read(bytes: &[u8], kind: FileKind) -> Result<Table, DataError> {
        Table::read_from(Input::new(std::io::Cursor::new(bytes.to_vec()), "t", kind)?, None)
    }

    fn lines(text: &str) -> Vec<(u64, String)> {
        let table = read(text.as_bytes(), FileKind::Csv).expect("a table");
        assert_eq!(table.set_aside, vec![]);
        table.rows.iter().map(|r| (r.line, r.cells.join("|"))).collect()
    }

    fn reasons(bytes: &[u8], kind: FileKind) -> Vec<String> {
        read(bytes, kind).expect("a table").set_aside.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_are_those_where_rows_begin() {
        let wanted = vec![(2, "1|x".to_owned()), (5, "2|y\nz".to_owned()), (7, "3|w".to_owned())];
        assert_eq!(lines("a,b\n1,x\n\n\n2,\"y\nz\"\n3,w\n"), wanted);
        let crlf: Vec<(u64, String)> = wanted.iter().map(|(l, c)| (*l, c.replace('\n', "\r\n"))).collect();
        assert_eq!(lines("a,b\r\n1,x\r\n\r\n\r\n2,\"y\r\nz\"\r\n3,w"), crlf);
        assert_eq!(lines("\u{feff}a,b\r1,x\r\r2,y"), [(2, "1|x".to_owned()), (4, "2|y".to_owned())]);
        assert_eq!(lines("a,b\n   \n1,\"say \"\"hi\"\"\"\n"), [(3, "1|say \"hi\"".to_owned())]);
        assert_eq!(lines("a,b\n"), []);
    }

    #[test]
    fn bad_rows_are_set_aside_and_the_rest_go_on() {
        assert_eq!(
            reasons(b"a,b\n1\n1,2\n1,2,3\n", FileKind::Csv),
            [
                "t:2: this row has 1 cell and the header names 2 columns; every row needs a cell for each column",
                "t:4: this row has 3 cells and the header names 2 columns; put a cell that holds the delimiter in double quotes",
            ]
        );
        assert_eq!(
            reasons(b"a,b\n1,2\n\"x\ny\",caf\xe9\n3,4\n", FileKind::Csv),
            ["t:3: line 4 is not UTF-8 at byte 18 of the file; save the file again as UTF-8"]
        );
        let unclosed = reasons(b"a,b\n1,2\n3,\"4\n5,6\n", FileKind::Csv);
        assert!(unclosed.len() == 1 && unclosed[0].starts_with("t:3: a quote is opened"), "{unclosed:?}");
        assert_eq!(reasons(b"a,b\n1,\"2\"", FileKind::Csv), Vec::<String>::new());
        assert_eq!(
            reasons(b"{\"a\":1}\n{\"a\":1,\"a\":2}\n{a}\n[1]\n\xff\n\n{\"a\":2}", FileKind::JsonLines),
            [
                "t:2: `a` stands twice in the object; keep one of the two",
                "t:3: the line is not well-formed JSON at column 2; write one object per line, such as {\"id\": \"L1\"}",
                "t:4: the line is a list; write one object per line, such as {\"id\": \"L1\"}",
                "t:5: the line is not UTF-8 at its byte 1; save the file again as UTF-8",
            ]
        );
    }

    #[test]
    fn json_keeps_every_digit() {
        let table = read(b"{\"b\":0.10000000000000000000000001,\"a\":\"x\\ny\"}\n{\"c\":[\"p\",2,null],\"b\":null}", FileKind::JsonLines)
            .expect("a table");
        assert_eq!(table.header, ["a", "b", "c"]);
        let cells: Vec<String> = table.rows.iter().map(|r| r.cells.join("|")).collect();
        assert_eq!(cells, ["x\ny|0.10000000000000000000000001|", "||p;2"]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (bytes, wanted) in [
            (&b"\xff\xfea\0"[..], "`t` is text in UTF-16, not text in UTF-8"),
            (b"a\0,\0", "`t` is text in UTF-16, not text in UTF-8"),
            (b"PK\x03\x04", "`t` is a spreadsheet or another packed file, not text in UTF-8"),
            (b"", "`t` is empty: it has not even a header"),
            (b"\xef\xbb\xbf\r\n", "`t` is empty: it has not even a header"),
            (b"a,\xe9\n", "the header of `t` is not UTF-8 at line 1, byte 3 of the file"),
        ] {
            assert_eq!(read(bytes, FileKind::Csv).expect_err("refused").to_string(), wanted);
        }
        let missing = Table::read(Path::new("/nowhere/x.csv"), "x.csv", None).expect_err("missing");
        assert_eq!(missing.findings()[0].headline, "there is no file `x.csv`");
        assert!(read(b"", FileKind::JsonLines).expect("empty is fine").rows.is_empty());
    }

    #[test]
    fn an_unclosed_quote_does_not_eat_the_memory() {
        use std::io::Read;
        let endless = std::io::Cursor::new(b"a,b\n1,2\n1,\"".to_vec()).chain(std::io::repeat(b'x'));
        let error = Table::read_from(Input::new(endless, "t", FileKind::Csv).expect("opens"), None).expect_err("too long");
        assert_eq!(error.to_string(), "the row that begins on line 3 of `t` is longer than 16 MiB");
        let long = std::io::repeat(b'x').take(20_000_000).chain(std::io::Cursor::new(b"\n{\"a\":1}\n".to_vec()));
        let table = Table::read_from(Input::new(long, "t", FileKind::JsonLines).expect("opens"), None).expect("goes on");
        assert_eq!((table.rows.len(), table.set_aside.len()), (1, 1));
    }

    #[test]
    fn nesting_of_any_depth_is_read() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{{\"a\":{}1{}}}\n", open.repeat(100_000), close.repeat(100_000));
            let table = read(deep.as_bytes(), FileKind::JsonLines).expect("a table");
            assert_eq!(table.rows.len() + table.set_aside.len(), 1);
        }
    }

    proptest! {
        #![proptest_config(crate::data::sample::cases())]

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(b"\"\"\r\n,,{}[]:a1\\".to_vec())], 0..200)) {
            let _ = read(&bytes, FileKind::Csv);
            let _ = read(&bytes, FileKind::JsonLines);
        }

        #[test]
        fn what_the_csv_writer_writes_is_read_back(rows in proptest::collection::vec(proptest::collection::vec("[ -~\n\ré\"]{0,12}", 3), 0..8), crlf: bool) {
            let mut writer = csv::WriterBuilder::new();
            writer.terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') });
            let mut writer = writer.from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).expect("in memory");
            for row in &rows {
                writer.write_record(row).expect("in memory");
            }
            let bytes = writer.into_inner().expect("in memory");
            let table = read(&bytes, FileKind::Csv).expect("a table");
            let got: Vec<Vec<String>> = table.rows.iter().map(|r| r.cells.iter().map(|c| c.to_string()).collect()).collect();
            let wanted: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| crate::model::trim(c).to_owned()).collect()).collect();
            prop_assert_eq!(got, wanted);
            prop_assert!(table.set_aside.is_empty());
        }
    }
}

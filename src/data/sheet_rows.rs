//! Rows of the first sheet of a spreadsheet (Excel or OpenDocument). A sheet is read whole: it has at most a million rows.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use calamine::{Data, ExcelDateTime, Range, Reader};

use super::grid::{Grid, GridCell};
use super::guarded::guarded;
use super::{DataError, Input};

/// Opens a spreadsheet. The first row that holds anything names the columns.
///
/// # Errors
/// When it cannot be read or its first sheet is empty.
pub(super) fn open(mut input: Input) -> Result<Grid, DataError> {
    let file = input.file.clone();
    let mut bytes = Vec::new();
    input.reader.read_to_end(&mut bytes).map_err(|e| DataError::reading(&file, e))?;
    let bytes: Arc<[u8]> = bytes.into();
    let unsound =
        |reason: &dyn std::fmt::Display| DataError::reading(&file, io::Error::other(format!("it is no sound spreadsheet ({reason})")));
    let first = guarded(|| -> Result<Option<Range<Data>>, DataError> {
        let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|e| unsound(&e))?;
        book.worksheet_range_at(0).map(|sheet| sheet.map_err(|e| unsound(&e))).transpose()
    });
    let first = first.unwrap_or_else(|| Err(unsound(&"its parts do not fit together")))?;
    let Some(sheet) = first else { return Err(DataError::Empty { file }) };
    let first = sheet.start().map_or(0, |(row, _)| row);
    let mut rows = (u64::from(first) + 1..).zip(sheet.rows().map(|row| row.iter().map(cell).collect::<Vec<_>>()));
    let header = rows.by_ref().find(|(_, cells)| !is_blank(cells));
    let Some((header_line, header)) = header else { return Err(DataError::Empty { file }) };
    let name = |cell: &GridCell| if let GridCell::Text(text) = cell { crate::model::trim(text).to_owned() } else { String::new() };
    let rows: Vec<(u64, Vec<GridCell>)> = rows.filter(|(_, cells)| !is_blank(cells)).collect();
    Ok(Grid::new(header.iter().map(name).collect(), header_line, rows.into_iter().map(Ok)))
}

fn is_blank(cells: &[GridCell]) -> bool {
    cells.iter().all(|c| *c == GridCell::Missing)
}

fn cell(data: &Data) -> GridCell {
    match data {
        Data::Empty => GridCell::Missing,
        Data::String(text) if text.is_empty() => GridCell::Missing,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => GridCell::Text(text.clone()),
        Data::Int(number) => GridCell::Text(number.to_string()),
        // The shortest text that reads back as the same number, which is what the sheet shows.
        Data::Float(number) => GridCell::Text(number.to_string()),
        Data::Bool(yes) => GridCell::Text(if *yes { "yes" } else { "no" }.to_owned()),
        Data::DateTime(at) => GridCell::Text(moment(at)),
        // `#N/A` and the like.
        Data::Error(_) => GridCell::Unfit,
        // Kinds of cells that later versions of the library may know.
        #[expect(unreachable_patterns, reason = "the library may add kinds of cells")]
        _ => GridCell::Unfit,
    }
}

/// Writes a day, or a moment where the cell has a time of day.
fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

//! The cells of a row of results.

use std::borrow::Cow;

use crate::data::OutCell;
use crate::report::Row;

/// Returns the cells of a row, in the order of [`crate::report::COLUMNS`].
#[must_use]
pub fn row_cells(row: &Row) -> Vec<OutCell<'_>> {
    let text = |t: &'_ Option<std::sync::Arc<str>>| t.as_ref().map_or(OutCell::Missing, |t| OutCell::Text(Cow::Owned(t.to_string())));
    let list =
        |all: &[String]| if all.is_empty() { OutCell::Missing } else { OutCell::List(all.iter().map(|t| Cow::Owned(t.clone())).collect()) };
    let others: Vec<String> = row.other_territories.iter().map(ToString::to_string).collect();
    vec![
        OutCell::text(&*row.id),
        text(&row.name),
        OutCell::text(&*row.assignee_kind),
        text(&row.assignee),
        text(&row.team),
        text(&row.rule),
        text(&row.territory),
        list(&others),
        text(&row.account),
        list(&row.overlays),
        list(&row.credit),
        row.due.as_ref().map_or(OutCell::Missing, |d| OutCell::text(d.as_str())),
        OutCell::text(row.decided_at.as_str()),
    ]
}

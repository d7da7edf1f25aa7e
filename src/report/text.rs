//! Rows and totals as text for a person.

use std::collections::BTreeMap;
use std::sync::Arc;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use rust_decimal::Decimal;

use super::{Row, Share, Summary};
use crate::model::show_number;
use crate::text::wording::{count, grouped, some_of};

/// How many names a table of totals shows before the rest are added up.
const MOST: usize = 40;

/// How many rules that decided nothing are named.
const NAMED: usize = 12;

/// Writes rows as a table of the given width.
#[must_use]
pub fn table_text(rows: &[Row], width: u16) -> String {
    let mut table = plain(width);
    let any = |f: &dyn Fn(&Row) -> bool| rows.iter().any(f);
    let (named, placed, matched, overlaid) =
        (any(&|r| r.name.is_some()), any(&|r| r.territory.is_some()), any(&|r| r.account.is_some()), any(&|r| !r.overlays.is_empty()));
    let mut header = vec!["id"];
    header.extend(named.then_some("name"));
    header.extend(["goes to", "by rule"]);
    header.extend(placed.then_some("territory"));
    header.extend(matched.then_some("account"));
    header.extend(overlaid.then_some("with"));
    table.set_header(header);
    for row in rows {
        let goes_to = match (&row.assignee, &*row.assignee_kind) {
            (Some(queue), "queue") => format!("queue {queue}"),
            (Some(rep), _) => rep.to_string(),
            (None, _) => "-".to_owned(),
        };
        let text = |t: &Option<Arc<str>>| t.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let mut cells = vec![row.id.to_string()];
        cells.extend(named.then(|| text(&row.name)));
        cells.extend([goes_to, text(&row.rule)]);
        cells.extend(placed.then(|| text(&row.territory)));
        cells.extend(matched.then(|| text(&row.account)));
        // The role is in the files; on the screen the name is enough.
        let with: Vec<&str> = row.overlays.iter().map(|o| o.split_once('=').map_or(o.as_str(), |(_, who)| who)).collect();
        cells.extend(overlaid.then(|| with.join(", ")));
        table.add_row(cells);
    }
    // Names wrap; what is looked up by eye (keys, reps, rules) stays whole.
    for column in table.column_iter_mut().enumerate().filter(|(i, _)| !(named && *i == 1)).map(|(_, c)| c).take(4) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    trimmed(&table)
}

fn plain(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}

fn trimmed(table: &Table) -> String {
    table.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Writes the totals of a run: who got what, by which rule, in which territory, and what needs a look.
#[must_use]
pub fn summary_text(summary: &Summary, width: u16) -> String {
    let noun = |n: u64| count(usize::try_from(n).unwrap_or(usize::MAX), &summary.record, &format!("{}s", summary.record));
    let mut out = format!("{} decided", noun(summary.all.count));
    if let Some((field, currency)) = &summary.money {
        out.push_str(&format!(", {field} {}", money(summary.all.amount, currency)));
    }
    out.push_str(".\n");
    if summary.all.count == 0 {
        out.push_str("The file holds no rows that could be read, so there is nothing to route.\n");
    }
    let mut section = |title: &str, shares: &BTreeMap<Arc<str>, Share>, extra: &[(String, Share)]| {
        if shares.is_empty() && extra.iter().all(|(_, s)| s.count == 0) {
            return;
        }
        out.push_str(&format!("\n{title}\n"));
        out.push_str(&shares_text(summary, shares, extra, width));
    };
    let queues: Vec<(String, Share)> = summary.queues.iter().map(|(name, share)| (format!("queue {name}"), *share)).collect();
    section("Who gets what", &summary.reps, &queues);
    section("By rule", &summary.rules, &[("otherwise".to_owned(), summary.otherwise)]);
    section("By territory", &summary.territories, &[("in no territory".to_owned(), summary.unplaced)]);
    let look = needs_a_look(summary, &noun);
    if !look.is_empty() {
        out.push_str("\nNeeds a look\n");
        look.iter().for_each(|line| out.push_str(&format!(" - {line}\n")));
    }
    out
}

/// A line of the totals: the section, the name, how many, the amount.
pub type SummaryLine = (&'static str, String, Option<u64>, Option<Decimal>);

/// Lists the totals of a run line by line, for a sheet: all names, those with nothing included.
#[must_use]
pub fn summary_lines(summary: &Summary) -> Vec<SummaryLine> {
    let noun = |n: u64| count(usize::try_from(n).unwrap_or(usize::MAX), &summary.record, &format!("{}s", summary.record));
    let mut lines = Vec::new();
    let mut add = |section: &'static str, name: String, share: &Share| {
        lines.push((section, name, Some(share.count), summary.money.as_ref().map(|_| share.amount)));
    };
    add("all", format!("{}s decided", summary.record), &summary.all);
    for (section, before, shares) in [("who gets what", "", &summary.reps), ("who gets what", "queue ", &summary.queues)] {
        largest_first(shares).for_each(|(name, share)| add(section, format!("{before}{name}"), share));
    }
    largest_first(&summary.rules).for_each(|(name, share)| add("by rule", name.to_string(), share));
    add("by rule", "otherwise".to_owned(), &summary.otherwise);
    if !summary.territories.is_empty() {
        largest_first(&summary.territories).for_each(|(name, share)| add("by territory", name.to_string(), share));
        add("by territory", "in no territory".to_owned(), &summary.unplaced);
    }
    lines.extend(needs_a_look(summary, &noun).into_iter().map(|line| ("needs a look", line, None, None)));
    lines
}

fn largest_first(shares: &BTreeMap<Arc<str>, Share>) -> impl Iterator<Item = (&Arc<str>, &Share)> {
    let mut all: Vec<(&Arc<str>, &Share)> = shares.iter().collect();
    all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0)));
    all.into_iter()
}

fn needs_a_look(summary: &Summary, noun: &dyn Fn(u64) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for ((a, b), times) in &summary.ambiguous {
        lines.push(format!(
            "{} fit both rule `{a}` and rule `{b}` of one priority; the name decided. Give one of them another priority.",
            noun(*times)
        ));
    }
    if summary.tied.count > 0 {
        lines.push(format!("{} lie between territories that nothing tells apart (`or nobody`).", noun(summary.tied.count)));
    }
    if summary.match_ties > 0 {
        lines.push(format!("{} fit several accounts alike, so none was guessed.", noun(summary.match_ties)));
    }
    if summary.repeated > 0 {
        lines.push(format!("{} repeat a row above word for word; the first decision stands.", noun(summary.repeated)));
    }
    if summary.changed > 0 {
        lines.push(format!("{} have the key of another row and other content; each was decided on its own.", noun(summary.changed)));
    }
    let idle = summary.reps.values().filter(|s| s.count == 0).count();
    if idle > 0 && idle < summary.reps.len() {
        lines.push(format!("{} got nothing.", count(idle, "active rep", "active reps")));
    }
    let dead: Vec<String> = summary.rules.iter().filter(|(_, s)| s.count == 0).map(|(n, _)| format!("`{n}`")).collect();
    if !dead.is_empty() {
        lines.push(format!("{} decided nothing here: {}.", count(dead.len(), "rule", "rules"), some_of(&dead, NAMED)));
    }
    lines
}

fn shares_text(summary: &Summary, shares: &BTreeMap<Arc<str>, Share>, extra: &[(String, Share)], width: u16) -> String {
    let mut all: Vec<(String, Share)> = shares.iter().filter(|(_, s)| s.count > 0).map(|(n, s)| (n.to_string(), *s)).collect();
    all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(&b.0)));
    if all.len() > MOST {
        let rest = all.split_off(MOST);
        let sum = rest
            .iter()
            .fold(Share::default(), |sum, (_, s)| Share { count: sum.count + s.count, amount: sum.amount.saturating_add(s.amount) });
        all.push((format!("{} more", rest.len()), sum));
    }
    all.extend(extra.iter().filter(|(_, s)| s.count > 0).cloned());
    let mut table = plain(width);
    for (name, share) in &all {
        let mut cells =
            vec![format!("  {name}"), grouped(usize::try_from(share.count).unwrap_or(usize::MAX)), percent(share.count, summary.all.count)];
        if let Some((_, currency)) = &summary.money {
            cells.push(money(share.amount, currency));
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    trimmed(&table)
}

/// Rounds to one decimal, half away from zero.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let percent = Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole);
    format!("{:.1}%", percent.round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
}

/// Writes large amounts in millions, so that columns can be read.
fn money(amount: Decimal, currency: &str) -> String {
    let million = Decimal::from(1_000_000);
    let billion = million * Decimal::from(1_000);
    for (unit, letter) in [(billion, "B"), (million, "M")] {
        if amount.abs() >= unit * Decimal::TEN {
            return format!("{}{letter} {currency}", show_number((amount / unit).round_dp(0)));
        }
    }
    format!("{} {currency}", show_number(amount.round_dp(0)))
}

//! A territory whose conditions, with those it inherits, ask about more fields than anybody keeps in mind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Rulebook, Territory, TerritoryTable, own_attributes};
use crate::text::wording;

/// How many fields are named before the rest is only counted.
const SHOWN: usize = 12;

/// Finds territories over the limit. Where the territory around one is over it already, that one alone is reported.
pub(super) fn check(book: &Rulebook, most: u32) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    // A table makes many territories of one kind: they are reported together, at the table.
    let mut of_tables: BTreeMap<usize, Vec<&Territory>> = BTreeMap::new();
    for territory in book.territories.iter().filter(|t| t.attributes > most) {
        if territory.parent.and_then(|p| book.territories.get(p.index())).is_some_and(|p| p.attributes > most) {
            continue;
        }
        match &territory.row {
            Some(rows) => of_tables.entry(rows.table).or_default().push(territory),
            None => findings.push(finding(book, territory, format!("the territory `{}` asks", territory.name), most)),
        }
    }
    for (table, territories) in of_tables {
        let (Some(first), Some(table)) = (territories.first(), book.tables.get(table)) else { continue };
        findings.push(finding(book, first, of_table(territories.len(), table), most));
    }
    findings
}

fn of_table(count: usize, table: &TerritoryTable) -> String {
    let verb = if count == 1 { "asks" } else { "ask" };
    format!("{} of the table `{}` {verb}", wording::count(count, "territory", "territories"), table.file)
}

fn finding(book: &Rulebook, territory: &Territory, who_asks: String, most: u32) -> Diagnostic {
    let (own, inherited) = fields(book, territory);
    let mut label = named(&own);
    if !inherited.is_empty() {
        label = format!("{label}; from the territories around it {}", named(&inherited));
    }
    Diagnostic::new(DiagnosticName::TooManyAttributes, format!("{who_asks} about {} different fields", territory.attributes))
        .at(territory.name.span, label)
        .help(format!(
            "More than {most} are hard to keep in mind. Leave some out, ask about them in a rule instead, or allow more in turf.toml: `most_attributes = {}` under `[check]`.",
            territory.attributes
        ))
}

fn named(fields: &BTreeSet<Arc<str>>) -> String {
    let quoted: Vec<String> = fields.iter().map(|f| format!("`{f}`")).collect();
    wording::any_of(&quoted, SHOWN).replace(" or ", " and ")
}

/// Returns the fields of its own conditions, and those that only the territories around it ask about.
fn fields(book: &Rulebook, territory: &Territory) -> (BTreeSet<Arc<str>>, BTreeSet<Arc<str>>) {
    let lead = book.schema.find("lead");
    let of = |t: &Territory| own_attributes(t, &book.segments, &book.tables, lead);
    let own = of(territory);
    let mut inherited = BTreeSet::new();
    let mut parent = territory.parent;
    while let Some(outer) = parent.and_then(|p| book.territories.get(p.index())) {
        inherited.extend(of(outer));
        parent = outer.parent;
    }
    let inherited = inherited.difference(&own).cloned().collect();
    (own, inherited)
}

#[cfg(test)]
mod tests {
    use crate::check::sample::found;
    use crate::diagnostic::DiagnosticName;

    #[test]
    fn rows_of_a_table_are_reported_together() {
        let table: (&str, &[&str]) = ("t.csv", &["zip,state,territory,owner", "94,CA,bay,ana", "95,CA,valley,ana"]);
        let rules = "territory top { where country is US  where employees > 5  where revenue > 5  where company is \"x\" }
            territories from \"t.csv\" { match postal is zip  match state is state  name territory  owner owner  parent top }
            overlap { name }";
        let found = found(DiagnosticName::TooManyAttributes, rules, &[table]);
        let head = "2 territories of the table `t.csv` ask about 6 different fields | \
            `postal` and `state`; from the territories around it `company`, `country`, `employees` and `revenue` | ";
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(head), "{found:?}");
    }
}

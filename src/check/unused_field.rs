//! Declared fields that nothing asks about.

use super::uses::Uses;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Field, FieldId, RecordId, RecordType, Rulebook, Type};
use crate::text::wording;

/// How many fields are named before the rest is only counted.
const SHOWN: usize = 8;

/// Finds fields that no rule, matching, table or credit plan asks about: one finding for each record.
pub(super) fn check(book: &Rulebook, uses: &Uses) -> Vec<Diagnostic> {
    let records = book.schema.records.iter().enumerate();
    records.filter_map(|(position, record)| finding(RecordId::from_index(position), record, uses)).collect()
}

fn finding(id: RecordId, record: &RecordType, uses: &Uses) -> Option<Diagnostic> {
    let used = |field: FieldId| uses.fields.contains(&(id, field));
    let fields = || record.fields.iter().enumerate().map(|(i, f)| (FieldId::from_index(i), f));
    // A record that others only name by its key is declared for their sake.
    if !fields().any(|(f, _)| f != record.key && used(f)) {
        return None;
    }
    // Private fields are declared so that they are masked, and names and notes so that people can read them.
    let for_people = |field: &Field| field.private || matches!(field.ty, Type::Text { .. });
    let unused: Vec<_> = fields().filter(|(f, field)| !used(*f) && !for_people(field)).map(|(_, field)| field).collect();
    let (first, more) = unused.split_first()?;
    let names: Vec<String> = unused.iter().map(|f| format!("`{}`", f.name)).collect();
    let these = if more.is_empty() { "this field" } else { "these fields" };
    let headline =
        format!("nothing asks about {these} of the record `{}`: {}", record.name, wording::any_of(&names, SHOWN).replace(" or ", " and "));
    let label = if more.is_empty() { "nothing asks about it" } else { "the first of them" };
    let (reads, shown) = if more.is_empty() { ("it", "it is") } else { ("them", "they are") };
    // What the headline leaves out.
    let cut = names.iter().skip(SHOWN);
    Some(
        Diagnostic::new(DiagnosticName::UnusedField, headline)
            .at(first.span, label)
            .about(cut.map(|name| format!("nothing asks about {name} either")).collect())
            .help(format!("turf reads {reads} and nothing asks about {reads}; {shown} shown in explanations only. Take out what you do not need, or see whether a rule was meant to ask.")),
    )
}

#[cfg(test)]
mod tests {
    use crate::check::sample::found;
    use crate::diagnostic::DiagnosticName;

    fn unused(rules: &str) -> Vec<String> {
        let tables: &[(&str, &[&str])] = &[("t.csv", &["revenue,territory,owner", "94105,t,ana"])];
        let found = found(DiagnosticName::UnusedField, &format!("overlap {{ name }} {rules}"), tables);
        found.iter().map(|f| f.split(" | ").next().unwrap_or("").trim_start_matches("nothing asks about ").to_owned()).collect()
    }

    #[test]
    fn one_finding_for_each_record_that_is_asked_about() {
        let all = [
            "these fields of the record `lead`: `country`, `postal`, `revenue`, `discount`, `products` and `account`",
            "this field of the record `rep`: `load`",
        ];
        assert_eq!(unused("rule r { priority 1 when employees > 5 route to team desk }"), all);
    }

    #[test]
    fn every_way_to_ask_counts() {
        let all = "rule all { priority 9 when employees > 5 and country is US and revenue > 5 and discount > 5% and products contains crm
            and account is present route to team desk }";
        let asked = |with: &str, without: &str| unused(&format!("{with} {}", all.replace(without, "")));
        let load = "this field of the record `rep`: `load`".to_owned();
        for (with, without) in [
            ("segment s { postal is present } rule r { priority 1 when s route to team desk }", ""),
            ("classify lead as c { a when postal is present  b otherwise } rule r { priority 1 when c is a route to team desk }", ""),
            ("match lead to account { by postal is name }", " and account is present"),
            ("rule r { priority 1 when account.name is present and postal is present route to team desk }", " and account is present"),
            ("rule r { priority 1 when postal is present and employees > account.size route to team desk }", " and employees > 5"),
            (
                "rule r { priority 1 when postal is present route to previous rep by country within 9 days, else team desk }",
                " and country is US",
            ),
            ("rule r { priority 1 when seen before by postal within 9 days route to team desk }", ""),
            ("territories from \"t.csv\" { match postal is revenue name territory owner owner }", ""),
            (
                "credit c { amount revenue revenue: 100% assignee } rule r { priority 1 when postal is present route to team desk credit c }",
                " and revenue > 5",
            ),
        ] {
            let found = asked(with, without);
            assert!(found.iter().all(|f| !f.contains("`lead`")), "{with}: {found:?}");
            assert!(found.contains(&load), "{with}: {found:?}");
        }
        for with in [
            "overlap { highest rep.load, then name }",
            "team t { members where rep.active pick lowest rep.load } rule r { priority 1 route to team t }",
            "team t { members where rep.active pick in turn weight rep.load } rule r { priority 1 route to team t }",
            "rule r { priority 1 route to rep ana where rep.load < 5, else team desk }",
        ] {
            let rules = if with.starts_with("overlap") { with.to_owned() } else { format!("overlap {{ name }} {with}") };
            assert!(!found(DiagnosticName::UnusedField, &rules, &[]).iter().any(|f| f.contains("`load`")), "{with}");
        }
    }

    #[test]
    fn fields_that_only_the_unused_asks_about_are_unused() {
        let rules = "segment s { postal is present } rule r { priority 1 when country is US route to team desk }";
        assert!(unused(rules)[0].contains("`postal`"));
    }
}

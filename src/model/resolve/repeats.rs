//! Values given twice: in brackets, in lists and their files, and beginnings that another beginning takes in.
//!
//! Two values are the same when the field they meet cannot tell them apart, so letter case and blanks count only where
//! the field says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Resolver;
use crate::diagnostic::{Diagnostic, DiagnosticName, Severity};
use crate::model::{ListId, Type, Value, folded_postal, look_up_key, read_cell, small_letters};
use crate::syntax::tree::Literal;
use crate::text::{Span, wording};

/// How many repeated rows of a file are shown before the rest is only counted.
const SHOWN: usize = 3;

/// Says which end of a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// `starts with`
    Beginning,
    /// `ends with`
    Ending,
}

impl Resolver<'_> {
    /// Reports values in brackets that are the same to the field they meet; without a type, the same as written.
    pub(super) fn report_repeats(&mut self, literals: &[Literal], ty: Option<&Type>) {
        if literals.len() < 2 {
            return;
        }
        let keys: Vec<Arc<str>> = literals.iter().map(|l| ty.map_or_else(|| l.raw.clone(), |ty| self.folded(&l.raw, ty))).collect();
        for (second, first) in repeats(&keys) {
            if let (Some(second), Some(first)) = (literals.get(second), literals.get(first)) {
                self.report(twice((&second.raw, second.span), (&first.raw, first.span)));
            }
        }
    }

    /// Reports pieces of text given twice, and those that a shorter one takes in: 941 adds nothing to 94.
    pub(super) fn report_repeated_pieces(&mut self, literals: &[Literal], ty: &Type, compared: Option<Compared>) {
        if literals.len() < 2 {
            return;
        }
        let pieces: Vec<Arc<str>> = literals.iter().map(|l| folded_piece(&l.raw, ty)).collect();
        for (second, first) in repeats(&pieces) {
            self.report(twice((&literals[second].raw, literals[second].span), (&literals[first].raw, literals[first].span)));
        }
        let Some(compared) = compared else { return };
        let first: BTreeMap<&str, &Literal> = pieces.iter().zip(literals).rev().map(|(piece, literal)| (&**piece, literal)).collect();
        for (long, piece) in literals.iter().zip(&pieces) {
            // The shortest says most: beside 9, both 94 and 941 add nothing.
            let mut cuts = piece.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
            let short = match compared {
                Compared::Beginning => cuts.find_map(|at| first.get(piece.get(..at)?)),
                Compared::Ending => cuts.rev().find_map(|at| first.get(piece.get(at..)?)),
            };
            let Some(short) = short else { continue };
            let (how, what) = match compared {
                Compared::Beginning => ("begins", "beginnings"),
                Compared::Ending => ("ends", "endings"),
            };
            self.report(
                Diagnostic::new(DiagnosticName::DuplicateValue, format!("`{}` adds nothing to `{}`", long.raw, short.raw))
                    .at(long.span, format!("{how} with `{}` as well", short.raw))
                    .at(short.span, "takes it in already")
                    .help(format!("Remove `{}`, or put the {what} that are meant in place of `{}`.", long.raw, short.raw)),
            );
        }
    }

    /// Reports values that a list holds twice, as written or as read by a field that it is compared with.
    pub(super) fn list_repeats(&mut self) {
        for position in 0..self.lists.len() {
            let values = self.lists[position].values.clone();
            let mut found: BTreeMap<usize, usize> = repeats(&values).into_iter().collect();
            let typed = self.typed_lists.get(&ListId::from_index(position));
            for (ty, _) in typed.into_iter().flatten() {
                let keys: Vec<Arc<str>> = values.iter().map(|v| self.folded(v, ty)).collect();
                for (second, first) in repeats(&keys) {
                    found.entry(second).or_insert(first);
                }
            }
            match self.lists[position].file.clone() {
                Some(file) => self.report_repeated_rows(position, &found, &file),
                None => {
                    for (second, first) in found {
                        let spans = &self.list_spans[position];
                        if let (Some(at), Some(earlier)) = (spans.get(second), spans.get(first)) {
                            let finding = twice((&values[second], *at), (&values[first], *earlier));
                            self.report(finding);
                        }
                    }
                }
            }
        }
    }

    /// Advises on rows of a list's file that say nothing new; files are often exports, so it is no more than advice.
    fn report_repeated_rows(&mut self, list: usize, found: &BTreeMap<usize, usize>, file: &(Arc<str>, Arc<str>)) {
        if found.is_empty() {
            return;
        }
        let (path, column) = file;
        let (values, lines) = (self.lists[list].values.clone(), self.list_lines[list].clone());
        let line = |row: usize| lines.get(row).copied().unwrap_or_default();
        let verb = if found.len() == 1 { "repeats" } else { "repeat" };
        let rows = wording::count(found.len(), "row", "rows");
        let headline = format!("{rows} of `{path}` {verb} a value of the list `{}`", self.lists[list].name);
        let mut finding = Diagnostic::new(DiagnosticName::DuplicateValue, headline);
        finding.severity = Severity::Advice;
        for (second, first) in found.iter().take(SHOWN) {
            let earlier = if values[*first] == values[*second] { "it".to_owned() } else { format!("`{}`", values[*first]) };
            let label = format!("`{}` again: line {} has {earlier} already", values[*second], line(*first));
            finding = finding.in_data(&**path, Some(line(*second)), Some(column), label);
        }
        let more = found.len().saturating_sub(SHOWN);
        let help = if more == 0 {
            "Remove such rows from the file; they change nothing.".to_owned()
        } else {
            format!(
                "There {} {} more. Remove such rows from the file; they change nothing.",
                if more == 1 { "is" } else { "are" },
                wording::grouped(more)
            )
        };
        self.report(finding.help(help));
    }

    /// Folds a value the way the field it meets does; what cannot be read stays as written.
    fn folded(&self, raw: &Arc<str>, ty: &Type) -> Arc<str> {
        match read_cell(raw, ty, self.around.zone) {
            Ok(Some(Value::Date(date))) => date.to_string().into(),
            Ok(Some(value)) => look_up_key(&value, ty).unwrap_or_else(|| raw.clone()),
            Ok(None) | Err(_) => raw.clone(),
        }
    }
}

/// Folds a piece of text as the comparison does: nothing is trimmed, because blanks belong to the piece.
fn folded_piece(raw: &Arc<str>, ty: &Type) -> Arc<str> {
    match ty {
        Type::Postal => folded_postal(raw),
        Type::Text { any_case: true } => small_letters(raw),
        _ => raw.clone(),
    }
}

/// Finds the positions of values that came before, each with the position of the first of its kind.
fn repeats(keys: &[Arc<str>]) -> Vec<(usize, usize)> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    keys.iter().enumerate().filter_map(|(i, key)| Some((i, *first.entry(&**key).or_insert(i))).filter(|(_, f)| *f != i)).collect()
}

fn twice(second: (&str, Span), first: (&str, Span)) -> Diagnostic {
    let headline = if second.0 == first.0 {
        format!("`{}` is listed twice", second.0)
    } else {
        format!("`{}` and `{}` are one value here", first.0, second.0)
    };
    Diagnostic::new(DiagnosticName::DuplicateValue, headline)
        .at(second.1, "second time")
        .at(first.1, "first time")
        .help("Remove one of them; it changes nothing.")
}

#[cfg(test)]
mod tests {
    use crate::check::sample::found as found_in;
    use crate::diagnostic::DiagnosticName;

    fn found(rules: &str) -> Vec<String> {
        let lists: &[&str] = &["domain", "a.example", "", "B.example", "b.example", "a.example", "A.example", "c.example", "a.example"];
        found_in(DiagnosticName::DuplicateValue, rules, &[("d.csv", lists)])
    }

    fn when(condition: &str) -> Vec<String> {
        let found = found(&format!("rule r {{ priority 1 when {condition} route to team desk }}"));
        found.iter().map(|f| f.split(" | ").next().unwrap_or("").to_owned()).collect()
    }

    #[test]
    fn values_are_one_when_the_field_cannot_tell_them_apart() {
        for (condition, expected) in [
            ("country in [US, CA, US, US]", &["`US` is listed twice", "`US` is listed twice"][..]),
            ("country in [US, us]", &["`US` and `us` are one value here"]),
            ("company not in [\"Acme\", \"ACME\"]", &["`Acme` and `ACME` are one value here"]),
            ("state in [ca, CA]", &[]),
            ("postal in [\"sw1a 1aa\", SW1A1AA]", &["`sw1a 1aa` and `SW1A1AA` are one value here"]),
            ("employees in [1_000, 1K, 1.0]", &["`1_000` and `1K` are one value here"]),
            ("discount in [5%, 5.0%]", &["`5%` and `5.0%` are one value here"]),
            ("products contains any of [crm, CRM]", &["`crm` and `CRM` are one value here"]),
            ("company contains any of [\"data\", \"Data\", \"database\"]", &["`data` and `Data` are one value here"]),
        ] {
            assert_eq!(when(condition), expected, "{condition}");
        }
        let placed = found(
            "territory t { where state is CA owner ana } overlap { name } rule r { priority 1 when territory in [t, t] route to team desk }",
        );
        assert_eq!(placed.len(), 1, "{placed:?}");
    }

    #[test]
    fn a_beginning_takes_in_the_longer_ones() {
        for (condition, expected) in [
            ("postal starts with any of [94, 941]", &["`941` adds nothing to `94`"][..]),
            ("postal starts with any of [941, \"9 4\", 94, 95]", &["`941` adds nothing to `9 4`", "`9 4` and `94` are one value here"]),
            ("postal starts with any of [9412, 941, 9]", &["`9412` adds nothing to `9`", "`941` adds nothing to `9`"]),
            ("postal starts with any of [94, 95]", &[]),
            ("company starts with any of [\"St\", \"ST. \"]", &["`ST. ` adds nothing to `St`"]),
            ("state starts with any of [\"St\", \"ST. \"]", &[]),
            ("domain ends with any of [\".edu\", \"mit.edu\"]", &["`mit.edu` adds nothing to `.edu`"]),
            ("domain ends with any of [\".edu\", \"edu.org\"]", &[]),
        ] {
            assert_eq!(when(condition), expected, "{condition}");
        }
    }

    #[test]
    fn lists_are_compared_as_written_and_as_read() {
        let list = "list l = [acme, Acme, acme]";
        assert_eq!(found(list).len(), 1, "as written only");
        let used = found(&format!("{list} rule r {{ priority 1 when company in l and state in l route to team desk }}"));
        assert_eq!(used.len(), 2, "{used:?}");
        assert!(used[0].starts_with("`acme` and `Acme` are one value here | second time; first time"), "{used:?}");
    }

    #[test]
    fn rows_of_a_file_are_advised_on_in_one_finding() {
        let list = "list l from \"d.csv\" column \"domain\"";
        assert_eq!(
            found(list),
            ["2 rows of `d.csv` repeat a value of the list `l` | d.csv:6 `a.example` again: line 2 has it already; \
              d.csv:9 `a.example` again: line 2 has it already | Remove such rows from the file; they change nothing."]
        );
        assert_eq!(
            found(&format!("{list} rule r {{ priority 1 when domain in l route to team desk }}")),
            ["4 rows of `d.csv` repeat a value of the list `l` | d.csv:5 `b.example` again: line 4 has `B.example` already; \
              d.csv:6 `a.example` again: line 2 has it already; d.csv:7 `A.example` again: line 2 has `a.example` already | \
              There is 1 more. Remove such rows from the file; they change nothing."]
        );
    }
}

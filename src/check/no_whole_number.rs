//! Bounds of a number between which no whole number lies, such as more than 99 and less than 100.
//!
//! Only for fields of type `number`, which mostly count something, and only where other numbers do lie between: bounds
//! that leave nothing at all make a condition that never holds, which is another finding.

use rust_decimal::Decimal;

use super::every_condition::every_condition;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Comparison, Condition, ConditionKind, FieldPath, Predicate, Right, Rulebook, Test, Type, Value};
use crate::text::Span;

/// Finds bounds inside one condition that leave no whole number.
pub(super) fn check(book: &Rulebook) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    every_condition(book).into_iter().for_each(|c| look(c, false, &mut findings));
    findings
}

/// Looks at the tests that must hold together, then at the conditions inside; `turned` is whether a `not` stands around.
fn look(condition: &Condition, turned: bool, findings: &mut Vec<Diagnostic>) {
    let mut together = Vec::new();
    let mut apart = Vec::new();
    split(condition, turned, &mut together, &mut apart);
    let mut fields: Vec<(&FieldPath, Bounds)> = Vec::new();
    for (test, turned) in together {
        let found = fields.iter().position(|(p, _)| p.place == test.subject.place && p.attribute == test.subject.attribute);
        let position = found.unwrap_or_else(|| {
            fields.push((&test.subject, Bounds::default()));
            fields.len() - 1
        });
        if let Some((_, bounds)) = fields.get_mut(position) {
            bounds.narrow(test, turned);
        }
    }
    findings.extend(fields.iter().filter_map(|(path, bounds)| finding(path, bounds)));
    apart.into_iter().for_each(|(c, turned)| look(c, turned, findings));
}

/// Tells the tests of numbers that must hold together from the conditions that stand for themselves.
fn split<'c>(condition: &'c Condition, turned: bool, together: &mut Vec<(&'c Test, bool)>, apart: &mut Vec<(&'c Condition, bool)>) {
    match &condition.kind {
        ConditionKind::All(parts) if !turned => parts.iter().for_each(|p| split(p, turned, together, apart)),
        ConditionKind::Any(parts) if turned => parts.iter().for_each(|p| split(p, turned, together, apart)),
        // What a `not` excludes together is looked at as it is written.
        ConditionKind::All(_) => apart.push((condition, false)),
        ConditionKind::Any(parts) => apart.extend(parts.iter().map(|p| (p, turned))),
        ConditionKind::Not(part) => split(part, !turned, together, apart),
        ConditionKind::Test(test) if test.subject.ty == Type::Number => together.push((test, turned != test.negated)),
        ConditionKind::Test(_) | ConditionKind::Segment { .. } | ConditionKind::Placed(_) | ConditionKind::SeenBefore { .. } => {}
    }
}

/// An end of the numbers left: the number, whether it belongs to them, and where that is said.
#[derive(Clone, Copy, Debug)]
struct End {
    number: Decimal,
    included: bool,
    span: Span,
}

/// The ends of what several tests leave.
#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    low: Option<End>,
    high: Option<End>,
}

impl Bounds {
    fn narrow(&mut self, test: &Test, turned: bool) {
        let end = |number: Decimal, included| End { number, included, span: test.subject.span.to(test.predicate_span) };
        match &test.predicate {
            Predicate::Between(Value::Number(low), Value::Number(high)) if !turned => {
                self.raise(end(*low, true));
                self.lower(end(*high, true));
            }
            Predicate::Compare(comparison, Right::Value(Value::Number(number))) => match (comparison, turned) {
                (Comparison::Greater, false) | (Comparison::LessOrEqual, true) => self.raise(end(*number, false)),
                (Comparison::GreaterOrEqual, false) | (Comparison::Less, true) => self.raise(end(*number, true)),
                (Comparison::Less, false) | (Comparison::GreaterOrEqual, true) => self.lower(end(*number, false)),
                (Comparison::LessOrEqual, false) | (Comparison::Greater, true) => self.lower(end(*number, true)),
            },
            _ => {}
        }
    }

    fn raise(&mut self, end: End) {
        if self.low.is_none_or(|l| end.number > l.number || (end.number == l.number && !end.included)) {
            self.low = Some(end);
        }
    }

    fn lower(&mut self, end: End) {
        if self.high.is_none_or(|h| end.number < h.number || (end.number == h.number && !end.included)) {
            self.high = Some(end);
        }
    }
}

fn finding(path: &FieldPath, bounds: &Bounds) -> Option<Diagnostic> {
    let (low, high) = (bounds.low?, bounds.high?);
    let some_number = low.number < high.number || (low.number == high.number && low.included && high.included);
    if !some_number || first_whole(&low)? <= last_whole(&high)? {
        return None;
    }
    let said = |end: &End, inside: &str, beyond: &str| format!("{} {}", if end.included { inside } else { beyond }, end.number.normalize());
    let (from, to) = (said(&low, "at least", "more than"), said(&high, "at most", "less than"));
    let headline = format!("`{}` is to be {from} and {to}, and no whole number is", path.written);
    let finding = Diagnostic::new(DiagnosticName::NoWholeNumber, headline);
    let finding = if low.span == high.span {
        finding.at(low.span, format!("{from} and {to}"))
    } else {
        // The later of the two is the one that leaves nothing.
        let (first, second) = if low.span < high.span { ((low, from), (high, to)) } else { ((high, to), (low, from)) };
        finding.at(second.0.span, second.1).at(first.0.span, first.1)
    };
    Some(finding.help("Check both numbers for a slip, such as a missing `=`; if the data have fractions here, all is well."))
}

/// The lowest whole number that is not below the end; none beyond what can be counted.
fn first_whole(low: &End) -> Option<Decimal> {
    if low.included { Some(low.number.ceil()) } else { low.number.floor().checked_add(Decimal::ONE) }
}

fn last_whole(high: &End) -> Option<Decimal> {
    if high.included { Some(high.number.floor()) } else { high.number.ceil().checked_sub(Decimal::ONE) }
}

#[cfg(test)]
mod tests {
    use crate::check::sample::found;
    use crate::diagnostic::DiagnosticName;

    fn said(condition: &str) -> Vec<String> {
        found(DiagnosticName::NoWholeNumber, &format!("rule r {{ priority 1 {condition} route to team desk }}"), &[])
    }

    #[test]
    fn bounds_that_leave_a_fraction_only() {
        let said_of = |from: &str| said(from).first().cloned().unwrap_or_default();
        assert!(
            said_of("when employees in 1.2..1.8").starts_with("`employees` is to be at least 1.2 and at most 1.8, and no whole number is")
        );
        assert!(said_of("when employees > 99 and employees < 100").contains("more than 99 and less than 100"));
        assert!(said_of("when lead.employees > 99  when employees < 100").contains("more than 99 and less than 100"));
        assert!(said_of("when employees >= -1.5 and (state is CA and employees < -1)").contains("at least -1.5 and less than -1"));
        assert!(said_of("when not (employees > 0.1 and employees < 1) or state is CA").contains("more than 0.1 and less than 1"));
        assert!(said_of("when employees > 7 and not employees >= 8").contains("more than 7 and less than 8"));
        assert!(said_of("when not (employees <= 7 or employees >= 8)").contains("more than 7 and less than 8"));
        assert!(said_of("when employees > 90 and employees > 99 and employees < 100 and employees < 120").contains("more than 99"));
    }

    #[test]
    fn bounds_that_leave_a_whole_number_or_nothing() {
        for fine in [
            "when employees in 1..2",
            "when employees >= 99 and employees < 100",
            "when employees > 99 and employees <= 100",
            "when employees > 99 or employees < 100",
            "when employees > 99 and account.size < 100",
            "when employees > 99 and not employees < 100",
            "when employees not in 1.2..1.8",
            // Nothing at all lies between: a condition that never holds is another finding.
            "when employees > 100 and employees < 50",
            "when employees > 100 and employees < 100",
            "when employees is 1.5",
            "when revenue > 99 and revenue < 100",
            "when discount in 1.2%..1.8%",
        ] {
            assert_eq!(said(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn every_place_of_a_condition_is_looked_at_once() {
        let inside = "employees in 1.2..1.8";
        for book in [
            format!("segment s {{ {inside} }}"),
            format!("classify lead as heat {{ hot when {inside}  cold otherwise }}"),
            "territory t { where employees > 1.2  where employees < 1.8 owner ana } overlap { name }".to_owned(),
            format!("team t {{ members where {inside} pick prefer {inside}, then in turn limit 3 open where {inside} }}"),
            format!("rule r {{ priority 1 route to rep ana where {inside}, else team desk }}"),
            format!("overlay o {{ when {inside} add rep ana as helper }}"),
            format!("overlay o {{ when state is CA add rep ana where {inside} as helper }}"),
        ] {
            let expected = if book.starts_with("team") { 3 } else { 1 };
            assert_eq!(found(DiagnosticName::NoWholeNumber, &book, &[]).len(), expected, "{book}");
        }
    }
}

//! Conditions: each test is checked against the type of the field it looks at.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::path::{End, written};
use super::repeats::Compared;
use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{
    self, Comparison, Condition, ConditionKind, FieldPath, Pattern, Period, PlacedTest, Predicate, RecordId, Right, Test, Type, Value,
    folded_postal,
};
use crate::syntax::tree as syntax;
use crate::syntax::tree::{Literal, LiteralKind, Moment, Operand, Path, SetOperand};
use crate::text::Span;

/// The size a compiled pattern may have; a pattern beyond it is refused by name.
const PATTERN_SIZE: usize = 1 << 20;

impl Resolver<'_> {
    /// Resolves a condition for each record it fits: one for which it has no mistake at all.
    ///
    /// If it fits none, the mistakes for the record that comes nearest are reported, leads first when equal.
    pub(super) fn fitting(&mut self, written: &[syntax::Condition], scope: Scope, records: &[RecordId]) -> BTreeMap<RecordId, Condition> {
        let mut fits = BTreeMap::new();
        let mut best: Option<Vec<Diagnostic>> = None;
        let lead = self.around.schema.find("lead");
        let mut order = records.to_vec();
        order.sort_by_key(|r| (Some(*r) != lead, *r));
        for record in order {
            let kept = std::mem::take(&mut self.findings);
            let condition = self.all_of(written, Scope { record, ..scope });
            let mistakes = std::mem::replace(&mut self.findings, kept);
            if let (Some(condition), false) = (condition, crate::diagnostic::has_errors(&mistakes)) {
                if fits.is_empty() {
                    self.findings.extend(mistakes);
                }
                fits.insert(record, condition);
            } else if best.as_ref().is_none_or(|b| mistakes.len() < b.len()) {
                best = Some(mistakes);
            }
        }
        if fits.is_empty() {
            self.findings.extend(best.unwrap_or_default());
        }
        fits
    }

    /// Resolves conditions that must all hold; one alone stays itself.
    pub(super) fn all_of(&mut self, written: &[syntax::Condition], scope: Scope) -> Option<Condition> {
        if let [only] = written {
            return self.condition(only, scope);
        }
        let parts: Vec<Option<Condition>> = written.iter().map(|c| self.condition(c, scope)).collect();
        let parts: Option<Vec<Condition>> = parts.into_iter().collect();
        let parts = parts?;
        let span = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::new(crate::text::FileId(0), 0, 0),
        };
        Some(Condition { kind: ConditionKind::All(parts), span })
    }

    /// Resolves one condition; every part is looked at even when another has a mistake.
    pub(super) fn condition(&mut self, written: &syntax::Condition, scope: Scope) -> Option<Condition> {
        let kind = match &written.kind {
            syntax::ConditionKind::All(parts) => ConditionKind::All(self.parts(parts, scope)?),
            syntax::ConditionKind::Any(parts) => ConditionKind::Any(self.parts(parts, scope)?),
            syntax::ConditionKind::Not(part) => ConditionKind::Not(Box::new(self.condition(part, scope)?)),
            syntax::ConditionKind::Test(test) => self.test(test, scope)?,
            syntax::ConditionKind::Named(path) => self.named(path, scope)?,
            syntax::ConditionKind::SeenBefore { by, within } => {
                let (by, within) = (self.field_path(by, scope), self.period(within));
                ConditionKind::SeenBefore { by: by?, within: within? }
            }
        };
        Some(Condition { kind, span: written.span })
    }

    fn parts(&mut self, parts: &[syntax::Condition], scope: Scope) -> Option<Vec<Condition>> {
        let resolved: Vec<Option<Condition>> = parts.iter().map(|p| self.condition(p, scope)).collect();
        resolved.into_iter().collect()
    }

    /// A bare name: a yes/no field or a segment.
    fn named(&mut self, path: &Path, scope: Scope) -> Option<ConditionKind> {
        match self.path(path, scope)? {
            End::Segment(segment, at) => {
                if !self.segments[segment.index()].conditions.contains_key(&at.record) {
                    self.segment_misfit(segment, at.record, path.span);
                    return None;
                }
                Some(ConditionKind::Segment { segment, at })
            }
            End::Value(subject) if subject.ty == Type::YesNo => {
                let predicate_span = subject.span;
                Some(ConditionKind::Test(Box::new(Test { subject, negated: false, predicate: Predicate::IsYes, predicate_span })))
            }
            End::Value(subject) => {
                let is = self.type_in_words(&subject.ty);
                let example = self.example(&subject);
                self.report(
                    Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` alone asks nothing", written(path)))
                        .at(path.span, format!("this is {is}, not yes or no"))
                        .help(format!("Say what is asked of it, for example `{example}`.")),
                );
                None
            }
        }
    }

    fn segment_misfit(&mut self, segment: model::SegmentId, record: RecordId, at: Span) {
        let Some(why) = self.misfits.get(&(segment, record)).cloned() else { return };
        let (name, record) = (self.segments[segment.index()].name.clone(), self.record_name(record));
        if self.segments[segment.index()].conditions.is_empty() {
            return; // the segment's own mistakes are reported at the segment
        }
        self.report(
            Diagnostic::new(DiagnosticName::DoesNotFit, format!("the segment `{name}` cannot be used for a record `{record}`"))
                .at(at, "used here")
                .at(name.span, why)
                .help(format!("Write a segment with fields that `{record}` has, or declare the field it lacks.")),
        );
    }

    /// Writes a test that would suit a field, for help texts.
    fn example(&self, path: &FieldPath) -> String {
        let field = &path.written;
        match &path.ty {
            Type::OneOf(values) => {
                format!("{field} is {}", values.first().map_or_else(|| "...".to_owned(), |v| crate::text::wording::as_written(v)))
            }
            Type::Set { values, .. } => {
                let first =
                    values.as_ref().and_then(|v| v.first()).map_or_else(|| "...".to_owned(), |v| crate::text::wording::as_written(v));
                format!("{field} contains {first}")
            }
            Type::Number => format!("{field} >= 100"),
            Type::Percent => format!("{field} >= 10%"),
            Type::Money(_) => format!("{field} >= 1M"),
            Type::Date | Type::Time => format!("{field} within last 90 days"),
            Type::Postal => format!("{field} starts with 94"),
            Type::YesNo => field.to_string(),
            Type::Text { .. } => format!("{field} contains \"...\""),
            Type::Calendar | Type::Reference(_) => format!("{field} is present"),
        }
    }

    fn test(&mut self, test: &syntax::Test, scope: Scope) -> Option<ConditionKind> {
        if scope.placed
            && let [only] = test.subject.path.parts.as_slice()
            && only.as_str() == "territory"
            && self.around.schema.record(scope.record).find("territory").is_none()
        {
            return self.placed_test(test).map(ConditionKind::Placed);
        }
        let subject = self.subject(&test.subject, scope)?;
        let (negated, predicate) = self.predicate(test, &subject, scope)?;
        Some(ConditionKind::Test(Box::new(Test { subject, negated, predicate, predicate_span: test.predicate_span })))
    }

    fn predicate(&mut self, test: &syntax::Test, subject: &FieldPath, scope: Scope) -> Option<(bool, Predicate)> {
        let span = test.predicate_span;
        let plain = |p| Some((false, p));
        match &test.predicate {
            syntax::Predicate::Missing => plain(Predicate::Missing),
            syntax::Predicate::Present => plain(Predicate::Present),
            syntax::Predicate::Is { negated, right } => {
                self.require(subject, span, "compared with `is`", |ty| !matches!(ty, Type::Set { .. }), "contains")?;
                Some((*negated, Predicate::Is(self.right(right, subject, scope)?)))
            }
            syntax::Predicate::Compare { op, right } => {
                self.refuse_size_of_date(subject, *op, span)?;
                self.require(subject, span, "compared by size", |ty| matches!(ty, Type::Number | Type::Percent | Type::Money(_)), "")?;
                plain(Predicate::Compare(*op, self.right(right, subject, scope)?))
            }
            syntax::Predicate::In { negated, set } => Some((*negated, self.membership(set, subject, span)?)),
            syntax::Predicate::StartsWith(pieces) => {
                self.require(subject, span, "compared by its beginning", |ty| matches!(ty, Type::Text { .. } | Type::Postal), "")?;
                plain(Predicate::StartsWith(self.pieces(pieces, subject, scope, Some(Compared::Beginning))?))
            }
            syntax::Predicate::EndsWith(pieces) => {
                self.require(subject, span, "compared by its end", |ty| matches!(ty, Type::Text { .. }), "")?;
                plain(Predicate::EndsWith(self.pieces(pieces, subject, scope, Some(Compared::Ending))?))
            }
            syntax::Predicate::Contains { negated, all, right } => Some((*negated, self.contains(*all, right, subject, span, scope)?)),
            syntax::Predicate::Matches { pattern } => {
                self.require(subject, span, "searched by a pattern", |ty| matches!(ty, Type::Text { .. }), "")?;
                plain(Predicate::Matches(self.pattern(pattern, &subject.ty)?))
            }
            syntax::Predicate::Before(moment) => {
                self.require(subject, span, "compared with a moment", |ty| matches!(ty, Type::Date | Type::Time), "")?;
                plain(Predicate::Before(self.moment(moment, subject, scope)?))
            }
            syntax::Predicate::After(moment) => {
                self.require(subject, span, "compared with a moment", |ty| matches!(ty, Type::Date | Type::Time), "")?;
                plain(Predicate::After(self.moment(moment, subject, scope)?))
            }
            syntax::Predicate::Within { next, length } => {
                self.require(subject, span, "compared with a moment", |ty| matches!(ty, Type::Date | Type::Time), "")?;
                let period = self.period(length)?;
                plain(if *next { Predicate::WithinNext(period) } else { Predicate::WithinLast(period) })
            }
        }
    }

    /// Reports a test that the field's type does not allow.
    fn require(&mut self, subject: &FieldPath, at: Span, asked: &str, allowed: impl Fn(&Type) -> bool, instead: &str) -> Option<()> {
        if allowed(&subject.ty) {
            return Some(());
        }
        let is = self.type_in_words(&subject.ty);
        let mut finding = Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` cannot be {asked}", subject.written))
            .at(at, format!("`{}` is {is}", subject.written));
        finding = match (&subject.ty, instead) {
            (Type::Postal, _) => finding.help(format!(
                "Postal codes compare by prefix, never by size: write `{0} starts with [940, 941]` or `{0} in [94105, 94110]`.",
                subject.written
            )),
            (Type::Set { .. }, "contains") => finding.help(format!("A set may hold several values: write `{}`.", self.example(subject))),
            _ => finding.help(format!("Ask something that suits {is}, for example `{}`.", self.example(subject))),
        };
        self.report(finding);
        None
    }

    fn refuse_size_of_date(&mut self, subject: &FieldPath, op: Comparison, at: Span) -> Option<()> {
        if !matches!(subject.ty, Type::Date | Type::Time) {
            return Some(());
        }
        let (word, note) = match op {
            Comparison::Less => ("before", ""),
            Comparison::Greater => ("after", ""),
            Comparison::LessOrEqual => ("before", "; the day itself is not included, so name the day after"),
            Comparison::GreaterOrEqual => ("after", "; the day itself is not included, so name the day before"),
        };
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` is a date or time, and those have no size", subject.written))
                .at(at, "compared by size")
                .help(format!(
                    "Write `{} {word} 2027-01-31`{note}, or `in 2027-01-01..2027-01-31` with both days included.",
                    subject.written
                )),
        );
        None
    }

    /// The right side of an operator: a literal of the subject's type, or a field of a comparable type.
    fn right(&mut self, right: &Operand, subject: &FieldPath, scope: Scope) -> Option<Right> {
        match right {
            Operand::Literal(literal) => Some(Right::Value(self.value(literal, &subject.ty, &subject.written)?)),
            Operand::Path(path) => {
                let other = self.field_path(path, scope)?;
                self.comparable(subject, &other)?;
                Some(Right::Field(other))
            }
        }
    }

    fn comparable(&mut self, left: &FieldPath, right: &FieldPath) -> Option<()> {
        let worded = |ty: &Type| matches!(ty, Type::Text { .. } | Type::OneOf(_) | Type::Calendar);
        let same = match (&left.ty, &right.ty) {
            (Type::Money(a), Type::Money(b)) => a == b,
            (Type::Reference(a), Type::Reference(b)) => a == b,
            (Type::Set { .. }, b) => worded(b) || matches!(b, Type::Set { .. }),
            (a, b) if worded(a) && worded(b) => true,
            (Type::Reference(_), b) => worded(b),
            (a, Type::Reference(_)) => worded(a),
            (a, b) => a == b,
        };
        if same {
            return Some(());
        }
        let (a, b) = (self.type_in_words(&left.ty), self.type_in_words(&right.ty));
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` and `{}` cannot be compared", left.written, right.written))
                .at(right.span, format!("this is {b}"))
                .at(left.span, format!("this is {a}"))
                .help("Compare fields of one type; amounts of money must also be of one currency."),
        );
        None
    }

    /// Pieces of text for `starts with`, `ends with` and `contains`.
    fn pieces(&mut self, pieces: &[Operand], subject: &FieldPath, scope: Scope, compared: Option<Compared>) -> Option<Vec<Right>> {
        self.report_repeated_pieces(&literals(pieces), &subject.ty, compared);
        pieces
            .iter()
            .map(|piece| match piece {
                Operand::Literal(literal) if subject.ty == Type::Postal => Some(Right::Value(Value::Text(folded_postal(&literal.raw)))),
                Operand::Literal(literal) => Some(Right::Value(Value::Text(literal.raw.clone()))),
                Operand::Path(path) => {
                    let other = self.field_path(path, scope)?;
                    self.require(
                        &other,
                        path.span,
                        "used as a piece of text",
                        |ty| matches!(ty, Type::Text { .. } | Type::OneOf(_) | Type::Postal),
                        "",
                    )?;
                    Some(Right::Field(other))
                }
            })
            .collect()
    }

    fn contains(&mut self, all: bool, right: &[Operand], subject: &FieldPath, at: Span, scope: Scope) -> Option<Predicate> {
        match &subject.ty {
            Type::Text { .. } => Some(Predicate::ContainsText { pieces: self.pieces(right, subject, scope, None)?, all }),
            Type::Set { values, .. } => {
                let element = values.clone().map_or(Type::Text { any_case: false }, Type::OneOf);
                self.report_repeats(&literals(right), Some(&element));
                let elements = right
                    .iter()
                    .map(|operand| match operand {
                        Operand::Literal(literal) => Some(Right::Value(self.value(literal, &element, &subject.written)?)),
                        Operand::Path(path) => {
                            let other = self.field_path(path, scope)?;
                            self.comparable(subject, &other)?;
                            Some(Right::Field(other))
                        }
                    })
                    .collect::<Option<Vec<Right>>>()?;
                Some(Predicate::ContainsElement { elements, all })
            }
            _ => {
                self.require(subject, at, "asked what it contains", |_| false, "")?;
                None
            }
        }
    }

    fn membership(&mut self, set: &SetOperand, subject: &FieldPath, at: Span) -> Option<Predicate> {
        let field = subject.written.clone();
        match set {
            SetOperand::Range(from, to) => {
                let ordered = |ty: &Type| matches!(ty, Type::Number | Type::Percent | Type::Money(_) | Type::Date | Type::Time);
                self.require(subject, at, "between two values", ordered, "")?;
                let (low, high) = (self.value(from, &subject.ty, &field), self.value(to, &subject.ty, &field));
                let (low, high) = (low?, high?);
                self.refuse_reversed(&low, &high, from, to)?;
                Some(Predicate::Between(low, high))
            }
            SetOperand::Values(literals) => {
                self.require_listable(subject, at)?;
                let before = self.findings.len();
                let set = self.values(literals, &subject.ty, &field);
                (!crate::diagnostic::has_errors(self.findings.get(before..).unwrap_or_default())).then_some(Predicate::In(set))
            }
            SetOperand::Named(name) => {
                self.require_listable(subject, at)?;
                let Some(list) = self.list_id(&name.text) else {
                    let known: Vec<Arc<str>> = self.lists.iter().map(|l| l.name.text.clone()).collect();
                    let declare = format!(
                        "After `in` stands a list, a range or values in brackets. Declare `list {name} = [...]`, or write `is {name}` for one value."
                    );
                    self.unknown(DiagnosticName::UnknownList, "list", name, &known, &declare);
                    return None;
                };
                let before = self.findings.len();
                let set = self.list_as(list, &subject.ty, &field, name.span);
                (!crate::diagnostic::has_errors(self.findings.get(before..).unwrap_or_default())).then_some(Predicate::In(set))
            }
        }
    }

    fn require_listable(&mut self, subject: &FieldPath, at: Span) -> Option<()> {
        self.require(subject, at, "looked up in a list", |ty| !matches!(ty, Type::Set { .. } | Type::YesNo | Type::Time), "contains")
    }

    fn refuse_reversed(&mut self, low: &Value, high: &Value, from: &Literal, to: &Literal) -> Option<()> {
        let (reversed, name) = match (low, high) {
            (Value::Number(a), Value::Number(b)) => (a > b, DiagnosticName::RangeReversed),
            (Value::Date(a), Value::Date(b)) => (a > b, DiagnosticName::DatesReversed),
            (Value::Time(a), Value::Time(b)) => (a > b, DiagnosticName::DatesReversed),
            _ => (false, DiagnosticName::RangeReversed),
        };
        if !reversed {
            return Some(());
        }
        let span = from.span.to(to.span);
        self.report(
            Diagnostic::new(name, format!("`{}..{}` ends before it begins", from.raw, to.raw))
                .at(span, "nothing lies in it")
                .fix(span, format!("{}..{}", to.raw, from.raw))
                .help("Write the smaller end first."),
        );
        None
    }

    fn pattern(&mut self, pattern: &crate::text::Name, ty: &Type) -> Option<Pattern> {
        let any_case = *ty == Type::Text { any_case: true };
        match regex::RegexBuilder::new(&pattern.text).case_insensitive(any_case).size_limit(PATTERN_SIZE).build() {
            Ok(regex) => Some(Pattern { source: pattern.text.clone(), regex }),
            Err(error) => {
                let (headline, why) = match &error {
                    regex::Error::CompiledTooBig(_) => (
                        "this pattern is too large to search with".to_owned(),
                        "its repetitions multiply to more than a megabyte".to_owned(),
                    ),
                    other => (
                        "this pattern cannot be read".to_owned(),
                        other.to_string().lines().last().unwrap_or("").trim().trim_start_matches("error: ").to_owned(),
                    ),
                };
                self.report(
                    Diagnostic::new(DiagnosticName::BadPattern, headline)
                        .at(pattern.span, why)
                        .help("Patterns are written between slashes, for example `matches /hospital|clinic/`. Back references and look-around do not exist, so that every search stays fast."),
                );
                None
            }
        }
    }

    fn moment(&mut self, moment: &Moment, subject: &FieldPath, scope: Scope) -> Option<model::Moment> {
        Some(match moment {
            Moment::Literal(literal) => {
                let ty = if literal.kind == LiteralKind::Date { Type::Date } else { Type::Time };
                model::Moment::Fixed(self.value(literal, &ty, &subject.written)?)
            }
            Moment::Path(path) => {
                let other = self.field_path(path, scope)?;
                self.require(&other, path.span, "used as a moment", |ty| matches!(ty, Type::Date | Type::Time), "")?;
                model::Moment::Field(other)
            }
            Moment::Ago(length) => model::Moment::Ago(self.days(length, subject)?),
            Moment::FromNow(length) => model::Moment::FromNow(self.days(length, subject)?),
            Moment::Today(_) => model::Moment::Today,
            Moment::Now(_) => model::Moment::Now,
        })
    }

    /// A length that suits the field: a date knows no hours.
    pub(super) fn days(&mut self, length: &syntax::Length, subject: &FieldPath) -> Option<Period> {
        let period = self.period(length)?;
        if subject.ty == Type::Date && matches!(period.unit, model::Unit::Minutes | model::Unit::Hours) {
            self.report(
                Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` is a day and knows no hours", subject.written))
                    .at(length.span, "shorter than a day")
                    .help("Use days, weeks or months, for example `1 day`."),
            );
            return None;
        }
        Some(period)
    }

    fn placed_test(&mut self, test: &syntax::Test) -> Option<PlacedTest> {
        let (negated, names) = match &test.predicate {
            syntax::Predicate::Missing => return Some(PlacedTest::Missing),
            syntax::Predicate::Present => return Some(PlacedTest::Present),
            syntax::Predicate::Is { negated, right: Operand::Literal(literal) } => (*negated, vec![literal.clone()]),
            syntax::Predicate::In { negated, set: SetOperand::Values(literals) } => (*negated, literals.clone()),
            _ => {
                self.report(
                    Diagnostic::new(DiagnosticName::TypeMismatch, "a territory can be present, missing, or one of some territories")
                        .at(test.predicate_span, "this cannot be asked of a territory")
                        .help("Write `territory is present`, `territory is west` or `territory in [west, east]`."),
                );
                return None;
            }
        };
        self.report_repeats(&names, None);
        let mut territories = Vec::new();
        for literal in &names {
            territories.push(self.territory_id(&crate::text::Name::new(literal.raw.clone(), literal.span))?);
        }
        territories.sort();
        territories.dedup();
        Some(PlacedTest::Within { territories, negated })
    }
}

/// Picks the literals out of what stands on the right.
fn literals(operands: &[Operand]) -> Vec<Literal> {
    operands.iter().filter_map(|o| if let Operand::Literal(l) = o { Some(l.clone()) } else { None }).collect()
}

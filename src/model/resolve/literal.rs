//! Literals to values of the type they meet, lists to sets, columns of files, queues.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;

use super::Resolver;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{List, ListId, Period, Table, Type, Value, ValueSet, read_cell, read_literal, small_letters};
use crate::syntax::tree::{Length, ListSource, Literal, LiteralKind};
use crate::text::{Name, Span, wording};

impl Resolver<'_> {
    /// Reads a literal as the type of the field it meets; `field` is that field as written.
    pub(super) fn value(&mut self, literal: &Literal, ty: &Type, field: &str) -> Option<Value> {
        let read = read_literal(&literal.raw, ty, self.around.zone);
        match (read, ty) {
            (Ok(Some(Value::Unlisted(_))), Type::OneOf(values)) => {
                self.unknown_value(literal, values, field);
                None
            }
            (Ok(Some(Value::Set { .. }) | None), _) | (Err(_), Type::Set { .. }) => {
                self.unreadable(literal, ty, field, "");
                None
            }
            (Ok(Some(Value::Reference(key))), Type::Reference(record)) => {
                self.check_reference(literal, *record, &key);
                Some(Value::Reference(key))
            }
            (Ok(Some(Value::Text(text))), Type::Calendar) => {
                self.calendar_id(&Name::new(text.clone(), literal.span));
                Some(Value::Text(text))
            }
            // A day in place of an instant means the whole day in the project's zone.
            (_, Type::Time) if literal.kind == LiteralKind::Date => self.date(literal).map(Value::Date),
            (Ok(Some(value)), _) => Some(value),
            (Err(error), _) => {
                self.unreadable(literal, ty, field, &error.to_string());
                None
            }
        }
    }

    fn check_reference(&mut self, literal: &Literal, record: crate::model::RecordId, key: &Arc<str>) {
        let name = Name::new(key.clone(), literal.span);
        if self.rep.is_some_and(|r| r.record == record) {
            self.check_rep(&name);
        } else if self.around.data.get(record, key).is_none() {
            let what = self.record_name(record);
            let known: Vec<Arc<str>> = self.around.data.all(record).map(|r| r.key.clone()).collect();
            self.unknown(DiagnosticName::UnknownValue, &what, &name, &known, &format!("Name a key of the file of {what} records."));
        }
    }

    fn unknown_value(&mut self, literal: &Literal, values: &[Arc<str>], field: &str) {
        let near = wording::nearest(&literal.raw, values.iter().map(|v| &**v));
        // `industry is financial` where the value is "financial services".
        let longer: Vec<String> = if near.is_empty() {
            values.iter().filter(|v| v.split(' ').any(|word| *word == *literal.raw)).take(2).map(|v| v.to_string()).collect()
        } else {
            near
        };
        let mut finding = Diagnostic::new(DiagnosticName::UnknownValue, format!("`{field}` is never `{}`", literal.raw))
            .at(literal.span, "not one of its declared values")
            .near(literal.span, &longer);
        if longer.is_empty() {
            finding = finding.help(format!(
                "Its values are {}. Use one of them, or add this one to the field's declaration.",
                Self::values_in_words(values)
            ));
        }
        let schema = self.around.schema;
        if let Some(record) = schema.records.iter().find(|r| literal.kind == LiteralKind::Word && r.find(&literal.raw).is_some()) {
            finding = finding
                .help(format!("A bare word on the right is a value; to compare with the field write `{}.{}`.", record.name, literal.raw));
        }
        self.report(finding);
    }

    fn unreadable(&mut self, literal: &Literal, ty: &Type, field: &str, why: &str) {
        let wanted = self.type_in_words(ty);
        let mut finding = Diagnostic::new(
            DiagnosticName::UnreadableValue,
            format!("`{}` cannot be compared with `{field}`, which is {wanted}", literal.raw),
        )
        .at(literal.span, format!("not {wanted}"));
        if !why.is_empty() {
            finding = finding.help(format!("{why}."));
        }
        self.report(finding);
    }

    /// Says what a type is, with its article: `a number`, `one of its declared values`.
    pub(super) fn type_in_words(&self, ty: &Type) -> String {
        match ty {
            Type::Text { .. } => "text".to_owned(),
            Type::OneOf(_) => "one of a few declared values".to_owned(),
            Type::Set { .. } => "a set of values".to_owned(),
            Type::Number => "a number".to_owned(),
            Type::Percent => "a percentage".to_owned(),
            Type::Money(currency) => format!("an amount of {currency}"),
            Type::Date => "a date".to_owned(),
            Type::Time => "a time".to_owned(),
            Type::Postal => "a postal code".to_owned(),
            Type::YesNo => "yes or no".to_owned(),
            Type::Calendar => "the name of a calendar".to_owned(),
            Type::Reference(record) => format!("the key of a record `{}`", self.record_name(*record)),
        }
    }

    /// Reads a day.
    pub(super) fn date(&mut self, literal: &Literal) -> Option<Date> {
        match literal.raw.parse::<Date>() {
            Ok(date) if literal.kind != LiteralKind::Time => Some(date),
            _ => {
                self.report(
                    Diagnostic::new(DiagnosticName::UnreadableValue, format!("`{}` is not a date", literal.raw))
                        .at(literal.span, "not a day of the calendar")
                        .help("Write year, month and day, for example `2027-02-28`."),
                );
                None
            }
        }
    }

    /// Reads a whole number of at least one.
    pub(super) fn whole(&mut self, literal: &Literal, what: &str) -> Option<u64> {
        let read = read_literal(&literal.raw, &Type::Number, self.around.zone);
        if let Ok(Some(Value::Number(number))) = read
            && number.is_integer()
            && let Ok(whole) = u64::try_from(number)
            && whole >= 1
        {
            return Some(whole);
        }
        self.report(
            Diagnostic::new(DiagnosticName::UnreadableValue, format!("{what} must be a whole number of at least 1, not `{}`", literal.raw))
                .at(literal.span, "not such a number")
                .help("Write digits only, for example `5` or `1_000`."),
        );
        None
    }

    /// Reads a length of time.
    pub(super) fn period(&mut self, length: &Length) -> Option<Period> {
        let amount = self.whole(&length.amount, "a length of time")?;
        match u32::try_from(amount).ok().filter(|a| *a <= 1_000_000) {
            Some(amount) => Some(Period { amount, unit: length.unit }),
            None => {
                self.report(
                    Diagnostic::new(DiagnosticName::UnreadableValue, format!("`{}` is too long a time", length.amount.raw))
                        .at(length.span, "more than a million")
                        .help("Use a larger unit, for example weeks or months."),
                );
                None
            }
        }
    }

    /// Takes in the lists, inline or from their files.
    pub(super) fn lists(&mut self) {
        for item in self.items.lists.clone() {
            let (values, spans, lines, file) = match &item.source {
                ListSource::Inline(literals) => {
                    let values: Arc<[Arc<str>]> = literals.iter().map(|l| l.raw.clone()).collect();
                    (values, literals.iter().map(|l| l.span).collect(), Vec::new(), None)
                }
                ListSource::File { path, column } => {
                    let cells = self.column(path, column).unwrap_or_default();
                    let (lines, values): (Vec<u64>, Vec<Arc<str>>) = cells.into_iter().filter(|(_, cell)| !cell.is_empty()).unzip();
                    (values.into(), Vec::new(), lines, Some((path.text.clone(), column.text.clone())))
                }
            };
            self.lists.push(List { name: item.name.clone(), values, file, span: item.span });
            self.list_lines.push(lines);
            self.list_spans.push(spans);
        }
    }

    /// Returns the table a rule file names; reports a file that could not be read.
    pub(super) fn table(&mut self, path: &Name) -> Option<&Table> {
        let tables = self.around.tables;
        match tables.get(&path.text) {
            Some(Ok(table)) => Some(table),
            other => {
                let why = match other {
                    Some(Err(why)) => why.clone(),
                    _ => "the file was not found".to_owned(),
                };
                self.report(
                    Diagnostic::new(DiagnosticName::MissingFile, format!("the file `{path}` cannot be read: {why}"))
                        .at(path.span, "named here")
                        .help("The path starts at the folder of the book, the one that holds turf.toml. Check its spelling."),
                );
                None
            }
        }
    }

    /// Returns a column's cells with their lines; reports a missing file or column.
    pub(super) fn column(&mut self, path: &Name, column: &Name) -> Option<Vec<(u64, Arc<str>)>> {
        let position = self.column_position(path, column)?;
        let table = self.table(path)?;
        Some(table.rows.iter().map(|(line, cells)| (*line, cells.get(position).cloned().unwrap_or_default())).collect())
    }

    /// Returns a column's position; reports a missing file or column.
    pub(super) fn column_position(&mut self, path: &Name, column: &Name) -> Option<usize> {
        let table = self.table(path)?;
        if let Some(position) = table.column(&column.text) {
            return Some(position);
        }
        let known = table.columns.clone();
        let near = wording::nearest(&column.text, known.iter().map(|c| &**c));
        let columns: Vec<String> = known.iter().map(|c| format!("`{c}`")).collect();
        let finding = Diagnostic::new(DiagnosticName::MissingColumn, format!("the file `{path}` has no column `{column}`"))
            .at(column.span, "not a column of the file")
            .near(column.span, &near)
            .help(format!("Its columns are {}.", wording::any_of(&columns, 12)));
        self.report(finding);
        None
    }

    /// Reads a list as the type of the field it meets; once for each type.
    pub(super) fn list_as(&mut self, list: ListId, ty: &Type, field: &str, at: Span) -> ValueSet {
        if let Some((_, set)) = self.typed_lists.get(&list).into_iter().flatten().find(|(t, _)| t == ty) {
            return set.clone();
        }
        let (values, name) = (self.lists[list.index()].values.clone(), self.lists[list.index()].name.clone());
        let spans = self.list_spans[list.index()].clone();
        let mut set = Collected { most: values.len(), ..Collected::default() };
        let mut strangers: Vec<Arc<str>> = Vec::new();
        for (position, value) in values.iter().enumerate() {
            match spans.get(position) {
                Some(span) => {
                    let kind = if value.parse::<Date>().is_ok() { LiteralKind::Date } else { LiteralKind::Word };
                    let literal = Literal { raw: value.clone(), kind, span: *span };
                    if let Some(value) = self.value(&literal, ty, field) {
                        set.add(value, ty);
                    }
                }
                None => match read_cell(value, ty, self.around.zone) {
                    Ok(Some(Value::Unlisted(_) | Value::Set { .. })) | Err(_) => strangers.push(value.clone()),
                    Ok(Some(value)) => set.add(value, ty),
                    Ok(None) => {}
                },
            }
        }
        if let Some(first) = strangers.first() {
            let (file, _) = self.lists[list.index()].file.clone().unwrap_or_default();
            self.report(
                Diagnostic::new(
                    DiagnosticName::UnlistedValues,
                    format!(
                        "{} of the list `{name}` can never be `{field}`, for example `{first}`",
                        wording::count(strangers.len(), "value", "values")
                    ),
                )
                .at(at, "compared here")
                .help(format!("Mend them in {file}, or add them to the declaration of `{field}`.")),
            );
        }
        let set = set.into_set(Some(list));
        self.typed_lists.entry(list).or_default().push((ty.clone(), set.clone()));
        set
    }

    /// Reads the values written in brackets.
    pub(super) fn values(&mut self, literals: &[Literal], ty: &Type, field: &str) -> ValueSet {
        let mut set = Collected { most: literals.len(), ..Collected::default() };
        for literal in literals {
            if let Some(value) = self.value(literal, ty, field) {
                set.add(value, ty);
            }
        }
        // As many values as literals: no two of them are one.
        if set.len() < literals.len() {
            self.report_repeats(literals, Some(ty));
        }
        set.into_set(None)
    }

    /// Takes in the queues.
    pub(super) fn queues(&mut self) {
        let mut queues: Vec<Name> = self.items.queues.iter().flat_map(|q| q.names.iter().cloned()).collect();
        queues.sort_by(|a, b| a.text.cmp(&b.text).then(a.span.cmp(&b.span)));
        for [a, b] in queues.array_windows() {
            if a.text == b.text {
                self.findings.push(super::items::duplicate("queue", b, a.span));
            }
        }
        queues.dedup_by(|b, a| a.text == b.text);
        self.queues = queues;
    }
}

/// The empty sets: of the three kinds of values, a set has but one.
static TEXTS: LazyLock<Arc<HashSet<Arc<str>>>> = LazyLock::new(Arc::default);
static NUMBERS: LazyLock<Arc<HashSet<rust_decimal::Decimal>>> = LazyLock::new(Arc::default);
static DATES: LazyLock<Arc<HashSet<Date>>> = LazyLock::new(Arc::default);

fn shared<T>(values: HashSet<T>, empty: &Arc<HashSet<T>>) -> Arc<HashSet<T>> {
    if values.is_empty() { empty.clone() } else { Arc::new(values) }
}

/// Collects values by kind on the way to a [`ValueSet`].
#[derive(Default)]
struct Collected {
    /// How many there can be.
    most: usize,
    texts: HashSet<Arc<str>>,
    numbers: HashSet<rust_decimal::Decimal>,
    dates: HashSet<Date>,
}

impl Collected {
    fn add(&mut self, value: Value, ty: &Type) {
        match value {
            Value::Text(text) if *ty == (Type::Text { any_case: true }) => insert(&mut self.texts, small_letters(&text), self.most),
            Value::Text(text) | Value::Choice(text) | Value::Reference(text) => insert(&mut self.texts, text, self.most),
            Value::Number(number) => insert(&mut self.numbers, number.normalize(), self.most),
            Value::Date(date) => insert(&mut self.dates, date, self.most),
            Value::Time(_) | Value::YesNo(_) | Value::Unlisted(_) | Value::Set { .. } => {}
        }
    }

    fn len(&self) -> usize {
        self.texts.len() + self.numbers.len() + self.dates.len()
    }

    fn into_set(self, list: Option<ListId>) -> ValueSet {
        ValueSet { list, texts: shared(self.texts, &TEXTS), numbers: shared(self.numbers, &NUMBERS), dates: shared(self.dates, &DATES) }
    }
}

/// Adds a value, making room for all of them with the first.
fn insert<T: Eq + Hash>(values: &mut HashSet<T>, value: T, most: usize) {
    if values.is_empty() {
        values.reserve(most);
    }
    values.insert(value);
}

//! Calendars: time zones, opening hours, closed days.

use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::Resolver;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Calendar, time_zone};
use crate::syntax::tree::{CalendarItem, Closed, OpenHours};
use crate::text::Name;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Resolver<'_> {
    /// Takes in the calendars.
    pub(super) fn calendars(&mut self) {
        for item in self.items.calendars.clone() {
            let zone = self.calendar_zone(item);
            let mut open: [Vec<(Time, Time)>; 7] = Default::default();
            for hours in &item.open {
                self.open_hours(hours, &mut open);
            }
            for spans in &mut open {
                spans.sort();
            }
            self.refuse_overlapping_hours(item, &open);
            let mut closed = Vec::new();
            for days in &item.closed {
                self.closed_days(days, &mut closed);
            }
            closed.sort();
            closed.dedup();
            if item.open.is_empty() {
                self.report(
                    Diagnostic::new(DiagnosticName::MissingStatement, format!("the calendar `{}` has no opening hours", item.name))
                        .at(item.name.span, "never open")
                        .help("Say when people work, for example `open mon..fri 09:00..17:30`."),
                );
            }
            self.calendars.push(Calendar { name: item.name.clone(), zone, open, closed, span: item.span });
        }
    }

    fn calendar_zone(&mut self, item: &CalendarItem) -> TimeZone {
        let Some(name) = &item.zone else { return self.around.zone.clone() };
        time_zone(&name.text).unwrap_or_else(|near| {
            let finding = Diagnostic::new(DiagnosticName::UnreadableValue, format!("there is no time zone `{name}`"))
                .at(name.span, "not a zone of the time zone database")
                .near(name.span, &near)
                .help("Write a region and a city, for example `\"Europe/Berlin\"` or `\"America/New_York\"`.");
            self.report(finding);
            self.around.zone.clone()
        })
    }

    fn open_hours(&mut self, hours: &OpenHours, open: &mut [Vec<(Time, Time)>; 7]) {
        let mut days = Vec::new();
        for (first, last) in &hours.days {
            if let (Some(first), Some(last)) = (self.weekday(first), self.weekday(last)) {
                // `fri..mon` runs over the weekend.
                let span = (last + 7 - first) % 7;
                days.extend((0..=span).map(|d| (first + d) % 7));
            }
        }
        for (from, to) in &hours.hours {
            let (Some(begin), Some(end)) = (self.clock(from, false), self.clock(to, true)) else { continue };
            if begin >= end {
                self.report(
                    Diagnostic::new(DiagnosticName::RangeReversed, format!("`{from}..{to}` ends before it begins"))
                        .at(from.span.to(to.span), "closes before it opens")
                        .help(format!("Write the earlier time first, for example `{to}..{from}`; hours over midnight are two spans, `22:00..24:00` and `00:00..06:00` of the next day.")),
                );
                continue;
            }
            days.iter().for_each(|d| open[*d].push((begin, end)));
        }
    }

    fn refuse_overlapping_hours(&mut self, item: &CalendarItem, open: &[Vec<(Time, Time)>; 7]) {
        for (day, spans) in open.iter().enumerate() {
            if let Some([a, b]) = spans.array_windows().find(|[a, b]| b.0 < a.1) {
                self.report(
                    Diagnostic::new(
                        DiagnosticName::DuplicateStatement,
                        format!("two opening times of `{}` overlap on {}", item.name, WEEKDAYS[day]),
                    )
                    .at(item.name.span, format!("{}..{} and {}..{}", clock_text(a.0), clock_text(a.1), clock_text(b.0), clock_text(b.1)))
                    .help("Join them, or end the first before the second begins."),
                );
                return;
            }
        }
    }

    fn weekday(&mut self, name: &Name) -> Option<usize> {
        let found = WEEKDAYS.iter().position(|d| *d == name.as_str());
        if found.is_none() {
            let near = name.text.to_lowercase().chars().take(3).collect::<String>();
            let near: Vec<String> = WEEKDAYS.iter().filter(|d| **d == near).map(|d| (*d).to_owned()).collect();
            self.report(
                Diagnostic::new(DiagnosticName::UnreadableValue, format!("`{name}` is not a day of the week"))
                    .at(name.span, "not a day")
                    .near(name.span, &near)
                    .help("Days are mon, tue, wed, thu, fri, sat and sun; `mon..fri` means all from the first to the last."),
            );
        }
        found
    }

    fn clock(&mut self, name: &Name, end: bool) -> Option<Time> {
        if end && name.as_str() == "24:00" {
            return Some(Time::MAX);
        }
        let parsed = name.text.split_once(':').and_then(|(h, m)| Time::new(h.parse().ok()?, m.parse().ok()?, 0, 0).ok());
        if parsed.is_none() {
            self.report(
                Diagnostic::new(DiagnosticName::UnreadableValue, format!("`{name}` is not a time of day"))
                    .at(name.span, "not a time of day")
                    .help("Write hours and minutes from 00:00 to 24:00, for example `09:00` or `17:30`."),
            );
        }
        parsed
    }

    fn closed_days(&mut self, days: &Closed, closed: &mut Vec<Date>) {
        match days {
            Closed::Days(ranges) => {
                for (first, last) in ranges {
                    let (Some(from), Some(through)) = (self.date(first), self.date(last)) else { continue };
                    if from > through {
                        self.report(
                            Diagnostic::new(DiagnosticName::DatesReversed, format!("`{}..{}` ends before it begins", first.raw, last.raw))
                                .at(first.span.to(last.span), "the wrong way round")
                                .fix(first.span.to(last.span), format!("{}..{}", last.raw, first.raw))
                                .help("Write the earlier day first."),
                        );
                        continue;
                    }
                    closed.extend(from.series(jiff::Span::new().days(1)).take_while(|d| *d <= through));
                }
            }
            Closed::File { path, column, only } => self.closed_from_file(path, column, only.as_ref(), closed),
        }
    }

    fn closed_from_file(&mut self, path: &Name, column: &Name, only: Option<&(Name, Name)>, closed: &mut Vec<Date>) {
        let wanted = match only {
            Some((filter, value)) => match self.column(path, filter) {
                Some(cells) => Some((cells, value.text.clone())),
                None => return,
            },
            None => None,
        };
        let Some(cells) = self.column(path, column) else { return };
        for (row, (line, cell)) in cells.iter().enumerate() {
            if let Some((filter, value)) = &wanted
                && filter.get(row).is_none_or(|(_, c)| c != value)
            {
                continue;
            }
            match cell.parse::<Date>() {
                Ok(date) => closed.push(date),
                Err(_) if cell.is_empty() => {}
                Err(_) => self.report(
                    Diagnostic::new(DiagnosticName::UnreadableCell, format!("`{cell}` is not a date, so this closed day is left out"))
                        .in_data(path.as_str(), Some(*line), Some(column.as_str()), "not a date")
                        .at(path.span, "read for this calendar")
                        .help("Write year, month and day, for example `2027-12-25`."),
                ),
            }
        }
    }

    /// Checks that a calendar of that name is declared.
    pub(super) fn calendar_id(&mut self, name: &Name) -> bool {
        if self.items.calendars.iter().any(|c| c.name.text == name.text) {
            return true;
        }
        let known: Vec<Arc<str>> = self.items.calendars.iter().map(|c| c.name.text.clone()).collect();
        self.unknown(
            DiagnosticName::UnknownCalendar,
            "calendar",
            name,
            &known,
            "Declare it, for example `calendar berlin { zone \"Europe/Berlin\"  open mon..fri 09:00..17:30 }`.",
        );
        false
    }
}

/// Writes a time of day as people do.
fn clock_text(time: Time) -> String {
    if time == Time::MAX { "24:00".to_owned() } else { format!("{:02}:{:02}", time.hour(), time.minute()) }
}

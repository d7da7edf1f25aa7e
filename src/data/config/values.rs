//! Single values of `turf.toml`: texts, tables, zones, units, formats. What is wrong is reported and gives nothing.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use toml::de::{DeTable, DeValue};

use super::{Node, Walk};
use crate::model::time_zone;
use crate::text::wording;

impl Walk<'_> {
    pub(super) fn text(&mut self, name: &str, value: &Node<'_>, line: u64) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.report(format!("`{name}` is no text"), line, format!("Write it in quotes: `{} = \"...\"`.", wording::as_written(name)));
        }
        text
    }

    /// Reads a list of texts; a single text counts as a list of one.
    pub(super) fn texts(&mut self, name: &str, value: &Node<'_>, line: u64) -> Vec<String> {
        match value.get_ref() {
            DeValue::String(one) => vec![one.to_string()],
            DeValue::Array(all) if all.iter().all(|v| v.get_ref().is_str()) => {
                all.iter().filter_map(|v| v.get_ref().as_str()).map(str::to_owned).collect()
            }
            _ => {
                self.report(format!("`{name}` is no list of texts"), line, format!("Write `{name} = [\"...\", \"...\"]`."));
                Vec::new()
            }
        }
    }

    pub(super) fn table<'t, 'i>(&mut self, name: &str, value: &'t Node<'i>, line: u64) -> Option<&'t DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.report(format!("`{name}` is no table"), line, format!("Write `[{name}]` on a line of its own, and its settings below."));
        }
        table
    }

    pub(super) fn zone(&mut self, value: &Node<'_>, line: u64) -> Option<TimeZone> {
        let name = self.text("zone", value, line)?;
        match time_zone(&name) {
            Ok(zone) => Some(zone),
            Err(near) => {
                let near: Vec<String> = near.iter().map(|n| format!("`zone = \"{n}\"`")).collect();
                let help = match near.as_slice() {
                    [] => "Write a zone of the IANA database, such as `zone = \"America/New_York\"`.".to_owned(),
                    near => format!("Did you mean {}?", wording::join(near, "or")),
                };
                self.report(format!("there is no time zone `{name}`"), line, help);
                None
            }
        }
    }

    pub(super) fn delimiter(&mut self, value: &Node<'_>, line: u64) -> Option<u8> {
        let text = self.text("delimiter", value, line)?;
        let byte = match text.as_bytes() {
            _ if text == "tab" => Some(b'\t'),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Some(*byte),
            _ => None,
        };
        if byte.is_none() {
            self.report("`delimiter` is not one character", line, "Write `delimiter = \";\"`, or `delimiter = \"tab\"`.");
        }
        byte
    }

    pub(super) fn unit(&mut self, value: &Node<'_>, line: u64) -> Option<char> {
        let text = self.text("unit", value, line)?;
        let unit = match text.as_str() {
            "K" | "k" => Some('K'),
            "M" | "m" => Some('M'),
            "B" | "b" => Some('B'),
            _ => None,
        };
        if unit.is_none() {
            self.report(format!("`{text}` is no unit"), line, "Write `unit = \"K\"`, `unit = \"M\"` or `unit = \"B\"`.");
        }
        unit
    }

    /// Tries a format on a sample time: what it writes, it must be able to read.
    pub(super) fn format(&mut self, value: &Node<'_>, line: u64) -> Option<String> {
        let format = self.text("format", value, line)?;
        let sample = jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
        let works = strtime::format(&format, &sample)
            .and_then(|text| strtime::parse(&format, text))
            .and_then(|read| read.to_date().or_else(|_| read.to_timestamp().map(|at| at.to_zoned_datetime(TimeZone::UTC).date())));
        if works.is_err() {
            let help = "Write what stands in the cells with % signs: `format = \"%d-%m-%Y\"` reads 31-12-2027.";
            self.report(format!("`{format}` is no format of a date or time"), line, help);
            return None;
        }
        Some(format)
    }
}

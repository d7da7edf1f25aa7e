//! Opens the folder of a book: `turf.toml`, the rule files below it, and the data they name.
//!
//! What is wrong inside the book becomes findings of its [`Snapshot`]; only a folder that is no book is an error here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::{self, CONFIG_FILE, Config, DataReport, Folder};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{RecordId, ReferenceData, Table, Tables, Type, Value};
use crate::syntax::FILE_LIMIT;
use crate::text::{SourceFile, Sources, wording};
use crate::workspace::{Draft, Materials, Snapshot};

/// How deep folders of rule files may lie in one another.
const FOLDER_DEPTH: u32 = 32;

/// Holds an opened book.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The folder that holds `turf.toml`.
    pub folder: PathBuf,
    /// What `turf.toml` says.
    pub config: Config,
    /// The book and what was found in it.
    pub snapshot: Snapshot,
    /// One report for each data file read.
    pub reports: Vec<DataReport>,
    /// The book's name.
    pub name: String,
    /// The text of `turf.toml`.
    pub text: Arc<str>,
    /// The other files it was made from, as named by the book, and where they are.
    pub files: (Folder, BTreeSet<Arc<str>>),
}

/// Says why a folder cannot be opened as a book.
#[derive(Debug)]
pub enum OpenError {
    /// There is no `turf.toml` in the folder (nor, if none was named, in one above it).
    NoBook(PathBuf),
    /// `turf.toml` or a folder cannot be read.
    Unreadable(PathBuf, io::Error),
}

impl OpenError {
    /// Says it in one sentence, with the remedy in a second.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::NoBook(folder) => format!(
                "There is no book in {}: it has no {CONFIG_FILE}. Name the folder of a book with `--book DIR`, or make a new one with `turf init DIR`.",
                shown(folder)
            ),
            Self::Unreadable(path, why) => format!("{} cannot be read: {why}. See that it exists and that you may read it.", shown(path)),
        }
    }
}

fn shown(path: &Path) -> String {
    if path.as_os_str().is_empty() || path == Path::new(".") { "this folder".to_owned() } else { format!("`{}`", path.display()) }
}

/// Finds the book's folder: the one named, or the nearest one from here upwards.
///
/// # Errors
/// When no `turf.toml` is found.
pub fn find(named: Option<&Path>) -> Result<PathBuf, OpenError> {
    if let Some(folder) = named {
        return if folder.join(CONFIG_FILE).is_file() { Ok(folder.to_owned()) } else { Err(OpenError::NoBook(folder.to_owned())) };
    }
    let here = std::env::current_dir().map_err(|e| OpenError::Unreadable(PathBuf::from("."), e))?;
    let found = here.ancestors().find(|folder| folder.join(CONFIG_FILE).is_file());
    match found {
        Some(folder) if folder == here => Ok(PathBuf::from(".")),
        Some(folder) => Ok(folder.to_owned()),
        None => Err(OpenError::NoBook(PathBuf::from("."))),
    }
}

/// Opens the book in a folder.
///
/// # Errors
/// When the folder has no readable `turf.toml`.
pub fn open(folder: &Path) -> Result<Opened, OpenError> {
    let path = folder.join(CONFIG_FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(OpenError::NoBook(folder.to_owned())),
        Err(e) => return Err(OpenError::Unreadable(path, e)),
    };
    let mut findings = Vec::new();
    let text = utf8(CONFIG_FILE, bytes, &mut findings).unwrap_or_default();
    let (config, found) = Config::read(&text);
    findings.extend(found);
    let sources = rule_files(folder, &config, &mut findings);
    let name = folder.file_name().map_or_else(|| "book".to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(open_files(Files { text, config, sources, name, findings, folder: Folder::from(folder) }, folder))
}

/// What a book is opened from.
pub(super) struct Files {
    /// The text of `turf.toml`.
    pub text: String,
    /// What it says.
    pub config: Config,
    /// The rule files.
    pub sources: Sources,
    /// The name, unless `turf.toml` gives another.
    pub name: String,
    /// What was found in them.
    pub findings: Vec<Diagnostic>,
    /// Where the other files are.
    pub folder: Folder,
}

/// Opens a book whose rule files are read.
pub(super) fn open_files(files: Files, root: &Path) -> Opened {
    let Files { text, config, sources, name, mut findings, folder } = files;
    let draft = Draft::new(sources);
    findings.extend(config.check(&draft.schema));
    let loaded = data::load(&draft.schema, &config, &folder);
    findings.extend(loaded.findings);
    let (mut reference, mut reports) = (loaded.data, loaded.reports);
    let zones = rep_zones(&draft, &reference, &config);
    let zone_of = |rep: &str| zones.get(rep).cloned().unwrap_or_else(|| config.zone.clone());
    let (found, report) = data::load_absences(&draft.schema, &config, &folder, &mut reference, &zone_of);
    findings.extend(found);
    reports.extend(report);
    let tables = tables(&folder, &draft, &mut findings);
    let named: BTreeSet<Arc<str>> = tables.keys().cloned().chain(reports.iter().map(|r| r.file.clone())).collect();
    let name = config.name.clone().unwrap_or(name);
    let materials = Materials {
        name: name.clone(),
        zone: config.zone.clone(),
        tables,
        data: reference,
        findings,
        settings: config.check_settings.clone(),
    };
    Opened { folder: root.to_owned(), name, text: text.into(), files: (folder, named), snapshot: draft.finish(materials), config, reports }
}

fn rule_files(folder: &Path, config: &Config, findings: &mut Vec<Diagnostic>) -> Sources {
    let mut paths = BTreeMap::new();
    for root in &config.rules {
        collect(&folder.join(root), root.trim_start_matches("./").trim_start_matches('.'), 0, &mut paths, findings);
    }
    if paths.is_empty() && findings.is_empty() {
        findings.push(
            Diagnostic::new(DiagnosticName::MissingFile, "the book has no rule files")
                .in_data(CONFIG_FILE, None, None, "no file ending in .turf lies in this folder or below it")
                .help("Write your rules into a file such as `rules.turf`, or name its folder with `rules = [\"...\"]`."),
        );
    }
    let mut files = Vec::new();
    for (shown, path) in paths {
        if let Some(text) = rule_file(&path, &shown, findings) {
            files.push(SourceFile::new(shown, &text));
        }
    }
    Sources::new(files)
}

/// Collects the rule files below a folder by the path shown to people. Hidden folders are left alone.
fn collect(folder: &Path, shown: &str, depth: u32, paths: &mut BTreeMap<String, PathBuf>, findings: &mut Vec<Diagnostic>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) => {
            findings.push(
                Diagnostic::new(
                    DiagnosticName::MissingFile,
                    format!("the folder of rule files `{}` cannot be read: {e}", if shown.is_empty() { "." } else { shown }),
                )
                .in_data(CONFIG_FILE, None, None, "named by `rules`")
                .help("The path starts at the folder of the book. Check its spelling."),
            );
            return;
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let below = if shown.is_empty() { name.clone() } else { format!("{}/{name}", shown.trim_end_matches('/')) };
        if path.is_dir() {
            if !name.starts_with('.') && depth < FOLDER_DEPTH {
                collect(&path, &below, depth + 1, paths, findings);
            }
        } else if path.extension().is_some_and(|e| e == "turf") {
            paths.insert(below, path);
        }
    }
}

fn rule_file(path: &Path, shown: &str, findings: &mut Vec<Diagnostic>) -> Option<String> {
    let too_large = fs::metadata(path).is_ok_and(|m| m.len() > FILE_LIMIT as u64);
    if too_large {
        findings.push(
            Diagnostic::new(DiagnosticName::TooLarge, format!("`{shown}` is larger than {} MiB", FILE_LIMIT >> 20))
                .in_data(shown, None, None, "not read")
                .help("Cut it into several files, or move long lists into CSV files and name them with `list NAME from \"file.csv\" column \"col\"`."),
        );
        return None;
    }
    match fs::read(path) {
        Ok(bytes) => utf8(shown, bytes, findings),
        Err(e) => {
            findings.push(
                Diagnostic::new(DiagnosticName::MissingFile, format!("the rule file `{shown}` cannot be read: {e}"))
                    .in_data(shown, None, None, "")
                    .help("See that you may read it."),
            );
            None
        }
    }
}

/// Reads bytes as UTF-8; names the first byte that is not.
fn utf8(shown: &str, bytes: Vec<u8>, findings: &mut Vec<Diagnostic>) -> Option<String> {
    String::from_utf8(bytes)
        .map_err(|e| {
            let valid = e.utf8_error().valid_up_to();
            let before = e.as_bytes().get(..valid).unwrap_or_default();
            let line = before.iter().filter(|b| **b == b'\n').count() + 1;
            findings.push(
                Diagnostic::new(DiagnosticName::NotUtf8, format!("`{shown}` is not a text in UTF-8"))
                    .in_data(shown, Some(line as u64), None, format!("byte {} cannot be read", wording::grouped(valid + 1)))
                    .help("Save the file as UTF-8: in the editor's save dialog choose the encoding UTF-8."),
            );
        })
        .ok()
}

/// The time zone of each rep that has a calendar.
fn rep_zones(draft: &Draft, data: &ReferenceData, config: &Config) -> BTreeMap<Arc<str>, jiff::tz::TimeZone> {
    let mut zones = BTreeMap::new();
    let Some(rep) = draft.schema.find("rep") else { return zones };
    let Some(calendar) = draft.schema.record(rep).fields.iter().position(|f| f.ty == Type::Calendar) else { return zones };
    let calendars = draft.calendar_zones();
    for record in data.all(rep) {
        if let Some(Some(Value::Text(name))) = record.values.get(calendar) {
            let zone = calendars.get(name).cloned().unwrap_or_else(|| config.zone.clone());
            zones.insert(record.key.clone(), zone);
        }
    }
    zones
}

/// Reads the files that lists, calendars and tables of territories name.
fn tables(folder: &Folder, draft: &Draft, findings: &mut Vec<Diagnostic>) -> Tables {
    let mut tables = Tables::new();
    for file in draft.files_named() {
        let table = match data::Table::read(&folder.path(&file), &file, None) {
            Ok(table) => {
                findings.extend(set_aside(&file, &table));
                Ok(Table {
                    file: file.clone(),
                    columns: table.header.iter().map(|c| c.as_str().into()).collect(),
                    rows: table.rows.into_iter().map(|r| (r.line, r.cells)).collect(),
                })
            }
            Err(error) => Err(format!("{error}. {}", error.remedy())),
        };
        tables.insert(file, table);
    }
    tables
}

fn set_aside(file: &str, table: &data::Table) -> Option<Diagnostic> {
    let first = table.set_aside.first()?;
    Some(
        Diagnostic::new(
            DiagnosticName::UnreadableCell,
            format!(
                "{} of `{file}` cannot be read and {} left out",
                wording::count(table.set_aside.len(), "row", "rows"),
                if table.set_aside.len() == 1 { "is" } else { "are" }
            ),
        )
        .in_data(file, Some(first.line), None, first.reason.clone())
        .help("Mend the rows in the file."),
    )
}

/// Returns the record type called `name`.
#[must_use]
pub fn record_named(opened: &Opened, name: &str) -> Option<RecordId> {
    opened.snapshot.schema.find(name)
}

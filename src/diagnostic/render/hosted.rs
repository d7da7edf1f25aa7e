//! Findings for the places where people review changes: SARIF 2.1.0, commands of GitHub's build log, and JUnit.

use serde_json::{Value, json};

use super::severity_word;
use crate::diagnostic::{Diagnostic, DiagnosticName, Place, Severity};
use crate::text::{SourceFile, Sources, Span, xml};

/// Where the files of a book lie, seen from where the command runs: `rules/first/`, or nothing.
fn path(base: &str, file: &str) -> String {
    let base = base.trim_start_matches("./").trim_end_matches('/');
    if base.is_empty() || base == "." { file.to_owned() } else { format!("{base}/{file}") }
}

/// A place as these formats have it: a file and, if known, lines and columns from 1.
struct At {
    file: String,
    line: Option<u64>,
    /// First and past the last column, and the last line.
    range: Option<(usize, usize, usize)>,
}

fn at(place: &Place, sources: &Sources, base: &str) -> At {
    match place {
        Place::Source(span) => sources
            .get(span.file)
            .map_or_else(|| At { file: path(base, "turf.toml"), line: None, range: None }, |file| in_source(file, *span, base)),
        Place::Data { file, line, .. } => At { file: path(base, file), line: *line, range: None },
    }
}

fn in_source(file: &SourceFile, span: Span, base: &str) -> At {
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    let line = u64::try_from(start.line).ok();
    At { file: path(base, file.path()), line, range: Some((start.column, end.column, end.line)) }
}

fn sentence(finding: &Diagnostic) -> String {
    let mut text = format!("{}.", finding.headline);
    for help in &finding.help {
        text.push(' ');
        text.push_str(help);
    }
    text
}

/// Writes findings as a SARIF 2.1.0 log; `base` is the folder of the book.
#[must_use]
pub fn sarif(findings: &[Diagnostic], sources: &Sources, base: &str) -> Value {
    let mut names: Vec<DiagnosticName> = findings.iter().map(|f| f.name).collect();
    names.sort();
    names.dedup();
    let rules: Vec<Value> = names
        .iter()
        .map(|name| {
            let first = name.page().lines().skip(1).find(|l| !l.trim().is_empty()).unwrap_or("");
            json!({
                "id": name.as_str(),
                "shortDescription": { "text": first },
                "help": { "text": format!("turf check --explain {name}"), "markdown": name.page() },
                "defaultConfiguration": { "level": level(name.severity()) },
            })
        })
        .collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|f| {
            let mut result = json!({
                "ruleId": f.name.as_str(),
                "ruleIndex": names.iter().position(|n| *n == f.name),
                "level": level(f.severity),
                "message": { "text": sentence(f) },
            });
            let mut places = f.labels.iter().map(|label| {
                let mut place = location(&label.place, sources, base);
                if !label.text.is_empty() {
                    place["message"] = json!({ "text": label.text });
                }
                place
            });
            result["locations"] = places.next().into_iter().collect();
            let related: Vec<Value> = places.collect();
            if !related.is_empty() {
                result["relatedLocations"] = related.into();
            }
            if let Some(fix) = &f.fix {
                let place = location(&Place::Source(fix.span), sources, base);
                result["fixes"] = json!([{ "artifactChanges": [{
                    "artifactLocation": place["physicalLocation"]["artifactLocation"],
                    "replacements": [{ "deletedRegion": place["physicalLocation"]["region"], "insertedContent": { "text": fix.replacement } }],
                }] }]);
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "turf", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn location(place: &Place, sources: &Sources, base: &str) -> Value {
    let at = at(place, sources, base);
    let mut physical = json!({ "artifactLocation": { "uri": uri(&at.file) } });
    if let Some(line) = at.line {
        physical["region"] = match at.range {
            Some((column, end, last)) => json!({ "startLine": line, "startColumn": column, "endLine": last, "endColumn": end }),
            None => json!({ "startLine": line }),
        };
    }
    json!({ "physicalLocation": physical })
}

/// Writes a path as a URI: all but letters, digits and a few signs as `%` and two digits.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// Writes findings as commands that GitHub shows beside the lines of a change.
#[must_use]
pub fn github(findings: &[Diagnostic], sources: &Sources, base: &str) -> String {
    let mut out = String::new();
    for finding in findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let mut settings = Vec::new();
        if let Some(label) = finding.labels.first() {
            let at = at(&label.place, sources, base);
            settings.push(format!("file={}", property(&at.file)));
            settings.extend(at.line.map(|line| format!("line={line}")));
            if let Some((column, end, last)) = at.range {
                settings.push(format!("endLine={last},col={column},endColumn={end}"));
            }
        }
        settings.push(format!("title={}", finding.name));
        out.push_str(&format!("::{command} {}::{}\n", settings.join(","), data(&sentence(finding))));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Writes findings as JUnit XML: one test case each, failed if it `fails` the check; a passed one when there are none.
#[must_use]
pub fn junit(findings: &[Diagnostic], sources: &Sources, base: &str, fails: impl Fn(&Diagnostic) -> bool) -> String {
    let failures = findings.iter().filter(|f| fails(f)).count();
    let tests = findings.len().max(1);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"turf check\" tests=\"{tests}\" failures=\"{failures}\">\n  <testsuite name=\"turf check\" tests=\"{tests}\" failures=\"{failures}\">\n"
    );
    if findings.is_empty() {
        out.push_str("    <testcase name=\"no findings\" classname=\"turf check\"/>\n");
    }
    for finding in findings {
        let at = finding.labels.first().map(|label| at(&label.place, sources, base));
        let file = at.as_ref().map_or_else(String::new, |at| at.file.clone());
        let line = at.and_then(|at| at.line).map_or_else(String::new, |line| format!(" line=\"{line}\""));
        let name = xml::escaped(&format!("{}: {}", finding.name, finding.headline));
        let file = xml::escaped(&file);
        out.push_str(&format!("    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\"{line}>\n"));
        let (severity, text) = (severity_word(finding.severity), xml::escaped(&sentence(finding)));
        if fails(finding) {
            out.push_str(&format!("      <failure type=\"{severity}\" message=\"{}\">{text}</failure>\n", xml::escaped(&finding.headline)));
        } else {
            out.push_str(&format!("      <system-out>{severity}: {text}</system-out>\n"));
        }
        out.push_str("    </testcase>\n");
    }
    out + "  </testsuite>\n</testsuites>\n"
}

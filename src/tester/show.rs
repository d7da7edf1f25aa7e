//! Results for people, for programs (`turf-tests/1`) and for build servers (JUnit).

use serde_json::{Value, json};

use super::run::{CaseResult, Outcome};
use crate::text::wording;
use crate::text::xml::escaped;

/// Counts tests that passed and failed.
fn counted(results: &[CaseResult]) -> (usize, usize) {
    let passed = results.iter().filter(|r| r.passed).count();
    (passed, results.len() - passed)
}

/// Writes results for people: every test on a line, and under one that failed what was expected, what came, and why.
#[must_use]
pub fn text(results: &[CaseResult]) -> String {
    let mut text = String::new();
    for result in results {
        text += &format!("{}  {} ({})\n", if result.passed { "ok  " } else { "FAIL" }, result.name, result.place);
        for record in &result.records {
            for failed in record.expectations.iter().filter(|o| !o.passed) {
                text += &format!("        {} {} ({})\n", record.record, record.id, record.place);
                text += &format!("        expected  {} ({})\n", failed.expected, failed.place);
                text += &format!("        got       {}\n", failed.got.as_deref().unwrap_or_default());
                for (at, line) in failed.why.iter().enumerate() {
                    text += &format!("        {:8}  {line}\n", if at == 0 { "why" } else { "" });
                }
            }
        }
    }
    let (passed, failed) = counted(results);
    let all = wording::count(results.len(), "test", "tests");
    text += &match failed {
        0 => format!("{all} passed.\n"),
        _ => format!("{} of {all} failed, {} passed.\n", wording::grouped(failed), wording::grouped(passed)),
    };
    text
}

/// Writes results as one JSON document; keys are only added within a version.
#[must_use]
pub fn json(book: &str, results: &[CaseResult]) -> Value {
    let (passed, failed) = counted(results);
    json!({ "format": "turf-tests/1", "book": book, "passed": passed, "failed": failed, "tests": results })
}

/// Writes results as JUnit XML: a test case for each test, a failure for each expectation that was not met.
#[must_use]
pub fn junit(book: &str, results: &[CaseResult]) -> String {
    let (_, failed) = counted(results);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"turf\" tests=\"{0}\" failures=\"{failed}\">\n  <testsuite name=\"{1}\" tests=\"{0}\" failures=\"{failed}\">\n",
        results.len(),
        escaped(book)
    );
    for result in results {
        let (file, line) = result.place.rsplit_once(':').unwrap_or((&result.place, "0"));
        let open =
            format!("    <testcase name=\"{}\" classname=\"{1}\" file=\"{1}\" line=\"{line}\"", escaped(&result.name), escaped(file));
        if result.passed {
            xml += &format!("{open}/>\n");
            continue;
        }
        xml += &format!("{open}>\n");
        for failed in result.records.iter().flat_map(|r| &r.expectations).filter(|o| !o.passed) {
            let message = format!("expected {}, got {}", failed.expected, failed.got.as_deref().unwrap_or_default());
            xml += &format!("      <failure message=\"{}\">{}</failure>\n", escaped(&message), escaped(&details(failed)));
        }
        xml += "    </testcase>\n";
    }
    xml + "  </testsuite>\n</testsuites>\n"
}

fn details(failed: &Outcome) -> String {
    let mut lines = vec![failed.place.clone()];
    lines.extend(failed.why.iter().cloned());
    lines.join("\n")
}

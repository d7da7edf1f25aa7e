//! What an author allows: `# allow hidden-rule: kept for the audit until March` above an item, and other levels for names.
//!
//! An allowance is for one item and one name, and needs a reason. One that says no reason, names no finding or allows
//! nothing is a finding itself, so that none outlives what it was for.

use super::Settings;
use crate::diagnostic::{Diagnostic, DiagnosticName, Place, Severity};
use crate::syntax::tree::SyntaxTree;
use crate::text::{Sources, Span, wording};

/// One comment that allows something.
struct Allow<'t> {
    span: Span,
    name: &'t str,
    reason: &'t str,
    /// The item below it.
    item: Option<Span>,
}

/// Takes allowed findings out, gives the others their level, and adds what is wrong with the allowances.
///
/// `complete` says that everything was looked for, so that an allowance without a finding allows nothing.
pub fn settle(findings: &mut Vec<Diagnostic>, trees: &[SyntaxTree], sources: &Sources, settings: &Settings, complete: bool) {
    let mut wrong = Vec::new();
    for allow in trees.iter().flat_map(|tree| allows(tree, sources)) {
        let Some(name) = DiagnosticName::parse(allow.name) else {
            let near = wording::nearest(allow.name, DiagnosticName::ALL.iter().map(|n| n.as_str()));
            let finding = bad(&allow, format!("no finding is called `{}`, so nothing is allowed", allow.name), "not a name");
            wrong.push(match near.as_slice() {
                [] => finding.help("`turf check` prints the name of a finding in brackets."),
                near => finding.help(format!("Did you mean `{}`?", near.join("` or `"))),
            });
            continue;
        };
        if name.severity() == Severity::Error {
            let headline = format!("`{name}` is an error, and errors cannot be allowed");
            wrong.push(
                bad(&allow, headline, "allows nothing").help("A book with it cannot be used. Put it right, and take this comment out."),
            );
            continue;
        }
        if allow.reason.is_empty() {
            let finding = bad(&allow, format!("`{name}` is allowed without a reason"), "no reason");
            wrong.push(finding.help(format!("Say why, and until when: `# allow {name}: kept for the audit until March`.")));
            continue;
        }
        let Some(item) = allow.item else {
            let finding = bad(&allow, format!("`{name}` is allowed where no item follows"), "above nothing");
            wrong.push(finding.help("Put the comment on a line of its own right above the item it is for."));
            continue;
        };
        let is_allowed = |finding: &Diagnostic| finding.name == name && finding.labels.first().is_some_and(|l| lies_in(&l.place, item));
        let before = findings.len();
        findings.retain(|finding| !is_allowed(finding));
        if findings.len() == before && complete {
            let finding = bad(&allow, format!("nothing of the name `{name}` is found here"), "allows nothing");
            wrong.push(finding.help("Take the comment out: what it was for is put right, or stands elsewhere."));
        }
    }
    findings.append(&mut wrong);
    findings.retain_mut(|finding| match settings.levels.get(&finding.name) {
        Some(Some(level)) => {
            finding.severity = *level;
            true
        }
        Some(None) => false,
        None => true,
    });
}

fn bad(allow: &Allow<'_>, headline: String, label: &str) -> Diagnostic {
    Diagnostic::new(DiagnosticName::BadAllow, headline).at(allow.span, label)
}

fn lies_in(place: &Place, item: Span) -> bool {
    matches!(place, Place::Source(span) if span.file == item.file && item.start <= span.start && span.end <= item.end)
}

/// Finds the comments of a file that allow something, each with the item or inner territory it stands above.
fn allows<'s>(tree: &SyntaxTree, sources: &'s Sources) -> Vec<Allow<'s>> {
    let Some(file) = sources.get(tree.file) else { return Vec::new() };
    let spans: Vec<Span> = tree.items.iter().flat_map(crate::syntax::tree::Item::spans).collect();
    let mut found = Vec::new();
    for (at, span) in tree.comments.iter().enumerate() {
        let Some((name, reason)) = read(sources.text(*span)) else { continue };
        // Below it stand only comments on lines of their own, without an empty line between.
        let mut end = span.end as usize;
        for next in tree.comments.iter().skip(at + 1) {
            let between = file.text().get(end..next.start as usize).unwrap_or("-");
            if !is_line_end(between) {
                break;
            }
            end = next.end as usize;
        }
        let line = file.text().get(..span.start as usize).unwrap_or("");
        let alone = line.trim_end_matches([' ', '\t']).is_empty() || line.trim_end_matches([' ', '\t']).ends_with('\n');
        let below = spans.iter().find(|s| file.text().get(end..s.start as usize).is_some_and(is_line_end));
        found.push(Allow { span: *span, name, reason, item: below.copied().filter(|_| alone) });
    }
    found
}

/// Returns whether a text is the end of one line and the blanks before the next thing.
fn is_line_end(text: &str) -> bool {
    text.trim().is_empty() && text.matches('\n').count() == 1
}

/// Reads `# allow NAME: reason`. Prose that begins with the word is left alone: it has no colon, and names no finding.
fn read(comment: &str) -> Option<(&str, &str)> {
    let rest = comment.trim_start_matches('#').trim().strip_prefix("allow ")?.trim_start();
    let (name, reason) = match rest.split_once(':') {
        Some((name, reason)) => (name.trim(), reason.trim()),
        None => (rest, ""),
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let known = DiagnosticName::parse(name.split(' ').next().unwrap_or("")).is_some();
    match (is_name, rest.contains(':'), known) {
        (true, true, _) | (true, false, true) => Some((name, reason)),
        (false, false, true) => Some((name.split(' ').next().unwrap_or(name), "")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_allows_and_what_is_prose() {
        assert_eq!(read("# allow hidden-rule: kept until March"), Some(("hidden-rule", "kept until March")));
        assert_eq!(read("#allow hiden-rule: kept"), Some(("hiden-rule", "kept")));
        assert_eq!(read("# allow hidden-rule"), Some(("hidden-rule", "")));
        assert_eq!(read("# allow hidden-rule because of March"), Some(("hidden-rule", "")));
        for prose in [
            "# allow nobody to take it",
            "# allowed: everything",
            "# allow",
            "# allow two days: they need it",
            "# we allow hidden-rule: no",
        ] {
            assert_eq!(read(prose), None, "{prose}");
        }
    }
}

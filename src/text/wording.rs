//! Words for people: counts with plurals, "a, b or c", quoting, and the nearest known name.
//!
//! One place, so that every message reads alike.

use std::collections::BTreeSet;

/// Writes a count with its noun: `1 lead`, `2 leads`, `0 leads`; `plural` is the whole plural word.
#[must_use]
pub fn count(n: usize, singular: &str, plural: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { singular } else { plural })
}

/// Returns the article of a noun: `an` account, `a` lead.
#[must_use]
pub fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Writes a whole number with thousands groups: `12,345`.
#[must_use]
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Joins words as a sentence does: `a`, `a or b`, `a, b or c`.
#[must_use]
pub fn join<S: AsRef<str>>(words: &[S], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [init @ .., end] => {
            let init: Vec<&str> = init.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", init.join(", "), end.as_ref())
        }
    }
}

/// Joins words with `or` and stops after `most`, saying how many more there are.
#[must_use]
pub fn any_of<S: AsRef<str>>(words: &[S], most: usize) -> String {
    if words.len() <= most {
        return join(words, "or");
    }
    let shown: Vec<&str> = words.iter().take(most).map(AsRef::as_ref).collect();
    format!("{} or {} more", shown.join(", "), words.len() - shown.len())
}

/// Joins words with `and` and stops after `most`, saying how many more there are.
#[must_use]
pub fn some_of<S: AsRef<str>>(words: &[S], most: usize) -> String {
    if words.len() <= most {
        return join(words, "and");
    }
    let shown: Vec<&str> = words.iter().take(most).map(AsRef::as_ref).collect();
    format!("{} and {} more", shown.join(", "), words.len() - shown.len())
}

/// Returns the known names that are really near `name`, best first, at most two.
///
/// Near means: the same but for letter case, hyphens, underscores and blanks; or within one edit for names of
/// three to five characters, two up to nine, three beyond (Damerau-Levenshtein, Damerau 1964).
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let plain = |s: &str| s.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect::<String>();
    let wanted = plain(name);
    let allowed = match wanted.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let mut found: BTreeSet<(usize, &str)> = BTreeSet::new();
    for candidate in known {
        if candidate == name {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wanted, &plain(candidate));
        if distance <= allowed {
            found.insert((distance, candidate));
        }
    }
    let best = found.iter().next().map_or(0, |(d, _)| *d);
    found.into_iter().filter(|(d, _)| *d == best).take(2).map(|(_, n)| n.to_owned()).collect()
}

/// Writes a value the way a rule file would: bare when it is one word, in quotes otherwise.
#[must_use]
pub fn as_written(value: &str) -> String {
    if is_bare(value) { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}

/// Returns whether a value is one word, so that a rule file needs no quotes for it.
#[must_use]
pub fn is_bare(value: &str) -> bool {
    value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        && value.chars().next().is_some_and(char::is_alphanumeric)
        && !KEYWORDS.contains(&value)
}

/// Words that conditions are made of; a value spelt like one of them needs quotes.
pub const KEYWORDS: &[&str] = &["and", "or", "not", "is", "in", "any", "all", "of"];

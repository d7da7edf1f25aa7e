//! Two-valued conditions of Salesforce in the words of turf: how each is said, and how its opposite is.
//!
//! In Salesforce a test of a blank field is yes or no; in turf it cannot be told. Both sides are written at once, so that
//! neither rests on a test that cannot be told: what turf then calls yes is what Salesforce calls yes.

use std::collections::BTreeMap;

/// A condition and its opposite.
#[derive(Clone, Debug)]
pub struct Said {
    pub yes: String,
    pub no: String,
}

impl Said {
    pub fn always() -> Self {
        // What identifies a record is never missing.
        Self { yes: "id is present".to_owned(), no: "id is missing".to_owned() }
    }

    pub fn not(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }

    pub fn all(parts: Vec<Self>) -> Self {
        if parts.is_empty() {
            return Self::always();
        }
        let join = |word: &str, side: fn(&Self) -> &str| match parts.as_slice() {
            [only] => side(only).to_owned(),
            many => format!("({})", many.iter().map(side).collect::<Vec<_>>().join(word)),
        };
        Self { yes: join("\n    and ", |p| &p.yes), no: join("\n    or ", |p| &p.no) }
    }

    pub fn any(parts: Vec<Self>) -> Self {
        Self::all(parts.into_iter().map(Self::not).collect()).not()
    }
}

/// The fields that conditions ask about, by their name in turf: their name in Salesforce, and whether capitals matter.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub BTreeMap<String, (String, bool)>);

impl Fields {
    /// Names a field. Criteria compare without regard to capitals and formulas with, so one field may have two names.
    pub fn name(&mut self, of: &str, exact: bool) -> String {
        let plain: String = of.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        let name = if exact { format!("{plain}_exact") } else { plain };
        self.0.insert(name.clone(), (of.to_owned(), exact));
        name
    }

    /// Declares them.
    pub fn declared(&self) -> String {
        self.0.iter().map(|(name, (_, exact))| format!("  {name}: text{}\n", if *exact { "" } else { ", any case" })).collect()
    }
}

/// One line of criteria: a field, an operation, and values of which an empty one means blank.
#[derive(Clone, Debug)]
pub struct Criterion {
    pub field: String,
    pub operation: String,
    pub values: Vec<String>,
}

impl Criterion {
    pub fn said(&self, fields: &mut Fields) -> Said {
        let field = fields.name(&self.field, false);
        let (test, negative) = match self.operation.as_str() {
            "equals" => ("in", false),
            "notEqual" => ("in", true),
            "contains" => ("contains any of", false),
            "notContain" => ("contains any of", true),
            "startsWith" => ("starts with any of", false),
            other => panic!("the operation {other} is not translated"),
        };
        let values: Vec<String> = self.values.iter().filter(|v| !v.is_empty()).map(|v| quoted(v)).collect();
        let listed = format!("{field} {test} [{}]", values.join(", "));
        let (missing, present) = (format!("{field} is missing"), format!("{field} is present"));
        let said = match (self.values.iter().any(String::is_empty), values.is_empty()) {
            (_, true) => Said { yes: missing, no: present },
            (true, false) => Said { no: format!("not {listed}"), yes: format!("({missing} or {listed})") },
            (false, false) => Said { no: format!("({missing} or not {listed})"), yes: listed },
        };
        if negative { said.not() } else { said }
    }
}

/// Cuts a value at its commas, except inside double quotes.
pub fn values(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '"' => inside = !inside,
            ',' if !inside => values.push(String::new()),
            _ => values.last_mut().unwrap().push(sign),
        }
    }
    values.iter().map(|v| v.trim().to_owned()).collect()
}

/// Writes a text as turf reads it.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[test]
fn blanks_are_told_either_way() {
    let said = |operation: &str, text: &str| {
        let criterion = Criterion { field: "Lead.Size__c".into(), operation: operation.into(), values: values(text) };
        criterion.said(&mut Fields::default()).yes
    };
    assert_eq!(said("equals", "a, \"b, c\""), r#"lead_size__c in ["a", "b, c"]"#);
    assert_eq!(said("notEqual", "a"), r#"(lead_size__c is missing or not lead_size__c in ["a"])"#);
    assert_eq!(said("notEqual", ""), "lead_size__c is present");
    assert_eq!(said("contains", "a,"), r#"(lead_size__c is missing or lead_size__c contains any of ["a"])"#);
}

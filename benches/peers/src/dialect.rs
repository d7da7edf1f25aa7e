//! The rules in other languages: each says how it writes lists, beginnings and pieces; joining is the same for all.

use crate::workload::rule::{Condition, Rule};

/// How a language writes what the rules ask.
pub struct Dialect {
    pub and: &'static str,
    /// One of several conditions.
    pub either: fn(&[String]) -> String,
    /// A text field is one of some values.
    pub one_of: fn(&str, &[String]) -> String,
    /// A text field is none of some values.
    pub none_of: fn(&str, &[String]) -> String,
    /// A text field begins with one of some.
    pub begins: fn(&str, &[String]) -> String,
    /// A text field contains a piece.
    pub contains: fn(&str, &str) -> String,
    /// The products contain one.
    pub product: fn(&str) -> String,
    /// A number is at least that.
    pub least: fn(&str, u64) -> String,
    /// A number lies between two, both included.
    pub between: fn(&str, u64, u64) -> String,
}

/// Quotes texts for a list: `"a", "b"`.
pub fn quoted(all: &[String]) -> String {
    all.iter().map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(", ")
}

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|v| (*v).to_owned()).collect()
}

impl Dialect {
    /// Writes a condition.
    pub fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Country(all) => (self.one_of)("country", &owned(all)),
            Condition::State(all) => (self.one_of)("state", &owned(all)),
            Condition::Postal(all) => (self.begins)("postal", all),
            Condition::Industry(all) => (self.one_of)("industry", &owned(all)),
            Condition::Employees(low, high) => (self.between)("employees", u64::from(*low), u64::from(*high)),
            Condition::Revenue(least) => (self.least)("revenue", *least),
            Condition::Score(least) => (self.least)("score", u64::from(*least)),
            Condition::Product(product) => (self.product)(product),
            Condition::Source(all) => (self.one_of)("source", &owned(all)),
            Condition::Language(language) => (self.one_of)("language", &owned(&[language])),
            Condition::Domain(all) => (self.one_of)("domain", all),
            Condition::Created(from) => (self.least)("created", *from),
            Condition::Company(piece) => (self.contains)("company", piece),
            Condition::Title(piece) => (self.contains)("title", piece),
            Condition::Not(inner) => match inner.as_ref() {
                Condition::Source(all) => (self.none_of)("source", &owned(all)),
                other => unreachable!("the rules turn round sources only, not {other:?}"),
            },
            Condition::Either(all) => (self.either)(&all.iter().map(|c| self.condition(c)).collect::<Vec<_>>()),
        }
    }

    /// Writes all that a rule asks.
    pub fn rule(&self, rule: &Rule) -> String {
        rule.conditions.iter().map(|c| self.condition(c)).collect::<Vec<_>>().join(self.and)
    }
}

/// CEL, as in `country in ["US"] && postal.startsWith("94")`.
pub const CEL: Dialect = Dialect {
    and: " && ",
    either: |all| format!("({})", all.join(" || ")),
    one_of: |f, all| format!("{f} in [{}]", quoted(all)),
    none_of: |f, all| format!("!({f} in [{}])", quoted(all)),
    begins: |f, all| format!("({})", all.iter().map(|p| format!("{f}.startsWith(\"{p}\")")).collect::<Vec<_>>().join(" || ")),
    contains: |f, piece| format!("{f}.contains(\"{piece}\")"),
    product: |p| format!("\"{p}\" in products"),
    least: |f, n| format!("{f} >= {n}"),
    between: |f, low, high| format!("({f} >= {low} && {f} <= {high})"),
};

/// Cedar, as in `["US"].contains(context.country) && context.postal like "94*"`.
pub const CEDAR: Dialect = Dialect {
    and: " && ",
    either: |all| format!("({})", all.join(" || ")),
    one_of: |f, all| format!("[{}].contains(context.{f})", quoted(all)),
    none_of: |f, all| format!("!([{}].contains(context.{f}))", quoted(all)),
    begins: |f, all| format!("({})", all.iter().map(|p| format!("context.{f} like \"{p}*\"")).collect::<Vec<_>>().join(" || ")),
    contains: |f, piece| format!("context.{f} like \"*{piece}*\""),
    product: |p| format!("context.products.contains(\"{p}\")"),
    least: |f, n| format!("context.{f} >= {n}"),
    between: |f, low, high| format!("(context.{f} >= {low} && context.{f} <= {high})"),
};

/// SQL of SQLite.
pub const SQL: Dialect = Dialect {
    and: " AND ",
    either: |all| format!("({})", all.join(" OR ")),
    one_of: |f, all| format!("{f} IN ({})", quoted(all).replace('"', "'")),
    none_of: |f, all| format!("{f} NOT IN ({})", quoted(all).replace('"', "'")),
    begins: |f, all| format!("({})", all.iter().map(|p| format!("substr({f}, 1, {}) = '{p}'", p.len())).collect::<Vec<_>>().join(" OR ")),
    contains: |f, piece| format!("instr({f}, '{piece}') > 0"),
    product: |p| format!("instr(products, ';{p};') > 0"),
    least: |f, n| format!("{f} >= {n}"),
    between: |f, low, high| format!("({f} >= {low} AND {f} <= {high})"),
};

/// A-Tree; beginnings, pieces and products are lists of the lead.
pub const A_TREE: Dialect = Dialect {
    and: " and ",
    either: |all| format!("({})", all.join(" or ")),
    one_of: |f, all| format!("{f} in [{}]", quoted(all)),
    none_of: |f, all| format!("{f} not in [{}]", quoted(all)),
    begins: |f, all| format!("{f}_beginnings one of [{}]", quoted(all)),
    contains: |f, piece| format!("{f}_words one of [\"{piece}\"]"),
    product: |p| format!("products one of [\"{p}\"]"),
    least: |f, n| format!("{f} >= {n}"),
    between: |f, low, high| format!("({f} >= {low} and {f} <= {high})"),
};

/// Rego; every part stands on a line of its own.
pub const REGO: Dialect = Dialect {
    and: "\n  ",
    either: |all| format!("true in [{}]", all.join(", ")),
    one_of: |f, all| format!("input.{f} in {{{}}}", quoted(all)),
    none_of: |f, all| format!("not input.{f} in {{{}}}", quoted(all)),
    begins: |f, all| format!("strings.any_prefix_match(input.{f}, [{}])", quoted(all)),
    contains: |f, piece| format!("contains(input.{f}, \"{piece}\")"),
    product: |p| format!("\"{p}\" in input.products"),
    least: |f, n| format!("input.{f} >= {n}"),
    between: |f, low, high| format!("input.{f} >= {low}\n  input.{f} <= {high}"),
};

/// ZEN's expressions, as a column that asks several fields.
pub const ZEN: Dialect = Dialect {
    and: " and ",
    either: |all| format!("({})", all.join(" or ")),
    one_of: |f, all| format!("{f} in [{}]", quoted(all)),
    none_of: |f, all| format!("{f} not in [{}]", quoted(all)),
    begins: |f, all| format!("({})", all.iter().map(|p| format!("startsWith({f}, \"{p}\")")).collect::<Vec<_>>().join(" or ")),
    contains: |f, piece| format!("contains({f}, \"{piece}\")"),
    product: |p| format!("contains(products, \"{p}\")"),
    least: |f, n| format!("{f} >= {n}"),
    between: |f, low, high| format!("({f} >= {low} and {f} <= {high})"),
};

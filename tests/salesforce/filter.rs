//! Boolean filters (`1 AND (2 OR 3)`) and formulas of rule entries, read into conditions.

use super::said::{Fields, Said, quoted};

/// How numbered criteria are combined.
#[derive(Clone, Debug)]
pub enum Filter {
    Item(usize),
    Not(Box<Filter>),
    All(Vec<Filter>),
    Any(Vec<Filter>),
}

impl Filter {
    /// Reads a filter; without one all criteria must hold.
    pub fn read(text: Option<&str>, criteria: usize) -> Self {
        let Some(text) = text else { return Self::All((1..=criteria).map(Self::Item).collect()) };
        let mut words = Words::of(text);
        let filter = Self::any(&mut words);
        words.end();
        filter
    }

    fn any(words: &mut Words) -> Self {
        let mut parts = vec![Self::all(words)];
        while words.takes("or") {
            parts.push(Self::all(words));
        }
        Self::Any(parts)
    }

    fn all(words: &mut Words) -> Self {
        let mut parts = vec![Self::one(words)];
        while words.takes("and") {
            parts.push(Self::one(words));
        }
        Self::All(parts)
    }

    fn one(words: &mut Words) -> Self {
        if words.takes("not") {
            return Self::Not(Box::new(Self::one(words)));
        }
        if words.takes("(") {
            let inner = Self::any(words);
            words.expect(")");
            return inner;
        }
        let number = words.next();
        Self::Item(number.parse().unwrap_or_else(|_| panic!("a filter counts criteria, not {number}")))
    }

    /// Says it with the criteria said already.
    pub fn said(&self, criteria: &[Said]) -> Said {
        let each = |parts: &[Self]| parts.iter().map(|p| p.said(criteria)).collect();
        match self {
            Self::Item(number) => criteria[number - 1].clone(),
            Self::Not(part) => part.said(criteria).not(),
            Self::All(parts) => Said::all(each(parts)),
            Self::Any(parts) => Said::any(each(parts)),
        }
    }

    /// Answers it, given which criteria hold.
    pub fn holds(&self, item: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::Item(number) => item(number - 1),
            Self::Not(part) => !part.holds(item),
            Self::All(parts) => parts.iter().all(|p| p.holds(item)),
            Self::Any(parts) => parts.iter().any(|p| p.holds(item)),
        }
    }
}

/// Reads the formula of an entry about `object`; the functions that routing rules use, and no arithmetic.
pub fn formula(text: &str, object: &str, fields: &mut Fields) -> Said {
    let mut words = Words::of(text);
    let said = expression(&mut words, object, fields);
    words.end();
    said
}

fn expression(words: &mut Words, object: &str, fields: &mut Fields) -> Said {
    let name = words.next();
    let full = |name: &str| if name.starts_with(&format!("{object}.")) { name.to_owned() } else { format!("{object}.{name}") };
    if !words.takes("(") {
        return match name.to_lowercase().as_str() {
            "true" => Said::always(),
            "false" => Said::always().not(),
            _ => {
                let sign = words.next();
                let said = exactly(&full(&name), &words.next(), fields);
                match sign.as_str() {
                    "=" | "==" => said,
                    "!=" | "<>" => said.not(),
                    other => panic!("the comparison {other} of a formula is not translated"),
                }
            }
        };
    }
    let said = match name.to_lowercase().as_str() {
        "and" => Said::all(list(words, object, fields)),
        "or" => Said::any(list(words, object, fields)),
        "not" => expression(words, object, fields).not(),
        // Rules run for records that were just made.
        "isnew" => Said::always(),
        "isblank" => {
            let field = fields.name(&full(&words.next()), false);
            Said { yes: format!("{field} is missing"), no: format!("{field} is present") }
        }
        // A text is never null, and neither are the dates that Salesforce sets itself.
        "isnull" => {
            words.next();
            Said::always().not()
        }
        "ispickval" => {
            let field = full(&words.next());
            words.expect(",");
            exactly(&field, &words.next(), fields)
        }
        other => panic!("the function {other} of a formula is not translated"),
    };
    words.expect(")");
    said
}

fn list(words: &mut Words, object: &str, fields: &mut Fields) -> Vec<Said> {
    let mut parts = vec![expression(words, object, fields)];
    while words.takes(",") {
        parts.push(expression(words, object, fields));
    }
    parts
}

/// Formulas compare texts with regard to capitals.
fn exactly(field: &str, text: &str, fields: &mut Fields) -> Said {
    let field = fields.name(field, true);
    let value = quoted(text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or_else(|| panic!("{text} is no text")));
    Said { yes: format!("{field} is {value}"), no: format!("({field} is missing or {field} is not {value})") }
}

/// The words and signs of a text, the last first.
struct Words(Vec<String>);

impl Words {
    fn of(text: &str) -> Self {
        let pattern = regex::Regex::new(r#""[^"]*"|[\w.]+|[!<>=]+|[(),]|[^\s]"#).unwrap();
        let mut words: Vec<String> = pattern.find_iter(text).map(|w| w.as_str().to_owned()).collect();
        words.reverse();
        Self(words)
    }

    fn next(&mut self) -> String {
        self.0.pop().unwrap_or_else(|| panic!("a filter or formula ends too early"))
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let found = self.0.last().is_some_and(|w| w.eq_ignore_ascii_case(wanted));
        if found {
            self.0.pop();
        }
        found
    }

    fn expect(&mut self, wanted: &str) {
        assert!(self.takes(wanted), "a filter or formula lacks {wanted}");
    }

    fn end(&self) {
        assert!(self.0.is_empty(), "a filter or formula goes on after its end");
    }
}

#[test]
fn filters_and_formulas_are_read() {
    let filter = Filter::read(Some("((1 AND 2) or 3)AND NOT 4"), 4);
    for bits in 0..16_u8 {
        let item = |i: usize| bits >> i & 1 == 1;
        assert_eq!(filter.holds(&item), (item(0) && item(1) || item(2)) && !item(3));
    }
    let mut fields = Fields::default();
    let said = formula(r#"AND(NOT(ISBLANK(Size)), Lead.Town != "A (b)", TRUE)"#, "Lead", &mut fields);
    assert_eq!(
        said.yes.replace("\n   ", ""),
        r#"(lead_size is present and (lead_town_exact is missing or lead_town_exact is not "A (b)") and id is present)"#
    );
    assert_eq!(fields.0["lead_town_exact"], ("Lead.Town".to_owned(), true));
}

//! The books of `proofs_book` as text, and what their conditions mean.

use super::proofs_book::{ACCOUNTS, Book, Cond, DAYS, Days, Field, SIZES};

impl Book {
    pub fn words(&self, cond: &Cond) -> String {
        let joined = |parts: &[Cond], word: &str| {
            let parts: Vec<String> = parts.iter().map(|p| self.words(p)).collect();
            format!("({})", parts.join(word))
        };
        match cond {
            Cond::Test(field, test) => self.fields[*field].tests[*test].text.clone(),
            Cond::Segment(segment) => self.segments[*segment].0.clone(),
            Cond::Size(values, negated) => {
                let names: Vec<&str> = values.iter().map(|v| SIZES[*v]).collect();
                match (names.as_slice(), negated) {
                    ([one], false) => format!("size is {one}"),
                    ([one], true) => format!("size is not {one}"),
                    (_, false) => format!("size in [{}]", names.join(", ")),
                    (_, true) => format!("size not in [{}]", names.join(", ")),
                }
            }
            Cond::Sizeless => "size is missing".to_owned(),
            Cond::All(parts) => joined(parts, " and "),
            Cond::Any(parts) => joined(parts, " or "),
            Cond::Not(part) => format!("not ({})", self.words(part)),
        }
    }

    /// The items, in no particular order.
    pub fn items(&self) -> Vec<String> {
        let field = |f: &Field| format!("  {}: {}\n", f.name, f.declared);
        let fields: String = self.fields.iter().map(field).collect();
        let mut items = vec![
            format!("record lead {{\n  id: text, key\n{fields}}}\n"),
            "record rep {\n  id: text, key\n  active: yes/no\n}\n".to_owned(),
            "priorities [p0, p1, p2]\n".to_owned(),
            "queues [q0, q1, q2]\n".to_owned(),
            "otherwise { route to queue q0 }\n".to_owned(),
        ];
        if self.fields.iter().any(|f| f.name == "account") {
            items.push("record account {\n  id: text, key\n  grade: one of [gold, iron]\n}\n".to_owned());
        }
        for (name, when) in &self.segments {
            items.push(format!("segment {name} {{ {} }}\n", self.words(when)));
        }
        if !self.sizes.is_empty() {
            let line = |(value, when, days): &(usize, Option<Cond>, Days)| match when {
                Some(when) => format!("  {} when {}{}\n", SIZES[*value], self.words(when), dates(*days)),
                None => format!("  {} otherwise\n", SIZES[*value]),
            };
            items.push(format!("classify lead as size {{\n{}}}\n", self.sizes.iter().map(line).collect::<String>()));
        }
        for rule in &self.rules {
            let (name, when, dates) = (&rule.name, self.words(&rule.when), dates(rule.days));
            items.push(format!(
                "rule {name} {{\n  priority p{}\n  when {when}\n  route to queue q{}\n {dates}\n}}\n",
                rule.priority, rule.queue
            ));
        }
        items
    }
}

fn dates((from, through): Days) -> String {
    let from = if from > 0 { format!(" from {}", DAYS[from]) } else { String::new() };
    let through = if through + 1 < DAYS.len() { format!(" through {}", DAYS[through]) } else { String::new() };
    from + &through
}

/// Which accounts there are: key and grade.
pub fn accounts() -> impl Iterator<Item = [(&'static str, &'static str); 2]> {
    ACCOUNTS.into_iter().map(|(key, grade)| [("id", key), ("grade", grade)])
}

/// Something that is true or not: of one record, or of a set of points.
pub trait Logic {
    type Truth: Clone;
    fn constant(&self, holds: bool) -> Self::Truth;
    fn and(&self, one: &Self::Truth, other: &Self::Truth) -> Self::Truth;
    fn or(&self, one: &Self::Truth, other: &Self::Truth) -> Self::Truth;
    fn not(&self, one: &Self::Truth) -> Self::Truth;
    /// Where the field holds one of these cells.
    fn cells(&self, field: usize, cells: &[usize]) -> Self::Truth;
    fn days(&self, days: Days) -> Self::Truth;
}

impl Book {
    /// Where a condition is yes, and where it is no.
    pub fn meaning<L: Logic>(&self, cond: &Cond, logic: &L) -> (L::Truth, L::Truth) {
        match cond {
            Cond::Test(field, test) => {
                let answers = &self.fields[*field].tests[*test].answers;
                let told = |wanted| {
                    let cells: Vec<usize> = (0..answers.len()).filter(|c| answers[*c] == Some(wanted)).collect();
                    logic.cells(*field, &cells)
                };
                (told(true), told(false))
            }
            Cond::Segment(segment) => self.meaning(&self.segments[*segment].1, logic),
            Cond::Size(values, negated) => {
                let (mut yes, mut no) = (logic.constant(false), logic.constant(false));
                for (value, own) in self.valued(logic) {
                    let side = if values.contains(&value) == *negated { &mut no } else { &mut yes };
                    *side = logic.or(side, &own);
                }
                (yes, no)
            }
            Cond::Sizeless => {
                let some = self.valued(logic).into_iter().fold(logic.constant(false), |all, (_, own)| logic.or(&all, &own));
                (logic.not(&some), some)
            }
            Cond::All(parts) => parts
                .iter()
                .map(|p| self.meaning(p, logic))
                .fold((logic.constant(true), logic.constant(false)), |a, b| (logic.and(&a.0, &b.0), logic.or(&a.1, &b.1))),
            Cond::Any(parts) => parts
                .iter()
                .map(|p| self.meaning(p, logic))
                .fold((logic.constant(false), logic.constant(true)), |a, b| (logic.or(&a.0, &b.0), logic.and(&a.1, &b.1))),
            Cond::Not(part) => {
                let (yes, no) = self.meaning(part, logic);
                (no, yes)
            }
        }
    }

    /// Where each line of the derived field gives its value: the first that is yes.
    fn valued<L: Logic>(&self, logic: &L) -> Vec<(usize, L::Truth)> {
        let mut left = logic.constant(true);
        let mut all = Vec::new();
        for (value, when, days) in &self.sizes {
            let own = when.as_ref().map_or(logic.constant(true), |w| self.meaning(w, logic).0);
            let own = logic.and(&own, &logic.days(*days));
            all.push((*value, logic.and(&left, &own)));
            left = logic.and(&left, &logic.not(&own));
        }
        all
    }

    /// Where a rule applies.
    pub fn applies<L: Logic>(&self, rule: usize, logic: &L) -> L::Truth {
        let rule = &self.rules[rule];
        logic.and(&self.meaning(&rule.when, logic).0, &logic.days(rule.days))
    }
}

//! Books whose records can be listed: fields that hold few different things, and conditions whose meaning the generator
//! tells by itself, without the evaluator and without the space.

use super::dice::Dice;

/// The days that rules can tell apart; ranges begin at the second or fourth and end there.
pub const DAYS: [&str; 5] = ["2027-02-28", "2027-03-01", "2027-03-02", "2027-03-03", "2027-03-04"];
pub const SIZES: [&str; 3] = ["big", "mid", "tiny"];
/// Accounts on file, with their grades.
pub const ACCOUNTS: [(&str, &str); 4] = [("a-none", ""), ("a-gold", "gold"), ("a-iron", "iron"), ("a-odd", "odd")];

/// A field with cells that stand for everything it can hold.
pub struct Field {
    pub name: &'static str,
    pub declared: String,
    /// None is a missing one.
    pub cells: Vec<Option<String>>,
    pub tests: Vec<Test>,
}

/// A test of one field.
pub struct Test {
    pub text: String,
    /// What leaves it untold when missing.
    pub subject: String,
    /// By cell: yes, no or cannot tell.
    pub answers: Vec<Option<bool>>,
}

impl Field {
    fn new(name: &'static str, declared: impl Into<String>, cells: impl IntoIterator<Item = String>) -> Self {
        let cells = std::iter::once(None).chain(cells.into_iter().map(Some)).collect();
        let mut field = Self { name, declared: declared.into(), cells, tests: Vec::new() };
        field.told("is missing", name, |cell| Some(cell.is_none()));
        field.told("is present", name, |cell| Some(cell.is_some()));
        field
    }

    fn told(&mut self, rest: &str, subject: &str, answer: impl Fn(Option<&str>) -> Option<bool>) {
        let answers = self.cells.iter().map(|c| answer(c.as_deref())).collect();
        self.tests.push(Test { text: format!("{subject} {rest}").trim().to_owned(), subject: subject.to_owned(), answers });
    }

    fn test(&mut self, rest: &str, answer: impl Fn(&str) -> bool) {
        self.told(rest, self.name, |cell| cell.map(&answer));
    }
}

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|v| (*v).to_owned()).collect()
}

fn colour(n: usize) -> Field {
    let values = &["red", "green", "blue", "white", "black", "grey", "pink"][..n.min(7)];
    let mut field =
        Field::new("colour", format!("one of [{}]", values.join(", ")), owned(values).into_iter().chain(["unheard".to_owned()]));
    for (i, one) in values.iter().enumerate() {
        let other = values[(i + 1) % values.len()];
        field.test(&format!("is {one}"), |c| c == *one);
        field.test(&format!("is not {one}"), |c| c != *one);
        field.test(&format!("in [{one}, {other}]"), |c| c == *one || c == other);
        field.test(&format!("not in [{one}, {other}]"), |c| c != *one && c != other);
    }
    field
}

fn amount(n: usize) -> Field {
    let cuts: Vec<i64> = (1..=n as i64).map(|c| c * 10).collect();
    let mut field = Field::new("amount", "number", (1..=2 * n as i64 + 1).map(|c| (c * 5).to_string()));
    let number = |c: &str| c.parse::<i64>().unwrap();
    for (i, cut) in cuts.iter().enumerate() {
        let top = cuts[(i + 1).min(cuts.len() - 1)];
        field.test(&format!("< {cut}"), |c| number(c) < *cut);
        field.test(&format!("<= {cut}"), |c| number(c) <= *cut);
        field.test(&format!("> {cut}"), |c| number(c) > *cut);
        field.test(&format!(">= {cut}"), |c| number(c) >= *cut);
        field.test(&format!("= {cut}"), |c| number(c) == *cut);
        field.test(&format!("in {cut}..{top}"), |c| (*cut..=top).contains(&number(c)));
    }
    field
}

fn zip(n: usize) -> Field {
    let beginnings = &["9", "94", "1", "10", "941", "K", "K1"][..n.min(7)];
    let cells = beginnings.iter().flat_map(|b| [(*b).to_owned(), format!("{b}Z")]);
    let mut field = Field::new("zip", "postal code", cells.chain(["70".to_owned()]));
    for (i, one) in beginnings.iter().enumerate() {
        let other = beginnings[(i + 1) % beginnings.len()];
        field.test(&format!("starts with {one}"), |c| c.starts_with(one));
        field.test(&format!("starts with [{other}, {one}]"), |c| c.starts_with(one) || c.starts_with(other));
        field.test(&format!("is {one}"), |c| c == *one);
    }
    field
}

fn hot() -> Field {
    let mut field = Field::new("hot", "yes/no", owned(&["yes", "no"]));
    field.test("", |c| c == "yes");
    field
}

fn wants(n: usize) -> Field {
    let elements = &["crm", "api", "web"][..n.clamp(2, 3)];
    let chosen = |mask: usize| elements.iter().enumerate().filter(move |(i, _)| mask & (1 << i) != 0).map(|(_, e)| *e);
    let cells = (0..1 << elements.len()).map(|mask| chosen(mask).chain(["unheard"]).collect::<Vec<_>>().join(";"));
    let mut field = Field::new("wants", format!("set of [{}]", elements.join(", ")), cells);
    for (i, one) in elements.iter().enumerate() {
        let other = elements[(i + 1) % elements.len()];
        field.test(&format!("contains {one}"), |c| c.contains(one));
        field.test(&format!("does not contain {one}"), |c| !c.contains(one));
        field.test(&format!("contains any of [{one}, {other}]"), |c| c.contains(one) || c.contains(other));
        field.test(&format!("contains all of [{one}, {other}]"), |c| c.contains(one) && c.contains(other));
    }
    field
}

fn city(n: usize) -> Field {
    let values = &["Rome", "Oslo", "Riga", "Bern", "Kyiv"][..n.min(5)];
    let mut field = Field::new("city", "text", owned(values).into_iter().chain(owned(&["Rx", "Rix", "Zz", "Xx"])));
    for (i, one) in values.iter().enumerate() {
        let other = values[(i + 1) % values.len()];
        field.test(&format!("is {one}"), |c| c == *one);
        field.test(&format!("is not {one}"), |c| c != *one);
        field.test(&format!("in [{one}, {other}]"), |c| c == *one || c == other);
    }
    field.test("starts with R", |c| c.starts_with('R'));
    field.test("starts with any of [Ri, Z]", |c| c.starts_with("Ri") || c.starts_with('Z'));
    field
}

fn due(n: usize) -> Field {
    let ends: Vec<String> = (1..=n).map(|m| format!("2027-{m:02}-10")).collect();
    let cells = (1..=n).flat_map(|m| [format!("2027-{m:02}-09"), format!("2027-{m:02}-10"), format!("2027-{m:02}-11")]);
    let mut field = Field::new("due", "date", cells);
    for (i, one) in ends.iter().enumerate() {
        let top = &ends[(i + 1).min(ends.len() - 1)];
        field.test(&format!("before {one}"), |c| c < one.as_str());
        field.test(&format!("after {one}"), |c| c > one.as_str());
        field.test(&format!("is {one}"), |c| c == one);
        field.test(&format!("in {one}..{top}"), |c| c >= one.as_str() && c <= top.as_str());
    }
    field
}

fn account() -> Field {
    let mut field = Field::new("account", "account", ["gone"].into_iter().chain(ACCOUNTS.map(|(key, _)| key)).map(str::to_owned));
    let grade = |c: Option<&str>| ACCOUNTS.iter().find(|(key, grade)| Some(*key) == c && !grade.is_empty()).map(|(_, grade)| *grade);
    for one in ["gold", "iron"] {
        field.told(&format!("is {one}"), "account.grade", |c| grade(c).map(|g| g == one));
        field.told(&format!("is not {one}"), "account.grade", |c| grade(c).map(|g| g != one));
    }
    field.told("is missing", "account.grade", |c| Some(grade(c).is_none()));
    field
}

/// A condition.
#[derive(Clone)]
pub enum Cond {
    /// The test of a field.
    Test(usize, usize),
    /// A segment.
    Segment(usize),
    /// The derived field is one of these, or is not.
    Size(Vec<usize>, bool),
    /// The derived field has no value.
    Sizeless,
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
}

/// Days by position, both inside; the outermost mean no end.
pub type Days = (usize, usize);

#[derive(Clone)]
pub struct Rule {
    pub name: String,
    pub priority: usize,
    pub when: Cond,
    pub days: Days,
    pub queue: usize,
}

/// A book.
pub struct Book {
    pub fields: Vec<Field>,
    pub segments: Vec<(String, Cond)>,
    /// Lines of the derived field: value, condition, days. The last may have no condition.
    pub sizes: Vec<(usize, Option<Cond>, Days)>,
    pub rules: Vec<Rule>,
}

/// How much there is of everything.
#[derive(Clone, Copy)]
pub struct Scale {
    pub fields: (usize, usize),
    pub values: (usize, usize),
    pub rules: (usize, usize),
    pub depth: usize,
    /// At most that many records.
    pub records: usize,
}

pub const SMALL: Scale = Scale { fields: (3, 5), values: (2, 3), rules: (3, 9), depth: 2, records: 1000 };
pub const LARGE: Scale = Scale { fields: (5, 6), values: (3, 7), rules: (20, 60), depth: 3, records: usize::MAX };

fn between(dice: &mut Dice, (low, high): (usize, usize)) -> usize {
    low + dice.below(high - low + 1)
}

fn days(dice: &mut Dice, percent: usize) -> Days {
    if dice.chance(percent) { [(1, 4), (3, 4), (0, 1), (0, 3), (1, 3), (1, 1), (3, 3)][dice.below(7)] } else { (0, 4) }
}

impl Book {
    pub fn new(dice: &mut Dice, scale: Scale) -> Self {
        let mut book = Self { fields: Vec::new(), segments: Vec::new(), sizes: Vec::new(), rules: Vec::new() };
        let wanted = between(dice, scale.fields);
        let mut kinds: Vec<usize> = (0..8).collect();
        dice.shuffle(&mut kinds);
        let mut records = DAYS.len();
        for kind in kinds {
            let n = between(dice, scale.values);
            let field = match kind {
                0 => colour(n),
                1 => amount(n),
                2 => zip(n),
                3 => hot(),
                4 => wants(n),
                5 => city(n),
                6 => due(n.min(5)),
                _ => account(),
            };
            if book.fields.len() < wanted && records * field.cells.len() <= scale.records {
                records *= field.cells.len();
                book.fields.push(field);
            }
        }
        for index in 0..dice.below(3) {
            // Segments come one after the other, so that one may name those before it.
            let when = book.condition(dice, 1);
            book.segments.push((format!("s{index}"), when));
        }
        if dice.chance(50) {
            let mut lines: Vec<_> = (0..1 + dice.below(3)).map(|i| (i, Some(book.condition(dice, 1)), days(dice, 15))).collect();
            if dice.chance(50) && lines.len() < SIZES.len() {
                lines.push((lines.len(), None, (0, 4)));
            }
            book.sizes = lines;
        }
        for index in 0..between(dice, scale.rules) {
            let when = book.condition(dice, scale.depth);
            let (priority, queue) = (dice.below(3), dice.below(3));
            book.rules.push(Rule { name: format!("r{index:02}"), priority, when, days: days(dice, 20), queue });
        }
        book.rules.sort_by_key(|r| r.priority);
        book
    }

    /// A day of each stretch that the book can tell apart.
    pub fn days(&self) -> Vec<usize> {
        let all = self.rules.iter().map(|r| r.days).chain(self.sizes.iter().map(|(_, _, days)| *days));
        let mut starts: Vec<usize> = all.flat_map(|(from, through)| [from, through + 1]).chain([0]).filter(|d| *d < DAYS.len()).collect();
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    pub fn leaf(&self, dice: &mut Dice) -> Cond {
        let field = dice.below(self.fields.len());
        Cond::Test(field, dice.below(self.fields[field].tests.len()))
    }

    fn condition(&self, dice: &mut Dice, depth: usize) -> Cond {
        if depth == 0 || dice.chance(30) {
            return match dice.below(10) {
                0 | 1 if !self.segments.is_empty() => Cond::Segment(dice.below(self.segments.len())),
                2 if !self.sizes.is_empty() => Cond::Size(vec![self.sizes[dice.below(self.sizes.len())].0], dice.chance(30)),
                3 if self.sizes.len() > 1 => Cond::Size(vec![self.sizes[0].0, self.sizes[1].0], dice.chance(30)),
                4 if !self.sizes.is_empty() => Cond::Sizeless,
                _ => self.leaf(dice),
            };
        }
        let parts: Vec<Cond> = (0..2 + dice.below(2)).map(|_| self.condition(dice, depth - 1)).collect();
        match dice.below(5) {
            0 | 1 => Cond::All(parts),
            2 | 3 => Cond::Any(parts),
            _ => Cond::Not(Box::new(Cond::Any(parts))),
        }
    }
}

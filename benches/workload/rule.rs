//! Rules: as a specification that is written as turf and asked by hand.

use super::lead::Lead;
use super::share::Shares;
use super::{COMPANIES, COUNTRIES, Dice, INDUSTRIES, LANGUAGES, PRODUCTS, SOURCES, STATES, TRADES, domain};

/// How many reps the rules route to.
const REPS: usize = 40;

/// One rule: all conditions must hold, and the lead goes to a rep.
#[derive(Clone, Debug)]
pub struct Rule {
    pub conditions: Vec<Condition>,
    pub rep: usize,
}

/// One condition.
#[derive(Clone, Debug)]
pub enum Condition {
    Country(Vec<&'static str>),
    State(Vec<&'static str>),
    Postal(Vec<String>),
    Industry(Vec<&'static str>),
    Employees(u32, u32),
    Revenue(u64),
    Score(u32),
    Product(&'static str),
    Source(Vec<&'static str>),
    Language(&'static str),
    Domain(Vec<String>),
    /// From that second of 2026 on, a day's beginning.
    Created(u64),
    Company(&'static str),
    Title(&'static str),
    Not(Box<Condition>),
    Either(Vec<Condition>),
}

const BOUNDS: &[u32] = &[0, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 1_000_000];

fn some<'a>(dice: &mut Dice, all: &[&'a str], most: usize) -> Vec<&'a str> {
    let mut found: Vec<&str> = (0..1 + dice.below(most)).map(|_| all[dice.skewed(all.len())]).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn detail(dice: &mut Dice, kind: usize) -> Condition {
    match kind {
        0 => {
            let low = dice.below(BOUNDS.len() - 1);
            Condition::Employees(BOUNDS[low], BOUNDS[low + 1 + dice.below(BOUNDS.len() - low - 1)] - 1)
        }
        1 => Condition::Industry(some(dice, INDUSTRIES, 3)),
        2 => Condition::Revenue(1_000_000 * (1 + dice.below(20) as u64)),
        3 => Condition::Score(u32::try_from(dice.below(19) * 5).unwrap_or(0)),
        4 => Condition::Product(PRODUCTS[dice.skewed(PRODUCTS.len())]),
        5 => Condition::Source(some(dice, SOURCES, 3)),
        6 => Condition::Language(LANGUAGES[dice.skewed(LANGUAGES.len())]),
        _ => Condition::Created(86_400 * dice.below(300) as u64),
    }
}

fn rule(dice: &mut Dice, named: bool) -> Rule {
    let mut conditions = Vec::new();
    if named {
        conditions.push(Condition::Domain((0..1 + dice.below(20)).map(|_| domain(dice.skewed(COMPANIES))).collect()));
        if dice.chance(40) {
            let kind = dice.below(8);
            conditions.push(detail(dice, kind));
        }
        return Rule { conditions, rep: dice.below(REPS) };
    }
    if dice.chance(70) {
        conditions.push(Condition::Country(vec!["US"]));
        if dice.chance(60) {
            conditions.push(Condition::State(some(dice, STATES, 5)));
        } else {
            let prefix = |dice: &mut Dice| {
                let digits = 2 + dice.below(3);
                format!("{:0digits$}", dice.below(10_usize.pow(u32::try_from(digits).unwrap_or(2))))
            };
            conditions.push(Condition::Postal((0..1 + dice.below(4)).map(|_| prefix(dice)).collect()));
        }
    } else {
        conditions.push(Condition::Country(some(dice, &COUNTRIES[1..], 3)));
    }
    let mut kinds: Vec<usize> = (0..8).collect();
    for _ in 0..dice.below(4) {
        let kind = kinds.swap_remove(dice.below(kinds.len()));
        conditions.push(detail(dice, kind));
    }
    match dice.below(100) {
        0..3 => conditions.push(Condition::Company(TRADES[dice.below(TRADES.len())])),
        3..6 => conditions.push(Condition::Title(dice.of(&["Chief", "Director", "Manager", "Head"]))),
        6..10 => conditions.push(Condition::Not(Box::new(Condition::Source(some(dice, SOURCES, 2))))),
        10..14 => {
            let either = vec![detail(dice, 3), detail(dice, 4), detail(dice, 1)];
            conditions.push(Condition::Either(either));
        }
        _ => {}
    }
    Rule { conditions, rep: dice.below(REPS) }
}

/// Makes rules in the order in which they are considered: those that take few leads first, with noise.
pub fn rules(seed: u64, count: usize) -> Vec<Rule> {
    let (mut dice, mut shares) = (Dice(seed), Shares::new());
    let mut made: Vec<(u64, Rule)> = Vec::with_capacity(count);
    while made.len() < count {
        let named = dice.chance(20);
        let fitting = (0..).find_map(|_| {
            let rule = rule(&mut dice, named);
            shares.place(&rule, count, &mut dice).map(|place| (place, rule))
        });
        made.extend(fitting);
    }
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, rule)| rule).collect()
}

fn list(all: &[&str]) -> String {
    let quoted: Vec<String> = all.iter().map(|v| if v.contains(' ') { format!("\"{v}\"") } else { (*v).to_owned() }).collect();
    format!("in [{}]", quoted.join(", "))
}

impl Condition {
    /// Writes the condition as turf.
    pub fn text(&self) -> String {
        match self {
            Self::Country(all) => format!("country {}", list(all)),
            Self::State(all) => format!("state {}", list(all)),
            Self::Postal(all) => format!("postal starts with [{}]", all.join(", ")),
            Self::Industry(all) => format!("industry {}", list(all)),
            Self::Employees(low, high) => format!("employees in {low}..{high}"),
            Self::Revenue(least) => format!("revenue >= {least}"),
            Self::Score(least) => format!("score >= {least}"),
            Self::Product(product) => format!("products contains {product}"),
            Self::Source(all) => format!("source {}", list(all)),
            Self::Language(language) => format!("language is {language}"),
            Self::Domain(all) => {
                let quoted: Vec<String> = all.iter().map(|d| format!("\"{d}\"")).collect();
                format!("domain of email in [{}]", quoted.join(", "))
            }
            Self::Created(from) => {
                let day = jiff::Timestamp::from_second(1_767_225_600 + i64::try_from(*from).unwrap_or(0)).unwrap_or_default();
                format!("not created before {}", day.strftime("%Y-%m-%d"))
            }
            Self::Company(piece) => format!("company contains \"{piece}\""),
            Self::Title(piece) => format!("title contains \"{piece}\""),
            Self::Not(inner) => format!("not {}", inner.text()),
            Self::Either(all) => format!("({})", all.iter().map(Self::text).collect::<Vec<_>>().join(" or ")),
        }
    }

    /// Asks the condition by hand; none where a value is missing.
    pub fn holds(&self, lead: &Lead) -> Option<bool> {
        let text = |t: &'static str| (!t.is_empty()).then_some(t);
        match self {
            Self::Country(all) => text(lead.country).map(|c| all.contains(&c)),
            Self::State(all) => text(lead.state).map(|s| all.contains(&s)),
            Self::Postal(all) => (!lead.postal.is_empty()).then(|| all.iter().any(|p| lead.postal.starts_with(p.as_str()))),
            Self::Industry(all) => text(lead.industry).map(|i| all.contains(&i)),
            Self::Employees(low, high) => lead.employees.map(|n| *low <= n && n <= *high),
            Self::Revenue(least) => lead.revenue.map(|n| n >= *least),
            Self::Score(least) => lead.score.map(|n| n >= *least),
            // A cell without products is a missing set.
            Self::Product(product) => (!lead.products.is_empty()).then(|| lead.products.contains(product)),
            Self::Source(all) => text(lead.source).map(|s| all.contains(&s)),
            Self::Language(language) => text(lead.language).map(|l| l == *language),
            Self::Domain(all) => (!lead.domain.is_empty()).then(|| all.contains(&lead.domain)),
            Self::Created(from) => Some(lead.created >= *from),
            Self::Company(piece) => Some(lead.company.contains(piece)),
            Self::Title(piece) => text(lead.title).map(|t| t.contains(piece)),
            Self::Not(inner) => inner.holds(lead).map(|h| !h),
            Self::Either(all) => {
                let answers: Vec<Option<bool>> = all.iter().map(|c| c.holds(lead)).collect();
                if answers.contains(&Some(true)) {
                    Some(true)
                } else if answers.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
        }
    }
}

/// Asks all conditions of a rule, one after the other.
pub fn applies(rule: &Rule, lead: &Lead) -> bool {
    rule.conditions.iter().all(|c| c.holds(lead) == Some(true))
}

/// Finds the first rule that takes a lead, by asking one after the other.
pub fn first_match(rules: &[Rule], lead: &Lead) -> Option<usize> {
    rules.iter().position(|rule| applies(rule, lead))
}

/// Writes a book of the rules: each has a priority of its own.
pub fn book_text(rules: &[Rule]) -> String {
    let names = |all: &[&str]| all.join(", ");
    let mut text = format!(
        "record lead {{\n  id: text, key\n  company: text\n  country: one of [{}]\n  state: text\n  postal: postal code\n  industry: one of [{}]\n  employees: number\n  revenue: money USD\n  products: set of [{}]\n  source: one of [{}]\n  language: one of [{}]\n  score: number\n  created: time, arrival\n  email: text, private\n  title: text\n}}\nrecord rep {{\n  id: text, key\n  active: yes/no\n}}\nqueues [triage]\n",
        names(COUNTRIES),
        names(INDUSTRIES),
        names(PRODUCTS),
        names(SOURCES),
        names(LANGUAGES)
    );
    for (n, rule) in rules.iter().enumerate() {
        let when: Vec<String> = rule.conditions.iter().map(Condition::text).collect();
        let (name, rank) = (format!("r{n:06}"), n + 1);
        text.push_str(&format!("rule {name} {{\n  priority {rank}\n  when {}\n  route to rep p{:02}\n}}\n", when.join(" and "), rule.rep));
    }
    text.push_str("otherwise { route to queue triage }\n");
    text
}

/// The roster of the books.
pub fn reps_csv() -> String {
    let rows: String = (0..REPS).map(|n| format!("p{n:02},yes\n")).collect();
    format!("id,active\n{rows}")
}

/// The settings of the books.
pub fn turf_toml() -> &'static str {
    "name = \"bench\"\nzone = \"UTC\"\n\n[records.rep]\nfile = \"reps.csv\"\n\n[records.lead]\nfile = \"leads.csv\"\n"
}

//! Generated books and records: the engine against the oracle, and what must not matter does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use turf::decide::{Assignee, Decider, Decision, Taker, begin, decide};
use turf::diagnostic::has_errors;
use turf::model::{Absence, OpenWork, Origin, Record, ReferenceData, Schema, Tables, read_cell};
use turf::plan::Plan;
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials, Snapshot};

use crate::oracle::{Oracle, Verdict};

/// Makes choices from a seed; the same seed makes the same book.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn some(&mut self, all: &[&str]) -> String {
        let mut kept: Vec<&str> = all.iter().copied().filter(|_| self.chance(40)).collect();
        if kept.is_empty() {
            kept.push(all[self.below(all.len())]);
        }
        kept.join(", ")
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}

const COUNTRIES: &[&str] = &["US", "CA", "DE"];
const INDUSTRIES: &[&str] = &["retail", "software", "\"financial services\""];
const PRODUCTS: &[&str] = &["crm", "security", "analytics"];
const REPS: &[&str] = &["ana", "bo", "cy", "dee", "eli", "fay"];
const POSTAL: &[&str] = &["94105", "941", "K7L 1A1", "10001", "94", "60601"];

const RECORDS: &str = r#"
record lead {
  id: text, key
  email: text, private
  country: one of [US, CA, DE]
  state: text, any case
  postal: postal code
  industry: one of [retail, software, "financial services"]
  employees: number
  revenue: money USD
  products: set of [crm, security, analytics]
  hot: yes/no
  asked: date
  created: time, arrival
  account: account
  owner: rep
}
record account {
  id: text, key
  domain: text, any case
  country: one of [US, CA, DE]
  industry: one of [retail, software, "financial services"]
  employees: number
  parent: account
  owner: rep
  margin: percent
  last_order: date
}
record rep {
  id: text, key
  active: yes/no
  since: date
  speaks: set of [crm, security, analytics]
  weight: number
  boss: rep
  hours: calendar
}
calendar berlin { zone "Europe/Berlin"  open mon..fri 09:00..12:00, 13:00..17:30  closed 2027-03-03 }
calendar newyork { zone "America/New_York"  open mon..sat 08:00..16:00 }
queues [triage, review]
priorities [p0, p1, p2]
match lead to account {
  by domain of email is domain
  by employees is employees, same country
}
list west = [ca, OR, wa]
classify account as standing {
  divest when margin < 0%
  invest when last_order is missing and employees >= 50
  core when last_order within last 90 days from 2027-01-01 through 2027-12-31
  core otherwise
}
"#;

/// A test over a lead.
fn leaf(dice: &mut Dice, segments: usize) -> String {
    match dice.below(22) {
        0 => format!("country is {}", dice.of(COUNTRIES)),
        1 => format!("country is not {}", dice.of(COUNTRIES)),
        2 => format!("country in [{}]", dice.some(COUNTRIES)),
        3 => format!("industry not in [{}]", dice.some(INDUSTRIES)),
        4 => "state in west".to_owned(),
        5 => format!("state is {}", dice.of(&["ca", "NV", "Or"])),
        6 => format!("postal starts with [{}]", dice.some(&["94", "941", "K7L", "1"])),
        7 => format!("employees {} {}", dice.of(&["<", "<=", ">", ">=", "="]), dice.of(&["10", "50", "100", "1_000"])),
        8 => format!("employees in {}", dice.of(&["1..50", "50..100", "100..1_000"])),
        9 => format!("revenue >= {}", dice.of(&["1M", "2.5M", "10K"])),
        10 => format!("products contains {}", dice.of(PRODUCTS)),
        11 => format!("products contains {} [{}]", dice.of(&["any of", "all of"]), dice.some(PRODUCTS)),
        12 => "hot".to_owned(),
        13 => format!(
            "asked {}",
            dice.of(&["before 30 days ago", "within last 2 weeks", "after 2027-02-15", "within next 1 month", "in 2027-02-01..2027-03-10"])
        ),
        14 => format!(
            "{} is {}",
            dice.of(&["email", "account", "account.owner", "account.parent.owner", "postal"]),
            dice.of(&["missing", "present"])
        ),
        15 => format!("account.standing is {}", dice.of(&["divest", "invest", "core"])),
        16 => "country is account.country".to_owned(),
        17 => format!("email {}", dice.of(&["ends with \"b.example\"", "contains \"x\"", "matches /^[a-c]/", "starts with any of [a, b]"])),
        18 => format!("domain of email is {}", dice.of(&["\"A.example\"", "\"b.example\""])),
        19 => format!("created {}", dice.of(&["after 2027-03-02", "before 2027-03-04", "within last 1 day"])),
        20 => "seen before by email within 2 days".to_owned(),
        _ if segments > 0 => format!("s{}", dice.below(segments)),
        _ => "account.industry is lead.industry".to_owned(),
    }
}

fn condition(dice: &mut Dice, depth: usize, segments: usize) -> String {
    if depth == 0 || dice.chance(40) {
        return leaf(dice, segments);
    }
    let parts: Vec<String> = (0..2 + dice.below(2)).map(|_| condition(dice, depth - 1, segments)).collect();
    match dice.below(3) {
        0 => format!("({})", parts.join(" and ")),
        1 => format!("({})", parts.join(" or ")),
        _ => format!("not ({})", parts.join(" or ")),
    }
}

/// A condition that may also look at the candidate.
fn member_condition(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => "rep.speaks contains any of [crm, security]".to_owned(),
        1 => "rep.since before 2025-01-01".to_owned(),
        2 => format!("rep.speaks contains {} or {}", dice.of(PRODUCTS), leaf(dice, 0)),
        _ => "rep.active".to_owned(),
    }
}

fn team(dice: &mut Dice, index: usize) -> String {
    let mut text = format!("team t{index} {{\n");
    if dice.chance(50) {
        text += &format!("  members where {}\n", member_condition(dice));
    } else {
        let names: Vec<String> = REPS.iter().filter(|r| **r == "ana" || dice.chance(60)).map(|r| (*r).to_owned()).collect();
        let weighted: Vec<String> =
            names.iter().map(|n| if dice.chance(30) { format!("{n} weight {}", dice.of(&["2", "0.5", "3"])) } else { n.clone() }).collect();
        text += &format!("  members {}", weighted.join(", "));
        text += &if dice.chance(40) { format!(" where {}\n", member_condition(dice)) } else { "\n".to_owned() };
    }
    let open_limit = dice.chance(50);
    if open_limit {
        text += &format!(
            "  limit {} open{}\n",
            2 + dice.below(6),
            if dice.chance(40) { format!(" where {}", leaf(dice, 0)) } else { String::new() }
        );
    }
    if dice.chance(40) {
        text += &format!("  limit {} per {}\n", 1 + dice.below(3), dice.of(&["day", "week", "month"]));
    }
    if dice.chance(30) {
        text += "  working hours only\n";
    }
    if dice.chance(30) {
        text += "  weight rep.weight\n";
    }
    let mut criteria = Vec::new();
    if dice.chance(30) {
        criteria.push(format!("prefer {}", member_condition(dice)));
    }
    if open_limit && dice.chance(30) {
        criteria.push(dice.of(&["least full", "most room"]).to_owned());
    }
    criteria.push(
        dice.of(&["in turn", "in turn", "in turn", "fewest open", "longest wait", "highest rep.since", "lowest rep.weight"]).to_owned(),
    );
    text + &format!("  pick {}\n}}\n", criteria.join(", then "))
}

fn target(dice: &mut Dice) -> String {
    match dice.below(10) {
        0..=3 => format!("team t{}", dice.below(3)),
        4 => format!("rep {}{}", dice.of(REPS), dice.of(&["", " if available", " if at work"])),
        5 => "owner of territory".to_owned(),
        6 => format!("{} if available", dice.of(&["account.owner", "account.parent.owner", "owner of account"])),
        7 => "previous rep by email within 3 days".to_owned(),
        8 => "leave as is".to_owned(),
        _ => format!("account.owner where not rep.speaks contains {}", dice.of(PRODUCTS)),
    }
}

fn rule(dice: &mut Dice, index: usize) -> String {
    let targets: Vec<String> = (0..1 + dice.below(3)).map(|_| target(dice)).collect();
    let mut text = format!(
        "rule r{index} {{\n  priority {}\n  when {}\n  route to {}\n",
        dice.of(&["p0", "p1", "p2"]),
        condition(dice, 2, 2),
        targets.join(", else ")
    );
    if dice.chance(50) {
        text += "  credit shared\n";
    }
    if dice.chance(50) {
        text += &format!("  respond within {}\n", dice.of(&["30 minutes", "4 hours", "20 hours"]));
    }
    if dice.chance(20) {
        text += "  from 2027-03-01 through 2027-03-03\n";
    }
    text + "}\n"
}

fn territory(dice: &mut Dice, name: &str, depth: usize) -> String {
    let mut text = format!("territory {name} {{\n");
    if depth == 0 || dice.chance(20) {
        text += &format!("  priority {}\n", dice.of(&["p0", "p1", "p2"]));
    }
    text += &format!("  where {}\n", leaf(dice, 2));
    if dice.chance(80) {
        text += &if dice.chance(30) { format!("  owner team t{}\n", dice.below(3)) } else { format!("  owner {}\n", dice.of(REPS)) };
    }
    if depth < 2 {
        for child in 0..dice.below(3) {
            text += &territory(dice, &format!("{name}-{child}"), depth + 1);
        }
    }
    text + "}\n"
}

/// The items of a generated book, in no particular order.
pub fn items(dice: &mut Dice) -> Vec<String> {
    let mut items = Vec::new();
    for s in 0..2 {
        items.push(format!("segment s{s} {{ {} }}\n", condition(dice, 1, 0)));
    }
    items.extend((0..3).map(|i| team(dice, i)));
    items.extend((0..3).map(|i| territory(dice, &format!("g{i}"), 0)));
    items.push("territories from \"zips.csv\" { match postal starts with zip  name territory  owner rep  priority p1 }\n".to_owned());
    let criteria = dice.of(&[
        "lowest priority, then most specific, then longest tenure, then name",
        "most specific",
        "highest rep.weight, lowest priority",
        "longest tenure or nobody",
    ]);
    items.push(format!("overlap {{ {criteria}  winners {} }}\n", 1 + dice.below(2)));
    items.push("credit shared { revenue: 60% assignee, 12.5% specialist, 5% assignee.boss, rest territory owner  overlay: 25% specialist, 10% account owner }\n".to_owned());
    items.push(format!("overlay o1 {{ when {}  add one of team t1, else rep bo if available as specialist }}\n", condition(dice, 1, 2)));
    items.push(format!("overlay o2 {{ when territory is present and {}  add rep cy as specialist }}\n", leaf(dice, 2)));
    items.extend((0..5).map(|i| rule(dice, i)));
    items.push("otherwise { route to team t2, else queue triage  respond within 2 hours }\n".to_owned());
    items
}

fn maybe(dice: &mut Dice, missing: usize, value: String) -> String {
    if dice.chance(missing) { String::new() } else { value }
}

fn record(schema: &Schema, kind: &str, cells: &[(&str, String)]) -> Record {
    let id = schema.find(kind).unwrap();
    let ty = schema.record(id);
    let cells: BTreeMap<&str, &String> = cells.iter().map(|(k, v)| (*k, v)).collect();
    let value = |f: &turf::model::Field| cells.get(&*f.name).and_then(|cell| read_cell(cell, &f.ty, &TimeZone::UTC).unwrap());
    Record { kind: id, key: cells["id"].as_str().into(), values: ty.fields.iter().map(value).collect(), origin: Origin::default() }
}

fn email(dice: &mut Dice) -> String {
    format!("{}@{}", dice.of(&["a", "b", "x", "cx"]), dice.of(&["a.example", "B.example", "c.example", "free.example"]))
}

fn lead(dice: &mut Dice, schema: &Schema, id: &str, at: Timestamp) -> Record {
    let industries: Vec<String> = INDUSTRIES.iter().map(|i| i.trim_matches('"').to_owned()).collect();
    let cells = [
        ("id", id.to_owned()),
        ("email", {
            let e = email(dice);
            maybe(dice, 20, e)
        }),
        ("country", {
            let c = dice.of(&["US", "ca", "DE", "Atlantis"]).to_owned();
            maybe(dice, 15, c)
        }),
        ("state", {
            let s = dice.of(&["CA", "or", "NV", "WA"]).to_owned();
            maybe(dice, 20, s)
        }),
        ("postal", {
            let p = dice.of(POSTAL).to_owned();
            maybe(dice, 20, p)
        }),
        ("industry", {
            let i = industries[dice.below(3)].clone();
            maybe(dice, 15, i)
        }),
        ("employees", {
            let n = dice.of(&["5", "10", "50", "99", "100", "1,000", "2.5K"]).to_owned();
            maybe(dice, 20, n)
        }),
        ("revenue", {
            let r = dice.of(&["10K", "1M", "2,500,000", "3.33"]).to_owned();
            maybe(dice, 30, r)
        }),
        ("products", {
            let p = dice.of(&["crm", "crm;security", "analytics", "security; other"]).to_owned();
            maybe(dice, 20, p)
        }),
        ("hot", {
            let h = dice.of(&["yes", "no"]).to_owned();
            maybe(dice, 30, h)
        }),
        ("asked", {
            let d = dice.of(&["2027-01-15", "2027-02-20", "2027-03-01", "2027-03-20"]).to_owned();
            maybe(dice, 30, d)
        }),
        ("created", at.to_string()),
        ("account", {
            let a = dice.of(&["A1", "A9"]).to_owned();
            maybe(dice, 85, a)
        }),
        ("owner", {
            let o = dice.of(REPS).to_owned();
            maybe(dice, 60, o)
        }),
    ];
    record(schema, "lead", &cells)
}

fn reference(dice: &mut Dice, schema: &Schema) -> ReferenceData {
    let mut data = ReferenceData::default();
    let mut put = |record: Record| {
        data.records.entry(record.kind).or_default().insert(record.key.clone(), record);
    };
    for rep in REPS {
        put(record(
            schema,
            "rep",
            &[
                ("id", (*rep).to_owned()),
                // The first is always there, so that no team is empty by chance.
                (
                    "active",
                    if *rep == "ana" {
                        "yes".to_owned()
                    } else {
                        let a = dice.of(&["yes", "yes", "yes", "no"]).to_owned();
                        maybe(dice, 5, a)
                    },
                ),
                ("since", {
                    let d = dice.of(&["2019-04-01", "2021-01-01", "2026-06-01"]).to_owned();
                    if *rep == "ana" { "2020-02-29".to_owned() } else { maybe(dice, 15, d) }
                }),
                ("speaks", {
                    let s = dice.of(&["crm", "crm;security", "security;analytics"]).to_owned();
                    if *rep == "ana" { "crm;security;analytics".to_owned() } else { maybe(dice, 15, s) }
                }),
                ("weight", {
                    let w = dice.of(&["1", "2", "0.5"]).to_owned();
                    maybe(dice, 10, w)
                }),
                ("boss", {
                    let b = dice.of(REPS).to_owned();
                    maybe(dice, 30, b)
                }),
                ("hours", {
                    let h = dice.of(&["berlin", "newyork"]).to_owned();
                    maybe(dice, 15, h)
                }),
            ],
        ));
    }
    for account in ["A1", "A2", "A3", "A4"] {
        put(record(
            schema,
            "account",
            &[
                ("id", account.to_owned()),
                ("domain", {
                    let d = dice.of(&["a.example", "b.example", "C.example"]).to_owned();
                    maybe(dice, 20, d)
                }),
                ("country", {
                    let c = dice.of(COUNTRIES).to_owned();
                    maybe(dice, 10, c)
                }),
                ("industry", {
                    let i = dice.of(&["retail", "software"]).to_owned();
                    maybe(dice, 10, i)
                }),
                ("employees", {
                    let n = dice.of(&["10", "50", "100"]).to_owned();
                    maybe(dice, 20, n)
                }),
                ("parent", {
                    let p = dice.of(&["A1", "A2", "A9"]).to_owned();
                    maybe(dice, 50, p)
                }),
                ("owner", {
                    let o = dice.of(&["ana", "bo", "cy", "gone"]).to_owned();
                    maybe(dice, 30, o)
                }),
                ("margin", {
                    let m = dice.of(&["-5%", "12%"]).to_owned();
                    maybe(dice, 30, m)
                }),
                ("last_order", {
                    let d = dice.of(&["2026-05-01", "2027-02-01"]).to_owned();
                    maybe(dice, 40, d)
                }),
            ],
        ));
    }
    let start: Timestamp = "2027-03-01T00:00:00Z".parse().unwrap();
    for rep in ["bo", "dee"] {
        let from = start + i64::try_from(dice.below(100)).unwrap().hours();
        data.absences.insert(rep.into(), vec![Absence { from, until: from + 30.hours(), reason: None }]);
    }
    for rep in ["ana", "eli"] {
        let record = lead(dice, schema, "open", start);
        data.loads.insert(rep.into(), vec![OpenWork { count: 1 + dice.below(3) as u64, record }]);
    }
    data
}

fn zips() -> Tables {
    let row = |line, cells: [&str; 3]| (line, cells.iter().map(|c| Arc::from(*c)).collect());
    let table = turf::model::Table {
        file: "zips.csv".into(),
        columns: ["zip", "territory", "rep"].iter().map(|c| Arc::from(*c)).collect(),
        rows: vec![
            row(2, ["94105", "sf", "ana"]),
            row(3, ["941", "bay", "bo"]),
            row(4, ["1", "east", "team t0"]),
            row(5, ["100", "nyc", "cy"]),
        ],
    };
    Tables::from([("zips.csv".into(), Ok(table))])
}

pub struct Made {
    pub snapshot: Snapshot,
    pub leads: Vec<Record>,
}

/// Makes a book of the items given, over data that depend only on the seed.
pub fn make(seed: u64, files: Vec<SourceFile>) -> Made {
    let draft = Draft::new(Sources::new(files));
    let mut dice = Dice::new(seed ^ 0xda7a);
    let data = reference(&mut dice, &draft.schema);
    let start: Timestamp = "2027-03-01T06:00:00Z".parse().unwrap();
    let mut at = start;
    let mut leads = Vec::new();
    for i in 0..25 {
        at += i64::try_from(dice.below(300)).unwrap().minutes();
        leads.push(lead(&mut dice, &draft.schema, &format!("L{i:02}"), at));
    }
    let materials =
        Materials { name: "made".to_owned(), zone: TimeZone::get("America/Chicago").unwrap(), tables: zips(), data, findings: Vec::new() };
    Made { snapshot: draft.finish(materials), leads }
}

fn book(seed: u64) -> Made {
    let text = format!("{RECORDS}{}", items(&mut Dice::new(seed)).concat());
    let made = make(seed, vec![SourceFile::new("book.turf", &text)]);
    let errors: Vec<String> = made
        .snapshot
        .findings
        .iter()
        .filter(|f| f.severity == turf::diagnostic::Severity::Error)
        .map(|f| format!("{}: {} {:?}", f.name, f.headline, f.labels))
        .collect();
    assert!(!has_errors(&made.snapshot.findings), "seed {seed}: {errors:#?}\n{text}");
    made
}

fn arrival(record: &Record, plan: &Plan) -> Timestamp {
    let field = plan.book.schema.record(record.kind).arrival.unwrap();
    match record.value(field) {
        Some(turf::model::Value::Time(time)) => *time,
        other => panic!("{other:?}"),
    }
}

/// Decides all leads one after the other.
pub fn run(made: &Made) -> Vec<Decision> {
    let plan = made.snapshot.plan.as_ref().unwrap();
    let mut state = begin(plan, made.leads.first().map_or(Timestamp::UNIX_EPOCH, |l| arrival(l, plan)));
    let mut decisions = Vec::new();
    for lead in &made.leads {
        let decision = decide(plan, lead.clone(), &state, arrival(lead, plan));
        decision.changes.iter().for_each(|c| state.apply(c));
        decisions.push(decision);
    }
    decisions
}

fn words(assignee: &Assignee) -> Option<String> {
    match assignee {
        Assignee::Rep(rep) => Some(format!("rep {rep}")),
        Assignee::Queue(queue) => Some(format!("queue {queue}")),
        Assignee::Nobody => None,
    }
}

/// Puts a decision into the oracle's words.
fn verdict(plan: &Plan, decision: &Decision) -> Verdict {
    let rule = decision.outcome.by.map(|by| match by {
        Decider::Rule(id) => plan.book.rules[id.index()].name.to_string(),
        Decider::Otherwise => "otherwise".to_owned(),
    });
    let taker = |t: &Taker| match t {
        Taker::Rep(rep) => format!("rep {rep}"),
        Taker::Team(team) => format!("team {team}"),
        Taker::Queue(queue) => format!("queue {queue}"),
    };
    let totals = decision.credits.iter().map(|l| {
        let mut totals: Vec<_> = l.totals.iter().map(|t| (taker(&t.taker), t.percent.clone())).collect();
        totals.sort();
        (l.ledger.to_string(), totals)
    });
    Verdict {
        matched: decision.matching.as_ref().and_then(|m| m.found.clone()),
        territories: decision.placement.winners.clone(),
        rule,
        assignee: words(&decision.outcome.assignee),
        added: decision.added.iter().map(|a| (a.role.to_string(), a.assignee.as_ref().and_then(words))).collect(),
        totals: totals.collect(),
        due: decision.due.as_ref().map(|d| d.at),
    }
}

pub fn cases() -> ProptestConfig {
    let cases = std::env::var("TURF_CASES").ok().and_then(|c| c.parse().ok()).unwrap_or(64);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_engine_decides_as_the_oracle_does(seed in any::<u64>()) {
        let made = book(seed);
        let plan = made.snapshot.plan.as_ref().unwrap();
        let mut oracle = Oracle::new(plan);
        for (lead, decision) in made.leads.iter().zip(run(&made)) {
            let expected = oracle.decide(lead.clone(), arrival(lead, plan));
            prop_assert_eq!(verdict(plan, &decision), expected, "seed {} lead {}\n{:#?}", seed, lead.key, decision.trials);
        }
    }

    #[test]
    fn the_order_of_items_and_files_never_matters(seed in any::<u64>()) {
        let mut parts = items(&mut Dice::new(seed));
        parts.extend(RECORDS.split_inclusive("}\n").map(str::to_owned));
        let one = make(seed, vec![SourceFile::new("a.turf", &parts.concat())]);
        prop_assume!(one.snapshot.plan.is_some());
        let mut dice = Dice::new(seed ^ 0x5eed);
        dice.shuffle(&mut parts);
        let cut = dice.below(parts.len());
        let files = vec![SourceFile::new("z/one.turf", &parts[..cut].concat()), SourceFile::new("b.turf", &parts[cut..].concat())];
        let two = make(seed, files);
        prop_assert_eq!(run(&one), run(&two));
    }

    #[test]
    fn white_space_and_comments_never_matter(seed in any::<u64>()) {
        let text = format!("{RECORDS}{}", items(&mut Dice::new(seed)).concat());
        let one = make(seed, vec![SourceFile::new("a.turf", &text)]);
        let loose = text.replace('\n', " # a word aside\r\n\n\t").replace(" {", "\n\n{").replace(", ", " ,\n ");
        let two = make(seed, vec![SourceFile::new("a.turf", &loose)]);
        prop_assert_eq!(one.snapshot.plan.is_some(), two.snapshot.plan.is_some(), "{:?}", two.snapshot.findings);
        prop_assume!(one.snapshot.plan.is_some());
        prop_assert_eq!(run(&one), run(&two));
    }

    #[test]
    fn credit_always_adds_up(seed in any::<u64>()) {
        let made = book(seed);
        for decision in run(&made) {
            for ledger in decision.credits.iter().filter(|l| &*l.ledger == "revenue") {
                let sum: num_rational::BigRational = ledger.totals.iter().map(|t| t.percent.clone()).sum();
                prop_assert_eq!(sum, num_rational::BigRational::from_integer(100.into()));
            }
        }
    }
}

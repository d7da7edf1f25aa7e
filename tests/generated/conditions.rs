//! Generated conditions over leads, over accounts, and over candidates.

use super::dice::Dice;

pub const COUNTRIES: &[&str] = &["US", "CA", "DE"];
pub const INDUSTRIES: &[&str] = &["retail", "software", "\"financial services\""];
pub const PRODUCTS: &[&str] = &["crm", "security", "analytics"];

/// What a condition may talk about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A lead, before segments are declared.
    Lead,
    /// A lead, with segments.
    LeadWithSegments,
    /// A lead that is placed already.
    PlacedLead,
    /// What leads and accounts have in common.
    Both,
    /// An account.
    Account,
}

/// A test.
fn leaf(dice: &mut Dice, about: About) -> String {
    match about {
        About::Both => both(dice),
        About::Account if dice.chance(50) => both(dice),
        About::Account => account(dice),
        About::PlacedLead if dice.chance(15) => placed(dice),
        About::LeadWithSegments | About::PlacedLead if dice.chance(10) => dice.of(&["s0", "s1", "s2", "account.s2"]).to_owned(),
        _ if dice.chance(20) => both(dice),
        _ => lead(dice),
    }
}

fn both(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => format!("country is {}", dice.of(COUNTRIES)),
        1 => format!("country is not {}", dice.of(COUNTRIES)),
        2 => format!("country in [{}]", dice.some(COUNTRIES)),
        3 => format!("industry not in [{}]", dice.some(INDUSTRIES)),
        4 => format!("employees {} {}", dice.of(&["<", "<=", ">", ">=", "="]), dice.of(&["10", "50", "100", "1_000"])),
        5 => format!("employees in {}", dice.of(&["1..50", "50..100", "100..1_000"])),
        6 => format!("owner is {}", dice.of(&["missing", "present", "ana", "bo"])),
        _ => format!("seen before by {} within {}", dice.of(&["country", "industry"]), dice.of(&["4 hours", "2 days", "1 month"])),
    }
}

fn account(dice: &mut Dice) -> String {
    match dice.below(6) {
        0 => format!("margin {} 0%", dice.of(&["<", ">="])),
        1 => "last_order within last 90 days".to_owned(),
        2 => "parent.parent is missing".to_owned(),
        3 => "domain starts with [a, B]".to_owned(),
        4 => format!("standing is {}", dice.of(&["divest", "invest", "core"])),
        _ => "parent.owner is owner".replace("is owner", "is present"),
    }
}

fn placed(dice: &mut Dice) -> String {
    dice.of(&[
        "territory is present",
        "territory is missing",
        "territory is g0",
        "territory is not g1",
        "territory in [g0, g2, sf]",
        "territory not in [g1, bay]",
    ])
    .to_owned()
}

fn lead(dice: &mut Dice) -> String {
    match dice.below(24) {
        0 => "state in west".to_owned(),
        1 => format!("state is {}", dice.of(&["ca", "NV", "Or"])),
        2 => format!("postal starts with [{}]", dice.some(&["94", "941", "K7L", "1"])),
        3 => format!("postal {}", dice.of(&["is \"k7l1a1\"", "in [94105, 10001]", "starts with 9"])),
        4 => format!("revenue {}", dice.of(&[">= 1M", ">= 2.5M", "< 10K", "in 1K..1M"])),
        5 => format!("products contains {}", dice.of(PRODUCTS)),
        6 => format!("products contains {} [{}]", dice.of(&["any of", "all of"]), dice.some(PRODUCTS)),
        7 => format!("products does not contain {}", dice.of(PRODUCTS)),
        8 => "hot".to_owned(),
        9 | 10 => format!(
            "asked {}",
            dice.of(&[
                "before 30 days ago",
                "within last 2 weeks",
                "after 2027-02-15",
                "within next 1 month",
                "in 2027-02-01..2027-03-10",
                "before today",
                "after account.last_order",
                "after 2 weeks from now",
                "is 2027-03-01",
            ])
        ),
        11 | 12 => format!(
            "{} is {}",
            dice.of(&["email", "account", "account.owner", "account.parent.owner", "postal"]),
            dice.of(&["missing", "present"])
        ),
        13 => format!("account.standing is {}", dice.of(&["divest", "invest", "core"])),
        14 => "country is account.country".to_owned(),
        15 => format!(
            "email {}",
            dice.of(&[
                "ends with \"b.example\"",
                "contains \"x\"",
                "does not contain \"a@\"",
                "matches /^[a-c]/",
                "starts with any of [a, b]"
            ])
        ),
        16 => format!("domain of email is {}", dice.of(&["\"A.example\"", "\"b.example\"", "account.domain"])),
        17 => format!(
            "created {}",
            dice.of(&["after 2027-03-02", "before 2027-03-04", "within last 1 day", "before now", "before lead.asked"])
        ),
        18 => format!("seen before by {} within 2 days", dice.of(&["email", "account.standing", "size", "state"])),
        19 => format!("size is {}", dice.of(&["big", "small"])),
        20 => format!("employees {} account.employees", dice.of(&["<", "=", ">="])),
        21 => "account.owner is lead.owner".to_owned(),
        22 => "not hot".to_owned(),
        _ => "account.industry is lead.industry".to_owned(),
    }
}

/// A condition, tests joined as deep as that.
pub fn condition(dice: &mut Dice, depth: usize, about: About) -> String {
    if depth == 0 || dice.chance(40) {
        return leaf(dice, about);
    }
    let parts: Vec<String> = (0..2 + dice.below(2)).map(|_| condition(dice, depth - 1, about)).collect();
    match dice.below(3) {
        0 => format!("({})", parts.join(" and ")),
        1 => format!("({})", parts.join(" or ")),
        _ => format!("not ({})", parts.join(" or ")),
    }
}

/// A condition that may also look at the candidate.
pub fn of_member(dice: &mut Dice, about: About) -> String {
    match dice.below(6) {
        0 => "rep.speaks contains any of [crm, security]".to_owned(),
        1 => "rep.since before 2025-01-01".to_owned(),
        2 => format!("rep.speaks contains {} or {}", dice.of(PRODUCTS), condition(dice, 0, about)),
        3 if about != About::Both => format!("rep.speaks contains {}", dice.of(&["lead.products", "all of [lead.products]"])),
        4 => format!("rep.boss is {}", dice.of(&["present", "missing or rep.boss.active"])),
        _ => "rep.active".to_owned(),
    }
}

//! Generated books: every construct of the language, in random combinations.

use super::conditions::{About, COUNTRIES, PRODUCTS, condition, of_member};
use super::dice::Dice;

pub const REPS: &[&str] = &["ana", "bo", "cy", "dee", "eli", "fay"];

pub const RECORDS: &str = r#"
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
  held: time
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
  core when last_order within last 90 days from 2027-03-02 through 2027-12-31
  core when country is US
}
classify lead as size {
  big when employees >= 100 or account.standing is invest
  small otherwise
}
"#;

fn team(dice: &mut Dice, name: &str, about: About) -> String {
    let mut text = format!("team {name} {{\n");
    let by_name = dice.chance(50);
    if by_name {
        let names: Vec<&str> = REPS.iter().copied().filter(|r| *r == "ana" || dice.chance(60)).collect();
        let weigh = |n: &&str| format!("{n}{}", dice.maybe(30, |d| format!(" weight {}", d.of(&["2", "0.5", "3"]))));
        text += &format!("  members {}", names.iter().map(weigh).collect::<Vec<_>>().join(", "));
        text += &dice.maybe(40, |d| format!(" where {}", of_member(d, about)));
        text += "\n";
        text += &dice.maybe(10, |d| format!("  members where {}\n", of_member(d, about)));
    } else {
        text += &format!("  members where {}\n", of_member(dice, about));
    }
    let filter = |dice: &mut Dice| dice.maybe(40, |d| format!(" where {}", condition(d, 0, about)));
    let open_limit = dice.chance(50);
    if open_limit {
        text += &format!("  limit {} open{}\n", 2 + dice.below(6), filter(dice));
        text += &dice.maybe(20, |d| format!("  limit {} open{}\n", 1 + d.below(3), filter(d)));
    }
    if dice.chance(40) {
        text += &format!("  limit {} per {}{}\n", 1 + dice.below(3), dice.of(&["day", "week", "month"]), filter(dice));
    }
    text += dice.of(&["  working hours only\n", "", ""]);
    text += dice.of(&["  weight rep.weight\n", "", ""]);
    text + &format!("  pick {}\n}}\n", pick(dice, about, open_limit, by_name))
}

fn pick(dice: &mut Dice, about: About, open_limit: bool, by_name: bool) -> String {
    let mut criteria = Vec::new();
    if dice.chance(30) {
        criteria.push(format!("prefer {}", of_member(dice, about)));
    }
    if open_limit && dice.chance(40) {
        criteria.push(dice.of(&["least full", "most room"]).to_owned());
    }
    if by_name && dice.chance(10) {
        criteria.push("as listed".to_owned());
    }
    let last = ["in turn", "in turn", "in turn", "in turn", "fewest open", "longest wait", "highest rep.since", "lowest rep.weight"];
    criteria.push(dice.of(&last).to_owned());
    criteria.join(dice.of(&[", then ", ", "]))
}

fn target(dice: &mut Dice) -> String {
    let wish = |dice: &mut Dice| dice.maybe(15, |d| format!(" where {}", of_member(d, About::Lead)));
    match dice.below(15) {
        0..=2 => format!("{}team t{}{}", dice.of(&["", "one of "]), dice.below(4), wish(dice)),
        3 | 4 => format!("rep {}{}{}", dice.of(REPS), dice.of(&["", " if available", " if at work"]), wish(dice)),
        5 | 6 => format!("owner of territory{}{}", dice.of(&["", " if available"]), wish(dice)),
        7 => format!("{} if available", dice.of(&["account.owner", "account.parent.owner", "owner of account"])),
        8 => format!("previous rep by email within {}{}", dice.of(&["3 days", "4 hours"]), dice.of(&["", " if at work"])),
        9 => format!("previous rep by {} within 3 days", dice.of(&["country", "account.standing", "hot", "asked"])),
        10 => format!("leave as is{}", dice.of(&["", " if available"])),
        11 => format!("queue review where {}", condition(dice, 0, About::PlacedLead)),
        12 | 13 => format!("{}{}{}", kept(dice, "account."), dice.of(&["", " if available"]), wish(dice)),
        _ => format!("account.owner where not rep.speaks contains {}", dice.of(PRODUCTS)),
    }
}

/// Somebody who is kept for a time; the fields of the account begin with some words.
fn kept(dice: &mut Dice, account: &str) -> String {
    let who = match dice.below(4) {
        0 => "owner".to_owned(),
        1 => format!("owner of {account}parent"),
        _ => format!("{account}owner"),
    };
    let day = dice.of(&["2027-03-01", "2027-03-02", "2027-12-31"]);
    let lasts = match dice.below(6) {
        0 | 1 => format!("until {day}"),
        2 => format!("until {account}{}", dice.of(&["held", "last_order"])),
        3 => format!("for {} since {account}last_order", dice.of(&["10 months", "1 month", "28 days"])),
        4 => format!("for {} since {account}held", dice.of(&["12 months", "1 day", "1 week"])),
        _ => format!("for {} since {account}held", dice.of(&["5 hours", "90 minutes"])),
    };
    format!("keep {who} {lasts}")
}

fn account_target(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => "leave as is".to_owned(),
        1 => "parent.owner if available".to_owned(),
        2 => "owner of territory".to_owned(),
        3 => format!("previous rep by {} within 1 week", dice.of(&["country", "industry"])),
        4 => format!("rep {}", dice.of(REPS)),
        5 | 6 => kept(dice, ""),
        _ => "team t3".to_owned(),
    }
}

fn chain(dice: &mut Dice, target: fn(&mut Dice) -> String) -> String {
    let targets: Vec<String> = (0..1 + dice.below(3)).map(|_| target(dice)).collect();
    let to = if targets.first().is_some_and(|t| t.starts_with("keep ")) { "" } else { "route to " };
    format!("{to}{}", targets.join(", else "))
}

fn dates(dice: &mut Dice, percent: usize) -> String {
    dice.maybe(percent, |d| {
        format!(
            "  {}\n",
            d.of(&["from 2027-03-01 through 2027-03-03", "from 2027-03-02", "through 2027-03-02", "from 2027-03-02 through 2027-12-31"])
        )
    })
}

fn rule(dice: &mut Dice, index: usize) -> String {
    let mut text = format!("rule r{index} {{\n  priority {}\n", dice.of(&["p0", "p1", "p2"]));
    text += &format!("  when {}\n", condition(dice, 2, About::PlacedLead));
    text += &dice.maybe(15, |d| format!("  when {}\n", condition(d, 0, About::PlacedLead)));
    text += &format!("  {}\n", chain(dice, target));
    text += dice.of(&["  credit shared\n", "  credit finder\n", ""]);
    text += &dice.maybe(50, |d| format!("  respond within {}\n", d.of(&["30 minutes", "4 hours", "1 hour", "20 hours"])));
    text += &dates(dice, 25);
    text + dice.of(&["  because \"so it was agreed\"\n}\n", "}\n"])
}

fn account_rule(dice: &mut Dice, index: usize) -> String {
    let mut text = format!("rule a{index} for account {{\n  priority {}\n", dice.of(&["p0", "p1"]));
    text += &format!("  when {}\n  {}\n", condition(dice, 1, About::Account), chain(dice, account_target));
    text + dice.of(&["  credit farm\n}\n", "  respond within 2 hours\n}\n"])
}

fn territory(dice: &mut Dice, name: &str, depth: usize) -> String {
    let mut text = format!("territory {name} {{\n");
    if depth == 0 || dice.chance(20) {
        text += &format!("  priority {}\n", dice.of(&["p0", "p1", "p2"]));
    }
    let about = if dice.chance(40) { About::Both } else { About::LeadWithSegments };
    text += &format!("  where {}\n", condition(dice, 0, about));
    text += &dice.maybe(15, |d| format!("  where {}\n", condition(d, 0, about)));
    text += &dates(dice, 15);
    text += &dice.maybe(80, |d| if d.chance(30) { format!("  owner team t{}\n", d.below(4)) } else { format!("  owner {}\n", d.of(REPS)) });
    if depth < 2 {
        for child in 0..dice.below(3) {
            text += &territory(dice, &format!("{name}-{child}"), depth + 1);
        }
    }
    text + "}\n"
}

fn territories(dice: &mut Dice, items: &mut Vec<String>) {
    items.extend((0..3).map(|i| territory(dice, &format!("g{i}"), 0)));
    items.push(format!("territory far {{ parent g0  where {}  owner {} }}\n", condition(dice, 0, About::LeadWithSegments), dice.of(REPS)));
    let columns =
        dice.of(&["match postal starts with zip", "match postal starts with zip  match country is country", "match country is country"]);
    let above = dice.of(&["priority p1", "parent g1", "parent g0  priority p0"]);
    items.push(format!("territories from \"zips.csv\" {{ {columns}  name territory  owner rep  {above} }}\n"));
    let criteria = dice.of(&[
        "lowest priority, then most specific, then longest tenure, then name",
        "most specific",
        "highest rep.weight, lowest priority",
        "lowest rep.since, then most specific or nobody",
        "longest tenure or nobody",
        "name",
    ]);
    items.push(format!("overlap {{ {criteria}  winners {} }}\n", 1 + dice.below(2)));
}

fn overlays(dice: &mut Dice, items: &mut Vec<String>) {
    let last = dice.of(&["rep bo if available", "owner of territory", "queue review"]);
    let when = condition(dice, 1, About::PlacedLead);
    items.push(format!("overlay o1 {{ when {when}  add one of team t1, else {last} as specialist\n{} }}\n", dates(dice, 30)));
    let add = dice.of(&["rep cy", "team t0", "account.owner"]);
    items.push(format!(
        "overlay o2 {{ when territory is present and {}  add {add} as specialist }}\n",
        condition(dice, 0, About::LeadWithSegments)
    ));
    items.push(format!("overlay o3 for account {{ when {}  add team t3 as mentor }}\n", condition(dice, 0, About::Account)));
    items.push(
        "credit shared { amount revenue  revenue: 60% assignee, 12.5% specialist, 5% assignee.boss, rest territory owner  \
         overlay: 25% specialist, 10% account owner }\n"
            .to_owned(),
    );
    items.push("credit finder { amount revenue  revenue: 33.33% rep ana, 7% owner of account.parent, rest specialist }\n".to_owned());
    items.push("credit farm { revenue: 50% assignee, 25% owner of parent, rest mentor }\n".to_owned());
}

/// The items of a generated book, in no particular order.
pub fn items(dice: &mut Dice) -> Vec<String> {
    let mut items = Vec::new();
    for s in 0..2 {
        items.push(format!("segment s{s} {{ {} }}\n", condition(dice, 1, About::Lead)));
    }
    items.push(format!("segment s2 {{ country in [{}]  {} }}\n", dice.some(COUNTRIES), condition(dice, 1, About::Both)));
    items.extend((0..3).map(|i| team(dice, &format!("t{i}"), About::Lead)));
    items.push(team(dice, "t3", About::Both));
    territories(dice, &mut items);
    overlays(dice, &mut items);
    items.extend((0..5).map(|i| rule(dice, i)));
    items.push("otherwise { route to team t2, else queue triage  respond within 2 hours }\n".to_owned());
    // Without rules nobody gets an account; it is placed all the same.
    if dice.chance(85) {
        items.extend((0..3).map(|i| account_rule(dice, i)));
        items.push("otherwise for account { route to team t3, else queue review  credit farm }\n".to_owned());
    }
    items
}

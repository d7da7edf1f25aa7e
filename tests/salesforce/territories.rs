//! A territory model: a tree whose territories each hold what any of their rules matches, compared over all US ZIP codes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use turf::diagnostic::DiagnosticName;

use super::books::{Book, REPS};
use super::filter::Filter;
use super::said::{Criterion, Fields, Said};

#[derive(Deserialize)]
struct Model {
    territories: Vec<Territory>,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Territory {
    id: String,
    parent: Option<String>,
    rules: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    rule: String,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    active: bool,
    filter: Option<String>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    field: String,
    op: String,
    values: Vec<String>,
}

impl Rule {
    fn filter(&self) -> Filter {
        Filter::read(self.filter.as_deref(), self.items.len())
    }

    fn said(&self, fields: &mut Fields) -> Said {
        let item = |i: &Item| Criterion { field: i.field.clone(), operation: i.op.clone(), values: i.values.clone() };
        let criteria: Vec<Said> = self.items.iter().map(|i| item(i).said(fields)).collect();
        self.filter().said(&criteria)
    }

    /// Whether any record matches: one with values that the rule itself names, or with other ones.
    fn can_match(&self) -> bool {
        let mut records: Vec<BTreeMap<&str, Option<&str>>> = vec![BTreeMap::new()];
        for field in self.items.iter().map(|i| i.field.as_str()).collect::<BTreeSet<_>>() {
            let own = self.items.iter().filter(|i| i.field == field).flat_map(|i| &i.values);
            let cells: Vec<Option<&str>> = own.map(|v| Some(v.as_str())).chain([None, Some("something else")]).collect();
            records = records.iter().flat_map(|record| cells.iter().map(|cell| with(record, field, *cell))).collect();
        }
        let filter = self.filter();
        records.iter().any(|record| filter.holds(&|i| self.items[i].holds(record[self.items[i].field.as_str()])))
    }
}

fn with<'a>(record: &BTreeMap<&'a str, Option<&'a str>>, field: &'a str, cell: Option<&'a str>) -> BTreeMap<&'a str, Option<&'a str>> {
    let mut record = record.clone();
    record.insert(field, cell);
    record
}

impl Item {
    fn holds(&self, cell: Option<&str>) -> bool {
        let cell = cell.unwrap_or_default().to_lowercase();
        let mut values = self.values.iter().map(|v| v.to_lowercase());
        match self.op.as_str() {
            "equals" => values.any(|v| v == cell),
            "startsWith" => values.any(|v| cell.starts_with(&v)),
            other => panic!("the operation {other} is not answered here"),
        }
    }
}

impl Model {
    fn rules_of(&self, territory: &Territory) -> Vec<&Rule> {
        let named = |n: &Named| self.rules.iter().find(|r| r.id == n.rule).unwrap();
        territory.rules.iter().map(named).filter(|r| r.active).collect()
    }

    /// The book of the model. In a tree a territory lies inside its parent; otherwise each stands alone, as in Salesforce,
    /// where the conditions of a parent do not bind its children.
    fn book(&self, tree: bool) -> Book {
        let mut fields = Fields::default();
        let mut items = String::new();
        for territory in &self.territories {
            let rules = self.rules_of(territory).into_iter().map(|r| r.said(&mut fields)).collect();
            let parent = territory.parent.as_ref().filter(|_| tree).map_or_else(String::new, |p| format!("  parent {p}"));
            items += &format!("territory {} {{ priority all{parent}  where {}  owner desk }}\n", territory.id, Said::any(rules).yes);
        }
        let text = format!(
            "record lead {{ id: text, key }}\nrecord account {{\n  id: text, key\n{}}}\n{REPS}priorities [all]\nqueues [rest]\n\
             overlap {{ name  winners {} }}\nrule placed for account {{ priority all  when territory is present  route to owner of territory }}\n\
             otherwise for account {{ route to queue rest }}\notherwise {{ route to queue rest }}\n{items}",
            fields.declared(),
            self.territories.len()
        );
        Book::open(&text, "account", fields).usable()
    }

    fn line(&self, id: &str) -> Vec<&str> {
        let mut line = Vec::new();
        let mut at = Some(id);
        while let Some(id) = at {
            let territory = self.territories.iter().find(|t| t.id == id).unwrap();
            line.push(territory.id.as_str());
            at = territory.parent.as_deref();
        }
        line
    }
}

fn list(cell: &str) -> BTreeSet<&str> {
    cell.split(';').filter(|t| !t.is_empty()).collect()
}

/// The names of places by ZIP code, from the file of GeoNames beside the folder.
fn places(folder: &Path) -> Option<BTreeMap<String, String>> {
    let text = fs::read_to_string(folder.join("../us-zip/US.txt")).ok()?;
    let mut places = BTreeMap::new();
    for line in text.lines() {
        let mut cells = line.split('\t').skip(1);
        if let (Some(zip), Some(place)) = (cells.next(), cells.next()) {
            places.entry(zip.to_owned()).or_insert_with(|| place.to_owned());
        }
    }
    Some(places)
}

#[test]
fn a_territory_model_places_every_zip_code() {
    let Some(folder) = super::folder() else { return };
    let Some(places) = places(&folder) else { return println!("skipped: there are no names of places beside the folder") };
    let folder = folder.join("territory-model-a");
    let model: Model = serde_json::from_str(&fs::read_to_string(folder.join("model.json")).unwrap()).unwrap();
    let (flat, tree) = (model.book(false), model.book(true));
    let (one, other) = (flat.decider(), tree.decider());
    let lines: BTreeMap<&str, Vec<&str>> = model.territories.iter().map(|t| (t.id.as_str(), model.line(&t.id))).collect();
    let (mut rows, mut deepest_agree) = (0, 0);
    let (most, mut outcomes) = (crate::generated::cases(4).cases, BTreeMap::new());
    let mut reader = csv::Reader::from_path(folder.join("expected-us-zip.csv")).unwrap();
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        // Hundreds of ZIP codes of one outcome tell little more than some of them; `TURF_CASES` says how many are asked.
        let asked: &mut u32 = outcomes.entry(row["territories_matched"].clone()).or_default();
        *asked += 1;
        if *asked > most {
            continue;
        }
        let zip = row["BillingPostalCode"].as_str();
        let city = places.get(zip).map_or("", String::as_str);
        let record = BTreeMap::from([
            ("BillingCountry", "United States"),
            ("BillingState", row["BillingState"].as_str()),
            ("BillingPostalCode", zip),
            ("BillingCity", city),
        ]);
        let name = |book: &Book, id: turf::model::TerritoryId| book.snapshot.book.territories[id.index()].name.to_string();
        let matched = list(&row["territories_matched"]);
        let claims: BTreeSet<String> = one.decide(zip, &record).placement.claims.iter().map(|c| name(&flat, c.territory)).collect();
        assert_eq!(claims, matched.iter().map(|t| (*t).to_owned()).collect(), "{zip}");
        // In a tree a territory holds a record only if its parents do, and gives way to a deeper one.
        let held: BTreeSet<&str> = matched.iter().copied().filter(|t| lines[t].iter().all(|p| matched.contains(p))).collect();
        let depth = |id: &str| lines[id].len();
        let beaten = |id: &str| held.iter().any(|other| lines[*other].last() == lines[id].last() && depth(other) > depth(id));
        let deepest: BTreeSet<String> = held.iter().filter(|t| !beaten(t)).map(|t| (*t).to_owned()).collect();
        let winners: BTreeSet<String> = other.decide(zip, &record).placement.winners.iter().map(|t| name(&tree, *t)).collect();
        assert_eq!(winners, deepest, "{zip}");
        rows += 1;
        deepest_agree += usize::from(winners.iter().map(String::as_str).eq(list(&row["deepest_territories"])));
    }
    let dead = never(&flat);
    let none = model.territories.iter().filter(|t| !model.rules_of(t).iter().any(|r| r.can_match())).map(|t| t.id.clone());
    assert_eq!(dead, none.collect(), "territories that can hold nothing");
    println!(
        "{} territories, {} rules, {rows} ZIP codes, {deepest_agree} agree; {} can hold nothing",
        lines.len(),
        model.rules.len(),
        dead.len()
    );
}

/// The territories that `turf check` proves to hold nothing.
fn never(book: &Book) -> BTreeSet<String> {
    // Of some only one alternative is impossible.
    let whole = |headline: &str| headline.contains("can never apply") || headline.starts_with("no alternative of this condition");
    let found = book.found(DiagnosticName::NeverYes).filter(|f| whole(&f.headline));
    found.map(|f| f.headline.split('`').nth(1).unwrap().to_owned()).collect()
}

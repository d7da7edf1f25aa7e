//! Leads: as typed values, and as CSV.

use std::io::{self, Write};

use super::{COMPANIES, COUNTRIES, Dice, FREE_MAIL, INDUSTRIES, LANGUAGES, PRODUCTS, SOURCES, STATES, TITLES, TRADES, WORDS, domain};

/// A lead with typed values; empty texts and none are missing.
#[derive(Clone, Debug, Default)]
pub struct Lead {
    pub id: String,
    pub company: String,
    pub country: &'static str,
    pub state: &'static str,
    pub postal: String,
    pub industry: &'static str,
    pub employees: Option<u32>,
    pub revenue: Option<u64>,
    pub products: Vec<&'static str>,
    pub source: &'static str,
    pub language: &'static str,
    pub score: Option<u32>,
    /// Seconds since 2026-01-01.
    pub created: u64,
    pub email: String,
    pub domain: String,
    pub title: &'static str,
}

/// Yields leads.
#[derive(Clone, Debug)]
pub struct Leads {
    dice: Dice,
    next: usize,
}

impl Leads {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), next: 0 }
    }
}

impl Iterator for Leads {
    type Item = Lead;

    fn next(&mut self) -> Option<Lead> {
        let dice = &mut self.dice;
        self.next += 1;
        let company = dice.skewed(COMPANIES);
        let mut own = Dice(company as u64 ^ 0xc0_ffee);
        let country = if own.chance(52) { "US" } else { COUNTRIES[1 + own.skewed(COUNTRIES.len() - 1)] };
        let in_us = country == "US";
        let state = if in_us && !dice.chance(4) { STATES[own.skewed(STATES.len())] } else { "" };
        let postal = match () {
            () if dice.chance(12) => String::new(),
            () if in_us => format!("{:05}", own.below(100_000)),
            () => format!("{:04}", own.below(10_000)),
        };
        let size = own.below(5);
        let employees = (1 + own.below(9)) * 10_usize.pow(u32::try_from(size).unwrap_or(0)) + own.below(10);
        let revenue = employees * (50_000 + own.below(100_000));
        let products = (0..dice.below(4)).map(|_| PRODUCTS[dice.skewed(PRODUCTS.len())]).collect();
        let domain = if dice.chance(25) { FREE_MAIL[dice.skewed(FREE_MAIL.len())].to_owned() } else { domain(company) };
        let plain = format!("{} {} {company}", WORDS[company % WORDS.len()], TRADES[company / 20 % TRADES.len()]);
        let email = format!("{}.{}@{domain}", (b'a' + u8::try_from(dice.below(26)).unwrap_or(0)) as char, dice.below(1_000));
        let (no_email, no_industry) = (dice.chance(2), dice.chance(9));
        Some(Lead {
            id: format!("L{:08}", self.next),
            company: if own.chance(3) { format!("{plain}, Inc.") } else { plain },
            country,
            state,
            postal,
            industry: if no_industry { "" } else { INDUSTRIES[own.skewed(INDUSTRIES.len())] },
            employees: (!dice.chance(15)).then(|| u32::try_from(employees).unwrap_or(0)),
            revenue: (!dice.chance(30)).then_some(revenue as u64),
            products,
            source: SOURCES[dice.skewed(SOURCES.len())],
            language: if dice.chance(10) { "" } else { LANGUAGES[own.skewed(LANGUAGES.len())] },
            score: (!dice.chance(20)).then(|| u32::try_from(dice.below(101)).unwrap_or(0)),
            created: dice.below(28_000_000) as u64,
            domain: if no_email { String::new() } else { domain },
            email: if no_email { String::new() } else { email },
            title: if dice.chance(25) { "" } else { TITLES[dice.skewed(TITLES.len())] },
        })
    }
}

/// The names of the columns.
fn csv_header() -> &'static str {
    "id,company,country,state,postal,industry,employees,revenue,products,source,language,score,created,email,title"
}

/// Writes leads as CSV.
pub fn write_csv(out: &mut impl Write, seed: u64, count: usize) -> io::Result<()> {
    writeln!(out, "{}", csv_header())?;
    let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    for lead in Leads::new(seed).take(count) {
        let company = if lead.company.contains(',') { format!("\"{}\"", lead.company) } else { lead.company };
        let (employees, score) = (number(lead.employees.map(u64::from)), number(lead.score.map(u64::from)));
        let created = jiff::Timestamp::from_second(1_767_225_600 + i64::try_from(lead.created).unwrap_or(0)).unwrap_or_default();
        writeln!(
            out,
            "{},{company},{},{},{},{},{employees},{},{},{},{},{score},{created},{},{}",
            lead.id,
            lead.country,
            lead.state,
            lead.postal,
            lead.industry,
            number(lead.revenue),
            lead.products.join(";"),
            lead.source,
            lead.language,
            lead.email,
            lead.title
        )?;
    }
    Ok(())
}

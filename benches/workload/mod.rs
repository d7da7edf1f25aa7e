//! Leads and books of any size from a fixed seed, for the benches: skewed as real ones are.
//!
//! 15 columns; companies drawn with skew, so that some come a hundred times; half of the leads from the US, states by
//! population, industries and sources by rank, employees spread over five orders of size; a quarter of free-mail addresses;
//! between 2 and 30 of 100 cells missing in nine columns. Rules have one to five conditions: a fifth names accounts by domain, most
//! combine country, states or beginnings of postal codes, size, industry, revenue, score, products, source and dates; one in
//! sixteen searches in text, one in twelve has a `not` or an `or`. The larger a book, the fewer leads a rule takes, and narrow
//! rules come first, with noise: the first rule that takes a lead is about half way down, and some five rules take it.
mod lead;
pub mod rule;
mod share;

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

pub use lead::{Lead, Leads, write_csv};
pub use rule::{Rule, book_text, first_match, reps_csv, rules, turf_toml};

/// Writes a book of that many rules with that many leads into a folder.
pub fn write_book(folder: &Path, leads: usize, count: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("turf.toml"), turf_toml())?;
    fs::write(folder.join("rules.turf"), book_text(&rules(7, count)))?;
    fs::write(folder.join("reps.csv"), reps_csv())?;
    let mut out = BufWriter::new(fs::File::create(folder.join("leads.csv"))?);
    write_csv(&mut out, 11, leads)?;
    out.flush()
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same seed gives the same work.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap_or(0)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of many, the first ones more often: the position falls off about as one over the rank.
    pub fn skewed(&mut self, n: usize) -> usize {
        let (a, b) = (self.below(n) + 1, self.below(n) + 1);
        // The product of two shares leans to the front; no floats are needed.
        (a * b / n).saturating_sub(1).min(n - 1)
    }

    pub fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

pub const COUNTRIES: &[&str] = &[
    "US", "GB", "DE", "CA", "FR", "IN", "BR", "AU", "NL", "ES", "IT", "MX", "JP", "SE", "CH", "PL", "SG", "BE", "IE", "DK", "NO", "FI",
    "AT", "PT", "ZA", "NZ", "KR", "IL", "AE", "CL",
];
pub const STATES: &[&str] = &[
    "CA", "TX", "FL", "NY", "PA", "IL", "OH", "GA", "NC", "MI", "NJ", "VA", "WA", "AZ", "TN", "MA", "IN", "MO", "MD", "WI", "CO", "MN",
    "SC", "AL", "LA", "KY", "OR", "OK", "CT", "UT", "IA", "NV", "AR", "MS", "KS", "NM", "NE", "ID", "WV", "HI", "NH", "ME", "MT", "RI",
    "DE", "SD", "ND", "AK", "VT", "WY",
];
pub const INDUSTRIES: &[&str] = &[
    "software",
    "healthcare",
    "retail",
    "manufacturing",
    "finance",
    "education",
    "government",
    "media",
    "energy",
    "logistics",
    "construction",
    "hospitality",
    "agriculture",
    "telecom",
    "legal",
    "nonprofit",
    "insurance",
    "automotive",
    "aerospace",
    "pharma",
];
pub const SOURCES: &[&str] = &["web", "event", "partner", "referral", "outbound", "webinar", "ads", "content"];
pub const PRODUCTS: &[&str] = &["crm", "analytics", "security", "storage", "network", "billing", "support", "mobile", "api", "training"];
pub const LANGUAGES: &[&str] = &["en", "de", "fr", "es", "pt", "ja", "nl", "it"];
pub const TITLES: &[&str] = &[
    "Chief Executive Officer",
    "VP Sales",
    "Director of IT",
    "Head of Marketing",
    "Sales Manager",
    "Engineer",
    "Account Executive",
    "Chief Information Officer",
    "Owner",
    "Consultant",
    "Buyer",
    "Student",
];
pub const WORDS: &[&str] = &[
    "Acme", "Global", "United", "Summit", "Pioneer", "Blue", "Green", "Vertex", "Nova", "Apex", "Harbor", "Stone", "River", "North",
    "Bright", "Iron", "Silver", "Delta", "Omega", "Falcon",
];
pub const TRADES: &[&str] = &["Systems", "Hospital", "Foods", "Bank", "Logistics", "University", "Motors", "Energy", "Media", "Labs"];
pub const FREE_MAIL: &[&str] = &["gmail.com", "yahoo.com", "outlook.com", "hotmail.com"];

/// How many companies there are.
pub const COMPANIES: usize = 200_000;

/// The domain of a company.
pub fn domain(company: usize) -> String {
    format!("{}{}{company}.com", WORDS[company % WORDS.len()].to_lowercase(), TRADES[company / 20 % TRADES.len()].to_lowercase())
}

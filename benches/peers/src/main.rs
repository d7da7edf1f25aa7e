//! The same leads through the same rules by other engines: who finds the first rule that takes a lead, and how fast.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml -- 100 1000 10000` prints a table, one thread, medians of rounds in
//! which all take turns. Before anything is timed every engine gives the answers of the scan by hand. Values are prepared in
//! each engine's own form, and only asking is timed. Missing values are `""` and `-1` for those that know no missing ones, which the
//! rules never take. What an engine cannot ask (beginnings and pieces of text in A-Tree) is worked out for it and not counted.
mod dialect;
mod peers;
#[expect(unused_imports, reason = "written for the benches of turf, of which this uses a part")]
#[path = "../../workload/mod.rs"]
mod workload;

use std::time::Instant;

use peers::{Peer, all};
use workload::{Lead, Leads, first_match, rules};

const ROUNDS: usize = 5;
/// How long an engine is asked in one round, as far as the leads go.
const ENOUGH: u128 = 300_000_000;

/// Nanoseconds a lead of one round.
fn round(peer: &mut dyn Peer, leads: usize) -> u128 {
    let start = Instant::now();
    let mut asked = 0;
    while asked < leads && (asked == 0 || start.elapsed().as_nanos() < ENOUGH) {
        let until = (asked + peer.at_once()).min(leads);
        peer.ask(asked..until);
        asked = until;
    }
    start.elapsed().as_nanos() / asked as u128
}

fn main() {
    let mut sizes: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100, 1_000];
    }
    println!("| rules | engine | ready | a lead | times turf |\n| --- | --- | --- | --- | --- |");
    for size in sizes {
        let rules = rules(7, size);
        let leads: Vec<Lead> = Leads::new(11).take(20_000).collect();
        let expected: Vec<Option<usize>> = leads.iter().map(|lead| first_match(&rules, lead)).collect();
        let mut made = Vec::new();
        for (name, make) in all() {
            let start = Instant::now();
            match make(&rules, &leads) {
                Ok(mut peer) => {
                    let ready = start.elapsed();
                    // Slow ones answer fewer, but at least some hundreds.
                    let few = (40_000_000 / size / peer.slowness()).clamp(peer.at_once().min(leads.len()), leads.len());
                    let got = peer.ask(0..few);
                    let wrong = got.iter().zip(&expected).filter(|(a, b)| a != b).count();
                    assert_eq!((got.len(), wrong), (few, 0), "{name} answers {wrong} of {few} leads otherwise at {size} rules");
                    made.push((name, ready, peer, Vec::new()));
                }
                Err(reason) => println!("| {size} | {name} | - | cannot: {reason} | - |"),
            }
        }
        for _ in 0..ROUNDS {
            for (_, _, peer, times) in &mut made {
                times.push(round(peer.as_mut(), leads.len()));
            }
        }
        let mut turf = 0;
        for (name, ready, _, mut times) in made {
            times.sort_unstable();
            let median = times[ROUNDS / 2];
            if turf == 0 {
                turf = median;
            }
            let ratio = median as f64 / turf as f64;
            println!("| {size} | {name} | {:.0} ms | {:.2} us | {ratio:.1} |", ready.as_secs_f64() * 1e3, median as f64 / 1e3);
        }
    }
}

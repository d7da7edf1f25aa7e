//! Decisions are recorded once, read back as they were, and decided again to the same bytes.

use std::collections::BTreeMap;

use super::home::{Home, Kept, leads, on_each, text};

#[test]
fn what_is_recorded_is_decided_once_and_replays() {
    on_each(|home| {
        let dry = home.routed(&["--no-journal"]);
        assert_eq!(home.routed(&[]), dry, "before there is a journal");
        let first = home.routed(&["--commit", "--batch", "7"]);
        assert_eq!(first, dry, "the first run decides as a dry run does");
        home.sound();
        let replayed = home.fine(&["replay"]);
        assert!(replayed.contains("same     40") && replayed.contains("differs  0"), "{replayed}");
        let entries = home.entries().len();
        assert_eq!(home.routed(&["--commit"]), first, "the same content returns the recorded decision");
        assert_eq!(home.entries().len(), entries);
        home.sound();
    });
}

#[test]
fn a_dry_run_decides_as_the_journal_stands_and_changes_nothing() {
    on_each(|home| {
        home.routed(&["--commit"]);
        home.write("more.csv", &leads(40..80));
        let before = home.entries();
        let dry = home.routed(&["more.csv"]);
        assert_eq!(home.entries(), before);
        assert_ne!(dry, home.routed(&["more.csv", "--no-journal"]), "turns and memory count");
        assert_eq!(home.routed(&["more.csv", "--commit", "--batch", "9"]), dry);
        // In one go it would have been the same.
        let whole = Home::new(Kept::Sqlite);
        whole.write("leads.csv", &leads(0..80));
        let both: BTreeMap<String, String> = whole.routed(&["--commit"]);
        assert!(dry.iter().all(|(id, who)| both[id] == *who));
        home.sound();
    });
}

#[test]
fn changed_content_is_decided_anew_and_names_the_former() {
    on_each(|home| {
        home.routed(&["--commit"]);
        let changed = leads(0..40).replace("L7,", "L7,new-");
        home.write("leads.csv", &changed);
        let told = home.fine(&["route", "--commit"]);
        assert!(told.contains("1 decision recorded"), "{told}");
        let entries = home.entries();
        let [.., superseded, last] = entries.as_slice() else { panic!("too few entries") };
        assert_eq!(superseded["entry"]["event"], "superseded");
        let former = last["entry"]["former"].as_u64().unwrap();
        assert_eq!(entries[usize::try_from(former).unwrap() - 1]["entry"]["record"]["id"], "L7");
        let why = home.fine(&["why", "L7"]);
        assert!(why.contains(&format!("Decided before in entry {former}")), "{why}");
        let why = home.fine(&["why", "L7", "--entry", &former.to_string()]);
        assert!(why.contains(&format!("Decided again in entry {}", last["number"])), "{why}");
        // Without a change it is decided again only when that is asked for.
        let again = home.fine(&["route", "--commit", "--again"]);
        assert!(again.contains("40 decisions recorded"), "{again}");
        home.sound();
        assert!(home.fine(&["replay"]).contains("same     81"));
    });
}

#[test]
fn private_values_are_nowhere_to_be_read() {
    let home = Home::new(Kept::Sqlite);
    home.fine(&["route", "--commit"]);
    // Whatever the write-ahead log still held is in the file now.
    let bytes = std::fs::read(home.path("journal.db")).unwrap();
    let log = std::fs::read(home.path("journal.db-wal")).unwrap_or_default();
    for file in [bytes, log] {
        let shown = text(&file);
        assert!(!shown.contains("jo@mercy.example") && !shown.contains("@acme.example"), "an e-mail address is in the file");
        assert!(file.is_empty() || shown.contains("Company 3"), "what is not private is");
    }
    assert!(!home.fine(&["audit", "export"]).contains("jo@mercy.example"));
    assert!(!home.fine(&["why", "L5"]).contains("jo@mercy"));
    // Two records with one address still meet.
    let entries = home.entries();
    let hash = |id: &str| {
        let entry = entries.iter().find(|e| e["entry"]["record"]["id"] == id).unwrap();
        entry["entry"]["record"]["fields"]["email"]["hash"].clone()
    };
    assert_eq!(hash("L0"), hash("L5"));
    assert_ne!(hash("L0"), hash("L1"));
}

#[test]
fn without_the_key_it_is_said_what_cannot_be_done() {
    let home = Home::new(Kept::Sqlite);
    home.fine(&["route", "--commit"]);
    std::fs::rename(home.path("journal.db.key"), home.path("elsewhere")).unwrap();
    let (out, _) = home.ends(1, &["replay"]);
    assert!(out.contains("cannot   40") && out.contains("the key of the journal is not at hand"), "{out}");
    let (_, err) = home.ends(2, &["why", "L3"]);
    assert!(err.contains("it cannot be explained again"), "{err}");
    let (_, err) = home.ends(2, &["route", "--commit"]);
    assert!(err.contains("Put the key file back"), "{err}");
    let out = home.fine(&["audit", "verify"]);
    assert!(out.contains("signatures were not looked at"), "{out}");
    // Another key is no key.
    home.write("journal.db.key", &("ab".repeat(32) + "\n"));
    let (_, err) = home.ends(2, &["route", "--commit"]);
    assert!(err.contains("is not the key of the journal"), "{err}");
    home.write("journal.db.key", "something else\n");
    let (_, err) = home.ends(2, &["replay"]);
    assert!(err.contains("holds no key"), "{err}");
}

#[test]
fn hashed_only_means_no_replay_and_that_is_said() {
    let home = Home::new(Kept::Sqlite);
    let settings = std::fs::read_to_string(home.path("turf.toml")).unwrap();
    home.write("turf.toml", &settings.replace("[store]\n", "[store]\nprivate = \"hash\"\n"));
    home.fine(&["route", "--commit"]);
    let (out, _) = home.ends(1, &["replay", "--id", "L3"]);
    assert!(out.contains("`email` was written down as a hash only"), "{out}");
    home.sound();
}

#[test]
fn old_decisions_are_told_in_the_words_of_the_old_book() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        let before = home.fine(&["why", "L3"]);
        assert!(before.contains("by the book of today"), "{before}");
        let rules = std::fs::read_to_string(home.path("rules.turf")).unwrap();
        home.write("rules.turf", &rules.replace("team desk", "team front-desk").replace("rule rest", "rule everybody-else"));
        home.write("reps.csv", "id,name,active\nana,Ana,no\nbo,Bo,yes\ncy,Cy,yes\ndee,Dee,yes\n");
        let after = home.fine(&["why", "L3"]);
        assert!(after.contains("rule rest") || after.contains("Rule rest"), "{after}");
        assert!(after.contains("as it was then"), "{after}");
        assert!(home.fine(&["replay"]).contains("same     40"));
        let json: serde_json::Value = serde_json::from_str(&home.fine(&["why", "L3", "--format", "json"])).unwrap();
        assert_eq!(json["recorded"]["book_today"], false);
        let digest = json["recorded"]["book"].as_str().unwrap();
        home.fine(&["audit", "book", digest, "--out", ".old"]);
        assert_eq!(std::fs::read_to_string(home.path(".old/rules.turf")).unwrap(), rules);
        // What the new book would have done.
        let (out, _) = home.ends(1, &["replay", "--with", "."]);
        assert!(out.contains("ana") && out.contains("Who gains and who loses"), "{out}");
        let same = home.fine(&["replay", "--with", ".old"]);
        assert!(same.contains("unchanged      40") && same.contains("changed        0"), "{same}");
    });
}

#[test]
fn a_journal_must_be_named_and_must_be_one() {
    let home = Home::new(Kept::Sqlite);
    let (_, err) = home.ends(2, &["replay"]);
    assert!(err.contains("there is no journal at `journal.db` yet"), "{err}");
    home.write("journal.db", "this is a text and no database, long enough to be looked at as one by whoever opens it. ");
    let (_, err) = home.ends(2, &["route", "--commit"]);
    assert!(err.contains("is no journal of turf"), "{err}");
    let settings = std::fs::read_to_string(home.path("turf.toml")).unwrap();
    home.write("turf.toml", &settings.replace("[store]\nfile = \"journal.db\"\n", ""));
    let (_, err) = home.ends(2, &["route", "--commit"]);
    assert!(err.contains("[store]"), "{err}");
    let (_, err) = home.ends(2, &["audit", "verify"]);
    assert!(err.contains("[store]"), "{err}");
}

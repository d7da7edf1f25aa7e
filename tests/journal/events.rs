//! What people tell afterwards.

use super::home::{Home, leads, on_each};

/// The holder, open work and turns as the journal has them.
fn pointer(home: &Home, rep: &str) -> String {
    let mut pointer = "0".to_owned();
    for entry in home.entries() {
        for change in entry["entry"]["changes"].as_array().into_iter().flatten() {
            if change["change"] == "turn" && change["rep"] == rep && change["team"] == "desk" {
                pointer = change["pointer"].as_str().unwrap().to_owned();
            }
        }
    }
    pointer
}

/// A lead that the team `desk` gave to somebody.
fn from_desk(home: &Home) -> (String, String) {
    let entries = home.entries();
    let found = entries.iter().rev().find(|e| e["entry"]["outcome"]["team"] == "desk" && e["entry"]["outcome"]["rule"] == "rest").unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&found["entry"]["record"]["id"]), text(&found["entry"]["outcome"]["assignee"]))
}

#[test]
fn a_rejected_record_gives_its_turn_back_and_goes_to_somebody_else() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        let (id, rep) = from_desk(home);
        let before = pointer(home, &rep);
        home.fine(&["event", "rejected", &id, "--reason", "too small", "--book", "."]);
        assert_ne!(pointer(home, &rep), before);
        let (_, err) = home.ends(1, &["event", "rejected", &id]);
        assert!(err.contains(&format!("nobody has lead `{id}`")), "{err}");
        let after = home.routed(&["--commit"]);
        assert_ne!(after[&id], rep, "it does not go back to who rejected it");
        let why = home.fine(&["why", &id]);
        assert!(why.contains("has rejected it"), "{why}");
        home.sound();
        assert!(home.fine(&["replay"]).contains("differs  0"));
    });
}

#[test]
fn teams_say_which_events_count() {
    on_each(|home| {
        let rules = std::fs::read_to_string(home.path("rules.turf")).unwrap();
        home.write("rules.turf", &rules.replace("limit 40 per day", "limit 40 per day\n  counts rejected, reassigned"));
        home.fine(&["route", "--commit"]);
        let (id, rep) = from_desk(home);
        let before = pointer(home, &rep);
        home.fine(&["event", "rejected", &id]);
        assert_eq!(pointer(home, &rep), before, "a rejected record counts");
        let moved = home.routed(&["--commit"]);
        let (holder, other) = (moved[&id].clone(), ["ana", "bo", "cy"].into_iter().find(|r| *r != moved[&id] && *r != rep).unwrap());
        if home.entries().last().unwrap()["entry"]["outcome"]["team"] == "desk" {
            let (gives, takes) = (pointer(home, &holder), pointer(home, other));
            home.fine(&["event", "reassigned", &id, "--to", other]);
            assert_ne!(pointer(home, &holder), gives, "the turn goes along");
            assert_ne!(pointer(home, other), takes);
        }
        home.sound();
        let shown = home.fine(&["show", "team", "desk"]);
        assert!(shown.contains("counts rejected, reassigned"), "{shown}");
        home.write("rules.turf", &rules.replace("limit 40 per day", "limit 40 per day\n  counts rejectd, accepted"));
        let (out, _) = home.ends(1, &["check"]);
        assert!(out.contains("`rejectd`") && out.contains("`rejected`") && out.contains("needs no `accepted`"), "{out}");
    });
}

#[test]
fn records_are_handed_over_and_remembered_with_the_new_rep() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        let entries = home.entries();
        let of = |id: &str| entries.iter().rev().find(|e| e["entry"]["record"]["id"] == id).unwrap()["entry"].clone();
        let old = of("L0")["outcome"]["assignee"].as_str().unwrap().to_owned();
        assert_eq!(old, "dee");
        home.fine(&["event", "reassigned", "L35", "--to", "bo", "--at", "2027-03-02T09:00Z"]);
        let (_, err) = home.ends(1, &["event", "reassigned", "L35", "--to", "bo"]);
        assert!(err.contains("bo has lead `L35` already"), "{err}");
        let (_, err) = home.ends(1, &["event", "reassigned", "L35", "--to", "boo"]);
        assert!(err.contains("there is no rep `boo` in the roster. Did you mean `bo`?"), "{err}");
        // L35 came from the same address as the next one.
        home.write("next.csv", "id,email,company,state,size,created\nN1,jo@mercy.example,Next,CA,10,2027-03-02T10:00:00Z\n");
        assert_eq!(home.routed(&["next.csv", "--commit"])["N1"], "bo");
        let why = home.fine(&["why", "L35"]);
        assert!(why.contains("Since then") && why.contains("was handed over to bo"), "{why}");
        home.sound();
        assert!(home.fine(&["replay"]).contains("differs  0"));
    });
}

#[test]
fn absences_and_weights_told_count_and_end() {
    on_each(|home| {
        home.fine(&["event", "away", "ana", "--from", "2027-03-01", "--through", "2027-03-01", "--reason", "training"]);
        let routed = home.routed(&["--commit"]);
        assert!(!routed.values().any(|who| who == "ana"), "{routed:?}");
        let why = home.fine(&["why", &from_desk(home).0]);
        assert!(why.contains("is away until Tue 2027-03-02 00:00") && why.contains("training"), "{why}");
        home.fine(&["event", "back", "ana", "--at", "2027-03-01T12:00Z"]);
        let (_, err) = home.ends(1, &["event", "back", "bo"]);
        assert!(err.contains("nobody told that bo is away"), "{err}");
        home.fine(&["event", "weight", "desk", "ana", "5"]);
        home.write("next.csv", &leads(300..330));
        let next = home.routed(&["next.csv", "--commit"]);
        assert!(next.values().any(|who| who == "ana"), "{next:?}");
        let (_, err) = home.ends(1, &["event", "weight", "large", "bo", "2"]);
        assert!(err.contains("does not pick in turn"), "{err}");
        let (_, err) = home.ends(1, &["event", "weight", "desk", "ana", "many"]);
        assert!(err.contains("a weight must be a number"), "{err}");
        let (_, err) = home.ends(1, &["event", "away", "ana", "--from", "2027-03-05", "--through", "2027-03-01"]);
        assert!(err.contains("ends before it begins"), "{err}");
        home.sound();
        assert!(home.fine(&["replay"]).contains("differs  0"));
    });
}

#[test]
fn closed_work_makes_room_and_is_counted_anew_on_demand() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        let open = |rep: &str| {
            let mut open = 0;
            for entry in home.entries() {
                for change in entry["entry"]["changes"].as_array().into_iter().flatten().filter(|c| c["rep"] == rep) {
                    match change["change"].as_str().unwrap() {
                        "open" => open = change["open"].as_i64().unwrap(),
                        "opened" => open += 1,
                        "closed" => open -= 1,
                        _ => {}
                    }
                }
            }
            open
        };
        let (id, rep) = from_desk(home);
        let before = open(&rep);
        home.fine(&["event", "closed", &id]);
        assert_eq!(open(&rep), before - 1);
        home.fine(&["event", "recount"]);
        assert_eq!((open("bo"), open("cy"), open("dee")), (2, 1, 0));
        home.sound();
    });
}

#[test]
fn a_file_of_events_is_told_row_by_row_and_what_is_wrong_is_named() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        home.write(
            "events.csv",
            "event,id,rep,team,at,from,through,weight,reason\naccepted,L1,,,,,,,\nclosed,L1,,,2027-03-02,,,,won\nclsed,L2,,,,,,,\nclosed,,,,,,,,\n\
             closed,L1,,,,,,,\nback,,ana,,,,,,\naway,,ana,,,2027-04-01,2027-04-30,,\nweight,,ana,desk,,,,3,\nclosed,L3,,,soon,,,,\n",
        );
        let (out, err) = home.ends(1, &["event", "file", "events.csv"]);
        assert!(out.contains("4 events recorded"), "{out}");
        for wanted in [
            "events.csv:4: there is no event `clsed`. Did you mean `closed`?",
            "events.csv:5: `closed` needs a key of a record (`id`); none is given.",
            "events.csv:6: nobody has lead `L1`",
            "events.csv:7: nobody told that ana is away",
            "events.csv:10: `soon` is not a time",
        ] {
            assert!(err.contains(wanted), "{wanted}\n{err}");
        }
        home.write("no.csv", "what,id\nclosed,L1\n");
        let (_, err) = home.ends(2, &["event", "file", "no.csv"]);
        assert!(err.contains("has no column `event`"), "{err}");
        home.sound();
    });
}

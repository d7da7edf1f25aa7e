//! What is asked of a journal: the fairness ledger, the report, who drifts.

use super::home::{Home, Kept, leads, on_each};

#[test]
fn the_ledger_adds_up_and_its_bound_holds() {
    on_each(|home| {
        home.write("leads.csv", &leads(0..120));
        home.fine(&["event", "away", "cy", "--from", "2027-03-01T09:00", "--through", "2027-03-01T09:30", "--reason", "dentist"]);
        let routed = home.routed(&["--commit"]);
        let json: serde_json::Value = serde_json::from_str(&home.fine(&["ledger", "desk", "--format", "json"])).unwrap();
        assert_eq!(json["format"], "turf-ledger/1");
        assert_eq!(json["bound"]["held"], true, "{json}");
        assert!(json["bound"]["compared"].as_u64().unwrap() > 10);
        let by_team = home.entries().iter().filter(|e| e["entry"]["outcome"]["team"] == "desk").count() as u64;
        assert_eq!(json["given"], by_team);
        let members = json["members"].as_array().unwrap();
        let taken: u64 = members.iter().map(|m| m["taken"].as_u64().unwrap()).sum();
        assert_eq!(taken, by_team);
        let cy = members.iter().find(|m| m["rep"] == "cy").unwrap();
        assert!(cy["forgiven"]["away"].as_u64().unwrap() > 0, "{cy}");
        assert!(routed.values().any(|who| who == "cy"));
        let text = home.fine(&["ledger", "desk"]);
        assert!(text.contains("never more than one turn apart") && text.contains("away"), "{text}");
        let (_, err) = home.ends(2, &["ledger", "desc"]);
        assert!(err.contains("there is no team `desc`. Did you mean `desk`?"), "{err}");
        assert!(home.fine(&["ledger", "large"]).contains("Team large gave"));
    });
}

#[test]
fn a_wish_before_the_turn_can_break_the_bound_and_that_is_said() {
    let home = Home::new(Kept::Sqlite);
    let rules = std::fs::read_to_string(home.path("rules.turf")).unwrap();
    home.write("rules.turf", &rules.replace("pick in turn", "pick prefer rep.name is \"Ana\", then in turn"));
    home.fine(&["route", "--commit"]);
    let (out, _) = home.ends(1, &["ledger", "desk"]);
    assert!(out.contains("The bound did not hold: after entry") && out.contains("ana was"), "{out}");
}

#[test]
fn the_report_says_what_people_ask_for() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        home.fine(&["event", "accepted", "L3"]);
        let json: serde_json::Value =
            serde_json::from_str(&home.fine(&["report", "--format", "json", "--at", "2030-01-01", "--dead-after", "30"])).unwrap();
        assert_eq!(json["format"], "turf-report/1");
        assert_eq!(json["decisions"], 40);
        let entries = home.entries();
        let of = |rule: &str| entries.iter().filter(|e| e["entry"]["outcome"]["rule"] == rule).count() as u64;
        for rule in ["again", "customer", "large", "rest"] {
            assert_eq!(json["rules"][rule].as_u64().unwrap_or(0), of(rule), "{rule}: {json}");
        }
        // As of 2030 every rule has been dead for long, and whatever had a moment to respond by is overdue.
        assert_eq!(json["dead_rules"].as_array().unwrap().len(), 4);
        let due: Vec<&serde_json::Value> =
            entries.iter().filter(|e| !e["entry"]["due"].is_null() && e["entry"]["record"]["id"] != "L3").collect();
        assert_eq!(json["overdue"].as_array().unwrap().len(), due.len(), "{json}");
        assert!(!due.is_empty());
        assert_eq!(json["to_acceptance"]["count"], 1);
        let members = &json["teams"]["desk"]["members"];
        let desk: u64 = members.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(desk, entries.iter().filter(|e| e["entry"]["outcome"]["team"] == "desk").count() as u64);
        let text = home.fine(&["report"]);
        for wanted in ["40 decisions", "From arrival to a rep", "To `otherwise`", "By rule", "Team desk: between", "turf ledger desk"] {
            assert!(text.contains(wanted), "{wanted}\n{text}");
        }
        assert!(home.fine(&["report", "--since", "2099-01-01"]).contains("holds no decision since"));
    });
}

const ACCOUNTS: &str = "record lead { id: text, key }
record account { id: text, key  name: text  state: text  revenue: money USD  owner: rep }
record rep { id: text, key  name: text  active: yes/no }
queues [triage]
priorities [named, geography]
territory west { priority geography  where state in [CA, WA]  owner ana }
territory east { priority geography  where state in [NY, MA]  owner bo }
overlap { lowest priority, then name }
rule all { priority geography  when id is present  route to queue triage }
otherwise { route to queue triage }
";

fn accounts(home: &Home, state_of_a2: &str) {
    home.write("rules.turf", ACCOUNTS);
    home.write(
        "accounts.csv",
        &format!("id,name,state,revenue,owner\nA1,Acme,CA,1000,ana\nA2,Beta,{state_of_a2},2500,bo\nA3,Cora,MA,40,bo\n"),
    );
    home.write("leads.csv", "id\n");
}

#[test]
fn drift_lists_who_moves_which_fact_changed_and_how_much() {
    on_each(|home| {
        let settings = std::fs::read_to_string(home.path("turf.toml")).unwrap();
        let settings =
            settings.replace("[records.lead.columns]\naccount = { absent = true }\n", "").replace("[loads]\nfile = \"open.csv\"\n", "");
        home.write("turf.toml", &settings);
        accounts(home, "NY");
        let text = home.fine(&["drift"]);
        assert!(text.contains("0 of 3 account records would move"), "{text}");
        home.fine(&["drift", "--commit"]);
        home.sound();
        accounts(home, "WA");
        let (out, _) = home.ends(1, &["drift", "accounts.csv", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(json["moves"].as_array().unwrap().len(), 1);
        let one = &json["moves"][0];
        assert_eq!((&one["id"], &one["from"]["owner"], &one["to"]["owner"]), (&"A2".into(), &"bo".into(), &"ana".into()));
        assert_eq!(one["facts"], serde_json::json!([{"field": "state", "from": "NY", "to": "WA"}]));
        assert_eq!((&json["amount"], &json["owners"]["ana"]["gained"]), (&"2500".into(), &1.into()));
        let (text, _) = home.ends(1, &["drift"]);
        assert!(text.contains("1 of 3 account records would move, with 2,500 of revenue in USD"), "{text}");
        assert!(text.contains("bo (east) -> ana (west)") && text.contains("state was NY and is WA"), "{text}");
        let (csv, _) = home.ends(1, &["drift", "--format", "csv"]);
        assert!(csv.contains("A2,Beta,bo,east,ana,west,,state was NY and is WA,2500"), "{csv}");
        home.ends(1, &["drift", "--commit"]);
        assert!(home.fine(&["drift"]).contains("0 of 3"), "once recorded, nothing drifts any more");
        home.sound();
        assert!(home.fine(&["replay"]).contains("differs  0"));
        let why = home.fine(&["why", "A2", "--record", "account"]);
        assert!(why.contains("Recorded as entry"), "{why}");
        let (_, err) = home.ends(2, &["drift", "--money", "size"]);
        assert!(err.contains("Name one of `revenue`"), "{err}");
    });
}

#[test]
fn locks_and_tenures_are_honoured_and_shown() {
    on_each(|home| {
        let settings = std::fs::read_to_string(home.path("turf.toml")).unwrap();
        let settings =
            settings.replace("[records.lead.columns]\naccount = { absent = true }\n", "").replace("[loads]\nfile = \"open.csv\"\n", "");
        home.write("turf.toml", &settings);
        let rules = ACCOUNTS.replace("owner: rep }", "owner: rep  owner_since: date }").replace(
            "rule all {",
            "rule locked for account { priority named  when id is A1  keep account.owner until 2027-12-31 }\n\
             rule settled for account { priority named  when id is not A1  keep account.owner for 12 months since account.owner_since, else owner of territory }\n\
             otherwise for account { route to owner of territory, else queue triage }\nrule all {",
        );
        let rules = rules.replace("account.owner", "owner");
        home.write("rules.turf", &rules);
        home.write("leads.csv", "id\n");
        home.write(
            "accounts.csv",
            "id,name,state,revenue,owner,owner_since\nA1,Acme,NY,1000,ana,2020-01-01\nA2,Beta,CA,2500,bo,2027-03-01\nA3,Cora,CA,40,bo,2020-03-01\n",
        );
        let (text, _) = home.ends(1, &["drift", "--at", "2027-06-01"]);
        assert!(text.contains("1 of 3 account records would move"), "{text}");
        assert!(text.contains("1 stays with the owner by the rule locked"), "{text}");
        assert!(text.contains("1 stays with the owner by the rule settled"), "{text}");
        let (text, _) = home.ends(1, &["drift", "--at", "2028-06-01"]);
        assert!(text.contains("3 of 3"), "{text}");
        home.ends(1, &["drift", "--at", "2027-06-01", "--commit"]);
        home.sound();
        let why = home.fine(&["why", "A1", "--record", "account"]);
        assert!(why.contains("keep owner until 2027-12-31") || why.contains("locked"), "{why}");
        assert!(home.fine(&["replay"]).contains("differs  0"));
    });
}

#[test]
fn a_recorded_decision_becomes_a_test_that_passes() {
    on_each(|home| {
        home.fine(&["route", "--commit"]);
        // L2 is no customer and comes for the first time, so nothing private decides it.
        let (text, told) = home.ends(0, &["test", "--write", "--from-journal", "L2"]);
        assert!(text.contains("test \"lead L2 as recorded in entry") && !text.contains("@") && told.is_empty(), "{text}{told}");
        let rules = std::fs::read_to_string(home.path("rules.turf")).unwrap();
        home.write("tests.turf", &text);
        let tested = home.fine(&["test"]);
        assert!(tested.contains("1"), "{tested}");
        std::fs::remove_file(home.path("tests.turf")).unwrap();
        home.write("rules.turf", &rules.replace("route to team desk  respond", "route to queue triage  respond"));
        let (_, told) = home.ends(0, &["test", "--write", "--from-journal", "L2"]);
        assert!(told.contains("in the book of today this test fails"), "{told}");
        let (_, err) = home.ends(2, &["test", "--write", "--from-journal", "X1"]);
        assert!(err.contains("holds no decision about lead `X1`"), "{err}");
    });
}

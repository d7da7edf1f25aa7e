//! Locks and tenures of a small book at every hour of some days: who is kept against where the space says so, and how both
//! change from one hour to the next.

use std::fs;

use jiff::{Timestamp, ToSpan};
use turf::decide::{Assignee, Leading, decide, standings};
use turf::model::{Answer, Origin, Record, read_cell};
use turf::plan::Plan;
use turf::rim::book;
use turf::space::{Locator, Survey};
use turf::state::State;

const BOOK: &str = "
record lead { id: text, key  want: text  day: date  held: time  owner: rep }
record rep { id: text, key  active: yes/no }
queues [q]
otherwise { route to queue q }
";

const LASTS: &[&str] = &[
    "until 2027-03-13",
    "until day",
    "until held",
    "for 1 day since day",
    "for 1 month since day",
    "for 1 day since held",
    "for 2 weeks since held",
    "for 1 month since held",
    "for 12 months since held",
    "for 36 hours since held",
    "for 90 minutes since held",
];

/// Cells of `day` and `held`. The clocks go forward on 2027-03-14, and February is short.
const CELLS: &[(&str, &str)] = &[
    ("", ""),
    ("2027-03-12", "2027-03-12T15:00-06:00"),
    ("2027-03-13", "2027-03-13T23:30-06:00"),
    ("2027-03-14", "2027-03-14T00:15-06:00"),
    ("2027-02-14", "2027-02-14T02:30-06:00"),
    ("2027-02-13", "2026-03-13T12:00-06:00"),
    ("2027-02-28", "2027-02-28T12:00-06:00"),
    ("2026-03-14", "2027-02-27T22:00-06:00"),
];

fn opened() -> book::Opened {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("turf.toml", "name = \"locks\"\nzone = \"America/Chicago\"\n[records.rep]\nfile = \"reps.csv\"\n");
    write("reps.csv", "id,active\nana,yes\nbo,yes\n");
    let rules: Vec<String> = LASTS
        .iter()
        .enumerate()
        .map(|(i, lasts)| format!("rule r{i} {{ priority {i}  when want is w{i}  keep owner {lasts} }}\n"))
        .collect();
    write("book.turf", &format!("{BOOK}{}", rules.concat()));
    book::open(folder.path()).unwrap()
}

fn lead(plan: &Plan, want: usize, (day, held): (&str, &str)) -> Record {
    let kind = plan.book.schema.find("lead").unwrap();
    let cells = ["L1", &format!("w{want}"), day, held, "ana"];
    let fields = plan.book.schema.record(kind).fields.iter();
    let values = fields.zip(cells).map(|(field, cell)| read_cell(cell, &field.ty, &plan.book.zone).unwrap()).collect();
    Record { kind, key: "L1".into(), values, origin: Origin::default() }
}

#[test]
fn whoever_is_kept_lies_where_the_space_says_at_every_hour() {
    let opened = opened();
    let plan = opened.snapshot.plan.as_deref().unwrap();
    let kind = plan.book.schema.find("lead").unwrap();
    let mut survey = Survey::new();
    let of = survey.book(&plan.book, kind, &standings(plan, kind));
    let mut node = |rep: &str, rule: usize| {
        let rep = plan.data.get(plan.book.rep.unwrap().record, rep).unwrap();
        let rule = plan.book.rules.iter().find(|r| *r.name.text == format!("r{rule}")).unwrap();
        Leading { plan, record: kind, rep, survey: &mut survey, of: &of, loose: false }.target(&rule.route[0]).unwrap().0
    };
    let nodes: Vec<_> = (0..LASTS.len()).map(|rule| (node("ana", rule), node("bo", rule))).collect();
    let mut space = survey.finish();
    let regions: Vec<_> = nodes.into_iter().map(|(ana, bo)| (space.region(ana), space.region(bo))).collect();
    let locator = Locator::new(&space, &plan.book.schema, &plan.book.zone);
    let first: Timestamp = "2027-03-11T06:15Z".parse().unwrap();
    for (rule, lasts) in LASTS.iter().enumerate() {
        let mut told = (0, 0);
        for cells in CELLS {
            let record = lead(plan, rule, *cells);
            let mut over = false;
            for hour in 0..24 * 22 {
                let at = first + hour.hours();
                let kept = decide(plan, record.clone(), &State::default(), at).outcome.assignee == Assignee::Rep("ana".into());
                let lies = |open: Answer| space.lies_within(&locator.point(&record, &plan.data, at, |_| open), &regions[rule].0);
                let said = format!("{lasts} of {cells:?} at {at}");
                assert!(!kept || lies(Answer::Yes), "{said} is kept");
                assert!(kept || !lies(Answer::No), "{said} is not kept");
                // Only whole days counted from a moment are not told by the space alone.
                let exact = !(lasts.ends_with("held") && ["day ", "weeks", "month"].iter().any(|w| lasts.contains(w)));
                assert!(!exact || lies(Answer::Yes) == lies(Answer::No), "{said}");
                assert!(!space.lies_within(&locator.point(&record, &plan.data, at, |_| Answer::Yes), &regions[rule].1), "{said}: not bo");
                // What is over does not begin again.
                assert!(!(kept && over), "{said} is kept again");
                over |= !kept;
                if kept { told.0 += 1 } else { told.1 += 1 }
            }
        }
        assert!(told.0 > 0 && told.1 > 0, "{lasts} is always the same: {told:?}");
    }
}

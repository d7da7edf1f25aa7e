//! Credit: roles filled and unfilled, ledgers that add up.

use num_rational::BigRational;
use proptest::prelude::*;

use super::stage::Stage;
use crate::decide::{LedgerSplit, Taker, in_words, whole};

const BOOK: &str = "
territory us { where country is US owner lee }
territory ca { where country is CA owner team duo }
territory mx { where country is MX owner dan }
overlap { name }
team duo { members ana, lee pick as listed }
team solo { members mia pick as listed }
rule queued { priority 1 when state is Q route to queue review credit plan }
rule own { priority 2 when state is T route to owner of territory credit plan }
rule r { priority 3 route to rep ana credit plan }
otherwise { route to queue triage }
overlay one { when products contains crm add rep mia as specialist }
overlay two { when products contains security add one of team solo as specialist }
overlay three { when products contains analytics add rep lee as specialist }
";

fn ledgers(credit: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let mut stage = Stage::new(&format!("{BOOK}\ncredit plan {{ {credit} }}"));
    let decision = stage.lead(pairs);
    decision.credits.iter().map(said).collect()
}

fn said(split: &LedgerSplit) -> String {
    let taker = |t: &Taker| match t {
        Taker::Rep(key) => key.to_string(),
        Taker::Team(name) => format!("team {name}"),
        Taker::Queue(name) => format!("queue {name}"),
    };
    let totals = split.totals.iter().map(|t| {
        let amount = t.amount.map_or_else(String::new, |a| format!(" = {a}"));
        format!("{}% {}{amount}", in_words(&t.percent), taker(&t.taker))
    });
    let unfilled = split.parts.iter().filter(|p| p.taker.is_none()).map(|p| format!("{}% {} unfilled", in_words(&p.percent), p.role));
    format!("{}: {}", split.ledger, totals.chain(unfilled).collect::<Vec<_>>().join(", "))
}

#[test]
fn roles_are_filled_or_their_share_goes_to_the_rest() {
    let plan = "revenue: 60% assignee, rest territory owner";
    for (credit, pairs, wanted) in [
        (plan, &[("country", "US")][..], "revenue: 60% ana, 40% lee"),
        ("revenue: 60% territory owner, rest assignee", &[("country", "US")], "revenue: 40% ana, 60% lee"),
        ("revenue: 60% territory owner, rest assignee", &[], "revenue: 100% ana, 60% territory owner unfilled"),
        ("revenue: 60% territory owner, rest assignee", &[("country", "MX")], "revenue: 100% ana, 60% territory owner unfilled"),
        // One person in two roles.
        ("revenue: 60% rep ana, rest assignee", &[], "revenue: 100% ana"),
        ("revenue: 60% assignee, rest assignee.manager", &[], "revenue: 60% ana, 40% mia"),
        (plan, &[("country", "US"), ("state", "Q")], "revenue: 40% lee, 60% queue review"),
        // A team holds the share in its own name, unless the record was given to one of its members.
        (plan, &[("country", "CA")], "revenue: 60% ana, 40% team duo"),
        (plan, &[("country", "CA"), ("state", "T")], "revenue: 100% ana"),
        ("revenue: 25% specialist, rest assignee", &[("products", "crm;analytics")], "revenue: 75% ana, 12 1/2% lee, 12 1/2% mia"),
        // Added twice in one role is still one person.
        ("revenue: 25% specialist, rest assignee", &[("products", "crm;security")], "revenue: 75% ana, 25% mia"),
        ("revenue: 25% specialist, rest assignee", &[], "revenue: 100% ana, 25% specialist unfilled"),
        ("revenue: 60% account owner, rest assignee", &[("account", "A1")], "revenue: 100% ana, 60% account owner unfilled"),
    ] {
        assert_eq!(ledgers(credit, pairs), [wanted], "{credit} of {pairs:?}");
    }
}

#[test]
fn ledgers_stand_beside_each_other_and_cents_add_up() {
    let said = ledgers(
        "amount revenue  revenue: 33.3% rep mia, 33.3% rep lee, rest assignee  overlay: 25% specialist",
        &[("revenue", "100.01"), ("products", "crm")],
    );
    assert_eq!(said, ["revenue: 33 2/5% ana = 33.41, 33 3/10% lee = 33.30, 33 3/10% mia = 33.30", "overlay: 25% mia = 25.00"]);
    let said = ledgers("amount revenue  revenue: 100% assignee", &[]);
    assert_eq!(said, ["revenue: 100% ana"], "no amount, no cents");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn revenue_is_whole_whoever_is_there(
        shares in proptest::array::uniform3(1_u32..3000),
        country in prop::sample::select(vec!["US", "CA", "MX", "DE"]),
        products in prop::sample::select(vec!["crm", "crm;security;analytics", ""]),
        cents in 0_u32..100_000,
    ) {
        let percent = |i: usize| format!("{}.{:02}%", shares[i] / 100, shares[i] % 100);
        let credit = format!(
            "amount revenue revenue: {} territory owner, {} specialist, {} account owner, rest assignee",
            percent(0), percent(1), percent(2),
        );
        let mut stage = Stage::new(&format!("{BOOK}\ncredit plan {{ {credit} }}"));
        let revenue = format!("{}.{:02}", cents / 100, cents % 100);
        let decision = stage.lead(&[("country", country), ("products", products), ("revenue", &revenue)]);
        let totals = &decision.credits[0].totals;
        prop_assert_eq!(totals.iter().map(|t| t.percent.clone()).sum::<BigRational>(), whole(100));
        let amount: rust_decimal::Decimal = totals.iter().filter_map(|t| t.amount).sum();
        prop_assert_eq!(Some(amount), decision.credits[0].amount);
    }
}

//! What the tree holds: every part of a construct, with its place in the text.

use super::clean;
use crate::syntax::tree::{
    Closed, Comparison, Condition, ConditionKind, ExpectKind, GivenKind, Item, Lasts, LimitPer, ListSource, LiteralKind, ModifierKind,
    Moment, Operand, OverlapKind, PickKind, Predicate, RoleSyntax, SetOperand, TargetKind, TestValue, TypeKind, Unit,
};
use crate::text::Span;

fn only(text: &str) -> Item {
    let mut items = clean(text).tree.items;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

macro_rules! only {
    ($kind:ident, $text:expr) => {
        match only($text) {
            Item::$kind(item) => item,
            other => panic!("{other:?}"),
        }
    };
}

fn at(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap()
}

/// The only clause of a segment.
fn condition(written: &str) -> Condition {
    let mut conditions = only!(Segment, &format!("segment s {{ {written} }}")).conditions;
    assert_eq!(conditions.len(), 1, "{written}");
    conditions.remove(0)
}

fn predicate(written: &str) -> Predicate {
    match condition(written).kind {
        ConditionKind::Test(test) => test.predicate,
        other => panic!("{other:?}"),
    }
}

#[test]
fn spans_cover_what_they_name_and_no_blank_behind_it() {
    let text = "# about\nrule \"by place\" {   # why\n  when a is x and not (b in [1, 2] or c) # end\n\n  route to rep ana if available , else queue q  # last\n}  # after";
    let rule = only!(Rule, text);
    assert_eq!(at(text, rule.name.span), "\"by place\"");
    assert_eq!(rule.name.as_str(), "by place");
    let when = &rule.conditions[0];
    assert_eq!(at(text, when.span), "a is x and not (b in [1, 2] or c)");
    let ConditionKind::All(parts) = &when.kind else { panic!() };
    assert_eq!(at(text, parts[1].span), "not (b in [1, 2] or c)");
    let ConditionKind::Test(test) = &parts[0].kind else { panic!() };
    assert_eq!((at(text, test.subject.span), at(text, test.predicate_span)), ("a", "is x"));
    let route = &rule.routes[0];
    assert_eq!(at(text, route.span), "route to rep ana if available , else queue q");
    assert_eq!(at(text, route.targets[0].span), "rep ana if available");
    assert_eq!(at(text, route.targets[0].if_available.unwrap()), "if available");
    assert!(at(text, rule.span).ends_with("last\n}") && at(text, rule.span).starts_with("rule"));
    let comments: Vec<&str> = clean(text).tree.comments.iter().map(|c| text.get(c.range()).unwrap()).collect();
    assert_eq!(comments, ["# about", "# why", "# end", "# last", "# after"]);
}

#[test]
fn a_pattern_with_a_comment_sign_keeps_its_place() {
    let text = "segment s { a matches /x#\\/\"y/  b }";
    let segment = only!(Segment, text);
    assert_eq!(segment.conditions.len(), 2);
    assert_eq!(at(text, segment.conditions[0].span), "a matches /x#\\/\"y/");
    let Predicate::Matches { pattern } = predicate("a matches /x#\\/\\d/") else { panic!() };
    assert_eq!(pattern.as_str(), "x#/\\d");
}

#[test]
fn or_binds_loosest_then_and_then_not() {
    let ConditionKind::Any(parts) = condition("a or b and not c or d").kind else { panic!() };
    assert_eq!(parts.len(), 3);
    let ConditionKind::All(both) = &parts[1].kind else { panic!() };
    assert!(matches!(&both[1].kind, ConditionKind::Not(inner) if matches!(inner.kind, ConditionKind::Named(_))));
    let ConditionKind::All(parts) = condition("(a or b) and c").kind else { panic!() };
    assert!(matches!(&parts[0].kind, ConditionKind::Any(inner) if inner.len() == 2));
    assert!(matches!(condition("not not a").kind, ConditionKind::Named(_)));
    assert!(matches!(condition("not not not a").kind, ConditionKind::Not(_)));
}

#[test]
fn every_predicate() {
    let literal = |operand: &Operand| match operand {
        Operand::Literal(literal) => (literal.raw.to_string(), literal.kind),
        Operand::Path(path) => panic!("{path:?}"),
    };
    assert!(matches!(predicate("a is x"), Predicate::Is { negated: false, right } if literal(&right) == ("x".into(), LiteralKind::Word)));
    assert!(
        matches!(predicate("a is not \"x y\""), Predicate::Is { negated: true, right } if literal(&right) == ("x y".into(), LiteralKind::Quoted))
    );
    assert!(
        matches!(predicate("a = -1_000.5"), Predicate::Is { right, .. } if literal(&right) == ("-1_000.5".into(), LiteralKind::Number))
    );
    assert!(matches!(predicate("a is b.c"), Predicate::Is { right: Operand::Path(p), .. } if p.parts.len() == 2));
    assert!(matches!(predicate("a is missing"), Predicate::Missing));
    assert!(matches!(predicate("a is not present"), Predicate::Missing));
    assert!(matches!(predicate("a is present"), Predicate::Present));
    for (sign, op) in
        [("<", Comparison::Less), ("<=", Comparison::LessOrEqual), (">", Comparison::Greater), (">=", Comparison::GreaterOrEqual)]
    {
        assert!(
            matches!(predicate(&format!("a {sign} 25%")), Predicate::Compare { op: found, right } if found == op && literal(&right).0 == "25%")
        );
    }
    assert!(matches!(predicate("a in [x, \"y z\", 3,]"), Predicate::In { negated: false, set: SetOperand::Values(v) } if v.len() == 3));
    assert!(matches!(predicate("a not in west"), Predicate::In { negated: true, set: SetOperand::Named(n) } if n.as_str() == "west"));
    assert!(matches!(predicate("a in 1K..2M"), Predicate::In { set: SetOperand::Range(f, t), .. } if (&*f.raw, &*t.raw) == ("1K", "2M")));
    assert!(matches!(predicate("a starts with 94"), Predicate::StartsWith(v) if v.len() == 1));
    assert!(matches!(predicate("a starts with [94, 95]"), Predicate::StartsWith(v) if v.len() == 2));
    assert!(matches!(predicate("a ends with any of [x, y]"), Predicate::EndsWith(v) if v.len() == 2));
    assert!(matches!(predicate("a contains x"), Predicate::Contains { negated: false, all: false, right } if right.len() == 1));
    assert!(matches!(predicate("a contains all of [x, y]"), Predicate::Contains { all: true, right, .. } if right.len() == 2));
    assert!(matches!(predicate("a does not contain any of [x]"), Predicate::Contains { negated: true, all: false, .. }));
    assert!(matches!(predicate("a before 2027-01-01"), Predicate::Before(Moment::Literal(l)) if l.kind == LiteralKind::Date));
    assert!(matches!(predicate("a after 2027-01-01T10:00+01:00"), Predicate::After(Moment::Literal(l)) if l.kind == LiteralKind::Time));
    assert!(matches!(predicate("a before today"), Predicate::Before(Moment::Today(_))));
    assert!(matches!(predicate("a after now"), Predicate::After(Moment::Now(_))));
    assert!(
        matches!(predicate("a before 180 days ago"), Predicate::Before(Moment::Ago(l)) if l.unit == Unit::Days && &*l.amount.raw == "180")
    );
    assert!(matches!(predicate("a after 1 month from now"), Predicate::After(Moment::FromNow(l)) if l.unit == Unit::Months));
    assert!(matches!(predicate("a before b.c"), Predicate::Before(Moment::Path(_))));
    assert!(matches!(predicate("a within last 2 weeks"), Predicate::Within { next: false, length } if length.unit == Unit::Weeks));
    assert!(matches!(predicate("a within next 3 hours"), Predicate::Within { next: true, length } if length.unit == Unit::Hours));
    assert!(matches!(condition("seen before by email within 90 days").kind, ConditionKind::SeenBefore { .. }));
    let ConditionKind::Test(test) = condition("domain of account.email is x").kind else { panic!() };
    assert!(test.subject.domain_of && test.subject.path.parts.len() == 2);
}

#[test]
fn clauses_of_a_segment_need_no_and() {
    let segment = only!(Segment, "segment s { a in 1..9  not b  c is x  2nd-tier  because \"so\" }");
    assert_eq!(segment.conditions.len(), 4);
    assert_eq!(segment.because.unwrap().as_str(), "so");
}

#[test]
fn records_and_matching() {
    let record = only!(
        Record,
        "record lead { id: text, key, private, any case  a: one of [x, \"y z\"]  b: set of [x], separated by \"|\"  c: set of text  \
         d: money USD  e: postal code  f: yes/no  g: account  h: calendar  i: time, arrival  j: number  k: percent  l: date }"
    );
    let kinds: Vec<String> =
        record.fields.iter().map(|f| format!("{:?}", f.ty.kind).split(['(', '@']).next().unwrap().to_owned()).collect();
    let expected =
        ["Text", "OneOf", "SetOf", "SetOfText", "Money", "PostalCode", "YesNo", "Record", "Calendar", "Time", "Number", "Percent", "Date"];
    assert_eq!(kinds, expected);
    assert!(matches!(&record.fields[1].ty.kind, TypeKind::OneOf(v) if v[1].as_str() == "y z"));
    let modifiers: Vec<&ModifierKind> = record.fields[0].modifiers.iter().map(|m| &m.kind).collect();
    assert_eq!(modifiers, [&ModifierKind::Key, &ModifierKind::Private, &ModifierKind::AnyCase]);
    assert!(matches!(&record.fields[2].modifiers[0].kind, ModifierKind::SeparatedBy(n) if n.as_str() == "|"));
    assert_eq!(record.fields[9].modifiers[0].kind, ModifierKind::Arrival);
    let matching = only!(Match, "match lead to account { by domain of email is domain, same country  by name is title }");
    assert_eq!((matching.from.as_str(), matching.to.as_str(), matching.lines.len()), ("lead", "account", 2));
    let pairs = &matching.lines[0].pairs;
    assert!(pairs[0].left.domain_of && pairs[0].right.as_str() == "domain");
    assert_eq!((pairs[1].left.path.parts[0].as_str(), pairs[1].right.as_str()), ("country", "country"));
}

#[test]
fn lists_calendars_and_classes() {
    assert!(matches!(only!(List, "list w = [CA, \"x y\"]").source, ListSource::Inline(v) if v.len() == 2));
    let ListSource::File { path, column } = only!(List, "list w from \"a.csv\" column domain").source else { panic!() };
    assert_eq!((path.as_str(), column.as_str()), ("a.csv", "domain"));
    let calendar = only!(
        Calendar,
        "calendar b { zone \"Europe/Berlin\" open mon..fri, sun 09:00..12:00, 13:00..17:30 closed 2027-12-25, 2027-12-27..2027-12-31 closed from \"h.csv\" column \"d\" where \"c\" is DE }"
    );
    assert_eq!(calendar.zone.unwrap().as_str(), "Europe/Berlin");
    let open = &calendar.open[0];
    assert_eq!((open.days.len(), open.hours.len()), (2, 2));
    assert_eq!((open.days[0].1.as_str(), open.days[1].1.as_str(), open.hours[1].1.as_str()), ("fri", "sun", "17:30"));
    assert!(matches!(&calendar.closed[0], Closed::Days(d) if d.len() == 2 && d[0].0 == d[0].1 && &*d[1].1.raw == "2027-12-31"));
    assert!(matches!(&calendar.closed[1], Closed::File { only: Some((c, v)), .. } if (c.as_str(), v.as_str()) == ("c", "DE")));
    let classes = only!(Classify, "classify account as standing { \"a b\" when x from 2027-01-01  c otherwise }");
    assert_eq!((classes.record.as_str(), classes.name.as_str()), ("account", "standing"));
    assert!(classes.lines[0].when.is_some() && classes.lines[0].dates.as_ref().unwrap().from.is_some());
    assert!(classes.lines[1].when.is_none());
}

#[test]
fn territories_and_overlap() {
    let outer = only!(
        Territory,
        "territory a { priority 10 parent p where x where y owner team t from 2027-01-01 through 2027-12-31 because \"b\" territory c { owner \"A B\" } }"
    );
    assert!(outer.priorities[0].is_number && outer.owners[0].is_team && outer.conditions.len() == 2);
    let dates = &outer.dates[0];
    assert_eq!((&*dates.from.as_ref().unwrap().raw, &*dates.through.as_ref().unwrap().raw), ("2027-01-01", "2027-12-31"));
    let inner = &outer.children[0].owners[0];
    assert!(!inner.is_team && inner.name.as_str() == "A B");
    let table = only!(
        TerritoryTable,
        "territories from \"z.csv\" { match postal starts with zip match country is \"the country\" name territory owner rep parent amer priority geography }"
    );
    assert!(table.matches[0].prefix && !table.matches[1].prefix);
    assert_eq!(table.matches[1].column.as_str(), "the country");
    assert_eq!((table.name_column.unwrap().as_str(), table.owner_column.unwrap().as_str()), ("territory", "rep"));
    let overlap = only!(
        Overlap,
        "overlap { lowest priority, then most specific, longest tenure, then highest rep.since, lowest rep.load, name, or nobody winners 2 }"
    );
    let kinds: Vec<&OverlapKind> = overlap.criteria.iter().map(|c| &c.kind).collect();
    assert!(matches!(
        kinds.as_slice(),
        [
            OverlapKind::LowestPriority,
            OverlapKind::MostSpecific,
            OverlapKind::LongestTenure,
            OverlapKind::Highest(_),
            OverlapKind::Lowest(_),
            OverlapKind::Name
        ]
    ));
    assert!(overlap.or_nobody.is_some() && &*overlap.winners.unwrap().raw == "2");
    assert!(only!(Overlap, "overlap { lowest priority or nobody }").or_nobody.is_some());
}

#[test]
fn teams() {
    let team = only!(
        Team,
        "team t { members ana weight 2, \"B C\" where rep.active  weight rep.share  limit 40 open limit 5 per day limit 6 per week limit 7 per month where x \
         pick prefer a is b, then in turn, then fewest open, least full, most room, longest wait, highest rep.x, lowest rep.y, as listed  working hours only }"
    );
    let members = &team.members[0];
    assert_eq!((&*members.listed[0].weight.as_ref().unwrap().raw, members.listed[1].name.as_str()), ("2", "B C"));
    assert!(members.condition.is_some() && team.weight.is_some() && team.working_hours.is_some());
    let per: Vec<LimitPer> = team.limits.iter().map(|l| l.per).collect();
    assert_eq!(per, [LimitPer::Open, LimitPer::Day, LimitPer::Week, LimitPer::Month]);
    assert!(team.limits[3].condition.is_some());
    let kinds: Vec<&PickKind> = team.picks[0].criteria.iter().map(|c| &c.kind).collect();
    assert!(matches!(
        kinds.as_slice(),
        [
            PickKind::Prefer(_),
            PickKind::InTurn,
            PickKind::FewestOpen,
            PickKind::LeastFull,
            PickKind::MostRoom,
            PickKind::LongestWait,
            PickKind::Highest(_),
            PickKind::Lowest(_),
            PickKind::AsListed
        ]
    ));
    assert!(only!(Team, "team t { members where rep.active }").members[0].listed.is_empty());
}

#[test]
fn kept_owners() {
    let rule = only!(
        Rule,
        "rule r { keep account.owner until 2027-12-31 if available, else keep owner of account.parent for 12 months since account.since, \
         else keep owner until account.locked where rep.active, else keep.owner credit k }"
    );
    let kinds: Vec<&TargetKind> = rule.routes[0].targets.iter().map(|t| &t.kind).collect();
    let [TargetKind::Keep(first), TargetKind::Keep(second), TargetKind::Keep(third), TargetKind::Path(_)] = kinds.as_slice() else {
        panic!("{kinds:?}")
    };
    assert!(!first.owner_of && second.owner_of && !third.owner_of);
    assert_eq!([first.who.parts.len(), second.who.parts.len(), third.who.parts.len()], [2, 2, 1]);
    assert!(matches!(&first.lasts, Lasts::Until(day) if &*day.raw == "2027-12-31"));
    assert!(matches!(&second.lasts, Lasts::Since { period, since } if period.unit == Unit::Months && since.parts.len() == 2));
    assert!(matches!(&third.lasts, Lasts::UntilField(path) if path.parts.len() == 2));
    assert!(rule.routes[0].targets[0].if_available.is_some() && rule.routes[0].targets[2].condition.is_some());
    assert_eq!(rule.credits.len(), 1);
}

#[test]
fn targets() {
    let rule = only!(
        Rule,
        "rule r for account { route to rep a if at work, else team b, else one of team c, else queue d, else owner of territory, else owner of x.y, \
         else x.owner if available where not z, else previous rep by email within 90 days, else leave as is  credit k respond within 1 hour }"
    );
    let targets = &rule.routes[0].targets;
    let kinds: Vec<&TargetKind> = targets.iter().map(|t| &t.kind).collect();
    assert!(matches!(
        kinds.as_slice(),
        [
            TargetKind::Rep(_),
            TargetKind::Team(_),
            TargetKind::Team(_),
            TargetKind::Queue(_),
            TargetKind::TerritoryOwner,
            TargetKind::OwnerOf(_),
            TargetKind::Path(_),
            TargetKind::PreviousRep { .. },
            TargetKind::LeaveAsIs
        ]
    ));
    assert!(targets[0].if_at_work.is_some() && targets[6].if_available.is_some() && targets[6].condition.is_some());
    assert_eq!((rule.record.unwrap().as_str(), rule.credits[0].as_str(), rule.respond[0].unit), ("account", "k", Unit::Hours));
    let overlay = only!(Overlay, "overlay o { when x add one of team t, else rep a as \"second pair\" }");
    assert_eq!((overlay.adds[0].targets.len(), overlay.adds[0].role.as_str()), (2, "second pair"));
    assert_eq!(only!(Otherwise, "otherwise for account { route to queue q }").record.unwrap().as_str(), "account");
}

#[test]
fn credit_roles() {
    let credit = only!(
        Credit,
        "credit c { amount revenue  revenue: 10% assignee, 10% territory owner, 10% account owner, 10% owner of account.parent, 10% rep ana, 2.5% assignee.manager, rest advisor  overlay: 5% advisor }"
    );
    let roles: Vec<&RoleSyntax> = credit.ledgers[0].shares.iter().map(|s| &s.role).collect();
    assert!(matches!(
        roles.as_slice(),
        [
            RoleSyntax::Assignee(_),
            RoleSyntax::TerritoryOwner(_),
            RoleSyntax::OwnerOf(_),
            RoleSyntax::OwnerOf(_),
            RoleSyntax::Rep(_),
            RoleSyntax::OfAssignee(_),
            RoleSyntax::Role(_)
        ]
    ));
    assert!(credit.ledgers[0].shares[6].percent.is_none() && credit.amount.is_some() && credit.ledgers.len() == 2);
}

#[test]
fn tests_keep_expectations_with_their_record() {
    let test = only!(
        Test,
        "test \"t\" { on 2027-03-01 given a is away given b has 40 open lead { x: 1, y: [a, b] z: \"c d\" } expect not rep a or b expect no territory lead { } expect otherwise expect credit revenue 60% assignee, rest rep a }"
    );
    assert!(matches!(test.givens[0].kind, GivenKind::Away) && matches!(test.givens[1].kind, GivenKind::Open(_)));
    let first = &test.records[0];
    assert!(first.fields.len() == 3 && matches!(&first.fields[1].1, TestValue::Many(v) if v.len() == 2));
    assert!(first.expects[0].negated && matches!(&first.expects[0].kind, ExpectKind::Rep(n) if n.len() == 2));
    assert!(matches!(first.expects[1].kind, ExpectKind::NoTerritory));
    let second = &test.records[1];
    assert!(matches!(second.expects[0].kind, ExpectKind::Otherwise));
    assert!(matches!(&second.expects[1].kind, ExpectKind::Credit { shares, .. } if shares.len() == 2));
}

//! Items: from pairs to the tree, one function for each construct.

use super::Rule;
use super::build::{Build, Piece, child, children, has};
use super::build_condition::{condition, subject, subject_of};
use super::build_target::targets;
use super::tree::{
    Add, CalendarItem, ClassLine, ClassifyItem, Closed, Condition, Counts, CreditItem, Dates, Expect, ExpectKind, FieldDeclaration, Given,
    GivenKind, Item, Ledger, Limit, LimitPer, ListItem, ListSource, ListedMember, MatchItem, MatchLine, MatchPair, Members, Modifier,
    ModifierKind, OpenHours, OtherwiseItem, OverlapCriterion, OverlapItem, OverlapKind, OverlayItem, OwnerRef, Pick, PickCriterion,
    PickKind, PrioritiesItem, PriorityRef, QueuesItem, RecordItem, RoleSyntax, Route, RuleItem, SegmentItem, Share, TableMatch, TeamItem,
    TerritoryItem, TerritoryTableItem, TestItem, TestRecord, TestValue, TypeKind, TypeSyntax,
};
use crate::text::Name;

/// Builds an item. Gives nothing only for a pair that is no item.
pub(super) fn item(build: &Build, pair: Piece<'_>) -> Option<Item> {
    Some(match pair.as_rule() {
        Rule::record => Item::Record(record(build, &pair)?),
        Rule::match_item => Item::Match(match_item(build, &pair)?),
        Rule::list => Item::List(list(build, &pair)?),
        Rule::calendar => Item::Calendar(calendar(build, &pair)?),
        Rule::segment => Item::Segment(segment(build, &pair)?),
        Rule::classify => Item::Classify(classify(build, &pair)?),
        Rule::priorities => Item::Priorities(PrioritiesItem { names: build.names(&child(&pair, Rule::names)?), span: build.span(&pair) }),
        Rule::queues => Item::Queues(QueuesItem { names: build.names(&child(&pair, Rule::names)?), span: build.span(&pair) }),
        Rule::territory => Item::Territory(territory(build, &pair)?),
        Rule::territory_table => Item::TerritoryTable(territory_table(build, &pair)?),
        Rule::overlap => Item::Overlap(overlap(build, &pair)),
        Rule::team => Item::Team(team(build, &pair)?),
        Rule::rule_item => Item::Rule(rule(build, &pair)?),
        Rule::otherwise => Item::Otherwise(otherwise(build, &pair)),
        Rule::overlay => Item::Overlay(overlay(build, &pair)?),
        Rule::credit => Item::Credit(credit(build, &pair)?),
        Rule::test_item => Item::Test(test_item(build, &pair)?),
        _ => return None,
    })
}

pub(super) fn each<'i, T>(pair: &Piece<'i>, rule: Rule, make: impl Fn(&Piece<'i>) -> Option<T>) -> Vec<T> {
    children(pair).filter(|p| p.as_rule() == rule).filter_map(|p| make(&p)).collect()
}

fn record(build: &Build, pair: &Piece<'_>) -> Option<RecordItem> {
    let fields = each(pair, Rule::field, |p| field(build, p));
    Some(RecordItem { name: build.first_name(pair)?, fields, span: build.span(pair) })
}

fn field(build: &Build, pair: &Piece<'_>) -> Option<FieldDeclaration> {
    let holder = child(pair, Rule::field_type)?;
    let inner = children(&holder).next()?;
    let names = || child(&inner, Rule::names).map(|n| build.names(&n)).unwrap_or_default();
    let kind = match inner.as_rule() {
        Rule::one_of => TypeKind::OneOf(names()),
        Rule::set_of => TypeKind::SetOf(names()),
        Rule::set_of_text => TypeKind::SetOfText,
        Rule::type_text => TypeKind::Text,
        Rule::type_number => TypeKind::Number,
        Rule::type_percent => TypeKind::Percent,
        Rule::type_money => TypeKind::Money(build.first_name(&inner)?),
        Rule::type_date => TypeKind::Date,
        Rule::type_time => TypeKind::Time,
        Rule::type_postal => TypeKind::PostalCode,
        Rule::type_yes_no => TypeKind::YesNo,
        Rule::type_calendar => TypeKind::Calendar,
        _ => TypeKind::Record(build.first_name(&inner)?),
    };
    let modifiers = each(pair, Rule::modifier, |p| modifier(build, p));
    Some(FieldDeclaration {
        name: build.first_name(pair)?,
        ty: TypeSyntax { kind, span: build.span(&holder) },
        modifiers,
        span: build.span(pair),
    })
}

fn modifier(build: &Build, pair: &Piece<'_>) -> Option<Modifier> {
    let inner = children(pair).next()?;
    let kind = match inner.as_rule() {
        Rule::is_key => ModifierKind::Key,
        Rule::is_private => ModifierKind::Private,
        Rule::any_case => ModifierKind::AnyCase,
        Rule::is_arrival => ModifierKind::Arrival,
        _ => ModifierKind::SeparatedBy(build.first_name(&inner)?),
    };
    Some(Modifier { kind, span: build.span(pair) })
}

fn match_item(build: &Build, pair: &Piece<'_>) -> Option<MatchItem> {
    let mut names = build.names(pair).into_iter();
    let lines = each(pair, Rule::match_line, |line| {
        let pairs = each(line, Rule::match_pair, |p| match_pair(build, p));
        Some(MatchLine { pairs, span: build.span(line) })
    });
    Some(MatchItem { from: names.next()?, to: names.next()?, lines, span: build.span(pair) })
}

fn match_pair(build: &Build, pair: &Piece<'_>) -> Option<MatchPair> {
    let inner = children(pair).next()?;
    let right = build.first_name(&inner)?;
    let left = match child(&inner, Rule::subject) {
        Some(written) => subject(build, &written)?,
        None => subject_of(&right),
    };
    Some(MatchPair { left, right, span: build.span(pair) })
}

fn list(build: &Build, pair: &Piece<'_>) -> Option<ListItem> {
    let source = match child(pair, Rule::from_file) {
        Some(file) => ListSource::File { path: build.name(&child(&file, Rule::quoted)?), column: build.name(&child(&file, Rule::name)?) },
        None => ListSource::Inline(build.literals(&child(pair, Rule::literals)?)),
    };
    Some(ListItem { name: build.first_name(pair)?, source, span: build.span(pair) })
}

fn calendar(build: &Build, pair: &Piece<'_>) -> Option<CalendarItem> {
    Some(CalendarItem {
        name: build.first_name(pair)?,
        zone: child(pair, Rule::zone).and_then(|z| build.first_name(&z)),
        open: each(pair, Rule::opening, |p| opening(build, p)),
        closed: each(pair, Rule::closed, |p| closed(build, p)),
        span: build.span(pair),
    })
}

/// Builds the two ends of a span; a single word stands for both.
fn ends(build: &Build, pair: &Piece<'_>, rule: Rule) -> Option<(Name, Name)> {
    let mut words = children(pair).filter(|p| p.as_rule() == rule).map(|p| Name::new(p.as_str(), build.span(&p)));
    let first = words.next()?;
    let last = words.next().unwrap_or_else(|| first.clone());
    Some((first, last))
}

fn opening(build: &Build, pair: &Piece<'_>) -> Option<OpenHours> {
    let days = each(pair, Rule::days, |p| ends(build, p, Rule::word));
    let hours = each(pair, Rule::hours, |p| ends(build, p, Rule::clock));
    Some(OpenHours { days, hours, span: build.span(pair) })
}

fn closed(build: &Build, pair: &Piece<'_>) -> Option<Closed> {
    if let Some(file) = child(pair, Rule::closed_file) {
        let path = build.name(&child(&file, Rule::quoted)?);
        let mut names = build.names(&file).into_iter();
        let column = names.next()?;
        let only = names.next().zip(names.next());
        return Some(Closed::File { path, column, only });
    }
    Some(Closed::Days(each(pair, Rule::closed_days, |days| {
        let mut dates = children(days).filter(|p| p.as_rule() == Rule::date).map(|p| build.literal(&p));
        let first = dates.next()?;
        let last = dates.next().unwrap_or_else(|| first.clone());
        Some((first, last))
    })))
}

fn conditions(build: &Build, pair: &Piece<'_>, holder: Rule) -> Vec<Condition> {
    each(pair, holder, |p| condition(build, &child(p, Rule::condition)?))
}

pub(super) fn only_condition(build: &Build, pair: &Piece<'_>) -> Option<Condition> {
    condition(build, &child(pair, Rule::condition)?)
}

fn because(build: &Build, pair: &Piece<'_>) -> Option<Name> {
    build.first_name(&child(pair, Rule::because)?)
}

fn segment(build: &Build, pair: &Piece<'_>) -> Option<SegmentItem> {
    Some(SegmentItem {
        name: build.first_name(pair)?,
        conditions: each(pair, Rule::condition, |p| condition(build, p)),
        because: because(build, pair),
        span: build.span(pair),
    })
}

fn classify(build: &Build, pair: &Piece<'_>) -> Option<ClassifyItem> {
    let mut names = build.names(pair).into_iter();
    let lines = each(pair, Rule::class_line, |line| {
        let dates = child(line, Rule::dates).map(|d| build.dates(&d));
        Some(ClassLine { value: build.first_name(line)?, when: only_condition(build, line), dates, span: build.span(line) })
    });
    Some(ClassifyItem { record: names.next()?, name: names.next()?, lines, span: build.span(pair) })
}

fn priority(build: &Build, pair: &Piece<'_>) -> Option<PriorityRef> {
    if let Some(number) = child(pair, Rule::number) {
        return Some(PriorityRef { name: Name::new(number.as_str(), build.span(&number)), is_number: true });
    }
    Some(PriorityRef { name: build.first_name(pair)?, is_number: false })
}

fn priorities(build: &Build, pair: &Piece<'_>) -> Vec<PriorityRef> {
    each(pair, Rule::priority, |p| priority(build, p))
}

fn all_dates(build: &Build, pair: &Piece<'_>) -> Vec<Dates> {
    each(pair, Rule::dates, |p| Some(build.dates(p)))
}

/// Builds a territory; nesting is bounded by the braces, which are counted before parsing.
fn territory(build: &Build, pair: &Piece<'_>) -> Option<TerritoryItem> {
    Some(TerritoryItem {
        name: build.first_name(pair)?,
        parents: each(pair, Rule::parent, |p| build.first_name(p)),
        priorities: priorities(build, pair),
        conditions: conditions(build, pair, Rule::where_line),
        owners: each(pair, Rule::owner, |p| owner(build, p)),
        dates: all_dates(build, pair),
        because: because(build, pair),
        children: each(pair, Rule::territory, |p| territory(build, p)),
        span: build.span(pair),
    })
}

fn owner(build: &Build, pair: &Piece<'_>) -> Option<OwnerRef> {
    match child(pair, Rule::owner_team) {
        Some(team) => Some(OwnerRef { name: build.first_name(&team)?, is_team: true }),
        None => Some(OwnerRef { name: build.first_name(pair)?, is_team: false }),
    }
}

fn territory_table(build: &Build, pair: &Piece<'_>) -> Option<TerritoryTableItem> {
    let matches = each(pair, Rule::table_match, |p| {
        Some(TableMatch {
            field: build.first_path(p)?,
            prefix: has(p, Rule::table_prefix),
            column: build.first_name(p)?,
            span: build.span(p),
        })
    });
    let column = |rule| child(pair, rule).and_then(|p| build.first_name(&p));
    Some(TerritoryTableItem {
        path: build.name(&child(pair, Rule::quoted)?),
        matches,
        name_column: column(Rule::table_name),
        owner_column: column(Rule::table_owner),
        parent: column(Rule::parent),
        priority: child(pair, Rule::priority).and_then(|p| priority(build, &p)),
        span: build.span(pair),
    })
}

fn overlap(build: &Build, pair: &Piece<'_>) -> OverlapItem {
    let lines: Vec<Piece<'_>> = children(pair).filter(|p| p.as_rule() == Rule::criteria).collect();
    let criteria = lines.iter().flat_map(|line| each(line, Rule::criterion, |p| criterion(build, p))).collect();
    OverlapItem {
        criteria,
        or_nobody: lines.iter().find_map(|line| child(line, Rule::or_nobody)).map(|p| build.span(&p)),
        winners: child(pair, Rule::winners).and_then(|w| child(&w, Rule::number)).map(|p| build.literal(&p)),
        span: build.span(pair),
    }
}

fn criterion(build: &Build, pair: &Piece<'_>) -> Option<OverlapCriterion> {
    let inner = children(pair).next()?;
    let kind = match inner.as_rule() {
        Rule::lowest_priority => OverlapKind::LowestPriority,
        Rule::most_specific => OverlapKind::MostSpecific,
        Rule::longest_tenure => OverlapKind::LongestTenure,
        Rule::highest => OverlapKind::Highest(build.first_path(&inner)?),
        Rule::lowest => OverlapKind::Lowest(build.first_path(&inner)?),
        _ => OverlapKind::Name,
    };
    Some(OverlapCriterion { kind, span: build.span(pair) })
}

fn team(build: &Build, pair: &Piece<'_>) -> Option<TeamItem> {
    Some(TeamItem {
        name: build.first_name(pair)?,
        members: each(pair, Rule::members, |p| Some(members(build, p))),
        picks: each(pair, Rule::pick, |p| {
            Some(Pick { criteria: each(p, Rule::pick_by, |c| pick_criterion(build, c)), span: build.span(p) })
        }),
        limits: each(pair, Rule::limit, |p| limit(build, p)),
        working_hours: child(pair, Rule::working_hours).map(|p| build.span(&p)),
        weight: child(pair, Rule::weight).and_then(|p| build.first_path(&p)),
        counts: each(pair, Rule::counts, |p| Some(Counts { events: each(p, Rule::name, |n| Some(build.name(n))), span: build.span(p) })),
        because: because(build, pair),
        span: build.span(pair),
    })
}

fn members(build: &Build, pair: &Piece<'_>) -> Members {
    let listed = each(pair, Rule::listed, |p| {
        let weight = child(p, Rule::number).map(|n| build.literal(&n));
        Some(ListedMember { name: build.first_name(p)?, weight })
    });
    Members { listed, condition: only_condition(build, pair), span: build.span(pair) }
}

fn pick_criterion(build: &Build, pair: &Piece<'_>) -> Option<PickCriterion> {
    let inner = children(pair).next()?;
    let kind = match inner.as_rule() {
        Rule::prefer => PickKind::Prefer(only_condition(build, &inner)?),
        Rule::in_turn => PickKind::InTurn,
        Rule::fewest_open => PickKind::FewestOpen,
        Rule::least_full => PickKind::LeastFull,
        Rule::most_room => PickKind::MostRoom,
        Rule::longest_wait => PickKind::LongestWait,
        Rule::highest => PickKind::Highest(build.first_path(&inner)?),
        Rule::lowest => PickKind::Lowest(build.first_path(&inner)?),
        _ => PickKind::AsListed,
    };
    Some(PickCriterion { kind, span: build.span(pair) })
}

fn limit(build: &Build, pair: &Piece<'_>) -> Option<Limit> {
    let per = if has(pair, Rule::open_work) {
        LimitPer::Open
    } else if has(pair, Rule::per_day) {
        LimitPer::Day
    } else if has(pair, Rule::per_week) {
        LimitPer::Week
    } else {
        LimitPer::Month
    };
    Some(Limit { amount: build.literal(&child(pair, Rule::number)?), per, condition: only_condition(build, pair), span: build.span(pair) })
}

fn routes(build: &Build, pair: &Piece<'_>) -> Vec<Route> {
    each(pair, Rule::route, |p| Some(Route { targets: targets(build, p), span: build.span(p) }))
}

fn for_record(build: &Build, pair: &Piece<'_>) -> Option<Name> {
    build.first_name(&child(pair, Rule::for_record)?)
}

fn rule(build: &Build, pair: &Piece<'_>) -> Option<RuleItem> {
    Some(RuleItem {
        name: build.first_name(pair)?,
        record: for_record(build, pair),
        priorities: priorities(build, pair),
        conditions: conditions(build, pair, Rule::when_line),
        routes: routes(build, pair),
        credits: each(pair, Rule::use_credit, |p| build.first_name(p)),
        respond: each(pair, Rule::respond, |p| build.first_length(p)),
        dates: all_dates(build, pair),
        because: because(build, pair),
        span: build.span(pair),
    })
}

fn otherwise(build: &Build, pair: &Piece<'_>) -> OtherwiseItem {
    OtherwiseItem {
        record: for_record(build, pair),
        routes: routes(build, pair),
        credits: each(pair, Rule::use_credit, |p| build.first_name(p)),
        respond: each(pair, Rule::respond, |p| build.first_length(p)),
        because: because(build, pair),
        span: build.span(pair),
    }
}

fn overlay(build: &Build, pair: &Piece<'_>) -> Option<OverlayItem> {
    Some(OverlayItem {
        name: build.first_name(pair)?,
        record: for_record(build, pair),
        conditions: conditions(build, pair, Rule::when_line),
        adds: each(pair, Rule::add, |p| Some(Add { targets: targets(build, p), role: build.first_name(p)?, span: build.span(p) })),
        dates: all_dates(build, pair),
        because: because(build, pair),
        span: build.span(pair),
    })
}

fn credit(build: &Build, pair: &Piece<'_>) -> Option<CreditItem> {
    Some(CreditItem {
        name: build.first_name(pair)?,
        amount: child(pair, Rule::amount).and_then(|p| build.first_path(&p)),
        ledgers: each(pair, Rule::ledger, |p| Some(Ledger { name: build.first_name(p)?, shares: shares(build, p), span: build.span(p) })),
        because: because(build, pair),
        span: build.span(pair),
    })
}

fn shares(build: &Build, pair: &Piece<'_>) -> Vec<Share> {
    each(pair, Rule::share, |p| {
        let percent = child(p, Rule::number).map(|n| build.literal(&n));
        let role = role(build, &children(&child(p, Rule::role)?).next()?)?;
        Some(Share { percent, role, span: build.span(p) })
    })
}

fn role(build: &Build, pair: &Piece<'_>) -> Option<RoleSyntax> {
    Some(match pair.as_rule() {
        Rule::role_rep => RoleSyntax::Rep(build.first_name(pair)?),
        Rule::role_owner_of | Rule::role_path_owner => {
            let path = build.first_path(pair)?;
            if let [only] = path.parts.as_slice()
                && only.as_str() == "territory"
            {
                return Some(RoleSyntax::TerritoryOwner(build.span(pair)));
            }
            RoleSyntax::OwnerOf(path)
        }
        Rule::role_territory_owner => RoleSyntax::TerritoryOwner(build.span(pair)),
        Rule::role_of_assignee => RoleSyntax::OfAssignee(build.first_path(pair)?),
        Rule::role_assignee => RoleSyntax::Assignee(build.span(pair)),
        _ => RoleSyntax::Role(build.first_name(pair)?),
    })
}

fn test_item(build: &Build, pair: &Piece<'_>) -> Option<TestItem> {
    let mut records: Vec<TestRecord> = Vec::new();
    let mut early = Vec::new();
    for part in children(pair) {
        match part.as_rule() {
            Rule::test_record => records.push(test_record(build, &part)?),
            // Expectations belong to the record before them; those before the first to the first.
            Rule::expect => match records.last_mut() {
                Some(record) => record.expects.push(expect(build, &part)?),
                None => early.push(expect(build, &part)?),
            },
            _ => {}
        }
    }
    if let Some(first) = records.first_mut() {
        first.expects.splice(0..0, early);
    }
    Some(TestItem {
        name: build.name(&child(pair, Rule::quoted)?),
        on: child(pair, Rule::test_on)
            .and_then(|p| children(&p).find(|l| matches!(l.as_rule(), Rule::date | Rule::time)))
            .map(|p| build.literal(&p)),
        givens: each(pair, Rule::given, |p| given(build, p)),
        records,
        span: build.span(pair),
    })
}

fn given(build: &Build, pair: &Piece<'_>) -> Option<Given> {
    let kind = match child(pair, Rule::given_open) {
        Some(open) => GivenKind::Open(build.literal(&child(&open, Rule::number)?)),
        None => GivenKind::Away,
    };
    Some(Given { rep: build.first_name(pair)?, kind, span: build.span(pair) })
}

fn test_record(build: &Build, pair: &Piece<'_>) -> Option<TestRecord> {
    let fields = each(pair, Rule::test_field, |p| {
        let value = match child(p, Rule::literals) {
            Some(many) => TestValue::Many(build.literals(&many)),
            None => TestValue::One(build.literal(&child(p, Rule::literal)?)),
        };
        Some((build.first_name(p)?, value))
    });
    Some(TestRecord { record: build.first_name(pair)?, fields, expects: Vec::new(), span: build.span(pair) })
}

fn expect(build: &Build, pair: &Piece<'_>) -> Option<Expect> {
    let inner = children(pair).find(|p| !matches!(p.as_rule(), Rule::k_expect | Rule::negation))?;
    let some = || child(&inner, Rule::some).map(|s| build.names(&s)).unwrap_or_default();
    let kind = match inner.as_rule() {
        Rule::expect_rep => ExpectKind::Rep(some()),
        Rule::expect_rule => ExpectKind::Rule(some()),
        Rule::expect_territory => ExpectKind::Territory(some()),
        Rule::expect_queue => ExpectKind::Queue(some()),
        Rule::expect_team => ExpectKind::Team(some()),
        Rule::expect_account => ExpectKind::Account(some()),
        Rule::expect_overlay => ExpectKind::Overlay(some()),
        Rule::expect_credit => ExpectKind::Credit { ledger: build.first_name(&inner)?, shares: shares(build, &inner) },
        Rule::expect_no_territory => ExpectKind::NoTerritory,
        Rule::expect_no_account => ExpectKind::NoAccount,
        _ => ExpectKind::Otherwise,
    };
    Some(Expect { negated: has(pair, Rule::negation), kind, span: build.span(pair) })
}

//! The oracle: a slow, obvious second reading of what a book means, written apart from the engine.
//!
//! It keeps a list of everything that was ever assigned and counts by walking all of it; working time is counted
//! minute by minute. Nothing here is shared with the engine but the model of the rules.

pub mod evaluate;

use std::collections::BTreeMap;
use std::sync::Arc;

use evaluate::{Context, Found, answer, find, previous, same};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use num_rational::BigRational;
use num_traits::{One, Zero};
use rust_decimal::Decimal;
use turf::model::{
    Answer, Condition, LimitPer, OverlapCriterion, Owner, Period, Pick, Record, Role, Target, TargetKind, Team, TeamId, TerritoryId, Unit,
    Value, look_up_key,
};
use turf::plan::Plan;

/// One assignment that was made.
#[derive(Clone, Debug)]
pub struct Event {
    pub rep: Arc<str>,
    pub team: Option<Arc<str>>,
    pub record: Record,
    pub placed: Option<TerritoryId>,
    pub at: Timestamp,
    /// How many events there were before the decision it belongs to: all that its conditions may look at.
    pub seen: usize,
    /// Whether it gave somebody work; overlays only take a turn.
    pub work: bool,
}

/// What the oracle says of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub matched: Option<Arc<str>>,
    pub territories: Vec<TerritoryId>,
    pub rule: Option<String>,
    pub assignee: Option<String>,
    pub added: Vec<(String, Option<String>)>,
    /// By ledger: taker and exact percentage.
    pub totals: Vec<(String, Vec<(String, BigRational)>)>,
    /// Only for minutes and hours.
    pub due: Option<Timestamp>,
}

/// Decides one record after the other.
pub struct Oracle<'a> {
    plan: &'a Plan,
    events: Vec<Event>,
    /// When the first record was decided.
    began: Option<Timestamp>,
    pointers: BTreeMap<(Arc<str>, Arc<str>), (BigRational, bool)>,
}

/// One decision under way.
#[derive(Clone, Copy)]
struct Case<'c> {
    record: &'c Record,
    at: Timestamp,
    placed: Option<TerritoryId>,
    /// How many events there were before this decision.
    seen: usize,
}

impl<'a> Oracle<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, events: Vec::new(), began: None, pointers: BTreeMap::new() }
    }

    fn ask(&self, condition: &Condition, case: Case<'_>, candidate: Option<&Record>) -> Answer {
        answer(condition, &Context { candidate, ..self.context(case) })
    }

    fn context<'c>(&'c self, case: Case<'c>) -> Context<'c> {
        let events = self.events.get(..case.seen).unwrap();
        Context { plan: self.plan, record: case.record, candidate: None, placed: case.placed, at: case.at, events }
    }

    fn today(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.plan.book.zone.clone()).date()
    }

    fn rep(&self, key: &str) -> Option<&'a Record> {
        self.plan.data.get(self.plan.book.rep?.record, key)
    }

    fn active(&self, key: &str) -> bool {
        let field = self.plan.book.rep.unwrap().active;
        self.rep(key).is_some_and(|r| r.value(field) == Some(&Value::YesNo(true)))
    }

    fn away(&self, key: &str, at: Timestamp) -> bool {
        self.plan.data.absences.get(key).is_some_and(|all| all.iter().any(|a| a.from <= at && at < a.until))
    }

    fn zone_of(&self, key: &str) -> TimeZone {
        self.calendar_of(key).map_or_else(|| self.plan.book.zone.clone(), |c| c.zone.clone())
    }

    fn calendar_of(&self, key: &str) -> Option<&'a turf::model::Calendar> {
        let field = self.plan.book.rep?.calendar?;
        let Some(Value::Text(name)) = self.rep(key)?.value(field) else { return None };
        self.plan.book.calendars.iter().find(|c| c.name.text == *name)
    }

    fn at_work(&self, key: &str, at: Timestamp) -> bool {
        self.calendar_of(key).is_some_and(|c| open_at(c, at))
    }

    pub fn decide(&mut self, mut record: Record, at: Timestamp) -> Verdict {
        self.began.get_or_insert(at);
        let seen = self.events.len();
        let matched = self.matched(&mut record);
        let territories = self.territories(Case { record: &record, at, placed: None, seen });
        let case = Case { record: &record, at, placed: territories.first().copied(), seen };
        let mut verdict = Verdict { matched, territories, rule: None, assignee: None, added: Vec::new(), totals: Vec::new(), due: None };
        let kind = record.kind;
        let mut rules: Vec<_> = self.plan.book.rules.iter().filter(|r| r.record == kind && r.dates.contains(self.today(at))).collect();
        rules.sort_by_key(|r| (r.priority.rank, r.name.text.clone()));
        let mut decided = None;
        for rule in rules {
            if self.ask(&rule.condition, case, None).is_yes()
                && let Some(taker) = self.chain(&rule.route, case, true)
            {
                verdict.rule = Some(rule.name.to_string());
                decided = Some((taker, rule.credit, rule.respond));
                break;
            }
        }
        if decided.is_none()
            && let Some(last) = self.plan.book.otherwise.get(&kind)
        {
            let taker = self.chain(&last.route, case, true).expect("otherwise ends in a queue");
            verdict.rule = Some("otherwise".to_owned());
            decided = Some((taker, last.credit, last.respond));
        }
        // Overlays add people whether or not somebody has the record.
        for overlay in &self.plan.book.overlays {
            if overlay.record == kind && overlay.dates.contains(self.today(at)) && self.ask(&overlay.condition, case, None).is_yes() {
                for add in &overlay.adds {
                    let added = self.chain(&add.targets, case, false);
                    verdict.added.push((add.role.to_string(), added.map(|t| t.0)));
                }
            }
        }
        let Some((taker, credit, respond)) = decided else { return verdict };
        verdict.assignee = Some(taker.0.clone());
        if let Some(credit) = credit {
            verdict.totals = self.credit(&self.plan.book.credits[credit.index()], case, &taker, &verdict.added);
        }
        verdict.due = respond.and_then(|r| self.due(r, at, &taker.0));
        verdict
    }

    fn matched(&self, record: &mut Record) -> Option<Arc<str>> {
        let matching = self.plan.book.matches.get(&record.kind)?;
        if let Some(Value::Reference(given)) = record.value(matching.field) {
            return Some(given.clone());
        }
        for line in &matching.lines {
            let context = Context { plan: self.plan, record, candidate: None, placed: None, at: Timestamp::UNIX_EPOCH, events: &[] };
            let fits = |other: &&Record| {
                line.pairs.iter().all(|(left, right)| {
                    let ty = &self.plan.book.schema.field(matching.to, *right).ty;
                    match (find(left, &context), other.value(*right)) {
                        (Found::Value(a), Some(b)) => same(&a, &left.ty, b, ty),
                        _ => false,
                    }
                })
            };
            let found: Vec<Arc<str>> = self.plan.data.all(matching.to).filter(fits).map(|r| r.key.clone()).collect();
            if let [only] = found.as_slice() {
                record.values[matching.field.index()] = Some(Value::Reference(only.clone()));
                return Some(only.clone());
            }
        }
        None
    }

    fn own_claim(&self, id: TerritoryId, case: Case<'_>) -> bool {
        let territory = &self.plan.book.territories[id.index()];
        if !territory.dates.contains(self.today(case.at)) {
            return false;
        }
        let Some(rows) = &territory.row else {
            return territory.conditions.get(&case.record.kind).is_some_and(|c| self.ask(c, case, None).is_yes());
        };
        let table = &self.plan.book.tables[rows.table];
        let Some(matches) = table.matches.get(&case.record.kind) else { return false };
        let context = self.context(case);
        let keys: Option<Vec<Arc<str>>> = matches
            .iter()
            .map(|m| if let Found::Value(v) = find(&m.field, &context) { look_up_key(&v, &m.field.ty) } else { None })
            .collect();
        let Some(keys) = keys else { return false };
        // Of all rows that fit, those with the longest prefix, column by column from the left.
        let fits = |row: &[Arc<str>]| {
            let mut cells = matches.iter().zip(row).zip(&keys);
            cells.all(|((m, cell), key)| if m.prefix { key.starts_with(&**cell) } else { cell == key })
        };
        let mut candidates: Vec<_> = table.rows.iter().filter(|(row, _)| fits(row)).collect();
        for column in (0..matches.len()).filter(|c| matches[*c].prefix) {
            let longest = candidates.iter().map(|(row, _)| row[column].len()).max();
            candidates.retain(|(row, _)| Some(row[column].len()) == longest);
        }
        candidates.iter().any(|(_, claims)| claims.iter().any(|(t, _)| *t == id))
    }

    fn claims(&self, id: TerritoryId, case: Case<'_>) -> bool {
        let mut at = Some(id);
        while let Some(territory) = at {
            if !self.own_claim(territory, case) {
                return false;
            }
            at = self.plan.book.territories[territory.index()].parent;
        }
        true
    }

    /// The active people behind an owner: of a team those listed, and of the whole roster those who may fit.
    fn staff(&self, owner: &Owner, case: Case<'_>) -> Vec<Arc<str>> {
        let mut people = match owner {
            Owner::Rep(name) => vec![name.text.clone()],
            Owner::Team(team, _) => {
                let mut members = Vec::new();
                for line in &self.plan.book.teams[team.index()].members {
                    let condition = line.conditions.get(&case.record.kind);
                    let possible = |rep: &Arc<str>| condition.is_some_and(|c| self.ask(c, case, self.rep(rep)) != Answer::No);
                    members.extend(self.line_members(line).into_iter().filter(|rep| !line.listed.is_empty() || possible(rep)));
                }
                members
            }
        };
        people.retain(|rep| self.active(rep));
        people
    }

    fn line_members(&self, line: &turf::model::Members) -> Vec<Arc<str>> {
        if line.listed.is_empty() {
            return self.plan.data.all(self.plan.book.rep.unwrap().record).map(|r| r.key.clone()).collect();
        }
        line.listed.iter().map(|(n, _)| n.text.clone()).collect()
    }

    fn territories(&self, case: Case<'_>) -> Vec<TerritoryId> {
        let book = &self.plan.book;
        let ids = (0..book.territories.len()).map(TerritoryId::from_index);
        let owner = |id: TerritoryId| book.territories[id.index()].owner.as_ref();
        let has_staff = |id: TerritoryId| owner(id).is_some_and(|o| !self.staff(o, case).is_empty());
        let staffed: Vec<TerritoryId> = ids.filter(|id| self.claims(*id, case) && has_staff(*id)).collect();
        let deepest = |id: &&TerritoryId| {
            let here = &book.territories[id.index()];
            staffed.iter().all(|o| book.territories[o.index()].root != here.root || book.territories[o.index()].depth <= here.depth)
        };
        let mut left: Vec<TerritoryId> = staffed.iter().filter(deepest).copied().collect();
        let Some(overlap) = &book.overlap else { return Vec::new() };
        let mut winners = Vec::new();
        while winners.len() < overlap.winners as usize && !left.is_empty() {
            let mut best = left.clone();
            for criterion in &overlap.criteria {
                // Lower is better; missing comes last.
                let rank = |id: &TerritoryId| -> (bool, Decimal) { self.overlap_rank(*criterion, *id, case) };
                let lowest = best.iter().map(rank).min().unwrap();
                best.retain(|id| rank(id) == lowest);
            }
            if best.len() > 1 && overlap.or_nobody {
                break;
            }
            winners.push(best[0]);
            left.retain(|id| *id != best[0]);
        }
        winners
    }

    fn overlap_rank(&self, criterion: OverlapCriterion, id: TerritoryId, case: Case<'_>) -> (bool, Decimal) {
        let territory = &self.plan.book.territories[id.index()];
        // The lowest value of the field, or of its negative, among the people behind the owner.
        let of_staff = |field, sign: i64| {
            let people = territory.owner.iter().flat_map(|o| self.staff(o, case));
            people.filter_map(|rep| size(self.rep(&rep)?.value(field))).map(|v| v * Decimal::from(sign)).min()
        };
        let or_last = |value: Option<Decimal>| (value.is_none(), value.unwrap_or_default());
        match criterion {
            OverlapCriterion::LowestPriority => or_last(territory.priority.as_ref().map(|p| Decimal::from(p.rank))),
            OverlapCriterion::MostSpecific => (false, -Decimal::from(territory.attributes)),
            OverlapCriterion::Name => (false, Decimal::from(id.0)),
            OverlapCriterion::Highest(field) => or_last(of_staff(field, -1)),
            OverlapCriterion::Lowest(field) => or_last(of_staff(field, 1)),
            OverlapCriterion::LongestTenure => or_last(self.plan.book.rep.and_then(|r| r.since).and_then(|f| of_staff(f, 1))),
        }
    }

    /// Who takes the record of a chain, and the team they were picked from.
    fn chain(&mut self, targets: &[Target], case: Case<'_>, work: bool) -> Option<(String, Option<TeamId>)> {
        for target in targets {
            let person = match &target.kind {
                TargetKind::Queue(queue) => {
                    let allowed = target.condition.as_ref().is_none_or(|c| self.ask(c, case, None).is_yes());
                    if allowed {
                        return Some((format!("queue {queue}"), None));
                    }
                    continue;
                }
                TargetKind::Team(team) => {
                    if let Some(rep) = self.pick(*team, target, case, work) {
                        return Some((format!("rep {rep}"), Some(*team)));
                    }
                    continue;
                }
                TargetKind::TerritoryOwner => match case.placed.and_then(|t| self.plan.book.territories[t.index()].owner.clone()) {
                    Some(Owner::Team(team, _)) => {
                        if let Some(rep) = self.pick(team, target, case, work) {
                            return Some((format!("rep {rep}"), Some(team)));
                        }
                        continue;
                    }
                    Some(Owner::Rep(name)) => Some(name.text),
                    None => None,
                },
                TargetKind::Rep(name) => Some(name.text.clone()),
                TargetKind::Path(path) | TargetKind::LeaveAsIs(path) => self.key_at(path, case),
                TargetKind::PreviousRep { by, within } => {
                    let context = self.context(case);
                    match find(by, &context) {
                        Found::Value(value) => previous(&context, by, &value, *within).map(|e| e.rep.clone()),
                        Found::Missing(_) => None,
                    }
                }
            };
            let Some(person) = person else { continue };
            let record = self.rep(&person);
            let fine = self.active(&person)
                && (!(target.if_available || target.if_at_work) || !self.away(&person, case.at))
                && (!target.if_at_work || self.at_work(&person, case.at))
                && target.condition.as_ref().is_none_or(|c| self.ask(c, case, record).is_yes());
            if fine {
                if work && !matches!(target.kind, TargetKind::LeaveAsIs(_)) {
                    self.events.push(Event {
                        rep: person.clone(),
                        team: None,
                        record: case.record.clone(),
                        placed: case.placed,
                        at: case.at,
                        seen: case.seen,
                        work: true,
                    });
                }
                return Some((format!("rep {person}"), None));
            }
        }
        None
    }

    fn key_at(&self, path: &turf::model::FieldPath, case: Case<'_>) -> Option<Arc<str>> {
        match find(path, &self.context(case)) {
            Found::Value(value) => evaluate::text_of(&value).map(Into::into),
            Found::Missing(_) => None,
        }
    }

    fn counted(&self, team: &Team, limit: &turf::model::Limit, rep: &Arc<str>, at: Timestamp) -> u64 {
        let counts = |case: Case<'_>| limit.conditions.get(&case.record.kind).is_some_and(|c| self.ask(c, case, None).is_yes());
        let given = |e: &Event| counts(Case { record: &e.record, at: e.at, placed: e.placed, seen: e.seen });
        let zone = self.zone_of(rep);
        let day = |t: Timestamp| t.to_zoned_datetime(zone.clone()).date();
        if limit.per == LimitPer::Open {
            // What was open before the run is looked at as the run begins.
            let began = self.began.unwrap();
            let loads = self.plan.data.loads.get(rep).into_iter().flatten();
            let loaded = loads.filter(|w| counts(Case { record: &w.record, at: began, placed: None, seen: 0 }));
            let loaded: u64 = loaded.map(|w| w.count).sum();
            let given = self.events.iter().filter(|e| e.work && e.rep == *rep && given(e)).count();
            return loaded + given as u64;
        }
        let same_period = |e: &&Event| match limit.per {
            LimitPer::Week => monday(day(e.at)) == monday(day(at)),
            LimitPer::Month => day(e.at).first_of_month() == day(at).first_of_month(),
            _ => day(e.at) == day(at),
        };
        let mine = self.events.iter().filter(|e| e.rep == *rep && e.team.as_ref() == Some(&team.name.text));
        mine.filter(same_period).filter(|e| given(e)).count() as u64
    }

    fn open_of(&self, rep: &Arc<str>) -> u64 {
        let loaded: u64 = self.plan.data.loads.get(rep).into_iter().flatten().map(|w| w.count).sum();
        loaded + self.events.iter().filter(|e| e.work && e.rep == *rep).count() as u64
    }

    fn weight(&self, team: &Team, rep: &str) -> BigRational {
        let listed = team.members.iter().flat_map(|l| &l.listed).find(|(n, w)| n.as_str() == rep && w.is_some()).and_then(|(_, w)| *w);
        let of_field = || team.weight.and_then(|f| size(self.rep(rep)?.value(f)));
        // Whoever has no weight written anywhere weighs as much as everybody else.
        let weight = listed.or_else(of_field).unwrap_or(Decimal::ONE);
        rational(weight)
    }

    fn pick(&mut self, id: TeamId, target: &Target, case: Case<'_>, work: bool) -> Option<Arc<str>> {
        let plan = self.plan;
        let team = &plan.book.teams[id.index()];
        let in_turn = team.pick.iter().any(|p| matches!(p, Pick::InTurn(_)));
        let mut everybody: Vec<Arc<str>> = team.members.iter().flat_map(|l| self.line_members(l)).collect();
        everybody.sort();
        everybody.dedup();
        let (mut eligible, mut skipped) = (Vec::new(), Vec::new());
        for rep in &everybody {
            let candidate = self.rep(rep);
            let fits = candidate.is_some()
                && team.members.iter().any(|line| {
                    self.line_members(line).contains(rep)
                        && line.conditions.get(&case.record.kind).is_some_and(|c| self.ask(c, case, candidate).is_yes())
                })
                && target.condition.as_ref().is_none_or(|c| self.ask(c, case, candidate).is_yes());
            let here = self.active(rep)
                && !self.away(rep, case.at)
                && (!team.working_hours_only || self.at_work(rep, case.at))
                && team.limits.iter().all(|limit| {
                    let applies = limit.conditions.get(&case.record.kind).is_some_and(|c| self.ask(c, case, None).is_yes());
                    !applies || self.counted(team, limit, rep, case.at) < limit.amount
                });
            let weighs = !in_turn || self.weight(team, rep) > BigRational::zero();
            if fits && here && weighs {
                eligible.push(rep.clone());
            } else if (fits || !self.active(rep)) && !here {
                skipped.push(rep.clone());
            }
        }
        // When nobody can take it, no turn is missed either.
        if eligible.is_empty() {
            return None;
        }
        if in_turn {
            for rep in skipped {
                if let Some(pointer) = self.pointers.get_mut(&(team.name.text.clone(), rep)) {
                    pointer.1 = true;
                }
            }
            self.bring_into_turn(team, &eligible);
        }
        let mut left = eligible.clone();
        for criterion in &team.pick {
            self.narrow(team, criterion, case, &mut left);
        }
        left.sort();
        let taken = left.first()?.clone();
        if in_turn {
            let step = BigRational::one() / self.weight(team, &taken);
            self.pointers.get_mut(&(team.name.text.clone(), taken.clone())).unwrap().0 += step;
        }
        let event = Event {
            rep: taken.clone(),
            team: Some(team.name.text.clone()),
            record: case.record.clone(),
            placed: case.placed,
            at: case.at,
            seen: case.seen,
            work,
        };
        self.events.push(event);
        Some(taken)
    }

    /// Raises those who are new or were skipped to the lowest pointer of those in the running.
    fn bring_into_turn(&mut self, team: &Team, eligible: &[Arc<str>]) {
        let key = |rep: &Arc<str>| (team.name.text.clone(), rep.clone());
        let running: Vec<BigRational> =
            eligible.iter().filter_map(|r| self.pointers.get(&key(r))).filter(|(_, skipped)| !skipped).map(|(p, _)| p.clone()).collect();
        let anybody = self.pointers.iter().filter(|((t, _), _)| *t == team.name.text).map(|(_, (p, _))| p.clone()).min();
        let lowest = running.into_iter().min();
        for rep in eligible {
            let fallback = anybody.clone().unwrap_or_else(BigRational::zero);
            match self.pointers.get_mut(&key(rep)) {
                Some((pointer, skipped)) if *skipped => {
                    if let Some(lowest) = &lowest
                        && *pointer < *lowest
                    {
                        *pointer = lowest.clone();
                    }
                    *skipped = false;
                }
                Some(_) => {}
                None => {
                    self.pointers.insert(key(rep), (lowest.clone().unwrap_or(fallback), false));
                }
            }
        }
    }

    fn narrow(&self, team: &Team, criterion: &Pick, case: Case<'_>, left: &mut Vec<Arc<str>>) {
        let listed = |rep: &Arc<str>| {
            let mut names = team.members.iter().flat_map(|l| &l.listed);
            names.position(|(n, _)| n.text == *rep).unwrap_or(usize::MAX)
        };
        let keep_lowest = |left: &mut Vec<Arc<str>>, rank: &dyn Fn(&Arc<str>) -> (bool, BigRational)| {
            if let Some(lowest) = left.iter().map(rank).min() {
                left.retain(|rep| rank(rep) == lowest);
            }
        };
        let whole = |n: u64| BigRational::from_integer(n.into());
        let open_limits = || {
            let open = team.limits.iter().filter(|l| l.per == LimitPer::Open);
            open.filter(|l| l.conditions.get(&case.record.kind).is_some_and(|c| self.ask(c, case, None).is_yes()))
        };
        match criterion {
            Pick::Prefer(conditions, _) => {
                let yes = |rep: &Arc<str>| conditions.get(&case.record.kind).is_some_and(|c| self.ask(c, case, self.rep(rep)).is_yes());
                if left.iter().any(yes) {
                    left.retain(yes);
                }
            }
            Pick::FewestOpen(_) => keep_lowest(left, &|rep| (false, whole(self.open_of(rep)))),
            Pick::LeastFull(_) => keep_lowest(left, &|rep| {
                let fullest = open_limits().map(|l| whole(self.counted(team, l, rep, case.at)) / whole(l.amount)).max();
                (false, fullest.unwrap_or_else(BigRational::zero))
            }),
            Pick::MostRoom(_) => keep_lowest(left, &|rep| {
                let room = open_limits().map(|l| whole(l.amount) - whole(self.counted(team, l, rep, case.at))).min();
                (room.is_some(), -room.unwrap_or_else(BigRational::zero))
            }),
            Pick::LongestWait(_) => keep_lowest(left, &|rep| {
                let last = self.events.iter().filter(|e| e.rep == *rep && e.team.as_ref() == Some(&team.name.text)).map(|e| e.at).max();
                (last.is_some(), last.map_or_else(BigRational::zero, |t| BigRational::from_integer(t.as_nanosecond().into())))
            }),
            Pick::Highest(field, _) => {
                keep_lowest(left, &|rep| missing_last(size(self.rep(rep).and_then(|r| r.value(*field))).map(|v| -v)))
            }
            Pick::Lowest(field, _) => keep_lowest(left, &|rep| missing_last(size(self.rep(rep).and_then(|r| r.value(*field))))),
            Pick::AsListed(_) => keep_lowest(left, &|rep| (false, whole(listed(rep) as u64))),
            Pick::InTurn(_) => {
                let pointer = |rep: &Arc<str>| self.pointers[&(team.name.text.clone(), rep.clone())].0.clone();
                keep_lowest(left, &|rep| (false, pointer(rep)));
                keep_lowest(left, &|rep| (false, -self.weight(team, rep)));
                keep_lowest(left, &|rep| (false, whole(listed(rep) as u64)));
            }
        }
    }

    fn credit(
        &self,
        credit: &turf::model::Credit,
        case: Case<'_>,
        taker: &(String, Option<TeamId>),
        added: &[(String, Option<String>)],
    ) -> Vec<(String, Vec<(String, BigRational)>)> {
        let takers = |role: &Role| -> Vec<String> {
            let person = |key: Option<Arc<str>>| key.filter(|k| self.active(k)).map(|k| format!("rep {k}")).into_iter().collect::<Vec<_>>();
            match role {
                Role::Assignee => vec![taker.0.clone()],
                Role::Rep(name) => person(Some(name.text.clone())),
                Role::Path(_, paths) => person(paths.get(&case.record.kind).and_then(|p| self.key_at(p, case))),
                Role::OfAssignee(field, _) => person(
                    taker.0.strip_prefix("rep ").and_then(|key| self.rep(key)?.value(*field).and_then(evaluate::text_of).map(Into::into)),
                ),
                Role::Added(role) => {
                    let mut all: Vec<String> = added.iter().filter(|(r, _)| r == &**role).filter_map(|(_, who)| who.clone()).collect();
                    all.sort();
                    all.dedup();
                    all
                }
                Role::TerritoryOwner => match case.placed.and_then(|t| self.plan.book.territories[t.index()].owner.clone()) {
                    Some(Owner::Rep(name)) => person(Some(name.text)),
                    Some(Owner::Team(team, _)) if taker.1 == Some(team) => vec![taker.0.clone()],
                    Some(Owner::Team(team, _)) => vec![format!("team {}", self.plan.book.teams[team.index()].name)],
                    None => Vec::new(),
                },
            }
        };
        let mut all = Vec::new();
        for ledger in &credit.ledgers {
            let mut totals: BTreeMap<String, BigRational> = BTreeMap::new();
            let mut unfilled = BigRational::zero();
            let mut given = BigRational::zero();
            for share in &ledger.shares {
                let percent = rational(share.percent);
                given += percent.clone();
                let who = takers(&share.role);
                if who.is_empty() {
                    unfilled += percent.clone();
                }
                for taker in &who {
                    *totals.entry(taker.clone()).or_insert_with(BigRational::zero) +=
                        percent.clone() / BigRational::from_integer(who.len().into());
                }
            }
            if let Some(rest) = &ledger.rest {
                let hundred = BigRational::from_integer(100.into());
                let left = hundred - given + unfilled;
                let mut who = takers(rest);
                if who.is_empty() {
                    who = vec![taker.0.clone()];
                }
                if left > BigRational::zero() {
                    for taker in &who {
                        *totals.entry(taker.clone()).or_insert_with(BigRational::zero) +=
                            left.clone() / BigRational::from_integer(who.len().into());
                    }
                }
            }
            all.push((ledger.name.to_string(), totals.into_iter().collect()));
        }
        all
    }

    /// Counts working minutes one by one.
    fn due(&self, respond: Period, at: Timestamp, assignee: &str) -> Option<Timestamp> {
        let minutes = match respond.unit {
            Unit::Minutes => u64::from(respond.amount),
            Unit::Hours => u64::from(respond.amount) * 60,
            Unit::Days | Unit::Weeks | Unit::Months => return None,
        };
        let calendar = assignee.strip_prefix("rep ").and_then(|rep| self.calendar_of(rep));
        let (mut now, mut left) = (at, minutes);
        for _ in 0..60 * 24 * 60 {
            if left == 0 {
                return Some(now);
            }
            if calendar.is_none_or(|c| open_at(c, now)) {
                left -= 1;
            }
            now = now.checked_add(1.minute()).unwrap();
        }
        None
    }
}

fn open_at(calendar: &turf::model::Calendar, at: Timestamp) -> bool {
    let local = at.to_zoned_datetime(calendar.zone.clone());
    calendar.spans(local.date()).iter().any(|(from, to)| *from <= local.time() && (local.time() < *to || *to == jiff::civil::Time::MAX))
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(back.days()).unwrap()
}

/// Reads anything that has a size as a number.
fn size(value: Option<&Value>) -> Option<Decimal> {
    match value? {
        Value::Number(number) => Some(*number),
        Value::Date(date) => Some(Decimal::from(date.to_zoned_datetime(TimeZone::UTC).unwrap().timestamp().as_second())),
        Value::Time(time) => Some(Decimal::from(time.as_second())),
        _ => None,
    }
}

fn missing_last(value: Option<Decimal>) -> (bool, BigRational) {
    (value.is_none(), value.map_or_else(BigRational::zero, rational))
}

fn rational(value: Decimal) -> BigRational {
    let ten = BigRational::from_integer(10.into());
    (0..value.scale()).fold(BigRational::from_integer(value.mantissa().into()), |n, _| n / &ten)
}

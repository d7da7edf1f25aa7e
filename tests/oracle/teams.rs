//! Whom a team picks: limits are counted by walking over everything ever given.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use num_rational::BigRational;
use num_traits::{One, Zero};
use rust_decimal::Decimal;
use turf::model::{LimitPer, Pick, Target, Team, TeamId};

use super::{Case, Event, Oracle, rational, size};

impl Oracle<'_> {
    pub(super) fn counted(&self, team: &Team, limit: &turf::model::Limit, rep: &Arc<str>, at: Timestamp) -> u64 {
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

    pub(super) fn open_of(&self, rep: &Arc<str>) -> u64 {
        let loaded: u64 = self.plan.data.loads.get(rep).into_iter().flatten().map(|w| w.count).sum();
        loaded + self.events.iter().filter(|e| e.work && e.rep == *rep).count() as u64
    }

    pub(super) fn weight(&self, team: &Team, rep: &str) -> BigRational {
        let listed = team.members.iter().flat_map(|l| &l.listed).find(|(n, w)| n.as_str() == rep && w.is_some()).and_then(|(_, w)| *w);
        let of_field = || team.weight.and_then(|f| size(self.rep(rep)?.value(f)));
        // Whoever has no weight written anywhere weighs as much as everybody else.
        let weight = listed.or_else(of_field).unwrap_or(Decimal::ONE);
        rational(weight)
    }

    pub(super) fn pick(&mut self, id: TeamId, target: &Target, case: Case<'_>, work: bool) -> Option<Arc<str>> {
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
    pub(super) fn bring_into_turn(&mut self, team: &Team, eligible: &[Arc<str>]) {
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

    pub(super) fn narrow(&self, team: &Team, criterion: &Pick, case: Case<'_>, left: &mut Vec<Arc<str>>) {
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
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(back.days()).unwrap()
}

fn missing_last(value: Option<Decimal>) -> (bool, BigRational) {
    (value.is_none(), value.map_or_else(BigRational::zero, rational))
}

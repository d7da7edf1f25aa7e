//! Rules, segments, territories and lists of names, read straight from the text.

use super::Quick;
use crate::syntax::tree::{
    Dates, Item, Keep, Lasts, ListItem, ListSource, LiteralKind, OtherwiseItem, OwnerRef, PrioritiesItem, PriorityRef, QueuesItem, Route,
    RuleItem, SegmentItem, Target, TargetKind, TerritoryItem,
};
use crate::text::Name;

impl<'t> Quick<'_, 't> {
    /// Takes an item of one of the commonest kinds.
    pub(super) fn item(&mut self) -> Option<Item> {
        let (from, word) = (self.at, self.next_word()?);
        self.take(from + word.len())?;
        Some(match word {
            "rule" => Item::Rule(self.rule(from)?),
            "otherwise" => Item::Otherwise(self.otherwise(from)?),
            "segment" => Item::Segment(self.segment(from)?),
            "territory" => Item::Territory(self.territory(from)?),
            "list" => Item::List(self.list(from)?),
            "priorities" => Item::Priorities(PrioritiesItem { names: self.bracketed(Self::name)?, span: self.span(from) }),
            "queues" => Item::Queues(QueuesItem { names: self.bracketed(Self::name)?, span: self.span(from) }),
            _ => return None,
        })
    }

    /// Takes the word that begins a statement, or the closing brace, for which it gives an empty word.
    fn statement(&mut self) -> Option<(usize, &'t str)> {
        let from = self.at;
        if self.sign(b'}')? {
            return Some((from, ""));
        }
        let end = self.word_end(from)?;
        let word = self.slice(from, end).filter(|w| !w.is_empty())?;
        self.take(end)?;
        Some((from, word))
    }

    fn rule(&mut self, from: usize) -> Option<RuleItem> {
        let name = self.name()?;
        let record = self.for_record()?;
        self.must_sign(b'{')?;
        let mut rule = RuleItem {
            name,
            record,
            priorities: Vec::new(),
            conditions: Vec::new(),
            routes: Vec::new(),
            credits: Vec::new(),
            respond: Vec::new(),
            dates: Vec::new(),
            because: None,
            span: self.span(from),
        };
        loop {
            match self.statement()? {
                (_, "") => break,
                (_, "priority") => add(&mut rule.priorities, self.priority()?),
                (_, "when") => add(&mut rule.conditions, self.condition()?),
                (at, "route") => add(&mut rule.routes, self.route(at)?),
                (at, "keep") => add(&mut rule.routes, self.kept(at)?),
                (_, "credit") => add(&mut rule.credits, self.name()?),
                (_, "respond") => {
                    self.must("within")?;
                    add(&mut rule.respond, self.length()?);
                }
                (at, word @ ("from" | "through")) => {
                    let begins = word == "from";
                    add(&mut rule.dates, self.dates(at, begins)?);
                }
                (_, "because") => self.because(&mut rule.because)?,
                _ => return None,
            }
        }
        rule.span = self.span(from);
        Some(rule)
    }

    fn otherwise(&mut self, from: usize) -> Option<OtherwiseItem> {
        let record = self.for_record()?;
        self.must_sign(b'{')?;
        let (mut routes, mut because) = (Vec::new(), None);
        loop {
            match self.statement()? {
                (_, "") => break,
                (at, "route") => routes.push(self.route(at)?),
                (at, "keep") => routes.push(self.kept(at)?),
                (_, "because") => self.because(&mut because)?,
                _ => return None,
            }
        }
        Some(OtherwiseItem { record, routes, credits: Vec::new(), respond: Vec::new(), because, span: self.span(from) })
    }

    fn segment(&mut self, from: usize) -> Option<SegmentItem> {
        let name = self.name()?;
        self.must_sign(b'{')?;
        let (mut conditions, mut because) = (Vec::new(), None);
        while !self.sign(b'}')? {
            // `because` is also a field when no text follows.
            if self.next_word()? == "because" {
                self.must("because")?;
                self.because(&mut because)?;
            } else {
                conditions.push(self.condition()?);
            }
        }
        Some(SegmentItem { name, conditions, because, span: self.span(from) })
    }

    fn territory(&mut self, from: usize) -> Option<TerritoryItem> {
        self.depth += 1;
        if self.depth > super::DEPTH {
            return None;
        }
        let name = self.name()?;
        self.must_sign(b'{')?;
        let mut territory = TerritoryItem {
            name,
            parents: Vec::new(),
            priorities: Vec::new(),
            conditions: Vec::new(),
            owners: Vec::new(),
            dates: Vec::new(),
            because: None,
            children: Vec::new(),
            span: self.span(from),
        };
        loop {
            match self.statement()? {
                (_, "") => break,
                (at, "territory") => add(&mut territory.children, self.territory(at)?),
                (_, "priority") => add(&mut territory.priorities, self.priority()?),
                (_, "parent") => add(&mut territory.parents, self.name()?),
                (_, "where") => add(&mut territory.conditions, self.condition()?),
                (_, "owner") => add(&mut territory.owners, self.owner()?),
                (at, word @ ("from" | "through")) => {
                    let begins = word == "from";
                    add(&mut territory.dates, self.dates(at, begins)?);
                }
                (_, "because") => self.because(&mut territory.because)?,
                _ => return None,
            }
        }
        self.depth -= 1;
        territory.span = self.span(from);
        Some(territory)
    }

    fn list(&mut self, from: usize) -> Option<ListItem> {
        let name = self.name()?;
        self.must_sign(b'=')?;
        let source = ListSource::Inline(self.bracketed(Self::literal)?);
        Some(ListItem { name, source, span: self.span(from) })
    }

    /// Takes `for account`; the inner nothing means that it is not there.
    fn for_record(&mut self) -> Option<Option<Name>> {
        if self.keyword("for")? { self.name().map(Some) } else { Some(None) }
    }

    fn priority(&mut self) -> Option<PriorityRef> {
        if self.number_end(self.at).is_some() {
            let number = self.number()?;
            return Some(PriorityRef { name: Name { text: number.raw, span: number.span }, is_number: true });
        }
        Some(PriorityRef { name: self.name()?, is_number: false })
    }

    /// Takes an owner; one that is called `team` itself is left to the grammar.
    fn owner(&mut self) -> Option<OwnerRef> {
        let is_team = self.keyword("team")?;
        Some(OwnerRef { name: self.name()?, is_team })
    }

    /// Takes what follows `from` or `through`.
    fn dates(&mut self, from: usize, begins: bool) -> Option<Dates> {
        let first = self.literal()?;
        if !begins {
            return Some(Dates { from: None, through: Some(first), span: self.span(from) });
        }
        let through = if self.keyword("through")? { Some(self.literal()?) } else { None };
        Some(Dates { from: Some(first), through, span: self.span(from) })
    }

    /// Takes the text of `because`; the first one of an item is kept.
    fn because(&mut self, kept: &mut Option<Name>) -> Option<()> {
        (self.byte(self.at)? == b'"').then_some(())?;
        let text = self.quoted()?;
        kept.get_or_insert(text);
        Some(())
    }

    fn route(&mut self, from: usize) -> Option<Route> {
        self.must("to")?;
        let first = self.target()?;
        self.chain(from, first)
    }

    /// Takes a chain that begins with `keep`, of which the word is taken.
    fn kept(&mut self, from: usize) -> Option<Route> {
        let kind = self.keep()?;
        let first = self.qualified(from, kind)?;
        self.chain(from, first)
    }

    fn chain(&mut self, from: usize, first: Target) -> Option<Route> {
        let mut targets = vec![first];
        while self.sign(b',')? {
            self.must("else")?;
            targets.push(self.target()?);
        }
        Some(Route { targets, span: self.span(from) })
    }

    fn target(&mut self) -> Option<Target> {
        let from = self.at;
        let kind = self.target_kind()?;
        self.qualified(from, kind)
    }

    /// Takes what follows the kind of a target.
    fn qualified(&mut self, from: usize, kind: TargetKind) -> Option<Target> {
        let mut target = Target { kind, if_available: None, if_at_work: None, condition: None, span: self.span(from) };
        loop {
            let at = self.at;
            if self.keyword("where")? {
                let condition = self.condition()?;
                target.condition.get_or_insert(condition);
            } else if self.keyword("if")? {
                let at_work = self.keyword("at")?;
                self.must(if at_work { "work" } else { "available" })?;
                let span = self.span(at);
                if at_work {
                    target.if_at_work.get_or_insert(span)
                } else {
                    target.if_available.get_or_insert(span)
                };
            } else {
                break;
            }
        }
        target.span = self.span(from);
        Some(target)
    }

    fn target_kind(&mut self) -> Option<TargetKind> {
        let (from, word) = (self.at, self.next_word()?);
        // `keep.owner` is a path of a field that is called so.
        if word == "keep" && self.byte(from + word.len()) != Some(b'.') {
            self.take(from + word.len())?;
            return self.keep();
        }
        if !matches!(word, "rep" | "team" | "queue" | "one" | "owner") {
            // `previous rep by` and `leave as is` have no dot and are left to the grammar, as is everything else without one.
            let path = self.path()?;
            return (path.parts.len() > 1).then_some(TargetKind::Path(path));
        }
        self.take(from + word.len())?;
        Some(match word {
            "rep" => TargetKind::Rep(self.name()?),
            "team" => TargetKind::Team(self.name()?),
            "queue" => TargetKind::Queue(self.name()?),
            "one" => {
                self.must("of")?;
                self.must("team")?;
                TargetKind::Team(self.name()?)
            }
            _ => {
                self.must("of")?;
                if self.keyword("territory")? {
                    return Some(TargetKind::TerritoryOwner);
                }
                TargetKind::OwnerOf(self.path()?)
            }
        })
    }
}

impl Quick<'_, '_> {
    /// Takes what follows `keep`.
    fn keep(&mut self) -> Option<TargetKind> {
        // A field may be called `owner`; in quotes it is one.
        let is_owner = self.next_word()? == "owner";
        let mut who = self.path()?;
        let owner_of = is_owner && who.parts.len() == 1 && self.keyword("of")?;
        if owner_of {
            who = self.path()?;
        }
        let lasts = if self.keyword("until")? {
            // Days and times begin with digits, and a field is not read by itself if it does.
            if self.byte(self.at)?.is_ascii_digit() {
                let day = self.literal()?;
                (day.kind == LiteralKind::Date).then_some(Lasts::Until(day))?
            } else {
                Lasts::UntilField(self.path()?)
            }
        } else {
            self.must("for")?;
            let period = self.length()?;
            self.must("since")?;
            Lasts::Since { period, since: self.path()? }
        };
        Some(TargetKind::Keep(Box::new(Keep { who, owner_of, lasts })))
    }
}

/// Adds a statement. Most kinds stand once in an item, so room is made for no more.
fn add<T>(all: &mut Vec<T>, one: T) {
    if all.is_empty() {
        all.reserve_exact(1);
    }
    all.push(one);
}

//! Conditions, read straight from the text.

use super::Quick;
use crate::syntax::tree::{
    Comparison, Condition, ConditionKind, Literal, LiteralKind, Moment, Operand, Predicate, SetOperand, Subject, Test,
};
use crate::text::Name;

impl Quick<'_, '_> {
    /// Takes a condition: parts with `or` between.
    pub(super) fn condition(&mut self) -> Option<Condition> {
        self.joined("or", Self::all_of, ConditionKind::Any)
    }

    fn all_of(&mut self) -> Option<Condition> {
        self.joined("and", Self::opposite, ConditionKind::All)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Option<Condition>,
        kind: fn(Vec<Condition>) -> ConditionKind,
    ) -> Option<Condition> {
        let from = self.at;
        let first = part(self)?;
        if !self.keyword(word)? {
            return Some(first);
        }
        let mut parts = vec![first, part(self)?];
        while self.keyword(word)? {
            parts.push(part(self)?);
        }
        Some(Condition { kind: kind(parts), span: self.span(from) })
    }

    fn opposite(&mut self) -> Option<Condition> {
        let from = self.at;
        let mut turned = false;
        while self.keyword("not")? {
            turned = !turned;
        }
        let inner = self.primary()?;
        if !turned {
            return Some(inner);
        }
        Some(Condition { kind: ConditionKind::Not(Box::new(inner)), span: self.span(from) })
    }

    fn primary(&mut self) -> Option<Condition> {
        if self.sign(b'(')? {
            self.depth += 1;
            if self.depth > super::DEPTH {
                return None;
            }
            let inner = self.condition()?;
            self.must_sign(b')')?;
            self.depth -= 1;
            return Some(inner);
        }
        // `seen before by` looks like a test of a field at first, and capitals may be meant as words of the language.
        if matches!(self.next_word()?, "seen" | "AND" | "OR" | "NOT" | "IS" | "IN") {
            return None;
        }
        let from = self.at;
        let subject = self.subject()?;
        let predicate_from = self.at;
        let kind = match self.predicate()? {
            Some(predicate) => ConditionKind::Test(Box::new(Test { subject, predicate, predicate_span: self.span(predicate_from) })),
            None if subject.domain_of => return None,
            None => ConditionKind::Named(subject.path),
        };
        Some(Condition { kind, span: self.span(from) })
    }

    fn subject(&mut self) -> Option<Subject> {
        let from = self.at;
        let path = self.path()?;
        let domain_of = matches!(path.parts.as_slice(), [only] if only.as_str() == "domain" && only.span.end - only.span.start == 6);
        if domain_of && self.keyword("of")? {
            let path = self.path()?;
            return Some(Subject { domain_of: true, path, span: self.span(from) });
        }
        Some(Subject { domain_of: false, path, span: self.span(from) })
    }

    /// Takes what is asked of a field; the inner nothing means that the field stands alone.
    fn predicate(&mut self) -> Option<Option<Predicate>> {
        let (at, end, word) = (self.at, self.end, self.next_word()?);
        if word.is_empty() {
            return self.compared();
        }
        self.take(at + word.len())?;
        Some(Some(match word {
            "is" => self.is_value()?,
            "in" => self.in_set(false)?,
            "not" if self.keyword("in")? => self.in_set(true)?,
            "starts" => {
                self.must("with")?;
                Predicate::StartsWith(self.pieces()?)
            }
            "ends" => {
                self.must("with")?;
                Predicate::EndsWith(self.pieces()?)
            }
            "does" => {
                self.must("not")?;
                self.must("contain")?;
                self.contains(true)?
            }
            "contains" => self.contains(false)?,
            "matches" => Predicate::Matches { pattern: self.pattern()? },
            "before" => Predicate::Before(self.moment()?),
            "after" => Predicate::After(self.moment()?),
            "within" => self.within()?,
            _ => {
                // The word belongs to what follows.
                (self.at, self.end) = (at, end);
                return Some(None);
            }
        }))
    }

    /// Takes `=` or a comparison by size and its right side.
    fn compared(&mut self) -> Option<Option<Predicate>> {
        let op = match (self.byte(self.at), self.byte(self.at + 1)) {
            (Some(b'<'), Some(b'=')) => Some(Comparison::LessOrEqual),
            (Some(b'>'), Some(b'=')) => Some(Comparison::GreaterOrEqual),
            (Some(b'<'), _) => Some(Comparison::Less),
            (Some(b'>'), _) => Some(Comparison::Greater),
            (Some(b'='), _) => None,
            _ => return Some(None),
        };
        let long = matches!(op, Some(Comparison::LessOrEqual | Comparison::GreaterOrEqual));
        self.take(self.at + 1 + usize::from(long))?;
        let right = self.operand()?;
        Some(Some(match op {
            Some(op) => Predicate::Compare { op, right },
            None => Predicate::Is { negated: false, right },
        }))
    }

    fn is_value(&mut self) -> Option<Predicate> {
        let negated = self.keyword("not")?;
        match self.next_word()? {
            "missing" => {
                self.must("missing")?;
                Some(if negated { Predicate::Present } else { Predicate::Missing })
            }
            "present" => {
                self.must("present")?;
                Some(if negated { Predicate::Missing } else { Predicate::Present })
            }
            _ => Some(Predicate::Is { negated, right: self.operand()? }),
        }
    }

    fn in_set(&mut self, negated: bool) -> Option<Predicate> {
        if self.byte(self.at) == Some(b'[') {
            return Some(Predicate::In { negated, set: SetOperand::Values(self.bracketed(Self::literal)?) });
        }
        let first = self.literal()?;
        let set = if self.text.get(self.at..)?.starts_with("..") {
            self.take(self.at + 2)?;
            SetOperand::Range(first, self.literal()?)
        } else {
            let Literal { raw, kind: LiteralKind::Word | LiteralKind::Quoted, span } = first else { return None };
            SetOperand::Named(Name { text: raw, span })
        };
        Some(Predicate::In { negated, set })
    }

    fn contains(&mut self, negated: bool) -> Option<Predicate> {
        let all = self.next_word()? == "all";
        if all {
            self.must("all")?;
            self.must("of")?;
        }
        let right = if all { self.bracketed(Self::operand)? } else { self.pieces()? };
        Some(Predicate::Contains { negated, all, right })
    }

    fn pieces(&mut self) -> Option<Vec<Operand>> {
        if self.keyword("any")? {
            self.must("of")?;
            return self.bracketed(Self::operand);
        }
        if self.byte(self.at) == Some(b'[') { self.bracketed(Self::operand) } else { Some(vec![self.operand()?]) }
    }

    /// Takes a value or a dotted name.
    fn operand(&mut self) -> Option<Operand> {
        let from = self.at;
        let value = self.literal()?;
        if self.byte(self.end) != Some(b'.') {
            return Some(Operand::Literal(value));
        }
        if value.kind != LiteralKind::Word {
            return None;
        }
        self.at = from;
        self.path().map(Operand::Path)
    }

    /// Takes a pattern between slashes; `\/` is a slash inside it.
    fn pattern(&mut self) -> Option<Name> {
        let from = self.at;
        (self.byte(from)? == b'/').then_some(())?;
        let end = self.delimited_end(b'/')?;
        let text = self.slice(from + 1, end - 1)?.replace("\\/", "/");
        self.take(end)?;
        Some(Name::new(text, self.span(from)))
    }

    fn moment(&mut self) -> Option<Moment> {
        let from = self.at;
        if self.keyword("today")? {
            return Some(Moment::Today(self.span(from)));
        }
        if self.keyword("now")? {
            return Some(Moment::Now(self.span(from)));
        }
        if self.number_end(from).is_some() {
            let length = self.length()?;
            if self.keyword("ago")? {
                return Some(Moment::Ago(length));
            }
            self.must("from")?;
            self.must("now")?;
            return Some(Moment::FromNow(length));
        }
        Some(match self.operand()? {
            Operand::Literal(literal) => Moment::Literal(literal),
            Operand::Path(path) => Moment::Path(path),
        })
    }

    fn within(&mut self) -> Option<Predicate> {
        let next = self.keyword("next")?;
        if !next {
            self.keyword("last")?;
        }
        Some(Predicate::Within { next, length: self.length()? })
    }
}

//! The stable names of all findings, each with its severity and its page.
//!
//! One table: a new name does not compile without a page under `pages/`, and the gallery test refuses one without a case.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Severity;

macro_rules! names {
    ($($variant:ident $name:literal $severity:ident),+ $(,)?) => {
        /// Names a kind of finding; the name never changes once published.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each name has a page of its own under pages/")]
        pub enum DiagnosticName { $($variant),+ }

        impl DiagnosticName {
            /// Lists every name, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name as printed and as taken by `--explain`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Returns the severity that findings of this name have.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// Returns the page that explains the finding, as Markdown.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("pages/", $name, ".md"))),+ }
            }
        }
    };
}

names! {
    // How it is written.
    Syntax "syntax" Error,
    UnclosedBrace "unclosed-brace" Error,
    UnclosedText "unclosed-text" Error,
    SmartQuotes "smart-quotes" Error,
    StrangeBlank "strange-blank" Error,
    SpreadsheetOperator "spreadsheet-operator" Error,
    CapitalKeyword "capital-keyword" Error,
    LookalikeLetter "lookalike-letter" Error,
    NumberWithCommas "number-with-commas" Error,
    NotUtf8 "not-utf8" Error,
    TooDeep "too-deep" Error,
    TooLarge "too-large" Error,
    // Names.
    UnknownName "unknown-name" Error,
    UnknownRecord "unknown-record" Error,
    UnknownField "unknown-field" Error,
    UnknownValue "unknown-value" Error,
    UnknownList "unknown-list" Error,
    UnknownTeam "unknown-team" Error,
    UnknownRep "unknown-rep" Error,
    UnknownTerritory "unknown-territory" Error,
    UnknownPriority "unknown-priority" Error,
    UnknownRole "unknown-role" Error,
    UnknownQueue "unknown-queue" Error,
    UnknownCredit "unknown-credit" Error,
    UnknownCalendar "unknown-calendar" Error,
    UnknownRule "unknown-rule" Error,
    DuplicateName "duplicate-name" Error,
    DuplicateStatement "duplicate-statement" Error,
    DuplicateValue "duplicate-value" Warning,
    // Types.
    TypeMismatch "type-mismatch" Error,
    UnreadableValue "unreadable-value" Error,
    BadPattern "bad-pattern" Error,
    RangeReversed "range-reversed" Error,
    DatesReversed "dates-reversed" Error,
    // Structure.
    MissingRecord "missing-record" Error,
    MissingKey "missing-key" Error,
    MissingField "missing-field" Error,
    MissingStatement "missing-statement" Error,
    MissingOtherwise "missing-otherwise" Error,
    OtherwiseCanFail "otherwise-can-fail" Error,
    MissingOverlap "missing-overlap" Error,
    MissingPriority "missing-priority" Error,
    MixedPriorities "mixed-priorities" Error,
    TerritoryLoop "territory-loop" Error,
    DefinitionLoop "definition-loop" Error,
    DoesNotFit "does-not-fit" Error,
    BadPick "bad-pick" Error,
    TooManyAttributes "too-many-attributes" Warning,
    NoWholeNumber "no-whole-number" Advice,
    UnusedDefinition "unused-definition" Advice,
    UnusedField "unused-field" Advice,
    // Credit.
    CreditNotWhole "credit-not-whole" Error,
    CreditIncomplete "credit-incomplete" Error,
    // People.
    InactiveRep "inactive-rep" Warning,
    EmptyTeam "empty-team" Error,
    RepInNoTeam "rep-in-no-team" Advice,
    // Proofs over all possible records.
    RulesConflict "rules-conflict" Error,
    HiddenRule "hidden-rule" Warning,
    FallbackRule "fallback-rule" Advice,
    UnclaimedRecords "unclaimed-records" Advice,
    OtherwiseUnreachable "otherwise-unreachable" Advice,
    NeverYes "never-yes" Warning,
    AlwaysYes "always-yes" Advice,
    IdleCondition "idle-condition" Advice,
    MergeableRules "mergeable-rules" Advice,
    TerritoryOverlap "territory-overlap" Advice,
    TieByName "tie-by-name" Warning,
    TerritoryNeverWins "territory-never-wins" Warning,
    TerritoryGap "territory-gap" Warning,
    UnstaffedTerritory "unstaffed-territory" Warning,
    Undecided "undecided" Advice,
    BadAllow "bad-allow" Warning,
    // Data.
    BadConfiguration "bad-configuration" Error,
    MissingFile "missing-file" Error,
    MissingColumn "missing-column" Error,
    UnreadableCell "unreadable-cell" Warning,
    DuplicateKey "duplicate-key" Warning,
    DanglingReference "dangling-reference" Warning,
    UnlistedValues "unlisted-values" Advice,
    TableConflict "table-conflict" Error,
}

impl DiagnosticName {
    /// Finds a name as printed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|n| n.as_str() == text)
    }
}

impl fmt::Display for DiagnosticName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for DiagnosticName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

//! `[check]` in `turf.toml`: from how much on `turf check` speaks up.

use std::collections::BTreeMap;

use super::{Node, Walk, did_you_mean};
use crate::check::Settings;
use crate::diagnostic::{DiagnosticName, Severity};

impl Walk<'_> {
    /// Reads the settings of the checks; what is wrong keeps its default.
    pub(super) fn check_settings(&mut self, value: &Node<'_>, line: u64) -> Settings {
        let mut settings = Settings::default();
        let Some(table) = self.table("check", value, line) else { return settings };
        for (name, value, line) in self.settings(table, &["budget", "total_budget", "most_attributes", "levels"]) {
            match name {
                "levels" => settings.levels = self.levels(value, line),
                "budget" => {
                    if let Some(budget) = self.whole(name, value, line, 5_000_000) {
                        settings.budget = u64::from(budget);
                    }
                }
                "total_budget" => {
                    if let Some(budget) = self.whole(name, value, line, 25_000_000) {
                        settings.total_budget = Some(u64::from(budget));
                    }
                }
                _ => {
                    if let Some(most) = self.whole(name, value, line, settings.most_attributes) {
                        settings.most_attributes = most;
                    }
                }
            }
        }
        settings
    }

    /// Reads other severities than those of the names.
    fn levels(&mut self, value: &Node<'_>, line: u64) -> BTreeMap<DiagnosticName, Option<Severity>> {
        let mut levels = BTreeMap::new();
        for (name, value) in self.table("levels", value, line).into_iter().flatten() {
            let line = self.line(&name.span());
            let name: &str = name.get_ref();
            let Some(known) = DiagnosticName::parse(name) else {
                let all = DiagnosticName::ALL.iter().map(|n| n.as_str());
                self.report(
                    format!("no finding is called `{name}`"),
                    line,
                    did_you_mean(name, all, "`turf check` prints the names in brackets."),
                );
                continue;
            };
            let level = match value.get_ref().as_str() {
                Some("error") => Some(Severity::Error),
                Some("warning") => Some(Severity::Warning),
                Some("advice") => Some(Severity::Advice),
                Some("off") => None,
                _ => {
                    self.report(
                        format!("the level of `{name}` is none"),
                        line,
                        format!("Write `{name} = \"error\"`, `\"warning\"`, `\"advice\"` or `\"off\"`."),
                    );
                    continue;
                }
            };
            if known.severity() == Severity::Error && level != Some(Severity::Error) {
                self.report(format!("`{name}` is an error and stays one"), line, "A book with it cannot be used. Take the line out.");
                continue;
            }
            levels.insert(known, level);
        }
        levels
    }

    /// Reads a whole number of at least one.
    fn whole(&mut self, name: &str, value: &Node<'_>, line: u64, example: u32) -> Option<u32> {
        let written = value.get_ref().as_integer();
        let number = written.and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok()).filter(|n| *n >= 1);
        if number.is_none() {
            self.report(format!("`{name}` is no whole number of at least 1"), line, format!("Write `{name} = {example}`."));
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use crate::data::Config;
    use crate::diagnostic::{DiagnosticName, Severity};

    fn read(text: &str) -> (u32, Vec<String>) {
        let (config, findings) = Config::read(text);
        (config.check_settings.most_attributes, findings.iter().map(|d| format!("{} | {}", d.headline, d.help.join(" "))).collect())
    }

    #[test]
    fn levels_are_read_or_named() {
        let (config, findings) = Config::read("[check]\nlevels = { hidden-rule = \"error\", unused-field = \"off\" }");
        assert_eq!(findings, []);
        let levels: Vec<_> = config.check_settings.levels.into_iter().collect();
        assert_eq!(levels, [(DiagnosticName::UnusedField, None), (DiagnosticName::HiddenRule, Some(Severity::Error))]);
        for (bad, wanted) in [
            ("hiden-rule = \"error\"", "no finding is called `hiden-rule` | Did you mean `hidden-rule`?"),
            (
                "hidden-rule = \"loud\"",
                "the level of `hidden-rule` is none | Write `hidden-rule = \"error\"`, `\"warning\"`, `\"advice\"` or `\"off\"`.",
            ),
            ("unknown-rep = \"off\"", "`unknown-rep` is an error and stays one | A book with it cannot be used. Take the line out."),
        ] {
            let (config, findings) = Config::read(&format!("[check.levels]\n{bad}"));
            assert_eq!(findings.iter().map(|d| format!("{} | {}", d.headline, d.help.join(" "))).collect::<Vec<_>>(), [wanted]);
            assert!(config.check_settings.levels.is_empty());
        }
    }

    #[test]
    fn the_limit_is_read_or_named() {
        assert_eq!(read("name = \"x\""), (5, vec![]));
        assert_eq!(read("[check]\nmost_attributes = 1_0"), (10, vec![]));
        for bad in ["0", "-1", "2.5", "\"5\"", "99999999999"] {
            let wanted = "`most_attributes` is no whole number of at least 1 | Write `most_attributes = 5`.".to_owned();
            assert_eq!(read(&format!("[check]\nmost_attributes = {bad}")), (5, vec![wanted]), "{bad}");
        }
        assert_eq!(
            read("[check]\ntotal_budget = 0").1,
            ["`total_budget` is no whole number of at least 1 | Write `total_budget = 25000000`."]
        );
        let (config, _) = Config::read("[check]\nbudget = 7\ntotal_budget = 9");
        assert_eq!((config.check_settings.budget, config.check_settings.total_budget), (7, Some(9)));
        assert_eq!(read("[check]\nmost_atributes = 7").1, ["there is no setting `most_atributes` | Did you mean `most_attributes`?"]);
        assert_eq!(read("check = 7").1, ["`check` is no table | Write `[check]` on a line of its own, and its settings below."]);
    }
}

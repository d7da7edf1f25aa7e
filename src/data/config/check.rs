//! `[check]` in `turf.toml`: from how much on `turf check` speaks up.

use super::{Node, Walk};
use crate::check::Settings;

impl Walk<'_> {
    /// Reads the settings of the checks; what is wrong keeps its default.
    pub(super) fn check_settings(&mut self, value: &Node<'_>, line: u64) -> Settings {
        let mut settings = Settings::default();
        let Some(table) = self.table("check", value, line) else { return settings };
        for (name, value, line) in self.settings(table, &["budget", "total_budget", "most_attributes"]) {
            match name {
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

    fn read(text: &str) -> (u32, Vec<String>) {
        let (config, findings) = Config::read(text);
        (config.check_settings.most_attributes, findings.iter().map(|d| format!("{} | {}", d.headline, d.help.join(" "))).collect())
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

//! What a check found: a verdict, what it is about, and what to do.

#![cfg_attr(
    not(feature = "aws"),
    allow(dead_code, reason = "some sections are of the stack in AWS alone")
)]

use serde::Serialize;

use crate::output::harmless;

/// Where the documents say more, as a link within the repository.
pub(super) type Section = &'static str;

pub(super) const NEEDS: Section = "docs/deploy.md#what-you-need";
pub(super) const ACCOUNT: Section = "docs/deploy.md#0-is-the-account-ready";
pub(super) const DEPLOY: Section = "docs/deploy.md#1-deploy";
pub(super) const PAGE: Section = "docs/deploy.md#2-put-the-page-there";
pub(super) const CONNECT: Section = "docs/deploy.md#4-connect-the-site";
pub(super) const DOMAIN: Section = "docs/deploy.md#a-name-of-your-own";
pub(super) const LETTERS: Section = "docs/deploy.md#letters";
pub(super) const COSTS: Section = "docs/deploy.md#what-it-costs";
pub(super) const UPGRADE: Section = "docs/deploy.md#upgrading";
pub(super) const ALARMS: Section = "docs/deploy.md#what-each-alarm-means";
pub(super) const DEAD_LETTERS: Section = "docs/operations.md#dead-letters";
pub(super) const NOT_BUILT: Section = "docs/operations.md#the-site-is-not-built";
pub(super) const SIGN_IN: Section = "docs/operations.md#a-member-cant-sign-in";
pub(super) const UNAVAILABLE: Section = "docs/operations.md#the-api-answers-with-500-or-503";
pub(super) const NO_START: Section = "docs/operations.md#a-function-does-not-start";
pub(super) const DATA: Section = "README.md#the-data";

/// Every section that a finding may name.
#[cfg(test)]
pub(super) const SECTIONS: [Section; 16] = [
    NEEDS,
    ACCOUNT,
    DEPLOY,
    PAGE,
    CONNECT,
    DOMAIN,
    LETTERS,
    COSTS,
    UPGRADE,
    ALARMS,
    DEAD_LETTERS,
    NOT_BUILT,
    SIGN_IN,
    UNAVAILABLE,
    NO_START,
    DATA,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Ok,
    Warning,
    Wrong,
}

/// One line of the doctor.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What was looked at, in one or two words that stay the same.
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
    pub(super) said: String,
    /// What to do, where something is to be done.
    pub(super) remedy: Option<String>,
    pub(super) section: Option<Section>,
}

impl Finding {
    /// Whether it says that a Masthead is there.
    pub(super) fn is_of_masthead(&self) -> bool {
        self.check == "api" && !matches!(self.verdict, Verdict::Wrong)
    }

    pub(super) fn ok(check: &'static str, said: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Ok,
            said: said.into(),
            remedy: None,
            section: None,
        }
    }

    pub(super) fn warning(
        check: &'static str,
        said: impl Into<String>,
        remedy: impl Into<String>,
        section: Section,
    ) -> Self {
        Self {
            verdict: Verdict::Warning,
            remedy: Some(remedy.into()),
            section: Some(section),
            ..Self::ok(check, said)
        }
    }

    pub(super) fn wrong(
        check: &'static str,
        said: impl Into<String>,
        remedy: impl Into<String>,
        section: Section,
    ) -> Self {
        Self {
            verdict: Verdict::Wrong,
            ..Self::warning(check, said, remedy, section)
        }
    }

    /// What couldn't be asked: no verdict on the site, but nobody should take it for fine.
    pub(super) fn unknown(check: &'static str, cause: &anyhow::Error, section: Section) -> Self {
        Self::warning(
            check,
            format!("it can't be asked: {cause:#}"),
            "look at it by hand, or say this again with the rights to ask",
            section,
        )
    }

    /// The same, with nothing in it that commands a terminal or begins a line: services and servers put words into it.
    pub(super) fn harmless(self) -> Self {
        Self {
            said: harmless(&self.said),
            remedy: self.remedy.as_deref().map(harmless),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Finding, SECTIONS};

    /// A heading's anchor, as GitHub makes it.
    fn anchor(heading: &str) -> String {
        let kept = |c: char| c.is_alphanumeric() || c == ' ' || c == '-';
        let text: String = heading
            .to_lowercase()
            .chars()
            .filter(|c| kept(*c))
            .collect();
        text.replace(' ', "-")
    }

    #[test]
    fn every_section_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for section in SECTIONS {
            let (file, wanted) = section.split_once('#').unwrap();
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            let mut headings = text.lines().filter_map(|line| line.strip_prefix("## "));
            assert!(
                headings.any(|heading| anchor(heading.trim()) == wanted),
                "{section}"
            );
        }
    }

    #[test]
    fn what_a_service_says_commands_no_terminal() {
        let said = "fine\u{1b}]0;x\u{7}\nwrong  everything\u{202e}";
        let found = Finding::warning("page", said, said, SECTIONS[0]).harmless();
        let is_odd = |text: &str| text.contains(|c: char| c.is_control() || c == '\u{202e}');
        assert!(!is_odd(&found.said) && !is_odd(&found.remedy.unwrap()));
    }
}

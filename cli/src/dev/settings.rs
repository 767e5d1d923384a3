//! What functions are configured with in AWS by the parameters of the template, for the local stack.

use std::collections::BTreeMap;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "What functions are told, as the template's parameters do in AWS")]
pub(super) struct Settings {
    /// Sites whose pages may call the API, separated by commas, in the place of any on this machine.
    #[arg(long, env = "ALLOWED_ORIGINS", value_name = "ORIGINS")]
    allowed_origins: Option<String>,
    /// Ring of the keys that tokens are signed with, in the place of that in the data folder.
    #[arg(long, env = "JWT_KEYS", value_name = "JSON", hide_env_values = true)]
    jwt_keys: Option<String>,
    /// Path under which the site shows entries.
    #[arg(long, env = "LINK_BASE", value_name = "PATH")]
    link_base: Option<String>,
    /// Address that letters come from; they end on this machine, at /mail. Empty: the site sends none.
    #[arg(long, env = "MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// How many pictures and other files a member may have.
    #[arg(long, env = "MAX_FILES", value_name = "COUNT")]
    max_files: Option<String>,
    /// How many bytes these may take together.
    #[arg(long, env = "MAX_FILE_BYTES", value_name = "BYTES")]
    max_file_bytes: Option<String>,
    /// How many READMEs a member may have.
    #[arg(long, env = "MAX_READMES", value_name = "COUNT")]
    max_readmes: Option<String>,
    /// How many bytes they may take together.
    #[arg(long, env = "MAX_README_BYTES_TOTAL", value_name = "BYTES")]
    max_readme_bytes_total: Option<String>,
    /// Characters that a new password has at least, 8 to 15.
    #[arg(long, env = "MIN_PASSWORD_LENGTH", value_name = "COUNT")]
    min_password_length: Option<String>,
    /// Whether everybody may see who the members are, by name and picture, for the site's own page of them: off or on.
    #[arg(long, env = "PUBLIC_MEMBERS", value_name = "WHETHER")]
    public_members: Option<String>,
    /// Address under which members reach the API, such as that of a tunnel; it stands in links and on slips.
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Which documents wait until an editor approves them: off, first (those of a member of whom none was approved yet) or all.
    #[arg(long, env = "REVIEW", value_name = "WHICH")]
    review: Option<String>,
    /// What the members call their club, school or team.
    #[arg(long, env = "SITE_NAME", value_name = "NAME")]
    site_name: Option<String>,
    /// Address of the site itself.
    #[arg(long, env = "SITE_URL", value_name = "URL")]
    site_url: Option<String>,
    /// Astro themes whose frontmatter is written, separated by commas.
    #[arg(long, env = "THEMES", value_name = "THEMES")]
    themes: Option<String>,
    /// How long a token lasts, in seconds.
    #[arg(long, env = "TOKEN_TTL_SECONDS", value_name = "SECONDS")]
    token_ttl_seconds: Option<String>,
}

impl Settings {
    /// Those that are set, by the name of the variable.
    pub(super) fn by_variable(&self) -> BTreeMap<String, String> {
        let all = [
            ("ALLOWED_ORIGINS", &self.allowed_origins),
            ("JWT_KEYS", &self.jwt_keys),
            ("LINK_BASE", &self.link_base),
            ("MAIL_FROM", &self.mail_from),
            ("MAX_FILES", &self.max_files),
            ("MAX_FILE_BYTES", &self.max_file_bytes),
            ("MAX_READMES", &self.max_readmes),
            ("MAX_README_BYTES_TOTAL", &self.max_readme_bytes_total),
            ("MIN_PASSWORD_LENGTH", &self.min_password_length),
            ("PUBLIC_MEMBERS", &self.public_members),
            ("PUBLIC_URL", &self.public_url),
            ("REVIEW", &self.review),
            ("SITE_NAME", &self.site_name),
            ("SITE_URL", &self.site_url),
            ("THEMES", &self.themes),
            ("TOKEN_TTL_SECONDS", &self.token_ttl_seconds),
        ];
        let set = all
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        set.collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[derive(clap::Parser)]
    struct Only {
        #[command(flatten)]
        settings: super::Settings,
    }

    #[test]
    fn every_setting_of_a_function_is_an_option_and_a_variable_of_the_same_name() {
        let command = Only::command();
        let variables = command.get_arguments().filter_map(|argument| {
            let variable = argument.get_env()?.to_str()?.to_owned();
            let option = argument.get_long()?.to_owned();
            assert_eq!(option, variable.to_lowercase().replace('_', "-"));
            Some(variable)
        });
        assert_eq!(variables.collect::<Vec<_>>(), local::SETTINGS);
        let all: Vec<String> = local::SETTINGS
            .iter()
            .flat_map(|name| {
                let option = name.to_lowercase().replace('_', "-");
                [format!("--{option}"), (*name).to_owned()]
            })
            .collect();
        let all = std::iter::once("masthead").chain(all.iter().map(String::as_str));
        let only = <Only as clap::Parser>::parse_from(all);
        let set = only.settings.by_variable();
        assert_eq!(set.len(), local::SETTINGS.len());
        assert!(set.iter().all(|(name, value)| name == value));
    }
}

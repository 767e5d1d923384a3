//! Where slips go: to the terminal, or to a sheet.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use endpoint::{Environment, Language, configuration, rfc3339};
use membership::{SiteShown, Slip};

use super::sheet::Sheet;
use crate::output::say;

/// Where slips go.
#[derive(Debug, Args)]
pub(super) struct Handout {
    /// Write a sheet to print, with one slip per member: code, link and QR code.
    #[arg(long, value_name = "FILE.html")]
    sheet: Option<PathBuf>,
    /// The language of the slips on that sheet: the code of a file in `languages/`, such as de
    #[arg(long, value_name = "CODE", default_value_t, requires = "sheet")]
    lang: Language,
}

/// Slips on their way to the administrator. The sheet's file is there from the start, so that codes
/// aren't issued which then can't be written down.
pub(super) struct Outlet {
    site: SiteShown,
    sheet: Option<Sheet>,
}

impl Handout {
    pub(super) fn open(&self, environment: &Environment) -> anyhow::Result<Outlet> {
        let site = SiteShown {
            name: configuration::site_name(environment).to_owned(),
            public_url: configuration::public_url(environment)?,
        };
        let sheet = self.sheet.as_deref();
        let sheet = sheet
            .map(|path| Sheet::create(path, self.lang))
            .transpose()?;
        Ok(Outlet { site, sheet })
    }
}

impl Outlet {
    /// Hands out slips that end with their codes at `expires_at`, in Unix seconds.
    pub(super) fn hand_out(self, slips: &[Slip], expires_at: u64) -> anyhow::Result<()> {
        let until = rfc3339(expires_at);
        let until = until
            .get(..10)
            .ok_or_else(|| anyhow!("the date is out of range"))?;
        match (self.sheet, slips) {
            (Some(sheet), _) => {
                let path = sheet.write(slips, &self.site, until)?;
                say!(
                    "The codes are in {}. Print it and delete it: whoever reads it can sign in.",
                    path.display()
                );
            }
            (None, []) => {}
            (None, [slip]) => {
                say!("  code  {}", slip.code);
                say!("  link  {}", slip.link(&self.site.public_url));
            }
            (None, slips) => {
                let mut table = Table::new();
                table
                    .load_style(NOTHING)
                    .set_header(["NAME", "E-MAIL", "CODE", "LINK"]);
                for slip in slips {
                    let (code, link) = (slip.code.to_string(), slip.link(&self.site.public_url));
                    table.add_row([&slip.name, &slip.email, &code, &link]);
                }
                say!("{}", table.trim_fmt());
            }
        }
        if !slips.is_empty() {
            say!("Each code works once, until {until}. Issuing another replaces it.");
        }
        Ok(())
    }

    /// Takes the empty sheet away again: nothing was issued.
    pub(super) fn close(self) {
        if let Some(sheet) = self.sheet {
            sheet.discard();
        }
    }
}

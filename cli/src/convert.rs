//! `masthead convert`: the converter without any server.

mod shown;

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use endpoint::Clock;
use frontmatter::{Context, Themes};
use jiff::Timestamp;
use serde_json::json;

use crate::outcome::{Failure, Outcome};
use crate::output::{self, say};

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The file to convert; - or nothing for standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The member's handle, for the author and the entry id.
    #[arg(long, default_value = "")]
    handle: String,
    /// The document's slug; without one it is the member's own page.
    #[arg(long, default_value = "")]
    slug: String,
    /// Themes whose own keys are emitted too: names separated by commas, `all` or `core`.
    #[arg(long)]
    themes: Option<Themes>,
    /// Absolute URL under which the document's relative files exist.
    #[arg(long, value_name = "URL")]
    asset_base: Option<String>,
    /// Print the report as JSON instead of the file; on a terminal it is shown beside it anyway.
    #[arg(long)]
    report: bool,
}

impl Convert {
    pub(crate) fn run(self) -> Outcome {
        let input = read(&self.file).map_err(Failure::WrongCall)?;
        let stem = (self.file != Path::new("-"))
            .then(|| {
                self.file
                    .file_name()
                    .map(|name| frontmatter::slug::file_stem(&name.to_string_lossy()))
            })
            .flatten();
        let context = Context {
            handle: self.handle,
            slug: self.slug,
            name_hint: stem,
            link_base: "/".to_owned(),
            asset_base: self.asset_base.map(|base| {
                if base.ends_with('/') {
                    base
                } else {
                    base + "/"
                }
            }),
            themes: self.themes.unwrap_or_default(),
            now: Timestamp::try_from(Clock::system().now()).ok(),
            ..Context::default()
        };
        let converted = frontmatter::convert(&input, &context)?;
        if self.report {
            let report = json!({
                "state": shown::state(&converted),
                "until": converted.until.filter(|_| converted.draft).map(|until| until.to_string()),
                "fields": converted.fields,
                "warnings": converted.warnings,
            });
            say!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            output::bytes(&converted.bytes);
            // Beside the file, which stays what it is wherever it goes.
            if std::io::stderr().is_terminal() {
                write!(anstream::stderr(), "{}", shown::shown(&converted))?;
            }
        }
        Ok(())
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    // One byte over the limit is enough to know that the file is too large.
    let limit = u64::try_from(frontmatter::MAX_README_BYTES)? + 1;
    let mut input = Vec::new();
    if file == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(limit)
            .read_to_end(&mut input)
            .context("standard input can't be read")?;
    } else {
        let opened = std::fs::File::open(file)
            .with_context(|| format!("{} can't be read", file.display()))?;
        opened
            .take(limit)
            .read_to_end(&mut input)
            .with_context(|| format!("{} can't be read", file.display()))?;
    }
    Ok(input)
}

//! What a command asks whoever sits at the terminal.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, anyhow};

use crate::outcome::{Failure, Outcome};
use crate::output::{self, harmless};

/// More than any password or address has, in bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// Whether somebody is there to be asked.
pub(crate) fn is_possible() -> bool {
    std::io::stdin().is_terminal()
}

/// Goes on where the question is answered with `y`; `otherwise` says what was not done. Where nobody can be asked it
/// is a wrong call, and `unasked` says why.
pub(crate) fn confirm(question: &str, unasked: &str, otherwise: &str) -> Outcome {
    if !is_possible() {
        return Err(Failure::WrongCall(anyhow!("{unasked}; say --yes")));
    }
    // A list of what is meant may stand above the question.
    let lines: Vec<String> = question.split('\n').map(harmless).collect();
    output::text(format_args!(
        "{} This can't be undone. [y/N] ",
        lines.join("\n")
    ));
    if line("the answer")?.trim().eq_ignore_ascii_case("y") {
        Ok(())
    } else {
        Err(anyhow!("{otherwise}").into())
    }
}

/// Goes on unless the question is answered with something else than `y` or nothing; `otherwise` says what was not done. Where
/// nobody can be asked it goes on.
pub(crate) fn agree(question: &str, otherwise: &str) -> Outcome {
    if !is_possible() {
        return Ok(());
    }
    output::text(format_args!("{} [Y/n] ", harmless(question)));
    let typed = line("the answer")?;
    // A closed terminal answers nothing at all, and hasn't agreed.
    let is_agreed =
        typed.ends_with('\n') && ["", "y", "yes"].contains(&&*typed.trim().to_lowercase());
    if is_agreed {
        Ok(())
    } else {
        Err(anyhow!("{otherwise}").into())
    }
}

/// The answer to a question, in one line.
pub(crate) fn text(question: &str) -> anyhow::Result<String> {
    anstream::eprint!("{}: ", harmless(question));
    Ok(line("the answer")?.trim().to_owned())
}

/// A password: from the terminal, which doesn't show it, or in one line of standard input.
pub(crate) fn password(question: &str) -> anyhow::Result<String> {
    let typed = if is_possible() {
        rpassword::prompt_password(format!("{}: ", harmless(question)))
            .context("the password can't be read")?
    } else {
        first_line()?
    };
    if typed.is_empty() {
        return Err(anyhow!(
            "there is no password: type it, or send it to standard input"
        ));
    }
    Ok(typed)
}

/// A line that is typed; the rest stays for the next question.
fn line(what: &str) -> anyhow::Result<String> {
    let mut typed = String::new();
    std::io::stdin()
        .read_line(&mut typed)
        .with_context(|| format!("{what} can't be read"))?;
    Ok(typed)
}

/// Standard input up to its first line break.
fn first_line() -> anyhow::Result<String> {
    let mut typed = String::new();
    std::io::stdin()
        .lock()
        .take(MAX_LINE_BYTES)
        .read_to_string(&mut typed)
        .context("the password can't be read")?;
    Ok(typed.lines().next().unwrap_or_default().to_owned())
}

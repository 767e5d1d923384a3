//! How a command ends: one clear line on standard error, and the exit code scripts rely on.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use crate::output::harmless;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit code 1: what was asked can't be done.
    Refused(anyhow::Error),
    /// Exit code 2: the call itself is wrong.
    WrongCall(anyhow::Error),
    /// Exit code 3: it is done, and what came of it isn't known yet.
    Unknown(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(cause: E) -> Self {
        Self::Refused(cause.into())
    }
}

/// What a command answers `main`.
pub(crate) type Outcome = Result<(), Failure>;

const ERROR: Style = AnsiColor::Red.on_default().bold();

pub(crate) fn exit_code(outcome: Outcome) -> ExitCode {
    let (cause, code) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Refused(cause)) => (cause, 1),
        Err(Failure::WrongCall(cause)) => (cause, 2),
        Err(Failure::Unknown(cause)) => (cause, 3),
    };
    // Colours are dropped by `anstream` where standard error is no terminal.
    anstream::eprintln!("{ERROR}error:{ERROR:#} {}", said(&cause));
    ExitCode::from(code)
}

/// A failure in one line. What a server, a file's name or an argument brings into it commands no terminal.
fn said(cause: &anyhow::Error) -> String {
    harmless(&format!("{cause:#}"))
}

/// Runs an asynchronous command to its end.
pub(crate) fn block_on(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn a_failure_commands_no_terminal_and_is_one_line() {
        let name = "a\u{1b}]0;x\u{7}\u{9b}2J\r\nfine.\u{202e}dm";
        let cause = anyhow::anyhow!("{name}").context(format!("the folder {name} can't be read"));
        let said = said(&cause);
        let is_odd = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!said.contains(is_odd), "{said:?}");
        assert!(said.starts_with("the folder a\u{fffd}]0;x"), "{said:?}");
    }
}

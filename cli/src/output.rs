//! What a command says on standard output.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write as _};
use std::process;

use members::is_hidden;

/// As of a program that SIGPIPE ends: what shells expect of the left side of `| head`.
const READER_GONE: i32 = 128 + 13;

/// Writes text, without colours where standard output is no terminal.
pub(crate) fn text(text: Arguments<'_>) {
    let mut output = anstream::stdout().lock();
    end_unless(output.write_fmt(text).and_then(|()| output.flush()));
}

/// Writes bytes as they are.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut output = io::stdout().lock();
    end_unless(output.write_all(bytes).and_then(|()| output.flush()));
}

/// Text without what could be a command to a terminal, or turn what stands beside it about.
pub(crate) fn harmless(text: &str) -> String {
    let shown = |c| if is_hidden(c) { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

/// A reader who has enough ends the program quietly; a full disk ends it with a line that says so.
/// `println!` would panic.
fn end_unless(written: io::Result<()>) {
    if let Err(error) = written {
        if error.kind() == ErrorKind::BrokenPipe {
            process::exit(READER_GONE);
        }
        anstream::eprintln!("error: standard output can't be written: {error}");
        process::exit(1);
    }
}

/// Writes a line as [`text`] does.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::text(format_args!("{}\n", format_args!($($text)*)))
    };
}
pub(crate) use say;

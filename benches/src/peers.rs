//! Programs in other languages that are timed beside us, where `MASTHEAD_PEERS` says that they are
//! installed (`benches/peers/run` does).

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A running program that answers each line with the milliseconds a document took it.
#[derive(Debug)]
pub struct Peer {
    pub name: &'static str,
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// remark and python-frontmatter; none where nothing says where they are.
///
/// # Errors
/// A program that can't be started.
pub fn all() -> std::io::Result<Vec<Peer>> {
    #[expect(clippy::disallowed_methods, reason = "no function of ours reads this")]
    let Some(folder) = std::env::var_os("MASTHEAD_PEERS").map(PathBuf::from) else {
        println!("remark and python-frontmatter are not measured: benches/peers/run installs them");
        return Ok(Vec::new());
    };
    Ok(vec![
        Peer::start("remark", Path::new("node"), &folder.join("remark.mjs"))?,
        Peer::start(
            "python-frontmatter",
            &folder.join(".venv/bin/python"),
            &folder.join("post.py"),
        )?,
    ])
}

impl Peer {
    fn start(name: &'static str, program: &Path, script: &Path) -> std::io::Result<Self> {
        let mut process = Command::new(program)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(questions), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(std::io::Error::other("no pipes"));
        };
        Ok(Self {
            name,
            process,
            questions,
            answers: BufReader::new(answers),
        })
    }

    /// The fastest of `turns` readings of what the line describes; `None` where the program failed.
    ///
    /// # Errors
    /// A program that died.
    pub fn time(&mut self, question: &str) -> std::io::Result<Option<Duration>> {
        writeln!(self.questions, "{question}")?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            return Err(std::io::Error::other(format!("{} died", self.name)));
        }
        Ok(answer
            .trim()
            .parse()
            .ok()
            .map(|millis: f64| Duration::from_secs_f64(millis / 1000.0)))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

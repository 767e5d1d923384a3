//! Programs in other languages that are timed beside us, where `MASTHEAD_PEERS` and `MASTHEAD_PEERS_PYTHON` say that they are
//! installed (`benches/peers/run` does).

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// A document that takes longer is given up, and its program started anew.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A program that answers each line with the milliseconds a document took it.
#[derive(Debug)]
pub struct Peer {
    pub name: &'static str,
    program: PathBuf,
    script: PathBuf,
    running: Running,
}

#[derive(Debug)]
struct Running {
    process: Child,
    questions: ChildStdin,
    answers: Receiver<String>,
}

/// remark and python-frontmatter; none where nothing says where they are.
///
/// # Errors
/// A program that can't be started.
pub fn all() -> io::Result<Vec<Peer>> {
    #[expect(clippy::disallowed_methods, reason = "no function of ours reads this")]
    let path = |variable| std::env::var_os(variable).map(PathBuf::from);
    let (Some(folder), Some(python)) = (path("MASTHEAD_PEERS"), path("MASTHEAD_PEERS_PYTHON"))
    else {
        println!("remark and python-frontmatter are not measured: benches/peers/run installs them");
        return Ok(Vec::new());
    };
    Ok(vec![
        Peer::start("remark", "node".into(), folder.join("remark.mjs"))?,
        Peer::start("python-frontmatter", python, folder.join("post.py"))?,
    ])
}

impl Peer {
    fn start(name: &'static str, program: PathBuf, script: PathBuf) -> io::Result<Self> {
        Ok(Self {
            name,
            running: Running::start(&program, &script)?,
            program,
            script,
        })
    }

    /// The fastest of the turns that the line asks for; `None` where the program failed or took
    /// longer than [`PATIENCE`].
    ///
    /// # Errors
    /// A program that died, or can't be started again.
    pub fn time(&mut self, question: &str) -> io::Result<Option<Duration>> {
        writeln!(self.running.questions, "{question}")?;
        match self.running.answers.recv_timeout(PATIENCE) {
            Ok(answer) => {
                let millis = answer.trim().parse().ok();
                Ok(millis.map(|millis: f64| Duration::from_secs_f64(millis / 1000.0)))
            }
            Err(RecvTimeoutError::Timeout) => {
                self.running = Running::start(&self.program, &self.script)?;
                Ok(None)
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(io::Error::other(format!("{} died", self.name)))
            }
        }
    }
}

impl Running {
    fn start(program: &Path, script: &Path) -> io::Result<Self> {
        let mut process = Command::new(program)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(questions), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let (send, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in io::BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            process,
            questions,
            answers,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

//! The one program that this room starts: the installed git, by its full path, with a list of
//! arguments that no shell reads, without a terminal, and stopped when it is cancelled or falls
//! silent.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use rustix::process::{Pid, Signal, kill_process_group};
use undercroft_foundation::{Clock, Code, Error, IoContext, Job, Result, text};

/// The time between two looks at a running program.
const TICK: Duration = Duration::from_millis(50);
/// The time that a program may take to clean up when it is told to end.
const GRACE_TICKS: u32 = 40;
/// Of what a program says, this much is kept.
const LINES_KEPT: usize = 200;
const LINE_BYTES: usize = 2000;
/// The variables by which the user's environment may speak to git; the rest of `GIT_…` would lead
/// it elsewhere.
const KEPT: [&str; 8] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_EXEC_PATH",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
];
/// Nobody is there to answer a question.
const QUIET: [(&str, &str); 6] = [
    ("GIT_TERMINAL_PROMPT", "0"),
    // Empty, so that git falls back on neither its configuration nor SSH_ASKPASS.
    ("GIT_ASKPASS", ""),
    ("SSH_ASKPASS_REQUIRE", "never"),
    ("GCM_INTERACTIVE", "never"),
    ("GIT_NO_LAZY_FETCH", "1"),
    // What it says is read here.
    ("LC_ALL", "C"),
];

/// The means to reach a remote.
#[derive(Debug, Clone)]
pub struct Network {
    /// The installed git; without one, only remotes in folders are reached.
    pub program: Option<GitProgram>,
    /// A folder for what is needed only during an exchange.
    pub scratch: PathBuf,
    /// The longest time that a remote may say nothing.
    pub silence: Duration,
}

/// The installed git, and the environment of the user that it runs in.
#[derive(Clone)]
pub struct GitProgram {
    path: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl GitProgram {
    /// Looks for `git` in the environment's `PATH`, once; its full path is kept.
    pub fn find(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Option<Self> {
        let environment: Vec<_> = environment.into_iter().collect();
        let (_, folders) = environment.iter().find(|(name, _)| name == "PATH")?;
        let path = std::env::split_paths(folders)
            // A relative folder means another one in each project.
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join("git"))
            .find(|path| is_program(path))?;
        Some(Self { path, environment })
    }

    /// Its full path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_os_str())
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that starts git")]
    fn spawn(&self, call: &GitCommand<'_>) -> Result<Child> {
        let mut command = Command::new(&self.path);
        command.args(&call.arguments).current_dir(call.folder).env_clear();
        let is_kept = |name: &OsStr| {
            let text = name.to_string_lossy();
            let is_git = text.starts_with("GIT_") && !KEPT.contains(&&*text);
            let is_ours = text.starts_with("UNDERCROFT_") || text.starts_with("RESTIC_");
            !is_git
                && !is_ours
                && !text.starts_with("LC_")
                && text != "LANGUAGE"
                && text != "SSH_ASKPASS"
        };
        command.envs(self.environment.iter().filter(|(name, _)| is_kept(name)).cloned());
        command.envs(QUIET).envs(call.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group, so that what it starts ends with it.
        command.process_group(0).spawn().at("start", &self.path)
    }

    /// Runs it to its end.
    pub(super) fn run(&self, call: &GitCommand<'_>, limits: &RunLimits<'_>) -> Result<GitOutput> {
        limits.job.check_cancelled()?;
        let mut child = self.spawn(call)?;
        let (sender, lines) = bounded(64);
        let pipes: [(bool, Option<Box<dyn Read + Send>>); 2] = [
            (false, child.stdout.take().map(|pipe| Box::new(pipe) as _)),
            (true, child.stderr.take().map(|pipe| Box::new(pipe) as _)),
        ];
        for (is_error, pipe) in pipes {
            let (sender, Some(pipe)) = (sender.clone(), pipe) else { continue };
            // It ends with the pipe, which a daemon of git's may keep open: nobody waits for it.
            thread::spawn(move || forward(pipe, is_error, &sender));
        }
        drop(sender);
        let mut output = GitOutput::default();
        let mut last_line_at = limits.clock.steady();
        loop {
            let is_quiet = match lines.recv_timeout(TICK) {
                Ok(line) => {
                    last_line_at = limits.clock.steady();
                    output.add_line(line, limits.job);
                    false
                }
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => {
                    limits.clock.sleep(TICK);
                    true
                }
            };
            if let Err(error) = limits.check(last_line_at) {
                end(&mut child, limits.clock);
                return Err(error);
            }
            if is_quiet && let Some(status) = child.try_wait().at("wait for", &self.path)? {
                output.succeeded = status.success();
                return Ok(output);
            }
        }
    }
}

impl fmt::Debug for GitProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The environment may hold secrets.
        f.debug_struct("GitProgram").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A command for git.
pub(super) struct GitCommand<'a> {
    pub folder: &'a Path,
    pub arguments: Vec<OsString>,
    pub environment: Vec<(OsString, OsString)>,
}

/// The limits that stop a run.
pub(super) struct RunLimits<'a> {
    pub job: &'a Job,
    pub clock: &'a dyn Clock,
    pub silence: Duration,
}

impl RunLimits<'_> {
    fn check(&self, last_line_at: Duration) -> Result<()> {
        self.job.check_cancelled()?;
        if self.clock.steady().saturating_sub(last_line_at) <= self.silence {
            return Ok(());
        }
        let seconds = self.silence.as_secs();
        Err(Error::new(Code::Unavailable, "The remote does not answer")
            .why(text!("Nothing came for {seconds} seconds", seconds))
            .next("Look whether the network and the remote are there, and try again"))
    }
}

/// The output of git, in lines.
#[derive(Default)]
pub(super) struct GitOutput {
    pub succeeded: bool,
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
    counted: u64,
}

struct Line {
    is_error: bool,
    /// Overwritten by the next, on a terminal.
    is_progress: bool,
    text: String,
}

impl GitOutput {
    fn add_line(&mut self, line: Line, job: &Job) {
        if line.is_progress {
            self.count(&line.text, job);
            return job.set_current(line.text);
        }
        let lines = if line.is_error { &mut self.stderr } else { &mut self.stdout };
        if !line.text.is_empty() && lines.len() < LINES_KEPT {
            lines.push(line.text);
        }
    }

    /// `Receiving objects:  45% (450/1000), …`
    fn count(&mut self, text: &str, job: &Job) {
        let is_transfer = text.starts_with("Receiving objects") || text.starts_with("Writing obj");
        let counts = text.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        let counts = counts.filter(|_| is_transfer).and_then(|(counts, _)| counts.split_once('/'));
        let Some((Ok(done), Ok(total))) = counts.map(|(a, b)| (a.parse::<u64>(), b.parse::<u64>()))
        else {
            return;
        };
        if !job.progress().totals_settled {
            job.add_total(total, 0);
            job.settle_totals();
        }
        job.add_files_done(done.saturating_sub(self.counted));
        self.counted = self.counted.max(done);
    }
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn forward(mut pipe: impl Read, is_error: bool, to: &Sender<Line>) {
    let (mut buffer, mut line) = ([0; 4096], Vec::new());
    let send = |line: &mut Vec<u8>, is_progress| {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        line.clear();
        to.send(Line { is_error, is_progress, text }).is_ok()
    };
    while let Ok(read @ 1..) = pipe.read(&mut buffer) {
        for byte in &buffer[..read] {
            let goes_on = match byte {
                b'\r' | b'\n' => send(&mut line, *byte == b'\r'),
                _ if line.len() < LINE_BYTES => {
                    line.push(*byte);
                    true
                }
                _ => true,
            };
            if !goes_on {
                return;
            }
        }
    }
    send(&mut line, false);
}

/// Tells the program and all that it started to end, and sees to it.
fn end(child: &mut Child, clock: &dyn Clock) {
    let group = Pid::from_child(child);
    // Each fails only when there is nothing left to end.
    let _ = kill_process_group(group, Signal::TERM);
    for _ in 0..GRACE_TICKS {
        if matches!(child.try_wait(), Ok(Some(_))) {
            break;
        }
        clock.sleep(TICK);
    }
    let _ = kill_process_group(group, Signal::KILL);
    let _ = child.wait();
}

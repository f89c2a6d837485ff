//! The one place where this room starts a program: the command that the user wrote into a plan, by
//! its full path, with a list of arguments that no shell reads, without our passwords, in a group
//! of its own, stopped when its time is over. What it says goes into the run's log.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rustix::process::{Pid, Signal, kill_process_group};
use undercroft_foundation::{
    Clock, Code, Error, IoContext, Job, LogLevel, Result, TextValue, escape_path, text,
};

use crate::plans::HookCommand;

/// The time between two looks at a running program.
const TICK: Duration = Duration::from_millis(50);
/// The time that a program may take to clean up when it is told to end.
const GRACE: Duration = Duration::from_secs(2);
/// Of a line that is longer, this much is kept.
const LINE_BYTES: u64 = 2000;

/// Variables whose names begin so are ours and restic's, passwords among them: no command gets
/// them.
const OURS: [&str; 2] = ["UNDERCROFT_", "RESTIC_"];

/// The command that is started, and why.
pub(super) struct HookRun<'a> {
    /// `before` or `after`.
    pub(super) when: &'a str,
    pub(super) hook: &'a HookCommand,
    pub(super) environment: &'a [(&'a str, &'a str)],
    /// Whether it is to be ended before its time.
    pub(super) is_stopped: &'a dyn Fn() -> bool,
}

/// Runs a command to its end. `log` hears what it says.
///
/// # Errors
/// [`Code::Invalid`] for a program that is named by no full path, whatever keeps it from being
/// started, [`Code::Unavailable`] when it fails or takes too long, and [`Code::Cancelled`] when
/// it was stopped.
pub(super) fn run(call: &HookRun<'_>, clock: &dyn Clock, log: &Job) -> Result<()> {
    let what = || text!("The command {when} the backup failed", when = call.when);
    let program = call.hook.command.first().map(Path::new).filter(|path| path.is_absolute());
    let program = program.ok_or_else(|| {
        Error::new(Code::Invalid, what())
            .why("Its program is not given by its full path")
            .next("Write it like /usr/bin/program, each argument for itself")
    })?;
    log.log(LogLevel::Info, format!("The command {}: {}", call.when, escape_path(program)));
    let mut child = spawn(program, call)?;
    let said = listen(&mut child);
    let ended = wait(&mut child, program, call, (clock, log), &said);
    // What was said last; a daemon that it left may hold the pipe open, and is not waited for.
    while let Ok(line) = said.recv_timeout(TICK) {
        log.log(LogLevel::Info, line);
    }
    let status = ended?;
    if status.success() {
        return Ok(());
    }
    let why = match (status.code(), status.signal()) {
        (Some(code), _) => {
            text!(
                "{program} ended with {code}",
                program = escape_path(program),
                code = code.to_string()
            )
        }
        (None, signal) => {
            text!(
                "{program} was ended by signal {signal}",
                program = escape_path(program),
                signal = signal.unwrap_or_default().to_string()
            )
        }
    };
    Err(Error::new(Code::Unavailable, what())
        .why(why)
        .next("See what it said in the log of the run, and mend it or take it out of the plan"))
}

#[expect(clippy::disallowed_methods, reason = "the one place that starts a plan's commands")]
fn spawn(program: &Path, call: &HookRun<'_>) -> Result<Child> {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if OURS.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes())) {
            command.env_remove(&name);
        }
    }
    command.args(&call.hook.command[1..]).current_dir("/").envs(call.environment.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Its own group, so that what it starts ends with it.
    command.process_group(0).spawn().at("start", program)
}

fn wait(
    child: &mut Child,
    program: &Path,
    call: &HookRun<'_>,
    (clock, log): (&dyn Clock, &Job),
    said: &Receiver<String>,
) -> Result<ExitStatus> {
    let seconds = call.hook.timeout_seconds;
    let until = clock.steady() + Duration::from_secs(seconds.into());
    loop {
        match said.recv_timeout(TICK) {
            Ok(line) => log.log(LogLevel::Info, line),
            Err(RecvTimeoutError::Timeout) => {}
            // It says nothing more; it may still work.
            Err(RecvTimeoutError::Disconnected) => clock.sleep(TICK),
        }
        if let Some(status) = child.try_wait().at("wait for", program)? {
            return Ok(status);
        }
        // Not paused with the rest: it is not ours to hold.
        if (call.is_stopped)() {
            end(child, clock);
            return Err(Error::new(Code::Cancelled, "Cancelled"));
        }
        if clock.steady() >= until {
            end(child, clock);
            let what = text!("The command {when} the backup was stopped", when = call.when);
            return Err(Error::new(Code::Unavailable, what)
                .why(text!(
                    "It took longer than {seconds}",
                    seconds = TextValue::count(seconds.into(), "second")
                ))
                .next("Give it more time, or mend it"));
        }
    }
}

fn listen(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = bounded(64);
    let pipes: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as _),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ];
    for pipe in pipes.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || forward(pipe, &sender));
    }
    lines
}

fn forward(pipe: impl Read, to: &Sender<String>) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while let Ok(1..) = (&mut pipe).take(LINE_BYTES).read_until(b'\n', &mut line) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        if !text.is_empty() && to.send(text).is_err() {
            return;
        }
    }
}

/// Tells the program and all that it started to end, and sees to it.
fn end(child: &mut Child, clock: &dyn Clock) {
    let group = Pid::from_child(child);
    // Each fails only when there is nothing left to end.
    let _ = kill_process_group(group, Signal::TERM);
    let until = clock.steady() + GRACE;
    while clock.steady() < until && !matches!(child.try_wait(), Ok(Some(_))) {
        clock.sleep(TICK);
    }
    let _ = kill_process_group(group, Signal::KILL);
    let _ = child.wait();
}

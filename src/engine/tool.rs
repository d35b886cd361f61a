//! Long work in a process of its own: it is started, read line by line, and ended with the job, the thread or the
//! window, whichever ends first.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{Error, Event, Job, ToolFn, client::Ticket, work};
use crate::{evaluate, failure::LastLine, score::Gate, training};

/// Work that takes minutes or hours. It may run out of memory without harm to the window.
#[derive(Clone, PartialEq, Eq)]
pub enum Tool {
    Evaluate(Box<EvaluateTool>),
    Train(TrainTool),
}

/// What `wardlight evaluate` is asked.
#[derive(Clone, PartialEq, Eq)]
pub struct EvaluateTool {
    /// Its name, or the folder of its bundle.
    pub model: String,
    pub table: PathBuf,
    /// The folder of the report.
    pub out: PathBuf,
    pub images: Option<PathBuf>,
    pub image_column: Option<String>,
    /// The column of texts or letters.
    pub text_column: Option<String>,
    /// A table of measurements, and the column that says whose they are.
    pub measurements: Option<PathBuf>,
    pub key_column: Option<String>,
    pub label_column: Option<String>,
    pub part: Option<String>,
    /// The word that means that the finding is there.
    pub positive: Option<String>,
    /// A second model.
    pub against: Option<String>,
    pub gate: Gate,
    /// Whether cases are damaged on purpose as well.
    pub is_damaged: bool,
}

/// What `wardlight train` is asked.
#[derive(Clone, PartialEq, Eq)]
pub struct TrainTool {
    pub recipe: PathBuf,
    pub data: PathBuf,
    /// The folder of the bundle.
    pub out: PathBuf,
}

/// A line of a tool.
#[derive(Clone, Debug)]
pub enum Told {
    Evaluate(evaluate::Event),
    Train(training::Event),
}

/// Time between two looks at whether to stop.
const STEP: Duration = Duration::from_millis(50);
/// How long a process may take to end when it is asked politely.
const PATIENCE: Duration = Duration::from_secs(2);
/// A longer line is not ours.
const LINE_BYTES: u64 = 1 << 20;
/// Lines that may wait to be taken in.
const N_LINES: usize = 64;

impl Tool {
    /// What the tool does, for messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Evaluate(_) => "evaluate",
            Self::Train(_) => "train",
        }
    }

    /// Reads a line. What it held is not repeated in the error: it may come from the data.
    fn read(&self, line: &[u8]) -> Result<Told, Error> {
        if let Ok(LastLine::Failed(relayed)) = serde_json::from_slice(line) {
            return Err(Error::Tool(Box::new(relayed)));
        }
        let told = match self {
            Self::Evaluate(_) => serde_json::from_slice(line).map(Told::Evaluate),
            Self::Train(_) => serde_json::from_slice(line).map(Told::Train),
        };
        told.map_err(|_dropped| Error::ToolLine {
            tool: self.name(),
            n_bytes: line.len(),
        })
    }
}

impl Told {
    /// Whether the work is done and written.
    const fn is_last(&self) -> bool {
        matches!(
            self,
            Self::Evaluate(evaluate::Event::Written { .. })
                | Self::Train(training::Event::Written { .. })
        )
    }
}

/// Serves `RunTool` until the queue closes: one process at a time.
pub(super) fn run_tools(jobs: &Receiver<Ticket>, mut command: ToolFn, outbox: &work::Outbox) {
    while let Ok(ticket) = jobs.recv() {
        let end = work::guarded(&ticket, || match &ticket.job {
            Job::RunTool(tool) => run(tool, command(tool), &ticket, outbox).map(|()| None),
            _ => Ok(None),
        });
        if work::finish(&ticket, end, outbox).is_err() {
            return;
        }
    }
}

fn run(tool: &Tool, command: Command, ticket: &Ticket, outbox: &work::Outbox) -> Result<(), Error> {
    let name = tool.name();
    let mut process = Process::start(command, name)?;
    let mut is_written = false;
    while let Some(line) = process.next_line(ticket) {
        let told = tool.read(&line)?;
        is_written |= told.is_last();
        // Nobody reads the events any more: the process ends with `process`.
        if outbox.send(ticket.id, Event::Told(told)).is_err() {
            return Ok(());
        }
    }
    match process.wait(ticket) {
        _ if ticket.task.is_cancelled() || is_written => Ok(()),
        status => Err(Error::ToolEnded {
            tool: name,
            how: status.map_or_else(|| "no end".to_owned(), |it| it.to_string()),
        }),
    }
}

/// A child with the thread that reads its lines. Ends when it is dropped.
struct Process {
    child: Child,
    lines: Option<Receiver<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// In a process group of its own, so that what it starts ends with it. Nothing is said to it, and what it says to
    /// people is dropped: the last line on its stdout tells why it failed.
    fn start(mut command: Command, name: &'static str) -> Result<Self, Error> {
        let failed = |source: std::io::Error| Error::ToolStart {
            tool: name,
            cause: source.to_string(),
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let stdout = child.stdout.take();
        let (sender, lines) = sync_channel(N_LINES);
        let mut process = Self {
            child,
            lines: Some(lines),
            reader: None,
        };
        let read = move || stdout.into_iter().for_each(|it| read_lines(it, &sender));
        let reader = thread::Builder::new().name("tool lines".to_owned());
        process.reader = Some(reader.spawn(read).map_err(failed)?);
        Ok(process)
    }

    /// The next line; `None` when the output ends or the job is cancelled.
    fn next_line(&self, ticket: &Ticket) -> Option<Vec<u8>> {
        let lines = self.lines.as_ref()?;
        while !ticket.task.is_cancelled() {
            match lines.recv_timeout(STEP) {
                Ok(line) => return Some(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }

    /// Waits for the end; `None` if the job was cancelled before.
    fn wait(&mut self, ticket: &Ticket) -> Option<ExitStatus> {
        while !ticket.task.is_cancelled() {
            if let Some(status) = self.child.try_wait().ok()? {
                return Some(status);
            }
            thread::sleep(STEP);
        }
        None
    }

    /// Politely, then by force. A process that has ended already is only reaped.
    fn end(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let group = Pid::from_child(&self.child);
        // Where it has just ended, there is nobody to hear a signal.
        kill_process_group(group, Signal::TERM).ok();
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(STEP / 5);
        }
        kill_process_group(group, Signal::KILL).ok();
        self.child.wait().ok();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
        // A reader that waits for room must find the queue closed.
        self.lines = None;
        if let Some(reader) = self.reader.take() {
            // It ends with the pipe and has nothing to say.
            reader.join().ok();
        }
    }
}

/// Hands over whole lines until the pipe closes, nobody takes them, or one is too long to be ours.
fn read_lines(stdout: ChildStdout, lines: &SyncSender<Vec<u8>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = stdout
            .by_ref()
            .take(LINE_BYTES)
            .read_until(b'\n', &mut line);
        let is_over = !matches!(read, Ok(1..));
        // A line without its end is handed over as it is: it will not be understood, and that is told.
        if is_over || lines.send(line).is_err() {
            return;
        }
    }
}

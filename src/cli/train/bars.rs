//! Progress of a training on a terminal: how far a run is, the time that is left, loss and held-out figure.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{model::Task, training::Event};

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(200);

/// A bar on stderr. Where stderr is no terminal, nothing is drawn.
pub(super) struct Bars {
    bar: ProgressBar,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Bars {
    /// Draws how far the task is, until [`Self::finish`].
    pub(super) fn start(task: &Task) -> anyhow::Result<Self> {
        let style = "{prefix} {wide_bar} {pos}/{len} {msg} {elapsed} gone, {eta} left";
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(style)?);
        bar.set_prefix("reading the images");
        let is_over = Arc::new(AtomicBool::new(false));
        let (task, drawn, stop) = (task.clone(), bar.clone(), Arc::clone(&is_over));
        let draw = move || {
            while !stop.load(Ordering::Relaxed) {
                let (done, total) = task.progress();
                drawn.set_length(total as u64);
                drawn.set_position(done as u64);
                thread::sleep(TICK);
            }
        };
        let builder = thread::Builder::new().name("progress bar".to_owned());
        let thread = builder.spawn(draw).context("could not start a thread")?;
        Ok(Self {
            bar,
            is_over,
            thread,
        })
    }

    /// Shows what happened.
    pub(super) fn tell(&self, event: &Event) {
        let Event::Progress { run, progress } = event else {
            return;
        };
        let prefix = format!("{run} {}/{}", progress.epoch, progress.n_epochs);
        if !self.bar.prefix().starts_with(&format!("{run} ")) {
            self.bar.reset();
        }
        self.bar.set_prefix(prefix.clone());
        match progress.held_out {
            Some(figure) => {
                let words = format!("loss {:.4}, held out {figure:.4}", progress.loss);
                self.bar.println(format!("{prefix} {words}"));
                self.bar.set_message(words);
            }
            None => self.bar.set_message(format!("loss {:.4}", progress.loss)),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        self.is_over.store(true, Ordering::Relaxed);
        // A thread that draws has nothing to lose.
        self.thread.join().ok();
        self.bar.finish_and_clear();
    }
}

//! The desktop's file dialogs, on a thread of their own: the window goes on drawing. Where none can be shown, the
//! program's own chooser is.

use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, sync_channel},
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

use rfd::{AsyncFileDialog, FileHandle};

use crate::{
    desktop::has_dialogs,
    engine::WakeFn,
    lock::Buses,
    session::{Choice, Command, Wanted},
    words::Words,
};

/// A dialog that answers sooner than a person can was never shown.
const TOO_QUICK: Duration = Duration::from_millis(150);

/// A dialog that is open, or was.
pub(super) struct Dialog {
    answer: Receiver<Option<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl Dialog {
    /// Asks for what is wanted; `None` where there is no thread for it.
    pub(super) fn start(
        wake: WakeFn,
        words: &Words,
        wanted: Wanted,
        buses: Option<Buses>,
    ) -> Option<Self> {
        let (title, kind) = (wanted.title(words), wanted.kind(words));
        let (answered, answer) = sync_channel(1);
        let work = move || {
            let mut dialog = AsyncFileDialog::new().set_title(title);
            if let Some(ending) = wanted.ending() {
                dialog = dialog.add_filter(kind, &[ending]);
            }
            let bus = buses.as_ref().map(|it| it.session.as_deref());
            let picked = has_dialogs(bus).then(|| ask(wanted, dialog)).flatten();
            let command = match picked {
                None => Some(Command::NoDialog(wanted)),
                Some(paths) => wanted.answer(paths),
            };
            // The window may be gone by now; then nobody wants the answer.
            answered.send(command).ok();
            wake();
        };
        let thread = Builder::new().name("dialog".to_owned()).spawn(work).ok()?;
        Some(Self {
            answer,
            thread: Some(thread),
        })
    }

    /// The answer, once: `None` while the dialog is open, `Some(None)` if it was cancelled.
    pub(super) fn poll(&mut self) -> Option<Option<Command>> {
        let answer = self.answer.try_recv().ok()?;
        if let Some(thread) = self.thread.take() {
            // It has just sent its answer and ends; a panic in it would have no other effect.
            thread.join().ok();
        }
        Some(answer)
    }
}

/// Shows a dialog: no paths where it was cancelled, `None` where it was never shown.
fn ask(wanted: Wanted, dialog: AsyncFileDialog) -> Option<Vec<PathBuf>> {
    let start = Instant::now();
    let path = |it: &FileHandle| it.path().to_owned();
    let one = match wanted.choice() {
        Choice::Files => {
            let picked = pollster::block_on(dialog.pick_files())?;
            return Some(picked.iter().map(path).collect());
        }
        Choice::File => pollster::block_on(dialog.pick_file()),
        Choice::Folder => pollster::block_on(dialog.pick_folder()),
        Choice::New => pollster::block_on(dialog.set_file_name(wanted.name()).save_file()),
    };
    let is_missing = one.is_none() && start.elapsed() < TOO_QUICK;
    (!is_missing).then(|| one.iter().map(path).collect())
}

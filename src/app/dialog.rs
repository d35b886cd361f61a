//! The desktop's file dialogs, on a thread of their own: the window goes on drawing.

use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, sync_channel},
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

use rfd::AsyncFileDialog;

use crate::{
    engine::WakeFn,
    session::{Command, Field, Form, PageCommand, TakeOutCommand},
    words::Words,
};

/// A dialog that answers sooner than a person can was never shown: no portal and no fallback runs.
const TOO_QUICK: Duration = Duration::from_millis(150);

/// A dialog that is open, or was.
pub(super) struct Dialog {
    answer: Receiver<Option<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl Dialog {
    /// Asks for files to open.
    pub(super) fn open(wake: WakeFn, words: &Words) -> Option<Self> {
        let title = words.say("dialog-open");
        Self::start(wake, Command::NoDialog, || {
            let dialog = AsyncFileDialog::new().set_title(title);
            let picked = pollster::block_on(dialog.pick_files());
            picked.map(|it| Command::Open(it.iter().map(|it| it.path().to_owned()).collect()))
        })
    }

    /// Asks where to save the overlay.
    pub(super) fn save(wake: WakeFn, words: &Words) -> Option<Self> {
        let title = words.say("dialog-save");
        Self::start(wake, Command::NoDialog, || {
            let dialog = AsyncFileDialog::new()
                .set_title(title)
                .set_file_name("overlay.png")
                .add_filter("PNG", &["png"]);
            let picked: Option<PathBuf> =
                pollster::block_on(dialog.save_file()).map(|it| it.path().to_owned());
            picked.map(Command::SaveTo)
        })
    }

    /// Asks where to write a view.
    pub(super) fn take_out(wake: WakeFn, words: &Words, form: Form) -> Option<Self> {
        let (title, ending) = (words.say("dialog-view"), form.ending());
        let none = Command::OnTakeOut(TakeOutCommand::TypePath);
        Self::start(wake, none, move || {
            let dialog = AsyncFileDialog::new()
                .set_title(title)
                .set_file_name(format!("view.{ending}"))
                .add_filter(ending.to_uppercase(), &[ending]);
            let picked = pollster::block_on(dialog.save_file());
            let to = picked.map(|it| TakeOutCommand::To(it.path().to_owned()));
            to.map(Command::OnTakeOut)
        })
    }

    /// Asks for the path of a field.
    pub(super) fn path(wake: WakeFn, words: &Words, field: Field) -> Option<Self> {
        let none = Command::OnPage(PageCommand::NothingThere);
        let (title, kind) = match field {
            Field::Table | Field::Measurements => {
                (words.say("dialog-table"), words.say("dialog-csv"))
            }
            Field::Recipe => (words.say("dialog-recipe"), words.say("train-recipe")),
            Field::List => (words.say("dialog-list"), words.say("dialog-csv")),
            Field::BatchReport => (words.say("batch-report"), words.say("dialog-json")),
            _ => (words.say("dialog-folder"), String::new()),
        };
        Self::start(wake, none, move || {
            let dialog = AsyncFileDialog::new().set_title(title);
            let picked = match field {
                Field::Table | Field::Measurements => {
                    pollster::block_on(dialog.add_filter(kind, &["csv"]).pick_file())
                }
                Field::List => {
                    let dialog = dialog
                        .set_file_name("worklist.csv")
                        .add_filter(kind, &["csv"]);
                    pollster::block_on(dialog.save_file())
                }
                Field::BatchReport => {
                    let dialog = dialog
                        .set_file_name("scores.json")
                        .add_filter(kind, &["json"]);
                    pollster::block_on(dialog.save_file())
                }
                Field::Recipe => pollster::block_on(dialog.add_filter(kind, &["toml"]).pick_file()),
                _ => pollster::block_on(dialog.pick_folder()),
            };
            let text = picked?.path().to_string_lossy().into_owned();
            Some(Command::OnPage(PageCommand::SetText(field, text)))
        })
    }

    /// `missing` is the answer where no dialog can be shown.
    fn start(
        wake: WakeFn,
        missing: Command,
        ask: impl FnOnce() -> Option<Command> + Send + 'static,
    ) -> Option<Self> {
        let (answered, answer) = sync_channel(1);
        let work = move || {
            let start = Instant::now();
            let picked = ask();
            let is_missing = picked.is_none() && start.elapsed() < TOO_QUICK;
            let command = if is_missing { Some(missing) } else { picked };
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

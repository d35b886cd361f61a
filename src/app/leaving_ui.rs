//! The sheet that asks before the window closes over work that runs.

use egui::{Align, Key, Layout, Ui};

use super::{
    Scene,
    controls::{Button, body, head, muted},
};
use crate::{
    session::{Command, LongWork},
    words::Words,
};

pub(super) fn leaving_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (tokens, words) = (scene.tokens, scene.words);
    ui.set_width(480.0);
    ui.spacing_mut().item_spacing.y = 8.0;
    head(ui, tokens, &words.say("leave-title"));
    let work = scene.state.long_work();
    for it in &work {
        let (what, then) = sentences(words, *it);
        body(ui, tokens, &what);
        muted(ui, tokens, &then);
    }
    if work.is_empty() {
        body(ui, tokens, &words.say("leave-done"));
    }
    ui.add_space(4.0);
    let mut stays = ui.input(|it| it.key_pressed(Key::Enter));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let (stay, leave) = (words.say("leave-stay"), words.say("leave-all-the-same"));
        let stay = Button::new(&stay).key("Enter").primary().show(ui, tokens);
        stays |= stay.clicked();
        if Button::new(&leave).quiet().show(ui, tokens).clicked() {
            commands.push(Command::LeaveAllTheSame);
        }
    });
    if stays {
        commands.push(Command::CloseSheet);
    }
}

/// What runs, and what becomes of it.
fn sentences(words: &Words, work: LongWork) -> (String, String) {
    match work {
        LongWork::Batch(Some((done, all))) => {
            let parts = [("done", done.into()), ("all", all.into())];
            let what = words.say_with("leave-batch", &parts);
            (what, words.say("leave-batch-then"))
        }
        LongWork::Batch(None) => (words.say("batch-counting"), words.say("leave-batch-then")),
        LongWork::Training => (
            words.say("leave-training"),
            words.say("leave-training-then"),
        ),
        LongWork::Evaluation => (
            words.say("leave-evaluation"),
            words.say("leave-evaluation-then"),
        ),
    }
}

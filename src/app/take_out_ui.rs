//! The sheet on which a person says which part of a view leaves the window, and what of it.

use egui::{Align, Key, Layout, Ui};

use super::{
    Scene,
    controls::{Button, head, muted},
};
use crate::{
    session::{Command, Form, TakeOutCommand},
    settings::Paper,
};

pub(super) fn take_out_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (tokens, words) = (scene.tokens, scene.words);
    let before = scene.state.take_out;
    let mut wanted = before;
    ui.set_width(480.0);
    ui.spacing_mut().item_spacing.y = 8.0;
    let title = match before.form {
        Form::Page => words.say("out-title-page"),
        Form::Clipboard | Form::Picture => words.say("out-title-picture"),
    };
    head(ui, tokens, &title);
    ui.radio_value(&mut wanted.is_whole, false, words.say("out-section"));
    ui.radio_value(&mut wanted.is_whole, true, words.say("out-whole"));
    ui.add_space(4.0);
    ui.radio_value(&mut wanted.is_bare, false, words.say("out-over"));
    ui.radio_value(&mut wanted.is_bare, true, words.say("out-bare"));
    if before.form == Form::Page {
        ui.add_space(4.0);
        let mut paper = scene.state.settings.paper;
        ui.horizontal(|ui| {
            ui.radio_value(&mut paper, Paper::A4, words.say("out-a4"));
            ui.radio_value(&mut paper, Paper::Letter, words.say("out-letter"));
        });
        if paper != scene.state.settings.paper {
            commands.push(Command::OnTakeOut(TakeOutCommand::SetPaper(paper)));
        }
    }
    muted(ui, tokens, &words.say("out-lead"));
    if wanted != before {
        commands.push(Command::OnTakeOut(TakeOutCommand::Set(wanted)));
    }
    let mut is_accepted = ui.input(|it| it.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (save, cancel) = (words.say("out-save"), words.say("cancel"));
            let save = Button::new(&save).key("Enter").primary().show(ui, tokens);
            is_accepted |= save.clicked();
            let cancel = Button::new(&cancel).key("Esc").quiet().show(ui, tokens);
            if cancel.clicked() {
                commands.push(Command::CloseSheet);
            }
            let typed = words.say("out-type");
            if Button::new(&typed).quiet().show(ui, tokens).clicked() {
                commands.push(Command::OnTakeOut(TakeOutCommand::TypePath));
            }
        });
    });
    if is_accepted {
        commands.push(Command::OnTakeOut(TakeOutCommand::AskWhere));
    }
}

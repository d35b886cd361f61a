//! The page that tells of the program: what it is and is not, its models and their self-test, the installation, the
//! licences.

use egui::{Align, Layout, RichText, ScrollArea, Ui};

use super::{
    Scene,
    controls::{Button, body, card, fold, muted, progress_line, section, strong},
    page_ui::{main_panel, title_ui},
    theme::{self, BODY, SMALL},
};
use crate::{
    licences,
    model::Manifest,
    session::{AboutLine, Action, Command, Loading},
    words::Part,
};

/// Lines that are longer are hard to read.
const WIDTH: f32 = 860.0;

/// Draws the page.
pub(super) fn about_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    main_panel(ui, |ui| {
        ui.set_max_width(WIDTH.min(ui.available_width() - 14.0));
        let words = scene.words;
        let version = ("version", Part::Text(super::VERSION));
        let title = words.say_with("about-version", &[version]);
        title_ui(ui, scene, &title, &words.say("research-use"));
        buttons_ui(ui, scene, commands);
        purpose_ui(ui, scene);
        models_ui(ui, scene, commands);
        installation_ui(ui, scene);
        licences_ui(ui, scene);
    });
}

/// What the program is and what it is not, and whether its models answer as they must; also for the first start.
pub(super) fn purpose_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let (tokens, words) = (scene.tokens, scene.words);
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for (head, text) in [
            (words.say("about-is"), words.say("about-is-body")),
            (words.say("about-is-not"), words.say("about-is-not-body")),
        ] {
            strong(ui, &head, BODY, tokens.text);
            muted(ui, tokens, &text);
            ui.add_space(4.0);
        }
        let test = scene.state.self_test();
        line_ui(ui, scene, &test);
        if scene.state.are_models_loading() {
            progress_line(ui, tokens, None);
        }
    });
}

fn buttons_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (copy, sample) = (
            scene.words.say("about-copy"),
            scene.words.say("action-open-sample"),
        );
        let key = scene.key(Action::CopyView);
        let button = Button::new(&copy).key(&key).show(ui, scene.tokens);
        if button.clicked() {
            commands.push(Command::Copy(scene.state.about_text()));
        }
        let button = Button::new(&sample).show(ui, scene.tokens);
        commands.extend(button.clicked().then_some(Command::Act(Action::OpenSample)));
    });
}

fn models_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let words = scene.words;
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        section(ui, scene.tokens, &words.say("about-models"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let again = Action::TestModels.words(words);
            let button = Button {
                is_enabled: !scene.state.are_models_loading(),
                ..Button::new(&again.name)
            };
            let button = button.show(ui, scene.tokens).on_hover_text(again.tooltip);
            commands.extend(button.clicked().then_some(Command::Act(Action::TestModels)));
        });
    });
    for (line, manifest) in scene.state.tested_models() {
        model_ui(ui, scene, &line, manifest);
    }
}

fn model_ui(ui: &mut Ui, scene: &Scene<'_>, line: &AboutLine, manifest: Option<&Manifest>) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        line_ui(ui, scene, line);
        if let Some(manifest) = manifest {
            // A card stands as its maker wrote it.
            body(ui, tokens, &manifest.title);
            muted(ui, tokens, &manifest.intended_use);
            let licence = ("licence", Part::Text(&manifest.licence));
            let licence = scene.words.say_with("about-model-licence", &[licence]);
            muted(ui, tokens, &licence);
        }
    });
}

fn installation_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let (tokens, words) = (scene.tokens, scene.words);
    ui.add_space(6.0);
    section(ui, tokens, &words.say("about-installation"));
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        match &scene.state.about.checks {
            Loading::Ready(_) | Loading::Empty => {}
            Loading::Waiting(_) => {
                muted(ui, tokens, &words.say("about-looking"));
            }
            Loading::Failed(failure) => {
                muted(ui, tokens, &failure.headline);
            }
        }
        for line in scene.state.installation() {
            line_ui(ui, scene, &line);
        }
    });
}

fn licences_ui(ui: &mut Ui, scene: &Scene<'_>) {
    const HEIGHT: f32 = 260.0;
    let (tokens, words) = (scene.tokens, scene.words);
    ui.add_space(6.0);
    section(ui, tokens, &words.say("about-licences"));
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let own = AboutLine {
            name: words.say("about-licence"),
            text: licences::OWN.to_owned(),
            is_well: true,
        };
        line_ui(ui, scene, &own);
        muted(ui, tokens, &words.say("about-licences-beside"));
        for (name, text) in licences::IN_FULL {
            fold(ui, tokens, name, name, |ui| {
                ScrollArea::vertical()
                    .id_salt(name)
                    .max_height(HEIGHT)
                    .show(ui, |ui| muted(ui, tokens, text));
            });
        }
    });
}

/// A name and what is told of it; what is wrong is told by a word too, not by its colour alone.
fn line_ui(ui: &mut Ui, scene: &Scene<'_>, line: &AboutLine) {
    let tokens = scene.tokens;
    let text = if line.is_well {
        line.text.clone()
    } else {
        let what = ("what", Part::Text(&line.text));
        scene.words.say_with("about-wrong", &[what])
    };
    let of = |text: &str, color| {
        RichText::new(text)
            .font(theme::regular(SMALL))
            .color(color)
            .line_height(Some(17.0))
    };
    // As high as its letters, not as a control.
    ui.spacing_mut().interact_size.y = 17.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        ui.label(of(&line.name, tokens.muted));
        let color = if line.is_well {
            tokens.text
        } else {
            tokens.red
        };
        ui.label(of(&text, color));
    });
}

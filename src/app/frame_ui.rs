//! What frames the window: the line at the top and the line at the bottom, which always says "Research use only".

use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use super::{
    Scene,
    controls::{Button, focus_ring},
    page_ui::work_line_ui,
    theme::{self, FOOTER, SMALL, TOP},
    words,
};
use crate::{
    prediction::{Engine, Form, Precision, Prediction},
    session::{Action, Command, Content, Item, NAME, Page},
    words::{Part, Words},
};

/// Name, patient, and the actions that matter.
pub(super) fn top_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    let frame = Frame::new().inner_margin(Margin::symmetric(16, 6));
    let is_reading = scene.state.page == Page::Reading;
    Panel::top("top")
        .exact_size(TOP)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.label(
                    RichText::new(NAME)
                        .font(theme::semibold(theme::HEAD))
                        .color(tokens.amber),
                );
                ui.add_space(8.0);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if is_reading {
                        buttons(ui, scene, commands);
                    } else {
                        back_ui(ui, scene, commands);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let shown = scene.state.center().filter(|_| is_reading);
                        let line = shown.map(|it| who(scene.words, it));
                        let line = RichText::new(line.unwrap_or_default())
                            .font(theme::regular(SMALL))
                            .color(tokens.muted);
                        ui.add(Label::new(line).truncate());
                    });
                });
            });
        });
}

/// Whom the item in the middle is about, as far as it says.
fn who(words: &Words, item: &Item) -> String {
    match &item.content {
        Content::Scan(scan) => words::patient_line(words, &scan.scan),
        Content::Series(it) => {
            words::subject_line(words, &it.series.subject, words::file_name(item))
        }
        Content::Note(_) | Content::Sequence(_) => words::file_name(item).to_owned(),
    }
}

/// The way back from a page.
fn back_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let back = scene.words.say("back-to-reading");
    let button = Button::new(&back).key("Esc").show(ui, scene.tokens);
    if button.clicked() {
        commands.push(Command::Act(Action::Escape));
    }
}

fn buttons(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    let can_save = state
        .scan()
        .is_some_and(|(_, it)| it.explanation().is_some());
    let mut button = |ui: &mut Ui, button: Button<'_>, action: Action| {
        let shown = button
            .key(&scene.key(action))
            .show(ui, scene.tokens)
            .on_hover_text(action.words(scene.words).tooltip);
        if shown.clicked() {
            commands.push(Command::Act(action));
        }
    };
    // The one amber button stands in the result column until there is an answer.
    if is_scored(scene) {
        let again = scene.words.say("score-again");
        button(ui, Button::new(&again), Action::Score);
    }
    if can_save {
        let save = scene.words.say("save");
        button(ui, Button::new(&save), Action::SaveOverlay);
    }
    if state.scan().is_some() {
        let name = Part::Text(state.viewports.layout.name());
        let layout = scene.words.say_with("layout", &[("name", name)]);
        button(ui, Button::new(&layout), Action::NextLayout);
    }
    let open = scene.words.say("open");
    button(ui, Button::new(&open), Action::OpenFiles);
}

/// Whether what is in the middle has an answer.
fn is_scored(scene: &Scene<'_>) -> bool {
    let center = scene.state.center();
    center.is_some_and(|it| it.prediction().is_some())
}

/// The line at the bottom.
pub(super) fn footer_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    let frame = Frame::new()
        .fill(tokens.rail)
        .inner_margin(Margin::symmetric(14, 0));
    Panel::bottom("footer")
        .exact_size(FOOTER)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 22.0;
                ui.label(
                    RichText::new(scene.words.say("research-use"))
                        .font(theme::semibold(SMALL))
                        .color(tokens.amber),
                );
                let quiet = |ui: &mut Ui, words: &str| {
                    ui.label(
                        RichText::new(words)
                            .font(theme::regular(SMALL))
                            .color(tokens.muted),
                    )
                };
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    quiet(ui, concat!("v", env!("CARGO_PKG_VERSION")));
                    quiet(ui, &scene.words.say("offline"));
                    lock_ui(ui, scene, commands);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        work_line_ui(ui, scene, commands);
                        ui.spacing_mut().item_spacing.x = 22.0;
                        quiet(ui, &engine_words(scene));
                        let worker = RichText::new(worker_words(scene))
                            .font(theme::regular(SMALL))
                            .color(tokens.muted);
                        ui.add(Label::new(worker).truncate())
                            .on_hover_text(scene.sandbox);
                    });
                });
            });
        });
}

/// When it locks, where that is soon; else the way to the sheet for lock and language.
fn lock_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let words = scene.words;
    let (text, color) = match scene.lock_left {
        Some(left) => {
            let seconds = Part::Number(left.as_secs());
            let text = words.say_with("lock-soon", &[("seconds", seconds)]);
            (text, scene.tokens.amber)
        }
        None => ("EN / \u{4E2D}\u{6587}".to_owned(), scene.tokens.muted),
    };
    let text = RichText::new(text).font(theme::regular(SMALL)).color(color);
    let shown = ui.add(Label::new(text).sense(egui::Sense::click()));
    let name = words.say("safety-title");
    shown.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &name));
    focus_ring(ui, &shown, scene.tokens);
    if shown.on_hover_text(name).clicked() {
        commands.push(Command::Act(Action::Safety));
    }
}

/// How the decode worker is confined.
fn worker_words(scene: &Scene<'_>) -> String {
    let words = scene.words;
    // The verdict stands before the colon, what it rests on behind it.
    let verdict = match scene.sandbox.split(':').next().unwrap_or_default() {
        "full sandbox" => words.say("sandbox-full"),
        "partial sandbox" => words.say("sandbox-partial"),
        "no sandbox but a process of its own" => words.say("sandbox-none"),
        other => other.to_owned(),
    };
    words.say_with("decode-worker", &[("verdict", Part::Text(&verdict))])
}

/// How the last answer on screen was computed, or how many models wait.
fn engine_words(scene: &Scene<'_>) -> String {
    let state = scene.state;
    let center = state.center().and_then(|it| it.prediction());
    let other = state.page_items().find_map(|it| it.prediction());
    match center.or(other) {
        Some(prediction) => answered_by(scene.words, prediction),
        None if state.are_models_loading() => scene.words.say("models-loading"),
        None => {
            let n = Part::Number(state.models.len() as u64);
            scene.words.say_with("models-ready", &[("n", n)])
        }
    }
}

fn answered_by(words: &Words, prediction: &Prediction) -> String {
    let Engine {
        form,
        precision,
        threads,
    } = prediction.engine;
    let precision = match precision {
        Precision::Float32 => "float32",
        Precision::Bfloat16 => "bfloat16",
    };
    let form = match form {
        Form::Plain => " ".to_owned() + &words.say("engine-plain"),
        Form::Fused => String::new(),
    };
    let threads = words.say_with("threads", &[("n", Part::Number(threads as u64))]);
    format!(
        "{precision}{form} \u{00B7} {threads} \u{00B7} {:.0} ms",
        prediction.network_ms
    )
}

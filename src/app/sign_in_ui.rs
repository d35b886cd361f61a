//! The pages before the records: where to keep them, the first person, the recovery key, signing in.

use egui::{
    Align, CentralPanel, Frame, Id, Key, Label, Layout, Panel, RichText, ScrollArea, TextEdit, Ui,
    WidgetInfo, accesskit::Role, vec2,
};
use zeroize::Zeroizing;

use super::{
    Scene,
    about_ui::purpose_ui,
    controls::{Button, bar, body, card, choices_ui, muted, strong},
    lock_ui::locked_ui,
    theme::{self, BODY, HEAD, SMALL, TITLE},
};
use crate::{
    privacy::Phi,
    session::{Ask, Command, Credentials, DoorCommand, DoorStage, NAME},
    store::{Error, Passphrase, RecoveryKey, Weakness},
    words::{Language, Part},
};

/// Width of what stands in the middle.
const WIDTH: f32 = 420.0;

/// What is typed at the door. Wiped when it is dropped, and dropped after each answer.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) name: Zeroizing<String>,
    pub(super) passphrase: Zeroizing<String>,
    again: Zeroizing<String>,
    /// The printed key.
    key: Zeroizing<String>,
    is_shown: bool,
    /// Of the new passphrase: 0..=4, and what is weak about it.
    strength: u8,
    weakness: Option<Weakness>,
    /// Whether the keyboard has been put where it belongs.
    pub(super) has_focus: bool,
}

impl Typed {
    /// A passphrase is typed for one try; a page that goes on forgets all.
    pub(super) fn answered(&mut self, is_open: bool) {
        if is_open {
            *self = Self::default();
        } else {
            self.passphrase = Zeroizing::default();
            self.again = Zeroizing::default();
            self.has_focus = false;
        }
    }

    fn judge(&mut self) {
        let passphrase = Passphrase::typed(&self.passphrase);
        self.strength = passphrase.strength(&self.name);
        self.weakness = passphrase.judge(&self.name).err();
    }

    fn credentials(&self, name: &str) -> Credentials {
        Credentials {
            name: Phi::new(name.trim().to_owned()),
            passphrase: Passphrase::typed(&self.passphrase),
        }
    }
}

/// Draws what stands before the records.
pub(super) fn door_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    typed: &mut Typed,
    commands: &mut Vec<Command>,
) {
    edges_ui(ui, scene, commands);
    CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
        let half = if is_welcome(scene) { 350.0 } else { 210.0 };
        let space = (ui.available_height() * 0.5 - half).max(16.0);
        ScrollArea::vertical().show(ui, |ui| {
            ui.vertical_centered(|ui| {
                ui.add_space(space);
                let width = WIDTH.min(ui.available_width() - 32.0);
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::LEFT), |ui| {
                    ui.spacing_mut().item_spacing.y = 10.0;
                    let asks = match &scene.state.door.stage {
                        DoorStage::Open => None,
                        DoorStage::FirstRun => first_run_ui(ui, scene),
                        DoorStage::NewUser => new_user_ui(ui, scene, typed),
                        DoorStage::RecoveryKey(key) => recovery_ui(ui, scene, key),
                        DoorStage::SignIn => sign_in_ui(ui, scene, typed),
                        DoorStage::Recover => recover_ui(ui, scene, typed),
                        DoorStage::Locked(reason) => locked_ui(ui, scene, *reason, typed),
                    };
                    commands.extend(asks.map(Command::AtDoor));
                });
                ui.add_space(24.0);
            });
        });
    });
}

/// The line at the top with the languages, and the line at the bottom.
fn edges_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    let bar = |fill| {
        Frame::new()
            .fill(fill)
            .inner_margin(egui::Margin::symmetric(16, 0))
    };
    Panel::top("door-top")
        .exact_size(theme::TOP)
        .frame(bar(tokens.background))
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                strong(ui, NAME, HEAD, tokens.amber);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    languages_ui(ui, scene, commands);
                });
            });
        });
    Panel::bottom("door-footer")
        .exact_size(theme::FOOTER)
        .frame(bar(tokens.rail))
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let text = RichText::new(scene.words.say("research-use"))
                    .font(theme::semibold(SMALL))
                    .color(tokens.amber);
                ui.add(Label::new(text));
            });
        });
}

/// One button for each language.
pub(super) fn languages_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let languages = Language::ALL.map(|(it, name)| (it, name.to_owned()));
    let chosen = choices_ui(ui, scene.tokens, &languages, scene.words.language());
    commands.extend(chosen.map(Command::SetLanguage));
}

/// Whether nobody has used the program here yet: it says what it is before it asks.
fn is_welcome(scene: &Scene<'_>) -> bool {
    scene.state.door.stage == DoorStage::FirstRun && scene.state.settings.keep.is_none()
}

fn first_run_ui(ui: &mut Ui, scene: &Scene<'_>) -> Option<DoorCommand> {
    let (tokens, words) = (scene.tokens, scene.words);
    let mut asked = None;
    if is_welcome(scene) {
        strong(ui, &words.say("first-welcome"), TITLE, tokens.text);
        purpose_ui(ui, scene);
        let mut is_wanted = scene.state.door.is_sample_wanted();
        let sample = ui.checkbox(&mut is_wanted, words.say("first-sample"));
        if sample.changed() {
            asked = Some(DoorCommand::WantSample(is_wanted));
        }
        ui.add_space(8.0);
        strong(ui, &words.say("first-title"), HEAD, tokens.text);
    } else {
        strong(ui, &words.say("first-title"), TITLE, tokens.text);
    }
    ui.add_space(4.0);
    // Inside the margins and the line of a card.
    let width = ui.available_width() - 30.0;
    card(ui, tokens, |ui| {
        muted(ui, tokens, &words.say("first-records-body"));
        let name = words.say("first-records");
        let button = Button::new(&name).primary().width(width);
        if button.show(ui, tokens).clicked() {
            asked = Some(DoorCommand::KeepRecords);
        }
    });
    card(ui, tokens, |ui| {
        muted(ui, tokens, &words.say("first-nothing-body"));
        let name = words.say("first-nothing");
        if Button::new(&name).width(width).show(ui, tokens).clicked() {
            asked = Some(DoorCommand::KeepNothing);
        }
    });
    asked
}

fn new_user_ui(ui: &mut Ui, scene: &Scene<'_>, typed: &mut Typed) -> Option<DoorCommand> {
    let (tokens, words) = (scene.tokens, scene.words);
    strong(ui, &words.say("new-title"), TITLE, tokens.text);
    let wanted = ("wanted", Part::Number(Passphrase::LEAST_CHARS as u64));
    muted(ui, tokens, &words.say_with("passphrase-rule", &[wanted]));
    ui.add_space(4.0);
    if name_ui(ui, scene, typed) {
        typed.judge();
    }
    let missing = new_passphrase_ui(ui, scene, typed);
    trouble_ui(ui, scene);
    let is_asked = back_or_on_ui(ui, scene, &words.say("new-create"), missing.is_none())?;
    Some(if is_asked {
        DoorCommand::Ask(Ask::Create(typed.credentials(&typed.name)))
    } else {
        DoorCommand::Back
    })
}

/// By the printed key: who, and a new passphrase.
fn recover_ui(ui: &mut Ui, scene: &Scene<'_>, typed: &mut Typed) -> Option<DoorCommand> {
    let (tokens, words) = (scene.tokens, scene.words);
    strong(ui, &words.say("recover-title"), TITLE, tokens.text);
    muted(ui, tokens, &words.say("recover-body"));
    ui.add_space(4.0);
    if name_ui(ui, scene, typed) {
        typed.judge();
    }
    let is_hidden = !typed.is_shown;
    field_ui(
        ui,
        scene,
        &words.say("recover-key"),
        &mut typed.key,
        is_hidden,
    );
    let missing = new_passphrase_ui(ui, scene, typed);
    trouble_ui(ui, scene);
    let is_ready = missing.is_none() && !typed.key.trim().is_empty();
    let is_asked = back_or_on_ui(ui, scene, &words.say("recover"), is_ready)?;
    Some(if is_asked {
        let key = RecoveryKey::typed(&typed.key);
        DoorCommand::Ask(Ask::Recover(key, typed.credentials(&typed.name)))
    } else {
        DoorCommand::Back
    })
}

/// The two fields of a new passphrase; gives what is still missing, in words.
fn new_passphrase_ui(ui: &mut Ui, scene: &Scene<'_>, typed: &mut Typed) -> Option<String> {
    let words = scene.words;
    let is_hidden = !typed.is_shown;
    let label = words.say("passphrase");
    let field = field_ui(ui, scene, &label, &mut typed.passphrase, is_hidden);
    if field.changed() {
        typed.judge();
    }
    strength_ui(ui, scene, typed);
    let label = words.say("passphrase-again");
    field_ui(ui, scene, &label, &mut typed.again, is_hidden);
    show_ui(ui, scene, typed);
    let missing = missing(scene, typed);
    if let Some(missing) = &missing
        && !typed.passphrase.is_empty()
    {
        muted(ui, scene.tokens, missing);
    }
    missing
}

/// The two ways on from a page; whether it is the way forward.
fn back_or_on_ui(ui: &mut Ui, scene: &Scene<'_>, action: &str, is_filled: bool) -> Option<bool> {
    let is_ready = is_filled && !scene.state.door.is_waiting;
    let mut asked = None;
    ui.horizontal(|ui| {
        let back = scene.words.say("back");
        if Button::new(&back)
            .key("Esc")
            .show(ui, scene.tokens)
            .clicked()
            || ui.input(|it| it.key_pressed(Key::Escape))
        {
            asked = Some(false);
        }
        let button = enabled(Button::new(action).key("Enter").primary(), is_ready);
        let is_clicked = button.show(ui, scene.tokens).clicked();
        let enter = ui.input(|it| it.key_pressed(Key::Enter));
        if is_ready && (is_clicked || enter) {
            asked = Some(true);
        }
        waiting_ui(ui, scene);
    });
    asked
}

/// What is still missing, in words.
fn missing(scene: &Scene<'_>, typed: &Typed) -> Option<String> {
    let words = scene.words;
    if typed.name.trim().is_empty() {
        return Some(words.say("new-name-missing"));
    }
    let weakness = if typed.passphrase.is_empty() {
        Some(Weakness::TooShort)
    } else {
        typed.weakness
    };
    match weakness {
        Some(Weakness::TooShort) => {
            let found = typed.passphrase.chars().count();
            let parts = [
                ("found", Part::Number(found as u64)),
                ("wanted", Part::Number(Passphrase::LEAST_CHARS as u64)),
            ];
            Some(words.say_with("new-too-short", &parts))
        }
        Some(Weakness::TooLong) => Some(words.say("new-too-long")),
        Some(Weakness::Guessable) => Some(words.say("new-too-weak")),
        Some(Weakness::HoldsName) => Some(words.say("new-holds-name")),
        None => (*typed.passphrase != *typed.again).then(|| words.say("new-different")),
    }
}

fn strength_ui(ui: &mut Ui, scene: &Scene<'_>, typed: &Typed) {
    let (tokens, words) = (scene.tokens, scene.words);
    if typed.passphrase.is_empty() {
        return;
    }
    let score = words.say_with(
        "strength",
        &[("score", Part::Number(typed.strength.into()))],
    );
    let color = if typed.strength < Passphrase::LEAST_STRENGTH {
        tokens.amber
    } else {
        tokens.teal
    };
    ui.horizontal(|ui| {
        ui.allocate_ui(vec2(WIDTH * 0.6, 10.0), |ui| {
            bar(ui, tokens, f32::from(typed.strength + 1) / 5.0, None, color);
        });
        let shown = muted(ui, tokens, &score);
        let name = words.say("strength-name");
        shown.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {score}")));
    });
}

fn recovery_ui(ui: &mut Ui, scene: &Scene<'_>, key: &RecoveryKey) -> Option<DoorCommand> {
    let (tokens, words) = (scene.tokens, scene.words);
    strong(ui, &words.say("recovery-title"), TITLE, tokens.text);
    body(ui, tokens, &words.say("recovery-body"));
    card(ui, tokens, |ui| {
        // For the person's own safekeeping, this once.
        let text = RichText::new(key.reveal())
            .font(theme::semibold(HEAD))
            .color(tokens.text)
            .line_height(Some(24.0));
        ui.add(Label::new(text).wrap());
    });
    let mut asked = None;
    ui.horizontal(|ui| {
        let print = words.say("recovery-print");
        if Button::new(&print).show(ui, tokens).clicked() {
            asked = Some(DoorCommand::PrintKey);
        }
        match scene.state.door.is_printed {
            Some(true) => {
                muted(ui, tokens, &words.say("recovery-printed"));
            }
            Some(false) => {
                muted(ui, tokens, &words.say("recovery-not-printed"));
            }
            None => {}
        }
    });
    let id = Id::unique("recovery-noted");
    let mut is_noted = ui.data(|it| it.get_temp(id)).unwrap_or(false);
    ui.checkbox(&mut is_noted, words.say("recovery-noted"));
    ui.data_mut(|it| it.insert_temp(id, is_noted));
    let go_on = words.say("recovery-go-on");
    let button = enabled(Button::new(&go_on).primary(), is_noted);
    if button.show(ui, tokens).clicked() && is_noted {
        asked = Some(DoorCommand::Noted);
    }
    asked
}

fn sign_in_ui(ui: &mut Ui, scene: &Scene<'_>, typed: &mut Typed) -> Option<DoorCommand> {
    let (tokens, words) = (scene.tokens, scene.words);
    strong(ui, &words.say("sign-in-title"), TITLE, tokens.text);
    ui.add_space(4.0);
    name_ui(ui, scene, typed);
    let name = typed.name.trim().to_owned();
    let asked = passphrase_ui(ui, scene, typed, &words.say("sign-in"), &name);
    asked.or_else(|| forgot_ui(ui, scene))
}

/// The way for a lost passphrase.
pub(super) fn forgot_ui(ui: &mut Ui, scene: &Scene<'_>) -> Option<DoorCommand> {
    let forgot = scene.words.say("sign-in-forgot");
    let button = Button::new(&forgot).quiet().tight();
    let is_clicked = button.show(ui, scene.tokens).clicked();
    is_clicked.then_some(DoorCommand::Forgot)
}

/// The field for the passphrase, what went wrong, and the button.
pub(super) fn passphrase_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    typed: &mut Typed,
    action: &str,
    name: &str,
) -> Option<DoorCommand> {
    let label = scene.words.say("passphrase");
    let is_hidden = !typed.is_shown;
    let field = field_ui(ui, scene, &label, &mut typed.passphrase, is_hidden);
    if !typed.has_focus && !name.is_empty() {
        field.request_focus();
        typed.has_focus = true;
    }
    show_ui(ui, scene, typed);
    trouble_ui(ui, scene);
    let is_ready = !name.is_empty() && !typed.passphrase.is_empty() && !scene.state.door.is_waiting;
    let mut asked = None;
    ui.horizontal(|ui| {
        let button = enabled(Button::new(action).key("Enter").primary(), is_ready);
        let is_clicked = button.show(ui, scene.tokens).clicked();
        let enter = ui.input(|it| it.key_pressed(Key::Enter));
        if is_ready && (is_clicked || enter) {
            asked = Some(DoorCommand::Ask(Ask::SignIn(typed.credentials(name))));
        }
        waiting_ui(ui, scene);
    });
    if matches!(scene.state.door.trouble, Some(Error::Tampered { .. })) {
        let is_asked = accept_ui(ui, scene, is_ready);
        asked = asked.or_else(|| {
            is_asked.then(|| DoorCommand::Ask(Ask::AcceptCopy(typed.credentials(name))))
        });
    }
    asked
}

/// What it means to take changed records as they are, and the way to do it.
fn accept_ui(ui: &mut Ui, scene: &Scene<'_>, is_ready: bool) -> bool {
    let (tokens, words) = (scene.tokens, scene.words);
    let mut is_asked = false;
    card(ui, tokens, |ui| {
        muted(ui, tokens, &words.say("accept-body"));
        let accept = words.say("accept");
        let button = enabled(Button::new(&accept), is_ready);
        is_asked = button.show(ui, tokens).clicked() && is_ready;
    });
    is_asked
}

/// The field for the name. Changed?
fn name_ui(ui: &mut Ui, scene: &Scene<'_>, typed: &mut Typed) -> bool {
    let label = scene.words.say("name");
    let field = field_ui(ui, scene, &label, &mut typed.name, false);
    if !typed.has_focus && typed.name.is_empty() {
        field.request_focus();
        typed.has_focus = true;
    }
    field.changed()
}

/// A field under its name.
fn field_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    label: &str,
    text: &mut Zeroizing<String>,
    is_hidden: bool,
) -> egui::Response {
    let tokens = scene.tokens;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let name = muted(ui, tokens, label);
        let text: &mut String = text;
        let field = ui.add(
            TextEdit::singleline(text)
                .id_salt(label)
                .password(is_hidden)
                .desired_width(f32::INFINITY)
                .margin(vec2(10.0, 7.0))
                .font(theme::regular(BODY)),
        );
        field.labelled_by(name.id)
    })
    .inner
}

fn show_ui(ui: &mut Ui, scene: &Scene<'_>, typed: &mut Typed) {
    let words = if typed.is_shown {
        scene.words.say("passphrase-hide")
    } else {
        scene.words.say("passphrase-show")
    };
    let button = Button::new(&words).quiet().tight();
    if button.show(ui, scene.tokens).clicked() {
        typed.is_shown = !typed.is_shown;
    }
}

/// What went wrong, in the same words for a wrong name and a wrong passphrase.
fn trouble_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let words = scene.words;
    let Some(trouble) = &scene.state.door.trouble else {
        return;
    };
    let text = match trouble {
        Error::WrongNameOrPassphrase => words.say("trouble-wrong"),
        Error::Wait { wait_secs } => {
            words.say_with("trouble-wait", &[("seconds", Part::Number(*wait_secs))])
        }
        Error::Newer { .. } => words.say("trouble-newer"),
        Error::Damaged { .. } => words.say("trouble-damaged"),
        Error::Tampered { .. } => words.say("trouble-tampered"),
        Error::InUse => words.say("trouble-in-use"),
        Error::Full => words.say("trouble-full"),
        Error::ReadOnly => words.say("trouble-read-only"),
        Error::Weak { .. } => words.say("new-too-weak"),
        Error::NotAllowed { .. } => words.say("trouble-not-allowed"),
        _ => words.say("trouble-storage"),
    };
    let shown = RichText::new(&text)
        .font(theme::regular(BODY))
        .color(scene.tokens.red);
    let shown = ui.add(Label::new(shown).wrap());
    shown.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &text));
}

fn waiting_ui(ui: &mut Ui, scene: &Scene<'_>) {
    if scene.state.door.is_waiting {
        muted(ui, scene.tokens, &scene.words.say("sign-in-working"));
    }
}

const fn enabled(button: Button<'_>, is_enabled: bool) -> Button<'_> {
    Button {
        is_enabled,
        ..button
    }
}

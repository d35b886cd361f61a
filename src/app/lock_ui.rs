//! The page of a locked window, and the sheet of settings.

use egui::{Align, Id, Key, Layout, Slider, TextEdit, Ui, accesskit::Role, vec2};

use super::{
    Scene,
    controls::{Button, body, choices_ui, head, muted, strong},
    sign_in_ui::{Typed, forgot_ui, languages_ui, passphrase_ui},
    theme::{self, TITLE},
};
use crate::{
    lock::{IDLE_MINUTES, Reason},
    session::{Action, Command, DoorCommand},
    settings::{LETTERS, MouseProfile},
    words::Part,
};

/// Draws the middle of a locked window: why, who, and the way back.
pub(super) fn locked_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    reason: Reason,
    typed: &mut Typed,
) -> Option<DoorCommand> {
    let (tokens, words) = (scene.tokens, scene.words);
    strong(ui, &words.say("locked-title"), TITLE, tokens.text);
    let minutes = Part::Number(scene.state.settings.lock_minutes.into());
    let why = match reason {
        Reason::Idle => words.say_with("locked-idle", &[("minutes", minutes)]),
        Reason::Suspended => words.say("locked-suspended"),
        Reason::SessionLocked => words.say("locked-session"),
        Reason::UserSwitched => words.say("locked-user"),
        Reason::Asked => words.say("locked-asked"),
    };
    muted(ui, tokens, &why);
    if scene.state.is_working() {
        muted(ui, tokens, &words.say("locked-work"));
    }
    if scene.state.door.has_waiting() {
        muted(ui, tokens, &words.say("locked-waiting"));
    }
    ui.add_space(6.0);
    let Some(user) = &scene.state.door.user else {
        body(ui, tokens, &words.say("locked-nothing"));
        let go_on = words.say("locked-open");
        let button = Button::new(&go_on).key("Enter").primary().show(ui, tokens);
        let enter = ui.input(|it| it.key_pressed(Key::Enter));
        return (button.clicked() || enter).then_some(DoorCommand::Reopen);
    };
    // For the person's own eyes.
    let name = user.name.reveal();
    body(
        ui,
        tokens,
        &words.say_with("locked-who", &[("name", Part::Text(name))]),
    );
    let asked = passphrase_ui(ui, scene, typed, &words.say("locked-unlock"), name);
    let switch = words.say("locked-switch");
    let is_switched = Button::new(&switch)
        .quiet()
        .tight()
        .show(ui, tokens)
        .clicked();
    let forgot = forgot_ui(ui, scene);
    asked
        .or(is_switched.then_some(DoorCommand::Switch))
        .or(forgot)
}

/// Draws the sheet of settings.
pub(super) fn safety_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (tokens, words, settings) = (scene.tokens, scene.words, &scene.state.settings);
    ui.set_width(460.0);
    head(ui, tokens, &words.say("safety-title"));
    ui.add_space(6.0);
    row(ui, scene, &words.say("safety-language"), |ui| {
        languages_ui(ui, scene, commands)
    });
    row(ui, scene, &words.say("safety-letters"), |ui| {
        let sizes = LETTERS.map(|it| (it, format!("{it} %")));
        let chosen = choices_ui(ui, tokens, &sizes, settings.letters_percent);
        commands.extend(chosen.map(Command::SetLetters));
    });
    row(ui, scene, &words.say("safety-mouse"), |ui| {
        let profiles = MouseProfile::ALL.map(|it| (it, it.name(words)));
        let chosen = choices_ui(ui, tokens, &profiles, settings.mouse);
        commands.extend(chosen.map(Command::SetMouse));
    });
    let name = words.say("safety-minutes");
    row(ui, scene, &name, |ui| {
        let mut minutes = settings.lock_minutes;
        // The number beside it would be a field without a name.
        body(ui, tokens, &minutes.to_string());
        let slider = ui.add(Slider::new(&mut minutes, IDLE_MINUTES).show_value(false));
        slider.widget_info(|| egui::WidgetInfo::slider(true, minutes.into(), &name));
        if minutes != settings.lock_minutes {
            commands.push(Command::SetLockMinutes(minutes));
        }
    });
    let mut goes_on = settings.goes_on_while_locked;
    if ui
        .checkbox(&mut goes_on, words.say("safety-go-on"))
        .changed()
    {
        commands.push(Command::SetGoesOn(goes_on));
    }
    let mut is_own = settings.is_chooser_own;
    if ui
        .checkbox(&mut is_own, words.say("safety-chooser"))
        .changed()
    {
        commands.push(Command::SetOwnChooser(is_own));
    }
    let mut is_read_first = settings.is_read_first;
    if ui
        .checkbox(&mut is_read_first, words.say("safety-read-first"))
        .changed()
    {
        commands.push(Command::SetReadFirst(is_read_first));
    }
    row(ui, scene, &words.say("safety-records"), |ui| {
        let door = &scene.state.door;
        if door.has_place && door.user.is_none() {
            let again = words.say("safety-choose");
            if Button::new(&again).show(ui, tokens).clicked() {
                commands.push(Command::AtDoor(DoorCommand::ChooseAgain));
            }
        }
        let kept = if door.user.is_some() {
            words.say("safety-records-kept")
        } else {
            words.say("safety-records-none")
        };
        muted(ui, tokens, &kept);
    });
    ui.add_space(6.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let (done, now) = (words.say("done"), words.say("safety-lock"));
        if Button::new(&done)
            .key("Esc")
            .primary()
            .show(ui, tokens)
            .clicked()
        {
            commands.push(Command::CloseSheet);
        }
        let key = scene.key(Action::Lock);
        if Button::new(&now).key(&key).show(ui, tokens).clicked() {
            commands.push(Command::Act(Action::Lock));
        }
    });
}

/// What is typed as the reason.
#[derive(Clone, Default)]
struct Why(String);

/// Draws the sheet for an emergency.
pub(super) fn glass_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (tokens, words) = (scene.tokens, scene.words);
    ui.set_width(460.0);
    head(ui, tokens, &words.say("glass-title"));
    muted(ui, tokens, &words.say("glass-body"));
    ui.add_space(6.0);
    let id = Id::unique("glass");
    let mut why = ui.data(|it| it.get_temp::<Why>(id)).unwrap_or_default();
    let label = words.say("glass-reason");
    let name = muted(ui, tokens, &label);
    let field = ui.add(
        TextEdit::singleline(&mut why.0)
            .desired_width(f32::INFINITY)
            .margin(vec2(10.0, 7.0))
            .font(theme::regular(theme::BODY)),
    );
    let field = field.labelled_by(name.id);
    field.widget_info(|| egui::WidgetInfo::labeled(Role::TextInput, true, &label));
    if why.0.is_empty() {
        field.request_focus();
    }
    let is_ready = 5 <= why.0.trim().chars().count();
    let enter = ui.input(|it| it.key_pressed(Key::Enter));
    let mut is_asked = enter && is_ready;
    ui.add_space(6.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let (back, glass) = (words.say("back"), words.say("glass"));
        let button = Button {
            is_enabled: is_ready,
            ..Button::new(&glass).key("Enter").primary()
        };
        is_asked |= button.show(ui, tokens).clicked() && is_ready;
        if Button::new(&back).key("Esc").show(ui, tokens).clicked() {
            commands.push(Command::CloseSheet);
        }
    });
    if is_asked {
        commands.push(Command::BreakGlass(std::mem::take(&mut why.0)));
    }
    ui.data_mut(|it| it.insert_temp(id, why));
}

fn row(ui: &mut Ui, scene: &Scene<'_>, name: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        body(ui, scene.tokens, name);
        ui.with_layout(Layout::right_to_left(Align::Center), add);
    });
}

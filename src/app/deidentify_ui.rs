//! The page of de-identified copies: what is wanted at the left, the picture or note as it will be, and what is covered,
//! replaced and changed.

use egui::{
    CentralPanel, ComboBox, Frame, Margin, Panel, ScrollArea, TextEdit, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::{Button, body, card, muted, progress_line, section, strong},
    deidentify_note_ui, deidentify_scan_ui,
    notice_ui::failure_words_ui,
    page_ui::{choices_panel, empty_ui, is_wide, label, title_ui},
    pictures::Pictures,
    theme::{self, BODY, CONTROL},
};
use crate::{
    deid::dicom::Rule,
    deid::{Dates, Policy},
    session::{Command, Content, DeidentifyCommand, Draft, Field, Loading, PageCommand, ScanDraft},
    share::names_patient,
    words::{Part, Words},
};

/// Height of a line with a tick.
const TICK: f32 = 24.0;
/// Width of the lists at the right.
const LISTS: f32 = 380.0;

/// Draws the page.
pub(super) fn deidentify_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    let is_wide = is_wide(ui);
    choices_panel(ui, |ui| {
        choices_ui(ui, scene, commands);
        if !is_wide {
            ui.add_space(8.0);
            lists_ui(ui, scene, commands);
        }
    });
    if is_wide && scene.state.deidentify.draft.ready().is_some() {
        Panel::right("lists")
            .exact_size(LISTS)
            .resizable(false)
            .frame(plain(Margin::symmetric(14, 14)))
            .show(ui, |ui| lists_ui(ui, scene, commands));
    }
    CentralPanel::default()
        .frame(plain(Margin::ZERO))
        .show(ui, |ui| middle_ui(ui, scene, pictures, commands));
}

fn plain(margin: Margin) -> Frame {
    Frame::new().inner_margin(margin)
}

/// What is wanted, and the button.
fn choices_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (words, tokens) = (scene.words, scene.tokens);
    let page = &scene.state.deidentify;
    title_ui(ui, scene, &words.say("deid-title"), &words.say("deid-lead"));
    let kind = scene.state.center().map(|it| &it.content);
    let is_scan = match kind {
        Some(Content::Scan(it)) if it.scan.header.dicom.is_some() => true,
        Some(Content::Note(_)) => false,
        _ => {
            body(ui, tokens, &words.say("deid-nothing"));
            return;
        }
    };
    options_ui(ui, scene, is_scan, commands);
    if page.is_face_refused {
        face_ui(ui, scene, commands);
    } else if let Loading::Failed(failure) = &page.draft {
        card(ui, tokens, |ui| {
            failure_words_ui(ui, scene, failure, commands)
        });
        again_ui(ui, scene, commands);
    } else if let Loading::Empty = &page.draft {
        muted(ui, tokens, &words.say("deid-stopped"));
        again_ui(ui, scene, commands);
    }
    if let Some(Draft::Scan(draft)) = page.draft.ready() {
        findings_ui(ui, scene, draft);
    }
    if page.draft.ready().is_some() {
        write_ui(ui, scene, is_scan, commands);
    }
}

fn again_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let again = Button::new(&scene.words.say("deid-again")).show(ui, scene.tokens);
    if again.clicked() {
        commands.push(Command::OnDeidentify(DeidentifyCommand::Again));
    }
}

/// The policy. A note has dates alone to choose: all else that names somebody goes.
fn options_ui(ui: &mut Ui, scene: &Scene<'_>, is_scan: bool, commands: &mut Vec<Command>) {
    let words = scene.words;
    let policy = &scene.state.deidentify.policy;
    let mut wanted = policy.clone();
    section(ui, scene.tokens, &words.say("deid-options"));
    dates_ui(ui, scene, &mut wanted);
    if is_scan {
        ui.scope(|ui| ticks_ui(ui, words, &mut wanted));
    }
    if let (Dates::Shift, Some(Content::Note(it))) =
        (wanted.dates, scene.state.center().map(|it| &it.content))
        && !names_patient(&it.note)
    {
        muted(ui, scene.tokens, &words.say("deid-dates-unknown"));
    }
    if wanted != *policy {
        let set = DeidentifyCommand::SetPolicy(wanted);
        commands.push(Command::OnDeidentify(set));
    }
}

/// What of a header and a picture may stay.
fn ticks_ui(ui: &mut Ui, words: &Words, wanted: &mut Policy) {
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.spacing_mut().interact_size.y = TICK;
    let mut has_reports = wanted.clean_structured_content && wanted.clean_graphics;
    for (is_on, name) in [
        (&mut wanted.clean_pixel_data, words.say("deid-pixels")),
        (
            &mut wanted.retain_patient_characteristics,
            words.say("deid-characteristics"),
        ),
        (&mut wanted.clean_descriptors, words.say("deid-descriptors")),
        (&mut has_reports, words.say("deid-reports")),
        (&mut wanted.retain_device, words.say("deid-device")),
        (
            &mut wanted.retain_institution,
            words.say("deid-institution"),
        ),
        (&mut wanted.retain_safe_private, words.say("deid-private")),
        (&mut wanted.retain_uids, words.say("deid-uids")),
    ] {
        ui.checkbox(is_on, name);
    }
    (wanted.clean_structured_content, wanted.clean_graphics) = (has_reports, has_reports);
}

fn dates_ui(ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Policy) {
    let words = scene.words;
    let name = |it: Dates| match it {
        Dates::Remove => words.say("deid-dates-remove"),
        Dates::Shift => words.say("deid-dates-shift"),
        Dates::Keep => words.say("deid-dates-keep"),
    };
    let chosen = name(wanted.dates);
    let title = words.say("deid-dates");
    label(ui, scene, &title);
    let shown = ComboBox::from_id_salt("dates")
        .selected_text(&chosen)
        .width(ui.available_width())
        .show_ui(ui, |ui| {
            for dates in [Dates::Shift, Dates::Remove, Dates::Keep] {
                ui.selectable_value(&mut wanted.dates, dates, name(dates));
            }
        });
    let spoken = format!("{title}: {chosen}");
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &spoken));
}

/// A face may be rebuilt from the picture: a person may take that risk for a reason.
fn face_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (words, tokens) = (scene.words, scene.tokens);
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        strong(ui, &words.say("deid-face"), BODY, tokens.red);
        muted(ui, tokens, &words.say("deid-face-words"));
        let name = words.say("deid-face-reason");
        let mut reason = scene.state.deidentify.face_reason.clone();
        label(ui, scene, &name);
        let field = text_field(&mut reason, "face-reason", ui.available_width());
        let shown = ui.add(field);
        shown.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if shown.changed() {
            let set = DeidentifyCommand::SetFaceReason(reason.clone());
            commands.push(Command::OnDeidentify(set));
        }
        let accept = words.say("deid-face-accept");
        let button = Button {
            is_enabled: !reason.trim().is_empty(),
            ..Button::new(&accept)
        };
        if button.show(ui, tokens).clicked() {
            commands.push(Command::OnDeidentify(DeidentifyCommand::AcceptFace));
        }
    });
}

/// What a person must know of the picture before looking at it.
fn findings_ui(ui: &mut Ui, scene: &Scene<'_>, draft: &ScanDraft) {
    let (words, tokens) = (scene.words, scene.tokens);
    let mut lines = Vec::new();
    if !draft.is_searched {
        lines.push(words.say("deid-not-searched"));
    }
    if draft.facts.says_burned_in {
        lines.push(words.say("deid-says-burned-in"));
    }
    match draft.facts.rule {
        Some(Rule::KeepRegions) if !draft.by_rule.is_empty() => {
            lines.push(words.say("deid-regions"));
        }
        Some(Rule::KeepRegions | Rule::Hold) => lines.push(words.say("deid-hold")),
        Some(Rule::Look) | None => {}
    }
    if draft.facts.face.is_some() {
        lines.push(words.say("deid-face-accepted"));
    }
    for line in lines {
        card(ui, tokens, |ui| muted(ui, tokens, &line));
    }
}

/// A person's word, the folder, and the button.
fn write_ui(ui: &mut Ui, scene: &Scene<'_>, is_scan: bool, commands: &mut Vec<Command>) {
    let (words, tokens) = (scene.words, scene.tokens);
    let page = &scene.state.deidentify;
    ui.add_space(4.0);
    section(ui, tokens, &words.say("deid-copy"));
    let name = words.say("deid-folder");
    label(ui, scene, &name);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let browse = words.say("deid-browse");
        let mut folder = page.folder.clone();
        let field = text_field(&mut folder, "folder", ui.available_width() - 92.0);
        let shown = ui.add(field);
        shown.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if shown.changed() {
            let set = PageCommand::SetText(Field::Copies, folder);
            commands.push(Command::OnPage(set));
        }
        if Button::new(&browse).width(84.0).show(ui, tokens).clicked() {
            commands.push(Command::OnPage(PageCommand::Browse(Field::Copies)));
        }
    });
    let n_frames = scene.state.scan().map_or(1, |it| it.1.scan.n_frames());
    let looked = match (is_scan, n_frames) {
        (true, 1) => words.say("deid-looked"),
        (true, n) => words.say_with("deid-looked-frames", &[("n", Part::Number(n as u64))]),
        (false, _) => words.say("deid-read"),
    };
    let can_be_read = is_scan || deidentify_note_ui::is_shown_whole(scene);
    if !can_be_read {
        muted(ui, tokens, &words.say("deid-too-long"));
    }
    let mut is_looked_at = page.is_looked_at;
    let tick = egui::Checkbox::new(&mut is_looked_at, looked);
    if ui.add_enabled(can_be_read, tick).changed() {
        let set = DeidentifyCommand::SetLooked(is_looked_at);
        commands.push(Command::OnDeidentify(set));
    }
    let write = words.say("deid-write");
    let mut button = Button::new(&write).primary().width(ui.available_width());
    button.is_enabled = page.is_ready();
    if button.show(ui, tokens).clicked() && page.is_ready() {
        commands.push(Command::OnDeidentify(DeidentifyCommand::Write));
    }
    if let Some(id) = page.writing {
        progress_ui(ui, scene, id);
    } else if !page.is_looked_at && page.written.is_none() {
        muted(ui, tokens, &words.say("deid-look-first"));
    }
    if let Some(failure) = &page.failure {
        card(ui, tokens, |ui| {
            failure_words_ui(ui, scene, failure, commands)
        });
    }
    if let Some(path) = &page.written {
        card(ui, tokens, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            strong(ui, &words.say("deid-written"), BODY, tokens.teal);
            // A name that says nothing of the patient, in the folder that was typed.
            let path = path.reveal().to_string_lossy();
            muted(ui, tokens, &path);
            let again = if scene.state.door.user.is_some() {
                words.say("deid-same-records")
            } else {
                words.say("deid-same-sitting")
            };
            muted(ui, tokens, &again);
        });
    }
}

fn text_field<'t>(text: &'t mut String, id: &str, width: f32) -> TextEdit<'t> {
    TextEdit::singleline(text)
        .id_salt(id)
        .font(theme::regular(BODY))
        .margin(Margin::symmetric(8, 6))
        .desired_width(width)
        .min_size(vec2(0.0, CONTROL))
}

fn progress_ui(ui: &mut Ui, scene: &Scene<'_>, id: crate::engine::JobId) {
    let share = scene
        .progress
        .get(&id)
        .map(|(done, total)| *done as f32 / (*total).max(1) as f32);
    progress_line(ui, scene.tokens, share);
}

/// The picture or the note as it will be.
fn middle_ui(ui: &mut Ui, scene: &Scene<'_>, pictures: &mut Pictures, commands: &mut Vec<Command>) {
    let words = scene.words;
    let draft = &scene.state.deidentify.draft;
    if let Loading::Waiting(id) = draft {
        waiting_ui(ui, scene, *id, commands);
    }
    let center = scene.state.center().map(|it| (it.id, &it.content));
    match (center, draft.ready()) {
        (Some((id, Content::Scan(scan))), draft) => {
            let draft = match draft {
                Some(Draft::Scan(it)) => Some(&**it),
                Some(Draft::Note(_)) | None => None,
            };
            deidentify_scan_ui::picture_ui(ui, scene, (id, scan, draft), pictures, commands);
        }
        (Some((_, Content::Note(note))), Some(Draft::Note(draft))) => {
            deidentify_note_ui::text_ui(ui, scene, (note, draft), commands);
        }
        (Some((_, Content::Note(_))), _) => {}
        _ => empty_ui(
            ui,
            scene,
            &words.say("deid-title"),
            &words.say("deid-nothing"),
        ),
    }
}

/// How far the search is, and the way to stop it.
fn waiting_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    id: crate::engine::JobId,
    commands: &mut Vec<Command>,
) {
    Panel::top("searching")
        .frame(plain(Margin::symmetric(16, 8)))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 12.0;
                let stop = scene.words.say("deid-stop");
                if Button::new(&stop).show(ui, scene.tokens).clicked() {
                    commands.push(Command::OnDeidentify(DeidentifyCommand::Stop));
                }
                muted(ui, scene.tokens, &scene.words.say("deid-searching"));
            });
            ui.add_space(4.0);
            progress_ui(ui, scene, id);
        });
}

/// What is covered or replaced, and what changes in the header.
fn lists_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    match scene.state.deidentify.draft.ready() {
        Some(Draft::Scan(draft)) => deidentify_scan_ui::lists_ui(ui, scene, draft, commands),
        Some(Draft::Note(draft)) => deidentify_note_ui::list_ui(ui, scene, draft, commands),
        None => {}
    }
}

/// A list that fills what is left, or a part of it.
pub(super) fn list(ui: &mut Ui, (id, height): (&str, f32), add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical()
        .id_salt(id)
        .max_height(height)
        .auto_shrink([false, true])
        .show(ui, add);
}

/// From a tick to its words.
const INDENT: f32 = 18.0;

/// A tick with a line of words and a quieter one below.
pub(super) fn tick_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    is_on: bool,
    (words, below): (&str, &str),
) -> bool {
    let mut is_on = is_on;
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.spacing_mut().interact_size.y = TICK;
    let changed = ui.checkbox(&mut is_on, words).changed();
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.add_space(INDENT);
        muted(ui, scene.tokens, below);
    });
    ui.add_space(6.0);
    changed
}

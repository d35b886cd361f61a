//! The page of the audit log: what is looked for, the rows, and the way out for other programs.

use egui::{
    CentralPanel, ComboBox, Frame, Key, Margin, Rect, ScrollArea, Sense, TextEdit, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    Scene,
    controls::{Button, focus_frame, muted},
    deed_words::deed,
    detail_words::detail,
    notice_ui::failure_words_ui,
    page_ui::title_ui,
    theme::{self, BODY, CONTROL, SMALL},
};
use crate::{
    session::{Command, LOG_ROWS, LogCommand, LogForm, LogRow},
    store::{Action, Outcome, Right},
    words::{Part, Words},
};

const ROW: f32 = 28.0;
/// Left edges of the columns, in points from the left of the table; the last one takes what is left.
const COLUMNS: [f32; 6] = [0.0, 176.0, 320.0, 536.0, 618.0, 710.0];

/// Draws the page.
pub(super) fn log_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let frame = Frame::new().inner_margin(Margin::symmetric(20, 14));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        let words = scene.words;
        title_ui(ui, scene, &words.say("log-title"), &words.say("log-lead"));
        filter_ui(ui, scene, commands);
        if scene.state.may(Right::ExportAudit) {
            export_ui(ui, scene, commands);
        }
        if let Some(failure) = &scene.state.log.failure {
            failure_words_ui(ui, scene, failure, commands);
        }
        count_ui(ui, scene);
        rows_ui(ui, scene);
    });
}

fn filter_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (words, log) = (scene.words, &scene.state.log);
    let mut ask = |it| commands.push(Command::OnLog(it));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        let hint = words.say("log-day-hint");
        let (field, day) = text_ui(ui, scene, (&words.say("log-day"), &hint), &log.day, 110.0);
        if field.changed() {
            ask(LogCommand::SetDay(day));
        }
        if field.lost_focus() && ui.input(|it| it.key_pressed(Key::Enter)) {
            ask(LogCommand::Look);
        }
        let all = words.say("log-all");
        let of = |it: &Option<Action>| it.map_or_else(|| all.clone(), |it| deed(words, it));
        let choices = std::iter::once(None).chain(Action::ALL.map(Some));
        let choices: Vec<_> = choices.map(|it| (of(&it), it)).collect();
        let label = words.say("log-action");
        if let Some(action) = choice_ui(ui, scene, (&label, 190.0), &of(&log.action), choices) {
            ask(LogCommand::ChooseAction(action));
        }
        // People of the rows that are there; for the eyes of who may see the log.
        let name = |it: &Option<(String, crate::privacy::Phi<String>)>| {
            it.as_ref()
                .map_or_else(|| all.clone(), |it| it.1.reveal().clone())
        };
        let mut people: Vec<_> = log.rows.iter().map(of_person).collect();
        people.retain(|it| !it.0.is_empty());
        people.sort_unstable();
        people.dedup();
        let choices = std::iter::once(None).chain(people.into_iter().map(Some));
        let choices: Vec<_> = choices.map(|it| (name(&it), it)).collect();
        let label = words.say("log-person");
        if let Some(person) = choice_ui(ui, scene, (&label, 150.0), &name(&log.person), choices) {
            ask(LogCommand::ChoosePerson(person));
        }
        let mut is_loud_only = log.is_loud_only;
        if ui
            .checkbox(&mut is_loud_only, words.say("log-loud"))
            .changed()
        {
            ask(LogCommand::SetLoudOnly(is_loud_only));
        }
        if Button::new(&words.say("log-look"))
            .show(ui, scene.tokens)
            .clicked()
        {
            ask(LogCommand::Look);
        }
    });
}

fn of_person(row: &LogRow) -> (String, crate::privacy::Phi<String>) {
    (row.entry.record.person.clone(), row.name.clone())
}

fn export_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (words, log) = (scene.words, &scene.state.log);
    let mut ask = |it| commands.push(Command::OnLog(it));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        let (field, out) = text_ui(ui, scene, (&words.say("log-out"), ""), &log.out, 320.0);
        if field.changed() {
            ask(LogCommand::SetOut(out));
        }
        let of = |form| match form {
            LogForm::Dicom => words.say("log-dicom"),
            LogForm::Fhir => words.say("log-fhir"),
        };
        let choices = [LogForm::Dicom, LogForm::Fhir].map(|it| (of(it), it));
        let label = words.say("log-form");
        if let Some(form) = choice_ui(ui, scene, (&label, 160.0), &of(log.form), choices.to_vec()) {
            ask(LogCommand::SetForm(form));
        }
        let export = words.say("log-export");
        let button = Button {
            is_enabled: !log.out.trim().is_empty(),
            ..Button::new(&export)
        };
        if button.show(ui, scene.tokens).clicked() {
            ask(LogCommand::Export);
        }
    });
}

/// A name and a field beside it.
pub(super) fn text_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (label, hint): (&str, &str),
    value: &str,
    width: f32,
) -> (egui::Response, String) {
    let mut text = value.to_owned();
    let name = muted(ui, scene.tokens, label);
    let field = TextEdit::singleline(&mut text)
        .id_salt(label)
        .hint_text(hint)
        .font(theme::regular(BODY))
        .margin(Margin::symmetric(8, 6))
        .desired_width(width)
        .min_size(vec2(0.0, CONTROL));
    let shown = ui.add(field).labelled_by(name.id);
    shown.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, label));
    (shown, text)
}

/// A name and a list to choose from beside it.
pub(super) fn choice_ui<T>(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (label, width): (&str, f32),
    chosen: &str,
    choices: Vec<(String, T)>,
) -> Option<T> {
    let name = muted(ui, scene.tokens, label);
    let mut found = None;
    let shown = ComboBox::from_id_salt(label)
        .selected_text(chosen)
        .width(width)
        .show_ui(ui, |ui| {
            for (words, choice) in choices {
                if ui.selectable_label(words == chosen, &words).clicked() {
                    found = Some(choice);
                }
            }
        });
    let spoken = format!("{label}: {chosen}");
    let shown = shown.response.labelled_by(name.id);
    shown.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &spoken));
    found
}

fn count_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let (words, log) = (scene.words, &scene.state.log);
    let n = ("n", Part::Number(log.rows.len() as u64));
    let text = match log.rows.len() {
        _ if log.is_waiting => words.say("log-reading"),
        0 => words.say("log-none"),
        LOG_ROWS.. => words.say_with("log-more", &[n]),
        _ => words.say_with("log-shown", &[n]),
    };
    muted(ui, scene.tokens, &text);
}

/// The table: only the rows that are seen are laid out.
fn rows_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let (tokens, words) = (scene.tokens, scene.words);
    let heads = [
        words.say("log-time"),
        words.say("log-person"),
        words.say("log-action"),
        words.say("log-outcome"),
        words.say("log-case"),
        words.say("log-detail"),
    ];
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    for (idx, head) in heads.iter().enumerate() {
        cell(ui, rect, idx, head, (theme::semibold(SMALL), tokens.muted));
    }
    let rows = &scene.state.log.rows;
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, ROW, rows.len(), |ui, shown| {
            for row in rows.get(shown).unwrap_or_default() {
                row_ui(ui, scene, row);
            }
        });
}

fn row_ui(ui: &mut Ui, scene: &Scene<'_>, row: &LogRow) {
    let (tokens, words) = (scene.tokens, scene.words);
    let record = &row.entry.record;
    let (rect, response) = ui.allocate_exact_size(
        vec2(ui.available_width(), ROW),
        Sense::focusable_noninteractive(),
    );
    ui.painter().hline(
        rect.x_range(),
        rect.bottom(),
        egui::Stroke::new(1.0, tokens.line),
    );
    let is_loud = record.action.is_loud();
    let cells = cells(words, row);
    let font = theme::regular(BODY);
    for (idx, text) in cells.iter().enumerate() {
        let color = match idx {
            2 if is_loud => tokens.amber,
            3 if record.outcome != Outcome::Success => tokens.red,
            0 | 4 | 5 => tokens.muted,
            _ => tokens.text,
        };
        let indent = if idx == 2 && is_loud { 18.0 } else { 0.0 };
        let cell_rect = Rect::from_min_max(pos2(rect.left() + indent, rect.top()), rect.max);
        cell(ui, cell_rect, idx, text, (font.clone(), color));
    }
    if is_loud {
        warning_sign(ui, rect, tokens.amber);
    }
    let spoken = cells.join(", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &spoken));
    focus_frame(ui.painter(), &response, tokens.blue);
    let detail = cells.last().map_or("", String::as_str);
    if !detail.is_empty() {
        response.on_hover_text(detail);
    }
}

/// What the columns say of a record.
fn cells(words: &Words, row: &LogRow) -> [String; 6] {
    let record = &row.entry.record;
    let time = record.at.utc();
    // To the second; the export has the rest.
    let time: String = time
        .chars()
        .take(19)
        .map(|it| if it == 'T' { ' ' } else { it })
        .collect();
    let name = deed(words, record.action);
    let name = if record.action.is_loud() {
        format!("{}: {name}", words.say("log-alert"))
    } else {
        name
    };
    let outcome = match record.outcome {
        Outcome::Success => words.say("log-done"),
        Outcome::MinorFailure => words.say("log-refused"),
        Outcome::SeriousFailure => words.say("log-failed"),
    };
    let case: String = record
        .item
        .iter()
        .flat_map(|it| it.chars().take(8))
        .collect();
    let detail = detail(words, record);
    // Staff see who did it.
    [time, row.name.reveal().clone(), name, outcome, case, detail]
}

/// A text in its column, cut off at the next one.
fn cell(ui: &Ui, row: Rect, idx: usize, text: &str, (font, color): (egui::FontId, egui::Color32)) {
    let left = row.left() + COLUMNS.get(idx).copied().unwrap_or(0.0);
    let end = COLUMNS
        .get(idx + 1)
        .map_or(row.right(), |it| (row.left() + it - 10.0).min(row.right()));
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width((end - left).max(0.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(left, row.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

/// A triangle with its mark: what is loud is not told by colour alone.
fn warning_sign(ui: &Ui, row: Rect, color: egui::Color32) {
    let left = row.left() + COLUMNS.get(2).copied().unwrap_or(0.0);
    let center = pos2(left + 6.0, row.center().y);
    let corners = [vec2(0.0, -6.0), vec2(6.5, 5.0), vec2(-6.5, 5.0)].map(|it| center + it);
    let stroke = egui::Stroke::new(1.5, color);
    ui.painter()
        .add(egui::Shape::closed_line(corners.to_vec(), stroke));
    ui.painter()
        .vline(center.x, (center.y - 2.0)..=(center.y + 1.5), stroke);
    ui.painter()
        .circle_filled(center + vec2(0.0, 3.4), 0.9, color);
}

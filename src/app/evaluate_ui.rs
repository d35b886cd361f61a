//! The page that evaluates: choices at the left, the report at the right.

use egui::{ComboBox, CornerRadius, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{
    Scene,
    controls::{focus_ring, fold, muted, progress_line, section},
    page_ui::{
        FieldKind, Running, TextField, choices_panel, empty_ui, failure_ui, field_ui, folder_words,
        is_wide, label, main_panel, running_ui, start_ui, title_ui,
    },
    page_words::{both, evaluate as say},
    report_ui::report_ui,
    theme::{self, BODY, RADIUS, SMALL},
    words,
};
use crate::session::{Command, Evaluating, Field, Kind, Loading, PageCommand, Switch};

/// Draws the page.
pub(super) fn evaluate_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.evaluating;
    let is_wide = is_wide(ui);
    if is_wide {
        choices_panel(ui, scene, |ui| choices_ui(ui, scene, commands));
    }
    main_panel(ui, scene, |ui| match &page.report {
        Loading::Ready(shown) => report_ui(ui, scene, shown, commands),
        Loading::Failed(failure) => failure_ui(ui, scene, Some(failure), commands),
        Loading::Waiting(_) => {
            muted(ui, scene.tokens, say::READING);
            progress_line(ui, scene.tokens, None);
        }
        Loading::Empty if !is_wide => choices_ui(ui, scene, commands),
        Loading::Empty if page.job.is_some() => empty_ui(ui, scene, say::TITLE, say::RUNS),
        Loading::Empty => empty_ui(ui, scene, say::EMPTY, say::EMPTY_LEAD),
    });
}

fn choices_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.evaluating;
    let kind = scene.state.evaluated_kind();
    title_ui(ui, scene, say::TITLE, &say::lead(kind));
    model_ui(ui, scene, commands);
    let mut field = |ui: &mut Ui, field, (label, hint): (&str, &str), value: &str| {
        let field = TextField {
            field,
            label,
            hint,
            value,
            kind: FieldKind::Path,
        };
        field_ui(ui, scene, &field, commands);
    };
    let form = &page.form;
    let table = say::table(kind);
    field(ui, Field::Table, (&table, say::TABLE_HINT), &form.table);
    muted(ui, scene.tokens, say::table_help(kind));
    if kind == Kind::Series {
        let measurements = (say::MEASUREMENTS, say::MEASUREMENTS_HINT);
        field(ui, Field::Measurements, measurements, &form.measurements);
    }
    field(ui, Field::Report, (say::OUT, say::OUT_HINT), &form.out);
    fold(ui, scene.tokens, "more", both::MORE, |ui| {
        more_ui(ui, scene, commands);
    });
    if page.job.is_some() {
        progress_ui(ui, scene, page, commands);
    } else {
        let is_ready = form.is_complete() && scene.state.evaluated_model().is_some();
        let missing = (!is_ready).then_some(say::MISSING);
        let start = PageCommand::StartEvaluation;
        start_ui(ui, scene, (say::START, missing), start, commands);
    }
    failure_ui(ui, scene, page.failure.as_ref(), commands);
    recent_ui(ui, scene, commands);
}

fn model_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    label(ui, scene, say::MODEL);
    let state = scene.state;
    let Some(name) = state.evaluated_model() else {
        let words = if state.are_models_loading() {
            both::STARTING
        } else {
            say::NO_MODEL
        };
        muted(ui, scene.tokens, words);
        return;
    };
    let width = ui.available_width();
    let chooser = ComboBox::from_id_salt("evaluated")
        .selected_text(name)
        .width(width)
        .truncate();
    let shown = chooser.show_ui(ui, |ui| {
        for model in state.evaluable_models() {
            let row = ui.selectable_label(model.name == name, words::model_name(model));
            let choose = PageCommand::EvaluateModel(model.name.clone());
            commands.extend(row.clicked().then_some(Command::OnPage(choose)));
        }
    });
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, say::MODEL));
    let model = state.evaluable_models().find(|it| it.name == name);
    if let Some(model) = model {
        muted(ui, scene.tokens, &model.title);
    }
}

fn more_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let form = &scene.state.evaluating.form;
    let kind = scene.state.evaluated_kind();
    let mut field = |ui: &mut Ui, field, (label, hint): (&str, &str), value: &str, kind| {
        let field = TextField {
            field,
            label,
            hint,
            value,
            kind,
        };
        field_ui(ui, scene, &field, commands);
    };
    use FieldKind::{Path, Word};
    let part = (say::PART, say::PART_HINT);
    field(ui, Field::Part, part, &form.part, Word);
    let positive = (say::POSITIVE, say::POSITIVE_HINT);
    field(ui, Field::Positive, positive, &form.positive, Word);
    let folder = say::folder(kind);
    let folder = (folder.as_str(), say::IMAGES_HINT);
    field(ui, Field::Images, folder, &form.images, Path);
    let column = say::case_column(kind);
    field(ui, Field::CaseColumn, column, &form.case_column, Word);
    let column = (say::LABEL_COLUMN, say::LABEL_COLUMN_HINT);
    field(ui, Field::LabelColumn, column, &form.label_column, Word);
    against_ui(ui, scene, commands);
    for (words, is_on, switch) in [
        (
            say::BEYOND.to_owned(),
            form.is_beyond_scope,
            Switch::BeyondScope,
        ),
        (say::damage(kind), form.is_damaged, Switch::Damage),
    ] {
        let mut is_on = is_on;
        if ui.checkbox(&mut is_on, words).changed() {
            commands.push(Command::OnPage(PageCommand::Flip(switch)));
        }
    }
}

fn against_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    label(ui, scene, say::SECOND);
    let chosen = state.evaluating.form.against.as_deref();
    let chooser = ComboBox::from_id_salt("against")
        .selected_text(chosen.unwrap_or(say::NONE))
        .width(ui.available_width())
        .truncate();
    let mut choose = |name: Option<String>| {
        commands.push(Command::OnPage(PageCommand::Against(name)));
    };
    let shown = chooser.show_ui(ui, |ui| {
        if ui.selectable_label(chosen.is_none(), say::NONE).clicked() {
            choose(None);
        }
        let first = state.evaluated_model();
        let others = state
            .models_for(state.evaluated_kind())
            .filter(|it| Some(it.name.as_str()) != first);
        for model in others {
            let is_chosen = chosen == Some(model.name.as_str());
            if ui.selectable_label(is_chosen, &model.name).clicked() {
                choose(Some(model.name.clone()));
            }
        }
    });
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, say::SECOND));
}

fn progress_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Evaluating, commands: &mut Vec<Command>) {
    let (line, share, detail) = match &page.stage {
        Some(stage) => {
            let left = stage.seconds_left.map(words::time_left);
            let count = if stage.total == 0 {
                String::new()
            } else {
                format!("{} of {}", stage.done, stage.total)
            };
            let parts: Vec<String> = [Some(count), left].into_iter().flatten().collect();
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
            let share = words::part(stage.done, stage.total);
            (words::stage(&stage.name), share, parts.join(words::DOT))
        }
        None if scene.state.does_evaluation_wait() => (say::WAITS, None, String::new()),
        None => (both::STARTING, None, String::new()),
    };
    let running = Running {
        words: line,
        detail: &detail,
        share,
        is_stopping: page.is_stopping,
        stop: PageCommand::StopEvaluation,
    };
    running_ui(ui, scene, &running, commands);
}

/// Reports that were finished lately.
fn recent_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let reports = &scene.state.settings.reports;
    if reports.is_empty() {
        return;
    }
    let tokens = scene.tokens;
    ui.add_space(8.0);
    section(ui, tokens, say::RECENT);
    ui.spacing_mut().item_spacing.y = 2.0;
    for folder in reports {
        // For the clinician's eyes.
        let folder = folder.reveal();
        let (name, above) = folder_words(folder);
        let size = vec2(ui.available_width(), 40.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &name));
        if response.hovered() {
            ui.painter()
                .rect_filled(rect, CornerRadius::same(RADIUS), tokens.card);
        }
        focus_ring(ui, &response, tokens);
        let inner = rect.shrink2(vec2(8.0, 0.0));
        let painter = ui.painter_at(inner);
        for (text, size, ink, up) in [
            (&name, BODY, tokens.text, -9.0),
            (&above, SMALL, tokens.muted, 9.0),
        ] {
            painter.text(
                inner.left_center() + vec2(0.0, up),
                egui::Align2::LEFT_CENTER,
                text,
                theme::regular(size),
                ink,
            );
        }
        let response = response
            .on_hover_cursor(egui::CursorIcon::PointingHand)
            .on_hover_text(folder.display().to_string());
        if response.clicked() {
            let open = PageCommand::OpenReport(folder.clone());
            commands.push(Command::OnPage(open));
        }
    }
}

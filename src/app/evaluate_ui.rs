//! The page that evaluates: choices at the left, the report at the right.

use egui::{ComboBox, CornerRadius, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{
    Scene,
    controls::{focus_ring, fold, muted, progress_line, section},
    page_ui::{
        FieldKind, Running, TextField, choices_panel, empty_ui, failure_ui, field_ui, folder_words,
        is_wide, label, main_panel, running_ui, start_ui, title_ui,
    },
    page_words,
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
        choices_panel(ui, |ui| choices_ui(ui, scene, commands));
    }
    main_panel(ui, |ui| match &page.report {
        Loading::Ready(shown) => report_ui(ui, scene, shown, commands),
        Loading::Failed(failure) => failure_ui(ui, scene, Some(failure), commands),
        Loading::Waiting(_) => {
            muted(ui, scene.tokens, &scene.words.say("evaluate-reading"));
            progress_line(ui, scene.tokens, None);
        }
        Loading::Empty if !is_wide => choices_ui(ui, scene, commands),
        Loading::Empty if page.job.is_some() => empty_ui(
            ui,
            scene,
            &scene.words.say("evaluate-title"),
            &scene.words.say("evaluate-runs"),
        ),
        Loading::Empty => empty_ui(
            ui,
            scene,
            &scene.words.say("evaluate-empty"),
            &scene.words.say("evaluate-empty-lead"),
        ),
    });
}

fn choices_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.evaluating;
    let kind = scene.state.evaluated_kind();
    title_ui(
        ui,
        scene,
        &scene.words.say("evaluate-title"),
        &page_words::lead(scene.words, kind),
    );
    model_ui(ui, scene, commands);
    let mut field = |ui: &mut Ui, field, (label, hint): (String, String), value: &str| {
        let field = TextField {
            field,
            label: &label,
            hint: &hint,
            value,
            kind: FieldKind::Path,
        };
        field_ui(ui, scene, &field, commands);
    };
    let form = &page.form;
    let table = page_words::table(scene.words, kind);
    field(
        ui,
        Field::Table,
        (table, scene.words.say("evaluate-table-hint")),
        &form.table,
    );
    muted(ui, scene.tokens, &page_words::table_help(scene.words, kind));
    if kind == Kind::Series {
        let measurements = (
            scene.words.say("evaluate-measurements"),
            scene.words.say("evaluate-measurements-hint"),
        );
        field(ui, Field::Measurements, measurements, &form.measurements);
    }
    field(
        ui,
        Field::Report,
        (
            scene.words.say("evaluate-out"),
            scene.words.say("evaluate-out-hint"),
        ),
        &form.out,
    );
    fold(
        ui,
        scene.tokens,
        "more",
        &scene.words.say("page-more"),
        |ui| {
            more_ui(ui, scene, commands);
        },
    );
    if page.job.is_some() {
        progress_ui(ui, scene, page, commands);
    } else {
        let is_ready = form.is_complete() && scene.state.evaluated_model().is_some();
        let missing = (!is_ready).then(|| scene.words.say("evaluate-missing"));
        let start = PageCommand::StartEvaluation;
        start_ui(
            ui,
            scene,
            (&scene.words.say("evaluate-start"), missing.as_deref()),
            start,
            commands,
        );
    }
    failure_ui(ui, scene, page.failure.as_ref(), commands);
    recent_ui(ui, scene, commands);
}

fn model_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    label(ui, scene, &scene.words.say("evaluate-model"));
    let state = scene.state;
    let Some(name) = state.evaluated_model() else {
        let words = if state.are_models_loading() {
            scene.words.say("page-starting")
        } else {
            scene.words.say("evaluate-no-model")
        };
        muted(ui, scene.tokens, &words);
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
    let label = scene.words.say("evaluate-model");
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &label));
    let model = state.evaluable_models().find(|it| it.name == name);
    if let Some(model) = model {
        muted(ui, scene.tokens, &model.title);
    }
}

fn more_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let form = &scene.state.evaluating.form;
    let kind = scene.state.evaluated_kind();
    let mut field = |ui: &mut Ui, field, (label, hint): (String, String), value: &str, kind| {
        let field = TextField {
            field,
            label: &label,
            hint: &hint,
            value,
            kind,
        };
        field_ui(ui, scene, &field, commands);
    };
    use FieldKind::{Path, Word};
    let part = (
        scene.words.say("evaluate-part"),
        scene.words.say("evaluate-part-hint"),
    );
    field(ui, Field::Part, part, &form.part, Word);
    let positive = (
        scene.words.say("evaluate-positive"),
        scene.words.say("evaluate-positive-hint"),
    );
    field(ui, Field::Positive, positive, &form.positive, Word);
    let folder = page_words::folder(scene.words, kind);
    let folder = (folder, scene.words.say("evaluate-images-hint"));
    field(ui, Field::Images, folder, &form.images, Path);
    let column = page_words::case_column(scene.words, kind);
    field(ui, Field::CaseColumn, column, &form.case_column, Word);
    let column = (
        scene.words.say("evaluate-label-column"),
        scene.words.say("evaluate-label-column-hint"),
    );
    field(ui, Field::LabelColumn, column, &form.label_column, Word);
    against_ui(ui, scene, commands);
    for (words, is_on, switch) in [
        (
            scene.words.say("evaluate-beyond"),
            form.is_beyond_scope,
            Switch::BeyondScope,
        ),
        (
            page_words::damage(scene.words, kind),
            form.is_damaged,
            Switch::Damage,
        ),
    ] {
        let mut is_on = is_on;
        if ui.checkbox(&mut is_on, words).changed() {
            commands.push(Command::OnPage(PageCommand::Flip(switch)));
        }
    }
}

fn against_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    label(ui, scene, &scene.words.say("evaluate-second"));
    let chosen = state.evaluating.form.against.as_deref();
    let none = scene.words.say("evaluate-none");
    let chooser = ComboBox::from_id_salt("against")
        .selected_text(chosen.unwrap_or(&none))
        .width(ui.available_width())
        .truncate();
    let mut choose = |name: Option<String>| {
        commands.push(Command::OnPage(PageCommand::Against(name)));
    };
    let shown = chooser.show_ui(ui, |ui| {
        if ui.selectable_label(chosen.is_none(), &none).clicked() {
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
    let label = scene.words.say("evaluate-second");
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &label));
}

fn progress_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Evaluating, commands: &mut Vec<Command>) {
    let (line, share, detail) = match &page.stage {
        Some(stage) => {
            let left = stage
                .seconds_left
                .map(|it| words::time_left(scene.words, it));
            let count = if stage.total == 0 {
                String::new()
            } else {
                let parts = [("done", stage.done.into()), ("total", stage.total.into())];
                scene.words.say_with("done-of", &parts)
            };
            let parts: Vec<String> = [Some(count), left].into_iter().flatten().collect();
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
            let share = words::part(stage.done, stage.total);
            (
                words::stage(scene.words, &stage.name),
                share,
                parts.join(words::DOT),
            )
        }
        None if scene.state.does_evaluation_wait() => {
            (scene.words.say("evaluate-waits"), None, String::new())
        }
        None => (scene.words.say("page-starting"), None, String::new()),
    };
    let running = Running {
        words: &line,
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
    section(ui, tokens, &scene.words.say("evaluate-recent"));
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

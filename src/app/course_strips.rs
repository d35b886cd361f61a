//! The two strips over the plots: NEWS2 by its rules, and the running answer of the network. Beside each other, never
//! blended.

use egui::{
    Align2, CornerRadius, Painter, Rangef, Rect, Sense, Shape, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    controls::Button,
    course_ui::{Course, frame_ui, names_ui, number_ui},
    theme::{self, SMALL},
    words,
};
use crate::{
    prediction::OperatingPoint,
    render::caption::percent,
    session::{Action, Command, Kind, Loading, WarningAt, refusal},
};

const HEIGHT: f32 = 52.0;
/// The greatest total of NEWS2.
const MOST: f32 = 20.0;
/// Totals from which the source asks for an urgent and an emergency response.
const URGENT: f32 = 5.0;
const EMERGENCY: f32 = 7.0;

/// NEWS2 at each hour: what is certain filled, what is possible above it in outline.
pub(super) fn warning_ui(ui: &mut Ui, course: &Course<'_>) {
    let tokens = course.scene.tokens;
    let (rect, plot) = strip(ui, course);
    let painter = ui.painter().clone();
    names_ui(&painter, course, rect, ("NEWS2", "points; lines at 5, 7"));
    if let Some(why) = refusal(course.scene.state.age_years()) {
        let words = format!("Not for this patient: {why}");
        said_ui(ui, course, plot, &words);
        return;
    }
    let y = |total: f32| plot.bottom() - plot.height() * total / MOST;
    // The two lines are too near to each other for two numbers.
    let ticks = [EMERGENCY, MOST].map(|it| (y(it), format!("{it:.0}")));
    frame_ui(&painter, course, plot, &ticks);
    if course.item.warnings.is_empty() {
        said_ui(ui, course, plot, "No part of it was measured");
        return;
    }
    let mut last_x = f32::NEG_INFINITY;
    for it in &course.item.warnings {
        let hour = it.hour as f64;
        // No more columns than the screen has.
        if course.axis.place(hour) - last_x < 1.0 {
            continue;
        }
        last_x = course.axis.place(hour);
        let (least, most) = (it.total.least as f32, it.total.greatest as f32);
        let column = |low: f32, high: f32| {
            let found = course
                .axis
                .column(hour - 1.0, hour, Rangef::new(y(high), y(low)))?;
            Some(if 4.0 < found.width() {
                found.shrink2(vec2(0.5, 0.0))
            } else {
                found
            })
        };
        if let Some(column) = column(0.0, least.max(0.25)) {
            painter.rect_filled(column, CornerRadius::ZERO, tokens.muted);
        }
        if let Some(column) = column(least, most).filter(|_| least < most) {
            painter.rect_filled(
                column,
                CornerRadius::ZERO,
                tokens.muted.gamma_multiply(0.22),
            );
        }
    }
    for total in [URGENT, EMERGENCY] {
        dashed(&painter, course, plot, y(total));
    }
    let hour = course.at.ceil() as i64;
    let then = course.item.warnings.iter().find(|it| it.hour == hour);
    let number = then.map_or_else(words::nothing, total_words);
    number_ui(
        &painter,
        course,
        rect,
        (&number, then.map_or("not known", band_word)),
    );
    let spoken = match then {
        Some(it) => format!(
            "NEWS2 at hour {hour}: {number} points, {}",
            it.says.join("; or ")
        ),
        None => format!("NEWS2 at hour {hour}: not known"),
    };
    speak(ui, course, rect, ("news2", &spoken));
}

/// `7`, or `5 to 9` where parts are missing.
pub(super) fn total_words(it: &WarningAt) -> String {
    let (least, most) = (it.total.least, it.total.greatest);
    if least < most {
        format!("{least:.0} to {most:.0}")
    } else {
        format!("{least:.0}")
    }
}

/// The risk in a word or two; the whole sentence stands in the result column.
fn band_word(it: &WarningAt) -> &'static str {
    let word = |says: &&str| match says {
        it if it.contains("low-medium clinical risk") => "low-medium",
        it if it.contains("low clinical risk") => "low",
        it if it.contains("medium clinical risk") => "medium",
        _ => "high",
    };
    match it.says.as_slice() {
        [one] => match word(one) {
            "low" => "low risk",
            "low-medium" => "low to medium",
            "medium" => "medium risk",
            _ => "high risk",
        },
        [] => "",
        _ => "parts missing",
    }
}

/// The answer of the model for series as it was at each hour.
pub(super) fn running_ui(ui: &mut Ui, course: &Course<'_>, commands: &mut Vec<Command>) {
    let tokens = course.scene.tokens;
    let state = course.scene.state;
    let reading = &course.item.reading;
    let (rect, plot) = strip(ui, course);
    let painter = ui.painter().clone();
    let manifest = reading
        .model
        .as_ref()
        .or_else(|| state.model_for(Kind::Series));
    let Some(manifest) = manifest else {
        names_ui(&painter, course, rect, ("Network", "not installed"));
        let words = "No model for series is installed: put a bundle into the models folder, or train one with Ctrl T";
        let words = if state.are_models_loading() {
            "Loading and testing the models…"
        } else {
            words
        };
        said_ui(ui, course, plot, words);
        return;
    };
    let label = reading
        .label
        .and_then(|it| manifest.labels.get(it.0))
        .or_else(|| manifest.labels.first());
    let name = label.map_or("answer", |it| it.name.as_str());
    names_ui(
        &painter,
        course,
        rect,
        (&words::sentence_case(name), &manifest.name),
    );
    let Some(running) = course.item.running() else {
        waiting_ui(ui, course, plot, commands);
        return;
    };
    let y = |share: f32| plot.bottom() - plot.height() * share;
    frame_ui(
        &painter,
        course,
        plot,
        &[(y(0.0), "0 %".to_owned()), (y(1.0), "100 %".to_owned())],
    );
    let point = label.and_then(|it| it.operating_point.as_ref());
    if let Some(point) = point {
        dashed(&painter, course, plot, y(point.threshold));
    }
    let inside = painter.with_clip_rect(plot.expand(2.0));
    let answers = running.answers.iter();
    let line = answers.map(|it| pos2(course.axis.place(it.hours as f64), y(it.probability)));
    inside.line(line.collect(), Stroke::new(1.6, tokens.amber));
    let then = course.at.ceil().max(1.0);
    let answers = running.answers.iter();
    let mut known = answers.take_while(|it| it.hours as f64 <= then);
    let Some(then) = known.by_ref().last() else {
        return number_ui(&painter, course, rect, (&words::nothing(), "not yet"));
    };
    let at = pos2(course.axis.place(then.hours as f64), y(then.probability));
    inside.circle_filled(at, 3.0, tokens.amber);
    let side = point.map_or("", |it| side_words(it, then.probability));
    let share = percent(then.probability);
    number_ui(&painter, course, rect, (&share, side));
    let name = words::sentence_case(name);
    let spoken = format!("{name} at hour {}: {share}, {side}", then.hours);
    speak(ui, course, rect, ("running", &spoken));
}

fn side_words(point: &OperatingPoint, probability: f32) -> &'static str {
    if point.threshold <= probability {
        "above its point"
    } else {
        "below its point"
    }
}

/// A threshold.
fn dashed(painter: &Painter, course: &Course<'_>, plot: Rect, y: f32) {
    let stroke = Stroke::new(1.0, course.scene.tokens.text.gamma_multiply(0.5));
    let ends = [pos2(plot.left(), y), pos2(plot.right(), y)];
    painter.extend(Shape::dashed_line(&ends, stroke, 4.0, 4.0));
}

/// Not asked yet, on its way, or failed.
fn waiting_ui(ui: &mut Ui, course: &Course<'_>, plot: Rect, commands: &mut Vec<Command>) {
    let reading = &course.item.reading;
    let words = match (&reading.prediction, &reading.running) {
        (_, Loading::Failed(failure)) | (Loading::Failed(failure), _) => failure.headline.clone(),
        (Loading::Waiting(_), _) => "Scoring…".to_owned(),
        (_, Loading::Waiting(id)) => match course.scene.progress.get(id) {
            Some((done, total)) => {
                format!("Answering hour by hour… {done} of {total}; Esc stops it")
            }
            None => "Answering hour by hour…".to_owned(),
        },
        _ => {
            let place = Rect::from_center_size(plot.center(), vec2(180.0, 30.0));
            let mut child = ui.new_child(
                egui::UiBuilder::new()
                    .max_rect(place)
                    .id_salt("score the course"),
            );
            let button = Button::new("Score the course").key("Space");
            if button
                .width(180.0)
                .show(&mut child, course.scene.tokens)
                .clicked()
            {
                commands.push(Command::Act(Action::Score));
            }
            return;
        }
    };
    said_ui(ui, course, plot, &words);
}

/// The place of a strip: the row, and its plot.
fn strip(ui: &mut Ui, course: &Course<'_>) -> (Rect, Rect) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let plot = Rect::from_x_y_ranges(course.axis.x, rect.top() + 5.0..=rect.bottom() - 5.0);
    (rect, plot)
}

/// Words in the place of a curve.
fn said_ui(ui: &Ui, course: &Course<'_>, plot: Rect, words: &str) {
    let tokens = course.scene.tokens;
    ui.painter()
        .rect_filled(plot, CornerRadius::ZERO, tokens.card);
    let mut job = egui::text::LayoutJob::simple(
        words.to_owned(),
        theme::regular(SMALL),
        tokens.muted,
        plot.width() - 24.0,
    );
    job.wrap.max_rows = 2;
    let galley = ui.painter().layout_job(job);
    let at =
        Align2::LEFT_CENTER.align_size_within_rect(galley.size(), plot.shrink2(vec2(12.0, 0.0)));
    ui.painter().galley(at.min, galley, tokens.muted);
    speak(ui, course, plot, (words, words));
}

fn speak(ui: &Ui, course: &Course<'_>, rect: Rect, (id, words): (&str, &str)) {
    let id = ui.scope_id().with((id, course.id.0));
    let names = Rect::from_x_y_ranges(course.x.min..=course.axis.x.min, rect.y_range());
    let response = ui.interact(names, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    response.on_hover_text(words);
}

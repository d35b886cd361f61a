//! The two strips over the plots: NEWS2 by its rules, and the running answer of the network. Beside each other, never
//! blended.

use egui::{
    Align2, CornerRadius, Painter, Rangef, Rect, Sense, Shape, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    controls::Button,
    course_ui::{Course, frame_ui, names_ui, number_ui},
    modules_ui::NEWS2,
    theme::{self, SMALL},
    words,
};
use crate::{
    prediction::OperatingPoint,
    render::caption::percent,
    session::{Action, Command, Kind, Loading, Risk, WarningAt, news2_risk, refusal, risk},
    words::{Part, Words},
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
    let words = course.scene.words;
    let lines = words.say("strip-news2");
    names_ui(&painter, course, rect, (NEWS2, &lines));
    if let Some(why) = refusal(words, course.scene.state.age_years()) {
        said_ui(ui, course, plot, &why);
        return;
    }
    let y = |total: f32| plot.bottom() - plot.height() * total / MOST;
    // The two lines are too near to each other for two numbers.
    let ticks = [EMERGENCY, MOST].map(|it| (y(it), format!("{it:.0}")));
    frame_ui(&painter, course, plot, &ticks);
    if course.item.warnings.is_empty() {
        said_ui(ui, course, plot, &words.say("strip-news2-none"));
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
    let number = then.map_or_else(words::nothing, |it| total_words(words, it));
    let band = then.map_or_else(|| words.say("news2-not-known"), |it| band_word(words, it));
    number_ui(&painter, course, rect, (&number, &band));
    let hour = hour.to_string();
    let hour = ("hour", Part::from(&hour));
    let spoken = match then {
        Some(it) => {
            let risks = it.says.iter().map(|it| news2_risk(words, it));
            let risks = risks.collect::<Vec<_>>().join(&words.say("news2-or"));
            let parts = [
                hour,
                ("points", (&number).into()),
                ("risk", (&risks).into()),
            ];
            words.say_with("spoken-news2", &parts)
        }
        None => words.say_with("spoken-news2-unknown", &[hour]),
    };
    speak(ui, course, rect, ("news2", &spoken));
}

/// `7`, or `5 to 9` where parts are missing.
pub(super) fn total_words(words: &Words, it: &WarningAt) -> String {
    let (least, most) = (
        format!("{:.0}", it.total.least),
        format!("{:.0}", it.total.greatest),
    );
    if it.total.least < it.total.greatest {
        words.say_with(
            "span",
            &[("low", (&least).into()), ("high", (&most).into())],
        )
    } else {
        least
    }
}

/// The risk in a word or two; the whole sentence stands in the result column.
fn band_word(words: &Words, it: &WarningAt) -> String {
    match it.says.as_slice() {
        [one] => match risk(one) {
            Risk::Low => words.say("risk-low"),
            Risk::LowMedium => words.say("risk-low-medium"),
            Risk::Medium => words.say("risk-medium"),
            Risk::High => words.say("risk-high"),
        },
        [] => String::new(),
        _ => words.say("risk-open"),
    }
}

/// The answer of the model for series as it was at each hour.
pub(super) fn running_ui(ui: &mut Ui, course: &Course<'_>, commands: &mut Vec<Command>) {
    let tokens = course.scene.tokens;
    let (state, words) = (course.scene.state, course.scene.words);
    let reading = &course.item.reading;
    let (rect, plot) = strip(ui, course);
    let painter = ui.painter().clone();
    let manifest = reading
        .model
        .as_ref()
        .or_else(|| state.model_for(Kind::Series));
    let Some(manifest) = manifest else {
        let (name, none) = (
            words.say("strip-network"),
            words.say("module-not-installed"),
        );
        names_ui(&painter, course, rect, (&name, &none));
        let said = if state.are_models_loading() {
            words.say("models-testing")
        } else {
            let key = state.press_words(Action::Train);
            words.say_with("strip-no-model", &[("key", (&key).into())])
        };
        said_ui(ui, course, plot, &said);
        return;
    };
    let label = reading
        .label
        .and_then(|it| manifest.labels.get(it.0))
        .or_else(|| manifest.labels.first());
    let answer = words.say("strip-answer");
    let name = label.map_or(answer.as_str(), |it| it.name.as_str());
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
        let not_yet = words.say("not-yet");
        return number_ui(&painter, course, rect, (&words::nothing(), &not_yet));
    };
    let at = pos2(course.axis.place(then.hours as f64), y(then.probability));
    inside.circle_filled(at, 3.0, tokens.amber);
    let side = point.map_or_else(String::new, |it| side_words(words, it, then.probability));
    let share = percent(then.probability);
    number_ui(&painter, course, rect, (&share, &side));
    let name = words::sentence_case(name);
    let hour = then.hours.to_string();
    let parts = [
        ("label", Part::from(&name)),
        ("hour", Part::from(&hour)),
        ("share", Part::from(&share)),
        ("side", Part::from(&side)),
    ];
    let spoken = words.say_with("spoken-running", &parts);
    speak(ui, course, rect, ("running", &spoken));
}

fn side_words(words: &Words, point: &OperatingPoint, probability: f32) -> String {
    if point.threshold <= probability {
        words.say("strip-above")
    } else {
        words.say("strip-below")
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
    let words = course.scene.words;
    let said = match (&reading.prediction, &reading.running) {
        (_, Loading::Failed(failure)) | (Loading::Failed(failure), _) => failure.headline.clone(),
        (Loading::Waiting(_), _) => words.say("scoring"),
        (_, Loading::Waiting(id)) => match course.scene.progress.get(id) {
            Some((done, total)) => {
                let parts = [("done", (*done).into()), ("total", (*total).into())];
                words.say_with("strip-answering-of", &parts)
            }
            None => words.say("strip-answering"),
        },
        _ => {
            let place = Rect::from_center_size(plot.center(), vec2(180.0, 30.0));
            let mut child = ui.new_child(
                egui::UiBuilder::new()
                    .max_rect(place)
                    .id_salt("score the course"),
            );
            let score = words.say("strip-score");
            let button = Button::new(&score);
            let key = course.scene.key(Action::Score);
            if button
                .key(&key)
                .width(180.0)
                .show(&mut child, course.scene.tokens)
                .clicked()
            {
                commands.push(Command::Act(Action::Score));
            }
            return;
        }
    };
    said_ui(ui, course, plot, &said);
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

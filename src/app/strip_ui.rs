//! The strip under the viewport: windows on the left, influence on the right, and a line of frames for a stack.

use egui::{
    Align, Color32, ComboBox, Frame, Layout, Margin, Panel, RichText, Slider, TextStyle, Ui,
    WidgetInfo, accesskit::Role,
};

use super::{
    Scene,
    controls::Button,
    menu::menu_ui,
    over_ui::over_menu_ui,
    scan_ui::window_names,
    theme::{self, SMALL, STRIP},
    words,
};
use crate::{
    case::Samples,
    prediction::{LabelIdx, Method},
    session::{Action, Asked, Command, ItemId, ScanItem, Tool},
};

/// Below this width of the strip, in points, the names of the keys give way; the keys still work.
const NARROW: f32 = 620.0;

const MEASURE: [Option<Action>; 10] = [
    Some(Action::Measure(Tool::Length)),
    Some(Action::Measure(Tool::Angle)),
    Some(Action::Measure(Tool::Rectangle)),
    Some(Action::Measure(Tool::Ellipse)),
    Some(Action::Measure(Tool::Probe)),
    Some(Action::Measure(Tool::Arrow)),
    None,
    Some(Action::Undo),
    Some(Action::Redo),
    Some(Action::RemoveMark),
];
const VIEW: [Option<Action>; 21] = [
    Some(Action::Invert),
    Some(Action::TurnRight),
    Some(Action::TurnLeft),
    Some(Action::FlipAcross),
    Some(Action::FlipDown),
    Some(Action::ResetView),
    None,
    Some(Action::Magnify),
    Some(Action::Play),
    None,
    Some(Action::NextLayout),
    Some(Action::TogglePlanes),
    Some(Action::ComparePrior),
    Some(Action::LinkViewports),
    None,
    Some(Action::ToggleTexts),
    Some(Action::ToggleOvers),
    None,
    Some(Action::NextFinding),
    Some(Action::NextMapForm),
    Some(Action::ToggleRawMap),
];

/// Draws the strip; it belongs to the scan in the middle.
pub(super) fn strip_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (id, scan): (ItemId, &ScanItem),
    commands: &mut Vec<Command>,
) {
    let frame = Frame::new().inner_margin(Margin::symmetric(8, 5));
    Panel::bottom("strip")
        .exact_size(STRIP)
        .frame(frame)
        .show_separator_line(false)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                windows_ui(ui, scene, scan, commands);
                let asked = scan.asked(id);
                if asked.prediction.is_none() {
                    return;
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    influence_ui(ui, scene, &asked, commands)
                });
            });
        });
    let slice = scene.state.position(id);
    if 1 < slice.1 {
        let is_one_file = scan.scan.n_frames() == slice.1;
        slices_ui(ui, scene, (slice, is_one_file), commands);
    }
}

fn windows_ui(ui: &mut Ui, scene: &Scene<'_>, scan: &ScanItem, commands: &mut Vec<Command>) {
    let view = &scan.view;
    let is_narrow = ui.max_rect().width() < NARROW;
    let mut chip = |ui: &mut Ui, words: &str, action: Action, is_selected: bool| {
        let key = if is_narrow {
            String::new()
        } else {
            scene.key(action)
        };
        let chip = Button::new(words)
            .quiet()
            .tight()
            .key(&key)
            .selected(is_selected)
            .show(ui, scene.tokens);
        if chip
            .on_hover_text(action.words(scene.words).tooltip)
            .clicked()
        {
            commands.push(Command::Act(action));
        }
    };
    let words = scene.words;
    let names = window_names(words, scan);
    let is_gray = matches!(scan.pyramid().frame().samples, Samples::Gray(_));
    if is_gray {
        chip(
            ui,
            &words.say("strip-auto"),
            Action::AutoWindow,
            view.window.name.as_deref() == Some("auto"),
        );
        let chosen = |number: u8| is_chosen(scan, number);
        if names.len() <= 2 {
            for (number, name) in &names {
                chip(ui, name, Action::Window(*number), chosen(*number));
            }
        }
    }
    if scene.state.crop_side_mm().is_some() {
        let point = words.say("strip-point");
        chip(ui, &point, Action::PointAt, scene.state.is_pointing);
    }
    if 2 < names.len() {
        presets_ui(ui, scene, (scan, &names), commands);
    }
    let view = words.say("strip-view");
    if is_narrow {
        let both: Vec<Option<Action>> = MEASURE.into_iter().chain([None]).chain(VIEW).collect();
        menu_ui(ui, scene, &view, &both, commands);
    } else {
        menu_ui(ui, scene, &words.say("strip-measure"), &MEASURE, commands);
        menu_ui(ui, scene, &view, &VIEW, commands);
    }
    over_menu_ui(ui, scene, scan, commands);
}

/// Whether grey values are shown as a digit key has them shown.
fn is_chosen(scan: &ScanItem, number: u8) -> bool {
    let look = scan.presets().get(usize::from(number) - 1);
    look.is_some_and(|it| *it == scan.view.look())
}

fn presets_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (scan, names): (&ScanItem, &[(u8, String)]),
    commands: &mut Vec<Command>,
) {
    let now = words::look_name(scene.words, &scan.view.look());
    let now = now.unwrap_or_else(|| scene.words.say("strip-by-hand"));
    let chooser = ComboBox::from_id_salt("window")
        .selected_text(now)
        .width(110.0)
        .truncate();
    let shown = chooser.show_ui(ui, |ui| {
        for (number, name) in names {
            let is_chosen = is_chosen(scan, *number);
            if ui
                .selectable_label(is_chosen, format!("{name}  {number}"))
                .clicked()
            {
                commands.push(Command::Act(Action::Window(*number)));
            }
        }
    });
    let name = scene.words.say("strip-window");
    shown
        .response
        .on_hover_text(scene.words.say("strip-window-tip"))
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
}

/// Drawn from the right end: strength, method, label, on or off.
fn influence_ui(ui: &mut Ui, scene: &Scene<'_>, asked: &Asked<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    let mut opacity = state.settings.overlay_opacity;
    ui.spacing_mut().slider_width = 64.0;
    // The names of the methods come first: one that is cut cannot be read.
    let of_method = method_width(ui, asked);
    if 250.0 + of_method + 64.0 < ui.available_width() {
        let slider = ui.add(Slider::new(&mut opacity, 0.05..=1.0).show_value(false));
        let slider = slider.on_hover_text(scene.words.say("strip-strength-tip"));
        let name = scene.words.say("strip-strength");
        slider.widget_info(|| WidgetInfo::slider(true, f64::from(opacity), &name));
        if slider.changed() {
            commands.push(Command::SetOpacity(opacity));
        }
    }
    method_ui(ui, scene, (asked, of_method), commands);
    let width = (ui.available_width() - 140.0).clamp(40.0, 130.0);
    label_ui(ui, scene, (asked, width), commands);
    let shown = Button::new(&scene.words.say("strip-overlay"))
        .quiet()
        .tight()
        .key(&scene.key(Action::ToggleOverlay))
        .selected(state.is_overlay_shown)
        .show(ui, scene.tokens);
    let tip = scene.words.say("strip-overlay-tip");
    if shown.on_hover_text(tip).clicked() {
        commands.push(Command::Act(Action::ToggleOverlay));
    }
}

/// The label whose influence is shown.
pub(super) fn label_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (asked, width): (&Asked<'_>, f32),
    commands: &mut Vec<Command>,
) {
    let Some(manifest) = &asked.reading.model else {
        return;
    };
    let label = asked
        .reading
        .label
        .and_then(|it| manifest.labels.get(it.0))
        .map(|it| it.name.as_str());
    let none = scene.words.say("strip-no-label");
    let chooser = ComboBox::from_id_salt("label")
        .selected_text(words::fitted(
            words::sentence_case(label.unwrap_or(&none)),
            width,
        ))
        .width(width)
        .truncate();
    let shown = chooser.show_ui(ui, |ui| {
        for (idx, it) in manifest.labels.iter().enumerate() {
            if ui
                .selectable_label(
                    Some(it.name.as_str()) == label,
                    words::sentence_case(&it.name),
                )
                .clicked()
            {
                commands.push(Command::ChooseLabel(asked.item, LabelIdx(idx)));
            }
        }
    });
    let response = shown
        .response
        .on_hover_text(scene.words.say("strip-label-tip"));
    let name = scene.words.say("strip-label");
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
}

/// Room for the longest name among the methods that the model offers.
pub(super) fn method_width(ui: &Ui, asked: &Asked<'_>) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let width = |it: Method| {
        let name = words::capital(it.name());
        let galley = ui
            .painter()
            .layout_no_wrap(name, font.clone(), Color32::PLACEHOLDER);
        galley.size().x
    };
    let arrow = ui.spacing().icon_width + ui.spacing().icon_spacing;
    methods(asked).into_iter().map(width).fold(60.0, f32::max) + arrow + 2.0
}

fn methods(asked: &Asked<'_>) -> Vec<Method> {
    asked
        .reading
        .model
        .as_ref()
        .map_or_else(Vec::new, |it| it.methods())
}

/// The method of explanation.
pub(super) fn method_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (asked, width): (&Asked<'_>, f32),
    commands: &mut Vec<Command>,
) {
    let method = asked.reading.method.map(Method::name);
    let method = method.map_or_else(|| scene.words.say("strip-no-method"), words::capital);
    let chooser = ComboBox::from_id_salt("method")
        .selected_text(words::capital(&method))
        .width(width)
        .truncate();
    let shown = chooser.show_ui(ui, |ui| {
        for it in &methods(asked) {
            if ui
                .selectable_label(Some(*it) == asked.reading.method, words::capital(it.name()))
                .clicked()
            {
                commands.push(Command::ChooseMethod(asked.item, *it));
            }
        }
    });
    let response = shown
        .response
        .on_hover_text(scene.words.say("strip-method-tip"));
    let name = scene.words.say("strip-method");
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
}

fn slices_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    ((at, n_slices), is_one_file): ((usize, usize), bool),
    commands: &mut Vec<Command>,
) {
    let frame = Frame::new().inner_margin(Margin::symmetric(14, 2));
    Panel::bottom("frames")
        .exact_size(30.0)
        .frame(frame)
        .show_separator_line(false)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let mut number = at + 1;
                let parts = [("number", number.into()), ("all", n_slices.into())];
                let told = if is_one_file {
                    scene.words.say_with("strip-frame-of", &parts)
                } else {
                    scene.words.say_with("strip-slice-of", &parts)
                };
                let text = RichText::new(told)
                    .font(theme::regular(SMALL))
                    .color(scene.tokens.muted);
                ui.label(text);
                ui.spacing_mut().slider_width = ui.available_width();
                let slider = ui.add(Slider::new(&mut number, 1..=n_slices).show_value(false));
                let slider = slider.on_hover_text(scene.words.say("strip-frame-tip"));
                let name = scene.words.say("strip-frame");
                slider.widget_info(|| WidgetInfo::slider(true, number as f64, &name));
                if slider.changed() {
                    commands.push(Command::ShowSlice(number.saturating_sub(1)));
                }
            });
        });
}

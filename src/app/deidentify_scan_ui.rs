//! The picture of a de-identified copy with its covers, which a person ticks off or draws, and what changes in its header.

use egui::{
    Color32, CornerRadius, CursorIcon, Panel, PointerButton, Pos2, Rect as Area, Response,
    RichText, ScrollArea, Sense, Slider, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role,
    pos2, vec2,
};

use super::{
    Scene,
    controls::{focus_frame, muted, section},
    deidentify_ui::{list, tick_ui},
    pictures::Pictures,
    place::{self, Place},
    scan_ui,
    theme::{self, AMBER_ON_PICTURE, BLUE_ON_PICTURE, BODY, ON_PICTURE, SMALL},
};
use crate::{
    deid::dicom::{Change, Rect},
    privacy::Phi,
    session::{Command, CoverChoice, DeidentifyCommand, ItemId, ScanDraft, ScanItem},
    words::{Part, Words},
};

/// Height of an attribute: its name, and its value before and after.
const ROW: f32 = 42.0;
/// A drag shorter than this, in pixels of the scan, is a click.
const SHORTEST: usize = 3;

/// Draws the picture as the copy will have it and listens to the mouse over it.
pub(super) fn picture_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (id, scan, draft): (ItemId, &ScanItem, Option<&ScanDraft>),
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    frames_ui(ui, scene, scan, commands);
    let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::empty());
    let rect = place::on_pixels(rect, ui.pixels_per_point());
    let response = ui.interact(
        rect,
        egui::Id::unique("deidentified"),
        Sense::click_and_drag(),
    );
    let place = Place::new(rect, ui.pixels_per_point(), scan);
    let painter = ui.painter_at(rect);
    let seen = (response.id, place.rect);
    pictures.paint(&painter, seen, (id, scan), place.pose(), None);
    let n_frames = scan.scan.n_frames();
    let mouse = scene.state.settings.mouse.mouse();
    scan_ui::wheel(ui, &response, &place, (mouse, n_frames), commands);
    let spoken = scene.words.say("deid-picture");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let Some(draft) = draft else { return };
    for mask in &draft.by_rule {
        let area = area(&place, mask.rect);
        painter.rect_filled(area, CornerRadius::ZERO, Color32::BLACK);
        let stroke = Stroke::new(1.0, ON_PICTURE);
        painter.rect_stroke(area, CornerRadius::ZERO, stroke, StrokeKind::Inside);
    }
    let under = response
        .hover_pos()
        .and_then(|at| cover_at(&place, draft, at));
    for (idx, choice) in draft.covers.iter().enumerate() {
        cover_ui(
            &painter,
            area(&place, choice.cover.rect),
            choice,
            under == Some(idx),
        );
    }
    listen(ui, &response, &place, under, commands);
    let hint = scene.words.say("deid-hint");
    let at = rect.left_bottom() + vec2(12.0, -10.0);
    let font = theme::regular(SMALL);
    painter.text(at, egui::Align2::LEFT_BOTTOM, hint, font, ON_PICTURE);
    focus_frame(&painter, &response, BLUE_ON_PICTURE);
}

/// Black where it covers; beneath the pointer only its edge, so that what is covered can be seen.
fn cover_ui(painter: &egui::Painter, area: Area, choice: &CoverChoice, is_under: bool) {
    if choice.is_on && !is_under {
        painter.rect_filled(area, CornerRadius::ZERO, Color32::BLACK);
    }
    let corners = [
        area.left_top(),
        area.right_top(),
        area.right_bottom(),
        area.left_bottom(),
        area.left_top(),
    ];
    let width = if is_under { 2.0 } else { 1.0 };
    if choice.is_on {
        let stroke = Stroke::new(width, AMBER_ON_PICTURE);
        painter.rect_stroke(area, CornerRadius::ZERO, stroke, StrokeKind::Outside);
    } else {
        let stroke = Stroke::new(width, ON_PICTURE);
        painter.extend(egui::Shape::dashed_line(&corners, stroke, 4.0, 3.0));
    }
}

/// The frame, where there are several: all of them want to be looked at.
fn frames_ui(ui: &mut Ui, scene: &Scene<'_>, scan: &ScanItem, commands: &mut Vec<Command>) {
    let n_frames = scan.scan.n_frames();
    if n_frames < 2 {
        return;
    }
    let frame = egui::Frame::new()
        .fill(scene.tokens.background)
        .inner_margin(egui::Margin::symmetric(16, 6));
    Panel::bottom("frames").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            let mut number = scan.view.frame_idx + 1;
            let name = scene.words.say_with(
                "deid-frame",
                &[
                    ("n", Part::Number(number as u64)),
                    ("all", Part::Number(n_frames as u64)),
                ],
            );
            muted(ui, scene.tokens, &name);
            ui.spacing_mut().slider_width = ui.available_width() - 16.0;
            let slider = ui.add(Slider::new(&mut number, 1..=n_frames).show_value(false));
            slider.widget_info(|| WidgetInfo::slider(true, number as f64, &name));
            if slider.changed() {
                commands.push(Command::ShowFrame(number - 1));
            }
        });
    });
}

/// A click ticks a cover, a left drag draws one; middle or shift drag moves the picture.
fn listen(
    ui: &Ui,
    response: &Response,
    place: &Place,
    under: Option<usize>,
    commands: &mut Vec<Command>,
) {
    let is_shifted = ui.input(|it| it.modifiers.shift);
    let is_moved = response.dragged_by(PointerButton::Middle)
        || response.dragged_by(PointerButton::Primary) && is_shifted;
    if is_moved && response.drag_delta() != Vec2::ZERO {
        let share = place.share_of(response.drag_delta());
        commands.push(Command::Pan {
            x: share.x,
            y: share.y,
        });
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        return;
    }
    if let (true, Some(idx)) = (response.clicked(), under) {
        let tick = DeidentifyCommand::TickCover(idx);
        commands.push(Command::OnDeidentify(tick));
    }
    if let Some((from, to)) = dragged(ui, response).filter(|_| !is_shifted) {
        let stroke = Stroke::new(1.5, AMBER_ON_PICTURE);
        let area = Area::from_two_pos(from, to);
        let painter = ui.painter_at(place.rect);
        painter.rect_stroke(area, CornerRadius::ZERO, stroke, StrokeKind::Inside);
        if response.drag_stopped() {
            let draw = drawn(place, from, to).map(DeidentifyCommand::Draw);
            commands.extend(draw.map(Command::OnDeidentify));
        }
    }
    if response.contains_pointer() {
        let icon = if under.is_some() {
            CursorIcon::PointingHand
        } else {
            CursorIcon::Crosshair
        };
        ui.ctx().set_cursor_icon(icon);
    }
}

/// Where a left drag began and where it is. egui forgets the beginning in the frame that ends it.
fn dragged(ui: &Ui, response: &Response) -> Option<(Pos2, Pos2)> {
    let id = response.id.with("from");
    if response.drag_started_by(PointerButton::Primary) {
        let origin = ui.input(|it| it.pointer.press_origin())?;
        ui.data_mut(|it| it.insert_temp(id, origin));
    }
    let is_left = response.dragged_by(PointerButton::Primary)
        || response.drag_stopped_by(PointerButton::Primary);
    let from = ui.data(|it| it.get_temp(id)).filter(|_| is_left)?;
    Some((from, response.interact_pointer_pos()?))
}

/// The pixels of the scan between two points on screen, as far as the scan reaches; `None` for a click.
fn drawn(place: &Place, from: Pos2, to: Pos2) -> Option<Rect> {
    let pixels = |at: Pos2| {
        let (x, y) = place.share_from_ui(at);
        pos2(
            (x * place.size.0).clamp(0.0, place.size.0),
            (y * place.size.1).clamp(0.0, place.size.1),
        )
    };
    let area = Area::from_two_pos(pixels(from), pixels(to));
    let (x, y) = (area.left().floor() as usize, area.top().floor() as usize);
    let rect = Rect {
        x,
        y,
        width: area.right().ceil() as usize - x,
        height: area.bottom().ceil() as usize - y,
    };
    (SHORTEST <= rect.width && SHORTEST <= rect.height).then_some(rect)
}

/// The smallest cover at a point on screen.
fn cover_at(place: &Place, draft: &ScanDraft, at: Pos2) -> Option<usize> {
    let covers = draft.covers.iter().enumerate();
    covers
        .filter(|(_, it)| area(place, it.cover.rect).expand(3.0).contains(at))
        .min_by_key(|(_, it)| it.cover.rect.width * it.cover.rect.height)
        .map(|(idx, _)| idx)
}

/// Where a rectangle of pixels lies on screen.
fn area(place: &Place, rect: Rect) -> Area {
    let (left, top) = (rect.x as f32, rect.y as f32);
    let (right, bottom) = ((rect.x + rect.width) as f32, (rect.y + rect.height) as f32);
    Area::from_two_pos(
        place.ui_from_scan((left, top)),
        place.ui_from_scan((right, bottom)),
    )
}

/// The covers to tick, and the header as it changes.
pub(super) fn lists_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    draft: &ScanDraft,
    commands: &mut Vec<Command>,
) {
    let (words, tokens) = (scene.words, scene.tokens);
    section(ui, tokens, &words.say("deid-covers"));
    if draft.covers.is_empty() && draft.by_rule.is_empty() {
        muted(ui, tokens, &words.say("deid-no-covers"));
    }
    if !draft.by_rule.is_empty() {
        let n = ("n", Part::Number(draft.by_rule.len() as u64));
        muted(ui, tokens, &words.say_with("deid-by-rule", &[n]));
    }
    let height = (ui.available_height() * 0.4).max(120.0);
    list(ui, ("covers", height), |ui| {
        for (idx, choice) in draft.covers.iter().enumerate() {
            let (name, below) = cover_words(words, choice);
            if ui
                .push_id(idx, |ui| tick_ui(ui, scene, choice.is_on, (&name, &below)))
                .inner
            {
                let tick = DeidentifyCommand::TickCover(idx);
                commands.push(Command::OnDeidentify(tick));
            }
        }
    });
    ui.add_space(10.0);
    section(ui, tokens, &words.say("deid-header"));
    let n = ("n", Part::Number(draft.changes.len() as u64));
    muted(ui, tokens, &words.say_with("deid-changes", &[n]));
    let height = ui.available_height().max(240.0);
    ScrollArea::vertical()
        .id_salt("changes")
        .max_height(height)
        .auto_shrink(false)
        .show_rows(ui, ROW, draft.changes.len(), |ui, shown| {
            for change in draft.changes.get(shown).unwrap_or_default() {
                change_ui(ui, scene, change);
            }
        });
}

/// What a cover hides, and why it is there.
fn cover_words(words: &Words, choice: &CoverChoice) -> (String, String) {
    // For the person who decides.
    let text = choice.cover.text.reveal().trim();
    let name = match (choice.is_drawn, text.is_empty()) {
        (true, _) => words.say("deid-drawn"),
        (false, true) => words.say("deid-unread"),
        (false, false) => text.to_owned(),
    };
    let Rect {
        x,
        y,
        width,
        height,
    } = choice.cover.rect;
    let place = format!("{width} \u{D7} {height} px, {x}, {y}");
    let below = if choice.cover.is_marker {
        format!("{} \u{B7} {place}", words.say("deid-marker"))
    } else {
        place
    };
    (name, below)
}

fn change_ui(ui: &mut Ui, scene: &Scene<'_>, change: &Change) {
    let (words, tokens) = (scene.words, scene.tokens);
    let (rect, response) = ui.allocate_exact_size(
        vec2(ui.available_width(), ROW - 2.0),
        Sense::focusable_noninteractive(),
    );
    let value = |it: &Option<Phi<String>>, missing: String| match it {
        None => missing,
        // For the person who decides.
        Some(it) if it.reveal().is_empty() => words.say("deid-empty"),
        Some(it) => it.reveal().replace('\n', " "),
    };
    let before = value(&change.before, words.say("deid-none"));
    let after = value(&change.after, words.say("deid-gone"));
    let line = format!("{before}  \u{2192}  {after}");
    for (text, font, color, top) in [
        (&change.attribute, theme::semibold(SMALL), tokens.text, 3.0),
        (&line, theme::regular(BODY), tokens.muted, 20.0),
    ] {
        let mut job = egui::text::LayoutJob::simple_singleline(text.clone(), font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
        let galley = ui.painter().layout_job(job);
        ui.painter()
            .galley(rect.left_top() + vec2(0.0, top), galley, color);
    }
    let stroke = Stroke::new(1.0, tokens.line);
    ui.painter().hline(rect.x_range(), rect.bottom(), stroke);
    let spoken = format!("{}: {line}", change.attribute);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &spoken));
    focus_frame(ui.painter(), &response, tokens.blue);
    response.on_hover_ui(|ui| {
        ui.set_max_width(420.0);
        ui.label(RichText::new(&change.attribute).font(theme::semibold(BODY)));
        ui.label(&line);
    });
}

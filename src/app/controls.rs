//! The few controls that everything is made of, drawn to the design: buttons with their key, cards, bars, heads.

use egui::{
    Align2, Color32, CornerRadius, Frame, InnerResponse, Label, Margin, Painter, Rect, Response,
    RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::theme::{self, BODY, CONTROL, RADIUS, SECTION, SECTION_SPACING, SMALL, Tokens};

/// How loud a button is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loudness {
    /// Amber: the one primary action on screen.
    Primary,
    Normal,
    /// No frame until the pointer is on it.
    Quiet,
}

/// A button with an optional key beside its words.
pub(super) struct Button<'a> {
    pub(super) words: &'a str,
    pub(super) key: &'a str,
    pub(super) loudness: Loudness,
    pub(super) is_selected: bool,
    pub(super) is_enabled: bool,
    /// 0 for as wide as its words.
    pub(super) width: f32,
    pub(super) padding: f32,
}

impl<'a> Button<'a> {
    /// A normal button.
    pub(super) const fn new(words: &'a str) -> Self {
        Self {
            words,
            key: "",
            loudness: Loudness::Normal,
            is_selected: false,
            is_enabled: true,
            width: 0.0,
            padding: 12.0,
        }
    }

    /// With the key that does the same.
    pub(super) const fn key(self, key: &'a str) -> Self {
        Self { key, ..self }
    }

    /// The primary action.
    pub(super) const fn primary(self) -> Self {
        Self {
            loudness: Loudness::Primary,
            ..self
        }
    }

    /// Without a frame.
    pub(super) const fn quiet(self) -> Self {
        Self {
            loudness: Loudness::Quiet,
            ..self
        }
    }

    /// Chosen among several.
    pub(super) const fn selected(self, is_selected: bool) -> Self {
        Self {
            is_selected,
            ..self
        }
    }

    /// With less room round its words.
    pub(super) const fn tight(self) -> Self {
        Self {
            padding: 6.0,
            ..self
        }
    }

    /// At least this wide.
    pub(super) const fn width(self, width: f32) -> Self {
        Self { width, ..self }
    }

    /// Draws it.
    pub(super) fn show(self, ui: &mut Ui, tokens: &Tokens) -> Response {
        const GAP: f32 = 8.0;
        let font = if self.loudness == Loudness::Primary {
            theme::semibold(BODY)
        } else {
            theme::regular(BODY)
        };
        let words = ui
            .painter()
            .layout_no_wrap(self.words.to_owned(), font, Color32::PLACEHOLDER);
        let key = ui.painter().layout_no_wrap(
            self.key.to_owned(),
            theme::regular(SECTION),
            Color32::PLACEHOLDER,
        );
        let key_width = if self.key.is_empty() {
            0.0
        } else {
            GAP + key.size().x + 8.0
        };
        let content = words.size().x + key_width;
        let size = vec2((content + 2.0 * self.padding).max(self.width), CONTROL);
        let sense = if self.is_enabled {
            Sense::click()
        } else {
            Sense::hover()
        };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, self.is_enabled, self.is_selected, self.words)
        });
        if ui.is_rect_visible(rect) {
            let (fill, stroke, ink) = self.colors(&response, tokens);
            let painter = ui.painter();
            painter.rect(
                rect,
                CornerRadius::same(RADIUS),
                fill,
                Stroke::new(1.0, stroke),
                StrokeKind::Inside,
            );
            focus_ring(ui, &response, tokens);
            let left = rect.center().x - content / 2.0;
            painter.galley(
                pos2(left, rect.center().y - words.size().y / 2.0),
                words.clone(),
                ink,
            );
            if !self.key.is_empty() {
                let key_rect = Rect::from_min_size(
                    pos2(left + words.size().x + GAP, rect.center().y - 8.5),
                    vec2(key.size().x + 8.0, 17.0),
                );
                let faded = match self.loudness {
                    Loudness::Primary if self.is_enabled => theme::key_on_amber(tokens),
                    // What is under the pointer is too bright for quiet letters.
                    Loudness::Normal if response.hovered() => ink,
                    _ => tokens.muted,
                };
                let edge = if self.loudness == Loudness::Primary {
                    ink.gamma_multiply(0.35)
                } else {
                    tokens.line_strong
                };
                painter.rect_stroke(
                    key_rect,
                    CornerRadius::same(4),
                    Stroke::new(1.0, edge),
                    StrokeKind::Inside,
                );
                painter.galley(key_rect.center() - key.size() / 2.0, key.clone(), faded);
            }
        }
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    }

    fn colors(&self, response: &Response, tokens: &Tokens) -> (Color32, Color32, Color32) {
        let is_hot = response.hovered() && self.is_enabled;
        let ink = if self.is_enabled {
            tokens.text
        } else {
            tokens.faint
        };
        match self.loudness {
            Loudness::Primary if !self.is_enabled => {
                (tokens.raised, tokens.line_strong, tokens.faint)
            }
            Loudness::Primary => (
                if is_hot {
                    tokens.amber.gamma_multiply(0.92)
                } else {
                    tokens.amber
                },
                Color32::TRANSPARENT,
                tokens.on_amber,
            ),
            Loudness::Normal if self.is_selected => (tokens.raised, tokens.amber, tokens.amber),
            Loudness::Normal => (
                if is_hot {
                    tokens.line_strong
                } else {
                    tokens.raised
                },
                tokens.line_strong,
                ink,
            ),
            Loudness::Quiet if self.is_selected => (tokens.raised, tokens.line_strong, tokens.text),
            Loudness::Quiet => (
                if is_hot {
                    tokens.raised
                } else {
                    Color32::TRANSPARENT
                },
                Color32::TRANSPARENT,
                if is_hot { ink } else { tokens.muted },
            ),
        }
    }
}

/// One button for each choice; gives the one that was clicked.
pub(super) fn choices_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    tokens: &Tokens,
    choices: &[(T, String)],
    chosen: T,
) -> Option<T> {
    let is_reversed = ui.layout().prefer_right_to_left();
    let mut choices: Vec<&(T, String)> = choices.iter().collect();
    if is_reversed {
        choices.reverse();
    }
    let mut clicked = None;
    for (choice, name) in choices {
        let button = Button::new(name).quiet().selected(*choice == chosen);
        if button.show(ui, tokens).clicked() {
            clicked = Some(*choice);
        }
    }
    clicked
}

/// A line round what the keyboard is on.
pub(super) fn focus_ring(ui: &Ui, response: &Response, tokens: &Tokens) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, tokens.blue);
        ui.painter().rect_stroke(
            response.rect.expand(1.0),
            CornerRadius::same(RADIUS),
            stroke,
            StrokeKind::Outside,
        );
    }
}

/// The same inside the edge of what fills its place: nothing outside of it would be seen.
pub(super) fn focus_frame(painter: &Painter, response: &Response, color: Color32) {
    if response.has_focus() {
        painter.rect_stroke(
            response.rect.shrink(2.0),
            CornerRadius::ZERO,
            Stroke::new(1.5, color),
            StrokeKind::Inside,
        );
    }
}

/// Letter-spaced capitals over a group.
pub(super) fn section(ui: &mut Ui, tokens: &Tokens, words: &str) -> Response {
    let text = RichText::new(words.to_uppercase())
        .font(theme::regular(SECTION))
        .extra_letter_spacing(SECTION_SPACING)
        .color(tokens.muted);
    ui.add(Label::new(text).selectable(false))
}

/// Text in the size of the body.
pub(super) fn body(ui: &mut Ui, tokens: &Tokens, words: &str) -> Response {
    ui.add(
        Label::new(
            RichText::new(words)
                .font(theme::regular(BODY))
                .color(tokens.text),
        )
        .wrap(),
    )
}

/// Smaller, quieter text.
pub(super) fn muted(ui: &mut Ui, tokens: &Tokens, words: &str) -> Response {
    let text = RichText::new(words)
        .font(theme::regular(SMALL))
        .color(tokens.muted)
        .line_height(Some(17.0));
    ui.add(Label::new(text).wrap())
}

/// A head.
pub(super) fn head(ui: &mut Ui, tokens: &Tokens, words: &str) -> Response {
    ui.add(
        Label::new(
            RichText::new(words)
                .font(theme::semibold(theme::HEAD))
                .color(tokens.text),
        )
        .wrap(),
    )
}

/// Text in the heavier cut and any colour.
pub(super) fn strong(ui: &mut Ui, words: &str, size: f32, color: Color32) -> Response {
    ui.add(
        Label::new(
            RichText::new(words)
                .font(theme::semibold(size))
                .color(color),
        )
        .wrap(),
    )
}

/// A raised surface as wide as its place.
pub(super) fn card<R>(
    ui: &mut Ui,
    tokens: &Tokens,
    add: impl FnOnce(&mut Ui) -> R,
) -> InnerResponse<R> {
    Frame::new()
        .fill(tokens.card)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(14, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui)
        })
}

/// A share 0..1 as a bar, with a tick at the threshold.
pub(super) fn bar(
    ui: &mut Ui,
    tokens: &Tokens,
    share: f32,
    threshold: Option<f32>,
    color: Color32,
) {
    const HEIGHT: f32 = 6.0;
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT + 4.0), Sense::hover());
    let track = Rect::from_center_size(rect.center(), vec2(rect.width(), HEIGHT));
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(track, radius, tokens.line_strong);
    let width =
        (track.width() * share.clamp(0.0, 1.0)).max(if share <= 0.0 { 0.0 } else { HEIGHT });
    ui.painter().rect_filled(
        Rect::from_min_size(track.min, vec2(width, HEIGHT)),
        radius,
        color,
    );
    if let Some(threshold) = threshold {
        let x = track.left() + track.width() * threshold.clamp(0.0, 1.0);
        let tick = Rect::from_center_size(pos2(x, track.center().y), vec2(2.0, HEIGHT + 6.0));
        ui.painter()
            .rect_filled(tick.expand(1.0), CornerRadius::ZERO, tokens.card);
        ui.painter()
            .rect_filled(tick, CornerRadius::ZERO, tokens.text);
    }
}

/// A thin line that fills; without a share, a quiet full line.
pub(super) fn progress_line(ui: &mut Ui, tokens: &Tokens, share: Option<f32>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 2.0), Sense::hover());
    ui.painter()
        .rect_filled(rect, CornerRadius::ZERO, tokens.line_strong);
    let part = match share {
        Some(share) => Rect::from_min_size(rect.min, vec2(rect.width() * share, rect.height())),
        None => {
            // A third that wanders once in two seconds: something is going on, nobody knows how far.
            let place = (ui.input(|it| it.time) * 0.5).fract() as f32;
            let from =
                rect.left() + (rect.width() + rect.width() / 3.0) * place - rect.width() / 3.0;
            Rect::from_min_max(
                pos2(from, rect.top()),
                pos2(from + rect.width() / 3.0, rect.bottom()),
            )
            .intersect(rect)
        }
    };
    ui.painter()
        .rect_filled(part, CornerRadius::ZERO, tokens.amber);
}

/// A small filled mark before a word in a legend.
pub(super) fn swatch(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(2), color);
}

/// A head that opens and closes what is below it. The state is kept under `id`.
pub(super) fn fold(ui: &mut Ui, tokens: &Tokens, id: &str, words: &str, add: impl FnOnce(&mut Ui)) {
    let id = ui.make_persistent_id(id);
    let is_open = ui.data(|it| it.get_temp::<bool>(id)).unwrap_or(false);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, is_open, words));
    let ink = if response.hovered() {
        tokens.text
    } else {
        tokens.muted
    };
    let tip = rect.left_center() + vec2(4.0, 0.0);
    let points = if is_open {
        [vec2(-3.0, -2.0), vec2(0.0, 2.0), vec2(3.0, -2.0)]
    } else {
        [vec2(-2.0, -3.0), vec2(2.0, 0.0), vec2(-2.0, 3.0)]
    };
    ui.painter()
        .line(points.map(|it| tip + it).to_vec(), Stroke::new(1.4, ink));
    ui.painter().text(
        rect.left_center() + vec2(14.0, 0.0),
        Align2::LEFT_CENTER,
        words,
        theme::regular(SMALL),
        ink,
    );
    focus_ring(ui, &response, tokens);
    if response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .clicked()
    {
        ui.data_mut(|it| it.insert_temp(id, !is_open));
    }
    if is_open {
        add(ui);
    }
}

//! Colours, sizes and fonts: the only place with literals for them. Both themes have the same roles.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, FontTweak, Margin,
    Shadow, Stroke, Style, TextStyle, Vec2, Visuals,
    style::{ScrollStyle, WidgetVisuals},
};

use crate::{
    render::caption::{INTER, INTER_SEMIBOLD, NOTO_SANS_SC},
    settings::Theme,
};

/// Colours by what they are for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens {
    /// Behind everything.
    pub background: Color32,
    /// Rail and footer.
    pub rail: Color32,
    pub card: Color32,
    /// A control, or the row under the pointer.
    pub raised: Color32,
    pub line: Color32,
    pub line_strong: Color32,
    pub text: Color32,
    pub muted: Color32,
    pub faint: Color32,
    /// The one primary action, the active thing, what exceeds its threshold.
    pub amber: Color32,
    /// Text on amber.
    pub on_amber: Color32,
    /// Information and negation.
    pub blue: Color32,
    /// In scope.
    pub teal: Color32,
    /// One more curve in a plot.
    pub violet: Color32,
    /// Only harm or failure.
    pub red: Color32,
}

/// For a reading room.
pub const DARK: Tokens = Tokens {
    background: Color32::from_rgb(0x0E, 0x11, 0x16),
    rail: Color32::from_rgb(0x0B, 0x0E, 0x12),
    card: Color32::from_rgb(0x15, 0x1A, 0x21),
    raised: Color32::from_rgb(0x1C, 0x23, 0x2D),
    line: Color32::from_rgb(0x22, 0x29, 0x33),
    line_strong: Color32::from_rgb(0x2C, 0x36, 0x42),
    text: Color32::from_rgb(0xD7, 0xDE, 0xE7),
    muted: Color32::from_rgb(0x8A, 0x95, 0xA3),
    faint: Color32::from_rgb(0x7F, 0x8A, 0x98),
    amber: Color32::from_rgb(0xF2, 0xB4, 0x41),
    on_amber: Color32::from_rgb(0x1A, 0x14, 0x08),
    blue: Color32::from_rgb(0x5A, 0xA9, 0xE6),
    teal: Color32::from_rgb(0x4F, 0xB3, 0x9A),
    violet: Color32::from_rgb(0xB1, 0x93, 0xEA),
    red: Color32::from_rgb(0xE8, 0x6A, 0x57),
};

/// For a bright ward.
pub const LIGHT: Tokens = Tokens {
    background: Color32::from_rgb(0xF4, 0xF6, 0xF8),
    rail: Color32::from_rgb(0xEA, 0xED, 0xF1),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    raised: Color32::from_rgb(0xE6, 0xEA, 0xEF),
    line: Color32::from_rgb(0xDC, 0xE1, 0xE7),
    line_strong: Color32::from_rgb(0xC3, 0xCB, 0xD4),
    text: Color32::from_rgb(0x1B, 0x22, 0x2B),
    muted: Color32::from_rgb(0x4C, 0x57, 0x64),
    faint: Color32::from_rgb(0x55, 0x60, 0x6D),
    amber: Color32::from_rgb(0x8A, 0x55, 0x00),
    on_amber: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    blue: Color32::from_rgb(0x0F, 0x5E, 0x9C),
    teal: Color32::from_rgb(0x0B, 0x66, 0x53),
    violet: Color32::from_rgb(0x68, 0x3F, 0xA6),
    red: Color32::from_rgb(0xA8, 0x2B, 0x1B),
};

/// On the picture, whatever the theme: a reading room's picture is black.
pub const ON_PICTURE: Color32 = Color32::from_rgb(0xC9, 0xD2, 0xDC);
/// Amber on the picture.
pub const AMBER_ON_PICTURE: Color32 = DARK.amber;
/// What a person drew on the picture.
pub const BLUE_ON_PICTURE: Color32 = DARK.blue;
/// Round the scan.
pub const VIEWPORT: Color32 = Color32::BLACK;

/// Letter-spaced capitals.
pub const SECTION: f32 = 11.0;
pub const SMALL: f32 = 12.0;
pub const BODY: f32 = 13.0;
pub const HEAD: f32 = 15.0;
/// The name in the empty state.
pub const TITLE: f32 = 22.0;
/// Tracking of section heads.
pub const SECTION_SPACING: f32 = 0.9;

/// Widths and heights of the grid, in points; the rhythm is 8, inside controls 4.
pub const RAIL: f32 = 52.0;
pub const TOP: f32 = 44.0;
pub const FOOTER: f32 = 28.0;
pub const STRIP: f32 = 40.0;
pub const CONTROL: f32 = 30.0;
/// The column of a page where things are chosen.
pub const FORM: f32 = 372.0;
/// The widest that a report is drawn.
pub const REPORT: f32 = 1240.0;
/// Below this width the study list folds into the rail.
pub const FOLD_STUDY: f32 = 1180.0;
pub const RADIUS: u8 = 8;
pub const RADIUS_SMALL: u8 = 6;

/// Curves in a plot, in their order; they are told apart by the legend as well.
pub const fn series(tokens: &Tokens) -> [Color32; 6] {
    [
        tokens.blue,
        tokens.amber,
        tokens.teal,
        tokens.violet,
        tokens.text,
        tokens.faint,
    ]
}

/// The tokens of a theme.
pub const fn tokens(theme: Theme) -> &'static Tokens {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// Name of the one heavier cut.
const SEMIBOLD: &str = "semibold";

/// Text of a size in the regular cut.
pub const fn regular(size: f32) -> FontId {
    FontId {
        size,
        family: FontFamily::Proportional,
    }
}

/// Text of a size in the heavier cut: the one number that matters, and heads.
pub fn semibold(size: f32) -> FontId {
    FontId {
        size,
        family: FontFamily::Name(SEMIBOLD.into()),
    }
}

/// Inter, with Noto Sans SC behind it; both are inside the program.
pub fn fonts() -> FontDefinitions {
    // Noto's Latin-free middle sits lower than Inter's; this lines them up.
    let noto = FontTweak {
        y_offset_factor: -0.02,
        ..FontTweak::default()
    };
    let data = [
        ("inter", FontData::from_static(INTER)),
        ("inter-semibold", FontData::from_static(INTER_SEMIBOLD)),
        (
            "noto-sans-sc",
            FontData::from_static(NOTO_SANS_SC).tweak(noto),
        ),
    ];
    let mut fonts = FontDefinitions {
        font_data: data
            .map(|(name, it)| (name.to_owned(), Arc::new(it)))
            .into(),
        ..FontDefinitions::default()
    };
    let family = |first: &str| vec![first.to_owned(), "noto-sans-sc".to_owned()];
    fonts.families = [
        (FontFamily::Proportional, family("inter")),
        (FontFamily::Monospace, family("inter")),
        (FontFamily::Name(SEMIBOLD.into()), family("inter-semibold")),
    ]
    .into();
    fonts
}

/// Makes egui look like the design, in both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    // The size of letters is a setting, which egui's own keys would not keep.
    ctx.options_mut(|it| it.zoom_with_keyboard = false);
    for (theme, tokens) in [(egui::Theme::Dark, &DARK), (egui::Theme::Light, &LIGHT)] {
        ctx.set_style_of(theme, style(tokens, theme));
    }
}

fn style(tokens: &Tokens, theme: egui::Theme) -> Style {
    let mut style = Style {
        visuals: visuals(tokens, theme),
        ..Style::default()
    };
    style.text_styles = [
        (TextStyle::Small, regular(SMALL)),
        (TextStyle::Body, regular(BODY)),
        (TextStyle::Button, regular(BODY)),
        (TextStyle::Heading, semibold(HEAD)),
        (TextStyle::Monospace, regular(SMALL)),
    ]
    .into();
    style.spacing.item_spacing = Vec2::new(8.0, 8.0);
    style.spacing.button_padding = Vec2::new(10.0, 5.0);
    style.spacing.interact_size = Vec2::new(32.0, CONTROL);
    style.spacing.combo_width = 120.0;
    style.spacing.slider_width = 120.0;
    style.spacing.slider_rail_height = 4.0;
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(16);
    style.spacing.scroll = ScrollStyle {
        bar_width: 6.0,
        floating: true,
        ..ScrollStyle::floating()
    };
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style.animation_time = 0.1;
    style
}

fn visuals(tokens: &Tokens, theme: egui::Theme) -> Visuals {
    let mut visuals = match theme {
        egui::Theme::Dark => Visuals::dark(),
        egui::Theme::Light => Visuals::light(),
    };
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(tokens.muted);
    visuals.panel_fill = tokens.background;
    visuals.window_fill = tokens.card;
    visuals.window_stroke = Stroke::new(1.0, tokens.line_strong);
    visuals.window_corner_radius = CornerRadius::same(RADIUS + 2);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS);
    visuals.window_shadow = Shadow {
        offset: [0, 12],
        blur: 32,
        spread: 0,
        color: Color32::from_black_alpha(120),
    };
    visuals.popup_shadow = Shadow {
        offset: [0, 6],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(90),
    };
    visuals.extreme_bg_color = tokens.rail;
    visuals.faint_bg_color = tokens.card;
    visuals.code_bg_color = tokens.rail;
    visuals.hyperlink_color = tokens.blue;
    visuals.warn_fg_color = tokens.amber;
    visuals.error_fg_color = tokens.red;
    visuals.selection.bg_fill = tokens.amber.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, tokens.amber);
    visuals.slider_trailing_fill = true;
    let widget = |fill: Color32, stroke: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, stroke),
        corner_radius: CornerRadius::same(RADIUS_SMALL),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(tokens.background, tokens.line, tokens.text);
    visuals.widgets.inactive = widget(tokens.raised, tokens.line_strong, tokens.text);
    visuals.widgets.hovered = widget(tokens.line_strong, tokens.faint, tokens.text);
    visuals.widgets.active = widget(tokens.line_strong, tokens.amber, tokens.text);
    visuals.widgets.open = widget(tokens.raised, tokens.line_strong, tokens.text);
    visuals
}

#[cfg(test)]
mod tests {
    use egui::Color32;

    use super::{AMBER_ON_PICTURE, DARK, LIGHT, ON_PICTURE, Tokens, VIEWPORT};

    #[test]
    fn every_text_has_a_contrast_of_at_least_four_and_a_half() {
        let mut weak = Vec::new();
        for (theme, tokens) in [("dark", DARK), ("light", LIGHT)] {
            let Tokens {
                background,
                rail,
                card,
                raised,
                text,
                muted,
                faint,
                amber,
                on_amber,
                blue,
                teal,
                violet,
                red,
                ..
            } = tokens;
            let papers = [("background", background), ("rail", rail), ("card", card)];
            let inks = [
                ("text", text),
                ("muted", muted),
                ("faint", faint),
                ("amber", amber),
                ("blue", blue),
                ("teal", teal),
                ("violet", violet),
                ("red", red),
            ];
            let mut pairs: Vec<_> = papers
                .iter()
                .flat_map(|paper| inks.iter().map(move |ink| (*paper, *ink)))
                .collect();
            pairs.extend([
                (("raised", raised), ("text", text)),
                (("raised", raised), ("muted", muted)),
                (("amber", amber), ("on_amber", on_amber)),
            ]);
            for ((paper_name, paper), (ink_name, ink)) in pairs {
                let found = contrast(paper, ink);
                if found < 4.5 {
                    weak.push(format!("{theme}: {ink_name} on {paper_name} is {found:.2}"));
                }
            }
        }
        assert!(weak.is_empty(), "{weak:#?}");
        assert!(4.5 <= contrast(VIEWPORT, ON_PICTURE).min(contrast(VIEWPORT, AMBER_ON_PICTURE)));
    }

    /// WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    fn luminance(color: Color32) -> f32 {
        let linear = [color.r(), color.g(), color.b()].map(|it| {
            let it = f32::from(it) / 255.0;
            if it <= 0.04045 {
                it / 12.92
            } else {
                ((it + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}

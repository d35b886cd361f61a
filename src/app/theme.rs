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

/// How much of its colour is left of the words in an empty viewport.
pub const VACANT: f32 = 0.6;

/// The key in the primary button.
pub fn key_on_amber(tokens: &Tokens) -> Color32 {
    over(tokens.on_amber.gamma_multiply(0.85), tokens.amber)
}

/// Under text whose influence is a share 0..1 of the strongest, or that is replaced.
pub fn mark(color: Color32, share: f32) -> Color32 {
    color.gamma_multiply(0.1 + 0.28 * share)
}

/// Under text that is chosen in a field.
fn chosen(tokens: &Tokens) -> Color32 {
    tokens.amber.gamma_multiply(0.35)
}

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
    visuals.selection.bg_fill = chosen(tokens);
    // The words that are chosen, and the edge of a field that is typed in: amber on amber could not be read.
    visuals.selection.stroke = Stroke::new(1.5, tokens.text);
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
    // Pressed, or what the keyboard is on.
    visuals.widgets.active.bg_stroke.width = 1.5;
    visuals.widgets.open = widget(tokens.raised, tokens.line_strong, tokens.text);
    visuals
}

/// Letters and what they stand on, by what is asked of them: WCAG 2.2, success criteria 1.4.3 and 1.4.11.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub name: &'static str,
    pub ink: Color32,
    pub paper: Color32,
    /// Of [`contrast`].
    pub least: f32,
}

/// Of text.
pub const LEAST_FOR_TEXT: f32 = 4.5;
/// Of large text, of graphics that say something, and of what shows where the keyboard is.
pub const LEAST_FOR_GRAPHICS: f32 = 3.0;

/// Every pair of colours by which something is read. What is switched off and lines that only part are none.
pub fn pairs(tokens: &Tokens) -> Vec<Pair> {
    let surfaces = [
        ("background", tokens.background),
        ("rail", tokens.rail),
        ("card", tokens.card),
        ("raised", tokens.raised),
    ];
    let inks = [
        ("text", tokens.text),
        ("muted", tokens.muted),
        ("faint", tokens.faint),
        ("amber", tokens.amber),
        ("blue", tokens.blue),
        ("teal", tokens.teal),
        ("violet", tokens.violet),
        ("red", tokens.red),
    ];
    let mut found = Vec::new();
    let mut add = |name, ink, paper, least| {
        found.push(Pair {
            name,
            ink,
            paper,
            least,
        });
    };
    for (_, paper) in surfaces {
        for (name, ink) in inks {
            add(name, ink, paper, LEAST_FOR_TEXT);
        }
        // Drawn round a control, with a gap.
        add("ring", tokens.blue, paper, LEAST_FOR_GRAPHICS);
        // Round a control of egui, and round a field.
        add("edge", tokens.amber, paper, LEAST_FOR_GRAPHICS);
        add("edge of a field", tokens.text, paper, LEAST_FOR_GRAPHICS);
    }
    add("primary", tokens.on_amber, tokens.amber, LEAST_FOR_TEXT);
    add(
        "its key",
        key_on_amber(tokens),
        tokens.amber,
        LEAST_FOR_TEXT,
    );
    add(
        "under the pointer",
        tokens.text,
        tokens.line_strong,
        LEAST_FOR_TEXT,
    );
    // Bars, and the edge of a control that the keyboard is on beside the edge of one that it is not on.
    for ink in [
        tokens.amber,
        tokens.blue,
        tokens.teal,
        tokens.red,
        tokens.muted,
    ] {
        add("bar", ink, tokens.line_strong, LEAST_FOR_GRAPHICS);
    }
    for (_, paper) in surfaces {
        let marked = [tokens.amber, tokens.blue].map(|it| over(mark(it, 1.0), paper));
        let chosen = over(chosen(tokens), paper);
        for paper in marked.into_iter().chain([chosen]) {
            add("marked text", tokens.text, paper, LEAST_FOR_TEXT);
        }
    }
    let on_picture = [
        ("on the picture", ON_PICTURE, LEAST_FOR_TEXT),
        ("vacant", ON_PICTURE.gamma_multiply(VACANT), LEAST_FOR_TEXT),
        ("amber on the picture", AMBER_ON_PICTURE, LEAST_FOR_TEXT),
        ("blue on the picture", BLUE_ON_PICTURE, LEAST_FOR_TEXT),
    ];
    for (name, ink, least) in on_picture {
        add(name, over(ink, VIEWPORT), VIEWPORT, least);
    }
    found
}

/// WCAG 2: 1 for one colour and itself, 21 for black and white.
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

fn luminance(color: Color32) -> f32 {
    let [red, green, blue] = [color.r(), color.g(), color.b()].map(|it| {
        let it = f32::from(it) / 255.0;
        if it <= 0.04045 {
            it / 12.92
        } else {
            ((it + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// What is seen of a colour that lets another through.
fn over(color: Color32, paper: Color32) -> Color32 {
    paper.blend(color)
}

#[cfg(test)]
mod tests {
    use egui::Color32;

    use super::{DARK, LEAST_FOR_GRAPHICS, LIGHT, Pair, contrast, pairs, visuals};

    #[test]
    fn every_pair_of_colours_has_the_contrast_that_it_needs() {
        let mut weak = Vec::new();
        for (theme, tokens) in [("dark", DARK), ("light", LIGHT)] {
            let pairs = pairs(&tokens);
            assert!(60 < pairs.len(), "{}", pairs.len());
            for it in pairs {
                let Pair {
                    name,
                    ink,
                    paper,
                    least,
                } = it;
                let found = contrast(ink, paper);
                if found < least {
                    weak.push(format!(
                        "{theme}: {name}, {ink:?} on {paper:?}: {found:.2}, wanted {least}"
                    ));
                }
            }
        }
        assert!(weak.is_empty(), "{weak:#?}");
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-3);
        assert!((contrast(Color32::WHITE, Color32::WHITE) - 1.0).abs() < 1e-6);
        // The grey that just passes on white.
        let grey = Color32::from_rgb(0x76, 0x76, 0x76);
        assert!((contrast(grey, Color32::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn a_control_that_the_keyboard_is_on_is_seen() {
        for (theme, tokens) in [(egui::Theme::Dark, DARK), (egui::Theme::Light, LIGHT)] {
            let visuals = visuals(&tokens, theme);
            // What egui draws round a control with the focus, and round a field.
            let (on, off) = (visuals.widgets.active, visuals.widgets.inactive);
            let field = visuals.selection.stroke;
            assert!(1.5 <= on.bg_stroke.width.min(field.width));
            for (one, other) in [
                (on.bg_stroke.color, off.bg_stroke.color),
                (field.color, off.bg_stroke.color),
                (on.bg_stroke.color, tokens.background),
                (on.bg_stroke.color, tokens.card),
                (field.color, visuals.extreme_bg_color),
            ] {
                let found = contrast(one, other);
                assert!(LEAST_FOR_GRAPHICS <= found, "{theme:?}: {found:.2}");
            }
        }
    }
}

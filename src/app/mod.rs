//! The window. It draws [`State`] and sends [`Command`]s; `session` decides, `engine` works.
//!
//! Two environment variables are for developers: `WARDLIGHT_DRAW=cpu` draws without the shader, `WARDLIGHT_DRAW=gpu` with it
//! even where OpenGL runs on the processor, and `WARDLIGHT_FRAME_LOG=FILE` logs frame times.

mod about_ui;
mod application;
mod ask_ui;
mod batch_ui;
mod blit;
mod chooser_ui;
mod clipboard;
mod compare_ui;
mod controls;
mod corners_ui;
mod course_plot;
mod course_strips;
mod course_ui;
mod crop_ui;
mod deed_words;
mod deidentify_note_ui;
mod deidentify_scan_ui;
mod deidentify_ui;
mod detail_words;
mod dialog;
mod empty_ui;
mod evaluate_ui;
mod figures_ui;
mod frame_log;
mod frame_ui;
mod gl;
mod gpu;
mod guard;
mod icons;
mod keys;
mod keys_ui;
mod leaving_ui;
mod lock_ui;
mod log_ui;
mod map_ui;
mod map_words;
mod marks_ui;
mod menu;
mod modules_ui;
mod note_marks;
mod note_ui;
mod notice_ui;
mod opinion_ui;
mod over_ui;
mod page_ui;
mod page_words;
mod pictures;
mod place;
mod planes_ui;
mod plot_ui;
mod recorder;
mod report_ui;
mod result_ui;
mod scan_ui;
mod scores_ui;
mod sequence_ui;
mod sheet_ui;
mod sign_in_ui;
mod strip_ui;
mod study_ui;
mod take_out_ui;
pub mod theme;
mod time_axis;
mod together_ui;
mod train_ui;
mod trust_ui;
mod view_out;
pub mod window_place;
mod words;
mod worklist_ui;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use egui::{CentralPanel, Frame, Panel, Ui, ViewportBuilder, vec2};

use self::{pictures::Pictures, sign_in_ui::Typed, theme::Tokens};
use crate::{
    engine::{self, JobId, Parts},
    journal::Journal,
    lock::{Buses, Moment},
    model::Site,
    second_start::Host,
    session::{Action, Column, Command, Content, NAME, Page, State},
    settings::{Settings, WindowPlace},
    store::{Cost, Place},
    words::Words,
};

pub use self::{application::App, guard::Clock};

/// Files are only taken over from a start of the same version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the window is started with.
pub struct Options {
    /// Opened at once.
    pub files: Vec<PathBuf>,
    /// By which other starts find this window; `None` for one that nobody finds.
    pub host: Option<Host>,
    /// Decoder, models and sample case.
    pub parts: Parts,
    /// How the decode worker is confined, in words for the footer.
    pub sandbox: String,
    /// Fits of sites that answers can be read by.
    pub sites: Vec<Arc<Site>>,
    /// Where settings are kept; nowhere if there is no place.
    pub settings_folder: Option<PathBuf>,
    /// Where models are installed.
    pub models_folder: Option<PathBuf>,
    /// Steps by which the window stands aside of where another of ours may be.
    pub steps_aside: u32,
    /// What guards what is open.
    pub safety: Safety,
}

impl Options {
    fn settings(&self) -> Settings {
        let folder = self.settings_folder.as_deref();
        folder.map(Settings::load).unwrap_or_default()
    }

    /// Where the window is wanted.
    fn place(&self) -> WindowPlace {
        window_place::wanted(self.settings().window.as_ref(), self.steps_aside)
    }
}

/// What guards what is open.
pub struct Safety {
    /// Where records could be kept; nothing is where there is none.
    pub place: Option<Place>,
    /// Of a guess at a passphrase, for records that are made here; [`Cost::STANDARD`] but for tests.
    pub cost: Cost,
    pub clock: Clock,
    /// Where suspend and session lock are listened for.
    pub buses: Option<Buses>,
    pub journal: Journal,
}

impl Default for Safety {
    /// Locks by the clocks of this machine, and keeps nothing.
    fn default() -> Self {
        Self {
            place: None,
            cost: Cost::STANDARD,
            clock: Arc::new(Moment::now),
            buses: None,
            journal: Journal::new(None),
        }
    }
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wanted a display, found none: {cause}")]
    NoDisplay { cause: String },
    #[error("wanted OpenGL for the window, found none: {cause}")]
    NoOpenGl { cause: String },
    #[error(transparent)]
    Engine(#[from] engine::Error),
    #[error("wanted fonts with every script, found none for {missing}")]
    Fonts { missing: String },
    #[error("the window failed: {cause}")]
    Window { cause: String },
}

/// Everything a panel may look at.
pub struct Scene<'a> {
    pub state: &'a State,
    pub tokens: &'static Tokens,
    /// Steps done and in all, of running jobs that say so.
    pub progress: BTreeMap<JobId, (usize, usize)>,
    pub sandbox: &'a str,
    pub words: &'a Words,
    /// Time until it locks, in the last half minute before.
    pub lock_left: Option<Duration>,
    /// Asked for, and the window is wide enough.
    pub is_study_list_shown: bool,
}

impl Scene<'_> {
    /// The keys of an action as they are now, as people read them; empty where there are none.
    fn key(&self, action: Action) -> String {
        self.state.keys.words(action)
    }
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// There is no display or no OpenGL, or a worker thread cannot be started.
pub fn run(options: Options) -> Result<(), Error> {
    let place = options.place();
    let viewport = ViewportBuilder::default()
        .with_title(NAME)
        .with_app_id("wardlight")
        .with_inner_size(place.size)
        .with_min_inner_size(window_place::LEAST)
        .with_maximized(place.is_maximized)
        .with_drag_and_drop(true)
        .with_icon(icon());
    let native = eframe::NativeOptions {
        viewport: match place.at {
            Some(at) => viewport.with_position(at),
            None => viewport,
        },
        // Both fonts are inside the program: every machine shows the same.
        system_font_fallback: false,
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    let create = |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Box::new(App::new(options, cc)?))
    };
    eframe::run_native("wardlight", native, Box::new(create)).map_err(|error| {
        let cause = error.to_string();
        match error {
            eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_) => {
                Error::NoDisplay { cause }
            }
            eframe::Error::Glutin(_)
            | eframe::Error::NoGlutinConfigs(..)
            | eframe::Error::OpenGL(_) => Error::NoOpenGl { cause },
            eframe::Error::AppCreation(_) => Error::Window { cause },
        }
    })
}

/// Whether the bundled fonts can be read and have a letter of each script that a name or a note may bring.
///
/// # Errors
/// A font that cannot be read, or a letter that no font has.
pub fn fonts() -> Result<String, Error> {
    const LETTERS: &str = "Aé\u{3A9}\u{416}\u{60A3}\u{3042}\u{30A2}\u{2013}\u{2212}\u{B7}";
    let mut fonts =
        egui::epaint::text::Fonts::new(egui::epaint::text::TextOptions::default(), theme::fonts());
    let missing: String = LETTERS
        .chars()
        .filter(|it| !fonts.has_glyph(&theme::regular(theme::BODY), *it))
        .collect();
    if missing.is_empty() {
        Ok("Inter and Noto Sans SC, inside the program".to_owned())
    } else {
        Err(Error::Fonts { missing })
    }
}

fn icon() -> egui::IconData {
    let decoded = image_icon();
    egui::IconData {
        rgba: decoded.0,
        width: decoded.1,
        height: decoded.1,
    }
}

/// A lit doorway in the dark: amber on the colour of the rail. Drawn here, so that no picture file can be missing.
fn image_icon() -> (Vec<u8>, u32) {
    const EDGE: u32 = 64;
    let mut rgba = Vec::with_capacity((4 * EDGE * EDGE) as usize);
    for y in 0..EDGE {
        for x in 0..EDGE {
            let is_frame = (10..54).contains(&x) && (8..56).contains(&y);
            let is_light = (30..48).contains(&x) && (14..56).contains(&y);
            let color = match (is_light, is_frame) {
                (true, _) => theme::DARK.amber,
                (false, true) => theme::DARK.line_strong,
                (false, false) => theme::DARK.rail,
            };
            rgba.extend(color.to_array());
        }
    }
    (rgba, EDGE)
}

/// The whole window, from the outside inwards.
fn window_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (pictures, typed): (&mut Pictures, &mut Typed),
    commands: &mut Vec<Command>,
) {
    if !scene.state.door.is_open() {
        sign_in_ui::door_ui(ui, scene, typed, commands);
        return;
    }
    frame_ui::footer_ui(ui, scene, commands);
    study_ui::rail_ui(ui, scene, commands);
    frame_ui::top_ui(ui, scene, commands);
    let left = ui.available_rect_before_wrap().left();
    let left = match scene.state.page {
        Page::Reading => reading_ui(ui, scene, pictures, commands),
        Page::Evaluate => {
            evaluate_ui::evaluate_ui(ui, scene, commands);
            left
        }
        Page::Train => {
            train_ui::train_ui(ui, scene, commands);
            left
        }
        Page::Deidentify => {
            deidentify_ui::deidentify_ui(ui, scene, pictures, commands);
            left
        }
        Page::Log => {
            log_ui::log_ui(ui, scene, commands);
            left
        }
        Page::About => {
            about_ui::about_ui(ui, scene, commands);
            left
        }
        Page::Worklist => {
            worklist_ui::worklist_ui(ui, scene, commands);
            left
        }
    };
    focused_edge_ui(ui, scene);
    drop_hint_ui(ui, scene);
    notice_ui::notices_ui(ui, scene, left, commands);
    sheet_ui::sheet_ui(ui, scene, commands);
}

/// Study list, picture or note, and result; gives the left edge of the middle.
fn reading_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) -> f32 {
    if scene.is_study_list_shown {
        study_ui::study_ui(ui, scene, pictures, commands);
    }
    result_ui::result_ui(ui, scene, commands);
    let left = ui.available_rect_before_wrap().left();
    together_ui::bond_ui(ui, scene, commands);
    course_panel_ui(ui, scene, commands);
    CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
        match scene.state.center().map(|it| (it.id, &it.content)) {
            Some((_, Content::Scan(_))) if let Some(planes) = &scene.state.planes => {
                let cut = planes.cut(planes.active);
                strip_ui::strip_ui(ui, scene, (cut.id, &cut.scan), commands);
                planes_ui::planes_ui(ui, scene, planes, pictures, commands);
            }
            Some((id, Content::Scan(scan))) => {
                strip_ui::strip_ui(ui, scene, (id, scan), commands);
                scan_ui::viewports_ui(ui, scene, pictures, commands);
            }
            Some((id, Content::Note(note))) => {
                note_ui::note_page_ui(ui, scene, (id, note), commands)
            }
            Some((id, Content::Series(series))) => {
                course_ui::course_ui(ui, scene, (id, series), commands)
            }
            Some((_, Content::Sequence(sequence))) => sequence_ui::sequence_ui(ui, scene, sequence),
            None => empty_ui::empty_ui(ui, scene, commands),
        }
    });
    left
}

/// The course under the scan or note of the same page.
fn course_panel_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    let series = state.series().filter(|it| Some(it.0) != state.center);
    let Some(series) = series.filter(|_| state.is_course_shown) else {
        return;
    };
    let tallest = (0.6 * ui.ctx().content_rect().height()).max(180.0);
    let panel = Panel::bottom("course")
        .default_size(state.settings.course_height)
        .size_range(180.0..=tallest)
        .frame(Frame::new())
        .show(ui, |ui| course_ui::course_ui(ui, scene, series, commands));
    let height = panel.response.rect.height();
    remember_width(scene, Column::Course, (height, tallest), commands);
}

/// Tells the session when a person has dragged the edge of a column. A window that is too narrow for the width that
/// is known does not change it.
fn remember_width(
    scene: &Scene<'_>,
    column: Column,
    (width, widest): (f32, f32),
    commands: &mut Vec<Command>,
) {
    let settings = &scene.state.settings;
    let known = match column {
        Column::Study => settings.study_width,
        Column::Result => settings.result_width,
        Column::Course => settings.course_height,
    };
    if 0.5 < (width - known.min(widest)).abs() {
        commands.push(Command::SetWidth(column, width));
    }
}

/// Along the edge of a column that the keyboard is on: egui shows nothing there.
fn focused_edge_ui(ui: &Ui, scene: &Scene<'_>) {
    const THICKEST: f32 = 11.0;
    let focused = ui.memory(|it| it.focused());
    let response = focused.and_then(|it| ui.ctx().read_response(it));
    let Some(edge) = response.map(|it| it.rect) else {
        return;
    };
    let (thin, long) = (edge.size().min_elem(), edge.size().max_elem());
    if thin < THICKEST && 100.0 < long {
        let line = edge.shrink((thin - 2.0).max(0.0) / 2.0);
        ui.painter().rect_filled(line, 0.0, scene.tokens.blue);
    }
}

/// While files hover over the window.
fn drop_hint_ui(ui: &Ui, scene: &Scene<'_>) {
    if ui.input(|it| it.raw.hovered_files.is_empty()) {
        return;
    }
    let rect = ui.ctx().content_rect();
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Foreground,
        egui::Id::unique("drop"),
    ));
    painter.rect_filled(rect, 0.0, egui::Color32::from_black_alpha(170));
    let inner = rect.shrink(24.0);
    painter.rect_stroke(
        inner,
        12.0,
        egui::Stroke::new(2.0, scene.tokens.amber),
        egui::StrokeKind::Inside,
    );
    painter.text(
        rect.center() + vec2(0.0, -4.0),
        egui::Align2::CENTER_CENTER,
        scene.words.say("drop-to-open"),
        theme::semibold(theme::TITLE),
        theme::ON_PICTURE,
    );
}

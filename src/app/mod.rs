//! The window. It draws [`State`] and sends [`Command`]s; `session` decides, `engine` works.
//!
//! Two environment variables are for developers: `WARDLIGHT_DRAW=cpu` draws without the shader, and
//! `WARDLIGHT_FRAME_LOG=FILE` logs frame times.

<<<<<<< HEAD
mod controls;
=======
mod application;
mod controls;
mod corners_ui;
>>>>>>> main
mod dialog;
mod empty_ui;
mod frame_log;
mod frame_ui;
mod gpu;
mod icons;
mod keys;
mod note_ui;
mod notice_ui;
mod pictures;
<<<<<<< HEAD
mod result_ui;
mod scan_ui;
=======
mod place;
mod result_ui;
mod scan_ui;
mod scores_ui;
>>>>>>> main
mod sheet_ui;
mod strip_ui;
mod study_ui;
pub mod theme;
mod words;

<<<<<<< HEAD
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use eframe::glow;
use egui::{CentralPanel, Context, Frame, Ui, ViewportBuilder, ViewportCommand, vec2};

use self::{dialog::Dialog, frame_log::FrameLog, pictures::Pictures, theme::Tokens};
use crate::{
    engine::{self, Client, JobId, Parts, WakeFn},
    session::{Command, Content, Effect, State},
    settings::{Settings, Theme},
};

=======
use std::{collections::BTreeMap, path::PathBuf};

use egui::{CentralPanel, Frame, Ui, ViewportBuilder, vec2};

use self::{pictures::Pictures, theme::Tokens};
use crate::{
    engine::{self, JobId, Parts},
    session::{Command, Content, State},
};

pub use self::application::App;

>>>>>>> main
/// What the window is started with.
pub struct Options {
    /// Opened at once.
    pub files: Vec<PathBuf>,
    /// Decoder, models and sample case.
    pub parts: Parts,
    /// How the decode worker is confined, in words for the footer.
    pub sandbox: String,
    /// Where settings are kept; nowhere if there is no place.
    pub settings_folder: Option<PathBuf>,
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
<<<<<<< HEAD
=======
    #[error("wanted fonts with every script, found none for {missing}")]
    Fonts { missing: String },
>>>>>>> main
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
    /// Asked for, and the window is wide enough.
    pub is_study_list_shown: bool,
}

<<<<<<< HEAD
/// The application that eframe runs.
pub struct App {
    state: State,
    client: Client,
    pictures: Pictures,
    commands: Vec<Command>,
    dialog: Option<Dialog>,
    wake: WakeFn,
    sandbox: String,
    settings_folder: Option<PathBuf>,
    title: String,
    log: FrameLog,
    logged: Logged,
}

/// Milestones that were logged already.
#[derive(Default)]
struct Logged {
    has_frame: bool,
    n_scans: usize,
}

=======
>>>>>>> main
/// Opens the window and returns when it is closed.
///
/// # Errors
/// There is no display or no OpenGL, or a worker thread cannot be started.
pub fn run(options: Options) -> Result<(), Error> {
    let native = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Wardlight")
            .with_app_id("wardlight")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([900.0, 560.0])
            .with_drag_and_drop(true)
            .with_icon(icon()),
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

<<<<<<< HEAD
=======
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

>>>>>>> main
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

<<<<<<< HEAD
impl App {
    /// The application with its threads running. Also made by tests, without a window.
    ///
    /// # Errors
    /// A worker thread cannot be started.
    pub fn new(options: Options, cc: &eframe::CreationContext<'_>) -> Result<Self, engine::Error> {
        let Options {
            files,
            parts,
            sandbox,
            settings_folder,
        } = options;
        theme::install(&cc.egui_ctx);
        let settings = settings_folder
            .as_deref()
            .map(Settings::load)
            .unwrap_or_default();
        let ctx = cc.egui_ctx.clone();
        let wake: WakeFn = Arc::new(move || ctx.request_repaint());
        let is_cpu_wanted = std::env::var_os("WARDLIGHT_DRAW").is_some_and(|it| it == "cpu");
        let log = std::env::var_os("WARDLIGHT_FRAME_LOG");
        let mut app = Self {
            state: State::new(settings),
            client: Client::start(parts, wake.clone())?,
            pictures: Pictures::new(cc.gl.as_deref(), is_cpu_wanted),
            commands: Vec::new(),
            dialog: None,
            wake,
            sandbox,
            settings_folder,
            title: String::new(),
            log: FrameLog::new(log.as_deref().map(Path::new)),
            logged: Logged::default(),
        };
        app.log.write(app.pictures.drawn_by(), None);
        let effects = app.state.start(files);
        app.perform(&cc.egui_ctx, effects);
        Ok(app)
    }

    /// What is drawn; for tests.
    pub const fn state(&self) -> &State {
        &self.state
    }

    fn perform(&mut self, ctx: &Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => {
                    self.log.write(job.name(), None);
                    if let Err(busy) = self.client.start_job(id, job) {
                        self.state.on_busy(id, &busy);
                    }
                }
                Effect::Cancel(id) => self.client.cancel(id),
                Effect::AskForFiles => self.ask(Dialog::open),
                Effect::AskWhereToSave => self.ask(Dialog::save),
                Effect::Copy(text) => ctx.copy_text(text),
                Effect::SaveSettings(settings) => {
                    // Settings are a convenience: a folder that cannot be written costs no reading.
                    self.settings_folder
                        .as_deref()
                        .map(|it| settings.save(it).ok());
                }
                Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            }
        }
    }

    /// One dialog at a time.
    fn ask(&mut self, open: impl FnOnce(WakeFn) -> Option<Dialog>) {
        if self.dialog.is_none() {
            self.dialog = open(self.wake.clone());
            if self.dialog.is_none() {
                self.commands.push(Command::NoDialog);
            }
        }
    }

    fn take_in_events(&mut self, ctx: &Context) {
        while let Some((id, event)) = self.client.poll() {
            let effects = self.state.on_event(id, event);
            self.perform(ctx, effects);
        }
        if let Some(answer) = self.dialog.as_mut().and_then(Dialog::poll) {
            self.dialog = None;
            self.commands.extend(answer);
        }
        let dropped: Vec<PathBuf> = ctx.input(|it| {
            it.raw
                .dropped_files
                .iter()
                .map(|it| it.path().to_owned())
                .collect()
        });
        if !dropped.is_empty() {
            self.commands.push(Command::Open(dropped));
        }
    }

    fn log_milestones(&mut self, frame: &eframe::Frame) {
        if !self.log.is_on() {
            return;
        }
        let cpu_ms = frame.info().cpu_usage.map(|it| it * 1e3);
        let n_scans = self
            .state
            .items
            .iter()
            .filter(|it| matches!(it.content, Content::Scan(_)))
            .count();
        if self.logged.n_scans < n_scans {
            self.log.write("scan_drawn", cpu_ms);
        }
        self.log.write(
            if self.logged.has_frame {
                "frame"
            } else {
                "first_frame"
            },
            cpu_ms,
        );
        self.logged = Logged {
            has_frame: true,
            n_scans,
        };
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.take_in_events(ctx);
        for command in std::mem::take(&mut self.commands) {
            let effects = self.state.apply(command);
            self.perform(ctx, effects);
        }
        self.pictures.retain(|id| self.state.item(id).is_some());
        let theme = match self.state.settings.theme {
            Theme::Dark => egui::Theme::Dark,
            Theme::Light => egui::Theme::Light,
        };
        if ctx.theme() != theme {
            ctx.set_theme(theme);
        }
        let title = self.state.title();
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        if self.state.busy_jobs().next().is_some() || self.state.are_models_loading() {
            // A progress line moves; nothing else does.
            ctx.request_repaint_after(Duration::from_millis(60));
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let mut commands = Vec::new();
        keys::listen(ui.ctx(), &self.state, &mut commands);
        let width = ui.ctx().content_rect().width();
        let jobs = self.state.busy_jobs();
        let scene = Scene {
            state: &self.state,
            tokens: theme::tokens(self.state.settings.theme),
            progress: jobs
                .filter_map(|it| Some((it, self.client.progress(it)?)))
                .collect(),
            sandbox: &self.sandbox,
            is_study_list_shown: self.state.is_study_list_shown
                && theme::FOLD_STUDY <= width
                && self.state.has_study_list(),
        };
        window_ui(ui, &scene, &mut self.pictures, &mut commands);
        if !commands.is_empty() {
            self.commands.extend(commands);
            ui.ctx().request_repaint();
        }
        self.log_milestones(frame);
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        theme::tokens(self.state.settings.theme)
            .background
            .to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, gl: Option<&glow::Context>) {
        if let Some(gl) = gl {
            self.pictures.destroy(gl);
        }
    }
}

=======
>>>>>>> main
/// The whole window, from the outside inwards.
fn window_ui(ui: &mut Ui, scene: &Scene<'_>, pictures: &mut Pictures, commands: &mut Vec<Command>) {
    frame_ui::footer_ui(ui, scene);
    study_ui::rail_ui(ui, scene, commands);
    frame_ui::top_ui(ui, scene, commands);
    if scene.is_study_list_shown {
        study_ui::study_ui(ui, scene, pictures, commands);
    }
    result_ui::result_ui(ui, scene, commands);
    let left = ui.available_rect_before_wrap().left();
    CentralPanel::default()
        .frame(Frame::new().fill(scene.tokens.background))
        .show(ui, |ui| {
            match scene.state.center().map(|it| (it.id, &it.content)) {
                Some((id, Content::Scan(scan))) => {
                    strip_ui::strip_ui(ui, scene, (id, scan), commands);
                    scan_ui::scan_ui(ui, scene, scan, pictures, commands);
                }
                Some((id, Content::Note(note))) => {
                    note_ui::note_page_ui(ui, scene, (id, note), commands)
                }
                None => empty_ui::empty_ui(ui, scene, commands),
            }
        });
    drop_hint_ui(ui, scene);
    notice_ui::notices_ui(ui, scene, left, commands);
    sheet_ui::sheet_ui(ui, scene, commands);
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
        "Drop to open",
        theme::semibold(theme::TITLE),
        theme::ON_PICTURE,
    );
}

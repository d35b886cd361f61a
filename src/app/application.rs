//! The application that eframe runs: takes in answers, applies commands, performs effects, draws.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use eframe::glow;
use egui::{Context, Ui, ViewportCommand};

use super::{
    Options, Scene, dialog::Dialog, frame_log::FrameLog, keys, pictures::Pictures, theme, window_ui,
};
use crate::{
    engine::{self, Client, WakeFn},
    session::{Command, Content, Effect, Page, PageCommand, State},
    settings::{Settings, Theme},
};

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
            sites,
            settings_folder,
            models_folder,
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
        app.state.sites = sites;
        app.state.models_folder = models_folder;
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
                Effect::AskForFiles => self.ask(Command::NoDialog, Dialog::open),
                Effect::AskWhereToSave => self.ask(Command::NoDialog, Dialog::save),
                Effect::AskForPath(field) => {
                    let none = Command::OnPage(PageCommand::NothingThere);
                    self.ask(none, |wake| Dialog::path(wake, field));
                }
                Effect::OpenOutside(path) => {
                    if open::that_detached(&path).is_err() {
                        let none = Command::OnPage(PageCommand::NothingThere);
                        self.commands.push(none);
                    }
                }
                Effect::Copy(text) => ctx.copy_text(text),
                Effect::SaveSettings(settings) => self.keep(&settings),
                Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            }
        }
    }

    /// Settings are a convenience: a folder that cannot be written costs no reading.
    fn keep(&self, settings: &Settings) {
        self.settings_folder
            .as_deref()
            .map(|it| settings.save(it).ok());
    }

    /// One dialog at a time.
    fn ask(&mut self, missing: Command, open: impl FnOnce(WakeFn) -> Option<Dialog>) {
        if self.dialog.is_none() {
            self.dialog = open(self.wake.clone());
            if self.dialog.is_none() {
                self.commands.push(missing);
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
            self.commands.push(Command::Drop(dropped));
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
        let is_moving = self.state.is_progress_unknown() || self.state.are_models_loading();
        if is_moving || self.state.busy_jobs().next().is_some() {
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
            is_study_list_shown: self.state.page == Page::Reading
                && self.state.is_study_list_shown
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
        self.keep(&self.state.settings);
        if let Some(gl) = gl {
            self.pictures.destroy(gl);
        }
    }
}

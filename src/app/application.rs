//! The application that eframe runs: takes in answers, applies commands, performs effects, draws.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use eframe::glow;
use egui::{Context, Ui, ViewportCommand};

use super::{
    Options, Scene, VERSION,
    clipboard::Clipboard,
    dialog::Dialog,
    frame_log::{Drawn, FrameLog},
    guard::Guard,
    keys,
    opinion_ui::reason_id,
    pictures::{DrawBy, Pictures, image},
    recorder::Recorder,
    sign_in_ui::Typed,
    theme,
    view_out::view_out,
    window_place, window_ui,
};
use crate::{
    engine::{self, Client, Event, Job, JobId, TakeOutJob, WakeFn},
    lock::{Buses, Reason},
    privacy::process,
    second_start::{Host, Visits},
    session::{
        Action, Command, Content, Door, Effect, Item, Page, PageCommand, Request, State, TakeOut,
        Told, Wanted,
    },
    settings::{Settings, Theme},
    store::Place,
    words::{Language, Words},
};

/// Frames after which egui's caches hold nothing of the last page: a galley or a node is dropped in the second frame
/// that does not use it.
const N_FORGETTING: u8 = 6;

/// The application that eframe runs.
pub struct App {
    state: State,
    client: Client,
    pictures: Pictures,
    commands: Vec<Command>,
    dialog: Option<Dialog>,
    /// Where a dialog of the desktop is asked for; nowhere in a test.
    buses: Option<Buses>,
    /// Other starts that want files to be opened here.
    visits: Option<Visits>,
    wake: WakeFn,
    sandbox: String,
    settings_folder: Option<PathBuf>,
    title: String,
    guard: Guard,
    /// Where records could be kept.
    recorder: Option<Recorder>,
    typed: Typed,
    /// Frames to draw until nothing of what was open is left in the caches of the window.
    n_forgetting: u8,
    /// Whether the workers have yet to be told to forget.
    is_forgetting_owed: bool,
    /// Whether the driver has yet to forget its pictures: that takes a frame that is drawn.
    are_pictures_owed: bool,
    /// When the last frame of a scan that is played was shown.
    played: Option<Instant>,
    log: FrameLog,
    logged: Logged,
}

/// Of a scan that is played.
const FRAME_TIME: Duration = Duration::from_millis(66);

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
        window_place::mend(cc, &options.place());
        let settings = options.settings();
        let Options {
            files,
            host,
            parts,
            sandbox,
            sites,
            settings_folder,
            models_folder,
            steps_aside: _,
            safety,
        } = options;
        theme::install(&cc.egui_ctx);
        Clipboard::install(&cc.egui_ctx);
        let ctx = cc.egui_ctx.clone();
        let wake: WakeFn = Arc::new(move || ctx.request_repaint());
        let start = |place: &Place| Recorder::start(place.clone(), safety.cost, wake.clone());
        let recorder = safety.place.as_ref().and_then(start);
        // Without the thread nothing can be kept.
        let place = safety.place.as_ref().filter(|_| recorder.is_some());
        let door = Door::new(place, settings.keep);
        let settings = if door.is_open() {
            settings
        } else {
            settings.without_paths()
        };
        let drawer = std::env::var("WARDLIGHT_DRAW").ok();
        let drawer = drawer.and_then(|it| match it.as_str() {
            "gpu" => Some(DrawBy::Gpu),
            "cpu" => Some(DrawBy::Cpu),
            _ => None,
        });
        let log = std::env::var_os("WARDLIGHT_FRAME_LOG");
        let buses = safety.buses.clone();
        let guard = Guard::new(safety, settings.lock_minutes, wake.clone());
        let listen = |it: Host| it.listen(VERSION, !door.is_open(), wake.clone());
        let mut app = Self {
            // Without a thread other starts open windows of their own.
            visits: host.and_then(|it| listen(it).ok()),
            guard,
            recorder,
            typed: Typed::default(),
            n_forgetting: 0,
            is_forgetting_owed: false,
            are_pictures_owed: false,
            state: State::new(settings),
            client: Client::start(parts, wake.clone())?,
            pictures: Pictures::new(cc.gl.as_deref(), drawer),
            commands: Vec::new(),
            dialog: None,
            buses,
            wake,
            sandbox,
            settings_folder,
            title: String::new(),
            played: None,
            log: FrameLog::new(log.as_deref().map(Path::new)),
            logged: Logged::default(),
        };
        app.state.words = Words::new(language(&app.state.settings));
        app.state.door = door;
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

    /// What would leave the window; for tests.
    pub fn taken_out(&mut self, take_out: TakeOut) -> Option<TakeOutJob> {
        view_out(&self.state, &mut self.pictures, take_out, None)
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
                Effect::Pause(id, is_paused) => self.client.pause(id, is_paused),
                Effect::AskForPath(wanted) => self.ask(wanted),
                Effect::TakeOut(id, take_out, to) => self.take_out(ctx, id, (take_out, to)),
                Effect::CopyPicture(picture) => {
                    // Into the clipboard, as a person asked; it is emptied when the window locks.
                    ctx.copy_image(image(picture.reveal()));
                }
                Effect::OpenOutside(path) => {
                    if open::that_detached(&path).is_err() {
                        let none = Command::OnPage(PageCommand::NothingThere);
                        self.commands.push(none);
                    }
                }
                Effect::Copy(text) => ctx.copy_text(text),
                Effect::FocusReason(item, frame_idx, model, class) => {
                    let field = reason_id(item, frame_idx, &model, &class);
                    ctx.memory_mut(|it| it.request_focus(field));
                }
                Effect::Records(request) => self.ask_records(ctx, request),
                Effect::Print(key) => self.guard.print(key),
                Effect::Forget => self.forget(ctx),
                Effect::Unlocked => self.unlocked(ctx),
                Effect::SaveSettings(settings) => self.keep(&settings),
                Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            }
        }
    }

    /// Hands what is on screen to a worker.
    fn take_out(&mut self, ctx: &Context, id: JobId, (take_out, to): (TakeOut, Option<PathBuf>)) {
        let effects = match view_out(&self.state, &mut self.pictures, take_out, to) {
            Some(job) => vec![Effect::Start(id, Job::TakeOut(Box::new(job)))],
            None => self.state.on_event(id, Event::Cancelled),
        };
        self.perform(ctx, effects);
    }

    /// Settings are a convenience: a folder that cannot be written costs no reading. Behind a closed door the paths in
    /// them are not known here and stay as they are in the file.
    fn keep(&self, settings: &Settings) {
        let Some(folder) = self.settings_folder.as_deref() else {
            return;
        };
        if self.state.door.is_open() {
            settings.save(folder).ok();
        } else {
            let Settings {
                recent, reports, ..
            } = Settings::load(folder);
            let settings = Settings {
                recent,
                reports,
                ..settings.clone()
            };
            settings.save(folder).ok();
        }
    }

    /// Forgets what was open, in egui as well: what was typed, undone, laid out and spoken. What it has drawn last
    /// goes with the next frames.
    fn forget(&mut self, ctx: &Context) {
        ctx.memory_mut(|memory| {
            let mut fresh = egui::Memory::default();
            fresh.options = memory.options.clone();
            *memory = fresh;
        });
        ctx.stop_dragging();
        Clipboard::empty(ctx);
        self.typed = Typed::default();
        self.commands.clear();
        // An answer that still comes finds nobody.
        self.dialog = None;
        self.is_forgetting_owed = true;
        self.are_pictures_owed = true;
        self.n_forgetting = N_FORGETTING;
    }

    fn unlocked(&mut self, ctx: &Context) {
        self.guard.unlocked();
        self.typed = Typed::default();
        ctx.memory_mut(|it| it.data.clear());
        if let Some(folder) = &self.settings_folder
            && self.state.door.user.is_none()
        {
            let Settings {
                recent, reports, ..
            } = Settings::load(folder);
            self.state.settings.recent = recent;
            self.state.settings.reports = reports;
        }
    }

    /// What must be gone is given back by the next frames; each of them wipes what is left on the stack.
    fn go_on_forgetting(&mut self, ctx: &Context) {
        if self.is_forgetting_owed {
            self.is_forgetting_owed = self.client.forget().is_err();
        }
        if 0 < self.n_forgetting || self.is_forgetting_owed {
            self.n_forgetting = self.n_forgetting.saturating_sub(1);
            if self.n_forgetting + 2 == N_FORGETTING {
                // The frame with the page of the locked window has been shown.
                self.guard.blanked();
            }
            process::scrub_stack();
            // A window behind others must forget as well, and forgets by drawing.
            ctx.send_viewport_cmd(ViewportCommand::RequestPaintWhileHidden);
            ctx.request_repaint();
        }
    }

    /// Locks, if what has happened since the last frame says so.
    fn watch(&mut self, ctx: &Context) {
        if let Some(reason) = self.guard.look(ctx, &self.state) {
            self.lock(ctx, reason);
        }
        while let Some(told) = self.recorder.as_mut().and_then(Recorder::poll) {
            if let Told::Opened(answer) = &told {
                self.guard.answered(answer);
                self.typed.answered(answer.is_ok());
            }
            let effects = self.state.on_records(told);
            self.perform(ctx, effects);
        }
        if let Some(is_printed) = self.guard.printed() {
            self.state.door.is_printed = Some(is_printed);
        }
    }

    fn lock(&mut self, ctx: &Context, reason: Reason) {
        let start = Instant::now();
        let effects = self.state.lock(reason);
        self.perform(ctx, effects);
        self.guard.locked(reason, start.elapsed());
    }

    fn ask_records(&mut self, ctx: &Context, request: Request) {
        let asked = self.recorder.as_mut().map(|it| it.ask(request));
        if let Some(Err(told)) = asked {
            let effects = self.state.on_records(told);
            self.perform(ctx, effects);
        }
    }

    /// Has a path chosen: the one door to every dialog. One of the desktop at a time; the program's own where a person
    /// wants that, or there is no other.
    fn ask(&mut self, wanted: Wanted) {
        if self.state.settings.is_chooser_own {
            self.commands.push(Command::NoDialog(wanted));
            (self.wake)();
        } else if self.dialog.is_none() {
            let (wake, words) = (self.wake.clone(), &self.state.words);
            self.dialog = Dialog::start(wake, words, wanted, self.buses.clone());
            if self.dialog.is_none() {
                self.commands.push(Command::NoDialog(wanted));
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
        self.receive(ctx);
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

    /// Takes over the files of other starts, as if they had been dropped here, and comes to the front.
    fn receive(&mut self, ctx: &Context) {
        while let Some(files) = self.visits.as_ref().and_then(Visits::poll) {
            ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
            ctx.send_viewport_cmd(ViewportCommand::Focus);
            if !files.is_empty() {
                // For the file system. Not one of the commands of this frame: a lock among them drops those after it.
                let files = files.iter().map(|it| it.reveal().clone()).collect();
                let effects = self.state.apply(Command::Drop(files));
                self.perform(ctx, effects);
            }
        }
    }

    /// The next frame of a scan that is played, when its time has come.
    fn play(&mut self, ctx: &Context) {
        if !self.state.is_playing || self.state.page != Page::Reading {
            self.played = None;
            return;
        }
        let now = Instant::now();
        let next = self.played.map_or(now, |it| it + FRAME_TIME);
        if next <= now {
            // A window that is slow drops no frames and does not catch up either.
            self.played = Some(now);
            self.commands.push(Command::PlayOn);
        }
        ctx.request_repaint_after(next.saturating_duration_since(now).min(FRAME_TIME));
    }

    fn log_milestones(&mut self, frame: &eframe::Frame) {
        if !self.log.is_on() {
            return;
        }
        let is_scan = |it: &&Item| matches!(it.content, Content::Scan(_));
        let drawn = Drawn {
            cpu_ms: frame.info().cpu_usage.map(|it| it * 1e3),
            n_scans: self.state.items.iter().filter(is_scan).count(),
            slice: self.state.shown_position().0,
            has_map: self
                .state
                .scan()
                .and_then(|(_, it)| self.state.map_over(it))
                .is_some(),
        };
        if self.logged.n_scans < drawn.n_scans {
            self.log.write("scan_drawn", Some(&drawn));
        }
        let event = match self.state.page {
            _ if !self.logged.has_frame => "first_frame",
            Page::Worklist => "list_frame",
            _ => "frame",
        };
        self.log.write(event, Some(&drawn));
        self.logged = Logged {
            has_frame: true,
            n_scans: drawn.n_scans,
        };
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX))
}

/// The language that was chosen, else the system's.
fn language(settings: &Settings) -> Language {
    let of_system = || Language::of_system(|it| std::env::var(it).ok());
    settings.language.unwrap_or_else(of_system)
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.state.now_ms = now_ms();
        self.watch(ctx);
        self.take_in_events(ctx);
        self.play(ctx);
        if ctx.input(|it| it.viewport().close_requested()) && !self.state.may_leave() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.commands.push(Command::Leave);
        }
        let moved = window_place::moved(ctx, self.state.settings.window.as_ref());
        self.commands.extend(moved.map(Command::SetPlace));
        for command in std::mem::take(&mut self.commands) {
            if matches!(command, Command::Act(Action::Lock)) {
                self.lock(ctx, Reason::Asked);
                break;
            }
            let is_list = matches!(command, Command::OnWorklist(_));
            let start = Instant::now();
            let effects = self.state.apply(command);
            if is_list && self.log.is_on() {
                self.log.write_took("list_command", start.elapsed());
            }
            self.perform(ctx, effects);
        }
        if let Some(visits) = &self.visits {
            visits.set_locked(!self.state.door.is_open());
        }
        if ctx.current_pass_index() == 0 {
            self.go_on_forgetting(ctx);
        }
        self.pictures.retain(
            |id| self.state.item(id).is_some(),
            |id| self.state.is_on_screen(id),
        );
        let language = language(&self.state.settings);
        if self.state.words.language() != language {
            self.state.words = Words::new(language);
        }
        let theme = match self.state.settings.theme {
            Theme::Dark => egui::Theme::Dark,
            Theme::Light => egui::Theme::Light,
        };
        if ctx.theme() != theme {
            ctx.set_theme(theme);
        }
        // Pictures are drawn pixel by pixel of the screen, whatever a point is.
        ctx.set_zoom_factor(f32::from(self.state.settings.letters_percent) / 100.0);
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
        if std::mem::take(&mut self.are_pictures_owed) {
            self.pictures.forget(frame.gl().map(|it| &**it));
        }
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
            words: &self.state.words,
            lock_left: self.guard.left(),
            is_study_list_shown: self.state.page == Page::Reading
                && self.state.is_study_list_shown
                && theme::FOLD_STUDY <= width
                && self.state.has_study_list(),
        };
        let kept = (&mut self.pictures, &mut self.typed);
        window_ui(ui, &scene, kept, &mut commands);
        if !commands.is_empty() {
            self.commands.extend(commands);
            // What they change is drawn in this frame already; a change that asks for another one waits for the next.
            ui.ctx().request_discard("what is shown has changed");
            if !ui.ctx().will_discard() {
                ui.ctx().request_repaint();
            }
        }
        if !ui.ctx().will_discard() {
            self.log_milestones(frame);
        }
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        theme::tokens(self.state.settings.theme)
            .background
            .to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, gl: Option<&glow::Context>) {
        self.keep(&self.state.settings);
        let effects = self.state.sign_out();
        for effect in effects {
            if let (Effect::Records(request), Some(recorder)) = (effect, &mut self.recorder) {
                recorder.ask(request).ok(); // nobody is there any more to be told
            }
        }
        self.recorder = None;
        if let Some(gl) = gl {
            self.pictures.destroy(gl);
        }
    }
}

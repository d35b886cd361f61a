//! What a command does, and what an answer changes.

use std::path::PathBuf;

use super::{
    Action, Answer, Column, Command, Content, Effect, Group, Item, ItemId, Page, Purpose, Reading,
    Request, ScanItem, SeriesItem, Sheet, State, Tone, Wanted, layout::Before, take_out::Form,
};
use crate::{
    engine::{Event, Gate, Job, JobId, SaveJob, Target, Told},
    failure::{Failure, InWords as _},
    lock::Reason,
    privacy::Phi,
    render::{Look, Turn, auto_window, first_look},
    settings::{LETTERS, Theme, USUAL_LETTERS},
    words::Part,
};

impl State {
    /// Loads the models and opens what the command line named.
    pub fn start(&mut self, files: Vec<PathBuf>) -> Vec<Effect> {
        let mut effects = self.test_models();
        self.tell_ignored_keys();
        if files.is_empty() {
            return effects;
        }
        let open = Command::Open(files);
        if self.door.is_open() {
            effects.extend(self.apply(open));
        } else {
            self.wait_with(open);
        }
        effects
    }

    /// Does what a person asked.
    pub fn apply(&mut self, command: Command) -> Vec<Effect> {
        let before = self.scan().map(|(id, it)| Before {
            row: self.row_of(id),
            at: self.position(id).0,
            view: it.view.clone(),
        });
        let mut effects = self.apply_alone(command);
        self.follow(before);
        self.arrange_viewports();
        effects.extend(self.follow_center());
        effects.extend(self.forget_other_neighbours());
        self.follow_worklist();
        effects.extend(self.tell_sitting());
        self.tell_ignored_keys();
        if self.sheet != Some(Sheet::Path) {
            effects.extend(self.close_chooser());
        }
        self.tell_first(effects)
    }

    fn apply_alone(&mut self, command: Command) -> Vec<Effect> {
        if !self.door.is_open() && !command.works_at_door() {
            if matches!(command, Command::Drop(_)) {
                self.wait_with(command);
            }
            return Vec::new();
        }
        if let Some(right) = command.right().filter(|it| !self.may(*it)) {
            return self.refuse_for(right);
        }
        match command {
            Command::Act(action) => return self.act(action),
            Command::Open(paths) => {
                self.turn_to(Page::Reading);
                let again = Command::Open(paths.clone());
                return vec![self.ask(Purpose::Open(again), Job::Open(paths))];
            }
            Command::Drop(paths) => return self.take_dropped(paths),
            Command::OnPage(command) => return self.apply_on_page(command),
            Command::Activate(id) => self.activate(id),
            Command::Close(id) => return self.put_away(id),
            Command::ChooseModel(kind, name) => return self.choose_model(kind, name),
            Command::ChooseLabel(id, label) => return self.explain_label(id, label),
            Command::ChooseMethod(id, method) => return self.explain(id, None, Some(method)),
            Command::ChooseSite(site) => return self.choose_site(site),
            Command::SetPrevalence(prevalence) => return self.set_prevalence(prevalence),
            Command::PutTogether(item, consent) => self.put_together(item, consent),
            Command::MarkNotes(marks) => self.note_marks = marks,
            // It goes to the rules, not to a log.
            Command::AskNote(item, question) => return self.ask_note(item, question.reveal()),
            Command::SetOpacity(opacity) => {
                self.settings.overlay_opacity = opacity.clamp(0.05, 1.0);
                return self.save_settings();
            }
            Command::EditMarks(id, frame_idx, edit) => {
                return self.edit_marks(id, frame_idx, edit);
            }
            Command::ChooseMark(id) => self.chosen_mark = id,
            Command::Answer(id, answer) => return self.answer(id, answer),
            Command::TypeReason(id, frame_idx, typed) => self.type_reason(id, frame_idx, typed),
            Command::KeepReason(id, frame_idx) => {
                return self.keep_reason(id, frame_idx);
            }
            Command::SaveTo(path) => return self.save_overlay(path),
            Command::OnTakeOut(command) => return self.apply_on_take_out(command),
            Command::Dismiss(id) => self.notices.retain(|it| it.id != id),
            Command::Retry(id) => return self.retry(id),
            Command::Copy(text) => return vec![Effect::Copy(text)],
            Command::SetTheme(_)
            | Command::SetLanguage(_)
            | Command::SetLockMinutes(_)
            | Command::SetGoesOn(_)
            | Command::SetReadFirst(_)
            | Command::SetMouse(_)
            | Command::SetOwnChooser(_)
            | Command::SetLetters(_) => return self.change_setting(command),
            Command::OnKeys(command) => return self.apply_on_keys(command),
            Command::AtDoor(command) => return self.at_door(command),
            Command::OnLog(command) => return self.apply_on_log(command),
            Command::OnWorklist(command) => return self.apply_on_worklist(command),
            Command::OnDeidentify(command) => return self.apply_on_deidentify(command),
            Command::BreakGlass(reason) => {
                return vec![Effect::Records(Request::BreakGlass(reason))];
            }
            Command::SetWidth(Column::Study, width) => self.settings.study_width = width,
            Command::SetWidth(Column::Result, width) => self.settings.result_width = width,
            Command::SetWidth(Column::Course, height) => self.settings.course_height = height,
            Command::SetPlace(place) => self.settings.window = Some(place),
            Command::PointAt(item, at) => return self.point_at(item, at),
            Command::CloseSheet => self.sheet = None,
            Command::Leave => return self.leave(),
            Command::LeaveAllTheSame => return self.leave_all_the_same(),
            Command::OnChooser(command) => return self.apply_on_chooser(command),
            Command::NoDialog(wanted) => return self.open_chooser(wanted),
            other => self.apply_to_view(other),
        }
        Vec::new()
    }

    fn change_setting(&mut self, command: Command) -> Vec<Effect> {
        let settings = &mut self.settings;
        match command {
            Command::SetTheme(theme) => settings.theme = theme,
            Command::SetLanguage(language) => settings.language = Some(language),
            Command::SetLockMinutes(minutes) => settings.lock_minutes = minutes,
            Command::SetGoesOn(goes_on) => settings.goes_on_while_locked = goes_on,
            Command::SetReadFirst(is_read_first) => settings.is_read_first = is_read_first,
            Command::SetMouse(mouse) => settings.mouse = mouse,
            Command::SetOwnChooser(is_own) => settings.is_chooser_own = is_own,
            Command::SetLetters(percent) => settings.letters_percent = percent,
            _ => debug_assert!(false, "a command without a setting"),
        }
        self.save_settings()
    }

    /// What a command does to how something is looked at, and to nothing else.
    fn apply_to_view(&mut self, command: Command) {
        match command {
            Command::SetLayout(layout) => {
                self.close_planes();
                self.set_layout(layout);
            }
            Command::ActivateViewport(at) => self.activate_viewport(at),
            Command::ShowSlice(at) => self.show_slice(at),
            Command::ShowFrame(frame_idx) => self.edit_scan(|it| it.show_frame(frame_idx)),
            Command::PlayOn => self.play_on(),
            Command::ToggleOver(id) => self.toggle_over(id),
            Command::ActivatePlane(axis) => self.activate_plane(axis),
            Command::MeetAt(axis, point) => self.meet_at(axis, point),
            Command::ChooseHour(hour) => self.edit_course(|it| it.view.choose(hour)),
            Command::ZoomCourse { factor, about } => {
                self.edit_course(|it| it.view.zoom_about(factor, about));
            }
            Command::PanCourse(by) => self.edit_course(|it| it.view.pan(by)),
            Command::SetWindow(window) => {
                self.edit_scan(|it| it.view.show_by(Look::Window(window)));
            }
            Command::Pan { x, y } => self.edit_scan(|it| it.view.pan((x, y))),
            Command::Zoom { factor, about } => {
                self.edit_scan(|it| it.view.zoom_about(factor, about))
            }
            _ => debug_assert!(false, "a command without an effect"),
        }
    }

    /// Takes in what a worker answered. An answer that nobody waits for any more changes nothing.
    pub fn on_event(&mut self, id: JobId, event: Event) -> Vec<Effect> {
        let mut effects = self.take_event(id, event);
        self.arrange_viewports();
        self.tell_without_image();
        // A file that was opened may have taken the middle.
        effects.extend(self.follow_center());
        effects.extend(self.forget_other_neighbours());
        self.follow_worklist();
        effects.extend(self.tell_sitting());
        self.tell_first(effects)
    }

    fn take_event(&mut self, id: JobId, event: Event) -> Vec<Effect> {
        let Some(purpose) = self.jobs.get(&id).cloned() else {
            return Vec::new();
        };
        match event {
            Event::Opened { from, opened } => return self.take_in(from, *opened, &purpose),
            Event::Presented { from, presentation } => {
                let told = self.take_over(&from, *presentation, &purpose);
                return told.into_iter().collect();
            }
            Event::Refused { from, error } => self.refuse(from, &error, &purpose),
            Event::Noticed { given, notice } => {
                let failure = notice.in_words(&self.words);
                self.tell(Tone::Failure, failure, Some(given), None);
            }
            Event::ModelLoaded(manifest) => return self.take_model(manifest, &purpose),
            Event::ModelRefused { folder, error } => {
                let mut failure = error.in_words(&self.words);
                self.about
                    .take_tested(folder.clone(), Some(failure.clone()));
                let parts = [
                    ("headline", Part::from(&failure.headline)),
                    ("folder", Part::from(&folder)),
                ];
                failure.headline = self.words.say_with("fail-of-folder", &parts);
                self.tell(Tone::Failure, failure, None, None);
            }
            Event::Scored(prediction) => return self.scored(id, &purpose, *prediction),
            Event::Explained(explanation) => self.explained(id, &purpose, *explanation),
            Event::Ran(running) => self.ran(id, &purpose, *running),
            Event::NoteTaken(parts) => self.note_taken(id, &purpose, *parts),
            Event::NoteAnswered(reply) => self.note_answered(id, &purpose, *reply),
            Event::MapChecked(found) => self.map_checked(id, &purpose, found),
            Event::Listed { from, rows } => return self.rows_came(id, &from, rows),
            Event::Saved(path) => return self.saved(&purpose, path),
            Event::Pictured(picture) => return self.pictured(&purpose, picture),
            Event::VolumeMade(volume) => {
                if let Purpose::Cut { row } = purpose {
                    self.volume_made(row, volume);
                }
            }
            Event::Surveyed(checks) => self.surveyed(id, checks),
            Event::FolderListed(listing) => return self.folder_listed(id, *listing),
            Event::Previewed(preview) => {
                if let Purpose::Preview(covers) = purpose {
                    self.previewed(id, covers, *preview);
                }
            }
            Event::CopyWritten(path) => return self.copy_written(id, path).into_iter().collect(),
            Event::Told(Told::Evaluate(event)) => self.evaluation_told(event),
            Event::Told(Told::Train(event)) => self.training_told(event),
            Event::BatchStarted(stand) => return self.batch_started(id, stand),
            Event::BatchTold(files, stand) => return self.batch_told(id, &files, stand),
            Event::ReportOpened { folder, report } => {
                return self.report_opened(id, folder, report);
            }
            Event::Done => {
                self.jobs.remove(&id);
                self.unanswered(id, &purpose);
                match purpose {
                    Purpose::Evaluate => return self.evaluation_ended(None),
                    Purpose::Train => self.training_ended(None),
                    Purpose::Batch => self.batch_ended(None),
                    Purpose::WriteCopy => self.copy_ended(id, None),
                    Purpose::LoadModels => return self.models_tested(),
                    Purpose::Open(Command::Act(Action::OpenAgain)) => self.sit_again(),
                    _ => {}
                }
            }
            Event::Failed(error) => return self.failed(id, &purpose, &error),
            Event::Cancelled => return self.cancelled(id, &purpose),
        }
        Vec::new()
    }

    /// A job was not taken.
    pub fn on_busy(&mut self, id: JobId, error: &crate::engine::Busy) {
        if let Some(purpose) = self.jobs.remove(&id) {
            // A job that never started leaves nothing to do.
            self.cancelled(id, &purpose);
        }
        let failure = error.in_words(&self.words);
        self.tell(Tone::Failure, failure, None, None);
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        let is_seen_here = match action.info().group {
            // The picture is looked at there as well.
            Group::Picture => self.page == Page::Deidentify,
            Group::Result => false,
            Group::Case | Group::Window => true,
        };
        if !is_seen_here {
            self.page = Page::Reading;
        }
        if action.info().group == Group::Result {
            // A result is about a slice: it stands beside that and nothing else.
            self.close_planes();
        }
        match action {
            Action::OpenFiles => return vec![Effect::AskForPath(Wanted::Files)],
            Action::OpenPath => return self.open_chooser(Wanted::Files),
            Action::OpenSample => return self.open_sample(),
            Action::Score => return self.score(Gate::Closed),
            Action::ScoreBeyondScope => return self.score(Gate::Open),
            Action::ToggleOverlay => self.is_overlay_shown = !self.is_overlay_shown,
            Action::OpacityUp => {
                return self.apply(Command::SetOpacity(self.settings.overlay_opacity + 0.1));
            }
            Action::OpacityDown => {
                return self.apply(Command::SetOpacity(self.settings.overlay_opacity - 0.1));
            }
            Action::NextLabel
            | Action::NextMethod
            | Action::CheckMap
            | Action::CompareModels
            | Action::SwapModels
            | Action::NextFinding
            | Action::ToggleStrength
            | Action::NextMapForm
            | Action::ToggleRawMap => return self.act_on_map(action),
            Action::ToggleTexts => self.are_texts_shown = !self.are_texts_shown,
            Action::Evaluate => self.turn_to(Page::Evaluate),
            Action::Train => self.turn_to(Page::Train),
            // From another page it leads back to the list, whether that was shown or not.
            Action::ToggleStudyList if self.page != Page::Reading => {
                self.page = Page::Reading;
                self.is_study_list_shown = true;
            }
            Action::ToggleStudyList => self.is_study_list_shown = !self.is_study_list_shown,
            Action::NextItem => self.step_item(1),
            Action::PreviousItem => self.step_item(-1),
            Action::CloseItem => return self.center.map_or_else(Vec::new, |id| self.put_away(id)),
            Action::Agree => return self.answer_center(Answer::Agree),
            Action::Disagree => return self.answer_center(Answer::Disagree),
            Action::Unsure => return self.answer_center(Answer::Unsure),
            Action::SayWhy => return self.ask_why(),
            Action::SaveOverlay => return self.ask_where_to_save(),
            Action::CopyView => return self.copy_view(),
            Action::SaveView => return self.ask_what_to_take_out(Form::Picture),
            Action::PrintView => return self.ask_what_to_take_out(Form::Page),
            Action::ToggleTheme => {
                let theme = match self.settings.theme {
                    Theme::Dark => Theme::Light,
                    Theme::Light => Theme::Dark,
                };
                return self.apply(Command::SetTheme(theme));
            }
            Action::LettersLarger => {
                return self.step_letters(|it| LETTERS.into_iter().find(|size| it < *size));
            }
            Action::LettersSmaller => {
                return self.step_letters(|it| LETTERS.into_iter().rev().find(|size| *size < it));
            }
            Action::LettersUsual => return self.step_letters(|_| Some(USUAL_LETTERS)),
            Action::Palette => self.sheet = toggled(self.sheet, Sheet::Palette),
            Action::Keys => self.sheet = toggled(self.sheet, Sheet::Keys),
            Action::UsualKeys => return self.usual_keys(),
            Action::Lock => return self.lock(Reason::Asked),
            Action::Log => return self.open_log(),
            Action::Deidentify => return self.open_deidentify(),
            Action::BreakGlass => self.sheet = toggled(self.sheet, Sheet::Glass),
            Action::Safety => self.sheet = toggled(self.sheet, Sheet::Safety),
            Action::Escape => return self.escape(),
            Action::Quit => return self.leave(),
            _ => return self.act_on_view(action),
        }
        Vec::new()
    }

    /// Which answer and which map of it is looked at, and how the map is drawn.
    fn act_on_map(&mut self, action: Action) -> Vec<Effect> {
        let settings = &mut self.settings;
        match action {
            Action::NextLabel => return self.next_label(),
            Action::NextMethod => return self.next_method(),
            Action::CheckMap => return self.check_map(),
            Action::CompareModels => return self.compare_models(),
            Action::SwapModels => return self.swap_models(),
            Action::NextFinding => return self.next_finding(),
            Action::ToggleStrength => settings.is_strength_even = !settings.is_strength_even,
            Action::NextMapForm => settings.map_form = settings.map_form.next(),
            Action::ToggleRawMap => settings.is_map_raw = !settings.is_map_raw,
            _ => debug_assert!(false, "an action without a map"),
        }
        self.save_settings()
    }

    fn open_sample(&mut self) -> Vec<Effect> {
        self.turn_to(Page::Reading);
        self.sample = None;
        let purpose = Purpose::Open(Command::Act(Action::OpenSample));
        vec![self.ask(purpose, Job::OpenSample)]
    }

    fn step_letters(&mut self, next: impl Fn(u16) -> Option<u16>) -> Vec<Effect> {
        let next = next(self.settings.letters_percent);
        next.map_or_else(Vec::new, |it| self.apply(Command::SetLetters(it)))
    }

    /// How the picture, the course and the note are looked at, and what stands beside them.
    fn act_on_view(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::AutoWindow => {
                self.edit_scan(|it| {
                    let window = auto_window(it.pyramid().frame());
                    it.view.show_by(Look::Window(window));
                });
            }
            Action::Window(number) => self.edit_scan(|it| {
                let number = usize::from(number).saturating_sub(1);
                if let Some(look) = it.presets().get(number).cloned() {
                    it.view.show_by(look);
                }
            }),
            Action::Invert => self.edit_scan(|it| it.view.is_inverted = !it.view.is_inverted),
            Action::TurnRight => self.edit_scan(|it| it.view.turn = it.view.turn.clockwise()),
            Action::TurnLeft => {
                self.edit_scan(|it| it.view.turn = it.view.turn.counter_clockwise());
            }
            Action::FlipAcross => self.edit_scan(|it| it.view.turn = it.view.turn.flipped_across()),
            Action::FlipDown => self.edit_scan(|it| it.view.turn = it.view.turn.flipped_down()),
            Action::ResetView => {
                self.edit_scan(reset_view);
                self.edit_center_course(|it| it.view.fit());
            }
            Action::Play => {
                let n_slices = self.shown_position().1;
                self.is_playing = 1 < n_slices && !self.is_playing;
            }
            Action::Magnify => self.is_magnified = !self.is_magnified,
            Action::NextLayout => {
                self.close_planes();
                self.set_layout(self.viewports.layout.next());
            }
            Action::NextViewport if self.planes.is_some() => self.next_plane(),
            Action::NextViewport => self.next_viewport(),
            Action::ToggleOvers => self.are_overs_shown = !self.are_overs_shown,
            Action::TogglePlanes => return self.toggle_planes(),
            Action::ComparePrior => return self.compare_prior(),
            Action::LinkViewports => {
                self.viewports.are_apart = !self.viewports.are_apart;
            }
            Action::Measure(tool) => self.choose_tool(tool),
            Action::RemoveMark => return self.remove_mark(),
            Action::Undo => return self.step_marks(true),
            Action::Redo => return self.step_marks(false),
            Action::PointAt => {
                self.close_planes();
                self.start_pointing();
            }
            Action::ZoomIn => self.zoom(1.25),
            Action::ZoomOut => self.zoom(0.8),
            Action::NextFrame => self.step_frame(1),
            Action::PreviousFrame => self.step_frame(-1),
            Action::FirstFrame => {
                self.go_to_frame(0);
                self.edit_center_course(|it| it.view.choose(i64::MIN));
            }
            Action::LastFrame => {
                self.go_to_frame(usize::MAX);
                self.edit_center_course(|it| it.view.choose(i64::MAX));
            }
            Action::NextHour => self.edit_course(|it| it.view.choose(it.view.hour + 1)),
            Action::PreviousHour => self.edit_course(|it| it.view.choose(it.view.hour - 1)),
            Action::ToggleCourse => self.is_course_shown = !self.is_course_shown,
            Action::Worklist => self.toggle_worklist(),
            Action::OpenAgain => return self.open_again(),
            Action::About => return self.open_about(),
            Action::TestModels => return self.test_and_tell(),
            Action::NextUnread => return self.next_unread(),
            Action::NextMarks => self.note_marks = self.note_marks.next(),
            Action::PutTogether => self.ask_together(),
            Action::TakeApart => return self.take_apart(),
            _ => debug_assert!(false, "an action without an effect"),
        }
        Vec::new()
    }

    /// Closes what lies on top, else goes back to reading, else stops what runs, else resets the view. What runs on a
    /// page goes on.
    fn escape(&mut self) -> Vec<Effect> {
        let running: Vec<JobId> = self.busy_jobs().collect();
        if self.key_edit.take().is_some() || self.sheet.take().is_some() {
            return Vec::new();
        }
        let is_put_down = self.tool.take().is_some()
            | std::mem::take(&mut self.is_pointing)
            | std::mem::take(&mut self.is_playing)
            | std::mem::take(&mut self.is_magnified);
        if is_put_down {
            return Vec::new();
        }
        if self.page != Page::Reading {
            self.page = Page::Reading;
            return Vec::new();
        }
        if running.is_empty() && self.planes.is_some() {
            self.close_planes();
            return Vec::new();
        }
        if running.is_empty() {
            self.edit_scan(reset_view);
        }
        self.is_score_wanted = false;
        running.into_iter().map(Effect::Cancel).collect()
    }

    // How it is looked at.

    pub(super) fn edit_scan(&mut self, edit: impl FnOnce(&mut ScanItem)) {
        if self.planes.is_some() && self.page == Page::Reading {
            return self.edit_plane(edit);
        }
        let center = self.center;
        if let Some(Item {
            content: Content::Scan(scan),
            ..
        }) = self.items.iter_mut().find(|it| Some(it.id) == center)
        {
            edit(scan);
        }
    }

    /// Edits the series of the page.
    fn edit_course(&mut self, edit: impl FnOnce(&mut SeriesItem)) {
        let id = self.series().map(|it| it.0);
        let item = self.items.iter_mut().find(|it| Some(it.id) == id);
        if let Some(Content::Series(series)) = item.map(|it| &mut it.content) {
            edit(series);
        }
    }

    /// Edits the series in the middle: keys that the scan has too are for what is in the middle.
    fn edit_center_course(&mut self, edit: impl FnOnce(&mut SeriesItem)) {
        let is_center = self.series().is_some_and(|it| Some(it.0) == self.center);
        if is_center {
            self.edit_course(edit);
        }
    }

    fn zoom(&mut self, factor: f32) {
        self.edit_scan(|it| it.view.zoom_about(factor, it.view.center));
        self.edit_center_course(|it| {
            let (from, to) = it.view.shown;
            it.view.zoom_about(f64::from(factor), (from + to) / 2.0);
        });
    }

    /// A copy is made of one file: its page shows no other.
    fn go_to_frame(&mut self, at: usize) {
        if self.page == Page::Deidentify {
            self.edit_scan(|it| it.show_frame(at));
        } else {
            self.show_slice(at);
        }
    }

    fn play_on(&mut self) {
        match self.shown_position() {
            (at, n) if 1 < n => self.show_slice((at + 1) % n),
            _ => self.is_playing = false,
        }
    }

    fn step_frame(&mut self, by: isize) {
        if self.page == Page::Deidentify {
            self.edit_scan(|it| it.show_frame(it.view.frame_idx.saturating_add_signed(by)));
        } else {
            self.step_slice(by);
        }
        let by = i64::try_from(by).unwrap_or(0);
        self.edit_center_course(|it| it.view.choose(it.view.hour.saturating_add(by)));
    }

    // Saving, failures.

    /// What is on screen now is what will be saved, whatever is there once the person has found a place for it.
    fn ask_where_to_save(&mut self) -> Vec<Effect> {
        self.to_save = self.overlay_and_result();
        if self.to_save.is_some() {
            return vec![Effect::AskForPath(Wanted::Overlay)];
        }
        let failure = Failure {
            headline: self.words.say("notice-no-overlay"),
            remedy: {
                let key = self.press_words(Action::Score);
                let parts = [("key", Part::from(&key))];
                self.words.say_with("notice-no-overlay-remedy", &parts)
            },
            cause: "wanted a scan with an explanation, found none".to_owned(),
        };
        self.tell(Tone::Failure, failure, None, None);
        Vec::new()
    }

    fn overlay_and_result(&self) -> Option<(ItemId, Box<SaveJob>)> {
        let (item, scan) = self.scan()?;
        let job = SaveJob {
            scan: scan.scan.clone(),
            curve: scan.view.plain_curve(),
            prediction: scan.prediction().cloned()?,
            explanation: scan.explanation()?.as_ref().clone(),
            opacity: self.drawn_opacity(scan),
            look: self.look(),
            to: Phi::default(),
        };
        Some((item, Box::new(job)))
    }

    fn save_overlay(&mut self, to: PathBuf) -> Vec<Effect> {
        let Some((item, mut job)) = self.to_save.take() else {
            return Vec::new();
        };
        job.to = Phi::new(to);
        vec![self.ask(Purpose::Save { item }, Job::Save(job))]
    }

    // Small things.

    pub(super) fn center_reading(&self) -> Option<(ItemId, &Reading)> {
        let item = self.center()?;
        item.reading().map(|it| (item.id, it))
    }

    pub(super) fn reading_mut(&mut self, item: ItemId, frame_idx: usize) -> Option<&mut Reading> {
        match &mut self.item_mut(item)?.content {
            Content::Scan(scan) => Some(scan.readings.entry(frame_idx).or_default()),
            Content::Note(note) => Some(&mut note.reading),
            Content::Series(series) => Some(&mut series.reading),
            Content::Sequence(sequence) => Some(&mut sequence.reading),
        }
    }

    pub(super) fn target(&self, item: ItemId, frame_idx: usize) -> Option<Target> {
        Some(match &self.item(item)?.content {
            Content::Scan(scan) => self.with_neighbours(item, scan.target_of(frame_idx)),
            Content::Note(note) => note.target(),
            Content::Series(series) => series.target(),
            Content::Sequence(sequence) => sequence.target(),
        })
    }

    pub(super) fn ask(&mut self, purpose: Purpose, job: Job) -> Effect {
        self.ask_for(purpose, job).1
    }

    /// Asks a question, under a number that it is known by.
    pub(super) fn ask_for(&mut self, purpose: Purpose, job: Job) -> (JobId, Effect) {
        let id = JobId(self.number());
        self.jobs.insert(id, purpose);
        (id, Effect::Start(id, job))
    }

    pub(super) fn save_settings(&self) -> Vec<Effect> {
        vec![Effect::SaveSettings(self.settings.clone())]
    }

    pub(super) const fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }
}

pub(super) fn reset_view(item: &mut ScanItem) {
    item.view.fit();
    item.view.is_inverted = false;
    item.view.turn = Turn::default();
    let look = first_look(&item.scan, item.view.frame_idx);
    item.view.show_by(look);
}

fn toggled(sheet: Option<Sheet>, wanted: Sheet) -> Option<Sheet> {
    if sheet == Some(wanted) {
        None
    } else {
        Some(wanted)
    }
}

//! De-identified copies from the window: what a person sees, corrects and writes, with the real decoder and networks.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use dicom::dictionary_std::tags;
use egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{App, Options, Safety},
    deid::{
        Dates,
        dicom::{Hold, Rect},
    },
    engine::{Client, Parts},
    session::{
        Action as Key_, Command, DeidentifyCommand, DeidentifyPage, Draft, Effect, Field, Loading,
        PageCommand, State,
    },
    settings::Settings,
    store::{Action, Filter},
    words::Language,
};

use crate::{
    app::{built, options, press, wait, wait_for_title},
    command::{scratch, write},
    deid_command::{burned_in, ink},
    deid_header::{object, simple, text},
    dicom::decoder,
    door_store::{enter, lock},
    fake,
    lock::{kept_in, spoken, wait_for_records},
    store::{PASSPHRASE, create_in},
};

const NOTE: &str =
    "Patient: Erika Mustermann, MRN 4711-08. Seen by Zyx on 03/05/2021.\nNo pneumothorax.\n";

/// Parts that read real files by the real decoder.
fn parts() -> Parts {
    let decoder = decoder();
    Parts {
        open: Box::new(move |paths, cancel, each| decoder.open_given(paths, cancel, each)),
        ..fake::parts()
    }
}

fn window(files: Vec<PathBuf>, safety: Safety, settings: Option<PathBuf>) -> Harness<'static, App> {
    let options = Options {
        settings_folder: settings,
        safety,
        ..options(files, parts())
    };
    built([1440.0, 900.0], options)
}

fn page<'h>(harness: &'h Harness<'static, App>) -> &'h DeidentifyPage {
    &harness.state().state().deidentify
}

fn done(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join("done")) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Ticks and writes, as a person would, into a folder that is typed.
fn write_copy(harness: &mut Harness<'static, App>, folder: &Path, tick: &str) {
    let label = "Folder for copies";
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .focus();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .type_text(folder.to_str().unwrap());
    harness.run_steps(2);
    harness.get_by_label(tick).click();
    harness.run_steps(2);
    harness.get_by_label("Write the copy").click();
    wait_for_title(harness, "copy written");
}

#[test]
fn a_scan_is_seen_corrected_and_written_in_the_window() {
    let folder = scratch("deid-window-scan");
    let out = folder.join("copies");
    let file = folder.join("Muster.dcm");
    let Some((width, pixels)) = burned_in(&file) else {
        return;
    };
    let mut harness = window(vec![file], Safety::default(), None);
    wait_for_title(&mut harness, "open");
    press(&mut harness, Modifiers::COMMAND, Key::D);
    wait_for_title(&mut harness, "de-identified copy");
    let said = spoken(&harness);
    for words in ["PatientName: Muster^Erika", "4711-08", "HEADER", "20200201"] {
        assert!(said.contains(words), "{words} in {said}");
    }
    let Some(Draft::Scan(draft)) = page(&harness).draft.ready() else {
        panic!("no draft");
    };
    if !draft.is_searched {
        println!("skipped: no networks that find text");
        return;
    }
    let is_on: Vec<bool> = draft.covers.iter().map(|it| it.is_on).collect();
    assert_eq!(is_on, [true, false], "the name goes and the marker stays");
    assert!(said.contains("side marker, stays"), "{said}");
    // Nothing is written before somebody has looked.
    assert!(!page(&harness).is_ready());
    // A cover is lifted and put back, and another one drawn with the mouse.
    let name = draft.covers[0].cover.text.reveal().clone();
    harness.get_by_label(&name).click();
    harness.run_steps(2);
    harness.get_by_label(&name).click();
    harness.run_steps(2);
    let picture = harness
        .get_by_label("The picture as the copy will have it")
        .rect();
    let at = picture.center() + vec2(0.0, 60.0);
    harness.hover_at(at);
    harness.run_steps(1);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.hover_at(at + vec2(80.0, 40.0));
    harness.run_steps(1);
    harness.drop_at(at + vec2(80.0, 40.0));
    harness.run_steps(2);
    let Some(Draft::Scan(draft)) = page(&harness).draft.ready() else {
        panic!("no draft");
    };
    assert_eq!(draft.covers.len(), 3);
    assert!(draft.covers[2].is_drawn && draft.covers[2].is_on);
    let drawn = draft.covers[2].cover.rect;
    assert!(
        drawn.y < 384 && 10 < drawn.width && 5 < drawn.height,
        "{drawn:?}"
    );
    let tick = "I have looked at the whole picture; nothing in it names the patient";
    write_copy(&mut harness, &out, tick);
    let files = done(&out);
    assert_eq!(files.len(), 1);
    let set = object(&fs::read(&files[0]).unwrap());
    let masked = set.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap();
    assert!(500 < ink(width, &pixels, 0..100));
    assert_eq!(ink(width, &masked, 0..100), 0);
    assert!(0 < ink(width, &masked, 150..250));
    assert_eq!(text(&set, tags::BURNED_IN_ANNOTATION), "NO");
    assert_ne!(text(&set, tags::PATIENT_ID), "4711-08");
    let report = fs::read_to_string(out.join("report.json")).unwrap();
    assert!(report.contains("a person has looked") && !report.contains("Muster"));
    assert!(report.contains("\"is_key_kept\": false"), "{report}");
    assert!(spoken(&harness).contains("The copy is written"));
}

/// The session with its real threads and no window.
struct Desk {
    state: State,
    client: Client,
}

impl Desk {
    fn with(file: &Path) -> Self {
        let client = Client::start(parts(), Arc::new(|| {})).unwrap();
        let mut desk = Self {
            state: State::new(Settings::default()),
            client,
        };
        let effects = desk.state.start(vec![file.to_owned()]);
        desk.perform(effects);
        desk.wait(|it| !it.items.is_empty());
        desk
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => self.client.start_job(id, job).unwrap(),
                Effect::Cancel(id) => self.client.cancel(id),
                _ => {}
            }
        }
    }

    fn apply(&mut self, command: Command) {
        let effects = self.state.apply(command);
        self.perform(effects);
    }

    fn ask(&mut self, command: DeidentifyCommand) {
        self.apply(Command::OnDeidentify(command));
    }

    fn wait(&mut self, is_there: impl Fn(&State) -> bool) {
        let start = Instant::now();
        while !is_there(&self.state) {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "{:?}",
                self.state.deidentify
            );
            match self.client.poll() {
                Some((id, event)) => {
                    let effects = self.state.on_event(id, event);
                    self.perform(effects);
                }
                None => thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    fn preview(&mut self) {
        self.apply(Command::Act(Key_::Deidentify));
        self.settle();
    }

    fn settle(&mut self) {
        self.wait(|it| it.deidentify.draft.waiting().is_none());
    }

    fn write(&mut self, folder: &Path) {
        let folder = folder.to_string_lossy().into_owned();
        self.apply(Command::OnPage(PageCommand::SetText(Field::Copies, folder)));
        self.ask(DeidentifyCommand::SetLooked(true));
        self.ask(DeidentifyCommand::Write);
        self.wait(|it| it.deidentify.writing.is_none());
    }
}

#[test]
fn places_in_a_note_are_lifted_and_words_marked() {
    let folder = scratch("deid-window-note");
    let file = folder.join("note.txt");
    write(&file, NOTE);
    let mut desk = Desk::with(&file);
    desk.preview();
    let Some(Draft::Note(draft)) = desk.state.deidentify.draft.ready() else {
        panic!("no draft");
    };
    let words: Vec<&str> = draft
        .found
        .iter()
        .map(|it| &NOTE[it.found.span.clone()])
        .collect();
    assert!(
        words.contains(&"4711-08") && words.contains(&"03/05/2021"),
        "{words:?}"
    );
    let date = words.iter().position(|it| *it == "03/05/2021").unwrap();
    desk.ask(DeidentifyCommand::TickFound(date));
    let missed = NOTE.find("pneumothorax").unwrap();
    desk.ask(DeidentifyCommand::Mark(missed..missed + 12));
    // What was ticked is not what would be written now.
    assert!(!desk.state.deidentify.is_looked_at);
    desk.write(&folder.join("copies"));
    let files = done(&folder.join("copies"));
    assert_eq!(files.len(), 1);
    let text = fs::read_to_string(&files[0]).unwrap();
    assert!(
        text.contains("03/05/2021") && !text.contains("pneumothorax"),
        "{text}"
    );
    for word in ["Erika", "Mustermann", "4711"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert!(!files[0].ends_with("note.txt"));
}

#[test]
fn the_policy_changes_the_header_and_keeps_the_covers() {
    let folder = scratch("deid-window-policy");
    let file = folder.join("a.dcm");
    write(&file, simple("1.3.77.2", "20200201").part10());
    let mut desk = Desk::with(&file);
    desk.preview();
    let rect = Rect {
        x: 0,
        y: 0,
        width: 1,
        height: 1,
    };
    desk.ask(DeidentifyCommand::Draw(rect));
    let date = |desk: &Desk| match desk.state.deidentify.draft.ready() {
        Some(Draft::Scan(it)) => {
            let change = it.changes.iter().find(|it| it.attribute == "StudyDate");
            change.map(|it| it.after.as_ref().map(|it| it.reveal().clone()))
        }
        _ => panic!("no draft"),
    };
    let moved = date(&desk).unwrap().unwrap();
    assert!(moved.len() == 8 && moved.as_str() < "20200201", "{moved}");
    let mut policy = desk.state.deidentify.policy.clone();
    policy.dates = Dates::Keep;
    desk.ask(DeidentifyCommand::SetPolicy(policy));
    desk.settle();
    assert_eq!(date(&desk), None, "a date that is kept is no change");
    let Some(Draft::Scan(draft)) = desk.state.deidentify.draft.ready() else {
        panic!("no draft");
    };
    assert_eq!(draft.covers.len(), 1);
    assert_eq!(draft.covers[0].cover.rect, rect);
    assert_eq!(
        draft.facts.hold(&desk.state.deidentify.policy, false),
        Some(Hold::NobodyLooked)
    );
    desk.write(&folder.join("copies"));
    let set = object(&fs::read(&done(&folder.join("copies"))[0]).unwrap());
    assert_eq!(text(&set, tags::STUDY_DATE), "20200201");
    let masked = set.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap();
    assert_eq!(
        masked[..4],
        [1, 2, 3, 4],
        "the first pixel was the darkest already"
    );
    // Once more in another way: the copy that is there is not replaced.
    desk.ask(DeidentifyCommand::Draw(Rect { x: 1, ..rect }));
    desk.write(&folder.join("copies"));
    let failure = desk.state.deidentify.failure.as_ref().unwrap();
    assert!(failure.headline.contains("another copy"), "{failure:?}");
    assert_eq!(done(&folder.join("copies")).len(), 1);
}

#[test]
fn a_face_is_refused_until_somebody_answers_for_it() {
    let folder = scratch("deid-window-face");
    let file = folder.join("a.dcm");
    let mut fields = simple("1.3.77.2", "20200201");
    fields
        .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.2")
        .text(0x0008_0060, b"CS", "CT")
        .text(0x0018_0015, b"CS", "HEAD");
    write(&file, fields.part10());
    let mut desk = Desk::with(&file);
    desk.preview();
    assert!(desk.state.deidentify.is_face_refused);
    desk.ask(DeidentifyCommand::SetFaceReason("  ".to_owned()));
    desk.ask(DeidentifyCommand::AcceptFace);
    assert!(desk.state.deidentify.is_face_refused);
    desk.ask(DeidentifyCommand::SetFaceReason("phantom".to_owned()));
    desk.ask(DeidentifyCommand::AcceptFace);
    desk.settle();
    desk.write(&folder.join("copies"));
    let report = fs::read_to_string(folder.join("copies/report.json")).unwrap();
    assert!(report.contains("phantom"), "{report}");
    // It holds for this picture alone.
    let next = folder.join("b.dcm");
    fields.text(0x0008_0018, b"UI", "1.3.77.3");
    write(&next, fields.part10());
    desk.apply(Command::Open(vec![next]));
    desk.wait(|it| it.items.len() == 2);
    desk.preview();
    assert!(desk.state.deidentify.is_face_refused);
}

#[test]
fn a_file_that_changed_a_picture_without_header_and_a_bad_folder_are_told() {
    let folder = scratch("deid-window-bad");
    let file = folder.join("a.dcm");
    write(&file, simple("1.3.77.2", "20200201").part10());
    let mut desk = Desk::with(&file);
    write(&file, simple("1.3.77.3", "20200201").part10());
    desk.preview();
    let Loading::Failed(failure) = &desk.state.deidentify.draft else {
        panic!("{:?}", desk.state.deidentify);
    };
    assert!(
        failure.headline.contains("not what was opened"),
        "{failure:?}"
    );
    write(&file, simple("1.3.77.2", "20200201").part10());
    desk.ask(DeidentifyCommand::Again);
    desk.settle();
    for folder in ["", "copies", "../copies"] {
        desk.apply(Command::OnPage(PageCommand::SetText(
            Field::Copies,
            folder.to_owned(),
        )));
        desk.ask(DeidentifyCommand::SetLooked(true));
        assert!(!desk.state.deidentify.is_ready(), "{folder}");
    }
    // A file stands where the folder should be.
    desk.write(&file.join("below"));
    assert!(desk.state.deidentify.failure.is_some());
    assert_eq!(desk.state.deidentify.written, None);
    let png = folder.join("a.png");
    image::GrayImage::new(8, 8).save(&png).unwrap();
    desk.apply(Command::Open(vec![png]));
    desk.wait(|it| it.items.len() == 2);
    desk.preview();
    assert!(matches!(desk.state.deidentify.draft, Loading::Empty));
}

#[test]
fn the_records_keep_the_secret_and_the_log_names_no_patient() {
    let folder = scratch("deid-window-records");
    let (records, settings) = (folder.join("records"), folder.join("settings"));
    drop(create_in(&records));
    let file = folder.join("a.dcm");
    write(&file, simple("1.3.77.2", "20200201").part10());
    let mut numbers = Vec::new();
    for sitting in ["1", "2"] {
        let out = folder.join(sitting);
        let mut harness = window(
            vec![file.clone()],
            kept_in(&records),
            Some(settings.clone()),
        );
        harness.run_steps(3);
        enter(&mut harness, "Ada", PASSPHRASE);
        wait_for_title(&mut harness, "open");
        press(&mut harness, Modifiers::COMMAND, Key::D);
        wait_for_title(&mut harness, "de-identified copy");
        let tick = "I have looked at the whole picture; nothing in it names the patient";
        write_copy(&mut harness, &out, tick);
        let set = object(&fs::read(&done(&out)[0]).unwrap());
        numbers.push(text(&set, tags::PATIENT_ID));
        let report = fs::read_to_string(out.join("report.json")).unwrap();
        assert!(report.contains("\"is_key_kept\": true"), "{report}");
        lock(&mut harness);
        assert!(page(&harness).written.is_none());
        drop(harness);
    }
    assert_eq!(numbers[0], numbers[1]);
    let records = wait_for_records(&records);
    let filter = Filter {
        action: Some(Action::Deidentified),
        ..Filter::default()
    };
    let entries = records.log(&filter, 10).unwrap();
    assert_eq!(entries.len(), 2);
    let told = format!("{:?}", entries[0].record.detail);
    for word in ["Muster", "4711", "a.dcm"] {
        assert!(!told.contains(word), "{told}");
    }
    assert_eq!(entries[0].record.detail["kind"], "scan");
}

#[test]
fn the_page_speaks_chinese() {
    let folder = scratch("deid-window-chinese");
    let (file, settings) = (folder.join("note.txt"), folder.join("settings"));
    write(&file, "患者王小明，电话13800138000。");
    let chosen = Settings {
        language: Some(Language::Chinese),
        ..Settings::default()
    };
    chosen.save(&settings).unwrap();
    let mut harness = window(vec![file], Safety::default(), Some(settings));
    wait_for_title(&mut harness, "已打开");
    press(&mut harness, Modifiers::COMMAND, Key::D);
    wait_for_title(&mut harness, "去标识副本");
    wait(&mut harness, "the list", |it| {
        spoken(it).contains("病历中的替换")
    });
    let said = spoken(&harness);
    for words in [
        "去标识副本",
        "13800138000",
        "写出副本",
        "单击标出之处可保留",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

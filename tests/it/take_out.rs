//! Files out of the window: where a point of the scan lies in the picture, what stands below it, what a page says, what the
//! clipboard holds, and what the log knows.

use std::{path::PathBuf, sync::Arc};

use egui::{ColorImage, Key, Modifiers, OutputCommand};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{App, Options},
    case::{Frame, Note, Samples, VoiFunction, Window},
    disk,
    engine::{Event, TakeOutJob},
    import::Opened,
    privacy::Phi,
    render::{
        Curve, Picture, Pose, Pyramid, Turn, compose,
        outgoing::{Drawn, Line, Outgoing, Ruler, Tone},
        page::{Page, Table, pdf},
        picture::encode,
    },
    session::{Action, Command, Effect, Form, Sheet, TakeOut, TakeOutCommand, Tool, Wanted},
    settings::{Paper, Settings},
    store::{Action as Logged, Filter},
    words::Language,
};

use crate::{
    app::{built, options, press, wait, wait_for_title, window_with},
    command::scratch,
    dicom::decoder,
    door_store::{enter, window_of},
    fake,
    lock::{stage, wait_for_records},
    session::ready,
    store::{PASSPHRASE, create_in},
};

const BLUE: [u8; 3] = [0x5A, 0xA9, 0xE6];
/// Columns and rows of the small frame.
const SIZE: (usize, usize) = (60, 40);
/// The one bright pixel of it.
const BRIGHT: (usize, usize) = (47, 9);
/// Pixels of the picture for one of the frame.
const SCALE: usize = 4;

/// A dark frame of 60 x 40 with one bright pixel.
fn pyramid() -> Pyramid {
    let mut samples = vec![10.0; SIZE.0 * SIZE.1];
    samples[BRIGHT.1 * SIZE.0 + BRIGHT.0] = 100.0;
    Pyramid::new(Arc::new(Frame {
        width: SIZE.0,
        height: SIZE.1,
        samples: Samples::Gray(samples.into()),
    }))
}

/// The whole frame as it is turned, enlarged.
fn turned(turn: Turn) -> (Pose, (usize, usize)) {
    let (width, height) = (SIZE.0 * SCALE, SIZE.1 * SCALE);
    let size = if turn.is_sideways() {
        (height, width)
    } else {
        (width, height)
    };
    let middle = (size.0 as f32 / 2.0, size.1 as f32 / 2.0);
    let scale = (SCALE as f32).recip();
    let pose = Pose {
        scan_from_picture: wardlight::prediction::Affine2 {
            scale_x: scale,
            scale_y: scale,
            offset_x: SIZE.0 as f32 / 2.0 - middle.0 * scale,
            offset_y: SIZE.1 as f32 / 2.0 - middle.1 * scale,
        },
        turn,
        middle,
    };
    (pose, size)
}

fn outgoing(turn: Turn) -> Outgoing {
    let (pose, size) = turned(turn);
    let window = Window {
        center: 50.0,
        width: 100.0,
        function: VoiFunction::LinearExact,
        name: None,
    };
    Outgoing {
        pyramid: pyramid(),
        curve: Curve::new(&window, false),
        pose,
        size,
        heat: None,
        drawn: Vec::new(),
        letters: Some(["R", "L", "H", "F"].map(str::to_owned)),
        ruler: Some(Ruler {
            length: 40.0,
            words: "10 mm".to_owned(),
        }),
        lines: vec![
            Line {
                words: "model chest 1.0".to_owned(),
                tone: Tone::Plain,
            },
            Line {
                words: "Research use only – not for diagnosis".to_owned(),
                tone: Tone::Warning,
            },
        ],
    }
}

fn pixel(picture: &Picture, (x, y): (usize, usize)) -> [u8; 3] {
    let at = 4 * (y * picture.width + x);
    picture.rgba[at..at + 3].try_into().unwrap()
}

/// Where a pixel of the frame lies in the picture, worked out without the program: mirrored first, then turned clockwise
/// by quarters.
fn expected((x, y): (f32, f32), turn: Turn) -> (usize, usize) {
    let (mut x, mut y, mut width, mut height) = (x, y, SIZE.0 as f32, SIZE.1 as f32);
    if turn.is_mirrored() {
        x = width - x;
    }
    for _ in 0..turn.n_quarters() {
        (x, y) = (height - y, x);
        (width, height) = (height, width);
    }
    ((x * SCALE as f32) as usize, (y * SCALE as f32) as usize)
}

#[test]
fn a_mark_lies_on_its_pixel_in_all_eight_poses() {
    let mut n = 0;
    for turn in Turn::all() {
        let center = (BRIGHT.0 as f32 + 0.5, BRIGHT.1 as f32 + 0.5);
        let at = expected(center, turn);
        let plain = outgoing(turn);
        assert!(150 < pixel(&plain.picture(), at)[0], "{turn:?}");
        let marked = Outgoing {
            drawn: vec![Drawn::Dot {
                at: [f64::from(center.0), f64::from(center.1)],
                color: BLUE,
            }],
            ..plain
        };
        // As it is read back from the file.
        let file = image::load_from_memory(&encode(&marked.captioned()).unwrap()).unwrap();
        let (left, top) = marked.origin();
        let found = file
            .to_rgb8()
            .get_pixel((left + at.0) as u32, (top + at.1) as u32)
            .0;
        assert_eq!(found, BLUE, "{turn:?}");
        // Far from it there is no blue.
        let far = expected((3.5, 36.5), turn);
        assert_eq!(pixel(&marked.picture(), far), [26; 3], "{turn:?}");
        n += 1;
    }
    assert_eq!(n, 8);
}

#[test]
fn masks_and_lines_lie_where_they_belong_when_turned() {
    for turn in Turn::all() {
        // A mask of 2 x 1 pixels over the right half: its first pixel is red, its second green.
        let mask = Picture {
            width: 2,
            height: 1,
            rgba: vec![255, 0, 0, 255, 0, 255, 0, 255],
        };
        let shown = Outgoing {
            drawn: vec![
                Drawn::Mask {
                    make: Arc::new(move || mask.clone()),
                    corners: [[30.0, 0.0], [60.0, 0.0], [60.0, 40.0], [30.0, 40.0]],
                    opacity: 1.0,
                },
                Drawn::Line {
                    points: vec![[2.0, 20.0], [28.0, 20.0]],
                    color: BLUE,
                    is_filled: false,
                },
            ],
            ..outgoing(turn)
        };
        let picture = shown.picture();
        let at = |x: f32, y: f32| pixel(&picture, expected((x, y), turn));
        assert_eq!(at(37.5, 30.5), [255, 0, 0], "{turn:?}");
        assert_eq!(at(52.5, 30.5), [0, 255, 0], "{turn:?}");
        let line = at(15.0, 20.05);
        assert!(120 < line[2] && line[0] < line[2], "{turn:?} {line:?}");
        assert_eq!(at(15.5, 30.5), [26; 3], "{turn:?}");
    }
}

#[test]
fn the_caption_lies_outside_and_the_picture_is_what_the_renderer_gives() {
    let shown = outgoing(Turn::default().clockwise());
    let drawn = compose(&shown.pyramid, &shown.curve, None, shown.pose, shown.size);
    let all = shown.captioned();
    let (left, top) = shown.origin();
    for row in 0..drawn.height {
        let start = 4 * ((row + top) * all.width + left);
        let own = 4 * row * drawn.width;
        assert_eq!(
            all.rgba[start..start + 4 * drawn.width],
            drawn.rgba[own..own + 4 * drawn.width],
            "row {row}"
        );
    }
    // Two lines of words and a margin, and something is written there.
    let below = all.height - drawn.height - 2 * top;
    assert!(40 < below, "{below}");
    let first = 4 * (top + drawn.height) * all.width;
    let ground = all.rgba[..4].to_vec();
    let n_written = all.rgba[first..]
        .chunks_exact(4)
        .filter(|it| *it != ground)
        .count();
    assert!(500 < n_written, "{n_written}");
    let longer = Outgoing {
        lines: [shown.lines.clone(), shown.lines.clone()].concat(),
        ..shown
    };
    assert!(all.height < longer.captioned().height);
}

/// The text of a PDF as our own reader of notes has it, without blanks: where a line ends is no matter here.
fn text_of(bytes: &[u8]) -> (String, Note) {
    let note = match decoder().open_bytes(bytes) {
        Ok(Opened::Chart(chart)) if chart.only_note().is_some() => chart.notes[0].clone(),
        other => panic!("wanted a note, found {other:?}"),
    };
    let text = note.text.reveal();
    let text = text.chars().filter(|it| !it.is_whitespace()).collect();
    (text, note)
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

#[test]
fn a_page_says_in_both_scripts_what_it_shows_and_carries_only_the_letters_it_needs() {
    let shown = outgoing(Turn::default());
    let page = Page {
        size_pt: Paper::A4.size_pt(),
        table: Some(Table {
            heads: ["类别", "结果", "工作点", "阅片者"].map(str::to_owned),
            rows: vec![
                ["Pneumonia", "78 %", "above 50 %", "you disagree: 陈旧瘢痕"].map(str::to_owned),
            ],
        }),
        foot: "仅供研究使用，不用于诊断".to_owned(),
    };
    let bytes = pdf(&shown, &page).unwrap();
    let (text, note) = text_of(&bytes);
    assert_eq!(note.pages.len(), 1);
    for wanted in [
        "model chest 1.0",
        "Research use only – not for diagnosis",
        "仅供研究使用，不用于诊断",
        "工作点",
        "Pneumonia",
        "78 %",
        "陈旧瘢痕",
    ] {
        assert!(text.contains(&without_blanks(wanted)), "{wanted}: {text}");
    }
    // The whole Chinese font alone has 3.6 MB.
    assert!(bytes.len() < 200_000, "{}", bytes.len());
    let raw = String::from_utf8_lossy(&bytes).into_owned();
    assert!(raw.contains("/Producer") && !raw.contains("/Title") && !raw.contains("/Author"));
    assert!(raw.contains("595.28") && raw.contains("841.89"));
    let letter = Page {
        size_pt: Paper::Letter.size_pt(),
        ..page
    };
    let raw = String::from_utf8_lossy(&pdf(&shown, &letter).unwrap()).into_owned();
    assert!(raw.contains("612 792"));
}

#[test]
fn many_classes_take_more_pages_and_none_is_lost() {
    let name = |it: usize| format!("class{it:03}");
    let row = |it: usize| [name(it), "1 %".to_owned(), "–".to_owned(), "–".to_owned()];
    let page = Page {
        size_pt: Paper::A4.size_pt(),
        table: Some(Table {
            heads: ["Class", "Answer", "Operating point", "Reader"].map(str::to_owned),
            rows: (0..120).map(row).collect(),
        }),
        foot: "Research use only".to_owned(),
    };
    let (text, note) = text_of(&pdf(&outgoing(Turn::default()), &page).unwrap());
    assert!(2 < note.pages.len(), "{:?}", note.pages);
    for it in 0..120 {
        assert_eq!(text.matches(&name(it)).count(), 1, "{it}");
    }
    // Once at the foot of each page, and once among the lines.
    let n = text.matches("Researchuseonly").count();
    assert_eq!(n, note.pages.len() + 1);
}

#[test]
fn nothing_is_written_over() {
    let folder = scratch("take-out-new");
    let wanted = folder.join("view.png");
    let first = disk::write_new(&wanted, b"first").unwrap();
    let second = disk::write_new(&wanted, b"second").unwrap();
    assert_eq!((&first, &second), (&wanted, &folder.join("view-2.png")));
    let read = |it: &PathBuf| std::fs::read(it).unwrap();
    assert_eq!(
        (read(&first), read(&second)),
        (b"first".to_vec(), b"second".to_vec())
    );
    let missing = folder.join("no such").join("view.png");
    assert!(disk::write_new(&missing, b"x").is_err() && !missing.exists());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

// The session.

#[test]
fn what_cannot_be_taken_out_says_why() {
    let mut state = ready();
    state.apply(Command::Act(Action::NextItem));
    assert!(state.scan().is_none(), "the note is in the middle");
    for action in [Action::CopyView, Action::SaveView, Action::PrintView] {
        assert!(state.apply(Command::Act(action)).is_empty());
        assert_eq!(state.sheet, None);
    }
    // Told once.
    assert_eq!(state.notices.len(), 1);
    assert!(state.notices[0].failure.remedy.contains("Open an image"));
}

#[test]
fn a_path_gets_its_ending_and_a_page_goes_on_to_the_program_that_prints() {
    let mut state = ready();
    state.apply(Command::Act(Action::PrintView));
    assert_eq!(state.sheet, Some(Sheet::TakeOut));
    assert!(matches!(
        &state.apply(Command::OnTakeOut(TakeOutCommand::AskWhere))[..],
        [Effect::AskForPath(Wanted::View(Form::Page))]
    ));
    let effects = state.apply(Command::OnTakeOut(TakeOutCommand::To("/out/page".into())));
    let [Effect::TakeOut(id, take_out, Some(to))] = &effects[..] else {
        panic!("a view is taken out")
    };
    assert_eq!(
        (take_out.form, to),
        (Form::Page, &PathBuf::from("/out/page.pdf"))
    );
    assert_eq!(state.sheet, None);
    let effects = state.on_event(*id, Event::Saved(Phi::new("/out/page.pdf".into())));
    assert!(
        matches!(&effects[..], [Effect::OpenOutside(it)] if it == &PathBuf::from("/out/page.pdf"))
    );
    // A picture is not opened, and a copy that nobody waits for any more goes nowhere.
    state.on_event(*id, Event::Done);
    let picture = Phi::new(Picture::default());
    assert!(state.on_event(*id, Event::Pictured(picture)).is_empty());
}

// The window.

fn window(files: &[&str]) -> Harness<'static, App> {
    let mut harness = window_with([1440.0, 900.0], files, fake::parts());
    wait(&mut harness, "the scan", |it| {
        let state = it.state().state();
        state.items.len() == files.len() && !state.are_models_loading()
    });
    harness
}

/// Presses Ctrl+C and draws until the picture is handed to the clipboard.
fn copied(harness: &mut Harness<'static, App>) -> ColorImage {
    harness.event(egui::Event::Copy);
    for _ in 0..2_000 {
        harness.step();
        let commands = &harness.output().platform_output.commands;
        let picture = commands.iter().find_map(|it| match it {
            OutputCommand::CopyImage(picture) => Some(picture.clone()),
            _ => None,
        });
        if let Some(picture) = picture {
            harness.step();
            return picture;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("nothing was copied")
}

fn job(harness: &mut Harness<'static, App>, take_out: TakeOut) -> TakeOutJob {
    harness.state_mut().taken_out(take_out).unwrap()
}

fn said(job: &TakeOutJob) -> String {
    let lines = job.outgoing.lines.iter().map(|it| it.words.as_str());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_probe_is_copied_on_the_same_pixel_however_the_scan_is_turned() {
    let mut harness = window(&["stack.dcm"]);
    press(&mut harness, Modifiers::NONE, Key::Y);
    assert_eq!(harness.state().state().tool, Some(Tool::Probe));
    let images = harness.get_all_by_role(egui::accesskit::Role::Image);
    let viewport = images
        .map(|it| it.rect())
        .max_by(|a, b| a.area().total_cmp(&b.area()))
        .unwrap();
    let at = viewport.center() + egui::vec2(-130.0, 70.0);
    harness.hover_at(at);
    harness.run_steps(1);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    harness.run_steps(2);
    let scan = harness.state().state().scan().unwrap().1;
    let wardlight::measure::Shape::Probe(point) = scan.marks.of(0)[0].shape else {
        panic!("a probe")
    };
    let (x, y) = (point.x as f32 / 256.0 - 0.5, point.y as f32 / 256.0 - 0.5);
    let mut seen = Vec::new();
    for step in 0..8 {
        let turn = harness.state().state().scan().unwrap().1.view.turn;
        assert!(!seen.contains(&turn));
        seen.push(turn);
        let picture = copied(&mut harness);
        // The margin is 28 pixels wide up to 1,024 columns; all of the frame is seen.
        let width = picture.size[0] as f32 - 2.0 * 28.0;
        assert!((664.0..1024.0).contains(&width), "{width}");
        let (way_x, way_y) = turn.screen_from_scan((x * width, y * width));
        let (column, row) = (28.0 + width / 2.0 + way_x, 28.0 + width / 2.0 + way_y);
        let found = picture[(column as usize, row as usize)];
        assert_eq!([found.r(), found.g(), found.b()], BLUE, "{turn:?}");
        press(&mut harness, Modifiers::SHIFT, Key::R);
        if step == 3 {
            press(&mut harness, Modifiers::NONE, Key::H);
        }
    }
}

#[test]
fn the_section_is_what_is_seen_and_the_whole_is_the_frame_in_its_own_pixels() {
    let mut harness = window(&["stack.dcm"]);
    let whole = TakeOut {
        is_whole: true,
        ..TakeOut::default()
    };
    for _ in 0..6 {
        press(&mut harness, Modifiers::NONE, Key::Plus);
    }
    // 256 pixels, enlarged by a whole number to 512.
    let all = job(&mut harness, whole);
    assert_eq!(all.outgoing.size, (512, 512));
    assert_eq!(all.outgoing.pose.scan_at((0.0, 0.0)), (0.0, 0.0));
    assert_eq!(all.outgoing.pose.scan_at((512.0, 512.0)), (256.0, 256.0));
    assert!(said(&all).contains("columns 1 to 256 of 256, rows 1 to 256 of 256"));
    let section = job(&mut harness, TakeOut::default());
    let scale = section.outgoing.pose.scan_from_picture.scale_x;
    assert!(scale < 0.2, "at least a pixel for each: {scale}");
    let (left, _) = section.outgoing.pose.scan_at((0.0, 0.0));
    assert!(0.0 < left && left < 128.0, "{left}");
    assert!(!said(&section).contains("columns 1 to 256"));
    // Far out, no pixel of the scan is lost, and nothing beside it is taken along.
    for _ in 0..16 {
        press(&mut harness, Modifiers::NONE, Key::Minus);
    }
    let small = job(&mut harness, TakeOut::default());
    assert_eq!(small.outgoing.size, (256, 256));
    assert_eq!(small.outgoing.pose.scan_from_picture.scale_x, 1.0);
}

#[test]
fn what_is_said_names_model_image_and_how_it_differs_but_no_patient() {
    let mut harness = window(&["chest.dcm"]);
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    let with_map = job(&mut harness, TakeOut::default());
    let bare = TakeOut {
        is_bare: true,
        ..TakeOut::default()
    };
    let without = job(&mut harness, bare);
    assert_ne!(with_map.outgoing.picture(), without.outgoing.picture());
    let plain = &without.outgoing;
    assert_eq!(
        plain.picture(),
        compose(&plain.pyramid, &plain.curve, None, plain.pose, plain.size)
    );
    assert!(said(&with_map).contains("influence map for"));
    assert!(!said(&without).contains("influence map for"));
    let scan = harness.state().state().scan().unwrap().1;
    let hash = scan.scan.header.file_sha256.to_string();
    let model = scan.prediction().unwrap().model.clone();
    let text = said(&with_map);
    for wanted in [
        hash.as_str(),
        &format!("{} {}", model.name, model.version),
        &model.weights_sha256.short(),
        "frame 1 of 1",
        "Research use only – not for diagnosis",
        "Wardlight",
        "2026-11-20",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!text.contains("SYN") && !text.contains("not as stored"));
    assert_eq!(with_map.outgoing.lines.last().unwrap().tone, Tone::Warning);
    press(&mut harness, Modifiers::NONE, Key::H);
    press(&mut harness, Modifiers::NONE, Key::I);
    press(&mut harness, Modifiers::NONE, Key::D);
    harness.get_by_label("Why? (optional)").focus();
    harness.run_steps(2);
    harness.event(egui::Event::Paste("an old scar".to_owned()));
    harness.run_steps(3);
    let page = TakeOut {
        form: Form::Page,
        ..TakeOut::default()
    };
    let turned = job(&mut harness, page);
    assert!(said(&turned).contains("not as stored: mirrored, inverted"));
    assert_eq!(turned.outgoing.letters.as_ref().unwrap()[0], "L");
    let (text, _) = text_of(&pdf(&turned.outgoing, turned.page.as_ref().unwrap()).unwrap());
    for wanted in [
        &hash,
        "an old scar",
        "you disagree",
        "Operating point",
        "Pneumonia",
    ] {
        assert!(text.contains(&without_blanks(wanted)), "{wanted}: {text}");
    }
    assert!(!text.contains("SYNTHETIC") && !text.contains("SYN-0001"));
}

#[test]
fn in_chinese_the_page_is_chinese() {
    let folder = scratch("take-out-chinese").join("settings");
    let chosen = Settings {
        language: Some(Language::Chinese),
        ..Settings::default()
    };
    chosen.save(&folder).unwrap();
    let options = Options {
        settings_folder: Some(folder),
        ..options(vec!["chest.dcm".into()], fake::parts())
    };
    let mut harness = built([1440.0, 900.0], options);
    wait(&mut harness, "the scan", |it| {
        it.state().state().items.len() == 1
    });
    let page = TakeOut {
        form: Form::Page,
        ..TakeOut::default()
    };
    let job = job(&mut harness, page);
    let (text, _) = text_of(&pdf(&job.outgoing, job.page.as_ref().unwrap()).unwrap());
    for wanted in ["仅供研究使用，不用于诊断", "未评分", "影像文件SHA-256"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[test]
fn a_view_is_saved_under_a_typed_path_beside_what_stands_there() {
    let folder = scratch("take-out-typed");
    let path = folder.join("mine.png");
    std::fs::File::create_new(&path).unwrap();
    let mut harness = window(&["chest.dcm"]);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    harness.get_by_label_contains("The whole picture").click();
    harness.run_steps(3);
    harness.get_by_label_contains("The picture alone").click();
    harness.run_steps(3);
    harness.get_by_label("Type the path instead").click();
    harness.run_steps(3);
    let typed = folder.join("mine");
    harness
        .get_by_label("Path")
        .type_text(typed.to_str().unwrap());
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let beside = folder.join("mine-2.png");
    wait(&mut harness, "the notice", |it| {
        !it.state().state().notices.is_empty()
    });
    assert_eq!(
        harness.state().state().notices[0].failure.headline,
        "View saved"
    );
    let file = image::open(&beside).unwrap().to_rgba8();
    let wanted = job(
        &mut harness,
        TakeOut {
            is_whole: true,
            is_bare: true,
            ..TakeOut::default()
        },
    );
    let wanted = wanted.outgoing.captioned();
    assert_eq!(
        (file.width() as usize, file.height() as usize),
        (wanted.width, wanted.height)
    );
    assert!(file.into_raw() == wanted.rgba, "the file is what was drawn");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn locking_empties_the_clipboard_and_the_log_knows_what_left() {
    let folder = scratch("take-out-lock");
    drop(create_in(&folder));
    let mut harness = window_of(&folder, &["chest.dcm"]);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait(&mut harness, "the scan", |it| {
        it.state().state().items.len() == 1
    });
    let picture = copied(&mut harness);
    assert!(300 < picture.size[0] && 300 < picture.size[1]);
    // In one frame, whose output is seen.
    harness.input_mut().events.push(egui::Event::Key {
        key: Key::L,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    });
    let mut commands = Vec::new();
    for _ in 0..20 {
        harness.step();
        commands.extend(harness.output().platform_output.commands.clone());
    }
    assert_ne!(stage(&harness), wardlight::session::DoorStage::Open);
    let pictures = commands.iter().filter_map(|it| match it {
        OutputCommand::CopyImage(it) => Some(it.size),
        _ => None,
    });
    assert_eq!(pictures.collect::<Vec<_>>(), [[1, 1]]);
    assert!(matches!(commands.last(), Some(OutputCommand::CopyText(it)) if it.is_empty()));
    drop(harness);
    let records = wait_for_records(&folder);
    let exported = Filter {
        action: Some(Logged::Exported),
        ..Filter::default()
    };
    let found = records.log(&exported, 10).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].record.detail["what"], "view to the clipboard");
}

#[test]
fn text_that_is_typed_is_copied_as_text() {
    let mut harness = window(&["chest.dcm"]);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.event(egui::Event::Copy);
    for _ in 0..20 {
        harness.step();
        let commands = &harness.output().platform_output.commands;
        let is_picture = |it: &OutputCommand| matches!(it, OutputCommand::CopyImage(_));
        assert!(!commands.iter().any(is_picture));
    }
    assert!(harness.state().state().notices.is_empty());
}

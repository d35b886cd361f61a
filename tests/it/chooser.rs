//! The program's own file chooser, and how it is known that the desktop has none.

use std::{
    ffi::OsStr,
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{App, Options},
    desktop::{has_portal, has_zenity},
    engine::{Client, Entry, Event, Job, JobId, Listing, Place, PlaceKind},
    privacy::Phi,
    session::{
        Action, Chooser, ChooserCommand, Command, Effect, Field, Form, Page, PageCommand, Pick,
        Sheet, State, TakeOutCommand, Wanted,
    },
    settings::Settings,
};
use zbus::{blocking::connection::Builder, interface};

use crate::{
    app::{built, options, press, wait, wait_for_title},
    command::{scratch, write},
    fake,
    lock::Desk,
    session::ready,
};

// The session.

/// A folder with these names; those that end in `/` are folders.
fn listing(folder: &str, names: &[&str]) -> Listing {
    let entry = |it: &&str| Entry {
        name: Phi::new(it.trim_end_matches('/').into()),
        is_folder: it.ends_with('/'),
    };
    Listing {
        folder: Phi::new(folder.into()),
        entries: names.iter().map(entry).collect(),
        is_cut: false,
        places: vec![Place {
            kind: PlaceKind::Home,
            path: Phi::new("/home/ana".into()),
        }],
    }
}

fn ask(state: &mut State, command: ChooserCommand) -> Vec<Effect> {
    state.apply(Command::OnChooser(command))
}

fn type_in(state: &mut State, text: &str) -> Vec<Effect> {
    ask(state, ChooserCommand::Type(Phi::new(text.to_owned())))
}

fn chooser(state: &State) -> &Chooser {
    state.chooser.as_ref().expect("the chooser is open")
}

/// Names of what is shown.
fn rows(state: &State) -> Vec<String> {
    let chooser = chooser(state);
    let name = |row| {
        let entry = chooser.entry(row).unwrap();
        entry.name.reveal().to_str().unwrap().to_owned()
    };
    (0..chooser.rows.len()).map(name).collect()
}

/// The folder that is asked for, and under which number.
#[track_caller]
fn asked(effects: &[Effect]) -> (JobId, PathBuf) {
    let Some(Effect::Start(id, Job::ListFolder(folder))) = effects.last() else {
        panic!("a folder is listed")
    };
    (*id, folder.reveal().clone())
}

/// Answers what was asked.
#[track_caller]
fn answer(state: &mut State, effects: &[Effect], listing: Listing) -> Vec<Effect> {
    let (id, _) = asked(effects);
    let found = state.on_event(id, Event::FolderListed(Box::new(listing)));
    state.on_event(id, Event::Done);
    found
}

const SCANS: [&str; 6] = [
    "old/",
    "series/",
    ".hidden.dcm",
    "chest 2.dcm",
    "chest 10.dcm",
    "note.txt",
];

/// A chooser in the folder of [`SCANS`].
fn open(wanted: Wanted) -> State {
    let mut state = ready();
    let effects = state.apply(Command::NoDialog(wanted));
    assert_eq!(state.sheet, Some(Sheet::Path));
    answer(&mut state, &effects, listing("/data", &SCANS));
    state
}

#[test]
fn arrows_typing_and_enter_lead_to_a_file() {
    let mut state = open(Wanted::Files);
    let all = ["old", "series", "chest 2.dcm", "chest 10.dcm", "note.txt"];
    assert_eq!(rows(&state), all);
    ask(&mut state, ChooserCommand::ToggleHidden);
    assert_eq!(rows(&state).len(), 6);
    ask(&mut state, ChooserCommand::ToggleHidden);
    // What begins with it stands first; what is typed is what Enter takes.
    type_in(&mut state, "S");
    assert_eq!(rows(&state), ["series", "chest 2.dcm", "chest 10.dcm"]);
    let effects = ask(&mut state, ChooserCommand::Enter);
    assert_eq!(asked(&effects).1, Path::new("/data/series"));
    // Until the folder is there, the old one stays.
    assert_eq!(chooser(&state).shown_folder(), Some(Path::new("/data")));
    answer(
        &mut state,
        &effects,
        listing("/data/series", &["a.dcm", "b.dcm"]),
    );
    assert_eq!(chooser(&state).typed.reveal(), "");
    assert_eq!(rows(&state), ["a.dcm", "b.dcm"]);
    // Upwards, where the folder that was left is marked.
    let effects = ask(&mut state, ChooserCommand::Up);
    assert_eq!(asked(&effects).1, Path::new("/data"));
    answer(&mut state, &effects, listing("/data", &SCANS));
    assert_eq!(chooser(&state).mark, Some(1));
    ask(&mut state, ChooserCommand::Move(1, Pick::Only));
    let effects = ask(&mut state, ChooserCommand::Enter);
    let [Effect::Start(_, Job::Open(paths))] = &effects[..] else {
        panic!("the file is opened")
    };
    assert_eq!(paths[..], [PathBuf::from("/data/chest 2.dcm")]);
    assert!(state.sheet.is_none() && state.chooser.is_none());
    // The next time begins where this one ended.
    let effects = state.apply(Command::Act(Action::OpenPath));
    assert_eq!(asked(&effects).1, Path::new("/data"));
}

#[test]
fn several_files_are_opened_together_and_a_folder_as_a_whole() {
    let mut state = open(Wanted::Files);
    ask(&mut state, ChooserCommand::Pick(2, Pick::Only));
    ask(&mut state, ChooserCommand::Move(1, Pick::Through));
    ask(&mut state, ChooserCommand::Pick(0, Pick::Also));
    assert_eq!(chooser(&state).chosen.len(), 3);
    let effects = ask(&mut state, ChooserCommand::Enter);
    let [Effect::Start(_, Job::Open(paths))] = &effects[..] else {
        panic!("all are opened")
    };
    let wanted = ["/data/old", "/data/chest 2.dcm", "/data/chest 10.dcm"];
    assert_eq!(paths[..], wanted.map(PathBuf::from));
    let mut state = open(Wanted::Files);
    let effects = ask(&mut state, ChooserCommand::TakeFolder);
    assert!(matches!(
        &effects[..],
        [Effect::Start(_, Job::Open(paths))] if paths[..] == [PathBuf::from("/data")]
    ));
}

#[test]
fn a_typed_path_is_listed_completed_and_taken_as_it_is() {
    let mut state = open(Wanted::Files);
    let effects = type_in(&mut state, "/mnt/st");
    assert_eq!(asked(&effects).1, Path::new("/mnt"));
    answer(&mut state, &effects, listing("/mnt", &["stick/", "other/"]));
    assert_eq!(rows(&state), ["stick"]);
    let effects = ask(&mut state, ChooserCommand::Complete);
    assert_eq!(chooser(&state).typed.reveal(), "/mnt/stick/");
    assert_eq!(asked(&effects).1, Path::new("/mnt/stick"));
    // Another key before the answer: the old question is stopped, and its answer changes nothing.
    let (late, _) = asked(&effects);
    let effects = type_in(&mut state, "~/x");
    assert!(matches!(&effects[..], [Effect::Cancel(it), _] if *it == late));
    assert_eq!(asked(&effects).1, Path::new("~"));
    let stale = listing("/mnt/stick", &["stale.dcm"]);
    state.on_event(late, Event::FolderListed(Box::new(stale)));
    assert_eq!(rows(&state), ["stick"]);
    let effects = ask(&mut state, ChooserCommand::Enter);
    // What Enter takes waits for what stands there.
    let effects = answer(&mut state, &effects, listing("/home/ana", &["x y.dcm"]));
    let [Effect::Start(_, Job::Open(paths))] = &effects[..] else {
        panic!("what begins with it is taken")
    };
    assert_eq!(paths[..], [PathBuf::from("/home/ana/x y.dcm")]);
    // A path that ends with a stroke leads into its folder.
    let mut state = open(Wanted::Files);
    let effects = type_in(&mut state, "/mnt/");
    answer(&mut state, &effects, listing("/mnt", &["stick/"]));
    let effects = ask(&mut state, ChooserCommand::Enter);
    assert_eq!(asked(&effects).1, Path::new("/mnt"));
    answer(&mut state, &effects, listing("/mnt", &["stick/"]));
    assert_eq!(chooser(&state).typed.reveal(), "");
    // What is not there is opened all the same, and told of there.
    let mut state = open(Wanted::Files);
    type_in(&mut state, "missing.dcm");
    let effects = ask(&mut state, ChooserCommand::Enter);
    assert!(matches!(
        &effects[..],
        [Effect::Start(_, Job::Open(paths))] if paths[..] == [PathBuf::from("/data/missing.dcm")]
    ));
}

#[test]
fn nothing_is_written_over_that_was_not_asked_about() {
    // The worklist.
    let mut state = ready();
    let wanted = Wanted::Field(Field::List);
    let effects = state.apply(Command::OnPage(PageCommand::Browse(Field::List)));
    assert!(matches!(&effects[..], [Effect::AskForPath(it)] if *it == wanted));
    let effects = state.apply(Command::NoDialog(wanted));
    let there = listing("/out", &["worklist.csv", "page.txt", "deep/"]);
    answer(&mut state, &effects, there.clone());
    assert_eq!(chooser(&state).typed.reveal(), "worklist.csv");
    assert_eq!(rows(&state), ["worklist.csv", "deep"]);
    ask(&mut state, ChooserCommand::Enter);
    let question = chooser(&state).question.as_ref().unwrap();
    assert_eq!(question.reveal(), Path::new("/out/worklist.csv"));
    // Another name is asked about anew, and gets its ending.
    type_in(&mut state, "mine");
    assert_eq!(chooser(&state).question, None);
    ask(&mut state, ChooserCommand::Enter);
    assert_eq!(state.worklist.out, "/out/mine.csv");
    let effects = state.apply(Command::NoDialog(wanted));
    answer(&mut state, &effects, there.clone());
    type_in(&mut state, "worklist");
    ask(&mut state, ChooserCommand::Enter);
    ask(&mut state, ChooserCommand::Replace);
    assert_eq!(state.worklist.out, "/out/worklist.csv");
    // The result stands beside the overlay under the same name.
    let mut state = ready();
    let effects = state.apply(Command::NoDialog(Wanted::Overlay));
    answer(&mut state, &effects, listing("/out", &["overlay.json"]));
    ask(&mut state, ChooserCommand::Enter);
    assert!(chooser(&state).question.is_some());
    ask(&mut state, ChooserCommand::Keep);
    assert!(chooser(&state).question.is_none());
    // A view is written beside what is there.
    let mut state = ready();
    state.apply(Command::Act(Action::SaveView));
    let effects = state.apply(Command::OnTakeOut(TakeOutCommand::TypePath));
    answer(&mut state, &effects, listing("/out", &["view.png"]));
    assert_eq!(chooser(&state).wanted, Wanted::View(Form::Picture));
    let effects = ask(&mut state, ChooserCommand::Enter);
    assert!(matches!(
        &effects[..],
        [Effect::TakeOut(_, _, Some(to))] if to == Path::new("/out/view.png")
    ));
}

#[test]
fn a_name_stays_on_the_way_to_its_folder() {
    let mut state = open(Wanted::Overlay);
    type_in(&mut state, "mine.png");
    ask(&mut state, ChooserCommand::Move(1, Pick::Only));
    let effects = ask(&mut state, ChooserCommand::Enter);
    assert_eq!(asked(&effects).1, Path::new("/data/old"));
    answer(&mut state, &effects, listing("/data/old", &[]));
    assert_eq!(chooser(&state).typed.reveal(), "mine.png");
    // A file that is there gives its name first, and is asked about then.
    let effects = ask(&mut state, ChooserCommand::Up);
    let pictures = listing("/data", &["one.png"]);
    answer(&mut state, &effects, pictures);
    ask(&mut state, ChooserCommand::Pick(0, Pick::Only));
    ask(&mut state, ChooserCommand::Enter);
    assert_eq!(chooser(&state).typed.reveal(), "one.png");
    ask(&mut state, ChooserCommand::Enter);
    assert!(chooser(&state).question.is_some());
}

#[test]
fn each_field_is_given_what_it_wants() {
    // A folder: one that is there, the one that is shown, or one that is new.
    for (typed, wanted) in [("", "/data"), ("new", "/data/new")] {
        let mut state = open(Wanted::Field(Field::Report));
        assert_eq!(rows(&state), ["old", "series"]);
        type_in(&mut state, typed);
        ask(&mut state, ChooserCommand::Enter);
        assert_eq!(state.evaluating.form.out, wanted, "{typed}");
    }
    let mut state = open(Wanted::Field(Field::Copies));
    ask(&mut state, ChooserCommand::Move(1, Pick::Only));
    let effects = ask(&mut state, ChooserCommand::Enter);
    assert_eq!(asked(&effects).1, Path::new("/data/old"));
    // A table.
    let mut state = ready();
    state.page = Page::Evaluate;
    let effects = state.apply(Command::NoDialog(Wanted::Field(Field::Table)));
    let names = ["deep/", "labels.CSV", "labels.txt"];
    answer(&mut state, &effects, listing("/set", &names));
    assert_eq!(rows(&state), ["deep", "labels.CSV"]);
    type_in(&mut state, "lab");
    ask(&mut state, ChooserCommand::Enter);
    assert_eq!(state.evaluating.form.table, "/set/labels.CSV");
    assert_eq!(state.page, Page::Evaluate);
    // It begins beside what is typed there already.
    let effects = state.apply(Command::NoDialog(Wanted::Field(Field::Table)));
    assert_eq!(asked(&effects).1, Path::new("/set"));
}

#[test]
fn a_folder_that_cannot_be_read_is_told_and_escape_leaves_no_trace() {
    let mut state = open(Wanted::Files);
    let place = Phi::new(PathBuf::from("/gone"));
    let effects = ask(&mut state, ChooserCommand::GoTo(place.clone()));
    let (id, _) = asked(&effects);
    let source = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let refused = wardlight::engine::Error::Folder {
        path: place,
        source,
    };
    assert!(!refused.to_string().contains("gone"));
    state.on_event(id, Event::Failed(refused));
    assert!(chooser(&state).trouble.is_some());
    assert_eq!(rows(&state).len(), 5, "what was there can still be chosen");
    assert!(state.notices.is_empty());
    // Names of files do not print.
    type_in(&mut state, "chest");
    let printed = format!("{:?}", state.chooser);
    assert!(!printed.contains("chest") && !printed.contains("data"));
    let effects = ask(&mut state, ChooserCommand::Up);
    let (id, _) = asked(&effects);
    let effects = state.apply(Command::Act(Action::Escape));
    assert!(matches!(&effects[..], [Effect::Cancel(it)] if *it == id));
    assert!(state.chooser.is_none() && state.sheet.is_none());
    // Listing is nothing that a person is told to wait for.
    assert_eq!(state.busy_jobs().count(), 0);
    state.on_event(
        id,
        Event::FolderListed(Box::new(listing("/", &["late.dcm"]))),
    );
    assert!(state.chooser.is_none());
}

// The engine.

fn list(client: &mut Client, id: u64, folder: &Path) -> Event {
    let job = Job::ListFolder(Phi::new(folder.to_owned()));
    client.start_job(JobId(id), job).unwrap();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        match client.poll() {
            Some((JobId(from), event)) if from == id => return event,
            _ => thread::sleep(Duration::from_millis(2)),
        }
    }
    panic!("no answer");
}

#[test]
fn the_engine_lists_thousands_of_files_in_their_order_and_says_what_it_cannot_list() {
    let folder = scratch("chooser-engine");
    for number in 0..3000 {
        File::create_new(folder.join(format!("slice {number}.dcm"))).unwrap();
    }
    fs::create_dir(folder.join("zoo")).unwrap();
    std::os::unix::fs::symlink(folder.join("zoo"), folder.join("link")).unwrap();
    std::os::unix::fs::symlink(folder.join("nothing"), folder.join("broken link")).unwrap();
    let mut client = Client::start(fake::parts(), Arc::new(|| {})).unwrap();
    let Event::FolderListed(found) = list(&mut client, 1, &folder) else {
        panic!("the folder is listed")
    };
    assert_eq!(found.folder.reveal(), &folder);
    assert!(!found.is_cut && found.entries.len() == 3003);
    let names: Vec<&str> = found
        .entries
        .iter()
        .map(|it| it.name.reveal().to_str().unwrap())
        .collect();
    assert_eq!(names[..3], ["link", "zoo", "broken link"]);
    assert_eq!(names[5], "slice 2.dcm");
    assert_eq!(names[3002], "slice 2999.dcm");
    let is_folder = found.entries.iter().filter(|it| it.is_folder);
    assert_eq!(is_folder.count(), 2);
    assert_eq!(found.places.last().unwrap().kind, PlaceKind::Root);
    for wrong in [folder.join("nothing"), folder.join("slice 2.dcm")] {
        let Event::Failed(error) = list(&mut client, 2, &wrong) else {
            panic!("{wrong:?} cannot be listed")
        };
        let error = error.to_string();
        assert!(error.contains("could not list") && !error.contains("slice"));
    }
}

// The window.

fn window(folder: &Path) -> Harness<'static, App> {
    let settings = Settings {
        is_chooser_own: true,
        ..Settings::default()
    };
    settings.save(folder).unwrap();
    let options = Options {
        settings_folder: Some(folder.to_owned()),
        ..options(Vec::new(), fake::parts())
    };
    built([1280.0, 720.0], options)
}

fn wait_for_row(harness: &mut Harness<'static, App>, name: &str) {
    wait(harness, name, |it| {
        it.query_by_role_and_label(Role::ListItem, name).is_some()
    });
}

fn type_path(harness: &mut Harness<'static, App>, text: &str) {
    harness.get_by_label("Path").type_text(text);
    harness.run_steps(3);
}

#[test]
fn files_are_opened_from_the_keyboard_where_no_dialog_of_the_desktop_is_wanted() {
    let folder = scratch("chooser-window");
    let many = folder.join("many");
    fs::create_dir(&many).unwrap();
    for number in 0..3000 {
        File::create_new(many.join(format!("slice {number}.dcm"))).unwrap();
    }
    write(many.join("wanted note.txt"), "Fever.");
    let mut harness = window(&folder.join("settings"));
    press(&mut harness, Modifiers::COMMAND, Key::O);
    type_path(&mut harness, folder.to_str().unwrap());
    type_path(&mut harness, "/ma");
    wait_for_row(&mut harness, "many");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait_for_row(&mut harness, "slice 0.dcm");
    // Only what is seen is laid out.
    let n_rows = harness.query_all_by_role(Role::ListItem).count();
    assert!((5..60).contains(&n_rows), "{n_rows}");
    // The keyboard is where it was: arrows, page, and what is typed goes to the field.
    press(&mut harness, Modifiers::NONE, Key::PageDown);
    press(&mut harness, Modifiers::NONE, Key::PageDown);
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    let chooser = |it: &Harness<'static, App>| {
        let chooser = it.state().state().chooser.as_ref().unwrap();
        (chooser.mark, chooser.rows.len())
    };
    assert_eq!(chooser(&harness), (Some(25), 3001));
    wait_for_row(&mut harness, "slice 25.dcm");
    type_path(&mut harness, "wanted");
    assert_eq!(chooser(&harness), (Some(0), 1));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait_for_title(&mut harness, "open");
    assert!(harness.state().state().note().is_some());
    assert_eq!(harness.state().state().sheet, None);
}

#[test]
fn a_name_is_completed_by_tab_and_backspace_goes_up() {
    let folder = scratch("chooser-tab");
    fs::create_dir_all(folder.join("outer/inner")).unwrap();
    write(folder.join("outer/inner/note.txt"), "Fever.");
    let mut harness = window(&folder.join("settings"));
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    type_path(&mut harness, folder.to_str().unwrap());
    type_path(&mut harness, "/out");
    wait_for_row(&mut harness, "outer");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    wait_for_row(&mut harness, "inner");
    let typed = |it: &Harness<'static, App>| {
        let chooser = it.state().state().chooser.as_ref().unwrap();
        chooser.typed.reveal().clone()
    };
    let outer = folder.join("outer");
    assert_eq!(typed(&harness), format!("{}/", outer.to_str().unwrap()));
    // What is typed goes on at its end.
    type_path(&mut harness, "inn");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait_for_row(&mut harness, "note.txt");
    assert_eq!(typed(&harness), "");
    press(&mut harness, Modifiers::NONE, Key::Backspace);
    wait_for_row(&mut harness, "inner");
    harness.get_by_label("Home");
    harness.get_by_label("Show hidden files");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.state().state().chooser.is_none());
}

#[test]
fn where_the_desktop_has_no_dialog_the_chooser_opens_by_itself() {
    // Without a bus and without a display nothing of the desktop can be shown.
    if has_zenity(std::env::var_os("PATH").as_deref()) {
        println!("skipped: zenity is installed here, and would be asked");
        return;
    }
    let options = options(Vec::new(), fake::parts());
    let mut harness = built([1280.0, 720.0], options);
    press(&mut harness, Modifiers::COMMAND, Key::O);
    wait(&mut harness, "the chooser", |it| {
        it.state().state().chooser.is_some()
    });
    let chooser = harness.state().state().chooser.as_ref().unwrap();
    assert_eq!(chooser.wanted, Wanted::Files);
}

// The desktop.

/// A portal that shows files.
struct Portal;

#[interface(name = "org.freedesktop.portal.FileChooser")]
impl Portal {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        4
    }
}

/// One without a back end for files.
struct Bare;

#[interface(name = "org.freedesktop.portal.Settings")]
impl Bare {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        2
    }
}

#[test]
fn a_portal_counts_where_it_shows_files_and_zenity_where_it_can_be_run() {
    assert!(!has_portal(Some("unix:path=/nowhere/bus")));
    assert!(!has_portal(Some("no address")));
    let folder = scratch("chooser-zenity");
    let path = std::env::join_paths([Path::new("/nowhere"), &folder]).unwrap();
    assert!(!has_zenity(None) && !has_zenity(Some(OsStr::new(""))));
    assert!(!has_zenity(Some(path.as_os_str())));
    write(folder.join("zenity"), "#!/bin/sh\n");
    let mode = |bits| fs::set_permissions(folder.join("zenity"), fs::Permissions::from_mode(bits));
    mode(0o644).unwrap();
    assert!(!has_zenity(Some(path.as_os_str())), "it is no program");
    mode(0o755).unwrap();
    assert!(has_zenity(Some(path.as_os_str())));
    let Some(desk) = Desk::start() else { return };
    assert!(!has_portal(Some(&desk.address)), "nobody has the name");
    let serve = |builder: Builder<'_>| {
        let named = builder.name("org.freedesktop.portal.Desktop").unwrap();
        named.build().unwrap()
    };
    let at = "/org/freedesktop/portal/desktop";
    let bus = || Builder::address(desk.address.as_str()).unwrap();
    let bare = serve(bus().serve_at(at, Bare).unwrap());
    assert!(!has_portal(Some(&desk.address)), "it shows no files");
    bare.close().unwrap();
    let _portal = serve(bus().serve_at(at, Portal).unwrap());
    assert!(has_portal(Some(&desk.address)));
}

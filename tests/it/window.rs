//! The real window on a display of its own (Xvfb, software OpenGL), driven by mouse and keys like a person would.
//!
//! Pictures of it are left in `out/`. Skipped, with the reason, only where Xvfb or xdotool is not installed.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use image::RgbImage;
use wardlight::settings::{Keep, Settings};

use crate::{command::write, made::Fields};

/// An X server and what runs on it; both end with the test.
pub(crate) struct Display {
    server: Child,
    name: String,
}

pub(crate) struct Window {
    program: Child,
    id: String,
}

impl Drop for Display {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

impl Window {
    pub(crate) fn pid(&self) -> u32 {
        self.program.id()
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait_for_end(&mut self) -> ExitStatus {
        wait("its end", || self.program.try_wait().unwrap())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

impl Display {
    /// `None`, with the reason printed, where the tools are missing.
    pub(crate) fn start() -> Option<Self> {
        for tool in ["Xvfb", "xdotool", "import"] {
            let found = Command::new("sh")
                .args(["-c", &format!("command -v {tool}")])
                .stdout(Stdio::null())
                .status()
                .unwrap();
            if !found.success() {
                println!(
                    "skipped: {tool} is not installed (make installs xvfb, xdotool and imagemagick)"
                );
                return None;
            }
        }
        // The server chooses a free number and says it.
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1440x900x24",
                "-noreset",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.as_mut().unwrap())
            .read_line(&mut number)
            .unwrap();
        Some(Self {
            server,
            name: format!(":{}", number.trim()),
        })
    }

    fn run(&self, program: &str, args: &[&str]) -> String {
        let output = Command::new(program)
            .args(args)
            .env("DISPLAY", &self.name)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts Wardlight and waits until its window is there.
    pub(crate) fn open(&self, files: &[&Path], envs: &[(&str, &str)]) -> Window {
        let settings = folder("state").join("wardlight/window.json");
        let known = std::fs::read_to_string(&settings).unwrap_or_default();
        if !known.contains(r#""keep": "nothing""#) {
            // The first start asks; these tests are about what comes after.
            std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
            wardlight::disk::write_atomic(&settings, br#"{"keep":"nothing"}"#).unwrap();
        }
        self.shown(self.spawn(Path::new("."), files, envs))
    }

    /// Waits until the window of a program is there.
    pub(crate) fn shown(&self, mut window: Window) -> Window {
        let id = wait("the window", || {
            let ended = window.program.try_wait().unwrap();
            assert!(ended.is_none(), "the program ended with {ended:?}");
            let found = self.run("xdotool", &["search", "--name", "^Wardlight"]);
            found
                .lines()
                .next()
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
        });
        window.id = id;
        self.run(
            "xdotool",
            &[
                "windowmove",
                &window.id,
                "0",
                "0",
                "windowfocus",
                &window.id,
            ],
        );
        window
    }

    pub(crate) fn resize(&self, window: &Window, width: u32, height: u32) {
        let size = [width, height].map(|it| it.to_string());
        self.run("xdotool", &["windowsize", &window.id, &size[0], &size[1]]);
    }

    /// Starts Wardlight in a folder.
    pub(crate) fn spawn(&self, from: &Path, args: &[&Path], envs: &[(&str, &str)]) -> Window {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wardlight"));
        command.current_dir(from).args(args);
        self.spawn_as(&mut command, envs)
    }

    /// Starts it by a command of one's own.
    pub(crate) fn spawn_as(&self, command: &mut Command, envs: &[(&str, &str)]) -> Window {
        let program = command
            .envs([
                ("DISPLAY", self.name.as_str()),
                ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ])
            .env("XDG_STATE_HOME", folder("state"))
            .env("WARDLIGHT_STORE", folder("no-store"))
            .env_remove("WAYLAND_DISPLAY")
            .envs(envs.iter().copied())
            .spawn()
            .unwrap();
        Window {
            program,
            id: String::new(),
        }
    }

    /// How many windows of ours are there.
    pub(crate) fn n_windows(&self) -> usize {
        let found = self.run("xdotool", &["search", "--name", "^Wardlight"]);
        found.lines().filter(|it| !it.is_empty()).count()
    }

    pub(crate) fn wait_for_title(&self, window: &Window, end: &str) {
        self.wait_for_title_now(window, end);
        // The title changes in the frame before the one that draws it.
        thread::sleep(Duration::from_millis(400));
    }

    pub(crate) fn wait_for_title_now(&self, window: &Window, end: &str) {
        wait(end, || {
            self.run("xdotool", &["getwindowname", &window.id])
                .ends_with(end)
                .then_some(())
        });
    }

    /// Types letters where the keyboard is.
    pub(crate) fn type_text(&self, window: &Window, text: &str) {
        self.run(
            "xdotool",
            &["windowfocus", "--sync", &window.id, "type", text],
        );
        thread::sleep(Duration::from_millis(400));
    }

    pub(crate) fn key(&self, window: &Window, key: &str) {
        self.run(
            "xdotool",
            &[
                "windowfocus",
                "--sync",
                &window.id,
                "mousemove",
                "600",
                "500",
                "key",
                key,
            ],
        );
        thread::sleep(Duration::from_millis(400));
    }

    pub(crate) fn shoot(&self, name: &str) -> RgbImage {
        let path = out(name);
        self.run("import", &["-window", "root", path.to_str().unwrap()]);
        image::open(&path).unwrap().into_rgb8()
    }

    /// The picture as soon as it shows what is wanted: a busy machine draws late.
    pub(crate) fn shoot_when(
        &self,
        name: &str,
        what: &str,
        shows: impl Fn(&RgbImage) -> bool,
    ) -> RgbImage {
        wait(what, || Some(self.shoot(name)).filter(|it| shows(it)))
    }
}

pub(crate) fn wait<T>(what: &str, mut is_there: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = is_there() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "waited for {what}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("window")
        .join(name);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn out(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("out");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// The viewport of a window of 1440 x 900: what lies between study list and result column.
pub(crate) fn viewport(picture: &RgbImage) -> RgbImage {
    image::imageops::crop_imm(picture, 330, 130, 700, 600).to_image()
}

/// Shares of pixels that differ by more than `tolerance` in any channel.
pub(crate) fn difference(a: &RgbImage, b: &RgbImage, tolerance: u8) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let differing = a
        .pixels()
        .zip(b.pixels())
        .filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| tolerance < a.abs_diff(b)));
    differing.count() as f64 / (a.width() * a.height()) as f64
}

#[test]
fn a_file_by_argument_is_scored_and_its_overlay_comes_and_goes() {
    let Some(display) = Display::start() else {
        return;
    };
    let sample = wardlight::sample::write(&folder("sample")).unwrap();
    let window = display.open(&[&sample.dicom, &sample.note], &[]);
    display.wait_for_title(&window, "open");
    let before = display.shoot("window-open.png");
    display.key(&window, "space");
    // The sample is a drawing: the model refuses it until it is told otherwise.
    display.wait_for_title(&window, "not scored");
    display.shoot("window-refused.png");
    display.key(&window, "shift+space");
    display.wait_for_title(&window, "scored and explained");
    let with = display.shoot("window-scored.png");
    display.key(&window, "o");
    let without = display.shoot_when(
        "window-overlay-off.png",
        "O to take the overlay away",
        |it| 0.01 < difference(&viewport(&with), &viewport(it), 8),
    );
    assert!(
        difference(&viewport(&before), &viewport(&without), 2) < 0.02,
        "what stays is the scan as it was"
    );
    display.key(&window, "i");
    display.shoot_when("window-inverted.png", "I to turn grey values over", |it| {
        0.3 < difference(&viewport(&without), &viewport(it), 8)
    });
}

#[test]
fn the_shader_draws_what_the_cpu_draws() {
    compare_shader_and_cpu("usual", 100);
}

#[test]
fn with_larger_letters_the_shader_still_draws_what_the_cpu_draws() {
    compare_shader_and_cpu("larger", 130);
}

/// A table with a fold, over values that lie far apart: what it makes of them is no window's.
#[test]
fn the_shader_draws_a_display_table_as_the_cpu_does() {
    let Some(display) = Display::start() else {
        return;
    };
    let mut item = Fields::default();
    let entries = (0..2048_u32).map(|it| if it < 1024 { 4 * it } else { 4 * (2047 - it) });
    let entries: Vec<u8> = entries.flat_map(|it| (it as u16).to_le_bytes()).collect();
    item.words(0x0028_3002, &[2048, 1000, 12])
        .text(0x0028_3003, b"LO", "FOLD")
        .bytes(0x0028_3006, b"OW", entries);
    let mut fields = Fields::gray(64, 64, 16);
    let stored = (0..64 * 64_u32).flat_map(|it| (it as u16).to_le_bytes());
    fields.item(0x0028_3010, item).pixels(stored.collect());
    let file = folder("table").join("fold.dcm");
    write(&file, fields.part10());
    let shoot = |draw: &str| {
        let log = folder("log").join(format!("table-{draw}.jsonl"));
        let envs = [
            ("WARDLIGHT_DRAW", draw),
            ("WARDLIGHT_FRAME_LOG", log.to_str().unwrap()),
        ];
        let window = display.open(&[&file], &envs);
        display.wait_for_title(&window, "open");
        // The table is dark at both ends and bright between: no row of another window is.
        let picture = display.shoot_when(&format!("window-table-{draw}.png"), "the fold", |it| {
            let bright = viewport(it).pixels().filter(|it| 200 < it.0[0]).count();
            (2_000..300_000).contains(&bright)
        });
        let log = std::fs::read_to_string(log).unwrap();
        (picture, log)
    };
    let ((shader, shader_log), (cpu, cpu_log)) = (shoot("gpu"), shoot("cpu"));
    assert!(
        shader_log.contains("OpenGL") && cpu_log.contains("CPU"),
        "{shader_log} {cpu_log}"
    );
    let far = difference(&viewport(&shader), &viewport(&cpu), 1);
    assert!(
        far < 0.002,
        "{far} of the pixels differ by more than a level"
    );
}

/// Pictures are pixel by pixel of the screen, whatever the size of letters.
fn compare_shader_and_cpu(name: &str, letters_percent: u16) {
    let Some(display) = Display::start() else {
        return;
    };
    let sample = wardlight::sample::write(&folder(&format!("sample-draw-{name}"))).unwrap();
    let state = folder(&format!("state-draw-{name}"));
    let settings = Settings {
        keep: Some(Keep::Nothing),
        letters_percent,
        ..Settings::default()
    };
    settings.save(&state.join("wardlight")).unwrap();
    let shoot = |draw: &str| {
        let log = folder("log").join(format!("{name}-{draw}.jsonl"));
        let envs = [
            ("WARDLIGHT_DRAW", draw),
            ("WARDLIGHT_FRAME_LOG", log.to_str().unwrap()),
            ("XDG_STATE_HOME", state.to_str().unwrap()),
        ];
        let window = display.open(&[&sample.dicom], &envs);
        display.wait_for_title(&window, "open");
        display.key(&window, "space");
        display.wait_for_title(&window, "not scored");
        display.key(&window, "shift+space");
        display.wait_for_title(&window, "scored and explained");
        let picture = display.shoot(&format!("window-{name}-{draw}.png"));
        // Turned and mirrored, as one of the ways that its sides can lie.
        let press = |key: &str, before: &RgbImage| {
            display.key(&window, key);
            let name = format!("window-{name}-{draw}-{key}.png");
            display.shoot_when(&name, "the scan to turn", |it| {
                0.05 < difference(&viewport(before), &viewport(it), 8)
            })
        };
        let turned = press("shift+r", &picture);
        let mirrored = press("h", &turned);
        let log = std::fs::read_to_string(log).unwrap();
        ([picture, turned, mirrored], log)
    };
    let ((shader, shader_log), (cpu, cpu_log)) = (shoot("gpu"), shoot("cpu"));
    assert!(
        shader_log.contains("OpenGL") && cpu_log.contains("CPU"),
        "{shader_log} {cpu_log}"
    );
    for (shader, cpu) in shader.iter().zip(&cpu) {
        let far = difference(&viewport(shader), &viewport(cpu), 2);
        assert!(
            far < 0.002,
            "{far} of the pixels differ by more than 2 of 255"
        );
    }
}

#[test]
fn a_window_comes_back_with_the_size_and_place_that_it_was_left_with() {
    let Some(display) = Display::start() else {
        return;
    };
    let state = folder("state-place");
    let settings = Settings {
        keep: Some(Keep::Nothing),
        ..Settings::default()
    };
    settings.save(&state.join("wardlight")).unwrap();
    let envs = [("XDG_STATE_HOME", state.to_str().unwrap())];
    let mut window = display.open(&[], &envs);
    let id = window.id.clone();
    let args = [
        "windowsize",
        &id,
        "1100",
        "700",
        "windowmove",
        &id,
        "120",
        "80",
    ];
    display.run("xdotool", &args);
    // The window is told of it, and draws a frame.
    thread::sleep(Duration::from_secs(2));
    display.key(&window, "ctrl+q");
    assert!(window.wait_for_end().success());
    let kept = Settings::load(&state.join("wardlight")).window.unwrap();
    assert_eq!(kept.size, [1100.0, 700.0]);
    assert_eq!(kept.at, Some([120.0, 80.0]));
    let _window = display.spawn(Path::new("."), &[], &envs);
    wait("the window in its place", || {
        let search = ["search", "--name", "^Wardlight", "getwindowgeometry"];
        let found = display.run("xdotool", &search);
        (found.contains("120,80") && found.contains("1100x700")).then_some(())
    });
}

#[test]
fn without_a_display_the_program_says_so_and_fails() {
    let output = Command::new(env!("CARGO_BIN_EXE_wardlight"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("XDG_STATE_HOME", folder("state"))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(
        !output.status.success() && words.contains("display"),
        "{words}"
    );
}

/// A Wayland compositor without a screen; it ends with the test.
struct Compositor(Child);

impl Drop for Compositor {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn on_wayland_a_file_is_drawn_as_on_x11() {
    let runtime = folder("wayland");
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&runtime, permissions).unwrap();
    std::fs::remove_file(runtime.join("wardlight")).ok();
    let started = Command::new("weston")
        .args(["--backend=headless-backend.so", "--socket=wardlight"])
        .env("XDG_RUNTIME_DIR", &runtime)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(started) = started else {
        println!("skipped: weston is not installed (make installs it)");
        return;
    };
    let _compositor = Compositor(started);
    wait("the compositor", || {
        runtime.join("wardlight").exists().then_some(())
    });
    let sample = wardlight::sample::write(&folder("sample-wayland")).unwrap();
    let state = folder("state-wayland");
    let settings = Settings {
        keep: Some(Keep::Nothing),
        ..Settings::default()
    };
    settings.save(&state.join("wardlight")).unwrap();
    let log = folder("log").join("wayland.jsonl");
    std::fs::remove_file(&log).ok();
    let program = Command::new(env!("CARGO_BIN_EXE_wardlight"))
        .arg(&sample.dicom)
        .env_remove("DISPLAY")
        .env("WAYLAND_DISPLAY", "wardlight")
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("XDG_STATE_HOME", &state)
        .env("WARDLIGHT_STORE", folder("no-store"))
        .env("WARDLIGHT_FRAME_LOG", &log)
        .spawn()
        .unwrap();
    let mut window = Window {
        program,
        id: String::new(),
    };
    wait("the scan to be drawn", || {
        let ended = window.program.try_wait().unwrap();
        assert!(ended.is_none(), "the program ended with {ended:?}");
        let told = std::fs::read_to_string(&log).unwrap_or_default();
        told.contains("scan_drawn").then_some(())
    });
}

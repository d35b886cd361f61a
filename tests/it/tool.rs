//! Long work as a process of its own: its lines arrive, it stops when asked, and whatever becomes of it costs one job.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use wardlight::{
    cli::tool::{self, Places},
    engine::{self, Client, EvaluateTool, Event, Gate, Job, JobId, Parts, Told, Tool, TrainTool},
    evaluate,
    model::{self, Bundle},
    nn,
    score::Loaded,
    training,
    warnings::Warnings,
};

use crate::{
    command::{run, scratch, wardlight, write},
    fake, train,
};

/// The shipped program with the shipped models.
pub(crate) fn places(work: &Path) -> Places {
    Places {
        program: env!("CARGO_BIN_EXE_wardlight").into(),
        models: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("models")),
        work: work.to_owned(),
        threads: Some(1),
    }
}

/// Parts whose tools are the real program.
pub(crate) fn parts(work: &Path) -> Parts {
    let places = places(work);
    Parts {
        tool: Box::new(move |it| tool::command(&places, it)),
        ..fake::parts()
    }
}

/// Six pictures that differ in brightness, and a table of them.
pub(crate) fn labelled_pictures(folder: &Path) -> PathBuf {
    let sample = wardlight::sample::write(&folder.join("sample")).unwrap();
    let sample = image::open(sample.png).unwrap().into_luma8();
    let mut table = "path,label\n".to_owned();
    for idx in 0..6_u8 {
        let mut picture = sample.clone();
        picture
            .iter_mut()
            .for_each(|it| *it = it.saturating_add(5 * idx));
        picture.save(folder.join(format!("{idx}.png"))).unwrap();
        table += &format!("{idx}.png,{}\n", idx % 2);
    }
    let place = folder.join("table.csv");
    write(&place, &table);
    place
}

fn evaluate_tool(folder: &Path) -> EvaluateTool {
    EvaluateTool {
        model: "chest-pneumonia-paediatric".to_owned(),
        table: labelled_pictures(folder),
        out: folder.join("report"),
        images: None,
        image_column: None,
        text_column: None,
        measurements: None,
        key_column: None,
        label_column: None,
        part: None,
        positive: None,
        against: None,
        // The pictures are drawings.
        gate: Gate::Open,
        is_damaged: false,
    }
}

fn evaluate_job(tool: EvaluateTool) -> Job {
    Job::RunTool(Tool::Evaluate(Box::new(tool)))
}

fn client(parts: Parts) -> Client {
    Client::start(parts, Arc::new(|| {})).unwrap()
}

/// A client whose first tool is a shell script, and whose later ones say that they have written.
fn scripted(script: &str) -> Client {
    let mut scripts = vec![
        r#"echo '{"event":"written","folder":"there"}'"#.to_owned(),
        script.to_owned(),
    ];
    let tool = move |_: &Tool| {
        let mut command = Command::new("sh");
        let script = scripts.pop();
        command.arg("-c").arg(script.unwrap_or_default());
        command
    };
    client(Parts {
        tool: Box::new(tool),
        ..fake::parts()
    })
}

/// The next event of a job.
fn next(client: &mut Client) -> Event {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(240) {
        match client.poll() {
            Some((_, event)) => return event,
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
    panic!("no event");
}

/// All events of the job that runs, until its last.
fn rest(client: &mut Client) -> Vec<Event> {
    let mut found = Vec::new();
    loop {
        let event = next(client);
        let is_last = matches!(event, Event::Done | Event::Failed(_) | Event::Cancelled);
        found.push(event);
        if is_last {
            return found;
        }
    }
}

/// Processes of the program that `parent` started: their arguments are wiped, so they are told by their parent.
fn children(parent: u32) -> Vec<u32> {
    let numbered = fs::read_dir("/proc").unwrap().filter_map(|it| {
        let number: u32 = it.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // proc_pid_stat(5): the name stands in brackets; state and parent follow.
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        let is_alive = fields.next()? != "Z";
        let is_child = fields.next()?.parse() == Ok(parent);
        (name == "wardlight" && is_alive && is_child).then_some(number)
    });
    numbered.collect()
}

/// Those that this test started.
fn processes() -> Vec<u32> {
    children(std::process::id())
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "waited for {what}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether the next job of a scripted client goes well.
fn assert_next_job_runs(client: &mut Client, folder: &Path) {
    client
        .start_job(JobId(2), evaluate_job(evaluate_tool(folder)))
        .unwrap();
    let found = rest(client);
    assert!(
        matches!(&found[..], [Event::Told(_), Event::Done]),
        "{found:?}"
    );
}

#[test]
fn an_evaluation_tells_its_stages_and_its_report_can_be_opened() {
    let folder = scratch("tool_evaluate");
    let mut client = client(parts(&folder));
    client
        .start_job(JobId(1), evaluate_job(evaluate_tool(&folder)))
        .unwrap();
    let found = rest(&mut client);
    let stages: Vec<&str> = found
        .iter()
        .filter_map(|it| match it {
            Event::Told(Told::Evaluate(evaluate::Event::Progress { stage, .. })) => {
                Some(stage.as_str())
            }
            _ => None,
        })
        .collect();
    assert!(
        stages.contains(&"scoring") && stages.contains(&"strangers"),
        "{found:?}"
    );
    let [.., Event::Told(Told::Evaluate(written)), Event::Done] = &found[..] else {
        panic!("{found:?}")
    };
    let place = folder.join("report");
    let wanted = evaluate::Event::Written {
        folder: place.clone(),
    };
    assert_eq!(*written, wanted);
    client
        .start_job(JobId(2), Job::OpenReport(place.clone()))
        .unwrap();
    let found = rest(&mut client);
    let [Event::ReportOpened { report, .. }, Event::Done] = &found[..] else {
        panic!("{found:?}")
    };
    // What is read is what was written, to the last digit.
    let written = fs::read_to_string(place.join("evaluation.json")).unwrap();
    assert_eq!(serde_json::to_string_pretty(report).unwrap(), written);
    assert_eq!(report.data.n_scored, 6);
}

#[test]
fn a_cancelled_evaluation_ends_in_the_middle_and_leaves_no_process() {
    let folder = scratch("tool_cancel");
    let mut client = client(parts(&folder));
    let tool = EvaluateTool {
        is_damaged: true,
        ..evaluate_tool(&folder)
    };
    client.start_job(JobId(1), evaluate_job(tool)).unwrap();
    assert!(matches!(next(&mut client), Event::Told(_)));
    let start = Instant::now();
    client.cancel(JobId(1));
    assert!(matches!(rest(&mut client).last(), Some(Event::Cancelled)));
    assert!(start.elapsed() < Duration::from_secs(5));
    wait_until("its process to end", || processes().is_empty());
    assert!(!folder.join("report/evaluation.json").exists());
}

#[test]
fn a_process_that_is_killed_costs_one_job() {
    let folder = scratch("tool_killed");
    let mut client = client(parts(&folder));
    client
        .start_job(JobId(1), evaluate_job(evaluate_tool(&folder)))
        .unwrap();
    assert!(matches!(next(&mut client), Event::Told(_)));
    for number in processes() {
        run(Command::new("kill").args(["-9", &number.to_string()]));
    }
    let found = rest(&mut client);
    let Some(Event::Failed(engine::Error::ToolEnded { how, .. })) = found.last() else {
        panic!("{found:?}")
    };
    assert!(how.contains("signal: 9"), "{how}");
    client
        .start_job(JobId(2), evaluate_job(evaluate_tool(&folder)))
        .unwrap();
    assert!(matches!(rest(&mut client).last(), Some(Event::Done)));
}

#[test]
fn dropping_the_client_ends_the_process() {
    let folder = scratch("tool_dropped");
    let mut client = client(parts(&folder));
    client
        .start_job(JobId(1), evaluate_job(evaluate_tool(&folder)))
        .unwrap();
    assert!(matches!(next(&mut client), Event::Told(_)));
    assert!(!processes().is_empty());
    drop(client);
    wait_until("its process to end", || processes().is_empty());
}

#[test]
fn the_process_ends_when_the_one_that_started_it_is_killed() {
    let folder = scratch("tool_orphan");
    let tool = EvaluateTool {
        is_damaged: true,
        ..evaluate_tool(&folder)
    };
    let command = tool::command(&places(&folder), &Tool::Evaluate(Box::new(tool)));
    let own = std::process::id().to_string();
    // The shell takes the place of the window: it is named as the one to end with.
    let words = command.get_args().map(|it| it.to_str().unwrap());
    let words: Vec<&str> = words.map(|it| if it == own { "$$" } else { it }).collect();
    let script = format!(
        "{} {} >/dev/null 2>&1 & wait",
        env!("CARGO_BIN_EXE_wardlight"),
        words.join(" ")
    );
    let mut shell = Command::new("sh").args(["-c", &script]).spawn().unwrap();
    let shell_id = shell.id();
    let work = || children(shell_id);
    wait_until("the work to start", || !work().is_empty());
    thread::sleep(Duration::from_millis(400));
    let found = work();
    assert!(!found.is_empty(), "it ended by itself");
    shell.kill().unwrap();
    shell.wait().unwrap();
    let is_alive = |it: &u32| {
        let stat = fs::read_to_string(format!("/proc/{it}/stat"));
        stat.is_ok_and(|it| !it.contains(") Z "))
    };
    wait_until("the work to end", || !found.iter().any(is_alive));
    // One that comes too late does not even start.
    let (code, out, _) = run(wardlight().args(["models", "--end-with", "1"]));
    assert_eq!((code, out.as_str()), (2, ""));
}

#[test]
fn a_line_that_is_no_event_costs_one_job_and_ends_its_process() {
    let folder = scratch("tool_garbage");
    let mut client = scripted("echo 'Jane Doe, 4 years'; exec sleep 60");
    let start = Instant::now();
    client
        .start_job(JobId(1), evaluate_job(evaluate_tool(&folder)))
        .unwrap();
    let found = rest(&mut client);
    let [Event::Failed(error @ engine::Error::ToolLine { .. })] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(!error.to_string().contains("Jane"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_next_job_runs(&mut client, &folder);
}

#[test]
fn a_process_that_ends_without_a_last_word_is_a_failure() {
    let folder = scratch("tool_silent");
    let mut client = scripted("exit 0");
    client
        .start_job(JobId(1), evaluate_job(evaluate_tool(&folder)))
        .unwrap();
    let found = rest(&mut client);
    assert!(
        matches!(&found[..], [Event::Failed(engine::Error::ToolEnded { .. })]),
        "{found:?}"
    );
    assert_next_job_runs(&mut client, &folder);
}

#[test]
fn a_process_that_ignores_a_polite_request_is_ended_by_force() {
    let folder = scratch("tool_stubborn");
    let progress =
        r#"{"event":"progress","stage":"scoring","done":0,"total":0,"seconds_left":null}"#;
    let mut client = scripted(&format!(
        "trap '' TERM; echo '{progress}'; while :; do sleep 1; done"
    ));
    client
        .start_job(JobId(1), evaluate_job(evaluate_tool(&folder)))
        .unwrap();
    assert!(matches!(next(&mut client), Event::Told(_)));
    let start = Instant::now();
    client.cancel(JobId(1));
    assert!(matches!(&rest(&mut client)[..], [Event::Cancelled]));
    assert!(start.elapsed() < Duration::from_secs(8));
    assert_next_job_runs(&mut client, &folder);
}

#[test]
fn a_table_that_is_refused_is_told_in_words_for_a_person() {
    let folder = scratch("tool_refused");
    let mut client = client(parts(&folder));
    let tool = evaluate_tool(&folder);
    write(&tool.table, "picture,label\n0.png,1\n");
    client.start_job(JobId(1), evaluate_job(tool)).unwrap();
    let found = rest(&mut client);
    let Some(Event::Failed(engine::Error::Tool(relayed))) = found.last() else {
        panic!("{found:?}")
    };
    let failure = &relayed.english;
    assert_eq!(failure.headline, "The table lacks a column");
    let chinese = relayed.chinese.as_ref().unwrap();
    assert_eq!(
        (chinese.headline.as_str(), &chinese.cause),
        ("表格缺少一列", &failure.cause)
    );
    assert!(
        failure.cause.contains("wanted a column path"),
        "{failure:?}"
    );
}

/// A recipe and its data: pictures with a bright corner.
pub(crate) fn training(folder: &Path) -> TrainTool {
    fs::create_dir_all(folder.join("images")).unwrap();
    let mut table = "file,label,patient,part,fold\n".to_owned();
    for it in 0..32_u32 {
        let is_bright = it % 2 == 1;
        let picture = image::GrayImage::from_fn(32, 32, |x, y| {
            let is_inside = if is_bright {
                18 < x && 18 < y
            } else {
                x < 12 && y < 12
            };
            let noise = (x * 31 + y * 17 + it * 7) % 11;
            image::Luma([u8::from(is_inside) * 120 + noise as u8 * 10])
        });
        picture
            .save(folder.join(format!("images/{it}.png")))
            .unwrap();
        let part = if it < 24 { "train" } else { "test" };
        let label = if is_bright { "yes" } else { "no" };
        table += &format!("{it}.png,{label},p{},{part},{}\n", it / 2, it / 2 % 2);
    }
    write(folder.join("table.csv"), table);
    write(folder.join("corner.toml"), train::image_recipe());
    TrainTool {
        recipe: folder.join("corner.toml"),
        data: folder.to_owned(),
        out: folder.join("bundle"),
    }
}

fn load(folder: &Path) -> Result<Loaded, model::Error> {
    Ok(Loaded {
        model: nn::load(
            Bundle::open(folder)?,
            nn::Options::default(),
            &Warnings::default(),
        )?,
        tokenizer: None,
        layout: None,
        warnings: Vec::new(),
    })
}

#[test]
fn a_training_tells_its_epochs_and_its_bundle_is_loaded_and_scores() {
    let folder = scratch("tool_train");
    let mut client = client(Parts {
        load: Box::new(load),
        model_folders: Vec::new(),
        ..parts(&folder.join("work"))
    });
    let tool = training(&folder);
    let out = tool.out.clone();
    client
        .start_job(JobId(1), Job::RunTool(Tool::Train(tool)))
        .unwrap();
    let found = rest(&mut client);
    let is_epoch = |it: &&Event| {
        matches!(
            it,
            Event::Told(Told::Train(training::Event::Progress { progress, .. })) if progress.held_out.is_some()
        )
    };
    assert!(2 <= found.iter().filter(is_epoch).count(), "{found:?}");
    assert!(matches!(found.last(), Some(Event::Done)), "{found:?}");
    client.start_job(JobId(2), Job::AddModel(out)).unwrap();
    let found = rest(&mut client);
    let [Event::ModelLoaded(manifest), Event::Done] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(manifest.name, "corner");
}

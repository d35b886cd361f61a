//! `wardlight model wizard`: the sheet about a TorchScript module. What no flag says is asked at a terminal; without
//! one, the default is taken, or the flag that is missing is named.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail, ensure};
use clap::ValueEnum;

use super::{
    Decoder, EngineArgs,
    ask::{Pair, answer, chosen},
    model_script::{admitted, in_words},
    options, print, scripts,
};
use crate::{
    disk,
    import::Opened,
    model::{
        manifest::Output,
        network::Gives,
        sheet::{Sheet, pixel_words},
    },
    nn::script::{self, Probe, Said},
    prep::{Fit, ImageSpec, Intensity, prepare_scan},
    warnings::Warnings,
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The TorchScript module.
    module: PathBuf,
    /// The sheet that is written.
    #[arg(long, value_name = "SHEET.toml")]
    out: PathBuf,
    /// A picture, to see what would be done to it.
    #[arg(long, value_name = "IMAGE")]
    sample: Option<PathBuf>,
    /// Pixels of the module's input.
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    size: Option<Pair<'x'>>,
    /// 1, or 3 for the grey picture repeated.
    #[arg(long)]
    channels: Option<usize>,
    /// How a picture is brought to that size.
    #[arg(long, value_enum)]
    fit: Option<FitArg>,
    /// The module reads pictures by columns, as MONAI's reader of PNG and JPEG pictures gives them.
    #[arg(long)]
    axes_exchanged: bool,
    /// Stored values that become 0 and 1; without it, the darkest and the brightest pixel of each picture do.
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true)]
    stored: Option<Pair<','>>,
    /// Values that the module gets for 0 and 1.
    #[arg(
        long,
        value_name = "LOW,HIGH",
        allow_hyphen_values = true,
        conflicts_with = "normalise"
    )]
    range: Option<Pair<','>>,
    /// Mean and deviation that the module was trained with, for values in 0..1.
    #[arg(long, value_name = "MEAN,STD", allow_hyphen_values = true)]
    normalise: Option<Pair<','>>,
    /// Names of the outputs, in the module's order.
    #[arg(long, value_name = "A,B,...", value_delimiter = ',')]
    labels: Option<Vec<String>>,
    /// Whether labels exclude each other.
    #[arg(long, value_enum)]
    output: Option<OutputArg>,
    /// Whether the module takes the softmax or sigmoid itself.
    #[arg(long, value_enum)]
    gives: Option<GivesArg>,
    /// Lower-case letters, digits, hyphens.
    #[arg(long)]
    name: Option<String>,
    #[arg(long)]
    title: Option<String>,
    #[arg(long)]
    intended_use: Option<String>,
    #[arg(long)]
    licence: Option<String>,
    /// What it was trained on.
    #[arg(long)]
    data: Option<String>,
    /// When it was trained.
    #[arg(long, value_name = "YYYY-MM-DD")]
    trained: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FitArg {
    Stretch,
    CenterCrop,
    Pad,
}

#[derive(Clone, Copy, ValueEnum)]
enum OutputArg {
    Softmax,
    Sigmoid,
}

#[derive(Clone, Copy, ValueEnum)]
enum GivesArg {
    Logits,
    Probabilities,
}

/// Asks, tries the module, and writes the sheet.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    wizard(args, engine).map_err(|error| in_words(&error))?;
    Ok(ExitCode::SUCCESS)
}

fn wizard(args: &Args, engine: &EngineArgs) -> anyhow::Result<()> {
    let module = admitted(&args.module)?;
    let settings = scripts::settings(options(engine).threads)?;
    let said = script::said(module.clone(), settings.clone())?;
    if said.is_some() {
        print(
            "The module brings a MONAI description; what it tells is the default. MONAI's own reader exchanges the axes of \
             PNG and JPEG pictures: add --axes-exchanged if the model was trained so.\n",
        )?;
    }
    let said = said.unwrap_or_default();
    let input = input(args, &said)?;
    let probe = script::probe(module.clone(), &input, args.axes_exchanged, settings)?;
    print(&format!("{}\n", told(&probe)))?;
    let labels = labels(args, &probe, &said)?;
    let looks = looks(&probe);
    let text = |flag: &Option<String>, name: &str, question: &str, default: &str| {
        answer(flag.clone(), (name, question), Some(default.to_owned()))
    };
    let stem = args
        .module
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let purpose = said.task.as_deref().unwrap_or("Not stated.");
    let name = text(&args.name, "--name", "Name", &folder_safe(&stem))?;
    let sheet = Sheet {
        format: 1,
        sha256: module.sha256(),
        version: said.version.clone().unwrap_or_else(|| "1".to_owned()),
        title: text(&args.title, "--title", "Title, for people", &name)?,
        intended_use: text(
            &args.intended_use,
            "--intended-use",
            "Intended use",
            purpose,
        )?,
        licence: text(&args.licence, "--licence", "Licence", "not stated")?,
        data: text(&args.data, "--data", "Data it was trained on", "not stated")?,
        trained: text(
            &args.trained,
            "--trained",
            "Trained on, YYYY-MM-DD",
            "0000-00-00",
        )?,
        name,
        labels,
        gives: chosen(args.gives, ("--gives", "The module gives"), looks.0)?.into(),
        output: chosen(
            args.output,
            ("--output", "Labels are told apart by"),
            looks.1,
        )?
        .into(),
        axes_exchanged: args.axes_exchanged,
        input,
    };
    // What the import would refuse is refused now.
    sheet.manifest(&module, false, vec![0.0; sheet.labels.len()])?;
    disk::write_atomic(&args.out, sheet.to_toml()?.as_bytes())?;
    let mut lines = vec!["What happens to the pixels".to_owned()];
    lines.extend(pixel_words(&sheet.input).iter().map(|it| format!("  {it}")));
    if let Some(sample) = &args.sample {
        lines.push(of_sample(sample, &sheet.input)?);
    }
    lines.push(format!(
        "Written: {}\nNext: wardlight model import {} --manifest {} --out DIR",
        args.out.display(),
        args.module.display(),
        args.out.display()
    ));
    print(&format!("{}\n", lines.join("\n")))
}

/// What the module reads.
fn input(args: &Args, said: &Said) -> anyhow::Result<ImageSpec> {
    let size = said
        .size
        .map(|[width, height]| Pair::<'x'>(width as f32, height as f32));
    let Pair(width, height) = answer(args.size, ("--size", "Input size, WIDTHxHEIGHT"), size)?;
    let is_side = |it: f32| it.fract() == 0.0 && (8.0..=2048.0).contains(&it);
    ensure!(
        is_side(width) && is_side(height),
        "wanted a size of 8 to 2048 whole pixels, found {width} x {height}"
    );
    let channels = answer(
        args.channels,
        ("--channels", "Channels, 1 or 3"),
        said.channels.or(Some(1)),
    )?;
    ensure!(
        matches!(channels, 1 | 3),
        "wanted 1 or 3 channels, found {channels}"
    );
    let fit = chosen(
        args.fit,
        ("--fit", "Bring pictures to that size by"),
        FitArg::CenterCrop,
    )?;
    let intensity = match args.stored {
        Some(Pair(low, high)) => Intensity::Fixed { low, high },
        None => Intensity::Quantiles {
            low: 0.0,
            high: 1.0,
        },
    };
    let (mean, std) = match args.normalise {
        Some(Pair(mean, std)) => (mean, std),
        None => {
            let question = "Values that the module gets for black and white, LOW,HIGH";
            let [low, high] = said.value_range.unwrap_or([0.0, 1.0]);
            let usual = Some(Pair::<','>(low, high));
            let Pair(low, high) = answer(args.range, ("--range", question), usual)?;
            ensure!(
                low < high,
                "wanted a range from low to high, found {low} to {high}"
            );
            (-low / (high - low), (high - low).recip())
        }
    };
    Ok(ImageSpec {
        width: width as usize,
        height: height as usize,
        channels,
        colour: false,
        margin: 0.0,
        fit: match fit {
            FitArg::Stretch => Fit::Stretch,
            FitArg::CenterCrop => Fit::CenterCrop,
            FitArg::Pad => Fit::Pad,
        },
        intensity,
        mean,
        std,
        steps: Vec::new(),
        crop: None,
    })
}

/// As many names as the module has outputs.
fn labels(args: &Args, probe: &Probe, said: &Said) -> anyhow::Result<Vec<String>> {
    let labels = match &args.labels {
        Some(labels) => labels.clone(),
        None => {
            let usual = (!said.labels.is_empty()).then(|| said.labels.join(","));
            let question = ("--labels", "Names of the outputs, A,B,...");
            let names: String = answer(None, question, usual)?;
            names.split(',').map(|it| it.trim().to_owned()).collect()
        }
    };
    script::check_shape(&probe.shape, labels.len())?;
    Ok(labels)
}

/// What the trial showed.
fn told(probe: &Probe) -> String {
    let (low, high) = range(&probe.values);
    let parts = match &probe.has_features {
        Ok(()) => "exports `features` and `head`: Grad-CAM can be offered".to_owned(),
        Err(why) => format!("no Grad-CAM: {why}"),
    };
    format!(
        "The module ran on a fixed picture: answer of shape {:?}, values from {low} to {high}; {parts}",
        probe.shape
    )
}

fn range(values: &[f32]) -> (f32, f32) {
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (low, high)
}

/// A guess from one answer: probabilities lie in 0..1, and those of labels that exclude each other sum to 1.
fn looks(probe: &Probe) -> (GivesArg, OutputArg) {
    let (low, high) = range(&probe.values);
    let sum: f32 = probe.values.iter().sum();
    let output = if 1 < probe.values.len() {
        OutputArg::Softmax
    } else {
        OutputArg::Sigmoid
    };
    match (0.0 <= low && high <= 1.0, (sum - 1.0).abs() < 1e-3) {
        (true, true) => (GivesArg::Probabilities, output),
        (true, false) => (GivesArg::Probabilities, OutputArg::Sigmoid),
        (false, _) => (GivesArg::Logits, output),
    }
}

/// What the module would get for a picture.
fn of_sample(path: &Path, spec: &ImageSpec) -> anyhow::Result<String> {
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let Opened::Scan(scan) = decoder.open(path)? else {
        bail!("wanted a picture as the sample, found a note");
    };
    let warnings = Warnings::default();
    let image = prepare_scan(&scan, 0, spec, &warnings)?;
    let (low, high) = range(&image.values);
    let mean = image.values.iter().sum::<f32>() / image.values.len().max(1) as f32;
    let pixels = &scan.header.pixels;
    Ok(format!(
        "  The sample: {} x {} pixels become {} x {}, values from {low} to {high}, mean {mean}.",
        pixels.columns, pixels.rows, image.width, image.height
    ))
}

/// A name that a folder may have.
fn folder_safe(text: &str) -> String {
    let safe = |it: char| {
        if it.is_ascii_alphanumeric() {
            it.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = text.chars().map(safe).take(64).collect();
    if name.is_empty() {
        "module".to_owned()
    } else {
        name
    }
}

impl From<OutputArg> for Output {
    fn from(output: OutputArg) -> Self {
        match output {
            OutputArg::Softmax => Self::Softmax,
            OutputArg::Sigmoid => Self::Sigmoid,
        }
    }
}

impl From<GivesArg> for Gives {
    fn from(gives: GivesArg) -> Self {
        match gives {
            GivesArg::Logits => Self::Logits,
            GivesArg::Probabilities => Self::Probabilities,
        }
    }
}

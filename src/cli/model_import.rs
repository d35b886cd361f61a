//! `wardlight model import`: a model file of another program becomes a bundle that says what it is.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::ValueEnum;

use super::{Decoder, EngineArgs, NOTICE, model_script, print};
use crate::{
    case::Scan,
    disk,
    foreign::{self, Asked, Draft, Kind, Preview, Written},
    import::{self, ModelFile, Opened},
};

const PREVIEW: &str = "import-preview.png";
/// The parts of a MONAI bundle that are read.
const MODEL: &str = "models/model.pt";
const CONFIGS: [&str; 2] = ["metadata.json", "inference.json"];

#[derive(clap::Args)]
pub(super) struct Args {
    /// A torch file (.pt, .pth), a safetensors file, a MONAI bundle as a folder or a ZIP file; with --manifest, a
    /// TorchScript module.
    #[arg(value_name = "FILE_OR_FOLDER")]
    model: PathBuf,
    /// Folder of the bundle that is written.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// For a TorchScript module: the sheet about it, as `wardlight model wizard` writes it.
    #[arg(
        long,
        value_name = "SHEET.toml",
        conflicts_with_all = ["kind", "name", "title", "labels", "sample"]
    )]
    manifest: Option<PathBuf>,
    /// Whose model it is [default: what the file says].
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// Name of the bundle [default: the name of the folder].
    #[arg(long)]
    name: Option<String>,
    /// Title for people.
    #[arg(long)]
    title: Option<String>,
    /// Names of the outputs in order; an empty one hides its output.
    #[arg(long, value_delimiter = ',', value_name = "A,B,C")]
    labels: Option<Vec<String>>,
    /// A scan to show, in import-preview.png, what the network will get of it.
    #[arg(long, value_name = "IMAGE")]
    sample: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum KindArg {
    Xrv,
    Torchvision,
    Monai,
}

/// Imports one model. What cannot be used as its own program uses it is refused, and the reason is told.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    if let Some(manifest) = &args.manifest {
        let script = model_script::Args {
            module: args.model.clone(),
            manifest: manifest.clone(),
            out: args.out.clone(),
        };
        return model_script::run(&script, engine);
    }
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let file = read(&decoder, &args.model)?;
    let asked = asked(args);
    let draft = foreign::draft(file, &asked)?;
    // The sample comes first: a model that cannot read it is not written.
    let preview = args
        .sample
        .as_deref()
        .map(|it| {
            foreign::preview(&draft, &scan(&decoder, it)?).context("could not show the sample")
        })
        .transpose()?;
    let written = foreign::write(&draft, &asked, &args.out)?;
    if let Some(preview) = &preview {
        disk::write_atomic(&args.out.join(PREVIEW), &preview.png)?;
    }
    print(&summary(&draft, &written, preview.as_ref()))?;
    Ok(ExitCode::SUCCESS)
}

/// A file, or the files of a bundle's folder; each is parsed in a worker of its own.
fn read(decoder: &Decoder, path: &Path) -> Result<ModelFile, import::Error> {
    if !path.is_dir() {
        return decoder.open_model(path);
    }
    let mut file = decoder.open_model(&path.join(MODEL))?;
    for name in CONFIGS {
        let config = decoder.open_model(&path.join("configs").join(name))?;
        let config = config.header.configs.into_values().next();
        file.header
            .configs
            .extend(config.map(|it| (name.to_owned(), it)));
    }
    Ok(file)
}

fn asked(args: &Args) -> Asked {
    let text = |it: Option<&std::ffi::OsStr>| it.unwrap_or_default().to_string_lossy().into_owned();
    Asked {
        kind: args.kind.map(|it| match it {
            KindArg::Xrv => Kind::Xrv,
            KindArg::Torchvision => Kind::Torchvision,
            KindArg::Monai => Kind::Monai,
        }),
        name: args
            .name
            .clone()
            .unwrap_or_else(|| text(args.out.file_name())),
        title: args.title.clone(),
        labels: args.labels.clone(),
        file_stem: text(args.model.file_stem()),
    }
}

fn scan(decoder: &Decoder, path: &Path) -> anyhow::Result<Scan> {
    match decoder.open(path)? {
        Opened::Scan(scan) => Ok(scan),
        Opened::Chart(chart) => {
            anyhow::bail!("wanted a scan as the sample, found {}", chart.summary())
        }
    }
}

/// What was made of it, in words.
fn summary(draft: &Draft, written: &Written, preview: Option<&Preview>) -> String {
    let manifest = &written.manifest;
    let labels: Vec<&str> = manifest.labels.iter().map(|it| it.name.as_str()).collect();
    let mut lines = vec![
        format!(
            "{} {} · {}",
            manifest.name, manifest.version, manifest.title
        ),
        format!("  Network  {}", manifest.network.name()),
        format!("  Labels   {}", labels.join(", ")),
        format!(
            "  Check    known answer reproduced by both forms after reading back (largest difference {:.1e})",
            written.worst
        ),
        format!("  Weights  {}", manifest.weights.sha256.short()),
    ];
    lines.extend(draft.notes.iter().map(|it| format!("  Note     {it}")));
    lines.extend(manifest.limits.iter().map(|it| format!("  Limit    {it}")));
    if let Some(preview) = preview {
        lines.extend(preview.lines.iter().map(|it| format!("  Sample   {it}")));
        lines.extend(
            preview
                .warnings
                .iter()
                .map(|it| format!("  Sample   {}", it.text)),
        );
        lines.push(format!("  Sample   see {PREVIEW}"));
    }
    format!("{}\n\n{NOTICE}\n", lines.join("\n"))
}

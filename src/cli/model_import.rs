//! `wardlight model import`: a model file of another program becomes a bundle that says what it is.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::ValueEnum;

use super::{Decoder, EngineArgs, NOTICE, model_script, print};
use crate::{
    case::Scan,
    disk,
    foreign::{self, Asked, Draft, Kind, Preview, TokenizerFile, Written},
    import::{self, ModelFile, Opened},
    model::bundle::WEIGHTS_LIMIT_BYTES,
};

const PREVIEW: &str = "import-preview.png";
/// The parts of a MONAI bundle that are read.
const MODEL: &str = "models/model.pt";
const CONFIGS: [&str; 2] = ["metadata.json", "inference.json"];
/// The parts of a folder of Hugging Face's Transformers; of the weights, the first that is there.
const TEXT_WEIGHTS: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];
const TEXT_CONFIG: &str = "config.json";
const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
const TOKENIZER: &str = "tokenizer.json";
const VOCAB: &str = "vocab.txt";
const TOKENIZER_LIMIT_BYTES: u64 = 64 << 20;
/// A language model is larger than any scan.
const TIME_LIMIT: Duration = Duration::from_secs(300);

#[derive(clap::Args)]
pub(super) struct Args {
    /// A torch file (.pt, .pth), a safetensors file, a MONAI bundle as a folder or a ZIP file, a BERT as a folder with
    /// config.json, weights and tokenizer, or its weights in that folder; with --manifest, a TorchScript module.
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
    Bert,
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
    let settings = import::Settings {
        limit_bytes: WEIGHTS_LIMIT_BYTES,
        timeout: TIME_LIMIT,
        ..import::Settings::default()
    };
    let decoder = Decoder::start(settings).context("could not start the decode worker")?;
    let mut asked = asked(args);
    let file = match text_folder(&args.model) {
        Some(folder) => {
            asked.tokenizer = tokenizer(folder)?;
            read_text(&decoder, folder, &args.model)?
        }
        None => read(&decoder, &args.model)?,
    };
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

/// The folder of a BERT, where the path names it or its weights.
fn text_folder(path: &Path) -> Option<&Path> {
    let name = path.file_name().and_then(|it| it.to_str());
    let folder = if path.is_dir() {
        path
    } else if name.is_some_and(|it| TEXT_WEIGHTS.contains(&it)) {
        path.parent()?
    } else {
        return None;
    };
    folder.join(TEXT_CONFIG).is_file().then_some(folder)
}

/// Weights and descriptions of a BERT; each file is parsed in a worker of its own.
fn read_text(decoder: &Decoder, folder: &Path, path: &Path) -> anyhow::Result<ModelFile> {
    let weights = if path.is_dir() {
        let all = TEXT_WEIGHTS.map(|it| folder.join(it));
        let found = all.into_iter().find(|it| it.is_file());
        found.with_context(|| format!("wanted one of {}, found none", TEXT_WEIGHTS.join(", ")))?
    } else {
        path.to_owned()
    };
    let mut file = decoder.open_model(&weights)?;
    for name in [TEXT_CONFIG, TOKENIZER_CONFIG] {
        let path = folder.join(name);
        if name == TOKENIZER_CONFIG && !path.is_file() {
            continue;
        }
        let config = decoder.open_model(&path)?;
        let config = config.header.configs.into_values().next();
        file.header
            .configs
            .extend(config.map(|it| (name.to_owned(), it)));
    }
    Ok(file)
}

/// Plain text that every start of the model reads again, so that no worker stands between.
fn tokenizer(folder: &Path) -> Result<Option<TokenizerFile>, disk::Error> {
    let read = |name: &str| {
        let path = folder.join(name);
        path.is_file()
            .then(|| disk::read(&path, TOKENIZER_LIMIT_BYTES))
            .transpose()
    };
    Ok(match read(TOKENIZER)? {
        Some(bytes) => Some(TokenizerFile::Json(bytes)),
        None => read(VOCAB)?.map(TokenizerFile::Vocab),
    })
}

fn asked(args: &Args) -> Asked {
    let text = |it: Option<&std::ffi::OsStr>| it.unwrap_or_default().to_string_lossy().into_owned();
    Asked {
        kind: args.kind.map(|it| match it {
            KindArg::Xrv => Kind::Xrv,
            KindArg::Torchvision => Kind::Torchvision,
            KindArg::Monai => Kind::Monai,
            KindArg::Bert => Kind::Bert,
        }),
        name: args
            .name
            .clone()
            .unwrap_or_else(|| text(args.out.file_name())),
        title: args.title.clone(),
        labels: args.labels.clone(),
        file_stem: text(args.model.file_stem()),
        tokenizer: None,
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

//! `wardlight model check`: the randomisation test of a bundle's explanation methods, on a table of pictures.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, anyhow, bail, ensure};

use super::{Decoder, EngineArgs, NOTICE, models_folder, options, print};
use crate::{
    disk,
    import::Opened,
    model::{
        Bundle, Task,
        manifest::ExplanationTest,
        tested::{self, test_line},
    },
    nn,
    prep::{Input, Spec, prepare_scan},
    spreadsheet::{Odd, Spreadsheet},
    warnings::Warnings,
};

/// The largest table that is read.
const TABLE_LIMIT_BYTES: u64 = 1 << 30;
/// Pictures that are prepared, spread evenly over the table; the test takes what it needs of them.
const N_PICTURES: usize = 16;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The model: its name, or the folder of a bundle.
    model: String,
    /// Comma-separated values with a header that names a column `path`. Take pictures that the model was not trained on.
    table: PathBuf,
    /// Folder that the paths are relative to [default: that of the table].
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
    /// The column of paths.
    #[arg(long, value_name = "COLUMN", default_value = "path")]
    image_column: String,
    /// Use only rows with this value of the split column.
    #[arg(long, value_name = "VALUE")]
    split: Option<String>,
    /// The split column.
    #[arg(long, value_name = "COLUMN", default_value = "split")]
    split_column: String,
    /// Print what was found, and leave the bundle as it is.
    #[arg(long)]
    dry_run: bool,
}

/// Tests, tells, and writes the outcome into manifest and card. Exits with 1 if no method passes.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let folder = folder_of(&args.model, engine)?;
    let bundle = Bundle::open(&folder).context("could not read the bundle")?;
    let inputs = inputs(args, &bundle)?;
    let mut tell = |it: &ExplanationTest| eprintln!("  {}", test_line(it));
    let files = std::iter::once(&bundle.weights).chain(&bundle.members);
    let files: Vec<&[u8]> = files.map(Vec::as_slice).collect();
    let tests = nn::test_explanations(
        &bundle.manifest,
        &files,
        &inputs,
        options(engine).threads,
        &Task::default(),
        &mut tell,
    )?;
    let lines: Vec<String> = tests.iter().map(test_line).collect();
    let name = &bundle.manifest.name;
    print(&format!("{name}\n  {}\n{NOTICE}\n", lines.join("\n  ")))?;
    if !args.dry_run {
        tested::write(&folder, &bundle, &tests).context("could not write the bundle")?;
    }
    Ok(if tests.iter().any(|it| it.passes) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn folder_of(model: &str, engine: &EngineArgs) -> anyhow::Result<PathBuf> {
    let place = Path::new(model);
    if place.join("manifest.toml").is_file() {
        return Ok(place.to_owned());
    }
    let folder = models_folder(engine)?.join(model);
    ensure!(
        folder.join("manifest.toml").is_file(),
        "wanted the name of a model or the folder of a bundle, found {model}; `wardlight models` lists the names"
    );
    Ok(folder)
}

/// Pictures of the table as the model reads them. One that cannot be read is an error: the test is short.
fn inputs(args: &Args, bundle: &Bundle) -> anyhow::Result<Vec<Input>> {
    let Spec::Image(spec) = &bundle.manifest.prep else {
        bail!("wanted a model that reads images, found one that reads notes");
    };
    let paths = paths(args)?;
    ensure!(!paths.is_empty(), "wanted rows in the table, found none");
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let step = paths.len().div_ceil(N_PICTURES).max(1);
    let mut inputs = Vec::new();
    for (line, path) in paths.iter().step_by(step).take(N_PICTURES) {
        let Opened::Scan(scan) = decoder.open(path)? else {
            bail!("wanted an image in line {line} of the table, found text");
        };
        let image = prepare_scan(&scan, 0, spec, &Warnings::default());
        let image = image.with_context(|| format!("line {line} of the table"))?;
        inputs.push(Input::Image(image));
    }
    Ok(inputs)
}

/// Lines of the table, from 2, and the files that they name.
fn paths(args: &Args) -> anyhow::Result<Vec<(usize, PathBuf)>> {
    let bytes = disk::read(&args.table, TABLE_LIMIT_BYTES).context("could not read the table")?;
    let beside = args.table.parent().unwrap_or(Path::new("."));
    let folder = args.images.as_deref().unwrap_or(beside);
    let sheet = Spreadsheet::parse(&bytes).map_err(|Odd { line, cause }| {
        anyhow!("wanted a table, found an error in line {line}: {cause}")
    })?;
    let column = |name: &str| {
        let columns = || {
            format!(
                "wanted a column {name}, found the columns {}",
                sheet.columns()
            )
        };
        sheet.column(name).with_context(columns)
    };
    let path_idx = column(&args.image_column)?;
    let part = args
        .split
        .as_ref()
        .map(|it| Ok::<_, anyhow::Error>((column(&args.split_column)?, it)));
    let part = part.transpose()?;
    let mut paths = Vec::new();
    for (line, record) in &sheet.rows {
        let is_wanted =
            part.is_none_or(|(column, value)| record.get(column) == Some(value.as_str()));
        if let (true, Some(path)) = (is_wanted, record.get(path_idx)) {
            paths.push((*line, folder.join(path)));
        }
    }
    Ok(paths)
}

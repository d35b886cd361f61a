//! The life of a script worker: load libtorch, raise the walls, take one module, answer about it until the pipe closes.
//!
//! A module is a program. TorchScript can write files and read them, on loading already (`torch.save`, `from_file`), and
//! it can run for ever: that is for the walls and for the process that asks.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, stdin, stdout},
    os::fd::AsFd as _,
    process::ExitCode,
};

use rustix::{
    param::page_size,
    stdio::dup2_stdout,
    time::{ClockId, clock_gettime},
};
use tch::{CModule, Kind, TchError, Tensor, jit};

use super::{
    super::{Result, attribute::first, loaded::values, tuning},
    said::{self, Said},
    wire::{self, Ask, Say, Work},
};
use crate::{
    model::{Error, manifest::Output},
    sandbox::{self, Limits},
};

/// Address space beyond what libtorch itself takes: activations of a batch, and their gradients.
const ROOM_BYTES: u64 = 3 << 30;
/// For each byte of the module: the message, libtorch's copies, the weights.
const BYTES_PER_MODULE_BYTE: u64 = 5;
/// Beyond what libtorch itself takes, whatever the module.
const CEILING_BYTES: u64 = 24 << 30;
/// Processor seconds before a module is loaded.
const START_SECS: u64 = 60;
/// Processor seconds of a worker's life.
const LIFE_SECS: u64 = 7 * 24 * 3600;
/// Largest request: a module, or a batch.
const REQUEST_LIMIT_BYTES: u64 = 3 << 30;
/// Probabilities are kept this far from 0 and 1, so that their logits are finite.
const CLEARANCE: f64 = 1e-6;
const LINE_CHARS: usize = 300;

/// Runs this process as a script worker, from the first wall to the end.
pub fn serve() -> ExitCode {
    match live() {
        Ok(()) => ExitCode::SUCCESS,
        // The process that asks sees a closed pipe, and the status.
        Err(_) => ExitCode::FAILURE,
    }
}

fn live() -> io::Result<()> {
    let mut input = File::from(stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(stdout().as_fd().try_clone_to_owned()?);
    // A module can print, and what it prints would stand between our messages.
    dup2_stdout(OpenOptions::new().write(true).open("/dev/null")?)?;
    warm_up().map_err(io::Error::other)?;
    let base_bytes = address_space_bytes()?;
    let sandbox = sandbox::enter(&Limits {
        memory_bytes: base_bytes + ROOM_BYTES,
        memory_ceiling_bytes: base_bytes + CEILING_BYTES,
        cpu_secs: START_SECS,
        cpu_ceiling_secs: LIFE_SECS,
    });
    wire::send(&mut output, &Say::Hello(sandbox), &[])?;
    let mut module = None;
    let mut secs_each = START_SECS;
    loop {
        let (ask, body) = match wire::receive::<Ask>(&mut input, REQUEST_LIMIT_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            received => received?,
        };
        let done = match (ask, &module) {
            (Ask::Load { threads, cpu_secs }, _) => {
                secs_each = cpu_secs;
                sandbox::allow_cpu(cpu_used_secs() + secs_each);
                let room = ROOM_BYTES + BYTES_PER_MODULE_BYTE * body.len() as u64;
                sandbox::allow_memory(base_bytes + room);
                tuning::set_threads(threads);
                load(&body).map(|it| {
                    module = Some(it);
                    Done::Loaded(said::read(&body))
                })
            }
            (Ask::Run { work, undo, shape }, Some(module)) => {
                sandbox::allow_cpu(cpu_used_secs() + secs_each);
                run(module, work, undo, (&shape, &body)).map(Done::Run)
            }
            (Ask::Run { .. }, None) => Err(Error::Engine {
                cause: "wanted a module first, found none".to_owned(),
            }
            .into()),
        };
        drop(body);
        tell(&mut output, done)?;
    }
}

/// Makes libtorch load and choose all that it will need, while there is a file system. With one thread: those that it
/// starts later start behind the walls.
fn warm_up() -> Result<()> {
    tch::set_num_interop_threads(1);
    tch::set_num_threads(1);
    tuning::keep_buffers();
    // A module is run as it is written: the optimiser compiles anew for each size of batch.
    jit::f_set_graph_executor_optimize(false)?;
    let x =
        Tensor::f_ones([1, 3, 16, 16], (Kind::Float, tch::Device::Cpu))?.set_requires_grad(true);
    let weight = Tensor::f_ones([4, 3, 3, 3], (Kind::Float, tch::Device::Cpu))?;
    let maps = x.f_conv2d::<Tensor>(&weight, None, 1, 1, 1, 1)?.f_relu()?;
    let rows = maps.f_flatten(1, -1)?;
    let total = rows.f_matmul(&rows.f_tr()?)?.f_sum(Kind::Float)?;
    Tensor::f_run_backward(&[&total], &[&x], false, false).map(drop)?;
    Ok(())
}

/// A failure of the engine as both of its ends.
struct Trouble {
    cause: String,
    detail: String,
}

impl From<TchError> for Trouble {
    fn from(error: TchError) -> Self {
        let text = error.to_string();
        let lines = || text.lines().map(str::trim).filter(|it| !it.is_empty());
        // libtorch's own stack stands below what went wrong.
        let told = lines().take_while(|it| !it.starts_with("Exception raised from"));
        Self {
            cause: line(lines().next().unwrap_or_default()),
            detail: line(told.last().unwrap_or_default()),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let cause = line(&error.to_string());
        Self {
            detail: cause.clone(),
            cause,
        }
    }
}

/// A message's line without what could steer a terminal.
fn line(text: &str) -> String {
    let plain = text.chars().filter(|it| !it.is_control());
    plain.take(LINE_CHARS).collect()
}

fn load(mut bytes: &[u8]) -> std::result::Result<CModule, Trouble> {
    let mut module = CModule::load_data(&mut bytes)?;
    module.f_set_eval()?;
    Ok(module)
}

fn run(
    module: &CModule,
    work: Work,
    undo: Option<Output>,
    (shape, body): (&[i64], &[u8]),
) -> std::result::Result<Vec<Tensor>, Trouble> {
    let x = Tensor::f_from_data_size(body, shape, Kind::Float)?;
    let of_label =
        |logits: &Tensor, label: usize| logits.f_select(1, label as i64)?.f_sum(Kind::Float);
    match work {
        Work::Forward => {
            let logits = tch::no_grad(|| module.forward_ts(&[x]))?;
            Ok(vec![logits_of(&logits, undo)?])
        }
        Work::ByParts => {
            let logits = tch::no_grad(|| {
                let maps = module.method_ts("features", &[x])?;
                module.method_ts("head", &[maps])
            })?;
            Ok(vec![logits_of(&logits, undo)?])
        }
        Work::Gradient { label } => {
            let x = x.set_requires_grad(true);
            let logits = logits_of(&module.forward_ts(&[&x])?, undo)?;
            let total = of_label(&logits, label)?;
            let gradient = first(Tensor::f_run_backward(&[&total], &[&x], false, false)?)?;
            Ok(vec![logits.f_detach()?, gradient])
        }
        Work::Maps { label } => {
            let maps = tch::no_grad(|| module.method_ts("features", &[x]))?;
            let maps = maps.f_detach()?.set_requires_grad(true);
            let logits = logits_of(&module.method_ts("head", &[&maps])?, undo)?;
            let total = of_label(&logits, label)?;
            let gradient = first(Tensor::f_run_backward(&[&total], &[&maps], false, false)?)?;
            Ok(vec![maps.f_detach()?.f_get(0)?, gradient.f_get(0)?])
        }
    }
}

/// Rows of a module as logits. The softmax of the logarithms of probabilities is those probabilities.
fn logits_of(rows: &Tensor, undo: Option<Output>) -> std::result::Result<Tensor, TchError> {
    let rows = rows.f_to_kind(Kind::Float)?;
    match undo {
        None => Ok(rows),
        Some(Output::Sigmoid) => rows.f_logit(CLEARANCE),
        Some(Output::Softmax) => rows.f_clamp_min(CLEARANCE)?.f_log(),
    }
}

/// What came of a request that could be done.
enum Done {
    Loaded(Option<Said>),
    Run(Vec<Tensor>),
}

/// Says what came of a request: that a module stands ready, arrays, or what went wrong.
fn tell(output: &mut File, done: std::result::Result<Done, Trouble>) -> io::Result<()> {
    let arrays = match done {
        Ok(Done::Loaded(said)) => return wire::send(output, &Say::Loaded(said), &[]),
        Ok(Done::Run(tensors)) => tensors
            .iter()
            .map(|it| Ok((it.size(), wire::bytes(&values(it)?))))
            .collect::<Result<Vec<_>>>()
            .map_err(Trouble::from),
        Err(trouble) => Err(trouble),
    };
    match arrays {
        Ok(arrays) => {
            let (shapes, bodies): (Vec<_>, Vec<_>) = arrays.into_iter().unzip();
            let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
            wire::send(output, &Say::Arrays(shapes), &bodies)
        }
        Err(Trouble { cause, detail }) => wire::send(output, &Say::Failed { cause, detail }, &[]),
    }
}

/// What this process has mapped, proc_pid_statm(5).
fn address_space_bytes() -> io::Result<u64> {
    let text = fs::read_to_string("/proc/self/statm")?;
    let pages = text.split(' ').next().and_then(|it| it.parse::<u64>().ok());
    let pages = pages.ok_or(io::ErrorKind::InvalidData)?;
    Ok(pages * page_size() as u64)
}

/// Of all threads, rounded up.
fn cpu_used_secs() -> u64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    u64::try_from(used.tv_sec).unwrap_or(0) + 1
}

//! Files made to hurt: length bombs, nesting, deflate and picture bombs, broken promises about pixels, cut and
//! flipped files, all from one seed, all through the real worker.
//!
//! What must hold: this process lives, no worker ever has 512 MiB, every bomb is refused at once and by name, and
//! nothing that breaks the pixel contract opens (reliability.md E1 to E5, T1 to T5).

use std::{
    fs,
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use flate2::{Compression, write::DeflateEncoder, write::ZlibEncoder};
use wardlight::import::{Decoder, Error, Opened, Refusal};

use crate::{
    dicom::decoder,
    made::{
        Content, DEFLATED, EXPLICIT_BE, EXPLICIT_LE, Fields, IMPLICIT_LE, Order, PIXEL_DATA, head,
        write_head,
    },
};

const SEED: u64 = 20_261_123;
const WORKER_LIMIT_MIB: u64 = 512;
/// What a bomb may cost, as the median; a busy machine may hold up a single one.
const REFUSAL_LIMIT: Duration = Duration::from_millis(50);
/// Tests of this file take turns, so that times and memory are those of one file at a time.
static TURN: Mutex<()> = Mutex::new(());

/// A small generator of known quality (SplitMix64), so that a seed means the same files for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Watches the memory of all children of this process: the peak of each, and the highest of them.
struct MemoryWatch {
    peak_kib: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl MemoryWatch {
    fn start() -> Self {
        let (peak_kib, is_over) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (peak, over) = (Arc::clone(&peak_kib), Arc::clone(&is_over));
        let watch = move || {
            while !over.load(Ordering::Relaxed) {
                peak.fetch_max(children_peak_kib(), Ordering::Relaxed);
                thread::sleep(Duration::from_micros(500));
            }
        };
        let thread = thread::Builder::new()
            .name("memory watch".to_owned())
            .spawn(watch)
            .unwrap();
        Self {
            peak_kib,
            is_over,
            thread,
        }
    }

    fn finish(self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        self.peak_kib.load(Ordering::Relaxed) / 1024
    }
}

fn children_peak_kib() -> u64 {
    let tasks = fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let children = tasks.flat_map(|it| {
        fs::read_to_string(it.path().join("children"))
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let peak = |pid: String| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        status
            .lines()
            .find_map(|it| it.strip_prefix("VmHWM:"))?
            .split_whitespace()
            .next()?
            .parse::<u64>()
            .ok()
    };
    children.filter_map(peak).max().unwrap_or(0)
}

/// Counts of one class of files.
#[derive(Default)]
struct Tally {
    n_files: usize,
    n_opened: usize,
    n_worker_deaths: usize,
    times: Vec<Duration>,
    slowest: (Duration, String),
    wrong: Vec<String>,
}

impl Tally {
    /// Opens a file and judges what came out.
    fn run(
        &mut self,
        decoder: &Decoder,
        what: &str,
        bytes: &[u8],
        judge: impl Fn(&Result<Opened, Error>) -> bool,
    ) {
        let begun = Instant::now();
        let opened = decoder.open_bytes(bytes);
        let time = begun.elapsed();
        self.times.push(time);
        if self.slowest.0 < time {
            self.slowest = (time, what.to_owned());
        }
        self.n_files += 1;
        self.n_opened += usize::from(opened.is_ok());
        self.n_worker_deaths += usize::from(matches!(opened, Err(Error::WorkerDied { .. })));
        if !judge(&opened) && self.wrong.len() < 20 {
            let found = match &opened {
                Ok(Opened::Scan(scan)) => format!("opened: {:?}", scan.header.pixels),
                Ok(Opened::Chart(chart)) => format!("opened as {}", chart.summary()),
                Err(error) => error.to_string(),
            };
            self.wrong.push(format!("{what}: {found}"));
        }
    }

    /// Prints the line of the table and fails if anything was wrong.
    fn finish(mut self, class: &str, peak_mib: u64) {
        self.times.sort_unstable();
        let [median, last] = [
            self.times[self.times.len() / 2],
            self.times[self.times.len() - 1],
        ]
        .map(|it| it.as_secs_f64() * 1e3);
        println!(
            "{class} | files {} | opened {} | worker deaths {} | median {median:.1} ms | longest {last:.1} ms ({}) | worker peak {peak_mib} MiB | wrong {}",
            self.n_files,
            self.n_opened,
            self.n_worker_deaths,
            self.slowest.1,
            self.wrong.len()
        );
        assert!(self.wrong.is_empty(), "{class}: {:#?}", self.wrong);
        assert!(
            peak_mib < WORKER_LIMIT_MIB,
            "{class}: a worker had {peak_mib} MiB"
        );
    }

    fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[times.len() / 2]
    }
}

fn is_refused(opened: &Result<Opened, Error>) -> bool {
    matches!(opened, Err(Error::Refused(refusal)) if !matches!(refusal, Refusal::Defect { .. } | Refusal::Abandoned))
}

const REPRESENTATIONS: &[&[u8; 2]] = &[
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"OB",
    b"OD", b"OF", b"OL", b"OV", b"OW", b"PN", b"SH", b"SL", b"SQ", b"SS", b"ST", b"SV", b"TM",
    b"UC", b"UI", b"UL", b"UN", b"UR", b"US", b"UT", b"UV", b"ZZ",
];

/// Where a lying length stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Meta,
    Top,
    Item,
    Fragment,
}

/// A file in which one element declares `length` bytes and has two.
fn length_bomb(vr: &[u8; 2], length: u32, syntax: &str, place: Place) -> Vec<u8> {
    let order = Order::of(syntax);
    let mut file = head(syntax);
    match place {
        Place::Meta => {
            file.truncate(132);
            write_head(&mut file, 0x0002_0100, vr, length, Order::of(EXPLICIT_LE));
        }
        Place::Top => write_head(&mut file, 0x0009_1001, vr, length, order),
        Place::Item => {
            write_head(&mut file, 0x0008_1140, b"SQ", u32::MAX, order);
            write_head(
                &mut file,
                0xFFFE_E000,
                b"  ",
                u32::MAX,
                Order {
                    is_explicit: false,
                    ..order
                },
            );
            write_head(&mut file, 0x0008_1155, vr, length, order);
        }
        Place::Fragment => {
            write_head(&mut file, PIXEL_DATA, b"OB", u32::MAX, order);
            write_head(
                &mut file,
                0xFFFE_E000,
                b"  ",
                length,
                Order {
                    is_explicit: false,
                    ..order
                },
            );
        }
    }
    file.extend([1, 2]);
    file
}

#[test]
fn declared_lengths_are_held_against_the_file() {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let (decoder, watch) = (decoder(), MemoryWatch::start());
    let mut tally = Tally::default();
    for vr in REPRESENTATIONS {
        for syntax in [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE] {
            for place in [Place::Meta, Place::Top, Place::Item, Place::Fragment] {
                // Neither the meta group nor a fragment depends on all three.
                let is_repeated = matches!(place, Place::Meta) && syntax != EXPLICIT_LE
                    || matches!(place, Place::Fragment) && *vr != b"OB";
                // In the short form these are 65,534, 32,768 and 3.
                for length in if is_repeated {
                    &[][..]
                } else {
                    &[0xFFFF_FFFE, 0x8000_8000, 3]
                } {
                    let what = format!("{vr:?} {syntax} {place:?} {length:#x}");
                    tally.run(
                        &decoder,
                        &what,
                        &length_bomb(vr, *length, syntax, place),
                        is_refused,
                    );
                }
            }
        }
    }
    assert!(tally.median() < REFUSAL_LIMIT, "{:?}", tally.median());
    tally.finish("E1 lengths", watch.finish());
}

/// Sequences inside sequences, `depth` deep. Of undefined length, or of the length that is right.
fn nest(depth: usize, syntax: &str, is_defined: bool) -> Vec<u8> {
    let order = Order::of(syntax);
    let mut file = head(syntax);
    let head_bytes = if order.is_explicit { 12 } else { 8 } + 8;
    for level in 0..depth {
        let inside = (depth - level) * head_bytes;
        let (sequence, item) = if is_defined {
            (
                (inside - head_bytes + 8) as u32,
                (inside - head_bytes) as u32,
            )
        } else {
            (u32::MAX, u32::MAX)
        };
        // In implicit files only a known tag is a sequence.
        write_head(&mut file, 0x0040_A730, b"SQ", sequence, order);
        write_head(
            &mut file,
            0xFFFE_E000,
            b"  ",
            item,
            Order {
                is_explicit: false,
                ..order
            },
        );
    }
    file
}

#[test]
fn nesting_ends_at_64() {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let (decoder, watch) = (decoder(), MemoryWatch::start());
    let mut tally = Tally::default();
    for syntax in [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE] {
        for is_defined in [false, true] {
            for depth in [
                1, 10, 63, 64, 65, 66, 100, 1_000, 1_770, 7_095, 10_000, 100_000, 1_000_000,
            ] {
                let is_right = |opened: &Result<Opened, Error>| match opened {
                    Err(Error::Refused(Refusal::NestedTooDeep { limit: 64 })) => 64 < depth,
                    // A sequence that is cut off is malformed only if it has no end of its own.
                    Err(Error::Refused(Refusal::NoPixels { .. } | Refusal::Malformed { .. })) => {
                        depth <= 64
                    }
                    _ => false,
                };
                tally.run(
                    &decoder,
                    &format!("{syntax} {depth} {is_defined}"),
                    &nest(depth, syntax, is_defined),
                    is_right,
                );
            }
        }
    }
    assert!(tally.median() < REFUSAL_LIMIT, "{:?}", tally.median());
    tally.finish("E2 nesting", watch.finish());
}

fn deflated_zeros(n_mib: usize) -> Vec<u8> {
    // The level with the best ratio, 1,030 to 1.
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let mebibyte = vec![0; 1 << 20];
    (0..n_mib).for_each(|_| encoder.write_all(&mebibyte).unwrap());
    encoder.finish().unwrap()
}

/// A PNG whose header promises `columns` x `rows` and whose data are `n_mib` of zeros.
fn png_bomb(columns: u32, rows: u32, depth_and_colour: [u8; 2], n_mib: usize) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(body);
        [
            (body.len() as u32).to_be_bytes().as_slice(),
            kind,
            body,
            &crc.sum().to_be_bytes(),
        ]
        .concat()
    };
    let header = [
        columns.to_be_bytes().as_slice(),
        &rows.to_be_bytes(),
        &depth_and_colour,
        &[0, 0, 0],
    ]
    .concat();
    let mut data = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mebibyte = vec![0; 1 << 20];
    (0..n_mib).for_each(|_| data.write_all(&mebibyte).unwrap());
    [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        &chunk(b"IHDR", &header),
        &chunk(b"IDAT", &data.finish().unwrap()),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

#[test]
fn nothing_inflates_without_measure() {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut bombs = Vec::new();
    for n_mib in [32, 256] {
        let zeros = deflated_zeros(n_mib);
        // One element of private bytes that takes all of it.
        let mut start = Vec::new();
        write_head(
            &mut start,
            0x0009_1001,
            b"OB",
            (n_mib << 20) as u32,
            Order::of(EXPLICIT_LE),
        );
        bombs.push((
            format!("deflate {n_mib} MiB"),
            [head(DEFLATED), zeros.clone()].concat(),
        ));
        let mut stored = DeflateEncoder::new(Vec::new(), Compression::none());
        stored.write_all(&start).unwrap();
        stored.flush().unwrap();
        let begun = stored.get_ref().clone();
        bombs.push((
            format!("deflate {n_mib} MiB in an element"),
            [head(DEFLATED), begun, zeros].concat(),
        ));
    }
    for (columns, rows, kind) in [
        (65_535, 65_535, [8, 0]),
        (30_000, 30_000, [16, 6]),
        (0x7FFF_FFFF, 2, [8, 2]),
        (2, 0x7FFF_FFFF, [1, 0]),
        (8_000, 8_000, [16, 6]),
        (0, 7, [8, 0]),
    ] {
        bombs.push((
            format!("PNG header {columns} x {rows}"),
            png_bomb(columns, rows, kind, 0),
        ));
    }
    bombs.push((
        "PNG 20,000 x 20,000".to_owned(),
        png_bomb(20_000, 20_000, [8, 0], 382),
    ));
    bombs.push((
        "PNG 11,000 x 11,000".to_owned(),
        png_bomb(11_000, 11_000, [8, 0], 116),
    ));
    bombs.extend(frame_bombs());
    let (decoder, watch) = (decoder(), MemoryWatch::start());
    let mut tally = Tally::default();
    for (what, bytes) in &bombs {
        tally.run(&decoder, what, bytes, is_refused);
    }
    assert!(tally.median() < REFUSAL_LIMIT, "{:?}", tally.median());
    tally.finish("E3 inflation", watch.finish());
}

/// Large pictures out of almost nothing, in each codec.
fn frame_bombs() -> Vec<(String, Vec<u8>)> {
    let sized = |syntax: &str, stream: Vec<u8>| {
        let mut fields = Fields::gray(11_000, 11_000, 16);
        fields.fragments(syntax, vec![stream]);
        (format!("frame {syntax}"), fields.part10())
    };
    // Headers for 11,000 (0x2af8) in each direction, and no data.
    let j2k = "ff4fff5100290000\
        00002af800002af8000000000000000000002af800002af8000000000000000000010f0101\
        ff52000c00000001000004040001ff5c00044080ff90000a0000000000000001ff93";
    let jpeg = "ffd8ffc3000b102af82af801011100ffda0008010100000000";
    let jpeg_ls = "ffd8fff7000b102af82af801011100ffda000801010000000000";
    let bytes = |hex: &str| {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect::<Vec<_>>()
    };
    vec![
        sized("1.2.840.10008.1.2.4.90", bytes(j2k)),
        sized("1.2.840.10008.1.2.4.70", bytes(jpeg)),
        sized("1.2.840.10008.1.2.4.80", bytes(jpeg_ls)),
        sized("1.2.840.10008.1.2.8.1", deflated_zeros(32)),
        sized("1.2.840.10008.1.2.5", vec![0; 64]),
    ]
}

/// A header of the cross product, and whether the standard and our limits allow it.
struct Promise {
    rows: u16,
    columns: u16,
    samples: u16,
    photometric: &'static str,
    allocated: u16,
    stored: u16,
    high_bit: u16,
    sign: u16,
    frames: &'static str,
    /// Bytes more or less than promised.
    surplus: i64,
}

impl Promise {
    fn honest(random: &mut Random) -> Self {
        let allocated = random.pick(&[1, 8, 16, 32]);
        let is_colour = allocated == 8 && random.below(2) == 0;
        let stored = if allocated == 1 {
            1
        } else {
            allocated - random.pick(&[0, 0, 4])
        };
        Self {
            rows: random.pick(&[1, 3, 16]),
            columns: random.pick(&[2, 4, 17]),
            samples: if is_colour { 3 } else { 1 },
            photometric: if is_colour {
                random.pick(&["RGB", "YBR_FULL"])
            } else {
                random.pick(&["MONOCHROME1", "MONOCHROME2"])
            },
            allocated,
            stored,
            high_bit: stored - 1,
            sign: if is_colour || allocated == 1 {
                0
            } else {
                random.pick(&[0, 1])
            },
            frames: random.pick(&["1", "2", "3"]),
            surplus: 0,
        }
    }

    fn break_one(&mut self, random: &mut Random) {
        match random.below(10) {
            0 => self.rows = random.pick(&[0, 5, 4096, 65_535]),
            1 => self.columns = random.pick(&[0, 5, 4096, 65_535]),
            2 => self.samples = random.pick(&[0, 1, 2, 3, 4, 65_535]),
            3 => {
                self.photometric = random.pick(&[
                    "",
                    "RGB",
                    "MONOCHROME2",
                    "YBR_RCT",
                    "YBR_FULL_422",
                    "PALETTE COLOR",
                    "CMYK",
                    "HSV",
                ])
            }
            4 => self.allocated = random.pick(&[0, 1, 7, 8, 12, 16, 24, 32, 64, 65_535]),
            5 => self.stored = random.pick(&[0, 1, 7, 8, 12, 16, 17, 32, 33, 65_535]),
            6 => self.high_bit = random.pick(&[0, 6, 7, 11, 15, 16, 31, 65_535]),
            7 => self.sign = random.pick(&[0, 1, 2, 65_535]),
            8 => {
                self.frames = random.pick(&[
                    "0",
                    "-1",
                    "4",
                    "2147483647",
                    "1e9",
                    "1.5",
                    "",
                    "999999999999",
                    "x",
                ])
            }
            _ => self.surplus = random.pick(&[-200, -2, -1, 1, 2, 200, 100_000]),
        }
    }

    fn n_frames(&self) -> Option<u64> {
        if self.frames.is_empty() {
            Some(1)
        } else {
            self.frames
                .parse::<f64>()
                .ok()
                .filter(|it| it.fract() == 0.0 && 0.0 < *it)
                .map(|it| it as u64)
        }
    }

    fn n_bytes(&self) -> u64 {
        let samples = u64::from(self.rows)
            * u64::from(self.columns)
            * u64::from(self.samples)
            * self.n_frames().unwrap_or(1);
        if self.allocated == 1 {
            samples.div_ceil(8)
        } else {
            samples * u64::from(self.allocated.div_ceil(8))
        }
    }

    /// The contract, written down a second time.
    fn is_legal(&self, n_found: u64) -> bool {
        let is_colour = matches!(self.photometric, "RGB" | "YBR_FULL");
        let is_gray = matches!(self.photometric, "MONOCHROME1" | "MONOCHROME2");
        let is_allocated = if is_colour {
            matches!(self.allocated, 8 | 16 | 32)
        } else {
            matches!(self.allocated, 1 | 8 | 16 | 32)
        };
        let is_stored = 0 < self.stored
            && self.stored <= self.allocated
            && u32::from(self.high_bit) + 1 == u32::from(self.stored);
        let is_deep_ybr = self.photometric == "YBR_FULL" && (self.allocated, self.stored) != (8, 8);
        let is_sign = if is_colour {
            self.sign == 0
        } else {
            self.sign <= 1
        };
        let is_shape = 0 < self.rows && 0 < self.columns && self.n_frames().is_some();
        let is_length = n_found == self.n_bytes() || n_found == self.n_bytes() + self.n_bytes() % 2;
        (is_colour && self.samples == 3 || is_gray && self.samples == 1)
            && is_allocated
            && is_stored
            && !is_deep_ybr
            && is_sign
            && is_shape
            && is_length
    }

    fn file(&self, n_found: u64) -> Vec<u8> {
        let mut fields = Fields::gray(self.rows, self.columns, 8);
        fields
            .text(0x0028_0004, b"CS", self.photometric)
            .text(0x0028_0008, b"IS", self.frames)
            .word(0x0028_0002, self.samples)
            .word(0x0028_0006, 0);
        fields
            .word(0x0028_0100, self.allocated)
            .word(0x0028_0101, self.stored)
            .word(0x0028_0102, self.high_bit)
            .word(0x0028_0103, self.sign);
        fields.pixels(vec![0xA5; n_found as usize]);
        fields.part10()
    }
}

#[test]
fn nothing_that_breaks_the_pixel_contract_opens() {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let (decoder, watch) = (decoder(), MemoryWatch::start());
    let (mut random, mut tally, mut n_legal) = (Random(SEED), Tally::default(), 0);
    for number in 0..2_000 {
        let mut promise = Promise::honest(&mut random);
        for _ in 0..number % 4 {
            promise.break_one(&mut random);
        }
        // The writer pads to an even length, as a real one does.
        let n_found = promise
            .n_bytes()
            .saturating_add_signed(promise.surplus)
            .min(1 << 20);
        let n_found = n_found + n_found % 2;
        let is_legal = promise.is_legal(n_found);
        n_legal += usize::from(is_legal);
        let wanted = usize::from(promise.rows)
            * usize::from(promise.columns)
            * promise.n_frames().unwrap_or(1) as usize;
        let is_right = |opened: &Result<Opened, Error>| match opened {
            Ok(Opened::Scan(scan)) => {
                is_legal
                    && scan
                        .frames()
                        .iter()
                        .map(|it| it.width * it.height)
                        .sum::<usize>()
                        == wanted
            }
            other => !is_legal && is_refused(other),
        };
        tally.run(
            &decoder,
            &format!("number {number}"),
            &promise.file(n_found),
            is_right,
        );
    }
    println!("E4: {n_legal} of the headers keep the contract");
    assert!(200 < n_legal, "{n_legal}");
    tally.finish("E4 pixel contract", watch.finish());
}

/// Small sound files of different kinds.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut native = Fields::gray(4, 4, 12);
    native
        .text(0x0010_0010, b"PN", "A^B")
        .text(0x0028_1053, b"DS", "2")
        .text(0x0028_1052, b"DS", "-1")
        .pixels(vec![7; 32]);
    let in_syntax = |syntax: &str| {
        let mut fields = native.clone();
        fields.syntax = syntax.to_owned();
        fields.part10()
    };
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    deflated.write_all(&native.dataset()).unwrap();
    let mut rle = Fields::gray(4, 4, 8);
    let mut segment = vec![0; 64];
    segment[0] = 1;
    segment[4] = 64;
    segment.extend([241, 9]);
    rle.fragments("1.2.840.10008.1.2.5", vec![segment]);
    let mut nested = native.clone();
    nested.element(0x5200_9229, b"SQ", Content::Items(vec![native.clone()]));
    let mut files = vec![
        ("explicit", in_syntax(EXPLICIT_LE)),
        ("implicit", in_syntax(IMPLICIT_LE)),
        ("big endian", in_syntax(EXPLICIT_BE)),
        (
            "deflated",
            [head(DEFLATED), deflated.finish().unwrap()].concat(),
        ),
        ("RLE", rle.part10()),
        ("nested", nested.part10()),
        ("PNG", png_bomb(4, 4, [8, 0], 0)),
    ];
    for (name, syntax, bits) in [
        ("J2K_12", "1.2.840.10008.1.2.4.90", 12),
        ("HTJ2K", "1.2.840.10008.1.2.4.201", 16),
        ("LJPEG_12", "1.2.840.10008.1.2.4.70", 12),
        ("JXL_16", "1.2.840.10008.1.2.4.110", 16),
    ] {
        let mut fields = Fields::gray(3, 4, bits);
        fields.fragments(syntax, vec![crate::streams::stream(name)]);
        files.push((name, fields.part10()));
    }
    files
}

#[test]
fn cut_and_flipped_files_are_refused_or_open_whole() {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let (decoder, watch) = (decoder(), MemoryWatch::start());
    let (mut random, mut tally) = (Random(SEED), Tally::default());
    // A worker may die of a defect in a codec; that is contained, named and counted. Nothing else may happen.
    let is_contained = |opened: &Result<Opened, Error>| match opened {
        Ok(Opened::Scan(scan)) => scan
            .frames()
            .iter()
            .all(|it| it.width * it.height == scan.header.pixels.rows * scan.header.pixels.columns),
        Ok(Opened::Chart(_)) | Err(Error::Refused(_) | Error::WorkerDied { .. }) => true,
        Err(_) => false,
    };
    for (name, whole) in seeds() {
        // The preamble means nothing, so it is left alone.
        let start = if name == "PNG" { 0 } else { 132 };
        for at in (start..whole.len()).step_by(9) {
            tally.run(
                &decoder,
                &format!("{name} cut to {at}"),
                &whole[..at],
                is_contained,
            );
        }
        for _ in 0..110 {
            let mut broken = whole.clone();
            for _ in 0..=random.below(3) {
                let at = start + random.below(whole.len() - start);
                broken[at] ^= 1 << random.below(8);
            }
            tally.run(&decoder, &format!("{name} flipped"), &broken, is_contained);
        }
    }
    let n_deaths = tally.n_worker_deaths;
    tally.finish("E5 cuts and flips", watch.finish());
    assert!(n_deaths <= 20, "{n_deaths} workers died");
}

#[test]
fn cut_and_flipped_documents_are_refused_or_open() {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let (decoder, watch) = (decoder(), MemoryWatch::start());
    let (mut random, mut tally) = (Random(SEED), Tally::default());
    let is_contained = |opened: &Result<Opened, Error>| match opened {
        Ok(Opened::Chart(chart)) => chart.notes.iter().all(|note| {
            let text = note.text.reveal();
            note.pages.is_sorted() && note.pages.iter().all(|it| text.is_char_boundary(*it))
        }),
        Ok(Opened::Scan(_)) => false,
        Err(error) => matches!(error, Error::Refused(_) | Error::WorkerDied { .. }),
    };
    for (name, whole) in crate::documents::fixtures() {
        for cut in 0..40 {
            let at = whole.len() * cut / 40;
            let what = format!("{name} cut to {at}");
            tally.run(&decoder, &what, &whole[..at], is_contained);
        }
        for _ in 0..80 {
            let mut broken = whole.to_vec();
            for _ in 0..=random.below(3) {
                let at = random.below(whole.len());
                broken[at] ^= 1 << random.below(8);
            }
            tally.run(&decoder, &format!("{name} flipped"), &broken, is_contained);
        }
    }
    let n_deaths = tally.n_worker_deaths;
    tally.finish("E5 documents", watch.finish());
    assert!(n_deaths <= 10, "{n_deaths} workers died");
}

//! Reformats of phantoms that are known by formula, in stacks of many directions: every pixel at its place in the patient.

use proptest::prelude::*;
use wardlight::{
    case::{Frame, Samples},
    render::mpr::{Axis, Oddity, Plane, Reformat, Refused, Stack, Volume, Voxel},
};

const AXES: [Axis; 3] = [Axis::Axial, Axis::Coronal, Axis::Sagittal];

/// How a stack was acquired: row, column, and whether the slices follow the normal or run against it.
type Way = ([f64; 3], [f64; 3], bool);

const X: [f64; 3] = [1.0, 0.0, 0.0];
const Y: [f64; 3] = [0.0, 1.0, 0.0];
const Z: [f64; 3] = [0.0, 0.0, 1.0];

const fn back([x, y, z]: [f64; 3]) -> [f64; 3] {
    [-x, -y, -z]
}

const WAYS: [Way; 8] = [
    (X, Y, true),              // axial, from the feet up
    (X, Y, false),             // axial, from the head down
    (back(X), back(Y), true),  // axial, turned by 180 degrees (prone)
    (Y, X, true),              // axial, mirrored against the first
    (X, back(Z), true),        // coronal
    (back(X), back(Z), false), // coronal, seen from behind
    (Y, back(Z), true),        // sagittal
    (back(Z), back(Y), false), // sagittal, on its side
];

fn dot([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> f64 {
    a * d + b * e + c * f
}

fn cross([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> [f64; 3] {
    [b * f - c * e, c * d - a * f, a * e - b * d]
}

fn sum(parts: &[([f64; 3], f64)]) -> [f64; 3] {
    parts.iter().fold([0.0; 3], |[x, y, z], ([a, b, c], it)| {
        [x + a * it, y + b * it, z + c * it]
    })
}

/// Planes around a centre: `n` slices of `side` pixels, all three spacings different.
struct Grid {
    center_mm: [f64; 3],
    row_mm: f64,
    column_mm: f64,
    slice_mm: f64,
    side: usize,
    n: usize,
}

const GRID: Grid = Grid {
    center_mm: [17.0, -23.0, 41.0],
    row_mm: 0.9,
    column_mm: 1.3,
    slice_mm: 2.1,
    side: 60,
    n: 36,
};

impl Grid {
    fn planes(&self, (row, column, is_forward): Way) -> Vec<Plane> {
        let normal = cross(row, column);
        let way = if is_forward { normal } else { back(normal) };
        let half = |n: usize, mm: f64| (n - 1) as f64 * mm / 2.0;
        let plane = |idx: usize| Plane {
            position_mm: sum(&[
                (self.center_mm, 1.0),
                (row, -half(self.side, self.column_mm)),
                (column, -half(self.side, self.row_mm)),
                (
                    way,
                    idx as f64 * self.slice_mm - half(self.n, self.slice_mm),
                ),
            ]),
            row,
            column,
            row_mm: self.row_mm,
            column_mm: self.column_mm,
        };
        (0..self.n).map(plane).collect()
    }

    fn frame(&self, plane: &Plane, value: impl Fn([f64; 3]) -> f32) -> Frame {
        let sample = |idx: usize| {
            let (across, down) = ((idx % self.side) as f64, (idx / self.side) as f64);
            value(plane.patient_from_pixel([across + 0.5, down + 0.5]))
        };
        Frame {
            width: self.side,
            height: self.side,
            samples: Samples::Gray((0..self.side * self.side).map(sample).collect()),
        }
    }

    fn volume(&self, planes: &[Plane], value: impl Fn([f64; 3]) -> f32) -> Result<Volume, Refused> {
        Volume::new(planes, |idx| Some(self.frame(&planes[idx], &value)))
    }
}

fn grays(frame: &Frame) -> &[f32] {
    match &frame.samples {
        Samples::Gray(samples) => samples,
        Samples::Rgb(_) => panic!("colour"),
    }
}

/// The letter F in five by five cells of 6 mm, seen by the reader; in every other direction it is 12 mm thick.
const LETTER: [&str; 5] = ["####.", "#....", "###..", "#....", "#...."];
const CELL_MM: f64 = 6.0;

/// Where on the letter of a picture a place in the patient lies: across and down from its upper left, in mm.
fn on_letter(axis: Axis, place: [f64; 3]) -> [f64; 2] {
    let [x, y, z] = [0, 1, 2].map(|it| place[it] - GRID.center_mm[it]);
    // As a radiologist sees them, spelt out and not taken from the code under test: the patient's left (x) is on the
    // right of axial and coronal pictures, the back (y) on the right of sagittal ones and below in axial ones, the head
    // (z) above.
    let [across, down] = match axis {
        Axis::Axial => [x, y],
        Axis::Coronal => [x, -z],
        Axis::Sagittal => [y, -z],
    };
    [across + 2.5 * CELL_MM, down + 2.5 * CELL_MM]
}

fn letter(axis: Axis, place: [f64; 3]) -> f32 {
    let [across, down] = on_letter(axis, place);
    let depth = match axis {
        Axis::Axial => place[2] - GRID.center_mm[2],
        Axis::Coronal => place[1] - GRID.center_mm[1],
        Axis::Sagittal => place[0] - GRID.center_mm[0],
    };
    let (column, row) = ((across / CELL_MM).floor(), (down / CELL_MM).floor());
    let is_in = (0.0..5.0).contains(&column) && (0.0..5.0).contains(&row) && depth.abs() <= 6.0;
    let is_ink = is_in && LETTER[row as usize].as_bytes()[column as usize] == b'#';
    if is_ink { 1000.0 } else { -1000.0 }
}

/// What stands at the centre of each cell of a picture, read off without the plane of the picture: its pixels are counted
/// from the place where the range of the volume begins.
fn read_letter(volume: &Volume, axis: Axis) -> Vec<String> {
    let middle = match axis {
        Axis::Axial => GRID.center_mm[2],
        Axis::Coronal => GRID.center_mm[1],
        Axis::Sagittal => GRID.center_mm[0],
    };
    let found = volume.reformat(axis, middle);
    let [across, down] = match axis {
        Axis::Axial => [Axis::Sagittal, Axis::Coronal],
        Axis::Coronal => [Axis::Sagittal, Axis::Axial],
        Axis::Sagittal => [Axis::Coronal, Axis::Axial],
    }
    .map(|it| volume.range_mm(it));
    let size = |[low, high]: [f64; 2]| high - low;
    let cell = |row: i32, column: i32| {
        // The volume is centred on the letter.
        let x = size(across) / 2.0 + f64::from(column - 2) * CELL_MM;
        let y = size(down) / 2.0 + f64::from(row - 2) * CELL_MM;
        let (x, y) = ((x / 0.9).round() as usize, (y / 0.9).round() as usize);
        let sample = grays(&found.frame)[y * found.frame.width + x];
        if 0.0 < sample { '#' } else { '.' }
    };
    (0..5)
        .map(|row| (0..5).map(|column| cell(row, column)).collect())
        .collect()
}

#[test]
fn the_letter_f_reads_as_an_f_in_every_plane_of_every_stack() {
    for way in WAYS {
        for axis in AXES {
            let planes = GRID.planes(way);
            let volume = GRID.volume(&planes, |it| letter(axis, it)).unwrap();
            assert_eq!(read_letter(&volume, axis), LETTER, "{axis:?} of {way:?}");
        }
    }
}

#[test]
fn the_letters_at_the_edges_are_those_of_the_patient() {
    let volume = GRID.volume(&GRID.planes(WAYS[5]), |_| 0.0).unwrap();
    let found = AXES.map(|it| volume.reformat(it, 0.0).plane.letters());
    // Left, right, above, below, as a reader expects them.
    assert_eq!(
        found,
        [
            ['R', 'L', 'A', 'P'],
            ['R', 'L', 'H', 'F'],
            ['A', 'P', 'H', 'F']
        ]
    );
}

/// Straight in every direction, so that interpolation gives it back.
fn slanted([x, y, z]: [f64; 3]) -> f32 {
    (200.0 + 3.0 * x - 5.0 * y + 7.0 * z) as f32
}

fn check_slanted(volume: &Volume, what: &str) {
    for axis in AXES {
        let [low, high] = volume.range_mm(axis);
        for share in [0.0, 0.31, 0.5, 1.0] {
            let at = low + share * (high - low);
            let found = volume.reformat(axis, at);
            assert_eq!(found.plane.row_mm, found.plane.column_mm);
            let mut n_known = 0;
            for (idx, sample) in grays(&found.frame).iter().enumerate() {
                if sample.is_nan() {
                    continue;
                }
                n_known += 1;
                let (column, row) = (idx % found.frame.width, idx / found.frame.width);
                let place = found
                    .plane
                    .patient_from_pixel([column as f64 + 0.5, row as f64 + 0.5]);
                let off = (sample - slanted(place)).abs();
                assert!(
                    off <= volume.rounding() * 1.01 + 0.01,
                    "{what}, {axis:?} at {at}: off by {off} at {place:?}"
                );
                let across = dot(place, axis.across());
                assert!((across - at).abs() < 1e-9);
            }
            // At the ends a slanted stack has few samples, and over a gap none.
            if share == 0.5 {
                assert!(grays(&found.frame).len() < 3 * n_known, "{what}, {axis:?}");
            }
        }
    }
}

#[test]
fn every_pixel_of_a_reformat_is_the_sample_at_its_place_in_the_patient() {
    for way in WAYS {
        let volume = GRID.volume(&GRID.planes(way), slanted).unwrap();
        assert!(volume.stack().oddities().is_empty());
        check_slanted(&volume, "straight");
        // Up to rounding, all pixels of a straight stack have samples.
        let found = volume.reformat(Axis::Coronal, GRID.center_mm[1]);
        assert!(
            grays(&found.frame).iter().all(|it| it.is_finite()),
            "{way:?}"
        );
    }
    let (sin, cos) = 0.4_f64.sin_cos();
    let oblique = ([cos, sin, 0.0], [-sin * cos, cos * cos, sin], true);
    check_slanted(
        &GRID.volume(&GRID.planes(oblique), slanted).unwrap(),
        "oblique",
    );
}

#[test]
fn a_tilted_gantry_and_uneven_distances_are_told_and_drawn_where_they_lie() {
    let mut tilted = GRID.planes(WAYS[0]);
    let mut uneven = tilted.clone();
    for (idx, plane) in tilted.iter_mut().enumerate() {
        plane.position_mm[1] += idx as f64 * GRID.slice_mm * 20.0_f64.to_radians().tan();
    }
    let volume = GRID.volume(&tilted, slanted).unwrap();
    let [Oddity::Tilted { degrees }] = volume.stack().oddities() else {
        panic!("{:?}", volume.stack().oddities());
    };
    assert!((degrees - 20.0).abs() < 1e-6);
    check_slanted(&volume, "tilted");
    for (idx, plane) in uneven.iter_mut().enumerate() {
        plane.position_mm[2] += if idx % 2 == 0 { 0.0 } else { 0.4 };
    }
    let volume = GRID.volume(&uneven, slanted).unwrap();
    let [
        Oddity::Uneven {
            least_mm,
            greatest_mm,
        },
    ] = volume.stack().oddities()
    else {
        panic!("{:?}", volume.stack().oddities());
    };
    assert!((least_mm - 1.7).abs() < 1e-9 && (greatest_mm - 2.5).abs() < 1e-9);
    check_slanted(&volume, "uneven");
}

#[test]
fn nothing_is_drawn_where_a_slice_is_missing() {
    let mut planes = GRID.planes(WAYS[0]);
    planes.remove(10);
    let volume = GRID.volume(&planes, slanted).unwrap();
    let [
        Oddity::Gap {
            after_idx: 9,
            gap_mm,
            usual_mm,
        },
    ] = volume.stack().oddities()
    else {
        panic!("{:?}", volume.stack().oddities());
    };
    assert!((gap_mm - 4.2).abs() < 1e-9 && (usual_mm - 2.1).abs() < 1e-9);
    check_slanted(&volume, "gap");
    let [before, after] = [9, 10].map(|it| planes[it].position_mm[2]);
    let found = volume.reformat(Axis::Coronal, GRID.center_mm[1]);
    for row in 0..found.frame.height {
        let z = found.plane.patient_from_pixel([0.5, row as f64 + 0.5])[2];
        let is_gap = before + 1e-3 < z && z < after - 1e-3;
        let sample = grays(&found.frame)[row * found.frame.width];
        assert_eq!(sample.is_nan(), is_gap, "row {row} at {z}");
    }
}

/// Of what is brighter than air within `reach` of a place.
fn center_of_mass(found: &Reformat, center: [f64; 3], reach: f64) -> [f64; 3] {
    let mut weight = 0.0;
    let mut mean = [0.0; 3];
    for (idx, sample) in grays(&found.frame).iter().enumerate() {
        let (column, row) = (idx % found.frame.width, idx / found.frame.width);
        let place = found
            .plane
            .patient_from_pixel([column as f64 + 0.5, row as f64 + 0.5]);
        let way = sum(&[(place, 1.0), (center, -1.0)]);
        if dot(way, way) < reach * reach && sample.is_finite() {
            let share = f64::from(sample + 1000.0);
            weight += share;
            mean = sum(&[(mean, 1.0), (place, share)]);
        }
    }
    mean.map(|it| it / weight)
}

#[test]
fn a_sphere_and_a_marker_lie_where_they_lie_in_the_patient() {
    let sphere_mm = [24.3, -17.9, 50.6];
    let marker_mm = [8.2, -30.1, 30.9];
    let ball = |place: [f64; 3], center: [f64; 3], radius: f64| {
        let way = sum(&[(place, 1.0), (center, -1.0)]);
        // The edge is soft over two millimetres, so that a coarse grid keeps its centre.
        (radius + 1.0 - dot(way, way).sqrt()).clamp(0.0, 2.0) / 2.0
    };
    let value = |place| {
        (1000.0 * (ball(place, sphere_mm, 9.0) + ball(place, marker_mm, 4.0)) - 1000.0).round()
            as f32
    };
    let spacings = [GRID.row_mm, GRID.column_mm, GRID.slice_mm];
    let half_voxel = spacings.into_iter().fold(f64::INFINITY, f64::min) / 2.0;
    for way in WAYS {
        let volume = GRID.volume(&GRID.planes(way), value).unwrap();
        assert_eq!(volume.rounding(), 0.0);
        for (center, reach) in [(sphere_mm, 11.0), (marker_mm, 6.0)] {
            for axis in AXES {
                let found = volume.reformat(axis, dot(center, axis.across()));
                let mean = center_of_mass(&found, center, reach);
                let off = sum(&[(mean, 1.0), (center, -1.0)]);
                let off = dot(off, off).sqrt();
                assert!(off < half_voxel, "{axis:?} of {way:?}: {off} mm");
            }
        }
    }
}

#[test]
fn padding_hides_only_the_samples_that_it_has_a_share_in() {
    let planes = GRID.planes(WAYS[0]);
    let volume = Volume::new(&planes, |idx| {
        let mut frame = GRID.frame(&planes[idx], slanted);
        if let Samples::Gray(samples) = &mut frame.samples {
            samples[20 * 60 + 30] = f32::NAN;
        }
        Some(frame)
    })
    .unwrap();
    let found = volume.reformat(Axis::Axial, planes[7].position_mm[2]);
    let hole = sum(&[
        (planes[7].position_mm, 1.0),
        (X, 30.0 * 1.3),
        (Y, 20.0 * 0.9),
    ]);
    for (idx, sample) in grays(&found.frame).iter().enumerate() {
        let place = found.plane.patient_from_pixel([
            (idx % found.frame.width) as f64 + 0.5,
            (idx / found.frame.width) as f64 + 0.5,
        ]);
        let is_beside =
            (place[0] - hole[0]).abs() < 1.3 - 1e-4 && (place[1] - hole[1]).abs() < 0.9 - 1e-4;
        assert_eq!(sample.is_nan(), is_beside, "{place:?}");
    }
}

#[test]
fn what_is_no_stack_is_refused() {
    let planes = GRID.planes(WAYS[0]);
    let refused = |change: &dyn Fn(&mut Vec<Plane>)| {
        let mut changed = planes.clone();
        change(&mut changed);
        Stack::new(&changed).unwrap_err()
    };
    assert_eq!(refused(&|it| it.truncate(1)), Refused::TooFew { found: 1 });
    assert_eq!(refused(&Vec::clear), Refused::TooFew { found: 0 });
    assert_eq!(
        refused(&|it| it.swap(3, 4)),
        Refused::NotInOrder { slice_idx: 4 }
    );
    assert_eq!(
        refused(&|it| it[5] = it[4]),
        Refused::NotInOrder { slice_idx: 5 }
    );
    assert_eq!(
        refused(&|it| it[5].row_mm = 0.8),
        Refused::OtherSpacing { slice_idx: 5 }
    );
    assert_eq!(
        refused(&|it| it[5].row = [0.0, 0.0, 1.0]),
        Refused::NotParallel { slice_idx: 5 }
    );
    assert_eq!(
        refused(&|it| it[5].row = [0.0; 3]),
        Refused::BrokenPlane { slice_idx: 5 }
    );
    assert_eq!(
        refused(&|it| it[0].column_mm = f64::NAN),
        Refused::BrokenPlane { slice_idx: 0 }
    );
    assert_eq!(
        refused(&|it| it[2].position_mm[0] = f64::NAN),
        Refused::BrokenPlane { slice_idx: 2 }
    );
    let other = |slice_idx| Refused::OtherFrame {
        slice_idx,
        width: 60,
        height: 60,
    };
    let with = |odd: Option<Frame>| {
        let frame = |idx| {
            if idx == 3 {
                odd.clone()
            } else {
                Some(GRID.frame(&planes[idx], slanted))
            }
        };
        Volume::new(&planes, frame).unwrap_err()
    };
    assert_eq!(with(None), other(3));
    let small = Frame {
        width: 60,
        height: 59,
        samples: Samples::Gray(vec![0.0; 60 * 59].into()),
    };
    assert_eq!(with(Some(small)), other(3));
    let colour = Frame {
        width: 60,
        height: 60,
        samples: Samples::Rgb(vec![0; 60 * 60 * 3].into()),
    };
    assert_eq!(with(Some(colour)), other(3));
}

proptest! {
    #[test]
    fn there_and_back_between_patient_and_slices_is_the_same_place(
        way in 0..8_usize, tilt in -0.5..0.5_f64, at in prop::array::uniform3(0.0..1.0_f64),
    ) {
        let mut planes = GRID.planes(WAYS[way]);
        for (idx, plane) in planes.iter_mut().enumerate() {
            plane.position_mm = sum(&[(plane.position_mm, 1.0), (plane.column, idx as f64 * tilt)]);
        }
        let stack = Stack::new(&planes).unwrap();
        let voxel = Voxel { slice: at[0] * 35.0, x: at[1] * 60.0, y: at[2] * 60.0 };
        let place = stack.patient_from_voxel(voxel).unwrap();
        let found = stack.voxel_from_patient(place).unwrap();
        for (found, wanted) in [(found.slice, voxel.slice), (found.x, voxel.x), (found.y, voxel.y)] {
            prop_assert!((found - wanted).abs() < 1e-6);
        }
        // On a slice, it is the place that the slice itself tells.
        let on = Voxel { slice: voxel.slice.floor(), ..voxel };
        let own = planes[on.slice as usize].patient_from_pixel([on.x, on.y]);
        let told = stack.patient_from_voxel(on).unwrap();
        prop_assert!(own.iter().zip(told).all(|(a, b)| (a - b).abs() < 1e-6));
        let back = planes[0].pixel_from_patient(planes[0].patient_from_pixel([on.x, on.y]));
        prop_assert!((back[0] - on.x).abs() < 1e-9 && (back[1] - on.y).abs() < 1e-9);
        let outside = Voxel { slice: 35.1, ..voxel };
        prop_assert_eq!(stack.patient_from_voxel(outside), None);
    }
}

/// Milliseconds that this thread has been on a core: those of others do not count.
fn on_core_ms() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// A volume of 512 x 512 x 500: set WARDLIGHT_MPR_SPEED to time it (300 MB of memory).
#[test]
fn a_large_volume_is_cut_quickly() {
    if std::env::var_os("WARDLIGHT_MPR_SPEED").is_none() {
        println!("skipped: WARDLIGHT_MPR_SPEED is not set");
        return;
    }
    let planes: Vec<Plane> = (0..500)
        .map(|idx| Plane {
            position_mm: [0.0, 0.0, f64::from(idx) * 0.8],
            row: X,
            column: Y,
            row_mm: 0.7,
            column_mm: 0.7,
        })
        .collect();
    let frame = |idx: usize| {
        let sample = |it: usize| ((it * 31 + idx * 977) % 4096) as f32 - 1024.0;
        Some(Frame {
            width: 512,
            height: 512,
            samples: Samples::Gray((0..512 * 512).map(sample).collect()),
        })
    };
    let begun = on_core_ms();
    let volume = Volume::new(&planes, frame).unwrap();
    println!(
        "made in {:.0} ms, the frames included",
        on_core_ms() - begun
    );
    for axis in AXES {
        let [low, high] = volume.range_mm(axis);
        let mut times: Vec<f64> = (0..101)
            .map(|it| {
                let at = low + (high - low) * f64::from(it) / 100.0;
                let begun = on_core_ms();
                let found = volume.reformat(axis, at);
                assert!(found.frame.width * found.frame.height >= 512 * 500);
                on_core_ms() - begun
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{axis:?}: median {:.1} ms, p95 {:.1} ms, worst {:.1} ms of 101",
            times[50], times[95], times[100]
        );
    }
}

//! What shapes on a frame measure, against NumPy and scikit-image (`tests/data/measure.py`), and under moves and turns.

use std::f64::consts::PI;

use proptest::prelude::*;
use serde_json::Value;
use wardlight::{
    case::{
        Frame, Samples, Spacing, SpacingSource,
        scan::{DicomHeader, Header},
    },
    measure::{
        Extent, Hit, Measured, NoMillimetres, PixelValue, Point, Region, Scale, Shape, measure,
        measure_on,
    },
};

/// An angle is one of what is seen: pixels are drawn in the proportion that a file tells, if it tells nothing else.
#[test]
fn angles_hold_where_a_file_tells_only_the_proportion_of_its_pixels() {
    let mut scan = crate::prep::scan(32, 32, pattern(32, 32).samples);
    let frames = scan.frames();
    let angle =
        Shape::Angle([(20.0, 10.0), (10.0, 10.0), (20.0, 15.0)].map(|(x, y)| Point::new(x, y)));
    let measured = |header: &Header| match measure_on(&frames[0], header, &angle) {
        Measured::Angle { degrees, scale } => (degrees.unwrap(), scale),
        other => panic!("{other:?}"),
    };
    let (square, scale) = measured(&scan.header);
    assert!((square - 26.565_051).abs() < 1e-5, "{square}");
    assert_eq!(scale, Scale::Pixels(NoMillimetres::NoSpacing));
    scan.header.dicom = Some(DicomHeader {
        pixel_aspect: Some(2.0),
        ..DicomHeader::default()
    });
    let (found, scale) = measured(&scan.header);
    assert!((found - 45.0).abs() < 1e-9, "{found}");
    assert_eq!(scale, Scale::Pixels(NoMillimetres::OnlyAspect));
    // Millimetres tell more.
    scan.header.spacing = in_patient(1.0, 1.0);
    let (found, _) = measured(&scan.header);
    assert!((found - square).abs() < 1e-9, "{found}");
}

const UPRIGHT: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

fn golden() -> Value {
    serde_json::from_str(include_str!("../data/measure.json")).unwrap()
}

/// The pattern of `tests/data/measure.py`.
fn pattern(width: usize, height: usize) -> Frame {
    let sample = |idx: usize| {
        let (row, column) = (idx / width, idx % width);
        if (column * 31 + row * 17).is_multiple_of(23) {
            f32::NAN
        } else {
            ((7 * column + 13 * row + column * row) % 97) as f32 - 1000.0
        }
    };
    Frame {
        width,
        height,
        samples: Samples::Gray((0..width * height).map(sample).collect()),
    }
}

fn spacing(row_mm: f32, column_mm: f32, source: SpacingSource) -> Spacing {
    Spacing {
        row_mm,
        column_mm,
        source,
    }
}

fn in_patient(row_mm: f32, column_mm: f32) -> Option<Spacing> {
    Some(spacing(row_mm, column_mm, SpacingSource::Patient))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn point(value: &Value) -> Point {
    Point::new(number(&value[0]), number(&value[1]))
}

fn points(value: &Value) -> Vec<Point> {
    value.as_array().unwrap().iter().map(point).collect()
}

fn region(frame: &Frame, spacing: Option<Spacing>, shape: &Shape) -> Region {
    match measure(frame, spacing, Some("HU"), shape) {
        Measured::Region(region) => region,
        other => panic!("{other:?}"),
    }
}

fn near(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0)
}

fn check_region(frame: &Frame, shape: &Shape, wanted: &Value) {
    let name = &wanted["name"];
    let region = region(frame, in_patient(0.75, 0.5), shape);
    let area = region.area.unwrap();
    assert!(
        near(area.value, number(&wanted["area_mm2"])),
        "{name}: {area:?}"
    );
    assert_eq!(area.scale, Scale::Millimetres(SpacingSource::Patient));
    let counts = (region.n_pixels as u64, region.n_padding as u64);
    let wanted_counts = (
        wanted["n_pixels"].as_u64().unwrap(),
        wanted["n_padding"].as_u64().unwrap(),
    );
    assert_eq!(counts, wanted_counts, "{name}");
    let found = region.statistics.unwrap();
    for (key, found) in [
        ("mean", found.mean),
        ("deviation", found.deviation),
        ("min", found.min),
        ("max", found.max),
    ] {
        assert!(
            near(found, number(&wanted[key])),
            "{name}, {key}: {found}, wanted {}",
            wanted[key]
        );
    }
    assert_eq!(found.unit.as_deref(), Some("HU"));
    assert_eq!(region.is_beyond_frame, name == "beyond the frame");
}

#[test]
fn polygons_and_ellipses_hold_the_pixels_that_scikit_image_finds_in_them() {
    let golden = golden();
    let frame = pattern(61, 47);
    for wanted in golden["polygons"].as_array().unwrap() {
        let corners = points(&wanted["points"]);
        check_region(&frame, &Shape::Polygon(corners.clone()), wanted);
        if let Ok(corners) = corners.try_into() {
            check_region(&frame, &Shape::Rectangle(corners), wanted);
        }
    }
    for wanted in golden["ellipses"].as_array().unwrap() {
        let axis = |idx: usize| {
            let axis = point(&wanted["axes"][idx]);
            [axis.x, axis.y]
        };
        let shape = Shape::Ellipse {
            center: point(&wanted["center"]),
            axes: [axis(0), axis(1)],
        };
        check_region(&frame, &shape, wanted);
    }
}

#[test]
fn lengths_and_angles_are_those_in_millimetres() {
    let golden = golden();
    let frame = pattern(61, 47);
    for wanted in golden["lengths"].as_array().unwrap() {
        let shape = Shape::Length(points(&wanted["points"]).try_into().unwrap());
        let Measured::Length(found) = measure(&frame, in_patient(0.75, 0.5), None, &shape) else {
            panic!("no length");
        };
        assert!(
            near(found.value, number(&wanted["mm"])),
            "{found:?}, wanted {wanted}"
        );
    }
    for wanted in golden["angles"].as_array().unwrap() {
        let shape = Shape::Angle(points(&wanted["points"]).try_into().unwrap());
        let found = degrees(&frame, in_patient(0.75, 0.5), &shape).unwrap();
        assert!(
            (found - number(&wanted["degrees"])).abs() < 1e-6,
            "{found}, wanted {wanted}"
        );
    }
}

fn degrees(frame: &Frame, spacing: Option<Spacing>, shape: &Shape) -> Option<f64> {
    match measure(frame, spacing, None, shape) {
        Measured::Angle { degrees, .. } => degrees,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_angle_on_pixels_that_are_not_square_is_not_the_one_on_the_screen_grid() {
    let frame = pattern(61, 47);
    let diagonal = Shape::Angle([
        Point::new(10.0, 0.0),
        Point::new(0.0, 0.0),
        Point::new(10.0, 10.0),
    ]);
    let found = |spacing| degrees(&frame, spacing, &diagonal).unwrap();
    assert!(near(found(in_patient(1.0, 1.0)), 45.0));
    assert!(near(found(in_patient(2.0, 1.0)), 2_f64.atan().to_degrees()));
    assert!(near(found(None), 45.0));
}

#[test]
fn the_angle_of_cobb_does_not_depend_on_the_end_from_which_a_line_was_drawn() {
    let frame = pattern(61, 47);
    let line = |degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        [
            Point::new(20.0, 20.0),
            Point::new(20.0 + 15.0 * cos, 20.0 + 15.0 * sin),
        ]
    };
    let [first, second] = [line(-17.0), line(21.0)];
    let turned = [second[1], second[0]];
    for second in [second, turned] {
        let found = degrees(&frame, in_patient(0.4, 0.4), &Shape::Cobb([first, second])).unwrap();
        assert!(near(found, 38.0), "{found}");
    }
    let point = [Point::new(3.0, 3.0); 2];
    assert_eq!(degrees(&frame, None, &Shape::Cobb([point, first])), None);
}

#[test]
fn a_length_says_in_which_plane_it_holds_or_why_it_is_in_pixels() {
    let frame = pattern(61, 47);
    let shape = Shape::Length([Point::new(0.0, 0.0), Point::new(3.0, 4.0)]);
    let found = |spacing| match measure(&frame, spacing, None, &shape) {
        Measured::Length(Extent { value, scale }) => (value, scale),
        other => panic!("{other:?}"),
    };
    for source in [
        SpacingSource::Patient,
        SpacingSource::Calibrated,
        SpacingSource::Corrected,
        SpacingSource::Detector,
    ] {
        let (value, scale) = found(Some(spacing(2.0, 2.0, source)));
        assert_eq!((value, scale), (10.0, Scale::Millimetres(source)));
    }
    assert_eq!(found(None), (5.0, Scale::Pixels(NoMillimetres::NoSpacing)));
    for broken in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let scale = Scale::Pixels(NoMillimetres::BrokenSpacing);
        assert_eq!(found(in_patient(broken, 1.0)), (5.0, scale));
    }
}

#[test]
fn colour_has_values_and_no_statistics_and_padding_is_told() {
    let colour = Frame {
        width: 2,
        height: 2,
        samples: Samples::Rgb((1..=12).collect()),
    };
    let value =
        |frame: &Frame, x, y| match measure(frame, None, None, &Shape::Probe(Point::new(x, y))) {
            Measured::Pixel(pixel) => pixel.map(|it| (it.column, it.row, it.value)),
            other => panic!("{other:?}"),
        };
    assert_eq!(
        value(&colour, 1.99, 1.0),
        Some((1, 1, PixelValue::Rgb([10, 11, 12])))
    );
    assert_eq!(value(&colour, 2.0, 1.0), None);
    assert_eq!(value(&colour, -0.01, 1.0), None);
    assert_eq!(value(&colour, f64::NAN, 1.0), None);
    let all = Shape::rectangle(Point::new(0.0, 0.0), Point::new(2.0, 2.0), UPRIGHT);
    let found = region(&colour, None, &all);
    assert_eq!((found.n_pixels, found.statistics), (4, None));
    let gray = pattern(61, 47);
    assert_eq!(value(&gray, 0.5, 0.5), Some((0, 0, PixelValue::Padding)));
    assert_eq!(
        value(&gray, 2.5, 1.5),
        Some((2, 1, PixelValue::Gray(-971.0)))
    );
    let padding = Shape::rectangle(Point::new(0.1, 0.1), Point::new(0.9, 0.9), UPRIGHT);
    let found = region(&gray, None, &padding);
    assert_eq!(
        (found.n_pixels, found.n_padding, found.statistics),
        (0, 1, None)
    );
}

#[test]
fn an_outline_that_crosses_itself_has_no_area() {
    let frame = pattern(61, 47);
    let bow = [(5.0, 5.0), (25.0, 25.0), (25.0, 5.0), (5.0, 25.0)].map(|(x, y)| Point::new(x, y));
    let found = region(&frame, in_patient(1.0, 1.0), &Shape::Polygon(bow.to_vec()));
    assert_eq!(found.area, None);
    assert!(190 <= found.n_pixels + found.n_padding && found.n_pixels + found.n_padding <= 210);
    let empty = region(&frame, None, &Shape::Polygon(Vec::new()));
    assert_eq!((empty.n_pixels, empty.statistics), (0, None));
}

#[test]
fn a_corner_or_side_through_the_centres_of_pixels_counts_them_once() {
    let frame = pattern(61, 47);
    let count = |points: &[(f64, f64)]| {
        let points = points.iter().map(|(x, y)| Point::new(*x, *y)).collect();
        let found = region(&frame, None, &Shape::Polygon(points));
        found.n_pixels + found.n_padding
    };
    // The upper and left sides are in, the lower and right ones are not: squares side by side share no pixel.
    assert_eq!(count(&[(0.5, 0.5), (3.5, 0.5), (3.5, 3.5), (0.5, 3.5)]), 9);
    // A row through the tip, and one through both corners in the middle.
    assert_eq!(count(&[(5.5, 2.5), (8.5, 5.5), (5.5, 8.5), (2.5, 5.5)]), 18);
    assert_eq!(count(&[(5.5, 2.5), (8.5, 8.5), (2.5, 8.5)]), 15);
}

#[test]
fn a_small_spread_on_a_large_mean_keeps_its_digits() {
    let frame = Frame {
        width: 2,
        height: 1,
        samples: Samples::Gray([16_000_000.0, 16_000_001.0].into()),
    };
    let all = Shape::rectangle(Point::new(0.0, 0.0), Point::new(2.0, 1.0), UPRIGHT);
    let found = region(&frame, None, &all).statistics.unwrap();
    assert_eq!((found.mean, found.deviation), (16_000_000.5, 0.5));
}

#[test]
fn a_pointer_hits_the_nearest_handle_before_the_outline() {
    let line = Shape::Length([Point::new(10.0, 10.0), Point::new(30.0, 10.0)]);
    let hit = |x, y| line.hit(Point::new(x, y), [4.0, 2.0]);
    assert_eq!(hit(11.0, 10.5), Some(Hit::Handle(0)));
    assert_eq!(hit(33.0, 10.0), Some(Hit::Handle(1)));
    assert_eq!(hit(20.0, 11.9), Some(Hit::Edge));
    assert_eq!(hit(20.0, 12.1), None);
    assert_eq!(hit(34.1, 10.0), None);
    let box_of = Shape::rectangle(Point::new(0.0, 0.0), Point::new(10.0, 10.0), UPRIGHT);
    assert_eq!(
        box_of.hit(Point::new(0.2, 5.0), [1.0, 1.0]),
        Some(Hit::Edge)
    );
    assert_eq!(box_of.hit(Point::new(5.0, 5.0), [1.0, 1.0]), None);
    let round = Shape::ellipse(Point::new(0.0, 0.0), Point::new(20.0, 10.0), UPRIGHT);
    let on_rim = Point::new(10.0 + 10.0 * 0.5_f64.sqrt(), 5.0 + 5.0 * 0.5_f64.sqrt());
    assert_eq!(round.hit(on_rim, [0.5, 0.5]), Some(Hit::Edge));
    assert_eq!(
        round.hit(Point::new(20.1, 5.0), [0.5, 0.5]),
        Some(Hit::Handle(0))
    );
    assert_eq!(round.hit(Point::new(10.0, 5.0), [0.5, 0.5]), None);
}

#[test]
fn a_dragged_corner_keeps_the_opposite_one_and_a_dragged_axis_the_centre() {
    let turned = [[0.8, 0.6], [-0.6, 0.8]];
    let drawn = Shape::rectangle(Point::new(10.0, 10.0), Point::new(12.0, 24.0), turned);
    let Shape::Rectangle(before) = &drawn else {
        panic!("{drawn:?}");
    };
    let Shape::Rectangle(after) = drawn.with_handle(3, Point::new(0.0, 30.0)) else {
        panic!("another shape");
    };
    assert_eq!((after[1], after[3]), (before[1], Point::new(0.0, 30.0)));
    let vector = |a: Point, b: Point| [b.x - a.x, b.y - a.y];
    let cross = |[ax, ay]: [f64; 2], [bx, by]: [f64; 2]| ax * by - ay * bx;
    assert!(cross(vector(after[0], after[1]), turned[0]).abs() < 1e-9);
    assert!(cross(vector(after[0], after[3]), turned[1]).abs() < 1e-9);
    let round = Shape::ellipse(Point::new(0.0, 0.0), Point::new(20.0, 10.0), UPRIGHT);
    let wider = Shape::Ellipse {
        center: Point::new(10.0, 5.0),
        axes: [[15.0, 0.0], [0.0, 5.0]],
    };
    assert_eq!(round.with_handle(2, Point::new(-5.0, 9.0)), wider);
    assert_eq!(round.with_handle(4, Point::new(-5.0, 9.0)), round);
}

#[test]
fn shapes_come_back_into_the_frame_and_survive_a_round_trip_through_json() {
    let round = Shape::ellipse(Point::new(50.0, -8.0), Point::new(70.0, 2.0), UPRIGHT);
    let kept = round.kept_inside(61, 47);
    assert_eq!(
        kept.bounds(),
        [Point::new(41.0, 0.0), Point::new(61.0, 10.0)]
    );
    assert_eq!(kept.kept_inside(61, 47), kept);
    let wide = Shape::Length([Point::new(5.0, 5.0), Point::new(99.0, 5.0)]);
    assert_eq!(wide.kept_inside(61, 47).bounds()[0], Point::new(0.0, 5.0));
    assert_eq!(
        Point::new(-3.0, 99.0).clamped(61, 47),
        Point::new(0.0, 47.0)
    );
    for shape in [kept, wide, Shape::Text(Point::new(1.5, 2.5))] {
        let text = serde_json::to_string(&shape).unwrap();
        assert_eq!(serde_json::from_str::<Shape>(&text).unwrap(), shape);
    }
    assert!(serde_json::from_str::<Shape>("{\"text\":{\"x\":null,\"y\":1}}").is_err());
}

/// A polygon that is convex: corners of a circle at growing angles. Off the grid, so that no corner or side meets a centre.
fn polygons() -> impl Strategy<Value = Vec<Point>> {
    let angles = prop::collection::vec(0.0..1.0_f64, 3..9);
    (angles, 14.0..26.0_f64, 14.0..26.0_f64, 3.0..13.0_f64).prop_map(|(mut turns, x, y, radius)| {
        turns.sort_by(f64::total_cmp);
        let corner = |turn: &f64| {
            let (sin, cos) = (turn * 2.0 * PI).sin_cos();
            Point::new(x + radius * cos + 1e-7, y + radius * sin + 1e-7)
        };
        turns.iter().map(corner).collect()
    })
}

fn shapes() -> impl Strategy<Value = Shape> {
    let ellipse = (
        14.0..26.0_f64,
        14.0..26.0_f64,
        2.0..12.0_f64,
        2.0..12.0_f64,
        0.0..PI,
    );
    let ellipse = ellipse.prop_map(|(x, y, a, b, turn)| {
        let (sin, cos) = turn.sin_cos();
        Shape::Ellipse {
            center: Point::new(x, y),
            axes: [[a * cos, a * sin], [-b * sin, b * cos]],
        }
    });
    prop_oneof![polygons().prop_map(Shape::Polygon), ellipse]
}

const SIDE: usize = 40;

/// Every pixel of a square frame and every point of a shape sent elsewhere; what it measures stays.
fn mapped(frame: &Frame, shape: &Shape, to: impl Fn(Point) -> Point) -> (Frame, Shape) {
    let Samples::Gray(samples) = &frame.samples else {
        panic!("colour");
    };
    let mut sent = vec![0.0; samples.len()];
    for (idx, sample) in samples.iter().enumerate() {
        let place = to(Point::new(
            (idx % SIDE) as f64 + 0.5,
            (idx / SIDE) as f64 + 0.5,
        ));
        sent[place.y.floor() as usize * SIDE + place.x.floor() as usize] = *sample;
    }
    let vector = |[x, y]: [f64; 2]| {
        let (tip, origin) = (to(Point::new(x, y)), to(Point::new(0.0, 0.0)));
        [tip.x - origin.x, tip.y - origin.y]
    };
    let shape = match shape {
        Shape::Polygon(points) => Shape::Polygon(points.iter().map(|it| to(*it)).collect()),
        Shape::Ellipse { center, axes } => Shape::Ellipse {
            center: to(*center),
            axes: axes.map(vector),
        },
        other => panic!("{other:?}"),
    };
    let samples = Samples::Gray(sent.into());
    (Frame { samples, ..*frame }, shape)
}

fn check_same(
    frame: &Frame,
    shape: &Shape,
    [row, column]: [f32; 2],
    to: impl Fn(Point) -> Point,
    is_turn: bool,
) {
    let (sent_frame, sent_shape) = mapped(frame, shape, to);
    let sent_spacing = if is_turn {
        in_patient(column, row)
    } else {
        in_patient(row, column)
    };
    let (before, after) = (
        region(frame, in_patient(row, column), shape),
        region(&sent_frame, sent_spacing, &sent_shape),
    );
    assert!(near(before.area.unwrap().value, after.area.unwrap().value));
    assert_eq!(
        (before.n_pixels, before.n_padding),
        (after.n_pixels, after.n_padding)
    );
    assert_eq!(before.statistics.is_some(), after.statistics.is_some());
    if let (Some(before), Some(after)) = (before.statistics, after.statistics) {
        assert!(near(before.mean, after.mean) && near(before.deviation, after.deviation));
        assert_eq!((before.min, before.max), (after.min, after.max));
    }
}

proptest! {
    #[test]
    fn a_quarter_turn_and_a_mirror_change_no_measure(shape in shapes(), row in 0.1..3.0_f32, column in 0.1..3.0_f32) {
        let frame = pattern(SIDE, SIDE);
        let side = SIDE as f64;
        let spacing = [row, column];
        check_same(&frame, &shape, spacing, |it| Point::new(side - it.y, it.x), true);
        check_same(&frame, &shape, spacing, |it| Point::new(side - it.x, side - it.y), false);
        check_same(&frame, &shape, spacing, |it| Point::new(side - it.x, it.y), false);
        check_same(&frame, &shape, spacing, |it| Point::new(it.y, it.x), true);
    }

    #[test]
    fn a_shape_moved_by_whole_pixels_counts_as_many(shape in shapes(), across in -60..60_i32, down in -60..60_i32) {
        let large = pattern(200, 200);
        let [x, y] = [f64::from(across), f64::from(down)];
        let (here, there) = (shape.moved([80.0, 80.0]), shape.moved([80.0 + x, 80.0 + y]));
        let [here, there] = [here, there].map(|it| region(&large, in_patient(0.7, 0.3), &it));
        prop_assert_eq!(here.n_pixels + here.n_padding, there.n_pixels + there.n_padding);
        prop_assert!(near(here.area.unwrap().value, there.area.unwrap().value));
    }

    #[test]
    fn the_shoelace_area_is_the_count_of_pixels_up_to_the_perimeter(points in polygons()) {
        let frame = pattern(SIDE, SIDE);
        let perimeter: f64 = points.iter().zip(points.iter().cycle().skip(1)).map(|(a, b)| (b.x - a.x).hypot(b.y - a.y)).sum();
        let found = region(&frame, None, &Shape::Polygon(points));
        let n = (found.n_pixels + found.n_padding) as f64;
        // A pixel that is split by the outline lies within half its diagonal of it.
        let bound = perimeter * 2_f64.sqrt() + PI / 2.0;
        prop_assert!((n - found.area.unwrap().value).abs() <= bound);
    }

    #[test]
    fn a_length_is_the_same_either_way_and_dragging_back_undoes(a in (-9.0..90.0_f64, -9.0..90.0_f64), b in (-9.0..90.0_f64, -9.0..90.0_f64), to in (-9.0..90.0_f64, -9.0..90.0_f64)) {
        let frame = pattern(SIDE, SIDE);
        let [a, b, to] = [a, b, to].map(|(x, y)| Point::new(x, y));
        let value = |shape: &Shape| match measure(&frame, in_patient(0.31, 0.77), None, shape) {
            Measured::Length(extent) => extent.value,
            other => panic!("{other:?}"),
        };
        let line = Shape::Length([a, b]);
        prop_assert!(near(value(&line), value(&Shape::Length([b, a]))));
        prop_assert_eq!(line.with_handle(1, to).with_handle(1, b), line.clone());
        prop_assert!(near(value(&line), value(&line.moved([to.x, to.y]))));
    }
}

//! Slices in the order in which they lie: whatever the order of arrival, and with everything odd told.

use proptest::prelude::{Just, Strategy, prop, proptest};
use wardlight::{
    case::{
        Modality, Spacing, SpacingSource, Subject,
        scan::{DicomHeader, Format, FrameHeader, Header, PixelHeader, Place},
        stack::{Finding, Order, SliceId, Split, Stacks, Studies},
    },
    disk::Sha256,
    privacy::Phi,
};

const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
const CORONAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 0.0, -1.0];

/// A slice as a file of its own.
fn slice(position_mm: [f64; 3], cosines: [f64; 6], instance_number: Option<i32>) -> Header {
    let frame = FrameHeader {
        place: Place::parse(position_mm, cosines),
        ..FrameHeader::default()
    };
    header(vec![frame], instance_number)
}

fn header(frames: Vec<FrameHeader>, instance_number: Option<i32>) -> Header {
    Header {
        file_sha256: Sha256::of(b"file"),
        pixel_sha256: Sha256::of(b"pixels"),
        format: Format::Dicom,
        modality: Modality::Ct,
        subject: subject("17", "Mustermann^Erika"),
        pixels: PixelHeader {
            rows: 512,
            columns: 512,
            n_frames: frames.len(),
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 12,
            is_signed: false,
            photometric: "MONOCHROME2".to_owned(),
            is_lossy: false,
        },
        dicom: Some(DicomHeader {
            study_uid: Phi::new("1.2.3".to_owned()),
            series_uid: Phi::new("1.2.3.4".to_owned()),
            instance_number,
            frames,
            ..DicomHeader::default()
        }),
        spacing: Some(Spacing {
            row_mm: 0.7,
            column_mm: 0.7,
            source: SpacingSource::Patient,
        }),
        windows: Vec::new(),
        orientation: None,
        view: None,
        body_part: None,
        acquired: Phi::new(None),
        unit: None,
        warnings: Vec::new(),
    }
}

fn subject(id: &str, name: &str) -> Subject {
    Subject {
        patient_id: Phi::new(id.to_owned()),
        name: Phi::new(name.to_owned()),
        ..Subject::default()
    }
}

fn stacks(headers: &[Header]) -> Stacks {
    let mut stacks = Stacks::default();
    for (file, header) in headers.iter().enumerate() {
        stacks.insert(header, file as u64);
    }
    stacks
}

/// The files of each stack, in order.
fn files(stacks: &Stacks) -> Vec<Vec<u64>> {
    let of_stack =
        |it: &wardlight::case::stack::Stack| it.slices().iter().map(|it| it.id.file).collect();
    stacks.iter().map(of_stack).collect()
}

#[test]
fn axial_slices_go_from_the_feet_to_the_head_whatever_their_numbers() {
    // Files in the order of the scanner: from the head down, numbered from 1.
    let headers: Vec<Header> = (0..5)
        .map(|idx| {
            slice(
                [-180.0, -180.0, 100.0 - 2.5 * f64::from(idx)],
                AXIAL,
                Some(idx + 1),
            )
        })
        .collect();
    let stacks = stacks(&headers);
    assert_eq!(files(&stacks), [[4, 3, 2, 1, 0]]);
    let stack = stacks.iter().next().unwrap();
    assert_eq!(stack.order(), Order::Position);
    assert_eq!(stack.normal(), Some([0.0, 0.0, 1.0]));
    assert_eq!(stack.distances_mm(), [2.5; 4]);
    assert_eq!(stack.spacing_mm(), Some(2.5));
    assert_eq!(stack.findings(), []);
    assert_eq!(
        stack.idx_of(SliceId {
            file: 4,
            frame_idx: 0
        }),
        Some(0)
    );
    assert!(stacks.splits().is_empty());
}

#[test]
fn without_positions_the_numbers_count_and_without_those_the_files() {
    let lying = [0.0; 3];
    let broken = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    let numbered = [3, 1, 2].map(|it| slice(lying, broken, Some(it)));
    let found = stacks(&numbered);
    assert_eq!(files(&found), [[1, 2, 0]]);
    let stack = found.iter().next().unwrap();
    assert_eq!(stack.order(), Order::InstanceNumber);
    assert_eq!(stack.findings(), [Finding::Unplaced]);
    assert!(stack.distances_mm().is_empty() && stack.spacing_mm().is_none());
    let plain = [None; 3].map(|it| slice(lying, broken, it));
    let found = stacks(&plain);
    assert_eq!(files(&found), [[0, 1, 2]]);
    assert_eq!(found.iter().next().unwrap().order(), Order::File);
}

#[test]
fn gaps_unequal_distances_duplicates_and_a_tilt_are_told() {
    let at = |z: f64| slice([0.0, 0.0, z], AXIAL, None);
    let found = stacks(&[0.0, 1.0, 2.0, 2.0, 3.0, 6.0, 7.0].map(at));
    let stack = found.iter().next().unwrap();
    assert_eq!(
        stack.findings(),
        [
            Finding::Duplicate { idx: 3 },
            Finding::Gap {
                after_idx: 4,
                gap_mm: 3.0,
                usual_mm: 1.0
            },
        ]
    );
    let found = stacks(&[0.0, 1.0, 2.0, 3.2].map(at));
    let findings = found.iter().next().unwrap().findings();
    assert!(
        matches!(&findings[..], [Finding::Uneven { least_mm, greatest_mm }]
            if (*least_mm - 1.0).abs() < 1e-9 && (*greatest_mm - 1.2).abs() < 1e-9),
        "{findings:?}"
    );
    // A gantry tilted by 20 degrees moves each slice sideways by tan 20 degrees of its distance.
    let tilted =
        [0.0, 1.0, 2.0].map(|z| slice([0.0, z * 20.0_f64.to_radians().tan(), z], AXIAL, None));
    let findings = stacks(&tilted).iter().next().unwrap().findings();
    assert!(
        matches!(&findings[..], [Finding::Tilted { degrees }] if (*degrees - 20.0).abs() < 1e-9),
        "{findings:?}"
    );
}

#[test]
fn what_does_not_belong_in_one_stack_is_split_and_told() {
    let axial = |z: f64| slice([0.0, 0.0, z], AXIAL, None);
    let with = |change: fn(&mut Header)| {
        let mut header = axial(9.0);
        change(&mut header);
        header
    };
    let dicom = |it: &mut Header| it.dicom.take().unwrap();
    let cases: [(Split, Header); 7] = [
        (Split::Orientation, slice([0.0, 0.0, 9.0], CORONAL, None)),
        (
            Split::Orientation,
            with(|it| it.dicom.as_mut().unwrap().is_localizer = true),
        ),
        (Split::Size, with(|it| it.pixels.rows = 256)),
        (
            Split::Size,
            with(|it| it.spacing.as_mut().unwrap().row_mm = 0.9),
        ),
        (Split::FrameOfReference, {
            let mut header = axial(9.0);
            let frame_of_reference_uid = Phi::new("1.2.9".to_owned());
            header.dicom = Some(DicomHeader {
                frame_of_reference_uid,
                ..dicom(&mut header)
            });
            header
        }),
        (
            Split::Time,
            with(|it| it.dicom.as_mut().unwrap().frames[0].time_idx = Some(2)),
        ),
        (
            Split::Echo,
            with(|it| it.dicom.as_mut().unwrap().frames[0].echo = Some(2)),
        ),
    ];
    for (split, odd) in cases {
        let found = stacks(&[axial(0.0), axial(1.0), odd]);
        assert_eq!(files(&found), [vec![0, 1], vec![2]], "{split:?}");
        assert_eq!(found.splits(), [split]);
    }
}

#[test]
fn the_frames_of_one_file_are_slices_too() {
    let frame = |z: f64, time: u32| FrameHeader {
        place: Place::parse([0.0, 0.0, z], AXIAL),
        time_idx: Some(time),
        ..FrameHeader::default()
    };
    let file = header(
        vec![frame(2.0, 1), frame(0.0, 1), frame(2.0, 2), frame(0.0, 2)],
        None,
    );
    let found = stacks(&[file]);
    let order: Vec<Vec<usize>> = found
        .iter()
        .map(|it| it.slices().iter().map(|it| it.id.frame_idx).collect())
        .collect();
    assert_eq!(order, [[1, 0], [3, 2]]);
    assert_eq!(found.splits(), [Split::Time]);
}

#[test]
fn two_patients_with_equal_uids_stay_apart_and_are_flagged() {
    let at = |z: f64| slice([0.0, 0.0, z], AXIAL, None);
    let mut studies = Studies::default();
    let first = studies.insert(&at(0.0), 0).unwrap();
    assert!(first.same_uid.is_empty());
    let others = [
        subject("18", "Mustermann^Erika"),
        subject("17", "Mustermann^Max"),
        Subject {
            birth_date: Phi::new("19500101".to_owned()),
            ..subject("17", "Mustermann^Erika")
        },
        Subject {
            issuer: Phi::new("B".to_owned()),
            ..subject("17", "Mustermann^Erika")
        },
    ];
    for (idx, subject) in others.into_iter().enumerate() {
        let header = Header { subject, ..at(1.0) };
        let inserted = studies.insert(&header, 1 + idx as u64).unwrap();
        assert_eq!(
            inserted.same_uid.len(),
            idx + 1,
            "each other patient is named"
        );
        assert_ne!(inserted.key, first.key);
    }
    assert_eq!(studies.iter().len(), 5);
    assert!(
        studies
            .iter()
            .all(|(_, _, it)| it.iter().len() == 1 && it.iter().all(|it| it.slices().len() == 1))
    );
    // Padding and empty parts of a name are no difference.
    let padded = Header {
        subject: subject("17 ", "Mustermann^Erika^^"),
        ..at(2.0)
    };
    let inserted = studies.insert(&padded, 9).unwrap();
    assert_eq!(inserted.key, first.key);
    assert_eq!(
        studies
            .get(&first.key)
            .unwrap()
            .1
            .iter()
            .next()
            .unwrap()
            .slices()
            .len(),
        2
    );
    // A file without a series stands alone.
    let mut alone = at(3.0);
    alone.dicom.as_mut().unwrap().series_uid = Phi::default();
    assert_eq!(studies.insert(&alone, 10), None);
    assert!(!format!("{studies:?}").contains("Mustermann"));
}

/// Slices of one or two orientations that wobble within and beyond what counts as the same, some at one position.
fn arrivals() -> impl Strategy<Value = (Vec<Header>, Vec<usize>)> {
    let one = (
        0..30_i32,
        -3..=3_i32,
        prop::bool::ANY,
        prop::option::of(0..5_i32),
    );
    let one = one.prop_map(|(z, wobble, is_coronal, number)| {
        let [a, b, c, d, e, f] = if is_coronal { CORONAL } else { AXIAL };
        let turn = f64::from(wobble) * 7e-4;
        slice(
            [0.0, f64::from(z) * 0.3, f64::from(z)],
            [a, b + turn, c, d - turn, e, f],
            number,
        )
    });
    prop::collection::vec(one, 1..40).prop_flat_map(|headers| {
        let order: Vec<usize> = (0..headers.len()).collect();
        (Just(headers), Just(order).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn any_order_of_arrival_gives_the_stacks_of_all_at_once((headers, order) in arrivals()) {
        let all = stacks(&headers);
        let mut one_by_one = Stacks::default();
        for file in order {
            one_by_one.insert(&headers[file], file as u64);
        }
        assert_eq!(files(&one_by_one), files(&all));
        for (a, b) in one_by_one.iter().zip(all.iter()) {
            assert_eq!(a, b);
            let along: Vec<f64> = a.slices().iter().map(|it| it.place.unwrap().along_mm(a.normal().unwrap())).collect();
            assert!(along.is_sorted(), "{along:?}");
        }
        assert_eq!(one_by_one.splits(), all.splits());
    }
}

//! The stacks of one series: slices that do not belong in one stack are kept apart, and what they differ in is told.

use super::{Slice, SliceId, Stack};
use crate::{
    case::{
        Modality,
        scan::{FrameHeader, Header},
    },
    privacy::Phi,
};

/// Direction cosines that differ by less are the same, and so are pixel spacings in mm: 0.001 is a twentieth of a degree.
const SAME_LOOK: f64 = 1e-3;

/// What the stacks of a series differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Split {
    FrameOfReference,
    /// Rows and columns, their distance, or grey and colour.
    Size,
    /// A localizer among slices, by orientation or by its own word.
    Orientation,
    Time,
    Echo,
    /// Some slices have a position and others do not.
    Unplaced,
}

/// The stacks of one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stacks(Vec<Part>);

/// A stack and what its slices have in common.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    kind: Kind,
    /// Different from each other, each near to another one.
    looks: Vec<Look>,
    stack: Stack,
}

/// What must be equal within a stack.
#[derive(Clone, Debug, PartialEq)]
struct Kind {
    frame_of_reference_uid: Phi<String>,
    /// Rows, columns, samples of a pixel.
    size: [usize; 3],
    is_localizer: bool,
    is_placed: bool,
    time_idx: Option<u32>,
    echo: Option<u32>,
    /// Its file, where that is looked at by itself: a projection, or a run of pictures.
    alone: Option<u64>,
}

/// What must be nearly equal: directions of row and column, and the pixel spacing in mm.
type Look = [f64; 8];

impl Stacks {
    /// Takes in every frame of a file; `file` numbers it, see [`SliceId`].
    pub fn insert(&mut self, header: &Header, file: u64) {
        let told = header.dicom.as_ref();
        for frame_idx in 0..header.pixels.n_frames {
            let frame = told.and_then(|it| it.frames.get(frame_idx)).copied();
            self.insert_frame(
                header,
                SliceId { file, frame_idx },
                &frame.unwrap_or_default(),
            );
        }
    }

    /// The stacks, each with at least one slice, in the order of their first files.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Stack> {
        self.0.iter().map(|it| &it.stack)
    }

    /// What the stacks differ in, if there are several.
    pub fn splits(&self) -> Vec<Split> {
        let Some((first, rest)) = self.0.split_first() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for Part { kind, looks, .. } in rest {
            let own = &first.kind;
            let are_near = |near: fn(&Look, &Look) -> bool| {
                looks
                    .iter()
                    .any(|it| first.looks.iter().any(|own| near(it, own)))
            };
            let is_other_spacing = !are_near(has_near_spacing);
            let is_other_look = !are_near(is_near);
            let turned = kind.is_localizer != own.is_localizer
                || kind.is_placed && own.is_placed && is_other_look && !is_other_spacing;
            let differences = [
                (
                    Split::FrameOfReference,
                    kind.frame_of_reference_uid != own.frame_of_reference_uid,
                ),
                (Split::Size, kind.size != own.size || is_other_spacing),
                (Split::Orientation, turned),
                (Split::Time, kind.time_idx != own.time_idx),
                (Split::Echo, kind.echo != own.echo),
                (Split::Unplaced, kind.is_placed != own.is_placed),
            ];
            found.extend(differences.into_iter().filter(|it| it.1).map(|it| it.0));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn insert_frame(&mut self, header: &Header, id: SliceId, frame: &FrameHeader) {
        let (kind, look) = (Kind::of(header, id.file, frame), look(header, frame));
        let slice = Slice {
            id,
            place: frame.place,
            instance_number: header.dicom.as_ref().and_then(|it| it.instance_number),
        };
        let joins = |it: &Part| it.kind == kind && it.looks.iter().any(|it| is_near(it, &look));
        let Some(at) = self.0.iter().position(joins) else {
            self.0.push(Part {
                kind,
                looks: vec![look],
                stack: Stack::new(slice),
            });
            self.sort();
            return;
        };
        // A slice that lies between two stacks shows that they are one.
        while let Some(other) = self.0.iter().skip(at + 1).position(joins) {
            let other = self.0.remove(at + 1 + other);
            if let Some(part) = self.0.get_mut(at) {
                part.looks.extend(other.looks);
                part.stack.merge(other.stack);
            }
        }
        if let Some(part) = self.0.get_mut(at) {
            part.stack.insert(slice);
            if !part.looks.contains(&look) {
                part.looks.push(look);
            }
        }
        self.sort();
    }

    fn sort(&mut self) {
        self.0.sort_by_key(|it| it.stack.first());
    }
}

impl Kind {
    fn of(header: &Header, file: u64, frame: &FrameHeader) -> Self {
        let (pixels, dicom) = (&header.pixels, header.dicom.as_ref());
        let are_slices = matches!(
            header.modality,
            Modality::Ct | Modality::Mr | Modality::Pt | Modality::Nm
        );
        let is_slice = frame.place.is_some() || are_slices && pixels.n_frames == 1;
        Self {
            alone: (!is_slice).then_some(file),
            frame_of_reference_uid: dicom
                .map(|it| it.frame_of_reference_uid.clone())
                .unwrap_or_default(),
            size: [pixels.rows, pixels.columns, pixels.samples_per_pixel],
            is_localizer: dicom.is_some_and(|it| it.is_localizer),
            is_placed: frame.place.is_some(),
            time_idx: frame.time_idx,
            echo: frame.echo,
        }
    }
}

fn look(header: &Header, frame: &FrameHeader) -> Look {
    let [a, b, c] = frame.place.map_or([0.0; 3], |it| it.row);
    let [d, e, f] = frame.place.map_or([0.0; 3], |it| it.column);
    let spacing = header.spacing.map_or([0.0; 2], |it| {
        [f64::from(it.row_mm), f64::from(it.column_mm)]
    });
    let [row_mm, column_mm] = spacing;
    [a, b, c, d, e, f, row_mm, column_mm]
}

fn is_near(a: &Look, b: &Look) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= SAME_LOOK)
}

fn has_near_spacing([.., a, b]: &Look, [.., c, d]: &Look) -> bool {
    (a - c).abs().max((b - d).abs()) <= SAME_LOOK
}

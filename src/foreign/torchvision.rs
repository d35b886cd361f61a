//! torchvision's classifiers: ResNet-18, ResNet-34, ResNet-50 and DenseNet-121 with ImageNet's preprocessing
//! (`torchvision.transforms._presets.ImageClassification`).

use super::{Asked, Draft, Kind, Origin, Result, odd, plain_labels, weights::Tensors};
use crate::{
    import::ModelFile,
    model::manifest::Output,
    prep::{Centre, Filter, Fit, ImageSpec, Intensity, Spec, Step, steps},
};

/// ImageNet's mean and deviation of red, green and blue in 0..1.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const STD: [f32; 3] = [0.229, 0.224, 0.225];
const SHORTER_SIDE: usize = 256;
const SIDE: usize = 224;

/// The draft of a torchvision model.
pub(super) fn draft(file: ModelFile, asked: &Asked) -> Result<Draft> {
    let mut tensors = Tensors::new(file.tensors)?;
    tensors.map_old_names()?;
    let told = tensors.network()?;
    if told.in_channels != 3 {
        return Err(odd(
            "3 channels, as torchvision's preprocessing makes them",
            format!("{} in the weights", told.in_channels),
        ));
    }
    let mut notes = vec![
        "The shorter side becomes 256 pixels, the middle 224 x 224 are read: torchvision's preprocessing for its first \
         weights of each network. Its second (IMAGENET1K_V2) were trained for 232."
            .to_owned(),
        "A grey picture is read three times; more than 8 bits are resized without rounding.".to_owned(),
    ];
    let labels = match &asked.labels {
        Some(labels) => labels.clone(),
        None => {
            notes.push("The file names no labels; outputs are numbered from 0.".to_owned());
            (0..told.n_outputs)
                .map(|it| format!("output {it}"))
                .collect()
        }
    };
    if labels.len() != told.n_outputs {
        let found = format!("{} labels", labels.len());
        return Err(odd(
            format!("{} labels, one for each output", told.n_outputs),
            found,
        ));
    }
    let output = if told.n_outputs == 1 {
        Output::Sigmoid
    } else {
        notes.push("Outputs exclude each other (softmax), as torchvision trains them.".to_owned());
        Output::Softmax
    };
    Ok(Draft {
        kind: Kind::Torchvision,
        output,
        labels: plain_labels(&labels),
        op_norm: Vec::new(),
        prep: Spec::Image(prep()),
        tokenizer: None,
        origin: Origin {
            title: format!("torchvision {}", told.network.name()),
            version: "imported".to_owned(),
            intended_use: "Not stated in the file.".to_owned(),
            licence: "Not stated in the file.".to_owned(),
            data: "Not stated in the file.".to_owned(),
        },
        network: told.network,
        notes,
        tensors,
    })
}

fn prep() -> ImageSpec {
    let steps = vec![
        Step::Rgb,
        Step::ShorterSide {
            size: SHORTER_SIDE,
            filter: Filter::Pillow,
        },
        Step::CentreCrop {
            width: SIDE,
            height: SIDE,
            centre: Centre::HalfEven,
        },
        Step::Stored {
            low: 0.0,
            high: 1.0,
        },
        Step::Normalise {
            mean: MEAN.to_vec(),
            std: STD.to_vec(),
        },
    ];
    spec_of(steps, (SIDE, SIDE), 3)
}

/// A specification whose work is done by steps.
pub(super) fn spec_of(
    steps: Vec<Step>,
    (width, height): (usize, usize),
    channels: usize,
) -> ImageSpec {
    let (mean, std) = steps::black_and_white(&steps);
    ImageSpec {
        width,
        height,
        channels,
        colour: false,
        margin: 0.0,
        fit: Fit::Stretch,
        intensity: Intensity::Fixed {
            low: 0.0,
            high: 1.0,
        },
        mean,
        std,
        steps,
        crop: None,
    }
}

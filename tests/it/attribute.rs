//! Attribution against the golden values of Captum's small networks, and on whole models.

use tch::{Device, Kind, Tensor};
use wardlight::{
    model::{
        Attribution, AttributionValues, Error, Manifest, Model, Network, Task, known_answer,
        network,
    },
    nn::{
        self, Options,
        attribute::{self, Steps},
        params,
    },
    prediction::{LabelIdx, Method},
    prep::Input,
};

use crate::model::{image_manifest, text_manifest};

/// Captum's `BasicModel_ConvNet_One_Conv`: convolution of ones, ReLU, a row of ±1, ReLU.
struct Toy {
    weight: Tensor,
    bias: Tensor,
    row: Tensor,
}

impl Toy {
    fn new() -> Self {
        Self {
            weight: Tensor::ones([2, 1, 3, 3], (Kind::Float, Device::Cpu)),
            bias: Tensor::from_slice(&[-50.0_f32, -75.0]),
            row: Tensor::from_slice(&[1.0_f32, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0]),
        }
    }

    fn conv(&self, x: &Tensor) -> Tensor {
        x.conv2d(&self.weight, Some(&self.bias), [1, 1], [0, 0], [1, 1], 1)
    }

    fn head(&self, maps: &Tensor) -> Tensor {
        maps.flatten(1, -1).matmul(&self.row).relu()
    }

    fn logit(&self, x: &Tensor) -> Tensor {
        self.head(&self.conv(x).relu())
    }
}

fn picture() -> Tensor {
    Tensor::arange(16, (Kind::Float, Device::Cpu)).reshape([1, 1, 4, 4])
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.contiguous().view(-1)).unwrap()
}

fn assert_close(found: &Tensor, want: &[f32]) {
    let found = numbers(found);
    assert_eq!(found.len(), want.len());
    let is_close = found
        .iter()
        .zip(want)
        .all(|(found, want)| (found - want).abs() <= 1e-4);
    assert!(is_close, "wanted {want:?}, found {found:?}");
}

/// Activations and gradients of the toy's logit at its convolution, before or behind the ReLU.
fn at_convolution(is_before_relu: bool) -> (Tensor, Tensor) {
    let toy = Toy::new();
    let maps = toy.conv(&picture());
    let maps = if is_before_relu { maps } else { maps.relu() }.set_requires_grad(true);
    let logit = if is_before_relu {
        toy.head(&maps.relu())
    } else {
        toy.head(&maps)
    };
    let gradients = Tensor::run_backward(&[logit], &[&maps], false, false);
    (maps.detach().get(0), gradients[0].get(0))
}

#[test]
fn class_activation_maps_equal_the_goldens() {
    let (before, behind) = (at_convolution(true), at_convolution(false));
    assert_close(
        &attribute::grad_cam(&before.0, &before.1).unwrap(),
        &[11.25, 13.5, 20.25, 22.5],
    );
    assert_close(
        &attribute::grad_cam(&behind.0, &behind.1).unwrap(),
        &[0.0, 4.0, 28.0, 32.5],
    );
    // Behind the ReLU and before the map's own: Captum's network by the formula of pytorch-grad-cam.
    assert_close(
        &attribute::grad_cam_plus_plus(&behind.0, &behind.1).unwrap(),
        &[0.0, 0.207_792, 1.871_259, 2.730_096],
    );
    assert_close(
        &attribute::layer_cam(&behind.0, &behind.1).unwrap(),
        &[0.0, 4.0, 31.0, 40.0],
    );
    for (maps, gradients) in [before, behind] {
        assert_close(
            &attribute::hires_cam(&maps, &gradients).unwrap(),
            &[0.0, 4.0, 25.0, 25.0],
        );
    }
}

#[test]
fn the_maps_of_two_stages_become_one_of_the_finer_size() {
    let fine = Tensor::ones([4, 4], (Kind::Float, Device::Cpu));
    let coarse = Tensor::from_slice(&[8.0_f32, 8.0, 8.0, 8.0]).reshape([2, 2]);
    // The coarse cell of 8 covers four fine ones: 2 each, and (1 + 2) / 2.
    assert_close(
        &attribute::mean_of_stages(&fine, &coarse).unwrap(),
        &[1.5; 16],
    );
}

#[test]
fn integrated_gradients_equal_the_goldens() {
    let (toy, task, x) = (Toy::new(), Task::default(), picture());
    for (n_steps, want) in [(50, 53.3290), (500, 53.7850)] {
        let mut steps = Steps::new(&task, n_steps);
        let (values, change) =
            attribute::integrated_gradients(&x, &x.zeros_like(), n_steps, &mut steps, |x| {
                Ok(toy.logit(x))
            })
            .unwrap();
        let sum = values.sum(Kind::Double).double_value(&[]);
        assert!((sum - want).abs() < 1e-3, "{n_steps} steps: {sum}");
        assert!((change - 54.0).abs() < 1e-5, "{change}");
        assert_eq!(task.progress(), (n_steps, n_steps));
    }
    // Captum's BasicModel2.
    let x = Tensor::from_slice(&[3.0_f32, 1.0]).reshape([1, 2]);
    let f = |x: &Tensor| Ok((x.select(1, 0).relu() - 1.0 - x.select(1, 1).relu()).relu());
    let mut steps = Steps::new(&task, 50);
    let (values, _) =
        attribute::integrated_gradients(&x, &x.zeros_like(), 50, &mut steps, f).unwrap();
    let values = numbers(&values);
    assert!(
        (values[0] - 1.5).abs() < 0.02 && (values[1] + 0.5).abs() < 0.02,
        "{values:?}"
    );
}

#[test]
fn occlusion_equals_the_golden() {
    let toy = Toy::new();
    let map = attribute::occlusion(&picture(), 0.0, (2, 1), &Task::default(), |x| {
        Ok(toy.logit(x))
    })
    .unwrap();
    let want = [
        7.0, 8.0, 6.5, 4.0, 15.5, 20.75, 22.25, 18.5, 30.0, 39.25, 44.25, 40.0, 36.0, 45.0, 50.5,
        47.0,
    ];
    assert_close(&map, &want);
}

#[test]
fn smooth_grad_without_noise_is_the_gradient() {
    let (toy, task) = (Toy::new(), Task::default());
    let mut steps = Steps::new(&task, 20);
    let found = attribute::smooth_grad(&picture(), 0.0, 20, &mut steps, |x| Ok(toy.logit(x)));
    let want = [
        0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0,
    ];
    assert_close(&found.unwrap().abs(), &want);
    assert_eq!(task.progress(), (20, 20));
}

#[test]
fn rise_finds_the_place_that_a_logit_is_the_mean_of() {
    tch::manual_seed(5);
    let image = Tensor::ones([1, 1, 28, 28], (Kind::Float, Device::Cpu));
    let corner = |x: &Tensor| {
        x.narrow(2, 0, 8)
            .narrow(3, 20, 8)
            .mean_dim([1_i64, 2, 3].as_slice(), false, Kind::Float)
    };
    let map = attribute::rise(&image, 0.0, 1500, &Task::default(), |x| Ok(corner(x))).unwrap();
    let at = |y: i64, x: i64| map.double_value(&[y, x]);
    assert!(
        at(4, 24) > 4.0 * at(20, 6).abs().max(at(14, 14).abs()),
        "{} {}",
        at(4, 24),
        at(20, 6)
    );
}

#[test]
fn chefer_relevance_equals_the_golden() {
    let matrix = |values: [f32; 9]| Tensor::from_slice(&values).reshape([1, 3, 3]);
    let layers = [
        (
            matrix([0.6, 0.3, 0.1, 0.2, 0.5, 0.3, 0.1, 0.1, 0.8]),
            matrix([0.1, -0.2, 0.3, 0.0, 0.1, 0.0, 0.2, 0.0, -0.1]),
        ),
        (
            matrix([0.2, 0.5, 0.3, 0.3, 0.4, 0.3, 0.25, 0.25, 0.5]),
            matrix([0.5, 1.0, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ),
    ];
    let relevance = attribute::chefer(&layers).unwrap().unwrap();
    assert_close(
        &relevance,
        &[1.166, 0.525, 0.033, 0.0, 1.05, 0.0, 0.02, 0.0, 1.0],
    );
}

#[test]
fn a_cancelled_explanation_stops() {
    let (toy, task) = (Toy::new(), Task::default());
    task.cancel();
    let error =
        attribute::occlusion(&picture(), 0.0, (2, 1), &task, |x| Ok(toy.logit(x))).unwrap_err();
    assert!(matches!(error, Error::Cancelled));
}

/// A model of the manifest with random weights.
fn random_model(manifest: Manifest) -> Box<dyn Model> {
    tch::manual_seed(3);
    let (vars, _) = nn::fresh(&manifest.network, manifest.labels.len()).unwrap();
    let weights =
        params::to_safetensors(&vars.variables().into_iter().collect::<Vec<_>>()).unwrap();
    nn::build(manifest, &weights, Options::default()).unwrap()
}

fn explain(model: &mut dyn Model, input: &Input, method: Method) -> Result<Attribution, Error> {
    model.explain(input, LabelIdx(1), method, &Task::default())
}

#[test]
fn every_image_method_maps_the_whole_input() {
    let manifest = image_manifest(
        &["a", "b"],
        Network::ResNetS(network::ResNetS {
            in_channels: 1,
            width: 4,
            blocks: vec![1, 1],
            stem_stride: 1,
        }),
    );
    let input = known_answer::input(&manifest);
    let mut model = random_model(manifest);
    for (method, size) in [
        (Method::GradCam, (12, 8)),
        (Method::GradCamPlusPlus, (12, 8)),
        (Method::HiResCam, (12, 8)),
        (Method::LayerCam, (24, 16)),
        (Method::SmoothGrad, (24, 16)),
        (Method::Rise, (24, 16)),
        (Method::IntegratedGradients, (24, 16)),
        (Method::Occlusion, (24, 16)),
    ] {
        let found = explain(model.as_mut(), &input, method).unwrap();
        let AttributionValues::Map {
            width,
            height,
            values,
        } = found.values
        else {
            panic!("wanted a map")
        };
        assert_eq!((width, height), size, "{method:?}");
        assert_eq!(values.len(), width * height);
        assert!(
            values.iter().all(|it| it.is_finite()) && values.iter().any(|it| *it != 0.0),
            "{method:?}"
        );
        if let Some(gap) = found.completeness_gap {
            let total: f32 = values.iter().sum();
            assert!(gap < 0.05 * total.abs().max(0.01), "gap {gap} of {total}");
        }
    }
    assert!(matches!(
        explain(model.as_mut(), &input, Method::Chefer),
        Err(Error::Method { .. })
    ));
    let error = model
        .explain(&input, LabelIdx(2), Method::GradCam, &Task::default())
        .unwrap_err();
    assert_eq!(error.to_string(), "wanted a label below 2, found 2");
}

/// At the last convolution before a mean and a linear head the gradient of a map is the same everywhere (methods 2.1).
#[test]
fn grad_cam_and_hires_cam_agree_before_a_mean_and_a_linear_head() {
    for network in [
        Network::ResNetS(network::ResNetS {
            in_channels: 1,
            width: 4,
            blocks: vec![1, 1],
            stem_stride: 1,
        }),
        Network::DenseNet121(network::DenseNet121 { in_channels: 1 }),
    ] {
        let mut manifest = image_manifest(&["a", "b"], network);
        if let wardlight::prep::Spec::Image(spec) = &mut manifest.prep {
            (spec.width, spec.height) = (96, 64);
        }
        let input = known_answer::input(&manifest);
        let mut model = random_model(manifest);
        let mut map = |method| {
            let found = explain(model.as_mut(), &input, method).unwrap().values;
            let AttributionValues::Map {
                width,
                height,
                values,
            } = found
            else {
                panic!("wanted a map")
            };
            ((width, height), values)
        };
        let (size, grad) = map(Method::GradCam);
        let (_, hires) = map(Method::HiResCam);
        assert!(hires.iter().any(|it| *it != 0.0));
        for (grad, hires) in grad.iter().zip(&hires) {
            assert!((grad - hires.max(0.0)).abs() < 1e-6, "{grad} and {hires}");
        }
        // One stage earlier is twice as fine.
        assert_eq!(map(Method::LayerCam).0, (2 * size.0, 2 * size.1));
    }
}

#[test]
fn every_token_method_weighs_the_words_of_each_window() {
    for pool in [
        network::Pool::Cls,
        network::Pool::Mean,
        network::Pool::MeanMax,
    ] {
        let manifest = text_manifest(&["a", "b"], pool);
        let Input::Text(mut text) = known_answer::input(&manifest) else {
            panic!("wanted text")
        };
        let mut second = text.windows[0].clone();
        second.ids.truncate(7);
        second.word_idx.truncate(7);
        text.windows.push(second);
        let input = Input::Text(text);
        let mut model = random_model(manifest);
        for method in [Method::Chefer, Method::IntegratedGradients] {
            let found = explain(model.as_mut(), &input, method).unwrap();
            let AttributionValues::Tokens(windows) = found.values else {
                panic!("wanted tokens")
            };
            assert_eq!(windows.iter().map(Vec::len).collect::<Vec<_>>(), [12, 7]);
            for window in &windows {
                assert_eq!(window[0], 0.0, "{method:?} {pool:?}: [CLS]");
                assert!(window.iter().any(|it| *it != 0.0));
            }
            if method == Method::Chefer {
                assert!(windows.iter().flatten().all(|it| 0.0 <= *it));
            }
            if let Some(gap) = found.completeness_gap {
                // The maximum has kinks that quadrature feels.
                assert!(gap < 5e-3, "{pool:?}: gap {gap}");
            }
        }
    }
}

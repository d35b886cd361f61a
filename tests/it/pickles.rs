//! Model files of other programs in the worker: what torch wrote is read to the last number, and what was made to hurt
//! is refused by name (reliability.md T8, E7).

use std::{io::Write as _, time::Instant};

use serde_json::Value;
use wardlight::import::{Container, Decoder, Dtype, Error, ModelFile, NamedTensor, Refusal};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::dicom::decoder;

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/foreign/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

pub(crate) fn answers() -> Value {
    serde_json::from_slice(&fixture("answers.json")).unwrap()
}

/// The numbers of a tensor; NaN is `None`.
fn numbers(tensor: &NamedTensor) -> Vec<Option<f64>> {
    let each = tensor.bytes.chunks_exact(tensor.dtype.n_bytes());
    let number = |it: &[u8]| match tensor.dtype {
        Dtype::F32 => f64::from(f32::from_le_bytes(it.try_into().unwrap())),
        Dtype::F16 => half::f16::from_le_bytes(it.try_into().unwrap()).to_f64(),
        Dtype::Bf16 => half::bf16::from_le_bytes(it.try_into().unwrap()).to_f64(),
        Dtype::I64 => i64::from_le_bytes(it.try_into().unwrap()) as f64,
        other => panic!("{other:?}"),
    };
    each.map(number)
        .map(|it| (!it.is_nan()).then_some(it))
        .collect()
}

#[test]
fn every_container_of_torch_gives_the_same_numbers() {
    // tests/fixtures/make_foreign.py: float16, bfloat16, int64 and float32, transposed and permuted views, NaN.
    let decoder = decoder();
    let wanted = &answers()["toy"]["tensors"];
    let files = [
        ("toy.pt", Container::TorchZip),
        ("toy_legacy.pt", Container::TorchStream),
        ("toy_checkpoint.pt", Container::TorchZip),
    ];
    for (name, container) in files {
        let ModelFile { header, tensors } = decoder.open_model_bytes(&fixture(name)).unwrap();
        assert_eq!(header.container, container, "{name}");
        assert_eq!(tensors.len(), wanted.as_object().unwrap().len(), "{name}");
        for tensor in &tensors {
            let wanted = &wanted[&tensor.name];
            let dtype = match tensor.dtype {
                Dtype::F32 => "torch.float32",
                Dtype::F16 => "torch.float16",
                Dtype::Bf16 => "torch.bfloat16",
                _ => "torch.int64",
            };
            assert_eq!(wanted["dtype"], dtype, "{name} {}", tensor.name);
            let shape: Vec<usize> = serde_json::from_value(wanted["shape"].clone()).unwrap();
            assert_eq!(tensor.shape, shape, "{name} {}", tensor.name);
            let values: Vec<Option<f64>> =
                serde_json::from_value(wanted["values"].clone()).unwrap();
            assert_eq!(numbers(tensor), values, "{name} {}", tensor.name);
        }
        if name == "toy_checkpoint.pt" {
            assert_eq!(header.attributes["epoch"], 3);
        } else {
            assert_eq!(
                header.class.as_deref(),
                Some("torch.nn.modules.container.Sequential")
            );
            assert_eq!(
                header.attributes["pathologies"],
                serde_json::json!(["a", "", "b"])
            );
            assert_eq!(header.attributes["scale"], 2.5);
            assert_eq!(header.attributes["is_ready"], true);
        }
    }
}

#[test]
fn safetensors_and_json_are_read_in_the_worker_too() {
    let decoder = decoder();
    let bytes: Vec<u8> = [1.5_f32, -2.0]
        .iter()
        .flat_map(|it| it.to_le_bytes())
        .collect();
    let view =
        safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![2], &bytes).unwrap();
    let file = safetensors::serialize([("a.weight", view)], None).unwrap();
    let found = decoder.open_model_bytes(&file).unwrap();
    assert_eq!(found.header.container, Container::Safetensors);
    assert_eq!(found.tensors[0].bytes, bytes);
    let found = decoder.open_model_bytes(br#"{"task": "toy"}"#).unwrap();
    assert_eq!(found.header.configs[""]["task"], "toy");
    for broken in [
        &file[..file.len() - 1],
        b"{\"task\": ",
        b"plain words, longer than eight bytes",
    ] {
        assert!(refusal(&decoder, broken).is_some());
    }
}

/// What the worker says against a file; `None` if it reads it.
fn refusal(decoder: &Decoder, bytes: &[u8]) -> Option<String> {
    match decoder.open_model_bytes(bytes) {
        Ok(_) => None,
        Err(Error::Refused(refusal @ (Refusal::Defect { .. } | Refusal::Abandoned))) => {
            panic!("the worker failed: {refusal}")
        }
        Err(Error::Refused(refusal)) => Some(refusal.to_string()),
        Err(other) => panic!("wanted a refusal, found: {other}"),
    }
}

fn text(text: &str) -> Vec<u8> {
    [
        b"X".as_slice(),
        &(text.len() as u32).to_le_bytes(),
        text.as_bytes(),
    ]
    .concat()
}

fn global(module: &str, name: &str) -> Vec<u8> {
    format!("c{module}\n{name}\n").into_bytes()
}

/// A pickle of protocol 2 around opcodes.
fn pickle(opcodes: &[u8]) -> Vec<u8> {
    [b"\x80\x02", opcodes, b"."].concat()
}

/// Torch's archive around a pickle, with storages by key.
fn archive(pickle: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    archive.start_file("toy/data.pkl", options).unwrap();
    archive.write_all(pickle).unwrap();
    for (key, bytes) in storages {
        archive
            .start_file(format!("toy/data/{key}"), options)
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Torch's older stream around a pickle, without storages.
fn stream(pickle: &[u8]) -> Vec<u8> {
    let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
    let [version, system, keys]: [&[u8]; 3] = [b"\x80\x02M\xe9\x03.", b"\x80\x02}.", b"\x80\x02]."];
    [magic, version, system, pickle, keys].concat()
}

#[test]
fn names_that_torch_does_not_need_are_refused_by_name_in_every_container() {
    let decoder = decoder();
    let names = [
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("builtins", "eval"),
        ("__builtin__", "exec"),
        ("builtins", "getattr"),
        ("subprocess", "Popen"),
        ("torch.hub", "load"),
        ("torch", "load"),
        ("torch._utils", "_import_dotted_name"),
        ("torch.nnx", "Linear"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("monai.bundle", "run"),
        ("runpy", "run_path"),
    ];
    for (module, name) in names {
        let call = [text("touch /tmp/wardlight-was-here"), b"\x85R".to_vec()].concat();
        let plain = [global(module, name), call.clone()].concat();
        let stacked = [text(module), text(name), b"\x93".to_vec(), call.clone()].concat();
        let old = [
            b"(".to_vec(),
            text("ls"),
            format!("i{module}\n{name}\n").into_bytes(),
        ]
        .concat();
        // Where an unpickler that only looks at the outermost value would not look.
        let hidden = [
            b"}".to_vec(),
            text("conv1.weight"),
            plain.clone(),
            b"s".to_vec(),
        ]
        .concat();
        for opcodes in [plain, stacked, old, hidden] {
            let pickle = pickle(&opcodes);
            for file in [pickle.clone(), archive(&pickle, &[]), stream(&pickle)] {
                let said = refusal(&decoder, &file).expect("it was read");
                assert!(said.contains(&format!("{module}.{name}")), "{said}");
            }
        }
    }
    // A protocol 0 pickle, as `pickle.dumps` of old wrote it.
    let said = refusal(&decoder, b"cposix\nsystem\np0\n(S'ls'\np1\ntp2\nRp3\n.").unwrap();
    assert!(said.contains("posix.system"), "{said}");
    assert!(!std::path::Path::new("/tmp/wardlight-was-here").exists());
}

#[test]
fn calls_of_known_names_do_nothing_beyond_their_purpose() {
    let decoder = decoder();
    let rebuild = global("torch._utils", "_rebuild_parameter");
    let cases = [
        // A class is not called, and what was called is not called again.
        (
            "a call of torch.nn.Linear",
            [global("torch.nn", "Linear"), b")R".to_vec()].concat(),
        ),
        (
            "a call of a value",
            [global("collections", "OrderedDict"), b")R)R".to_vec()].concat(),
        ),
        (
            "a call of a value",
            [text("os.system"), b")R".to_vec()].concat(),
        ),
        // A parameter of text is text: no tensor.
        (
            "a pickle of something else",
            [rebuild.clone(), text("x"), b"\x88)\x87R".to_vec()].concat(),
        ),
        (
            "another value",
            [
                global("torch._utils", "_rebuild_tensor_v2"),
                b"(NK\x00))\x89Nt".to_vec(),
                b"R".to_vec(),
            ]
            .concat(),
        ),
        (
            "another",
            [global("torch", "FloatStorage"), b")\x81".to_vec()].concat(),
        ),
        (
            "attributes for another value",
            [text("x"), b"}b".to_vec()].concat(),
        ),
        ("opcode 0x82", b"\x82\x01".to_vec()),
        ("opcode 0x50", b"Phttp://example.org/\n".to_vec()),
    ];
    for (wanted, opcodes) in cases {
        let said = refusal(&decoder, &archive(&pickle(&opcodes), &[])).expect(wanted);
        assert!(said.contains(wanted), "wanted {wanted}, found {said}");
    }
    let chain = [
        rebuild.repeat(50_000),
        b"N".to_vec(),
        b"\x85R".repeat(50_000),
    ]
    .concat();
    let said = refusal(&decoder, &archive(&pickle(&chain), &[])).unwrap();
    assert!(said.contains("something else"), "{said}");
}

#[test]
fn bombs_of_references_nesting_and_lengths_cost_no_more_than_their_bytes() {
    let decoder = decoder();
    let begun = Instant::now();
    // Each list holds the one before it twice: 2^200 items, if they were copied.
    let doubling: Vec<u8> = (0..200_u8)
        .flat_map(|it| [b"0](h".as_slice(), &[it, b'h', it, b'e', b'q', it + 1]].concat())
        .collect();
    let doubling = [b"]q\x00".as_slice(), &doubling].concat();
    let named = [b"}".to_vec(), text("a"), doubling.clone(), b"s".to_vec()].concat();
    let opened = [b"}".to_vec(), text("a")].concat().repeat(40_000);
    let nested = [opened, b"}".to_vec(), b"s".repeat(40_000)].concat();
    let memory = (0..2_000_000_u32).flat_map(|it| [b"r".as_slice(), &it.to_le_bytes()].concat());
    let memory: Vec<u8> = memory.collect();
    let cases = [
        ("doubling", doubling.clone()),
        ("doubling in a dictionary", named),
        (
            "lists in lists",
            [b"]".repeat(1_000_000), b"a".repeat(999_999)].concat(),
        ),
        ("dictionaries in dictionaries", nested),
        ("marks", b"(".repeat(1_000_000)),
        (
            "tuples in tuples",
            [b")".to_vec(), b"\x85".repeat(1_000_000)].concat(),
        ),
        ("a memory of two million", [b"N".to_vec(), memory].concat()),
        ("a stack of a million", b"N".repeat(1_000_000)),
        ("values without end", b"N0".repeat(3_000_000)),
        ("a text of four gigabytes", b"X\xff\xff\xff\xff".to_vec()),
        (
            "a text of 16 exabytes",
            [b"\x8d".to_vec(), vec![0xff; 8]].concat(),
        ),
        (
            "a number of 255 bytes",
            [b"\x8a\xff".to_vec(), vec![1; 255]].concat(),
        ),
        ("a reference ahead", b"h\x07".to_vec()),
        ("an end without a mark", b"t".to_vec()),
        ("an empty stack", b"0".to_vec()),
    ];
    for (what, opcodes) in cases {
        for file in [archive(&pickle(&opcodes), &[]), stream(&pickle(&opcodes))] {
            let said = refusal(&decoder, &file);
            assert!(said.is_some(), "{what} was read");
        }
    }
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

/// A record of a module class with these opcodes as its `_modules`.
fn module(modules: &[u8]) -> Vec<u8> {
    let groups = [
        text("_parameters"),
        b"}".to_vec(),
        text("_buffers"),
        b"}".to_vec(),
        text("_modules"),
        modules.to_vec(),
    ]
    .concat();
    [
        global("torch.nn.modules.container", "Sequential"),
        b")\x81q\x00}(".to_vec(),
        groups,
        b"ub".to_vec(),
    ]
    .concat()
}

#[test]
fn modules_that_hold_themselves_or_too_many_others_are_refused() {
    let decoder = decoder();
    let circle = module(&[b"}".to_vec(), text("again"), b"h\x00s".to_vec()].concat());
    let said = refusal(&decoder, &archive(&pickle(&circle), &[])).unwrap();
    assert!(
        said.contains("hold themselves") && said.contains("again"),
        "{said}"
    );

    // Sixty layers, each of which has the one below it twice: no circle, and 2^60 paths.
    let mut layers = module(b"}");
    for _ in 0..60 {
        let inner = [layers, b"q\x01".to_vec()].concat();
        let pair = [
            b"}(".to_vec(),
            text("a"),
            inner,
            text("b"),
            b"h\x01u".to_vec(),
        ]
        .concat();
        layers = module(&pair);
    }
    let said = refusal(&decoder, &archive(&pickle(&layers), &[])).unwrap();
    assert!(said.contains("a module in parts"), "{said}");
}

/// A state dictionary with one float32 tensor `w` of a shape and strides over a storage that says it has `n` numbers.
fn view(n: u32, offset: u8, shape: &[u8], stride: &[u8]) -> Vec<u8> {
    let sizes = |of: &[u8]| {
        let items: Vec<u8> = of.iter().flat_map(|it| [b'K', *it]).collect();
        [b"(".as_slice(), &items, b"t"].concat()
    };
    let storage = [
        b"(".to_vec(),
        text("storage"),
        global("torch", "FloatStorage"),
        text("0"),
        text("cpu"),
        b"J".to_vec(),
        n.to_le_bytes().to_vec(),
        b"tQ".to_vec(),
    ]
    .concat();
    let tensor = [
        global("torch._utils", "_rebuild_tensor_v2"),
        b"(".to_vec(),
        storage,
        vec![b'K', offset],
        sizes(shape),
        sizes(stride),
        b"\x89Nt".to_vec(),
        b"R".to_vec(),
    ]
    .concat();
    pickle(&[b"}".to_vec(), text("w"), tensor, b"s".to_vec()].concat())
}

#[test]
fn views_lie_inside_storages_and_storages_inside_the_file() {
    let decoder = decoder();
    let numbers: Vec<u8> = (0..6).flat_map(|it| (it as f32).to_le_bytes()).collect();
    let read =
        |pickle: &[u8], bytes: &[u8]| decoder.open_model_bytes(&archive(pickle, &[("0", bytes)]));
    let turned = read(&view(6, 0, &[3, 2], &[1, 3]), &numbers).unwrap();
    assert_eq!(
        numbers_of(&turned),
        [0.0, 3.0, 1.0, 4.0, 2.0, 5.0],
        "a transposed view is read along its strides"
    );
    let wrong = [
        ("promises more than there is", view(7, 0, &[3, 2], &[2, 1])),
        (
            "promises four billion",
            view(0x7fff_ffff, 0, &[3, 2], &[2, 1]),
        ),
        ("an offset beyond the end", view(6, 1, &[3, 2], &[2, 1])),
        ("strides beyond the end", view(6, 0, &[3, 2], &[3, 1])),
        ("sizes without strides", view(6, 0, &[3, 2], &[1])),
        (
            "a huge expanded view",
            view(6, 0, &[255, 255, 255, 255, 255], &[0, 0, 0, 0, 0]),
        ),
    ];
    for (what, pickle) in wrong {
        let said = refusal(&decoder, &archive(&pickle, &[("0", &numbers)]));
        assert!(said.is_some(), "{what} was read");
    }
    let said = refusal(&decoder, &archive(&view(6, 0, &[6], &[1]), &[])).unwrap();
    assert!(said.contains("data/0"), "{said}");
    // The stream: no storage at all behind the keys.
    assert!(refusal(&decoder, &stream(&view(6, 0, &[6], &[1]))).is_some());
}

fn numbers_of(file: &ModelFile) -> Vec<f64> {
    numbers(&file.tensors[0]).into_iter().flatten().collect()
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let decoder = decoder();
    for name in ["toy.pt", "toy_legacy.pt", "monai.zip", "resnet18.pth"] {
        let bytes = fixture(name);
        assert!(
            decoder.open_model_bytes(&bytes).is_ok(),
            "{name} as a whole"
        );
        for percent in (0..100).step_by(5) {
            let cut = &bytes[..bytes.len() * percent / 100];
            assert!(
                refusal(&decoder, cut).is_some(),
                "{name} at {percent} % was read"
            );
        }
        assert!(
            refusal(&decoder, &bytes[..bytes.len() - 1]).is_some(),
            "{name} less one byte"
        );
    }
}

#[test]
fn flipped_bytes_never_break_the_worker() {
    let decoder = decoder();
    for name in ["toy.pt", "toy_legacy.pt"] {
        let bytes = fixture(name);
        for at in (0..bytes.len()).step_by(bytes.len() / 150) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x41;
            // Read or refused; `refusal` fails on anything else.
            refusal(&decoder, &flipped);
        }
    }
}

#[test]
fn a_torchscript_program_is_told_from_weights() {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["toy/data.pkl", "toy/code/__torch__.py", "toy/constants.pkl"] {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(b"\x80\x02}.").unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let said = refusal(&decoder(), &bytes).unwrap();
    assert!(said.contains("a TorchScript program"), "{said}");
}

//! Where labelled cases come from, and what is refused about them before anything is trained.

use std::{
    collections::BTreeSet,
    fs,
    io::{Cursor, Write as _},
    path::Path,
};

use wardlight::{
    case::Scan,
    disk,
    import::{Decoder, Error as ImportError, Opened},
    model::{Bundle, Task},
    training::{
        self, Error, Recipe,
        data::{self, Case, Content},
    },
};

use crate::{
    dicom::decoder,
    made::Fields,
    train::{IMAGE_RECIPE, folder, job, picture, recipe},
};

/// A recipe whose source is another one.
fn with_source(source: &str) -> Recipe {
    let (before, after) = IMAGE_RECIPE.split_once("[source]").unwrap();
    let (_, after) = after.split_once("[learning]").unwrap();
    let hold_out = "hold_out = [\"0\", \"1\"]";
    let folds = if source.contains("medmnist") {
        before.replace(hold_out, "hold_out = [\"val\"]")
    } else {
        before.to_owned()
    };
    recipe(&format!("{folds}[source]\n{source}\n[learning]{after}"))
}

const TABLE: &str = r#"kind = "images"
table = "table.csv"
folder = "images"
key = "file"
label = "label"
group = "patient"
group_name = "patients"
split = "part"
test = "test"
fold = "fold"
classes = { no = 0, yes = 1 }"#;

/// Lists the cases of a recipe, with files that nobody looks into.
fn listed(recipe: Recipe, folder: &Path) -> training::Result<Vec<Case>> {
    let open = |_: &Path| Ok(picture(0, 0));
    let job = job(recipe, folder, &open);
    let cases = data::read(&job.recipe.source, &job)?;
    data::check(&cases, &job.recipe.hold_out, &job.recipe.labels)?;
    Ok(cases)
}

fn touch(folder: &Path, names: &[&str]) {
    for name in names {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        disk::write_atomic(&path, b"").unwrap();
    }
}

fn table(folder: &Path, text: &[u8]) {
    disk::write_atomic(&folder.join("table.csv"), text).unwrap();
}

const HEAD: &str = "file,label,patient,part,fold\n";

#[test]
fn a_table_of_a_spreadsheet_is_read_with_its_quotes_marks_and_line_ends() {
    let folder = folder("data-spreadsheet");
    touch(
        &folder,
        &[
            "images/a, b.png",
            "images/c.png",
            "images/d.png",
            "images/e.png",
        ],
    );
    let text = "\u{feff}\"file\",label,patient,part,fold,\"a \"\"note\"\"\"\r\n\
                \"a, b.png\",no,p0,train,0,\"two\r\nlines\"\r\n\
                c.png, yes ,p1,train,1,\r\n\
                d.png,no,p2,test,0,x\r\n\
                e.png,yes,p3,test,0,x\r\n";
    table(&folder, text.as_bytes());
    let cases = listed(with_source(TABLE), &folder).unwrap();
    let found: Vec<_> = cases
        .iter()
        .map(|it| (it.class, it.group.as_str(), it.is_test, it.place.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Some(0), "p0", false, "line 2"),
            (Some(1), "p1", false, "line 4"),
            (Some(0), "p2", true, "line 5"),
            (Some(1), "p3", true, "line 6")
        ]
    );
    let name = |it: &Case| match &it.content {
        Content::File(path) => path.file_name().unwrap().to_str().unwrap().to_owned(),
        _ => panic!("a file"),
    };
    assert_eq!(name(&cases[0]), "a, b.png");
}

/// Each is refused with the lines, and without a word about whom they are of.
#[test]
fn tables_that_cannot_give_an_honest_figure_are_refused_with_their_lines() {
    let folder = folder("data-refused");
    touch(
        &folder,
        &[
            "images/a.png",
            "images/b.png",
            "images/c.png",
            "images/d.png",
        ],
    );
    let found = |rows: &str| {
        table(&folder, format!("{HEAD}{rows}").as_bytes());
        let error = listed(with_source(TABLE), &folder).unwrap_err();
        let text = error.to_string();
        assert!(!text.contains("Muster"), "{text}");
        text
    };
    let good = "a.png,no,Muster0,train,0\nb.png,yes,Muster1,train,1\nc.png,no,Muster2,test,0\n";
    assert_eq!(
        found(&format!(
            "{good}x.png,no,Muster3,train,0\ny.png,no,Muster3,train,0\n"
        )),
        "wanted a file for each case, found none for 2: line 5, line 6"
    );
    assert_eq!(
        found(&format!("{good}d.png,perhaps,Muster3,train,0\n")),
        "wanted labels among no, yes (or listed as `ignored`), found others in 1 cases: line 5"
    );
    assert_eq!(
        found(&format!("{good}d.png,yes,Muster0,test,0\n")),
        "wanted each patient in one part only, found 1 in several: line 2, line 5"
    );
    assert_eq!(
        found(&format!("{good}d.png,yes,Muster0,train,1\n")),
        "wanted each patient in one part only, found 1 in several: line 2, line 5"
    );
    assert_eq!(
        found(good),
        "wanted cases of at least two classes in the test part, found class 0 only"
    );
    assert_eq!(
        found("a.png,no,Muster0,train\n"),
        "wanted a table of cases, found an error in line 2: 4 cells where the header has 5"
    );
    table(&folder, b"file,label\na.png,no\n");
    let text = listed(with_source(TABLE), &folder).unwrap_err().to_string();
    assert!(
        text.contains("wanted a column patient, found none"),
        "{text}"
    );
}

#[test]
fn labels_that_are_ignored_are_left_out() {
    let folder = folder("data-ignored");
    touch(
        &folder,
        &[
            "images/a.png",
            "images/b.png",
            "images/c.png",
            "images/d.png",
        ],
    );
    table(
        &folder,
        format!(
            "{HEAD}a.png,no,0,train,0\nb.png,yes,1,train,1\nc.png,no,2,test,0\nd.png,yes,3,test,0\nq.png,unsure,4,train,0\n"
        )
        .as_bytes(),
    );
    let source = format!("{TABLE}\nignored = [\"unsure\"]");
    assert_eq!(listed(with_source(&source), &folder).unwrap().len(), 4);
}

const FOLDERS: &str = r#"kind = "folders"
folder = "images"
patient_before = "_"
group_name = "patients"
classes = { no = 0, yes = 1 }
parts = { folds = 2, test = 0.25, seed = 5 }"#;

#[test]
fn folders_of_images_are_dealt_by_patient_and_the_same_each_time() {
    let folder = folder("data-folders");
    for class in ["no", "yes"] {
        for patient in 0..20 {
            let name = |it| format!("images/{class}/{class}{patient}_{it}.png");
            touch(&folder, &[&name(0), &name(1)]);
        }
    }
    let cases = listed(with_source(FOLDERS), &folder).unwrap();
    assert_eq!(cases.len(), 80);
    let patients = |test: &dyn Fn(&Case) -> bool| -> BTreeSet<String> {
        cases
            .iter()
            .filter(|it| test(it))
            .map(|it| it.group.clone())
            .collect()
    };
    // A quarter of each class's 20 patients, and half of the rest in each fold; `check` saw that nobody is in two.
    assert_eq!(patients(&|it| it.is_test).len(), 10);
    assert_eq!(patients(&|it| it.is_test && it.class == Some(1)).len(), 5);
    assert_eq!(patients(&|it| !it.is_test && it.fold == "0").len(), 15);
    assert_eq!(patients(&|it| !it.is_test && it.fold == "1").len(), 15);
    let parts = |cases: &[Case]| -> Vec<_> {
        cases
            .iter()
            .map(|it| (it.is_test, it.fold.clone()))
            .collect()
    };
    let again = listed(with_source(FOLDERS), &folder).unwrap();
    assert_eq!(parts(&cases), parts(&again));
    let other = with_source(&FOLDERS.replace("seed = 5", "seed = 6"));
    assert_ne!(parts(&cases), parts(&listed(other, &folder).unwrap()));
}

#[test]
fn folders_of_other_names_are_counted_and_refused() {
    let folder = folder("data-strange-folders");
    touch(
        &folder,
        &[
            "images/no/a_1.png",
            "images/yes/b_1.png",
            "images/Muster/c_1.png",
        ],
    );
    let text = listed(with_source(FOLDERS), &folder)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("found 1 folders of other names") && !text.contains("Muster"),
        "{text}"
    );
    fs::remove_dir_all(folder.join("images/yes")).unwrap();
    let text = listed(with_source(FOLDERS), &folder)
        .unwrap_err()
        .to_string();
    assert!(text.contains("yes among them"), "{text}");
}

fn scan(decoder: &Decoder, path: &Path) -> Result<Scan, String> {
    match decoder.open(path).map_err(|it| it.to_string())? {
        Opened::Scan(scan) => Ok(scan),
        Opened::Chart(chart) => Err(format!("wanted a scan, found {}", chart.summary())),
    }
}

/// A DICOM object of a size and a depth of its own, with a bright corner if it is of class 1.
fn object(number: usize, class: usize) -> Vec<u8> {
    let side = 24 + 4 * (number % 3);
    let bits = if number.is_multiple_of(2) { 8 } else { 16 };
    let mut fields = Fields::gray(side as u16, side as u16, bits);
    fields.text(0x0008_0018, b"UI", &format!("1.2.3.{number}"));
    let most = if bits == 8 { 255 } else { 4095 };
    let value = |x: usize, y: usize| {
        let is_bright = if class == 1 {
            side / 2 < x && side / 2 < y
        } else {
            x < side / 2 && y < side / 2
        };
        let grain = (x * 31 + y * 17 + number * 7) % 11 * most / 22;
        (grain + if is_bright { most / 2 } else { 0 }) as u16
    };
    let values = (0..side * side).map(|it| value(it % side, it / side));
    let bytes: Vec<u8> = if bits == 8 {
        values.map(|it| it as u8).collect()
    } else {
        values.flat_map(u16::to_le_bytes).collect()
    };
    fields.pixels(bytes);
    fields.part10()
}

#[test]
fn dicom_objects_of_mixed_sizes_and_depths_are_found_by_their_uid_and_learned() {
    wardlight::nn::tuning::set_threads(1);
    let folder = folder("data-dicom");
    let mut rows = String::from("uid,label,patient,part,fold\n");
    for number in 0..32 {
        // The names say nothing, and the folders nest.
        let path = folder.join(format!("images/s{}/IM{:04}", number % 4, 900 - number));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        disk::write_atomic(&path, &object(number, number % 2)).unwrap();
        let part = if number < 24 { "train" } else { "test" };
        let label = ["no", "yes"][number % 2];
        let (patient, fold) = (number / 2, number / 2 % 2);
        rows.push_str(&format!(
            "1.2.3.{number},{label},p{patient},{part},{fold}\n"
        ));
    }
    table(&folder, rows.as_bytes());
    let source = TABLE
        .replace("kind = \"images\"", "kind = \"dicom\"")
        .replace("key = \"file\"", "key = \"uid\"");
    let decoder = decoder();
    let open = |path: &Path| scan(&decoder, path);
    let job = job(with_source(&source), &folder, &open);
    let metrics = training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    let auroc = metrics
        .iter()
        .find(|it| it.name == "AUROC" && it.set == "test");
    assert!(0.9 < auroc.unwrap().estimate.value, "{metrics:?}");
    table(
        &folder,
        format!("{rows}1.2.3.99,no,p99,train,0\n").as_bytes(),
    );
    let text = training::train(&job, &Task::default(), &mut |_| {})
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "wanted a file for each case, found none for 1: line 34"
    );
}

/// What an archive holds under one name.
struct Array<'a> {
    name: &'a str,
    kind: &'a str,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// An NPZ file, by the format's own description (numpy.lib.format, version 1.0).
fn npz(arrays: &[Array<'_>], method: zip::CompressionMethod) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for Array {
        name,
        kind,
        shape,
        bytes,
    } in arrays
    {
        let shape: String = shape.iter().map(|it| format!("{it}, ")).collect();
        let mut header =
            format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
        while (header.len() + 11) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(b"\x93NUMPY\x01\x00").unwrap();
        let length = u16::try_from(header.len()).unwrap();
        archive.write_all(&length.to_le_bytes()).unwrap();
        archive.write_all(header.as_bytes()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The six arrays of a small archive; the class of a picture is where it is bright.
fn arrays(channels: usize) -> Vec<Array<'static>> {
    let part = |images: &'static str, labels: &'static str, first: usize, n: usize| {
        let value = |idx: usize| {
            let (number, idx) = (first + idx / (784 * channels), idx % (784 * channels));
            let (x, y) = (idx / channels % 28, idx / channels / 28);
            let is_bright = if number % 2 == 1 {
                14 < x && 14 < y
            } else {
                x < 14 && y < 14
            };
            let grain = (x * 31 + y * 17 + number * 7) % 11 * 10;
            // Red, green and blue differ, so that nothing takes the picture for a grey one.
            let tint = idx % channels * 45;
            (grain + tint + if is_bright { 50 } else { 0 }) as u8
        };
        let mut shape = vec![n, 28, 28];
        if channels == 3 {
            shape.push(3);
        }
        let pixels = (0..n * 784 * channels).map(value).collect();
        let truth = (0..n).map(|it| ((first + it) % 2) as u8).collect();
        [
            Array {
                name: images,
                kind: "|u1",
                shape,
                bytes: pixels,
            },
            Array {
                name: labels,
                kind: "|u1",
                shape: vec![n, 1],
                bytes: truth,
            },
        ]
    };
    [
        part("train_images", "train_labels", 0, 24),
        part("val_images", "val_labels", 24, 8),
        part("test_images", "test_labels", 32, 8),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const MEDMNIST: &str = r#"kind = "medmnist"
table = "small.npz"
classes = { 0 = 0, 1 = 1 }"#;

#[test]
fn a_medmnist_archive_is_read_in_the_worker_and_learned() {
    wardlight::nn::tuning::set_threads(1);
    let decoder = decoder();
    let open = |path: &Path| scan(&decoder, path);
    let open_arrays = |path: &Path| decoder.open_arrays(path).map_err(|it| it.to_string());
    for (channels, method) in [
        (1, zip::CompressionMethod::Deflated),
        (3, zip::CompressionMethod::Stored),
    ] {
        let folder = folder(&format!("data-npz-{channels}"));
        disk::write_atomic(&folder.join("small.npz"), &npz(&arrays(channels), method)).unwrap();
        let mut recipe = with_source(MEDMNIST);
        if let (3, wardlight::prep::Spec::Image(spec)) = (channels, &mut recipe.prep) {
            (spec.colour, spec.channels) = (true, 3);
            let wardlight::model::Network::ResNetS(network) = &mut recipe.network else {
                panic!("a residual network")
            };
            network.in_channels = 3;
        }
        let mut job = job(recipe, &folder, &open);
        job.open_arrays = &open_arrays;
        let metrics = training::train(&job, &Task::default(), &mut |_| {}).unwrap();
        let auroc = metrics
            .iter()
            .find(|it| it.name == "AUROC" && it.set == "test");
        assert!(
            0.9 < auroc.unwrap().estimate.value,
            "{channels}: {metrics:?}"
        );
        Bundle::open(&job.out).unwrap();
    }
}

#[test]
fn hostile_archives_are_refused_and_an_archive_is_no_scan() {
    let decoder = decoder();
    let folder = folder("data-hostile-npz");
    let path = folder.join("it.npz");
    let found = |bytes: &[u8]| {
        disk::write_atomic(&path, bytes).unwrap();
        decoder.open_arrays(&path).unwrap_err().to_string()
    };
    let whole = npz(&arrays(1), zip::CompressionMethod::Deflated);
    disk::write_atomic(&path, &whole).unwrap();
    assert_eq!(decoder.open_arrays(&path).unwrap()[1].labels.len(), 8);
    assert!(matches!(decoder.open(&path), Err(ImportError::Refused(_))));
    for twentieth in 0..20 {
        found(&whole[..whole.len() * twentieth / 20]);
    }
    let changed = |idx: usize, change: &dyn Fn(&mut Array<'_>)| {
        let mut arrays = arrays(1);
        change(&mut arrays[idx]);
        found(&npz(&arrays, zip::CompressionMethod::Deflated))
    };
    type Change<'a> = &'a dyn Fn(&mut Array<'_>);
    let cases: [(usize, Change<'_>, &str); 9] = [
        (0, &|it| it.kind = "<f8", "numbers of 8 bits"),
        (0, &|it| it.kind = "|O", "train_images"),
        (2, &|it| it.shape = vec![1 << 20; 3], "a number of samples"),
        (2, &|it| it.shape.push(28), "from the decode worker"),
        (2, &|it| it.shape[0] = 7, "more numbers than its shape"),
        (3, &|it| it.bytes.push(1), "more numbers than its shape"),
        (
            4,
            &|it| it.shape = vec![8 * 28, 28],
            "images of rows and columns",
        ),
        (5, &|it| it.shape = vec![2, 4], "one label for each image"),
        (1, &|it| it.name = "labels", "an array train_labels"),
    ];
    for (idx, change, want) in cases {
        let text = changed(idx, change);
        assert!(text.contains(want), "wanted {want:?}, found {text}");
    }
    let note = decoder.open_arrays(Path::new("README.md")).unwrap_err();
    assert!(matches!(note, ImportError::Refused(_)), "{note}");
}

#[test]
fn images_that_cannot_be_read_are_named_together() {
    let folder = folder("data-unread");
    let row = |it: usize| {
        let part = if it < 6 { "train" } else { "test" };
        let label = ["no", "yes"][it % 2];
        format!("{it}.png,{label},p{it},{part},0\n")
    };
    table(
        &folder,
        (HEAD.to_owned() + &(0..8).map(row).collect::<String>()).as_bytes(),
    );
    for it in 0..8 {
        touch(&folder, &[&format!("images/{it}.png")]);
    }
    let open = |path: &Path| match path.file_stem().unwrap().to_str().unwrap() {
        "2" | "5" => Err("it is broken".to_owned()),
        _ => Ok(picture(0, 0)),
    };
    let found = training::train(
        &job(with_source(TABLE), &folder, &open),
        &Task::default(),
        &mut |_| {},
    );
    assert!(matches!(found, Err(Error::Unread { n: 2, .. })));
    let text = found.unwrap_err().to_string();
    assert!(
        text.contains("line 4, line 7; the first because: it is broken"),
        "{text}"
    );
}

#[test]
fn a_chest_is_mirrored_only_by_name() {
    let path = folder("data-flips").join("recipe.toml");
    let chest = "models/recipes/chest-pneumonia-adult.toml";
    let text = fs::read_to_string(chest).unwrap() + "flips = [\"horizontal\"]\n";
    disk::write_atomic(&path, text.as_bytes()).unwrap();
    let error = Recipe::open(&path).unwrap_err().to_string();
    assert!(error.contains("whose heart is on one side"), "{error}");
    disk::write_atomic(&path, (text + "sides_alike = true\n").as_bytes()).unwrap();
    Recipe::open(&path).unwrap();
}

/// Trainings under way, and the checkpoints of those that are done, go on: what a recipe does not name is not hashed.
#[test]
fn a_shipped_recipe_keeps_its_identity() {
    // The folder that the program before new knobs made for this recipe.
    let recipe = Recipe::open(Path::new("models/recipes/chest-pneumonia-paediatric.toml"));
    assert_eq!(recipe.unwrap().identity().short(), "66b36982");
}

#[test]
fn degrees_and_endings_come_from_the_table() {
    let folder = folder("data-degrees");
    let names = ["a", "b", "c", "d", "e"].map(|it| format!("images/{it}.png"));
    touch(&folder, &names.each_ref().map(String::as_str));
    let text = "file,label,patient,part,fold,grade\n\
                a,no,p,train,0,1\n\
                b,unclear,q,train,0,3\n\
                c,yes,r,train,1,5\n\
                d,yes,s,test,0,?\n\
                e,no,t,test,0,2\n\
                f,unclear,u,test,0,?\n";
    table(&folder, text.as_bytes());
    let degrees = r#"
ending = ".png"
ignored = ["unclear"]
degrees = { column = "grade", values = { 1 = 0.0, 3 = 0.5, 5 = 1.0 } }"#;
    let cases = listed(with_source(&format!("{TABLE}{degrees}")), &folder).unwrap();
    let found: Vec<_> = cases.iter().map(|it| (it.class, it.degree)).collect();
    assert_eq!(
        found,
        [
            (Some(0), Some(0.0)),
            (None, Some(0.5)),
            (Some(1), Some(1.0)),
            (Some(1), None),
            (Some(0), None)
        ]
    );
    let Content::File(path) = &cases[1].content else {
        panic!("a file")
    };
    assert!(path.ends_with("images/b.png"), "{}", path.display());
}

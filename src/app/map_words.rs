//! What the tests and the check of an influence map found, in the language of the window. The command line says the same
//! in English by `prediction` and `model`.

use super::words::capital;
use crate::{
    model::Manifest,
    prediction::{Faithfulness, Method},
    words::{Part, Words},
};

/// What the test of a method on this model says.
pub(super) fn tested(words: &Words, manifest: &Manifest, method: Method) -> String {
    let name = capital(method.name());
    let name = ("method", Part::from(&name));
    if let Some(it) = manifest.erasures.iter().find(|it| it.method == method) {
        let (gone, left) = (it.found.comprehensiveness, it.found.sufficiency);
        let numbers = [gone.own, gone.random, left.own, left.random].map(|it| format!("{it:.2}"));
        let [gone, gone_random, left, left_random] = &numbers;
        let parts = [
            name,
            ("gone", gone.into()),
            ("goneRandom", gone_random.into()),
            ("left", left.into()),
            ("leftRandom", left_random.into()),
            ("n", Part::Number(it.n as u64)),
        ];
        return words.say_with("map-tested-erasure", &parts);
    }
    match manifest.explanations.iter().find(|it| it.method == method) {
        Some(it) => {
            let (similarity, baseline) = (format!("{:.2}", it.ssim), format!("{:.2}", it.baseline));
            let parts = [
                name,
                ("similarity", Part::from(&similarity)),
                ("baseline", Part::from(&baseline)),
                ("n", Part::Number(it.n as u64)),
            ];
            words.say_with("map-tested", &parts)
        }
        None => words.say_with("map-tested-not", &[name]),
    }
}

/// Why a method of the network is not offered; `None` for one that is.
pub(super) fn not_offered(words: &Words, manifest: &Manifest, method: Method) -> Option<String> {
    manifest.why_not(method)?;
    let name = capital(method.name());
    let name = ("method", Part::from(&name));
    let number = |it: f32| format!("{it:.2}");
    let failed = manifest.explanations.iter().find(|it| it.method == method);
    if let Some(it) = failed.filter(|it| !it.passes) {
        let (similarity, baseline) = (format!("{:.2}", it.ssim), format!("{:.2}", it.baseline));
        let parts = [
            name,
            ("similarity", Part::from(&similarity)),
            ("baseline", Part::from(&baseline)),
        ];
        return Some(words.say_with("limits-maps-alike", &parts));
    }
    let erased = manifest.erasures.iter().find(|it| it.method == method);
    let Some(it) = erased.filter(|it| !it.passes) else {
        return Some(words.say_with("limits-no-method", &[name]));
    };
    let (gone, left) = (it.found.comprehensiveness, it.found.sufficiency);
    let numbers = [gone.own, gone.random, left.own, left.random].map(number);
    let [gone, gone_random, left, left_random] = &numbers;
    let parts = [
        name,
        ("gone", gone.into()),
        ("goneRandom", gone_random.into()),
        ("left", left.into()),
        ("leftRandom", left_random.into()),
    ];
    Some(words.say_with("limits-no-more", &parts))
}

/// What the check of a map found, in a few words.
pub(super) fn verdict(words: &Words, found: &Faithfulness) -> String {
    match found.n_passed() {
        3 => words.say("map-follows"),
        0 => words.say("map-follows-not"),
        _ => words.say("map-disagree"),
    }
}

/// Its figures as sentences.
pub(super) fn sentences(words: &Words, found: &Faithfulness) -> [String; 2] {
    let Faithfulness {
        deletion,
        insertion,
        road,
    } = found;
    let numbers = [
        format!("{:.2}", deletion.map),
        format!("{:.2}", deletion.random),
        format!("{:.2}", insertion.map),
        format!("{:.2}", insertion.random),
        format!("{:+.2}", road.map).replace('-', "\u{2212}"),
        format!("{:+.2}", road.random).replace('-', "\u{2212}"),
    ];
    let [
        deleted,
        deleted_random,
        shown,
        shown_random,
        road,
        road_random,
    ] = &numbers;
    let of_deletion = [
        ("own", Part::from(deleted)),
        ("random", deleted_random.into()),
    ];
    let of_insertion = [
        ("own", Part::from(shown)),
        ("random", shown_random.into()),
        ("road", road.into()),
        ("roadRandom", road_random.into()),
    ];
    [
        if deletion.map < deletion.random {
            words.say_with("map-deletion", &of_deletion)
        } else {
            words.say_with("map-deletion-not", &of_deletion)
        },
        if insertion.random < insertion.map {
            words.say_with("map-insertion", &of_insertion)
        } else {
            words.say_with("map-insertion-not", &of_insertion)
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::{sentences, verdict};
    use crate::{
        app::words::capital,
        prediction::{Against, Faithfulness},
        words::{Language, Words},
    };

    /// In English the window and the command line must not part, but for the sign of a minus.
    #[test]
    fn the_window_and_the_command_line_say_the_same_of_a_map() {
        let words = Words::new(Language::English);
        let of = |map, random| Against { map, random };
        for found in [
            Faithfulness {
                deletion: of(0.2, 0.5),
                insertion: of(0.7, 0.4),
                road: of(0.1, 0.0),
            },
            Faithfulness {
                deletion: of(0.5, 0.2),
                insertion: of(0.4, 0.7),
                road: of(-0.1, 0.05),
            },
            Faithfulness {
                deletion: of(0.2, 0.5),
                insertion: of(0.4, 0.7),
                road: of(0.1, 0.0),
            },
        ] {
            assert_eq!(verdict(&words, &found), capital(found.verdict()));
            let said = sentences(&words, &found).map(|it| it.replace('\u{2212}', "-"));
            assert_eq!(said, found.sentences());
        }
    }
}

//! What the randomisation test of explanation methods found: in words, in a card, and in a bundle that is there already.

use std::path::Path;

use super::{
    Bundle, Error, bundle,
    manifest::{ErasureTest, ExplanationTest},
};
use crate::{disk, prediction::Erasure};

/// The heading of the card's section.
const HEADING: &str = "## Explanations\n";
/// The heading that the section stands before.
const NEXT: &str = "## Training\n";

/// One method in one line.
pub fn test_line(test: &ExplanationTest) -> String {
    let verdict = if test.passes { "passes" } else { "fails" };
    format!(
        "{:20} {verdict}: similarity {:.3} with random weights, {:.3} between pictures, n = {}",
        test.method.name(),
        test.ssim,
        test.baseline,
        test.n
    )
}

/// The section of a card; empty for a model that was not tested.
pub fn card_section(tests: &[ExplanationTest]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{HEADING}\nWhether a method's maps depend on what the model learned (randomisation test, Adebayo et al. 2018): structural \
         similarity of maps before and after the weights were made random from the head down, beside that between maps of \
         different pictures. A method that does not fall below it is not offered. The map of a method that passes can still \
         be wrong about a picture: check it there.\n\n| method | after each step of the cascade | all random | between pictures \
         | pictures | |\n|---|---|---|---|---|---|\n"
    );
    for test in tests {
        let steps: Vec<String> = test.cascade.iter().map(|it| format!("{it:.2}")).collect();
        let steps = if steps.is_empty() {
            "not tried".to_owned()
        } else {
            steps.join(", ")
        };
        let verdict = if test.passes {
            "passes"
        } else {
            "fails: not offered"
        };
        text += &format!(
            "| {} | {steps} | {:.3} | {:.3} | {} | {verdict} |\n",
            test.method.name(),
            test.ssim,
            test.baseline,
            test.n
        );
    }
    text
}

/// The section of the card of a text model; empty for one that was not tested.
pub fn erasure_section(tests: &[ErasureTest]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{HEADING}\nWhether the score rests on the words that a method puts first (ERASER: DeYoung et al. 2020): probability lost \
         when these words are taken away (comprehensiveness, high is good) and when nothing else is left (sufficiency, low is \
         good), mean over the first 1, 5, 10, 20 and 50 % of the words, beside the same for random words. A method that is not \
         better than random words in both is not offered.\n\n| method | comprehensiveness | of random words | sufficiency | of \
         random words | notes | |\n|---|---|---|---|---|---|---|\n"
    );
    for test in tests {
        let Erasure {
            comprehensiveness,
            sufficiency,
        } = test.found;
        let verdict = if test.passes {
            "passes"
        } else {
            "fails: not offered"
        };
        text += &format!(
            "| {} | {:.3} | {:.3} | {:.3} | {:.3} | {} | {verdict} |\n",
            test.method.name(),
            comprehensiveness.own,
            comprehensiveness.random,
            sufficiency.own,
            sufficiency.random,
            test.n
        );
    }
    text
}

/// Writes the tests into the manifest and the card of a bundle that lies in `folder`; weights and figures stay as they are.
///
/// # Errors
/// A folder that cannot be written.
pub fn write(folder: &Path, bundle: &Bundle, tests: &[ExplanationTest]) -> Result<(), Error> {
    let mut manifest = bundle.manifest.clone();
    manifest.explanations = tests.to_vec();
    let text = manifest.to_toml()?;
    let card = with_section(&bundle.card, &card_section(tests));
    disk::write_atomic(&folder.join(bundle::CARD), card.as_bytes())?;
    Ok(disk::write_atomic(
        &folder.join(bundle::MANIFEST),
        text.as_bytes(),
    )?)
}

/// The card with the section in its place: instead of an earlier one, else before the training, else at the end.
fn with_section(card: &str, section: &str) -> String {
    let mut card = card.to_owned();
    if let Some(start) = card.find(HEADING) {
        let rest = card.get(start + HEADING.len()..).unwrap_or_default();
        let end = rest
            .find("\n## ")
            .map_or(card.len(), |it| start + HEADING.len() + it + 1);
        card.replace_range(start..end, "");
    }
    match card.find(NEXT) {
        Some(at) => card.insert_str(at, &format!("{section}\n")),
        None => card += &format!("\n{section}"),
    }
    card
}

#[cfg(test)]
mod tests {
    use super::{card_section, with_section};
    use crate::{model::manifest::ExplanationTest, prediction::Method};

    #[test]
    fn a_section_takes_the_place_of_the_one_before() {
        let test = |ssim: f64| ExplanationTest {
            method: Method::GradCam,
            ssim,
            baseline: 0.5,
            cascade: vec![0.9, ssim],
            n: 16,
            passes: ssim < 0.5,
        };
        let card =
            "# Title\n\n## Figures\n\n| a |\n\n## Training\n\nBy hand.\n\n## Licence\n\nFree.\n";
        let once = with_section(card, &card_section(&[test(0.25)]));
        assert!(
            once.contains("0.250") && once.contains("By hand.\n\n## Licence"),
            "{once}"
        );
        assert!(
            once.find("## Explanations") < once.find("## Training"),
            "{once}"
        );
        let twice = with_section(&once, &card_section(&[test(0.75)]));
        assert!(
            !twice.contains("0.250") && twice.contains("fails: not offered"),
            "{twice}"
        );
        assert_eq!(twice.matches("## ").count(), 4, "{twice}");
        assert_eq!(with_section(&twice, &card_section(&[test(0.25)])), once);
    }
}

//! Training a network to mark answers in notes, with questions made from templates ([`templates`]).
//!
//! 1. take tokenizer and encoder of the bundle that the recipe starts from;
//! 2. make questions about every note, cut them into windows, find the answer's tokens;
//! 3. train, write the bundle, load it as anyone would;
//! 4. measure on questions about the notes of the test part, also apart for phrasings that were never taught.

mod templates;

use std::{ops::Range, time::Instant};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use self::templates::Asked;
use super::{
    Assets, Error, Event, Job, Result, Steps, bundle,
    data::{self, Case},
    evaluate::Answers,
    text::text_of,
};
use crate::{
    case::Note,
    disk,
    model::{Bundle, Model, Task, manifest::Metric, span},
    nn::{
        self, Net,
        train::{
            Knobs,
            spans::{Example, SpanLearner},
        },
    },
    prediction::Estimate,
    prep::{QuestionInput, QuestionSpec, Spec, Tokenizer, prepare_question},
    stats::{self, Unit},
};

/// Draws of the bootstrap.
const N_DRAWS: usize = 2000;
/// Added to the seed for the questions of the test part.
const TEST_SHIFT: u64 = 1;

/// A question of the test part and what was answered.
struct Answered {
    wanted: Option<String>,
    found: Option<String>,
    is_new: bool,
    /// The note's group.
    group: String,
}

/// Trains, measures and writes a bundle; gives the figures.
pub(super) fn train(
    job: &Job<'_>,
    knobs: &Knobs,
    task: &Task,
    on_event: &mut dyn FnMut(&Event),
) -> Result<Vec<Metric>> {
    let started = Instant::now();
    let recipe = &job.recipe;
    let Spec::Question(spec) = &recipe.prep else {
        return Err(odd("questions need `prep.kind = \"question\"`"));
    };
    let (encoder, tokenizer_bytes) = start(job)?;
    let tokenizer = Tokenizer::parse(&tokenizer_bytes)?;
    let cases = data::read(&recipe.source, job)?;
    let examples = examples(&cases, spec, &tokenizer, knobs.seed)?;
    let test: Vec<&Case> = cases.iter().filter(|it| it.is_test).collect();
    on_event(&Event::Prepared {
        cases: examples.len(),
        test_cases: test.len(),
        seconds: started.elapsed().as_secs_f64(),
    });
    let identity = recipe.identity();
    let work = job
        .work
        .join(format!("{}-{}", recipe.name, identity.short()));
    disk::create_folder(&work)?;
    let mut steps = Steps {
        work,
        checkpoint_every: job.checkpoint_every,
        task,
        on_event,
    };
    let weights = fit(job, knobs, (&encoder, &examples), &mut steps)?;
    let assets = Assets {
        network: recipe.network.clone(),
        tokenizer: Some(tokenizer_bytes),
    };
    let mut draft = bundle::Draft::new(
        job,
        assets,
        (vec![weights], None),
        (&Answers::default(), None),
        None,
    )?;
    draft.write(job, &[])?;
    let mut loaded = bundle::load(&job.out, job.threads)?;
    let mut random = StdRng::seed_from_u64(knobs.seed.wrapping_add(TEST_SHIFT));
    let mut answered = Vec::new();
    for case in test {
        if task.is_cancelled() {
            return Err(crate::model::Error::Cancelled.into());
        }
        answered.extend(answers(
            case,
            spec,
            (&tokenizer, loaded.model.as_mut()),
            &mut random,
        )?);
    }
    let metrics = measure(&answered, knobs.seed);
    draft.write(job, &metrics)?;
    (steps.on_event)(&Event::Measured {
        metrics: metrics.clone(),
    });
    (steps.on_event)(&Event::Written {
        folder: job.out.clone(),
    });
    Ok(metrics)
}

fn odd(cause: &str) -> Error {
    Error::Recipe {
        cause: cause.to_owned(),
    }
}

/// Weights and tokenizer of the bundle that the recipe starts from.
fn start(job: &Job<'_>) -> Result<(Vec<u8>, Vec<u8>)> {
    let start = job.recipe.start_from.as_ref();
    let start = start.ok_or_else(|| odd("questions need `start_from`, a model of notes"))?;
    let bundle = Bundle::open(&start.folder(&job.out))?;
    let found = bundle.manifest.weights.sha256;
    if start.sha256.is_some_and(|it| it != found) {
        return Err(odd(
            "the bundle to start from has other weights than were named",
        ));
    }
    let tokenizer = bundle.tokenizer;
    let tokenizer = tokenizer.ok_or_else(|| odd("the bundle to start from has no tokenizer"))?;
    Ok((bundle.weights, tokenizer))
}

/// Questions about every note that is not test, as windows.
fn examples(
    cases: &[Case],
    spec: &QuestionSpec,
    tokenizer: &Tokenizer,
    seed: u64,
) -> Result<Vec<Example>> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut examples = Vec::new();
    for case in cases.iter().filter(|it| !it.is_test) {
        let text = text_of(case).unwrap_or_default();
        for asked in templates::ask(text, true, &mut random) {
            let note = Note::plain(text);
            let input = prepare_question(&note, asked.question, spec, tokenizer)?;
            examples.extend(of_question(input, asked.answer.as_ref(), &mut random));
        }
    }
    Ok(examples)
}

/// The trained weights, float16.
fn fit(
    job: &Job<'_>,
    knobs: &Knobs,
    (encoder, examples): (&[u8], &[Example]),
    steps: &mut Steps<'_>,
) -> Result<Vec<u8>> {
    let recipe = &job.recipe;
    nn::train::seed(knobs.seed);
    let (mut vars, net) = nn::fresh(&recipe.network, recipe.labels.len())?;
    nn::train::start_encoder(&vars, encoder)?;
    let Net::Transformer(net) = &net else {
        return Err(odd("questions need a Transformer"));
    };
    let mut learner = SpanLearner {
        net,
        examples,
        knobs: knobs.clone(),
    };
    steps.run(("spans", None), &vars, &mut learner, knobs)?;
    Ok(nn::train::to_half(&mut vars)?)
}

/// A window with the answer and one without, where there are such; of a question without an answer, one window.
fn of_question(
    input: QuestionInput,
    answer: Option<&Range<usize>>,
    random: &mut StdRng,
) -> Vec<Example> {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for window in input.windows {
        let place = answer.and_then(|it| {
            let is_in = |span: &Range<usize>| span.start < it.end && it.start < span.end;
            let first = window.spans.iter().position(is_in)?;
            let last = window.spans.iter().rposition(is_in)?;
            // Both ends, or it is cut by the window's edge.
            let is_whole =
                window.spans.get(first)?.start <= it.start && it.end <= window.spans.get(last)?.end;
            is_whole.then(|| [first, last].map(|it| (window.first + it) as i64))
        });
        let cuts_it = answer.is_some_and(|it| {
            let touches = |span: &Range<usize>| span.start < it.end && it.start < span.end;
            place.is_none() && window.spans.iter().any(touches)
        });
        match place {
            Some(ends) => with.push(Example { window, ends }),
            None if cuts_it => {}
            None => without.push(Example {
                window,
                ends: [0, 0],
            }),
        }
    }
    let mut any = |mut all: Vec<Example>| {
        let n = all.len();
        (0 < n).then(|| all.swap_remove(random.random_range(0..n)))
    };
    [any(with), any(without)].into_iter().flatten().collect()
}

/// Asks about a note of the test part.
fn answers(
    case: &Case,
    spec: &QuestionSpec,
    (tokenizer, model): (&Tokenizer, &mut dyn Model),
    random: &mut StdRng,
) -> Result<Vec<Answered>> {
    let text = text_of(case).unwrap_or_default();
    let mut all = Vec::new();
    for Asked {
        question,
        answer,
        is_new,
    } in templates::ask(text, false, random)
    {
        let input = prepare_question(&Note::plain(text), question, spec, tokenizer)?;
        let choice = span::choose(&input, &model.spans(&input)?, spec);
        let cut = |it: &Range<usize>| text.get(it.clone()).unwrap_or_default().to_owned();
        all.push(Answered {
            wanted: answer.as_ref().map(cut),
            found: choice.answer().map(|it| cut(&it.bytes)),
            is_new,
            group: case.group.clone(),
        });
    }
    Ok(all)
}

/// The figures of SQuAD 2, with intervals over notes, for all questions and for phrasings that were not taught.
fn measure(answered: &[Answered], seed: u64) -> Vec<Metric> {
    let sets = [
        ("test, template questions", false),
        ("test, phrasings that were not taught", true),
    ];
    let mut metrics = Vec::new();
    for (set, is_new_only) in sets {
        let part: Vec<&Answered> = answered
            .iter()
            .filter(|it| it.is_new || !is_new_only)
            .collect();
        let units: Vec<Unit> = part
            .iter()
            .map(|it| Unit {
                stratum: 0,
                patient: it.group.clone(),
            })
            .collect();
        for (name, figure) in FIGURES {
            let all: Vec<usize> = (0..part.len()).collect();
            let of = |at: &[usize]| {
                figure(
                    &at.iter()
                        .filter_map(|it| part.get(*it).copied())
                        .collect::<Vec<_>>(),
                )
            };
            let (Some(value), Some(interval)) =
                (of(&all), stats::bootstrap(&units, N_DRAWS, seed, of))
            else {
                continue;
            };
            metrics.push(Metric {
                name: name.to_owned(),
                set: set.to_owned(),
                estimate: Estimate {
                    value,
                    low: interval.low,
                    high: interval.high,
                    n: part.len(),
                },
            });
        }
    }
    metrics
}

/// A statistic of answered questions.
type Figure = fn(&[&Answered]) -> Option<f64>;

const FIGURES: [(&str, Figure); 4] = [
    ("exact match", |all| mean(all, &stats::exact_match)),
    ("F1 of words", |all| mean(all, &stats::word_f1)),
    ("F1 of words, where the note tells", |all| {
        let told: Vec<&Answered> = all
            .iter()
            .copied()
            .filter(|it| it.wanted.is_some())
            .collect();
        mean(&told, &stats::word_f1)
    }),
    ("F1 of no answer", |all| {
        let (mut both, mut either) = (0.0, 0.0);
        for it in all {
            let (wanted, found) = (it.wanted.is_none(), it.found.is_none());
            both += f64::from(u8::from(wanted && found));
            either += f64::from(u8::from(wanted)) + f64::from(u8::from(found));
        }
        (0.0 < either).then(|| 2.0 * both / either)
    }),
];

/// No answer is like no answer, and unlike every other.
fn mean(all: &[&Answered], likeness: &dyn Fn(&str, &str) -> f64) -> Option<f64> {
    let one = |it: &&Answered| match (&it.found, &it.wanted) {
        (Some(found), Some(wanted)) => likeness(found, wanted),
        (None, None) => 1.0,
        _ => 0.0,
    };
    (!all.is_empty()).then(|| all.iter().map(one).sum::<f64>() / all.len() as f64)
}

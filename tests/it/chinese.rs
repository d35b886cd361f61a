//! The pages in Chinese: what the window says itself is Chinese, and what a bundle or a file brings stands as it is.

use std::{collections::BTreeSet, path::Path};

use egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use regex::Regex;
use serde_json::Value;
use wardlight::{
    app::{App, Options},
    engine::{self, Parts},
    privacy::Phi,
    session::{Content, Item},
    settings::Settings,
    words::Language,
};

use crate::{
    app::{built, options, press, wait, wait_until_ready},
    command::scratch,
    fake,
    lock::spoken,
    pages::report,
    patient,
};

/// What stands in English on purpose.
const QUOTED: [&str; 3] = [
    // The source of NEWS2, as it is cited.
    "Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017",
    // What a test types.
    "Does she have a rash?",
    // Names of methods.
    "integrated gradients",
];

fn window(name: &str, files: &[&str], parts: Parts) -> Harness<'static, App> {
    window_with(name, files, parts, Settings::default())
}

fn window_with(
    name: &str,
    files: &[&str],
    parts: Parts,
    settings: Settings,
) -> Harness<'static, App> {
    let folder = scratch(name).join("settings");
    let chosen = Settings {
        language: Some(Language::Chinese),
        ..settings
    };
    chosen.save(&folder).unwrap();
    let options = Options {
        settings_folder: Some(folder),
        ..options(files.iter().map(Into::into).collect(), parts)
    };
    let mut harness = built([1800.0, 2400.0], options);
    wait_until_ready(&mut harness, files.len());
    harness
}

/// Files of `patient` by their names.
fn files() -> Parts {
    Parts {
        open: engine::one_by_one(patient::open),
        ..fake::parts()
    }
}

/// All strings of a value.
fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(it) => drop(found.insert(it.clone())),
        Value::Array(all) => all.iter().for_each(|it| strings(it, found)),
        Value::Object(all) => all.values().for_each(|it| strings(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What comes from bundles and files.
fn brought(harness: &Harness<'static, App>) -> BTreeSet<String> {
    let state = harness.state().state();
    let mut found: BTreeSet<String> = QUOTED.iter().map(|it| (*it).to_owned()).collect();
    let mut take = |it: Value| strings(&it, &mut found);
    for model in &state.models {
        take(serde_json::to_value(model.as_ref()).unwrap());
    }
    for prediction in state.items.iter().filter_map(Item::prediction) {
        let mut prediction = serde_json::to_value(prediction).unwrap();
        // Remarks are the program's own.
        for own in ["warnings", "beyond_scope"] {
            prediction.as_object_mut().unwrap().remove(own).unwrap();
        }
        take(prediction);
    }
    if let Some(shown) = state.evaluating.report.ready() {
        take(serde_json::to_value(shown.report.as_ref()).unwrap());
    }
    if let Some((_, note)) = state.note() {
        let text = note.note.text.reveal();
        found.extend(text.lines().map(str::to_owned));
        found.extend(text.split(['.', '?', ':']).map(str::to_owned));
        found.insert(text.clone());
    }
    found
}

/// Three Latin words or more in a row that no bundle and no file has brought.
#[track_caller]
fn check(harness: &Harness<'static, App>) -> String {
    let said = spoken(harness);
    let mut rest = said.to_lowercase();
    let mut brought: Vec<String> = brought(harness)
        .into_iter()
        .map(|it| format!("{it:?}").trim_matches('"').trim().to_lowercase())
        .filter(|it| it.contains(' '))
        .collect();
    brought.sort_by_key(|it| std::cmp::Reverse(it.len()));
    for it in &brought {
        rest = rest.replace(it, "…");
    }
    let items = &harness.state().state().items;
    let notes = items.iter().filter_map(|it| match &it.content {
        Content::Note(note) => Some(note.note.text.reveal().to_lowercase()),
        Content::Scan(_) | Content::Series(_) | Content::Sequence(_) => None,
    });
    let notes: String = notes.collect();
    let sentence = Regex::new(r"(?:[a-z][a-z'’-]+[ ,;:]+){2,}[a-z][a-z'’-]+").unwrap();
    for line in rest.lines() {
        // A label and a value stand as `Some("…") None`.
        let line = line.replace("some(", "| ").replace("none", "|");
        let found = sentence.find_iter(&line).map(|it| it.as_str());
        // A note is spoken row by row.
        let found: Vec<&str> = found.filter(|it| !notes.contains(it)).collect();
        assert!(found.is_empty(), "{found:?} in {line}");
    }
    let n_han = said
        .chars()
        .filter(|it| ('\u{4E00}'..='\u{9FFF}').contains(it));
    assert!(40 < n_han.count(), "{said}");
    said
}

#[test]
fn an_english_sentence_would_be_found() {
    let sentence = Regex::new(r"(?:[a-z][a-z'’-]+[ ,;:]+){2,}[a-z][a-z'’-]+").unwrap();
    assert!(sentence.is_match("some(\"put it back\")"));
    assert!(!sentence.is_match("some(\"影响图 grad-cam 按 ctrl k 打开\")"));
}

#[test]
fn nothing_open_and_every_sheet_speak_chinese() {
    let mut harness = window("chinese-empty", &[], fake::parts());
    for words in ["打开影像、病历或病程", "选择文件…", "打开示例病例"] {
        assert!(check(&harness).contains(words), "{words}");
    }
    for (modifiers, key, words) in [
        (Modifiers::COMMAND, Key::K, "审计日志"),
        (Modifiers::NONE, Key::F1, "快捷键与鼠标"),
        (Modifiers::COMMAND | Modifiers::SHIFT, Key::O, "打开路径"),
    ] {
        press(&mut harness, modifiers, key);
        let said = check(&harness);
        assert!(said.contains(words), "{words} in {said}");
        press(&mut harness, Modifiers::NONE, Key::Escape);
    }
    // The emergency is found by the word that the notice of a missing right names.
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness
        .get_by_role_and_label(Role::SearchInput, "搜索全部操作")
        .type_text("紧急");
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let said = check(&harness);
    assert!(said.contains("紧急访问"), "{said}");
}

#[test]
fn a_scan_and_its_note_speak_chinese_before_and_after_they_are_scored() {
    let mut harness = window("chinese-scan", &["chest.dcm", "note.txt"], fake::parts());
    let said = check(&harness);
    assert!(said.contains("第 1 帧，共 1 帧"), "{said}");
    press(&mut harness, Modifiers::NONE, Key::P);
    check(&harness);
    harness.get_by_label("放到此页").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait(&mut harness, "both answers", |it| {
        let state = it.state().state();
        state.title().ends_with("已评分并解释")
            && state
                .note()
                .is_some_and(|(_, it)| it.explanation().is_some())
    });
    press(&mut harness, Modifiers::NONE, Key::C);
    wait(&mut harness, "the check", |it| {
        it.query_by_label_contains("ROAD").is_some()
    });
    for fold in ["患病率与站点", "模型及其局限"] {
        harness.get_by_label(fold).click();
        harness.run_steps(3);
    }
    press(&mut harness, Modifiers::NONE, Key::A);
    let said = check(&harness);
    for words in [
        "重新评分",
        "是否在模型认知范围内",
        "未检查",
        "影响图",
        "的意见",
        "并列比较",
        "不计算融合概率",
        "叠加图强度",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

#[test]
fn a_course_speaks_chinese_and_names_its_variables() {
    let mut harness = window("chinese-course", &["unnamed.csv"], files());
    let said = check(&harness);
    for words in [
        "心率：118 /min",
        "钠：128 mmol/L",
        "第 2 小时 NEWS2：5 至 19 分",
        "没有安装用于时间序列的模型",
        "起始后小时数",
        "生命体征",
    ] {
        // What is painted is not spoken.
        let is_painted = ["起始后小时数", "生命体征"].contains(&words);
        assert!(is_painted || said.contains(words), "{words} in {said}");
    }
    press(&mut harness, Modifiers::NONE, Key::Comma);
    check(&harness);
    let harness = window("chinese-child", &["chest.dcm", "own.csv"], files());
    let said = check(&harness);
    assert!(
        said.contains("不适用于此患者：该评分适用于 16 岁及以上"),
        "{said}"
    );
    let harness = window("chinese-other", &["chest.dcm", "other.csv"], files());
    let said = check(&harness);
    assert!(
        said.contains("按文件自身内容是另一患者，患者号不同"),
        "{said}"
    );
    let harness = window("chinese-nothing", &["empty.csv"], files());
    assert!(check(&harness).contains("没有可绘制的内容"));
}

#[test]
fn a_note_is_asked_in_chinese() {
    let mut harness = window("chinese-talk", &["talk.txt"], files());
    wait(&mut harness, "the history", |it| {
        it.query_by_label_contains("第 4 轮").is_some()
    });
    harness
        .get_by_role_and_label(Role::TextInput, "向此病历提问")
        .click();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, "向此病历提问")
        .type_text("Does she have a rash?");
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "the answer", |it| {
        it.query_by_label("在病历中显示：rash").is_some()
    });
    let said = check(&harness);
    for words in ["过敏史", "病史（患者自述）", "rash 肯定", "影响与状态"] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

#[test]
fn what_fails_is_told_in_chinese() {
    let mut harness = window("chinese-failure", &["chest.dcm"], fake::parts());
    press(&mut harness, Modifiers::COMMAND, Key::S);
    let said = check(&harness);
    assert!(said.contains("尚无可保存的叠加图"), "{said}");
    let path = Phi::new(std::path::PathBuf::from("/nowhere/broken.dcm"));
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    harness
        .get_by_role_and_label(Role::TextInput, "路径")
        .type_text(path.reveal().to_str().unwrap());
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "the refusal", |it| {
        1 < it.state().state().notices.len()
    });
    harness.run_steps(3);
    let said = check(&harness);
    assert!(said.contains("原因"), "{said}");
}

#[test]
fn the_pages_that_evaluate_and_train_speak_chinese() {
    let mut harness = window("chinese-pages", &["chest.dcm"], fake::parts());
    press(&mut harness, Modifiers::COMMAND, Key::E);
    harness.get_by_label("更多").click_accesskit();
    harness.run_steps(3);
    let said = check(&harness);
    for words in ["评估模型", "已标注图像的表格", "开始评估", "尚无报告"] {
        assert!(said.contains(words), "{words} in {said}");
    }
    press(&mut harness, Modifiers::COMMAND, Key::T);
    let said = check(&harness);
    for words in ["训练模型", "配方", "开始训练", "尚未训练"] {
        assert!(said.contains(words), "{words} in {said}");
    }
    // The narrowest window.
    harness.set_size(vec2(900.0, 560.0));
    harness.run_steps(3);
    check(&harness);
}

#[test]
fn a_report_is_read_in_chinese() {
    let (folder, _report) = report("chinese-report-made");
    let settings = Settings {
        reports: vec![Phi::new(folder.clone())],
        ..Settings::default()
    };
    let mut harness = window_with("chinese-report", &[], fake::parts(), settings);
    press(&mut harness, Modifiers::COMMAND, Key::E);
    harness
        .get_by_role_and_label(Role::ListItem, name(&folder))
        .click();
    wait(&mut harness, "the report", |it| {
        it.state().state().evaluating.report.ready().is_some()
    });
    harness.run_steps(3);
    let said = check(&harness);
    for words in [
        "新的评估",
        "AUROC",
        "95 % 区间",
        "ROC 曲线",
        "决策曲线：净获益",
        "6 幅图像",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

fn name(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap()
}

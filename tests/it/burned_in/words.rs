//! Invented lines, and Arabic letters in the form in which they are joined.

use chacha20::ChaCha8Rng;
use rand::RngExt as _;

use super::Script::{self, Arabic, Chinese, Cyrillic, Digits, Latin};

/// An invented name, number, date or address line.
pub(super) fn invented(rng: &mut ChaCha8Rng, script: Script) -> String {
    let mut pick = |words: &[&str]| words[rng.random_range(0..words.len())].to_owned();
    match script {
        Latin => {
            let family = pick(&[
                "DOE", "Kowalska", "SMITH", "Nguyen", "Garcia", "MUELLER", "O'Brien", "Rossi",
                "Haugen",
            ]);
            let given = pick(&[
                "JOHN", "Anna", "MARIA", "Peter", "Lucia", "HANS", "Aoife", "Ingrid",
            ]);
            match rng.random_range(0..5) {
                0 => format!("{family}^{given}"),
                1 => format!("{family}, {given}"),
                2 => format!("Name: {given} {family}"),
                3 => format!("MRN {:08}", rng.random_range(0..100_000_000)),
                _ => format!("ACC{:07} {family}", rng.random_range(0..10_000_000)),
            }
        }
        Digits => {
            let (year, month, day) = (
                rng.random_range(1925..2026),
                rng.random_range(1..13),
                rng.random_range(1..29),
            );
            match rng.random_range(0..4) {
                0 => format!("{year}-{month:02}-{day:02}"),
                1 => format!(
                    "{day:02}.{month:02}.{year} {:02}:{:02}",
                    rng.random_range(0..24),
                    rng.random_range(0..60)
                ),
                2 => format!("{:010}", rng.random_range(0..10_000_000_000u64)),
                _ => format!("{day:02}/{month:02}/{year}"),
            }
        }
        Chinese => {
            let family = pick(&["王", "李", "张", "刘", "陈", "杨", "赵", "黄"]);
            let given = pick(&["小明", "伟", "芳", "秀英", "建国", "丽华", "志强"]);
            match rng.random_range(0..3) {
                0 => format!("姓名: {family}{given}"),
                1 => format!("{family}{given} {}岁", rng.random_range(18..99)),
                _ => format!(
                    "出生 {}年{}月{}日",
                    rng.random_range(1925..2020),
                    rng.random_range(1..13),
                    rng.random_range(1..29)
                ),
            }
        }
        Cyrillic => {
            let family = pick(&[
                "Иванов",
                "ПЕТРОВА",
                "Смирнов",
                "Кузнецова",
                "ШЕВЧЕНКО",
                "Димитров",
            ]);
            let given = pick(&["Пётр", "АННА", "Ольга", "Сергей", "Юлия"]);
            match rng.random_range(0..2) {
                0 => format!("{family} {given}"),
                _ => format!(
                    "Дата рожд. {:02}.{:02}.{}",
                    rng.random_range(1..29),
                    rng.random_range(1..13),
                    rng.random_range(1925..2020)
                ),
            }
        }
        Arabic => {
            let family = pick(&["حسن", "محمود", "سعيد", "يوسف", "منصور", "كريم"]);
            let given = pick(&["فاطمة", "عمر", "مريم", "زينب", "خديجة", "نور"]);
            format!("{given} {family}")
        }
    }
}

/// Arabic letters joined and in the order in which they are drawn; anything else as it is.
///
/// A letter's isolated form in the block "Arabic presentation forms B" (Unicode 16, U+FE70 to U+FEFF) is
/// followed by its final form and, if it joins to the left, by its initial and its medial form.
pub(super) fn shaped(text: &str) -> String {
    const LETTERS: [(char, u32, bool); 29] = [
        ('ا', 0xFE8D, false),
        ('ب', 0xFE8F, true),
        ('ة', 0xFE93, false),
        ('ت', 0xFE95, true),
        ('ث', 0xFE99, true),
        ('ج', 0xFE9D, true),
        ('ح', 0xFEA1, true),
        ('خ', 0xFEA5, true),
        ('د', 0xFEA9, false),
        ('ذ', 0xFEAB, false),
        ('ر', 0xFEAD, false),
        ('ز', 0xFEAF, false),
        ('س', 0xFEB1, true),
        ('ش', 0xFEB5, true),
        ('ص', 0xFEB9, true),
        ('ض', 0xFEBD, true),
        ('ط', 0xFEC1, true),
        ('ظ', 0xFEC5, true),
        ('ع', 0xFEC9, true),
        ('غ', 0xFECD, true),
        ('ف', 0xFED1, true),
        ('ق', 0xFED5, true),
        ('ك', 0xFED9, true),
        ('ل', 0xFEDD, true),
        ('م', 0xFEE1, true),
        ('ن', 0xFEE5, true),
        ('ه', 0xFEE9, true),
        ('و', 0xFEED, false),
        ('ي', 0xFEF1, true),
    ];
    let letter = |it: char| LETTERS.iter().find(|(known, ..)| *known == it);
    let characters: Vec<char> = text.chars().collect();
    if !characters.iter().any(|it| letter(*it).is_some()) {
        return text.to_owned();
    }
    let mut drawn = Vec::new();
    for (idx, character) in characters.iter().enumerate() {
        let Some((_, isolated, joins_on)) = letter(*character) else {
            drawn.push(*character);
            continue;
        };
        let before = idx.checked_sub(1).and_then(|it| letter(characters[it]));
        let joined_before = before.is_some_and(|(.., on)| *on);
        let joined_after = *joins_on
            && characters
                .get(idx + 1)
                .is_some_and(|it| letter(*it).is_some());
        let form = match (joined_before, joined_after) {
            (false, false) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (true, true) => 3,
        };
        drawn.push(char::from_u32(isolated + form).unwrap());
    }
    drawn.iter().rev().collect()
}

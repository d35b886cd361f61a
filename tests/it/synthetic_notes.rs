//! Invented clinical notes with what identifies in them marked: seeded, in English and Chinese.
//!
//! No name here is in a list of the rules (`deid_notes` checks it): rare and foreign names, particles, hyphens, apostrophes,
//! and names that are words. Chinese family names come from the rules' list and from beyond it, marked apart. Errors in the
//! second half of every list of templates were never looked at while the rules were written; each identifier says which half it
//! is from. The same person wrote both halves, and the rules: what they measure is not how real notes are written.

use std::ops::Range;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use wardlight::{
    deid::text::Known,
    language::{IdentifierKind as Kind, Language},
    privacy::Phi,
};

/// An identifier of a note.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// Whether the sentence around it was unknown to whoever wrote the rules.
    pub(crate) is_unseen: bool,
    /// A Chinese name whose family name the rules list.
    pub(crate) has_listed_surname: bool,
}

/// A note, what identifies in it, and what its record would know.
pub(crate) struct Synthetic {
    pub(crate) text: String,
    pub(crate) truth: Vec<Truth>,
    pub(crate) known: Known,
    pub(crate) language: Language,
}

#[rustfmt::skip]
pub(crate) const GIVEN: &[&str] = &[
    "Oluwaseun", "Xiomarra", "Thandiwe", "Ngozika", "Bjarte", "Siobhaine", "Katarzyna", "Yevhenia", "Faramarz", "Ayşegül", "Zdeněk", "Þorsteinn",
    "Aoibheann", "Mbalenhle", "Tuomas", "Ragnhild", "Ulzhan", "Hyejin", "Chukwuemeka", "Iñaki", "Nadezhda", "Jürgen", "Wiremu", "Tāmati", "Noémie",
    "Ljubica", "Gintaras", "Annegriet", "Bhupinder", "Sukhdeep", "Farhad", "Behrouz", "Izumi", "Takumi", "Mehmet", "Oisín", "Caoimhe", "Gwenllian",
    "Myfanwy", "Leocadie", "Anh-Thu", "Jean-Thibaut", "Marie-Ève", "Ikaika", "Kealoha", "Tomasz", "Zbigniew", "Vasilissa", "Panagiotis", "Eirik", "Pekka", "Aleksandar",
];
#[rustfmt::skip]
pub(crate) const SURNAMES: &[&str] = &[
    "Okwuosa", "Nkemelu", "Adeyinka", "Ramaphosa", "Mtshali", "Wojciechowska", "Brzęczyszczykiewicz", "Kowalczuk", "Þórðardóttir", "Sigurjónsson", "Hämäläinen", "Kärkkäinen",
    "Szentgyörgyi", "Nagyváradi", "Papadimitropoulos", "Xenakis", "Yıldırım", "Öztürkmen", "Tchaikovskaya", "Zhvanetsky", "O'Muircheartaigh", "O'Shaughnessey", "D'Agostinelli",
    "Ó Dubhthaigh", "Mac Giolla", "van der Zwaluw", "van den Heuvelink", "de la Espriella", "von Wittgenau", "bin Rashidov", "el-Masriya", "Featherstonehaugh-Ouyang", "Ngcobo-Lindqvist",
    "Kealiinohomoku", "Kapaakea", "Nguyễn", "Trịnh", "Phạm-Lê", "Balasubramaniyam", "Venkataraghavan", "Chattopadhyaya", "Bhattarai", "Wickramasinghe", "Jayawardhana", "Quispe-Mamani",
    "Echeverrieta", "Goikoetxea", "Uribelarrea", "Thorvaldsdatter", "Ingebrigtsen", "Vandersloot", "Mkhitaryanov", "Gharibashvili", "Ter-Petrosian", "Abdurrahmani", "Hosseinpour", "Tsukahara", "Kuroyanagi",
    "Pfefferkornig", "Zschokke", "McGillacutty", "MacEachernan", "FitzGerrold", "DeVoorde", "Yeoh-Tan", "Srinivasulu", "Xhaferaj", "Llewelyn-Prys",
];
/// Names that are words.
#[rustfmt::skip]
pub(crate) const WORD_GIVEN: &[&str] = &["Hope", "Will", "May", "Faith", "Joy", "Summer", "Autumn", "Patience", "Dawn", "Ivy"];
#[rustfmt::skip]
pub(crate) const WORD_SURNAMES: &[&str] = &["Young", "Brown", "Long", "Best", "Little", "Strong", "Stone", "Winter", "Love", "Short", "Fields", "Church", "Day"];

#[rustfmt::skip]
const LISTED_HAN: &[&str] = &["王", "李", "张", "刘", "陈", "赵", "周", "孙", "欧阳", "上官", "司马"];
#[rustfmt::skip]
const HELD_OUT_HAN: &[&str] = &["仝", "逄", "眭", "亓", "禚", "苌", "郄", "妫", "佘", "昝", "阚", "璩", "逯", "尉迟", "澹台", "呼延"];
#[rustfmt::skip]
const HAN_GIVEN: &[&str] = &["婉晴", "志远", "建国", "淑芬", "梓涵", "海燕", "卓", "琰", "骁", "翀", "雨桐", "德胜", "桂花", "秀英", "一诺", "望舒", "永康", "思源", "禾"];
#[rustfmt::skip]
const MINORITY: &[&str] = &["阿依古丽·买买提", "迪丽努尔·艾合买提", "巴特尔·那日松", "扎西·多吉", "古丽扎尔·吐尔逊", "才旦·卓玛"];

#[rustfmt::skip]
const CITIES: &[&str] = &["Oxenholme", "Quillwick", "Tarnbrook", "Port Esmeray", "Wexcombe Hill", "Llanfairwen", "East Thornaby", "Bellamora", "Kittanoah", "Zuniville"];
#[rustfmt::skip]
const STREETS: &[&str] = &["Quillfeather", "Thistledown", "Old Ferry", "Marlowe", "Kestrel Hill", "Juniper Hollow", "St. Brannoc", "Ashgrove"];
#[rustfmt::skip]
const HOSPITALS: &[&str] = &[
    "Quillwick Valley Hospital", "St. Brannoc's Hospital", "Tarnbrook General", "Esmeray Regional Medical Center", "Thornaby Children's Hospital", "Bellamora Eye Clinic",
    "Wexcombe Memorial Hospital", "University of Bellamora Medical Center", "Kittanoah Nursing Home", "Our Lady of Tarnbrook Hospice",
];
#[rustfmt::skip]
const EMPLOYERS: &[&str] = &["Quillwick Elementary School", "Esmeray Foundry Inc.", "Tarnbrook Logistics LLC", "Kittanoah High School"];
#[rustfmt::skip]
const HAN_PLACES: &[&str] = &["云溪省", "江澜省", "北漠自治区"];
#[rustfmt::skip]
const HAN_CITIES: &[&str] = &["临溪市", "澜州市", "望海市", "青岭市"];
#[rustfmt::skip]
const HAN_DISTRICTS: &[&str] = &["南塘区", "桥北区", "清平县", "石埠区"];
#[rustfmt::skip]
const HAN_STREETS: &[&str] = &["柳荫路", "建业大道", "梧桐街", "南塘东路"];
#[rustfmt::skip]
const HAN_HOSPITALS: &[&str] = &["临溪市第三人民医院", "澜州大学附属第一医院", "望海市中医院", "清平县人民医院", "石埠区桥头社区卫生服务中心", "青岭市妇幼保健院"];

#[rustfmt::skip]
const HEADS: &[&str] = &[
    "PATIENT NAME: {PAT}\nMRN: {mrn}\nDOB: {dob}\nDATE OF SERVICE: {date}\nATTENDING: {doc}, MD\n",
    "Name: {pat}    MRN# {mrn}    DOB {dob}\nAcct: {acct}   Visit date: {date}\nFacility: {hosp}\n",
    "{hosp}\n{street}, {cityzip}\nTel: {phone}  Fax: {phone}\n\nRE: {pat}\nDOB: {dob}\n",
    "| Patient | {pat} |\n| MRN | {mrn} |\n| Accession | {acc} |\n| Referring | Dr. {docl} |\n",
    "DISCHARGE SUMMARY\nPatient: {PATF}\nAdmitted: {date}\nDischarged: {date}\nPhysician: {doc}, M.D.\n",
    "Dear Dr. {docl},\n\nThank you for referring {pat} (MRN {mrn}), whom I saw on {date}.\n",
    // Not looked at.
    "{PAT}\tMRN {mrn}\t{dob}\nLocation: {hosp}\nOrdering Provider: {doc}\n",
    "RADIOLOGY REPORT\nPatient ID: {mrn}\nPatient's Name: {PAT}\nStudy Date: {date}\nAccession Number: {acc}\nReferring Physician: {doc}\n",
    "To: {doc}, MD\nFrom: {doc2}, MD\nDate: {date}\nSubject: {pat}, DOB {dob}\n",
    "Patient Name: {plow}   Medical Record Number: {mrn}\nSSN: {ssn}   Insurance ID: {ins}\nAddress: {street}, {cityzip}\n",
];
#[rustfmt::skip]
const BODY: &[&str] = &[
    "Mr. {pl} was seen in clinic on {date} with his daughter {relf}.",
    "Mrs. {pl} lives at {street} in {city}.",
    "The patient was transferred from {hosp} on {date}.",
    "{pl} reports that the cough began on {date}.",
    "I discussed the results with Dr. {docl} and with the patient's wife, {rel}.",
    "Please call {phone} or e-mail {email} with the results.",
    "Patient can be reached at {phone}; her son {relf} can be reached at {phone}.",
    "This is a {age}-year-old woman with hypertension.",
    "Her mother lived to be {age}.",
    "Last colonoscopy was in {my} at {hosp}.",
    "Cholecystectomy in {y}.",
    "Pacemaker, serial number {serial}, was interrogated on {date}.",
    "Social Security number {ssn} was verified by registration.",
    "Insurance: policy number {ins}, group {acct}.",
    "Images are at {url} and were sent from {ip}.",
    "She works at {employer}.",
    "He was born in {city} and moved here in {y}.",
    "Per {docl}, continue the current dose.",
    "pt {plow} called today about refills.",
    "Dictated on the {ddict} by {doc}, MD.",
    "CT of the chest, accession {acc}, was compared with the study of {date}.",
    "Dr. {doci} will see {pf} again on {dpart}.",
    "{doc2} performed the biopsy and {pl} tolerated it well.",
    "Nurse {nurse} changed the dressing on {dpart}.",
    "The car, license plate {plate}, struck him on {date}.",
    "Next of kin: {rel}, phone {phone}.",
    "Interpreter: {nurse}.",
    "Prior notes are under account {acct}.",
    "Follow up with {doc2} on {date}.",
    "Labs drawn {date}: WBC 7.2, Hgb 12.1, platelets 245.",
    // Not looked at.
    "Ms. {pl}'s sister, {rel}, accompanied her.",
    "On {date}, {pat} presented to the emergency room of {hosp}.",
    "We were called by {doc} about this patient on {date}.",
    "His brother {rel} had the same illness in {y}.",
    "Mailing address is {street}, {cityzip}.",
    "Voicemail left at {phone} for {pf}.",
    "The device (S/N {serial}) was implanted by Dr. {docl} in {my}.",
    "He is {age} years old and walks daily.",
    "Portal message from {email} was read on {date}.",
    "Seen by {doc2}, PA-C, on {ddict}.",
    "{PL} WAS EXTUBATED ON {date}.",
    "She flew from {city} on {dpart}.",
    "Records from {hosp} were faxed to {phone}.",
    "Case discussed with {doc}; {docl} agrees with the plan.",
    "Medicare number {ins}; driver's license {lic}.",
    "{pl} and his partner {relf} understand the risks.",
    "Attending {docl} examined the patient.",
    "He attends {employer}.",
    "Scanned {ocrdate}, page 2.",
    "Emergency contact is {rel} at {phone}.",
];
#[rustfmt::skip]
const DECOYS: &[&str] = &[
    "She denies chest pain, fever or chills.", "BP 120/80, pulse 72, T 98.6, SpO2 97% on room air.", "Strength is 5/5 on the left and 4/5 on the right.", "He takes Lipitor 40 mg and Plavix 75 mg daily.",
    "A Foley catheter was placed.", "Parkinson disease is stable on Sinemet.", "Babinski sign is absent; Romberg is negative.", "Glasgow Coma Scale 15, Apgar 8/9.", "Crohn's disease since childhood.",
    "PSA 4.2, CEA 2.1, HbA1c 7.1%.", "The gallbladder was removed with the Veress needle and 5-0 Vicryl.", "Platelet range 150-4000 was printed in error.", "Metoprolol 25 mg b.i.d., aspirin 81 mg q.d.",
    "Follow up in 2 weeks.", "He was well until three days ago.", "Yesterday she had two episodes of emesis.", "T12-L1 disc bulge with mild stenosis.", "NYHA class III, ejection fraction 35-40%.",
    "Hodgkin lymphoma in remission.", "Pain is 7/10 and worse in the morning.", "The Swan-Ganz catheter was withdrawn 3 cm.", "Ratio 1:4, titer 1:160, ANA negative.", "A 64-year-old man with COPD.",
    "Heart: regular rate and rhythm, grade 2/6 systolic murmur.", "Baker cyst in the popliteal fossa.", "Wound culture grew Staphylococcus aureus.", "INR 2.3 on Coumadin 5 mg.", "Bell palsy resolved.",
    "Murphy sign is positive.", "Visual acuity 20/40 in the right eye.", "Family history of breast cancer in an aunt at age 52.", "Sodium 138, potassium 4.1, creatinine 0.9.", "He drinks 2-3 beers per day.", "ICD-10 E11.9, CPT 99213.",
    "Apply Neosporin twice daily.", "Graves disease treated with iodine.", "A Jackson-Pratt drain was left in place.", "Colles fracture of the wrist.", "Take Tylenol 500 mg as needed.", "Mallampati class II airway.",
    "Lumbar puncture opening pressure 18 cm.", "Kernig and Brudzinski signs are absent.", "IMPRESSION: No acute disease.", "Stent 3.0 x 18 mm in the LAD.", "Gram stain shows white cells.",
];
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "\nSincerely,\n\n{doc}, M.D.\n", "\nElectronically signed by {doc}, MD on {date}\n", "\nD: {date}\nT: {date}\ncc: {doc2}\n", "\nDictated by: {doc}\nTranscribed by: {nurse}\n",
    // Not looked at.
    "\nSigned: {doc2}, MD\nPager: {ext}\n", "\n{doc}, MD\n{hosp}\n{date}\n", "\nReviewed and approved by Dr. {docl}, {date}.\n", "\nThank you,\n{doc2}\n",
];

#[rustfmt::skip]
const HAN_HEADS: &[&str] = &[
    "姓名：{pat}  性别：男  年龄：56岁  住院号：{mrn}  床号：{bed}\n入院日期：{date}\n",
    "{hosp}\n入院记录\n姓名：{pat}\t科别：心内科\t病历号：{mrn}\n身份证号：{idcard}\n联系电话：{phone}\n",
    "患者{pat}，男，63岁，因“胸痛3天”于{date}入院。\n",
    "出院小结\n姓 名：{pat}　病案号：{mrn}　住址：{addr}\n",
    // Not looked at.
    "超声检查报告单\n检查号：{acc}  姓名：{pat}  送检医师：{doc}\n检查日期：{date}\n",
    "病人姓名：{pat}，出生日期：{dob}，门诊号：{mrn}，医保卡号：{ins}\n",
    "{pat}，女，45岁，工作单位：{employer}，现住址：{addr}。\n",
];
#[rustfmt::skip]
const HAN_BODY: &[&str] = &[
    "患者于{date}在{hosp}行胆囊切除术。",
    "{date}请{docs}主任会诊，建议手术。",
    "家属{rel}诉患者夜间咳嗽。",
    "联系人：{rel}，电话：{phone}。",
    "今晨{docs}医生查房，患者{pat}一般情况可。",
    "患者现年{age}岁，神志清。",
    "患者家住{addr}，退休。",
    "{lunar}起病，渐加重。",
    "{bigdate}曾住院治疗。",
    "邮箱{email}，微信号：{wechat}。",
    "{pat}既往体健，否认肝炎史。",
    "护士{nurse}，已执行医嘱。",
    "车牌号：{plate}的车辆将其撞伤。",
    "起搏器序列号：{serial}。",
    // Not looked at.
    "其子{rel}，手机{phone}，已告知病情。",
    "患者由{hosp}转入我科。",
    "与{docs}教授讨论后决定保守治疗。",
    "{pat}的妻子{rel}签字同意。",
    "{bed}床，{pat}，今日复查血常规。",
    "末次就诊时间为{date}。",
    "患者之女{rel}陪同就诊。",
    "寄送地址：{addr}，邮编：{zip}。",
    "{lunar}曾于{hosp}就诊。",
];
#[rustfmt::skip]
const HAN_DECOYS: &[&str] = &[
    "否认高血压、糖尿病史。", "血压120/80mmHg，心率72次/分。", "双肺呼吸音清，未闻及干湿啰音。", "腹软，无压痛，墨菲征阴性。", "予阿司匹林100mg每日一次口服。", "血常规：白细胞7.2×10^9/L，血红蛋白121g/L。",
    "四肢肌力5级，巴宾斯基征阴性。", "心电图示窦性心律。", "帕金森病病史5年。", "格拉斯哥评分15分。", "3天前无明显诱因出现发热。", "术后第2天，切口愈合良好。", "建议两周后复查。", "胸部CT示右肺上叶结节，大小约8mm×6mm。", "吸烟20年，每日10支。", "予头孢曲松2g静滴。",
    "神志清，精神可，二便正常。", "肝功能正常，肌酐76μmol/L。", "高热，体温39.2℃。", "黄疸，皮肤巩膜黄染。", "金黄色葡萄球菌阳性。", "于昨日出现恶心，和饮食无关。", "患者一般情况良好，予出院。",
];
#[rustfmt::skip]
const HAN_ENDS: &[&str] = &[
    "\n医师签名：{doc}\n{date}\n", "\n记录者：{doc}  审核医师：{doc2}\n", "\n主治医师：{doc}\n住院医师：{doc2}\n",
    // Not looked at.
    "\n报告医生：{doc}　审核医生：{doc2}　报告时间：{date}\n", "\n经治医师：{doc2}\n{bigdate}\n",
];

#[derive(Clone)]
struct Person {
    given: String,
    surname: String,
    is_listed: bool,
}

struct Writer {
    rng: StdRng,
    note: Synthetic,
    persons: Vec<Person>,
    is_unseen: bool,
    mrn: String,
}

/// The note of a number; the same each time. `only_seen` leaves out the second half of every list of templates.
pub(crate) fn note(seed: u64, language: Language, only_seen: bool) -> Synthetic {
    let mut writer = Writer::new(seed, language);
    match language {
        Language::English => writer.write([HEADS, BODY, DECOYS, ENDS], &[6, 30, 4], only_seen, " "),
        Language::Chinese => writer.write(
            [HAN_HEADS, HAN_BODY, HAN_DECOYS, HAN_ENDS],
            &[4, 14, 3],
            only_seen,
            "",
        ),
    }
    writer.note
}

impl Writer {
    fn new(seed: u64, language: Language) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let persons: Vec<Person> = (0..6).map(|_| person(&mut rng, language)).collect();
        let mrn = digits(&mut rng, 8);
        let patient = &persons[0];
        let names = match language {
            Language::English => vec![Phi::new(format!("{}^{}", patient.surname, patient.given))],
            Language::Chinese => vec![Phi::new(format!("{}{}", patient.surname, patient.given))],
        };
        Self {
            note: Synthetic {
                text: String::new(),
                truth: Vec::new(),
                known: Known {
                    names,
                    numbers: vec![Phi::new(mrn.clone())],
                    dates: Vec::new(),
                },
                language,
            },
            rng,
            persons,
            is_unseen: false,
            mrn,
        }
    }

    fn write(
        &mut self,
        [heads, body, decoys, ends]: [&[&str]; 4],
        n_seen: &[usize; 3],
        only_seen: bool,
        gap: &str,
    ) {
        self.pick(heads, n_seen[0], only_seen);
        let n = self.rng.random_range(6..14);
        for idx in 0..n {
            if self.rng.random_bool(0.5) {
                let decoy = decoys[self.rng.random_range(0..decoys.len())];
                let decoy = self.noisy(decoy);
                self.note.text.push_str(&decoy);
            } else {
                self.pick(body, n_seen[1], only_seen);
            }
            self.note
                .text
                .push_str(if idx % 4 == 3 { "\n" } else { gap });
        }
        self.pick(ends, n_seen[2], only_seen);
    }

    fn pick(&mut self, templates: &[&str], n_seen: usize, only_seen: bool) {
        let n = if only_seen { n_seen } else { templates.len() };
        let idx = self.rng.random_range(0..n);
        self.is_unseen = n_seen <= idx;
        let mut rest = templates[idx];
        while let Some((plain, behind)) = rest.split_once('{') {
            self.note.text.push_str(plain);
            let (key, behind) = behind.split_once('}').unwrap();
            let (kind, value, who) = match self.note.language {
                Language::English => self.english(key),
                Language::Chinese => self.chinese(key),
            };
            let start = self.note.text.len();
            self.note.text.push_str(&value);
            let has_listed_surname = who.is_some_and(|it| self.persons[it].is_listed);
            self.note.truth.push(Truth {
                span: start..start + value.len(),
                kind,
                is_unseen: self.is_unseen,
                has_listed_surname,
            });
            rest = behind;
        }
        self.note.text.push_str(rest);
    }

    /// One sentence in twelve has a slip of the keyboard in a small word.
    fn noisy(&mut self, sentence: &str) -> String {
        if !self.rng.random_bool(0.08) {
            return sentence.to_owned();
        }
        let mut chars: Vec<char> = sentence.chars().collect();
        let at = self.rng.random_range(1..chars.len() - 1);
        if chars[at].is_ascii_lowercase() && chars[at - 1].is_ascii_lowercase() {
            chars.swap(at - 1, at);
        }
        chars.into_iter().collect()
    }

    fn of(&mut self, list: &[&str]) -> String {
        list[self.rng.random_range(0..list.len())].to_owned()
    }

    fn digits(&mut self, n: usize) -> String {
        digits(&mut self.rng, n)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each sort of value")]
    #[rustfmt::skip]
    fn english(&mut self, key: &str) -> (Kind, String, Option<usize>) {
        let who = match key {
            "rel" | "relf" => 1,
            "doc" | "docl" | "doci" => 2,
            "doc2" => 3,
            "nurse" => 4,
            _ => 0,
        };
        let Person { given, surname, .. } = self.persons[who].clone();
        let middle = char::from(b'A' + self.rng.random_range(0..26u8));
        let name = |it: String| (Kind::Name, it, Some(who));
        match key {
            "pat" | "rel" | "doc" | "doc2" | "nurse" if self.rng.random_bool(0.25) => return name(format!("{given} {middle}. {surname}")),
            "pat" | "rel" | "doc" | "doc2" | "nurse" => return name(format!("{given} {surname}")),
            "PAT" => return name(format!("{}, {}", surname.to_uppercase(), given.to_uppercase())),
            "PATF" => return name(format!("{} {}", given.to_uppercase(), surname.to_uppercase())),
            "PL" => return name(surname.to_uppercase()),
            "pl" if self.rng.random_bool(0.06) => return name(slip(&surname)),
            "pl" | "docl" => return name(surname),
            "doci" => return name(format!("{}. {surname}", given.chars().next().unwrap())),
            "pf" | "relf" => return name(given),
            "plow" => return name(format!("{given} {surname}").to_lowercase()),
            _ => {}
        }
        let year = self.rng.random_range(1998..2027);
        let (month, day) = (self.rng.random_range(1..13usize), self.rng.random_range(1..29));
        let word = MONTHS[month - 1];
        let (kind, value) = match key {
            "date" => (Kind::Date, match self.rng.random_range(0..9) {
                0 => format!("{month}/{day}/{year}"),
                1 => format!("{month:02}/{day:02}/{:02}", year % 100),
                2 => format!("{year}-{month:02}-{day:02}"),
                3 => format!("{word} {day}, {year}"),
                4 => format!("{day} {} {year}", &word[..3]),
                5 => format!("{day:02}-{}-{year}", word[..3].to_uppercase()),
                6 => format!("{day:02}.{month:02}.{year}"),
                7 => format!("{} {day}th, {year}", word.to_uppercase()),
                _ => format!("{month:02}-{day:02}-{year}"),
            }),
            "dob" => (Kind::Date, format!("{month:02}/{day:02}/{}", 1930 + year % 60)),
            "ddict" => (Kind::Date, match self.rng.random_range(0..3) {
                0 => format!("{} of {word}", ["3rd", "21st", "12th", "2nd"][day % 4]),
                1 => format!("{} of {word}, {year}", ["third", "twenty-first", "twelfth", "second"][day % 4]),
                _ => format!("{word} the {}", ["3rd", "21st", "12th", "2nd"][day % 4]),
            }),
            "dpart" => (Kind::Date, if self.rng.random_bool(0.5) { format!("{month}/{day}") } else { format!("{word} {day}") }),
            "my" => (Kind::Date, if self.rng.random_bool(0.5) { format!("{word} {year}") } else { format!("{month:02}/{year}") }),
            "y" => (Kind::Date, year.to_string()),
            "ocrdate" => (Kind::Date, format!("{month:02}/{day:02}/{year}").replace('0', "O").replace("/1", "/l")),
            "age" => (Kind::Age, self.rng.random_range(90..108).to_string()),
            "mrn" => (Kind::Number, if self.rng.random_bool(0.3) { format!("{}-{}-{}", &self.mrn[..2], &self.mrn[2..5], &self.mrn[5..]) } else { self.mrn.clone() }),
            "acc" => (Kind::Number, format!("{}{}-{}", self.of(&["A", "CT", "RAD", "S"]), year % 100, self.digits(6))),
            "ins" => (Kind::Number, format!("{}{}{}", self.of(&["XQZ", "W", "1EG4-", "H"]), self.digits(7), self.of(&["", "A", "-01"]))),
            "lic" => (Kind::Number, format!("{}{}", self.of(&["D", "K", "WDL"]), self.digits(7))),
            "ssn" => (Kind::Number, format!("{}-{}-{}", self.digits(3), self.digits(2), self.digits(4))),
            "acct" => (Kind::Number, self.digits(7)),
            "serial" => (Kind::Number, format!("{}{}{}", self.of(&["PJN", "ABX", "SN-"]), self.digits(6), self.of(&["H", "-2", ""]))),
            "plate" => (Kind::Number, format!("{}{}", self.of(&["KTX ", "8ZQ", "BVR-"]), self.digits(4))),
            "phone" => (Kind::Phone, {
                let (a, b, c) = (format!("{}{}", self.rng.random_range(2..9), self.digits(2)), format!("{}{}", self.rng.random_range(2..9), self.digits(2)), self.digits(4));
                match self.rng.random_range(0..6) {
                    0 => format!("({a}) {b}-{c}"),
                    1 => format!("{a}-{b}-{c}"),
                    2 => format!("{a}.{b}.{c}"),
                    3 => format!("+1 {a} {b} {c}"),
                    4 => format!("{a} {b} {c}"),
                    _ => format!("{a}-{b}-{c} ext. 41{}", self.digits(1)),
                }
            }),
            "ext" => (Kind::Phone, self.digits(5)),
            "email" => (Kind::Email, format!("{}.{}@{}.example.org", self.of(&["q", "info", "k9", "portal"]), self.digits(3), self.of(&["mail", "zuni", "clinic-x"]))),
            "url" => (Kind::Url, format!("https://{}.example.org/v/{}", self.of(&["pacs", "img"]), self.digits(5))),
            "ip" => (Kind::Url, format!("10.{}.{}.{}", self.rng.random_range(1..255), self.rng.random_range(1..255), self.rng.random_range(1..255))),
            "street" => (Kind::Address, {
                let (n, street) = (self.rng.random_range(2..9999), self.of(STREETS));
                let (way, end) = (self.of(&["Street", "Ave.", "Road", "Lane", "Drive", "Blvd"]), self.of(&["", ", Apt 4B", " #12"]));
                format!("{n} {street} {way}{end}")
            }),
            "city" => (Kind::Address, self.of(CITIES)),
            "cityzip" => (Kind::Address, format!("{}, {} {}", self.of(CITIES), self.of(&["OH", "TX", "WA"]), self.digits(5))),
            "hosp" => (Kind::Institution, self.of(HOSPITALS)),
            "employer" => (Kind::Institution, self.of(EMPLOYERS)),
            _ => panic!("no value for {key}"),
        };
        (kind, value, None)
    }

    #[rustfmt::skip]
    fn chinese(&mut self, key: &str) -> (Kind, String, Option<usize>) {
        let who = match key {
            "rel" => 1,
            "doc" | "docs" => 2,
            "doc2" => 3,
            "nurse" => 4,
            _ => 0,
        };
        let Person { given, surname, .. } = self.persons[who].clone();
        match key {
            "docs" => return (Kind::Name, surname, Some(who)),
            "pat" | "rel" | "doc" | "doc2" | "nurse" => return (Kind::Name, format!("{surname}{given}"), Some(who)),
            _ => {}
        }
        let year = self.rng.random_range(1998..2027);
        let (month, day) = (self.rng.random_range(1..13usize), self.rng.random_range(1..29usize));
        let small = |it: usize| {
            let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
            let tens = if it < 10 { String::new() } else { format!("{}十", if it < 20 { "" } else { digits[it / 10] }) };
            format!("{tens}{}", digits[it % 10])
        };
        let (kind, value) = match key {
            "date" => (Kind::Date, match self.rng.random_range(0..5) {
                0 => format!("{year}-{month:02}-{day:02}"),
                1 => format!("{year}年{month}月{day}日"),
                2 => format!("{year}/{month}/{day}"),
                3 => format!("{year}年{month:02}月{day:02}日"),
                _ => format!("{year}.{month:02}.{day:02}"),
            }),
            "dob" => (Kind::Date, format!("{}年{month}月{day}日", 1930 + year % 60)),
            "bigdate" => (Kind::Date, format!("二〇{}年{}月{}日", ["一九", "二四", "〇八", "二〇"][day % 4], small(month), small(day))),
            "lunar" => (Kind::Date, format!("农历{}月{}", ["正", "腊", "八", "冬"][day % 4], ["初三", "十五", "廿六", "初十"][month % 4])),
            "age" => (Kind::Age, self.rng.random_range(90..108).to_string()),
            "mrn" => (Kind::Number, self.mrn.clone()),
            "acc" => (Kind::Number, format!("{}{}", self.of(&["US", "CT", "MR", ""]), self.digits(8))),
            "ins" => (Kind::Number, self.digits(10)),
            "bed" => (Kind::Number, self.of(&["12", "03", "A15", "+2", "21-3"])),
            "idcard" => (Kind::Number, format!("110105{}{month:02}{day:02}{}{}", 1930 + year % 60, self.digits(3), self.of(&["X", "2", "7"]))),
            "serial" => (Kind::Number, format!("PJ{}", self.digits(6))),
            "plate" => (Kind::Number, format!("{}{}", self.of(&["京A·", "沪B", "粤C"]), self.of(&["12X45", "8K7M2", "99Q31"]))),
            "phone" => (Kind::Phone, if self.rng.random_bool(0.6) { format!("139{}", self.digits(8)) } else { format!("010-{}", self.digits(8)) }),
            "email" => (Kind::Email, format!("q{}@mail.example.cn", self.digits(4))),
            "wechat" => (Kind::Number, format!("wx_{}", self.digits(6))),
            "addr" => (Kind::Address, {
                let (place, city, district, street) = (self.of(HAN_PLACES), self.of(HAN_CITIES), self.of(HAN_DISTRICTS), self.of(HAN_STREETS));
                let (n, m) = (self.rng.random_range(2..400), self.rng.random_range(101..1802));
                match self.rng.random_range(0..3) {
                    0 => format!("{place}{city}{district}{street}{n}号"),
                    1 => format!("{city}{district}{street}{n}号{}栋{m}室", n % 9 + 1),
                    _ => format!("{city}{district}{street}{n}号"),
                }
            }),
            "zip" => (Kind::Address, self.digits(6)),
            "hosp" => (Kind::Institution, self.of(HAN_HOSPITALS)),
            "employer" => (Kind::Institution, self.of(&["临溪市纺织厂", "望海市第二中学", "澜州机械有限公司"])),
            _ => panic!("no value for {key}"),
        };
        (kind, value, None)
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn digits(rng: &mut StdRng, n: usize) -> String {
    (0..n)
        .map(|idx| char::from(b'0' + rng.random_range(u8::from(idx == 0)..10)))
        .collect()
}

/// Two letters swapped within a name.
fn slip(name: &str) -> String {
    let mut chars: Vec<char> = name.chars().collect();
    let at = chars.len() / 2;
    if 5 < chars.len() && chars[at].is_lowercase() && chars[at - 1].is_lowercase() {
        chars.swap(at, at - 1);
    }
    chars.into_iter().collect()
}

fn person(rng: &mut StdRng, language: Language) -> Person {
    let mut of = |list: &[&str]| list[rng.random_range(0..list.len())].to_owned();
    match language {
        Language::English => {
            let (given, surname) = (of(GIVEN), of(SURNAMES));
            let (word_given, word_surname) = (of(WORD_GIVEN), of(WORD_SURNAMES));
            let (given_is_word, surname_is_word) = (rng.random_bool(0.2), rng.random_bool(0.2));
            Person {
                given: if given_is_word { word_given } else { given },
                surname: if surname_is_word {
                    word_surname
                } else {
                    surname
                },
                is_listed: false,
            }
        }
        Language::Chinese => {
            let (listed, held_out, given, minority) = (
                of(LISTED_HAN),
                of(HELD_OUT_HAN),
                of(HAN_GIVEN),
                of(MINORITY),
            );
            let is_listed = rng.random_bool(0.5);
            if rng.random_bool(0.08) {
                return Person {
                    given: String::new(),
                    surname: minority,
                    is_listed: false,
                };
            }
            Person {
                given,
                surname: if is_listed { listed } else { held_out },
                is_listed,
            }
        }
    }
}

//! The titles under which notes write each section, in lower case with single spaces.

use super::sections::SectionKind as Kind;

/// Own list, from common use; English first, then Chinese.
#[rustfmt::skip]
pub(super) const HEADS: &[(Kind, &[&str])] = &[
    (
        Kind::ChiefComplaint,
        &[
            "chief complaint", "chief complaints", "cc", "presenting complaint", "reason for visit", "reason for admission",
            "reason for consultation", "reason for consult", "reason for referral", "reason for hospitalization",
            "reason for hospital admission", "reason for evaluation", "presenting problem", "complaint", "主诉", "主述",
        ],
    ),
    (
        Kind::PresentIllness,
        &[
            "history of present illness", "history of the present illness", "hpi", "present illness", "brief history",
            "history of presenting illness", "history of presenting complaint", "history", "clinical history", "interval history",
            "history of present complaint", "history of present condition", "patient history", "hx of present illness",
            "history of illness", "history of current illness", "现病史", "病史", "病史摘要",
        ],
    ),
    (
        Kind::PastHistory,
        &[
            "past medical history", "past medical hx", "pmh", "pmhx", "medical history", "past history", "past illnesses",
            "medical problems", "past medical and surgical history", "past medical/surgical history", "pmh/psh", "problem list",
            "active problems", "past psychiatric history", "psychiatric history", "previous medical history", "prior medical history",
            "past medical problems", "birth history", "illnesses", "significant past medical history", "comorbidities",
            "chronic medical problems", "major medical problems", "cardiac history", "medical illnesses", "既往史", "既往病史",
            "个人既往史",
        ],
    ),
    (
        Kind::SurgicalHistory,
        &[
            "past surgical history", "surgical history", "psh", "pshx", "past surgeries", "previous surgeries", "prior surgeries",
            "surgeries", "operations", "past operations", "past surgical hx", "previous operations", "past procedures", "手术史",
            "外伤手术史",
        ],
    ),
    (
        Kind::ObstetricHistory,
        &[
            "obstetric history", "ob history", "gynecologic history", "gyn history", "ob/gyn history", "obstetrical history",
            "past ob history", "past gynecologic history", "past gynecological history", "menstrual history", "past obstetrical history",
            "gynecological history", "月经史", "婚育史", "生育史", "月经婚育史",
        ],
    ),
    (
        Kind::Immunizations,
        &["immunizations", "immunization", "immunization history", "vaccinations", "immunisations", "预防接种史"],
    ),
    (
        Kind::Medications,
        &[
            "medications", "medication", "current medications", "meds", "home medications", "medications on admission",
            "admission medications", "discharge medications", "medications on discharge", "outpatient medications", "present medications",
            "medications prior to admission", "current meds", "medication list", "medications at home", "medications at discharge",
            "discharge meds", "current medication", "medicines", "drugs", "preoperative medications", "routine medications",
            "medication history", "discharge medication", "current outpatient medications", "home meds", "medications on transfer",
            "medications prior to admission to the hospital", "用药史", "用药", "目前用药", "药物治疗",
        ],
    ),
    (
        Kind::Allergies,
        &[
            "allergies", "allergy", "drug allergies", "allergies to medications", "medication allergies", "known allergies",
            "allergies and adverse reactions", "drug allergy", "allergic history", "allergies/intolerances", "allergy history", "all",
            "allergies/reactions", "过敏史", "药物过敏史",
        ],
    ),
    (
        Kind::FamilyHistory,
        &[
            "family history", "fh", "fhx", "family medical history", "family hx", "family/social history", "mother", "father",
            "family psychiatric history", "pertinent family history", "family history and social history", "家族史", "家族病史",
        ],
    ),
    (
        Kind::SocialHistory,
        &[
            "social history", "sh", "shx", "social hx", "habits", "personal history", "personal and social history", "psychosocial history",
            "substance abuse history", "occupational history", "occupation", "social", "living situation",
            "substance abuse", "habits and social history", "functional history", "developmental history", "个人史", "社会史",
        ],
    ),
    (
        Kind::ReviewOfSystems,
        &[
            "review of systems", "ros", "systems review", "review of system", "system review", "review of symptoms", "review of systems as follows",
            "系统回顾",
        ],
    ),
    (
        Kind::Vitals,
        &["vital signs", "vitals", "vs", "vital", "vital signs on admission", "生命体征"],
    ),
    (
        Kind::Examination,
        &[
            "physical examination", "physical exam", "pe", "examination", "exam", "physical", "on examination", "general", "heent", "neck",
            "chest", "lungs", "heart", "cardiovascular", "abdomen", "extremities", "neurologic", "neurological", "neuro", "skin",
            "general appearance", "head", "eyes", "ears", "nose", "throat", "back", "musculoskeletal", "respiratory", "gastrointestinal",
            "genitourinary", "rectal", "pelvic", "breasts", "genitalia", "lymphatics", "lymph nodes", "psychiatric", "psych", "gi", "gu",
            "cv", "mental status examination", "mental status exam", "mental status", "constitutional", "physical examination on admission",
            "neurologic examination", "neurological examination", "neurologic exam", "physical examination at discharge", "oropharynx",
            "mouth", "extremity", "pulmonary", "cardiac", "vascular", "motor", "sensory", "reflexes", "cranial nerves", "gait", "nodes",
            "体格检查", "查体", "体检", "专科检查", "专科情况",
        ],
    ),
    (
        Kind::Results,
        &[
            "results", "laboratory data", "labs", "lab data", "laboratory", "laboratory studies", "laboratory results", "lab results",
            "laboratory values", "laboratory findings", "diagnostic studies", "diagnostic data", "data", "pertinent results", "studies",
            "test results", "laboratory examination", "admission labs", "laboratories", "lab", "diagnostics", "ekg", "ecg",
            "electrocardiogram", "pertinent laboratory data", "pathology", "cultures", "laboratory and x ray data", "辅助检查", "实验室检查",
            "化验检查", "检验结果",
        ],
    ),
    (
        Kind::Imaging,
        &[
            "imaging", "radiology", "x rays", "x ray", "radiographs", "radiology results", "imaging studies", "radiographic studies", "chest x ray",
            "ct scan", "mri", "ultrasound", "findings", "radiologic studies", "diagnostic imaging", "x ray findings", "影像学检查", "影像所见",
            "检查所见", "所见",
        ],
    ),
    (
        Kind::Indication,
        &[
            "indication", "indications", "indications for procedure", "indication for procedure", "indications for surgery",
            "indication for operation", "indications for operation", "reason for exam", "reason for examination", "clinical indication",
            "reason for study", "clinical information", "indication for surgery", "reason for procedure", "检查目的",
        ],
    ),
    (
        Kind::Technique,
        &["technique", "procedure technique", "exam type", "type of exam", "examination type", "protocol", "检查方法"],
    ),
    (Kind::Comparison, &["comparison", "comparisons", "comparison studies", "对比"]),
    (
        Kind::Impression,
        &["impression", "impressions", "conclusion", "conclusions", "summary", "interpretation", "clinical impression", "影像诊断", "印象", "检查意见"],
    ),
    (Kind::Assessment, &["assessment", "clinical assessment", "diagnostic impression", "a", "评估"]),
    (
        Kind::Plan,
        &[
            "plan", "plans", "treatment plan", "recommendations", "recommendation", "treatment", "plan of care", "plan and recommendations", "p",
            "management", "plan/recommendations", "处理", "处理意见", "治疗", "诊疗计划", "治疗计划", "建议",
        ],
    ),
    (
        Kind::AssessmentAndPlan,
        &[
            "assessment and plan", "assessment/plan", "a/p", "assessment & plan", "impression and plan", "impression/plan", "a&p",
            "impression and recommendations", "impression/recommendations", "assessment and recommendations", "assessment/recommendations",
            "impression & plan", "plan and discussion", "discussion", "assessment and plan of care",
        ],
    ),
    (
        Kind::Diagnosis,
        &[
            "diagnosis", "diagnoses", "final diagnosis", "admitting diagnosis", "discharge diagnosis", "discharge diagnoses", "final diagnoses",
            "admission diagnosis", "admission diagnoses", "admitting diagnoses", "principal diagnosis", "primary diagnosis",
            "secondary diagnoses", "secondary diagnosis", "diagnosis on admission", "provisional diagnosis", "differential diagnosis",
            "working diagnosis", "diagnosis on discharge", "clinical diagnosis", "preliminary diagnosis", "dx", "associated diagnoses",
            "诊断", "初步诊断", "入院诊断", "出院诊断", "最后诊断", "临床诊断", "门诊诊断", "西医诊断",
        ],
    ),
    (
        Kind::PreoperativeDiagnosis,
        &["preoperative diagnosis", "preoperative diagnoses", "pre operative diagnosis", "preop diagnosis", "pre op diagnosis", "pre operative diagnoses", "术前诊断"],
    ),
    (
        Kind::PostoperativeDiagnosis,
        &["postoperative diagnosis", "postoperative diagnoses", "post operative diagnosis", "postop diagnosis", "post op diagnosis", "post operative diagnoses", "术后诊断"],
    ),
    (
        Kind::Procedure,
        &[
            "procedure", "procedures", "procedure performed", "procedures performed", "operation", "operation performed", "operations performed",
            "title of operation", "description of procedure", "procedure in detail", "details of procedure", "operative procedure",
            "description of operation", "operative procedures", "name of procedure", "title of procedure", "procedure note",
            "operative findings", "operative technique", "procedure detail", "details of the procedure", "description of the procedure",
            "procedure description", "anesthesia", "operation in detail", "complications", "estimated blood loss", "specimens", "drains",
            "手术名称", "手术经过",
        ],
    ),
    (
        Kind::HospitalCourse,
        &[
            "hospital course", "brief hospital course", "course in hospital", "hospital course and treatment", "emergency department course", "ed course",
            "er course", "course in the emergency department", "hospital course by problem", "clinical course", "summary of hospital course",
            "诊疗经过", "住院经过", "入院情况", "出院情况",
        ],
    ),
    (
        Kind::Disposition,
        &["disposition", "condition on discharge", "discharge condition", "condition", "condition at discharge", "discharge disposition", "prognosis"],
    ),
    (
        Kind::Instructions,
        &[
            "instructions", "discharge instructions", "patient instructions", "follow up", "followup", "follow up instructions", "discharge plan",
            "postoperative plan", "diet", "activity", "discharge activity", "discharge diet", "出院医嘱", "医嘱", "随访",
        ],
    ),
    (Kind::Subjective, &["subjective", "s"]),
    (Kind::Objective, &["objective", "o", "objective data", "objective findings"]),
];

//! The quizzes of a course: a file a language, the original and its translations.

#![expect(clippy::zero_sized_map_values, reason = "serde's flatten wants a map, and only its keys are told")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;

use super::{
    OWN, locale, second_translation,
    text::{bounded, cut},
};
use crate::{
    catalog::{
        import::{
            Counts, Problem,
            ProblemSeverity::{Error, Note, Warning},
            Problems,
            files::Tree,
            outline,
        },
        model::{FeedbackPolicy, MILLIONTHS},
        policy,
    },
    platform::{graphql::scalars::is_language_tag, text::Words},
};

/// Bytes of a file of quizzes at most: what is read of JSON takes many times its length.
const MOST_BYTES: usize = 4 << 20;
/// Bytes of all files of quizzes at most: what is kept of a translation does, too.
const ALL_BYTES: usize = 16 << 20;
pub(super) const QUIZZES: &str = "quiz-app/src/assets/translations/";

pub(super) struct Quiz {
    pub(super) number: u32,
    pub(super) title: String,
    pub(super) titles: BTreeMap<String, String>,
    pub(super) questions: Vec<Question>,
}

pub(super) struct Question {
    pub(super) prompt: String,
    pub(super) prompts: BTreeMap<String, String>,
    pub(super) options: Vec<Option_>,
}

pub(super) struct Option_ {
    pub(super) text: String,
    pub(super) texts: BTreeMap<String, String>,
    pub(super) right: bool,
}

impl Quiz {
    /// It is its learners' own check: all right is passed, and after each try they see what is right.
    pub(super) fn outline(self) -> outline::Quiz {
        let source = format!("quiz/{}", self.number);
        let questions = (1..).zip(self.questions).map(|(number, question)| outline::Question {
            source: format!("{source}/{number}"),
            multiple: false,
            prompt: question.prompt,
            prompts: question.prompts,
            points: MILLIONTHS,
            feedback: None,
            asks: None,
            options: question
                .options
                .into_iter()
                .map(|option| outline::Choice {
                    text: option.text,
                    texts: option.texts,
                    fraction: if option.right { MILLIONTHS } else { 0 },
                    feedback: None,
                })
                .collect(),
        });
        outline::Quiz {
            questions: questions.collect(),
            source,
            title: self.title,
            titles: self.titles,
            pass_percent: 100,
            attempts_allowed: None,
            shuffle: false,
            feedback: FeedbackPolicy::AfterEachAttempt,
        }
    }
}

/// Fields that the format knows, and we do not take over: only their names are told.
type Others = BTreeMap<String, IgnoredAny>;

#[derive(Deserialize)]
struct QuizFile {
    quizzes: Vec<QuizJson>,
    #[serde(flatten)]
    others: Others,
}

#[derive(Deserialize)]
struct QuizJson {
    id: u32,
    title: String,
    quiz: Vec<QuestionJson>,
    #[serde(flatten)]
    others: Others,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QuestionJson {
    question_text: String,
    answer_options: Vec<OptionJson>,
    #[serde(flatten)]
    others: Others,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OptionJson {
    answer_text: String,
    is_correct: serde_json::Value,
    #[serde(flatten)]
    others: Others,
}

impl OptionJson {
    /// `"true"` or `true`.
    fn right(&self) -> bool {
        self.is_correct == json!(true) || self.is_correct == json!("true")
    }

    /// Neither that nor its contrary: not right, and told.
    fn unclear(&self) -> bool {
        !self.right() && self.is_correct != json!(false) && self.is_correct != json!("false")
    }
}

pub(super) fn quizzes<'a>(
    files: &'a Tree,
    taken: &mut BTreeSet<&'a str>,
    problems: &mut Problems,
) -> Result<(Vec<Quiz>, BTreeMap<String, Counts>), Problem> {
    let own_path = format!("{QUIZZES}{OWN}.json");
    let mut counts = BTreeMap::new();
    let Some((path, bytes)) = files.get_key_value(&own_path) else { return Ok((Vec::new(), counts)) };
    taken.insert(path);
    let all: usize = of_quizzes(files).map(|(_, bytes)| bytes.len()).sum();
    if all > ALL_BYTES {
        let words = words!(
            "Berkas kuisnya lebih dari {ALL_BYTES} bita.",
            "The files of quizzes have more than {ALL_BYTES} bytes."
        );
        return Err(Problem::new(QUIZZES, None, Error, words));
    }
    let own = quiz_file(path, bytes, problems)?;
    check_questions(path, bytes, &own, problems)?;
    let mut quizzes: Vec<Quiz> = own
        .iter()
        .map(|quiz| Quiz {
            number: quiz.id,
            title: cut(&quiz.title, policy::TITLE, path, problems),
            titles: BTreeMap::new(),
            questions: quiz
                .quiz
                .iter()
                .map(|question| Question {
                    prompt: question.question_text.clone(),
                    prompts: BTreeMap::new(),
                    options: question
                        .answer_options
                        .iter()
                        .map(|option| Option_ {
                            text: option.answer_text.clone(),
                            texts: BTreeMap::new(),
                            right: option.right(),
                        })
                        .collect(),
                })
                .collect(),
        })
        .collect();
    for (path, bytes) in of_quizzes(files) {
        let Some(tag) = path[QUIZZES.len()..].strip_suffix(".json").filter(|_| *path != own_path) else { continue };
        let tag = locale(tag);
        // What is no language is told with the files that are not taken over.
        if !is_language_tag(&tag) {
            continue;
        }
        taken.insert(path);
        if tag == OWN || counts.contains_key(&tag) {
            problems.push(Problem::new(path, None, Warning, second_translation()));
            continue;
        }
        let theirs = quiz_file(path, bytes, problems)?;
        check_questions(path, bytes, &theirs, problems)?;
        counts.insert(tag.clone(), translate(&mut quizzes, &theirs, &tag, path, bytes, problems));
    }
    Ok((quizzes, counts))
}

fn of_quizzes(files: &Tree) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    files.range(QUIZZES.to_owned()..).take_while(|(path, _)| path.starts_with(QUIZZES))
}

/// Lays a translation beside the quizzes; what does not fit is told and left out.
fn translate(
    quizzes: &mut [Quiz],
    theirs: &[QuizJson],
    tag: &str,
    path: &str,
    bytes: &[u8],
    problems: &mut Problems,
) -> Counts {
    let lines = question_lines(bytes);
    let mut counts = Counts::default();
    let by_number: HashMap<u32, usize> = quizzes.iter().map(|quiz| quiz.number).zip(0..).collect();
    let mut at = 0;
    for quiz in theirs {
        let (number, first) = (quiz.id, at);
        at += quiz.quiz.len();
        let Some(own) = by_number.get(&quiz.id).map(|at| &mut quizzes[*at]) else {
            problems.push(Problem::new(
                path,
                None,
                Warning,
                words!(
                    "Kuis {number} tidak ada pada aslinya; ditinggalkan.",
                    "Quiz {number} is not in the original; left out."
                ),
            ));
            continue;
        };
        counts.quizzes += 1;
        own.titles.insert(tag.to_owned(), cut(&quiz.title, policy::TITLE, path, problems));
        if own.questions.len() != quiz.quiz.len() {
            let (ours, theirs) = (own.questions.len(), quiz.quiz.len());
            let message = words!(
                "Kuis {number} berisi {theirs} soal, aslinya {ours}.",
                "Quiz {number} has {theirs} questions, the original {ours}."
            );
            problems.push(Problem::new(path, lines.get(first).copied(), Warning, message));
        }
        for (index, (own, their)) in own.questions.iter_mut().zip(&quiz.quiz).enumerate() {
            let (question, line) = (index + 1, lines.get(first + index).copied());
            if own.options.len() != their.answer_options.len() {
                let message = words!(
                    "Kuis {number}, soal {question}: jumlah pilihannya lain dari aslinya; ditinggalkan.",
                    "Quiz {number}, question {question}: another number of options than the original; left out."
                );
                problems.push(Problem::new(path, line, Warning, message));
                continue;
            }
            if own.options.iter().map(|option| option.right).ne(their.answer_options.iter().map(OptionJson::right)) {
                let message = words!(
                    "Kuis {number}, soal {question}: pilihan benarnya lain dari aslinya, yang kuncinya dipakai.",
                    "Quiz {number}, question {question}: other options are marked right than in the original, whose key is kept."
                );
                problems.push(Problem::new(path, line, Warning, message));
            }
            counts.questions += 1;
            counts.options += their.answer_options.len();
            own.prompts.insert(tag.to_owned(), their.question_text.clone());
            for (option, their) in own.options.iter_mut().zip(&their.answer_options) {
                option.texts.insert(tag.to_owned(), their.answer_text.clone());
            }
        }
    }
    counts
}

fn quiz_file(path: &str, bytes: &[u8], problems: &mut Problems) -> Result<Vec<QuizJson>, Problem> {
    let refused = |words| Err(Problem::new(path, None, Error, words));
    if bytes.len() > MOST_BYTES {
        return refused(words!("Lebih dari {MOST_BYTES} bita.", "More than {MOST_BYTES} bytes."));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let files: Vec<QuizFile> = serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(
            path,
            Some(error.line()),
            Error,
            words!("Bukan kuis sebuah kursus: {error}", "Not the quizzes of a course: {error}"),
        )
    })?;
    if files.iter().flat_map(texts).any(|text| text.contains('\0')) {
        return refused(words!("Berisi karakter U+0000.", "Holds the character U+0000."));
    }
    let others: BTreeSet<&str> = files.iter().flat_map(others).collect();
    if !others.is_empty() {
        let others = others.into_iter().take(20).collect::<Vec<_>>().join(", ");
        let words = words!("Bidang ini tidak diambil: {others}.", "These fields are not taken over: {others}.");
        problems.push(Problem::new(path, None, Note, words));
    }
    let quizzes: Vec<QuizJson> = files.into_iter().flat_map(|file| file.quizzes).collect();
    let most = policy::QUIZZES;
    if quizzes.len() > most {
        return refused(words!("Lebih dari {most} kuis.", "More than {most} quizzes."));
    }
    let (questions, choices) = (policy::ASKED, policy::CHOICES);
    let too_long = |quiz: &&QuizJson| {
        quiz.quiz.len() > questions || quiz.quiz.iter().any(|question| question.answer_options.len() > choices)
    };
    if let Some(quiz) = quizzes.iter().find(too_long) {
        let quiz = quiz.id;
        return refused(words!(
            "Kuis {quiz} berisi lebih dari {questions} soal, atau sebuah soalnya lebih dari {choices} pilihan.",
            "Quiz {quiz} has more than {questions} questions, or one of them more than {choices} options."
        ));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = quizzes.iter().find(|quiz| !seen.insert(quiz.id)) {
        let twice = twice.id;
        return refused(words!("Ada dua kuis bernomor {twice}.", "Has two quizzes of the number {twice}."));
    }
    Ok(quizzes)
}

/// The texts of a file.
fn texts(file: &QuizFile) -> impl Iterator<Item = &str> {
    let questions = || file.quizzes.iter().flat_map(|quiz| &quiz.quiz);
    let titles = file.quizzes.iter().map(|quiz| quiz.title.as_str());
    let prompts = questions().map(|question| question.question_text.as_str());
    let options = questions().flat_map(|question| &question.answer_options).map(|option| option.answer_text.as_str());
    titles.chain(prompts).chain(options)
}

/// The fields of a file that are not taken over.
fn others(file: &QuizFile) -> impl Iterator<Item = &str> {
    let questions = || file.quizzes.iter().flat_map(|quiz| &quiz.quiz);
    let quizzes = file.quizzes.iter().flat_map(|quiz| quiz.others.keys());
    let options = questions().flat_map(|question| &question.answer_options).flat_map(|option| option.others.keys());
    let questions = questions().flat_map(|question| question.others.keys());
    file.others.keys().chain(quizzes).chain(questions).chain(options).map(String::as_str)
}

/// What is wrong with questions themselves: they are taken over as they are.
fn check_questions(path: &str, bytes: &[u8], quizzes: &[QuizJson], problems: &mut Problems) -> Result<(), Problem> {
    let lines = question_lines(bytes);
    for quiz in quizzes {
        let number = quiz.id;
        if quiz.title.trim().is_empty() {
            let words = words!("Kuis {number} tanpa judul.", "Quiz {number} has no title.");
            problems.push(Problem::new(path, None, Warning, words));
        }
        if quiz.quiz.is_empty() {
            let words = words!(
                "Kuis {number} tanpa soal; kursus tidak dapat diajukan sebelum ada soalnya.",
                "Quiz {number} has no question; the course can't be submitted before it has."
            );
            problems.push(Problem::new(path, None, Warning, words));
        }
    }
    let questions =
        quizzes.iter().flat_map(|quiz| quiz.quiz.iter().enumerate().map(move |(index, q)| (quiz.id, index + 1, q)));
    for ((quiz, number, question), at) in questions.zip(0..) {
        let line = lines.get(at).copied();
        for text in question.answer_options.iter().map(|option| &option.answer_text).chain([&question.question_text]) {
            bounded(text, policy::PROMPT, path)?;
        }
        let mut tell = |severity, words: Words| {
            let Words { id, en } = words;
            let words = words!("Kuis {quiz}, soal {number}: {id}", "Quiz {quiz}, question {number}: {en}");
            problems.push(Problem::new(path, line, severity, words));
        };
        if question.question_text.trim().is_empty() {
            tell(Warning, words!("tanpa pertanyaan.", "nothing is asked."));
        }
        if question.answer_options.len() < 2 {
            tell(Warning, words!("kurang dari dua pilihan.", "fewer than two options."));
        }
        if question.answer_options.iter().any(|option| option.answer_text.trim().is_empty()) {
            tell(Warning, words!("ada pilihan tanpa teks.", "an option has no text."));
        }
        match question.answer_options.iter().filter(|option| option.right()).count() {
            0 => tell(
                Warning,
                words!(
                    "tidak ada pilihan yang benar; tak seorang pun bisa menjawabnya.",
                    "no option is right; nobody can answer it right."
                ),
            ),
            1 => {}
            right => tell(
                Warning,
                words!(
                    "{right} pilihan benar; memilih salah satunya sudah benar.",
                    "{right} options are right; ticking any of them is."
                ),
            ),
        }
        if question.answer_options.iter().any(OptionJson::unclear) {
            tell(
                Warning,
                words!(
                    "isCorrect sebuah pilihan bukan true dan bukan false; dianggap salah.",
                    "isCorrect of an option is neither true nor false; it is taken for wrong."
                ),
            );
        }
        let texts = question.answer_options.iter().map(|option| &option.answer_text).chain([&question.question_text]);
        if texts.into_iter().any(|text| looks_like_html(text)) {
            tell(
                Note,
                words!(
                    "ada HTML dalam teksnya; ditampilkan apa adanya.",
                    "has HTML in its text; it is shown to the letter."
                ),
            );
        }
    }
    Ok(())
}

/// The line of each question: of the n-th `"questionText"`.
fn question_lines(bytes: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(bytes);
    (1..)
        .zip(text.lines())
        .flat_map(|(line, text)| std::iter::repeat_n(line, text.matches("\"questionText\"").count()))
        .collect()
}

fn looks_like_html(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        rest.find('>').is_some_and(|end| end > 0) && rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
    })
}

//! Banks of questions: sent, looked through, written all or nothing into the draft of a quiz, asked and graded.

use std::fmt::Write;

use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use super::{
    done,
    files::{here, picture, upload},
    olx::packed,
    questions::{examined, publish, save, started, submit},
    sent,
};
use crate::harness::{Person, TestApp, user_errors};

const IMPORT: &str = "query ($id: ID!) { node(id: $id) { ... on Import { status done total quiz { id } course { id } problems { path line severity message } } } }";
const QUESTIONS: &str = "query ($id: ID!) { node(id: $id) { ... on Quiz { questionCount questions(first: 50) { nodes { __typename id prompt promptHtml points \
    ... on ChoiceQuestion { multiple choices { id text html } } ... on MatchingQuestion { options { text } } ... on OrderingQuestion { items { id text } } \
    answerKey { ... on ChoiceKey { feedback choices { choice fraction feedback } } ... on ShortAnswerKey { caseSensitive accepted { text fraction } } \
    ... on NumericKey { accepted { minimum maximum } } ... on EssayKey { rubric } } } } } } }";

/// Sends a bank and takes it over; gives the import as it ended.
async fn import(app: &TestApp, person: &Person, quiz: &Value, bank: &[u8], format: Option<&str>) -> Value {
    let upload = upload(app, person, "QUESTION_IMPORT", "bank", bank).await;
    let input = json!({ "quiz": quiz, "upload": upload, "format": format });
    let asked = done(&person.client, "importQuestions", input, "import { id status }").await["import"].clone();
    assert_eq!(asked["status"], "QUEUED");
    app.work().await;
    person.client.data(IMPORT, json!({ "id": asked["id"] })).await["node"].clone()
}

async fn questions(person: &Person, quiz: &Value) -> Vec<Value> {
    let quiz = person.client.data(QUESTIONS, json!({ "id": quiz })).await["node"].clone();
    let nodes = quiz["questions"]["nodes"].as_array().expect("questions").clone();
    assert_eq!(quiz["questionCount"], nodes.len());
    nodes
}

fn one<'a>(questions: &'a [Value], prompt: &str) -> &'a Value {
    questions
        .iter()
        .find(|question| question["prompt"] == prompt)
        .unwrap_or_else(|| panic!("{prompt} in {questions:?}"))
}

fn problems(import: &Value) -> Vec<String> {
    let problems = import["problems"].as_array().expect("problems").iter();
    problems
        .map(|one| {
            format!(
                "{} {} {}",
                one["line"],
                one["severity"].as_str().expect("one"),
                one["message"].as_str().expect("one")
            )
        })
        .collect()
}

fn first() -> Vec<Value> {
    vec![
        json!({ "shortAnswer": { "prompt": "Mengapa?", "points": "4", "accepted": [{ "text": "*", "fraction": "1" }] } }),
    ]
}

const GIFT: &str = "// [id:kopi-1]
::Kopi::[html]Yang <b>mana</b> \\(x &lt; y\\)? <script>alert(1)</script>{
=Arabika#Tepat.
~%50%<i>Robusta</i>
~Kakao
}

Berapa? {#3.14:0.01}

Ibu kota? {=Jakarta =%50%Batavia}

Pasangkan. {=cat -> kucing =dog -> anjing = -> ikan}

Kopi itu buah. {T#Salah lihat.#Betul}

Urutkan. {>ALL
satu
dua
}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_in_gift_is_asked_and_graded() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({ "feedback": "AFTER_EACH_ATTEMPT" }), first()).await;
    let ani = &exam.instructor;
    let ended = import(&app, ani, &exam.quiz, GIFT.as_bytes(), None).await;
    assert_eq!(
        (&ended["status"], &ended["done"], &ended["total"]),
        (&json!("COMPLETED"), &json!(6), &json!(6)),
        "{ended}"
    );
    assert_eq!((&ended["quiz"]["id"], &ended["course"]["id"]), (&exam.quiz, &exam.course));
    assert_eq!(problems(&ended), Vec::<String>::new());
    let found = questions(ani, &exam.quiz).await;
    let prompts: Vec<&str> = found.iter().filter_map(|question| question["prompt"].as_str()).collect();
    assert_eq!(prompts[0], "Mengapa?", "what was there stays before them");
    assert_eq!(prompts[2..], ["Berapa?", "Ibu kota?", "Pasangkan.", "Kopi itu buah.", "Urutkan."]);
    let coffee = &found[1];
    assert_eq!(coffee["promptHtml"], "Yang <b>mana</b> \\(x &lt; y\\)? ", "formulas pass, scripts do not");
    assert_eq!(coffee["choices"][1]["html"], "<i>Robusta</i>");
    assert_eq!(
        coffee["answerKey"]["choices"][0],
        json!({ "choice": coffee["choices"][0]["id"], "fraction": "1", "feedback": "Tepat." })
    );
    let truth = one(&found, "Kopi itu buah.");
    let texts: Vec<_> =
        truth["choices"].as_array().expect("choices").iter().map(|choice| choice["text"].clone()).collect();
    assert_eq!(texts, ["Benar", "Salah"], "in the language of the course");
    assert_eq!(one(&found, "Berapa?")["answerKey"]["accepted"][0], json!({ "minimum": "3.13", "maximum": "3.15" }));

    // Nobody learns it before it is published; then it is asked and graded like any other.
    let learner = app.person("Budi Santoso").await;
    let before = started(&exam, &learner).await;
    assert_eq!(before["answers"].as_array().map(Vec::len), Some(1));
    submit(&learner, &before).await;
    publish(&ani.client, &exam.reviewer.client, &exam.course).await;
    let learner = app.person("Cici Lestari").await;
    let attempt = started(&exam, &learner).await;
    let answers = attempt["answers"].as_array().expect("answers");
    assert_eq!(answers.len(), 7);
    for answer in answers {
        let question = &answer["question"];
        let response = match question["prompt"].as_str().expect("a prompt") {
            "Berapa?" => json!({ "number": "3.15" }),
            "Ibu kota?" => json!({ "text": "batavia" }),
            "Kopi itu buah." => json!({ "choices": [question["choices"][0]["id"]] }),
            _ => continue,
        };
        assert_eq!(save(&learner, &attempt, question, response).await, Vec::<String>::new());
    }
    let graded = submit(&learner, &attempt).await;
    let score = |prompt: &str| {
        let answers = graded["answers"].as_array().expect("answers");
        answers.iter().find(|answer| answer["question"]["prompt"] == prompt).expect("an answer")["score"].clone()
    };
    assert_eq!([score("Berapa?"), score("Ibu kota?"), score("Kopi itu buah.")], ["1", "0.5", "1"]);
    app.stop().await;
}

fn moodle(inner: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<quiz>\n{inner}\n</quiz>\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_of_moodle_brings_its_files_and_is_written_anew() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({}), first()).await;
    let ani = &exam.instructor;
    let image = base64(&picture(3, 2, image::ImageFormat::Png));
    let choice = |asked: &str, second: &str| {
        format!(
            "<question type='multichoice'><idnumber>peta</idnumber><name><text>Peta</text></name><questiontext format='html'>\
             <text><![CDATA[<p>{asked} <img src=\"@@PLUGINFILE@@/peta%20satu.png\" alt=\"peta\"><img src=\"data:image/png;base64,{image}\"></p>]]></text>\
             <file name='peta satu.png' encoding='base64'>{image}</file><file name='alat.exe' encoding='base64'>TVqQAAMAAAAEAAAA//8AALgAAAA=</file></questiontext>\
             <generalfeedback format='html'><text>&lt;p&gt;Lihat &amp;amp; &lt;b&gt;baca&lt;/b&gt;&lt;/p&gt;</text></generalfeedback>\
             <single>true</single><answer fraction='100'><text>Jawa</text></answer><answer fraction='0'><text>{second}</text></answer></question>"
        )
    };
    let cloze = "\n<question type='cloze'><name><text>Isian</text></name></question>";
    let unsound = "\n<question type='shortanswer'><name><text>Tanpa</text></name><questiontext><text>Siapa?</text></questiontext></question>";
    let bank = moodle(&(choice("Di mana?", "Bali") + cloze + unsound));
    let ended = import(&app, ani, &exam.quiz, bank.as_bytes(), Some("MOODLE_XML")).await;
    assert_eq!((&ended["status"], &ended["total"]), (&json!("COMPLETED"), &json!(1)), "{ended}");
    assert_eq!(
        problems(&ended),
        [
            "3 WARNING \"alat.exe\": A program that runs: not taken over.",
            "4 WARNING \"Isian\": There is no cloze here yet.",
            "5 WARNING This question is left out: accepted: From 1 to 50.",
        ]
    );
    let before = questions(ani, &exam.quiz).await;
    let html = before[1]["promptHtml"].as_str().expect("HTML");
    let links: Vec<&str> = html.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(links.len(), 2, "{html}");
    for link in links {
        let link = here(&app, &json!(link.replace("&amp;", "&")));
        let bytes = reqwest::get(link).await.expect("an answer").bytes().await.expect("bytes");
        assert_eq!(base64(&bytes), image);
    }
    assert_eq!(before[1]["answerKey"]["feedback"], "Lihat & baca");

    // The same bank again: the question that is the same one keeps its id, and its choices keep theirs.
    let ended = import(&app, ani, &exam.quiz, moodle(&choice("Di pulau mana?", "Madura")).as_bytes(), None).await;
    assert_eq!(ended["status"], "COMPLETED", "{ended}");
    let after = questions(ani, &exam.quiz).await;
    assert_eq!((after.len(), &after[1]["id"]), (2, &before[1]["id"]));
    assert!(after[1]["prompt"].as_str().expect("a prompt").contains("Di pulau mana?"));
    assert_eq!(after[1]["choices"][0]["id"], before[1]["choices"][0]["id"]);
    assert_eq!(after[1]["choices"][1]["text"], "Madura");
    assert_ne!(after[1]["choices"][1]["id"], before[1]["choices"][1]["id"]);
    app.stop().await;
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_of_open_edx_are_a_bank() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({}), first()).await;
    let ani = &exam.instructor;
    let archive = packed(&[
        ("library.xml", r#"<library display_name="Bank"><problem url_name="p1"/><problem url_name="p2"/></library>"#),
        (
            "problem/p1.xml",
            r#"<problem><multiplechoiceresponse><label>Mana?</label><choicegroup><choice correct="true">Ya</choice><choice correct="false">Tidak</choice></choicegroup></multiplechoiceresponse></problem>"#,
        ),
        (
            "problem/p2.xml",
            r#"<problem><p>Massa?</p><numericalresponse answer="200"><responseparam type="tolerance" default="5%"/></numericalresponse>
<stringresponse answer="Bung *Hatta*" type="ci"><label>Siapa?</label><additional_answer answer="Hatta"/></stringresponse>
<customresponse cfn="f"/></problem>"#,
        ),
    ]);
    let ended = import(&app, ani, &exam.quiz, &archive, None).await;
    assert_eq!((&ended["status"], &ended["total"]), (&json!("COMPLETED"), &json!(3)), "{ended}");
    let found = questions(ani, &exam.quiz).await;
    assert_eq!(one(&found, "Massa?")["answerKey"]["accepted"][0], json!({ "minimum": "190", "maximum": "210" }));
    let text = one(&found, "Massa?\nSiapa?");
    assert_eq!(text["answerKey"]["accepted"][0], json!({ "text": "Bung \\*Hatta\\*", "fraction": "1" }));
    assert!(
        problems(&ended).iter().any(|told| told.starts_with("3 WARNING") && told.contains("customresponse")),
        "{ended}"
    );
    let single =
        import(&app, ani, &exam.quiz, br#"<problem><p>Berapa?</p><numericalresponse answer="[1,5]"/></problem>"#, None)
            .await;
    assert_eq!(single["status"], "COMPLETED", "{single}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_bank_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({}), first()).await;
    let ani = &exam.instructor;
    let version = "query ($id: ID!) { node(id: $id) { ... on Course { version draft { version } } } }";
    let at = async || ani.client.data(version, json!({ "id": exam.course })).await["node"].clone();
    let before = at().await;
    for (bank, format, line, word) in [
        ("Baik. {=a}\n\nBerapa? {#tiga}\n", None, "3", "no number"),
        ("<quiz>\n<question type='essay'></quiz>", None, "2", "malformed"),
        ("<!DOCTYPE quiz [<!ENTITY a 'b'>]>\n<quiz></quiz>", Some("MOODLE_XML"), "1", "DOCTYPE"),
        ("Baik. {=a}\n", Some("MOODLE_XML"), "2", "no <quiz>"),
        ("Hanya teks.\n", None, "null", "no question"),
        ("\u{0}", None, "1", "U+0000"),
    ] {
        let ended = import(&app, ani, &exam.quiz, bank.as_bytes(), format).await;
        assert_eq!(
            (&ended["status"], &ended["done"], &ended["course"]),
            (&json!("FAILED"), &json!(0), &Value::Null),
            "{bank}"
        );
        let told = problems(&ended);
        assert!(
            told.iter().any(|told| told.starts_with(&format!("{line} ERROR")) && told.contains(word)),
            "{bank}: {told:?}"
        );
    }
    assert_eq!(at().await, before, "not even a draft is begun");
    assert_eq!(questions(ani, &exam.quiz).await.len(), 1);

    // While it is being reviewed nothing is written into it.
    let bank = upload(&app, ani, "QUESTION_IMPORT", "bank.gift", b"Baik. {=a}\n").await;
    let input = json!({ "quiz": exam.quiz, "upload": bank });
    let asked = done(&ani.client, "importQuestions", input.clone(), "import { id }").await["import"].clone();
    let title = json!({ "id": exam.course, "title": "Ujian kedua" });
    done(&ani.client, "updateCourse", title, "course { id }").await;
    done(&ani.client, "submitCourse", json!({ "id": exam.course }), "submission { id }").await;
    app.work().await;
    let ended = ani.client.data(IMPORT, json!({ "id": asked["id"] })).await["node"].clone();
    assert_eq!(ended["status"], "FAILED");
    assert!(problems(&ended)[0].contains("being reviewed"), "{ended}");

    // Who may not, and what does not fit, is told at once.
    let refused = async |person: &Person, input: Value| {
        user_errors(&sent(&person.client, "importQuestions", input, "import { id }").await)
    };
    assert_eq!(refused(ani, input).await, ["NOT_FOUND input.upload"], "it has served");
    let other = super::instructor(&app, &exam.reviewer, "Citra Dewi").await;
    let bank = upload(&app, &other, "QUESTION_IMPORT", "bank.gift", b"Baik. {=a}\n").await;
    assert_eq!(refused(&other, json!({ "quiz": exam.quiz, "upload": bank })).await, ["NOT_FOUND input.quiz"]);
    let attachment = upload(&app, ani, "ATTACHMENT", "bank.gift", b"Baik. {=a}\n").await;
    assert_eq!(refused(ani, json!({ "quiz": exam.quiz, "upload": attachment })).await, ["NOT_FOUND input.upload"]);
    let markdown = json!({ "quiz": exam.quiz, "upload": attachment, "format": "MARKDOWN" });
    assert_eq!(refused(ani, markdown).await, ["INVALID input.format"]);
    let admin = app.staff("Wati Susanti", Role::Admin).await;
    let own = upload(&app, &admin, "QUESTION_IMPORT", "bank.gift", b"Baik. {=a}\n").await;
    assert_eq!(refused(&admin, json!({ "quiz": exam.quiz, "upload": own })).await, Vec::<String>::new());
    assert_eq!(refused(&admin, json!({ "quiz": exam.quiz, "upload": own })).await, ["ALREADY_DONE input.upload"]);
    let learner = app.person("Budi Santoso").await;
    let document = "mutation ($input: ImportQuestionsInput!) { importQuestions(input: $input) { import { id } } }";
    let answer = learner.client.send(document, json!({ "input": { "quiz": exam.quiz, "upload": own } })).await;
    assert_eq!(answer.codes(), ["FORBIDDEN"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiz_that_would_be_too_large_stays_as_it_is() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({}), first()).await;
    let ani = &exam.instructor;
    let mut bank = String::new();
    for number in 0..50_000 {
        writeln!(bank, "Soal {number} {{=a}}\n").expect("text");
    }
    let ended = import(&app, ani, &exam.quiz, bank.as_bytes(), None).await;
    assert_eq!((&ended["status"], &ended["course"]), (&json!("FAILED"), &Value::Null));
    assert!(problems(&ended)[0].contains("more than 50000 questions"), "{ended}");
    assert_eq!(questions(ani, &exam.quiz).await.len(), 1);
    app.stop().await;
}

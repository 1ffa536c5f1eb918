//! Problems of Open edX as questions. What a problem asks by other means than choices, a number or a few words is told and left out.

use roxmltree::Node;
use rust_decimal::Decimal;

use super::{
    Reading, answers,
    xml::{Words, attribute, elements, place, says_yes},
};
use crate::{
    catalog::{
        import::{
            Problem,
            ProblemSeverity::{Error, Note, Warning},
            markdown::text::cut,
            outline::{Choice, Question},
        },
        model::{FeedbackPolicy, MILLIONTHS},
        policy,
    },
    platform::text,
};

/// What a problem says of the quiz that it is in.
#[derive(Default)]
pub(super) struct Manner {
    /// How often one may try, as each problem has it.
    pub(super) attempts: Vec<Option<i32>>,
    /// When its answers are shown, as each problem has it.
    pub(super) shown: Vec<String>,
    /// Whether one of them puts its choices in another order each time.
    pub(super) shuffle: bool,
}

impl Manner {
    /// The attempts that all allow; of different ones the most.
    pub(super) fn attempts(&self) -> Option<i32> {
        let limited: Option<Vec<i32>> = self.attempts.iter().copied().collect();
        limited?.into_iter().max().filter(|most| (1..=policy::ATTEMPTS).contains(most))
    }

    /// Whether its problems allow different numbers of attempts.
    pub(super) fn differs(&self) -> bool {
        self.attempts.windows(2).any(|pair| pair[0] != pair[1])
    }

    /// When learners see the key: as late as the strictest of its problems has it.
    pub(super) fn feedback(&self) -> FeedbackPolicy {
        let says = |word: &str| self.shown.iter().any(|shown| shown == word);
        let at_once = ["always", "answered", "attempted", "attempted_no_past_due", "correct_or_past_due"];
        if says("never") {
            FeedbackPolicy::Never
        } else if self.shown.iter().all(|shown| at_once.contains(&shown.as_str())) {
            FeedbackPolicy::AfterEachAttempt
        } else if self.attempts().is_some() {
            FeedbackPolicy::AfterLastAttempt
        } else {
            FeedbackPolicy::AfterEachAttempt
        }
    }
}

/// What no prompt holds.
const NO_PROMPT: [&str; 16] = [
    "script",
    "style",
    "solution",
    "demandhint",
    "hint",
    "choicehint",
    "optionhint",
    "correcthint",
    "stringequalhint",
    "regexphint",
    "compoundhint",
    "additional_answer",
    "optioninput",
    "choicegroup",
    "checkboxgroup",
    "responseparam",
];

/// What a problem asks, in its order: what stands within another question belongs to that.
fn responses<'a, 'input>(problem: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
    let mut found = Vec::new();
    let mut open: Vec<Node> = problem.children().rev().collect();
    while let Some(node) = open.pop() {
        if node.is_element() && node.tag_name().name().ends_with("response") {
            found.push(node);
            if found.len() > policy::ASKED {
                break;
            }
        } else {
            open.extend(node.children().rev());
        }
    }
    found
}

/// The questions of a problem.
///
/// # Errors
/// Where there are more than a quiz may have.
pub(super) fn questions(
    reading: &mut Reading<'_>,
    path: &str,
    problem: Node<'_, '_>,
    source: &str,
) -> Result<Vec<Question>, Problem> {
    let title = attribute(problem, "display_name").unwrap_or_default();
    let responses = responses(problem);
    let most = policy::ASKED;
    if responses.len() > most {
        let words = words!("Lebih dari {most} soal.", "More than {most} questions.");
        return Err(Problem::new(path, Some(place(problem).line()), Error, words));
    }
    tell_of_problem(reading, path, problem);
    let known = ["max_attempts", "showanswer", "weight", "markdown", "rerandomize"];
    reading.tell_of_attributes(path, problem, &known);
    if responses.is_empty() {
        let words = words!("Tidak menanyakan apa-apa; ditinggalkan.", "It asks nothing; left out.");
        reading.tell(path, problem, Warning, words);
    }
    let points = points(reading, path, problem, responses.len());
    let mut shared = Words::default();
    for node in elements(problem).filter(|node| !node.tag_name().name().ends_with("response")) {
        shared.add(node, &NO_PROMPT);
    }
    let pictures = shared.pictures;
    let shared: String = shared.told().chars().take(policy::PROMPT + 1).collect();
    let solution = text_of(problem.children().find(|node| node.has_tag_name("solution")));
    let solution: Option<String> = solution.map(|text| text.chars().take(policy::PROMPT + 1).collect());
    let mut found = Vec::new();
    for (number, response) in (1..).zip(&responses) {
        let kind = response.tag_name().name();
        reading.count(kind);
        let chosen = choices(reading, path, *response);
        let asks = if chosen.is_none() { answers::asks(reading, path, *response) } else { None };
        if chosen.is_none() && asks.is_none() {
            let words = words!(
                "Soal \"{title}\" berjenis {kind}, dengan cara yang belum ada di sini; ditinggalkan.",
                "The question \"{title}\" is a {kind}, of a manner that there is none of here yet; left out."
            );
            reading.leave(path, *response, words);
            continue;
        }
        let (multiple, options) = chosen.unwrap_or_default();
        reading.tell_of_attributes(path, *response, &["type", "answer"]);
        if asks.is_none() && !(2..=policy::CHOICES).contains(&options.len()) {
            let most = policy::CHOICES;
            let words = words!(
                "Soal \"{title}\" tidak punya dua sampai {most} pilihan; ditinggalkan.",
                "The question \"{title}\" has not two to {most} choices; left out."
            );
            reading.leave(path, *response, words);
            continue;
        }
        let mut own = Words::default();
        let says = |node: &Node| ["label", "description", "p", "legend"].iter().any(|name| node.has_tag_name(*name));
        for node in elements(*response).filter(says) {
            own.add(node, &NO_PROMPT);
        }
        if own.pictures + pictures > 0 {
            let words = words!("Gambar dalam soal tidak diambil.", "Pictures in the question are not taken over.");
            reading.tell(path, *response, Warning, words);
        }
        let parts = [shared.clone(), own.told()];
        let prompt = parts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        let prompt = if prompt.is_empty() { title.to_owned() } else { prompt };
        let own_solution = text_of(response.descendants().find(|node| node.has_tag_name("solution")));
        let feedback = own_solution.or_else(|| solution.clone());
        let question = Question {
            source: format!("{source}#{number}"),
            multiple,
            prompt: cut(&prompt, policy::PROMPT, path, &mut reading.problems),
            prompts: std::collections::BTreeMap::new(),
            points,
            feedback: feedback.map(|text| cut(&text, policy::PROMPT, path, &mut reading.problems)),
            options,
            asks,
        };
        if let Some(why) = question.unsound() {
            let text::Words { id, en } = why;
            let words = words!("Soal \"{title}\" ditinggalkan: {id}", "The question \"{title}\" is left out: {en}");
            reading.leave(path, *response, words);
            continue;
        }
        let said = |feedback: &Option<String>| feedback.as_ref().map_or(0, String::len);
        let chosen: usize = question.options.iter().map(|choice| choice.text.len() + said(&choice.feedback)).sum();
        reading.spend(path, question.prompt.len() + said(&question.feedback) + chosen)?;
        found.push(question);
    }
    Ok(found)
}

/// Tells what of a problem as a whole is not taken over.
fn tell_of_problem(reading: &mut Reading<'_>, path: &str, problem: Node<'_, '_>) {
    let has = |name: &str| problem.descendants().filter(|node| node.has_tag_name(name)).count();
    let (scripts, hints) = (has("script"), has("hint") + has("compoundhint"));
    if scripts > 0 {
        let words =
            words!("Skripnya ({scripts}) tidak dijalankan di sini.", "Its scripts ({scripts}) are not run here.");
        reading.tell(path, problem, Warning, words);
    }
    if hints > 0 {
        let words = words!("Petunjuknya ({hints}) tidak diambil.", "Its hints ({hints}) are not taken over.");
        reading.tell(path, problem, Note, words);
    }
    if attribute(problem, "rerandomize").is_some_and(|value| value != "never") && scripts > 0 {
        let words = words!("Pengacakan nilainya tidak diambil.", "That its values are random is not taken over.");
        reading.tell(path, problem, Note, words);
    }
}

/// What each of a problem's questions is worth: one point, unless it says otherwise.
fn points(reading: &mut Reading<'_>, path: &str, problem: Node<'_, '_>, questions: usize) -> i64 {
    let Some(given) = attribute(problem, "weight") else { return MILLIONTHS };
    let share = given.parse::<Decimal>().ok().and_then(|weight| {
        let millionths = weight.checked_mul(Decimal::from(MILLIONTHS))?;
        i64::try_from(millionths.checked_div(Decimal::from(questions.max(1)))?.round()).ok()
    });
    if let Some(share) = share.filter(|share| (1..=policy::POINTS).contains(share)) {
        return share;
    }
    let words = words!(
        "Bobotnya {given}: di sini setiap soal bernilai, maka satu poin.",
        "Its weight is {given}: here every question is worth something, so it is one point."
    );
    reading.tell(path, problem, Note, words);
    MILLIONTHS
}

/// Whether several may be ticked, and the choices; nothing of a question without choices.
fn choices(reading: &mut Reading<'_>, path: &str, response: Node<'_, '_>) -> Option<(bool, Vec<Choice>)> {
    match response.tag_name().name() {
        "multiplechoiceresponse" | "truefalseresponse" => Some((false, one_of(reading, path, response))),
        "choiceresponse" => Some((true, some_of(reading, path, response))),
        "optionresponse" => Some((false, one_of_a_list(reading, path, response))),
        _ => None,
    }
}

fn choice(reading: &mut Reading<'_>, path: &str, node: Node<'_, '_>, fraction: i64) -> Choice {
    let mut words = Words::default();
    reading.tell_of_attributes(path, node, &["correct", "point_value", "name"]);
    words.add(node, &["choicehint", "optionhint"]);
    if words.pictures > 0 {
        let told = words!("Gambar dalam pilihan tidak diambil.", "Pictures in a choice are not taken over.");
        reading.tell(path, node, Warning, told);
    }
    let hints = || node.children().filter(|child| child.has_tag_name("choicehint") || child.has_tag_name("optionhint"));
    if hints().any(|hint| attribute(hint, "selected").is_some_and(|value| value.eq_ignore_ascii_case("false"))) {
        let told = words!(
            "Yang dikatakan bila pilihan ini tidak dicentang tidak diambil.",
            "What is said to who did not tick this choice is not taken over."
        );
        reading.tell(path, node, Note, told);
    }
    let said = hints().find(|hint| attribute(*hint, "selected").is_none_or(|value| value.eq_ignore_ascii_case("true")));
    let text = words.told();
    Choice {
        text: cut(if text.is_empty() { "…" } else { &text }, policy::PROMPT, path, &mut reading.problems),
        texts: std::collections::BTreeMap::new(),
        fraction,
        feedback: text_of(said).map(|text| cut(&text, policy::PROMPT, path, &mut reading.problems)),
    }
}

/// The choices of a question; nothing where they are too many, before anything is made of them.
fn few<'a, 'input>(response: Node<'a, 'input>) -> Option<Vec<Node<'a, 'input>>> {
    let choices = response.descendants().filter(|node| node.has_tag_name("choice"));
    let some: Vec<Node> = choices.take(policy::CHOICES + 1).collect();
    (some.len() <= policy::CHOICES).then_some(some)
}

/// One may be ticked; where several are right, each of them is.
fn one_of(reading: &mut Reading<'_>, path: &str, response: Node<'_, '_>) -> Vec<Choice> {
    let Some(nodes) = few(response) else { return Vec::new() };
    let options: Vec<Choice> = nodes.into_iter().map(|node| choice(reading, path, node, worth(node))).collect();
    if options.iter().all(|option| option.fraction != MILLIONTHS) {
        let words = words!("Tak satu pun pilihannya benar sepenuhnya.", "None of its choices is right in full.");
        reading.tell(path, response, Warning, words);
    }
    options
}

/// What a choice is worth where one may be ticked.
fn worth(node: Node<'_, '_>) -> i64 {
    match attribute(node, "correct").map(str::to_ascii_lowercase).as_deref() {
        Some("true") => MILLIONTHS,
        Some("partial") => part(node),
        _ => 0,
    }
}

/// A choice that is right in part: a half, unless it says how much.
fn part(node: Node<'_, '_>) -> i64 {
    let given = attribute(node, "point_value").and_then(|value| value.parse::<Decimal>().ok());
    let millionths = given.and_then(|value| i64::try_from(value.checked_mul(Decimal::from(MILLIONTHS))?.round()).ok());
    millionths.filter(|value| (0..=MILLIONTHS).contains(value)).unwrap_or(MILLIONTHS / 2)
}

/// Several may be ticked: the right ones earn all together, and a wrong one loses all.
fn some_of(reading: &mut Reading<'_>, path: &str, response: Node<'_, '_>) -> Vec<Choice> {
    let Some(nodes) = few(response) else { return Vec::new() };
    let right: Vec<bool> = nodes.iter().map(|node| says_yes(*node, "correct")).collect();
    for node in nodes
        .iter()
        .filter(|node| attribute(**node, "correct").is_some_and(|said| said.eq_ignore_ascii_case("partial")))
    {
        let words = words!(
            "Benar sebagian, di antara yang boleh dicentang bersama: di sini dianggap salah.",
            "Right in part, among those that may be ticked together: taken as wrong here."
        );
        reading.tell(path, *node, Warning, words);
    }
    let count = i64::try_from(right.iter().filter(|right| **right).count()).unwrap_or(i64::MAX);
    let (share, rest) = (MILLIONTHS.checked_div(count).unwrap_or(0), MILLIONTHS.checked_rem(count).unwrap_or(0));
    let mut rest = rest;
    let options: Vec<Choice> = nodes
        .into_iter()
        .zip(&right)
        .map(|(node, right)| {
            // What can't be divided goes to the first ones.
            let more = i64::from(*right && rest > 0);
            rest -= more;
            choice(reading, path, node, if *right { share + more } else { -MILLIONTHS })
        })
        .collect();
    let told = if count == 0 {
        words!("Tak satu pun pilihannya benar.", "None of its choices is right.")
    } else if right.iter().all(|right| *right) {
        words!(
            "Semua pilihannya benar: siapa mencentang semuanya mendapat semuanya.",
            "All of its choices are right: who ticks them all earns it all."
        )
    } else {
        let words = words!(
            "Dinilai sebagian di sini: tiap yang benar bernilai, satu yang salah menghabiskannya.",
            "Graded in parts here: each right one counts, and a wrong one takes all of it."
        );
        reading.tell(path, response, Note, words);
        return options;
    };
    reading.tell(path, response, Warning, told);
    options
}

/// One of a list, written as elements or in an attribute: `options="('one','two')" correct="one"`.
fn one_of_a_list(reading: &mut Reading<'_>, path: &str, response: Node<'_, '_>) -> Vec<Choice> {
    let inputs: Vec<Node> = response.descendants().filter(|node| node.has_tag_name("optioninput")).collect();
    if inputs.len() > 1 {
        let words = words!("Hanya daftar pertamanya diambil.", "Only the first of its lists is taken over.");
        reading.tell(path, response, Warning, words);
    }
    let Some(input) = inputs.first() else { return Vec::new() };
    let nodes = input.children().filter(|node| node.has_tag_name("option"));
    let nodes: Vec<Node> = nodes.take(policy::CHOICES + 1).collect();
    let options: Vec<Choice> = if nodes.is_empty() {
        let right = attribute(*input, "correct").unwrap_or_default();
        listed(attribute(*input, "options").unwrap_or_default())
            .into_iter()
            .map(|text| Choice {
                fraction: if text == right { MILLIONTHS } else { 0 },
                text: cut(&text, policy::PROMPT, path, &mut reading.problems),
                texts: std::collections::BTreeMap::new(),
                feedback: None,
            })
            .collect()
    } else {
        nodes.into_iter().map(|node| choice(reading, path, node, worth(node))).collect()
    };
    if options.iter().all(|option| option.fraction != MILLIONTHS) {
        let words = words!("Tak satu pun pilihannya benar.", "None of its choices is right.");
        reading.tell(path, response, Warning, words);
    }
    options
}

/// `('one','it\'s two')`.
fn listed(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(char, String)> = None;
    let mut escaped = false;
    for c in text.chars() {
        // One too many is enough to be refused.
        if found.len() > policy::CHOICES {
            break;
        }
        match &mut open {
            Some((_, item)) if escaped => {
                item.push(c);
                escaped = false;
            }
            Some(_) if c == '\\' => escaped = true,
            Some((quote, item)) if c == *quote => {
                found.push(std::mem::take(item));
                open = None;
            }
            Some((_, item)) => item.push(c),
            None if matches!(c, '\'' | '"') => open = Some((c, String::new())),
            None => {}
        }
    }
    found
}

pub(super) fn text_of(node: Option<Node<'_, '_>>) -> Option<String> {
    let mut words = Words::default();
    words.add(node?, &["script", "style"]);
    Some(words.told()).filter(|text| !text.is_empty())
}

/// What a problem says of the quiz that it is in.
pub(super) fn manner(problem: Node<'_, '_>, manner: &mut Manner) {
    manner.attempts.push(attribute(problem, "max_attempts").and_then(|given| given.parse().ok()));
    manner.shown.push(attribute(problem, "showanswer").unwrap_or("finished").to_owned());
    manner.shuffle |= problem.descendants().any(|node| says_yes(node, "shuffle"));
}

/// Told of a quiz whose problems allow different numbers of attempts.
pub(super) fn attempts_differ(path: &str) -> Problem {
    Problem::new(
        path,
        None,
        Note,
        words!(
            "Soal-soalnya membolehkan jumlah percobaan yang berbeda; kuisnya membolehkan yang terbanyak.",
            "Its problems allow different numbers of attempts; the quiz allows the most of them."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_an_attribute() {
        assert_eq!(listed("('one','it\\'s two', \"three\")"), ["one", "it's two", "three"]);
        assert_eq!(listed("()"), Vec::<String>::new());
        assert_eq!(listed("('open"), Vec::<String>::new());
    }
}

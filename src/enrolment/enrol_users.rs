//! An admin or an instructor enrols others, one line each: some may be enrolled where others can't.

use super::{
    enrol::{self, By},
    mail,
    model::EnrolmentId,
    store,
};
use crate::{
    academies, accounts, audit,
    catalog::{
        self, authority,
        model::{CourseRow, RunId},
        store::{CourseById, RunById},
    },
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::{Role, UserId},
        text::Words,
    },
    uploads::{self, UploadId, UploadPurpose},
};

/// People of one list at most.
pub const MOST: usize = 300;

/// Who is to be enrolled.
pub enum Who {
    /// These.
    People(Vec<UserId>),
    /// Those of a list that was sent: CSV, with user names or mail addresses in its first column.
    List(UploadId),
}

/// What became of one of them.
pub struct Line {
    /// The line of the list, or the place among those who were named; from one on.
    pub line: u64,
    /// Their enrolment.
    pub outcome: Result<EnrolmentId, Objection>,
}

enum Named {
    Id(UserId),
    Login(String),
}

/// Enrols people in a run of a course that the viewer teaches, or of their academy's where they run it. An instructor enrols who learns with
/// them already: whom they do not know enrols themselves, by an invitation code; else a list of names would open what is shared with whoever teaches.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database. Who was enrolled before a fault stays so: sent again, they are told as that.
pub async fn enrol_users(call: &Call, run: RunId, who: Who) -> Result<Result<Vec<Line>, Objection>, Fault> {
    let viewer = call.viewer().signed_in()?;
    let not_found = || Ok(Err(Objection::not_found("run")));
    let Some(row) = call.load(RunById(run)).await? else { return not_found() };
    let Some(course) = call.load(CourseById(row.course_id)).await? else { return not_found() };
    if !authority::may_edit(call, course.id).await? {
        return not_found();
    }
    let named = match who {
        Who::People(people) if people.len() <= MOST => (1..).zip(people.into_iter().map(Named::Id)).collect::<Vec<_>>(),
        Who::People(_) => return Ok(Err(too_many("users"))),
        Who::List(upload) => match listed(call, viewer, upload).await? {
            Ok(logins) => logins.into_iter().map(|(line, login)| (line, Named::Login(login))).collect(),
            Err(objection) => return Ok(Err(objection)),
        },
    };
    let mut lines = Vec::new();
    for (line, named) in named {
        let outcome = one(call, viewer, &course, run, named).await?;
        lines.push(Line { line, outcome });
    }
    call.forget_loaded();
    Ok(Ok(lines))
}

fn too_many(field: &str) -> Objection {
    let words = words!("Paling banyak {MOST} orang sekali kirim.", "No more than {MOST} people at a time.");
    Objection::new(UserErrorCode::LimitReached, field, words)
}

/// The names of a list, with their lines. The list is used up.
async fn listed(call: &Call, user: UserId, id: UploadId) -> Result<Result<Vec<(u64, String)>, Objection>, Fault> {
    let field = "upload";
    let found = uploads::store::of(&*call.reader().await?, user, id).await?;
    let Some(found) = found.filter(|found| found.purpose == UploadPurpose::Enrolment) else {
        return Ok(Err(Objection::not_found(field)));
    };
    if found.stored_at.is_none() {
        return Ok(Err(uploads::not_sent(field)));
    }
    let name = uploads::receive::name(id);
    let bytes = call.services.storage.get(call.academy, &name).await?.unwrap_or_default();
    let logins = or_object!(read(&bytes));
    let mut tx = call.begin().await?;
    if uploads::store::take(&mut tx, &[id]).await? == 0 {
        return Ok(Err(Objection::not_found(field)));
    }
    tx.commit().await?;
    uploads::receive::used_up(&call.services, call.academy, id).await;
    Ok(Ok(logins))
}

/// The first column of a list, without its head and what is empty.
fn read(bytes: &[u8]) -> Result<Vec<(u64, String)>, Objection> {
    let invalid = |words: Words| Objection::new(UserErrorCode::Invalid, "upload", words);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(invalid(words!("Bukan UTF-8; simpan sebagai CSV UTF-8.", "Not UTF-8; save it as CSV UTF-8.")));
    };
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    // Spreadsheets write semicolons where a comma is part of numbers.
    let delimiter = if head.contains(';') && !head.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record
            .map_err(|error| invalid(words!("CSV ini tidak terbaca: {error}", "This CSV can't be read: {error}")))?;
        // A record is said to begin where the one before ended, within the end of its line.
        let end = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        let start = text.len() - text[end..].trim_start_matches(['\r', '\n']).len();
        let line = text[..start].matches('\n').count() as u64 + 1;
        let login = record.get(0).unwrap_or_default();
        let is_head = found.is_empty()
            && ["login", "email", "e-mail", "username", "user name"]
                .iter()
                .any(|word| login.eq_ignore_ascii_case(word));
        if login.is_empty() || is_head {
            continue;
        }
        if found.len() >= MOST {
            return Err(too_many("upload"));
        }
        found.push((line, login.to_owned()));
    }
    if found.is_empty() {
        return Err(invalid(words!(
            "Tidak ada nama: kolom pertama berisi nama pengguna atau alamat surel.",
            "There are no names: the first column has user names or mail addresses."
        )));
    }
    Ok(found)
}

async fn one(
    call: &Call,
    viewer: UserId,
    course: &CourseRow,
    run: RunId,
    named: Named,
) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let is_admin = call.viewer().roles.has(Role::Admin);
    let mut tx = call.begin().await?;
    let user = match named {
        Named::Id(user) => Some(user),
        Named::Login(login) => accounts::store::by_login(&tx, &login).await?.map(|login| login.user_id),
    };
    let known = match user {
        Some(user) if is_admin => tx.hold_account(user).await?.then_some(user),
        Some(user) => {
            let now = call.services.clock.now();
            let learns = !store::taught(&tx, viewer, &[user], now).await?.is_empty();
            (learns && tx.hold_account(user).await?).then_some(user)
        }
        None => None,
    };
    let Some(user) = known else {
        // The same of who is not there and of who is nobody's learner: a list of names is no way to ask who is here.
        let words = if is_admin {
            words!("Tidak ada akun seperti ini.", "There is no such account.")
        } else {
            words!(
                "Tidak ada pelajar Anda seperti ini; beri mereka kode undangan (createInvitationCode).",
                "You have no such learner; give them an invitation code (createInvitationCode)."
            )
        };
        return Ok(Err(Objection::new(UserErrorCode::NotFound, "", words)));
    };
    let id = or_object!(enrol::place(call, &mut tx, user, run, By::Academy).await?);
    let academy = academies::current_in(call, &tx).await?;
    let version = course.published_id.ok_or_else(|| anyhow::anyhow!("a published course without a version"))?;
    let letter = mail::enrolled(&academy.name, &catalog::store::version(&tx, version).await?.title);
    let told = (user, academy.language());
    accounts::mail::to_person(&mut tx, &call.services, &academy, told, audit::Action::UserEnrolled, &letter).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_as_spreadsheets_write_them() {
        let names = |text: &str| {
            let read = read(text.as_bytes()).unwrap_or_else(|objection| panic!("{}", objection.words.en));
            read.into_iter().map(|(line, name)| format!("{line} {name}")).collect::<Vec<_>>()
        };
        assert_eq!(
            names("\u{feff}Email;Nama\r\nani@example.org;Ani\r\n\r\n budi ;\"B;udi\"\r\n"),
            ["2 ani@example.org", "4 budi"]
        );
        assert_eq!(names("ani\n\"budi\"\n"), ["1 ani", "2 budi"]);
        let told = |bytes: &[u8]| read(bytes).err().map(|objection| objection.words.en.to_string()).unwrap_or_default();
        assert!(told(b"\xff\xfea").contains("UTF-8"));
        assert!(told(b"login\n\n").contains("no names"));
        assert!(told("a\n".repeat(MOST + 1).as_bytes()).contains("No more than"));
        assert_eq!(read("a\n".repeat(MOST).as_bytes()).map(|all| all.len()).ok(), Some(MOST));
    }
}

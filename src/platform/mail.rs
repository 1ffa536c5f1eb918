//! Mail: written sealed into the outbox in the transaction that has cause to, sent by a job, by SMTP or into files.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use lettre::{
    AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
};
use sanggar_schema::tables::mails;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    config::Settings,
    db::{AcademyId, Tx},
    fault::Fault,
    folders,
    graphql::Services,
    jobs::{self, Job},
    privacy::{Audience, Duty, Erasure, LegalBasis, Personal, PersonalDataClass, RetentionStart, Table, UserId},
    seal::Use,
    text::{Language, Words, html_escaped},
};

crate::datum!(
    /// A mail that waits to be sent.
    WaitingMail {
        field: "waitingMails",
        columns: &["mails.sealed"],
        class: PersonalDataClass::Communication,
        audience: &[] as &[Audience],
        purposes: &["account"],
        basis: LegalBasis::Contract,
        encrypted: true,
        withheld: Some("it reaches the person by mail, and may hold a secret that only the mail may have"),
        erasure: Erasure::Delete,
        starts: RetentionStart::Collected,
    }
);

/// The outbox, as the classification knows it.
pub const TABLES: &[Table] =
    &[Table::of_person("mails", "user_id", &["academy_id", "id", "user_id", "message_id", "created_at"])];

/// What a mail says, in both languages: a greeting, sentences, and at most one thing to do.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The subject.
    pub subject: Words,
    /// A paragraph each.
    pub paragraphs: Vec<Words>,
    /// What the link says, and where it leads; or a code to type.
    pub action: Option<(Words, String)>,
}

/// A letter in one language, ready to send.
#[derive(Serialize, Deserialize)]
struct Sealed {
    to: String,
    subject: String,
    text: String,
    html: String,
}

impl Letter {
    /// The subject, the text and the HTML.
    #[must_use]
    pub fn render(&self, academy: &str, language: Language) -> (String, String, String) {
        let subject = self.subject.in_language(language).to_owned();
        let mut text = String::new();
        let mut html = format!(
            "<!doctype html><html lang=\"{}\"><body style=\"font:16px/1.5 sans-serif;max-width:36em;margin:2em auto\">",
            language.tag()
        );
        for paragraph in &self.paragraphs {
            let paragraph = paragraph.in_language(language);
            text.push_str(paragraph);
            text.push_str("\n\n");
            html.push_str(&format!("<p>{}</p>", html_escaped(paragraph)));
        }
        if let Some((words, target)) = &self.action {
            let words = words.in_language(language);
            text.push_str(&format!("{words}:\n{target}\n\n"));
            let target = html_escaped(target);
            html.push_str(&if target.starts_with("http") {
                format!("<p><a href=\"{target}\">{}</a></p>", html_escaped(words))
            } else {
                format!("<p>{}:<br><code>{target}</code></p>", html_escaped(words))
            });
        }
        text.push_str(&format!("-- \n{academy}\n"));
        html.push_str(&format!("<p>{}</p></body></html>", html_escaped(academy)));
        (subject, text, html)
    }
}

#[derive(Insertable)]
#[diesel(table_name = mails)]
struct NewMail {
    id: Uuid,
    user_id: Option<UserId>,
    message_id: String,
    sealed: Personal<Vec<u8>, WaitingMail>,
    created_at: DateTime<Utc>,
}

/// Writes a letter into the outbox, in the name of `academy`; it is sent after the commit.
///
/// # Errors
/// Those of the database.
pub async fn post(
    tx: &mut Tx,
    services: &Services,
    academy: &str,
    to: (Option<UserId>, &str),
    language: Language,
    letter: &Letter,
) -> Result<(), Fault> {
    let (user_id, to) = to;
    let (subject, text, html) = letter.render(academy, language);
    let sealed = Sealed { to: to.to_owned(), subject, text, html };
    let plain = serde_json::to_vec(&sealed).map_err(anyhow::Error::from)?;
    let id = services.random.ordered_id::<()>(&services.clock).uuid();
    let new = NewMail {
        id,
        user_id,
        message_id: format!("<{id}@{}>", services.settings.mail_domain()),
        sealed: Personal::new(services.sealer.seal(Use::Mail, &plain)?),
        created_at: services.clock.now(),
    };
    diesel::insert_into(mails::table).values(&new).execute(&mut **tx).await?;
    jobs::enqueue(tx, services, &SendMail { mail: id }).await
}

/// Sends one mail of the outbox and removes it.
#[derive(Serialize, Deserialize)]
pub struct SendMail {
    mail: Uuid,
}

impl Job for SendMail {
    const KIND: &'static str = "send_mail";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        // No transaction stays open while a mail server thinks: the job's lease is what keeps others off.
        let reader = services.db.reader(academy);
        let found: Option<(String, Personal<Vec<u8>, WaitingMail>)> = mails::table
            .filter(mails::id.eq(self.mail))
            .select((mails::message_id, mails::sealed))
            .first(&mut &*reader.connection().await?)
            .await
            .optional()?;
        drop(reader);
        // Sent by an earlier try whose end was not written, or erased with its person.
        let Some((message_id, sealed)) = found else { return Ok(()) };
        let plain = services.sealer.open(Use::Mail, sealed.for_duty(Duty::Mail))?;
        let mail: Sealed = serde_json::from_slice(&plain).map_err(anyhow::Error::from)?;
        services.mailer.send(message_id, mail).await?;
        let mut tx = services.db.begin(academy).await?;
        diesel::delete(mails::table.filter(mails::id.eq(self.mail))).execute(&mut *tx).await?;
        tx.commit().await
    }
}

/// How mails leave.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp(Arc<AsyncSmtpTransport<Tokio1Executor>>),
    Files(PathBuf),
}

impl Mailer {
    /// As the settings say.
    ///
    /// # Errors
    /// Where the sender or the mail server's address can't be read.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let from = settings.mail_from.parse().context("mail_from is no mail address")?;
        let way = match &settings.smtp_url {
            Some(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&guarded(url)?).context("smtp_url")?;
                Way::Smtp(Arc::new(transport.timeout(Some(std::time::Duration::from_secs(30))).build()))
            }
            None => Way::Files(settings.data_dir.join("mails")),
        };
        Ok(Self { from, way })
    }

    async fn send(&self, message_id: String, mail: Sealed) -> anyhow::Result<()> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(mail.to.parse().context("the recipient's address")?)
            .message_id(Some(message_id))
            .subject(mail.subject)
            .multipart(MultiPart::alternative_plain_html(mail.text, mail.html))?;
        match &self.way {
            Way::Smtp(transport) => {
                transport.send(message).await.map_err(|error| match error.status() {
                    // Its answer may repeat the recipient's address: the log gets the code alone.
                    Some(code) => anyhow::anyhow!("the mail server answered {code}"),
                    None => anyhow::Error::from(error).context("the mail server"),
                })?;
            }
            Way::Files(folder) => {
                folders::private(folder)?;
                AsyncFileTransport::<Tokio1Executor>::new(folder).send(message).await.context("writing a mail")?;
            }
        }
        Ok(())
    }
}

/// The address of a mail server as the library takes it: elsewhere never in plain, unless told so.
fn guarded(url: &str) -> anyhow::Result<String> {
    let mut url: url::Url = url.parse().context("smtp_url is no address")?;
    let is_here = match url.host() {
        // Of schemes that it does not know, the library keeps a host as it is written.
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => bail!("smtp_url names no host"),
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let tls = pairs.iter().find(|(name, _)| name == "tls").map(|(_, value)| value.as_str());
    if url.scheme() == "smtp" {
        match tls {
            Some("none") => url.set_query(None),
            None if !is_here => url.set_query(Some("tls=required")),
            _ => {}
        }
    }
    Ok(url.into())
}

impl Settings {
    fn mail_domain(&self) -> String {
        let address: Option<Mailbox> = self.mail_from.parse().ok();
        address.map_or_else(|| "localhost".to_owned(), |mailbox| mailbox.email.domain().to_owned())
    }
}

/// Whether the text is one mail address, such as `ani@example.org`.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let Ok(address) = text.parse::<lettre::Address>() else { return false };
    // Quoted names and numbers in brackets are addresses to the standard, and to nobody who delivers mail.
    let sound =
        |part: &str, signs: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || signs.contains(c));
    address.user().split('.').all(|part| sound(part, "!#$%&'*+/=?^_`{|}~-"))
        && address.domain().contains('.')
        && address.domain().split('.').all(|part| sound(part, "-"))
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn an_address_can_be_written_to() {
        for sound in ["ani@example.org", "ani.wijaya+kursus@mail.example.co.id", "o'brien@example.org"] {
            assert!(super::is_address(sound), "{sound}");
        }
        for none in
            ["ani", "a@x", "\"a b\"@x.example", "a@[127.0.0.1]", "a@[IPv6:::1]", "a@localhost", "a..b@x.example"]
        {
            assert!(!super::is_address(none), "{none}");
        }
    }

    #[test]
    fn mails_leave_this_machine_encrypted_unless_told_otherwise() {
        for (given, taken) in [
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
            ("smtp://localhost", "smtp://localhost"),
            ("smtp://[::1]:25", "smtp://[::1]:25"),
            ("smtp://user:word@mail.example.org:587", "smtp://user:word@mail.example.org:587?tls=required"),
            ("smtp://mail.example.org?tls=opportunistic", "smtp://mail.example.org?tls=opportunistic"),
            ("smtp://mail.example.org?tls=none", "smtp://mail.example.org"),
            ("smtps://mail.example.org", "smtps://mail.example.org"),
        ] {
            assert_eq!(guarded(given).expect("an address"), taken);
        }
        assert!(guarded("mail.example.org").is_err());
    }
}

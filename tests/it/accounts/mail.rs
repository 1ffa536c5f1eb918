//! What people give does not become part of a mail's head, nor a second recipient.

use std::collections::BTreeSet;

use sanggar::platform::privacy::Role;
use serde_json::json;

use crate::{
    harness::{MailServer, PASSWORD, TestApp},
    line::done,
};

/// What ends a line somewhere, or looks like another sender.
const NASTY: [&str; 9] = [
    "\r\nBcc: korban@example.net",
    "\nBcc: korban@example.net",
    "\rBcc: korban@example.net",
    "\0Bcc: korban@example.net",
    "\u{85}Bcc: korban@example.net",
    "\u{2028}Bcc: korban@example.net",
    "\u{2029}Bcc: korban@example.net",
    ", korban@example.net",
    "\" <korban@example.net>",
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_into_the_head_of_a_mail() {
    let mails = MailServer::start(|_, _| None).await;
    let url = mails.url();
    let app = TestApp::start_with(|settings| settings.smtp_url = Some(url)).await;
    let documents = {
        let data = app.anonymous().data("{ academy { policy { documents { id locale } } } }", json!({})).await;
        let all = data["academy"]["policy"]["documents"].as_array().expect("documents").clone();
        all.into_iter().filter(|one| one["locale"] == "en").map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    let register = |email: String, name: String| {
        let input = json!({
            "email": email, "password": PASSWORD, "fullName": name, "ageConfirmed": true, "acceptedDocuments": documents,
        });
        let client = app.anonymous();
        let document =
            "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code } } }";
        async move {
            client.send(document, json!({ "input": input })).await.json["data"]["register"]["acknowledged"] == true
        }
    };
    let mut expected = BTreeSet::new();
    for (number, nasty) in NASTY.into_iter().enumerate() {
        // No address has any of it; a name may have what no line of a head could hold.
        for email in [format!("satu{number}@example.org{nasty}"), format!("satu{number}{nasty}@example.org")] {
            assert!(!register(email.clone(), "Ani".to_owned()).await, "{email:?}");
        }
        let to = format!("dua{number}@example.org");
        if register(to.clone(), format!("Ani{nasty}")).await {
            expected.insert(to);
        }
        for verb in ["RequestPasswordReset", "ResendVerification"] {
            let name = format!("{}{}", verb[..1].to_lowercase(), &verb[1..]);
            let document = format!("mutation ($input: {verb}Input!) {{ {name}(input: $input) {{ acknowledged }} }}");
            let input = json!({ "input": { "email": format!("dua{number}@example.org{nasty}") } });
            app.anonymous().send(&document, input).await;
        }
    }
    app.work().await;
    let all = mails.received();
    let heads: BTreeSet<String> = all
        .iter()
        .flat_map(|mail| {
            let head = mail.text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
            let names = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
            names.map(|line| line.split(':').next().unwrap_or_default().to_ascii_lowercase()).collect::<Vec<_>>()
        })
        .collect();
    let known = ["content-type", "date", "from", "message-id", "mime-version", "subject", "to"];
    assert_eq!(heads, known.iter().map(ToString::to_string).collect());
    let to: BTreeSet<String> = all.iter().map(|mail| mail.to.clone()).collect();
    assert_eq!(to, expected, "one recipient a mail, and none but who registered");
    assert!(all.iter().all(|mail| !mail.text.contains("korban")), "what people call themselves is in no mail to them");
    app.stop().await;
}

/// A reason that staff give is text: in HTML it is shown to the letter.
#[tokio::test(flavor = "multi_thread")]
async fn a_reason_is_text() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let ani = app.person("Ani Wijaya").await;
    let reason = "Lihat <a href=\"https://example.net\">di sini</a>\r\nBcc: korban@example.net";
    done(&admin.client, "suspendUser", json!({ "id": ani.id, "reason": reason }), "user { id }").await;
    let mails = app.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("is suspended")).expect("a mail");
    let head = mail.split("\r\n\r\n").next().expect("a head");
    assert!(!head.to_ascii_lowercase().contains("bcc"), "{head}");
    assert!(mail.replace("=\r\n", "").contains("&lt;a href"), "{mail}");
    app.stop().await;
}

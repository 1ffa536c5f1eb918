//! Jobs and mails: done if and only if the transaction was committed, tried again, given up loudly.

use chrono::TimeDelta;
use sanggar::{
    app,
    platform::{
        jobs, mail,
        text::{Language, Words},
    },
};

use crate::harness::TestApp;

fn letter() -> mail::Letter {
    let words = |text: &'static str| Words { id: text.into(), en: text.into() };
    mail::Letter { subject: words("Halo"), paragraphs: vec![words("Apa kabar <b>?")], action: None }
}

async fn backlog(app: &TestApp) -> (i64, i64) {
    let tx = app.services.db.begin_platform().await.expect("a transaction");
    jobs::backlog(&tx).await.expect("the queue")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolled_back_transaction_sends_nothing() {
    let app = TestApp::start().await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    let academy = (app.academy, "Akademi Nusa");
    mail::post(&mut tx, &app.services, academy, (None, "ani@example.org"), Language::English, &letter())
        .await
        .expect("posted");
    drop(tx);
    assert_eq!(app.mails().await, Vec::<String>::new());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_fails_waits_and_is_sent_once() {
    let folder = std::env::temp_dir().join(format!("sanggar-it-{}", std::process::id())).join("blocked");
    std::fs::create_dir_all(&folder).expect("a folder");
    let app = TestApp::start_with(|settings| {
        // Where the folder of mails should be is a file: writing a mail fails until it is gone.
        std::fs::create_dir_all(&settings.data_dir).expect("a folder");
        std::fs::write(settings.data_dir.join("mails"), "in the way").expect("a file");
    })
    .await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    let academy = (app.academy, "Akademi Nusa");
    mail::post(&mut tx, &app.services, academy, (None, "ani@example.org"), Language::Indonesian, &letter())
        .await
        .expect("posted");
    tx.commit().await.expect("a commit");
    app.work().await;
    assert_eq!(backlog(&app).await, (1, 0), "it waits for its next try");
    std::fs::remove_file(app.data_dir.join("mails")).expect("out of the way");
    app.work().await;
    assert_eq!(backlog(&app).await, (1, 0), "not before the pause is over");
    app.world.pass(TimeDelta::seconds(11));
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Apa kabar <b>?") && mails[0].contains("Apa kabar &lt;b&gt;?"), "{}", mails[0]);
    assert_eq!(app.mails().await.len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_never_goes_is_given_up_and_kept() {
    let app = TestApp::start_with(|settings| {
        std::fs::create_dir_all(&settings.data_dir).expect("a folder");
        std::fs::write(settings.data_dir.join("mails"), "in the way").expect("a file");
    })
    .await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    let academy = (app.academy, "Akademi Nusa");
    mail::post(&mut tx, &app.services, academy, (None, "ani@example.org"), Language::English, &letter())
        .await
        .expect("posted");
    tx.commit().await.expect("a commit");
    for _ in 0..40 {
        app.work().await;
        app.world.pass(TimeDelta::hours(7));
    }
    assert_eq!(backlog(&app).await, (0, 1));
    assert!(
        !jobs::run_one(&app.services, &app::job_kinds()).await.expect("the queue"),
        "what was given up is not tried"
    );
}

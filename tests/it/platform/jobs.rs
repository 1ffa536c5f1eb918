//! Jobs and mails: done if and only if the transaction was committed, tried again, given up loudly.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use sanggar::{
    app,
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::Services,
        jobs, mail,
        text::{Language, Words},
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};

use crate::harness::{MailServer, TestApp, TestWorld};

fn letter() -> mail::Letter {
    let words = |text: &'static str| Words { id: text.into(), en: text.into() };
    mail::Letter { subject: words("Halo"), paragraphs: vec![words("Apa kabar <b>?")], action: None }
}

async fn backlog(app: &TestApp) -> (i64, i64) {
    let tx = app.services.db.begin_platform().await.expect("a transaction");
    jobs::backlog(&tx, app.services.clock.now()).await.expect("the queue")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolled_back_transaction_sends_nothing() {
    let app = TestApp::start().await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    mail::post(&mut tx, &app.services, "Akademi Nusa", (None, "ani@example.org"), Language::English, &letter())
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
    mail::post(&mut tx, &app.services, "Akademi Nusa", (None, "ani@example.org"), Language::Indonesian, &letter())
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
    mail::post(&mut tx, &app.services, "Akademi Nusa", (None, "ani@example.org"), Language::English, &letter())
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

#[tokio::test(flavor = "multi_thread")]
async fn mails_go_over_smtp_and_again_where_they_were_refused() {
    let refusals = AtomicU32::new(0);
    let server =
        MailServer::start(move |_, _| (refusals.fetch_add(1, Ordering::Relaxed) == 0).then_some("450 4.2.1")).await;
    let url = server.url();
    let app = TestApp::start_with(move |settings| settings.smtp_url = Some(url)).await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    mail::post(&mut tx, &app.services, "Akademi Nusa", (None, "ani@example.org"), Language::Indonesian, &letter())
        .await
        .expect("posted");
    tx.commit().await.expect("a commit");
    app.work().await;
    assert_eq!((backlog(&app).await, server.received().len()), ((1, 0), 0), "refused: it waits");
    app.world.pass(TimeDelta::seconds(11));
    app.work().await;
    let received = server.received();
    assert_eq!(received.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["ani@example.org"]);
    let text = &received[0].text;
    assert!(text.contains("To: ani@example.org\r\n") && text.contains("Apa kabar &lt;b&gt;?"), "{text}");
    assert!(text.contains("text/plain") && text.contains("text/html"), "{text}");
    app.stop().await;
}

static RELEASED: Semaphore = Semaphore::const_new(0);

/// A job that takes as long as the test wants.
#[derive(Serialize, Deserialize)]
struct Long;

impl jobs::Job for Long {
    const KIND: &'static str = "test_long";
    const LONG: bool = true;

    async fn run(self, _: Services, _: AcademyId) -> Result<(), Fault> {
        RELEASED.acquire().await.expect("it stays open").forget();
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_holds_up_no_mail() {
    let app = TestApp::start().await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    // More of them than there are places.
    for _ in 0..6 {
        jobs::enqueue(&mut tx, &app.services, &Long).await.expect("enqueued");
    }
    mail::post(&mut tx, &app.services, "Akademi Nusa", (None, "ani@example.org"), Language::English, &letter())
        .await
        .expect("posted");
    tx.commit().await.expect("a commit");
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(jobs::work(app.services.clone(), app::job_kinds().with::<Long>(), stopped));
    let mails = app.data_dir.join("mails");
    tokio::time::timeout(Duration::from_secs(30), async {
        while std::fs::read_dir(&mails).map_or(0, Iterator::count) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the mail does not wait for the long job");
    stop.send(true).expect("the worker listens");
    RELEASED.add_permits(6);
    worker.await.expect("the worker ends when its jobs have");
    assert_eq!(backlog(&app).await, (4, 0), "those that ran were let come to their end");
}

static WORLD: OnceLock<TestWorld> = OnceLock::new();
static TRIES: AtomicU32 = AtomicU32::new(0);

/// A job whose first try outlasts its lease: another worker takes it meanwhile, and fails.
#[derive(Serialize, Deserialize)]
struct Outlasting;

impl jobs::Job for Outlasting {
    const KIND: &'static str = "test_outlasting";

    async fn run(self, services: Services, _: AcademyId) -> Result<(), Fault> {
        if TRIES.fetch_add(1, Ordering::Relaxed) > 0 {
            return Err(anyhow::anyhow!("not this time").into());
        }
        WORLD.get().expect("the test's clock").pass(TimeDelta::minutes(6));
        let other = Box::pin(jobs::run_one(&services, &jobs::Registry::default().with::<Self>())).await;
        assert!(other?, "another worker takes it when the lease is over");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_outlasts_its_lease_settles_nothing() {
    let app = TestApp::start().await;
    WORLD.set(app.world.clone()).ok().expect("set once");
    let kinds = jobs::Registry::default().with::<Outlasting>();
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    jobs::enqueue(&mut tx, &app.services, &Outlasting).await.expect("enqueued");
    tx.commit().await.expect("a commit");
    assert!(jobs::run_one(&app.services, &kinds).await.expect("the queue"));
    assert_eq!(TRIES.load(Ordering::Relaxed), 2);
    assert_eq!(backlog(&app).await, (1, 0), "the second try failed, and the first one's success is not its");
}

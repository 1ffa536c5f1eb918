//! The composition root: which rooms there are, and how a server is put together from a configuration.

use std::{pin::pin, sync::Arc};

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::{
    academies::{self, AcademyRow, CreateAcademy},
    accounts, api, audit, catalog, certificates, consent, enrolment, gamification, instructors, notifications,
    platform::{
        clock::Clock,
        config::Settings,
        db::{AcademyId, Connection, Db, DbSettings, Tx, connect, migrate, roles},
        fault::Fault,
        graphql::{
            Services,
            call::{People, Relations},
            endpoint::Face,
        },
        http::{DRAIN, Readiness, Server, router, stopped},
        id::Random,
        idempotency, jobs,
        mail::{self, Mailer},
        outbound::Outbound,
        privacy::{
            Datum, Entry, Table, Teaching, UserId,
            subject::{self, Classification, Outcome},
        },
        storage::Storage,
        throttle,
    },
    profiles, quizzes, referrals, reviews, uploads,
};

/// Every datum of personal data, in the order of the rooms. The data inventory is read off it; a test compares it with the
/// database and with the schema.
#[must_use]
pub fn data() -> Vec<Entry> {
    vec![
        mail::WaitingMail::ENTRY,
        consent::privacy::ConsentGiven::ENTRY,
        accounts::privacy::Email::ENTRY,
        accounts::privacy::PendingEmail::ENTRY,
        accounts::privacy::Username::ENTRY,
        accounts::privacy::HeldUsername::ENTRY,
        accounts::privacy::PasswordHash::ENTRY,
        accounts::privacy::GrantedRoles::ENTRY,
        accounts::privacy::CreatedAt::ENTRY,
        accounts::privacy::SessionToken::ENTRY,
        accounts::privacy::Device::ENTRY,
        accounts::privacy::IpAddress::ENTRY,
        accounts::privacy::MailedToken::ENTRY,
        accounts::privacy::FactorSecret::ENTRY,
        accounts::privacy::RecoveryCode::ENTRY,
        accounts::privacy::GuardianEmail::ENTRY,
        accounts::privacy::IdentitySubject::ENTRY,
        accounts::privacy::IdentityEmail::ENTRY,
        accounts::privacy::ProviderLogIn::ENTRY,
        accounts::privacy::AddressRequest::ENTRY,
        accounts::privacy::SuspensionReason::ENTRY,
        accounts::privacy::SuspensionContest::ENTRY,
        notifications::privacy::Notified::ENTRY,
        notifications::privacy::NotificationText::ENTRY,
        audit::privacy::AccessReason::ENTRY,
        profiles::privacy::FullName::ENTRY,
        profiles::privacy::Avatar::ENTRY,
        profiles::privacy::Biography::ENTRY,
        profiles::privacy::Organization::ENTRY,
        profiles::privacy::JobTitle::ENTRY,
        profiles::privacy::SocialLinks::ENTRY,
        profiles::privacy::PreferredLocale::ENTRY,
        profiles::privacy::BirthDate::ENTRY,
        profiles::privacy::MinorUntil::ENTRY,
        profiles::privacy::Guardianship::ENTRY,
        profiles::privacy::Phone::ENTRY,
        profiles::privacy::BillingAddress::ENTRY,
        referrals::privacy::ReferralCode::ENTRY,
        referrals::privacy::Referred::ENTRY,
        uploads::privacy::FileName::ENTRY,
        uploads::privacy::UploadToken::ENTRY,
        instructors::privacy::Application::ENTRY,
        instructors::privacy::DisplayName::ENTRY,
        instructors::privacy::Expertise::ENTRY,
        enrolment::privacy::Learning::ENTRY,
        enrolment::privacy::Bookmarked::ENTRY,
        quizzes::privacy::Graded::ENTRY,
        quizzes::privacy::Answered::ENTRY,
        quizzes::privacy::Graders::ENTRY,
        quizzes::privacy::Extended::ENTRY,
        certificates::privacy::HolderName::ENTRY,
        certificates::privacy::HeldCertificate::ENTRY,
        gamification::privacy::Points::ENTRY,
        gamification::privacy::LongestStreak::ENTRY,
        gamification::privacy::HeldBadges::ENTRY,
        reviews::privacy::Reviewed::ENTRY,
        reviews::privacy::ReviewBody::ENTRY,
    ]
}

/// Every table, by the rooms that own them.
#[must_use]
pub fn tables() -> Vec<Table> {
    let mut tables = jobs::TABLES.to_vec();
    tables.extend_from_slice(idempotency::TABLES);
    tables.extend_from_slice(throttle::TABLES);
    tables.extend_from_slice(mail::TABLES);
    tables.extend_from_slice(academies::privacy::TABLES);
    tables.extend_from_slice(consent::privacy::TABLES);
    tables.extend_from_slice(accounts::privacy::TABLES);
    tables.extend_from_slice(audit::privacy::TABLES);
    tables.extend_from_slice(notifications::privacy::TABLES);
    tables.extend_from_slice(uploads::privacy::TABLES);
    tables.extend_from_slice(profiles::privacy::TABLES);
    tables.extend_from_slice(referrals::privacy::TABLES);
    tables.extend_from_slice(instructors::privacy::TABLES);
    tables.extend_from_slice(catalog::privacy::TABLES);
    tables.extend_from_slice(enrolment::privacy::TABLES);
    tables.extend_from_slice(quizzes::privacy::TABLES);
    tables.extend_from_slice(certificates::privacy::TABLES);
    tables.extend_from_slice(gamification::privacy::TABLES);
    tables.extend_from_slice(reviews::privacy::TABLES);
    tables
}

/// What there is of personal data, and where.
#[must_use]
pub fn classification() -> Classification {
    Classification { tables: tables(), data: data() }
}

/// Everything that is held about a person of an academy, to be handed to them; it is put on record, `reason` says why.
///
/// # Errors
/// Those of the database.
pub async fn export_person(
    services: &Services,
    academy: &AcademyRow,
    person: UserId,
    reason: &str,
) -> Result<Json, Fault> {
    let mut tx = services.db.begin(academy.id).await?;
    // One state of the whole: rows that are written meanwhile are in all of it or in none.
    tx.see_one_moment().await?;
    let data = subject::export(&classification(), &tx, person).await?;
    let happened = audit::Happened {
        actor: None,
        action: audit::Action::PersonExported,
        subject: accounts::store::exists(&tx, person).await?.then_some(person),
        reason: Some(reason.to_owned()),
        detail: json!({}),
    };
    audit::write(&mut tx, services, vec![happened]).await?;
    tx.commit().await?;
    Ok(json!({
        "academy": { "slug": academy.slug, "name": academy.name, "policy": academy.policy_profile },
        "subject": person.to_string(),
        "at": services.clock.now(),
        "data": data,
    }))
}

/// Erases a person of an academy, and puts it on record; `reason` says why.
///
/// # Errors
/// `CONFLICT` where it is the last admin, and those of the database.
pub async fn erase_person(
    services: &Services,
    academy: AcademyId,
    person: UserId,
    reason: &str,
) -> Result<Outcome, Fault> {
    let mut tx = services.db.begin(academy).await?;
    accounts::roles::may_go(&mut tx, person).await?;
    let outcome = erase_in(&mut tx, services, person, reason).await?;
    tx.commit().await?;
    Ok(outcome)
}

async fn erase_in(tx: &mut Tx, services: &Services, person: UserId, reason: &str) -> Result<Outcome, Fault> {
    accounts::store::close(tx, person, services.clock.now()).await?;
    let outcome = subject::erase(&classification(), tx, services, person).await?;
    let happened = audit::Happened {
        actor: None,
        action: audit::Action::PersonErased,
        subject: Some(person),
        reason: Some(reason.to_owned()),
        detail: json!({ "tables": outcome.erased }),
    };
    audit::write(tx, services, vec![happened]).await?;
    Ok(outcome)
}

/// The kinds of work that a server does after transactions.
#[must_use]
pub fn job_kinds() -> jobs::Registry {
    jobs::Registry::default()
        .with::<mail::SendMail>()
        .with::<idempotency::ForgetKey>()
        .with::<audit::link::LinkEntries>()
        .with::<subject::ForgetFiles>()
        .with::<profiles::set_avatar::SweepAvatar>()
        .with::<uploads::forget::ForgetUpload>()
        .with::<catalog::import::job::RunImport>()
        .with::<catalog::course_files::sweep::SweepCourseFiles>()
        .with::<catalog::tell_reviewers::TellReviewers>()
        .with::<instructors::tell_reviewers::TellReviewers>()
        .with::<enrolment::queue::FillSeats>()
        .with::<enrolment::expire::ExpireEnrolment>()
        .with::<quizzes::close::CloseAttempt>()
        .with::<quizzes::regrade::RegradeQuestion>()
        .with::<accounts::forget_unfinished::ForgetUnfinished>()
        .with::<accounts::address_request::AnswerAddressRequest>()
        .with::<accounts::guessing::TellOfGuessing>()
        .with::<profiles::sign_up::MakeRegistration>()
}

/// What time and chance a server has: the database's clock and the operating system's chance; a test brings its own.
#[derive(Clone)]
pub struct World {
    /// The present moment.
    pub clock: Clock,
    /// Random bytes.
    pub random: Random,
}

/// What the whole server shares, on the database at `url`.
///
/// # Errors
/// Where a setting is wrong.
pub fn services(settings: &Arc<Settings>, url: &str, world: &World) -> anyhow::Result<Services> {
    let db = Db::new(&DbSettings {
        url: url.to_owned(),
        connections: settings.connections,
        wait: std::time::Duration::from_millis(500),
        statement_timeout: std::time::Duration::from_secs(settings.limits.seconds),
    })?;
    Ok(Services {
        db,
        clock: world.clock.clone(),
        random: world.random.clone(),
        sealer: settings.sealer(&world.random)?,
        mailer: Mailer::new(settings)?,
        storage: Storage::local(&settings.data_dir.join("files"))?,
        outbound: Arc::new(Outbound::new(world.clock.clone())),
        news: Arc::default(),
        settings: Arc::clone(settings),
        relations: Arc::new(Enrolments),
        people: Arc::new(All),
    })
}

/// Who teaches whom, as enrolments have it.
struct Enrolments;

impl Relations for Enrolments {
    fn taught<'a>(
        &'a self,
        connection: &'a Connection,
        instructor: UserId,
        subjects: &'a [UserId],
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Vec<(UserId, Teaching)>, Fault>> {
        Box::pin(async move { enrolment::store::taught(connection, instructor, subjects, now).await })
    }
}

/// All that is held of a person.
struct All;

impl People for All {
    fn forget<'a>(
        &'a self,
        tx: &'a mut Tx,
        services: &'a Services,
        person: UserId,
        reason: &'static str,
    ) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move { erase_in(tx, services, person, reason).await.map(drop) })
    }

    fn proved<'a>(
        &'a self,
        tx: &'a mut Tx,
        services: &'a Services,
        person: UserId,
        by_registering: bool,
    ) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            if by_registering {
                referrals::attribute::attribute(tx, services, person).await
            } else {
                referrals::store::forget_wish(tx, person).await
            }
        })
    }
}

/// Makes an academy, with the documents that its people accept and the badges that they can earn.
///
/// # Errors
/// Where a value can't be right, or the slug or a host is taken.
pub async fn create_academy(services: &Services, new: CreateAcademy) -> anyhow::Result<AcademyRow> {
    let mut tx = services.db.begin_platform().await?;
    let academy = academies::create(&mut tx, services, new).await?;
    consent::first_documents::publish(&mut tx, services).await?;
    gamification::first_badges::add(&mut tx, services, academy.language()).await?;
    tx.commit().await?;
    Ok(academy)
}

/// Refuses a database that must not be served from: a role that looks past row-level security, or missing migrations.
///
/// # Errors
/// With the cure.
pub async fn check_database(url: &str) -> anyhow::Result<()> {
    let mut connection = connect::connect(url).await?;
    roles::check(&mut connection).await?;
    let missing = migrate::missing(&mut connection).await?;
    if !missing.is_empty() {
        bail!("the database lacks these migrations: {}\nRun them with: sanggar migrate", missing.join(", "));
    }
    Ok(())
}

/// Between two times that it is tidied.
const TIDY: std::time::Duration = std::time::Duration::from_hours(1);

/// Removes from all academies, now and then, what means nothing any more: counts of tries, links, sessions.
async fn tidy(services: Services) {
    loop {
        tokio::time::sleep(TIDY).await;
        let tidied = async {
            let tx = services.db.begin_platform().await?;
            let all = academies::store::all(&tx).await?;
            drop(tx);
            for academy in all {
                throttle::forget(&services, academy.id).await?;
                accounts::tidy::tidy(&services, academy.id).await?;
            }
            Ok::<_, Fault>(())
        };
        if let Err(fault) = tidied.await {
            tracing::warn!(?fault, "what is over could not be removed yet");
        }
    }
}

/// Serves and works until `stop` turns true.
///
/// # Errors
/// Where serving fails.
pub async fn run(server: Server, services: Services, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let tidying = tokio::spawn(tidy(services.clone()));
    let mut worker = tokio::spawn(jobs::work(services.clone(), job_kinds(), stop.clone()));
    let mut answering = pin!(answer(server, services, stop.clone()));
    let ended = tokio::select! {
        answered = &mut answering => {
            answered?;
            // It sees the same signal, and ends when its jobs have.
            worker.await.context("the worker")
        }
        ended = &mut worker => {
            ended.context("the worker")?;
            // Nobody would send a mail any more: better to be started anew.
            ensure!(*stop.borrow(), "the worker ended before it was asked to");
            answering.await
        }
    };
    tidying.abort();
    ended
}

/// Answers requests until `stop` turns true, and leaves the work to others.
///
/// # Errors
/// Where serving fails.
pub async fn answer(server: Server, services: Services, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let schema = api::schema(services.settings.introspection);
    let face = Arc::new(Face::new(schema, services.clone(), api::Front::new(&services), api::ONCE, stop.clone())?);
    let readiness = Readiness::new(services.db.clone());
    let routes = router(Arc::clone(&face), readiness.clone(), api::documents::routes(&services))?;
    let sweeper = tokio::spawn({
        let face = Arc::clone(&face);
        async move {
            loop {
                tokio::time::sleep(std::time::Duration::from_mins(1)).await;
                face.forget_quiet_addresses();
            }
        }
    });
    let hearing = tokio::spawn({
        let face = Arc::clone(&face);
        async move { face.hear().await }
    });
    let sockets = async {
        stopped(&mut stop.clone()).await;
        if tokio::time::timeout(DRAIN, face.sockets_ended()).await.is_err() {
            tracing::warn!(seconds = DRAIN.as_secs(), "sockets are cut whose operations did not end in time");
        }
    };
    let (served, ()) = tokio::join!(server.run(routes, readiness, stop.clone(), &services.settings), sockets);
    sweeper.abort();
    hearing.abort();
    served
}

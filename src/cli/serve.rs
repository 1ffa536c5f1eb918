//! `sanggar serve` and `sanggar demo`.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::watch;

use super::{Cli, academy::first_of_all, home::Home, report};
use crate::{
    academies, app,
    demo::{self, Demo},
    platform::{config::Settings, graphql::Services, http::Server},
};

pub(super) async fn serve(cli: &Cli, settings: &Arc<Settings>, home: &Home, with_demo: bool) -> anyhow::Result<()> {
    let server = Server::bind(settings.bind, !settings.proxies()?.is_empty()).await?;
    let mut settings = Arc::clone(settings);
    if with_demo && settings.public_url.is_none() {
        // A demonstration's certificates are checked where it runs.
        let mut own = Settings::clone(&settings);
        own.public_url = Some(format!("http://{}/", server.address()).parse()?);
        settings = Arc::new(own);
    }
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping: what runs comes to its end first");
        let _ = stop.send(true);
    });
    let services = home.services(&settings).await?;
    if home.is_guest() {
        eprintln!(
            "Another sanggar has started the Postgres of this data directory: this server stops answering when that one stops."
        );
    }
    home.let_others_in();
    let first = first_academy(&services).await?;
    if with_demo {
        let demo = demo::make(&services, &first).await?;
        print_demo(cli, &demo)?;
    }
    if settings.public_url.is_none() {
        eprintln!("No certificates are issued yet: SANGGAR_PUBLIC_URL names the address that they are checked at.");
    }
    let explorer = if settings.explorer { format!(" (GraphiQL: http://{}/)", server.address()) } else { String::new() };
    eprintln!("Sanggar answers at http://{}/graphql{explorer}", server.address());
    app::run(server, services, stopped).await
}

pub(super) fn tell_demo(cli: &Cli, settings: &Settings) -> anyhow::Result<()> {
    let demo = demo::made(settings)?.context("there is no demonstration here: sanggar serve --demo makes one")?;
    print_demo(cli, &demo)
}

fn print_demo(cli: &Cli, demo: &Demo) -> anyhow::Result<()> {
    let document = serde_json::to_value(demo)?;
    report(cli, &document, || {
        let mut text = format!("The academy {} has:\n", demo.academy);
        for person in &demo.people {
            text.push_str(&format!("  {:<16} {:<24} {}\n", person.role, person.email, person.password));
        }
        text.push_str(&format!(
            "Courses: {}\nA certificate to verify: {}",
            demo.courses.join(", "),
            demo.certificate_code
        ));
        text
    });
    Ok(())
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// The oldest academy; an empty deployment gets one, so that it can be used at once.
async fn first_academy(services: &Services) -> anyhow::Result<academies::AcademyRow> {
    let tx = services.db.begin_platform().await?;
    let known = academies::store::all(&tx).await?;
    drop(tx);
    match known.into_iter().next() {
        Some(oldest) => Ok(oldest),
        None => app::create_academy(services, first_of_all()?).await,
    }
}

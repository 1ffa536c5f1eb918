//! How a connection to Postgres is made: over TLS wherever it leaves this machine.

use anyhow::{Context, bail};
use diesel_async::AsyncPgConnection;
use tokio_postgres::{
    Config, NoTls,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::platform::tls;

/// Where a database is, and how it is spoken to there.
#[derive(Clone)]
pub struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Reads a URL, or libpq's `key=value` words. With `sslmode=require` the server must show a certificate that this machine trusts
    /// (its own authorities are named by `SSL_CERT_FILE`); with `sslmode=disable` nothing is encrypted. Where neither is said, a
    /// database of this machine is spoken to in plain, and any other is refused: nobody's data leaves in plain by default.
    ///
    /// # Errors
    /// Where it can't be read, or does not say how a database elsewhere is to be spoken to.
    pub fn read(url: &str) -> anyhow::Result<Self> {
        let config: Config = url.parse().context("this is no address of a Postgres database")?;
        let encrypted = match config.get_ssl_mode() {
            SslMode::Disable => false,
            SslMode::Require => true,
            _ if is_here(&config) => false,
            _ => bail!(
                "the database is on another machine: add sslmode=require to its address (its certificate must be one that this \
                 machine trusts; SSL_CERT_FILE names an authority of your own), or sslmode=disable if nobody can listen"
            ),
        };
        let tls = if encrypted { Some(MakeRustlsConnect::new(tls::trusting_this_machine()?)) } else { None };
        Ok(Self { config, tls })
    }

    /// With settings of ours.
    #[must_use]
    pub fn with(mut self, set: impl FnOnce(&mut Config)) -> Self {
        set(&mut self.config);
        self
    }

    /// A new connection.
    ///
    /// # Errors
    /// Where the database does not answer, or its certificate is not trusted.
    pub async fn connect(&self) -> anyhow::Result<AsyncPgConnection> {
        const FAILED: &str = "connecting to the database";
        // On the heap: a handshake's state is large, and every request's future would carry room for it.
        Ok(if let Some(tls) = &self.tls {
            let (client, connection) = Box::pin(self.config.connect(tls.clone())).await.context(FAILED)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await?
        } else {
            let (client, connection) = Box::pin(self.config.connect(NoTls)).await.context(FAILED)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await?
        })
    }
}

/// One connection, for a command.
///
/// # Errors
/// Those of [`Address`].
pub async fn connect(url: &str) -> anyhow::Result<AsyncPgConnection> {
    Address::read(url)?.connect().await
}

/// Whether every host is this machine: a socket in a folder, or an address that does not leave it.
fn is_here(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
    });
    // Where both are given, the address is what is connected to.
    let addresses = config.get_hostaddrs();
    if addresses.is_empty() { named } else { addresses.iter().all(std::net::IpAddr::is_loopback) }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn plain_stays_on_this_machine() {
        for here in [
            "postgres://sanggar@localhost/sanggar",
            "postgres://sanggar@127.0.0.1:5433/sanggar",
            "postgres://sanggar@[::1]/sanggar",
            "host=/run/postgresql user=sanggar dbname=sanggar",
            "host=db.example hostaddr=127.0.0.1 user=sanggar",
            "postgres://sanggar@db.example/sanggar?sslmode=disable",
        ] {
            assert!(Address::read(here).expect(here).tls.is_none(), "{here}");
        }
        let tls = Address::read("postgres://sanggar@db.example/sanggar?sslmode=require").expect("an address");
        assert!(tls.tls.is_some());
        for elsewhere in [
            "postgres://sanggar@db.example/sanggar",
            "postgres://sanggar@10.0.0.1/sanggar?sslmode=prefer",
            "host=localhost hostaddr=10.0.0.1 user=sanggar",
            "postgres://sanggar@localhost,db.example/sanggar",
        ] {
            let refusal = Address::read(elsewhere).err().expect(elsewhere).to_string();
            assert!(refusal.contains("sslmode=require"), "{elsewhere}: {refusal}");
        }
        assert!(Address::read("mysql://db.example").is_err());
    }
}

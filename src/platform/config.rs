//! The configuration: flags before environment (`SANGGAR_…`) before `sanggar.toml` before what stands here. Nothing else
//! in the crate reads the environment.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use super::{folders, id::Random, providers::LogInSettings, seal};

/// OWASP's least for Argon2id with one lane, and ours.
const PASSWORD_MEMORY_LEAST: u32 = 19_456;
const PASSWORD_PASSES_LEAST: u32 = 2;

/// Every setting. The README's configuration table has them too: a test looks that none is missing there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Where the private cluster, the sealing key, files and mails lie.
    pub data_dir: PathBuf,
    /// The database to serve from (also `DATABASE_URL`); without it, a private cluster in the data directory.
    pub database_url: Option<String>,
    /// The same database as the owner of its tables, for `sanggar migrate`.
    pub owner_url: Option<String>,
    /// Connections to the database at most.
    pub connections: usize,
    /// The address that people reach this server by: what links, QR codes and issuers are made of.
    pub public_url: Option<url::Url>,
    /// 32 bytes in base64 that secrets are sealed with; without it, the file `sealing.key` of the data directory.
    pub sealing_key: Option<String>,
    /// Keys that were used before, comma-separated: they open, they don't seal.
    pub older_sealing_keys: String,
    /// Whether `GraphiQL` is shown at `/`.
    pub explorer: bool,
    /// Whether the schema may be asked about itself.
    pub introspection: bool,
    /// Origins of browsers' pages that may call us, comma-separated, each exact.
    pub cors_origins: String,
    /// Addresses of proxies whose `X-Forwarded-For` we believe, comma-separated.
    pub trusted_proxies: String,
    /// Mail server: `smtps://`, or `smtp://`, with STARTTLS unless it is on this machine (`?tls=none` where nobody can listen);
    /// user and password within. Without it, mails are files in the data directory.
    pub smtp_url: Option<String>,
    /// Sender of mails.
    pub mail_from: String,
    /// What the log tells: a filter as of `tracing`.
    pub log: String,
    /// Whether the log is JSON, a line an event.
    pub log_json: bool,
    /// Jobs (mails, imports) that are done at a time.
    pub jobs_at_a_time: usize,
    /// Days after which a session that is not used ends.
    pub session_idle_days: u32,
    /// Days after which any session ends.
    pub session_days: u32,
    /// Memory of a password's hash (Argon2id), in KiB; 19,456 at least. A hash that is weaker is made anew when its owner signs in.
    pub password_memory_kib: u32,
    /// Passes of a password's hash over its memory; 2 at least.
    pub password_passes: u32,
    /// Log-in providers of academies, by their slugs.
    pub log_in: BTreeMap<String, LogInSettings>,
    /// Seconds that a server goes on answering when it is asked to stop, saying so: a balancer takes as long to hear of it.
    pub farewell_seconds: u64,
    /// What a request may ask for.
    pub limits: Limits,
}

/// Limits of requests: published by `serviceLimits`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of a GraphQL document.
    pub document_bytes: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// How deep a document may nest.
    pub depth: usize,
    /// Fields that a document may select, its fragments spread.
    pub selections: u64,
    /// Aliases of a document.
    pub aliases: u64,
    /// Directives of a document.
    pub directives: usize,
    /// Objects that a document may ask for.
    pub cost: u64,
    /// Rows of a page, and ids of `nodes`; 100 at most.
    pub page_size: u32,
    /// Bytes of an answer's values.
    pub answer_bytes: usize,
    /// Operations of one address that run at a time, subscriptions apart.
    pub address_operations: usize,
    /// Errors of a refused document that are echoed.
    pub echoed_errors: usize,
    /// Seconds that a request may take; its statements are cut too.
    pub seconds: u64,
    /// Seconds that a body may take to arrive.
    pub body_seconds: u64,
    /// Objects that one address may ask for in a minute; each request costs at least one.
    pub cost_per_minute: u32,
    /// Connections of one address, sockets among them; proxies that we trust apart.
    pub address_connections: usize,
    /// Sockets of one address.
    pub address_sockets: usize,
    /// Sockets of this process.
    pub sockets: usize,
    /// Bytes of a message on a socket.
    pub socket_message_bytes: usize,
    /// Operations that run on one socket at a time.
    pub socket_operations: usize,
    /// Seconds within which a socket must say `connection_init`.
    pub socket_init_seconds: u64,
    /// Bytes of an uploaded file.
    pub upload_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            document_bytes: 16 << 10,
            tokens: 2_000,
            depth: 16,
            selections: 500,
            aliases: 100,
            directives: 20,
            cost: 10_000,
            page_size: 100,
            answer_bytes: 8 << 20,
            address_operations: 100,
            echoed_errors: 5,
            seconds: 10,
            body_seconds: 10,
            cost_per_minute: 600_000,
            address_connections: 2_000,
            address_sockets: 1_000,
            sockets: 20_000,
            socket_message_bytes: 64 << 10,
            socket_operations: 20,
            socket_init_seconds: 5,
            upload_bytes: 64 << 20,
        }
    }
}

/// One published limit: name, value, unit, description.
pub type PublishedLimit = (&'static str, u64, &'static str, &'static str);

impl Limits {
    /// As `serviceLimits` publishes them. Every field of the struct is here, or this does not compile.
    #[must_use]
    pub fn published(&self) -> Vec<PublishedLimit> {
        let Self {
            body_bytes,
            document_bytes,
            tokens,
            depth,
            selections,
            aliases,
            directives,
            cost,
            page_size,
            answer_bytes,
            address_operations,
            echoed_errors,
            seconds,
            body_seconds,
            cost_per_minute,
            address_connections,
            address_sockets,
            sockets,
            socket_message_bytes,
            socket_operations,
            socket_init_seconds,
            upload_bytes,
        } = *self;
        vec![
            ("bodyBytes", body_bytes as u64, "bytes", "The body of a request."),
            ("documentBytes", document_bytes as u64, "bytes", "A GraphQL document."),
            ("tokens", tokens as u64, "tokens", "A document."),
            ("depth", depth as u64, "levels", "How deep a document nests, its fragments spread."),
            ("selections", selections, "fields", "What a document selects, its fragments spread."),
            ("aliases", aliases, "aliases", "A document, its fragments spread."),
            ("directives", directives as u64, "directives", "A document."),
            (
                "cost",
                cost,
                "objects",
                "What a document may ask for: page sizes multiplied, a plain list counted as ten.",
            ),
            ("pageSize", page_size.into(), "rows", "first and last; 20 where none is asked for."),
            ("batch", 1, "operations", "A request runs one operation: there are no batches."),
            ("answerBytes", answer_bytes as u64, "bytes", "The values of an answer."),
            (
                "addressOperations",
                address_operations as u64,
                "operations",
                "What runs at a time for one address, subscriptions apart.",
            ),
            ("echoedErrors", echoed_errors as u64, "errors", "The errors of a refused document that are told."),
            ("requestSeconds", seconds, "seconds", "A request; its statements are cut too."),
            ("bodySeconds", body_seconds, "seconds", "The arrival of a body."),
            (
                "costPerMinute",
                cost_per_minute.into(),
                "objects",
                "What one address may ask for in a minute; each request costs at least one.",
            ),
            (
                "addressConnections",
                address_connections as u64,
                "connections",
                "What one address has open, sockets among them.",
            ),
            ("addressSockets", address_sockets as u64, "sockets", "What one address has open."),
            ("sockets", sockets as u64, "sockets", "What one server has open."),
            ("socketMessageBytes", socket_message_bytes as u64, "bytes", "A message on a socket."),
            ("socketOperations", socket_operations as u64, "operations", "What runs on one socket at a time."),
            ("socketInitSeconds", socket_init_seconds, "seconds", "Within which a socket says connection_init."),
            ("uploadBytes", upload_bytes as u64, "bytes", "An uploaded file."),
        ]
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data_dir: default_data_dir(),
            database_url: None,
            owner_url: None,
            connections: 8,
            public_url: None,
            sealing_key: None,
            older_sealing_keys: String::new(),
            explorer: true,
            introspection: true,
            cors_origins: String::new(),
            trusted_proxies: String::new(),
            smtp_url: None,
            mail_from: "Sanggar <no-reply@localhost>".to_owned(),
            log: "info".to_owned(),
            log_json: false,
            jobs_at_a_time: 4,
            session_idle_days: 30,
            session_days: 180,
            password_memory_kib: PASSWORD_MEMORY_LEAST,
            password_passes: PASSWORD_PASSES_LEAST,
            log_in: BTreeMap::new(),
            farewell_seconds: 1,
            limits: Limits::default(),
        }
    }
}

/// `/var/lib/sanggar` for root (whose home is closed to the user that Postgres runs as), else below the user's data home.
fn default_data_dir() -> PathBuf {
    use std::os::unix::fs::MetadataExt;
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if root {
        return PathBuf::from("/var/lib/sanggar");
    }
    let below_home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share"));
    std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or(below_home)
        .map_or_else(|| PathBuf::from("sanggar-data"), |data| data.join("sanggar"))
}

impl Settings {
    /// Reads the configuration; `flags` are those that were given, by the names of the settings.
    ///
    /// # Errors
    /// Where a value is not of its kind, or a name is not known: the message says where it stands.
    pub fn read(file: Option<&Path>, flags: &BTreeMap<String, serde_json::Value>) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        figment = match file {
            Some(file) if !file.exists() => bail!("there is no configuration file {}", file.display()),
            Some(file) => figment.merge(Toml::file_exact(file)),
            None => figment.merge(Toml::file("sanggar.toml")),
        };
        figment = figment
            .merge(Env::raw().only(&["DATABASE_URL"]))
            .merge(Env::prefixed("SANGGAR_").ignore(&["pg_bin", "config"]).map(|key| {
                let key = key.as_str().to_ascii_lowercase();
                // SANGGAR_LIMITS_DEPTH is limits.depth.
                key.strip_prefix("limits_").map_or_else(|| key.clone(), |limit| format!("limits.{limit}")).into()
            }))
            .merge(Serialized::defaults(flags));
        let settings: Self = figment.extract().context("the configuration")?;
        settings.cors()?;
        settings.proxies()?;
        for (academy, log_in) in &settings.log_in {
            log_in.check(academy)?;
        }
        if let Some(url) = settings.public_url.as_ref().filter(|url| url.path() != "/" || url.query().is_some()) {
            bail!(
                "public_url is {url}, and has no path: links, keys and certificates lie at the root of a host of their own"
            );
        }
        let Limits { seconds, cost_per_minute, .. } = settings.limits;
        let counts = [
            ("connections", settings.connections as u64),
            ("limits_address_operations", settings.limits.address_operations as u64),
            ("limits_address_connections", settings.limits.address_connections as u64),
            ("jobs_at_a_time", settings.jobs_at_a_time as u64),
            ("limits_seconds", seconds),
            ("limits_cost_per_minute", cost_per_minute.into()),
        ];
        if !(PASSWORD_MEMORY_LEAST..=1 << 20).contains(&settings.password_memory_kib) {
            bail!("password_memory_kib is from {PASSWORD_MEMORY_LEAST} to {}", 1 << 20);
        }
        if !(PASSWORD_PASSES_LEAST..=20).contains(&settings.password_passes) {
            bail!("password_passes is from {PASSWORD_PASSES_LEAST} to 20");
        }
        if !(1..=100).contains(&settings.limits.page_size) {
            bail!("limits_page_size is from 1 to 100: clients are promised no larger pages");
        }
        if !(1..=64).contains(&settings.limits.depth) {
            bail!("limits_depth is from 1 to 64: deeper documents could exhaust the stack");
        }
        if let Some((name, _)) = counts.iter().find(|(_, count)| *count == 0) {
            bail!("{name} is one at least");
        }
        Ok(settings)
    }

    /// The address that people reach this server by, as far as it is known.
    ///
    /// # Errors
    /// Never: an address and a port make one.
    pub fn base_url(&self) -> anyhow::Result<url::Url> {
        Ok(match &self.public_url {
            Some(url) => url.clone(),
            None => format!("http://{}/", self.bind).parse()?,
        })
    }

    /// The origins that may call us.
    ///
    /// # Errors
    /// Where one is `*`: an answer with credentials must name who may read it.
    pub fn cors(&self) -> anyhow::Result<Vec<String>> {
        let origins = listed(&self.cors_origins);
        if origins.iter().any(|origin| origin.contains('*')) {
            bail!("cors_origins names exact origins (https://app.example.org), never *");
        }
        Ok(origins)
    }

    /// The proxies that we believe.
    ///
    /// # Errors
    /// Where one is no address.
    pub fn proxies(&self) -> anyhow::Result<Vec<IpAddr>> {
        listed(&self.trusted_proxies)
            .iter()
            .map(|proxy| proxy.parse().with_context(|| format!("trusted_proxies: {proxy} is no address")))
            .collect()
    }

    /// The keys that secrets are sealed with: the configured one, or the one of the data directory, made where there is
    /// none.
    ///
    /// # Errors
    /// Where a key is not 32 bytes in base64, or the file can't be read or made.
    pub fn sealer(&self, random: &Random) -> anyhow::Result<seal::Sealer> {
        let current = match &self.sealing_key {
            Some(key) => decoded(key).context("sealing_key")?,
            None => self.key_of_data_dir(random)?,
        };
        let older = listed(&self.older_sealing_keys)
            .iter()
            .map(|key| decoded(key).context("older_sealing_keys"))
            .collect::<anyhow::Result<Vec<_>>>()?;
        Ok(seal::Sealer::new(current, &older, random.clone()))
    }

    fn key_of_data_dir(&self, random: &Random) -> anyhow::Result<[u8; seal::KEY_LENGTH]> {
        use std::{io::Write, os::unix::fs::OpenOptionsExt};
        let path = self.data_dir.join("sealing.key");
        if !path.exists() {
            folders::data_dir(&self.data_dir)?;
            let key: [u8; seal::KEY_LENGTH] = random.bytes();
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .with_context(|| format!("making {}", path.display()))?;
            writeln!(file, "{}", STANDARD.encode(key))?;
            file.sync_all()?;
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        decoded(text.trim()).with_context(|| format!("{}", path.display()))
    }
}

fn decoded(key: &str) -> anyhow::Result<[u8; seal::KEY_LENGTH]> {
    let bytes = STANDARD.decode(key.trim()).context("not base64")?;
    bytes.try_into().map_err(|bytes: Vec<u8>| anyhow::anyhow!("{} bytes, not {}", bytes.len(), seal::KEY_LENGTH))
}

fn listed(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Where Postgres's programs may lie, beyond the usual folders.
#[derive(Clone, Debug, Default)]
pub struct ProgramFolders {
    /// `SANGGAR_PG_BIN`: looked at first.
    pub preferred: Option<PathBuf>,
    /// `PATH`: looked at last.
    pub path: Vec<PathBuf>,
}

impl ProgramFolders {
    /// As the environment has them.
    #[must_use]
    pub fn of_environment() -> Self {
        Self {
            preferred: std::env::var_os("SANGGAR_PG_BIN").map(PathBuf::from),
            path: std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_before_what_is_built_in() {
        let flags = BTreeMap::from([("connections".to_owned(), serde_json::json!(3))]);
        let settings = Settings::read(None, &flags).expect("settings");
        assert_eq!(settings.connections, 3);
        assert_eq!(settings.limits.depth, 16);
    }

    #[test]
    fn what_is_not_a_setting_is_refused() {
        let flags = BTreeMap::from([("colour".to_owned(), serde_json::json!("red"))]);
        assert!(Settings::read(None, &flags).is_err());
        let flags = BTreeMap::from([("cors_origins".to_owned(), serde_json::json!("*"))]);
        assert!(Settings::read(None, &flags).is_err());
        let flags = BTreeMap::from([("public_url".to_owned(), serde_json::json!("https://x.example/lms/"))]);
        assert!(Settings::read(None, &flags).is_err(), "links would lead elsewhere");
        let flags = BTreeMap::from([("jobs_at_a_time".to_owned(), serde_json::json!(0))]);
        assert!(Settings::read(None, &flags).is_err(), "no mail would ever leave");
    }

    #[test]
    fn log_in_providers_are_read_and_checked() {
        let read = |log_in: serde_json::Value| Settings::read(None, &BTreeMap::from([("log_in".to_owned(), log_in)]));
        let google = serde_json::json!({ "kind": "google", "client_id": "a", "client_secret": "hush" });
        let of =
            |id: &str, provider: &serde_json::Value| serde_json::json!({ "nusa": { "providers": { id: provider } } });
        let settings = read(of("google", &google)).expect("settings");
        let provider = &settings.log_in["nusa"].providers["google"];
        assert_eq!(provider.issuer(), "https://accounts.google.com", "exact to the letter, without a slash");
        assert!(!format!("{settings:?}").contains("hush"), "a secret is printed");
        let with = |key: &str, value: &str| {
            let mut provider = google.clone();
            provider[key] = value.into();
            provider
        };
        for wrong in [
            of("Google!", &google),
            of("google", &with("issuer", "http://idp.example.org")),
            of("google", &with("issuer", "https://idp.example.org/?a=b")),
            of("google", &with("client_id", "")),
            of("google", &with("kind", "oidc")),
            of("google", &with("kind", "saml")),
            of("google", &with("colour", "red")),
            of("google", &with("api", "https://api.example.org")),
            serde_json::json!({ "nusa": { "return_to": ["https://app.example.org/path?query"] } }),
            serde_json::json!({ "nusa": { "return_to": ["http://app.example.org"] } }),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
        read(of("sekolah", &with("issuer", "http://127.0.0.1:3999"))).expect("a provider of this machine");
    }
}

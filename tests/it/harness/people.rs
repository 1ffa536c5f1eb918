//! People of a test: they register, prove their address and sign in through the schema, as anybody does.

use diesel_async::SimpleAsyncConnection;
use sanggar::platform::{
    db::AcademyId,
    privacy::{Role, UserId, UserKind},
};
use serde_json::{Value, json};

use super::{TestApp, client::Client};

/// Everybody's password.
pub const PASSWORD: &str = "kuda baterai stapler benar";

/// When everybody was born.
pub const BORN: &str = "1991-07-23";

/// Somebody with an account, signed in.
#[derive(Clone)]
pub struct Person {
    /// Their client.
    pub client: Client,
    /// Their id.
    pub id: String,
    /// Their user name.
    pub username: String,
    /// Their address.
    pub email: String,
    /// Their session's token.
    pub token: String,
}

impl TestApp {
    /// Ids of the required documents, in English.
    pub async fn documents(&self, client: &Client) -> Vec<Value> {
        let data = client.data("{ academy { policy { documents { id locale } } } }", json!({})).await;
        let documents = data["academy"]["policy"]["documents"].as_array().expect("documents").clone();
        documents.into_iter().filter(|d| d["locale"] == "en").map(|d| d["id"].clone()).collect()
    }

    /// Somebody registers in the academy that tests live in.
    pub async fn person(&self, name: &str) -> Person {
        self.person_of(&self.anonymous(), name).await
    }

    /// Somebody registers with `client`'s academy.
    pub async fn person_of(&self, client: &Client, name: &str) -> Person {
        let username = name.to_lowercase().replace(' ', ".");
        let email = format!("{username}@example.org");
        let input = json!({
            "email": email, "password": PASSWORD, "fullName": name, "username": self.policy.asks("username").then_some(&username), "ageConfirmed": true,
            "acceptedDocuments": self.documents(client).await,
            "birthDate": self.policy.asks("birthDate").then_some(BORN),
        });
        let register = "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code path message } } }";
        let data = client.data(register, json!({ "input": input })).await;
        assert_eq!(data["register"]["acknowledged"], true, "{data}");
        let token = self.mailed_token(&email).await;
        let verify = "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { token viewer { user { id } } userErrors { code } } }";
        let data = client.data(verify, json!({ "input": { "token": token } })).await;
        let token = data["verifyEmail"]["token"].as_str().unwrap_or_else(|| panic!("{data}")).to_owned();
        let id = data["verifyEmail"]["viewer"]["user"]["id"].as_str().expect("an id").to_owned();
        let person = Person { client: client.with_token(&token), id, username, email, token };
        if self.policy.mfa_required_for.contains(&Role::Learner) {
            crate::accounts::second_factor::set_up(self, &person).await;
        }
        person
    }

    /// Somebody with a role: granted in the database, since who grants the first one has it from the command line.
    pub async fn staff(&self, name: &str, role: Role) -> Person {
        let person = self.person(name).await;
        self.grant(&person, role).await;
        Person { client: person.client.because("ticket 42"), ..person }
    }

    /// Makes somebody the confirmed guardian of a person.
    pub async fn guard(&self, guardian: &Person, ward: &Person) {
        let (guardian, ward) = (user_id(&guardian.id).uuid(), user_id(&ward.id).uuid());
        self.sql(&format!(
            "insert into guardianships (academy_id, ward_id, guardian_id, confirmed_at) values ('{}', '{ward}', '{guardian}', '{}')",
            self.academy.uuid(),
            self.world.now()
        ))
        .await;
    }

    /// Changes the database as nobody else may.
    pub async fn sql(&self, statement: &str) {
        let mut superuser = self.database.superuser().await;
        superuser.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// How many rows a table has, in all academies.
    pub async fn rows_in(&self, table: &str) -> i64 {
        use diesel::{QueryableByName, sql_query, sql_types::BigInt};
        use diesel_async::RunQueryDsl;
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let mut superuser = self.database.superuser().await;
        let count: Count =
            sql_query(format!("select count(*) from {table}")).get_result(&mut superuser).await.expect("a count");
        count.count
    }

    /// Gives a person a role.
    pub async fn grant(&self, person: &Person, role: Role) {
        self.grant_at(self.academy, person, role).await;
    }

    /// Gives a person of an academy a role there.
    pub async fn grant_at(&self, academy: AcademyId, person: &Person, role: Role) {
        let mut tx = self.services.db.begin(academy).await.expect("a transaction");
        sanggar::accounts::store::add_role(&mut tx, user_id(&person.id), role).await.expect("a role");
        tx.commit().await.expect("a commit");
    }

    /// The token of the last mail to an address.
    pub async fn mailed_token(&self, email: &str) -> String {
        let mails = self.mails().await;
        let mail =
            mails.iter().rev().find(|mail| mail.contains(&format!("To: {email}"))).expect("a mail to the person");
        token_in(mail)
    }
}

/// The token that a mail holds.
pub fn token_in(mail: &str) -> String {
    let unfolded = mail.replace("=\r\n", "").replace("=3D", "=");
    let start = unfolded.find("sgm_").unwrap_or_else(|| panic!("no token in {unfolded}"));
    unfolded[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect()
}

/// The id within a global id.
pub fn user_id(global: &str) -> UserId {
    let id: sanggar::platform::id::GlobalId = global.parse().expect("a global id");
    id.of::<UserKind>().expect("a person's id")
}

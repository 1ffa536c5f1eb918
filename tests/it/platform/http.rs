//! GraphQL over HTTP: what is taken, what is refused, and in whose words.

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::TestApp;

/// Instead of the content type that the client has of itself.
fn typed(content_type: &str) -> reqwest::header::HeaderMap {
    [(reqwest::header::CONTENT_TYPE, content_type.parse().expect("a header"))].into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_a_status_a_code_and_no_data() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let query = json!({ "query": "{ __typename }" }).to_string();
    let big = json!({ "query": "{ __typename }", "extensions": { "x": "x".repeat(2 << 20) } }).to_string();
    for (what, body, content_type, status, code) in [
        ("fine", query.as_str(), "application/json", 200, None),
        ("a charset", query.as_str(), "application/json; charset=UTF-8", 200, None),
        ("text", query.as_str(), "text/plain", 415, Some("BAD_USER_INPUT")),
        ("a form", "query=%7B__typename%7D", "application/x-www-form-urlencoded", 415, Some("BAD_USER_INPUT")),
        ("another charset", query.as_str(), "application/json; charset=latin1", 415, Some("BAD_USER_INPUT")),
        ("no JSON", "nonsense", "application/json", 400, Some("BAD_USER_INPUT")),
        ("a batch", "[{\"query\":\"{__typename}\"}]", "application/json", 400, Some("BAD_USER_INPUT")),
        ("no query", "{}", "application/json", 400, Some("BAD_USER_INPUT")),
        (
            "variables in a list",
            "{\"query\":\"{__typename}\",\"variables\":[1]}",
            "application/json",
            400,
            Some("BAD_USER_INPUT"),
        ),
        ("too large", big.as_str(), "application/json", 413, Some("PAYLOAD_TOO_LARGE")),
        ("unparsable", "{\"query\":\"{\"}", "application/json", 400, Some("GRAPHQL_PARSE_FAILED")),
        ("invalid", "{\"query\":\"{nothing}\"}", "application/json", 400, Some("GRAPHQL_VALIDATION_FAILED")),
        (
            "unclear",
            "{\"query\":\"query A{__typename} query B{__typename}\"}",
            "application/json",
            400,
            Some("OPERATION_RESOLUTION_FAILURE"),
        ),
        (
            "a NUL",
            "{\"query\":\"query($u:String!){user(username:$u){id}}\",\"variables\":{\"u\":\"a\\u0000\"}}",
            "application/json",
            400,
            Some("BAD_USER_INPUT"),
        ),
    ] {
        let response =
            client.post().headers(typed(content_type)).body(body.to_owned()).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{what}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let answer: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"].as_str(), code, "{what}: {answer}");
        assert_eq!(answer.get("data").is_some(), code.is_none(), "{what}: {answer}");
    }
    let twice = client.post().header("content-type", "text/plain").body(query.clone()).send().await.expect("an answer");
    assert_eq!(twice.status().as_u16(), 415, "two content types");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_reads_and_never_writes() {
    let app = TestApp::start().await;
    let url = app.anonymous().url;
    let ask = |query: &str| {
        let url = url::Url::parse_with_params(&url, [("query", query)]).expect("an address");
        reqwest::Client::new().get(url).header("x-academy", "nusa").send()
    };
    let read = ask("{ academy { slug } }").await.expect("an answer");
    assert_eq!(read.status().as_u16(), 200);
    assert_eq!(read.text().await.expect("a body"), "{\"data\":{\"academy\":{\"slug\":\"nusa\"}}}");
    let write = ask("mutation { logOut { acknowledged } }").await.expect("an answer");
    assert_eq!(write.status().as_u16(), 405);
    assert_eq!(write.headers()["allow"], "POST");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_in_the_language_asked_for() {
    let app = TestApp::start().await;
    let query = "mutation { setVisibility(input: { fields: [] }) { userErrors { code } } }";
    let english = app.anonymous().send(query, json!({})).await;
    let indonesian = app.anonymous().speaking("id-ID, en;q=0.5").send(query, json!({})).await;
    assert_eq!(english.codes(), ["UNAUTHENTICATED"]);
    assert_eq!(indonesian.codes(), ["UNAUTHENTICATED"]);
    assert_eq!(english.json["errors"][0]["message"], "Sign in first (logIn).");
    assert_eq!(indonesian.json["errors"][0]["message"], "Silakan masuk terlebih dahulu (logIn).");
    app.stop().await;
}

/// Pages of other sites call us where the settings name them; our own pages, and what anybody may read, are no question of that.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_are_named() {
    let app = TestApp::start_with(|settings| settings.cors_origins = "https://app.example".to_owned()).await;
    let client = app.anonymous();
    let own = format!("http://{}", app.address);
    for (origin, status, allowed) in [
        (own.as_str(), 200, None),
        ("https://app.example", 200, Some("https://app.example")),
        ("https://elsewhere.example", 403, None),
    ] {
        let asked = client.post().header("origin", origin).body(r#"{"query":"{ academy { slug } }"}"#);
        let answer = asked.send().await.expect("an answer");
        let told = answer.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok());
        assert_eq!((answer.status().as_u16(), told), (status, allowed), "{origin}");
    }
    let keys = format!("{own}/a/nusa/jwks.json");
    let keys = reqwest::Client::new().get(keys).header("origin", "https://elsewhere.example").send().await;
    assert_ne!(keys.expect("an answer").status(), 403, "anybody may read the keys");
    app.stop().await;
}

/// Whoever keeps a connection open hears that it ends, instead of having a request cut off.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so_first() {
    let app = TestApp::start_with(|settings| settings.farewell_seconds = 3).await;
    let ready = format!("http://{}/readyz", app.address);
    let mut kept = tokio::net::TcpStream::connect(app.address).await.expect("a connection");
    assert!(!asked(&mut kept).await.contains("connection: close"));
    let stopping = tokio::spawn(app.stop());
    while reqwest::get(&ready).await.expect("it still answers").status() != 503 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let last = asked(&mut kept).await;
    assert!(last.starts_with("http/1.1 200") && last.contains("connection: close"), "{last}");
    stopping.await.expect("the server stops");
    reqwest::get(&ready).await.expect_err("nobody listens any more");
}

/// The answer to a small request by a connection that is kept.
async fn asked(connection: &mut tokio::net::TcpStream) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    while !answer.contains("\r\n\r\nok") {
        let mut bytes = [0; 1024];
        let count = connection.read(&mut bytes).await.expect("an answer");
        assert_ne!(count, 0, "cut off after {answer:?}");
        answer.push_str(&String::from_utf8_lossy(&bytes[..count]).to_lowercase());
    }
    answer
}

/// What is said twice of where a request goes and who sends it, a proxy may read otherwise than we do.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_once_where_it_goes() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let app = TestApp::start().await;
    for (headers, status) in [
        ("Host: a\r\n", "200"),
        ("", "400"),
        ("Host: a\r\nHost: b\r\n", "400"),
        ("Host: a\r\nX-Academy: nusa\r\nX-Academy: tetangga\r\n", "400"),
        ("Host: a\r\nOrigin: http://a\r\nOrigin: http://b\r\n", "400"),
    ] {
        let mut connection = tokio::net::TcpStream::connect(app.address).await.expect("a connection");
        let request = format!("GET /healthz HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{headers:?}: {answer}");
    }
    app.stop().await;
}

/// One address does not have all connections.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_so_many_connections() {
    let app = TestApp::start_with(|settings| settings.limits.address_connections = 3).await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut connection = tokio::net::TcpStream::connect(app.address).await.expect("a connection");
        asked(&mut connection).await;
        kept.push(connection);
    }
    let healthz = format!("http://{}/healthz", app.address);
    reqwest::Client::new().get(&healthz).send().await.expect_err("a fourth");
    kept.clear();
    let mut looks = 0;
    while reqwest::Client::new().get(&healthz).send().await.is_err() {
        looks += 1;
        assert!(looks < 500, "connections that ended are counted still");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    app.stop().await;
}

/// A client may offer to speak another protocol; it does not insist.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_of_another_protocol_is_passed_over() {
    let app = TestApp::start().await;
    let asked = app.anonymous().post().header("connection", "upgrade").header("upgrade", "h2c");
    let answer = asked.body(r#"{"query":"{ academy { slug } }"}"#).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_published_and_kept() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = 12).await;
    let client = app.anonymous();
    let data = client.data("{ serviceLimits { name limit unit description } }", json!({})).await;
    let limits = data["serviceLimits"].as_array().expect("limits").clone();
    let of = |name: &str| {
        limits.iter().find(|limit| limit["name"] == name).unwrap_or_else(|| panic!("{name}"))["limit"].clone()
    };
    assert_eq!(of("depth"), 16);
    assert_eq!(of("costPerMinute"), 12);
    let deep = format!("{{ {} id {} }}", "academy { ".repeat(20), "} ".repeat(20));
    assert_eq!(client.send(&deep, json!({})).await.codes(), ["QUERY_TOO_COMPLEX"]);
    let refused = client.send("{ serviceLimits { name } }", json!({})).await;
    assert_eq!((refused.status, refused.codes()), (429, vec!["RATE_LIMITED"]), "{}", refused.json);
    app.stop().await;
}

/// What a document asks for is counted before it runs; what there is behind it is weighed while it runs.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_grows_no_heavier_than_it_may() {
    let app = TestApp::start_with(|settings| settings.limits.answer_bytes = 20_000).await;
    let document = app.anonymous().data("{ academy { policy { documents { id body } } } }", json!({})).await;
    let document = &document["academy"]["policy"]["documents"][0];
    let heavy = format!(
        "query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on PolicyDocument {{ {} }} }} }}",
        (0..90).fold(String::new(), |text, at| text + &format!("a{at}: body "))
    );
    let asked = json!({ "ids": vec![&document["id"]; 100] });
    for client in [app.anonymous(), app.anonymous().speaking("id")] {
        let refused = client.send(&heavy, asked.clone()).await;
        assert_eq!(
            (refused.codes(), &refused.json["data"]),
            (vec!["QUERY_TOO_COMPLEX"], &Value::Null),
            "{}",
            refused.json
        );
    }
    // Short ones add up as well.
    let many = format!(
        "query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {} }} }}",
        (0..90).fold(String::new(), |text, at| text + &format!("a{at}: id "))
    );
    assert_eq!(app.anonymous().send(&many, asked).await.codes(), ["QUERY_TOO_COMPLEX"]);
    app.stop().await;
}

/// An address has so many operations at a time, whatever they go over.
#[tokio::test(flavor = "multi_thread")]
async fn one_address_runs_so_many_operations_at_a_time() {
    let app = TestApp::start_with(|settings| settings.limits.address_operations = 1).await;
    let ani = app.person("Ani Wijaya").await;
    let mut gate = app.database.superuser().await;
    gate.batch_execute("begin; lock table instructor_applications in share mode").await.expect("a lock");
    let applying = tokio::spawn({
        let client = ani.client.clone();
        async move { client.send(crate::instructors::APPLY, json!({ "input": crate::instructors::application() })).await }
    });
    let mut looking = app.database.superuser().await;
    while crate::instructors::waiting(&mut looking).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let second = app.anonymous().send("{ academy { slug } }", json!({})).await;
    assert_eq!((second.status, second.codes()), (429, vec!["RATE_LIMITED"]));
    gate.batch_execute("commit").await.expect("unlocked");
    assert!(applying.await.expect("an answer").codes().is_empty());
    app.anonymous().data("{ academy { slug } }", json!({})).await;
    app.stop().await;
}

/// A deployment may keep its schema to itself: neither introspection nor an error tells a name of it.
#[tokio::test(flavor = "multi_thread")]
async fn names_of_the_schema_are_not_told() {
    let app = TestApp::start_with(|settings| settings.introspection = false).await;
    let client = app.anonymous();
    for query in ["{ __schema { types { name } } }", "{ __type(name: \"User\") { fields { name } } }"] {
        let answer = client.send(query, json!({})).await;
        assert!(
            answer.json["data"].as_object().is_none_or(|data| data.values().all(Value::is_null)),
            "{}",
            answer.json
        );
        assert!(!answer.json.to_string().contains("username"), "{}", answer.json);
    }
    // One letter beside a name: of a field, an argument, a type, an input field, a value.
    for (query, name) in [
        ("{ academ { slug } }", "academy"),
        ("{ courses(firs: 1) { totalCount } }", "first"),
        ("{ node(id: \"x\") { ... on Cours { id } } }", "Course"),
        ("mutation { logIn(input: { logi: \"a\", password: \"b\" }) { token } }", "login"),
        ("{ users(first: 1) { nodes { fullNam } } }", "fullName"),
    ] {
        let answer = client.send(query, json!({})).await;
        assert_eq!(answer.codes()[0], "GRAPHQL_VALIDATION_FAILED", "{}", answer.json);
        assert!(!answer.json.to_string().contains(name), "{name} is told: {}", answer.json);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_may_be_made_smaller() {
    let app = TestApp::start_with(|settings| settings.limits.page_size = 2).await;
    let client = app.anonymous();
    let courses = "query ($first: Int) { courses(first: $first) { nodes { id } } }";
    for (first, codes) in [(json!(2), vec![]), (json!(null), vec![]), (json!(3), vec!["BAD_USER_INPUT"])] {
        assert_eq!(client.send(courses, json!({ "first": first })).await.codes(), codes, "{first}");
    }
    let id = client.data("{ academy { id } }", json!({})).await["academy"]["id"].clone();
    let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    client.data(nodes, json!({ "ids": vec![&id; 2] })).await;
    assert_eq!(client.send(nodes, json!({ "ids": vec![&id; 3] })).await.codes(), ["BAD_USER_INPUT"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_tells_what_may_still_be_asked_for() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = 100).await;
    let ask = async || {
        let body = json!({ "query": "{ serviceLimits { name } }" }).to_string();
        let response = app.anonymous().post().body(body).send().await.expect("an answer");
        let header = |name: &str| Some(response.headers().get(name)?.to_str().expect("text").to_owned());
        assert_eq!(header("ratelimit-policy").as_deref(), Some("\"cost\";q=100;w=60"));
        (response.status().as_u16(), header("ratelimit"), header("retry-after").is_some())
    };
    let first = (200, Some("\"cost\";r=89;t=7".to_owned()), false);
    assert_eq!(ask().await, first, "one for the request, ten for the limits");
    let mut last = ask().await;
    for _ in 0..20 {
        if last.0 == 429 {
            break;
        }
        last = ask().await;
    }
    assert_eq!(last, (429, None, true), "what is left may be enough for something smaller");
    app.stop().await;
}

/// Who is still sending when the refusal is clear gets to see it.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_request_sees_its_refusal() {
    let app = TestApp::start().await;
    for (content_type, accept, status) in [
        ("multipart/form-data; boundary=x", "*/*", "415"),
        ("application/json", "image/png", "406"),
        ("application/json", "*/*", "413"),
    ] {
        let body = vec![b' '; 3 << 20];
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: nusa.example.org\r\ncontent-type: {content_type}\r\naccept: {accept}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        // A client that sends all before it listens.
        let mut stream = tokio::net::TcpStream::connect(app.address).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream.write_all(&body).await.expect("sent whole, with no broken pipe");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"));
    }
    app.stop().await;
}

/// What is refused costs too: guessing tokens, or hostile documents, ends like any flood.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_costs_too() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = 6).await;
    let client = app.anonymous();
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(client.with_token("sgs_guess").send("{ __typename }", json!({})).await.codes()[0].to_owned());
        codes.push(client.send("{ no such document", json!({})).await.codes()[0].to_owned());
    }
    assert_eq!(codes[..6], ["UNAUTHENTICATED", "GRAPHQL_PARSE_FAILED"].repeat(3));
    assert_eq!(codes[6..], ["RATE_LIMITED", "RATE_LIMITED"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_ids_and_cursors_are_told() {
    let app = TestApp::start().await;
    let admin = app.staff("Rina Admin", sanggar::platform::privacy::Role::Admin).await;
    let client = &admin.client;
    for id in ["", "x", "AAAA", "42"] {
        assert_eq!(
            client.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await.codes(),
            ["BAD_USER_INPUT"]
        );
    }
    for arguments in
        ["first: 0", "first: -1", "first: 101", "last: 101", "first: 1, last: 1", "after: \"x\"", "before: \"AAAA\""]
    {
        let answer = client.send(&format!("{{ users({arguments}) {{ nodes {{ id }} }} }}"), json!({})).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{arguments}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_explorer_works_with_no_network() {
    let app = TestApp::start().await;
    let base = format!("http://{}", app.address);
    let page = reqwest::get(&base).await.expect("a page");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("http"), "{policy}");
    let html = page.text().await.expect("html");
    let files: Vec<&str> = html.split(['"']).filter(|part| part.starts_with("/graphiql/")).collect();
    assert_eq!(files.len(), 6);
    assert!(!html.contains("//unpkg") && !html.contains("https://"), "the page asks another host");
    for file in files {
        let response = reqwest::get(format!("{base}{file}")).await.expect("a file");
        assert_eq!(response.status().as_u16(), 200, "{file}");
        assert!(!response.bytes().await.expect("bytes").is_empty());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_readiness_answer() {
    let app = TestApp::start().await;
    for path in ["healthz", "readyz"] {
        let response = reqwest::get(format!("http://{}/{path}", app.address)).await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200, "{path}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_come_in_the_order_of_the_document() {
    let app = TestApp::start().await;
    let query = "{ z: __typename academy { timeZone slug name } a: __typename }";
    let body = json!({ "query": query }).to_string();
    let text = app.anonymous().post().body(body).send().await.expect("an answer").text().await.expect("a body");
    assert_eq!(
        text,
        r#"{"data":{"z":"Query","academy":{"timeZone":"Asia/Jakarta","slug":"nusa","name":"Akademi Nusa"},"a":"Query"}}"#
    );
    app.stop().await;
}

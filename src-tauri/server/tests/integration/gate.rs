//! The gate, tried on every route that there is: each use case, the events, every page.

use crate::client;

use client::{Answer, Ask, Stage};
use serde_json::json;
use undercroft_api::USE_CASES;
use undercroft_server::ROUTES;

/// Every route as requests that would succeed or be refused for their content alone: those of
/// the list, with each use case by its name, and what is not in the list.
fn every_request(stage: &Stage) -> Vec<Ask> {
    let mut all = Vec::new();
    for route in ROUTES.iter().filter(|route| route.needs_token) {
        if route.path.contains("{name}") {
            for use_case in USE_CASES {
                all.push(Ask::post(&route.path.replace("{name}", use_case.name), "{}"));
            }
        } else {
            all.push(Ask::new(route.method, route.path));
        }
    }
    all.push(Ask::new("GET", "/api/no/such/route"));
    all.push(Ask::new("GET", "/api/session/"));
    all.push(Ask::new("GET", "/api/session/../events"));
    all.push(Ask::new("OPTIONS", "/api/call/project_list"));
    assert!(all.len() > USE_CASES.len() + 4, "the list is not what it was");
    assert!(stage.port() > 0);
    all
}

#[track_caller]
fn assert_security_headers(answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("default-src 'none'"), "{answer:?}");
    assert!(policy.contains("frame-ancestors 'none'"), "{answer:?}");
    assert!(!policy.contains("script-src 'self' 'unsafe"), "{answer:?}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn no_route_answers_without_a_valid_token() {
    let stage = Stage::new();
    let (port, session) = (stage.port(), stage.session());
    let credentials: Vec<Vec<(&str, String)>> = vec![
        vec![],
        vec![("Authorization", String::new())],
        vec![("Authorization", "Bearer ".to_owned())],
        vec![("Authorization", "Bearer wrong".to_owned())],
        vec![("Authorization", format!("Basic {}", stage.token()))],
        vec![("Authorization", format!("bearer{}", stage.token()))],
        vec![("Authorization", format!("Bearer {}x", stage.token()))],
        vec![("Authorization", format!("Bearer {}", &stage.token()[1..]))],
        // The code of a link is no token, and no cookie is looked at.
        vec![("Authorization", format!("Bearer {}", stage.code()))],
        vec![("Cookie", format!("undercroft-{port}={session}"))],
        vec![("Cookie", format!("undercroft-{port}={}", stage.token()))],
        vec![
            ("Authorization", format!("Bearer {}", stage.token())),
            ("Authorization", "Bearer wrong".to_owned()),
        ],
    ];
    for ask in every_request(&stage) {
        for headers in &credentials {
            let answer = stage.send(&ask.clone().with_all(headers));
            assert_eq!(answer.status, 401, "{ask:?} with {headers:?}");
            assert_security_headers(&answer);
            assert_eq!(answer.json()["code"], "unauthorized");
        }
    }
}

#[test]
fn no_route_answers_to_another_name_or_another_origin() {
    let stage = Stage::new();
    let port = stage.port();
    let bearer = ("Authorization", format!("Bearer {}", stage.token()));
    let hosts = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        format!("127.0.0.1:{}", port ^ 1),
        format!("127.0.0.1.evil.example:{port}"),
        format!("LOCALHOST.:{port}"),
        format!("[::1]:{port}"),
        String::new(),
    ];
    let origins = [
        "http://evil.example".to_owned(),
        "null".to_owned(),
        "http://127.0.0.1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{}", port ^ 1),
        format!("http://localhost:{port}"),
        format!("http://127.0.0.1:{port}.evil.example"),
        "file://".to_owned(),
        String::new(),
    ];
    for ask in every_request(&stage) {
        for host in &hosts {
            let answer =
                stage.send(&ask.clone().host(host).with_all(std::slice::from_ref(&bearer)));
            assert_eq!(answer.status, 403, "{ask:?} at {host:?}");
            assert_security_headers(&answer);
        }
        for origin in &origins {
            let headers = [bearer.clone(), ("Origin", origin.clone())];
            let answer = stage.send(&ask.clone().with_all(&headers));
            assert_eq!(answer.status, 403, "{ask:?} from {origin:?}");
        }
        let twice = [
            bearer.clone(),
            ("Origin", format!("http://127.0.0.1:{port}")),
            ("Origin", "http://evil.example".to_owned()),
        ];
        assert_eq!(stage.send(&ask.clone().with_all(&twice)).status, 403);
    }
}

#[test]
fn the_right_token_host_and_origin_get_an_answer() {
    let stage = Stage::new();
    let port = stage.port();
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        let own = ("Origin", format!("http://{host}"));
        let list = Ask::post("/api/call/project_list", "{}").host(&host);
        let bearer = ("Authorization", format!("Bearer {}", stage.token()));
        let answer = stage.send(&list.clone().with_all(&[own.clone(), bearer]));
        assert_eq!((answer.status, answer.json()), (200, json!([])));
        assert_security_headers(&answer);
        let session = ("Authorization", format!("Bearer {}", stage.session()));
        assert_eq!(stage.send(&list.with_all(&[own, session])).status, 200);
    }
}

#[test]
fn a_link_lets_one_browser_in_once() {
    let stage = Stage::new();
    let link = stage.link();
    assert!(link.starts_with(&format!("http://127.0.0.1:{}/#open=", stage.port())), "{link}");

    // The pages are there for all who name this machine, and hold nothing.
    for path in ["/", "/index.html"] {
        let page = stage.send(&Ask::new("GET", path));
        assert_eq!(page.status, 200);
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        assert_eq!(page.header("set-cookie"), None);
        assert_security_headers(&page);
        assert_eq!(stage.send(&Ask::new("GET", path).host("evil.example")).status, 403);
    }
    let give = |code: &str| Ask::post("/api/session", &json!({"code": code}).to_string());
    let code = stage.code();
    assert_eq!(stage.send(&give("guess")).status, 401);
    assert_eq!(stage.send(&Ask::post("/api/session", "[]")).status, 401);
    assert_eq!(stage.send(&give(&code).host("evil.example")).status, 403);
    let foreign = ("Origin", "http://evil.example".to_owned());
    assert_eq!(stage.send(&give(&code).with_all(&[foreign])).status, 403);
    assert_eq!(stage.send(&Ask::new("GET", "/api/session")).status, 405);

    let answer = stage.send(&give(&code));
    assert_eq!((answer.status, answer.header("set-cookie")), (200, None));
    assert_security_headers(&answer);
    assert_eq!(stage.send(&give(&code)).status, 401);
    assert_ne!(stage.link(), link, "a new link is printed after each use");
}

#[test]
fn only_json_of_a_reasonable_length_is_taken() {
    let stage = Stage::new();
    let ask = |kind: Option<&str>, body: &str| {
        let mut ask = Ask::new("POST", "/api/call/project_list").body(body);
        ask.headers.push(("Authorization".to_owned(), format!("Bearer {}", stage.token())));
        ask.headers.extend(kind.map(|kind| ("Content-Type".to_owned(), kind.to_owned())));
        stage.send(&ask)
    };
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/jsonx"),
        Some("text/plain; application/json"),
    ] {
        assert_eq!(ask(kind, "{}").status, 415, "{kind:?}");
    }
    let json_kind = Some("application/json; charset=utf-8");
    assert_eq!(ask(json_kind, "{}").status, 200);
    assert_eq!(ask(json_kind, "").status, 200);
    assert_eq!(ask(json_kind, "{not json").status, 400);
    assert_eq!(ask(json_kind, "[1]").status, 400);
    let long = format!("{{\"text\": \"{}\"}}", "x".repeat(2 << 20));
    let answer = ask(json_kind, &long);
    assert_eq!((answer.status, answer.json()["code"].clone()), (413, json!("invalid")));
}

#[test]
fn what_there_is_not_is_not_found() {
    let stage = Stage::new();
    let send = |ask: Ask| {
        stage.send(&ask.with_all(&[("Authorization", format!("Bearer {}", stage.token()))]))
    };
    let unknown = send(Ask::post("/api/call/rm_rf", "{}"));
    assert_eq!((unknown.status, unknown.json()["code"].clone()), (404, json!("not_found")));
    for path in ["/no", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "//etc/passwd", "/index.html/"] {
        let answer = send(Ask::new("GET", path));
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
    }
    assert_eq!(send(Ask::new("GET", "/api/call/project_list")).status, 405);
}

#[test]
fn a_browser_gets_a_page_for_what_there_is_not_and_a_program_json() {
    let stage = Stage::new();
    let bearer = ("Authorization", format!("Bearer {}", stage.token()));
    let asked = |ask: Ask, accept: &str| {
        stage.send(&ask.with_all(&[bearer.clone(), ("Accept", accept.to_owned())]))
    };
    let html = "text/html,application/xhtml+xml,*/*;q=0.8";
    let page = asked(Ask::new("GET", "/no/such/page"), html);
    assert_eq!(page.status, 404);
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert!(text.contains("<a href=\"/\">Open Undercroft</a>"), "{text}");
    assert!(page.header("content-security-policy").is_some());
    for (ask, accept) in [
        (Ask::new("GET", "/no/such/page"), "application/json"),
        (Ask::new("GET", "/no"), "*/*"),
        (Ask::new("GET", "/api"), html),
        (Ask::new("GET", "/api/"), html),
        (Ask::post("/api/no", "{}"), html),
        (Ask::post("/no", "{}"), html),
        (Ask::post("/index.html", "{}"), html),
    ] {
        let answer = asked(ask, accept);
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")));
        assert!(answer.json()["next"].as_str().unwrap().contains("/api/call"));
    }
    // Without a token nothing is told of what there is below /api.
    let ask = Ask::new("GET", "/api/no").with_all(&[("Accept", html.to_owned())]);
    assert_eq!(stage.send(&ask).status, 401);
}

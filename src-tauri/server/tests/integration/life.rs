//! The server's life: it tells events live, keeps its secrets, and stops in order.

use crate::client;

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use client::{Ask, Stage, find};
use serde_json::json;
use undercroft_api::Api;
use undercroft_foundation::{Code, OsRandom, SettingsOverrides, World};
use undercroft_server::{BrowserHost, Options, Server};

fn authorised(stage: &Stage, ask: Ask) -> Ask {
    ask.with_all(&[("Authorization", format!("Bearer {}", stage.token()))])
}

fn call(stage: &Stage, name: &str, request: &serde_json::Value) -> serde_json::Value {
    let ask = Ask::post(&format!("/api/call/{name}"), &request.to_string());
    let answer = stage.send(&authorised(stage, ask));
    assert_eq!(answer.status, 200, "{name}: {:?}", answer.json());
    answer.json()
}

#[test]
fn events_come_as_they_happen() {
    let stage = Stage::new();
    let mut stream = stage.connect(&authorised(&stage, Ask::new("GET", "/api/events")));
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut heard = Vec::new();
    let mut until = |wanted: &[u8]| {
        let mut buffer = [0; 1024];
        while find(&heard, wanted).is_none() {
            let read = stream.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "the stream ended: {}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&buffer[..read]);
        }
    };
    until(b"text/event-stream");
    std::fs::create_dir(stage.folder.path().join("sample")).unwrap();
    let path = stage.folder.path().join("sample");
    let place = call(&stage, "place_type", &json!({"path": path}));
    assert_eq!(place["state"], "folder");
    call(&stage, "project_add", &json!({"place": place["id"]}));
    until(b"data: {\"type\":\"event\"");
    until(b"project.added");
    until(b"\"type\":\"job\"");
}

/// How often the threads of this process that tell what happens went to sleep, and their number.
fn sleeps_of_tellers() -> (u64, usize) {
    let (mut sleeps, mut threads) = (0, 0);
    for thread in std::fs::read_dir("/proc/self/task").unwrap() {
        let path = thread.unwrap().path();
        // It may end meanwhile.
        let Ok(status) = std::fs::read_to_string(path.join("status")) else { continue };
        let field = |name: &str| {
            status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next())
        };
        if field("Name:") == Some("live") {
            threads += 1;
            sleeps += field("voluntary_ctxt_switches:").unwrap().parse::<u64>().unwrap();
        }
    }
    (sleeps, threads)
}

#[test]
fn while_nothing_happens_nobody_wakes_to_tell_it() {
    let name = "while_nothing_happens_nobody_wakes_to_tell_it";
    if !undercroft_testkit::is_alone(module_path!(), name) {
        return;
    }
    let mut stage = Stage::new();
    let mut stream = stage.connect(&authorised(&stage, Ask::new("GET", "/api/events")));
    assert!(stream.read(&mut [0; 64]).unwrap() > 0);
    let pause = |millis| std::thread::sleep(Duration::from_millis(millis));
    pause(500);
    let (before, threads) = sleeps_of_tellers();
    pause(2000);
    assert_eq!(threads, 1);
    assert!(sleeps_of_tellers().0 - before <= 2, "it wakes though nothing happens");
    stage.stop();
    let is_gone = (0..50).any(|_| {
        pause(100);
        sleeps_of_tellers().1 == 0
    });
    assert!(is_gone, "it ends with the server");
}

#[test]
fn the_token_lies_where_only_the_user_reads_it_and_goes_with_the_server() {
    let mut stage = Stage::new();
    let file = stage.api.root().join("serve.token");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    stage.stop();
    assert!(!file.exists());
}

#[test]
fn a_token_of_another_server_is_left_alone() {
    let mut stage = Stage::new();
    let file = stage.api.root().join("serve.token");
    std::fs::write(&file, "another").unwrap();
    stage.stop();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "another");
}

#[test]
fn it_stops_though_somebody_listens() {
    let mut stage = Stage::new();
    let mut stream = stage.connect(&authorised(&stage, Ask::new("GET", "/api/events")));
    let mut buffer = [0; 64];
    assert!(stream.read(&mut buffer).unwrap() > 0);
    stage.stop();
    // Told that this is all, not cut off when patience had run out.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "{:?}", String::from_utf8_lossy(&rest));
}

#[test]
fn a_port_that_is_taken_is_an_error_that_says_so() {
    let stage = Stage::new();
    let folder = tempfile::tempdir().unwrap();
    let overrides = SettingsOverrides::default();
    let api = Api::open(folder.path(), &World::real(), overrides, BrowserHost::default()).unwrap();
    let options = Options {
        port: stage.port(),
        random: std::sync::Arc::new(OsRandom),
        print_link: Box::new(|_| ()),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(Server::bind(api, options)).unwrap_err();
    assert_eq!(error.code(), Code::AlreadyExists);
    assert!(error.next_text().contains("--port"));
}

#[test]
fn it_listens_on_loopback_only() {
    let stage = Stage::new();
    // This machine's other addresses are not served.
    let addresses = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    if let Ok(address) = addresses.map(|address| address.ip())
        && !address.is_loopback()
        && !address.is_unspecified()
    {
        let target = std::net::SocketAddr::new(address, stage.port());
        let tried = std::net::TcpStream::connect_timeout(&target, Duration::from_secs(2));
        assert!(tried.is_err(), "{target} answers");
    }
}

/// How many descriptors and threads this process has: the server is in it.
fn taken() -> (usize, usize) {
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}

#[test]
fn connections_that_ask_nothing_take_few_descriptors_and_no_threads() {
    if !undercroft_testkit::is_alone(
        module_path!(),
        "connections_that_ask_nothing_take_few_descriptors_and_no_threads",
    ) {
        return;
    }
    let stage = Stage::new();
    let list = authorised(&stage, Ask::post("/api/call/project_list", "{}"));
    assert_eq!(stage.send(&list).status, 200);
    let before = taken();
    let half_open: Vec<_> = (0..400)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", stage.port())).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
            stream
        })
        .collect();
    let most = before.0 + half_open.len() + 100;
    assert!(taken().0 <= most, "{} descriptors, {most} at most", taken().0);
    assert!(taken().1 <= before.1 + 8);
    drop(half_open);
    assert_eq!(stage.send(&list).status, 200);
}

#[test]
fn streams_share_one_thread_and_there_are_only_so_many() {
    if !undercroft_testkit::is_alone(
        module_path!(),
        "streams_share_one_thread_and_there_are_only_so_many",
    ) {
        return;
    }
    let stage = Stage::new();
    let ask = authorised(&stage, Ask::new("GET", "/api/events"));
    let listen = || {
        let mut stream = stage.connect(&ask);
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        (stream, head[9..].to_owned())
    };
    let first = listen();
    let before = taken().1;
    let mut streams: Vec<_> = (1..32).map(|_| listen()).collect();
    assert!(streams.iter().all(|(_, status)| status == b"200"), "{streams:?}");
    assert!(taken().1 <= before + 8, "{} threads, {before} with one stream", taken().1);
    assert_eq!(listen().1, b"503");
    // One that leaves makes room.
    drop((first, streams.pop()));
    while listen().1 != b"200" {
        std::thread::sleep(Duration::from_millis(10));
    }
}

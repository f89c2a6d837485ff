//! `undercroft serve`: as a script and a browser find it.

use crate::stage;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use stage::Stage;
use undercroft_testkit::{random_bytes, write_file};

struct Serving {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    port: u64,
    token_file: String,
    link: String,
}

fn serve(stage: &Stage) -> Serving {
    let mut child = stage.spawn(&["serve", "--json"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let (listening, link) = (next(), next());
    Serving {
        port: listening["port"].as_u64().unwrap(),
        token_file: listening["token_file"].as_str().unwrap().to_owned(),
        link: link["url"].as_str().unwrap().to_owned(),
        child,
        lines,
    }
}

impl Serving {
    fn send(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let (port, length) = (self.port, body.len());
        let head = head.trim_end();
        write!(
            stream,
            "{head}\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn call(&self, name: &str, request: &Value) -> Value {
        let token = std::fs::read_to_string(&self.token_file).unwrap();
        let head = format!(
            "POST /api/call/{name} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json"
        );
        let answer = self.send(&head, &request.to_string());
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn stop(mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        assert!(self.child.wait().unwrap().success());
        assert!(!std::path::Path::new(&self.token_file).exists());
    }
}

#[test]
fn a_script_calls_and_a_browser_comes_in() {
    let stage = Stage::new();
    write_file(stage.path("vault/file"), "x");
    let mut serving = serve(&stage);
    let place = serving.call("place_type", &serde_json::json!({"path": stage.path("vault")}));
    let project = serving.call("project_add", &serde_json::json!({"place": place["id"]}));
    assert_eq!(project["name"], "vault");
    // The command line works in the same library meanwhile.
    assert_eq!(stage.json(&["project", "list"])[0]["id"], project["id"]);

    let code = serving.link.split_once("/#open=").unwrap().1;
    let request = serde_json::json!({"code": code}).to_string();
    let head = "POST /api/session HTTP/1.1\r\nContent-Type: application/json";
    let answer = serving.send(head, &request);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let next: Value = serde_json::from_str(&serving.lines.next().unwrap().unwrap()).unwrap();
    assert_ne!(next["url"], serving.link);
    serving.stop(Signal::TERM);
}

#[test]
fn it_stops_in_order_though_a_backup_runs() {
    let stage = Stage::new();
    for n in 0..12 {
        write_file(stage.path(&format!("vault/{n}")), random_bytes(n, 4_000_000));
    }
    stage.run(&["project", "add", "vault"]);
    stage.run(&["destination", "add", "disk"]);
    let serving = serve(&stage);
    let request = serde_json::json!({"project": "vault", "destination": "disk"});
    let job = serving.call("backup_run", &request);
    while serving.call("job_list", &Value::Null)[0]["state"] == "queued" {
        std::thread::sleep(Duration::from_millis(5));
    }
    serving.stop(Signal::INT);
    let runs = stage.json(&["run", "list"]);
    assert_eq!(runs[0]["title"], job["title"]);
    assert!(["cancelled", "succeeded"].contains(&runs[0]["state"].as_str().unwrap()), "{runs}");
    assert_eq!(std::fs::read_dir(stage.path("disk/locks")).unwrap().count(), 0);
}

//! A server on a library of its own, and a client that says exactly what it is told to: no
//! client library would send two origins.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use undercroft_api::Api;
use undercroft_foundation::{OsRandom, SettingsOverrides, World};
use undercroft_server::{BrowserHost, Options, Server};

/// A running server.
pub struct Stage {
    pub folder: tempfile::TempDir,
    pub api: Api,
    port: u16,
    token: String,
    links: Arc<Mutex<Vec<String>>>,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<Runtime>,
    done: Option<JoinHandle<()>>,
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("library");
        let overrides = SettingsOverrides::default();
        let api = Api::open(&library, &World::real(), overrides, BrowserHost::default()).unwrap();
        let runtime = Runtime::new().unwrap();
        let links = Arc::new(Mutex::new(Vec::new()));
        let printed = Arc::clone(&links);
        let options = Options {
            port: 0,
            random: Arc::new(OsRandom),
            print_link: Box::new(move |link| printed.lock().unwrap().push(link.to_owned())),
        };
        let server = runtime.block_on(Server::bind(api.clone(), options)).unwrap();
        let port = server.port();
        let token = std::fs::read_to_string(server.token_file()).unwrap();
        let (stop, stopped) = oneshot::channel();
        let done = runtime.spawn(server.run(async {
            let _ = stopped.await;
        }));
        while links.lock().unwrap().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let (stop, runtime, done) = (Some(stop), Some(runtime), Some(done));
        Self { folder, api, port, token, links, stop, runtime, done }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// The newest link.
    pub fn link(&self) -> String {
        self.links.lock().unwrap().last().unwrap().clone()
    }

    /// The code of the newest link.
    pub fn code(&self) -> String {
        self.link().split_once("/#open=").unwrap().1.to_owned()
    }

    /// Gives the newest link's code, for a browser's token.
    pub fn session(&self) -> String {
        let request = serde_json::json!({"code": self.code()}).to_string();
        let answer = self.send(&Ask::post("/api/session", &request));
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// Sends a request, and leaves the answer to be read.
    pub fn connect(&self, ask: &Ask) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let host = ask.host.clone().unwrap_or_else(|| format!("127.0.0.1:{}", self.port));
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", ask.method, ask.path);
        for (name, value) in &ask.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Connection: close\r\nContent-Length: {}\r\n\r\n", ask.body.len());
        stream.write_all(text.as_bytes()).unwrap();
        // The server may answer, and hang up, before it has heard all of a request too long.
        let _ = stream.write_all(ask.body.as_bytes());
        stream
    }

    /// Sends a request and reads the answer.
    pub fn send(&self, ask: &Ask) -> Answer {
        let mut stream = self.connect(ask);
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        // A stream of events would go on for ever: its head is its answer.
        while find(&bytes, b"text/event-stream").is_none() {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            }
        }
        Answer::parse(&bytes)
    }

    /// Stops the server as a signal would, and waits until it has.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        let (runtime, done) = (self.runtime.as_ref().unwrap(), self.done.take().unwrap());
        runtime.block_on(done).unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub host: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, host: None, headers: Vec::new(), body: String::new() }
    }

    pub fn post(path: &str, body: &str) -> Self {
        let json = [("Content-Type", "application/json".to_owned())];
        Self::new("POST", path).body(body).with_all(&json)
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self
    }

    pub fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub fn with_all(mut self, headers: &[(&str, String)]) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.headers.extend(headers);
        self
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = find(bytes, b"\r\n\r\n").expect("the head of an answer");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

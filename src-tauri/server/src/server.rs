//! The server's life: it binds to loopback, prints its link, answers, and stops in order.

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use undercroft_api::{Abilities, Api, Hook, Host, refuse_hook};
use undercroft_foundation::{Code, Error, IoContext, Random, Result, replace_file};

use crate::connections;
use crate::routes;
use crate::state::{PrintLink, Shared};
use crate::tokens::Tokens;

/// The file in the library that holds the scripts' token while the server runs.
const TOKEN_FILE: &str = "serve.token";

/// The browser as a face: its caller holds the token, and may name paths as on a command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserHost {
    /// Whether it may let plans start programs.
    pub allow_hooks: bool,
}

impl Host for BrowserHost {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }

    fn confirm_hook(&self, plan: &str, hook: &Hook) -> Result<bool> {
        if self.allow_hooks { Ok(true) } else { Err(refuse_hook(plan, hook)) }
    }
}

/// The options of a server.
pub struct Options {
    /// The port on 127.0.0.1; 0 for one that is free.
    pub port: u16,
    /// Throws the dice for tokens.
    pub random: Arc<dyn Random>,
    /// Told the link by which a browser gets in; a new one after each use.
    pub print_link: PrintLink,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("port", &self.port).finish_non_exhaustive()
    }
}

/// A server that has its port.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    shared: Shared,
    token_file: TokenFile,
}

impl Server {
    /// Takes the port, and leaves the scripts' token in the library.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] when somebody else has the port.
    pub async fn bind(api: Api, options: Options) -> Result<Self> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener =
            TcpListener::bind(wanted).await.map_err(|source| port_taken(wanted, source))?;
        let port = listener.local_addr().map_err(|source| port_taken(wanted, source))?.port();
        let tokens = Tokens::new(options.random);
        let token_file = TokenFile::create(api.root(), tokens.bearer().text())?;
        let shared = Shared::new(api, tokens, port, options.print_link);
        Ok(Self { listener, shared, token_file })
    }

    /// The port that it has.
    pub fn port(&self) -> u16 {
        self.shared.port()
    }

    /// The file that holds the scripts' token.
    pub fn token_file(&self) -> &Path {
        &self.token_file.path
    }

    /// Serves until `stop` comes, lets calls that are under way end, and cancels the jobs.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let Self { listener, shared, token_file } = self;
        shared.print_link();
        let flag = shared.clone();
        let stopping = async move {
            stop.await;
            flag.stop();
            // Jobs stop while calls that are under way end.
            let _ = tokio::task::spawn_blocking(move || flag.api.interrupt()).await;
        };
        let router = routes::router(shared.clone());
        tokio::join!(stopping, connections::serve(listener, router, shared.stopping()));
        let api = shared.api.clone();
        let _ = tokio::task::spawn_blocking(move || api.shut_down()).await;
        drop(token_file);
    }
}

fn port_taken(address: SocketAddr, source: std::io::Error) -> Error {
    let code = match source.kind() {
        std::io::ErrorKind::AddrInUse => Code::AlreadyExists,
        std::io::ErrorKind::PermissionDenied => Code::PermissionDenied,
        _ => Code::Unavailable,
    };
    Error::new(code, format!("Cannot listen at {address}"))
        .why(format!("The system says: {}", source.kind()))
        .next("Choose another port with --port, or 0 for any")
        .because(source)
}

/// The scripts' token on disk, for as long as the server runs.
#[derive(Debug)]
struct TokenFile {
    path: PathBuf,
    token: String,
}

impl TokenFile {
    fn create(library: &Path, token: &str) -> Result<Self> {
        let path = library.join(TOKEN_FILE);
        replace_file(&path, token.as_bytes(), 0o600)?;
        Ok(Self { path, token: token.to_owned() })
    }

    fn is_own(&self) -> Result<bool> {
        Ok(std::fs::read_to_string(&self.path).at("read", &self.path)? == self.token)
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        // A server that was started later has put its own there.
        if self.is_own().unwrap_or(false) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

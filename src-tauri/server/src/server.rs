//! The server's life: it binds to loopback, prints its link, answers, and stops in order.

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use undercroft_api::{Abilities, Api, Host};
use undercroft_foundation::{Code, Error, IoContext, Random, Result, replace_file};

use crate::routes;
use crate::tokens::Tokens;

/// How long calls that are under way may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// The file in the library that holds the scripts' token while the server runs.
const TOKEN_FILE: &str = "serve.token";

/// The browser as a face: its caller holds the token, and may name paths as on a command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser;

impl Host for Browser {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }
}

/// Told the link by which a browser gets in; a new one after each use.
type PrintLink = Box<dyn Fn(&str) + Send + Sync>;

/// How to serve.
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

/// What all requests share.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) api: Api,
    pub(crate) tokens: Tokens,
    port: u16,
    hosts: [String; 2],
    print_link: PrintLink,
    stopping: AtomicBool,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("port", &self.port).finish_non_exhaustive()
    }
}

impl std::ops::Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Parts {
    /// The names by which this server may be asked.
    pub(crate) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Browsers send cookies to every port of a host: the name keeps two servers apart.
    pub(crate) fn cookie_name(&self) -> String {
        format!("undercroft-{}", self.port)
    }

    pub(crate) fn print_link(&self) {
        let path = routes::link(self.tokens.code().text());
        (self.print_link)(&format!("http://{}{path}", self.hosts[0]));
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
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
        let shared = Shared(Arc::new(Parts {
            api,
            tokens,
            port,
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            print_link: options.print_link,
            stopping: AtomicBool::new(false),
        }));
        Ok(Self { listener, shared, token_file })
    }

    /// The port that it has.
    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// The file that holds the scripts' token.
    pub fn token_file(&self) -> &Path {
        &self.token_file.path
    }

    /// Serves until `stop` comes, lets calls that are under way end, and cancels the jobs.
    ///
    /// # Errors
    /// Whatever keeps the port from being listened to.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let Self { listener, shared, token_file } = self;
        shared.print_link();
        let (stopped, mut wait) = tokio::sync::watch::channel(false);
        let flag = shared.clone();
        let stop = async move {
            stop.await;
            flag.stopping.store(true, Ordering::Relaxed);
            let _ = stopped.send(true);
        };
        let serve = axum::serve(listener, routes::router(shared.clone()));
        let serve = std::future::IntoFuture::into_future(serve.with_graceful_shutdown(stop));
        let deadline = async move {
            let _ = wait.wait_for(|stopped| *stopped).await;
            tokio::time::sleep(GRACE).await;
        };
        let result = tokio::select! {
            result = serve => result,
            () = deadline => Ok(()),
        };
        let api = shared.api.clone();
        let _ = tokio::task::spawn_blocking(move || api.shut_down()).await;
        drop(token_file);
        result
            .map_err(|source| Error::new(Code::Unavailable, "The server broke off").because(source))
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

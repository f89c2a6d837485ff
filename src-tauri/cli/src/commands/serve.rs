//! `undercroft serve`: the window's pages and the API, for a browser or a script on this machine.

use clap::Args;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use undercroft_foundation::{Code, Error, IoContext, Result, escape_path};
use undercroft_server::{BrowserHost, Options, Server};

use crate::exit_status::ExitStatus;
use crate::output::Output;
use crate::session::Session;

/// Serve the window's pages and the API to a browser or a script on this machine
///
/// Listens on 127.0.0.1 only. A browser gets in by the link that is printed; it works once, and
/// the next one is printed then. A script sends the token in the library's serve.token as
/// "Authorization: Bearer TOKEN".
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port; 0 takes one that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Let those who come in give plans commands to run: they can start any program as you
    #[arg(long)]
    allow_hooks: bool,
}

impl Serve {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api_for(BrowserHost { allow_hooks: self.allow_hooks })?;
        api.start_watching();
        api.start_scheduler();
        let links = session.out.clone();
        let options = Options {
            port: self.port,
            random: session.world.random.clone(),
            print_link: Box::new(move |link| print_link(&links, link)),
        };
        runtime()?.block_on(async {
            let server = Server::bind(api, options).await?;
            announce(&session.out, &server);
            server.run(stopped()?).await;
            Ok::<_, Error>(())
        })?;
        Ok(ExitStatus::Done)
    }
}

fn print_link(out: &Output, link: &str) {
    if out.is_json() {
        out.record(&json!({"message_type": "link", "url": link}));
    } else {
        out.line(format!("Open {link}"));
    }
}

fn announce(out: &Output, server: &Server) {
    let token_file = escape_path(server.token_file());
    if out.is_json() {
        out.record(&json!({
            "message_type": "listening",
            "address": "127.0.0.1",
            "port": server.port(),
            "token_file": token_file,
        }));
    } else {
        out.note(format!("Listening on 127.0.0.1:{}; Ctrl-C stops", server.port()));
        out.note(format!("Scripts find their token in {token_file}"));
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|source| {
        Error::new(Code::Unavailable, "Cannot start the server's threads").because(source)
    })
}

/// Caught from now on, ready when the first of them comes.
fn stopped() -> Result<impl Future<Output = ()> + Send + 'static> {
    let catch = |kind| signal(kind).at("catch", std::path::Path::new("signals"));
    let mut interrupt = catch(SignalKind::interrupt())?;
    let mut terminate = catch(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

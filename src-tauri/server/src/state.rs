//! The state that all requests share: the use cases, the tokens, the live events, and whether the
//! server stops.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use undercroft_api::Api;

use crate::live::LiveEvents;
use crate::tokens::Tokens;

/// Told the link by which a browser gets in; a new one after each use.
pub(crate) type PrintLink = Box<dyn Fn(&str) + Send + Sync>;

/// The state that all requests share.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Parts>);

impl Shared {
    /// The state of a server at this port.
    pub(crate) fn new(api: Api, tokens: Tokens, port: u16, print_link: PrintLink) -> Self {
        Self(Arc::new(Parts {
            api,
            tokens,
            live: LiveEvents::default(),
            port,
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            print_link,
            stopping: watch::Sender::new(false),
        }))
    }
}

pub(crate) struct Parts {
    pub(crate) api: Api,
    pub(crate) tokens: Tokens,
    pub(crate) live: LiveEvents,
    port: u16,
    hosts: [String; 2],
    print_link: PrintLink,
    stopping: watch::Sender<bool>,
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
    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The names by which this server may be asked.
    pub(crate) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// The code is behind the hash, which a browser sends to nobody.
    pub(crate) fn print_link(&self) {
        let code = self.tokens.code();
        (self.print_link)(&format!("http://{}/#open={}", self.hosts[0], code.text()));
    }

    /// Tells all who hear of it that the server stops.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
        self.live.end();
    }

    /// Hears when the server stops.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}

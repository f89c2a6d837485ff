//! The tokens of those who may call: a script by the token in a file that only the user can read, a
//! browser by one that a link's code was given for, once.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use undercroft_foundation::Random;

/// The number of browsers that may be in at once; the one that came first goes first.
const SESSIONS: usize = 16;

/// The secrets of one server.
#[derive(Debug)]
pub(crate) struct Tokens {
    random: Arc<dyn Random>,
    bearer: Secret,
    code: Mutex<Secret>,
    sessions: Mutex<Vec<Secret>>,
}

/// 256 bits that nobody can guess, in hexadecimal.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Compares digests, in constant time: the time it takes tells nothing of the secret.
    fn is(&self, candidate: &str) -> bool {
        let digests = [self.text(), candidate].map(|text| Sha256::digest(text.as_bytes()));
        digests[0].ct_eq(&digests[1]).into()
    }
}

impl Tokens {
    pub(crate) fn new(random: Arc<dyn Random>) -> Self {
        Self {
            bearer: Secret::new(&*random),
            code: Mutex::new(Secret::new(&*random)),
            sessions: Mutex::default(),
            random,
        }
    }

    /// The token that a script sends.
    pub(crate) fn bearer(&self) -> &Secret {
        &self.bearer
    }

    /// The code that the next link ends in.
    pub(crate) fn code(&self) -> Secret {
        self.code.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a link's code, once, for a browser's session.
    pub(crate) fn redeem(&self, candidate: &str) -> Option<Secret> {
        let mut code = self.code.lock().unwrap_or_else(PoisonError::into_inner);
        if !code.is(candidate) {
            return None;
        }
        *code = Secret::new(&*self.random);
        let session = Secret::new(&*self.random);
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= SESSIONS {
            sessions.remove(0);
        }
        sessions.push(session.clone());
        Some(session)
    }

    /// Whether a script or a browser may call with this.
    pub(crate) fn is_valid(&self, candidate: &str) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        // All are compared, so that the time tells not even which one it was.
        let known = self.bearer.is(candidate);
        sessions.iter().fold(known, |found, session| session.is(candidate) | found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use undercroft_foundation::OsRandom;

    #[test]
    fn a_link_works_once() {
        let tokens = Tokens::new(Arc::new(OsRandom));
        let code = tokens.code();
        let session = tokens.redeem(code.text()).unwrap();
        assert!(tokens.is_valid(session.text()) && tokens.is_valid(tokens.bearer().text()));
        assert!(tokens.redeem(code.text()).is_none());
        assert!(tokens.redeem("").is_none());
        assert!(!tokens.is_valid(code.text()) && !tokens.is_valid(tokens.code().text()));
    }

    #[test]
    fn the_oldest_browser_goes_first() {
        let tokens = Tokens::new(Arc::new(OsRandom));
        let first = tokens.redeem(tokens.code().text()).unwrap();
        for _ in 0..SESSIONS {
            tokens.redeem(tokens.code().text()).unwrap();
        }
        assert!(!tokens.is_valid(first.text()));
    }
}

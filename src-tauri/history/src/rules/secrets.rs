//! The names of files that hold passwords and keys: those that nobody can make again, and that a
//! `.gitignore` usually names.

/// Whole names.
const NAMES: &[&str] = &[
    ".env",
    ".envrc",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".vault-token",
    ".yarnrc.yml",
    "application_default_credentials.json",
    "auth.json",
    "credentials",
    "credentials.json",
    "gradle.properties",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "key.properties",
    "kubeconfig",
    "local.properties",
    "local.settings.json",
    "secrets.json",
    "secrets.toml",
    "secrets.yaml",
    "secrets.yml",
    "service-account.json",
    "terraform.tfstate",
];

/// Endings.
const ENDINGS: &[&str] = &[
    ".gpg",
    ".jks",
    ".kdbx",
    ".key",
    ".keystore",
    ".mobileprovision",
    ".ovpn",
    ".p12",
    ".p8",
    ".pem",
    ".pfx",
    ".ppk",
    ".tfvars",
];

/// Endings of what only shows how a file of secrets looks.
const SAMPLES: &[&str] = &[".example", ".sample", ".template", ".dist", ".defaults"];

/// Whether a file of this name holds secrets.
pub fn is_secret(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let name = name.to_ascii_lowercase();
    if SAMPLES.iter().any(|ending| name.ends_with(ending)) {
        return false;
    }
    NAMES.contains(&name.as_str())
        || name.starts_with(".env.")
        || ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names_and_samples_are_none() {
        for secret in [&b".env"[..], b".env.production", b"ID_RSA", b"server.key", b"a.tfvars"] {
            assert!(is_secret(secret), "{secret:?}");
        }
        for open in [&b".env.example"[..], b"environment.ts", b"key", b".key", b"\xff.pem", b""] {
            assert!(!is_secret(open), "{open:?}");
        }
    }
}

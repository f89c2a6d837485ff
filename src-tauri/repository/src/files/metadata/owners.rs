//! The names of users and groups, from the files of this machine.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Names by number, read once.
#[derive(Debug, Clone, Default)]
pub(super) struct Owners {
    users: HashMap<u32, String>,
    groups: HashMap<u32, String>,
}

impl Owners {
    /// Reads the machine's files. A number without a name there is kept as a number only.
    pub(super) fn read() -> Self {
        Self {
            users: names_in(Path::new("/etc/passwd")),
            groups: names_in(Path::new("/etc/group")),
        }
    }

    pub(super) fn user(&self, uid: u32) -> String {
        self.users.get(&uid).cloned().unwrap_or_default()
    }

    pub(super) fn group(&self, gid: u32) -> String {
        self.groups.get(&gid).cloned().unwrap_or_default()
    }
}

fn names_in(path: &Path) -> HashMap<u32, String> {
    parse(&String::from_utf8_lossy(&fs::read(path).unwrap_or_default()))
}

/// Lines of `name:password:number:…`; of two with one number the first counts, as for the system.
fn parse(text: &str) -> HashMap<u32, String> {
    let mut names = HashMap::new();
    for line in text.lines() {
        let mut fields = line.split(':');
        let (name, number) = (fields.next(), fields.nth(1));
        if let (Some(name), Some(Ok(number))) = (name, number.map(str::parse)) {
            names.entry(number).or_insert_with(|| name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_number() {
        let names =
            parse("root:x:0:0:root:/root:/bin/sh\n\n# odd\ntoor:x:0:0::\nme:x:1000:\nbad:x:y:");
        assert_eq!(names.get(&0).map(String::as_str), Some("root"));
        assert_eq!(names.get(&1000).map(String::as_str), Some("me"));
        assert_eq!(names.len(), 2);
    }
}

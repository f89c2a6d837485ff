//! The sentences of the foundation.

use super::Entry;

pub(super) const SENTENCES: &[Entry] = &[
    ("Cannot find {whole}", "Nicht zu finden: {whole}"),
    (
        "Cannot understand the settings in {path}",
        "Die Einstellungen in {path} sind nicht zu verstehen",
    ),
    ("Cannot use {path}", "Nicht nutzbar: {path}"),
    ("Cannot {what} {path}", "{what} nicht möglich: {path}"),
    ("It has more than {most} bytes", "Es hat mehr als {most} Bytes"),
    (
        "It has {length} bytes, and the system takes fewer than {longest_path}",
        "Es hat {length} Bytes, das System nimmt weniger als {longest_path}",
    ),
    ("It holds more than {size}", "Es enthält mehr als {size}"),
    ("It must be {allowed}", "Möglich ist: {allowed}"),
    ("No {kind} is named", "Nicht genannt: {kind}"),
    ("The setting {key} has no value", "Die Einstellung {key} hat keinen Wert"),
    ("The setting {key} in {place} is {found}", "Die Einstellung {key} in {place} ist {found}"),
    ("There is no setting {key}", "Es gibt keine Einstellung {key}"),
    ("There is no {kind} {name}", "Nicht vorhanden: {kind} {name}"),
    ("Use one of {values}", "Möglich sind: {values}"),
    ("{folder} stays", "{folder} bleibt"),
    (
        "{link} is a symbolic link that leads nowhere",
        "{link} ist eine Verknüpfung, die nirgendwohin führt",
    ),
    ("{name} is not the name of a file", "{name} ist nicht der Name einer Datei"),
    ("{text} means several {kind}s", "{text} ist nicht eindeutig: {kind}"),
];

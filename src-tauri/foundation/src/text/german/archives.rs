//! Archives.

use super::Entry;

pub(super) const SENTENCES: &[Entry] = &[
    (
        "A copy of its archive is left and removed later: {error}",
        "Eine Kopie des Archivs bleibt liegen und wird später entfernt: {error}",
    ),
    ("A path in it is longer than {most} bytes", "Ein Pfad darin ist länger als {most} Bytes"),
    (
        "A path in it is more than {depth} folders deep",
        "Ein Pfad darin ist mehr als {depth} Ordner tief",
    ),
    ("Cannot archive {path}", "Archivieren nicht möglich: {path}"),
    ("Cannot bring back {name}", "Zurückholen nicht möglich: {name}"),
    ("Cannot copy {folder} into itself", "{folder} lässt sich nicht in sich selbst kopieren"),
    ("Cannot copy {path}", "Kopieren nicht möglich: {path}"),
    (
        "Cannot move the archive of {project}",
        "Das Archiv von {project} lässt sich nicht verschieben",
    ),
    ("Cannot read the archive of {project}", "Das Archiv von {project} lässt sich nicht lesen"),
    ("Cannot restore {path}", "Wiederherstellen nicht möglich: {path}"),
    ("Cannot unpack to {target}", "In {target} lässt sich nicht entpacken"),
    ("Cannot unpack {name}", "Entpacken nicht möglich: {name}"),
    ("It holds more than {most} entries", "Es enthält mehr als {most} Einträge"),
    (
        "It is a compressed file, but no tar archive is in it",
        "Es ist eine gepackte Datei, aber kein Tar-Archiv darin",
    ),
    (
        "It is encrypted ({entry}), and encrypted archives cannot be unpacked here",
        "Es ist verschlüsselt ({entry}), und verschlüsselte Archive lassen sich hier nicht entpacken",
    ),
    ("It is more than {deepest} folders deep", "Es ist mehr als {deepest} Ordner tief"),
    (
        "It is not an archive that can be unpacked: tar, tar.gz, tar.xz, tar.zst or zip",
        "Es ist kein Archiv, das sich entpacken lässt: tar, tar.gz, tar.xz, tar.zst oder zip",
    ),
    (
        "It is {name}, which cannot be unpacked here; tar, tar.gz, tar.xz, tar.zst and zip can",
        "Es ist {name} und lässt sich hier nicht entpacken; tar, tar.gz, tar.xz, tar.zst und zip lassen sich entpacken",
    ),
    ("It lies on {location}. {error}", "Es liegt auf {location}. {error}"),
    ("It unpacks to more than {most}", "Entpackt ist es größer als {most}"),
    (
        "It unpacks to more than {times} times its size, as archives do that are made to fill disks",
        "Entpackt ist es mehr als {times}-mal so groß, wie bei Archiven, die Festplatten füllen sollen",
    ),
    (
        "It was changed while it was archived: {what}",
        "Beim Archivieren hat sich etwas geändert: {what}",
    ),
    ("Its bytes are damaged ({source})", "Die Bytes sind beschädigt ({source})"),
    (
        "Its bytes {place} are not those it was made of",
        "Die Bytes {place} sind nicht die, aus denen es gemacht wurde",
    ),
    ("The archive has no {path}", "Im Archiv gibt es nicht: {path}"),
    ("The archive of {project} is gone", "Das Archiv von {project} ist weg"),
    (
        "The disk has {free} free, and {needed} are needed",
        "Auf der Festplatte sind {free} frei, nötig sind {needed}",
    ),
    ("The file is empty", "Die Datei ist leer"),
    ("There is no archive {id}", "Es gibt kein Archiv {id}"),
    ("This attribute cannot be set: {error}", "Dieses Attribut lässt sich nicht setzen: {error}"),
    ("a 7-Zip archive", "ein 7-Zip-Archiv"),
    ("a RAR archive", "ein RAR-Archiv"),
    ("a zip archive in several parts", "ein ZIP-Archiv in mehreren Teilen"),
    ("has an archive in the trash now", "hat jetzt ein Archiv im Papierkorb"),
    ("has an archive that is damaged", "hat ein beschädigtes Archiv"),
    ("has its archive back", "hat sein Archiv zurück"),
    ("has its archive on this disk again", "hat sein Archiv wieder auf dieser Festplatte"),
    ("has its archive on {to} now", "hat sein Archiv jetzt auf {to}"),
    ("packed with LZ4", "mit LZ4 gepackt"),
    ("packed with bzip2", "mit bzip2 gepackt"),
    ("packed with compress", "mit compress gepackt"),
    ("was archived", "wurde archiviert"),
    (
        "{entry} is packed with method {method}, which is not known here",
        "{entry} ist mit dem Verfahren {method} gepackt, das hier nicht bekannt ist",
    ),
    ("{project} {happened}", "{project} {happened}"),
    ("{replaced} that were replaced are kept here", "{replaced} Ersetzte werden hier aufbewahrt"),
    ("{root} was not freed", "{root} wurde nicht freigegeben"),
];

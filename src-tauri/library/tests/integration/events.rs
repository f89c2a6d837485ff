//! Events: kept in order, and live across libraries that are opened more than once.

use crate::support;

use std::time::Duration;

use support::{Home, add};
use undercroft_library::NewEvent;

const SOON: Duration = Duration::from_secs(5);

#[test]
fn they_are_kept_in_order() {
    let home = Home::new();
    let library = home.open();
    let project = add(&library, &home.work("a")).unwrap();
    library.events().publish(&NewEvent::new("test", "One")).unwrap();
    library.events().publish(&NewEvent::new("test", "Two")).unwrap();
    let events = home.open().events().after(0, 10).unwrap();
    let texts: Vec<_> = events.iter().map(|event| event.text.as_str()).collect();
    assert_eq!(texts, ["a was added", "One", "Two"]);
    assert_eq!(events[0].kind, "project.added");
    assert_eq!(events[0].project, Some(project.id));
    assert_eq!(library.events().after(events[0].seq, 1).unwrap()[0].text, "One");
    assert_eq!(library.events().latest(1).unwrap()[0].text, "Two");
}

#[test]
fn they_are_live_from_here_and_from_elsewhere() {
    let home = Home::new();
    let (here, elsewhere) = (home.open(), home.open());
    here.events().publish(&NewEvent::new("test", "Before")).unwrap();
    let live = here.events().subscribe().unwrap();
    elsewhere.events().publish(&NewEvent::new("test", "Elsewhere")).unwrap();
    assert_eq!(live.recv_timeout(SOON).unwrap().text, "Elsewhere");
    here.events().publish(&NewEvent::new("test", "Here")).unwrap();
    assert_eq!(live.recv_timeout(SOON).unwrap().text, "Here");
    for n in 0..1000 {
        elsewhere
            .catalog()
            .write(|tx| {
                elsewhere.events().append(tx, &NewEvent::new("test", format!("{n}a")))?;
                elsewhere.events().append(tx, &NewEvent::new("test", format!("{n}b")))
            })
            .unwrap();
        if n == 20 {
            break;
        }
    }
    for n in 0..=20 {
        assert_eq!(live.recv_timeout(SOON).unwrap().text, format!("{n}a"));
        assert_eq!(live.recv_timeout(SOON).unwrap().text, format!("{n}b"));
    }
}

#[test]
fn a_listener_that_left_is_forgotten_and_the_library_closes() {
    let home = Home::new();
    let library = home.open();
    drop(library.events().subscribe().unwrap());
    let live = library.events().subscribe().unwrap();
    library.events().publish(&NewEvent::new("test", "Heard")).unwrap();
    assert_eq!(live.recv_timeout(SOON).unwrap().text, "Heard");
    drop(library);
    assert!(live.recv_timeout(SOON).is_err(), "the feed ends with the library");
}

//! `undercroft events`: what happened, and what happens now.

use std::time::Duration;

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{BackendEvent, Event, EventsAfter};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::jobs::interrupt;
use crate::output::Output;
use crate::output::format::local_time;
use crate::session::Session;

/// The time between two looks whether the user had enough.
const PERIOD: Duration = Duration::from_millis(200);

/// Show what happened
#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Only events with a greater number than this
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u32,
    /// Go on until Ctrl-C, with what happens from now on
    #[arg(long, short)]
    follow: bool,
}

impl Events {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let live = self.follow.then(|| api.subscribe());
        let mut last = self.after;
        let request = EventsAfter { after: self.after, limit: Some(self.limit) };
        for event in api.event_list(request)? {
            last = last.max(event.seq);
            print(&event, &session.out);
        }
        if let Some(live) = live {
            interrupt::watch();
            while !interrupt::is_stopped() && !session.out.is_closed() {
                if live
                    .recv_timeout(PERIOD)
                    .is_ok_and(|it| matches!(it, BackendEvent::Event { .. }))
                {
                    last = print_after(&api, last, &session.out)?;
                }
            }
        }
        Ok(ExitStatus::Done)
    }
}

/// Reads from the catalog rather than the live event, which may have come twice or not at all.
fn print_after(api: &Api, mut last: u64, out: &Output) -> Result<u64> {
    loop {
        let events = api.event_list(EventsAfter { after: last, limit: None })?;
        let Some(newest) = events.last() else { return Ok(last) };
        last = newest.seq;
        events.iter().for_each(|event| print(event, out));
    }
}

fn print(event: &Event, out: &Output) {
    out.show(event, |event| {
        out.line(format!(
            "{:>6}  {}  {:<20} {}",
            event.seq,
            local_time(event.time),
            event.kind,
            event.text
        ));
    });
}

//! Getting the whole library back from a destination.

mod convert;
pub(crate) mod rebuilding;
pub(crate) mod wire;

use std::path::PathBuf;

use undercroft_backup::{self as backup, ConfirmPlaces, OtherRooms, RecoverOrder};
use undercroft_foundation::{
    Code, Error, Result, canonicalize_missing, canonicalize_or_keep, escape_path, text,
    unescape_path,
};
use undercroft_history::History;
use undercroft_library::{Library, ProjectFilter};

use crate::Api;
use crate::base::wire::Nothing;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

use convert::library;
use wire::{LibraryRecover, PlacesConfirm, RecordedPlace, RecoverableLibrary, RecoveryLook};

impl Api {
    /// Lists the libraries that a destination can give back.
    ///
    /// # Errors
    /// The errors of [`backup::look_for_libraries`].
    pub fn recovery_look(&self, request: RecoveryLook) -> Result<Vec<RecoverableLibrary>> {
        let path = self.0.places.resolve(&request.place, PlacePurpose::Destination)?;
        let (home, world) = (self.0.host.surroundings().home, self.0.library.world());
        let found = backup::look_for_libraries(&path, &request.password, home.as_deref(), world)?;
        Ok(found.into_iter().map(library).collect())
    }

    /// Gets a whole library back; the program must be started anew afterwards.
    ///
    /// # Errors
    /// [`Code::Cancelled`] when the user does not confirm the places; the errors of
    /// [`backup::Recovery::start`].
    pub fn library_recover(&self, request: LibraryRecover) -> Result<JobView> {
        let LibraryRecover { place, password, snapshot, with_folders, confirm, confirm_all } =
            request;
        let path = self.0.places.resolve(&place, PlacePurpose::Destination)?;
        let confirm = self.asked_to_confirm(&confirm, confirm_all)?;
        let home = self.0.host.surroundings().home;
        let order = RecoverOrder { path, password, snapshot, with_folders, confirm, home };
        let places = |library: &Library| {
            let workspaces = History::new(library).workspaces(None)?.into_iter();
            Ok(workspaces.filter(|it| it.closed.is_none()).map(|it| it.root).collect())
        };
        let follow_project = |library: &Library, id| History::new(library).follow_project(id);
        let others = OtherRooms { tables: crate::tables(), places, follow_project };
        Ok(self.0.backups.recovery().start(order, others)?.into())
    }

    /// Lists the places that a recovered library records: those of its projects, workspaces and
    /// destinations. None, when the library was never recovered.
    ///
    /// # Errors
    /// Whatever keeps the library from being read.
    pub fn library_places(&self, _: Nothing) -> Result<Vec<RecordedPlace>> {
        let recorded = self.recorded_places()?.into_iter();
        let shown = recorded.map(|(path, of)| {
            let confirmed = self.0.library.is_confirmed(&path)?;
            Ok(RecordedPlace { path: escape_path(&path), of, confirmed })
        });
        shown.collect()
    }

    /// Asks the user whether a recovered library may use these places, and lists them all.
    ///
    /// # Errors
    /// [`Code::NotFound`] when none of the recorded places is meant, [`Code::Cancelled`] when the
    /// user says no.
    pub fn library_places_confirm(&self, request: PlacesConfirm) -> Result<Vec<RecordedPlace>> {
        let recorded = self.recorded_places()?;
        let PlacesConfirm { places, all } = request;
        let asked = if all { ConfirmPlaces::All } else { ConfirmPlaces::Below(below(&places)?) };
        let meant = recorded.into_iter().map(|(path, _)| path);
        let meant: Vec<_> = meant.filter(|path| asked.covers(path)).collect();
        if meant.is_empty() && !all {
            let what = text!(
                "The library records no place at or below {places}",
                places = places.join(", ")
            );
            return Err(
                Error::new(Code::NotFound, what).next("List them: undercroft library places")
            );
        }
        self.asked_to_confirm(
            &meant.iter().map(|path| escape_path(path)).collect::<Vec<_>>(),
            false,
        )?;
        for path in &meant {
            self.0.library.confirm_place(path)?;
        }
        self.library_places(Nothing {})
    }

    /// Each place that a recovered library records, once, and whose it is.
    fn recorded_places(&self) -> Result<Vec<(PathBuf, String)>> {
        if !self.0.library.was_recovered()? {
            return Ok(Vec::new());
        }
        let projects = self.0.library.projects().list(&ProjectFilter::default())?;
        let mut all: Vec<_> =
            projects.into_iter().map(|it| (it.root, format!("the project {}", it.name))).collect();
        for workspace in self.0.history.workspaces(None)? {
            if workspace.closed.is_none() && all.iter().all(|(path, _)| *path != workspace.root) {
                let of = format!("the workspace {}", self.name_of(&workspace)?);
                all.push((workspace.root, of));
            }
        }
        let destinations = self.0.backups.destinations().list()?.into_iter();
        all.extend(destinations.map(|it| (it.path, format!("the destination {}", it.name))));
        // Where they really are, is what the user has to judge.
        for (path, _) in &mut all {
            *path = canonicalize_or_keep(path);
        }
        Ok(all)
    }

    /// The places that the user has confirmed, once asked where the face is not the user.
    fn asked_to_confirm(&self, places: &[String], all: bool) -> Result<ConfirmPlaces> {
        if !all && places.is_empty() {
            return Ok(ConfirmPlaces::Below(Vec::new()));
        }
        let every = ["Every place that it names".to_owned()];
        let confirmed = below(places)?;
        let shown = confirmed.iter().map(|path| escape_path(path)).collect::<Vec<_>>();
        if !self.0.host.confirm_places(if all { &every } else { &shown })? {
            return Err(Error::new(Code::Cancelled, "The places were not confirmed")
                .why("You said no")
                .next("Recover without them, and confirm them later"));
        }
        Ok(if all { ConfirmPlaces::All } else { ConfirmPlaces::Below(confirmed) })
    }
}

/// The real paths of places that are shown.
fn below(places: &[String]) -> Result<Vec<PathBuf>> {
    let path = |text: &String| {
        let path = unescape_path(text).filter(|path| path.is_absolute()).ok_or_else(|| {
            Error::new(
                Code::Invalid,
                text!("{text} is not a place as it is shown", text = format!("{text:?}")),
            )
            .next("List them: undercroft library places")
        })?;
        canonicalize_missing(&path)
    };
    places.iter().map(path).collect()
}

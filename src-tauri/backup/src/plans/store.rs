//! Keeping plans: making, changing, finding and removing them.

use rusqlite::Transaction;
use undercroft_foundation::{
    Candidate, Code, DestinationId, Error, PlanId, Result, Text, find_by_name, text,
};
use undercroft_library::{Moment, NewEvent, Project, ProjectFilter, ProjectStatus};

use super::{
    DEALT_WITH, Plan, PlanProjects, PlanSpec, PlanTarget, Plans, mirror, table, validation,
};
use crate::destinations::Destination;
use crate::schedule::Schedule;

impl Plans {
    /// The plans, by name.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self) -> Result<Vec<Plan>> {
        let mut plans = self.library.catalog().read(table::all)?;
        plans.sort_by_cached_key(|plan| (plan.name.to_lowercase(), plan.id));
        Ok(plans)
    }

    /// One plan.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn get(&self, id: PlanId) -> Result<Plan> {
        self.library.catalog().read(|connection| table::get(connection, id))
    }

    /// The plan that `text` means: by name, by id, or by the beginning of one.
    ///
    /// # Errors
    /// [`Code::NotFound`], or [`Code::Invalid`] when several fit.
    pub fn find(&self, text: &str) -> Result<Plan> {
        let candidate = |plan: &Plan| Candidate {
            id: plan.id.to_string(),
            name: Some(plan.name.clone()),
            about: String::new(),
        };
        find_by_name("plan", text, &self.list()?, candidate).cloned()
    }

    /// Keeps a new plan, which runs by itself from now on.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] for a name that is taken, and the errors of [`Plans::check`].
    pub fn create(&self, name: &str, spec: &PlanSpec) -> Result<Plan> {
        let name = validation::check_name(name)?;
        self.check(spec)?;
        let world = self.library.world();
        let plan = Plan {
            id: PlanId::new(&*world.clock, &*world.random),
            name,
            enabled: true,
            created: Moment::of(world.clock.now()).0,
            spec: spec.clone(),
        };
        self.library.catalog().write(|transaction| {
            validation::refuse_taken(&plan.name, table::all(transaction)?.iter())?;
            self.store_plan(transaction, &plan, "added", &text!("was made"))?;
            DEALT_WITH.set(transaction, plan.id, plan.created)?;
            Ok(plan)
        })
    }

    /// Lets a plan say something else.
    ///
    /// # Errors
    /// [`Code::NotFound`], and the errors of [`Plans::create`].
    pub fn change(&self, id: PlanId, name: &str, spec: &PlanSpec) -> Result<Plan> {
        let name = validation::check_name(name)?;
        self.check(spec)?;
        self.library.catalog().write(|transaction| {
            let before = table::get(transaction, id)?;
            let all = table::all(transaction)?;
            validation::refuse_taken(&name, all.iter().filter(|other| other.id != id))?;
            let Plan { enabled, created, .. } = before;
            let plan = Plan { id, name, enabled, created, spec: spec.clone() };
            if plan != before {
                self.store_plan(transaction, &plan, "changed", &text!("was changed"))?;
            }
            if when(&plan) != when(&before) {
                DEALT_WITH.set(transaction, id, self.library.world().clock.now())?;
            }
            Ok(plan)
        })
    }

    /// Lets a plan run by itself, or no longer.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::Invalid`] for a plan that has lost its destinations.
    pub fn enable(&self, id: PlanId, enabled: bool) -> Result<Plan> {
        self.library.catalog().write(|transaction| {
            let before = table::get(transaction, id)?;
            if enabled && before.spec.targets.is_empty() {
                let what = text!("Cannot let {plan} run by itself", plan = before.name);
                return Err(Error::new(Code::Invalid, what)
                    .why("It has no destination any more")
                    .next("Give it one first"));
            }
            let plan = Plan { enabled, ..before.clone() };
            if plan != before {
                let (kind, happened) = match enabled {
                    true => ("enabled", text!("runs by itself")),
                    false => ("disabled", text!("runs by itself no longer")),
                };
                self.store_plan(transaction, &plan, kind, &happened)?;
                // What was planned in the meantime is not missed.
                DEALT_WITH.set(transaction, id, self.library.world().clock.now())?;
            }
            Ok(plan)
        })
    }

    /// Removes a plan; what it backed up stays.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn delete(&self, id: PlanId) -> Result<Plan> {
        self.library.catalog().write(|transaction| {
            let plan = table::get(transaction, id)?;
            table::remove(transaction, id)?;
            self.append_plan_event(
                transaction,
                &plan,
                "removed",
                &text!("was removed; its backups stay"),
            )?;
            mirror::write(self.library.root(), transaction)?;
            Ok(plan)
        })
    }

    /// The projects that a plan is of today, by name.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn projects_of(&self, projects: &PlanProjects) -> Result<Vec<Project>> {
        let active = Some(ProjectStatus::Active);
        let filter = ProjectFilter { status: active, ..ProjectFilter::default() };
        let mut found = self.library.projects().list(&filter)?;
        found.retain(|project| match projects {
            PlanProjects::All => true,
            PlanProjects::Tagged { tags } => tags.iter().any(|tag| project.tags.contains(tag)),
            PlanProjects::Chosen { projects } => projects.contains(&project.id),
        });
        Ok(found)
    }

    /// The destinations of a plan, in its order, as far as the catalog knows them.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn destinations_of(&self, plan: &Plan) -> Result<Vec<Destination>> {
        let known = self.destinations.list()?;
        let find = |target: &PlanTarget| known.iter().find(|each| each.id == target.destination);
        Ok(plan.spec.targets.iter().filter_map(find).cloned().collect())
    }

    /// Forgets a destination and the password that was kept for it, and takes it out of all plans.
    /// The repository stays as it is, and can be added again by whoever knows its password.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn forget_destination(&self, id: DestinationId) -> Result<Destination> {
        self.destinations.forget(id, |transaction| self.release_destination(transaction, id))
    }

    /// Takes a destination that goes out of all plans. One that had no other runs no longer.
    fn release_destination(
        &self,
        transaction: &Transaction<'_>,
        destination: DestinationId,
    ) -> Result<()> {
        for mut plan in table::all(transaction)? {
            if plan.target(destination).is_none() {
                continue;
            }
            plan.spec.targets.retain(|target| target.destination != destination);
            let happened = if plan.spec.targets.is_empty() && plan.enabled {
                plan.enabled = false;
                text!("has no destination any more and runs no longer")
            } else {
                text!("has a destination less")
            };
            self.store_plan(transaction, &plan, "changed", &happened)?;
        }
        Ok(())
    }

    fn store_plan(
        &self,
        transaction: &Transaction<'_>,
        plan: &Plan,
        kind: &str,
        happened: &Text,
    ) -> Result<()> {
        table::put(transaction, plan)?;
        self.append_plan_event(transaction, plan, kind, happened)?;
        mirror::write(self.library.root(), transaction)
    }

    pub(super) fn append_plan_event(
        &self,
        transaction: &Transaction<'_>,
        plan: &Plan,
        kind: &str,
        happened: &Text,
    ) -> Result<()> {
        let text = text!("The plan {plan} {happened}", plan = plan.name, happened);
        let event = NewEvent::new(format!("plan.{kind}"), text);
        self.library.events().append(transaction, &event).map(drop)
    }
}

fn when(plan: &Plan) -> (&Schedule, Option<&String>) {
    (&plan.spec.schedule, plan.spec.time_zone.as_ref())
}

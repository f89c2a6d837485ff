//! Rules and counts of histories, from the room to the wire.

use jiff::Timestamp;
use undercroft_history::rules::{self, ProjectRules, Survey};
use undercroft_library::Project;

use super::wire::{HistoryPlan, LayerTotals, LeftOut, Rules};
use crate::base::names::names;

pub(super) fn rules_to_wire(project: &Project, rules: ProjectRules) -> Rules {
    Rules {
        project: project.id.to_string(),
        follow_gitignore: rules.follow_gitignore,
        leave_out: rules.leave_out,
        keep: rules.keep,
        layers: rules.layers.into_iter().map(Into::into).collect(),
    }
}

pub(super) fn plan(survey: &Survey, counted: Timestamp) -> HistoryPlan {
    HistoryPlan {
        counted,
        files: survey.kept.files,
        size_bytes: survey.kept.size_bytes,
        left_out: survey.left_out.iter().map(LeftOut::from).collect(),
        secrets: survey.secrets.iter().map(names).collect(),
        layers: LayerTotals {
            git_files: survey.git.files,
            git_bytes: survey.git.size_bytes,
            object_files: survey.objects.files,
            object_bytes: survey.objects.size_bytes,
        },
    }
}

impl From<&rules::LeftOut> for LeftOut {
    fn from(item: &rules::LeftOut) -> Self {
        Self {
            path: names(&item.path),
            why: item.why.to_string(),
            files: item.files,
            size_bytes: item.size_bytes,
        }
    }
}

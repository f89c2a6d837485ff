/** Labels of the states of projects and jobs: a tone and a word each. */
import type { ArchiveState, JobState, Project, ProtectionState, Run } from './backend/bindings';
import type { Tone } from './tone';
import { words } from './words';

type Look = { tone: Tone; text: string };

const PROTECTION: Record<ProtectionState, Look> = {
  protected: { tone: 'good', text: words.status.protected },
  attention: { tone: 'warn', text: words.status.attention },
  running: { tone: 'run', text: words.status.running },
};
const JOB: Record<JobState, Look> = {
  queued: { tone: 'idle', text: words.jobState.queued },
  running: { tone: 'run', text: words.jobState.running },
  succeeded: { tone: 'good', text: words.jobState.succeeded },
  warnings: { tone: 'warn', text: words.jobState.warnings },
  failed: { tone: 'bad', text: words.jobState.failed },
  cancelled: { tone: 'idle', text: words.jobState.cancelled },
};

const ARCHIVE: Record<ArchiveState, Look> = {
  kept: { tone: 'good', text: words.archiveStates.kept },
  copy: { tone: 'idle', text: words.archiveStates.copy },
  trashed: { tone: 'idle', text: words.archiveStates.trashed },
  damaged: { tone: 'bad', text: words.archiveStates.damaged },
  missing: { tone: 'bad', text: words.archiveStates.missing },
};

export function archiveStatus(state: ArchiveState): Look {
  return ARCHIVE[state];
}

export function projectStatus(project: Project): Look {
  if (project.status === 'trashed') {
    return { tone: 'idle', text: project.trashed ? words.status.inTrash : words.status.trashed };
  }
  if (project.status === 'archived') return { tone: 'idle', text: words.status.archived };
  return PROTECTION[project.protection.state];
}

export function jobStatus(state: JobState): Look {
  return JOB[state];
}

/** A run whose process ended failed, too, but nothing was wrong with what it did. */
export function runStatus({ state, outcome }: Pick<Run, 'state' | 'outcome'>): Look {
  const isInterrupted = outcome?.error?.code === 'interrupted';
  return isInterrupted ? { tone: 'bad', text: words.interrupted } : JOB[state];
}

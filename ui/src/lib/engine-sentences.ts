/** What the engine says of how things stand, in the language of the window; what has no code, as the engine says it. */
import type { Because, Concern, Dashboard, Protection, ProtectionReason } from './backend/bindings';
import { formatSize } from './format/size';
import { formatDateTime } from './format/time';
import { words } from './words';
import type { EngineWords } from './words/engine';

/** Why a project is, or is not, protected. */
export function sayProtection({ because, reason }: Protection): string {
  return words.engine ? protectionIn(words.engine, because) : reason;
}

/** Why something needs attention. */
export function sayConcern({ because, reason }: Pick<Concern, 'because' | 'reason'>): string {
  return words.engine ? becauseIn(words.engine, because) : reason;
}

/** How all stands. */
export function sayStanding(dashboard: Dashboard, now: number): string {
  return words.engine ? standingIn(words.engine, dashboard, now) : dashboard.sentence;
}

function protectionIn({ protection }: EngineWords, because: ProtectionReason): string {
  switch (because.type) {
    case 'archived':
      return protection.archived(because.hasBackup);
    case 'folderMissing':
      return protection.folderMissing(because.place, because.hasBackup);
    case 'failed':
      return protection.failed(because.why);
    case 'old':
      return protection.old(because.days);
    case 'backedUp': {
      const backedUp = protection.backedUp(because.destinations, because.onOwnDisk);
      return because.warning == null ? backedUp : `${backedUp} ${because.warning}.`;
    }
    default:
      return protection[because.type];
  }
}

function becauseIn(engine: EngineWords, because: Because): string {
  switch (because.type) {
    case 'problems':
    case 'places':
      return engine.because[because.type](because.count);
    case 'nearlyFull':
      return engine.because.nearlyFull(
        formatSize(because.freeBytes),
        formatSize(because.totalBytes),
      );
    case 'project':
      return protectionIn(engine, because.because);
    case 'other':
      return because.text;
    default:
      return engine.because[because.type];
  }
}

function standingIn(engine: EngineWords, dashboard: Dashboard, now: number): string {
  const { standing } = engine;
  const { projects, protectedProjects, concerns, schedule, lastBackup, lastProven } = dashboard;
  const moment = (time: string | null | undefined) => (time ? formatDateTime(time, now) : null);
  const isProtected = standing.protected(protectedProjects);
  const [first] = concerns;
  switch (dashboard.standing) {
    case 'error':
      return first ? standing.error(first.subject, becauseIn(engine, first.because)) : isProtected;
    case 'paused': {
      const paused = schedule.bySetting ? standing.off : standing.paused(moment(schedule.until));
      return `${paused}. ${isProtected}`;
    }
    case 'warning':
      return `${isProtected}, ${standing.attention(concerns.length)}`;
    case 'waiting':
      return dashboard.waiting
        ? `${isProtected}. ${standing.waits(dashboard.waiting.name)}`
        : isProtected;
    case 'protected': {
      const all = standing.allProtected(protectedProjects, projects);
      const backup = moment(lastBackup);
      return backup === null ? all : `${all}. ${standing.lastBackup(backup, moment(lastProven))}`;
    }
    default:
      return projects === 0 ? standing.empty : isProtected;
  }
}

/** A made-up recovery: a destination that holds two libraries, one of them the newest. */
import type { Finding, UseCases } from '../bindings';
import { makeLibrary } from './data';
import { findPlace, refusal, startJob } from './host';
import type { HandlersOf, MockHost } from './host';

type Names = Extract<
  keyof UseCases,
  | 'recovery_look'
  | 'library_recover'
  | 'library_places'
  | 'library_places_confirm'
  | 'app_restart'
  | 'doctor'
  | 'doctor_fix'
>;

export function recoveryHandlers(host: MockHost): HandlersOf<Names> {
  let fixed = false;
  const findings = (): Finding[] => [
    {
      level: 'ok',
      area: 'library',
      what: 'The catalog is whole',
      why: 'Its integrity check passed',
      next: '',
    },
    {
      level: 'warning',
      area: 'destination',
      what: 'Travel stick is away',
      why: 'Its drive is not connected',
      next: 'Connect the drive',
    },
    ...(fixed
      ? []
      : [
          {
            level: 'error' as const,
            area: 'destination',
            what: 'Backup drive is locked by a program that is gone',
            why: 'It was killed while it worked on 3 November',
            next: 'Remove the lock',
            fix: { id: 'unlock:backup-drive', label: 'Remove the lock' },
          },
        ]),
  ];
  return {
    recovery_look: ({ place, password }) => {
      const found = findPlace(host, place);
      if (found.state !== 'repository')
        throw refusal(
          'repository_missing',
          `${found.display} holds no backups`,
          'There is no repository in it',
          'Choose the folder that the backups are in',
        );
      if (password === 'wrong')
        throw refusal(
          'wrong_password',
          `The password does not open ${found.display}`,
          'None of its keys answers to it',
          'Look at the recovery kit',
        );
      const { projects } = makeLibrary(host.now());
      const known = projects.slice(0, 6).map((project, index) => ({
        id: project.id,
        name: project.name,
        path: project.path,
        lastBackup: project.protection.lastBackup ?? null,
        sizeBytes: project.sizeBytes,
        occupied: index === 2,
      }));
      return [0, 3].map((days) => ({
        snapshot: `library-${days}`,
        time: new Date(host.now() - (days * 24 + 5) * 3_600_000).toISOString(),
        host: days === 0 ? 'workbench' : 'old-laptop',
        user: 'mira',
        projects: known.slice(0, days === 0 ? 6 : 3),
        sizeBytes: days === 0 ? 214_000_000 : 96_000_000,
      }));
    },
    library_recover: ({ withFolders }) => {
      const title = 'Get the library back';
      const summary = withFolders
        ? '6 projects and 5 folders are back; one was there already'
        : '6 projects are back';
      return startJob(host, { kind: 'recover', title }, 9_400_000_000, summary);
    },
    library_places: () => [],
    library_places_confirm: () => [],
    app_restart: () => ({}),
    doctor: findings,
    doctor_fix: () => {
      fixed = true;
      return findings();
    },
  };
}

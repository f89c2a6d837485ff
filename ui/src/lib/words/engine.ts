/**
 * What the engine says of how things stand: in English by itself, in another language by its codes and their values.
 * A moment and a size are handed in as text.
 */

/** The sentences of another language than English. */
export type EngineWords = {
  protection: {
    running: string;
    queued: string;
    archived: (hasBackup: boolean) => string;
    folderMissing: (place: string, hasBackup: boolean) => string;
    failed: (why: string) => string;
    noBackup: string;
    old: (days: number) => string;
    backedUp: (destinations: readonly string[], onOwnDisk: boolean) => string;
  };
  because: {
    problems: (count: number) => string;
    sameDisk: string;
    noVersions: string;
    watchingPaused: string;
    watchingLimited: string;
    unconfirmed: string;
    noPassword: string;
    nearlyFull: (free: string, total: string) => string;
    archiveMissing: string;
    archiveDamaged: string;
    places: (count: number) => string;
  };
  standing: {
    empty: string;
    error: (subject: string, reason: string) => string;
    off: string;
    paused: (until: string | null) => string;
    protected: (projects: number) => string;
    attention: (things: number) => string;
    waits: (plan: string) => string;
    allProtected: (projects: number, all: number) => string;
    lastBackup: (when: string, proven: string | null) => string;
  };
};

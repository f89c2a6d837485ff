/** A git repository made of memory. */
import type { Reply, Request } from '../backend';
import type { GitBranch, GitCommit, GitStatus, JobView, UseCases } from '../bindings';
import { hexId, seededRandom } from './data';
import type { MockHistory } from './history';
import type { MockJobs } from './jobs';

type GitNames = Extract<keyof UseCases, `git_${string}`>;
type Handlers = { [K in GitNames]: (request: Request<K>) => Reply<K> };
type Repository = { branches: GitBranch[]; commits: GitCommit[]; status: GitStatus };

const SUBJECTS = [
  'Lay out lines lazily',
  'Cache glyph widths by font and size',
  'Fix the off-by-one in wrapped lines',
  'Parse nested blocks in one pass',
  'Say where a block began in its error',
  'First commit',
];

export class MockGit {
  readonly #repositories = new Map<string, Repository>();
  readonly #random = seededRandom(21);

  constructor(
    readonly history: MockHistory,
    readonly jobs: MockJobs,
    readonly now: () => number,
  ) {}

  readonly handlers: Handlers = {
    git_status: ({ workspace }) => this.#of(workspace).status,
    git_create: ({ workspace, branch }) => {
      const status: GitStatus = { ...NOTHING, present: true, branch: branch ?? 'main' };
      this.#repositories.set(workspace, { branches: [], commits: [], status });
      return status;
    },
    git_commit: ({ workspace, message, author }) => {
      const repository = this.#of(workspace);
      const commit = this.#commit(message, this.now(), author ?? undefined);
      repository.commits.unshift(commit);
      repository.status = {
        ...repository.status,
        head: commit.id,
        changes: [],
        changesTotal: 0,
        ahead: repository.status.ahead + 1,
      };
      return commit;
    },
    git_sync: ({ workspace }) => this.#job(workspace, 'Sync to git'),
    git_branches: ({ workspace }) => this.#of(workspace).branches,
    git_branch_create: ({ workspace, name }) => {
      const repository = this.#of(workspace);
      const [commit] = repository.commits;
      if (!commit) throw new Error('no commit');
      const branch: GitBranch = {
        name,
        remote: false,
        current: false,
        commit,
        upstream: null,
        ahead: 0,
        behind: 0,
      };
      repository.branches = [...repository.branches, branch];
      return branch;
    },
    git_branch_switch: ({ workspace, name }) => {
      const repository = this.#of(workspace);
      repository.branches = repository.branches.map((one) => ({
        ...one,
        current: one.name === name,
      }));
      repository.status = { ...repository.status, branch: name };
      return repository.status;
    },
    git_log: ({ workspace }) => this.#of(workspace).commits,
    git_diff: ({ workspace }) => ({
      changes: this.#of(workspace).status.changes,
      text: DIFF,
      truncated: false,
    }),
    git_push: ({ workspace }) => this.#job(workspace, 'Push to origin'),
    git_pull: ({ workspace }) => this.#job(workspace, 'Pull from origin'),
    git_remote_set: ({ workspace, name, url }) => {
      const repository = this.#of(workspace);
      const others = repository.status.remotes.filter((one) => one.name !== name);
      repository.status = { ...repository.status, remotes: [...others, { name, url }] };
      return repository.status;
    },
    git_export_history: ({ workspace, branch }) => this.#job(workspace, `Export to ${branch}`),
  };

  #of(workspace: string): Repository {
    const known = this.#repositories.get(workspace);
    if (known) return known;
    const { workspace: shown, versions } = this.history.stateOf(workspace);
    const made =
      shown.main && shown.projectName !== 'kiln-firmware'
        ? this.#make(versions.at(-1)?.changes ?? [])
        : EMPTY();
    this.#repositories.set(workspace, made);
    return made;
  }

  #make(changes: GitStatus['changes']): Repository {
    const commits = SUBJECTS.map((subject, index) =>
      this.#commit(subject, this.now() - (index + 1) * 93_000_000),
    );
    const [head, second] = commits;
    const branches: GitBranch[] =
      head && second
        ? [
            {
              name: 'main',
              remote: false,
              current: true,
              commit: head,
              upstream: 'origin/main',
              ahead: 2,
              behind: 0,
            },
            {
              name: 'lazy-layout',
              remote: false,
              current: false,
              commit: second,
              upstream: null,
              ahead: 0,
              behind: 0,
            },
          ]
        : [];
    const status: GitStatus = {
      present: true,
      branch: 'main',
      head: head?.id ?? null,
      upstream: 'origin/main',
      ahead: 2,
      behind: 0,
      remotes: [{ name: 'origin', url: 'git@forge.example:mira/aurora.git' }],
      changes,
      changesTotal: changes.length,
    };
    return { branches, commits, status };
  }

  #commit(message: string, time: number, author = 'Mira <mira@workbench>'): GitCommit {
    const id = hexId(this.#random, 40);
    return {
      id,
      shortId: id.slice(0, 7),
      author,
      time: new Date(time).toISOString(),
      summary: message.split('\n')[0] ?? '',
      message,
      parents: [],
      leftOut: [],
    };
  }

  #job(workspace: string, title: string): JobView {
    const { project } = this.history.stateOf(workspace).workspace;
    return this.jobs.start(
      { kind: 'git', title, project, destination: null },
      180_000,
      12,
      () => undefined,
    );
  }
}

const NOTHING: GitStatus = {
  present: false,
  branch: null,
  head: null,
  upstream: null,
  ahead: 0,
  behind: 0,
  remotes: [],
  changes: [],
  changesTotal: 0,
};
const EMPTY = (): Repository => ({ branches: [], commits: [], status: { ...NOTHING } });

const DIFF = `diff --git a/src/parse.rs b/src/parse.rs
index 3b18e51..9c2a0f4 100644
--- a/src/parse.rs
+++ b/src/parse.rs
@@ -12,6 +12,7 @@ pub fn measure(input: &[u8], width: usize) -> Result<usize> {
     let limit = width.saturating_sub(2);
     let mut seen = BTreeMap::new();
-    for (at, byte) in input.iter().enumerate() {
+    for (at, byte) in input.iter().enumerate().skip(1) {
+        trace(at);
         if at > limit { return Err(Error::new("measure went too far")); }
`;

import type { CompareReply } from '../../domain/workspaces/diff-summary.ts';

/** A repository as far as Tenon cares. Ids are GitHub's numbers as text. */
export interface ForgeRepository {
  readonly id: string;
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly isPrivate: boolean;
  readonly description: string | null;
  readonly createdAt: Date;
}

export interface ForgeHead {
  readonly sha: string;
  readonly treeSha: string;
}

export type ForgeFile =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'missing' } | { readonly kind: 'unreadable' };

export interface NewRepository {
  readonly templateFullName: string;
  readonly owner: string;
  readonly name: string;
  readonly description: string;
}

export interface Dispatch {
  /** `owner/name` */
  readonly repo: string;
  readonly workflowFile: string;
  /** Branch or tag. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Names among `inputs` that the workflow file need not declare: left out when GitHub refuses them. */
  readonly optionalInputs: readonly string[];
}

/** `status` is GitHub's: queued, in_progress, completed, …; `conclusion` is null until completed. */
export interface ForgeRun {
  readonly id: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly headSha: string;
  readonly htmlUrl: string;
  /** The run's own title, from the workflow file's `run-name`. */
  readonly name: string;
}

export interface ForgeArtifact {
  readonly id: string;
  readonly name: string;
  readonly expired: boolean;
  readonly sizeBytes: number;
}

/**
 * What Tenon needs of GitHub, and nothing more. Repositories are named `owner/name`.
 * Every method throws `AppError` GITHUB_UNAVAILABLE, GITHUB_TOKEN_INVALID, GITHUB_PERMISSION_DENIED, GITHUB_NOT_FOUND,
 * GITHUB_RATE_LIMITED (with `retryAfterSeconds`) or GITHUB_REQUEST_REFUSED, whose texts hold nothing that GitHub said.
 * Called inside a unit of work they throw at once.
 */
export interface GithubForge {
  getRepository(repo: string): Promise<ForgeRepository>;
  /**
   * Makes a private repository with the template's default branch; adopts the one that has the name already when it is
   * private and has the very description. @throws {AppError} also REPOSITORY_NAME_TAKEN when it is not
   */
  generateFromTemplate(wanted: NewRepository): Promise<ForgeRepository>;
  /** Makes it read-only for everyone; harmless when it is so already. */
  archiveRepository(repo: string): Promise<void>;
  /** Lets it be changed again; harmless when it is not archived. */
  unarchiveRepository(repo: string): Promise<void>;
  /** For good: code, runs and their logs. Whose it is, the caller has made sure of. */
  deleteRepository(repo: string): Promise<void>;
  /**
   * Nobody deletes the branch or rewrites what was pushed; pushing stays as it is. Harmless to repeat.
   * @returns `unsupported` where GitHub's plan has no protection for private repositories
   */
  protectBranch(repo: string, branch: string): Promise<'protected' | 'unsupported'>;

  /** Null while the branch does not exist, as in a repository that is still being generated. */
  getBranchHead(repo: string, branch: string): Promise<ForgeHead | null>;
  /** Whether `treeSha` is what the template holds now, or held at one of its last 30 commits. */
  sameTree(templateRepo: string, treeSha: string): Promise<boolean>;
  /** A text file of at most 1 MB (what GitHub sends inline) at a branch; `unreadable` for anything else that has the name. */
  readTextFile(repo: string, path: string, ref: string): Promise<ForgeFile>;
  /** Whether `.github/workflows/` of the default branch has the workflow's file (or one of its usual names). */
  hasWorkflowFile(repo: string, workflowFile: string): Promise<boolean>;
  /** Whether GitHub knows the workflow and would run it. */
  workflowIsDispatchable(repo: string, workflowFile: string): Promise<boolean>;

  /** Whether someone administers the repository, as the token's own account does. */
  administers(repo: string, username: string): Promise<boolean>;
  /** Lets someone push; on a repository of an organisation GitHub invites them first. */
  addCollaborator(repo: string, username: string): Promise<void>;
  removeCollaborator(repo: string, username: string): Promise<void>;

  /**
   * Starts a run; never repeated by itself. `githubRunId` is null when GitHub does not tell it.
   * @throws {AppError} also INVALID_BRANCH_NAME when the repository has no such `ref`
   */
  dispatchWorkflow(dispatch: Dispatch): Promise<{ githubRunId: string | null }>;
  /** The newest dispatched run whose title contains `marker`, among the last hundred. */
  findRunByMarker(repo: string, marker: string): Promise<ForgeRun | null>;
  getRun(repo: string, githubRunId: string): Promise<ForgeRun>;
  listArtifacts(repo: string, githubRunId: string): Promise<ForgeArtifact[]>;
  /** The zip. @throws {ArtifactError} artifact_too_large beyond `maxBytes` */
  downloadArtifact(repo: string, artifactId: string, maxBytes: number): Promise<Buffer>;

  /** `base...head` as GitHub tells it: not yet cut or redacted. */
  compare(repo: string, base: string, head: string): Promise<CompareReply>;
}

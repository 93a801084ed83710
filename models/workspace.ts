import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { Protection, RepositoryState } from '../domain/workspaces/closing.ts';
import type { WorkspaceStatus } from '../domain/workspaces/workspace.ts';

export class Workspace extends Model<InferAttributes<Workspace>, InferCreationAttributes<Workspace>> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare candidateSessionId: CreationOptional<string | null>;
  declare taskId: CreationOptional<string | null>;
  declare invitationId: CreationOptional<string | null>;
  declare status: CreationOptional<WorkspaceStatus>;
  declare repositoryState: CreationOptional<RepositoryState>;
  /** Of the default branch; null where nobody has asked for it. */
  declare protection: CreationOptional<Protection | null>;
  declare protectionErrorCode: CreationOptional<string | null>;
  declare generation: CreationOptional<number>;
  declare settledGeneration: CreationOptional<number>;
  declare templateRepo: string;
  declare repoFullName: string;
  declare repoId: CreationOptional<string | null>;
  declare defaultBranch: CreationOptional<string | null>;
  declare baseTemplateSha: CreationOptional<string | null>;
  declare githubUsername: CreationOptional<string | null>;
  declare accessGrantedTo: CreationOptional<string | null>;
  /** When GitHub was last asked to let them in. */
  declare accessGrantedAt: CreationOptional<Date | null>;
  /** Logins that had access before, until GitHub has taken it from them. */
  declare accessToRevoke: CreationOptional<string[]>;
  /** How often `githubUsername` has become another. */
  declare nameChanges: CreationOptional<number>;
  declare initializedAt: CreationOptional<Date | null>;
  declare readyAt: CreationOptional<Date | null>;
  declare errorCode: CreationOptional<string | null>;
  declare latestCommitSha: CreationOptional<string | null>;
  declare lastRunId: CreationOptional<string | null>;
  /** When GitHub was last asked how the repository is, by our clock. */
  declare repoLookedAt: CreationOptional<Date | null>;
  /** Since when it should be asked: a webhook told something. */
  declare repoLookDueAt: CreationOptional<Date | null>;
  /** The last push to any ref, by GitHub's clock, as of the last look. */
  declare repoPushedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineWorkspace(sequelize: Sequelize): void {
  Workspace.init(
    {
      id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
      orgId: { type: DataTypes.UUID, allowNull: false },
      candidateSessionId: DataTypes.BIGINT,
      taskId: DataTypes.BIGINT,
      invitationId: DataTypes.UUID,
      status: { type: DataTypes.TEXT, allowNull: false, defaultValue: 'requested' },
      repositoryState: { type: DataTypes.TEXT, allowNull: false, defaultValue: 'open' },
      protection: DataTypes.TEXT,
      protectionErrorCode: DataTypes.TEXT,
      generation: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 1 },
      settledGeneration: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0 },
      templateRepo: { type: DataTypes.TEXT, allowNull: false },
      repoFullName: { type: DataTypes.TEXT, allowNull: false },
      repoId: DataTypes.BIGINT,
      defaultBranch: DataTypes.TEXT,
      baseTemplateSha: DataTypes.TEXT,
      githubUsername: DataTypes.TEXT,
      accessGrantedTo: DataTypes.TEXT,
      accessGrantedAt: DataTypes.DATE,
      accessToRevoke: { type: DataTypes.ARRAY(DataTypes.TEXT), allowNull: false, defaultValue: [] },
      nameChanges: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0 },
      initializedAt: DataTypes.DATE,
      readyAt: DataTypes.DATE,
      errorCode: DataTypes.TEXT,
      latestCommitSha: DataTypes.TEXT,
      lastRunId: DataTypes.UUID,
      repoLookedAt: DataTypes.DATE,
      repoLookDueAt: DataTypes.DATE,
      repoPushedAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'workspaces' },
  );
}

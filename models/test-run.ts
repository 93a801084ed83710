import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { RunPurpose, RunStatus } from '../domain/workspaces/test-run.ts';

export class TestRun extends Model<InferAttributes<TestRun>, InferCreationAttributes<TestRun>> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare workspaceId: string;
  declare candidateSessionId: CreationOptional<string | null>;
  declare taskId: CreationOptional<string | null>;
  declare invitationId: CreationOptional<string | null>;
  declare purpose: RunPurpose;
  declare branch: string;
  declare inputs: CreationOptional<Record<string, string>>;
  declare status: CreationOptional<RunStatus>;
  declare githubRunId: CreationOptional<string | null>;
  declare conclusion: CreationOptional<string | null>;
  declare timeout: CreationOptional<boolean>;
  declare passed: CreationOptional<number | null>;
  declare failed: CreationOptional<number | null>;
  declare skipped: CreationOptional<number | null>;
  declare total: CreationOptional<number | null>;
  declare stdout: CreationOptional<string | null>;
  declare stderr: CreationOptional<string | null>;
  declare summary: CreationOptional<Record<string, unknown> | null>;
  declare artifactName: CreationOptional<string | null>;
  declare artifactErrorCode: CreationOptional<string | null>;
  declare errorCode: CreationOptional<string | null>;
  declare headSha: CreationOptional<string | null>;
  declare requestedAt: Date;
  declare dispatchedAt: CreationOptional<Date | null>;
  declare finishedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineTestRun(sequelize: Sequelize): void {
  TestRun.init(
    {
      id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
      orgId: { type: DataTypes.UUID, allowNull: false },
      workspaceId: { type: DataTypes.UUID, allowNull: false },
      candidateSessionId: DataTypes.BIGINT,
      taskId: DataTypes.BIGINT,
      invitationId: DataTypes.UUID,
      purpose: { type: DataTypes.TEXT, allowNull: false },
      branch: { type: DataTypes.TEXT, allowNull: false },
      inputs: { type: DataTypes.JSONB, allowNull: false, defaultValue: {} },
      status: { type: DataTypes.TEXT, allowNull: false, defaultValue: 'queued' },
      githubRunId: DataTypes.BIGINT,
      conclusion: DataTypes.TEXT,
      timeout: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      passed: DataTypes.INTEGER,
      failed: DataTypes.INTEGER,
      skipped: DataTypes.INTEGER,
      total: DataTypes.INTEGER,
      stdout: DataTypes.TEXT,
      stderr: DataTypes.TEXT,
      summary: DataTypes.JSONB,
      artifactName: DataTypes.TEXT,
      artifactErrorCode: DataTypes.TEXT,
      errorCode: DataTypes.TEXT,
      headSha: DataTypes.TEXT,
      requestedAt: { type: DataTypes.DATE, allowNull: false },
      dispatchedAt: DataTypes.DATE,
      finishedAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'test_runs' },
  );
}

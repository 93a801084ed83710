import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { DiffSummary } from '../domain/workspaces/diff-summary.ts';

export class Submission extends Model<InferAttributes<Submission>, InferCreationAttributes<Submission>> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare simulationId: string;
  declare candidateSessionId: string;
  declare taskId: string;
  declare contentText: CreationOptional<string | null>;
  declare workspaceId: CreationOptional<string | null>;
  declare testRunId: CreationOptional<string | null>;
  declare commitSha: CreationOptional<string | null>;
  declare diffSummary: CreationOptional<DiffSummary | null>;
  declare diffErrorCode: CreationOptional<string | null>;
  declare submittedAt: Date;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineSubmission(sequelize: Sequelize): void {
  Submission.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      orgId: { type: DataTypes.UUID, allowNull: false },
      simulationId: { type: DataTypes.BIGINT, allowNull: false },
      candidateSessionId: { type: DataTypes.BIGINT, allowNull: false },
      taskId: { type: DataTypes.BIGINT, allowNull: false },
      contentText: DataTypes.TEXT,
      workspaceId: DataTypes.UUID,
      testRunId: DataTypes.UUID,
      commitSha: DataTypes.TEXT,
      diffSummary: DataTypes.JSONB,
      diffErrorCode: DataTypes.TEXT,
      submittedAt: { type: DataTypes.DATE, allowNull: false },
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'submissions' },
  );
}

import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { SessionStatus } from '../domain/hiring/session.ts';

export class CandidateSession extends Model<
  InferAttributes<CandidateSession>,
  InferCreationAttributes<CandidateSession>
> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare simulationId: string;
  declare candidateName: string;
  declare inviteEmail: string;
  declare status: CreationOptional<SessionStatus>;
  declare generation: CreationOptional<number>;
  declare tokenKeyId: string;
  declare tokenHash: Buffer;
  declare invitedAt: Date;
  declare expiresAt: Date;
  declare claimedAt: CreationOptional<Date | null>;
  declare startedAt: CreationOptional<Date | null>;
  declare completedAt: CreationOptional<Date | null>;
  declare expiredAt: CreationOptional<Date | null>;
  declare revokedAt: CreationOptional<Date | null>;
  declare revokedReason: CreationOptional<string | null>;
  declare candidateIssuer: CreationOptional<string | null>;
  declare candidateSub: CreationOptional<string | null>;
  declare candidateEmail: CreationOptional<string | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineCandidateSession(sequelize: Sequelize): void {
  CandidateSession.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      orgId: { type: DataTypes.UUID, allowNull: false },
      simulationId: { type: DataTypes.BIGINT, allowNull: false },
      candidateName: { type: DataTypes.TEXT, allowNull: false },
      inviteEmail: { type: DataTypes.TEXT, allowNull: false },
      status: { type: DataTypes.TEXT, allowNull: false, defaultValue: 'not_started' },
      generation: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 1 },
      tokenKeyId: { type: DataTypes.TEXT, allowNull: false },
      tokenHash: { type: DataTypes.BLOB, allowNull: false },
      invitedAt: { type: DataTypes.DATE, allowNull: false },
      expiresAt: { type: DataTypes.DATE, allowNull: false },
      claimedAt: DataTypes.DATE,
      startedAt: DataTypes.DATE,
      completedAt: DataTypes.DATE,
      expiredAt: DataTypes.DATE,
      revokedAt: DataTypes.DATE,
      revokedReason: DataTypes.TEXT,
      candidateIssuer: DataTypes.TEXT,
      candidateSub: DataTypes.TEXT,
      candidateEmail: DataTypes.TEXT,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'candidate_sessions' },
  );
}

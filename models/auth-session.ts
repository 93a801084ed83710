import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { SessionEnd } from '../domain/identity/auth-session.ts';

/** One sign-in with a password, as long as its refresh tokens go on. */
export class AuthSession extends Model<InferAttributes<AuthSession>, InferCreationAttributes<AuthSession>> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare userId: string;
  declare createdAt: CreationOptional<Date>;
  declare refreshedAt: CreationOptional<Date>;
  declare expiresAt: Date;
  declare endedAt: CreationOptional<Date | null>;
  declare endReason: CreationOptional<SessionEnd | null>;
}

export function defineAuthSession(sequelize: Sequelize): void {
  AuthSession.init(
    {
      id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
      orgId: { type: DataTypes.UUID, allowNull: false },
      userId: { type: DataTypes.UUID, allowNull: false },
      createdAt: DataTypes.DATE,
      refreshedAt: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
      expiresAt: { type: DataTypes.DATE, allowNull: false },
      endedAt: DataTypes.DATE,
      endReason: DataTypes.TEXT,
    },
    { sequelize, tableName: 'auth_sessions', updatedAt: false },
  );
}

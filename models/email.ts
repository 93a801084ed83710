import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { EmailKind, EmailStatus } from '../domain/mail/email.ts';

export class Email extends Model<InferAttributes<Email>, InferCreationAttributes<Email>> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare kind: EmailKind;
  declare candidateSessionId: CreationOptional<string | null>;
  declare sessionGeneration: CreationOptional<number | null>;
  declare accountLinkId: CreationOptional<string | null>;
  declare toAddress: string;
  declare status: CreationOptional<EmailStatus>;
  declare providerMessageId: CreationOptional<string | null>;
  declare lastError: CreationOptional<string | null>;
  declare sentAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineEmail(sequelize: Sequelize): void {
  Email.init(
    {
      id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
      orgId: { type: DataTypes.UUID, allowNull: false },
      kind: { type: DataTypes.TEXT, allowNull: false },
      candidateSessionId: DataTypes.BIGINT,
      sessionGeneration: DataTypes.INTEGER,
      accountLinkId: DataTypes.UUID,
      toAddress: { type: DataTypes.TEXT, allowNull: false },
      status: { type: DataTypes.TEXT, allowNull: false, defaultValue: 'queued' },
      providerMessageId: DataTypes.TEXT,
      lastError: DataTypes.TEXT,
      sentAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'emails' },
  );
}

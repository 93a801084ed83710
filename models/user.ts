import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** An account in one organisation. `number` (text: a bigint) is what clients of the hiring API see as its id. */
export class User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {
  declare id: CreationOptional<string>;
  declare number: CreationOptional<string>;
  declare orgId: string;
  declare email: string;
  declare name: string;
  declare issuer: CreationOptional<string | null>;
  declare subject: CreationOptional<string | null>;
  declare isActive: CreationOptional<boolean>;
  declare firstName: CreationOptional<string | null>;
  declare lastName: CreationOptional<string | null>;
  declare employeeId: CreationOptional<string | null>;
  /** `YYYY-MM-DD`. */
  declare employmentStartDate: CreationOptional<string | null>;
  /** Argon2id in PHC form; null for who signs in elsewhere, or not yet. */
  declare passwordHash: CreationOptional<string | null>;
  declare mustChangePassword: CreationOptional<boolean>;
  /** May act in every organisation; each crossing is in the trail of the organisation entered. */
  declare isSuperuser: CreationOptional<boolean>;
  /** Made by somebody who typed this e-mail; until it is proven nobody else's identity is bound to the account. */
  declare selfRegistered: CreationOptional<boolean>;
  /** When the person first used the account; null while the invitation is open. */
  declare acceptedAt: CreationOptional<Date | null>;
  declare emailVerifiedAt: CreationOptional<Date | null>;
  /** Access tokens of an older version are refused. */
  declare tokenVersion: CreationOptional<number>;
  declare lastActiveAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineUser(sequelize: Sequelize): void {
  User.init(
    {
      id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
      number: { type: DataTypes.BIGINT, autoIncrement: true },
      orgId: { type: DataTypes.UUID, allowNull: false },
      email: { type: DataTypes.TEXT, allowNull: false },
      name: { type: DataTypes.TEXT, allowNull: false },
      issuer: DataTypes.TEXT,
      subject: DataTypes.TEXT,
      isActive: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
      firstName: DataTypes.TEXT,
      lastName: DataTypes.TEXT,
      employeeId: DataTypes.TEXT,
      employmentStartDate: DataTypes.DATEONLY,
      passwordHash: DataTypes.TEXT,
      mustChangePassword: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      isSuperuser: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      selfRegistered: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      acceptedAt: DataTypes.DATE,
      emailVerifiedAt: DataTypes.DATE,
      tokenVersion: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 1 },
      lastActiveAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'users' },
  );
}

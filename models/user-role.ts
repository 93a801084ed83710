import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export class UserRole extends Model<InferAttributes<UserRole>, InferCreationAttributes<UserRole>> {
  declare orgId: string;
  declare userId: string;
  declare roleId: string;
  declare createdAt: CreationOptional<Date>;
}

export function defineUserRole(sequelize: Sequelize): void {
  UserRole.init(
    {
      orgId: { type: DataTypes.UUID, primaryKey: true },
      userId: { type: DataTypes.UUID, primaryKey: true },
      roleId: { type: DataTypes.UUID, primaryKey: true },
      createdAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'user_roles', updatedAt: false },
  );
}

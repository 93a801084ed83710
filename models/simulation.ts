import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export class Simulation extends Model<InferAttributes<Simulation>, InferCreationAttributes<Simulation>> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare createdBy: string;
  declare title: string;
  declare role: string;
  declare techStack: string;
  declare seniority: string;
  declare focus: string;
  declare templateKey: string;
  declare scenarioTemplate: CreationOptional<string>;
  declare workWindowSeconds: CreationOptional<number | null>;
  /** Nobody is invited any more. */
  declare closedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineSimulation(sequelize: Sequelize): void {
  Simulation.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      orgId: { type: DataTypes.UUID, allowNull: false },
      createdBy: { type: DataTypes.UUID, allowNull: false },
      title: { type: DataTypes.TEXT, allowNull: false },
      role: { type: DataTypes.TEXT, allowNull: false },
      techStack: { type: DataTypes.TEXT, allowNull: false },
      seniority: { type: DataTypes.TEXT, allowNull: false },
      focus: { type: DataTypes.TEXT, allowNull: false },
      templateKey: { type: DataTypes.TEXT, allowNull: false },
      scenarioTemplate: { type: DataTypes.TEXT, allowNull: false, defaultValue: 'default-5day-node-postgres' },
      workWindowSeconds: DataTypes.INTEGER,
      closedAt: DataTypes.DATE,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'simulations' },
  );
}

import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { TaskType } from '../domain/hiring/blueprint.ts';

export class SimulationTask extends Model<InferAttributes<SimulationTask>, InferCreationAttributes<SimulationTask>> {
  declare id: CreationOptional<string>;
  declare orgId: string;
  declare simulationId: string;
  declare dayIndex: number;
  declare type: TaskType;
  declare title: string;
  declare description: string;
  declare templateRepo: CreationOptional<string | null>;
  declare maxScore: CreationOptional<number | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;
}

export function defineSimulationTask(sequelize: Sequelize): void {
  SimulationTask.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      orgId: { type: DataTypes.UUID, allowNull: false },
      simulationId: { type: DataTypes.BIGINT, allowNull: false },
      dayIndex: { type: DataTypes.INTEGER, allowNull: false },
      type: { type: DataTypes.TEXT, allowNull: false },
      title: { type: DataTypes.TEXT, allowNull: false },
      description: { type: DataTypes.TEXT, allowNull: false },
      templateRepo: DataTypes.TEXT,
      maxScore: DataTypes.INTEGER,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { sequelize, tableName: 'simulation_tasks' },
  );
}

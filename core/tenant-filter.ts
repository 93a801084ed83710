import { Op, type Model, type ModelStatic, type Sequelize, type WhereOptions } from 'sequelize';
import { openUnit } from './database.ts';

/** A model knows its organisation by this attribute; the organisation itself, by its id. */
const TENANT_ATTRIBUTE = 'orgId';
const TENANT_TABLE = 'organizations';

/** Options on their way through Sequelize, marked once the organisation is part of them. */
interface Filterable {
  tenantChecked?: boolean;
  where?: WhereOptions;
  include?: unknown;
  truncate?: boolean;
  /** The new values of a bulk update. */
  attributes?: unknown;
}

/** What Sequelize hands to `beforeQuery`: one of the first three is there when the SQL comes from a model. */
interface QueryFacts {
  readonly model?: unknown;
  readonly instance?: unknown;
  readonly dataType?: unknown;
  readonly tenantChecked?: boolean;
}

/**
 * Limits every model query of a unit of work to the unit's organisation, whatever its `where` says; call it once the models
 * are defined. It does what row-level security does in the database, so that either alone is enough. What Sequelize has no
 * hook for (`max`, `increment`, `upsert`, `hooks: false`) is refused. Statements of `rowsOf` name the organisation themselves.
 */
export function filterByTenant(db: Sequelize): void {
  for (const model of Object.values(db.models)) filterModel(model);
  db.addHook('beforeQuery', (options: QueryFacts) => {
    const ofModel = (options.model ?? options.instance ?? options.dataType) !== undefined;
    if (ofModel && options.tenantChecked !== true) throw new Error('model query past the tenant filter');
  });
}

function filterModel(model: ModelStatic<Model>): void {
  const key = tenantKeyOf(model);
  const column = key === undefined ? undefined : (model.getAttributes()[key]?.field ?? key);

  function limit(options: Filterable, name: string | undefined): void {
    options.tenantChecked = true;
    if (name === undefined) return;
    const orgId = currentOrg(model);
    if (options.include !== undefined) throw new Error('no includes: write the join with org_id on both sides');
    if (options.truncate) throw new Error('no truncate: it would empty every organisation');
    const own = { [name]: orgId };
    options.where = options.where === undefined ? own : { [Op.and]: [options.where, own] };
  }

  function check(instance: Model, options: Filterable): void {
    options.tenantChecked = true;
    if (key === undefined) return;
    const orgId = currentOrg(model);
    const before: unknown = instance.isNewRecord ? orgId : instance.previous(key);
    if (before !== orgId || instance.getDataValue(key) !== orgId) throw foreign(model);
  }

  model.addHook('beforeFind', (options: Filterable) => limit(options, key));
  model.addHook('beforeCount', (options: Filterable) => limit(options, key));
  model.addHook('beforeBulkDestroy', (options: Filterable) => limit(options, column)); // attributes are columns by now
  model.addHook('beforeBulkUpdate', (options: Filterable) => {
    limit(options, key);
    const values = (options.attributes ?? {}) as Record<string, unknown>;
    if (key !== undefined && key in values && values[key] !== currentOrg(model)) throw foreign(model);
  });
  model.addHook('beforeCreate', check);
  model.addHook('beforeUpdate', check);
  model.addHook('beforeDestroy', (instance, options) => check(instance, options as Filterable));
  model.addHook('beforeBulkCreate', (instances: Model[], options: Filterable) => {
    options.tenantChecked = true;
    for (const instance of instances) check(instance, options);
  });
}

/** `undefined` for a model of what belongs to no organisation. */
function tenantKeyOf(model: ModelStatic<Model>): string | undefined {
  if (TENANT_ATTRIBUTE in model.getAttributes()) return TENANT_ATTRIBUTE;
  return model.getTableName() === TENANT_TABLE ? model.primaryKeyAttribute : undefined;
}

function currentOrg(model: ModelStatic<Model>): string {
  const unit = openUnit.getStore();
  if (!unit) throw new Error('stray query: open a unit of work first');
  if (unit.actor.orgId === null) throw new Error(`${model.name} belongs to organisations: none is set in this unit`);
  return unit.actor.orgId;
}

function foreign(model: ModelStatic<Model>): Error {
  return new Error(`a ${model.name} of another organisation in this unit of work, or one loaded without it`);
}

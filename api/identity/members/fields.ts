import Joi from 'joi';
import { nameField, uuidField } from '../../fields.ts';

export const memberParam = Joi.object<{ membershipId: string }, true>({ membershipId: uuidField.required() });

/** What an organisation knows of its people. */
export interface PersonBody {
  readonly name?: string;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly employee_id?: string | null;
  readonly employment_start_date?: string | null;
}

const word = (longest: number) => nameField(longest).allow('', null);

export const nameFields = { name: nameField(200), first_name: word(100), last_name: word(100) };

export const personFields = {
  ...nameFields,
  employee_id: word(100),
  employment_start_date: Joi.string()
    .pattern(/^(?!0000)\d{4}-\d{2}-\d{2}$/, 'date')
    .custom((value: string, helpers) => (isDate(value) ? value : helpers.error('string.isoDate')))
    .allow('', null)
    .description('`YYYY-MM-DD`'),
};

/** The fields by our own names; those that were not sent are not there, and an empty text takes away what was there. */
export function personOf(body: PersonBody) {
  const { name, first_name: firstName, last_name: lastName } = body;
  const { employee_id: employeeId, employment_start_date: employmentStartDate } = body;
  return {
    ...(name !== undefined && { name }),
    ...(firstName !== undefined && { firstName: firstName || null }),
    ...(lastName !== undefined && { lastName: lastName || null }),
    ...(employeeId !== undefined && { employeeId: employeeId || null }),
    ...(employmentStartDate !== undefined && { employmentStartDate: employmentStartDate || null }),
  };
}

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

import Joi from 'joi';

/** What a candidate may say about a run of their tests. */
export interface RunBody {
  /** The workspace's default branch if not given. Its form is checked later: a bad one is 400. */
  readonly branch?: string | null;
  /** Inputs of the workflow file, as texts. */
  readonly workflowInputs?: Readonly<Record<string, string>> | null;
}

const MOST_INPUTS = 20; // GitHub takes 25, and two are ours
const LONGEST_INPUT = 1_000;

const inputValue = Joi.alternatives(Joi.string().allow('').max(LONGEST_INPUT), Joi.number(), Joi.boolean());

/** Keys for `Joi.object`; numbers and booleans among the inputs become texts. */
export const runBodyKeys = {
  branch: Joi.string().allow('', null),
  workflowInputs: Joi.object<Record<string, string>>()
    .pattern(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, inputValue)
    .unknown(false)
    .max(MOST_INPUTS)
    .custom((inputs: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)])),
    )
    .allow(null),
};

export const runBody = Joi.object<RunBody, true>(runBodyKeys);

import Joi from 'joi';

/** What a candidate may say of a run. */
export interface RunBody {
  readonly branch?: string | null;
  /** Inputs of the workflow file; GitHub takes texts. */
  readonly workflowInputs?: Record<string, string> | null;
}

/** The keys of `RunBody`, for the bodies of run and submit. */
export const runBodyKeys = {
  branch: Joi.string().allow('', null).max(500).empty(''),
  workflowInputs: Joi.object<Record<string, string>>()
    .pattern(Joi.string().max(100), Joi.string().allow('').max(1_000))
    .max(20)
    .allow(null),
};

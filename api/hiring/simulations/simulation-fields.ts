import Joi from 'joi';

const text = (longest: number): Joi.StringSchema => Joi.string().trim().min(1).max(longest);

/** What a person says of a simulation; no field is required by itself. */
export const simulationFields = {
  title: text(200),
  role: text(200),
  techStack: text(500),
  seniority: text(100),
  focus: Joi.string().trim().max(1000).allow('', null).empty(null),
  templateKey: text(255),
};

import { checkout } from './checkout.ts';
import { setupNode } from './setup-node.ts';
import { setupPython } from './setup-python.ts';
import type { BuiltInAction } from './types.ts';
import { uploadArtifact } from './upload-artifact.ts';

/** The actions that a workflow file may use. */
export const builtInActions: Readonly<Record<string, BuiltInAction>> = {
  'actions/checkout': checkout,
  'actions/setup-node': setupNode,
  'actions/setup-python': setupPython,
  'actions/upload-artifact': uploadArtifact,
};

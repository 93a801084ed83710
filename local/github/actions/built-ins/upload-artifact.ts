import { findFiles } from '../artifacts/find-files.ts';
import { readPatterns } from '../artifacts/patterns.ts';
import { WorkflowError } from '../errors.ts';
import type { BuiltInAction } from './types.ts';

/** Zips files of the workspace or of RUNNER_TEMP. Nothing that lies elsewhere gets in, whatever links a step has made. */
export const uploadArtifact: BuiltInAction = {
  inputs: ['compression-level', 'if-no-files-found', 'include-hidden-files', 'name', 'path', 'retention-days'],
  async run({ inputs, folders, artifacts, log }) {
    const patterns = readPatterns(inputs.path ?? '', folders.workspace);
    if (patterns.length === 0) throw new WorkflowError('actions/upload-artifact: path is missing');
    // Not their real paths: a link that a step has put in the place of one of them leads nowhere.
    const allowed = [folders.workspace, folders.temp];
    const files = await findFiles({ patterns, allowed, withHidden: inputs['include-hidden-files'] === 'true' });
    if (files.length === 0) {
      sayNothingFound(inputs['if-no-files-found'] ?? 'warn', inputs.path ?? '', log.line);
      return {};
    }
    const artifact = await artifacts.add(inputs.name ?? 'artifact', files, allowed);
    log.line(
      `${artifact.name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${artifact.sizeBytes} bytes zipped`,
    );
    return {};
  },
};

function sayNothingFound(mode: string, path: string, say: (line: string) => void): void {
  const message = `No files were found with the path: ${path.trim()}. No artifacts will be uploaded.`;
  if (mode === 'error') throw new WorkflowError(message);
  if (mode === 'warn') say(`##[warning]${message}`);
  else if (mode === 'ignore') say(message);
  else throw new WorkflowError(`actions/upload-artifact: if-no-files-found: ${mode} is not supported`);
}

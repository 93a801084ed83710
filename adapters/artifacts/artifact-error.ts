import type { ArtifactErrorCode } from '../../domain/workspaces/test-results.ts';

/** An artifact that is refused. The message is ours alone: nothing that a candidate wrote is in it. */
export class ArtifactError extends Error {
  readonly code: ArtifactErrorCode;

  constructor(code: ArtifactErrorCode, message: string) {
    super(message);
    this.name = 'ArtifactError';
    this.code = code;
  }
}

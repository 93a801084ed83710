/** A setting is missing or wrong; the message is a sentence that names it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

import { relative } from 'node:path';
import { seedAdminEmail } from './environment.ts';
import { stateDir } from './paths.ts';
import type { StackFile } from './supervisor/stack-file.ts';

/** Where everything is, for the person in front of the terminal. */
export function overviewOf({ components }: StackFile): string {
  const url = (component: string, purpose = 'main'): string | undefined =>
    components.find(({ name }) => name === component)?.urls[purpose];
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['API', url('api')],
    ['API docs', url('api', 'docs')],
    ['Temporal UI', url('temporal', 'ui')],
    ['GitHub', url('github')],
    ['Mailbox', url('mailbox')],
    ['Sign-in', url('identity')],
    ['Logs', `npm run logs [-- <component> --follow]   (${relative(process.cwd(), stateDir) || stateDir}/logs)`],
    [
      'Admin',
      `${seedAdminEmail}, with the seedPassword in ${relative(process.cwd(), stateDir) || stateDir}/secrets.json`,
    ],
    ['A token', 'npm run -s token -- recruiter1@local.test recruiter'],
    ['The play', 'npm run demo'],
    ['Stop', 'Ctrl-C; everything is kept until `npm run clean`'],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(12)} ${value}`]));
  return ['', 'Tenon is up.', ...lines, ''].join('\n');
}

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errorCatalogue } from '../../../core/error-catalogue.ts';
import { endpoints } from '../../../api/index.ts';

const root = join(import.meta.dirname, '../../..');

describe('the table of endpoints', () => {
  it('has each method and path once', () => {
    const routes = endpoints.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`);
    assert.deepEqual(routes, [...new Set(routes)]);
  });

  it('names a policy for everybody who has to sign in, and none for open doors', () => {
    for (const { method, path, auth, may } of endpoints) {
      const open = ['public', 'webhook', 'adminKey'].includes(auth.name); // a key or a signature is all there is to decide
      assert.equal(may === 'public', open, `${method} ${path}: ${auth.name} and ${String(may)}`);
      if (may !== 'public') assert.match(may.name, /^may[A-Z]/, `${method} ${path}`);
    }
  });

  it('names only policies that the handler, or a service that it imports, asks through permit', async () => {
    const named = new Set<string>();
    for (const file of await filesIn('api')) {
      const reached = await reachedFrom(file);
      for (const [, policy = ''] of (reached.get(file) ?? '').matchAll(/\bmay: (may\w+)/g)) {
        named.add(policy);
        const asked = new RegExp(`permit\\(\\s*${policy}\\(`);
        assert.ok(
          [...reached.values()].some((source) => asked.test(source)),
          `${file}: nobody whom it calls asks permit(${policy}(…))`,
        );
      }
    }
    const inTable = new Set(endpoints.flatMap(({ may }) => (may === 'public' ? [] : [may.name])));
    assert.deepEqual([...named].sort(), [...inTable].sort());
  });

  it('names only policies that are pure rules of the domain', async () => {
    const domain = await Promise.all((await filesIn('domain')).map((file) => readFile(file, 'utf8')));
    for (const { may } of endpoints) {
      if (may === 'public') continue;
      assert.ok(
        domain.some((source) => source.includes(`export function ${may.name}(`)),
        `${may.name} is not in domain/`,
      );
    }
  });

  it('declares no error twice, and none as a reply', () => {
    for (const { method, path, auth, errors, replies } of endpoints) {
      const where = `${method} ${path}`;
      assert.deepEqual([...errors], [...new Set(errors)], where);
      assert.deepEqual(
        errors.filter((code) => auth.errors.includes(code)),
        [],
        where,
      );
      assert.ok(
        Object.keys(replies).every((status) => Number(status) < 400),
        where,
      );
    }
  });

  it('gives every code of the catalogue a sentence of its own kind', () => {
    for (const [code, { status, title, retryable }] of Object.entries(errorCatalogue)) {
      assert.match(code, /^[A-Z][A-Z_]+$/);
      assert.ok(status >= 400 && status < 600 && title.length > 5, code);
      if (retryable) assert.ok([409, 429, 502, 503].includes(status), code);
    }
  });
});

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.name.endsWith('.ts')).map((entry) => join(entry.parentPath, entry.name));
}

/** The sources of a file and of whatever it imports from api/ and services/, at any depth; types do not count. */
async function reachedFrom(file: string, reached = new Map<string, string>()): Promise<Map<string, string>> {
  if (reached.has(file)) return reached;
  const source = await readFile(file, 'utf8');
  reached.set(file, source);
  for (const [, imported = ''] of source.matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)'/gms)) {
    const target = join(dirname(file), imported);
    if (/^(api|services)\//.test(relative(root, target))) await reachedFrom(target, reached);
  }
  return reached;
}

// `npm run -s new-signing-key [-- <key id>]`: prints an entry for TENON_JWT_KEYS, a JSON object of private keys by id.
import { generateKeyPairSync } from 'node:crypto';

const [id = `k${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
process.stdout.write(`${JSON.stringify({ [id]: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() })}\n`);

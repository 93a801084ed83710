// Process of the local OpenID provider.
import { sayReady, stopOnSignal } from '../web.ts';
import { startIdentity } from './server.ts';

const { LOCAL_IDENTITY_PORT = '8400', LOCAL_IDENTITY_ISSUER, LOCAL_IDENTITY_KEY_FILE } = process.env;
if (LOCAL_IDENTITY_ISSUER === undefined || LOCAL_IDENTITY_KEY_FILE === undefined) {
  throw new Error('LOCAL_IDENTITY_ISSUER and LOCAL_IDENTITY_KEY_FILE are required');
}
const server = await startIdentity({
  port: Number(LOCAL_IDENTITY_PORT),
  issuer: LOCAL_IDENTITY_ISSUER,
  keyFile: LOCAL_IDENTITY_KEY_FILE,
});
stopOnSignal(() => server.stop());
sayReady(server.url);

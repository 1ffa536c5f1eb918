// A log-in provider that is not ours, for the drill of log-in providers: certified software, one client, two people.
// Arguments: the port, where people are sent back to, how tokens are signed, and whether the token itself tells the address.
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, redirectUri, algorithm, inToken] = process.argv.slice(2);
const kinds = {
  RS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
};
const [kind, options] = kinds[algorithm];
const key = generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' });
const people = {
  siti: { email: 'siti@example.org', email_verified: true, name: 'Siti Rahma' },
  budi: { email: 'budi@example.org', email_verified: false, name: 'Budi Santoso' },
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [{ ...key, alg: algorithm, use: 'sig', kid: algorithm }] },
  clients: [
    {
      client_id: 'sanggar',
      client_secret: 'rahasia klien',
      redirect_uris: [redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: algorithm,
    },
  ],
  enabledJWA: { idTokenSigningAlgValues: [algorithm] },
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: inToken !== 'in-token',
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['for a drill'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));

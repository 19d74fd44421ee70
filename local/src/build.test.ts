import { DOMAINS } from '@desk/schema/domains';
import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test.each(['kit', 'schema', 'gateway', 'local', ...DOMAINS.map((domain) => `services/${domain}`)])(
  'what is built of %s holds no test, and nothing that only tests use',
  (place) => {
    const built = readdirSync(`${ROOT}/${place}/dist`, { recursive: true, encoding: 'utf8' });
    expect(built.filter((name) => name.endsWith('.js'))).not.toHaveLength(0);
    expect(built.filter((name) => /\.(test|fixture)\./.test(name))).toEqual([]);
  },
);

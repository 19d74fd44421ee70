import { readGatewayConfig } from '@desk/gateway/config';
import { generateTokenKeys } from '@desk/kit/api/token';
import { readServiceSettings } from '@desk/kit/service/settings';
import { DOMAINS, followedBy, type Domain } from '@desk/schema/domains';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

/** The manifests of `k8s`, read as a cluster would. No cluster is asked. */

const BASE = fileURLToPath(new URL('../k8s/base', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../k8s/overlays/example', import.meta.url));

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: { name: string; key: string } };
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec: {
    selector?: Record<string, unknown>;
    template?: {
      metadata: { labels: Record<string, string> };
      spec: { containers: Container[] };
    };
  };
}

interface Container {
  workingDir: string;
  command: string[];
  envFrom: { configMapRef: { name: string } }[];
  env: Variable[];
  livenessProbe: unknown;
  readinessProbe: unknown;
  startupProbe: unknown;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
}

const manifests = [...resourcesOf(BASE), ...resourcesOf(EXAMPLE)].flatMap(documentsOf);
const PROCESSES = ['gateway', ...DOMAINS];
/** What the secrets hold. The keys of the token are made by the desk's own command. */
const SECRETS: Record<string, string> = {
  'desk-mongodb.uri': 'mongodb://mongodb/?replicaSet=desk',
  'desk-redis.url': 'redis://redis',
  'desk-sign-in.session': 'a secret of more than thirty-two bytes',
  'desk-sign-in.client': 'a secret',
};

beforeAll(async () => {
  const { signing, verify } = await generateTokenKeys();
  SECRETS['desk-internal-keys.signing'] = JSON.stringify(signing);
  SECRETS['desk-internal-keys.verify'] = JSON.stringify(verify);
});

describe.each(PROCESSES)('%s', (name) => {
  const container = () => deploymentOf(name).spec.template?.spec.containers[0] as Container;

  test('is deployed and served under its name, from a program that is built', () => {
    const { spec } = deploymentOf(name);
    expect(spec.template?.metadata.labels['app.kubernetes.io/name']).toBe(name);
    expect(manifestOf('Service', name).spec.selector).toEqual({ 'app.kubernetes.io/name': name });
    const { workingDir, command } = container();
    const source = path.join(BASE, '../..', workingDir.replace('/desk', ''), 'src/main.ts');
    expect([existsSync(source), command]).toEqual([true, ['node', 'dist/main.js']]);
  });

  test('has probes, and limits that its requests keep', () => {
    const { startupProbe, livenessProbe, readinessProbe, resources } = container();
    expect([startupProbe, livenessProbe, readinessProbe]).toEqual([
      expect.objectContaining({ httpGet: { path: '/healthz', port: 'http' } }),
      expect.objectContaining({ httpGet: { path: '/healthz', port: 'http' } }),
      expect.objectContaining({ httpGet: { path: '/readyz', port: 'http' } }),
    ]);
    expect(Object.keys(resources.limits)).toEqual(['memory']);
    expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory']);
  });

  test('has settings that the process takes in production', () => {
    const environment = environmentOf(container());
    const read = readerOf(name);
    expect(() => read(environment)).not.toThrow();
    const secrets = container().env.filter(({ valueFrom }) => valueFrom !== undefined);
    const needed = secrets.map((each) => each.name).filter((each) => each !== 'OIDC_CLIENT_SECRET');
    for (const missing of needed) expect(() => read({ ...environment, [missing]: undefined })).toThrow(missing);
  });
});

test('the gateway knows the address of every service, and services that of those they follow', () => {
  const settings = (name: string) => environmentOf(deploymentOf(name).spec.template?.spec.containers[0] as Container);
  const urls = (domains: readonly Domain[]) =>
    Object.fromEntries(domains.map((domain) => [domain, `http://${domain}:4000`]));
  expect(readGatewayConfig(settings('gateway')).config.subgraphs).toEqual(urls(DOMAINS));
  for (const domain of DOMAINS) {
    const { urls: known } = readServiceSettings(domain, followedBy(domain), settings(domain));
    expect(known).toEqual(urls(followedBy(domain)));
  }
});

test('nothing is reached without a rule, and services by the gateway and each other alone', () => {
  const denied = manifestOf('NetworkPolicy', 'default-deny').spec as Record<string, unknown>;
  expect(denied).toEqual({ podSelector: {}, policyTypes: ['Ingress'] });
  const components = PROCESSES.map(
    (name) => deploymentOf(name).spec.template?.metadata.labels['app.kubernetes.io/component'],
  );
  expect(new Set(components)).toEqual(new Set(['gateway', 'service']));
  const { ingress } = manifestOf('NetworkPolicy', 'services').spec as unknown as { ingress: { from: unknown[] }[] };
  expect(ingress[0]?.from).toEqual([
    {
      podSelector: {
        matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['gateway', 'service'] }],
      },
    },
  ]);
});

test('no manifest holds a secret, or asks for one that the README does not name', () => {
  expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  const readme = readFileSync(path.join(BASE, '../README.md'), 'utf8');
  const asked = PROCESSES.flatMap(
    (name) => (deploymentOf(name).spec.template?.spec.containers[0] as Container).env,
  ).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.name ?? []);
  expect([...new Set(asked)].filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

function resourcesOf(folder: string): string[] {
  const { resources } = parse(readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
  return resources.filter((name) => name.endsWith('.yaml')).map((name) => path.join(folder, name));
}

function documentsOf(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Manifest);
}

function manifestOf(kind: string, name: string): Manifest {
  const found = manifests.filter((each) => each.kind === kind && each.metadata.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`There are ${found.length} of ${kind} ${name}.`);
  return found[0];
}

function deploymentOf(name: string): Manifest {
  return manifestOf('Deployment', name);
}

/** The environment that a container gets. */
function environmentOf({ envFrom, env }: Container): Record<string, string | undefined> {
  const maps = envFrom.map(({ configMapRef }) => manifestOf('ConfigMap', configMapRef.name).data ?? {});
  const own = env.map(({ name, value, valueFrom }) => {
    const secret = valueFrom && SECRETS[`${valueFrom.secretKeyRef.name}.${valueFrom.secretKeyRef.key}`];
    return [name, value ?? secret];
  });
  return Object.assign({}, ...maps, Object.fromEntries(own)) as Record<string, string | undefined>;
}

/** The function by which a process reads its settings. */
function readerOf(name: string): (environment: Record<string, string | undefined>) => unknown {
  if (name === 'gateway') return readGatewayConfig;
  const domain = name as Domain;
  return (environment) => readServiceSettings(domain, followedBy(domain), environment);
}

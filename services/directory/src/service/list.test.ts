import { describe, expect, test } from '@jest/globals';
import { readServices } from './list.ts';
import { loadServices } from './port.ts';

describe('the services that come with the desk', () => {
  const services = loadServices();

  test('are named in both languages', () => {
    expect(services.find(({ code }) => code === 'READ_INGESTION')).toMatchObject({
      en: 'Meter read ingestion (AMI)',
      fr: 'Réception des relevés de compteurs (IMA)',
    });
  });

  test('have no circle of dependencies', () => {
    const dependenciesOf = new Map(services.map(({ code, dependsOn }) => [code, dependsOn]));
    const leadsTo = (code: string, path: readonly string[]): boolean =>
      path.includes(code) || (dependenciesOf.get(code) ?? []).some((next) => leadsTo(next, [...path, code]));
    expect(services.filter(({ code }) => leadsTo(code, []))).toEqual([]);
  });
});

test('a wrong file is refused with every wrong place', () => {
  const text = `
source: a test
dependencies: { source: a test }
services:
  - { id: VEE, en: VEE, fr: VEC, dependsOn: [NONE, VEE] }
  - { id: GUI, en: GUI, fr: GUI, dependsOn: [VEE, VEE] }
  - { id: VEE, en: VEE, fr: VEC }
`;
  expect(() => readServices(text)).toThrow(
    [
      'services.yaml VEE: depends on NONE, which is not another service of the file',
      'services.yaml VEE: depends on VEE, which is not another service of the file',
      'services.yaml GUI: names a dependency twice',
      'services.yaml VEE: is there twice',
    ].join('\n'),
  );
});

test.each(['vee', '', 'A-B', 'X'.repeat(41)])('"%s" is no code of a service', (code) => {
  const text = `{ source: a, dependencies: { source: a }, services: [{ id: "${code}", en: a, fr: a }] }`;
  expect(() => readServices(text)).toThrow('services.yaml services.0.id');
});

import { InputCheck } from '@desk/kit/api/input';
import { expect, test } from '@jest/globals';
import { currentItems, findItem, itemOf, readCatalogueItems } from '../catalogue-item/catalogue-item.ts';
import { loadReferenceData } from '../sla/port.ts';
import { slaOver } from '../sla/sla.ts';
import { openRequest } from './opening.ts';
import type { RequestActContext } from './service-request.ts';

const EDITION = `
  - id: FTS_ACCOUNT
    version: $VERSION
    en: File transfer
    fr: Transfert de fichiers
    description: { en: An account., fr: Un compte. }
    approval: NONE
    targetHours: 16
    fields:
      - name: protocol
        kind: CHOICE
        required: true
        en: Protocol
        fr: Protocole
        choices: [$CHOICES]
`;
const edition = (version: number, choices: string) =>
  EDITION.replace('$VERSION', String(version)).replace('$CHOICES', choices);
const SFTP = '{ id: SFTP, en: SFTP, fr: SFTP }';
const AS2 = '{ id: AS2, en: AS2 over the Internet, fr: AS2 par Internet }';

const items = readCatalogueItems(`source: test\nitems:${edition(1, `${SFTP}, ${AS2}`)}${edition(2, SFTP)}`);
const sla = slaOver(loadReferenceData());
const values = [{ name: 'protocol', value: 'AS2' }];

function opened(version: number) {
  const item = findItem(items, 'FTS_ACCOUNT', version);
  if (!item) throw new Error(`no edition ${version}`);
  const act: RequestActContext = {
    at: new Date('2026-12-23T19:00:00.000Z'),
    by: { id: 'per_lena', kind: 'PERSON', actingFor: null },
    check: new InputCheck(),
    viewer: null,
    sla,
    item,
  };
  return openRequest({ id: 'req_1', organizationId: 'org_A' }, { values }, act).record;
}

test('worked example 10: a value that a later edition refuses stays readable on the request of the first one', () => {
  const request = opened(1);
  expect(currentItems(items)).toMatchObject([{ version: 2 }]);
  expect(request.values).toEqual(values);
  const [field] = itemOf(items, request).fields;
  expect(field?.choices.find(({ id }) => id === request.values[0]?.value)).toMatchObject({
    en: 'AS2 over the Internet',
  });
  expect(() => opened(2)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});

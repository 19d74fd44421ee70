import { Partner } from '../desk/partner.ts';
import { Caller, nobodyAt } from './caller.ts';
import type { Standing } from './rights.ts';

/** The partner whose authorization by LDC-001 is ended before the matrix asks. */
const ENDED = ['PTR-001'];

/** The callers of the matrix, by login: what each is, with organizations by their codes. */
const PEOPLE: Readonly<Record<Login, Pick<Standing, 'is' | 'memberOf'> & Partial<Standing>>> = {
  lena: { is: 'DISTRIBUTOR', memberOf: ['LDC-001'], counterparts: ['AGT-001', 'AGT-002'], formerCounterparts: ENDED },
  omar: { is: 'DISTRIBUTOR', memberOf: ['LDC-001'], counterparts: ['AGT-001', 'AGT-002'], formerCounterparts: ENDED },
  bo: { is: 'DISTRIBUTOR', memberOf: ['LDC-003'], counterparts: ['AGT-001'] },
  priya: { is: 'DISTRIBUTOR', memberOf: ['LDC-002'], counterparts: ['AGT-001', 'PTR-001'] },
  aga: {
    is: 'AGENT',
    memberOf: ['AGT-001'],
    actsFor: ['LDC-001', 'LDC-002'],
    counterparts: ['LDC-001', 'LDC-002', 'LDC-003'],
  },
  sam: { is: 'ANALYST', memberOf: ['SME'] },
  root: { is: 'ADMINISTRATOR', memberOf: ['SME'] },
  ada: { is: 'AUDITOR', memberOf: ['SME'] },
};

export type Login = 'lena' | 'omar' | 'bo' | 'priya' | 'aga' | 'sam' | 'root' | 'ada';

/** A caller of the matrix, its connection, and what it is. */
export interface Participant {
  caller: Caller;
  partner: Partner;
  standing: Standing;
}

/** Everybody of the matrix. Organizations are named by ids, which the desk tells the SME. */
export async function participants(url: string): Promise<Record<Login, Participant>> {
  const organizations = await new Partner(url, 'root').get<{ nodes: { id: string; code: string }[] }>(
    '{ organizations(first: 100) { nodes { id code } } }',
  );
  const idsOf = (codes: readonly string[] = []) =>
    codes.flatMap((code) => organizations.nodes.filter((each) => each.code === code)).map(({ id }) => id);
  const all = Object.entries(PEOPLE).map(async ([login, { is, ...codes }]): Promise<[string, Participant]> => {
    const actsFor = idsOf(codes.actsFor);
    const partner = new Partner(url, login, actsFor);
    const { id } = await partner.get<{ id: string }>('{ me { id } }');
    const standing = {
      personId: id,
      is,
      memberOf: idsOf(codes.memberOf),
      actsFor,
      counterparts: idsOf(codes.counterparts),
      formerCounterparts: idsOf(codes.formerCounterparts),
    };
    return [login, { caller: new Caller(login, partner), partner, standing }];
  });
  return Object.fromEntries(await Promise.all(all)) as Record<Login, Participant>;
}

/** A person who takes part in nothing but writing. */
export function writer(url: string, login: string): Caller {
  return new Caller(login, new Partner(url, login));
}

/** Nobody: the same requests without a token. */
export function nobody(url: string): Caller {
  return new Caller('nobody', nobodyAt(url));
}

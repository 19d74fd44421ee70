import { because, on, steps, type Play, type Reading, type Scene, type Shown } from './play.ts';

const MONTH_MS = 30 * 86_400_000;

/** A distributor that no other play needs: plays take it out of service. */
const DISTRIBUTOR = 'LDC-050';
const AGENT = 'AGT-002';

const organization = (code: string): Reading => ({
  domain: 'directory',
  query: 'query($id: ID!) { organization(id: $id) { id version } }',
  variables: () => ({ id: code }),
  pick: ({ organization: found }) => found as Shown | null,
});
const profile: Reading = {
  domain: 'directory',
  query: '{ me { person { id version } } }',
  pick: ({ me }) => (me as { person: Shown | null } | null)?.person ?? null,
};
const invitation = ({ word }: Scene) => ({
  organizationId: 'LDC-051',
  name: `Nadia ${word}`,
  email: `${word}@hawthornplains.example`,
  roles: ['LDC_USER'],
});
const authorization = ({ now }: Scene) => ({
  organizationId: 'LDC-002',
  agentId: AGENT,
  scopes: ['TICKETS_READ'],
  validTo: { instant: new Date(now.getTime() + MONTH_MS).toISOString() },
});

/** What happens to organizations, people and authorizations. */
export const PLAYS: readonly Play[] = [
  {
    name: 'a distributor that is renamed, suspended and reinstated',
    alone: true,
    steps: [
      {
        by: 'root',
        mutation: 'updateOrganization',
        record: 'organization',
        reads: organization(DISTRIBUTOR),
        input: on('organization', ({ word }) => ({ name: `Goldeneye Bay ${word}` })),
      },
      ...steps('organization', [
        ['root', 'suspendOrganization', on('organization', because)],
        ['root', 'reinstateOrganization', on('organization', because)],
      ]),
    ],
  },
  {
    name: 'a person who is invited, suspended and reinstated',
    steps: steps('person', [
      ['root', 'invitePerson', invitation],
      ['root', 'suspendPerson', on('person', because)],
      ['root', 'reinstatePerson', on('person', because)],
    ]),
  },
  {
    name: 'a person who changes the own profile',
    alone: true,
    steps: [
      {
        by: 'tess',
        mutation: 'updateMyProfile',
        record: 'person',
        reads: profile,
        input: (scene) => ({
          expectedVersion: scene.of('person').version,
          phone: `+1416555${String(scene.now.getTime() % 10_000).padStart(4, '0')}`,
        }),
      },
    ],
  },
  {
    name: 'an agent who is authorized, and no longer',
    alone: true,
    steps: steps('agentAuthorization', [
      ['jonas', 'authorizeAgent', authorization],
      ['jonas', 'endAgentAuthorization', on('agentAuthorization', because)],
    ]),
  },
];

import { about, because, on, saying, steps, type Play, type Scene } from './play.ts';

const HOUR_MS = 3_600_000;

const declaration = ({ word, now }: Scene) => ({
  environment: 'PRODUCTION',
  title: `Billing stopped ${word}`,
  serviceIds: ['BILLING'],
  distributorsAffectedPercent: 20,
  outageStartedAt: { instant: new Date(now.getTime() - HOUR_MS).toISOString() },
  expectedOutage: 'PT6H',
});
const impact = () => ({ distributorsAffectedPercent: 60, dataAtRisk: false, response: 'REPAIR_IN_PLACE' });

/** What happens to continuity events and their reports. */
export const PLAYS: readonly Play[] = [
  {
    name: 'an outage from its declaration to the recovery, with a report that is acknowledged',
    steps: [
      ...steps('continuityEvent', [
        ['rae', 'declareContinuityEvent', declaration],
        ['rae', 'updateContinuityEstimate', on('continuityEvent', () => ({ expectedOutage: 'PT12H' }))],
        ['rae', 'assessContinuityImpact', on('continuityEvent', impact)],
        ['root', 'approveContinuityImpact', on('continuityEvent')],
        ['sam', 'addContinuityEntry', about('continuityEvent', saying)],
        ['rae', 'activateContinuityEvent', on('continuityEvent', because)],
        ['root', 'moveContinuityEvent', on('continuityEvent', () => ({ to: 'RECOVERY' }))],
      ]),
      {
        by: 'rae',
        mutation: 'publishSituationReport',
        record: 'situationReport',
        shows: 'id',
        input: about('continuityEvent', ({ word }) => ({
          english: `Please wait, ${word}.`,
          requiresAcknowledgement: true,
        })),
      },
      ...['lena', 'bo'].map((by) => ({
        by,
        mutation: 'acknowledgeSituationReport',
        record: 'situationReport',
        shows: 'id',
        input: about('situationReport'),
        keyed: ({ person, organization, of }: Scene) => ({
          principal: person(by),
          operation: 'acknowledge',
          key: `${of('situationReport').id} ${organization(by)}`,
        }),
      })),
    ],
  },
];

import { about, because, on, saying, steps, type Play, type Scene } from './play.ts';

const HOUR_MS = 3_600_000;

const proposal = ({ word }: Scene) => ({
  title: `Keep the list whole ${word}`,
  reason: `It fixes ${word}.`,
  benefit: 'Every distributor gets its report.',
  serviceIds: ['REPORTS'],
});
const standard = () => ({
  type: 'STANDARD',
  templateId: 'SUNDAY_MAINTENANCE',
  environment: 'PRODUCTION',
  riskAnswer: 'LOW',
});
const plan = ({ word, now }: Scene) => ({
  implementation: `Put in ${word}.`,
  test: `Try ${word}.`,
  backout: `Take out ${word}.`,
  plannedStart: { instant: new Date(now.getTime() + 48 * HOUR_MS).toISOString() },
  plannedEnd: { instant: new Date(now.getTime() + 50 * HOUR_MS).toISOString() },
  outage: false,
  ldcActionNeeded: false,
  notice: `We put in ${word}.`,
});

/** What happens to changes. */
export const PLAYS: readonly Play[] = [
  {
    name: 'a change from its proposal to the review, planned twice',
    steps: steps('change', [
      ['lena', 'proposeChange', proposal],
      ['cleo', 'acceptChange', on('change')],
      ['cleo', 'publishChange', on('change')],
      ['cleo', 'assessChange', on('change', standard)],
      ['cleo', 'planChange', on('change', plan)],
      ['cleo', 'submitChange', on('change')],
      ['lena', 'addChangeComment', about('change', saying)],
      ['cleo', 'addChangeInternalNote', about('change', saying)],
      ['cleo', 'replanChange', on('change', because)],
      ['cleo', 'assessChange', on('change', standard)],
      ['cleo', 'planChange', on('change', plan)],
      ['cleo', 'submitChange', on('change')],
      ['cleo', 'startChange', on('change', because)],
      ['cleo', 'completeChange', on('change', () => ({ result: 'SUCCESS' }))],
      ['cleo', 'closeChange', on('change', ({ word }) => ({ review: `It went well, ${word}.` }))],
    ]),
  },
  {
    name: 'a change that is declined, and one that is cancelled',
    steps: steps('change', [
      ['bo', 'proposeChange', proposal],
      ['cleo', 'declineChange', on('change', because)],
      ['bo', 'proposeChange', proposal],
      ['cleo', 'acceptChange', on('change')],
      ['cleo', 'assessChange', on('change', standard)],
      ['cleo', 'cancelChange', on('change', because)],
    ]),
  },
];

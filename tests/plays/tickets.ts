import { about, because, on, report, saying, steps, type Play, type Scene, type Step } from './play.ts';

const assign = (scene: Scene) => ({
  assignmentGroupId: 'READS_VEE',
  assigneeId: scene.person('sam'),
  categoryId: 'READS_MISSING',
  impact: 'MEDIUM',
  urgency: 'MEDIUM',
});
const solution = (scene: Scene) => ({ code: 'FIXED', cause: 'SOFTWARE', ...saying(scene) });

/** A request for an account, which an administrator approves. */
const account = ({ word }: Scene) => ({
  itemId: 'FTS_ACCOUNT',
  itemVersion: 1,
  values: [
    { name: 'system', value: `System ${word}` },
    { name: 'environment', value: 'SANDBOX' },
    { name: 'key', value: `ssh-ed25519 ${word}` },
  ],
});
const task = (taskId: string) => on('serviceRequest', () => ({ taskId }));

const openProblem = ({ word }: Scene) => ({
  title: `The night job stops ${word}`,
  description: `Its list is cut at midnight, ${word}.`,
  serviceId: 'REPORTS',
});
const waiver = ({ word }: Scene) => ({ waiver: `No change is needed for ${word}.` });
const workedOut = ({ word }: Scene) => ({ code: 'RISK_ACCEPTED', text: `We live with ${word}.` });
const words = ({ word }: Scene) => ({
  title: `Reports stay empty ${word}`,
  serviceIds: ['REPORTS'],
  symptom: `The report has no rows, ${word}.`,
  workaround: { steps: 'Ask for the report again.', tested: true },
});
/** Links and unlinks the play's incident and its problem. */
const link = on('incident', (scene) => ({ kind: 'CAUSED_BY_PROBLEM', target: scene.of('problem')['number'] }));

const openAProblem: Step = {
  by: 'sam',
  mutation: 'openProblem',
  record: 'problem',
  shows: 'id version number',
  input: openProblem,
};

/** What happens to incidents, service requests, problems and known errors. */
export const PLAYS: readonly Play[] = [
  {
    name: 'an incident from its report to the end, and what follows it',
    steps: steps('incident', [
      ['lena', 'createIncident', report],
      ['sam', 'assignIncident', on('incident', assign)],
      ['sam', 'startIncident', on('incident')],
      ['lena', 'addIncidentComment', about('incident', saying)],
      ['sam', 'addIncidentInternalNote', about('incident', saying)],
      ['sam', 'holdIncident', on('incident', ({ word }) => ({ reason: 'VENDOR', vendorReference: word }))],
      ['sam', 'resumeIncident', on('incident')],
      ['sam', 'reclassifyIncident', on('incident', (scene) => ({ urgency: 'HIGH', ...because(scene) }))],
      ['root', 'rebaseIncidentClocks', on('incident', because)],
      ['sam', 'resolveIncident', on('incident', solution)],
      ['lena', 'reopenIncident', on('incident', because)],
      ['sam', 'resolveIncident', on('incident', solution)],
      ['lena', 'closeIncident', on('incident')],
      ['lena', 'createIncidentFollowUp', about('incident', ({ word }) => ({ description: `Again ${word}.` }))],
      ['sam', 'cancelIncident', on('incident', because)],
    ]),
  },
  {
    name: 'an incident that a problem caused',
    steps: [
      ...steps('incident', [['omar', 'createIncident', report]]),
      openAProblem,
      ...steps('incident', [
        ['sam', 'linkIncident', link],
        ['sam', 'unlinkIncident', link],
      ]),
    ],
  },
  {
    name: 'a problem that is opened from an incident, which is linked to it',
    steps: [
      ...steps('incident', [['priya', 'createIncident', report]]),
      {
        ...openAProblem,
        input: (scene) => ({ ...openProblem(scene), incidentId: scene.of('incident').id }),
      },
      ...steps('problem', [['sam', 'cancelProblem', on('problem', because)]]),
    ],
  },
  {
    name: 'a service request that is delivered, refused once and accepted',
    steps: steps('serviceRequest', [
      ['lena', 'submitServiceRequest', account],
      ['omar', 'approveServiceRequest', on('serviceRequest')],
      ['sam', 'startServiceRequest', on('serviceRequest')],
      ['sam', 'completeServiceRequestTask', task('CHECK')],
      ['sam', 'askServiceRequester', on('serviceRequest', ({ word }) => ({ question: `Which ${word}?` }))],
      ['lena', 'answerServiceRequest', on('serviceRequest', ({ word }) => ({ answer: `This ${word}.` }))],
      ['sam', 'completeServiceRequestTask', task('ACCOUNT')],
      ['lena', 'addServiceRequestComment', about('serviceRequest', saying)],
      ['sam', 'addServiceRequestInternalNote', about('serviceRequest', saying)],
      ['sam', 'completeServiceRequestTask', task('TRIAL')],
      ['sam', 'fulfilServiceRequest', on('serviceRequest', ({ word }) => ({ result: `Done: ${word}.` }))],
      ['lena', 'reopenServiceRequest', on('serviceRequest', because)],
      ['sam', 'fulfilServiceRequest', on('serviceRequest', ({ word }) => ({ result: `Again: ${word}.` }))],
      ['lena', 'acceptServiceRequest', on('serviceRequest')],
    ]),
  },
  {
    name: 'a service request that is rejected, and others that fail and are withdrawn',
    steps: steps('serviceRequest', [
      ['lena', 'submitServiceRequest', account],
      ['omar', 'rejectServiceRequest', on('serviceRequest', because)],
      ['lena', 'submitServiceRequest', account],
      ['omar', 'approveServiceRequest', on('serviceRequest')],
      ['sam', 'failServiceRequest', on('serviceRequest', because)],
      ['lena', 'submitServiceRequest', account],
      ['lena', 'cancelServiceRequest', on('serviceRequest', because)],
    ]),
  },
  {
    name: 'a problem from its report to the review, reopened once',
    steps: steps('problem', [
      ['sam', 'openProblem', openProblem],
      ['sam', 'assignProblem', on('problem', (scene) => ({ ownerId: scene.person('sam') }))],
      ['sam', 'assessProblem', on('problem')],
      ['sam', 'investigateProblem', on('problem', ({ word }) => ({ trendNote: `Often: ${word}.` }))],
      ['sam', 'addProblemInternalNote', about('problem', saying)],
      [
        'sam',
        'diagnoseProblem',
        on('problem', ({ word }) => ({ symptom: word, rootCause: `The clock, ${word}.`, affectedVersions: '4.2' })),
      ],
      [
        'sam',
        'publishProblem',
        on('problem', ({ word }) => ({ publicTitle: `Empty reports ${word}`, publicStatus: 'We look for it.' })),
      ],
      ['sam', 'startProblemFix', on('problem', waiver)],
      ['sam', 'resolveProblem', on('problem', workedOut)],
      ['sam', 'reopenProblem', on('problem', because)],
      ['sam', 'startProblemFix', on('problem', waiver)],
      ['sam', 'resolveProblem', on('problem', workedOut)],
      ['sam', 'closeProblem', on('problem', ({ word }) => ({ review: `We learned ${word}.` }))],
    ]),
  },
  {
    name: 'a known error from its draft to the end',
    steps: steps('knownError', [
      ['sam', 'draftKnownError', words],
      ['sam', 'editKnownError', on('knownError', (scene) => ({ ...words(scene), cause: `The clock, ${scene.word}.` }))],
      ['sam', 'publishKnownError', on('knownError', () => ({ audience: 'ALL_LDCS' }))],
      ['sam', 'retireKnownError', on('knownError', because)],
    ]),
  },
];

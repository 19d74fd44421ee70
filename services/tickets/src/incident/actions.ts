import { actionTable, type ActionRule } from '@desk/kit/write/actions';
import { IncidentState, type IncidentAction, type Mutation } from '../generated/api.ts';
import { OPEN_STATES, type Incident } from './incident.ts';
import {
  mayCancelIncident,
  mayCloseIncident,
  mayCommentIncident,
  mayNoteIncident,
  mayReopenIncident,
  mayWorkIncident,
} from './policy.ts';

const ANY_STATE = Object.values(IncidentState);

interface IncidentActionRule extends ActionRule<Incident, IncidentState> {
  mutations: readonly (keyof Mutation)[];
}

/**
 * Every action on an incident: from which states, by which rule of the policy, and by which mutation. It serves the check, the refusals,
 * `allowedActions` and the documentation.
 */
export const INCIDENT_ACTIONS: Readonly<Record<IncidentAction, IncidentActionRule>> = {
  ASSIGN: { from: ['NEW', 'ASSIGNED', 'IN_PROGRESS'], may: mayWorkIncident, mutations: ['assignIncident'] },
  START: { from: ['NEW', 'ASSIGNED'], may: mayWorkIncident, mutations: ['startIncident'] },
  HOLD: { from: ['IN_PROGRESS'], may: mayWorkIncident, mutations: ['holdIncident'] },
  RESUME: { from: ['ON_HOLD'], may: mayWorkIncident, mutations: ['resumeIncident'] },
  RESOLVE: { from: ['ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'], may: mayWorkIncident, mutations: ['resolveIncident'] },
  REOPEN: {
    from: ['RESOLVED'],
    may: mayReopenIncident,
    mutations: ['reopenIncident'],
    when: isWindowOpen,
    overdue: whyNotReopened,
  },
  CLOSE: { from: ['RESOLVED'], may: mayCloseIncident, mutations: ['closeIncident'], when: isWindowOpen },
  CANCEL: { from: OPEN_STATES, may: mayCancelIncident, mutations: ['cancelIncident'] },
  RECLASSIFY: { from: OPEN_STATES, may: mayWorkIncident, mutations: ['reclassifyIncident'] },
  COMMENT: { from: [...OPEN_STATES, 'RESOLVED'], may: mayCommentIncident, mutations: ['addIncidentComment'] },
  NOTE: { from: ANY_STATE, may: mayNoteIncident, mutations: ['addIncidentInternalNote'] },
  LINK: { from: ANY_STATE, may: mayWorkIncident, mutations: ['linkIncident', 'unlinkIncident'] },
  FOLLOW_UP: {
    from: ['RESOLVED', 'CLOSED'],
    may: mayReopenIncident,
    mutations: ['createIncidentFollowUp'],
    when: (incident, now) => incident.state === 'CLOSED' || !isWindowOpen(incident, now),
  },
};

export const { allowedActions, requireAction } = actionTable<Incident, IncidentState, IncidentAction>(
  'incident',
  INCIDENT_ACTIONS,
);

/** True until a solution is final by itself. */
function isWindowOpen({ closesAt }: Incident, now: Date): boolean {
  return closesAt === null || now < closesAt;
}

function whyNotReopened({ state, closedAt, closesAt }: Incident): string | null {
  if (state !== 'CLOSED' && state !== 'RESOLVED') return null;
  const accepted = closedAt && closesAt && closedAt < closesAt;
  const why = accepted
    ? 'The solution was accepted, and that is final.'
    : 'The time for reopening this incident is over.';
  return `${why} Report a follow-up instead: createIncidentFollowUp.`;
}

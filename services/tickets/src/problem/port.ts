import type { Act } from '@desk/kit/write/describe-change';
import { InputCheck } from '@desk/kit/api/input';
import { causeKey, type Follow } from '@desk/kit/log/consequences';
import type { ProblemEventData, ProblemEvents } from '@desk/schema/tickets/events';
import { afterDue } from '../incident/due.ts';
import { LINKS_MAX, type IncidentActContext } from '../incident/incident.ts';
import { linkIncident } from '../incident/links.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { Sla } from '../sla/sla.ts';
import { problemNumber, type Problem } from './problem.ts';
import type { ProblemStore } from './store.ts';

/** What problems do to incidents. */
export interface ProblemPort {
  /** Links the incident that a problem was opened from to the problem, as caused by it. An incident that has the link already stays as it is. */
  linkCaused(problem: Problem, incidentId: string, act: Act): Promise<void>;
  /** Carries out the consequences of an event in the own log, unless the request did. */
  follow: Follow;
}

/** The port over the stores. */
export function problemPort(
  problems: ProblemStore,
  { incidents, sla }: { incidents: IncidentStore; sla: Sla },
): ProblemPort {
  const linkCaused: ProblemPort['linkCaused'] = async (problem, incidentId, { at, by }) => {
    const act: IncidentActContext = { at, by, check: new InputCheck(), sla, viewer: null };
    const link = { kind: 'CAUSED_BY_PROBLEM', target: problemNumber(problem), targetId: problem._id } as const;
    await incidents.records.change(incidentId, { reach: 'ALL', key: causeKey(problem._id) }, (incident) => {
      const isLinked = incident.links.some(({ kind, target }) => kind === link.kind && target === link.target);
      if (isLinked || incident.links.length >= LINKS_MAX) return null;
      return afterDue(incident, act, (current) => linkIncident(current, link, act));
    });
  };
  return {
    linkCaused,
    async follow({ type, data, at, actor: by }) {
      if (type !== ('problem.opened' satisfies keyof ProblemEvents)) return;
      const { incidentId, subject } = data as unknown as ProblemEventData & ProblemEvents['problem.opened'];
      const [problem] = incidentId ? await problems.byIds('ALL', [subject.id]) : [];
      if (problem && incidentId) await linkCaused(problem, incidentId, { at, by });
    },
  };
}

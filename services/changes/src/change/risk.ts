import type { ChangeRisk } from '../generated/api.ts';
import type { Change } from './change.ts';

const RISKS: readonly ChangeRisk[] = ['LOW', 'MEDIUM', 'HIGH'];
/** A change of so many services can harm more than its questionnaire may say. */
const SERVICES_MEDIUM = 3;
const SERVICES_HIGH = 6;

/** The risk of a change: the highest of what the questionnaire gave and what is known. Null while there is no answer. */
export function riskOf(
  change: Pick<Change, 'riskAnswer' | 'serviceIds' | 'outage' | 'ldcActionNeeded'>,
): ChangeRisk | null {
  if (change.riskAnswer === null) return null;
  const known: ChangeRisk[] = [
    change.serviceIds.length >= SERVICES_HIGH ? 'HIGH' : change.serviceIds.length >= SERVICES_MEDIUM ? 'MEDIUM' : 'LOW',
    change.outage || change.ldcActionNeeded ? 'MEDIUM' : 'LOW',
  ];
  const [highest = change.riskAnswer] = [change.riskAnswer, ...known].sort(
    (one, other) => RISKS.indexOf(other) - RISKS.indexOf(one),
  );
  return highest;
}

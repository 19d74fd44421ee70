import type { Reach } from './viewer.ts';

/** Whose records a write may touch. */
export interface WriteScope {
  organizations: Reach;
}

/** Everybody's: for the desk's own timers and background work. */
export const EVERYBODY: WriteScope = { organizations: 'ALL' };

/** The part of a filter that keeps a query within the organizations of a scope. */
export function inScope(scope: WriteScope): { organizationId?: { $in: string[] } } {
  return scope.organizations === 'ALL' ? {} : { organizationId: { $in: [...scope.organizations] } };
}

import type { InputCheck } from '@desk/kit/api/input';
import { formatNumber, numberNamed, paddedNumber } from '@desk/kit/api/numbers';
import type { IncidentLinkKind } from '../generated/api.ts';
import { requireAction } from './actions.ts';
import { withDerivedFields } from './clocks.ts';
import { describeChange, type IncidentDecision } from './event.ts';
import { LINKS_MAX, type Incident, type IncidentActContext, type IncidentLink } from './incident.ts';

/** What each kind of link leads to, by the prefix of its number. */
export const LINK_TARGETS: Record<IncidentLinkKind, readonly string[]> = {
  CHILD_OF: ['INC'],
  DUPLICATE_OF: ['INC'],
  FOLLOW_UP_OF: ['INC'],
  RELATED_TO: ['INC', 'REQ', 'PRB', 'CHG', 'CE'],
  CAUSED_BY_CHANGE: ['CHG'],
  FIXED_BY_CHANGE: ['CHG'],
  CAUSED_BY_PROBLEM: ['PRB'],
  WORKAROUND_BY: ['KE'],
};

/** The kinds of which an incident has at most one. They form chains, and no circles. */
const ONE_ONLY: ReadonlySet<IncidentLinkKind> = new Set(['CHILD_OF', 'DUPLICATE_OF', 'FOLLOW_UP_OF']);

/** Links of a chain that are followed to find a circle. A longer chain is refused. */
export const CHAIN_MAX = 50;

/** The check that notes a problem, and the path of the wrong field. */
interface Place {
  check: InputCheck;
  path: string;
}

/** Adds a link. Refuses one that is there already, a second parent, a link to itself, and that of a duplicate. */
export function linkIncident(incident: Incident, link: IncidentLink, act: IncidentActContext): IncidentDecision {
  requireAction(incident, 'LINK', act);
  act.check.require('input.kind', link.kind !== 'DUPLICATE_OF', {
    code: 'OTHER_MUTATION',
    args: { mutation: 'resolveIncident' },
    message: 'must not be DUPLICATE_OF: resolve the incident with the code DUPLICATE (`resolveIncident`).',
  });
  checkLink(incident, link, { check: act.check, kindPath: 'input.kind', targetPath: 'input.target' });
  act.check.done();
  const linked = withDerivedFields({ ...incident, links: [...incident.links, link] }, act);
  return describeChange(incident, linked, { kind: 'LINKED', act, changes: { [link.kind]: [null, link.target] } });
}

/** Takes a link away, by its kind and the other record's number. Refuses when there is no such link, and that of a duplicate. */
export function unlinkIncident(
  incident: Incident,
  { kind, target }: Pick<IncidentLink, 'kind' | 'target'>,
  act: IncidentActContext,
): IncidentDecision {
  requireAction(incident, 'LINK', act);
  const { check } = act;
  check.require('input.kind', kind !== 'DUPLICATE_OF', {
    code: 'OTHER_MUTATION',
    args: { mutation: 'reopenIncident' },
    message: 'must not be DUPLICATE_OF: a duplicate link is removed by reopening the incident (`reopenIncident`).',
  });
  const number = recordNumber(target, LINK_TARGETS[kind], { check, path: 'input.target' });
  const links = incident.links.filter((known) => known.kind !== kind || known.target !== number);
  check.require('input.target', number === null || links.length < incident.links.length, {
    code: 'NOT_THERE',
    message: 'must be the number of a record that the incident is linked to in this way.',
  });
  check.done();
  const unlinked = withDerivedFields({ ...incident, links }, act);
  return describeChange(incident, unlinked, { kind: 'UNLINKED', act, changes: { [kind]: [number, null] } });
}

/** Notes the problems of a link, under the paths of the fields that name its kind and its target. */
export function checkLink(
  incident: Incident,
  link: IncidentLink,
  { check, kindPath, targetPath }: { check: InputCheck; kindPath: string; targetPath: string },
): void {
  const same = incident.links.filter(({ kind }) => kind === link.kind);
  check.require(targetPath, link.targetId !== incident._id, {
    code: 'SELF_REFERENCE',
    message: 'must be another incident.',
  });
  check.require(targetPath, !same.some(({ target }) => target === link.target), {
    code: 'ALREADY_THERE',
    message: 'must be a record that the incident is not yet linked to in this way.',
  });
  check.require(kindPath, !ONE_ONLY.has(link.kind) || !same.length, {
    code: 'TOO_MANY',
    args: { max: 1 },
    message: 'must be a kind of which the incident has no link yet: it has at most one.',
  });
  check.require(targetPath, incident.links.length < LINKS_MAX, {
    code: 'TOO_MANY',
    args: { max: LINKS_MAX },
    message: `must leave the incident with at most ${LINKS_MAX} links.`,
  });
}

/** True for the kinds of links that form chains. */
export function formsChain(kind: IncidentLinkKind): boolean {
  return ONE_ONLY.has(kind);
}

/** Notes a link to an incident whose own links of the kind lead on to `behind`, where they lead back, or on for too long. */
export function checkChain(incident: Incident, behind: readonly string[], { check, path }: Place): void {
  const isCircle = behind.includes(incident._id);
  check.require(path, !isCircle, { code: 'CIRCULAR', message: 'must not be linked back to this incident.' });
  check.require(path, isCircle || behind.length <= CHAIN_MAX, {
    code: 'CHAIN_TOO_LONG',
    args: { max: CHAIN_MAX },
    message: `must have at most ${CHAIN_MAX} links behind it: link to an incident further along.`,
  });
}

/** The link to the record that an incident is to wait for. Null when some link leads there already. */
export function linkWaitedFor(incident: Incident, target: string, check: InputCheck): IncidentLink | null {
  if (incident.links.some((known) => known.target === target)) return null;
  const link: IncidentLink = { kind: 'RELATED_TO', target, targetId: null };
  checkLink(incident, link, { check, kindPath: 'input.reason', targetPath: 'input.waitsFor' });
  return link;
}

/** A record's number as it is kept: `CHG-000012` for `chg 12`, and for `000012` where the record must be a change. Notes one that is of none of these kinds, and gives back null. */
export function recordNumber(text: string, prefixes: readonly string[], { check, path }: Place): string | null {
  for (const prefix of prefixes) {
    const form = { numberPrefix: prefix };
    const number = numberNamed(form, text) ?? (prefixes.length === 1 ? paddedNumber(form, text) : null);
    if (number !== null) return formatNumber(prefix, number);
  }
  const forms = prefixes.map((prefix) => formatNumber(prefix, 123)).join(' or ');
  check.problem(path, {
    code: 'NOT_A_RECORD_NUMBER',
    args: { prefixes },
    message: `must be a number such as ${forms}.`,
  });
  return null;
}

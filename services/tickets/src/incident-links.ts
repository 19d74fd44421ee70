import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { IncidentLinkKind } from './generated/api.ts';
import { settled } from './incident-clocks.ts';
import { told } from './incident-event.ts';
import { LINKS_MAX, requireAction, type Act, type Incident, type IncidentLink } from './incident.ts';

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
export const ONE_ONLY: ReadonlySet<IncidentLinkKind> = new Set(['CHILD_OF', 'DUPLICATE_OF', 'FOLLOW_UP_OF']);

/** Adds a link. Refuses one that is there already, a second parent, a link to itself, and that of a duplicate. */
export function linkIncident(
  incident: Incident,
  link: IncidentLink,
  act: Act,
  check = new InputCheck(),
): Decision<Incident> {
  requireAction(incident, 'LINK', act);
  check.require('input.kind', link.kind !== 'DUPLICATE_OF', 'comes with resolveIncident and the code DUPLICATE.');
  checkLink(incident, link, { kind: 'input.kind', target: 'input.target' }, check);
  check.done();
  const linked = { ...incident, links: [...incident.links, link] };
  return told(incident, settled(linked, act), 'LINKED', act, { changes: { [link.kind]: [null, link.target] } });
}

/** Takes a link away, by its kind and the other record's number. Refuses when there is no such link, and that of a duplicate. */
export function unlinkIncident(
  incident: Incident,
  { kind, target }: Pick<IncidentLink, 'kind' | 'target'>,
  act: Act,
): Decision<Incident> {
  requireAction(incident, 'LINK', act);
  const check = new InputCheck();
  check.require('input.kind', kind !== 'DUPLICATE_OF', 'goes with reopenIncident, where it is not the same.');
  const number = recordNumber(target, LINK_TARGETS[kind], 'input.target', check);
  const links = incident.links.filter((known) => known.kind !== kind || known.target !== number);
  check.require('input.target', number === null || links.length < incident.links.length, 'there is no such link.');
  check.done();
  return told(incident, settled({ ...incident, links }, act), 'UNLINKED', act, { changes: { [kind]: [number, null] } });
}

/** Notes what stands against a link, by the paths of the fields that name its kind and its target. */
export function checkLink(
  incident: Incident,
  link: IncidentLink,
  paths: { kind: string; target: string },
  check: InputCheck,
): void {
  const same = incident.links.filter(({ kind }) => kind === link.kind);
  check.require(paths.target, link.targetId !== incident._id, 'an incident cannot be linked to itself.');
  check.require(paths.target, !same.some(({ target }) => target === link.target), 'this link is there already.');
  check.require(paths.kind, !ONE_ONLY.has(link.kind) || !same.length, 'an incident has at most one such link.');
  check.require(paths.target, incident.links.length < LINKS_MAX, `an incident has at most ${LINKS_MAX} links.`);
}

/** The link to the record that an incident is to wait for. Null when some link leads there already. */
export function linkWaitedFor(incident: Incident, target: string, check: InputCheck): IncidentLink | null {
  if (incident.links.some((known) => known.target === target)) return null;
  const link: IncidentLink = { kind: 'RELATED_TO', target, targetId: null };
  checkLink(incident, link, { kind: 'input.reason', target: 'input.waitsFor' }, check);
  return link;
}

/** A record's number as it is kept, `chg-12` as `CHG-000012`. Notes one that is none of these kinds, and gives back null. */
export function recordNumber(
  text: string,
  prefixes: readonly string[],
  path: string,
  check: InputCheck,
): string | null {
  const [, prefix, digits] = /^([A-Z]+)-(\d{1,12})$/.exec(text.trim().toUpperCase()) ?? [];
  if (prefix && digits && prefixes.includes(prefix)) return `${prefix}-${String(Number(digits)).padStart(6, '0')}`;
  check.problem(path, `must be a number such as ${prefixes.join('-000123 or ')}-000123.`);
  return null;
}

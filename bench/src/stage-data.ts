/**
 * What the stand-in subgraphs know: the same in every run. Incidents have an organization, an assignee and comments, so that
 * a list of them reaches into the other subgraph in several places, and names each person and organization several times.
 */
export interface StageData {
  incidents: Record<string, unknown>[];
  organizations: Record<string, unknown>[];
  people: Record<string, unknown>[];
}

const ORGANIZATIONS = 60;
const PEOPLE = 40;
const INCIDENTS = 60;
const COMMENTS_EACH = 3;
const BASE = Date.UTC(2026, 2, 2, 14);
const HOUR_MS = 3_600_000;

const STATES = ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'];
const LEVELS = ['HIGH', 'MEDIUM', 'LOW'];
const PRIORITIES = ['P1', 'P2', 'P3', 'P4'];
const TITLES = [
  'Meter reads of 3 March are missing for part of the territory',
  'VEE estimates differ from the reads that were sent',
  'Billing quantities were delivered after the deadline',
  'The file transfer refuses our new certificate',
];
const TEXT = 'The nightly delivery ended without an error, but the report lists fewer meters than the day before.';

/** Makes the data anew. */
export function stageData(): StageData {
  const organizations = Array.from({ length: ORGANIZATIONS }, (_, i) => ({
    id: stageId('org', i),
    code: `LDC-${String(i + 1).padStart(3, '0')}`,
    name: `Distributor ${i + 1} of Ontario`,
    type: 'LDC',
    status: 'ACTIVE',
    version: 1,
  }));
  const people = Array.from({ length: PEOPLE }, (_, i) => ({
    id: stageId('per', i),
    name: `Person Number ${i + 1}`,
    email: `person.${i + 1}@distributor.example`,
    active: true,
    memberships: [{ organization: at(organizations, i * 7), roles: [i % 2 ? 'LDC_USER' : 'LDC_ADMIN'] }],
  }));
  const reference = (type: string, rows: { id: string }[], i: number) => ({ __typename: type, id: at(rows, i).id });
  const actor = (i: number) => ({
    id: at(people, i).id,
    kind: 'PERSON',
    person: reference('Person', people, i),
    actingFor: i % 3 ? null : reference('Organization', organizations, i * 5),
  });
  const incidents = Array.from({ length: INCIDENTS }, (_, i) => ({
    __typename: 'Incident',
    id: stageId('inc', i),
    number: `INC-${String(i + 1).padStart(6, '0')}`,
    version: 3 + (i % 5),
    title: at(TITLES, i),
    description: TEXT,
    organization: reference('Organization', organizations, i),
    requester: actor(i + 11),
    environment: 'PRODUCTION',
    impact: at(LEVELS, i),
    urgency: at(LEVELS, i + 1),
    priority: at(PRIORITIES, i),
    state: at(STATES, i),
    assignee: i % 4 ? reference('Person', people, i) : null,
    breached: i % 6 === 0,
    dueAt: instant(i + 20),
    createdAt: instant(i),
    updatedAt: instant(i + 2),
    reopenCount: i % 2,
    reassignmentCount: i % 3,
    source: 'PORTAL',
    comments: {
      nodes: Array.from({ length: COMMENTS_EACH }, (_, n) => ({
        id: stageId('com', i * COMMENTS_EACH + n),
        text: TEXT,
        author: actor(i + n),
        at: instant(i + n),
        fromSme: n % 2 === 1,
      })),
    },
  }));
  // Each is linked to the next, so that a record leads to another of its own kind, and from there on.
  const linked = incidents.map((incident, i) => ({
    ...incident,
    links: [{ kind: 'RELATED_TO', incident: at(incidents, i + 1) }],
  }));
  return { incidents: linked, organizations, people };
}

/** The id of the stage's nth record of a kind. It has the length and the alphabet of a real one. */
export function stageId(prefix: string, n: number): string {
  return `${prefix}_01KJQ3Z8M4${String(n).padStart(16, '0')}`;
}

/** Instants as the stand-in subgraphs' own scalar takes them. */
function instant(hours: number): Date {
  return new Date(BASE + hours * HOUR_MS);
}

function at<Value>(values: readonly Value[], i: number): Value {
  return values[i % values.length] as Value;
}

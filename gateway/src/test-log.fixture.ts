import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { comparePositions, type StreamEvent } from '@desk/kit/log/entry';
import { READ_MAX } from '@desk/kit/log/log';
import type { PullEvents } from '@desk/kit/log/pull';
import type { EventStream } from '@desk/kit/log/stream';

/** An event as a test describes it; the rest is filled in. */
export interface TestEvent {
  incidentId?: string;
  organizationId?: string;
  kind?: string;
  priority?: string[];
  internal?: boolean;
  /** Every organization may learn of it. */
  published?: boolean;
  personId?: string;
}

/**
 * A service's log in memory, with the contract of the real one: positions without gaps, pulls that answer null for what is
 * not of this log. What is written goes to the stream as the relay would send it.
 */
export class TestLog {
  readonly stream: EventStream;
  epoch = 1;
  /** Positions up to here are answered as gone. */
  trimmedTo = 0;
  /** Behind which positions was pulled; at the head, it was the reader that looked for news. */
  readonly pulls: number[] = [];
  readonly #service: string;
  readonly #events: StreamEvent[] = [];
  readonly #versions = new Map<string, number>();

  constructor(service: string, stream: EventStream) {
    this.#service = service;
    this.stream = stream;
  }

  get head(): number {
    return this.#events.length;
  }

  /** Writes events; resolves with the last cursor when the stream has them. */
  async write(...events: TestEvent[]): Promise<string> {
    const made = events.map((event) => {
      const one = this.#make(event);
      this.#events.push(one);
      return one;
    });
    await this.stream.append(this.#service, made);
    return `${this.#service}:${this.epoch}-${this.#events.length}`;
  }

  /** Writes any event: for the directory's. */
  async writeRaw(type: string, data: Record<string, unknown>, eventVersion = 2): Promise<void> {
    const event = { ...this.#make({}), type, eventVersion, data };
    this.#events.push(event);
    await this.stream.append(this.#service, [event]);
  }

  /** Goes back to an earlier head, as after a restore from a backup: positions are used again, under another epoch. */
  restore(head: number): void {
    this.epoch += 1;
    this.#events.length = head;
  }

  version(incidentId: string): number {
    return this.#versions.get(incidentId) ?? 0;
  }

  async pull(after: { epoch: number; pos: number }, limit: number): Promise<Awaited<ReturnType<PullEvents>>> {
    this.pulls.push(after.pos);
    const head = { epoch: this.epoch, pos: this.#events.length };
    const foreign = after.epoch !== 0 && after.epoch !== this.epoch;
    if (foreign || after.pos > head.pos || (after.epoch !== 0 && after.pos < this.trimmedTo))
      return { events: null, head };
    const events = this.#events.filter(
      ({ position }) => comparePositions(position, { ...after, epoch: this.epoch }) > 0,
    );
    return { events: events.slice(0, Math.min(limit, READ_MAX)), head };
  }

  #make({
    incidentId = 'inc_1',
    organizationId = 'org_a',
    kind = 'HELD',
    priority = ['P3'],
    ...more
  }: TestEvent): StreamEvent {
    const version = this.version(incidentId) + 1;
    this.#versions.set(incidentId, version);
    const { personId, internal = false, published = false } = more;
    return {
      position: { epoch: this.epoch, pos: this.#events.length + 1 },
      aggregate: incidentId,
      seq: version,
      type: `incident.${kind.toLowerCase()}`,
      eventVersion: 2,
      at: new Date('2026-04-06T15:30:00.000Z'),
      actor: personId ? { id: personId, kind: 'PERSON', actingFor: null } : SYSTEM_ACTOR,
      organizationId,
      internal,
      data: {
        subject: { type: 'INCIDENT', id: incidentId },
        kind,
        changedFields: ['state'],
        match: { priority },
        changes: [],
        ...(published ? { published } : {}),
      },
    };
  }
}

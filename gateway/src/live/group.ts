import type { TimeSource } from '@desk/kit/time/time-source';
import { reachOf, type Reach } from '@desk/kit/api/viewer';
import type { Position, StreamEvent } from '@desk/kit/log/entry';
import type { SubscriptionPlan } from '../supergraph/subscription-plan.ts';
import { EventQueue } from './event-queue.ts';
import { isPublished, meetsFilter, personOf, typesBegin, type LiveFilter } from './fields.ts';
import { MissedEvents } from './missed-events.ts';
import { PlanRunner, type PlanRunnerParts } from './plan-runner.ts';
import { Snapshots } from './snapshots.ts';
import type { Subscriber } from './subscriber.ts';

export interface LiveGroupParts extends PlanRunnerParts {
  key: string;
  filter: LiveFilter;
  coalesces: boolean;
  time: TimeSource;
  /** How far the service's events were read. */
  head: () => Position;
}

/**
 * Subscriptions that ask for the same, in the same words, with the same right to see it. For each event the plan runs once, its result
 * becomes text once, and every subscriber receives that text, in the order of the events.
 */
export class LiveGroup {
  readonly key: string;
  readonly reach: Reach;
  readonly subscribers = new Set<Subscriber>();
  readonly missed: MissedEvents;
  /** Null for a field that sends each event. */
  readonly snapshots: Snapshots | null;
  readonly #filter: LiveFilter;
  readonly #staff: boolean;
  readonly #personId: string | null;
  readonly #runner: PlanRunner;
  readonly #queue: EventQueue;

  constructor(parts: LiveGroupParts) {
    const { key, plan, readAs, filter, coalesces, head, time, logger, stats } = parts;
    const { scope, snapshot } = plan.live;
    this.key = key;
    this.#filter = filter;
    const { viewer } = readAs;
    this.#staff = viewer.staff;
    this.#personId = viewer.id;
    // Without a scope no delegation counts.
    this.reach = scope === null ? reachOf({ ...viewer, delegations: [] }, '') : reachOf(viewer, scope);
    this.#runner = new PlanRunner(parts);
    const { subscribers } = this;
    this.missed = new MissedEvents(this.#runner);
    this.#queue = new EventQueue({ runner: this.#runner, subscribers, coalesces, logger, stats });
    this.snapshots = snapshot === null ? null : new Snapshots({ runner: this.#runner, subscribers, head, time });
  }

  get plan(): SubscriptionPlan {
    return this.#runner.plan;
  }

  /** Goes on with a plan for a newer schema. */
  adopt(plan: SubscriptionPlan): void {
    this.#runner.adopt(plan);
  }

  /** True when the group's subscribers must learn of an event: it is of their records, their audience and their filter. */
  concerns(event: StreamEvent): boolean {
    const { live } = this.plan;
    if (event.internal && !this.#staff) return false;
    if (!this.#receives(event)) return false;
    if (!event.type.startsWith(`${typesBegin(live.entity)}.`)) return false;
    if (live.snapshot !== null) return true;
    // By a filter nobody finds out which other organization a published record is of.
    if (this.#filter['organizationId'] != null && !this.#reaches(event)) return false;
    return meetsFilter(live, this.#filter, event);
  }

  /** An event of one person is received by that person alone; any other by who reaches its organization, or everybody once published. */
  #receives(event: StreamEvent): boolean {
    const personId = personOf(event);
    if (personId !== null) return personId === this.#personId;
    return this.#reaches(event) || (isPublished(event) && this.reach.length > 0);
  }

  #reaches({ organizationId }: StreamEvent): boolean {
    return this.reach === 'ALL' || this.reach.includes(organizationId);
  }

  /** Takes in an event that concerns the group. */
  take(event: StreamEvent): void {
    if (this.snapshots) this.snapshots.take();
    else this.#queue.add(event);
  }

  /** Lets go of all that the group holds. Called when no subscriber is left. */
  close(): void {
    this.snapshots?.close();
    this.#queue.close();
  }
}

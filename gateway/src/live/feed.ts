import { isDeepStrictEqual } from 'node:util';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { Refusal } from '@desk/kit/api/errors';
import type { Position, StreamEvent } from '@desk/kit/log/entry';
import type { Logger } from '@desk/kit/process/logger';
import type { PullEvents } from '@desk/kit/log/pull';
import type { EventStream } from '@desk/kit/log/stream';
import { scopeKeyOf, type ReadAs } from '../supergraph/gateway-context.ts';
import type { Runtime } from '../supergraph/runtime.ts';
import type { SubscriptionPlan } from '../supergraph/subscription-plan.ts';
import { Executions } from './executions.ts';
import { LiveGroup } from './group.ts';
import { LiveReader } from './reader.ts';
import { isPublished } from './fields.ts';
import { cursorExpired } from './replay.ts';
import type { LiveRequest } from './request.ts';
import type { LiveStats } from './stats.ts';
import type { Subscriber } from './subscriber.ts';

export interface FeedParts {
  service: string;
  runtime: Runtime;
  stream: EventStream;
  pull: PullEvents;
  time: TimeSource;
  logger: Logger;
  stats: LiveStats;
}

/** One service's events, and the groups that learn of them. */
export class Feed {
  readonly reader: LiveReader;
  readonly #parts: FeedParts;
  readonly #executions = new Executions();
  readonly #groups = new Map<string, LiveGroup>();
  readonly #byOrganization = new Map<string, Set<LiveGroup>>();
  readonly #ofAll = new Set<LiveGroup>();

  constructor(parts: FeedParts) {
    this.#parts = parts;
    const { service, stream, pull, logger } = parts;
    this.reader = new LiveReader({
      service,
      stream,
      pull,
      logger,
      onEvent: (event) => this.#dispatch(event),
      onReset: () => this.#failGroups([...this.#groups.values()], cursorExpired()),
    });
  }

  /** Puts a subscriber into the group of its request, and takes it out when it ends. */
  join(subscriber: Subscriber, request: LiveRequest, readAs: ReadAs): LiveGroup {
    const { stats } = this.#parts;
    const key = `${scopeKeyOf(readAs)}\n${request.key}`;
    const group = this.#groups.get(key) ?? this.#openGroup(key, request, readAs);
    group.subscribers.add(subscriber);
    stats.subscriptions += 1;
    subscriber.whenEnded(() => {
      group.subscribers.delete(subscriber);
      stats.subscriptions -= 1;
      if (group.subscribers.size === 0) this.#closeGroup(group);
    });
    return group;
  }

  /** Goes on with plans for a newer schema. Fails the subscriptions of a group that `planAgain` gives none for, or another kind of field. */
  adopt(planAgain: (plan: SubscriptionPlan) => SubscriptionPlan | null, otherwise: () => Refusal): void {
    for (const group of [...this.#groups.values()]) {
      const plan = planAgain(group.plan);
      if (plan && isDeepStrictEqual(plan.live, group.plan.live)) group.adopt(plan);
      else this.#failGroups([group], otherwise());
    }
  }

  async stop(): Promise<void> {
    await this.reader.stop();
  }

  #dispatch(event: StreamEvent): void {
    this.#parts.stats.events += 1;
    const concerned = isPublished(event)
      ? [this.#groups.values()]
      : [this.#ofAll, this.#byOrganization.get(event.organizationId)];
    for (const groups of concerned) for (const group of groups ?? []) this.#hand(event, group);
  }

  /** An event that one group cannot take must not stop the others. */
  #hand(event: StreamEvent, group: LiveGroup): void {
    try {
      if (group.concerns(event)) group.take(event);
    } catch (error) {
      const { position, type } = event;
      this.#parts.logger.error({ error, position, type }, 'an event could not be handed to a group');
    }
  }

  #openGroup(key: string, { plan, variables, filter, delivery }: LiveRequest, readAs: ReadAs): LiveGroup {
    const { runtime, time, logger, stats } = this.#parts;
    const group = new LiveGroup({
      key,
      plan,
      variables,
      filter,
      readAs,
      coalesces: delivery === 'COALESCE',
      head: () => this.reader.head as Position,
      runInTurn: this.#executions.group(),
      runtime,
      time,
      logger,
      stats,
    });
    this.#groups.set(key, group);
    stats.groups += 1;
    if (group.reach === 'ALL') this.#ofAll.add(group);
    for (const organizationId of group.reach === 'ALL' ? [] : group.reach) {
      const groups = this.#byOrganization.get(organizationId) ?? new Set();
      this.#byOrganization.set(organizationId, groups.add(group));
    }
    return group;
  }

  #closeGroup(group: LiveGroup): void {
    group.close();
    if (!this.#groups.delete(group.key)) return;
    this.#parts.stats.groups -= 1;
    this.#ofAll.delete(group);
    for (const organizationId of group.reach === 'ALL' ? [] : group.reach) {
      const groups = this.#byOrganization.get(organizationId);
      groups?.delete(group);
      if (groups?.size === 0) this.#byOrganization.delete(organizationId);
    }
  }

  #failGroups(groups: readonly LiveGroup[], error: Refusal): void {
    for (const group of groups) for (const subscriber of [...group.subscribers]) subscriber.fail(error);
  }
}

import { formatCursor, type Position, type StreamEvent } from '@desk/kit/log/entry';
import type { Logger } from '@desk/kit/process/logger';
import { callerError } from '../supergraph/caller-error.ts';
import type { LiveEvent, ReadAs } from '../supergraph/gateway-context.ts';
import type { Runtime } from '../supergraph/runtime.ts';
import type { SubscriptionPlan } from '../supergraph/subscription-plan.ts';
import type { RunInTurn } from './executions.ts';
import { eventEnvelope, isPublished, recordOf, snapshotEnvelope } from './fields.ts';
import type { LiveStats } from './stats.ts';
import { Frame } from './wire.ts';

export interface PlanRunnerParts {
  plan: SubscriptionPlan;
  variables: Record<string, unknown>;
  /** The rights that the plan reads with, and the person only where an answer depends on the person. */
  readAs: ReadAs;
  runtime: Runtime;
  /** Runs plans in turn with those of other groups. */
  runInTurn: RunInTurn;
  logger: Logger;
  stats: LiveStats;
}

/** Runs one plan for events, and makes each result into text once. */
export class PlanRunner {
  readonly #parts: PlanRunnerParts;
  #plan: SubscriptionPlan;

  constructor(parts: PlanRunnerParts) {
    this.#parts = parts;
    this.#plan = parts.plan;
  }

  get plan(): SubscriptionPlan {
    return this.#plan;
  }

  /** Goes on with a plan for a newer schema. */
  adopt(plan: SubscriptionPlan): void {
    this.#plan = plan;
  }

  /** Plans that need no subgraph run at once; only plans that fetch queue behind other groups. */
  async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#plan.local ? work() : this.#parts.runInTurn(work);
  }

  /** The message about an event. */
  async eventFrame(event: StreamEvent): Promise<Frame> {
    const live = () => ({ envelope: eventEnvelope(this.#plan.live, event), published: isPublished(event) });
    const { payload } = await this.#run(event.position, live);
    return new Frame(event.position, recordOf(event), payload);
  }

  /** The message with a snapshot that holds all events up to a position. `failed`: it holds an error. */
  async snapshotFrame(position: Position, at: Date): Promise<{ frame: Frame; failed: boolean }> {
    const live = () => ({ envelope: snapshotEnvelope(this.#plan.live, at), published: false });
    const { payload, failed } = await this.#run(position, live);
    return { frame: new Frame(position, 'snapshot', payload), failed };
  }

  /** Never rejects: a fault becomes an error in the message. */
  async #run(position: Position, live: () => Omit<LiveEvent, 'field'>): Promise<{ payload: string; failed: boolean }> {
    const { runtime, readAs, stats, logger, variables } = this.#parts;
    const plan = this.#plan;
    const cursor = formatCursor(plan.live.stream, position);
    const requestId = `live-${cursor}`;
    const report = (error: unknown) => logger.error({ error, requestId }, 'an event could not be resolved');
    stats.executions += 1;
    let result: { data?: unknown; errors?: readonly unknown[] };
    try {
      const { envelope, published } = live();
      const context = {
        ...runtime.context({ ...readAs, requestId }),
        live: { field: plan.rootField.name.value, envelope: { cursor, ...envelope }, published },
      };
      result = await runtime.execute(plan, variables, context);
    } catch (error) {
      result = { data: null, errors: [error] };
    }
    const errors = result.errors?.map((error) => callerError(error, { requestId, report }));
    stats.stringifies += 1;
    return {
      payload: JSON.stringify({ data: result.data ?? null, ...(errors ? { errors } : {}) }),
      failed: errors !== undefined,
    };
  }
}

import { Consumer, storedCheckpoint } from '@desk/kit/consumer';
import type { Actor } from '@desk/kit/event';
import { ownPull } from '@desk/kit/pull';
import type { RequestKey } from '@desk/kit/request-key';
import { EVERYBODY } from '@desk/kit/write-scope';
import type { Dependencies, Foundation } from '@desk/kit/service';
import { answerIncident } from './incident-acts.ts';
import { missingAnswers } from './incident-clocks.ts';
import { afterDue } from './incident-due.ts';
import { writeComment, type Comment } from './comment.ts';
import type { IncidentEventData } from './incident-event.ts';
import type { Incident } from './incident.ts';
import type { Sla } from './sla.ts';
import type { Store } from './store.ts';

/**
 * What one record's write does to another record. A mutation does it at once; should the process die between the two
 * writes, the service finds the event in its own log and does it then. Each is done once: its key is the cause's id.
 */
export interface Consequences {
  /** What a public comment does to its incident: the clocks, and an end of waiting. At the comment's own instant. */
  answer(comment: Comment): Promise<void>;
  /** Does first what answers do that were written in time, where by `now` the incident looks as if they had not come. */
  answerInTime(incident: Incident, now: Date): Promise<void>;
  /** Writes the comment that an act carried. */
  carry(incident: Incident, comment: { id: string; text: string; at: Date; actor: Actor }): Promise<void>;
  stop(): Promise<void>;
}

/** Answers of one incident that are done late in one go; more wait for the next. */
const ANSWERS_MAX = 50;

/** Begins to follow the service's own log. */
export function followConsequences(foundation: Foundation, deps: Dependencies, store: Store, sla: Sla): Consequences {
  const { journal, log } = foundation;

  const apply = (comment: Comment): Promise<Incident> => {
    const act = { at: comment.at, actor: comment.author, sla, allowedActions: () => [] };
    return store.incidents.change(comment.incidentId, EVERYBODY, { key: causeKey(comment._id) }, (incident) =>
      afterDue(incident, act, (current) => answerIncident(current, comment.fromSme, act)),
    );
  };

  const answerInTime = async (found: Incident, now: Date): Promise<void> => {
    let incident = found;
    for (let answers = 0; answers < ANSWERS_MAX; answers++) {
      const [time] = missingAnswers(incident, now);
      const comment = time && (await store.findAnswer(found._id, time));
      if (!comment) return;
      const { version } = incident;
      incident = await apply(comment);
      if (incident.version === version) return; // It was done before, and changed nothing that is missing.
    }
  };

  const answer = async (comment: Comment): Promise<void> => {
    const incident = await store.findIncident('ALL', comment.incidentId);
    if (incident) await answerInTime(incident, comment.at);
    await apply(comment);
  };

  const carry = async (
    incident: Incident,
    { id, text, at, actor }: { id: string; text: string; at: Date; actor: Actor },
  ) => {
    const { record, events } = writeComment(incident, text, { id, at, actor }, { fromSme: true, carried: true });
    await store.comments.create(record, events, { key: causeKey(id) });
  };

  const consumer = new Consumer({
    service: 'tickets',
    stream: deps.stream,
    pull: ownPull(log),
    checkpoint: storedCheckpoint(journal, 'tickets'),
    logger: deps.logger,
    onReset: async (head) => head,
    async handle({ position, aggregate, at, actor, data }) {
      const { kind, commentId, carried, recordId } = data as IncidentEventData;
      if (!commentId) return;
      if (kind === 'COMMENTED' && !carried) {
        const [comment] = (await store.comments.collection
          .find({ _id: aggregate }, { limit: 1 })
          .toArray()) as unknown as Comment[];
        if (comment) await answer(comment);
      } else if (kind === 'STARTED' || kind === 'HELD') {
        const entry = await log.entries.findOne({ _id: position.pos });
        const text = entry?.personal?.value['comment'];
        const [incident] = await store.incidentsById('ALL', [recordId]);
        if (incident && typeof text === 'string') await carry(incident, { id: commentId, text, at, actor });
      }
    },
  });

  return { answer, answerInTime, carry, stop: () => consumer.stop() };
}

/** The key of what follows from a cause, so that it happens once, whoever does it. */
export function causeKey(id: string): RequestKey {
  return { key: `cause:${id}`, hash: id };
}

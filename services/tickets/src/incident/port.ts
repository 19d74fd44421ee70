import type { Actor } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import type { CarriedComment, Comment } from '@desk/kit/conversation/message';
import { causeKey } from '@desk/kit/log/consequences';
import type { StreamEvent } from '@desk/kit/log/entry';
import { readTicketsEvent } from '@desk/schema/tickets/events';
import type { Sla } from '../sla/sla.ts';
import { answerIncident } from './acts.ts';
import { unansweredSpans } from './clocks.ts';
import { afterDue, deskAct, fireIncident } from './due.ts';
import { writeComment } from './event.ts';
import type { Incident, IncidentActContext } from './incident.ts';
import type { IncidentStore } from './store.ts';

/** Everything besides requests that drives incidents: comments and their consequences, the own log, and time. */
export interface IncidentPort {
  /** Applies a public comment, at the comment's own instant: clocks move, and a wait may end. */
  answer(comment: Comment): Promise<void>;
  /** Applies first the answers that were written in time, where by `now` the incident looks as if they had not come. */
  answerInTime(incident: Incident, now: Date): Promise<void>;
  /** Writes the comment that an act carried. */
  carry(incident: Incident, comment: CarriedComment, act: { at: Date; by: Actor }): Promise<void>;
  /** Carries out the consequences of an event in the own log, unless the request did. */
  follow(event: StreamEvent, personal: () => Promise<Record<string, unknown>>): Promise<void>;
  /** Does the one step that is due first. Gives back the incident after it. */
  fire(id: string, now: Date): Promise<Incident>;
}

/** Answers of one incident that are applied late in one go; more wait for the next. */
const ANSWERS_MAX = 50;

/** The port over a store. */
export function incidentPort(store: IncidentStore, sla: Sla): IncidentPort {
  const apply = async (comment: Comment): Promise<Incident> => {
    const { createdAt: at, author: by, subject } = comment;
    const act: IncidentActContext = { at, by, check: new InputCheck(), sla, viewer: null };
    const request = { reach: 'ALL', key: causeKey(comment._id) } as const;
    const { record } = await store.records.change(subject.id, request, (incident) =>
      afterDue(incident, act, (current) => answerIncident(current, comment, act)),
    );
    return record;
  };

  const answerInTime = async (found: Incident, now: Date): Promise<void> => {
    let incident = found;
    for (let answers = 0; answers < ANSWERS_MAX; answers++) {
      const [span] = unansweredSpans(incident, now);
      const comment = span && (await store.findAnswer(found._id, span));
      if (!comment) return;
      const { version } = incident;
      incident = await apply(comment);
      if (incident.version === version) return; // It was applied before, and changed nothing that is missing.
    }
  };

  const answer = async (comment: Comment): Promise<void> => {
    const incident = await store.find('ALL', comment.subject.id);
    if (incident) await answerInTime(incident, comment.createdAt);
    await apply(comment);
  };

  const carry: IncidentPort['carry'] = async (incident, comment, act) => {
    const input = { ...comment, fromStaff: true, carried: true };
    const { record, events } = writeComment(incident, input, { ...act, check: new InputCheck() });
    await store.comments.records.create(record, events, { key: causeKey(comment.id) });
  };

  return {
    answer,
    answerInTime,
    carry,
    async follow(event, personal) {
      const { aggregate, at, actor: by } = event;
      const told = readTicketsEvent(event);
      if (told?.type === 'incident.commented' && !told.data.carried) {
        const [comment] = await store.comments.byIds('ALL', [aggregate]);
        if (comment) await answer(comment);
      }
      if (told?.type === 'incident.started' || told?.type === 'incident.held') {
        const { commentId, subject } = told.data;
        const text = commentId === undefined ? null : (await personal())['comment'];
        const [incident] = typeof text === 'string' ? await store.byIds('ALL', [subject.id]) : [];
        if (incident && commentId) await carry(incident, { id: commentId, text: text as string }, { at, by });
      }
    },
    async fire(id, now) {
      const found = await store.find('ALL', id);
      if (found) await answerInTime(found, now);
      const act = deskAct(now, sla);
      const { record } = await store.records.change(id, { reach: 'ALL' }, (incident) => fireIncident(incident, act));
      return record;
    },
  };
}

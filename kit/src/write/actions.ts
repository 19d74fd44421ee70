import { Refusal } from '../api/errors.ts';
import type { Viewer } from '../api/viewer.ts';
import { forbidden } from './request.ts';

/** One action on a record: a line of a noun's table of actions. */
export interface ActionRule<Rec, State extends string> {
  /** The states in which it is possible. */
  from: readonly State[];
  /** The rule of the policy that decides. */
  may: (viewer: Viewer, record: Rec) => boolean;
  /** The mutations that do it. */
  mutations: readonly string[];
  /** Why another person than the viewer must do it, as a sentence; null where the viewer may. */
  secondPerson?: (viewer: Viewer, record: Rec) => string | null;
  /** False where the state allows it and time does not. */
  when?: (record: Rec, now: Date) => boolean;
  /** Why the time for it is over, as a sentence; null where that is not the reason. */
  overdue?: (record: Rec) => string | null;
}

/** The viewer that acts, and when. `viewer` is null for the desk itself, which may do everything. */
export interface ActingViewer {
  at: Date;
  viewer: Viewer | null;
}

/** The questions that a table of actions answers. */
export interface ActionTable<Rec, Action extends string> {
  /** The actions that state and time allow, to any viewer. */
  possibleActions(record: Rec, now: Date): Action[];
  /** The actions that are open to a viewer now. None to a viewer without a person or system behind it. */
  allowedActions(viewer: Viewer, record: Rec, now: Date): Action[];
  /**
   * Refuses an action: FORBIDDEN for the viewer, then ILLEGAL_TRANSITION for the state or WINDOW_CLOSED for the time, then
   * SELF_APPROVAL_FORBIDDEN where another person must do it. It refuses none of the allowed actions.
   */
  requireAction(record: Rec, action: Action, act: ActingViewer): void;
}

/** The table of actions of a noun. It serves the check, the refusals, `allowedActions` and the documentation. */
export function actionTable<Rec extends { state: State }, State extends string, Action extends string>(
  noun: string,
  rules: Readonly<Record<Action, ActionRule<Rec, State>>>,
): ActionTable<Rec, Action> {
  const possibleActions = (record: Rec, now: Date) =>
    (Object.keys(rules) as Action[]).filter((action) => {
      const { from, when } = rules[action];
      return from.includes(record.state) && (when?.(record, now) ?? true);
    });
  const whyAnother = (viewer: Viewer, record: Rec, action: Action) =>
    rules[action].secondPerson?.(viewer, record) ?? null;
  const allowedActions = (viewer: Viewer, record: Rec, now: Date) => {
    if (viewer.id === null) return [];
    return possibleActions(record, now).filter(
      (action) => rules[action].may(viewer, record) && whyAnother(viewer, record, action) === null,
    );
  };
  return {
    possibleActions,
    allowedActions,
    requireAction(record, action, { at, viewer }) {
      const { may, overdue } = rules[action];
      if (viewer && !may(viewer, record)) throw forbidden(`Your role does not allow this for this ${noun}.`);
      if (possibleActions(record, at).includes(action)) {
        const another = viewer && whyAnother(viewer, record, action);
        if (another) throw new Refusal('SELF_APPROVAL_FORBIDDEN', another);
        return;
      }
      const details = { allowedActions: viewer ? allowedActions(viewer, record, at) : [] };
      const late = overdue?.(record) ?? null;
      if (late !== null) throw new Refusal('WINDOW_CLOSED', late, details);
      const { state } = record;
      const message = `This ${noun} is in the state ${state}, which does not allow the action ${action}.`;
      throw new Refusal('ILLEGAL_TRANSITION', message, { ...details, state });
    },
  };
}

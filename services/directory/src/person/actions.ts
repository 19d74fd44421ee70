import type { Viewer } from '@desk/kit/api/viewer';
import { actionTable, type ActingViewer } from '@desk/kit/write/actions';
import type { PersonAction, PersonStatus } from '../generated/api.ts';
import { mayAdministerDesk } from '../organization/policy.ts';
import { mayUpdateProfile } from '../principal/policy.ts';
import { personStatus, type Person } from './person.ts';

/** A person as the table of actions takes it. */
type Stated = Person & { state: PersonStatus };

/** Every action: from which states, who may, and which mutation does it. */
const table = actionTable<Stated, PersonStatus, PersonAction>('person', {
  UPDATE_PROFILE: { from: ['ACTIVE'], may: mayUpdateProfile, mutations: ['updateMyProfile'] },
  SUSPEND: { from: ['INVITED', 'ACTIVE'], may: mayAdministerDesk, mutations: ['suspendPerson'] },
  REINSTATE: { from: ['SUSPENDED'], may: mayAdministerDesk, mutations: ['reinstatePerson'] },
});

/** The actions that are open to a viewer now. */
export function allowedPersonActions(viewer: Viewer, person: Person, now: Date): PersonAction[] {
  return table.allowedActions(viewer, stated(person), now);
}

/** Refuses an action: FORBIDDEN for the viewer, then ILLEGAL_TRANSITION for the status. */
export function requirePersonAction(person: Person, action: PersonAction, act: ActingViewer): void {
  table.requireAction(stated(person), action, act);
}

function stated(person: Person): Stated {
  return { ...person, state: personStatus(person) };
}

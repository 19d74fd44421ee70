import { isId, notAnId, type InputCheck } from '@desk/kit/api/input';
import type { Mirror } from '@desk/kit/log/mirror';
import type { DirectoryRecords } from '@desk/schema/directory/events';

/** The directory as tickets know it, by its events. */
type Directory = Mirror<DirectoryRecords>;

/** The check that notes a problem, and the path of the wrong field. */
interface Place {
  check: InputCheck;
  path: string;
}

/** The roles of people who work tickets. */
export const WORKING_ROLES = ['SME_ANALYST', 'SME_ADMIN'] as const;

/** Whether tickets can be given to a person. */
export function worksTickets({ active, roles }: DirectoryRecords['person']): boolean {
  return active && WORKING_ROLES.some((role) => roles.includes(role));
}

/** Notes a code that is not that of a service. Null and undefined name none, and pass. */
export async function requireService(
  directory: Directory,
  code: string | null | undefined,
  { check, path }: Place,
): Promise<void> {
  if (code == null || (await directory.findByKey('service', code))) return;
  const message = 'must be the code of a service, such as VEE.';
  check.problem(path, { code: 'UNKNOWN_CODE', args: { value: code }, message });
}

/** Notes a person to whom no ticket can be given. */
export async function requireWorker(directory: Directory, id: string, { check, path }: Place): Promise<void> {
  if (!isId(id, ['per'])) return check.problem(path, notAnId(['per']));
  const person = await directory.find('person', id);
  if (person && worksTickets(person)) return;
  const message = 'must be the id of an active SME analyst or administrator.';
  if (!person) check.problem(path, { code: 'NO_SUCH_RECORD', message });
  else if (!person.active) check.problem(path, { code: 'INACTIVE', message });
  else check.problem(path, { code: 'MISSING_ROLE', args: { roles: WORKING_ROLES }, message });
}

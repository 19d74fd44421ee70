import type { FieldProblem } from '../api/client.ts';
import type { Format } from '../text/format.ts';
import type { Text } from '../text/text.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT.*Z$/;
const DURATION = /^PT[\d.HMS]+$/;

/**
 * What is wrong with a field, in the reader's language: in the words of the noun that it is about where it has own ones for this field, as
 * `person.problem.email.ALREADY_THERE`. For a code that came after this page, the API's own words.
 */
export function problemText(
  { path, code, args, message }: FieldProblem,
  { text, format, about = '' }: { text: Text; format: Format; about?: string },
): string {
  const own = `${about}.problem.${path.replace(/^input\./, '')}.${code}`;
  const id = text.has(own) ? own : `problem.${code}`;
  if (!text.has(id)) return message;
  const word = (name: string, value: string) => {
    if (name === 'roles') return text.word('role', value);
    if (DURATION.test(value)) return format.duration(value);
    return INSTANT.test(value) ? format.instant(value) : value;
  };
  const values = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'number' ? value : format.anyOf([value].flat().map((each) => word(name, each))),
  ]);
  return text(id, Object.fromEntries(values) as Record<string, string | number>);
}

/**
 * The field of a form that a problem of the API is about. A problem of a part of a field, as of the zone of a local time, is the field's; one
 * of a group, as of all contacts, stands at the group's first field, and one of the whole input at the form's.
 */
export function fieldOf(path: string, fields: readonly string[]): string {
  const place = path.replace(/^input\.?/, '');
  const found =
    fields.find((field) => `${place}.`.startsWith(`${field}.`)) ??
    fields.find((field) => field.startsWith(`${place}.`));
  return found ?? fields[0] ?? place;
}

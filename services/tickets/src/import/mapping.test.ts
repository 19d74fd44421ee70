import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ImportProblem, readMapping } from './mapping.ts';
import { DEFAULT_MAPPING, loadMapping } from './port.ts';

const text = readFileSync(DEFAULT_MAPPING, 'utf8');

/** What is wrong with the default mapping after a change of its text. */
function problems(from: string | RegExp, to: string): readonly string[] {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`the mapping has no ${String(from)}`);
  try {
    readMapping(changed);
  } catch (error) {
    if (error instanceof ImportProblem) return error.problems;
    throw error;
  }
  return [];
}

describe('a mapping', () => {
  test('comes with the desk', () => {
    expect(loadMapping()).toMatchObject({ source: 'SERVICENOW', timeZone: 'America/Toronto' });
  });

  test.each([
    ['names a zone that does not exist', 'America/Toronto', 'America/Trono', 'timeZone'],
    ['names a form of time that is not known', /timeFormat: .*/, 'timeFormat: D.M.Y', 'timeFormat'],
    ['lacks the column of the number', / {2}number: number\n/, '', 'columns.number'],
    ['names a state that is not ours', '{ state: CLOSED }', '{ state: DONE }', 'states.Closed.state'],
    [
      'lets an incident wait without a reason',
      'state: ON_HOLD, hold: VENDOR',
      'state: ON_HOLD',
      'states.Awaiting Vendor',
    ],
    ['has a word that is not known', 'delimiter:', 'delimeter:', 'whole file'],
    ['keeps a column that looks like a path', 'cmdb_ci, closed', 'cmdb.ci, closed', 'keep.codes.5'],
  ])('that %s is refused, by place', (_what, from, to, place) => {
    expect(problems(from, to).join()).toContain(`Mapping, ${place}`);
  });

  test('with several mistakes names each', () => {
    expect(problems(/timeFormat: .*\ntimeZone: .*/, 'timeFormat: D.M.Y\ntimeZone: Mars')).toHaveLength(2);
  });

  test('that is no YAML is refused', () => {
    expect(() => loadMapping(new URL('../../../../package.json', import.meta.url))).toThrow(ImportProblem);
  });

  test('that is not there is refused', () => {
    expect(() => loadMapping('/nowhere/mapping.yaml')).toThrow(ImportProblem);
  });
});

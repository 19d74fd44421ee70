import { describe, expect, test } from '@jest/globals';
import { createLogger } from './logger.ts';

/** What is logged, line by line. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void, level = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger('things', level, { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line is JSON with the service, an instant, the fields and the text', () => {
  const [line] = logged((logger) => logger.info({ requestId: 'req_1' }, 'a request was answered'));
  expect(line).toMatchObject({ service: 'things', requestId: 'req_1', msg: 'a request was answered' });
  expect(String(line?.['time'])).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test('a line below the level is not logged', () => {
  expect(logged((logger) => logger.info('x'), 'warn')).toEqual([]);
});

describe('what is secret or personal', () => {
  test.each(['authorization', 'cookie', 'token', 'password', 'secret', 'privateKey', 'personal'])(
    'is not logged: %s, in the first three levels',
    (name) => {
      const text = JSON.stringify(
        logged((logger) =>
          logger.info({ [name]: 'hidden-1', a: { [name]: 'hidden-2', b: { [name]: { c: 'hidden-3' } } } }, 'x'),
        ),
      );
      expect(text).not.toContain('hidden');
      expect(text.match(/\[redacted\]/g)).toHaveLength(3);
    },
  );

  test('is not logged by a child either', () => {
    const text = JSON.stringify(logged((logger) => logger.child({ requestId: 'r' }).info({ token: 'hidden' }, 'x')));
    expect(text).not.toContain('hidden');
  });
});

describe('an error', () => {
  test('is logged with its kind, message, code and stack', () => {
    const error = Object.assign(new TypeError('x is undefined'), { code: 'E_X' });
    const [line] = logged((logger) => logger.error({ error }, 'a request failed'));
    expect(line?.['error']).toMatchObject({ type: 'TypeError', message: 'x is undefined', code: 'E_X' });
    expect(String((line?.['error'] as { stack: string }).stack)).toContain('logger.test');
  });

  test('is logged with its causes', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    const [line] = logged((logger) => logger.error({ error }, 'x'));
    expect(line?.['error']).toMatchObject({ cause: { message: 'inner' } });
  });

  test('that causes itself ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged((logger) => logger.error({ error }, 'x'))).toHaveLength(1);
  });

  test('is logged without the record on which it occurred', () => {
    const error = Object.assign(new Error('write failed'), { writeErrors: [{ op: { name: 'A. Person' } }] });
    expect(JSON.stringify(logged((logger) => logger.error({ error }, 'x')))).not.toContain('A. Person');
  });

  test('may be something else that was thrown', () => {
    const [line] = logged((logger) => logger.error({ error: 'just text' }, 'x'));
    expect(line?.['error']).toBe('just text');
  });
});

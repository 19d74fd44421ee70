import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../api/client.ts';
import { createAnswerSheet, type Given } from './answer-sheet.ts';

const REFUSED = new ApiError('Refused.', { code: 'RATE_LIMITED', retryAfterMs: 7_000 });
const OFFLINE = new ApiError('No answer.', { code: 'OFFLINE' });

/** A sheet at a desk that fails each request with the next of these, and keeps what comes after them. */
function sheetAt(...failures: Error[]) {
  const sent: { question: string; given: Given; key: string }[] = [];
  const waits: number[] = [];
  let keys = 0;
  let atOnce = 0;
  const sheet = createAnswerSheet({
    async save(question, given, key) {
      atOnce += 1;
      expect(atOnce).toBe(1);
      sent.push({ question, given, key });
      await Promise.resolve();
      atOnce -= 1;
      const failure = failures.shift();
      if (failure) throw failure;
    },
    newKey: () => `key-${(keys += 1)}`,
    wait: async (ms) => void waits.push(ms),
  });
  return { sheet, sent, waits, stateOf: (question: string) => sheet.states().get(question)?.type };
}

describe('an answer sheet', () => {
  it('is settled once every answer is kept, and sends one at a time', async () => {
    const { sheet, sent, stateOf } = sheetAt();
    sheet.give('a', { optionIds: ['1'] });
    sheet.give('b', { number: '24' });
    expect([stateOf('a'), stateOf('b')]).toEqual(['SAVING', 'SAVING']);
    expect(await sheet.settled()).toEqual([]);
    expect(sent.map(({ question }) => question)).toEqual(['a', 'b']);
    expect([stateOf('a'), stateOf('b')]).toEqual(['KEPT', 'KEPT']);
  });

  it('repeats what was refused for its rate, after the wait that the desk asks for, as the same request', async () => {
    const { sheet, sent, waits, stateOf } = sheetAt(REFUSED, REFUSED);
    sheet.give('a', { optionIds: ['1'] });
    expect(await sheet.settled()).toEqual([]);
    expect(waits).toEqual([7_000, 7_000]);
    expect(sent.map(({ key }) => key)).toEqual(['key-1', 'key-1', 'key-1']);
    expect(stateOf('a')).toBe('KEPT');
  });

  it('names the questions whose answers failed until they are sent again, as the same request', async () => {
    const { sheet, sent, stateOf } = sheetAt(OFFLINE);
    sheet.give('a', { optionIds: ['1'] });
    sheet.give('b', { optionIds: ['2'] });
    expect(await sheet.settled()).toEqual(['a']);
    expect([stateOf('a'), stateOf('b')]).toEqual(['FAILED', 'KEPT']);
    sheet.again('a');
    expect(await sheet.settled()).toEqual([]);
    expect(sent.at(-1)).toMatchObject({ question: 'a', key: 'key-1' });
  });

  it('lets the last of several answers to a question stand', async () => {
    const { sheet, sent } = sheetAt(OFFLINE);
    for (const id of ['1', '2', '3']) sheet.give('a', { optionIds: [id] });
    expect(await sheet.settled()).toEqual([]);
    expect(sent.at(-1)?.given).toEqual({ optionIds: ['3'] });
  });

  it('gives up on a refusal that does not end', async () => {
    const { sheet, stateOf } = sheetAt(...Array<Error>(100).fill(REFUSED));
    sheet.give('a', { optionIds: ['1'] });
    expect(await sheet.settled()).toEqual(['a']);
    expect(stateOf('a')).toBe('FAILED');
  });

  it('does not count an answer that is no longer whole', async () => {
    const { sheet, stateOf } = sheetAt();
    sheet.give('a', { optionIds: ['1', '2'] });
    sheet.givePartly('a');
    expect(await sheet.settled()).toEqual([]);
    expect(stateOf('a')).toBe('PARTIAL');
  });
});

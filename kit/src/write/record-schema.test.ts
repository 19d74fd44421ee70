import { expect, test } from '@jest/globals';
import mongoose, { Schema } from 'mongoose';
import { SYSTEM_ACTOR, type Actor } from '../api/actor.ts';
import { AGGREGATE, RECORD_OPTIONS, actor, maybeText, someOf, subject, text, type Subject } from './record-schema.ts';
import { findMisfit, type Aggregate, type Paths } from './record.ts';

interface Remark extends Aggregate {
  subject: Subject;
  author: Actor;
  text: string;
  source: string | null;
  tags: string[];
}

const Remarks = mongoose.model<Remark>(
  'Remark',
  new Schema<Remark>(
    {
      ...AGGREGATE,
      subject: subject('THING', 'OTHER'),
      author: actor,
      text,
      source: maybeText,
      tags: someOf({ Red: 'RED', Blue: 'BLUE' }),
    } satisfies Paths<Remark>,
    RECORD_OPTIONS,
  ),
);

const remark: Remark = {
  _id: 'rem_1',
  organizationId: 'org_a',
  version: 1,
  number: null,
  nextFireAt: null,
  subject: { type: 'THING', id: 'thing_1' },
  author: { ...SYSTEM_ACTOR, id: 'per_1', kind: 'PERSON' },
  text: 'said',
  source: null,
  tags: ['RED'],
};

async function misfit(given: object): Promise<string | null> {
  const record = { ...remark, ...given };
  try {
    return findMisfit(record, await Remarks.validate(record));
  } catch (error) {
    return (error as Error).message;
  }
}

test('a record of the shared parts fits', async () => {
  expect(await misfit({})).toBeNull();
});

test.each([
  ['subject.type', { subject: { type: 'ELSEWHERE', id: 'thing_1' } }],
  ['subject.id', { subject: { type: 'THING' } }],
  ['subject', { subject: null }],
  ['author.kind', { author: { id: null, kind: 'GHOST', actingFor: null } }],
  ['author', { author: undefined }],
  ['text', { text: '' }],
  ['tags.0', { tags: ['GREEN'] }],
  ['version', { version: -1 }],
  ['more', { more: 1 }],
])('a record that is wrong at %s does not', async (path, given) => {
  expect(await misfit(given)).toContain(path);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { Listener, Partner } from './desk/partner.ts';

/** Learning, end to end, through the gateway of a desk as `npm start` runs it. */

const SELECTION = 'kind enrolmentId commentId enrolment { progressPercent course { title } learner { name } }';

interface Update {
  cursor: string;
  kind: string;
  enrolmentId: string;
  commentId: string | null;
  enrolment: { progressPercent: number; course: { title: string }; learner: { name: string } } | null;
}

let desk: DeskProcess;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

test('a learner follows the own course live in every browser; nobody else does, and be it at the same distributor', async () => {
  const [lena, omar, lou] = ['lena', 'omar', 'lou'].map((login) => new Partner(desk.url, login)) as [
    Partner,
    Partner,
    Partner,
  ];
  const [one, two, colleague, trainer] = await Promise.all([lena, lena, omar, lou].map(listen));
  const {
    enrolment: { id },
  } = await lena.write<{ enrolment: { id: string } }>('enrolInCourse', { courseId: 'GUI' }, 'enrolment { id }');
  await lena.write('saveLessonProgress', { id, lessonId: 'ACCESS', position: 1, completed: true }, 'version');
  const { attempt } = await lena.write<{ attempt: { id: string } }>('startAttempt', { id }, 'attempt { id }');
  await lena.write('saveAnswer', { id: attempt.id, questionId: 'Q4', number: '24' }, 'version');
  await lena.write('submitAttempt', { id: attempt.id }, 'version');
  // The colleague's own enrolment comes last: what was Lena's would have arrived before it.
  const other = await omar.write<{ enrolment: { id: string } }>(
    'enrolInCourse',
    { courseId: 'GUI' },
    'enrolment { id }',
  );
  const kinds = ['ENROLLED', 'PROGRESSED', 'ATTEMPT_STARTED', 'ANSWERED', 'SUBMITTED'];
  for (const updates of [one, two]) {
    const seen = await updates?.until((all) => all.length === kinds.length);
    expect(seen?.map(({ kind }) => kind)).toEqual(kinds);
    expect(seen?.[1]?.enrolment).toMatchObject({
      course: { title: 'MDM/R Graphical User Interface (GUI)' },
      learner: { name: expect.stringContaining('Lena') },
    });
    expect(updates?.problems).toEqual([]);
  }
  const seen = await colleague?.until((all) => all.length === 1);
  expect(seen?.map(({ enrolmentId }) => enrolmentId)).toEqual([other.enrolment.id]);
  expect(trainer?.messages).toEqual([]);
});

async function listen(who: Partner): Promise<Listener<Update>> {
  const client = who.connect();
  clients.push(client);
  return Listener.open<Update>(client, 'learningUpdates', SELECTION);
}

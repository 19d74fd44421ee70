import { domainSdl } from '@desk/schema/sdl';
import { lena } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { testGround } from '@desk/testkit/test-ground';
import { describe, expect, test } from '@jest/globals';
import { buildASTSchema, isObjectType, parse } from 'graphql';
import { startDesk } from '../learning.fixture.ts';
import { createLearningService } from '../service.ts';
import { readCourse } from './course.ts';
import { lessonHtml } from './lesson-html.ts';
import { loadCourses } from './port.ts';

describe('the courses of the academy', () => {
  test('are the four of the MDM/R, each with a lesson and five questions in both languages', () => {
    const courses = loadCourses().map(({ course }) => course);
    expect(courses.map(({ id }) => id)).toEqual(['INTRO', 'BILLING', 'GUI', 'REPORTS']);
    for (const { questions, modules, sources } of courses) {
      expect(questions).toHaveLength(5);
      expect(sources.length).toBeGreaterThan(0);
      for (const { text } of modules.flatMap(({ lessons }) => lessons)) {
        expect(text?.en.length).toBeGreaterThan(500);
        expect(text?.fr.length).toBeGreaterThan(500);
      }
    }
  });

  test('say every wrong place of their files', () => {
    const files = {
      'course.yaml': `version: 1
en: A
fr: A
summary: { en: A, fr: A }
passPercent: 80
sources: [{ en: A, fr: A }]
modules: [{ id: M1, en: A, fr: A, lessons: [{ id: L1, minutes: 1, en: A, fr: A }] }]
assessment: { id: L1, minutes: 1, en: A, fr: A }
questions:
  - { id: Q1, kind: SINGLE, points: 1, en: A, fr: A, options: [{ id: A, en: A, fr: A }] }
  - { id: Q2, kind: NUMERIC, points: 1, en: A, fr: A }
`,
      'keys.yaml': 'Q1: { options: [B] }\nQ3: { options: [A] }\n',
      'L1.en.md': 'A lesson.',
    };
    expect(() => readCourse('ANY', files)).toThrow(
      /Q1: must name its options[^]*Q2: is missing[^]*Q3: is no question[^]*L1.fr.md: is missing[^]*L1: is there twice/,
    );
  });

  test('are shown without their keys: no type of the API reaches one', async () => {
    const schema = buildASTSchema(parse(domainSdl('learning')), { assumeValid: true });
    const fields = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
    expect(fields.filter((field) => /key|correct|right|tolerance|rationale|solution/i.test(field))).toEqual([]);
    const desk = await startDesk();
    const attempt = await desk.start(await desk.enrol());
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Attempt {
      questions { id kind points en: text(language: EN) fr: text(language: FR) options { id text } answer { number } }
    } } }`;
    const answer = done(await desk.ask(lena, query, { r: [{ __typename: 'Attempt', id: attempt.id }] }));
    expect(Object.keys((answer as { questions: object[] }[])[0]?.questions[0] ?? {})).toEqual([
      'id',
      'kind',
      'points',
      'en',
      'fr',
      'options',
      'answer',
    ]);
    await desk.service.stop();
  });

  test('keep the content of a published version', async () => {
    const ground = await testGround('2026-06-29T14:00:00.000Z');
    const published = await createLearningService(ground.config, ground.deps('learning'));
    await published.stop();
    const changed = loadCourses().map(({ course, keys }) => ({ course: { ...course, en: `${course.en}!` }, keys }));
    await expect(createLearningService(ground.config, ground.deps('learning'), changed)).rejects.toThrow(
      'was published as version 1 with another content. Raise its version',
    );
    const raised = changed.map(({ course, keys }) => ({ course: { ...course, version: 2 }, keys }));
    const anew = await createLearningService(ground.config, ground.deps('learning'), raised);
    expect((await anew.shelf.edition('INTRO', 1))?.en).toBe('Introduction to the MDM/R');
    expect((await anew.shelf.edition('INTRO', 2))?.en).toBe('Introduction to the MDM/R!');
    await anew.stop();
  });
});

describe('a lesson as HTML', () => {
  test('is rendered, with tables', () => {
    expect(lessonHtml('## A\n\n| a |\n| - |\n| **b** |')).toBe(
      '<h2>A</h2>\n<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><strong>b</strong></td>\n</tr>\n</tbody>\n</table>',
    );
  });
  test.each([
    ['<script>alert(1)</script>', /script|alert/],
    ['<img src=x onerror=alert(1)>', /img|onerror/],
    ['[a](javascript:alert(1))', /javascript/],
    ['[a](data:text/html;base64,AAAA)', /data:/],
    ['![a](https://elsewhere.example/a.png)', /img|elsewhere/],
    ['<a href="https://x.example" onclick="x()">a</a>', /onclick/],
    ['a <style>*{}</style>', /style/],
  ])('shows nothing of %s that runs or is loaded', (markdown, forbidden) => {
    expect(lessonHtml(markdown)).not.toMatch(forbidden);
  });
});

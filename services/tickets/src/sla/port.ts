import { calendarTexts } from '@desk/kit/time/calendars';
import { readFileSync } from 'node:fs';
import { readReferenceData, type ReferenceData } from './reference-data.ts';

const DATA = new URL('../../data/', import.meta.url);

/** Reads the data files that come with the desk. Throws DataProblem, so that a service with wrong data stops before it starts. */
export function loadReferenceData(): ReferenceData {
  const text = (file: string) => readFileSync(new URL(file, DATA), 'utf8');
  return readReferenceData({
    ...calendarTexts(),
    'sla-policies.yaml': text('sla-policies.yaml'),
    'priority.yaml': text('priority.yaml'),
  });
}

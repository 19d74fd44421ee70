import { DataFiles } from '@desk/kit/time/data-file';
import { z } from 'zod';

/** A kind of change that is authorized in advance. */
export interface Template {
  /** Stable code; never reused. */
  id: string;
  en: string;
  fr: string;
  /** Codes of the services that it may touch. */
  services: readonly string[];
  /** The longest window, in milliseconds. */
  maximumMs: number;
  /** From this instant on it authorizes nothing, until it was reviewed. */
  reviewOn: Date;
}

const HOUR_MS = 3_600_000;

const file = z.strictObject({
  source: z.string().min(1),
  placeholder: z.boolean().default(false),
  templates: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
        en: z.string().min(1),
        fr: z.string().min(1),
        services: z.array(z.string().min(1)).min(1),
        maximumHours: z.number().positive().max(72),
        reviewOn: z.iso.date(),
      }),
    )
    .min(1),
});

/** The templates of `templates.yaml`. Throws DataProblem with every wrong place. */
export function readTemplates(text: string): Template[] {
  const files = new DataFiles({ 'templates.yaml': text });
  const listed = files.read('templates.yaml', file)?.templates ?? [];
  for (const [place, { id }] of listed.entries())
    if (listed.findIndex((each) => each.id === id) !== place) files.problem(`templates.yaml ${id}: is there twice`);
  files.done();
  return listed.map(({ maximumHours, reviewOn, ...words }) => ({
    ...words,
    maximumMs: maximumHours * HOUR_MS,
    reviewOn: new Date(reviewOn),
  }));
}

/** The template of a code. Null when there is none. */
export function findTemplate(templates: readonly Template[], id: string): Template | null {
  return templates.find((each) => each.id === id) ?? null;
}

import { DataFiles, newest } from '@desk/kit/time/data-file';
import { z } from 'zod';
import { CatalogueFieldKind } from '../generated/api.ts';

/** A text in both languages. */
export interface Bilingual {
  en: string;
  fr: string;
}

/** One edition of a standard service. Requests keep the edition that they were filled in with. */
export interface CatalogueItem extends Bilingual {
  /** Stable code; never reused. */
  id: string;
  version: number;
  description: Bilingual;
  /** NONE: approved in advance. LDC: an administrator of the distributor. */
  approval: 'NONE' | 'LDC';
  /** Business time until the distributor decides; null where nobody must. */
  approvalMs: number | null;
  /** Business time until the service is delivered. */
  targetMs: number;
  fields: readonly CatalogueField[];
  tasks: readonly CatalogueTask[];
}

/** A field of a form. */
export interface CatalogueField extends Bilingual {
  name: string;
  kind: CatalogueFieldKind;
  required: boolean;
  hint: Bilingual | null;
  choices: readonly CatalogueChoice[];
}

export interface CatalogueChoice extends Bilingual {
  id: string;
}

/** Something that has to be done for each request. */
export interface CatalogueTask extends Bilingual {
  id: string;
  dependsOn: readonly string[];
}

const HOUR_MS = 3_600_000;
const FILE = 'catalogue-items.yaml';

const code = z.string().regex(/^[A-Z][A-Z0-9_]*$/);
const name = { en: z.string().min(1), fr: z.string().min(1) };
const file = z.strictObject({
  source: z.string().min(1),
  placeholder: z.boolean().default(false),
  items: z
    .array(
      z.strictObject({
        id: code,
        version: z.int().positive(),
        ...name,
        description: z.strictObject(name),
        approval: z.enum(['NONE', 'LDC']),
        approvalHours: z.number().positive().optional(),
        targetHours: z.number().positive(),
        fields: z
          .array(
            z.strictObject({
              name: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
              kind: z.enum(CatalogueFieldKind),
              required: z.boolean(),
              ...name,
              hint: z.strictObject(name).optional(),
              choices: z.array(z.strictObject({ id: code, ...name })).default([]),
            }),
          )
          .max(30),
        tasks: z
          .array(z.strictObject({ id: code, ...name, dependsOn: z.array(code).default([]) }))
          .max(30)
          .default([]),
      }),
    )
    .min(1),
});

/** Every edition of every item of `catalogue-items.yaml`. Throws DataProblem with every wrong place. */
export function readCatalogueItems(text: string): CatalogueItem[] {
  const files = new DataFiles({ [FILE]: text });
  const items = (files.read(FILE, file)?.items ?? []).map(({ approvalHours, targetHours, fields, ...item }) => ({
    ...item,
    approvalMs: approvalHours === undefined ? null : approvalHours * HOUR_MS,
    targetMs: targetHours * HOUR_MS,
    fields: fields.map(({ hint = null, ...field }) => ({ ...field, hint })),
  }));
  files.byReference(FILE, items);
  for (const { id, version, approval, approvalMs, fields, tasks } of items) {
    const wrong = (what: string) => files.problem(`${FILE} ${id}@${version}: ${what}`);
    if ((approval === 'LDC') !== (approvalMs !== null))
      wrong('has approvalHours if an approval is needed, and else none');
    for (const field of fields)
      if ((field.kind === 'CHOICE') !== field.choices.length > 0) wrong(`${field.name} has choices if it is a CHOICE`);
    for (const [place, { id: task, dependsOn }] of tasks.entries())
      if (!dependsOn.every((each) => tasks.slice(0, place).some((before) => before.id === each)))
        wrong(`${task} must depend on tasks before it`);
  }
  files.done();
  return items;
}

/** The present edition of each item, in the order of the file. */
export function currentItems(items: readonly CatalogueItem[]): CatalogueItem[] {
  return [...new Set(items.map(({ id }) => id))].map((id) => newest(items, id));
}

/** An edition of an item. Null where there is none. */
export function findItem(items: readonly CatalogueItem[], id: string, version: number): CatalogueItem | null {
  return items.find((item) => item.id === id && item.version === version) ?? null;
}

/** An edition that a request keeps: it is there, because editions are never taken out. */
export function itemOf(
  items: readonly CatalogueItem[],
  { itemId, itemVersion }: { itemId: string; itemVersion: number },
): CatalogueItem {
  const item = findItem(items, itemId, itemVersion);
  if (!item) throw new Error(`The catalogue has no item ${itemId}@${itemVersion} any more.`);
  return item;
}

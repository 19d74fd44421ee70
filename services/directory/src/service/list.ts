import { DataFiles } from '@desk/kit/time/data-file';
import { z } from 'zod';
import type { ListedService } from './opening.ts';
import { SERVICES_MAX, isServiceCode } from './service.ts';

const code = z.string().refine(isServiceCode, 'must be capitals, digits and underscores');
const file = z.strictObject({
  source: z.string().min(1),
  /** A placeholder waits for the SME's own. */
  dependencies: z.strictObject({ source: z.string().min(1), placeholder: z.boolean().default(false) }),
  services: z
    .array(
      z.strictObject({
        id: code,
        en: z.string().min(1),
        fr: z.string().min(1),
        dependsOn: z.array(code).default([]),
      }),
    )
    .min(1)
    .max(SERVICES_MAX),
});

/** The services of `services.yaml`, in its order. Throws DataProblem with every wrong place. */
export function readServices(text: string): ListedService[] {
  const files = new DataFiles({ 'services.yaml': text });
  const listed = files.read('services.yaml', file)?.services ?? [];
  const codes = listed.map(({ id }) => id);
  for (const [place, { id, dependsOn }] of listed.entries()) {
    if (codes.indexOf(id) !== place) files.problem(`services.yaml ${id}: is there twice`);
    for (const other of dependsOn)
      if (!codes.includes(other) || other === id)
        files.problem(`services.yaml ${id}: depends on ${other}, which is not another service of the file`);
    if (new Set(dependsOn).size !== dependsOn.length) files.problem(`services.yaml ${id}: names a dependency twice`);
  }
  files.done();
  return listed.map(({ id, ...words }, rank) => ({ code: id, rank, ...words }));
}

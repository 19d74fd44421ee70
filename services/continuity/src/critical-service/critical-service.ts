import { DataFiles } from '@desk/kit/time/data-file';
import { z } from 'zod';

/** A service without which meter-to-bill stops. */
export interface CriticalService {
  /** The code of the directory's service. */
  id: string;
  /** How long it may be away, in milliseconds. */
  recoveryMs: number;
  /** How old the newest data may be that are lost, in milliseconds. Null where nothing is set. */
  lossMs: number | null;
  /** True where the figures are not verified. */
  placeholder: boolean;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const file = z.strictObject({
  source: z.string().min(1),
  placeholder: z.boolean().default(false),
  services: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
        recoveryHours: z.number().positive().max(720),
        lossMinutes: z.number().min(0).optional(),
      }),
    )
    .min(1),
});

/** The critical services of `critical-services.yaml`. Throws DataProblem with every wrong place. */
export function readCriticalServices(text: string): CriticalService[] {
  const files = new DataFiles({ 'critical-services.yaml': text });
  const read = files.read('critical-services.yaml', file);
  const listed = read?.services ?? [];
  for (const [place, { id }] of listed.entries())
    if (listed.findIndex((each) => each.id === id) !== place)
      files.problem(`critical-services.yaml ${id}: is there twice`);
  files.done();
  return listed.map(({ id, recoveryHours, lossMinutes }) => ({
    id,
    recoveryMs: recoveryHours * HOUR_MS,
    lossMs: lossMinutes === undefined ? null : lossMinutes * MINUTE_MS,
    placeholder: read?.placeholder ?? false,
  }));
}

import { recordLoader, type RecordLoader } from '@desk/kit/api/loader';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import type { Aggregates } from '@desk/kit/write/aggregates';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { findByIds } from '@desk/kit/write/record-store';
import { AGGREGATE, RECORD_OPTIONS, count, instant, text } from '@desk/kit/write/record-schema';
import { Schema } from 'mongoose';
import { SERVICES_MAX, type Service } from './service.ts';

/** The questions that the directory asks its database about services, and the aggregates through which it writes them. */
export interface ServiceStore {
  services: Aggregates<Service>;
  /** All services, in their order. Everybody sees them. */
  listServices(): Promise<Service[]>;
  /** The services that depend on one, in their order. */
  dependentsOf(code: string): Promise<Service[]>;
  /** Loads services of one request by their stored ids. */
  serviceLoader(): RecordLoader<Service>;
}

/** Opens the services: model, indexes, aggregates. */
export async function openServices({ connection, journal }: Foundation): Promise<ServiceStore> {
  const Services = connection.model<Service>('Service', serviceSchema, 'services');
  const list = (filter: { dependsOn?: string }) =>
    Services.find(filter, RECORD_ONLY)
      .sort({ rank: 1 })
      .limit(SERVICES_MAX)
      .maxTimeMS(OPERATION_MS_MAX)
      .lean<Service[]>();
  return {
    services: await journal.aggregates<Service>(Services, 'svc'),
    listServices: () => list({}),
    dependentsOf: (code) => list({ dependsOn: code }),
    serviceLoader: () => recordLoader((ids) => findByIds(Services, 'ALL', ids)),
  };
}

const serviceSchema = new Schema<Service>(
  {
    ...AGGREGATE,
    code: text,
    en: text,
    fr: text,
    dependsOn: [text],
    rank: count,
    createdAt: instant,
    updatedAt: instant,
  } satisfies Paths<Service>,
  RECORD_OPTIONS,
);
serviceSchema.index({ rank: 1 });
serviceSchema.index({ dependsOn: 1 });

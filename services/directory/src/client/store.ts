import type { Foundation } from '@desk/kit/service/service';
import type { Aggregates } from '@desk/kit/write/aggregates';
import type { Paths } from '@desk/kit/write/record';
import { RECORD_OPTIONS } from '@desk/kit/write/record-schema';
import { Schema } from 'mongoose';
import { PRINCIPAL, principalFinder, type PrincipalFinder } from '../principal/store.ts';
import type { PartnerClient } from './client.ts';

/** The aggregates through which the directory writes partner clients. */
export interface ClientStore {
  clients: Aggregates<PartnerClient>;
  clientFinder: PrincipalFinder;
}

/** Opens the partner clients: model, indexes, aggregates. */
export async function openClients({ connection, journal }: Foundation): Promise<ClientStore> {
  const Clients = connection.model<PartnerClient>('PartnerClient', clientSchema, 'clients');
  return {
    clients: await journal.aggregates<PartnerClient>(Clients, 'cli'),
    clientFinder: principalFinder(Clients),
  };
}

const clientSchema = new Schema<PartnerClient>(PRINCIPAL satisfies Paths<PartnerClient>, RECORD_OPTIONS);
clientSchema.index({ logins: 1 }, { unique: true });

import type { Foundation } from '@desk/kit/service/service';
import type { Migration } from '@desk/kit/write/migration';
import { CHANGE_MIGRATIONS, openChangeStore, type ChangeStore } from './change/store.ts';

/** The store of each noun. */
export interface Store {
  changes: ChangeStore;
}

/** Opens the stores: models, indexes, aggregates. */
export async function openStore(foundation: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<Store> {
  return { changes: await openChangeStore(foundation) };
}

/** The migrations of stored records, in order. The list only grows. */
export const MIGRATIONS: readonly Migration[] = CHANGE_MIGRATIONS;

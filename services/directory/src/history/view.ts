import type { HistoryEvent } from '@desk/kit/log/history';

/**
 * Reads the directory's events for a history: the kind by the event's type, and the fields that changed, by name. Their values are names,
 * addresses and the like, which the log does not keep for it.
 */
export function historyView<Kind extends string>(kinds: Readonly<Record<string, Kind>>) {
  return {
    read({ type, data }: HistoryEvent) {
      const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
      if (kind === undefined) return null;
      const changed = (data['changedFields'] ?? []) as readonly string[];
      return { kind, changes: changed.map((field) => ({ field, from: null, to: null })) };
    },
    hidden: async () => new Set<string>(),
  };
}

/**
 * The one registry of the desk's domains, each a service of its own, in the order in which they start. What is built, tested,
 * composed, addressed and launched is derived from it. `follows` names the domains whose logs the service reads.
 */
const REGISTRY = {
  directory: { follows: [] },
  tickets: { follows: ['directory'] },
  changes: { follows: ['directory'] },
  continuity: { follows: ['directory'] },
  learning: { follows: [] },
  notifications: { follows: ['directory', 'tickets', 'changes', 'continuity', 'learning'] },
} as const satisfies Record<string, { follows: readonly string[] }>;

export type Domain = keyof typeof REGISTRY;

/** Every domain, a followed one before those that follow it. */
export const DOMAINS = Object.keys(REGISTRY) as Domain[];

/** The domains whose logs a domain's service reads. */
export function followedBy(domain: Domain): readonly Domain[] {
  return REGISTRY[domain].follows;
}

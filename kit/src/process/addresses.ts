import { z } from 'zod';

/** What stands for the name of a service in SERVICES_URL. */
const NAME = '{service}';

export const httpAddress = { protocol: /^https?$/, error: 'must be an address that starts with http:// or https://' };

/** An address of a host, without the final slash. */
export function bareAddress() {
  return z
    .url(httpAddress)
    .refine((url) => !URL.canParse(url) || url.replace(/\/$/, '') === new URL(url).origin, 'must be a host alone')
    .transform((url) => new URL(url).origin);
}

/** The settings of where services answer: one for each, such as `TICKETS_URL`, and one for all that have none of their own. */
export function addressSettings(services: readonly string[]) {
  const each = services.map((service) => {
    const meaning = `Where ${service} answers, without /graphql; or SERVICES_URL, for all services.`;
    return [variableOf(service), bareAddress().describe(meaning)];
  });
  return {
    SERVICES_URL: z
      .string()
      .refine((pattern) => pattern.includes(NAME), `must have ${NAME} where the name of the service goes`)
      .optional(),
    ...(Object.fromEntries(each) as Record<`${string}_URL`, ReturnType<typeof bareAddress>>),
  };
}

/** The environment, in which each of the services has an address of its own: where it had none, that of SERVICES_URL. */
export function withAddresses(
  environment: Record<string, string | undefined>,
  services: readonly string[],
): Record<string, string | undefined> {
  const pattern = environment['SERVICES_URL'];
  if (!pattern?.includes(NAME)) return environment;
  const derived = services.map((service) => [variableOf(service), pattern.replaceAll(NAME, service)]);
  const own = Object.entries(environment).filter(([, value]) => value);
  return { ...Object.fromEntries(derived), ...Object.fromEntries(own) } as Record<string, string>;
}

/** The addresses among the settings that were read by `addressSettings`, by the names of the services. */
export function addressesOf<Service extends string>(
  services: readonly Service[],
  read: Readonly<Record<string, unknown>>,
): Record<Service, string> {
  return Object.fromEntries(services.map((service) => [service, read[variableOf(service)]])) as Record<Service, string>;
}

function variableOf(service: string): string {
  return `${service.toUpperCase()}_URL`;
}

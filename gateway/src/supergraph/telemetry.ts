/**
 * Imported before the gateway library: switches off the figures that it would send to its maker, also where the environment asks for
 * them. The library reads the variable when a gateway is constructed.
 */
process.env['APOLLO_TELEMETRY_DISABLED'] = '1';

/** True when the gateway library sends nothing about this process. */
export function telemetryIsOff(): boolean {
  return process.env['APOLLO_TELEMETRY_DISABLED'] === '1';
}

import { beforeAll, describe, expect, test } from '@jest/globals';
import { runKillRig, type RigReport } from './kill-rig.ts';

const KILLS = 50;
const RIG_MS_MAX = 600_000;
/** Fewer acknowledged requests would show little. A quiet machine gives thousands, and the rig lets the busiest come to this. */
const ACKNOWLEDGED_MIN = 500;

describe('a service whose process and engine are killed 50 times under 8 writers', () => {
  let report: RigReport;

  beforeAll(async () => {
    const redisUrl = process.env['REDIS_URL'];
    report = await runKillRig({ kills: KILLS, ...(redisUrl ? { redisUrl } : {}) });
    const { violations: _told, ...figures } = report;
    process.stdout.write(`kill rig: ${JSON.stringify(figures)}\n`);
  }, RIG_MS_MAX);

  test('loses nothing that it acknowledged, does nothing twice, and keeps log, chain, numbers and projection whole', () => {
    expect(report.violations).toEqual([]);
  });

  test('was killed as often as promised, at work and while it recovered', () => {
    expect([report.kills, report.earlyKills > 0]).toEqual([KILLS, true]);
  });

  test('did enough work for that to mean something', () => {
    expect(report.acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_MIN);
    expect(report.retries).toBeGreaterThan(0);
  });
});

import { beforeAll, describe, expect, test } from '@jest/globals';
import { runDeskRig, type DeskReport } from './desk-rig.ts';

const KILLS = 12;
const RIG_MS_MAX = 600_000;
/** Fewer acknowledged mutations would show little. The rig lets the busiest machine come to this. */
const ACKNOWLEDGED_MIN = 110;
/** So many different ones at least: the plays take turns. */
const MUTATIONS_MIN = 30;

describe('all services, whose process and engine are killed 12 times under 8 writers', () => {
  let report: DeskReport;

  beforeAll(async () => {
    const redisUrl = process.env['REDIS_URL'];
    report = await runDeskRig({ kills: KILLS, ...(redisUrl ? { redisUrl } : {}) });
    const { violations: _told, ...figures } = report;
    process.stdout.write(`kill rig over the services: ${JSON.stringify(figures)}\n`);
  }, RIG_MS_MAX);

  test('lose nothing that they acknowledged, do nothing twice, keep logs and records whole, and tell everybody once', () => {
    expect(report.violations).toEqual([]);
  });

  test('were killed as often as promised, at work and while they recovered', () => {
    expect([report.kills, report.earlyKills > 0]).toEqual([KILLS, true]);
  });

  test('did enough work of enough kinds for that to mean something', () => {
    expect(report.acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_MIN);
    expect(report.mutations).toBeGreaterThanOrEqual(MUTATIONS_MIN);
    expect(report.notices).toBeGreaterThan(0);
  });
});

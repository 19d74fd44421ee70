import Sequencer from '@jest/test-sequencer';

/**
 * Jest begins with the suites that failed, then with those that took longest in the last run. Where no run is remembered, as in CI, the
 * suites of the whole desk come first: begun last, they would keep one core waiting for another.
 */
export default class LongSuitesFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path, duration }) =>
      Number(duration === undefined && /\/tests\/(durability|portal|tenants|[^/]*$)/.test(path));
    return super.sort(tests).toSorted((one, other) => isLong(other) - isLong(one));
  }
}

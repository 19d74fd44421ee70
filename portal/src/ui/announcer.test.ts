import { describe, expect, it } from '@jest/globals';
import { ANNOUNCE_MS_MIN, createAnnouncer } from './announcer.ts';

/** An announcer with a clock that only the test moves. */
function buildAnnouncer() {
  const said: string[] = [];
  const timers: { atMs: number; action: () => void }[] = [];
  let nowMs = 0;
  const announcer = createAnnouncer({
    say: (text) => said.push(text),
    now: () => nowMs,
    later: (action, ms) => {
      const timer = { atMs: nowMs + ms, action };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  });
  const pass = (ms: number) => {
    nowMs += ms;
    for (const timer of timers.filter(({ atMs }) => atMs <= nowMs)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.action();
    }
  };
  return { announcer, said, pass };
}

describe('the announcer', () => {
  it('says the first thing at once', () => {
    const { announcer, said } = buildAnnouncer();
    announcer.announce('live', 'Live');
    expect(said).toEqual(['Live']);
  });

  it('says a second thing only after five seconds', () => {
    const { announcer, said, pass } = buildAnnouncer();
    announcer.announce('live', 'Live');
    announcer.announce('new', '1 new');
    pass(ANNOUNCE_MS_MIN - 1);
    expect(said).toEqual(['Live']);
  });

  it('says the newest of a topic only', () => {
    const { announcer, said, pass } = buildAnnouncer();
    announcer.announce('live', 'Live');
    announcer.announce('live', 'Reconnecting');
    announcer.announce('live', 'Paused');
    pass(ANNOUNCE_MS_MIN);
    expect(said).toEqual(['Live', 'Paused']);
  });

  it('says what waits in one announcement', () => {
    const { announcer, said, pass } = buildAnnouncer();
    announcer.announce('live', 'Live');
    announcer.announce('sent', 'Reply sent.');
    announcer.announce('new', '1 new');
    pass(ANNOUNCE_MS_MIN);
    expect(said).toEqual(['Live', 'Reply sent. 1 new']);
  });

  it('says nothing after it was stopped', () => {
    const { announcer, said, pass } = buildAnnouncer();
    announcer.announce('live', 'Live');
    announcer.announce('new', '1 new');
    announcer.stop();
    pass(ANNOUNCE_MS_MIN);
    expect(said).toEqual(['Live']);
  });
});

import { about, on, report, steps, type Play, type Scene, type Shown } from './play.ts';

const incident = ({ of }: Scene) => ({ recordId: of('incident').id });
/** The newest unread ones: the play's own is among them. */
const NEWS = '{ myNotifications(first: 50, filter: { unreadOnly: true }) { nodes { id version recordId } } }';

function pickNews({ myNotifications }: Record<string, unknown>, { of }: Scene): Shown | null {
  const { nodes } = myNotifications as { nodes: Shown[] };
  return nodes.find(({ recordId }) => recordId === of('incident').id) ?? null;
}

/** What happens to follows, inboxes and sign-ups. */
export const PLAYS: readonly Play[] = [
  {
    name: 'an incident that a colleague follows, is told of, and follows no longer',
    // It ends by reading all of the inbox: another one at the same time would wait in vain for its unread message.
    alone: true,
    steps: [
      ...steps('incident', [['lena', 'createIncident', report]]),
      { by: 'omar', mutation: 'followRecord', record: 'follow', input: incident, passing: 'NOT_FOUND' },
      ...steps('incident', [['sam', 'startIncident', on('incident')]]),
      {
        by: 'omar',
        mutation: 'markNotificationRead',
        record: 'notification',
        reads: { domain: 'notifications', query: NEWS, pick: pickNews },
        input: about('notification'),
      },
      { by: 'omar', mutation: 'unfollowRecord', record: 'follow', input: incident },
      {
        by: 'omar',
        mutation: 'markAllNotificationsRead',
        record: null,
        input: ({ now }) => ({ upTo: now.toISOString() }),
      },
    ],
  },
  {
    name: 'somebody who signs up, and withdraws',
    steps: steps('signUp', [
      ['priya', 'createSignUp', () => ({ filter: { recordType: ['CHANGE'], risk: ['HIGH'] } })],
      ['priya', 'withdrawSignUp', about('signUp')],
    ]),
  },
];

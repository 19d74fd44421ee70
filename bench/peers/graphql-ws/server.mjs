// Stock graphql-ws, as its documentation sets it up: one source for each subscriber, and for each event one execution and
// one text for each of them. The answer has the same bytes as the product's: what is looked up is at hand already.
import { EventEmitter, on } from 'node:events';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const schema = buildSchema(`
  scalar DateTime
  type Query { up: Boolean }
  type Subscription { incidentUpdates: IncidentUpdate! }
  type IncidentUpdate {
    cursor: String! kind: String! at: DateTime! actor: Actor changedFields: [String!]! version: Int! incidentId: ID! incident: Incident
  }
  type Actor { principalId: ID kind: String! }
  type Incident {
    number: String! title: String! description: String! state: String! priority: String! impact: String! urgency: String! version: Int!
    updatedAt: DateTime! organization: Organization
  }
  type Organization { name: String! code: String! }
`);
const events = new EventEmitter().setMaxListeners(0);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/graphql', perMessageDeflate: false });
await new Promise((resolve) => server.once('listening', resolve));

const roots = {
  subscription: {
    // No generator: one that waits for an event would not notice that its client has left.
    incidentUpdates() {
      const updates = on(events, 'update');
      return {
        next: async () => {
          const { done, value } = await updates.next();
          return { done, value: done ? undefined : { incidentUpdates: value[0] } };
        },
        return: () => updates.return(),
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  },
};
useServer({ schema, roots }, server);

const calls = {
  url: () => `http://127.0.0.1:${server.address().port}/graphql`,
  subscribers: () => events.listenerCount('update'),
  publish: ({ payloads }) =>
    payloads.map((payload) => {
      const at = Number(process.hrtime.bigint());
      events.emit('update', JSON.parse(payload).data.incidentUpdates);
      return at;
    }),
};
process.on('message', ({ id, name, argument }) => process.send({ id, result: calls[name](argument) }));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.send({ id: 0 });

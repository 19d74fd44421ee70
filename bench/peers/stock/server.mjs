// A stock gateway, as its documentation sets it up: ApolloServer with ApolloGateway on Express 5, forwarding the caller's
// Authorization to the subgraphs. SUPERGRAPH names the composed file; DIRECTORY_URL and TICKETS_URL say where they answer.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import cors from 'cors';
import express from 'express';

const urls = { directory: process.env.DIRECTORY_URL, tickets: process.env.TICKETS_URL };

class ForwardingSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set('authorization', context.authorization);
  }
}

const app = express();
const httpServer = http.createServer(app);
const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.env.SUPERGRAPH, 'utf8'),
  // Subgraphs without an address are those that only events go through; no query does.
  buildService: ({ name }) => new ForwardingSource({ url: `${urls[name] ?? 'http://127.0.0.1:9'}/graphql` }),
});
const server = new ApolloServer({ gateway, plugins: [ApolloServerPluginDrainHttpServer({ httpServer })] });
await server.start();
app.use(
  '/graphql',
  cors(),
  express.json(),
  expressMiddleware(server, { context: async ({ req }) => ({ authorization: req.headers.authorization }) }),
);
await new Promise((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${httpServer.address().port}/graphql`;

process.on('message', ({ id, name }) =>
  process.send(name === 'url' ? { id, result: url } : { id, error: `no such call: ${name}` }),
);
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.send({ id: 0 });

import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { DOMAINS, domainSdl, eventsSdl, eventsSubgraph } from './sdl.ts';

/** Composes the supergraph from the SDL files. Throws with every composition error, named by its subgraph. */
export function composeSupergraph(): { sdl: string; hints: string[] } {
  const subgraphs = DOMAINS.flatMap((domain) => {
    const events = eventsSdl(domain);
    return [
      // The address is a name to be replaced: the gateway takes each subgraph's address from its configuration.
      { name: domain, url: `http://${domain}`, typeDefs: parse(domainSdl(domain)) },
      ...(events ? [{ name: eventsSubgraph(domain), url: 'http://in-process', typeDefs: parse(events) }] : []),
    ];
  });
  const { supergraphSdl, errors, hints } = composeServices(subgraphs);
  if (errors?.length)
    throw new Error(`The subgraphs do not compose:\n${errors.map((e) => `- ${e.message}`).join('\n')}`);
  return { sdl: `${supergraphSdl}\n`, hints: (hints ?? []).map((hint) => hint.toString()) };
}

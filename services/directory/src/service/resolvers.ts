import type { Owed } from '@desk/kit/api/subgraph';
import type * as api from '../generated/api.ts';
import { serviceId, type Service as ServiceRecord } from './service.ts';

const Query = {
  services: (_root, _args, { store }) => store.listServices(),
} satisfies api.QueryResolvers;

const Service: api.ServiceResolvers & Owed<api.Service, ServiceRecord, api.ServiceResolvers> = {
  __resolveReference: ({ id }, { services }) => services.load(serviceId(id)),
  id: ({ code }) => code,
  name: ({ en, fr }, { language }) => (language === 'FR' ? fr : en),
  async dependsOn({ dependsOn }, _args, { services }) {
    const found = await Promise.all(dependsOn.map((code) => services.load(serviceId(code))));
    return found.filter((each) => each !== null);
  },
  dependents: ({ code }, _args, { store }) => store.dependentsOf(code),
};

/** Resolvers of services. */
export const serviceResolvers = { Query, Service };

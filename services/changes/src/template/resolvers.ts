import type * as api from '../generated/api.ts';
import type { Template } from './template.ts';

export const templateQueries = {
  changeTemplates: (_root, _args, { templates }) => [...templates],
} satisfies Partial<api.QueryResolvers>;

export const templateTypes = {
  ChangeTemplate: {
    name: ({ en, fr }: Template, { language }: { language: api.Language }) => (language === 'FR' ? fr : en),
    services: ({ services }: Template) => services.map((id) => ({ id })),
    maximumDuration: ({ maximumMs }: Template) => maximumMs,
  },
} satisfies api.Resolvers;

import type * as api from '../generated/api.ts';
import { currentItems, type Bilingual } from './catalogue-item.ts';

export const catalogueItemQueries = {
  catalogueItems: (_root, _args, { items }) => currentItems(items),
} satisfies Partial<api.QueryResolvers>;

export const catalogueItemTypes = {
  CatalogueItem: {
    name: inLanguage,
    description: ({ description }, { language }) => inLanguage(description, { language }),
    preApproved: ({ approval }) => approval === 'NONE',
    target: ({ targetMs }) => targetMs,
    fields: ({ fields }) => [...fields],
  },
  CatalogueField: {
    label: inLanguage,
    hint: ({ hint }, { language }) => hint && inLanguage(hint, { language }),
    choices: ({ choices }) => [...choices],
  },
  CatalogueChoice: { name: inLanguage },
} satisfies api.Resolvers;

/** The text in the language that is asked for. */
export function inLanguage({ en, fr }: Bilingual, { language }: { language: api.Language }): string {
  return language === 'FR' ? fr : en;
}

import type * as api from '../generated/api.ts';
import { type CatalogueEntry } from './catalogue.ts';

export const catalogueQueries = {
  incidentCategories: (_root, _args, { catalogue }) => [...catalogue.categories],
  assignmentGroups: (_root, _args, { catalogue }) => [...catalogue.assignmentGroups],
} satisfies Partial<api.QueryResolvers>;

const Entry = {
  name: (entry: CatalogueEntry, { language }: { language: api.Language }) => (language === 'FR' ? entry.fr : entry.en),
};

export const catalogueTypes = {
  IncidentCategory: Entry,
  AssignmentGroup: Entry,
} satisfies api.Resolvers;

import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { Kind, parse, type DocumentNode } from 'graphql';
import type { Domain } from '@desk/schema/domains';
import { domainSdl } from './sdl.ts';

/**
 * TypeScript of a service's API types and of its resolver map. `mappers` names, for each API type, the record that
 * answers it: `{ Incident: '../incident.ts#Incident' }`. `context` names the type of the resolver context.
 */
export async function generateTypes(
  domain: Domain,
  options: { mappers: Record<string, string>; context: string },
): Promise<string> {
  return codegen({
    filename: 'api.ts',
    schema: withoutLinks(parse(`${FEDERATION}\n${domainSdl(domain)}`)),
    documents: [],
    config: {},
    pluginMap: { typescript, resolvers },
    plugins: [
      {
        typescript: {
          enumsAsConst: true,
          strictScalars: true,
          useTypeImports: true,
          scalars: SCALARS,
          avoidOptionals: { field: true, query: true, mutation: true, subscription: true },
        },
      },
      {
        resolvers: {
          federation: true,
          useTypeImports: true,
          mappers: options.mappers,
          contextType: options.context,
          enumsAsConst: true,
        },
      },
    ],
  });
}

/** TypeScript of a domain's enums alone, which the types of its events are made of. */
export async function generateEnums(domain: Domain): Promise<string> {
  return codegen({
    filename: 'enums.ts',
    schema: withoutLinks(parse(`${FEDERATION}\n${domainSdl(domain)}`)),
    documents: [],
    config: {},
    pluginMap: { typescript },
    plugins: [{ typescript: { onlyEnums: true, enumsAsConst: true, strictScalars: true, scalars: SCALARS } }],
  });
}

/** What each scalar is in TypeScript. */
const SCALARS = {
  DateTime: 'Date',
  Duration: 'number',
  TimeZone: 'string',
  EmailAddress: 'string',
  PhoneNumber: 'string',
  Cursor: 'string',
  _FieldSet: 'string',
};

/** The federation directives that our SDL uses, as the generator must know them. */
const FEDERATION = `
  directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
  directive @shareable on OBJECT | FIELD_DEFINITION
  directive @external on OBJECT | FIELD_DEFINITION
  directive @inaccessible on FIELD_DEFINITION | OBJECT
`;

function withoutLinks(document: DocumentNode): DocumentNode {
  return { ...document, definitions: document.definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION) };
}

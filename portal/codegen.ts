import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import {
  concatAST,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';

/**
 * `node --import tsx portal/codegen.ts`: writes `src/generated/api.ts` from each folder's `operations.graphql` and the API as
 * clients read it: types and texts of the operations, and the values of the API's enums. Folders share their fragments. A mutation that
 * no folder asks for, and that answers a noun's payload, is asked for the noun's facts: `IncidentFacts` of an `IncidentPayload`.
 */
const TYPED_DOCUMENT = `/** The text of an operation, knowing its answer and its variables. */
export type TypedDocument<Answer, Variables> = string & { readonly types?: (variables: Variables) => Answer };`;

const SOURCE = new URL('src/', import.meta.url);

const schema = parse(await readFile(new URL('../schema/api.graphql', import.meta.url), 'utf8'));
const written = concatAST(await readOperations());
const mutations = plainMutations(schema, written);
const document = concatAST([written, mutations]);
const types = await operationTypes(schema, document);
await mkdir(new URL('generated/', SOURCE), { recursive: true });
await writeFile(new URL('generated/operations.graphql', SOURCE), `${print(mutations)}\n`);
await writeFile(
  new URL('generated/api.ts', SOURCE),
  [types, enumValues(schema, types), operationTexts(document)].join('\n'),
);

/** The operations of every folder, in the order of the folders' names. */
async function readOperations(): Promise<DocumentNode[]> {
  const folders = await readdir(SOURCE, { withFileTypes: true });
  const files = folders
    .filter((folder) => folder.isDirectory() && folder.name !== 'generated')
    .map(({ name }) => new URL(`${name}/operations.graphql`, SOURCE))
    .filter((file) => existsSync(file))
    .sort((first, second) => (first.href < second.href ? -1 : 1));
  return Promise.all(files.map(async (file) => parse(await readFile(file, 'utf8'))));
}

/** The mutations that no folder writes out, each asked for the facts of the noun that its payload holds. */
function plainMutations(schema: DocumentNode, written: DocumentNode): DocumentNode {
  const names = new Set(written.definitions.flatMap((node) => ('name' in node ? (node.name?.value ?? []) : [])));
  const root = schema.definitions.find(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Mutation',
  );
  const fields = root?.kind === Kind.OBJECT_TYPE_DEFINITION ? (root.fields ?? []) : [];
  const texts = fields.flatMap(({ name: { value: field }, arguments: [input] = [], type }) => {
    const operation = field.charAt(0).toUpperCase() + field.slice(1);
    const noun = /^(\w+)Payload$/.exec(print(type))?.[1];
    if (!noun || !input || names.has(operation) || !names.has(`${noun}Facts`)) return [];
    const record = noun.charAt(0).toLowerCase() + noun.slice(1);
    return `mutation ${operation}($input: ${print(input.type)}) { payload: ${field}(input: $input) { record: ${record} { ...${noun}Facts } } }`;
  });
  return texts.length > 0 ? parse(texts.join('\n')) : { kind: Kind.DOCUMENT, definitions: [] };
}

/** TypeScript of the operations' variables and answers, and of the enums in them. */
async function operationTypes(schema: DocumentNode, document: DocumentNode): Promise<string> {
  return codegen({
    filename: 'api.ts',
    schema,
    documents: [{ document, location: 'operations.graphql' }],
    config: {},
    pluginMap: {
      operations: typescriptOperations,
    },
    plugins: [
      {
        operations: {
          strictScalars: true,
          scalars: {
            DateTime: 'string',
            Duration: 'string',
            TimeZone: 'string',
            EmailAddress: 'string',
            PhoneNumber: 'string',
            Cursor: 'string',
          },
          skipTypename: true,
          avoidOptionals: { field: true },
        },
      },
    ],
  });
}

/** The values of each enum as a list, `CLOCK_STATES` of `ClockState`, in the order of the SDL; and the type of an enum that no operation names. */
function enumValues(schema: DocumentNode, types: string): string {
  const enums = schema.definitions.filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION);
  const lists = enums.map(({ name: { value: name }, values = [] }) => {
    const codes = values.map((value) => `'${value.name.value}'`);
    const named = new RegExp(`^export type ${name}\\b`, 'm').test(types);
    const type = named ? '' : `export type ${name} = ${codes.join(' | ')};\n`;
    return `${type}export const ${listName(name)} = [${codes.join(', ')}] as const satisfies readonly ${name}[];`;
  });
  return `${lists.join('\n')}\n`;
}

function listName(name: string): string {
  const words = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  if (words.endsWith('Y')) return `${words.slice(0, -1)}IES`;
  return words.endsWith('S') ? `${words}ES` : `${words}S`;
}

/** Each operation as one string with the fragments it uses, typed by its answer and its variables. No parser is needed to send it. */
function operationTexts(document: DocumentNode): string {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    else if (node.kind === Kind.OPERATION_DEFINITION) operations.push(node);
  }
  // Each fragment stands there once: many operations share it, and a page should load it once.
  const shared = [...fragments.values()].map(
    (fragment) => `const ${fragmentText(fragment)} = ${JSON.stringify(stripIgnoredCharacters(print(fragment)))};`,
  );
  const constants = operations.map((operation) => {
    const name = operation.name?.value;
    if (!name) throw new Error('Every operation of the portal has a name.');
    const kind = operation.operation[0]?.toUpperCase() + operation.operation.slice(1);
    const own = JSON.stringify(stripIgnoredCharacters(print(operation)));
    const text = [own, ...[...usedFragments(operation, fragments)].map(fragmentText)].join(' + ');
    return `export const ${name}Document = (${text}) as TypedDocument<${name}${kind}, ${name}${kind}Variables>;`;
  });
  return `${TYPED_DOCUMENT}\n${[...shared, ...constants].join('\n')}\n`;
}

/** The name of the constant that holds a fragment's text. */
function fragmentText({ name }: FragmentDefinitionNode): string {
  return `${name.value}Text`;
}

function usedFragments(root: ASTNode, fragments: Map<string, FragmentDefinitionNode>): Set<FragmentDefinitionNode> {
  const used = new Set<FragmentDefinitionNode>();
  const walk = (node: ASTNode) =>
    visit(node, {
      FragmentSpread: (spread) => {
        const fragment = fragments.get(spread.name.value);
        if (!fragment) throw new Error(`There is no fragment ${spread.name.value}.`);
        if (used.has(fragment)) return;
        used.add(fragment);
        walk(fragment);
      },
    });
  walk(root);
  return used;
}

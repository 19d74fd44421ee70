import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import {
  buildASTSchema,
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
 * `node --import tsx portal/codegen.ts`: writes `src/generated/api.ts`, the types and texts of the operations in
 * `src/api/operations.graphql`, checked against the committed supergraph.
 */
const TYPED_DOCUMENT = `/** The text of an operation, knowing its answer and its variables. */
export type TypedDocument<Answer, Variables> = string & { readonly types?: (variables: Variables) => Answer };`;

const supergraph = await readFile(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
const operations = await readFile(new URL('src/api/operations.graphql', import.meta.url), 'utf8');
await mkdir(new URL('src/generated/', import.meta.url), { recursive: true });
const document = parse(operations);
const types = await operationTypes(parse(supergraph), document);
await writeFile(new URL('src/generated/api.ts', import.meta.url), `${types}\n${operationTexts(document)}`);

/** TypeScript of the operations' variables and answers, and of the enums. */
async function operationTypes(supergraph: DocumentNode, document: DocumentNode): Promise<string> {
  return codegen({
    filename: 'api.ts',
    schema: apiSchema(supergraph),
    documents: [{ document, location: 'operations.graphql' }],
    config: {},
    pluginMap: {
      operations: typescriptOperations,
    },
    plugins: [
      {
        operations: {
          strictScalars: true,
          scalars: { DateTime: 'string', Duration: 'string' },
          skipTypename: true,
          avoidOptionals: { field: true },
        },
      },
    ],
  });
}

/** Each operation as one string with the fragments it uses, typed by its answer and its variables. No parser is needed to send it. */
function operationTexts(document: DocumentNode): string {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    else if (node.kind === Kind.OPERATION_DEFINITION) operations.push(node);
  }
  const constants = operations.map((operation) => {
    const name = operation.name?.value;
    if (!name) throw new Error('Every operation of the portal has a name.');
    const kind = operation.operation[0]?.toUpperCase() + operation.operation.slice(1);
    const text = [operation, ...usedFragments(operation, fragments)].map(print).join('\n');
    return `export const ${name}Document = ${JSON.stringify(stripIgnoredCharacters(text))} as TypedDocument<${name}${kind}, ${name}${kind}Variables>;`;
  });
  return `${TYPED_DOCUMENT}\n${constants.join('\n')}\n`;
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

/** What a client sees of a supergraph: without the definitions and the directives that only the planner reads. */
function apiSchema(supergraph: DocumentNode): DocumentNode {
  const hidden = (node: { name: { value: string } }) => /^(join|link)__/.test(node.name.value);
  const drop = (node: ASTNode & { name: { value: string } }) => (hidden(node) ? null : undefined);
  const document = visit(supergraph, {
    [Kind.SCHEMA_DEFINITION]: () => null,
    [Kind.DIRECTIVE_DEFINITION]: () => null,
    [Kind.DIRECTIVE]: () => null,
    [Kind.ENUM_TYPE_DEFINITION]: drop,
    [Kind.SCALAR_TYPE_DEFINITION]: drop,
    [Kind.INPUT_OBJECT_TYPE_DEFINITION]: drop,
  });
  buildASTSchema(document);
  return parse(print(document));
}

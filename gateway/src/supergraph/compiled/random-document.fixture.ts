import fc from 'fast-check';

/** What random documents ask for, by type: fields with their arguments, and the type behind them; null for a leaf. */
const FIELDS: Record<string, readonly (readonly [field: string, type: string | null])[]> = {
  Query: [
    ...[1, 2, 3, 4, 9].map((n) => [`incident(id: "inc_${n}")`, 'Incident'] as const),
    ['incidents(first: 2)', 'IncidentConnection'],
    ['incidents(first: 4)', 'IncidentConnection'],
    ['incidents(first: $first)', 'IncidentConnection'],
    ['me', 'Me'],
  ],
  IncidentConnection: [
    ['nodes', 'Incident'],
    ['totalCount', null],
    ['pageInfo', 'PageInfo'],
  ],
  PageInfo: [['hasNextPage', null]],
  Incident: [
    ['id', null],
    ['number', null],
    ['title', null],
    ['state', null],
    ['dueAt', null],
    ['organization', 'Organization'],
    ['assignee', 'Person'],
    ['requester', 'Actor'],
    ['links', 'IncidentLink'],
    ['comments(first: 1)', 'CommentConnection'],
  ],
  IncidentLink: [
    ['kind', null],
    ['incident', 'Incident'],
  ],
  CommentConnection: [['totalCount', null]],
  Actor: [
    ['id', null],
    ['kind', null],
    ['person', 'Person'],
    ['actingFor', 'Organization'],
  ],
  Organization: [
    ['id', null],
    ['name', null],
    ['code', null],
    ['type', null],
  ],
  Person: [
    ['id', null],
    ['name', null],
    ['memberships', 'Membership'],
  ],
  Membership: [
    ['roles', null],
    ['organization', 'Organization'],
  ],
  Me: [['id', null]],
};
const LEVELS_MAX = 6;
const SELECTIONS_MAX = 4;

/** A field, or a fragment, which is written in place or apart. */
type Selection =
  | { kind: 'FIELD'; text: string; below: readonly Selection[] | null }
  | { kind: 'INLINE' | 'SPREAD'; on: string; below: readonly Selection[] };

/**
 * Queries over the API: aliases, also those that are other fields' names, the same field again, fragments in fragments, names of
 * types. One in some is not valid, where two aliases quarrel. The variable is `$first`.
 */
export function randomDocument(): fc.Arbitrary<string> {
  return selectionsOf('Query', LEVELS_MAX).map(documentOf);
}

function selectionsOf(type: string, levels: number): fc.Arbitrary<Selection[]> {
  const own = FIELDS[type] ?? [];
  const fields = own.filter(([, below]) => below === null || levels > 1);
  const typename = fc
    .constantFrom('__typename', 'kind: __typename', 'xid: __typename')
    .map((text): Selection => ({ kind: 'FIELD', text, below: null }));
  const choices = [
    { weight: 1, arbitrary: typename },
    ...fields.map((field) => ({ weight: 2, arbitrary: fieldOf(field, own, levels) })),
    ...(levels > 1 && own.length > 1 ? [{ weight: 2, arbitrary: fragmentOf(type, levels) }] : []),
  ];
  return fc.array(fc.oneof(...choices), { minLength: 1, maxLength: SELECTIONS_MAX });
}

function fieldOf(
  [text, type]: readonly [string, string | null],
  fields: readonly (readonly [string, string | null])[],
  levels: number,
): fc.Arbitrary<Selection> {
  // An alias of its own holds the arguments, so that the same one never means two things.
  const plain = text.includes('id:') || text.includes('first: 4') || text.includes('$') ? [] : [''];
  const alias = `x${text.replace(/\W+/g, '_')}: `;
  const others = fields.map(([field]) => `${nameOf(field)}: `);
  const key = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...plain, ...plain, alias) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
  const below: fc.Arbitrary<Selection[] | null> = type ? fewer(type, levels) : fc.constant(null);
  return fc
    .tuple(key, below)
    .map(([name, inner]): Selection => ({ kind: 'FIELD', text: `${name}${text}`, below: inner }));
}

function fragmentOf(type: string, levels: number): fc.Arbitrary<Selection> {
  const kind = fc.constantFrom('INLINE' as const, 'SPREAD' as const);
  return fc.tuple(kind, fewer(type, levels)).map(([how, below]): Selection => ({ kind: how, on: type, below }));
}

/** What stands one level further down; made when it is needed, since types lead back to themselves. */
function fewer(type: string, levels: number): fc.Arbitrary<Selection[]> {
  return fc.constant(levels - 1).chain((left) => selectionsOf(type, left));
}

function documentOf(selections: readonly Selection[]): string {
  const fragments: string[] = [];
  const write = (set: readonly Selection[]): string => `{ ${set.map(writeOne).join(' ')} }`;
  const writeOne = ({ kind, below, ...rest }: Selection): string => {
    if (kind === 'FIELD') return `${'text' in rest ? rest.text : ''} ${below ? write(below) : ''}`;
    const on = 'on' in rest ? rest.on : '';
    const text = write(below ?? []);
    if (kind === 'INLINE') return `... on ${on} ${text}`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${on} ${text}`);
    // Twice, as it comes where two parts of a page ask for the same.
    return `...${name} ...${name}`;
  };
  const operation = write(selections);
  const asksFirst = [operation, ...fragments].some((text) => text.includes('$first'));
  return [`query ${asksFirst ? '($first: Int = 3)' : ''} ${operation}`, ...fragments].join(' ');
}

function nameOf(field: string): string {
  return field.replace(/\W.*$/, '');
}

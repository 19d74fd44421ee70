import { readings, type SurveyedForm } from './form.ts';
import type { Row } from './file.ts';
import { REVIEW } from './mapping.ts';
import { columnNames } from './row.ts';
import { TIME_FORMATS, TimeFormsSeen, type TimeFormat } from './time-form.ts';

/** What the rows of a file hold, column by column, as far as a mapping can be proposed from it. */
export class FileSample {
  readonly #form: SurveyedForm;
  readonly #columns: SampledColumn[];
  #faulty: Buffer | null = null;

  constructor(form: SurveyedForm) {
    this.#form = form;
    this.#columns = columnNames(form.header).map((name) => ({
      name,
      said: wordsOf(name),
      values: new Set(),
      more: false,
      forms: new TimeFormsSeen(),
    }));
  }

  addFaultyLine(bytes: Buffer): void {
    this.#faulty ??= Buffer.from(bytes.subarray(0, SAMPLE_BYTES));
  }

  addRow({ fields }: Row): void {
    if (fields?.length !== this.#columns.length) return;
    this.#columns.forEach((column, index) => addValue(column, (fields[index] ?? '').trim()));
  }

  /** The text of a mapping file to review: what only a person can decide says REVIEW. */
  proposal(source: string): string {
    const parts = partsOf(this.#columns);
    return [
      `# Proposed from the header and the rows of ${oneLine(source)}. Each ${REVIEW} needs a decision; check the rest. docs/import.md explains each part.`,
      `source: ${REVIEW} # A code for the system, such as SERVICENOW. It must never change again.`,
      ...this.#fileLines(),
      ...timeLines(parts),
      ...columnLines(parts),
      ...stateLines(parts.state),
      ...valueLines(parts),
      ...textLines(parts, this.#columns),
      '',
    ].join('\n');
  }

  #fileLines(): string[] {
    const { text, table, guessed } = this.#form;
    const lines = [`delimiter: ${JSON.stringify(table.delimiter)}`, "unknown: ['?', '-', 'NULL']"];
    if (guessed.encoding) return [`encoding: ${text.encoding} # The file has no byte order mark.`, ...lines];
    if (!this.#faulty) return lines;
    const shown = readings(this.#faulty).map((each) => `#   ${each.encoding}: ${oneLine(each.text)}`);
    return ['# The file is not UTF-8. Check how it reads:', ...shown, 'encoding: windows-1252', ...lines];
  }
}

interface SampledColumn {
  name: string;
  /** The name in plain words. */
  said: string;
  values: Set<string>;
  /** There are more values than are kept. */
  more: boolean;
  forms: TimeFormsSeen;
}

const SAMPLE_BYTES = 120;
const VALUES_MAX = 30;
const VALUE_CHARACTERS_MAX = 80;

function addValue(column: SampledColumn, value: string): void {
  if (value === '' || value === '?') return;
  column.forms.add(value);
  if (column.values.has(value)) return;
  if (column.values.size >= VALUES_MAX || value.length > VALUE_CHARACTERS_MAX) column.more = true;
  else column.values.add(value);
}

/** Words without case, accents and signs: "RequestID", "request_id" and "Request ID" are the same. */
function wordsOf(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

const TIMES = ['openedAt', 'updatedAt', 'resolvedAt', 'closedAt'] as const;
type Part = keyof typeof NAMES;
type Parts = Partial<Record<Part, SampledColumn>>;

/** How the columns of ordinary exports are called, the best name first. */
const NAMES = {
  number: [/^((incident|ticket|request|case|record) )?(number|id|no|key|numero)$/, /^(numero|no) (d |de )?\w+$/],
  order: [/^(sys )?mod count$/, /^updates?( count)?$/, /^(sequence|revision|version)$/],
  state: [/^(ident|incident|request|ticket) (state|status)$/, /^(state|status|etat|statut)$/],
  openedAt: [
    /^(opened|open|ouvert)( (at|on|date|time|le))?$/,
    /^(sys )?(created|cree|creation)( (at|on|date|time|le))?$/,
  ],
  updatedAt: [
    /^(sys |last )?(updated|modified|update|modification)( (at|on|date|time))?$/,
    /^(mis a jour|modifie)( le)?$/,
  ],
  resolvedAt: [/^(resolved|resolution|resolu|completed|solved)( (at|on|date|time|le))?$/],
  closedAt: [/^(closed|ferme|clos)( (at|on|date|time|le))?$/],
  reassignmentCount: [/^reassignment count$/],
  reopenCount: [/^reopen count$/],
  impact: [/^impact$/],
  urgency: [/^(urgency|urgence)$/],
  priority: [/^(priority|priorite)$/, /^severity$/],
  service: [/^(business |affected )?service$/],
  category: [/^(category|categorie)$/],
  assignmentGroup: [/^(assignment|assigned|support|resolver) group$/, /^(group|team|queue|groupe)$/],
  organization: [/^(company|organi[sz]ation|organisation|account|customer|client|location)$/],
  title: [/^(short description|title|titre|subject|summary|objet|sujet)$/],
  description: [/^(description|details)$/],
} satisfies Record<string, RegExp[]>;

const PEOPLE =
  /^(caller|requester|requested (by|for)|reported by|contact|opened by|created by|assigned to|assignee|agent|technician|resolved by|closed by|demandeur|appelant|sys (created|updated) by)( id| name| email)?$/;

/** The column of each part: the one with the best name; of times, only one that holds times. */
function partsOf(columns: readonly SampledColumn[]): Parts {
  const found: Parts = {};
  for (const part of Object.keys(NAMES) as Part[]) {
    const isTime = TIMES.some((time) => time === part);
    const fit = columns.filter((column) => !isTime || column.forms.possible().length || !column.values.size);
    const best = NAMES[part].flatMap((name) => fit.find(({ said }) => name.test(said)) ?? [])[0];
    if (best) found[part] = best;
  }
  return found;
}

function timeLines(parts: Parts): string[] {
  const held = TIMES.flatMap((part) => (parts[part]?.values.size ? [parts[part]] : []));
  const possible = TIME_FORMATS.filter((format) => held.every(({ forms }) => forms.possible().includes(format)));
  return [formLine(held.length ? possible : []), 'timeZone: America/Toronto # Of times that have no offset.'];
}

function formLine(possible: readonly TimeFormat[]): string {
  const [only, other] = possible;
  if (only && !other) return `timeFormat: ${only}`;
  const why = only
    ? `The times read as ${possible.join(' and as ')}.`
    : 'No form reads every time of the columns below.';
  return `timeFormat: ${REVIEW} # ${why}`;
}

const COLUMN_PARTS = [
  ...(['number', 'order', 'state', 'openedAt', 'updatedAt', 'resolvedAt', 'closedAt'] as const),
  ...(['reassignmentCount', 'reopenCount'] as const),
];

function columnLines(parts: Parts): string[] {
  const needed = ['number', 'state', 'openedAt'];
  return [
    'columns:',
    ...COLUMN_PARTS.flatMap((part) => {
      if (parts[part]) return [`  ${part}: ${JSON.stringify(parts[part].name)}`];
      return needed.includes(part) ? [`  ${part}: ${REVIEW} # No column has a likely name.`] : [];
    }),
  ];
}

const STATES: [RegExp, string][] = [
  [/^(new|nouveau|nouvelle|open|opened|ouvert|submitted|logged|registered)$/, '{ state: NEW }'],
  [/^(assigned|assigne|accepted)$/, '{ state: ASSIGNED }'],
  [/^(active|in progress|work in progress|en cours|started)$/, '{ state: IN_PROGRESS }'],
  [/(vendor|supplier|third party|fournisseur)/, '{ state: ON_HOLD, hold: VENDOR }'],
  [/(pending|awaiting|waiting|attente|on hold).*(problem)/, '{ state: ON_HOLD, hold: PROBLEM }'],
  [/(pending|awaiting|waiting|attente|on hold).*(change)/, '{ state: ON_HOLD, hold: CHANGE }'],
  [
    /(pending|awaiting|waiting|attente|on hold).*(user|customer|caller|client|requester|info)/,
    '{ state: ON_HOLD, hold: CUSTOMER }',
  ],
  [/^(resolved|solved|resolu|done|fixed|completed)$/, '{ state: RESOLVED }'],
  [/^(closed|ferme|clos)( .*)?$/, '{ state: CLOSED }'],
  [/^(cancell?ed|annule|rejected|withdrawn)$/, '{ state: CANCELLED }'],
];

/** The numbers that ServiceNow stores for its states. */
const NUMERIC_STATES: Record<string, string> = {
  '1': '{ state: NEW }',
  '2': '{ state: IN_PROGRESS }',
  '3': '{ state: ON_HOLD, hold: CUSTOMER } # Or VENDOR, PROBLEM, CHANGE.',
  '6': '{ state: RESOLVED }',
  '7': '{ state: CLOSED }',
  '8': '{ state: CANCELLED }',
};

function stateLines(column: SampledColumn | undefined): string[] {
  if (!column?.values.size) return ['states: {}'];
  const numeric = [...column.values].every((value) => Object.hasOwn(NUMERIC_STATES, value));
  const stateOf = (value: string) =>
    (numeric ? NUMERIC_STATES[value] : STATES.find(([name]) => name.test(wordsOf(value)))?.[1]) ??
    `{ state: ${REVIEW} }`;
  const head = numeric ? 'states: # By the numbers of ServiceNow.' : 'states:';
  const lines = [...column.values].map((value) => `  ${JSON.stringify(value)}: ${stateOf(value)}`);
  return [column.more ? `${head} # There are more values than these.` : head, ...lines];
}

const LEVELS: [RegExp, string][] = [
  [/^1\b|high|eleve|critical|critique|extensive/, 'HIGH'],
  [/^2\b|medium|moyen|moderate|modere|significant/, 'MEDIUM'],
  [/^[34]\b|low|faible|minor|mineur/, 'LOW'],
];

const PRIORITIES: [RegExp, string][] = [
  [/^p?1\b|critical|critique|urgent/, 'P1'],
  [/^p?2\b|high|eleve/, 'P2'],
  [/^p?3\b|medium|moyen|moderate|modere/, 'P3'],
  [/^p?[45]\b|low|faible|planning/, 'P4'],
];

function valueLines(parts: Parts): string[] {
  const { organization } = parts;
  const whose = "# Whose the incidents are: codes of organizations, such as LDC-001. Others would see another's data.";
  return [
    ...ruleLines('impact', parts.impact, { table: LEVELS, standing: 'MEDIUM' }),
    ...ruleLines('urgency', parts.urgency, { table: LEVELS, standing: 'MEDIUM' }),
    ...(parts.priority ? ruleLines('priority', parts.priority, { table: PRIORITIES }) : []),
    `service: { default: SERVICE_DESK }${seen(parts.service)}`,
    `category: { default: OTHER }${seen(parts.category)}`,
    `assignmentGroup: {}${seen(parts.assignmentGroup)}`,
    whose,
    ...ruleLines('organization', organization, { table: [], standing: REVIEW }),
  ];
}

function ruleLines(
  part: string,
  column: SampledColumn | undefined,
  { table, standing }: { table: [RegExp, string][]; standing?: string },
): string[] {
  const rest = standing ? [`  default: ${standing}`] : [];
  if (!column) return [`${part}:`, ...rest];
  const codeOf = (value: string) => table.find(([name]) => name.test(wordsOf(value)))?.[1] ?? REVIEW;
  return [
    `${part}:`,
    `  column: ${JSON.stringify(column.name)}`,
    `  values:${column.values.size ? '' : ' {}'}${column.more ? ' # There are more values than these.' : ''}`,
    ...[...column.values].map((value) => `    ${JSON.stringify(value)}: ${codeOf(value)}`),
    ...rest,
  ];
}

/** What a column holds that the proposal leaves out. */
function seen(column: SampledColumn | undefined): string {
  if (!column?.values.size) return '';
  const values = [...column.values].map((value) => JSON.stringify(value)).join(', ');
  return ` # The column ${JSON.stringify(column.name)} has: ${values}${column.more ? ' and more' : ''}.`;
}

function textLines(parts: Parts, columns: readonly SampledColumn[]): string[] {
  const { title, description } = parts;
  const number = parts.number ? `Incident {${parts.number.name}}` : 'Incident';
  const people = columns.filter(({ said, name }) => PEOPLE.test(said) && !/[.$]/.test(name)).map(({ name }) => name);
  return [
    `title: ${JSON.stringify(title ? `{${title.name}}` : number)}`,
    `description: ${JSON.stringify(description ? `{${description.name}}` : number)}`,
    'resolution:',
    '  code: { default: FIXED }',
    '  cause: { default: UNKNOWN }',
    `  text: ${JSON.stringify(`${number} was resolved in the other system.`)}`,
    '# Columns of people stay in the part of the log that can be erased.',
    `keep: { codes: [], people: ${JSON.stringify(people)} }`,
  ];
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}

/** Incidents and rows of the real export that the goal for imports is about. */
export const EXPORT_INCIDENTS = 3_000;
export const EXPORT_ROWS = 21_453;

const COLUMNS = (
  'number,ident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_by,opened_at,sys_created_by,' +
  'sys_created_at,sys_updated_by,sys_updated_at,contact_type,location,category,category,u_symptom,cmdb_ci,impact,urgency,priority,' +
  'assignment_group,assigned_to,knowledge,u_priority_confirmation,notify,problem_id,rfc,vendor,caused_by,closed_code,resolved_by,' +
  'resolved_at,closed_at'
).split(',');

const START = Date.UTC(2016, 1, 29, 8);
const INCIDENT_MS = 40 * 60_000;
const HOUR_MS = 3_600_000;
const UPDATE_MS = 3 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * The lines of a made-up audit export in ServiceNow's form, header first: so many rows, spread over so many incidents, each
 * from New by way of Active and waiting to Resolved and Closed. The same in every run.
 */
export function* exportLines(incidents = EXPORT_INCIDENTS, rows = EXPORT_ROWS): Generator<string> {
  yield COLUMNS.join(',');
  let written = 0;
  for (let n = 0; n < incidents; n++) {
    const share = Math.round(((n + 1) * rows) / incidents) - written;
    yield* incidentLines(n, share);
    written += share;
  }
}

function* incidentLines(n: number, rows: number): Generator<string> {
  const openedAt = START + n * INCIDENT_MS;
  const resolvedAt = openedAt + Math.max(rows - 2, 1) * UPDATE_MS;
  const closedAt = resolvedAt + 5 * DAY_MS;
  for (let row = 0; row < rows; row++) {
    const state = stateOf(row, rows);
    const updatedAt = state === 'Closed' ? closedAt : openedAt + row * UPDATE_MS;
    const values: Record<string, string | number> = {
      number: String(n).padStart(7, '0'),
      ident_state: state,
      active: state === 'Closed' ? 'false' : 'true',
      reassignment_count: Math.floor(row / 3),
      reopen_count: 0,
      sys_mod_count: row,
      made_sla: 'true',
      caller_id: n % 1_900,
      opened_at: local(openedAt),
      sys_updated_by: (n + row) % 300,
      sys_updated_at: local(updatedAt),
      contact_type: 'Phone',
      location: n % 119,
      category: n % 40,
      u_symptom: n % 200,
      impact: 1 + ((n + 1) % 3),
      urgency: 1 + ((n + 2) % 3),
      priority: 1 + ((n + 3) % 4),
      assignment_group: (n + Math.floor(row / 3)) % 67,
      assigned_to: (n + row) % 150,
      closed_code: 1 + (n % 9),
      resolved_at: local(resolvedAt),
      closed_at: local(closedAt),
    };
    yield COLUMNS.map((column) => values[column] ?? '?').join(',');
  }
}

function stateOf(row: number, rows: number): string {
  if (row === rows - 1) return 'Closed';
  if (row === rows - 2) return 'Resolved';
  if (row === 0) return 'New';
  return row % 3 === 2 ? 'Awaiting User Info' : 'Active';
}

/** `D/M/YYYY HH:MM`, the export's own form. The hour from 2 to 3 is left out: on a Sunday in March there is none. */
function local(ms: number): string {
  const at = new Date(new Date(ms).getUTCHours() === 2 ? ms + HOUR_MS : ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getUTCDate()}/${at.getUTCMonth() + 1}/${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

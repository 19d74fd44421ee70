import { domainSdl } from '@desk/schema/sdl';
import { expect, test } from '@jest/globals';
import { Kind, parse, type FieldDefinitionNode } from 'graphql';
import { IncidentAction } from '../generated/api.ts';
import { INCIDENT_ACTIONS } from './actions.ts';
import { OPEN_STATES } from './incident.ts';

const definitions = parse(domainSdl('tickets')).definitions;

const mutations = new Map(
  definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Mutation'
      ? (node.fields ?? []).map((field) => [field.name.value, field] as const)
      : [],
  ),
);

/** The rule that a mutation's `@access` names. */
function accessRule(field: FieldDefinitionNode | undefined): string | null {
  const rule = field?.directives
    ?.find(({ name }) => name.value === 'access')
    ?.arguments?.find(({ name }) => name.value === 'rule')?.value;
  return rule?.kind === Kind.STRING ? rule.value : null;
}

test.each(Object.values(IncidentAction))(
  '%s names its mutations, which the API describes by the same rule',
  (action) => {
    const { may, mutations: names } = INCIDENT_ACTIONS[action];
    expect(names.map((name) => accessRule(mutations.get(name)))).toEqual(names.map(() => may.name));
  },
);

test('every mutation but the report and the re-base of clocks is one action’s', () => {
  const named = Object.values(INCIDENT_ACTIONS).flatMap((rule) => rule.mutations);
  expect([...named, 'createIncident', 'rebaseIncidentClocks'].sort()).toEqual(
    [...mutations.keys()].filter((name) => /Incident/.test(name)).sort(),
  );
});

test.each(Object.values(IncidentAction))('the API says which mutations %s is', (action) => {
  const values = definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'IncidentAction' ? (node.values ?? []) : [],
  );
  const description = values.find(({ name }) => name.value === action)?.description?.value;
  for (const name of INCIDENT_ACTIONS[action].mutations) expect(description).toContain(`\`${name}\``);
});

test('an incident can be withdrawn from every open state, and from no other', () => {
  expect(INCIDENT_ACTIONS.CANCEL.from).toEqual(OPEN_STATES);
});

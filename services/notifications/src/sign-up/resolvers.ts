import type { Owed } from '@desk/kit/api/subgraph';
import { forbidden } from '@desk/kit/write/request';
import type * as api from '../generated/api.ts';
import { isSignedUp, maySignUp } from './policy.ts';
import type { SignUp as SignUpRecord } from './sign-up.ts';

export const signUpQueries = {
  mySignUps(_root, _args, { viewer, store }) {
    if (!maySignUp(viewer) || viewer.id === null) throw forbidden('Only people sign up.');
    return store.signUps.of(viewer.id);
  },
} satisfies Partial<api.QueryResolvers>;

const SignUp: api.SignUpResolvers & Owed<api.SignUp, SignUpRecord, api.SignUpResolvers> = {
  async __resolveReference({ id }, { viewer, loaders }) {
    const found = await loaders.signUps.load(id);
    return found && isSignedUp(viewer, found) ? found : null;
  },
  id: ({ _id }) => _id,
  filter: ({ filter }) => filter,
};

export const signUpTypes = { SignUp } satisfies api.Resolvers;

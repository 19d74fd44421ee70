import type { SignUp } from './sign-up.ts';

/** The answer of a mutation that changes a sign-up. */
export interface SignUpAnswer {
  signUp: SignUp;
  version: number;
  replayed: boolean;
}

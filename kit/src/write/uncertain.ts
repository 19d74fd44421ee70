import { Refusal } from '../api/errors.ts';
import { isConnectionFault } from '../process/mongo.ts';

/** The error that a failed write answers: WRITE_UNCERTAIN where it is unknown whether the write happened, else the error itself. */
export function uncertain(error: unknown): unknown {
  return isConnectionFault(error) ? writeUncertain() : error;
}

/** The refusal of a write when it is unknown whether it happened. */
export function writeUncertain(): Refusal {
  return new Refusal(
    'WRITE_UNCERTAIN',
    'The store did not answer in time. Repeat the request with the same idempotency key.',
  );
}

import { invalidField } from "../errors.ts";
import { MINUTE, type Micros } from "../values/clock.ts";
import { foldEmail } from "../values/email.ts";
import type { UserValues } from "./user.ts";

/** How far the clock of whoever verifies may be ahead of ours. */
const MAX_AHEAD = MINUTE;

/**
 * The values with the verification that is right for their address: the one that is given; or that of before, if it is still the same
 * address, folded (`foldEmail`); or none.
 */
export function withVerification(before: UserValues, values: UserValues, given: Partial<UserValues>): UserValues {
  const { emailVerifyTime = isSameAddress(before.email, values.email) ? before.emailVerifyTime : null } = given;
  return { ...values, emailVerifyTime };
}

/** Throws FIELD_INVALID for a verification of no address, and for one, other than before, that is still to come. */
export function assertVerification({ email, emailVerifyTime }: UserValues, now: Micros, before: Micros | null = null): void {
  if (emailVerifyTime !== null && email === null) {
    throw invalidField(FIELD, "there is no e-mail address that was verified");
  }
  if (emailVerifyTime !== null && emailVerifyTime !== before && emailVerifyTime > now + MAX_AHEAD) {
    throw invalidField(FIELD, "must not be in the future");
  }
}

const FIELD = "user.email_verify_time";

function isSameAddress(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && foldEmail(one) === foldEmail(other);
}

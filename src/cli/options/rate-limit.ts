import { InvalidArgumentError } from "commander";
import { InvalidValue, parseRateLimit } from "../../config/parse.ts";
import type { RateLimit } from "../../directory/limits/token-bucket.ts";

/** The value of an option that is a rate limit. */
export function parseRateLimitOption(text: string): RateLimit | undefined {
  try {
    return parseRateLimit(text);
  } catch (error) {
    throw error instanceof InvalidValue ? new InvalidArgumentError(`It ${error.message}.`) : error;
  }
}

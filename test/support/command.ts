import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** See `COMMAND`. */
    command: string;
  }
}

/** The command `roster` of this very source, as users have it: made into a few files, which start in half the time. For Node. */
export const COMMAND = inject("command");

import { Code } from "@connectrpc/connect";

interface ExitCode {
  readonly code: number;
  readonly when: string;
}

/** Every exit code of the command line. docs/cli.md has the same table, made from this one. */
export const EXIT_CODES = {
  done: { code: 0, when: "done; or the reader of the output has closed the pipe; or Ctrl-C has ended a watch" },
  failed: { code: 1, when: "failed for another reason than those below, or some rows of an import did" },
  usage: { code: 2, when: "the command, a setting or a value is wrong (`INVALID_ARGUMENT`)" },
  notFound: { code: 3, when: "what is named is not there (`NOT_FOUND`)" },
  refused: { code: 4, when: "the key does not work, or may not do this (`UNAUTHENTICATED`, `PERMISSION_DENIED`)" },
  conflict: {
    code: 5,
    when: "what is there is against it (`ALREADY_EXISTS`, `ABORTED`, `FAILED_PRECONDITION`): a key that is taken, an old etag",
  },
  unavailable: {
    code: 6,
    when: "the server can't be reached or has no time: try again (`UNAVAILABLE`, `RESOURCE_EXHAUSTED`, `DEADLINE_EXCEEDED`)",
  },
  interrupted: { code: 130, when: "Ctrl-C" },
} as const satisfies Record<string, ExitCode>;

export type Outcome = keyof typeof EXIT_CODES;

const OUTCOMES: ReadonlyMap<Code, Outcome> = new Map([
  [Code.InvalidArgument, "usage"],
  [Code.NotFound, "notFound"],
  [Code.Unauthenticated, "refused"],
  [Code.PermissionDenied, "refused"],
  [Code.AlreadyExists, "conflict"],
  [Code.Aborted, "conflict"],
  [Code.FailedPrecondition, "conflict"],
  [Code.Unavailable, "unavailable"],
  [Code.ResourceExhausted, "unavailable"],
  [Code.DeadlineExceeded, "unavailable"],
]);

/** How a command ends that the server has refused. */
export function outcomeOf(code: Code): Outcome {
  return OUTCOMES.get(code) ?? "failed";
}

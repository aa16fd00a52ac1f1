import type { Span } from "../../tracing/span.ts";
import type { Member } from "./commit-group.ts";

/** A write of a call that is traced: its wait for the group is a part of the call, and so is the transaction from its turn to its end. */
export function tracedMember(span: Span, { run, fail, ...member }: Member): Member {
  const waiting = span.begin("wait for the commit group");
  let transaction: Span | undefined;
  return {
    ...member,
    async run(shared) {
      waiting.end();
      // It may run more than once.
      const own = transaction ?? span.begin("transaction");
      transaction = own;
      const { reply, ...outcome } = await own.run(() => run(shared));
      return {
        ...outcome,
        reply() {
          own.end();
          reply();
        },
      };
    },
    fail(error) {
      waiting.end();
      transaction?.end(error);
      fail(error);
    },
  };
}

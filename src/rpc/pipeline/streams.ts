import { RosterError } from "../../directory/errors.ts";
import type { Caller } from "../../directory/keys/api-key.ts";
import type { Authenticate } from "../../directory/keys/authentication.ts";
import type { Proof } from "../../directory/keys/proof.ts";
import { changesAccessOf } from "../../directory/store/commit-event.ts";
import type { Store } from "../../directory/store/store.ts";

/** The streams that are open on this server. Each ends, with the error of a new call, when a new call would be refused. */
export interface Streams {
  /** Throws TOO_MANY_STREAMS. */
  open(admission: Admission): OpenStream;
  stop(): void;
}

/** What a stream was admitted with. */
export interface Admission {
  readonly proof: Proof;
  readonly caller: Caller;
  /** Throws if the caller may not do this, or no longer. */
  readonly permit: (caller: Caller) => void;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

export interface OpenStream {
  /** Aborted when the caller is gone, or may not go on. */
  readonly signal: AbortSignal;
  /** Throws if the caller may not go on. Mostly without a read, because keys are remembered. */
  check(): Promise<void>;
  /** Throws if it is known already that the caller may not go on. */
  assertOpen(): void;
  close(): void;
}

interface Member extends Admission {
  /** Ends the stream. */
  end(error: unknown): void;
}

/** Together with the time that a key is trusted for, less than the 5 seconds after which a revocation counts everywhere. */
const SWEEP_MS = 900;

export function createStreams({
  store,
  authenticate,
  limit,
}: {
  readonly store: Pick<Store, "onCommit">;
  readonly authenticate: Authenticate;
  readonly limit: number;
}): Streams {
  /** By what proves the caller, so that the key of a thousand streams is looked up once. */
  const open = new Map<Proof, Set<Member>>();
  const asking = new Map<Proof, Promise<Caller>>();
  let count = 0;

  function ask(proof: Proof): Promise<Caller> {
    const asked = asking.get(proof);
    if (asked !== undefined) return asked;
    const answer: Promise<Caller> = authenticate(proof).finally(() => {
      if (asking.get(proof) === answer) asking.delete(proof);
    });
    asking.set(proof, answer);
    return answer;
  }

  async function review(proof: Proof, members: ReadonlySet<Member>): Promise<void> {
    try {
      const caller = await ask(proof);
      for (const member of members) endUnless(member, () => member.permit(caller));
    } catch (error) {
      for (const member of members) member.end(error);
    }
  }

  // An answer that is under way may be from before the change.
  store.onCommit((event) => {
    if (event.accessChanges.length === 0) return;
    asking.clear();
    for (const [proof, members] of open) {
      const [first] = members;
      if (
        first !== undefined &&
        changesAccessOf({ accountId: first.caller.accountId, userId: first.caller.user.id }, event)
      ) {
        void review(proof, members);
      }
    }
  });
  const sweeping = setInterval(() => {
    for (const [proof, members] of open) void review(proof, members);
  }, SWEEP_MS);

  function enter(member: Member): void {
    if (count >= limit) {
      const message = `this server has ${limit} streams open, and takes no more; try another`;
      throw new RosterError("TOO_MANY_STREAMS", message, { retryAfter: 5_000 });
    }
    count += 1;
    open.set(member.proof, (open.get(member.proof) ?? new Set()).add(member));
  }

  function leave(member: Member): void {
    const members = open.get(member.proof);
    if (members?.delete(member)) {
      count -= 1;
      if (members.size === 0) open.delete(member.proof);
    }
  }

  return {
    open(admission) {
      const ending = new AbortController();
      let refusal: { readonly error: unknown } | undefined;
      const gone = () => ending.abort();
      const member: Member = {
        ...admission,
        end(error) {
          refusal ??= { error };
          ending.abort();
        },
      };
      enter(member);
      admission.signal.addEventListener("abort", gone);
      if (admission.signal.aborted) gone();
      return {
        signal: ending.signal,
        assertOpen() {
          if (refusal !== undefined) throw refusal.error;
        },
        async check() {
          if (refusal !== undefined) throw refusal.error;
          admission.permit(await ask(admission.proof));
        },
        close() {
          admission.signal.removeEventListener("abort", gone);
          leave(member);
        },
      };
    },
    stop: () => clearInterval(sweeping),
  };
}

function endUnless(member: Member, permitted: () => void): void {
  try {
    permitted();
  } catch (error) {
    member.end(error);
  }
}

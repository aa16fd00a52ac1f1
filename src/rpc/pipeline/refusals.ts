import type { AuditedRefusal, CallSource } from "../../directory/audit/entry.ts";
import { RosterError } from "../../directory/errors.ts";
import { apiKeyIdOf, type Caller, credentialId } from "../../directory/keys/api-key.ts";
import { type RateLimit, TokenBucket } from "../../directory/limits/token-bucket.ts";
import type { Origin, Store } from "../../directory/store/store.ts";
import { causeText } from "../../directory/values/cause.ts";
import type { Log } from "../../log.ts";
import type { CallIds } from "../call-ids.ts";
import { sourceOf } from "./call.ts";
import { type RefusableCall, targetOf } from "./refused-target.ts";

/** What is told of one caller, one by one. The rest is counted. */
const LIMIT: RateLimit = { perSecond: 20 / 60, burst: 20 };
const INTERVAL_MS = 60_000;
const MAX_CALLERS = 10_000;

interface Offender {
  readonly bucket: TokenBucket;
  /** Not told yet. */
  counted: number;
  last: Origin;
}

/** Tells the audit log of a caller's account which of its mutations were refused. However many there are, few entries are written. */
export class Refusals {
  readonly #store: Pick<Store, "write">;
  readonly #log: Log;
  readonly #offenders = new Map<string, Offender>();
  readonly #timer: NodeJS.Timeout;

  constructor(store: Pick<Store, "write">, log: Log, intervalMs: number = INTERVAL_MS) {
    this.#store = store;
    this.#log = log;
    this.#timer = setInterval(() => void this.#tellCounted(), intervalMs).unref();
  }

  /** Runs what may refuse the call. */
  async watch<T>(call: RefusableCall, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RosterError && error.reason === "PERMISSION_DENIED") await this.#note(call, error);
      throw error;
    }
  }

  /** Writes what was only counted. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#tellCounted();
  }

  async #note(call: RefusableCall, { message }: RosterError): Promise<void> {
    const { request } = call;
    // A call that only asks what would be leaves no trace.
    if (Reflect.get(request, "validateOnly") === true) {
      return;
    }
    const requestId: unknown = Reflect.get(request, "requestId");
    const origin = originOf(call.caller, sourceOf(call), isRequestId(requestId) ? requestId : null);
    const offender = this.#offender(call.caller, origin);
    if (offender.bucket.take(1, LIMIT, performance.now()).allowed) {
      await this.#tell(origin, { ...targetOf(call), count: 1, refusal: message }, call.ids);
    } else {
      offender.counted += 1;
      offender.last = origin;
    }
  }

  #offender(caller: Caller, origin: Origin): Offender {
    const id = `${caller.accountId} ${credentialId(caller.credential)}`;
    const known = this.#offenders.get(id);
    if (known !== undefined) {
      return known;
    }
    const [oldest] = this.#offenders;
    if (oldest !== undefined && this.#offenders.size >= MAX_CALLERS) {
      this.#offenders.delete(oldest[0]);
      void this.#tellCountOf(oldest[1]);
    }
    const offender = { bucket: new TokenBucket(LIMIT, performance.now()), counted: 0, last: origin };
    this.#offenders.set(id, offender);
    return offender;
  }

  async #tellCounted(): Promise<void> {
    const now = performance.now();
    for (const [id, offender] of this.#offenders) {
      if (offender.counted > 0) await this.#tellCountOf(offender);
      else if (offender.bucket.isFull(LIMIT, now)) this.#offenders.delete(id);
    }
  }

  async #tellCountOf(offender: Offender): Promise<void> {
    const count = offender.counted;
    offender.counted = 0;
    if (count > 0) {
      const refusal = "more calls of this caller were refused than are told one by one";
      await this.#tell(withoutCall(offender.last), { resource: null, resourceId: null, userId: null, count, refusal });
    }
  }

  /** What can't be written changes nothing for the caller. The log of an account that has been deleted meanwhile is gone with it. */
  async #tell(origin: Origin, refusal: AuditedRefusal, ids?: CallIds): Promise<void> {
    try {
      await this.#store.write(origin, async (tx) => tx.noteRefusal(refusal));
    } catch (error) {
      if (error instanceof RosterError && error.reason === "ACCOUNT_NOT_FOUND") return;
      this.#log.error(
        { ...ids?.logged, cause: causeText(error), count: refusal.count },
        "refused calls could not be written to the audit log",
      );
    }
  }
}

function originOf(caller: Caller, source: CallSource, requestId: string | null): Origin {
  return { accountId: caller.accountId, apiKeyId: apiKeyIdOf(caller), requestId, source };
}

function withoutCall({ source, ...origin }: Origin): Origin {
  return { ...origin, requestId: null, source: source && { ...source, method: "" } };
}

/** The request may not have been validated. */
function isRequestId(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]{1,36}$/.test(value);
}

import { ApiKeyRole, RosterError } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { ApiKeyRecord } from "../ledger/api-key-book.ts";
import type { Desk, Work } from "./work.ts";

const KEPT_KEYS = 4;
/** How long a key may still be good on another server. */
const REVOKED_WITHIN_MS = 5_000;

/** Calls about keys: who is told a secret may use it, until it is revoked. */
export const KEY_WORK: readonly Work[] = [
  {
    methods: ["ApiKeyService/CreateApiKey"],
    weight: 1,
    do: async ({ caller, keys }) => {
      if (keys.keys.filter(isGood).length >= KEPT_KEYS) return;
      const apiKey = { displayName: `Of ${caller.name}`, role: ApiKeyRole.READER };
      const { answer } = await caller.mutate({
        method: "ApiKeyService/CreateApiKey",
        call: ({ apiKeys }, requestId) => apiKeys.createApiKey({ apiKey, requestId }),
        repeatable: "never",
      });
      if (answer?.apiKey === undefined) return;
      const secret = answer.secret === "" ? undefined : answer.secret;
      keys.keys.push({ id: answer.apiKey.id, secret, revokedAt: undefined, inDoubt: false });
    },
  },
  {
    methods: ["ApiKeyService/GetApiKey", "ApiKeyService/ListApiKeys"],
    weight: 1,
    do: (desk) =>
      withKey(desk, isGood, async ({ id }) => {
        const { apiKey } = await desk.caller.read("ApiKeyService/GetApiKey", ({ apiKeys }) => apiKeys.getApiKey({ id }));
        const { apiKeys: listed } = await desk.caller.read("ApiKeyService/ListApiKeys", ({ apiKeys }) =>
          apiKeys.listApiKeys({ filter: `id == "${id}"` }),
        );
        if (apiKey?.revokeTime !== undefined || listed[0]?.id !== id)
          throw lost(id, "it is there, and not revoked", "it is not");
      }),
  },
  {
    methods: ["ApiKeyService/UpdateApiKey"],
    weight: 1,
    do: (desk) =>
      withKey(desk, isGood, async ({ id }) => {
        const apiKey = { id, displayName: `Now ${desk.caller.tag()}` };
        const { answer } = await desk.caller.mutate({
          method: "ApiKeyService/UpdateApiKey",
          call: ({ apiKeys }, requestId) =>
            apiKeys.updateApiKey({ apiKey, updateMask: { paths: ["display_name"] }, requestId }),
          repeatable: "never",
        });
        if (answer !== undefined && answer.apiKey?.displayName !== apiKey.displayName)
          throw lost(id, "its name is new", "it is old");
      }),
  },
  {
    methods: ["ApiKeyService/RotateApiKey"],
    weight: 1,
    do: (desk) =>
      withKey(desk, isGood, async (key) => {
        const { answer } = await desk.caller.mutate({
          method: "ApiKeyService/RotateApiKey",
          call: ({ apiKeys }, requestId) => apiKeys.rotateApiKey({ id: key.id, requestId }),
          repeatable: "never",
        });
        if (key.secret !== undefined && answer !== undefined) {
          desk.keys.deadSecrets.push({ secret: key.secret, since: performance.now() });
        }
        key.secret = answer === undefined || answer.secret === "" ? undefined : answer.secret;
      }),
  },
  {
    methods: ["ApiKeyService/RevokeApiKey"],
    weight: 1,
    do: (desk) =>
      withKey(desk, isGood, async (key) => {
        key.inDoubt = true;
        const { answer } = await desk.caller.mutate({
          method: "ApiKeyService/RevokeApiKey",
          call: ({ apiKeys }, requestId) => apiKeys.revokeApiKey({ id: key.id, requestId }),
          repeatable: "never",
        });
        if (answer === undefined) return;
        key.inDoubt = false;
        key.revokedAt = performance.now();
        if (key.secret !== undefined) desk.keys.deadSecrets.push({ secret: key.secret, since: key.revokedAt });
      }),
  },
  {
    methods: ["ApiKeyService/WhoAmI"],
    weight: 4,
    do: (desk) =>
      withKey(desk, isGood, async ({ id, secret }) => {
        if (secret === undefined) return;
        const works = await isTaken(desk, secret);
        if (!works) throw lost(id, "its secret is good", "it is refused");
      }),
  },
  {
    methods: ["ApiKeyService/WhoAmI"],
    weight: 2,
    do: async (desk) => {
      const dead = desk.keys.deadSecrets.filter(({ since }) => performance.now() - since > REVOKED_WITHIN_MS);
      const one = dead[desk.caller.random.below(dead.length)];
      if (one === undefined || !(await isTaken(desk, one.secret))) return;
      const seconds = Math.round((performance.now() - one.since) / 1000);
      throw new BrokenPromise(PROMISES.keys, `a secret that has been dead for ${seconds} s is taken`);
    },
  },
  {
    methods: ["ApiKeyService/IssueNonce"],
    weight: 1,
    do: async ({ caller }) => {
      const { answer } = await caller.mutate({
        method: "ApiKeyService/IssueNonce",
        call: ({ apiKeys }) => apiKeys.issueNonce({}),
        repeatable: "never",
      });
      if (answer?.nonce === "") throw new BrokenPromise(PROMISES.errors, "a nonce is empty");
    },
  },
];

function isGood({ revokedAt, inDoubt }: ApiKeyRecord): boolean {
  return revokedAt === undefined && !inDoubt;
}

async function withKey(
  { caller, keys }: Desk,
  suits: (key: ApiKeyRecord) => boolean,
  work: (key: ApiKeyRecord) => Promise<void>,
) {
  const suiting = keys.keys.filter(suits);
  const key = suiting[caller.random.below(suiting.length)];
  if (key !== undefined) await work(key);
}

/** Whether a server, any of them, takes a secret. */
async function isTaken({ caller }: Desk, secret: string): Promise<boolean> {
  try {
    await caller.read("ApiKeyService/WhoAmI", (client) => client.as(secret).apiKeys.whoAmI({}));
    return true;
  } catch (error) {
    if (RosterError.from(error).reason === "API_KEY_INVALID") return false;
    throw error;
  }
}

function lost(id: string, expected: string, found: string): BrokenPromise {
  return new BrokenPromise(PROMISES.durable, `key ${id}: by what was acknowledged ${expected}; ${found}`);
}

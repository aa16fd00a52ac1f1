import type { Client } from "@connectrpc/connect";
import type { BatchFailure, UserReference, UserService } from "../../api/schema.ts";
import type { IconName } from "../../ui/icon.tsx";

/** What can be done to many users at once. */
export interface Operation {
  readonly id: "activate" | "suspend" | "delete" | "purge";
  readonly label: string;
  /** `Suspended`, with a number behind it. */
  readonly done: string;
  readonly icon: IconName;
  /** What follows, before it is confirmed. */
  readonly warning: string;
  /** The number has to be typed first. */
  readonly forGood: boolean;
  readonly run: (client: Client<typeof UserService>, accountId: string, ids: readonly string[]) => Promise<Outcome>;
}

export interface Outcome {
  readonly failures: readonly BatchFailure[];
  readonly changed: number;
}

export const OPERATIONS: readonly Operation[] = [
  {
    id: "activate",
    label: "Activate",
    done: "Activated",
    icon: "play",
    warning: "Their keys work again. Sessions that have ended stay ended.",
    forGood: false,
    run: (client, accountId, ids) => client.batchActivateUsers({ accountId, users: references(ids) }),
  },
  {
    id: "suspend",
    label: "Suspend",
    done: "Suspended",
    icon: "pause",
    warning: "Their keys stop working and their open sessions end.",
    forGood: false,
    run: (client, accountId, ids) => client.batchSuspendUsers({ accountId, users: references(ids) }),
  },
  {
    id: "delete",
    label: "Delete",
    done: "Deleted",
    icon: "trash",
    warning:
      "They can be brought back. But their sessions end, their API keys are revoked for good, and their e-mails and external ids are free for others at once.",
    forGood: false,
    run: (client, accountId, ids) => client.batchDeleteUsers({ accountId, users: references(ids) }),
  },
  {
    id: "purge",
    label: "Erase for good",
    done: "Erased",
    icon: "trash",
    warning:
      "The users, their sessions, their API keys, their change history and every remembered answer are erased. Nobody can bring them back.",
    forGood: true,
    async run(client, accountId, ids) {
      const { receipts, failures } = await client.batchPurgeUsers({ accountId, users: references(ids) });
      return { failures, changed: receipts.length };
    },
  },
];

function references(
  ids: readonly string[],
): Array<Pick<UserReference, "etag"> & { key: { key: { case: "id"; value: string } } }> {
  return ids.map((value) => ({ etag: "", key: { key: { case: "id", value } } }));
}

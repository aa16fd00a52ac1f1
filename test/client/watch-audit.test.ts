import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { AuditService, createRosterClient, type WatchAuditOptions } from "@roster/client";
import { expect, test } from "vitest";

// The peer here is written by hand, because Roster itself breaks only when it is killed. Its tokens count the entries before them.

const LENGTH = 4;

/** What is asked and what comes, of a watch whose stream breaks at the third message. */
async function follow(options: WatchAuditOptions) {
  const requests: object[] = [];
  let messages = 0;
  const transport = createRouterTransport(({ service }) => {
    service(AuditService, {
      async *watchAuditEntries({ accountId, filter, start }) {
        requests.push({ accountId, filter, start });
        for (let at = start.case === "resumeToken" ? Number(start.value) : 0; at < LENGTH; at += 1) {
          messages += 1;
          if (messages === 3) return;
          yield { entries: [{ sequence: BigInt(at + 1) }], resumeToken: String(at + 1), caughtUp: true };
        }
        throw new ConnectError("refused", Code.FailedPrecondition);
      },
    });
  });
  const { audit } = createRosterClient({ apiKey: "secret", transport });
  const sequences: bigint[] = [];
  const read = async () => {
    const retry = { maxFailures: 3, baseMs: 1, capMs: 2 };
    for await (const { entries } of audit.watch({ retry, ...options })) {
      sequences.push(...entries.map(({ sequence }) => sequence));
    }
  };
  await expect(read()).rejects.toMatchObject({ code: Code.FailedPrecondition });
  return { requests, sequences };
}

test("begins where it is told, and goes on after a break with no entry lost or twice", async () => {
  for (const [options, first] of [
    [{}, { case: "fromNow", value: true }],
    [{ fromStart: true }, { case: "fromStart", value: true }],
    [
      { resumeToken: "1", fromStart: true },
      { case: "resumeToken", value: "1" },
    ],
  ] as const) {
    const same = { accountId: "A1", filter: "count > 1" };
    const { requests, sequences } = await follow({ ...options, ...same });
    const begin = first.case === "resumeToken" ? 1 : 0;
    const last = { case: "resumeToken", value: String(begin + 2) };
    expect(requests).toEqual([first, last].map((start) => ({ ...same, start })));
    expect(sequences).toEqual([1n, 2n, 3n, 4n].slice(begin));
  }
});

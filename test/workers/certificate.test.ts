import { once } from "node:events";
import { connect } from "node:tls";
import { expect, test } from "vitest";
import { createSelfSigned } from "../support/certificates.ts";
import { testFolder } from "../support/folder.ts";
import { spawnWithWorkers } from "./workers.ts";

test("workers that are ended one after the other come back with a new certificate, while the port stays open", async () => {
  const folder = testFolder();
  const { files } = createSelfSigned(folder, "old.example.com", { file: "server" });
  const server = await spawnWithWorkers(folder, 2, { ROSTER_TLS_CERTIFICATE: files.certificate, ROSTER_TLS_KEY: files.key });
  expect(await namesShown(server.url)).toEqual(["old.example.com"]);
  createSelfSigned(folder, "new.example.com", { file: "server" });
  expect(await namesShown(server.url)).toEqual(["old.example.com"]);
  for (const [id, pid] of server.workers()) {
    process.kill(pid, "SIGTERM");
    await expect.poll(() => server.workers().size, { timeout: 15_000 }).toBe(2 + id);
  }
  expect(await namesShown(server.url)).toEqual(["new.example.com"]);
  await server.end("SIGTERM");
}, 60_000);

/** Those of as many connections as reach every worker. */
async function namesShown(url: string): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const names = new Set<string>();
  for (let count = 0; count < 4; count += 1) {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ["h2"] });
    await once(socket, "secureConnect");
    names.add(String(socket.getPeerCertificate().subject.CN));
    socket.destroy();
  }
  return [...names].sort();
}

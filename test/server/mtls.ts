import { type Client, Code, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect } from "vitest";
import { ApiKeyRole, ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import type { ServerOptions } from "../../src/server/server.ts";
import { type Authority, createAuthority, type Issued } from "../support/certificates.ts";
import { failure, grpcPortOf } from "../support/clients.ts";
import { createFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

/** The name in the certificate `billing`. */
export const BILLING = "spiffe://example.org/billing";

/** Opens a transport of a client that shows a certificate, or none. */
export type Open = (baseUrl: string, shown: Issued | undefined, ca: string) => Transport;

const nodeOptions = (shown: Issued | undefined, ca: string) => ({
  ca,
  ...(shown && { cert: shown.certificate, key: shown.key }),
});

export const TRANSPORTS = {
  "Connect, HTTP/1.1": (baseUrl, ...tls) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions: nodeOptions(...tls) }),
  "Connect, HTTP/2": (baseUrl, ...tls) =>
    createConnectTransport({ baseUrl, httpVersion: "2", nodeOptions: nodeOptions(...tls) }),
  "gRPC, HTTP/2": (baseUrl, ...tls) => createGrpcTransport({ baseUrl, nodeOptions: nodeOptions(...tls) }),
  "gRPC, its own port": (baseUrl, ...tls) =>
    createGrpcTransport({ baseUrl: grpcPortOf(baseUrl), nodeOptions: nodeOptions(...tls) }),
  "gRPC-Web, HTTP/1.1": (baseUrl, ...tls) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "1.1", nodeOptions: nodeOptions(...tls) }),
} as const satisfies Record<string, Open>;

/** An authority, its certificate for a client, and servers that take certificates of that authority, for all tests of a file. */
export function useCertificates() {
  const folder = createFolder();
  const started: TestServer[] = [];
  let made: { authority: Authority; own: Issued; billing: Issued } | undefined;
  beforeAll(() => {
    const authority = createAuthority(folder.path, "authority");
    const own = authority.issue("server", { names: "IP:127.0.0.1", usage: "serverAuth" });
    made = { authority, own, billing: authority.issue("billing", { names: `URI:${BILLING}` }) };
  });
  afterAll(async () => {
    for (const server of started) await server.stop();
    folder.remove();
  });
  const certificates = () => made ?? expect.fail("there are no certificates yet");
  return {
    folder: folder.path,
    get authority() {
      return certificates().authority;
    },
    get own() {
      return certificates().own;
    },
    get billing() {
      return certificates().billing;
    },
    async start(required: boolean, options: Partial<ServerOptions> = {}): Promise<TestServer> {
      const { authority, own } = certificates();
      const tls = { certificate: own.certificate, key: own.key, clients: { ca: authority.certificate, required } };
      const server = await startTestServer({ http: { host: "127.0.0.1", port: 0, tls }, ...options });
      started.push(server);
      return server;
    },
    keysOf: (open: Open, { url }: Pick<TestServer, "url">, shown: Issued | undefined) =>
      createClient(ApiKeyService, open(url, shown, certificates().authority.certificate)),
    usersOf: (open: Open, { url }: TestServer, shown: Issued | undefined) =>
      createClient(UserService, open(url, shown, certificates().authority.certificate)),
    adminOf: (server: TestServer) => adminOf(server, certificates().authority.certificate),
  };
}

interface KeyValues {
  readonly role?: ApiKeyRole;
  readonly requireNonce?: boolean;
  readonly userId?: string;
}

/** What the first admin of the server calls, with its secret. */
function adminOf({ url, secret }: TestServer, ca: string) {
  const transport = TRANSPORTS["Connect, HTTP/2"](url, undefined, ca);
  const headers = { authorization: `Bearer ${secret}` };
  const keys = createClient(ApiKeyService, transport);
  const revoke = (id: string) => keys.revokeApiKey({ id }, { headers });
  return {
    users: createClient(UserService, transport),
    headers,
    revoke,
    /** A new key with those names. One that has any of them is revoked. */
    async createKey(certificateNames: string[], values: KeyValues = {}) {
      const { apiKeys } = await keys.listApiKeys({ pageSize: 1000 }, { headers });
      for (const { id, certificateNames: had } of apiKeys) {
        if (had.some((name) => certificateNames.includes(name))) await revoke(id);
      }
      const apiKey = { displayName: "Service", role: ApiKeyRole.READER, ...values, certificateNames };
      const created = await keys.createApiKey({ apiKey }, { headers });
      return { id: created.apiKey?.id ?? expect.fail("no key was made"), secret: created.secret };
    },
    setNames: (id: string, certificateNames: string[]) =>
      keys.updateApiKey({ apiKey: { id, certificateNames }, updateMask: { paths: ["certificate_names"] } }, { headers }),
  };
}

/** The id of the key that calls. */
export async function callingKey(keys: Client<typeof ApiKeyService>, headers: Record<string, string> = {}) {
  return (await keys.whoAmI({}, { headers })).apiKey?.id;
}

export const refused = (call: Promise<unknown>) => failure(call, Code.Unauthenticated, "API_KEY_INVALID");

import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { noteReached } from "./connection.ts";
import { isUnreachable, problemOf } from "./problem.ts";
import { randomId } from "./random-id.ts";
import { ApiKeyService } from "./schema.ts";

/** Calls this server with a secret: a key, or a token of an identity provider. */
export function createTransport(secret: string): Transport {
  const base = { baseUrl: new URL(".", document.baseURI).href.replace(/\/$/, ""), useBinaryFormat: true };
  const authorise: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${secret}`);
    return next(request);
  };
  const nonces = createClient(ApiKeyService, createConnectTransport({ ...base, interceptors: [authorise] }));
  const issueNonce = async () => (await nonces.issueNonce({})).nonce;
  return createConnectTransport({ ...base, interceptors: [watchReach, giveIds, withNonce(issueNonce), authorise] });
}

/** Tells whether the server is in reach. */
const watchReach: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request);
    noteReached(true);
    return response;
  } catch (error) {
    if (!request.signal.aborted) noteReached(!isUnreachable(error));
    throw error;
  }
};

/** Every mutation can be found by its id in the audit log. */
const giveIds: Interceptor = (next) => (request) => {
  const mutates = request.method.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  if (mutates && !request.stream && "requestId" in request.message && request.message.requestId === "") {
    Object.assign(request.message, { requestId: randomId() });
  }
  return next(request);
};

/** Some keys must send a value with each mutation that was issued for it. */
function withNonce(issueNonce: () => Promise<string>): Interceptor {
  let required = false;
  return (next) => async (request) => {
    const mutates = request.method.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
    if (!mutates) return next(request);
    if (required) request.header.set("roster-client-nonce", await issueNonce());
    try {
      return await next(request);
    } catch (error) {
      if (required || problemOf(error).reason !== "NONCE_REQUIRED") throw error;
      required = true;
      request.header.set("roster-client-nonce", await issueNonce());
      return next(request);
    }
  };
}

import { create } from "@bufbuild/protobuf";
import { type GetServerInfoResponse, GetServerInfoResponseSchema } from "../../../gen/roster/v1/server_service_pb.js";
import { ANSWER_RETENTION } from "../../directory/store/answers.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Micros } from "../../directory/values/clock.ts";
import { MAX_FILTER_DEPTH, MAX_FILTER_TERMS } from "../../filter/check.ts";
import { MAX_FILTER_BYTES } from "../../filter/parse.ts";
import { DEFAULT_CHANGE_PAGE_SIZE, MAX_CHANGE_PAGE_SIZE } from "../changes/list-user-changes.ts";
import { PERMISSIONS } from "../permissions/permissions.ts";
import { MAX_CHUNK_SIZE } from "../users/export-chunks.ts";
import { DEFAULT_CHUNK_SIZE } from "../users/list-users-chunked.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../wire/paging.ts";
import { toDuration } from "../wire/time.ts";
import { PAGE_TOKEN_LIFE } from "../wire/tokens.ts";
import { LISTS } from "./lists.ts";
import { maxItems } from "./max-items.ts";

/** What a server is told about itself at its start. */
export interface ServerFacts {
  readonly version: string;
  readonly maxMessageBytes: number;
  readonly maxStreams: number;
  readonly maxLongLists: number;
  readonly changeRetention: Micros;
  readonly auditRetention: Micros;
  readonly takesTokens: boolean;
  readonly takesCertificates: boolean;
}

export function toServerInfo(engine: Store["engine"], facts: ServerFacts): GetServerInfoResponse {
  const { version, maxMessageBytes, maxStreams, maxLongLists, changeRetention, auditRetention } = facts;
  return create(GetServerInfoResponseSchema, {
    version,
    engine,
    methods: [...PERMISSIONS.keys()].sort(),
    features: featuresOf(facts),
    limits: {
      maxMessageBytes: BigInt(maxMessageBytes),
      defaultPageSize: DEFAULT_PAGE_SIZE,
      maxPageSize: MAX_PAGE_SIZE,
      defaultChunkSize: DEFAULT_CHUNK_SIZE,
      maxChunkSize: MAX_CHUNK_SIZE,
      maxFilterBytes: MAX_FILTER_BYTES,
      maxFilterTerms: MAX_FILTER_TERMS,
      maxFilterDepth: MAX_FILTER_DEPTH,
      maxStreams,
      maxLongLists,
      maxItems: maxItems(),
      defaultChangePageSize: DEFAULT_CHANGE_PAGE_SIZE,
      maxChangePageSize: MAX_CHANGE_PAGE_SIZE,
    },
    retention: {
      changes: toDuration(changeRetention),
      answers: toDuration(ANSWER_RETENTION),
      pageTokens: toDuration(PAGE_TOKEN_LIFE),
      auditEntries: toDuration(auditRetention),
    },
    lists: LISTS.map(({ method, filterFields, orderFields }) => ({
      method,
      filterFields: [...filterFields],
      orderFields: [...orderFields],
    })),
  });
}

function featuresOf({ takesTokens, takesCertificates }: ServerFacts): string[] {
  return [...(takesCertificates ? ["client_certificates"] : []), ...(takesTokens ? ["tokens"] : [])];
}

import { type DescField, type DescMessage, isMessage, type Message } from "@bufbuild/protobuf";
import type { Kind, Known } from "./known.ts";

/** What a field shows, by the message that it is in and its name. */
const SHOWN: Readonly<Record<string, Kind>> = {
  "User.id": "user",
  "Session.id": "session",
  "ApiKey.id": "api_key",
  "Account.id": "account",
  "Account.slug": "slug",
  "User.external_id": "external_id",
  "User.email": "email",
};

/** Wherever they stand. */
const SHOWN_ANYWHERE: Readonly<Record<string, Kind>> = {
  next_page_token: "page_token",
  previous_page_token: "page_token",
  resume_token: "resume_token",
  change_token: "change_token",
  etag: "etag",
  nonce: "nonce",
  revision: "revision",
};
const MOST_ITEMS = 20;

/** Takes what requests can repeat from an answer. */
export function learn(known: Known, desc: DescMessage, message: Message): void {
  for (const field of desc.fields) {
    const value: unknown = field.oneof === undefined ? Reflect.get(message, field.localName) : ofOneof(field, message);
    for (const item of Array.isArray(value) ? value.slice(0, MOST_ITEMS) : [value]) {
      const kind = SHOWN[`${desc.name}.${field.name}`] ?? SHOWN_ANYWHERE[field.name];
      if (kind !== undefined && (typeof item === "string" || typeof item === "bigint")) known.learn(kind, String(item));
      else if (field.message !== undefined && isMessage(item)) learn(known, field.message, item);
    }
  }
}

function ofOneof({ oneof, localName }: DescField, message: Message): unknown {
  const chosen: unknown = oneof && Reflect.get(message, oneof.localName);
  const isChosen = typeof chosen === "object" && chosen !== null && Reflect.get(chosen, "case") === localName;
  return isChosen ? Reflect.get(chosen, "value") : undefined;
}

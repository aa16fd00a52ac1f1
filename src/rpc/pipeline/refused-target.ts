import type { DescMethod, Message } from "@bufbuild/protobuf";
import { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { SessionService } from "../../../gen/roster/v1/session_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import type { AuditedRefusal, AuditResource } from "../../directory/audit/entry.ts";
import type { Permission } from "../permissions/permission.ts";
import type { Call } from "./call.ts";

/** A call that may be refused. */
export interface RefusableCall extends Pick<Call, "caller" | "address" | "ids"> {
  readonly method: DescMethod;
  readonly permission: Permission;
  readonly request: Message;
}

type Target = Pick<AuditedRefusal, "resource" | "resourceId" | "userId">;

const RESOURCES: Readonly<Record<string, AuditResource>> = {
  [UserService.typeName]: "USER",
  [SessionService.typeName]: "SESSION",
  [ApiKeyService.typeName]: "API_KEY",
  [AccountService.typeName]: "ACCOUNT",
};

/** What a call that was refused was about, as far as its request says. The request may not have been validated. */
export function targetOf({ caller, method, permission, request }: Omit<RefusableCall, "address" | "ids">): Target {
  const asked = permission.accountOf(request);
  // Ids in another account are not those of this one.
  if (asked !== "" && asked !== caller.accountId) {
    return { resource: "ACCOUNT", resourceId: visible(asked), userId: null };
  }
  const resource = RESOURCES[method.parent.typeName] ?? null;
  switch (resource) {
    case "USER": {
      const id = visible(textAt(request, "id") ?? textAt(request, "userId") ?? textAt(request, "user", "id"));
      return { resource, resourceId: id, userId: id };
    }
    case "API_KEY": {
      const id = textAt(request, "id") ?? textAt(request, "apiKey", "id");
      return { resource, resourceId: id !== undefined && KEY_ID.test(id) ? id : null, userId: null };
    }
    case "ACCOUNT":
      return { resource, resourceId: caller.accountId, userId: null };
    default:
      // Whose session it is would have to be looked up, so that a purge could find it.
      return { resource, resourceId: null, userId: visible(textAt(request, "userId")) };
  }
}

const KEY_ID = /^K[0-9A-HJKMNP-TV-Z]{26}$/;

function visible(text: string | undefined): string | null {
  return text !== undefined && /^[!-~]{1,128}$/.test(text) ? text : null;
}

/** Undefined: nothing is there, or the empty text. */
function textAt(message: Message, ...path: readonly string[]): string | undefined {
  let value: unknown = message;
  for (const key of path) value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

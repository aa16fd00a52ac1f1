import { AuditAction, type AuditEntry, AuditOutcome, AuditResource } from "../api/schema.ts";

/** `Created`, `Refused`. */
export function actionName({ action, outcome }: AuditEntry): string {
  return outcome === AuditOutcome.REFUSED ? "Refused" : words(AuditAction[action]);
}

/** `API key` */
export function resourceName({ resource }: AuditEntry): string {
  return words(AuditResource[resource]);
}

/** The server itself has no key and no user. */
export function callerName({ callerUserId, apiKeyId, tokenSubject }: AuditEntry): string {
  return callerUserId || apiKeyId || tokenSubject || "server";
}

/** `UserService/CreateUser` */
export function callName({ method }: AuditEntry): string {
  return method.replace(/^roster\.v1\./, "");
}

/** `API key` for API_KEY. */
function words(name: string | undefined): string {
  const text = (name ?? "").replaceAll("_", " ").toLowerCase();
  return text === "unspecified" ? "" : text.replace(/^api/, "API").replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

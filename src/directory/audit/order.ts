import { RosterError } from "../errors.ts";

/** What entries can be ordered by. */
export const AUDIT_ORDER_NAMES = ["sequence"] as const;

/** Reads `sequence`, `sequence desc` or `sequence:desc`. Empty: newest first. Throws ORDER_BY_INVALID. */
export function parseAuditOrder(text: string): { readonly descending: boolean } {
  const [term, direction = text.trim() === "" ? "desc" : "asc"] =
    /^\s*(?:sequence(?:(?:\s*:\s*|\s+)(asc|desc))?)?\s*$/.exec(text) ?? [];
  if (term === undefined) {
    const description = `${JSON.stringify(text)} must be sequence, with asc or desc behind it or nothing`;
    throw new RosterError("ORDER_BY_INVALID", `order_by: ${description}`, {
      fields: [{ field: "order_by", description }],
    });
  }
  return { descending: direction === "desc" };
}

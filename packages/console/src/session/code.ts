import { currentRoute, hashOf, navigate } from "../router/route.ts";

/** The code in the address that the server has printed, taken out of the address, so that neither history nor a bookmark keeps it. */
export function takeCode(): string | undefined {
  const { path, params } = currentRoute();
  const { code, ...rest } = params;
  if (code === undefined) return undefined;
  navigate(hashOf(path, rest), { replace: true });
  return code;
}

/** The secret for a code. Undefined if the code has been used, or is too old. */
export async function redeem(code: string): Promise<string | undefined> {
  try {
    const response = await fetch("console/sign-in", { method: "POST", headers: { authorization: `Code ${code}` } });
    const { secret }: { readonly secret?: string } = await response.json();
    return secret;
  } catch {
    return undefined;
  }
}

const BYTES = 32;

/** Nobody can guess it. */
export function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(BYTES)));
}

export async function sha256(text: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

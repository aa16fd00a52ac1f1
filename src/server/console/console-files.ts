import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

export type Encoding = "br" | "gzip";

/** A file of the console, as it is sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly etag: string;
  /** Its name has a hash of what is in it: it never changes. */
  readonly immutable: boolean;
  readonly plain: Buffer;
  readonly encoded: ReadonlyMap<Encoding, Buffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** How compressed copies of a file are named, the smallest first. */
const COPIES: ReadonlyArray<readonly [Encoding, string]> = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

/** The console's files by their paths of URLs. Undefined: it has not been built into that folder. */
export function readConsoleFiles(folder: string): ReadonlyMap<string, ConsoleFile> | undefined {
  if (!existsSync(join(folder, "index.html"))) {
    return undefined;
  }
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => extname(name) in TYPES);
  const files = names.map((name) => [`/${name.replaceAll("\\", "/")}`, readFile(folder, name)] as const);
  const index = files.find(([path]) => path === "/index.html");
  return new Map(index === undefined ? files : [...files.filter((file) => file !== index), ["/", index[1]]]);
}

function readFile(folder: string, name: string): ConsoleFile {
  const plain = readFileSync(join(folder, name));
  const encoded = COPIES.flatMap(([encoding, suffix]) => {
    const copy = join(folder, name + suffix);
    return existsSync(copy) ? [[encoding, readFileSync(copy)] as const] : [];
  });
  return {
    type: TYPES[extname(name)] ?? "",
    etag: createHash("sha256").update(plain).digest("base64url").slice(0, 22),
    immutable: name !== "index.html",
    plain,
    encoded: new Map(encoded),
  };
}

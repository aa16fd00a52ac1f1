import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate and its key. */
export interface Issued {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly files: { readonly certificate: string; readonly key: string };
}

export interface Authority extends Issued {
  issue(name: string, wish: Wish): Issued;
}

interface Wish {
  /** As OpenSSL spells them: `DNS:billing.example.org,URI:spiffe://…`. */
  readonly names: string;
  readonly usage?: "clientAuth" | "serverAuth";
  /** Default: 2. */
  readonly days?: number;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** An authority that signs certificates, made by OpenSSL in the folder. */
export function createAuthority(folder: string, name: string): Authority {
  const own = createSelfSigned(folder, name);
  return { ...own, issue: (subject, wish) => issue(folder, own.files, `${name}-${subject}`, wish) };
}

/** A certificate that signs itself. `names` as OpenSSL spells them; `file`: what the files are called, by default the name. */
export function createSelfSigned(folder: string, name: string, { names = "", file = name } = {}): Issued {
  const files = pathsOf(folder, file);
  const extensions = names === "" ? [] : ["-addext", `subjectAltName=${names}`];
  const output = ["-keyout", files.key, "-out", files.certificate];
  openssl(["req", "-x509", ...NEW_KEY, "-days", "2", "-subj", `/CN=${name}`, ...extensions, ...output]);
  return read(files);
}

function issue(
  folder: string,
  authority: Issued["files"],
  name: string,
  { names, usage = "clientAuth", days = 2 }: Wish,
): Issued {
  const files = pathsOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${names}\nextendedKeyUsage=${usage}\n`);
  openssl(["req", ...NEW_KEY, "-subj", `/CN=${name}`, "-keyout", files.key, "-out", request]);
  const by = ["-CA", authority.certificate, "-CAkey", authority.key];
  openssl(["x509", "-req", "-in", request, ...by, "-days", `${days}`, "-extfile", extensions, "-out", files.certificate]);
  return read(files);
}

function pathsOf(folder: string, name: string): Issued["files"] {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) };
}

function read(files: Issued["files"]): Issued {
  return { certificate: readFileSync(files.certificate, "utf8"), key: readFileSync(files.key, "utf8"), files };
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}
